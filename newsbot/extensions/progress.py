"""What a person sees of a crawl at work: a live display on a terminal, a log line a minute elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call

from newsbot.crawl.context import CrawlContext
from newsbot.store.ledger import OF_DISCOVERED, Account, Ledger

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
        run = CrawlContext.of(self.crawler).run
        if run is None:
            return
        figures = figures_of(run.ledger, time.monotonic() - self.started)
        if self.live:
            self.live.update(_picture(figures, run.ledger.total()), refresh=True)
        else:
            logger.info("%s", ", ".join(f"{name} {value}" for name, value in figures.items()))


def figures_of(ledger: Ledger, seconds: float) -> dict[str, str]:
    """Return what the display shows of a ledger, by name."""
    total = ledger.total()
    counts = total.counts
    done = sum(account.is_done() for account in ledger.accounts.values())
    rate = counts["fetched"] / max(seconds, 0.001)
    return {
        "sources": f"{done} of {len(ledger.accounts)} done",
        "pages": str(counts["fetched"]),
        "new": str(counts["new"] + counts["revised"]),
        "duplicates": str(counts["duplicate"]),
        "rejected": str(counts["rejected"]),
        "errors": str(counts["failed"]),
        "rate": f"{rate:.1f} pages/s",
        "left": left_of(total, rate),
    }


def left_of(total: Account, rate: float) -> str:
    """Say how many known addresses are still to be fetched, and how long that takes at a rate (pages a second).

    >>> from collections import Counter
    >>> left_of(Account(Counter(discovered=500, fetched=100, already_known=40)), 2.0)
    '360, about 3 min'
    >>> left_of(Account(Counter(discovered=5)), 0.0)
    '5'
    """
    left = _open(total)
    if not left or not rate:
        return str(left)
    seconds = left / rate
    for unit, length in (("h", 5400.0), ("min", 90.0), ("s", 0.0)):
        if seconds >= length:
            return f"{left}, about {seconds / {'h': 3600, 'min': 60, 's': 1}[unit]:.0f} {unit}"
    raise AssertionError(seconds)


def _open(total: Account) -> int:
    return total.counts["discovered"] - sum(total.counts[name] for name in OF_DISCOVERED)


def _picture(figures: dict[str, str], total: Account) -> Group:
    table = Table.grid(padding=(0, 2))
    for name in figures:
        table.add_column(header=name)
    table.add_row(*(f"[dim]{name}[/dim] [bold]{value}[/bold]" for name, value in figures.items()))
    known = total.counts["discovered"]
    return Group(table, ProgressBar(total=max(known, 1), completed=known - _open(total), width=60))


def _redirect_logs(to: object) -> None:
    """Let log lines go through the live display's stream, or they would tear its picture."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
            handler.setStream(to)
