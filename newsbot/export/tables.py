"""Stored articles as one file for other programs: JSON lines, plain or gzipped, CSV, Parquet."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

import orjson

from newsbot.export.atomic import atomic_file
from newsbot.export.record import DUPLICATE_FIELDS, FIELDS, Field
from newsbot.export.run_files import write_lines
from newsbot.process import MissingExtra, UsageError

Records = Iterable[Mapping[str, object]]
Writer = Callable[[BinaryIO, Records, tuple[Field, ...]], int]

FORMATS = (".jsonl", ".jsonl.gz", ".csv", ".parquet")


class FormatError(UsageError):
    """A file whose name does not say how it is to be written."""


def table_writer(path: Path, *, duplicates: bool = False) -> Callable[[Records], int]:
    """Return what writes records to a file in the format that its name says, and counts them.

    With ``duplicates``, tables have the columns of DUPLICATE_FIELDS too. The file appears whole or
    not at all (OSError). Raises, before anything is written, FormatError for an unknown suffix and
    MissingExtra for a Parquet file where pyarrow is not installed.
    """
    return partial(_write, path, _writer_for(path.name.lower()), FIELDS + (DUPLICATE_FIELDS if duplicates else ()))


def _write(path: Path, writer: Writer, fields: tuple[Field, ...], records: Records) -> int:
    with atomic_file(path) as file:
        return writer(file, records, fields)


def _writer_for(name: str) -> Writer:
    if name.endswith(".jsonl"):
        return _write_jsonl
    if name.endswith(".jsonl.gz"):
        return _write_gzipped
    if name.endswith(".csv"):
        return write_csv
    if name.endswith(".parquet"):
        try:
            from newsbot.export.parquet import write_parquet
        except ImportError:
            raise MissingExtra("Parquet needs", "parquet") from None
        return write_parquet
    raise FormatError(f"{name!r} does not say what to write; let the name end in {', '.join(FORMATS)}")


def _write_jsonl(file: BinaryIO, records: Records, _fields: tuple[Field, ...]) -> int:
    return write_lines(file, records)


def _write_gzipped(file: BinaryIO, records: Records, _fields: tuple[Field, ...]) -> int:
    with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
        return write_lines(packed, records)


def write_csv(file: BinaryIO, records: Records, fields: tuple[Field, ...]) -> int:
    """Write a CSV table (RFC 4180, UTF-8) with a header; lists are joined with "; ", objects are JSON."""
    count = 0
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow(field.name for field in fields)
        for record in records:
            rows.writerow(cell(record.get(field.name)) for field in fields)
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
