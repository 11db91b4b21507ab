"""Spiders that find articles: read feeds, sitemaps and section pages, and fetch what is new there."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from newsbot.crawl.run import POSTPONED
from newsbot.discovery import (
    Child,
    FeedError,
    SitemapError,
    article_links,
    feed_links,
    newest_first,
    next_pages,
    parse_feed,
    parse_sitemap,
    period_of,
    text_blocks,
)
from newsbot.downloader.errors import outcome_of
from newsbot.downloader.rendering import browser_meta
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.spiders.base import Args, CollectingSpider
from newsbot.spiders.fetch import charset_of, header_of
from newsbot.store.listings import Listing

CLOSED_AFTER = timedelta(days=3)
"""A sitemap named after a month or day that was read so long after its end is complete."""


def permanent_address(response: Response) -> str:
    """Return where the permanent redirects (301, 308) lead that stand at the beginning of a response's way."""
    way = [*response.meta.get("redirect_urls", []), response.url]
    steps = 0
    for reason in response.meta.get("redirect_reasons", []):
        if reason not in (301, 308):
            break
        steps += 1
    return str(way[steps])


def is_closed(child: Child, read_at: str) -> bool:
    """Whether a sub-sitemap is named after days that were over for a while when it was read (RFC 3339).

    >>> is_closed(Child("https://e.org/sitemap-2026-10.xml"), "2026-11-20T08:00:00Z")
    True
    >>> is_closed(Child("https://e.org/sitemap-2026-11.xml"), "2026-11-20T08:00:00Z")
    False
    """
    period = period_of(child.url)
    return period is not None and period[1] + CLOSED_AFTER < date.fromisoformat(read_at[:10])


LISTING_PRIORITY = 10
"""Listings before articles: what is new is known early, and the progress display can tell how much."""
PAGED = ("feed", "section")
"""Listings that may go on on a next page."""


class DiscoveringSpider(CollectingSpider[Args]):
    """A spider that finds articles in the listings of its sources."""

    def open_run(self) -> None:
        super().open_run()
        self._asked: set[tuple[str, str]] = set()
        self._sitemaps: dict[str, int] = dict.fromkeys(self.run.sources, 0)
        self._articles: dict[str, list[str]] = {}

    @property
    def only_due(self) -> bool:
        """Whether listings are asked only when their interval is over."""
        return False

    def wants_sitemap(self, _child: Child) -> bool:
        """Whether a sub-sitemap may name articles that this crawl is after."""
        return True

    def max_sitemaps(self) -> int:
        """Return how many sub-sitemaps to read of a source, 0 for no bound."""
        return self.settings.getint("NEWSBOT_MAX_SITEMAPS")

    def goes_on(self, _links: list[Candidate], fresh: int, page: int) -> bool:
        """Whether to read the next page of a section, after one with these links, so many of them new."""
        return fresh > 0 and page < self.settings.getint("NEWSBOT_MAX_SECTION_PAGES")

    def resume(self, source: Source, *, failed: bool = True) -> Iterator[Request]:
        """Ask for what earlier runs discovered and did not bring home."""
        for candidate in self.run.resume(source, failed=failed):
            yield self.article_request(source, candidate)

    def listing_requests(
        self,
        source: Source,
        channel: str,
        url: str,
        *,
        page: int = 1,
        lastmod: str | None = None,
        owed: bool = False,
    ) -> Iterator[Request]:
        """Yield the conditional request for a feed, sitemap or section page; none if it was asked in this run.

        ``owed``: a run that wanted this page has died, so what it names may be pending, and more be behind it.
        """
        if (source.name, url) in self._asked:
            return
        self._asked.add((source.name, url))
        known = self.run.schedule.listing(source.name, url)
        if lastmod:
            known = dataclasses.replace(known, lastmod=lastmod)
        self.run.ledger.listing_asked(source.name)
        in_browser = browser_meta(source) if channel == "section" else {}
        headers = {} if in_browser else {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        yield Request(
            self.run.schedule.address(source.name, url),
            callback=self.parse_listing,
            errback=self.listing_failed,
            headers={name: value for name, value in headers.items() if value},
            cb_kwargs={"source": source, "channel": channel, "known": known, "page": page, "owed": owed},
            meta={"handle_httpstatus_list": [304], **in_browser},
            priority=LISTING_PRIORITY,
        )

    def parse_listing(
        self, response: Response, source: Source, channel: str, known: Listing, page: int, *, owed: bool = False
    ) -> Iterator[Request]:
        """Read a listing, and ask for what is new in it."""
        digest = hashlib.sha256(response.body).hexdigest()
        if response.status == 304 or digest == known.digest:
            self.run.ledger.listing(source.name, "not_modified")
            with self.store_guard():
                self.run.schedule.unchanged(known, at=permanent_address(response))
            if channel not in PAGED:
                yield from self._sub_sitemaps(source, channel, known.sub_sitemaps)
            elif owed_page := self.run.schedule.owed(source.name, known.url):
                url, further = owed_page
                yield from self.listing_requests(source, channel, url, page=page + further, owed=True)
            return
        read = Listing(
            source.name,
            known.url,
            etag=header_of(response, "ETag"),
            last_modified=header_of(response, "Last-Modified"),
            digest=digest,
            lastmod=known.lastmod,
        )
        try:
            match channel:
                case "feed":
                    yield from self._read_feed(response, source, read, page, owed=owed)
                case "section":
                    yield from self._read_section(response, source, read, page, owed=owed)
                case _:
                    yield from self._read_sitemap(response, source, channel, read)
        except (FeedError, SitemapError) as error:
            self._failed(source, channel, known.url, str(error))
            if error.reason == "html_page":
                yield from self._feeds_behind(response, source, channel)

    def listing_failed(self, failure: Failure) -> None:
        """Note that a listing could not be read."""
        request: Request = failure.request  # type: ignore[attr-defined]
        assert failure.value is not None
        _, reason, detail = outcome_of(failure.value)
        channel, url = request.cb_kwargs["channel"], request.cb_kwargs["known"].url
        self._failed(request.cb_kwargs["source"], channel, url, f"{reason}{': ' if detail else ''}{detail}")

    def _failed(self, source: Source, channel: str, url: str, error: str) -> None:
        schedule = self.run.schedule
        rests_until = schedule.rests_until(urlsplit(schedule.address(source.name, url)).netloc)
        with self.store_guard():
            listing = schedule.failed(source.name, url, error, rests_until=rests_until)
        outcome = "postponed" if error.startswith(tuple(POSTPONED)) else "failed"
        again = f" ({listing.errors} times in a row, due again at {listing.due_at})" if listing.errors > 1 else ""
        self.run.ledger.listing(source.name, outcome, f"{channel} {url}: {error}{again}")

    def _read_feed(
        self, response: Response, source: Source, read: Listing, page: int, *, owed: bool
    ) -> Iterator[Request]:
        feed = parse_feed(response.body, response.url, charset=charset_of(response))
        self._note(source, "feed", read, [*feed.notes, *([f"WebSub hub: {feed.hub}"] if feed.hub else [])])
        read = dataclasses.replace(read, next_page=feed.next_url)
        yield from self._take(response, source, "feed", read, feed.candidates, page, owed=owed, newest_alone=True)

    def _read_section(
        self, response: Response, source: Source, read: Listing, page: int, *, owed: bool
    ) -> Iterator[Request]:
        if source.name not in self._articles:
            self._articles[source.name] = self.run.articles_of(source)
        known = self._articles[source.name]
        links = article_links(response.body, response.url, charset=charset_of(response), known=known)
        self.run.learning.learn_section(response.url, text_blocks(response.body, charset=charset_of(response)))
        self._note(source, "section", read, [] if links else ["no links to articles found"])
        further = next_pages(response.body, response.url, charset=charset_of(response)) if links else []
        read = dataclasses.replace(read, next_page=next(iter(further), None))
        yield from self._take(response, source, "section", read, links, page, owed=owed)

    def _read_sitemap(self, response: Response, source: Source, channel: str, read: Listing) -> Iterator[Request]:
        sitemap = parse_sitemap(response.body, response.url, charset=charset_of(response))
        self._note(source, channel, read, sitemap.notes)
        read = dataclasses.replace(read, sub_sitemaps=tuple((child.url, child.lastmod) for child in sitemap.children))
        is_news = any(candidate.via == "news_sitemap" for candidate in sitemap.candidates)
        yield from self._take(response, source, channel, read, sitemap.candidates, newest_alone=is_news)
        yield from self._sub_sitemaps(source, channel, read.sub_sitemaps)

    def _take(
        self,
        response: Response,
        source: Source,
        channel: str,
        read: Listing,
        named: list[Candidate],
        page: int = 1,
        *,
        owed: bool = False,
        newest_alone: bool = False,
    ) -> Iterator[Request]:
        """Note what a listing names and when it is due again; ask for what is new there, and for its next page.

        A feed is read further back only where there is a gap, or where a run that died owes its next page.
        """
        schedule = self.run.schedule
        owed = owed or schedule.owed(source.name, read.url) is not None
        before, at = schedule.listing(source.name, read.url), permanent_address(response)

        def goes_on(fresh: int, gap: bool) -> bool:
            is_wanted = channel == "section" or gap or owed or page > 1
            return is_wanted and self.goes_on(named, len(named) if owed else fresh, page)

        with self.store_guard():
            fresh = self.run.discover(source, named, read, at=at, newest_alone=newest_alone, goes_on=goes_on)
        gap = schedule.listing(source.name, read.url).gaps > before.gaps
        if gap:
            note = f"gap: names nothing of what it named at {before.answered_at}; it is asked more often from now on"
            self.run.ledger.note(source.name, f"{channel} {read.url}: {note}")
        if at not in (read.url, before.moved_to):
            self.run.ledger.note(source.name, f"{channel} {read.url}: moved for good to {at}")
        for candidate in fresh:
            yield self.article_request(source, candidate)
        if read.next_page and goes_on(len(fresh), gap):
            yield from self.listing_requests(source, channel, read.next_page, page=page + 1, owed=owed)

    def _sub_sitemaps(self, source: Source, channel: str, named: Iterable[tuple[str, str | None]]) -> Iterator[Request]:
        """Ask for the sub-sitemaps that have changed, or that do not say; newest first, up to the bound."""
        bound = self.max_sitemaps()
        for child in newest_first(Child(*pair) for pair in named):
            if (source.name, child.url) in self._asked or not self.wants_sitemap(child):
                continue
            known = self.run.schedule.listing(source.name, child.url)
            if known.read_at and (known.lastmod == child.lastmod if child.lastmod else is_closed(child, known.read_at)):
                continue
            if self.only_due and not child.lastmod and not self.run.schedule.is_due(source.name, child.url):
                continue
            if 0 < bound <= self._sitemaps[source.name]:
                self.run.ledger.note(source.name, "more sub-sitemaps than NEWSBOT_MAX_SITEMAPS")
                return
            self._sitemaps[source.name] += 1
            yield from self.listing_requests(source, channel, child.url, lastmod=child.lastmod)

    def _feeds_behind(self, response: Response, source: Source, channel: str) -> Iterator[Request]:
        """Ask for the feeds that an HTML page names where a feed was expected."""
        for url in feed_links(response.body, response.url) if channel == "feed" else []:
            yield from self.listing_requests(source, channel, url)

    def _note(self, source: Source, channel: str, read: Listing, notes: list[str]) -> None:
        self.run.ledger.listing(source.name, "read")
        for note in notes:
            self.run.ledger.note(source.name, f"{channel} {read.url}: {note}")
