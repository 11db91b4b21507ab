"""The end of a crawl before it has come to all: on time, and in a few seconds, whatever it waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

from newsbot.downloader.politeness import downloader_of
from newsbot.downloader.waiting import is_ending, start_no_more

LAST = 3.0
"""Seconds that answers on the wire and pages at work have still, once a crawl is to end. A page takes a worker 20 ms on
an average, and there are at most 12 MB of them (SCRAPER_SLOT_MAX_ACTIVE_SIZE): a hundred."""
LOOK = 0.2
"""Seconds between two looks whether somebody has asked the crawl to end."""

logger = logging.getLogger("newsbot")


class Ending:
    """Ends a crawl that takes too long, and sees to it that one that is to end does so in a few seconds.

    Whoever asks for that (the time is over, CLOSESPIDER_TIMEOUT and the like, Ctrl-C, SIGTERM): what is not on the wire
    yet is let go at once, be it for a delay, a rest or a robots.txt, and the spider's start with it. What is on the
    wire and at work is broken off after LAST seconds. All of it is the next run's (run_ended).

    Setting: NEWSBOT_RUN_TIMEOUT, seconds from the start of the crawl; 0: none.
    """

    def __init__(self, crawler: Crawler, timeout: float) -> None:
        self.crawler = crawler
        self.timeout = timeout
        self._began = monotonic()
        self._is_told = False
        self._last: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        ending = cls(crawler, crawler.settings.getfloat("NEWSBOT_RUN_TIMEOUT"))
        crawler.signals.connect(ending.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(ending.spider_closed, signal=signals.spider_closed)
        return ending

    def at_last(self, break_off: Callable[[], None]) -> None:
        """Call something that breaks off what is at work still, when the crawl waits no longer."""
        self._last.append(break_off)

    def tell(self, why: str = "", then: str = "") -> None:
        """Say what a crawl that is asked to end is finishing."""
        self._is_told = True
        logger.warning("%sfinishing %d pages%s", why, len(self._at_work()), then)

    def _at_work(self) -> set[Any]:
        """Return what is between its request and its outcome."""
        assert self.crawler.engine is not None
        slot = self.crawler.engine.scraper.slot
        return self.crawler.engine.downloader.active | (slot.active if slot else set())

    def spider_opened(self) -> None:
        self._task = asyncio.ensure_future(self._watch())

    def spider_closed(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while not (self._closing or is_ending(self.crawler)):
            await asyncio.sleep(LOOK)
            if self.timeout and monotonic() - self._began >= self.timeout and not is_ending(self.crawler):
                self.tell(f"NEWSBOT_RUN_TIMEOUT: {self.timeout:g} s are over; ")
                assert self.crawler.engine is not None
                self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="run_timeout"))
        if self._at_work() and not self._is_told:  # a crawl that has come to all has nothing at work, and is not told
            self.tell()
        downloader = downloader_of(self.crawler)
        start_no_more(self.crawler)
        downloader.end()
        await asyncio.sleep(LAST)
        downloader.break_off()
        for break_off in self._last:
            break_off()
