"""What a later newsbot reads in a page that was kept is no news: nothing that counts changes counts it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import NOW, collected, lines_of, scrapy_here
from sqlalchemy import Engine, select

from newsbot.crawl.outbox.recovery import heal
from newsbot.crawl.run import Run, begin_life
from newsbot.dedupe import facts_of
from newsbot.items import RE_EXTRACTED, Article, Candidate, Collected, Unchanged
from newsbot.sources import Source
from newsbot.store import articles, documents, schema
from newsbot.store.articles import Policy
from newsbot.store.database import reading
from newsbot.store.ledger import Entry
from newsbot.store.listings import Listing
from newsbot.store.views.coverage import coverage
from newsbot.store.views.figures import figures_of
from newsbot.web.urls import article_id, url_key

BROWSED = Path(documents.__file__).parents[1] / "browse" / "datasette.yaml"
SOURCE = Source(name="example", home="https://example.org/", feeds=["https://example.org/feed"])
URL, COPY = "https://example.org/wall", "https://other.org/wall"
WALL = "\n\n".join(f"Section {number} of the harbour wall was raised by the council on Monday." for number in range(9))
LITTERED = f"{WALL}\n\nRELATED: Ferry fares to rise"
OFTEN = Policy(revisit_hours=(1, 6, 24))


def crawl(engine: Engine, output: Path, page: Collected, now: str = NOW) -> Run:
    """Let a run meet a page, for the first time or once more."""
    run = Run(engine, output, [SOURCE], spider="news", now=lambda: now, policy=OFTEN)
    if page.discovered not in [visit.candidate.url for visit in run.intake.revisits(SOURCE)]:
        run.intake.discover(SOURCE, [Candidate(url=page.discovered, via="feed")], Listing("example", SOURCE.feeds[0]))
    run.verdicts.fetched(page.discovered)
    run.verdicts.save(page)
    run.finish()
    return run


def present(engine: Engine, url: str = URL) -> Article:
    identity = article_id(url)
    with reading(engine) as connection:
        return documents.latest(connection, [identity])[identity]


def extract_again(engine: Engine, output: Path, url: str = URL, **fields: Any) -> list[Article]:
    """Store another reading of the present version, as a run that dies; the next one writes its line."""
    life = begin_life(engine, output, spider="reextract", now=lambda: "2026-11-21T08:00:00Z")
    before = present(engine, url)
    facts = facts_of(fields.get("text", before.text))
    read = replace(before, **fields, word_count=facts.word_count, content_hash=facts.content_hash)
    stored = articles.re_extract(engine, [(read, facts)] * 2, run_id=life.run_id, policy=Policy())
    life.abandon()
    heal(engine, output, now="2026-11-21T08:01:00Z")
    return stored


def all_that_counts(engine: Engine) -> dict[str, Any]:
    """Return what is kept of how sources are, and of when they are asked."""
    tables = (schema.days, schema.coverage, schema.visits, schema.frontier, schema.listings, schema.clusters)
    with reading(engine) as connection:
        kept = {table.name: connection.execute(select(table)).all() for table in tables}
    days = coverage(engine, 3, today="2026-11-21")
    return kept | {"days seen": days, "last run": figures_of(engine, since="2026", asked_since="2026").last_run}


def test_a_page_that_is_extracted_again_is_the_next_version_and_no_change_of_its_outlet(
    store: Engine, tmp_path: Path
) -> None:
    crawl(store, tmp_path, collected(URL, LITTERED, title="Wall to rise"))
    counted = all_that_counts(store)
    (again,) = extract_again(store, tmp_path, text=WALL, title="The wall is to rise")
    assert all_that_counts(store) == counted
    first, line = lines_of(tmp_path, "articles")
    assert (line["revision"], line["change"], line["text"], line["id"]) == (2, RE_EXTRACTED, WALL, first["id"])
    assert line["previous_hash"] == first["content_hash"] and line["fetched_at"] == first["fetched_at"]
    assert present(store) == again
    look = crawl(store, tmp_path, collected(URL, WALL, title="The wall is to rise"), "2026-11-21T10:00:00Z")
    assert look.ledger.total().counts["unchanged"] == 1
    assert len(lines_of(tmp_path, "articles")) == 2


def test_a_version_that_is_not_the_present_one_any_more_is_left_alone(store: Engine, tmp_path: Path) -> None:
    crawl(store, tmp_path, collected(URL, LITTERED))
    old, facts = present(store), facts_of(WALL)
    crawl(store, tmp_path, collected(URL, LITTERED.replace("Monday", "Tuesday")), "2026-11-20T10:00:00Z")
    assert articles.re_extract(store, [(replace(old, text=WALL), facts)], run_id="r", policy=Policy()) == []
    assert present(store).revision == 2


def test_a_copy_stays_one_and_its_line_is_among_the_copies(store: Engine, tmp_path: Path) -> None:
    crawl(store, tmp_path, collected(COPY, LITTERED))
    crawl(store, tmp_path, collected(URL, WALL), "2026-11-20T09:00:00Z")
    before = present(store, COPY)
    extract_again(store, tmp_path, COPY, text=WALL)
    assert [line["change"] for line in lines_of(tmp_path, "duplicates")] == ["copy", RE_EXTRACTED]
    assert present(store, COPY).cluster_id == before.cluster_id
    with reading(store) as connection:
        copy = documents.copy_of(connection, before.id)
    assert copy is not None and copy.of == article_id(URL)


def test_a_page_that_makes_an_article_now_makes_no_known_one_another(store: Engine, tmp_path: Path) -> None:
    crawl(store, tmp_path, collected(URL, LITTERED))
    with store.begin() as connection:
        entry = Entry("r", "example", URL, "feed", url_key(URL))
        page = collected(URL, WALL.replace("Monday", "Friday"))
        decided = articles.decide(connection, page, entry, now=NOW, policy=OFTEN, is_of_old=True)
    assert isinstance(decided.verdict, Unchanged) and present(store).revision == 1


def test_who_reads_what_became_of_an_article_meets_no_extraction(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crawl(engine, tmp_path, collected(URL, LITTERED, title="Wall to rise"))
    extract_again(engine, tmp_path, text=WALL, title="The wall is to rise")
    query = yaml.safe_load(BROWSED.read_text("utf-8"))["databases"]["newsbot"]["queries"]["headlines"]["sql"]
    with engine.connect() as connection:
        assert connection.exec_driver_sql(query).all() == []
    assert scrapy_here(monkeypatch, tmp_path, "export", str(tmp_path / "all.sqlite")) == 0
    with closing(sqlite3.connect(tmp_path / "all.sqlite")) as exported:
        assert exported.execute("select count(*) from headline_changes").fetchone() == (0,)
        assert exported.execute("select title, revision, change from articles").fetchall() == [
            ("The wall is to rise", 2, RE_EXTRACTED)
        ]
    capsys.readouterr()
    assert scrapy_here(monkeypatch, tmp_path, "revisions", URL) == 0
    shown = capsys.readouterr().out
    assert "revision 2" not in shown and "1 more version is of the same page, extracted again" in shown
    assert scrapy_here(monkeypatch, tmp_path, "revisions", "--all", URL) == 0
    assert "revision 2, fetched 2026-11-20T08:00:00Z: re-extracted" in capsys.readouterr().out
