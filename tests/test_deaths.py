"""Deaths at chosen calls: in the middle of export, prune, migration and of reading a list; the next run heals."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sqlite3
import time
from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT, lines_of, run_scrapy, sources_file
from deathtrap.aging import age_store
from local_web import LocalWeb, article_page, local_web
from pebble.pool.process import PoolManager

from newsbot.crawl.worker_pool import Workers
from newsbot.items import Candidate, Collected, Page, Rejection

TRAP = os.pathsep.join([str(ROOT / "benchmarks" / "deathtrap"), str(ROOT)])
A_PAGE = 5
"""Articles that the site's list shows on one page."""


def publish(web: LocalWeb, articles: int) -> None:
    """Put so many articles up, and the list of them, the newest first, page by page."""
    newest_first = list(range(articles, 0, -1))
    for n in newest_first:
        web.put(f"/2026/11/20/story-number-{n}", article_page(f"What happened on day {n}", f"day number {n}"))
    for page, start in enumerate(range(0, articles, A_PAGE), 1):
        teasers = "".join(
            f'<div><h2><a href="/2026/11/20/story-number-{n}">What happened on the coast on day number {n}</a></h2>'
            f"<p>Day {n} in a few words, from those who were there and saw all of it.</p></div>"
            for n in newest_first[start : start + A_PAGE]
        )
        further = (
            f'<nav><a rel="next" href="/coast?page={page + 1}">Older</a></nav>' if start + A_PAGE < articles else ""
        )
        path = "/coast" if page == 1 else f"/coast?page={page}"
        web.put(path, f"<html><title>Coast</title><body><h1>Coast</h1>{teasers}{further}</body></html>")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL")
def test_whatever_a_run_dies_in_every_article_is_on_one_line(tmp_path: Path) -> None:
    output, store = tmp_path / "output", tmp_path / "output" / "newsbot.db"
    with local_web() as web:
        sources = sources_file(tmp_path, coast={"home": f"{web.base}/", "sections": [f"{web.base}/coast"]})
        crawl = ["crawl", "news", "-a", f"sources={sources}", "-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_REVISIT_HOURS="]
        crawl += ["-s", "NEWSBOT_EXTRACT_WORKERS=0"]

        def die(order: str, *arguments: str) -> None:
            ended = run_scrapy(output, *arguments, PYTHONPATH=TRAP, DIE_AT=f"{order} SIGKILL")
            assert ended.returncode == -signal.SIGKILL, ended.stderr

        def is_marked_done() -> list[int]:
            with closing(sqlite3.connect(store)) as database:
                return [done for (done,) in database.execute("select done from exports")]

        publish(web, 2 * A_PAGE)
        die("before atomic.sync 2", *crawl)  # the file has its name, and the store does not know
        assert len(lines_of(output, "articles")) == 2 * A_PAGE
        assert is_marked_done() == [0]

        with closing(sqlite3.connect(store)) as database, database:
            database.execute("update articles set first_seen = '2020-01-01T00:00:00Z'")
        die("before sketches._starts 4", "prune")
        with closing(sqlite3.connect(store)) as database:
            assert database.execute("select count(*) from sketches").fetchone() == (2 * A_PAGE,), "all or nothing"

        age_store(store, "0001")
        die("before impl.DefaultImpl._exec 21", "prune")  # in the last migration, with a table dropped
        with closing(sqlite3.connect(store)) as database:
            assert database.execute("select version_num from alembic_version").fetchone() == ("0001",)

        publish(web, 3 * A_PAGE + 3)
        die("before schedule.Schedule.read 2", *crawl)  # the first page of the list is read, the second is wanted
        publish(web, 4 * A_PAGE + 3)  # so that all on the second page is waiting already, and the third has news

        asked = len(web.asked)
        last = run_scrapy(output, *crawl)
        again = [path for path in web.paths()[asked:] if path.rpartition("-")[2] in map(str, range(1, 2 * A_PAGE + 1))]
        urls = {f"{web.base}/2026/11/20/story-number-{n}" for n in range(1, 4 * A_PAGE + 4)}
    assert last.returncode == 0, last.stderr
    assert Counter(line["url"] for line in [*lines_of(output, "articles"), *lines_of(output, "duplicates")]) == Counter(
        urls
    )
    assert again == [], "what is stored is not fetched again"
    assert not [*output.rglob("*.tmp"), *output.glob("newsbot.db-crawls/*")]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL")
def test_what_a_run_dies_with_that_it_held_or_was_about_to_try_again_is_collected_by_the_next(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        moved, late = [f"/old/{n}" for n in range(4)], [f"/late/{n}" for n in range(4)]
        for n, path in enumerate(moved):
            web.put(f"/new/{n}", article_page(f"What happened in ward {n}", f"ward number {n}"))
            web.redirect(path, f"{web.base}/new/{n}")
        for path in late:
            web.put(path, "")
        feed = web.feed("/feed", [web.base + path for path in (*moved, *late)])
        sources = sources_file(tmp_path, coast={"home": f"{web.base}/", "feeds": [feed]})
        crawl = ["crawl", "news", "-a", f"sources={sources}", "-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_REVISIT_HOURS="]
        crawl += ["-s", "NEWSBOT_EXTRACT_WORKERS=0"]
        for order in ("before claims.Claims.rest 1", "before articles.decide 3"):
            ended = run_scrapy(output, *crawl, PYTHONPATH=TRAP, DIE_AT=f"{order} SIGKILL")
            assert ended.returncode == -signal.SIGKILL, ended.stderr
            assert lines_of(output, "articles") == [], "the next run writes what was stored"
        run_scrapy(output, *crawl)
        assert {line["url"] for line in lines_of(output, "articles")} == {f"{web.base}/new/{n}" for n in range(4)}
        with closing(sqlite3.connect(output / "newsbot.db")) as database, database:
            database.execute("update frontier set due_at = '2020-01-01T00:00:00Z' where due_at is not null")
        for n, path in enumerate(late):
            web.put(path, article_page(f"What happened late in ward {n}", f"late number {n}"))
        ended = run_scrapy(output, *crawl, PYTHONPATH=TRAP, DIE_AT="after articles.decide 2 SIGKILL")
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        last = run_scrapy(output, *crawl)
        urls = [f"{web.base}/new/{n}" for n in range(4)] + [f"{web.base}{path}" for path in late]
    assert last.returncode == 0, last.stderr
    assert Counter(line["url"] for line in lines_of(output, "articles")) == Counter(urls)


PAGE = Page(
    url="https://example.org/a",
    html=article_page("A title of a story", "workers").encode(),
    source="example",
    candidate=Candidate(url="https://example.org/a", via="feed"),
    aliases=["https://example.org/a"],
    fetched_at="2026-11-20T08:00:00Z",
)


@pytest.mark.parametrize("breaks", [True, False], ids=["the pool breaks", "a killed worker takes them along"])
def test_a_crawl_does_not_wait_for_pages_that_its_workers_lost(monkeypatch: pytest.MonkeyPatch, breaks: bool) -> None:
    def lose(_pool: PoolManager, _task: object) -> None:
        if breaks:
            raise BrokenProcessPool

    async def two() -> list[Collected | Rejection]:
        return await asyncio.gather(workers.make_article(PAGE), workers.make_article(PAGE))

    monkeypatch.setattr(PoolManager, "schedule", lose)
    monkeypatch.setattr("newsbot.crawl.worker_pool.GRACE", -18)  # two seconds are enough to give these up
    workers = Workers(1, timeout=20)
    try:
        lost = asyncio.run(asyncio.wait_for(two(), 60))
        assert [result.reason for result in lost if isinstance(result, Rejection)] == ["extractor_crashed"] * 2
        monkeypatch.undo()
        assert isinstance(asyncio.run(workers.make_article(PAGE)), Collected)
    finally:
        workers.close()


def test_a_crawl_goes_on_when_its_workers_are_killed() -> None:
    others = multiprocessing.active_children()
    workers = Workers(1, timeout=20)
    try:
        assert isinstance(asyncio.run(workers.make_article(PAGE)), Collected)
        (idle,) = set(multiprocessing.active_children()) - set(others)
        assert idle.pid
        os.kill(idle.pid, signal.SIGTERM)  # as `systemctl stop` does, to every process of a unit
        idle.join()
        deadline = time.monotonic() + 20
        while not isinstance(result := asyncio.run(workers.make_article(PAGE)), Collected):
            assert result.reason == "extractor_crashed"
            assert time.monotonic() < deadline
    finally:
        workers.close()
