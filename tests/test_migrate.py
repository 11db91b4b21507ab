"""`scrapy migrate`: all that a store knows is in the new one, and no crawl takes a new store for the old one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import NOW, lines_of, run_scrapy, scrapy_here, sources_file
from local_web import article_page, local_web
from sqlalchemy import Engine, select, update
from stocked import not_found

from newsbot.store import StoreError, schema
from newsbot.store.database import open_engine
from newsbot.store.migrations.move import TABLES, move

KEPT = Path(__file__).with_name("stores") / "0.1.sql"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite store with rows in every table but those that crawls of today alone fill."""
    path = tmp_path / "old" / "newsbot.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(KEPT.read_text("utf-8"))
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def rows_of(engine: Engine) -> dict[str, set[str]]:
    with engine.connect() as connection:
        return {table.name: {repr(tuple(row)) for row in connection.execute(select(table))} for table in TABLES}


def test_all_that_a_store_knows_is_moved(old: Engine, store: Engine) -> None:
    with old.begin() as connection:
        connection.execute(schema.days.insert().values(source="a", day=NOW[:10], measures="{}"))
        found = {"source": "a", "kind": "silent", "subject": "", "opened_at": NOW, "seen_at": NOW, "document": "{}"}
        connection.execute(schema.findings.insert().values(id=7, **found))
        connection.execute(schema.told.insert().values(channel="c", finding_id=7, event="opened", at=NOW))
    before = rows_of(old)
    moved = move(old, store)
    assert rows_of(store) == before
    assert not_found(store) == []
    assert {name: rows for name, rows, _ in moved} == {name: len(rows) for name, rows in before.items()}
    again = move(old, store)
    assert all(table.was_there for table in again)
    reopened = open_engine(store.url.render_as_string(hide_password=False))
    with reopened.begin() as connection:
        key = connection.execute(schema.outbox.insert().values(run_id="r", kind="article", article_id="a", revision=1))
    assert key.inserted_primary_key is not None, "new rows get numbers of their own"
    reopened.dispose()


def test_an_interrupted_move_goes_on_and_is_no_store_until_it_is_whole(old: Engine, store: Engine) -> None:
    def interrupt(table: str, _rows: int) -> None:
        if table == "revisions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(old, store, told=interrupt)
    assert rows_of(store)["runs"] == set()
    with old.begin() as connection:  # the old store is used for a while longer
        connection.execute(update(schema.articles).values(title="Another headline"))
    move(old, store)
    assert rows_of(store) == rows_of(old)


def test_a_database_that_is_a_store_already_is_refused(old: Engine, store: Engine) -> None:
    with store.begin() as connection:
        values = {"id": "20990101T000000Z-00000000", "place": "p", "spider": "news", "started_at": NOW}
        connection.execute(schema.runs.insert().values(**values, status="finished", version="0"))
    before = rows_of(store)
    with pytest.raises(StoreError, match="has runs of its own"):
        move(old, store)
    assert rows_of(store) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say where to"),
        (["--to", "sqlite:///FOLDER/newsbot.db"], "the same store"),
        (["--to", "sqlite:///FOLDER/new.db"], "there is no store at"),
    ],
)
def test_a_move_that_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    given = [argument.replace("FOLDER", str(tmp_path)) for argument in arguments]
    assert scrapy_here(monkeypatch, tmp_path, "migrate", *given) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not list(tmp_path.iterdir())


def test_a_new_store_beside_the_files_of_an_old_one_is_refused_until_it_is_moved(tmp_path: Path) -> None:
    output, new = tmp_path / "output", f"sqlite:///{tmp_path / 'new.db'}"
    with local_web() as web:
        stories = [web.put(f"/story/{n}", article_page(f"What was sold in ward {n}", f"ward {n}")) for n in range(3)]
        sources = sources_file(tmp_path, town={"home": f"{web.base}/", "feeds": [web.feed("/feed", stories)]})
        crawl = [
            "crawl",
            "news",
            "-a",
            f"sources={sources}",
            "-s",
            "DOWNLOAD_DELAY=0",
            "-s",
            "NEWSBOT_EXTRACT_WORKERS=0",
        ]
        first = run_scrapy(output, *crawl)
        refused = run_scrapy(output, *crawl, NEWSBOT_DATABASE_URL=new)
        moved = run_scrapy(output, "migrate", NEWSBOT_DATABASE_URL=new)
        last = run_scrapy(output, *crawl, NEWSBOT_DATABASE_URL=new)
    assert (first.returncode, moved.returncode, last.returncode) == (0, 0, 0), moved.stderr + last.stderr
    assert refused.returncode == 1
    assert "would be written a second time" in refused.stderr
    assert "scrapy migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(lines_of(output, "articles")) == 3
    assert (output / "newsbot.db.moved").exists()
