"""The store as a web site: Datasette over the SQLite file, read-only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from datasette.app import Datasette
from datasette.database import Database

METADATA = Path(__file__).with_name("datasette.yaml")

SETTINGS = {
    "sql_time_limit_ms": 10_000,  # the search reads every text
    "default_page_size": 50,
    "truncate_cells_html": 300,
    "allow_download": False,  # a copy of the file alone lacks what is in its WAL
    "suggest_facets": False,
}


def datasette_of(path: Path) -> Datasette:
    """Return a Datasette of the store at this path; each request opens it to read, and locks nothing.

    It is not declared immutable: SQLite would not look at the WAL then, and crawls may be writing.
    """
    datasette = Datasette([], metadata=yaml.safe_load(METADATA.read_text("utf-8")), settings=SETTINGS)
    datasette.add_database(Database(datasette, path=str(path), is_mutable=True), name="newsbot")
    return datasette


def application(path: Path) -> Any:
    """Return the site as an ASGI application."""
    return datasette_of(path).app()
