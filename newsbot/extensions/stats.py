"""Stats of Scrapy's for what becomes of addresses: by outcome, by reason and by source, from the first request on."""

from __future__ import annotations

from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from newsbot.crawl.context import CrawlContext
from newsbot.items import REASONS
from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED, Ledger

COUNTED = ("discovered", *OF_DISCOVERED, *OF_FETCHED)


class Stats:
    """Counts along with the ledger: newsbot/outcome/NAME, newsbot/reason/OUTCOME/NAME, newsbot/source/SOURCE/NAME.

    Those of every outcome, reason and source of the run are there from the start, most of them 0, so that a monitor
    need not ask whether they are.
    """

    def __init__(self, crawler: Crawler, stats: StatsCollector) -> None:
        self.crawler = crawler
        self.stats = stats
        self.add = stats.inc_value  # looked up once: Scrapy wraps it anew at every access

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert crawler.stats is not None
        extension = cls(crawler, crawler.stats)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        return extension

    def spider_opened(self) -> None:
        run = CrawlContext.of(self.crawler).run
        if run is not None:
            self.begin(run.ledger)

    def begin(self, ledger: Ledger) -> None:
        """Set every stat as it stands, and hear of what comes."""
        total = ledger.total()
        for name in COUNTED:
            self.stats.set_value(f"newsbot/outcome/{name}", total.counts[name])
            for source, account in ledger.accounts.items():
                self.stats.set_value(f"newsbot/source/{source}/{name}", account.counts[name])
        for outcome, reasons in REASONS.items():
            for reason in reasons:
                if "<" not in reason:  # of http_<status>, those that are met
                    self.stats.set_value(f"newsbot/reason/{outcome}/{reason}", total.reasons[f"{outcome}:{reason}"])
        ledger.heard = self.count

    def count(self, source: str, what: str, reason: str | None) -> None:
        """Count one more."""
        self.add(f"newsbot/outcome/{what}")
        self.add(f"newsbot/source/{source}/{what}")
        if reason:
            self.add(f"newsbot/reason/{what}/{reason}")
