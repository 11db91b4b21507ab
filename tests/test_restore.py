"""`scrapy restore`: a backup comes back with all that was delivered since, and no article is written a second time."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from conftest import collected, lines_of, run_scrapy, scrapy_here, sources_file
from local_web import article_page, local_web
from sqlalchemy import Engine, func, select

from newsbot.crawl.outbox.adoption import adopt
from newsbot.crawl.outbox.recovery import heal, names_of, place_of
from newsbot.export import compaction
from newsbot.export.run_files import paths_of, write_run_files
from newsbot.items import Collected, Duplicate, Unchanged, Verdict
from newsbot.store import articles, runs, schema
from newsbot.store.database import open_engine
from newsbot.store.documents import versions_of
from newsbot.store.duplicates import cluster_of
from newsbot.store.leases import marks_of
from newsbot.store.ledger import Account, Entry
from newsbot.store.maintenance import backup
from newsbot.store.maintenance.forgotten import tombstone_of
from newsbot.store.views.address import known_of, places_of
from newsbot.web.urls import article_id, url_key

THEN, LATER, NOW = "2026-11-10T08:00:00Z", "2026-11-18T08:00:00Z", "2026-11-20T08:00:00Z"
STORY = "\n\n".join(
    f"Paragraph {name} says that the {name} council of the {name} valley wants to raise its {name} wall by a metre."
    for name in ("eastern", "western", "northern", "southern", "upper", "lower", "older", "newer", "greater", "lesser")
)


def begin(engine: Engine, output: Path, moment: str) -> str:
    run_id = f"{moment.translate({ord(mark): None for mark in '-:'})}-{moment[8:10] * 4}"
    with engine.begin() as connection:
        runs.begin_run(connection, run_id, place=place_of(output), spider="news", now=moment)
    return run_id


def bring(engine: Engine, run_id: str, story: Collected, now: str) -> None:
    url = story.aliases[0]
    articles.save(engine, story, Entry(run_id, "a", url, "feed", url_key(url + story.article.text)), now=now)


def end(engine: Engine, output: Path, run_id: str, now: str) -> None:
    account = Account()
    account.counts.update(discovered=1, fetched=1, new=1)
    runs.close_books(engine, run_id, {"a": account}, paths_of(run_id))
    write_run_files(engine, output, run_id)
    runs.end_run(engine, run_id, runs.FINISHED, now=now)


def run_of(engine: Engine, output: Path, moment: str, *stories: Collected) -> str:
    run_id = begin(engine, output, moment)
    for story in stories:
        bring(engine, story=story, run_id=run_id, now=moment)
    end(engine, output, run_id, moment)
    return run_id


def verdict(engine: Engine, story: Collected) -> Verdict:
    entry = Entry("r", "a", story.aliases[0], "feed", story.aliases[0])
    return articles.save(engine, story, entry, now=NOW).verdict


def restored(monkeypatch: pytest.MonkeyPatch, output: Path, file: Path) -> Engine:
    assert scrapy_here(monkeypatch, output, "restore", str(file)) == 0
    return open_engine(f"sqlite:///{output / 'newsbot.db'}")


def everything(output: Path) -> list[tuple[object, object]]:
    lines = [*lines_of(output, "articles"), *lines_of(output, "duplicates")]
    return sorted((line["url"], line["revision"]) for line in lines)


def rows(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one()


def test_what_stands_in_files_is_known_again_to_a_store_that_knew_nothing(
    engine: Engine, store: Engine, tmp_path: Path
) -> None:
    one, output = collected("https://a.example/1", STORY, title="A wall"), tmp_path / "output"
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    output.mkdir()
    run_of(other, output, THEN, one, collected("https://a.example/2", "A ship came in."))
    later = collected("https://a.example/1", STORY + "\n\nIt rose.", title="A wall")
    run_of(other, output, LATER, collected("https://b.example/1", STORY, title="A wall"), later)
    before = everything(output)
    found = adopt(store, output)
    assert (found.files, found.articles, found.versions, len(found.run_ids), found.unread) == (3, 3, 1, 2, [])
    again = adopt(store, output)
    assert (again.files, again.articles, again.versions, len(again.run_ids)) == (0, 0, 0, 0)
    for url in ("https://a.example/1", "https://a.example/2", "https://b.example/1"):
        identity = article_id(url)
        assert versions_of(store, identity) == versions_of(other, identity)
        with store.connect() as here, other.connect() as there:
            assert places_of(here, identity) == places_of(there, identity)
    assert cluster_of(store, article_id("https://a.example/1")) == cluster_of(other, article_id("https://a.example/1"))
    other.dispose()
    assert verdict(store, collected("https://a.example/2", "A ship came in.")) == Unchanged()
    assert isinstance(verdict(store, collected("https://c.example/1", STORY + "\n\n(AFP)")), Duplicate)
    assert rows(store, "coverage") == 2
    assert heal(store, output, now=NOW).keys() == {"r"}
    assert [line for line in everything(output) if line in before] == before


def test_what_was_written_since_a_backup_is_known_after_it_is_restored(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of(engine, tmp_path, THEN, collected("https://a.example/1", STORY))
    at_work = begin(engine, tmp_path, LATER)
    bring(engine, at_work, collected("https://a.example/2", "A ship came in."), LATER)
    saved = tmp_path / "saved.db"
    backup.copy(tmp_path / "newsbot.db", saved)
    bring(engine, at_work, collected("https://a.example/3", "A choir sang."), LATER)
    end(engine, tmp_path, at_work, LATER)
    run_of(engine, tmp_path, NOW, collected("https://a.example/4", "The mill was sold."))
    engine.dispose()
    before = everything(tmp_path)
    now = restored(monkeypatch, tmp_path, saved)
    said = capsys.readouterr().out
    assert "read back out of files that it did not know (2): articles 2, later versions 0, runs 1" in said
    assert everything(tmp_path) == before, "the next crawl has nothing to write, and writes over nothing"
    assert heal(now, tmp_path, now=NOW) == {}
    assert rows(now, "articles") == 4
    for number in range(1, 5):
        with now.connect() as connection:
            (place,) = places_of(connection, article_id(f"https://a.example/{number}"))
        assert place.file
        line = (tmp_path / place.file).read_bytes().splitlines()[(place.line or 0) - 1]
        assert f"https://a.example/{number}".encode() in line
    now.dispose()
    (aside,) = tmp_path.glob("newsbot.db.before-restore-*")
    assert backup.check(aside).rows["articles"] == 4, "the store as it was is whole"


def test_days_that_were_joined_since_are_found_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of(engine, tmp_path, THEN, collected("https://a.example/1", STORY))
    other = f"{THEN[:11]}09:00:00Z"
    second = begin(engine, tmp_path, other)
    bring(engine, second, collected("https://a.example/2", "A ship came in."), other)
    saved = tmp_path / "saved.db"
    end(engine, tmp_path, second, other)
    backup.copy(tmp_path / "newsbot.db", saved)
    (day,) = compaction.days_to_join(engine, tmp_path, names_of(tmp_path), before="2027-01-01")
    compaction.join(engine, tmp_path, day)
    engine.dispose()
    now = restored(monkeypatch, tmp_path, saved)
    with now.connect() as connection:
        lines = [place.line for n in (1, 2) for place in places_of(connection, article_id(f"https://a.example/{n}"))]
    assert lines == [1, 2]
    assert rows(now, "exports") == 2
    now.dispose()


def test_what_was_removed_since_is_removed_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of(engine, tmp_path, THEN, collected("https://a.example/1", STORY), collected("https://a.example/2", "A ship."))
    engine.dispose()
    saved = tmp_path / "saved.db"
    backup.copy(tmp_path / "newsbot.db", saved)
    assert scrapy_here(monkeypatch, tmp_path, "forget", "https://a.example/1", "--why", "asked for", "--yes") == 0
    assert scrapy_here(monkeypatch, tmp_path, "restore", str(saved)) == 0
    assert "1 addresses that were removed since are removed again" in capsys.readouterr().out
    now = open_engine(f"sqlite:///{tmp_path / 'newsbot.db'}")
    stone = tombstone_of(now, "https://a.example/1")
    assert stone and stone.is_done and stone.why == "asked for"
    assert versions_of(now, article_id("https://a.example/1")) == []
    assert known_of(now, "https://a.example/2").article_id
    assert everything(tmp_path) == [("https://a.example/2", 1)]
    now.dispose()


def test_files_that_are_not_newsbots_stay_and_are_named(store: Engine, tmp_path: Path) -> None:
    output = tmp_path / "output"
    strange = output / "articles" / "2026-11-01" / "mine.jsonl"
    strange.parent.mkdir(parents=True)
    strange.write_text('{"id": 1}\n')
    found = adopt(store, output)
    assert (found.files, found.unread) == (0, ["articles/2026-11-01/mine.jsonl"])
    assert (rows(store, "runs"), rows(store, "exports")) == (0, 0)
    assert strange.read_text() == '{"id": 1}\n'


@pytest.mark.parametrize("what", ["missing", "text", "newer", "itself", "at work", "open"])
def test_what_cannot_be_restored_is_refused_in_one_line_and_changes_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    run_of(engine, tmp_path, THEN, collected("https://a.example/1", STORY))
    file, store = tmp_path / "saved.db", tmp_path / "newsbot.db"
    backup.copy(store, file)
    marks = marks_of(engine)
    if what == "at work":
        marks.hold("20261120T080000Z-00000000")
    if what != "open":
        engine.dispose()
    if what == "missing":
        file.unlink()
    elif what == "text":
        file.write_text("no store " * 1000)
    elif what == "newer":
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("update alembic_version set version_num = '9999'")
    elif what == "itself":
        file = store
    elif what == "open":
        connection = engine.connect()
        connection.execute(select(schema.runs)).all()
    status = scrapy_here(monkeypatch, tmp_path, "restore", str(file))
    marks.let_go()
    (line,) = capsys.readouterr().err.splitlines()
    said = {
        "missing": "there is no such file", "text": "is not a database", "newer": "of a newer newsbot (schema 9999)",
        "itself": "is the store itself", "at work": "a crawl is at work on the store", "open": "another program has",
    }  # fmt: skip
    assert said[what] in line
    assert status == (2 if what in ("missing", "itself") else 1)
    if what == "open":
        connection.close()
    assert backup.check(store).rows["articles"] == 1
    assert not list(tmp_path.glob("*restor*")) + list(tmp_path.glob(".*restor*"))


def test_a_store_that_is_damaged_or_gone_is_replaced(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of(engine, tmp_path, THEN, collected("https://a.example/1", STORY))
    engine.dispose()
    saved, store = tmp_path / "saved.db", tmp_path / "newsbot.db"
    backup.copy(store, saved)
    store.write_bytes(b"no database " * 1000)
    assert scrapy_here(monkeypatch, tmp_path, "restore", str(saved)) == 0
    assert backup.check(store).rows["articles"] == 1
    store.unlink()
    assert scrapy_here(monkeypatch, tmp_path, "restore", str(saved)) == 0
    assert backup.check(store).rows["articles"] == 1


def test_killed_before_its_last_step_nothing_has_changed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of(engine, tmp_path, THEN, collected("https://a.example/1", STORY))
    saved = tmp_path / "saved.db"
    backup.copy(tmp_path / "newsbot.db", saved)
    run_of(engine, tmp_path, LATER, collected("https://a.example/2", "A ship came in."))
    engine.dispose()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, "put_in_place", die)
        assert scrapy_here(patch, tmp_path, "restore", str(saved)) == 130
    assert backup.check(tmp_path / "newsbot.db").rows["articles"] == 2
    assert not list(tmp_path.glob(".*restor*"))


def test_crawls_go_on_after_a_restore_as_if_nothing_had_been_lost(tmp_path: Path) -> None:
    output, saved = tmp_path / "output", tmp_path / "saved.db"
    with local_web() as web:
        stories = [web.put(f"/story/{n}", article_page(f"What was sold in ward {n}", f"ward {n}")) for n in range(5)]
        sources = sources_file(tmp_path, town={"home": f"{web.base}/", "feeds": [web.feed("/feed", stories[:3])]})
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
        done = [run_scrapy(output, *crawl), run_scrapy(output, "backup", str(saved))]
        web.feed("/feed", stories)
        done += [run_scrapy(output, *crawl), run_scrapy(output, "restore", str(saved))]
        asked = len(web.asked)
        done += [run_scrapy(output, *crawl)]
        again = [path for path in web.paths()[asked:] if path.startswith("/story")]
    assert [run.returncode for run in done] == [0] * 5, done[-1].stderr
    assert Counter(line["url"] for line in lines_of(output, "articles")) == Counter(stories)
    assert again == []
