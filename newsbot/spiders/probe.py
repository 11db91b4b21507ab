"""A probe of sites that collects nothing: what `scrapy sources add` and `scrapy sources check` show.

Listings are found, fetched and read as in a crawl, and the sample article is made by worker processes with the
time limit of a crawl: what hangs the extractor costs its site a named fault.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from newsbot.crawl.context import CrawlContext
from newsbot.discovery import LISTING_ERRORS, Child, as_siblings, feed_links, newest_first, read_listing, site_facts
from newsbot.downloader.fetch import accepting, charset_of, fetch, opt_outs_of
from newsbot.downloader.politeness import downloader_of
from newsbot.downloader.rendering import browser_meta, missing, use_browser
from newsbot.items import Candidate, Collected, ExtractedArticle, Page, Rejection
from newsbot.process import utc_now
from newsbot.sources import Source, exemptions_of, source_name
from newsbot.spiders.base import add_contact
from newsbot.spiders.entrance import Entrance, entrance_of
from newsbot.spiders.listing import STATUSES_READ, permanent_address
from newsbot.web.dates import as_instant
from newsbot.web.tdmrep import is_reserved, reserved_paths

CHANNELS = frozenset(("feed", "sitemap"))
"""What is searched for."""
AT_ONCE = 32
"""Sites that are looked at side by side."""
MAX_TRIED = 12
"""Feeds, and sitemaps, that are tried of those that a site names."""
MAX_SUB_SITEMAPS, MAX_DEPTH = 5, 2
"""Sitemaps that are read of an index, the newest, until one names an article; and indexes that are entered."""
MAX_SAMPLES = 3
"""Articles that are tried before a site counts as one without articles."""
PROVEN = ("title", "authors", "published", "language", "section", "tags", "image", "summary", "text")
"""Fields whose filling tells how well a site is understood."""
NAMES_NOTHING = "names no article"
"""What is wrong with a listing that can be read, and a source, that have nothing to name."""


@dataclasses.dataclass(slots=True, kw_only=True)
class ListingReport:
    """What became of one feed, sitemap or section page."""

    channel: str
    url: str
    error: str | None = None
    moved_to: str | None = None
    """Where a permanent redirect (301, 308) leads."""
    named: list[Candidate] = dataclasses.field(default_factory=list)
    validators: list[str] = dataclasses.field(default_factory=list)
    """Of ETag and Last-Modified, those that its server sends."""
    feeds: list[str] = dataclasses.field(default_factory=list)
    """Feeds that an HTML page names which stands in the place of a feed."""

    def names_the_same_as(self, other: ListingReport) -> bool:
        """Whether both are one listing at two addresses: of one kind, with the same entries."""
        return self.channel == other.channel and {c.url for c in self.named} == {c.url for c in other.named}

    @property
    def newest(self) -> str | None:
        """When the newest entry was published, as stated."""
        stated = [
            (moment, text) for c in self.named if (text := c.published or c.modified) and (moment := as_instant(text))
        ]
        return max(stated)[1] if stated else None


@dataclasses.dataclass(slots=True, kw_only=True)
class SiteReport:
    """What a look at one site came to."""

    source: Source
    listings: list[ListingReport] = dataclasses.field(default_factory=list)
    article: ExtractedArticle | None = None
    article_url: str | None = None
    fault: str | None = None
    """Why there is no article to show."""
    robots: str = "allowed"
    opt_outs: Sequence[str] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether every listing could be read, something is named there, and an article came of it."""
        return self.article is not None and all(not listing.error for listing in self.listings)

    @property
    def filled(self) -> list[str]:
        """The fields of PROVEN that the article has."""
        return [name for name in PROVEN if getattr(self.article, name, None)]


class ProbeSpider(Spider):
    """Looks at sites, politely, and keeps a report of each; it stores nothing."""

    # No name of its own: `scrapy crawl` and `scrapy list` offer spiders that collect.
    custom_settings = {  # noqa: RUF012 (Scrapy's interface)
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {
            "newsbot.crawl.context.CrawlContext": 0,
            "newsbot.extensions.log.EscapedLog": 0,
            "newsbot.downloader.politeness.CrawlDelay": 0,
        },
        "LOG_LEVEL": "WARNING",
    }

    def __init__(
        self,
        sources: Iterable[Source] = (),
        url: str = "",
        told: Callable[[str], None] = lambda _what: None,
        **kwargs: Any,
    ) -> None:
        """Give ``sources`` to check, or the ``url`` of a site to find; ``told`` hears of each step."""
        super().__init__(name="probe", **kwargs)
        self.sources = list(sources)
        self.told = told
        self.unchecked = {source.name: None for source in self.sources}
        self.url = url
        self.reports: list[SiteReport] = []
        self.today = date.fromisoformat(utc_now()[:10])

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        add_contact(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        use_browser(crawler.settings, spider.sources)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        named = [Source(name=source_name(self.url), home=self.url)] if self.url else []
        CrawlContext.of(self.crawler).exemptions = exemptions_of([*self.sources, *named])
        # not above: `scrapy list` has no use for them
        from newsbot.crawl.worker_pool import Extraction, Workers, worker_count

        wanted = worker_count(self.settings.getint("NEWSBOT_EXTRACT_WORKERS"))
        extraction = Extraction(self.settings["NEWSBOT_EXTRACTOR"], self.settings.getdict("NEWSBOT_TRAFILATURA"))
        timeout = self.settings.getfloat("NEWSBOT_EXTRACT_TIMEOUT")
        self.workers = Workers(min(wanted, len(self.sources) or 1), timeout, extraction)
        try:
            self.reports = await self.look()
        finally:
            self.workers.close()
        requests: list[Request] = []  # all are made and done
        for request in requests:
            yield request

    async def look(self) -> list[SiteReport]:
        """Do what the spider was made for."""
        if self.url:
            return [await self.find(self.url)]
        places = asyncio.Semaphore(AT_ONCE)
        self.tell()
        return list(await asyncio.gather(*(self.check(source, places) for source in self.sources)))

    async def find(self, url: str) -> SiteReport:
        """Find the listings of a site from its home page, and check those that can be read."""
        self.told(f"looking at {url}")
        entrance, found = await self.search(url)
        if not found and entrance.fault:
            return unreachable(url, entrance.fault)
        report = SiteReport(source=described(entrance, found), listings=found)
        if not found:
            report.listings = [await self.listing("section", entrance.url)]
        self.told(f"reading an article of {url}")
        await self.prove(report)
        return report

    async def search(self, url: str, channels: Collection[str] = CHANNELS) -> tuple[Entrance, list[ListingReport]]:
        """Return the entrance of a site and the listings found there that can be read and name something, each once.

        ``channels``: those of which listings are wanted.
        """
        entrance = await entrance_of(self.crawler, url)
        if not entrance.is_reachable:
            return entrance, []
        search = entrance.search(most_feeds=MAX_TRIED, choose=self.lasting)
        found: list[ListingReport] = []
        for attempt in search:
            if attempt.channel not in channels:
                continue
            self.told(f"trying the {attempt.channel} {attempt.url}")
            listing = await self.listing(attempt.channel, attempt.url)
            if listing.named and not listing.error:
                search.found(attempt)
                if not any(listing.names_the_same_as(other) for other in found):
                    found.append(listing)
            elif attempt.is_named:
                search.add_feeds(listing.feeds)
        return entrance, found

    def lasting(self, named: list[Child]) -> list[Child]:
        """Return the sitemaps to try, newest first, without those of some days where others are named.

        Next month's is not in a sources file.
        """
        siblings = newest_first(as_siblings(named, self.today))
        return ([child for child in siblings if child.period is None] or siblings)[:MAX_TRIED]

    async def check(self, source: Source, places: asyncio.Semaphore) -> SiteReport:
        """Fetch the listings of a source and one article."""
        async with places:
            report = SiteReport(source=source)
            for channel, url in source.listings():
                in_browser = self.browser_meta(source) if channel == "section" else {}
                report.listings.append(await self.listing(channel, url, **in_browser))
            await self.prove(report)
            del self.unchecked[source.name]
            self.tell()
            return report

    def tell(self) -> None:
        """Say how many sources are checked, and which one has been waited for longest."""
        done = f"{len(self.sources) - len(self.unchecked)} of {len(self.sources)} sources checked"
        self.told(f"{done}, waiting for {next(iter(self.unchecked))}" if self.unchecked else done)

    async def listing(self, channel: str, url: str, *, depth: int = 0, **meta: object) -> ListingReport:
        """Read a listing; of an index of sitemaps, the newest sitemaps too."""
        report = ListingReport(channel=channel, url=url)
        if channel != "section":
            meta = {"handle_httpstatus_list": STATUSES_READ, **meta}
        response, error = await fetch(self.crawler, Request(url, headers=accepting(channel), meta=meta))
        if response is None:
            report.error = error
            return report
        moved_to = permanent_address(response)
        report.moved_to = moved_to if moved_to != url else None
        refusal = f"http_{response.status}" if response.status >= 400 else ""
        report.validators = [name for name in ("ETag", "Last-Modified") if response.headers.get(name)]
        try:
            contents = read_listing(channel, response.body, response.url, charset=charset_of(response))
        except LISTING_ERRORS as unread:
            report.error = refusal or str(unread)
            if channel == "feed" and unread.reason == "html_page":
                report.feeds = feed_links(response.body, response.url, charset=charset_of(response))
            return report
        report.named = contents.candidates
        for child in newest_first(as_siblings(contents.sub_sitemaps, self.today))[
            : MAX_SUB_SITEMAPS if depth < MAX_DEPTH else 0
        ]:
            if not report.named:
                report.named = (await self.listing(channel, child.url, depth=depth + 1)).named
        if not report.named:
            report.error = refusal or NAMES_NOTHING
        return report

    async def prove(self, report: SiteReport) -> None:
        """Fetch and extract one article that the listings name."""
        source = report.source
        host = urlsplit(source.home).netloc
        report.robots = next(
            (text for item in report.listings if (text := robots_of(item.error)) != "allowed"), "allowed"
        )
        named = [candidate for listing in report.listings for candidate in listing.named[:5]]
        named = [candidate for candidate in named if not source.refuses(candidate.url)]
        for candidate in sorted(named, key=lambda c: str(as_instant(c.published) or ""), reverse=True)[:MAX_SAMPLES]:
            response, report.fault = await fetch(self.crawler, Request(candidate.url, meta=self.browser_meta(source)))
            if response is None:
                report.robots = robots_of(report.fault) if report.robots == "allowed" else report.robots
                continue
            report.opt_outs = await self.reserved(response)
            page = Page(
                url=response.url,
                html=response.body,
                source=source.name,
                candidate=candidate,
                aliases=[candidate.url, response.url],
                charset=charset_of(response),
                opt_outs=report.opt_outs,
                fetched_at=utc_now(),
            )
            match await self.workers.make_article(page):
                case Rejection(reason=reason):
                    report.fault = f"{reason}: {candidate.url}"
                case Collected(article=article):
                    report.article, report.article_url, report.fault = article, response.url, None
                    report.opt_outs = article.opt_outs
                    host = urlsplit(response.url).netloc
                    break
        if not named:
            report.fault = NAMES_NOTHING
        delay = downloader_of(self.crawler).stated_delay(host)
        if delay and report.robots == "allowed":
            report.robots = f"allowed, {delay:g} s apart"

    async def reserved(self, response: Response) -> list[str]:
        """Return what the host and the headers of a page reserve."""
        parts = urlsplit(response.url)
        rules, _ = await fetch(
            self.crawler,
            Request(f"{parts.scheme}://{parts.netloc}/.well-known/tdmrep.json", headers=accepting("tdmrep.json")),
        )
        if rules is not None and is_reserved(reserved_paths(rules.body), parts.path):
            response.meta["tdm_reserved"] = True
        return opt_outs_of(response)

    def browser_meta(self, source: Source) -> dict[str, Any]:
        """Return the meta of a request for a page of a source."""
        return {} if missing(self.settings) else browser_meta(source)


def unreachable(url: str, fault: str) -> SiteReport:
    """Return the report on a site of which nothing could be had."""
    listing = ListingReport(channel="section", url=url, error=fault)
    source = Source(name=source_name(url), home=url)
    return SiteReport(source=source, listings=[listing], fault=fault, robots=robots_of(fault))


def described(entrance: Entrance, listings: Sequence[ListingReport]) -> Source:
    """Return a site as a sources file describes it, from its home page and the listings that were found."""
    home, url = entrance.home, entrance.url
    facts = site_facts(home.body if home else b"", url, charset=charset_of(home) if home else None)
    maps = [report for report in listings if report.channel == "sitemap"]
    news = [report for report in maps if any(named.via == "news_sitemap" for named in report.named)]
    return Source(
        name=source_name(url),
        title=facts.name or "",
        home=url,
        language=plain_language(facts.language),
        country=facts.country,
        feeds=[report.url for report in listings if report.channel == "feed"],
        news_sitemaps=[report.url for report in news],
        sitemaps=[report.url for report in maps if report not in news],
    )


def robots_of(error: str | None) -> str:
    """Say what robots.txt has to do with an error."""
    reason = (error or "").partition(":")[0]
    return {"robots_txt": "disallowed", "robots_unreachable": "unreachable"}.get(reason, "allowed")


def plain_language(tag: str | None) -> str | None:
    """Return the language of a BCP 47 tag as a sources file takes it, without the country.

    >>> plain_language("pt-BR"), plain_language(None)
    ('pt', None)
    """
    found = re.match(r"[a-z]{2,3}(?![a-z])", (tag or "").lower())
    return found[0] if found else None
