"""What a person sees of a crawl at work: a live display on a terminal, a log line a minute elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call

from newsbot.store.ledger import Ledger

logger = logging.getLogger("newsbot")

REFRESH = 0.5
"""Seconds between two pictures on a terminal."""


class Progress:
    """Shows sources done, pages, new, duplicates, rejected, errors and the rate."""

    def __init__(self, crawler: Crawler, interval: float) -> None:
        self.crawler = crawler
        self.interval = interval
        self.live: Live | None = None
        self.task: AsyncioLoopingCall | None = None
        self.started = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler, crawler.settings.getfloat("LOGSTATS_INTERVAL"))
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        if sys.stderr.isatty():
            self.live = Live(console=Console(stderr=True), auto_refresh=False, transient=True)
            self.live.start()
            _redirect_logs(to=sys.stderr)
        task = create_looping_call(self.show)
        assert isinstance(task, AsyncioLoopingCall)
        self.task = task
        self.task.start(REFRESH if self.live else self.interval, now=False)

    def spider_closed(self) -> None:
        if self.task and self.task.running:
            self.task.stop()
        if self.live:
            self.live.stop()
            _redirect_logs(to=sys.stderr)

    def show(self) -> None:
        run = getattr(self.crawler.spider, "run", None)
        if run is None:
            return
        figures = figures_of(run.ledger, time.monotonic() - self.started)
        if self.live:
            self.live.update(_picture(figures), refresh=True)
        else:
            logger.info("%s", ", ".join(f"{name} {value}" for name, value in figures.items()))


def figures_of(ledger: Ledger, seconds: float) -> dict[str, str]:
    """Return what the display shows of a ledger, by name."""
    counts = ledger.total().counts
    done = sum(account.is_done() for account in ledger.accounts.values())
    return {
        "sources": f"{done} of {len(ledger.accounts)} done",
        "pages": str(counts["fetched"]),
        "new": str(counts["new"] + counts["revised"]),
        "duplicates": str(counts["duplicate"]),
        "rejected": str(counts["rejected"]),
        "errors": str(counts["failed"]),
        "rate": f"{counts['fetched'] / max(seconds, 0.001):.1f} pages/s",
    }


def _picture(figures: dict[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name in figures:
        table.add_column(header=name)
    table.add_row(*(f"[dim]{name}[/dim] [bold]{value}[/bold]" for name, value in figures.items()))
    return table


def _redirect_logs(to: object) -> None:
    """Let log lines go through the live display's stream, or they would tear its picture."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
            handler.setStream(to)
