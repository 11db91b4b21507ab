"""All tables as one database that others open: SQLite or DuckDB, with keys, and views of what is often asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import orjson

from newsbot.export.tables import Content, Kind, Table, kind_of
from newsbot.process import MissingExtra, give_free_memory_back

Build = Callable[[Path, Sequence[Content]], dict[str, int]]
"""Makes a database at a path where there is none, and returns the number of rows by table."""

SQLITE_TYPES: dict[Kind, str] = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"}
"""All else is text: days and times in UTC as ISO 8601, which SQLite computes with; lists and objects as JSON."""
DUCKDB_BOUNDS: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "64MB", "threads": "1"}
DUCKDB_KEYED = 320_000
"""Rows of all tables, such as of 100,000 articles, up to which they have keys: DuckDB holds indexes in memory, and
those of 1,000,000 articles were too large for 250 MB."""
DUCKDB_ROW_GROUP = 16_384
"""Rows, in columns, that DuckDB has in memory until they are packed; a multiple of 2048."""


class View(NamedTuple):
    """What is often asked of the tables."""

    name: str
    needs: frozenset[str]
    """Fields of articles."""
    query: str


VIEWS = (
    View(
        "articles_per_day",
        frozenset({"published_day", "source"}),
        "select published_day, source, count(*) as articles from articles group by published_day, source",
    ),
    View(
        "syndication",
        frozenset({"source", "cluster_id"}),
        "select articles.source, count(*) as articles, count(story.id) as syndicated, "
        "round(1.0 * count(story.id) / count(*), 4) as share "
        "from articles left join clusters as story on story.id = articles.cluster_id and story.sources > 1 "
        "group by articles.source",
    ),
    View(
        "headline_changes",
        frozenset({"id", "url", "source"}),
        "select articles.id, articles.url, articles.source, later.revision, later.fetched_at, "
        "earlier.title as old_title, later.title as new_title "
        "from revisions as later "
        "join revisions as earlier on earlier.id = later.id and earlier.revision = later.revision - 1 "
        "join articles on articles.id = later.id "
        "where earlier.title <> later.title and later.change <> 're-extracted'",  # items.RE_EXTRACTED
    ),
)


def builder_of(name: str) -> Build:
    """Return what makes a database of a format of formats.DATABASES. Raises MissingExtra."""
    if name == "duckdb":
        try:
            import duckdb  # noqa: F401
            import pyarrow  # noqa: F401
        except ImportError:
            raise MissingExtra("DuckDB needs", "duckdb") from None
        return build_duckdb
    return build_sqlite


def build_sqlite(path: Path, contents: Sequence[Content]) -> dict[str, int]:
    """Make a SQLite database of the tables."""
    counts = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = off")  # it is thrown away unless it is whole
        connection.execute("pragma synchronous = off")
        connection.execute("begin")
        for content in contents:
            table = content.table
            columns = [f'"{field.name}" {SQLITE_TYPES.get(kind_of(field), "TEXT")}' for field in table.fields]
            connection.execute(_creation(table, columns))
            marks = ", ".join("?" * len(columns))
            insertion = f'insert into "{table.name}" values ({marks})'  # noqa: S608 (names are ours)
            counts[table.name] = connection.executemany(insertion, _values(content)).rowcount
        for statement in _views(contents):
            connection.execute(statement)
        connection.execute("commit")
    return counts


def _values(content: Content) -> Iterator[list[object]]:
    for row in content.rows:
        values = (row.get(name) for name in content.table.names)
        yield [orjson.dumps(value).decode() if isinstance(value, list | dict) else value for value in values]


def build_duckdb(path: Path, contents: Sequence[Content]) -> dict[str, int]:
    """Make a DuckDB database of the tables, from Parquet beside it; with keys up to DUCKDB_KEYED rows.

    DuckDB reads a table at once, and puts it on the disk as it reads; what is inserted piece by piece it writes again
    and again, and holds in memory.
    """
    import duckdb

    from newsbot.export.parquet import write_parquet

    counts, parts = {}, {}
    for content in contents:
        name = content.table.name
        parts[name] = path.with_name(f"{name}.parquet")
        with parts[name].open("wb") as file:
            counts[name] = write_parquet(file, content)
    give_free_memory_back()
    with duckdb.connect(config=DUCKDB_BOUNDS) as connection:
        connection.execute(f"attach {_quoted(path)} as made (row_group_size {DUCKDB_ROW_GROUP})")
        connection.execute("use made")
        for content in contents:
            rows = f"from read_parquet({_quoted(parts[content.table.name])})"
            types = connection.execute(f"describe {rows}").fetchall()
            columns = [f'"{name}" {type_}' for name, type_, *_ in types]
            connection.execute(_creation(content.table, columns, with_keys=sum(counts.values()) <= DUCKDB_KEYED))
            connection.execute(f'insert into "{content.table.name}" {rows}')
        for statement in _views(contents):
            connection.execute(statement)
    return counts


def _quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _creation(table: Table, columns: Sequence[str], *, with_keys: bool = True) -> str:
    parts = list(columns)
    if table.key and with_keys:
        parts.append(f"primary key ({', '.join(table.key)})")
    if with_keys:
        parts += [f"foreign key ({name}) references {other} ({its})" for name, (other, its) in table.refers.items()]
    return f'create table "{table.name}" ({", ".join(parts)})'


def _views(contents: Sequence[Content]) -> Iterator[str]:
    names = next(content.table.names for content in contents if content.table.name == "articles")
    for view in VIEWS:
        if view.needs.issubset(names):
            yield f"create view {view.name} as {view.query}"
