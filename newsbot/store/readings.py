"""How far the files of archives were read, so that whoever reads them again goes on at the record where it was.

A file has a row. A record in it that has no outcome yet, while others behind it have theirs, has one of its own: it
stands under the file, as if that were a folder, so that no other file is called so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, select

from newsbot.archive.reading import Place
from newsbot.store import schema
from newsbot.store.database import chunks, reading, upsert
from newsbot.web.text import well_formed

LONGEST_PATH = 2_000
"""Characters of a path that is kept as it is; of a longer one, or one that is no text, its digest is."""

_TABLE = schema.readings
_OF_RECORD = -1
"""The size that the row of a record has."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a file was read."""

    path: str
    digest: str
    """Of how it began: another file of the same name has another one."""
    size: int
    """Its bytes, when it was read."""
    offset: int
    """Where reading goes on: at a record, or the compression in which it is."""
    pages: int
    """Pages that were met before it."""
    is_whole: bool
    """Whether it was read to its end; the offset is that of its last record then, which may not have been all there."""
    owed: frozenset[Place] = frozenset()
    """Records before the offset that have no outcome yet."""


def kept(engine: Engine, paths: Collection[str]) -> dict[str, Bookmark]:
    """Return how far files were read, by their paths; nothing of those that never were."""
    by_name = {_name(path): path for path in paths}
    owed: dict[str, set[Place]] = {name: set() for name in by_name}
    with reading(engine) as connection:
        for (name,) in connection.execute(select(_TABLE.c.path).where(_TABLE.c.size == _OF_RECORD)):
            file, _, place = name.rpartition("/")
            if file in owed:
                offset, _, inner = place.partition(".")
                owed[file].add(Place(int(offset), int(inner)))
        rows = [
            row
            for some in chunks(list(by_name))
            for row in connection.execute(select(_TABLE).where(_TABLE.c.path.in_(some))).all()
        ]
    return {
        by_name[row.path]: Bookmark(
            by_name[row.path],
            row.digest,
            row.size,
            row.offset,
            row.pages,
            bool(row.is_whole),
            frozenset(owed[row.path]),
        )
        for row in rows
    }


def keep(engine: Engine, marks: Sequence[tuple[Bookmark | None, Bookmark]], run_id: str, *, now: str) -> None:
    """Write down how far files were read, in one transaction; each beside what is written of it so far."""
    rows: list[dict[str, object]] = []
    paid: list[str] = []
    for before, mark in marks:
        owed = before.owed if before else frozenset()
        rows.append(_row(mark, _name(mark.path), mark.size, mark.offset, run_id, now))
        rows += [
            _row(mark, _name_of(mark.path, place), _OF_RECORD, place.offset, run_id, now) for place in mark.owed - owed
        ]
        paid += [_name_of(mark.path, place) for place in owed - mark.owed]
    with engine.begin() as connection:
        for names in chunks(paid):
            connection.execute(delete(_TABLE).where(_TABLE.c.path.in_(names)))
        replaced = [column.name for column in _TABLE.columns if not column.primary_key]
        upsert(connection, _TABLE, rows, replacing=replaced)


def _row(mark: Bookmark, name: str, size: int, offset: int, run_id: str, now: str) -> dict[str, object]:
    is_file = size != _OF_RECORD
    return {
        "path": name,
        "digest": mark.digest,
        "size": size,
        "offset": offset,
        "pages": mark.pages if is_file else 0,
        "is_whole": int(is_file and mark.is_whole),
        "run_id": run_id,
        "read_at": now,
    }


def _name(path: str) -> str:
    if len(path) <= LONGEST_PATH and well_formed(path) == path:
        return path
    return f"sha256:{hashlib.sha256(path.encode(errors='surrogateescape')).hexdigest()}"


def _name_of(path: str, place: Place) -> str:
    return f"{_name(path)}/{place.offset}.{place.inner}"
