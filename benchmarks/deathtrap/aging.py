"""A store as an older newsbot would have left it: its tables alone, with what they hold today."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import newsbot.store

MIGRATIONS = Path(newsbot.store.__file__).with_name("migrations")
OF_LISTINGS = {
    "listings": """
        insert into aged.listings (source, url, etag, last_modified, digest, lastmod, children, checked_at, changed_at)
        select source, url, etag, last_modified, digest, lastmod,
            coalesce(sub_sitemaps, case when next_page is not null then json_array(json_array(next_page, null)) end),
            coalesce(read_at, ''), coalesce(answered_at, read_at, '')
        from main.listings where digest is not null
    """,
    "polls": """
        insert into aged.polls
            (source, url, checked_at, changed_at, due_at, "interval", errors, error, gaps, moved_to, seen)
        select source, url, coalesce(answered_at, due_at), news_at, due_at, "interval",
            errors, error, gaps, moved_to, seen
        from main.listings where due_at is not null
    """,
}
"""The two tables that were one from 0005 on: a listing that was read, and one that was asked."""
AGES = ("0001", "0002", "0003", "0004")
"""Revisions that a store can be made to be of again."""
AGES_OF_JOINED = ("0009",)
"""Those of a store whose files were joined: before 0008 no two exports were in one file."""
WORDS = "search_words"
"""SQLite's index of words, which keeps what it knows in tables of its own."""


def make_tables(url: str, revision: str) -> None:
    """Make the tables of a schema revision in an empty database."""
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def ages_of(path: Path) -> tuple[str, ...]:
    """Return the revisions that a SQLite store can be made to be of again."""
    with closing(sqlite3.connect(path)) as database:
        shared = database.execute("select path from exports group by path having count(*) > 1 limit 1")
        return AGES_OF_JOINED if shared.fetchone() else AGES


def age_store(path: Path, revision: str) -> None:
    """Rewrite a SQLite store, which nobody has open, with the tables of an older schema revision (``ages_of``)."""
    aged = path.with_name(f"{path.name}-aged")
    make_tables(f"sqlite:///{aged}", revision)
    with closing(sqlite3.connect(path)) as database:
        database.execute("attach ? as aged", (str(aged),))
        tables = database.execute(
            "select name from aged.sqlite_master where type = 'table' and name <> 'alembic_version'"
        )
        is_one = any(row[1] == "read_at" for row in database.execute("pragma main.table_info(listings)"))
        for (table,) in tables.fetchall():
            if is_one and revision < "0005" and table in OF_LISTINGS:
                database.execute(OF_LISTINGS[table])
                continue
            if table.startswith(f"{WORDS}_"):
                continue
            now, then = (
                {row[1] for row in database.execute(f"pragma {name}.table_info({table})")} for name in ("main", "aged")
            )
            numbered = {"rowid"} if table == WORDS else set()
            if columns := ", ".join(f'"{column}"' for column in now & then | numbered):
                database.execute(f"insert into aged.{table} ({columns}) select {columns} from main.{table}")
        database.commit()
    for leftover in ("-wal", "-shm"):
        path.with_name(path.name + leftover).unlink(missing_ok=True)
    aged.replace(path)
