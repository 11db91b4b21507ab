"""The scheduled job: all sources, only what is new."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request

from newsbot.sources import BUNDLED, Source, load_sources
from newsbot.spiders.revisits import RevisitingSpider


class NewsSpider(RevisitingSpider):
    """Collect what is new from every source of a sources file, and what has changed since it was new.

    scrapy crawl news [-a sources=FILE] [-a only=NAME,NAME]
    """

    name = "news"

    def __init__(self, sources: str = "", only: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sources_file = sources
        self.only = [name.strip() for name in only.split(",") if name.strip()]

    def sources(self) -> list[Source]:
        path = self.sources_file or self.settings["NEWSBOT_SOURCES"] or BUNDLED
        return load_sources(path, only=self.only)

    async def start(self) -> AsyncIterator[Request]:
        for source in self.run.sources.values():
            for request in self.resume(source):
                yield request
            for request in self.revisit(source):
                yield request
            for channel, url in source.listings():
                yield self.listing_request(source, channel, url)
