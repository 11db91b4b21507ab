"""What a person sees of a crawl at work: a live display on a terminal, a log line a minute elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call

from newsbot.crawl.context import CrawlContext
from newsbot.store.ledger import OF_DISCOVERED, Account, Ledger

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

logger = logging.getLogger("newsbot")

REFRESH = 0.5
"""Seconds between two pictures on a terminal."""
UNITS = (("h", 3600, 5400), ("min", 60, 90), ("s", 1, 0))
"""Units of time: name, seconds, and the seconds from which on it is used."""


class Progress:
    """Shows sources done, pages, new, duplicates, rejected, errors and the rate.

    Settings: LOGSTATS_INTERVAL, seconds between two log lines; 0: none.
    """

    def __init__(self, crawler: Crawler, interval: float, *, on_terminal: bool) -> None:
        self.crawler = crawler
        self.interval = interval
        self.on_terminal = on_terminal
        self.live: Live | None = None
        self.task: AsyncioLoopingCall | None = None
        self.started = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        on_terminal = sys.stderr.isatty()
        interval = REFRESH if on_terminal else crawler.settings.getfloat("LOGSTATS_INTERVAL")
        if not interval:
            raise NotConfigured
        extension = cls(crawler, interval, on_terminal=on_terminal)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        if self.on_terminal:
            from rich.console import Console  # not above: it takes a tenth of a second, which cron need not wait for
            from rich.live import Live

            self.live = Live(console=Console(stderr=True), auto_refresh=False, transient=True)
            self.live.start()
            _redirect_logs(to=sys.stderr)
        task = create_looping_call(self.show)
        assert isinstance(task, AsyncioLoopingCall)
        self.task = task
        self.task.start(self.interval, now=False)

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
    unit, length = next((unit, length) for unit, length, least in UNITS if seconds >= least)
    return f"{left}, about {seconds / length:.0f} {unit}"


def _open(total: Account) -> int:
    return total.counts["discovered"] - sum(total.counts[name] for name in OF_DISCOVERED)


def _picture(figures: dict[str, str], total: Account) -> Group:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table

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
