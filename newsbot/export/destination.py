"""Where an export goes: a file, a folder, standard output, or an address on another storage (s3:// and others)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from newsbot.atomic import atomic_file, atomic_path
from newsbot.export import datapackage
from newsbot.export.database import builder_of
from newsbot.export.formats import DATABASES, LINES, FormatError, format_of, writer_of
from newsbot.export.tables import Content
from newsbot.process import MissingExtra, UsageError, utc_now

STDOUT = "-"


class Destination(Protocol):
    """Where an export goes, and as what."""

    takes_all: bool
    """Whether it takes all tables, or one."""
    by_day: bool
    """Whether articles must come day by day."""

    def write(self, contents: Sequence[Content]) -> dict[str, int]:
        """Write the tables, whole or not at all, and return the number of rows by table. Raises OSError."""


@contextmanager
def destination_of(address: str, format_: str | None = None) -> Iterator[Destination]:
    """Yield what writes to a path, to standard output ("-"), or to an address with a scheme once the block ends.

    ``format_``: of what goes to standard output, JSON lines by default; of all else the name says it. Raises, before
    anything is written, UsageError for what cannot be meant, MissingExtra, and NewsbotError for a storage that cannot
    be reached.
    """
    if format_ and address != STDOUT:
        raise UsageError(f"--format is for standard output (-); the name {address!r} says its format itself")
    if address == STDOUT:
        yield Stream(format_ or "jsonl")
    elif "://" in address:
        from newsbot.export.cloud import Storage  # not above: only some need fsspec

        storage = Storage(address)
        with TemporaryDirectory(prefix="newsbot-") as folder:
            yield _local(Path(folder) / storage.name, means_folder=_means_folder(address))
            storage.upload(Path(folder))
    else:
        yield _local(Path(address), means_folder=_means_folder(address))


def _means_folder(address: str) -> bool:
    """Whether an address names a folder: it ends in a slash, or has a name without a dot.

    >>> _means_folder("exports/november"), _means_folder("november.2026/"), _means_folder("november.xlsx")
    (True, True, False)
    """
    return "." not in address.rpartition("/")[2]


def _local(path: Path, *, means_folder: bool) -> Destination:
    if means_folder or path.is_dir():
        return Folder(path)
    format_ = format_of(path.name)
    return Database(path, format_) if format_ in DATABASES else File(path, format_)


class Stream:
    """Standard output."""

    takes_all = by_day = False

    def __init__(self, format_: str) -> None:
        if format_ not in LINES:
            raise FormatError(f"{format_} cannot go to standard output; what can: {', '.join(LINES)}")
        self._write = writer_of(format_)

    def write(self, contents: Sequence[Content]) -> dict[str, int]:
        (content,) = contents
        count = self._write(sys.stdout.buffer, content)
        sys.stdout.buffer.flush()
        return {content.table.name: count}


class File:
    """A file of one table, with its data package beside it."""

    takes_all = by_day = False

    def __init__(self, path: Path, format_: str) -> None:
        self.path, self.format = path, format_
        self._write = writer_of(format_)

    def write(self, contents: Sequence[Content]) -> dict[str, int]:
        (content,) = contents
        with atomic_file(self.path) as file:
            count = self._write(file, content)
        _describe_beside(self.path, contents, self.format)
        return {content.table.name: count}


class Database:
    """A database of all tables, with its data package beside it."""

    takes_all, by_day = True, False

    def __init__(self, path: Path, format_: str) -> None:
        self.path, self.format = path, format_
        self._build = builder_of(format_)

    def write(self, contents: Sequence[Content]) -> dict[str, int]:
        with atomic_path(self.path) as made:
            counts = self._build(made, contents)
        _describe_beside(self.path, contents, self.format)
        return counts


class Folder:
    """A folder of Parquet, a folder a table, with its data package in it."""

    takes_all = by_day = True

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_dir():
            package = path / datapackage.NAME
            if any(path.iterdir()) and not (package.is_file() and datapackage.is_ours(package.read_bytes())):
                raise UsageError(f"{path} holds something else than an export; name another folder")
        elif path.exists():
            raise UsageError(f"{path} is a file; name a folder")
        try:
            from newsbot.export.parquet import write_folder
        except ImportError:
            raise MissingExtra("Parquet needs", "parquet") from None
        self._write = write_folder

    def write(self, contents: Sequence[Content]) -> dict[str, int]:
        with atomic_path(self.path) as made:
            counts = self._write(made, contents)
            tables = [content.table for content in contents]
            paths = {
                table.name: [str(path.relative_to(made)) for path in sorted((made / table.name).rglob("*.parquet"))]
                for table in tables
            }
            package = datapackage.described(self.path.name, tables, paths, "parquet", now=utc_now())
            (made / datapackage.NAME).write_bytes(package)
        return counts


def _describe_beside(path: Path, contents: Sequence[Content], format_: str) -> None:
    """Write the data package of a file: beside november.csv, november.csv.datapackage.json."""
    tables = [content.table for content in contents]
    paths = {table.name: [path.name] for table in tables}
    with atomic_file(path.with_name(f"{path.name}.{datapackage.NAME}")) as file:
        file.write(datapackage.described(path.name, tables, paths, format_, now=utc_now()))
