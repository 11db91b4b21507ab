"""A store of the last version opens with nothing lost, exports the same lines, and is healed by the next run."""

from __future__ import annotations

import socket
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from conftest import lines_of, postgres_server, run_scrapy, scrapy_here
from deathtrap.aging import make_tables
from local_web import local_web
from sqlalchemy import Engine, MetaData, create_engine, inspect, text
from stocked import not_found
from stored_web import COAST, HARBOUR, TIDE, address, crawl_arguments, publish

from newsbot.process import utc_now
from newsbot.store import schema
from newsbot.store.database import open_engine
from newsbot.store.listings import load, owed

STORES = Path(__file__).with_name("stores")
JOINED = {"listings", "polls"}
"""Tables that are one since."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store that newsbot 0.1 has left; its runs wrote to the folder "output" of the test."""
    path = tmp_path / "newsbot.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((STORES / "0.1.sql").read_text("utf-8"))
        database.execute("update runs set place = ?", (f"{socket.gethostname()}:{(tmp_path / 'output').resolve()}",))
        database.commit()
    if request.param == "sqlite":
        yield f"sqlite:///{path}"
        return
    server, url = postgres_server()
    schema = f"newsbot_{uuid.uuid4().hex}"
    with server.begin() as connection:
        connection.execute(text(f"create schema {schema}"))
    try:
        stored = f"{url}?options=-csearch_path%3D{schema}"
        copy(path, stored)
        yield stored
    finally:
        with server.begin() as connection:
            connection.execute(text(f"drop schema {schema} cascade"))
        server.dispose()


def copy(path: Path, stored: str) -> None:
    """Copy a SQLite store of schema 0004 into an empty PostgreSQL schema, and leave its sequences where they are."""
    make_tables(stored, "0004")
    with unopened(stored) as engine, engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name != "alembic_version" and (rows := rows_of(f"sqlite:///{path}", table.name)):
                connection.execute(table.insert(), rows)


@contextmanager
def unopened(url: str) -> Iterator[Engine]:
    """Look at a store as it is, without bringing it up to date."""
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def rows_of(url: str, table: str) -> list[dict[str, Any]]:
    with unopened(url) as engine, engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(f"select * from {table}")).mappings()]


def as_set(rows: list[dict[str, Any]]) -> set[str]:
    return {repr(sorted(row.items())) for row in rows}


def test_every_row_is_there_after_opening(stored: str) -> None:
    with unopened(stored) as engine:
        tables = MetaData()
        tables.reflect(engine)
    index = set() if stored.startswith("sqlite") else {"bands"}  # which PostgreSQL has in another form since
    kept = sorted(set(tables.tables) - JOINED - index - {"alembic_version"})
    before = {name: rows_of(stored, name) for name in [*kept, *JOINED]}
    assert all(before.values()), "every table of the kept store has rows"
    with opened(stored) as engine:
        listings = load(engine, ["coast", "harbour", "tide"])
        assert not_found(engine) == []
    for name in kept:
        columns = before[name][0].keys()  # of those that the schema had
        after = [{column: row[column] for column in columns} for row in rows_of(stored, name)]
        assert as_set(after) == as_set(before[name])

    assert listings.keys() == {(row["source"], row["url"]) for name in JOINED for row in before[name]}
    for row in before["listings"]:
        now = listings[row["source"], row["url"]]
        assert all(getattr(now, name) == row[name] for name in ("etag", "last_modified", "digest", "lastmod"))
        assert now.read_at == (row["checked_at"] or None)
    for row in before["polls"]:
        now = listings[row["source"], row["url"]]
        same = ("due_at", "interval", "errors", "error", "gaps", "moved_to", "seen")
        assert all(getattr(now, name) == row[name] for name in same)
        assert (now.answered_at, now.news_at) == (row["checked_at"], row["changed_at"])
    months = ((f"{COAST}/sitemap-2026-10.xml", "2026-11-01"), (f"{COAST}/sitemap-2026-11.xml", None))
    assert listings["coast", f"{COAST}/sitemap.xml"].sub_sitemaps == months
    assert listings["harbour", f"{HARBOUR}/old"].moved_to == f"{HARBOUR}/new"
    assert listings["harbour", f"{HARBOUR}/broken"].errors == 3
    assert listings["tide", f"{TIDE}/feed"].digest is None, "it was asked and never read"
    assert owed(listings, "coast", f"{COAST}/news") == (f"{COAST}/news?page=2", 1)


def test_what_only_one_of_the_two_tables_knew_is_not_lost(stored: str) -> None:
    feed, index = f"{COAST}/feed", f"{COAST}/sitemap.xml"
    with unopened(stored) as engine, engine.begin() as connection:
        connection.execute(text(f"delete from polls where url = '{feed}'"))
        connection.execute(
            text(f"""update listings set children = '[["{COAST}/all.xml",null]]' where url = '{index}'""")
        )
    with opened(stored) as engine:
        listings = load(engine, ["coast"])
    assert listings["coast", feed].etag == '"4"'
    assert listings["coast", feed].due_at is None, "it is asked at once"
    assert listings["coast", index].sub_sitemaps == ((f"{COAST}/all.xml", None),)


def test_who_opens_it_is_told_what_takes_its_time_and_only_once(stored: str) -> None:
    told: list[str] = []
    for _ in range(2):
        open_engine(stored, told=told.append).dispose()
    assert [line.partition(" (")[0] for line in told] == ["bringing the store up to date"]


def test_an_export_gives_the_same_lines(stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = tmp_path / "all.jsonl"
    export = ("export", str(lines), "--duplicates", "-s", f"NEWSBOT_DATABASE_URL={stored}")
    assert scrapy_here(monkeypatch, tmp_path / "output", *export) == 0
    assert lines.read_text("utf-8") == (STORES / "0.1.jsonl").read_text("utf-8")


def test_the_next_run_takes_up_what_the_dead_ones_left(stored: str, tmp_path: Path) -> None:
    output = tmp_path / "output"
    with unopened(stored) as engine, engine.begin() as connection:
        connection.execute(text("update polls set checked_at = :now where url like '%-10.xml'"), {"now": utc_now()})
    with opened(stored) as engine, engine.connect() as connection:
        dead = connection.execute(text("select id from runs where status = 'running'")).scalar_one()
    with local_web() as web:
        publish(web, coast=18, harbour=6, corrected=True)
        environment = {"NEWSBOT_DATABASE_URL": stored, "http_proxy": web.base}
        run = run_scrapy(output, *crawl_arguments(tmp_path, "coast", "harbour"), **environment)
        asked = web.paths()
    assert run.returncode == 0, run.stderr
    lines = {line["url"]: line["run_id"] for line in lines_of(output, "articles")}
    assert {url for url, run_id in lines.items() if run_id == dead} == {address(n, HARBOUR) for n in (3, 4, 5)}
    fresh = {address(6, HARBOUR), *(address(n) for n in (9, 10, 11, 12, 13, 14, 16, 17, 18))}
    assert {url for url, run_id in lines.items() if run_id != dead} == fresh, "what waited, and what page 2 had"
    assert f"{COAST}/news?page=2" in asked
    assert f"{HARBOUR}/old" not in asked, "it has moved"
    assert f"{COAST}/sitemap-2026-10.xml" not in asked, "its month is over, and it was read this week"


def test_first_starts_at_the_same_time_wait_for_each_other(stored: str) -> None:
    def open_four() -> None:
        together = Barrier(4)

        def open_it(_: int) -> None:
            together.wait()
            open_engine(stored).dispose()

        with ThreadPoolExecutor(4) as starts:
            list(starts.map(open_it, range(4)))  # raises what one of them has raised

    open_four()
    assert rows_of(stored, "runs")
    with unopened(stored) as engine, engine.begin() as connection:
        for table in inspect(connection).get_table_names():
            is_sqlite = connection.dialect.name == "sqlite"
            if not table.startswith("search_words_"):  # they go with search_words
                connection.execute(text(f"drop table {table}" if is_sqlite else f"drop table {table} cascade"))
    open_four()
    assert rows_of(stored, "runs") == []


def test_rows_that_were_copied_by_hand_take_no_numbers_from_those_that_follow(stored: str) -> None:
    assert all(rows_of(stored, table) for table in ("sketches", "outbox", "exports"))
    with opened(stored) as engine, engine.begin() as connection:
        connection.execute(schema.sketches.insert().values(article_id="a", version=1, slots=bytes(96)))
        connection.execute(schema.outbox.insert().values(run_id="r", kind="article", article_id="a", revision=1))
        connection.execute(schema.exports.insert().values(run_id="r", kind="article", path="p", done=0))
