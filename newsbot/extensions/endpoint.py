"""The endpoint of a crawl at work: its metrics over HTTP, for Prometheus, on loopback alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newsbot.crawl.context import CrawlContext
from newsbot.process import MissingExtra

logger = logging.getLogger("newsbot")


class Endpoint:
    """Serves http://127.0.0.1:PORT/metrics from the first request of a crawl to its end.

    A port that is taken, as by a crawl at other sources, is a warning: the crawl matters more.

    Settings: NEWSBOT_METRICS_PORT; 0: none.
    """

    def __init__(self, crawler: Crawler, port: int) -> None:
        self.crawler = crawler
        self.port = port
        self.end: Callable[[], None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not (port := crawler.settings.getint("NEWSBOT_METRICS_PORT")):
            raise NotConfigured
        extension = cls(crawler, port)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        run = CrawlContext.of(self.crawler).run
        if run is None:
            return
        try:
            from newsbot.extensions.metrics import serve  # not above: prometheus_client is an extra

            self.end = serve(run.ledger.accounts, self.port)
        except ImportError:  # another project's crawl, which the command has not looked at
            logger.warning("no metrics are served: %s", MissingExtra("they need", "metrics"))
        except OSError as error:
            taken = f"port {self.port} cannot be used ({error.strerror})"
            logger.warning("no metrics are served: %s; NEWSBOT_METRICS_PORT names another", taken)

    def spider_closed(self) -> None:
        if self.end is not None:
            self.end()
