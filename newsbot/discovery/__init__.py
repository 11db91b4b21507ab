"""Discovery: where the articles of a site are found. Bytes in, candidates out.

    parse_feed(body, url)          RSS, RDF, Atom, JSON Feed    -> Feed      or FeedError(reason)
    parse_sitemap(body, url)       XML, gzip, text, news        -> Sitemap   or SitemapError(reason)
    article_links(page, url)       a section page               -> [Candidate]
    next_pages(page, url)          its next page                -> [url]
    section_links(page, url)       a home page's navigation     -> [url]
    text_blocks(page)              its texts, menus and all     -> [text]
    feed_links(page, url)          <link rel=alternate> …       -> [url]
    sitemaps_in_robots(text)       robots.txt                   -> [url]
    read_listing(channel, body, url)   any of the three         -> Contents  or one of LISTING_ERRORS
    ListingSearch(home, url, robots)   which listings to try    -> Attempts
    site_facts(page, url)          name, language, country      -> SiteFacts
    as_siblings(), newest_first(), in_range()   which sub-sitemaps to read, and in which order

Every function is pure: it takes what was fetched and the address it came from, and never fetches,
waits or looks at the clock. Nothing is lost in silence: what could not be read is in `notes`, a
body that is no feed or sitemap at all raises an error whose `reason` the ledger keeps.

A Candidate carries what its finder said (title, time, authors, tags, language, and a feed's body)
as hints. Its address is canonical: no trackers, no session ids. Whether it is an article, and
whether it is new, is for later stages to say.
"""

from __future__ import annotations

from newsbot.discovery.anchors import text_blocks
from newsbot.discovery.feed_record import FEED_REASONS, Feed, FeedError
from newsbot.discovery.feeds import MAX_FEED_BYTES, parse_feed
from newsbot.discovery.links import article_links, section_links
from newsbot.discovery.pagination import next_pages
from newsbot.discovery.site import (
    LISTING_ERRORS,
    WELL_KNOWN_FEEDS,
    WELL_KNOWN_SITEMAPS,
    Attempt,
    Contents,
    ListingSearch,
    SiteFacts,
    feed_links,
    read_listing,
    site_facts,
    sitemaps_in_robots,
)
from newsbot.discovery.sitemaps import (
    MAX_SITEMAP_BYTES,
    SITEMAP_REASONS,
    Child,
    Sitemap,
    SitemapError,
    as_siblings,
    in_range,
    newest_first,
    parse_sitemap,
)

__all__ = [
    "FEED_REASONS",
    "LISTING_ERRORS",
    "MAX_FEED_BYTES",
    "MAX_SITEMAP_BYTES",
    "SITEMAP_REASONS",
    "WELL_KNOWN_FEEDS",
    "WELL_KNOWN_SITEMAPS",
    "Attempt",
    "Child",
    "Contents",
    "Feed",
    "FeedError",
    "ListingSearch",
    "SiteFacts",
    "Sitemap",
    "SitemapError",
    "article_links",
    "as_siblings",
    "feed_links",
    "in_range",
    "newest_first",
    "next_pages",
    "parse_feed",
    "parse_sitemap",
    "read_listing",
    "section_links",
    "site_facts",
    "sitemaps_in_robots",
    "text_blocks",
]
