"""Delays that a site asks for (Crawl-delay and Request-rate in robots.txt) or that a source states."""

from __future__ import annotations

import logging
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.robotstxt import RobotParser

logger = logging.getLogger("newsbot")

MAX_CRAWL_DELAY = 300.0
"""Seconds; a longer Crawl-delay is held to this, or a run would never end."""


class CrawlDelay:
    """Spaces the requests to a host as its source states, and further if its robots.txt asks for it."""

    def __init__(self, crawler: Crawler, default: float, user_agent: str) -> None:
        self.crawler = crawler
        self.default = default
        self.user_agent = user_agent

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off")
        user_agent = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        extension = cls(crawler, crawler.settings.getfloat("DOWNLOAD_DELAY"), user_agent)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.robots_parsed, signal=signals.robots_parsed)
        return extension

    def spider_opened(self) -> None:
        run = getattr(self.crawler.spider, "run", None)
        for source in run.sources.values() if run else ():
            if source.delay is not None:
                for url in [source.home, *(url for _, url in source.listings())]:
                    self._space(urlsplit(url).netloc, source.delay)

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        host = urlsplit(request.url).netloc
        delay = min(stated_delay(robotparser, self.user_agent), MAX_CRAWL_DELAY)
        if delay > self._downloader().per_slot_settings.get(host, {}).get("delay", self.default):
            self._space(host, delay)

    def _space(self, host: str, delay: float) -> None:
        logger.debug("requests to %s at least %g s apart", host, delay)
        downloader = self._downloader()
        downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1, "jitter": 0}
        if slot := downloader.slots.get(host):
            slot.delay, slot.concurrency, slot.jitter = delay, 1, 0

    def _downloader(self) -> Downloader:
        assert self.crawler.engine is not None
        return self.crawler.engine.downloader


def stated_delay(robotparser: RobotParser, user_agent: str) -> float:
    """Return the seconds between two requests that a robots.txt asks for: Crawl-delay or Request-rate, the longer.

    A Request-rate that holds for some hours of the day ("1/10m 0600-0845") is kept all day long.
    """
    protego = getattr(robotparser, "rp", None)
    rate = protego.request_rate(user_agent) if protego else None
    by_rate = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return max(robotparser.crawl_delay(user_agent) or 0.0, by_rate)
