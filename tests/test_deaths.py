"""Deaths of a crawl's parts: the crawl goes on."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time

from local_web import article_page

from newsbot.items import Article, Candidate, Page
from newsbot.workers import Workers


def test_a_crawl_goes_on_when_its_workers_are_killed() -> None:
    page = Page(
        url="https://example.org/a",
        html=article_page("A title of a story", "workers").encode(),
        source="example",
        candidate=Candidate(url="https://example.org/a", via="feed"),
        fetched_at="2026-11-20T08:00:00Z",
    )
    others = multiprocessing.active_children()
    workers = Workers(1, timeout=20)
    try:
        assert isinstance(asyncio.run(workers.make_article(page)), Article)
        (idle,) = set(multiprocessing.active_children()) - set(others)
        assert idle.pid
        os.kill(idle.pid, signal.SIGTERM)  # as `systemctl stop` does, to every process of a unit
        idle.join()
        deadline = time.monotonic() + 20
        while not isinstance(result := asyncio.run(workers.make_article(page)), Article):
            assert result.reason == "extractor_crashed"
            assert time.monotonic() < deadline
    finally:
        workers.close()
