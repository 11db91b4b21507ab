"""Files that runs have written and the store does not know, read back line by line.

So a store that was restored knows all that was delivered since its backup, and no article is written a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine

from newsbot.crawl.outbox.recovery import place_of
from newsbot.export.run_files import COVERAGE, FOLDERS, run_of
from newsbot.store import Unstorable
from newsbot.store.database import reading
from newsbot.store.maintenance import adoption
from newsbot.store.maintenance.adoption import Adopted

BLOCK = 1 << 20
"""Bytes that are read at once where lines are counted."""


def adopt(engine: Engine, output: Path, *, told: Callable[[str], None] = lambda _file: None) -> Adopted:
    """Take back what stands in the files of an output folder, as long as no crawl is at work.

    ``told`` hears of each file, relative to the folder. A file that cannot be read as newsbot's stays as it is and is
    named in what is returned. Raises StoreError or OSError.
    """
    sums = Adopted()
    place = place_of(output)
    with reading(engine) as connection:
        ended = adoption.ended_before(connection)
    for kind, folder in FOLDERS.items():
        for path in sorted((output / folder).glob("*-*-*/*.jsonl")):
            name = str(path.relative_to(output))
            told(name)
            with reading(engine) as connection:
                is_known = adoption.is_known(connection, name, _count(path))
            if not is_known:
                sums.add(_adopted(engine, path, name, kind, place))
    for path in sorted((output / COVERAGE).glob("*-*-*/*.jsonl")):
        run_id = run_of(path)
        if run_id and run_id not in ended and not path.name.endswith(".dropped.jsonl"):
            with engine.begin() as connection:
                sums.run_ids |= adoption.know_end(connection, run_id, _records(path), place=place)
    with engine.begin() as connection:
        adoption.forget_empty_exports(connection)
    return sums


def _adopted(engine: Engine, path: Path, name: str, kind: str, place: str) -> Adopted:
    """Take one file back, or nothing of it."""
    found = Adopted()
    try:
        with engine.begin() as connection:
            adoption.adopt(connection, name, kind, _records(path), found, place=place)
    except (KeyError, TypeError, ValueError, Unstorable):  # it is no file of a run, or damaged
        return Adopted(unread=[name])
    return found


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        yield from map(orjson.loads, file)


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))
