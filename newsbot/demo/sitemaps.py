"""Writers of the newsroom's sitemaps: news sitemap, index, and one gzipped sub-sitemap a day."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import escape

from newsbot.demo.feeds import Entry, stamp

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def write_news_sitemap(site_title: str, language: str, entries: Sequence[Entry]) -> bytes:
    """Write a news sitemap (Google's extension of sitemaps.org)."""
    rows = "\n".join(
        f"<url>\n<loc>{escape(entry.url)}</loc>\n<news:news>\n<news:publication>"
        f"<news:name>{escape(site_title)}</news:name><news:language>{language}</news:language>"
        f"</news:publication>\n<news:publication_date>{stamp(entry.published)}</news:publication_date>\n"
        f"<news:title>{escape(entry.title)}</news:title>\n"
        f"<news:keywords>{escape(', '.join(entry.tags))}</news:keywords>\n</news:news>\n</url>"
        for entry in entries
    )
    return f'{_HEAD}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{rows}\n</urlset>\n'.encode()


def split_by_day(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Group entries by their site's own calendar day, newest first; keys as 2026-11-20."""
    ordered = sorted(entries, key=lambda entry: entry.published, reverse=True)
    return {day: list(group) for day, group in groupby(ordered, key=lambda e: e.published.date().isoformat())}


def write_sitemap_index(base: str, entries: Sequence[Entry]) -> bytes:
    """Write the index over the sub-sitemaps of ``split_by_day``."""
    rows = "\n".join(
        f"<sitemap>\n<loc>{escape(f'{base}/sitemaps/articles-{day}.xml.gz')}</loc>\n"
        f"<lastmod>{stamp(max(_changed(entry) for entry in group))}</lastmod>\n</sitemap>"
        for day, group in split_by_day(entries).items()
    )
    return f'{_HEAD}<sitemapindex xmlns="{_SITEMAP}">\n{rows}\n</sitemapindex>\n'.encode()


def write_sub_sitemap(entries: Sequence[Entry]) -> bytes:
    """Write one gzipped sub-sitemap (the file itself is gzip, not the transfer)."""
    rows = "\n".join(
        f"<url>\n<loc>{escape(entry.url)}</loc>\n<lastmod>{stamp(_changed(entry))}</lastmod>\n</url>"
        for entry in entries
    )
    text = f'{_HEAD}<urlset xmlns="{_SITEMAP}">\n{rows}\n</urlset>\n'
    return gzip.compress(text.encode(), mtime=0)


def _changed(entry: Entry) -> datetime:
    return entry.modified or entry.published
