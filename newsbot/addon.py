"""newsbot in somebody else's Scrapy project: `ADDONS = {"newsbot.addon.Newsbot": 300}`.

Every spider of that project may then yield pages (``page_of(response)``), which become stored articles; and newsbot's
own spiders work there, or what inherits from them. All that the project says itself stands.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem, NotConfigured
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from newsbot.crawl.context import Collector
from newsbot.crawl.run import Run
from newsbot.downloader.exchanges import exchange_of
from newsbot.downloader.fetch import charset_of, opt_outs_of
from newsbot.extensions.collection import Collection
from newsbot.items import Candidate, Page
from newsbot.pipelines import ArticlePipeline, StorePipeline
from newsbot.process import ExitStatus, utc_now
from newsbot.project import located
from newsbot.sources import Source, source_name

logger = logging.getLogger("newsbot")

THE_PROJECTS = frozenset({
    "BOT_NAME", "COMMANDS_MODULE", "LOG_FORMAT", "LOG_LEVEL", "LOG_VERSIONS", "NEWSPIDER_MODULE", "SPIDER_LOADER_CLASS",
    "SPIDER_MODULES", "STATS_DUMP",
})  # fmt: skip
"""Settings of newsbot's that are the project's business."""
COMPONENTS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS")
"""Settings to which newsbot's own spiders add what they need."""


class Newsbot:
    """The add-on. What it sets gives way to what the project and the spider set (priority "addon").

    Spiders of newsbot, or that inherit from one, get all of its settings and components; of the others it touches
    nothing but pages: their requests, their other items and their middlewares are as they were.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Bring the settings that newsbot has of its own, before the spider looks at them."""
        from newsbot.settings import paths

        for name, value in defaults().items():
            if name.startswith("NEWSBOT_"):
                settings.set(name, value, priority="addon")
        for name in paths:  # as the project has them, wherever one stands in it
            if (priority := settings.getpriority(name) or 0) <= SETTINGS_PRIORITIES["project"]:
                settings.set(name, located(settings[name]), priority)

    def update_settings(self, settings: BaseSettings) -> None:
        """Bring what the spider of a crawl needs."""
        pipelines: tuple[type, ...] = (ArticlePipeline, StorePipeline)
        if issubclass(self.crawler.spidercls, Collector):
            _bring_all(settings)
        else:
            settings.setdefault_in_component_priority_dict("EXTENSIONS", GuestCollection, 0)
            pipelines = (GuestPages, *pipelines)
        for number, pipeline in enumerate(pipelines, 1):  # before the project's, which see the articles
            settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", pipeline, number)


def defaults() -> dict[str, Any]:
    """Return newsbot's settings, as the environment and the project's .env have them."""
    from newsbot import settings

    return {name: value for name, value in vars(settings).items() if name.isupper()}


def _bring_all(settings: BaseSettings) -> None:
    """Bring the settings and components that newsbot's own spiders work with."""
    from scrapy.utils.misc import load_object

    for name, value in defaults().items():
        if name in COMPONENTS:
            for path, number in value.items():
                settings.setdefault_in_component_priority_dict(name, load_object(path), number)
        elif isinstance(value, dict) and not name.endswith("_BASE") and not name.startswith("NEWSBOT_"):
            settings.set(name, {**value, **settings.getdict(name)}, priority=settings.getpriority(name) or 0)
        elif name not in THE_PROJECTS and name != "ITEM_PIPELINES":
            settings.set(name, value, priority="addon")


def page_of(response: Response, source: str | None = None, **hints: Any) -> Page:
    """Return the page that a response brought, for a spider to yield.

    Args:
        source: whose it is, in every record: lower case, digits, ``.``, ``_`` and ``-``; by default the site's name.
        hints: what is known of the article from elsewhere, such as the listing that named it (fields of
            items.Candidate: title, published, authors, tags, summary, language). The page's own word comes first.

    >>> page_of(Response("https://www.example.org/news/1", body=b"<p>..."), title="Harbour wall to be raised").source
    'example.org'
    """
    redirects: list[str] = response.meta.get("redirect_urls", []) if response.request else []
    asked = redirects[0] if redirects else response.url
    candidate = Candidate(url=asked, via="site", **hints)
    return Page(
        url=response.url,
        html=response.body,
        source=source or source_name(asked),
        candidate=candidate,
        announced=candidate.title,
        aliases=[asked, *redirects[1:], response.url],
        charset=charset_of(response),
        opt_outs=opt_outs_of(response) if response.request else [],
        fetched_at=utc_now(),
        exchanges=[exchange_of(response.request, response)] if response.request else (),
    )


class Guest(Collector):
    """A spider of the project's, of which nothing is known but its name: what it collects from, its pages say."""

    def __init__(self, name: str) -> None:
        self.name = name

    def sources(self) -> list[Source]:
        return []


class GuestCollection(Collection):
    """The collection of a spider that is not newsbot's; it is opened for the first page, if there is one."""

    exit_status = ExitStatus.WHOLE

    @classmethod
    def collector_of(cls, crawler: Crawler) -> Collector | None:
        spider = crawler.spider
        return None if spider is None or isinstance(spider, Collector) else Guest(spider.name)

    def open(self, settle: Any) -> None:
        """Note how to settle what is held; there may be nothing to collect."""
        self._settle = settle
        self._end_of_crawl: asyncio.Future[None] | None = None

    def begun(self) -> Run:
        """Return the run, which begins now if it has not. Raises DropItem where it cannot, and the crawl ends then."""
        if self.run is None:
            if self._end_of_crawl is None:
                try:
                    self.exit_status = ExitStatus.CRASHED  # if it never comes to its end
                    super().open(self._settle)
                except CloseSpider as refused:  # after a message that says why
                    closing = self._crawler.engine.close_spider_async(reason=refused.reason)
                    self._end_of_crawl = asyncio.ensure_future(closing)
            if self.run is None:
                raise DropItem("there is no store for it", log_level="DEBUG")
        return self.run


class GuestPages:
    """Takes in the pages of a spider that is not newsbot's (an item pipeline): each has its entry in the ledger."""

    def __init__(self, collection: GuestCollection) -> None:
        self.collection = collection
        self._names: dict[str, bool] = {}
        """Whether a source may be called so, by name."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        collection = crawler.get_extension(GuestCollection)
        if collection is None:
            raise NotConfigured
        return cls(collection)

    def process_item(self, item: object) -> object:
        if not isinstance(item, Page):
            return item
        address = item.aliases[0]
        if not self._may_be_called(item.source):
            raise DropItem(f"source {item.source!r}: {address}", log_level="DEBUG")
        run = self.collection.begun()
        candidate = dataclasses.replace(item.candidate, url=address)
        if not run.intake.admit(item.source, candidate, captured_at=item.fetched_at):
            raise DropItem(f"known, or at work already: {address}", log_level="DEBUG")
        run.verdicts.fetched(address)
        return item

    def _may_be_called(self, source: str) -> bool:
        """Whether a source may have a name; if not, that is one line of the log."""
        if source not in self._names:
            try:
                Source(name=source, home="https://example.org/")
                self._names[source] = True
            except ValueError:
                self._names[source] = False
                logger.error("source %.80r: lower case letters, digits, . _ and - make a name, at most 64", source)
        return self._names[source]
