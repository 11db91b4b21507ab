"""Where the store is, and opening one that earlier runs have made."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from newsbot.store.database import StoreError, open_engine


def store_url(database_url: str, output: Path) -> str:
    """Return the store's address: NEWSBOT_DATABASE_URL, or SQLite in the output folder where that is empty.

    >>> store_url("", Path("output"))
    'sqlite:///output/newsbot.db'
    """
    return database_url or f"sqlite:///{output / 'newsbot.db'}"


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite store; None for another database or none at all.

    >>> sqlite_file("postgresql+psycopg://localhost/news") is None
    True
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def open_existing(url: str) -> Engine:
    """Open a store to read what is in it, and make none where there is none.

    Raises StoreError as open_engine() does, and for a SQLite file that does not exist.
    """
    path = sqlite_file(url)
    if path is not None and not path.exists():
        raise StoreError(
            f"there is no store at {path}; collect something first (scrapy crawl news), or say where it is: "
            "-s NEWSBOT_OUTPUT=FOLDER or NEWSBOT_DATABASE_URL"
        )
    return open_engine(url)
