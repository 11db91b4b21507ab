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


def age_store(path: Path, revision: str) -> None:
    """Rewrite a SQLite store, which nobody has open, with the tables of an older schema revision such as "0002"."""
    aged = path.with_name(f"{path.name}-aged")
    engine = create_engine(f"sqlite:///{aged}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as database:
        database.execute("attach ? as aged", (str(aged),))
        tables = database.execute(
            "select name from aged.sqlite_master where type = 'table' and name <> 'alembic_version'"
        )
        for (table,) in tables.fetchall():
            now, then = (
                {row[1] for row in database.execute(f"pragma {name}.table_info({table})")} for name in ("main", "aged")
            )
            if columns := ", ".join(f'"{column}"' for column in now & then):
                database.execute(f"insert into aged.{table} ({columns}) select {columns} from main.{table}")
        database.commit()
    for leftover in ("-wal", "-shm"):
        path.with_name(path.name + leftover).unlink(missing_ok=True)
    aged.replace(path)
