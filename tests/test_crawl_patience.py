"""What one host can cost a run: its failures are counted, its bodies wait for room, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import lines_of, run_scrapy, scrapy_environment, sources_file
from local_web import article_page, local_web

from newsbot.crawl.hosts import Patience
from newsbot.downloader import http
from newsbot.downloader.http import BoundedDownloadHandler, Room

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
MB = 1_048_576


def test_patience_is_spent_by_failures_and_earned_by_answers() -> None:
    patience = Patience(60)
    for _ in range(50):
        patience.failed("e.org", 0.01)
        patience.failed("e.org", 0.01)
        patience.answered("e.org")
    assert patience.left("e.org") == 10
    patience.waits("e.org", 9.0)
    assert not patience.is_over("e.org")
    patience.failed("e.org", 30.0)
    assert patience.is_over("e.org")
    assert not patience.is_over("other.org")


def test_a_host_that_only_fails_is_given_up_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as broken, local_web() as other:
        names = [f"hall-{number}" for number in range(9)]
        urls = [broken.put(f"/{name}", "oops", status=500) for name in names]
        elsewhere = [other.put(f"/{name}", article_page(name, f"the other {name}")) for name in names]
        gone = [other.put(f"/gone-{number}", "gone", status=404) for number in range(12)]
        path = sources_file(
            tmp_path,
            broken={"home": f"{broken.base}/", "feeds": [broken.feed("/feed", urls)]},
            other={"home": f"{other.base}/", "feeds": [other.feed("/feed", [*gone[:6], *elsewhere, *gone[6:]])]},
        )
        news = ("crawl", "news", "-a", f"sources={path}", *FAST, "-s", "NEWSBOT_PATIENCE=4")
        run = run_scrapy(output, *news)
        assert run.returncode == 0, run.stderr
        reasons = {line["url"]: line["reason"] for line in lines_of(output, "coverage", "*/*.dropped.jsonl")}
        asked = {url for url in urls if url.removeprefix(broken.base) in broken.paths()}
        assert 2 <= len(asked) <= 4, reasons
        assert {url: reasons[url] for url in asked} == dict.fromkeys(asked, "http_500")
        assert {url: reasons[url] for url in urls if url not in asked} == dict.fromkeys(
            set(urls) - asked, "host_given_up"
        )
        assert {line["url"] for line in lines_of(output, "articles")} == set(elsewhere)

        for name in names:
            broken.put(f"/{name}", article_page(name, f"the mended {name}"))
        assert run_scrapy(output, *news).returncode == 0
    assert {line["url"] for line in lines_of(output, "articles")} == {*urls, *elsewhere}


class CrampedHandler(BoundedDownloadHandler):
    """Has room for one large body and a half, so that they have to take turns."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        http.ROOM = 3 * MB


def test_large_pages_take_turns_and_all_arrive(tmp_path: Path) -> None:
    output = tmp_path / "output"
    padding = f"<!-- {'a' * 2 * MB} -->"
    with local_web() as one, local_web() as two:
        feeds, urls = [], []
        for web in (one, two):
            pages = [web.put(f"/{n}", article_page(f"Hall {n}", f"{web.base} hall {n}") + padding) for n in range(5)]
            feeds.append(web.feed("/feed", pages))
            urls += pages
        path = sources_file(tmp_path, halls={"home": f"{one.base}/", "feeds": feeds})
        handler = '{"http": "test_crawl_patience.CrampedHandler"}'
        environment = scrapy_environment(output, PYTHONPATH=str(Path(__file__).parent))
        run = run_scrapy(
            output, "crawl", "news", "-a", f"sources={path}", *FAST, "-s", f"DOWNLOAD_HANDLERS={handler}",
            "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=5", **environment,
        )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert {line["url"] for line in lines_of(output, "articles")} == set(urls)


class FakeConnection:
    waits = False

    def wait(self, waits: bool) -> None:
        self.waits = waits


def test_the_eldest_large_body_goes_on_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    again: list[Any] = []
    monkeypatch.setattr(http, "call_later", lambda _seconds, look: again.append(look))
    slot = SimpleNamespace(active_size=0)
    room = Room(SimpleNamespace(engine=SimpleNamespace(scraper=SimpleNamespace(slot=slot))))  # type: ignore[arg-type]
    first, second, third = (FakeConnection() for _ in range(3))
    connections: tuple[Any, ...] = (first, second, third)
    for connection in connections:
        room.take(connection, http.ROOM // 4)
    assert not any(connection.waits for connection in connections)
    room.take(third, http.ROOM)  # type: ignore[arg-type]
    assert [connection.waits for connection in connections] == [False, True, True]
    slot.active_size = http.ROOM + 1
    again.pop()()
    assert first.waits, "pages at work fill the room too"
    slot.active_size = 0
    again.pop()()
    assert not first.waits
    room.leave(third)  # type: ignore[arg-type]
    assert not second.waits
