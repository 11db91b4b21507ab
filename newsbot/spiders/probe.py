"""Looking at sites without collecting them: what `scrapy sources add` and `scrapy sources check` show."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from newsbot.cleaning import CleaningError, clean_article
from newsbot.crawl.run import utc_now
from newsbot.discovery import (
    WELL_KNOWN_FEEDS,
    WELL_KNOWN_SITEMAPS,
    FeedError,
    SitemapError,
    article_links,
    as_instant,
    feed_links,
    newest_first,
    parse_feed,
    parse_sitemap,
    site_facts,
    sitemaps_in_robots,
)
from newsbot.downloader.errors import DOWNLOAD_ERRORS, outcome_of
from newsbot.downloader.politeness import downloader_of
from newsbot.downloader.rendering import browser_meta, missing, use_browser
from newsbot.extraction import ExtractionError, extract_article
from newsbot.items import Article, Candidate
from newsbot.sources import Source, exemptions_of, source_name
from newsbot.spiders.base import add_contact, charset_of, opt_outs_of
from newsbot.web.tdmrep import in_order, is_reserved, reserved_paths

AT_ONCE = 32
"""Sites that are looked at side by side."""
MAX_TRIED = 12
"""Addresses of a site that are tried as a feed, and as a sitemap."""
PROVEN = ("title", "authors", "published", "language", "section", "tags", "image", "summary", "text")
"""Fields whose filling tells how well a site is understood."""


@dataclasses.dataclass(slots=True, kw_only=True)
class ListingReport:
    """What became of one feed, sitemap or section page."""

    channel: str
    url: str
    error: str | None = None
    named: list[Candidate] = dataclasses.field(default_factory=list)
    validators: list[str] = dataclasses.field(default_factory=list)
    """Of ETag and Last-Modified, those that its server sends."""

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
    article: Article | None = None
    article_url: str | None = None
    fault: str | None = None
    """Why there is no article to show."""
    robots: str = "allowed"
    opt_outs: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_healthy(self) -> bool:
        """Whether every listing could be read, something is named there, and an article came of it."""
        return self.article is not None and all(not listing.error for listing in self.listings)

    @property
    def filled(self) -> list[str]:
        """The fields of PROVEN that the article has."""
        return [name for name in PROVEN if getattr(self.article, name, None)]


class SurveySpider(Spider):
    """Looks at sites, politely, and keeps a report of each; it stores nothing."""

    # No name of its own: `scrapy crawl` and `scrapy list` offer spiders that collect.
    custom_settings = {  # noqa: RUF012 (Scrapy's interface)
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {
            "newsbot.extensions.log_escaping.EscapedLog": 0,
            "newsbot.downloader.politeness.CrawlDelay": 0,
        },
        "LOG_LEVEL": "WARNING",
    }

    def __init__(self, sources: Iterable[Source] = (), url: str = "", **kwargs: Any) -> None:
        """Give ``sources`` to check, or the ``url`` of a site to find."""
        super().__init__(name="survey", **kwargs)
        self.sources = list(sources)
        self.url = url
        self.reports: list[SiteReport] = []
        self.exemptions = exemptions_of([*self.sources, *([Source(name="named", home=url)] if url else [])])

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
        if self.url:
            self.reports = [await self.find(self.url)]
        else:
            places = asyncio.Semaphore(AT_ONCE)
            self.reports = list(await asyncio.gather(*(self.check(source, places) for source in self.sources)))
        no_more: list[Request] = []
        for request in no_more:
            yield request

    async def find(self, url: str) -> SiteReport:
        """Find the listings of a site from its home page, and check those that can be read."""
        home, error = await self.fetch(url)
        source = Source(name=source_name(url), home=url)
        if home is None:
            listing = ListingReport(channel="section", url=url, error=error)
            return SiteReport(source=source, listings=[listing], fault=error, robots=robots_of(error))
        facts = site_facts(home.body, home.url, charset=charset_of(home))
        robots, _ = await self.fetch(urljoin(home.url, "/robots.txt"), dont_obey_robotstxt=True)
        sitemaps = sitemaps_in_robots(robots.text, robots.url) if robots and hasattr(robots, "text") else []
        feeds = await self.listings("feed", feed_links(home.body, home.url))
        feeds = feeds or await self.listings("feed", [urljoin(home.url, path) for path in WELL_KNOWN_FEEDS], first=True)
        maps = await self.listings("sitemap", sitemaps)
        maps = maps or await self.listings("sitemap", [urljoin(home.url, p) for p in WELL_KNOWN_SITEMAPS], first=True)
        news = [report for report in maps if any(named.via == "news_sitemap" for named in report.named)]
        source = Source(
            name=source.name,
            title=facts.name or "",
            home=home.url,
            language=plain_language(facts.language),
            country=facts.country,
            feeds=[report.url for report in feeds],
            news_sitemaps=[report.url for report in news],
            sitemaps=[report.url for report in maps if report not in news],
        )
        report = SiteReport(source=source, listings=[*feeds, *maps])
        if not report.listings:
            report.listings = [await self.listing("section", home.url)]
        await self.prove(report)
        return report

    async def check(self, source: Source, places: asyncio.Semaphore) -> SiteReport:
        """Fetch the listings of a source and one article."""
        async with places:
            report = SiteReport(source=source)
            for channel, url in source.listings():
                in_browser = self.browser_meta(source) if channel == "section" else {}
                report.listings.append(await self.listing(channel, url, **in_browser))
            await self.prove(report)
            return report

    async def listings(self, channel: str, urls: list[str], *, first: bool = False) -> list[ListingReport]:
        """Return those of some addresses that are listings which name something, or the first that is."""
        found: list[ListingReport] = []
        for url in list(dict.fromkeys(urls))[:MAX_TRIED]:
            report = await self.listing(channel, url)
            if report.named and not report.error:
                found.append(report)
                if first:
                    break
        return found

    async def listing(self, channel: str, url: str, *, depth: int = 0, **meta: object) -> ListingReport:
        """Read a listing; of an index of sitemaps, the newest sitemaps too."""
        report = ListingReport(channel=channel, url=url)
        response, report.error = await self.fetch(url, **meta)
        if response is None:
            return report
        report.validators = [name for name in ("ETag", "Last-Modified") if response.headers.get(name)]
        charset = charset_of(response)
        try:
            if channel == "feed":
                report.named = parse_feed(response.body, response.url, charset=charset).candidates
            elif channel == "section":
                report.named = article_links(response.body, response.url, charset=charset)
            else:
                sitemap = parse_sitemap(response.body, response.url, charset=charset)
                report.named = sitemap.candidates
                for child in newest_first(sitemap.children)[: 3 if depth < 2 else 0]:
                    if not report.named:
                        report.named = (await self.listing(channel, child.url, depth=depth + 1)).named
        except (FeedError, SitemapError) as error:
            report.error = str(error)
        if not report.named and not report.error:
            report.error = "names no article"
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
        for candidate in sorted(named, key=lambda c: str(as_instant(c.published) or ""), reverse=True)[:3]:
            response, report.fault = await self.fetch(candidate.url, **self.browser_meta(source))
            if response is None:
                report.robots = robots_of(report.fault) if report.robots == "allowed" else report.robots
                continue
            report.opt_outs = await self.reserved(response)
            try:
                page = (response.body, response.url)
                article = extract_article(
                    *page, charset=charset_of(response), fetched_at=utc_now(), candidate=candidate
                )
                report.article = clean_article(article)
                report.opt_outs = in_order([*report.opt_outs, *article.opt_outs])
                report.article_url, report.fault = response.url, None
                host = urlsplit(response.url).netloc
                break
            except (ExtractionError, CleaningError) as error:
                report.fault = f"{error.reason}: {candidate.url}"
        if not named:
            report.fault = "names no article"
        delay = downloader_of(self.crawler).stated_delay(host)
        if delay and report.robots == "allowed":
            report.robots = f"allowed, {delay:g} s apart"

    async def reserved(self, response: Response) -> list[str]:
        """Return what the host and the headers of a page reserve."""
        parts = urlsplit(response.url)
        rules, _ = await self.fetch(f"{parts.scheme}://{parts.netloc}/.well-known/tdmrep.json")
        if rules is not None and is_reserved(reserved_paths(rules.body), parts.path):
            response.meta["tdm_reserved"] = True
        return opt_outs_of(response)

    def browser_meta(self, source: Source) -> dict[str, Any]:
        """Return the meta of a request for a page of a source."""
        return {} if missing(self.settings) else browser_meta(source)

    async def fetch(self, url: str, **meta: object) -> tuple[Response | None, str | None]:
        """Return a page, or None and why not."""
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(Request(url, meta=meta))
        except DOWNLOAD_ERRORS as error:
            _, reason, detail = outcome_of(error)
            return None, f"{reason}: {detail}" if detail else reason
        return (response, None) if response.status == 200 else (None, f"http_{response.status}")


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
