"""What a person sees of a crawl at work: a live display on a terminal, a log line a minute elsewhere."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call

from newsbot.crawl.context import Collector, CrawlContext, Pace
from newsbot.extensions.standing import standings
from newsbot.web.text import escaped

if TYPE_CHECKING:
    from newsbot.extensions.display import Display

logger = logging.getLogger("newsbot")

REFRESH = 0.5
"""Seconds between two pictures on a terminal."""


class Progress:
    """Shows what is done of all, pages, new, duplicates, rejected, errors, the rate and how long it will take.

    Settings: LOGSTATS_INTERVAL, seconds between two log lines; 0: none.
    """

    def __init__(self, crawler: Crawler, interval: float, *, on_terminal: bool) -> None:
        self.crawler = crawler
        self.interval = interval
        self.on_terminal = on_terminal
        self.display: Display | None = None
        self.task: AsyncioLoopingCall | None = None
        self.started = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        on_terminal = is_terminal()
        interval = REFRESH if on_terminal else crawler.settings.getfloat("LOGSTATS_INTERVAL")
        if not interval:
            raise NotConfigured
        extension = cls(crawler, interval, on_terminal=on_terminal)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.end, signal=signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        if self.on_terminal:
            from newsbot.extensions.display import Display  # not above: rich takes a tenth of a second to load

            self.display = Display()
        task = create_looping_call(self.show)
        assert isinstance(task, AsyncioLoopingCall)
        self.task = task
        self.task.start(self.interval, now=False)

    def end(self) -> None:
        """Show nothing any more: the crawl is about to say what it came to."""
        if self.task and self.task.running:
            self.task.stop()
        if self.display:
            self.display.clear()
            self.display = None

    def show(self) -> None:
        """Show how the crawl stands."""
        run = CrawlContext.of(self.crawler).run
        if run is None:
            return
        files = self.crawler.spider.files_read if isinstance(self.crawler.spider, Collector) else None
        now = standings(run.ledger, time.monotonic() - self.started, self.crawler.get_extension(Pace), files)
        if not now.total.pages and not (files and files.read):
            self.started = time.monotonic()  # what listings take says nothing of the rate of pages
        if self.display:
            from newsbot.extensions.display import CrawlPicture

            self.display.show(CrawlPicture(now, list(run.ledger.accounts)))
        else:
            logger.info("%s", ", ".join(f"{name} {value}" for name, value in now.figures().items()))


@contextmanager
def status_line() -> Iterator[Callable[[str], None]]:
    """Give a function that says on a terminal what is being done, in one line that is gone in the end."""
    if not is_terminal():
        yield lambda _what: None
        return
    from rich.text import Text

    from newsbot.extensions.display import Display

    display = Display()
    try:
        yield lambda what: display.show(Text(escaped(what), no_wrap=True, overflow="ellipsis"))
    finally:
        display.clear()


def is_terminal() -> bool:
    """Whether stderr is a terminal that can draw."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
