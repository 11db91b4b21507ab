"""`scrapy backup` and the copy before an upgrade: whole while crawls write, one clear line where that cannot be."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import NOW, ROOT, collected, scrapy_environment, scrapy_here
from sqlalchemy import Engine
from stocked import stock, stock_runs

from newsbot.store import StoreError, articles
from newsbot.store.database import database_url, open_engine
from newsbot.store.ledger import Entry
from newsbot.store.maintenance import backup
from newsbot.store.schema import REVISION
from newsbot.web.urls import url_key

KEPT = Path(__file__).with_name("stores") / "0.1.sql"
OLD_SCHEMA = "0004"


def save(engine: Engine, number: int) -> None:
    url = f"https://example.org/{number}"
    text = f"Story number {number} of the day.\n\nIt has {number} words and then some."
    articles.save(engine, collected(url, text), Entry("run", "a", url, "feed", url_key(url)), now=NOW)


def old_store(folder: Path, name: str = "newsbot.db") -> Path:
    path = folder / name
    with closing(sqlite3.connect(path)) as database:
        database.executescript(KEPT.read_text("utf-8"))
    return path


def test_a_copy_is_the_store_of_one_moment_while_others_write(engine: Engine, tmp_path: Path) -> None:
    for number in range(300):
        save(engine, number)
    store, target = Path(str(engine.url.database)), tmp_path / "copy.db"
    done = threading.Event()
    written = threading.Event()

    def write() -> None:
        number = 300
        while not done.is_set():
            save(engine, number)
            number += 1
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    steps: list[tuple[int, int]] = []
    backup.PAGES, pages = 4, backup.PAGES  # many steps, and a write between any two of them

    def told(done_pages: int, total: int) -> None:
        steps.append((done_pages, total))
        written.clear()
        if len(steps) < 5:
            written.wait(10)

    try:
        contents = backup.copy(store, target, told=told)
    finally:
        backup.PAGES = pages
        done.set()
        writer.join()
    assert contents.revision == REVISION
    assert contents.rows["articles"] == contents.rows["revisions"] >= 300
    assert steps[-1][0] == steps[-1][1]
    assert len({total for _, total in steps}) == 1, "it never began anew"
    assert not list(tmp_path.glob("copy.db-*")), "it needs no log beside it"
    assert backup.check(target) == contents


def test_what_the_command_says_and_that_it_writes_over_nothing_unasked(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stock_runs(stock(engine))
    engine.dispose()
    target = tmp_path / "copy.db"
    assert scrapy_here(monkeypatch, tmp_path, "backup", str(target)) == 0
    said = capsys.readouterr()
    assert "opened and checked: articles 4, versions 5, runs 1" in said.out
    before = target.read_bytes()
    for place, word in ((target, "--force"), (tmp_path, "is a folder"), (tmp_path / "no" / "x.db", "is no folder")):
        assert scrapy_here(monkeypatch, tmp_path, "backup", str(place)) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert word in line
    assert scrapy_here(monkeypatch, tmp_path, "backup", str(tmp_path / "newsbot.db"), "--force") == 2
    assert target.read_bytes() == before
    assert scrapy_here(monkeypatch, tmp_path, "backup", str(target), "--force") == 0
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_damaged_store_makes_no_copy(engine: Engine, tmp_path: Path) -> None:
    for number in range(300):
        save(engine, number)
    engine.dispose()
    store = tmp_path / "newsbot.db"
    with store.open("r+b") as file:
        file.seek(store.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    with pytest.raises(StoreError, match=r"is damaged|cannot be used"):
        backup.copy(store, tmp_path / "copy.db")


def test_what_is_no_store_is_told_from_one(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as database:
        database.execute("create table articles (id)")
    with pytest.raises(StoreError, match="no store of newsbot"):
        backup.check(other)
    other.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        backup.check(other)
    assert backup.known_revisions() >= {"0001", OLD_SCHEMA, REVISION}


def test_a_store_is_copied_before_it_is_upgraded_and_who_opens_it_is_told_once(tmp_path: Path) -> None:
    path = old_store(tmp_path)
    told: list[str] = []
    for _ in range(2):
        open_engine(f"sqlite:///{path}", told=told.append).dispose()
    kept = tmp_path / f"newsbot.db.before-{REVISION}"
    assert [line.endswith(f"as it is now it is kept as {kept}") for line in told] == [True]
    assert backup.check(kept).revision == OLD_SCHEMA
    again = tmp_path / "again.db"
    shutil.copy(kept, again)
    open_engine(f"sqlite:///{again}").dispose()
    assert backup.check(again).rows == backup.check(path).rows, "the copy is as good as the store was"


def test_no_more_than_the_last_copies_from_before_upgrades_are_kept(tmp_path: Path) -> None:
    path = old_store(tmp_path)
    others = [tmp_path / "newsbot.db.before-0002", tmp_path / "newsbot.db.before-0003"]
    for other in (*others, tmp_path / "newsbot.db.before-lunch"):
        other.write_text("a file")
    open_engine(f"sqlite:///{path}").dispose()
    kept = {file.name for file in tmp_path.glob("*before*")}
    assert kept == {"newsbot.db.before-0003", f"newsbot.db.before-{REVISION}", "newsbot.db.before-lunch"}


def test_a_new_store_is_no_reason_for_a_copy(engine: Engine, tmp_path: Path) -> None:
    assert engine.url.database
    assert not list(tmp_path.glob("*before*"))


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    usage = shutil._ntuple_diskusage(10**9, 10**9 - 4096, 4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    yield


@pytest.mark.usefixtures("full_disk")
def test_without_room_for_a_copy_a_store_stays_as_it_was(tmp_path: Path) -> None:
    path = old_store(tmp_path)
    before = backup.check(path)
    with pytest.raises(StoreError, match=r"could not be copied first, so it is as it was: no room") as refused:
        open_engine(f"sqlite:///{path}")
    assert len(str(refused.value).splitlines()) == 1
    assert backup.check(path) == before
    assert not [file for file in tmp_path.iterdir() if "before" in file.name]


def test_a_disk_that_fills_up_while_a_copy_is_made_leaves_nothing_of_it(engine: Engine, tmp_path: Path) -> None:
    for number in range(100):
        save(engine, number)
    engine.dispose()
    limited = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)); "
        "os.execv(sys.executable, [sys.executable, '-m', 'scrapy', 'backup', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, str(tmp_path / "copy.db")],
        cwd=ROOT,
        env=scrapy_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    assert "copy.db" in line
    assert not list(tmp_path.glob("*copy*"))
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.services
@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_store_in_postgresql_is_written_by_pg_dump_or_its_line_is_shown(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stock(store)
    monkeypatch.setenv("NEWSBOT_DATABASE_URL", "")
    address = store.url.render_as_string(hide_password=False).replace("postgresql+psycopg:", "postgresql:")
    target = tmp_path / "copy.dump"
    arguments = ["backup", str(target), "-s", f"NEWSBOT_DATABASE_URL={address}"]
    if shutil.which("pg_dump"):
        assert scrapy_here(monkeypatch, tmp_path, *arguments) == 0
        assert "by pg_dump" in capsys.readouterr().out
        assert target.read_bytes().startswith(b"PGDMP")
        target.unlink()
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    assert scrapy_here(monkeypatch, tmp_path, *arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "pg_dump --format=custom --no-owner --schema=newsbot_" in line
    assert not target.exists()


def test_an_address_of_postgresql_needs_no_driver_in_it() -> None:
    addresses = ("postgresql://a@b/c", "postgres://a@b/c", "postgresql+psycopg://a@b/c")
    assert {database_url(address).drivername for address in addresses} == {"postgresql+psycopg"}
