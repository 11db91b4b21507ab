"""`scrapy reextract`: archived pages through today's extraction, shown beside the records, and stored where wanted."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from archived import SOURCE, Kept, collect, write_archive
from conftest import NOW, lines_of, run_scrapy, scrapy_here, sources_file
from local_web import article_page, local_web
from sqlalchemy import Engine

from newsbot.bulk import files
from newsbot.bulk.reextraction.course import Course
from newsbot.bulk.reextraction.journal import FOLDER
from newsbot.crawl import worker_pool
from newsbot.items import RE_EXTRACTED, Collected, Rejection
from newsbot.store import frontier
from newsbot.store.database import reading
from newsbot.web.urls import url_key

TOPICS = ("harbour", "library", "trains", "bridge", "school", "market")
PAGES = [Kept(f"https://example.org/news/{topic}", article_page(f"All about the {topic}", topic)) for topic in TOPICS]
LATER = "2026-11-21T08:00:00Z"


def as_formerly(made: Collected) -> Collected:
    """Return an article as an older newsbot read it: with no authors, and a line in it that is the site's."""
    article = replace(
        made.article, authors=[], text=f"{made.article.text}\n\nRELATED: {made.article.title} in pictures"
    )
    return worker_pool.collected(article, made.aliases, made.announced)


class Told:
    """Runs `scrapy reextract` in this process, and returns what it prints as JSON."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], output: Path, archive: Path
    ) -> None:
        self.monkeypatch, self.capsys, self.output, self.archive = monkeypatch, capsys, output, archive

    def __call__(self, *options: str, status: int = 0) -> dict[str, Any]:
        self.capsys.readouterr()
        where = () if "-s" in options else (str(self.archive),)
        command = ("reextract", *where, "--workers", "0", "--json", *options)
        assert scrapy_here(self.monkeypatch, self.output, *command) == status
        told: dict[str, Any] = orjson.loads(self.capsys.readouterr().out)
        return told


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Told:
    return Told(monkeypatch, capsys, tmp_path, write_archive(tmp_path / "pages.warc.gz", PAGES))


def revisions(output: Path, folder: str = "articles") -> list[tuple[int, str | None]]:
    return [(line["revision"], line["change"]) for line in lines_of(output, folder)]


def test_what_an_older_newsbot_read_is_shown_beside_what_today_s_does_and_stored_once(
    engine: Engine, told: Told, tmp_path: Path
) -> None:
    collect(engine, tmp_path, PAGES, as_formerly)
    shown = told()
    assert shown["pages"] == {"same": 0, "changed": 6, "gained": 0, "lost": 0} and shown["rest"] == {}
    assert {name: sum(counts.values()) for name, counts in shown["fields"].items()} == {"authors": 6, "text": 6}
    assert shown["verdicts"] == {"better": 6}
    assert revisions(tmp_path) == [(1, None)] * 6, "nothing is stored unasked"
    done = told("--apply")
    assert done["pages"] == shown["pages"] and done["stored"] == {RE_EXTRACTED: 6}
    assert revisions(tmp_path)[6:] == [(2, RE_EXTRACTED)] * 6
    first, last = lines_of(tmp_path, "articles")[0], lines_of(tmp_path, "articles")[-6]
    assert last["authors"] == ["Ana Silva"] and "RELATED" not in last["text"]
    same = ("id", "url", "published", "first_seen", "fetched_at", "discovered_via", "tags", "cluster_id")
    assert {name: last[name] for name in same} == {name: first[name] for name in same}
    assert told("--apply")["pages"]["same"] == 6
    assert len(revisions(tmp_path)) == 12


def test_the_fields_that_are_asked_for_are_compared_and_stored_alone(
    engine: Engine, told: Told, tmp_path: Path
) -> None:
    collect(engine, tmp_path, PAGES, as_formerly)
    assert told("--field", "title")["pages"]["same"] == 6
    assert set(told("--field", "authors,title", "--apply")["fields"]) == {"authors"}
    last = lines_of(tmp_path, "articles")[-1]
    assert last["authors"] == ["Ana Silva"] and last["text"].endswith("in pictures")
    assert last["content_hash"] == last["previous_hash"]


def test_days_and_sources_choose_pages_and_what_is_another_look_is_said(
    engine: Engine, told: Told, tmp_path: Path
) -> None:
    looks = [replace(PAGES[0], at=LATER), Kept("https://example.org/unknown", PAGES[1].html, LATER)]
    write_archive(told.archive, [*PAGES, *looks])
    collect(engine, tmp_path, PAGES, as_formerly)
    assert told("--until", NOW[:10])["compared"] == 6 and told("--since", LATER[:10])["compared"] == 0
    rest = told("--since", LATER[:10], "--source", SOURCE.name)["rest"]
    assert [why.partition(":")[0] for why in rest] == [
        "the store has nothing of the page",
        "another look at an article, or an earlier version",
    ]


def test_a_rejected_page_that_is_an_article_now_is_one_and_an_article_stays_one(
    engine: Engine, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gained, lost, forgotten, _ = PAGES[:4]
    with monkeypatch.context() as former:
        former.setattr("archived.make_article", lambda page: rejected_if(page, [gained.url, forgotten.url]))
        collect(engine, tmp_path, PAGES[:4])
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "of one that was killed.json").write_text("an example")
    assert scrapy_here(monkeypatch, tmp_path, "forget", forgotten.url, "--why", "asked", "--yes") == 0
    assert not list((tmp_path / FOLDER).iterdir()), "the example may be of the article that is gone"
    monkeypatch.setattr(worker_pool, "make_article", lambda page, _how: rejected_if(page, [lost.url]))
    done = told("--apply")
    assert done["pages"] == {"same": 1, "changed": 0, "gained": 1, "lost": 1} and done["stored"] == {"new": 1}
    assert sum(done["rest"].values()) == 3, "two pages that were never met, and the forgotten one"
    (line,) = [line for line in lines_of(tmp_path, "articles") if line["url"] == gained.url]
    assert (line["revision"], line["first_seen"], line["discovered_via"]) == (1, NOW, "feed")
    assert revisions(tmp_path) == [(1, None)] * 3
    with reading(engine) as connection:
        assert frontier.standings(connection, [url_key(gained.url)])[url_key(gained.url)].status == "article"


def rejected_if(page: Any, urls: Sequence[str]) -> Collected | Rejection:
    if page.url in urls:
        return Rejection(url=page.url, reason="no_body", digest=files.digest_of(page.html))
    return real_make_article(page)


real_make_article = worker_pool.make_article


def test_an_article_on_several_pages_is_put_together_again(engine: Engine, told: Told, tmp_path: Path) -> None:
    first, further = "https://example.org/long", "https://example.org/long?page=2"
    head = article_page("A long story", "lakes").replace("</head>", f'<link rel="next" href="{further}"></head>')
    pages = [Kept(first, head), Kept(further, article_page("A long story", "rivers"), continues=first)]
    joined = [real_make_article(kept.page) for kept in pages]
    assert all(isinstance(made, Collected) for made in joined)

    def as_joined(made: Collected) -> Collected:
        texts = [one.article.text for one in joined if isinstance(one, Collected)]
        article = replace(made.article, text="\n\n".join(texts), authors=[])
        return worker_pool.collected(article, made.aliases)

    collect(engine, tmp_path, pages[:1], as_joined)
    write_archive(told.archive, pages)
    assert told("--apply")["fields"] == {"authors": {"better": 1}}
    write_archive(told.archive, pages[:1])
    assert told("--anew")["compared"] == 0, "its text would be half of it"


def test_one_that_is_killed_goes_on_where_it_was_and_comes_to_the_same(
    engine: Engine, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PART", 1)
    monkeypatch.setattr("newsbot.bulk.reextraction.course.SAVED", 0.0)
    collect(engine, tmp_path, PAGES, as_formerly)
    whole = told()
    take, taken = Course.take, []

    def dies(course: Course, part: Any) -> bool:
        is_told = take(course, part)
        taken.extend(part.made)
        if part.made and len(taken) in (2, 5):
            raise OSError("killed")
        return is_told

    with monkeypatch.context() as kill:
        kill.setattr(Course, "take", dies)
        for _ in range(2):
            assert scrapy_here(monkeypatch, tmp_path, "reextract", str(told.archive), "--workers", "0", "--apply") == 1
    assert list((tmp_path / FOLDER).glob("*.json"))
    read = len(taken)
    done = told("--apply")
    assert read < 2 + 5, "what was read is not read again"
    assert (done["pages"], done["fields"], done["verdicts"]) == (whole["pages"], whole["fields"], whole["verdicts"])
    assert done["stored"] == {RE_EXTRACTED: 6} and sum(done["files"].values()) == 6
    assert sorted(revisions(tmp_path)) == [(1, None)] * 6 + [(2, RE_EXTRACTED)] * 6
    assert not list((tmp_path / FOLDER).iterdir())


def test_the_page_and_the_terminal_tell_the_same(
    engine: Engine, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(engine, tmp_path, PAGES, as_formerly)
    capsys.readouterr()
    report = tmp_path / "again.html"
    command = ("reextract", str(told.archive), "--workers", "0", "--report", str(report))
    assert scrapy_here(monkeypatch, tmp_path, *command) == 0
    shown = capsys.readouterr().out
    assert "6 pages compared: 0 read as before, 6 otherwise (6 better)" in shown
    assert "nothing was stored; --apply stores what is read otherwise" in shown
    assert "6 of 6 pages are read otherwise" in report.read_text("utf-8")
    assert scrapy_here(monkeypatch, tmp_path, "reextract") == 2
    assert "NEWSBOT_ARCHIVE" in capsys.readouterr().err


def test_a_crawl_that_kept_its_pages_is_extracted_again_to_the_same_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output, archive = tmp_path / "output", tmp_path / "archive"
    with local_web() as web:
        urls = [web.put(f"/{topic}", article_page(f"All about the {topic}", topic)) for topic in TOPICS]
        head = article_page("A long story", "lakes").replace("</head>", '<link rel="next" href="/long/2"></head>')
        urls += [web.put("/long", head), web.put("/soft", "<html><body><h1>Not found</h1></body></html>")]
        web.put("/long/2", article_page("A long story", "rivers"))
        site = {"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]}
        crawl = ("crawl", "news", "-a", f"sources={sources_file(tmp_path, example=site)}", "-s", "DOWNLOAD_DELAY=0")
        ended = run_scrapy(output, *crawl, "-s", f"NEWSBOT_ARCHIVE={archive}", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
    assert ended.returncode == 0, ended.stderr
    told = Told(monkeypatch, capsys, output, archive)
    kept = ("-s", f"NEWSBOT_ARCHIVE={archive}")
    assert told(*kept)["pages"] == {"same": 8, "changed": 0, "gained": 0, "lost": 0}
    with closing(sqlite3.connect(output / "newsbot.db")) as store, store:
        store.execute("update revisions set document = json_set(document, '$.authors', json('[]'))")
    done = told("--apply", *kept)
    assert done["fields"] == {"authors": {"better": 7}} and done["stored"] == {RE_EXTRACTED: 7}
    assert scrapy_here(monkeypatch, output, "export", str(tmp_path / "all.jsonl")) == 0
    records = [orjson.loads(line) for line in (tmp_path / "all.jsonl").read_bytes().splitlines()]
    assert {(line["change"], *line["authors"]) for line in records} == {(RE_EXTRACTED, "Ana Silva")}
    assert len(records) == 7
