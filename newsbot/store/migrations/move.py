"""Moving a store with all it knows into another database, from SQLite to PostgreSQL or back.

Table by table, in chunks; ``runs`` comes last, so that a store of which a part is missing is no store yet: a crawl
refuses to begin on it beside the files of the old one. Said again, a move goes on with the tables that are not whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, text

from newsbot.store import StoreError, schema, sketches
from newsbot.store.database import CHUNK, reading
from newsbot.store.search import index
from newsbot.web.text import well_formed

TABLES = sorted(schema.metadata.sorted_tables, key=lambda table: table is schema.runs)
"""In the order of moving: what others refer to first, the runs last."""


class Moved(NamedTuple):
    """What a table came to."""

    table: str
    rows: int
    was_there: bool
    """Whether an earlier move had brought all of it."""


class _Sum(NamedTuple):
    """What tells the rows of one table from other rows, in whatever order they come."""

    rows: int
    hashes: int


def move(
    source: Engine, target: Engine, *, told: Callable[[str, int], None] = lambda _table, _rows: None
) -> list[Moved]:
    """Bring every row of one store into another, which has none of its own, and compare them.

    Nobody writes to the old store meanwhile; ``told`` hears of every table that is begun with, and of rows that are
    there. Raises StoreError for a target that has runs of its own, and where what arrived is not what was sent.
    """
    with source.begin() as here:
        _keep_others_from_writing(here)
        _refuse_a_store_in_use(here, target)
        moved = []
        for number, table in enumerate(TABLES):
            told(table.name, 0)
            sent = _sum(here, table)
            with reading(target) as there:
                was_there = _sum(there, table) == sent
            if was_there:
                told(table.name, sent.rows)
            else:
                _empty(target, TABLES[number:])
                _copy(here, target, table, told)
            moved.append(Moved(table.name, sent.rows, was_there))
    with target.begin() as there:
        index.fill(there)
        sketches.fill(there)
    return moved


def count(source: Engine) -> int:
    """Return how many rows a store has."""
    with reading(source) as connection:
        return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES)


def _keep_others_from_writing(connection: Connection) -> None:
    """Let nobody write until the transaction ends; SQLite's BEGIN IMMEDIATE has done that already."""
    if connection.dialect.name == "postgresql":
        for table in TABLES:
            connection.execute(text(f"lock table {table.name} in share mode"))


def _refuse_a_store_in_use(here: Connection, target: Engine) -> None:
    ours = set(here.execute(select(schema.runs.c.id)).scalars())
    with reading(target) as there:
        others = set(there.execute(select(schema.runs.c.id)).scalars()) - ours
    if others:
        shown = target.url.render_as_string(hide_password=True)
        raise StoreError(f"the database {shown} has runs of its own ({len(others)}); name an empty one")


def _empty(target: Engine, tables: Sequence[Table]) -> None:
    with target.begin() as there:
        for table in reversed(tables):
            there.execute(delete(table))


def _copy(here: Connection, target: Engine, table: Table, told: Callable[[str, int], None]) -> None:
    """Put the rows of a table into an empty one, all or none, and compare."""
    with target.begin() as there:
        for rows in _chunks(here, table):
            there.execute(insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])
            told(table.name, len(rows))
        if _sum(there, table) != _sum(here, table):
            raise StoreError(f"table {table.name}: what arrived is not what was sent; the old store is as it was")


def _chunks(connection: Connection, table: Table) -> Iterator[list[tuple[object, ...]]]:
    """Yield the rows of a table in pieces, as any database can take them."""
    rows = connection.execute(select(table).execution_options(yield_per=CHUNK))
    for some in rows.partitions():
        yield [tuple(well_formed(value) if isinstance(value, str) else value for value in row) for row in some]


def _sum(connection: Connection, table: Table) -> _Sum:
    count = hashes = 0
    for rows in _chunks(connection, table):
        count += len(rows)
        hashes += sum(int.from_bytes(blake2b(repr(row).encode(), digest_size=8).digest()) for row in rows)
    return _Sum(count, hashes)
