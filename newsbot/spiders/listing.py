"""Spiders that find articles: read feeds, sitemaps and section pages, and fetch what is new there."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

import orjson
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from newsbot.crawl.run import POSTPONED
from newsbot.discovery import (
    Child,
    FeedError,
    SitemapError,
    article_links,
    as_instant,
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
from newsbot.store.frontier import NOT_READ, Listing
from newsbot.web.urls import url_key

# What a listing that was read leaves to be remembered: its next page, its sub-sitemaps, where it moved to.

CLOSED_AFTER = timedelta(days=3)
"""A sitemap named after a month or day that was read so long after its end is complete."""


def with_next(read: Listing, url: str | None) -> Listing:
    """Return a listing that remembers its next page, until it is known whether that is wanted."""
    return dataclasses.replace(read, children=orjson.dumps([(url, None)]).decode() if url else None)


def children_from(known: Listing) -> list[Child]:
    """Return the sub-sitemaps that a sitemap index named when it was read, or the next page of another listing."""
    return [Child(*pair) for pair in orjson.loads(known.children)] if known.children else []


def permanent_address(response: Response) -> str:
    """Return where the permanent redirects (301, 308) lead that stand at the beginning of a response's way."""
    way = [*response.meta.get("redirect_urls", []), response.url]
    steps = 0
    for reason in response.meta.get("redirect_reasons", []):
        if reason not in (301, 308):
            break
        steps += 1
    return str(way[steps])


def minutes_spanned(candidates: list[Candidate]) -> float | None:
    """Return the time between the oldest and the newest of some candidates, in minutes; None if they tell none."""
    moments = [moment for candidate in candidates if (moment := as_instant(candidate.published))]
    return (max(moments) - min(moments)).total_seconds() / 60 if moments else None


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
        known = self.run.listing(source, url)
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
                self.run.schedule.unchanged(source.name, known.url, at=permanent_address(response))
                if known.lastmod and known.digest:
                    self.run.still(source, known)
            if channel in PAGED:
                yield from self._owed_pages(source, channel, known, page)
            else:
                yield from self._sub_sitemaps(source, channel, children_from(known))
            return
        read = Listing(
            known.url, header_of(response, "ETag"), header_of(response, "Last-Modified"), digest, known.lastmod
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
            poll = schedule.failed(source.name, url, error, rests_until=rests_until)
        outcome = "postponed" if error.startswith(tuple(POSTPONED)) else "failed"
        again = f" ({poll.errors} times in a row, due again at {poll.due_at})" if poll.errors > 1 else ""
        self.run.ledger.listing(source.name, outcome, f"{channel} {url}: {error}{again}")

    def _read_feed(
        self, response: Response, source: Source, read: Listing, page: int, *, owed: bool
    ) -> Iterator[Request]:
        feed = parse_feed(response.body, response.url, charset=charset_of(response))
        self._note(source, "feed", read, [*feed.notes, *([f"WebSub hub: {feed.hub}"] if feed.hub else [])])
        owed = owed or bool(self._owed(source, self.run.listing(source, read.url)))
        read = with_next(read, feed.next_url)
        fresh = list(self._fetch_new(source, feed.candidates, read, next_page=feed.next_url))
        gap = self._reschedule(response, source, "feed", read, feed.candidates, len(fresh), newest_alone=True)
        yield from fresh
        fresh_or_owed = len(feed.candidates) if owed else len(fresh)
        goes_on = (gap or owed or page > 1) and self.goes_on(feed.candidates, fresh_or_owed, page)
        yield from self._turn(source, "feed", read, page, goes_on=goes_on, owed=owed)

    def _read_sitemap(self, response: Response, source: Source, channel: str, read: Listing) -> Iterator[Request]:
        sitemap = parse_sitemap(response.body, response.url, charset=charset_of(response))
        self._note(source, channel, read, sitemap.notes)
        children = orjson.dumps([(child.url, child.lastmod) for child in sitemap.children]).decode()
        read = dataclasses.replace(read, children=children if sitemap.children else None)
        fresh = list(self._fetch_new(source, sitemap.candidates, read))
        named = [candidate for candidate in sitemap.candidates if candidate.via == "news_sitemap"]
        self._reschedule(response, source, channel, read, sitemap.candidates, len(fresh), newest_alone=bool(named))
        yield from fresh
        yield from self._sub_sitemaps(source, channel, sitemap.children)

    def _read_section(
        self, response: Response, source: Source, read: Listing, page: int, *, owed: bool
    ) -> Iterator[Request]:
        if source.name not in self._articles:
            self._articles[source.name] = self.run.articles_of(source)
        known = self._articles[source.name]
        links = article_links(response.body, response.url, charset=charset_of(response), known=known)
        self.run.learning.learn_section(response.url, text_blocks(response.body, charset=charset_of(response)))
        self._note(source, "section", read, [] if links else ["no links to articles found"])
        further = next(
            iter(next_pages(response.body, response.url, charset=charset_of(response)) if links else []), None
        )
        owed = owed or bool(self._owed(source, self.run.listing(source, read.url)))
        read = with_next(read, further)
        fresh = list(self._fetch_new(source, links, read, next_page=further))
        self._reschedule(response, source, "section", read, links, len(fresh), newest_alone=False)
        yield from fresh
        goes_on = self.goes_on(links, len(links) if owed else len(fresh), page)
        yield from self._turn(source, "section", read, page, goes_on=goes_on, owed=owed)

    def _turn(
        self, source: Source, channel: str, read: Listing, page: int, *, goes_on: bool, owed: bool
    ) -> Iterator[Request]:
        """Ask for the next page of a listing, or write down that it is not wanted."""
        if goes_on:
            for child in children_from(read):
                yield from self.listing_requests(source, channel, child.url, page=page + 1, owed=owed)
        elif read.children and self.run.listing(source, read.url) == read:
            with self.store_guard():
                self.run.still(source, with_next(read, None))

    def _owed_pages(self, source: Source, channel: str, known: Listing, page: int) -> Iterator[Request]:
        """Ask for the next page of an unchanged listing if the run that wanted it died before it was read."""
        owed_pages = self._owed(source, known)
        if page > 1:
            with self.store_guard():
                self.run.still(source, known)
        for url, further in owed_pages:
            yield from self.listing_requests(source, channel, url, page=page + further, owed=True)

    def _owed(self, source: Source, known: Listing) -> list[tuple[str, int]]:
        """Return the first further page of a listing that was wanted and not read since, and how far on it is."""
        read_at = (
            {url: moment for url, (_, moment) in self.run.sub_sitemaps_of(source).items()} if known.children else {}
        )
        met = {known.url}
        while (children := children_from(known)) and children[0].url not in met:
            url = children[0].url
            met.add(url)
            if read_at.get(url, NOT_READ) == NOT_READ:
                return [(url, len(met) - 1)]
            known = self.run.listing(source, url)
        return []

    def _reschedule(
        self,
        response: Response,
        source: Source,
        channel: str,
        read: Listing,
        named: list[Candidate],
        fresh: int,
        *,
        newest_alone: bool,
    ) -> bool:
        """Set the next visit of a listing that was read, and say so in the ledger if it has a gap."""
        schedule = self.run.schedule
        before, at = schedule.poll(source.name, read.url), permanent_address(response)
        with self.store_guard():
            gap = schedule.read(
                source.name,
                read.url,
                at=at,
                new=fresh,
                total=len(named),
                keys=[url_key(candidate.url) for candidate in named] if newest_alone else (),
                span=minutes_spanned(named) if newest_alone else None,
            )
        if gap and before:
            note = f"gap: names nothing of what it named at {before.checked_at}; it is asked more often from now on"
            self.run.ledger.note(source.name, f"{channel} {read.url}: {note}")
        if at != read.url and (before is None or before.moved_to != at):
            self.run.ledger.note(source.name, f"{channel} {read.url}: moved for good to {at}")
        return gap

    def _fetch_new(
        self, source: Source, candidates: list[Candidate], read: Listing, *, next_page: str | None = None
    ) -> Iterator[Request]:
        with self.store_guard():
            for candidate in self.run.discover(source, candidates, read, next_page=next_page):
                yield self.article_request(source, candidate)

    def _sub_sitemaps(self, source: Source, channel: str, children: list[Child]) -> Iterator[Request]:
        """Ask for the sub-sitemaps that have changed, or that do not say; newest first, up to the bound."""
        readings = self.run.sub_sitemaps_of(source) if children else {}
        bound = self.max_sitemaps()
        for child in newest_first(children):
            if (source.name, child.url) in self._asked or not self.wants_sitemap(child):
                continue
            lastmod, read_at = readings.get(child.url, (None, ""))
            if read_at and (lastmod == child.lastmod if child.lastmod else is_closed(child, read_at)):
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
