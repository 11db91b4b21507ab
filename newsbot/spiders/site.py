"""One site, found by itself from its home page: feeds, sitemaps, sections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Self
from urllib.parse import urljoin

from pydantic import Field, field_validator, model_validator
from scrapy import Request
from scrapy.http import Response

from newsbot.discovery import (
    WELL_KNOWN_FEEDS,
    WELL_KNOWN_SITEMAPS,
    Child,
    feed_links,
    section_links,
    sitemaps_in_robots,
)
from newsbot.downloader.errors import DOWNLOAD_ERRORS, outcome_of
from newsbot.items import Candidate
from newsbot.sources import Source, source_name
from newsbot.spiders.arguments import Day, SpiderArguments
from newsbot.spiders.date_range import Days, archive_pages
from newsbot.spiders.listing import LISTING_PRIORITY, DiscoveringSpider
from newsbot.store.listings import Listing
from newsbot.web.urls import canonical_url

MAX_SECTIONS = 20
"""Section pages that are read of one site."""
BACKFILL_MAX = 50_000
"""Articles that one backfill takes on; the same command again goes on from there."""


class SiteArguments(SpiderArguments):
    """What `crawl site` takes."""

    url: str = Field(title="site", examples=["https://example.org"])
    """Home page of the site; https is meant where no scheme is said."""
    since: Day | None = None
    """First day of the articles that are wanted."""
    until: Day | None = None
    """Last day of the articles that are wanted."""
    limit: int | None = Field(default=None, ge=0)
    """Articles to take on; 0: no bound. Otherwise NEWSBOT_MAX_NEW, or BACKFILL_MAX for a range of days."""

    @field_validator("url")
    @classmethod
    def _home(cls, url: str) -> str:
        return canonical_url(url if "://" in url else f"https://{url}")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since: {self.since} is after until, {self.until}")
        return self


class SiteSpider(DiscoveringSpider[SiteArguments]):
    """Collect one site, whose feeds, sitemaps and sections are found by themselves.

    scrapy crawl site -a url=https://example.org [-a since=2026-01-01] [-a until=2026-01-31] [-a limit=100]
    """

    name = "site"
    arguments = SiteArguments

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self._archive_pages = 0

    @cached_property
    def days(self) -> Days:
        """The days whose articles are wanted."""
        return Days(self.args.since, self.args.until)

    def sources(self) -> list[Source]:
        home = self.args.url
        return [Source(name=source_name(home), home=home)]

    def max_new(self) -> int:
        if self.args.limit is not None:
            return self.args.limit
        return BACKFILL_MAX if self.days else super().max_new()

    def max_sitemaps(self) -> int:
        return 0 if self.days else super().max_sitemaps()

    def accepts(self, candidate: Candidate) -> str | None:
        return "out_of_range" if self.days.refuses(candidate) else None

    def wants_sitemap(self, child: Child) -> bool:
        return self.days.wants(child)

    def goes_on(self, links: list[Candidate], fresh: int, page: int) -> bool:
        if not self.days:
            return super().goes_on(links, fresh, page)
        return not self.days.are_over(links) and page < self.settings.getint("NEWSBOT_MAX_ARCHIVE_PAGES")

    def parse_listing(
        self, response: Response, source: Source, channel: str, known: Listing, page: int, *, owed: bool = False
    ) -> Iterator[Request]:
        yield from super().parse_listing(response, source, channel, known, page, owed=owed)
        if channel == "section" and self.days:
            yield from self._archive(source, response)

    def _archive(self, source: Source, response: Response) -> Iterator[Request]:
        """Ask for the pages of the site's archive that a page links to, those of the days that are wanted."""
        for url in archive_pages(response):
            if self._archive_pages >= self.settings.getint("NEWSBOT_MAX_ARCHIVE_PAGES"):
                self.run.ledger.note(source.name, "more archive pages than NEWSBOT_MAX_ARCHIVE_PAGES")
                return
            if self.days.wants(Child(url)):
                requests = list(self.listing_requests(source, "section", url))
                self._archive_pages += len(requests)
                yield from requests

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
                for request in self.listing_requests(source, channel, url):
                    yield request
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
        for url in [urljoin(source.home, path) for path in paths]:
            for request in self.listing_requests(source, channel, url):
                response = await self._fetch(request)
                if response is None or response.status not in (200, 304) or _is_html(response):
                    self.run.ledger.listing(source.name, "absent")
                    continue
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


def _is_html(response: Response) -> bool:
    """Whether a page came that says "not found" with status 200."""
    return response.status == 200 and b"<html" in response.body[:2000].lower()
