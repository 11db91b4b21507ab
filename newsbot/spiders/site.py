"""One site, found by itself from its home page: feeds, sitemaps, sections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Self

from pydantic import Field, field_validator, model_validator
from scrapy import Request
from scrapy.http import Response

from newsbot.discovery import Attempt, Child, Contents, ListingSearch, feed_links
from newsbot.downloader.fetch import charset_of, fetch
from newsbot.items import Candidate
from newsbot.sources import Source, source_name
from newsbot.spiders.arguments import Day, SpiderArguments
from newsbot.spiders.date_range import Days, archive_pages
from newsbot.spiders.entrance import entrance_of
from newsbot.spiders.listing import UNREAD, DiscoveringSpider, Poll
from newsbot.web.urls import canonical_url, url_key

MAX_FEEDS = 100
"""Feeds that are tried of those that one site names; some have one for every tag."""
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

    def max_new(self) -> int | None:
        return BACKFILL_MAX if self.args.limit is None and self.days else self.args.limit

    @property
    def is_backfill(self) -> bool:
        return bool(self.days)

    def max_sitemaps(self) -> int:
        return 0 if self.is_backfill else super().max_sitemaps()

    def refuses(self, candidate: Candidate) -> str | None:
        return "out_of_range" if self.days.refuses(candidate) else None

    def wants_sitemap(self, child: Child) -> bool:
        return self.days.wants(child)

    def goes_on(self, links: list[Candidate], fresh: int, page: int) -> bool:
        if not self.days:
            return super().goes_on(links, fresh, page)
        return not self.days.are_over(links) and page < self.settings.getint("NEWSBOT_MAX_ARCHIVE_PAGES")

    async def start(self) -> AsyncIterator[Request]:
        (source,) = self.run.sources.values()
        for request in self.resume(source):
            yield request
        entrance = await entrance_of(self.crawler, source.home, source=source.name)
        if entrance.fault:
            self.run.ledger.listing(source.name, "failed", f"home {source.home}: {entrance.fault}")
        if not entrance.is_reachable:
            return
        search = entrance.search(
            sections=MAX_SECTIONS,
            most_feeds=MAX_FEEDS,
            choose=lambda named: self.sitemaps_now(source, named),
            known=self.run.schedule.read_before(source.name),
        )
        for attempt in search:
            for request in self.listing_requests(source, attempt.channel, attempt.url):
                if attempt.channel == "section":
                    yield request
                else:
                    async for further in self._try(request, attempt, search):
                        yield further
        if search.feeds_left:
            note = f"{len(search.feeds_left)} more feeds are named than the {MAX_FEEDS} that are tried"
            self.run.ledger.note(source.name, note)

    async def _try(self, request: Request, attempt: Attempt, search: ListingSearch) -> AsyncIterator[Request]:
        """Read what may be a feed or sitemap, and tell the search whether it is one."""
        poll: Poll = request.cb_kwargs["poll"]
        response, fault = await fetch(self.crawler, request)
        is_expected = attempt.is_named or poll.known.read_at is not None
        if response is not None:
            try:
                contents = self.contents(response, poll)
            except UNREAD as error:
                fault = str(error)
                behind = feed_links(response.body, response.url, charset=charset_of(response))
                if attempt.channel == "feed" and error.reason == "html_page" and behind:
                    search.add_feeds(behind)
                    is_expected = poll.known.read_at is not None
            else:
                is_listing = contents is None or names_more(contents, poll.source.home)
                if is_listing:
                    search.found(attempt)
                if is_listing or attempt.is_named:
                    for further in self.follow(response, poll, contents):
                        yield further
                    return
        if is_expected:
            self.failed(poll, fault)
            for further in self.ask_known_sitemaps(poll):
                yield further
        else:
            self.run.ledger.listing(poll.source.name, "absent")

    def parse_listing(self, response: Response, poll: Poll) -> Iterator[Request]:
        yield from super().parse_listing(response, poll)
        if poll.channel == "section" and self.days:
            yield from self._ask_archive(poll.source, response)

    def _ask_archive(self, source: Source, response: Response) -> Iterator[Request]:
        """Ask for the pages of the site's archive that a page links to, those of the days that are wanted."""
        for url in archive_pages(response):
            if self._archive_pages >= self.settings.getint("NEWSBOT_MAX_ARCHIVE_PAGES"):
                self.run.ledger.note(source.name, "more archive pages than NEWSBOT_MAX_ARCHIVE_PAGES")
                return
            if self.days.wants(Child(url)):
                requests = list(self.listing_requests(source, "section", url))
                self._archive_pages += len(requests)
                yield from requests


def names_more(contents: Contents, home: str) -> bool:
    """Whether a listing names anything but the home page, as what stands for pages that are not there may do."""
    return bool(contents.sub_sitemaps) or any(url_key(named.url) != url_key(home) for named in contents.candidates)
