"""Large bodies wait for room in turn, all of them arrive, and a host is given the time in which it is listened to."""

from __future__ import annotations

import asyncio
import gzip
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import lines_of, run_scrapy, scrapy_environment, sources_file
from hostile_web import drip, hostile_web, rss, silent
from local_web import article_page, local_web
from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request as TxRequest
from twisted.web.client import URI
from twisted.web.http import PotentialDataLoss, _DataLoss
from twisted.web.http_headers import Headers

from newsbot.downloader import http
from newsbot.downloader.fetch import AnswerMiddleware
from newsbot.downloader.http import BoundedClientProtocol, BoundedDownloadHandler, Chunks, HostClock, Room

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


class World:
    """A time that goes by as a test says, and what is put off in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self._later: list[tuple[float, Any]] = []
        monkeypatch.setattr(http, "monotonic", lambda: self.now)
        monkeypatch.setattr(http, "call_later", lambda after, call: self._later.append((self.now + after, call)))

    def goes_by(self, seconds: float) -> None:
        end = self.now + seconds
        while self._later and self._later[0][0] <= end:
            self.now, call = self._later.pop(0)
            call()
        self.now = end

    def is_held_up(self, seconds: float) -> None:
        """Let time go by in which nothing is called that is due."""
        self.now += seconds
        for _ in range(len(self._later)):
            self._later.pop(0)[1]()


def test_a_request_of_a_busy_crawl_goes_out_when_the_loop_comes_round(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(http, "call_later", loop.call_later)
        clock = HostClock()
        connection = BoundedClientProtocol(Room(get_crawler()), clock, lambda _: None)
        connection.makeConnection(StringTransport())  # type: ignore[no-untyped-call]
        headers = Headers({b"host": [b"example.org"]})
        request = TxRequest._construct(b"GET", b"/", headers, None, parsedURI=URI.fromBytes(b"http://example.org/"))
        connection.request(request).addErrback(lambda _: None)
        time.sleep(0.05)
        busy_until = time.monotonic()
        await asyncio.sleep(0.01)
        assert clock.sent_at["example.org"] >= busy_until
        clock.stop()

    asyncio.run(story())


def test_a_host_is_heard_while_neither_the_crawl_is_held_up_nor_its_body_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        world, over = World(monkeypatch), asyncio.timeout(None)
        async with over:
            with HostClock().hearing(Request("https://example.org/"), 30.0, over) as hearing:
                world.goes_by(10)
                assert hearing.seconds() == pytest.approx(10)
                world.is_held_up(60)
                assert hearing.seconds() == pytest.approx(10, abs=http.BEAT)
                hearing.pause()
                world.goes_by(60)
                hearing.go_on()
                assert hearing.seconds() == pytest.approx(10, abs=http.BEAT)
                world.goes_by(19.5)
                assert over.when() is None
                world.goes_by(0.7)
                assert over.when() is not None, "a host that is silent is not waited for"
                over.reschedule(None)

    asyncio.run(story())


class BusyRoom(Room):
    """Lets every large body wait after the crawl has been held up, each longer than a host has time in all."""

    def take(self, connection: Any, received: int) -> None:
        if connection not in self._bytes:
            time.sleep(BUSY)
            connection.wait(True)
            http.call_later(BUSY, connection.wait, False)
        self._bytes[connection] = received


class BusyHandler(BoundedDownloadHandler):
    def __init__(self, crawler: Any) -> None:
        http.Room = BusyRoom  # type: ignore[misc]
        super().__init__(crawler)


BUSY = 1.6
"""Seconds, more than the time-out in the next test."""


def test_only_a_host_that_is_slow_itself_times_out(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as busy, hostile_web() as slow:
        url = busy.put("/large", article_page("Hall", "the hall") + f"<!-- {'a' * 3 * MB} -->")
        for path, behaviour in (("/silent", silent), ("/drips", drip(b"HTTP/1.1 200 OK\r\n\r\n", b"a"))):
            slow.at(path, behaviour)
        slow.page("/feed", rss([f"{slow.base}/silent", f"{slow.base}/drips"]))
        path = sources_file(
            tmp_path,
            busy={"home": f"{busy.base}/", "feeds": [busy.feed("/feed", [url])]},
            slow={"home": f"{slow.base}/", "feeds": [f"{slow.base}/feed"]},
        )
        environment = scrapy_environment(output, PYTHONPATH=str(Path(__file__).parent))
        run = run_scrapy(
            output, "crawl", "news", "-a", f"sources={path}", *FAST, "-s", "DOWNLOAD_TIMEOUT=1.5",
            "-s", 'DOWNLOAD_HANDLERS={"http": "test_http.BusyHandler"}', **environment,
        )  # fmt: skip
    assert run.returncode in (0, 3), run.stderr
    assert [line["url"] for line in lines_of(output, "articles")] == [url]
    dropped = {line["url"]: line["reason"] for line in lines_of(output, "coverage", "*/*.dropped.jsonl")}
    assert dropped == {f"{slow.base}/silent": "timeout", f"{slow.base}/drips": "timeout"}


class HeldUpHandler(BoundedDownloadHandler):
    """Is held up while its connections close, for longer than it waits for them."""

    async def close(self) -> None:
        closing = asyncio.ensure_future(super().close())
        asyncio.get_running_loop().call_soon(time.sleep, BUSY)
        await closing


def test_a_crawl_that_is_held_up_at_its_end_ends_well(tmp_path: Path) -> None:
    with local_web() as web:
        feed = web.feed("/feed", [web.put("/hall", article_page("Hall", "the hall"))])
        path = sources_file(tmp_path, hall={"home": f"{web.base}/", "feeds": [feed]})
        environment = scrapy_environment(tmp_path, PYTHONPATH=str(Path(__file__).parent))
        run = run_scrapy(
            tmp_path, "crawl", "news", "-a", f"sources={path}", *FAST, "-L", "WARNING",
            "-s", 'DOWNLOAD_HANDLERS={"http": "test_http.HeldUpHandler"}', **environment,
        )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")


BODY = b"<html>" + bytes(range(32, 127)) * 40 + b"</html>"


def chunked(size: int, written: str = "{:x}\r\n", end: str = "\r\n") -> bytes:
    pieces = [BODY[at : at + size] for at in range(0, len(BODY), size)]
    chunks = [written.format(len(piece)).encode() + piece + end.encode() for piece in [*pieces, b""]]
    return b"".join(chunks)


def undone(data: bytes, size: int) -> tuple[bytes, list[bytes]]:
    """Return what comes out of a body that arrives in pieces of a size, and what was told to be behind it."""
    came: list[bytes] = []
    behind: list[bytes] = []
    chunks = Chunks(came.append, behind.append)
    for at in range(0, len(data), size):
        if not behind:
            chunks.dataReceived(data[at : at + size])
    chunks.noMoreData()
    return b"".join(came), behind


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
@pytest.mark.parametrize(
    "data",
    [
        chunked(100),
        chunked(9999),
        chunked(100, "{:04X}  \r\n"),
        chunked(100, "{:x};a=b\r\n"),
        chunked(100, "{:x}\n", "\n"),
        chunked(100)[:-2],
        chunked(100)[:-2] + b"Expires: never\r\nX: y\r\n\r\n",
    ],
)
def test_chunks_are_joined_however_they_are_written_and_arrive(data: bytes, size: int) -> None:
    assert undone(data, size)[0] == BODY


def test_what_is_said_to_be_chunked_and_is_not_is_the_body() -> None:
    with pytest.raises(PotentialDataLoss):
        undone(BODY, 5)


@pytest.mark.parametrize("data", [b"", b"5\r\nab", b"2\r\nab\r\n", b"2\r\nab\r\n5", b"2\r\nabc\r\n0\r\n\r\n"])
def test_a_last_chunk_that_is_missing_or_a_broken_one_is_a_loss(data: bytes) -> None:
    with pytest.raises((_DataLoss, ValueError)):
        undone(data, 3)


def test_no_charset_is_guessed_of_packed_bytes() -> None:
    page = f"<html><title>Küste</title><body>{'Die Küste ist schön. ' * 50}</body></html>"
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    packed = HtmlResponse("https://example.org/a", headers=headers, body=gzip.compress(page.encode()))
    response = AnswerMiddleware(get_crawler(), 1_000_000).process_response(Request("https://example.org/a"), packed)
    assert isinstance(response, HtmlResponse)
    assert (response.text, response.encoding) == (page, "utf-8")
