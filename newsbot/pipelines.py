"""The way of a page through Scrapy's item pipelines: made an article, clean, and stored.

What leaves the last pipeline is the record of an article that is new or has a new revision; everything
else ends there with its outcome in the ledger. Files are written when the spider closes.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from newsbot.crawl.claims import rejected_away
from newsbot.crawl.run import Run
from newsbot.crawl.spread import Spread
from newsbot.crawl.worker_pool import Extraction, Workers, worker_count
from newsbot.downloader.ending import Ending
from newsbot.downloader.fetch import fetch
from newsbot.downloader.waiting import is_ending
from newsbot.extensions.collection import Collection
from newsbot.items import (
    MAX_BYTES,
    RUN_ENDED,
    Article,
    Collected,
    Decision,
    New,
    Page,
    Rejection,
    Revision,
)
from newsbot.process import utc_now
from newsbot.store import Unstorable
from newsbot.web.urls import site_of

TOGETHER, WAIT = 32, 0.1
"""Pages that get their outcomes in one transaction, and seconds that they wait for each other at most."""

logger = logging.getLogger("newsbot")


class ArticlePipeline:
    """Page -> Collected or Rejection, archived; an article over several pages becomes one, in their order."""

    def __init__(self, crawler: Crawler, count: int, timeout: float, max_pages: int, extraction: Extraction) -> None:
        self.crawler = crawler
        self.collection = crawler.get_extension(Collection)
        self.count = count
        self.timeout = timeout
        self.max_pages = max_pages
        self.extraction = extraction

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(
            crawler,
            worker_count(crawler.settings.getint("NEWSBOT_EXTRACT_WORKERS")),
            crawler.settings.getfloat("NEWSBOT_EXTRACT_TIMEOUT"),
            crawler.settings.getint("NEWSBOT_MAX_ARTICLE_PAGES"),
            Extraction.from_settings(crawler.settings),
        )

    def open_spider(self) -> None:
        self.workers = Workers(self.count, self.timeout, self.extraction)
        if ending := self.crawler.get_extension(Ending):
            ending.at_last(self.workers.give_up)

    def close_spider(self) -> None:
        self.workers.close()

    async def process_item(self, item: object) -> object:
        if not isinstance(item, Page):
            return item
        pages = [item]
        result = await self._make_article(item)
        if isinstance(result, Rejection):
            result = rejected_away(item.aliases, result)
        elif result.article.next_page:
            result = await self._join_pages(pages, result)
        return self.collection.keep(pages, result) if self.collection else result

    async def _make_article(self, page: Page) -> Collected | Rejection:
        return await self.workers.make_article(dataclasses.replace(page, exchanges=()))  # no worker has a use for them

    async def _join_pages(self, pages: list[Page], result: Collected) -> Collected | Rejection:
        """Append the text of the article's further pages, up to one that cannot be had, and these to its pages.

        Where the run ends before that, the next run fetches the article again, whole.
        """
        first = pages[0]
        spread = Spread(result, self.max_pages)
        while at := spread.next:
            page = await self._fetch(first, at)
            if page is None and is_ending(self.crawler):
                return Rejection(url=first.aliases[0], reason=RUN_ENDED)
            made = await self._make_article(page) if page else None
            if isinstance(made, Rejection) and made.reason == RUN_ENDED:
                return Rejection(url=first.aliases[0], reason=RUN_ENDED)
            if page is None or not isinstance(made, Collected):
                logger.info("%s: its next page %s is missing", first.url, at)
                break
            if not spread.add(made):
                logger.info("%s: cut off before its next page %s, too long", first.url, at)
                break
            pages.append(page)
        return spread.joined()

    async def _fetch(self, first: Page, url: str) -> Page | None:
        response, _ = await fetch(
            self.crawler,
            Request(url, meta={"source": first.source, "download_maxsize": MAX_BYTES, "must_be_whole": True}),
        )
        if response is None or site_of(response.url) != site_of(first.url):
            return None
        return dataclasses.replace(
            first,
            url=response.url,
            html=response.body,
            aliases=[url],
            fetched_at=utc_now(),
            exchanges=response.meta.get("exchanges", ()),
        )


class StorePipeline:
    """Collected -> the stored Article, passed on if it is new; files are written when the spider closes.

    Pages wait for each other for a moment, and get their outcomes in one transaction.
    """

    def __init__(self, crawler: Crawler, collection: Collection) -> None:
        self.crawler = crawler
        self.collection = collection
        self.waiting: list[tuple[Collected | Rejection, asyncio.Future[Article]]] = []
        self.timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        collection = crawler.get_extension(Collection)
        if collection is None:
            raise NotConfigured  # the spider collects no articles
        pipeline = cls(crawler, collection)
        crawler.signals.connect(pipeline.item_error, signal=signals.item_error)
        return pipeline

    async def open_spider(self) -> None:
        # A coroutine, because Scrapy starts every pipeline before it awaits one: a refusal ends none of the others.
        self.collection.open(self.settle)

    def close_spider(self) -> None:
        try:
            if self.collection.run is not None:
                self.flush()
                self.settle(self.collection.run.claims.rest())
        finally:
            self.collection.close()

    async def process_item(self, item: object) -> object:
        if isinstance(item, Collected) and not item.is_judged:
            judged = self.run.claims.judge(item)
            self.settle(self.run.claims.crowded())
            if judged is None:
                raise DropItem(f"held: {item.article.url}", log_level="DEBUG")
            item = judged
        return await self.store(item) if isinstance(item, Collected | Rejection) else item

    async def store(self, page: Collected | Rejection) -> Article:
        """Give a page its outcome, and return the article that it is new for. Raises DropItem."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Article] = loop.create_future()
        self.waiting.append((page, outcome))
        if len(self.waiting) >= TOGETHER:
            self.flush()
        elif self.timer is None:
            self.timer = loop.call_later(WAIT, self.flush)
        return await outcome

    def flush(self) -> None:
        """Give all that waits its outcome."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        waiting, self.waiting = self.waiting, []
        try:
            told = self.outcomes([page for page, _ in waiting])
        except Exception as fault:  # noqa: BLE001 - it is everyone's who waits
            told = [fault] * len(waiting)
        for (_, outcome), one in zip(waiting, told, strict=True):
            if outcome.cancelled():
                continue
            if isinstance(one, Exception):
                outcome.set_exception(one)
            else:
                outcome.set_result(one)

    def outcomes(self, pages: Sequence[Collected | Rejection]) -> list[Article | Exception]:
        """Give pages their outcomes in one transaction; return the article of what is new, DropItem for what is not."""
        told: list[Article | Exception] = []
        if not self.collection.has_kept_all():
            pages = [Rejection(url=page.discovered, reason=RUN_ENDED) for page in pages]
        for page, decided in zip(pages, self.run.verdicts.save_all(pages) if pages else [], strict=True):
            match page, decided:
                case _, Rejection():
                    told.append(DropItem(f"{decided.reason}: {page.discovered}", log_level="DEBUG"))
                case Collected(), Unstorable():
                    logger.warning("%.200s: cannot be stored: %s", page.discovered, decided)
                    told.append(DropItem(f"unstorable: {page.discovered}", log_level="DEBUG"))
                case _, Exception():
                    told.append(decided)
                case _, Decision(verdict=New() | Revision()):
                    told.append(decided.article)
                case Collected(), Decision():
                    told.append(DropItem(f"{decided.verdict.outcome}: {page.article.url}", log_level="DEBUG"))
        return told

    def settle(self, decided: Iterable[Collected | Rejection]) -> None:
        """Store what was held, and tell whoever listens of it, as Scrapy does of what leaves the pipelines."""
        send, spider = self.crawler.signals.send_catch_log, self.crawler.spider
        held = iter(decided)
        while some := list(islice(held, TOGETHER)):
            for page, one in zip(some, self.outcomes(some), strict=True):
                if isinstance(one, DropItem):
                    send(signals.item_dropped, item=page, exception=one, response=None, spider=spider)
                elif isinstance(one, Exception):
                    logger.error("%.200s: newsbot failed on it", page.discovered, exc_info=one)
                    self.run.verdicts.reject(Rejection(url=page.discovered, reason="internal_error"))
                else:
                    send(signals.item_scraped, item=one, response=None, spider=spider)

    def item_error(self, item: object) -> None:
        """Give a page on which newsbot itself failed its outcome; Scrapy has logged the traceback."""
        if isinstance(item, Page) and self.run.verdicts.is_open(item.aliases[0]):
            self.run.verdicts.reject(Rejection(url=item.aliases[0], reason="internal_error"))

    @property
    def run(self) -> Run:
        """The run that the pages are of."""
        assert self.collection.run is not None
        return self.collection.run
