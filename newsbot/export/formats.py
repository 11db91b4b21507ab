"""Articles as JSON lines, plain or packed, and as CSV: what a file's name ends in says its format."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Callable
from typing import BinaryIO

import orjson

from newsbot.export.run_files import Writable, write_lines
from newsbot.export.tables import Content
from newsbot.process import MissingExtra, UsageError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Writer = Callable[[BinaryIO, Content], int]
"""Writes a table into an open file, and returns the number of its rows."""

LINES = ("jsonl", "jsonl.gz", "jsonl.zst", "csv", "parquet")
"""Formats of one table, which need no file of their own."""
DATABASES = ("sqlite", "duckdb")
"""Formats of all tables."""


class FormatError(UsageError):
    """A file whose name does not say how it is to be written."""


def format_of(name: str) -> str:
    """Return the format that the name of a file ends in. Raises FormatError.

    >>> format_of("November.JSONL.gz")
    'jsonl.gz'
    """
    for known in (*LINES, *DATABASES):
        if name.lower().endswith(f".{known}"):
            return known
    there_are = ", ".join(f".{known}" for known in (*LINES, *DATABASES))
    raise FormatError(f"{name!r} does not say what to write; let the name end in {there_are}, or name a folder")


def writer_of(name: str) -> Writer:
    """Return what writes a format of LINES. Raises MissingExtra."""
    if name == "parquet":
        try:
            from newsbot.export.parquet import write_parquet
        except ImportError:
            raise MissingExtra("Parquet needs", "parquet") from None
        return write_parquet
    return {"jsonl": _write_jsonl, "jsonl.gz": _write_gzip, "jsonl.zst": _write_zstd, "csv": write_csv}[name]


def _write_jsonl(file: Writable, content: Content) -> int:
    names = content.table.names
    return write_lines(file, ({name: record[name] for name in names if name in record} for record in content.rows))


def _write_gzip(file: BinaryIO, content: Content) -> int:
    with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
        return _write_jsonl(packed, content)


def _write_zstd(file: BinaryIO, content: Content) -> int:
    with zstd.ZstdFile(file, "wb") as packed:
        return _write_jsonl(packed, content)


def write_csv(file: BinaryIO, content: Content) -> int:
    """Write a CSV table (RFC 4180, UTF-8) with a header; lists are joined with "; ", objects are JSON."""
    count = 0
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow(content.table.names)
        for record in content.rows:
            rows.writerow(cell(record.get(name)) for name in content.table.names)
            count += 1
    finally:
        text.detach()
    return count


def cell(value: object) -> object:
    """Return a value as a cell of a CSV table that no spreadsheet takes for a formula.

    >>> cell(["Ana Silva", "Li Wei"]), cell({"title": "json-ld"}), cell(None), cell(True), cell(312)
    ('Ana Silva; Li Wei', '{"title":"json-ld"}', '', 'true', 312)

    What Excel and LibreOffice would compute gets an apostrophe in front (OWASP, CSV injection):

    >>> cell("=HYPERLINK(1)"), cell("+1 for peace"), cell("@home"), cell("- No, she said.")
    ("'=HYPERLINK(1)", "'+1 for peace", "'@home", "'- No, she said.")
    """
    match value:
        case None:
            return ""
        case bool() | dict():
            return orjson.dumps(value).decode()
        case list() if all(isinstance(item, str) for item in value):
            return _harmless("; ".join(value))
        case list():
            return orjson.dumps(value).decode()
        case str():
            return _harmless(value)
        case _:
            return value


def _harmless(text: str) -> str:
    # The full-width signs are formulas to spreadsheets in East Asian languages.
    return f"'{text}" if text.lstrip(" \n")[:1] in set("=+-@\t\r＝＋－＠") else text
