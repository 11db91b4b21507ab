"""One site, found by itself from its home page: feeds, sitemaps, sections."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from newsbot.discovery import (
    WELL_KNOWN_FEEDS,
    WELL_KNOWN_SITEMAPS,
    feed_links,
    section_links,
    sitemaps_in_robots,
)
from newsbot.items import Candidate
from newsbot.outcomes import DOWNLOAD_ERRORS, outcome_of
from newsbot.sources import Source
from newsbot.spiders.base import ArgumentError
from newsbot.spiders.discovering import LISTING_PRIORITY, DiscoveringSpider
from newsbot.urls import InvalidURL, canonical_url, site_of

MAX_SECTIONS = 20
"""Section pages that are read of one site."""


class SiteSpider(DiscoveringSpider):
    """Collect one site, whose feeds, sitemaps and sections are found by themselves.

    scrapy crawl site -a url=https://example.org [-a since=2026-01-01] [-a until=2026-01-31] [-a limit=100]
    """

    name = "site"

    def __init__(self, url: str = "", since: str = "", until: str = "", limit: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.url = url
        self.since = since
        self.until = until
        self.limit = limit

    def sources(self) -> list[Source]:
        if not self.url:
            raise ArgumentError("which site? say -a url=https://example.org")
        try:
            home = canonical_url(self.url if "://" in self.url else f"https://{self.url}")
        except InvalidURL as error:
            raise ArgumentError(f"url: {error}") from None
        for name in ("since", "until"):
            if getattr(self, name):
                _day(name, getattr(self, name))
        if not re.fullmatch(r"\d*", self.limit):
            raise ArgumentError(f"limit: a whole number of articles, not {self.limit!r}")
        return [Source(name=re.sub(r"[^a-z0-9.]+", "-", site_of(home)).strip("-"), home=home)]

    def max_new(self) -> int:
        return int(self.limit) if self.limit else super().max_new()

    def accepts(self, candidate: Candidate) -> str | None:
        published = (candidate.published or "")[:10]
        changed = published or (candidate.modified or "")[:10]
        if (self.since and changed and changed < self.since) or (self.until and published and published > self.until):
            return "out_of_range"
        return None

    async def start(self) -> AsyncIterator[Request]:
        (source,) = self.run.sources.values()
        for request in self.resume(source):
            yield request
        home = await self._fetch(Request(source.home, priority=LISTING_PRIORITY))
        if home is None or home.status != 200:
            what = f"HTTP {home.status}" if home else "cannot be fetched"
            self.run.ledger.listing(source.name, "failed", f"home {source.home}: {what}")
            return
        feeds = feed_links(home.body, home.url)
        sitemaps = await self._sitemaps_of_robots(source)
        sections = [source.home, *section_links(home.body, home.url)[:MAX_SECTIONS]]
        for channel, urls in (("feed", feeds), ("sitemap", sitemaps), ("section", sections)):
            for url in dict.fromkeys(urls):
                yield self.listing_request(source, channel, url)
        for channel, paths in (
            ("feed", () if feeds else WELL_KNOWN_FEEDS),
            ("sitemap", () if sitemaps else WELL_KNOWN_SITEMAPS),
        ):
            async for request in self._try_well_known(source, channel, paths):
                yield request

    async def _sitemaps_of_robots(self, source: Source) -> list[str]:
        url = urljoin(source.home, "/robots.txt")
        response = await self._fetch(Request(url, meta={"dont_obey_robotstxt": True}))
        if response is None or response.status != 200:
            return []
        return sitemaps_in_robots(response.body.decode("utf-8", "replace"), url)

    async def _try_well_known(self, source: Source, channel: str, paths: tuple[str, ...]) -> AsyncIterator[Request]:
        """Read the first of the usual addresses that answers with a feed or sitemap."""
        for path in paths:
            request = self.listing_request(source, channel, urljoin(source.home, path))
            response = await self._fetch(request)
            if response is None or response.status not in (200, 304):
                continue
            if response.status == 200 and b"<html" in response.body[:2000].lower():
                continue  # a page that says "not found" with status 200
            for further in self.parse_listing(response, **request.cb_kwargs):
                yield further
            return

    async def _fetch(self, request: Request) -> Response | None:
        """Fetch one page that the search for listings needs; None if it cannot be had."""
        assert self.crawler.engine is not None
        try:
            return await self.crawler.engine.download_async(request)
        except DOWNLOAD_ERRORS as error:
            _, reason, detail = outcome_of(error)
            self.logger.info("%s: %s %s", request.url, reason, detail)
            return None


def _day(name: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ArgumentError(f"{name}: a day such as 2026-01-31, not {value!r}") from None
