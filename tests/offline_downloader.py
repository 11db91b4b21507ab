"""A HostDownloader without network and without waiting: the test answers its requests and moves its clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import scrapy.core.downloader
from scrapy import Request
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.test import get_crawler

from newsbot.downloader import politeness
from newsbot.downloader.politeness import HostDownloader

SETTINGS = {
    "DOWNLOAD_DELAY": 1.0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https", "data", "file", "ftp", "s3")),
    "DOWNLOAD_DELAY_JITTER": 0.0,
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "NEWSBOT_MAX_WAIT": 60.0,
    "NEWSBOT_PATIENCE": 60.0,
}


class Timer:
    """What the downloader has put off until a moment."""

    def __init__(self, moment: float, function: Callable[..., None], *arguments: Any) -> None:
        self.moment = moment
        self.function = function
        self.arguments = arguments

    def cancel(self) -> None:
        self.moment = float("inf")


class Offline:
    """A downloader, the requests that it has sent, and the time that it believes it is."""

    def __init__(self, **settings: Any) -> None:
        self.now = 1000.0
        self.lag = 0.0
        """Seconds that go by between two looks at the clock, as on a busy machine."""
        self.sent: list[str] = []
        self.crawler = get_crawler(settings_dict={**SETTINGS, **settings})
        self.downloader = HostDownloader(self.crawler)
        self.downloader.handlers = self  # type: ignore[assignment]
        self.late = 0.0
        """Seconds from when a request is handed out to when it is sent."""
        self._took = 0.0
        self._timers: list[Timer] = []
        self._answers: dict[str, asyncio.Future[Response]] = {}
        self._outcomes: list[asyncio.Future[Response]] = []

    def ask(self, url: str) -> asyncio.Future[Response]:
        """Give the downloader a request, and return what will come of it."""
        self._answers[url] = asyncio.get_running_loop().create_future()
        outcome = maybe_deferred_to_future(self.downloader.fetch(Request(url)))
        self._outcomes.append(asyncio.ensure_future(outcome))  # type: ignore[arg-type]
        return self._outcomes[-1]

    def answer(self, url: str, status: int = 200, took: float = 0.0, **headers: str) -> None:
        """Let an answer arrive that took its host so long; header names are written with underscores."""
        self._took = took
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers[url].set_result(Response(url, status=status, headers=named))

    async def goes_by(self, seconds: float) -> None:
        """Let so much time go by."""
        for _ in range(20):
            await asyncio.sleep(0)
        end = self.now + seconds
        while due := [timer for timer in self._timers if timer.moment <= end]:
            timer = min(due, key=lambda timer: timer.moment)
            self._timers.remove(timer)
            self.now = max(self.now, timer.moment)
            timer.function(*timer.arguments)
            for _ in range(20):
                await asyncio.sleep(0)
        self.now = end

    async def close(self) -> None:
        """Break off what has not been answered."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(DownloadFailedError("the test is over"))
                answer.exception()  # nobody may wait for it
        for outcome in self._outcomes:
            outcome.cancel()
        await asyncio.gather(*self._outcomes, return_exceptions=True)
        self.downloader.close()

    def monotonic(self) -> float:
        self.now += self.lag
        return self.now

    def call_later(self, seconds: float, function: Callable[..., None], *arguments: Any) -> Timer:
        self._timers.append(Timer(self.now + seconds, function, *arguments))
        return self._timers[-1]

    async def download_request_async(self, request: Request) -> Response:
        """Answer a request as Scrapy's download handlers do."""
        self.sent.append(request.url)
        sent_at = self.now + self.late
        response = await self._answers[request.url]
        request.meta["sent_at"] = sent_at
        request.meta["download_seconds"] = self._took
        return response


@asynccontextmanager
async def offline(**settings: Any) -> AsyncIterator[Offline]:
    """Make a downloader that has no network."""
    made = Offline(**settings)
    with (
        patch.object(scrapy.core.downloader, "monotonic", made.monotonic),
        patch.object(scrapy.core.downloader, "call_later", made.call_later),
        patch.object(politeness, "monotonic", made.monotonic),
        patch.object(politeness, "began", lambda: 0.0),
    ):
        try:
            yield made
        finally:
            await made.close()
