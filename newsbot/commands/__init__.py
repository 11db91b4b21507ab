"""Scrapy commands of newsbot: demo, sources, and Scrapy's own crawl with an exit status."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import BaseSettings
from sqlalchemy import Engine, make_url

from newsbot.store import StoreError, open_engine


def open_store(settings: BaseSettings) -> Engine:
    """Open the store of the settings, which must be there. Raises StoreError."""
    database = settings["NEWSBOT_DATABASE_URL"] or f"sqlite:///{Path(settings['NEWSBOT_OUTPUT']) / 'newsbot.db'}"
    if database.startswith("sqlite:"):
        path = make_url(database).database
        if path and not Path(path).exists():
            raise StoreError(f"there is no database {path}: nothing has been crawled yet")
    return open_engine(database)
