"""The scheduled job: all sources, only what is new."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler

from newsbot.downloader.rendering import missing, use_browser
from newsbot.sources import BUNDLED, Source, SourcesError, load_sources
from newsbot.spiders.base import ArgumentError
from newsbot.spiders.revisits import RevisitingSpider

STARTER = "starter"
"""Tag of the outlets of the bundled file that are crawled where nobody says which."""


class NewsSpider(RevisitingSpider):
    """Collect what is new from every source of a sources file, and what has changed since it was new.

    scrapy crawl news [-a sources=FILE] [-a only=NAME,NAME] [-a tags=TAG,TAG] [-a due=1]
    """

    name = "news"

    def __init__(self, sources: str = "", only: str = "", tags: str = "", due: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sources_file = sources
        self.only = names_of(only)
        self.tags = names_of(tags)
        self.only_due = due not in ("", "0")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        with suppress(SourcesError, ArgumentError):  # open_run says it
            use_browser(crawler.settings, spider.sources())
        return spider

    def sources(self) -> list[Source]:
        path = self.sources_file or self.settings["NEWSBOT_SOURCES"]
        tags = self.tags or ([] if path or self.only else [STARTER])
        sources = load_sources(path or BUNDLED, only=self.only, tags=[] if tags == ["all"] else tags)
        if any(source.render for source in sources) and (fault := missing(self.settings)):
            raise ArgumentError(fault)
        return sources

    def open_run(self) -> None:
        super().open_run()
        if self.only_due:
            known = len(self.run.sources)
            self.run.keep_due()
            self.logger.info("due: %d of %d sources", len(self.run.sources), known)

    async def start(self) -> AsyncIterator[Request]:
        for source in self.run.sources.values():
            due = self.run.schedule.due(source)
            for request in self.resume(source, failed=bool(due) or not self.only_due):
                yield request
            for request in self.revisit(source):
                yield request
            for channel, url in due if self.only_due else source.listings():
                for request in self.listing_requests(source, channel, url):
                    yield request


def names_of(argument: str) -> list[str]:
    """Return the names of an argument that lists them with commas between.

    >>> names_of("bbc, npr,")
    ['bbc', 'npr']
    """
    return [name.strip() for name in argument.split(",") if name.strip()]
