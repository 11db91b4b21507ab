"""Large bodies wait for room in turn, and all of them arrive."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import lines_of, run_scrapy, scrapy_environment, sources_file
from local_web import article_page, local_web

from newsbot.downloader import http
from newsbot.downloader.http import BoundedDownloadHandler, Room

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
MB = 1_048_576


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
        handler = '{"http": "test_http.CrampedHandler"}'
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
