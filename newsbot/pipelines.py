"""The way of a page through Scrapy's item pipelines: extract, clean, store.

What leaves the last pipeline is an article that is new or has a new revision; everything else ends
there with its outcome in the ledger. Files are written when the spider closes.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import Protocol, Self, cast

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from newsbot.cleaning import CleaningError, clean_article
from newsbot.extraction.pool import ExtractionPool
from newsbot.items import Article, Page, Rejection
from newsbot.run import Run
from newsbot.store.verdicts import New, Revision


class Collector(Protocol):
    """A spider whose pages become stored articles: what the pipelines ask of it."""

    run: Run

    def open_run(self) -> None:
        """Open the store and the run, or end the crawl with one clear message."""

    def close_run(self) -> None:
        """Write the files and say what the run came to."""

    def store_guard(self) -> AbstractContextManager[None]:
        """End the crawl with one clear message if the store breaks inside."""


class ExtractPipeline:
    """Page -> Article or Rejection."""

    def __init__(self, workers: int, timeout: float) -> None:
        self.workers = workers
        self.timeout = timeout

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        workers = crawler.settings.getint("NEWSBOT_EXTRACT_WORKERS")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(cores if workers < 0 else workers, crawler.settings.getfloat("NEWSBOT_EXTRACT_TIMEOUT"))

    def open_spider(self) -> None:
        self.pool = ExtractionPool(self.workers, self.timeout)

    def close_spider(self) -> None:
        self.pool.close()

    async def process_item(self, item: object) -> object:
        return await self.pool.extract(item) if isinstance(item, Page) else item


class CleanPipeline:
    """Article -> the article alone."""

    def process_item(self, item: object) -> object:
        if not isinstance(item, Article):
            return item
        try:
            return clean_article(item)
        except CleaningError as error:
            return Rejection(url=item.aliases[0], source=item.source, reason=error.reason)


class StorePipeline:
    """Article -> stored, and passed on if it is new; files are written when the spider closes."""

    def __init__(self, spider: Collector) -> None:
        self.spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not hasattr(crawler.spider, "open_run"):
            raise NotConfigured("the spider collects no articles")
        pipeline = cls(cast(Collector, crawler.spider))
        crawler.signals.connect(pipeline.item_error, signal=signals.item_error)
        return pipeline

    def open_spider(self) -> None:
        self.spider.open_run()

    def close_spider(self) -> None:
        self.spider.close_run()

    def process_item(self, item: object) -> object:
        with self.spider.store_guard():
            match item:
                case Rejection():
                    self.spider.run.reject(item)
                    raise DropItem(f"{item.reason}: {item.url}", log_level="DEBUG")
                case Article():
                    verdict = self.spider.run.save(item)
                    if not isinstance(verdict, New | Revision):
                        raise DropItem(f"{verdict.outcome}: {item.url}", log_level="DEBUG")
        return item

    def item_error(self, item: object) -> None:
        """Give a page on which newsbot itself failed its outcome; Scrapy has logged the traceback."""
        if isinstance(item, Page | Article) and item.aliases:
            self.spider.run.reject(Rejection(url=item.aliases[0], source=item.source, reason="internal_error"))
