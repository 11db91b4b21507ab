"""`scrapy crawl`, as Scrapy has it, with an exit status that cron and systemd can act on."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from scrapy import signals
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from newsbot.commands._base import NewsbotCommand, quiet_libraries
from newsbot.process import (
    AllElsewhere,
    ExitStatus,
    MissingExtra,
    NewsbotError,
    UsageError,
    collect_nothing,
    collect_seldom,
    utc_now,
)

LAST_PORT = 65_535

Handler = Callable[[int, FrameType | None], Any]


class Command(NewsbotCommand, ScrapyCrawl):
    """Runs a spider; how that ended is its exit status."""

    requires_crawler_process = True
    example = "scrapy crawl news -a sources=my-outlets.toml -a due=1"

    def syntax(self) -> str:
        return "[options] SPIDER [-a NAME=VALUE ...]"

    def short_desc(self) -> str:
        return "Run a spider"

    def long_desc(self) -> str:
        return (
            "Run a spider: news (every source of the sources file), site (one site, -a url=...) or archive. "
            "Exit status: 0 whole, 1 crashed or refused, 2 wrong usage, 3 finished, and a source is "
            "unreachable or its pages came to nothing, 4 a source was left to another crawl that is at it, "
            "5 ended early (Ctrl-C, SIGTERM, a bound), and the next run goes on, 130 stopped by a second Ctrl-C."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("spider", metavar="SPIDER", nargs="?", help="news, site or archive")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        collect_nothing()
        from newsbot.sources import did_you_mean

        assert self.crawler_process is not None
        spiders = self.crawler_process.spider_loader.list()
        there_are = f"there are: {', '.join(spiders)}"
        if opts.spider is None:
            raise UsageError(f"name one spider; {there_are}")
        if opts.spider not in spiders:
            raise UsageError(f"there is no spider {opts.spider!r}{did_you_mean(opts.spider, spiders)}; {there_are}")
        _require_what_feeds_need(self.crawler_process.settings)
        _require_what_metrics_need(self.crawler_process.settings)
        _require_channels(self.crawler_process.settings)
        quiet_libraries()
        crawler = self.crawler_process.create_crawler(opts.spider)
        self._leave_to_others(crawler, opts.spargs)
        import scrapy.core.downloader.contextfactory  # noqa: F401 (now: it looks for its callers among all modules)

        from newsbot.extensions.collection import Collection

        crawler.signals.connect(lambda: _answer_signals(crawler), signal=signals.engine_started, weak=False)
        crawler.signals.connect(collect_seldom, signal=signals.engine_started)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        try:
            collection = crawler.get_extension(Collection)
        except RuntimeError:  # it failed before it had extensions, and Scrapy has said why
            return ExitStatus.CRASHED
        if crawler.engine is not None and crawler.engine.spider is not None:
            return ExitStatus.INTERRUPTED  # the reactor was stopped under it
        return collection.exit_status if collection else ExitStatus.WHOLE

    def _leave_to_others(self, crawler: Crawler, arguments: dict[str, str]) -> None:
        """Raise AllElsewhere if other crawls are at every source, before all that takes time is loaded and begun.

        Whatever is wrong with sources or store, the crawl itself says.
        """
        from newsbot.crawl.context import Collector
        from newsbot.store.database import open_existing
        from newsbot.store.leases import all_kept

        is_kept = False
        with suppress(NewsbotError, OSError):
            spider = crawler.spidercls.from_crawler(crawler, **arguments)
            sources = [source.name for source in spider.sources()] if isinstance(spider, Collector) else []
            engine = open_existing(self.store_url)
            try:
                is_kept = all_kept(engine, sources, now=utc_now())
            finally:
                engine.dispose()
        if is_kept:
            raise AllElsewhere


def _require_what_feeds_need(settings: BaseSettings) -> None:
    """Raise MissingExtra before the crawl, not in the middle of it."""
    feeds = settings.getdict("FEEDS").values()
    if any(feed.get("format") == "parquet" for feed in feeds) and importlib.util.find_spec("pyarrow") is None:
        raise MissingExtra("Parquet needs", "parquet")


def _require_what_metrics_need(settings: BaseSettings) -> None:
    """Raise MissingExtra before the crawl; UsageError where the file cannot be, or the port."""
    file, port = settings["NEWSBOT_METRICS_FILE"], settings.getint("NEWSBOT_METRICS_PORT")
    if (file or port) and importlib.util.find_spec("prometheus_client") is None:
        raise MissingExtra("metrics need", "metrics")
    if file and (not os.access(Path(file).absolute().parent, os.W_OK) or Path(file).is_dir()):
        raise UsageError(f"NEWSBOT_METRICS_FILE: no file can be written at {file}")
    if not 0 <= port <= LAST_PORT:
        raise UsageError(f"NEWSBOT_METRICS_PORT: 0 to {LAST_PORT}, not {port}")


def _require_channels(settings: BaseSettings) -> None:
    """Raise UsageError or MissingExtra for a channel of alarms that cannot be told anything."""
    if alarms := settings["NEWSBOT_ALARMS"]:
        from newsbot.alarms.channels import channels

        channels(alarms)


def _answer_signals(crawler: Crawler) -> None:
    """Let a signal that asks the crawl to end be answered at once, before Scrapy carries it out."""
    from twisted.internet import reactor

    def end(scrapys: Handler, number: int, frame: FrameType | None) -> None:
        reactor.callFromThread(_say, crawler, number)  # not now: what was interrupted may be amid a line
        scrapys(number, frame)

    for number in (signal.SIGINT, signal.SIGTERM):
        if callable(scrapys := signal.getsignal(number)):
            signal.signal(number, partial(end, scrapys))


def _say(crawler: Crawler, number: int) -> None:
    from newsbot.downloader.ending import Ending

    if ending := crawler.get_extension(Ending):
        ending.tell(then="; press again to stop now" if number == signal.SIGINT else "")
