"""Spiders that find articles: read feeds, sitemaps and section pages, and fetch what is new there."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterator

import orjson
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

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
    text_blocks,
)
from newsbot.items import Candidate
from newsbot.outcomes import outcome_of
from newsbot.sources import Source
from newsbot.spiders.base import CollectingSpider, charset_of, header_of
from newsbot.store.frontier import Listing

LISTING_PRIORITY = 10
"""Listings before articles: what is new is known early, and the progress display can tell how much."""


class DiscoveringSpider(CollectingSpider):
    """A spider that finds articles in the listings of its sources."""

    def open_run(self) -> None:
        super().open_run()
        self._sitemaps: Counter[str] = Counter()

    def resume(self, source: Source) -> Iterator[Request]:
        """Ask for what earlier runs discovered and did not bring home."""
        for candidate in self.run.resume(source):
            yield self.article_request(source, candidate)

    def listing_request(
        self, source: Source, channel: str, url: str, *, page: int = 1, lastmod: str | None = None
    ) -> Request:
        """Return the conditional request for a feed, sitemap or section page."""
        known = dataclasses.replace(self.run.listing(source, url), lastmod=lastmod)
        self.run.ledger.listing_asked(source.name)
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return Request(
            url,
            callback=self.parse_listing,
            errback=self.listing_failed,
            headers={name: value for name, value in headers.items() if value},
            cb_kwargs={"source": source, "channel": channel, "known": known, "page": page},
            meta={"handle_httpstatus_list": [304]},
            priority=LISTING_PRIORITY,
        )

    def parse_listing(
        self, response: Response, source: Source, channel: str, known: Listing, page: int
    ) -> Iterator[Request]:
        """Read a listing, and ask for what is new in it."""
        digest = hashlib.sha256(response.body).hexdigest()
        if response.status == 304 or digest == known.digest:
            self.run.ledger.listing(source.name, "not_modified")
            yield from self._sub_sitemaps(source, channel, children_from(known))
            return
        read = Listing(
            known.url, header_of(response, "ETag"), header_of(response, "Last-Modified"), digest, known.lastmod
        )
        try:
            match channel:
                case "feed":
                    yield from self._read_feed(response, source, read)
                case "section":
                    yield from self._read_section(response, source, read, page)
                case _:
                    yield from self._read_sitemap(response, source, channel, read)
        except (FeedError, SitemapError) as error:
            self.run.ledger.listing(source.name, "failed", f"{channel} {known.url}: {error}")
            if error.reason == "html_page":
                yield from self._feeds_behind(response, source, channel)

    def listing_failed(self, failure: Failure) -> None:
        """Note that a listing could not be read."""
        request: Request = failure.request  # type: ignore[attr-defined]
        assert failure.value is not None
        _, reason, detail = outcome_of(failure.value)
        source: Source = request.cb_kwargs["source"]
        channel = request.cb_kwargs["channel"]
        note = f"{channel} {request.cb_kwargs['known'].url}: {reason}{': ' if detail else ''}{detail}"
        self.run.ledger.listing(source.name, "failed", note)

    def _read_feed(self, response: Response, source: Source, read: Listing) -> Iterator[Request]:
        feed = parse_feed(response.body, response.url, charset=charset_of(response))
        self._note(source, "feed", read, feed.notes)
        yield from self._fetch_new(source, feed.candidates, read)

    def _read_sitemap(self, response: Response, source: Source, channel: str, read: Listing) -> Iterator[Request]:
        sitemap = parse_sitemap(response.body, response.url, charset=charset_of(response))
        self._note(source, channel, read, sitemap.notes)
        children = orjson.dumps([(child.url, child.lastmod) for child in sitemap.children]).decode()
        read = dataclasses.replace(read, children=children if sitemap.children else None)
        yield from self._fetch_new(source, sitemap.candidates, read)
        yield from self._sub_sitemaps(source, channel, sitemap.children)

    def _read_section(self, response: Response, source: Source, read: Listing, page: int) -> Iterator[Request]:
        links = article_links(response.body, response.url, charset=charset_of(response))
        self.run.learning.learn_section(response.url, text_blocks(response.body, charset=charset_of(response)))
        self._note(source, "section", read, [] if links else ["no links to articles found"])
        fresh = list(self._fetch_new(source, links, read))
        yield from fresh
        if fresh and page < self.settings.getint("NEWSBOT_MAX_SECTION_PAGES"):
            for url in next_pages(response.body, response.url, charset=charset_of(response))[:1]:
                yield self.listing_request(source, "section", url, page=page + 1)

    def _fetch_new(self, source: Source, candidates: list[Candidate], read: Listing) -> Iterator[Request]:
        with self.store_guard():
            for candidate in self.run.discover(source, candidates, read):
                yield self.article_request(source, candidate)

    def _sub_sitemaps(self, source: Source, channel: str, children: list[Child]) -> Iterator[Request]:
        """Ask for the sub-sitemaps that have changed, or that do not say; newest first, up to the bound."""
        for child in newest_first(children):
            if child.lastmod and self.run.listing(source, child.url).lastmod == child.lastmod:
                continue
            if self._sitemaps[source.name] >= self.settings.getint("NEWSBOT_MAX_SITEMAPS"):
                self.run.ledger.note(source.name, "more sub-sitemaps than NEWSBOT_MAX_SITEMAPS")
                return
            self._sitemaps[source.name] += 1
            yield self.listing_request(source, channel, child.url, lastmod=child.lastmod)

    def _feeds_behind(self, response: Response, source: Source, channel: str) -> Iterator[Request]:
        """Ask for the feeds that an HTML page names where a feed was expected."""
        for url in feed_links(response.body, response.url) if channel == "feed" else []:
            if url != response.url:
                yield self.listing_request(source, channel, url)

    def _note(self, source: Source, channel: str, read: Listing, notes: list[str]) -> None:
        self.run.ledger.listing(source.name, "read")
        for note in notes:
            self.run.ledger.note(source.name, f"{channel} {read.url}: {note}")


def children_from(known: Listing) -> list[Child]:
    """Return the sub-sitemaps that a sitemap index named when it was read."""
    return [Child(*pair) for pair in orjson.loads(known.children)] if known.children else []
