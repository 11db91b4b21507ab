"""What a crawl waits for, and how it is let go: whoever waits for a request meets Skipped then, with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from newsbot.downloader.errors import Skipped
from newsbot.items import RUN_ENDED

T = TypeVar("T")


class Waiting:
    """What is under way for requests, each of which can be let go at any time."""

    def __init__(self) -> None:
        self._limits: dict[asyncio.Timeout, Request] = {}
        self._reasons: dict[asyncio.Timeout, str] = {}

    async def on(self, request: Request, work: Awaitable[T]) -> T:
        """Wait for what is done for a request. Raises Skipped once that is let go."""
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._limits[limit] = request
                return await work
        except TimeoutError:
            if limit in self._reasons:
                raise Skipped(self._reasons[limit]) from None
            raise
        finally:
            self._limits.pop(limit, None)
            self._reasons.pop(limit, None)

    def let_go(self, reason: str, which: Callable[[Request], bool] = lambda _request: True) -> None:
        """Wait no longer for some of the requests."""
        for limit, request in list(self._limits.items()):
            if limit not in self._reasons and which(request):
                self._reasons[limit] = reason
                limit.reschedule(0)


def is_ending(crawler: Crawler) -> bool:
    """Whether a crawl is about to end, whoever has asked for that: it asks for nothing more."""
    engine: Any = crawler.engine
    slot = engine._slot if engine is not None else None
    return slot is None or slot.closing is not None or bool(engine._stopping)


def start_no_more(crawler: Crawler) -> None:
    """Let the spider's start() go, wherever it is: the engine reads on from it while the crawl is closing."""
    engine: Any = crawler.engine
    if engine is not None and (starting := engine._start_request_processing_awaitable) is not None:
        starting.cancel()


async def ask(crawler: Crawler, request: Request) -> Response:
    """Return the response to a request that no callback waits for. Raises DOWNLOAD_ERRORS.

    Nothing is asked by a crawl that is ending: its engine counts what is under way, and takes the end for reached when
    that is nothing.
    """
    if is_ending(crawler):
        raise Skipped(RUN_ENDED)
    assert crawler.engine is not None
    return await crawler.engine.download_async(request)
