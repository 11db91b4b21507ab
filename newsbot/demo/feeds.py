"""Writers of the newsroom's feeds (RSS 2.0, RSS 1.0, Atom 1.0, JSON Feed 1.1) and of its sitemaps."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

FEED_PATHS = {
    "rss": "/feed.xml",
    "rss-full": "/feed/",
    "atom": "/atom.xml",
    "rdf": "/index.rdf",
    "json": "/feed.json",
}
FEED_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "rss-full": "application/rss+xml; charset=UTF-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "json": "application/feed+json",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a feed or sitemap says of one address."""

    url: str
    title: str
    published: datetime
    modified: datetime | None = None
    summary: str = ""
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    html: str = ""
    is_dated: bool = True
    """Whether it says when the article was published and changed."""

    def dated(self, text: str) -> str:
        """Return what says a date, nothing if the entry does not say it."""
        return text if self.is_dated else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The head of a feed."""

    title: str
    home: str
    url: str
    description: str
    language: str


def write_feed(kind: str, channel: Channel, entries: Sequence[Entry]) -> bytes:
    """Write a feed of the kind (a key of FEED_PATHS)."""
    return _WRITERS[kind](channel, entries).encode()


def _rss(channel: Channel, entries: Sequence[Entry], *, full: bool = False) -> str:
    items = []
    for entry in entries:
        parts = [
            f"<title>{escape(entry.title)}</title>",
            f"<link>{escape(entry.url)}</link>",
            f'<guid isPermaLink="true">{escape(entry.url)}</guid>',
            *([f"<pubDate>{format_datetime(entry.published)}</pubDate>"] if entry.is_dated else []),
            *(f"<dc:creator><![CDATA[{author}]]></dc:creator>" for author in entry.authors),
            *(f"<category>{escape(tag)}</category>" for tag in entry.tags),
            f"<description><![CDATA[{entry.summary}]]></description>",
        ]
        if full and entry.html:
            parts.append(f"<content:encoded><![CDATA[{entry.html}]]></content:encoded>")
        items.append("<item>\n" + "\n".join(parts) + "\n</item>")
    newest = max((entry.published for entry in entries), default=None)
    built = f"<lastBuildDate>{format_datetime(newest)}</lastBuildDate>\n" if newest else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n'
        f"<channel>\n<title>{escape(channel.title)}</title>\n<link>{escape(channel.home)}</link>\n"
        f'<atom:link href={quoteattr(channel.url)} rel="self" type="application/rss+xml"/>\n'
        f"<description>{escape(channel.description)}</description>\n"
        f"<language>{channel.language}</language>\n{built}" + "\n".join(items) + "\n</channel>\n</rss>\n"
    )


def _rss_full(channel: Channel, entries: Sequence[Entry]) -> str:
    return _rss(channel, entries, full=True)


def _rdf(channel: Channel, entries: Sequence[Entry]) -> str:
    rows = "\n".join(f"<rdf:li rdf:resource={quoteattr(entry.url)}/>" for entry in entries)
    items = "\n".join(
        f"<item rdf:about={quoteattr(entry.url)}>\n<title>{escape(entry.title)}</title>\n"
        f"<link>{escape(entry.url)}</link>\n<description>{escape(entry.summary)}</description>\n"
        + entry.dated(f"<dc:date>{stamp(entry.published, precision='minute')}</dc:date>\n")
        + "".join(f"<dc:creator>{escape(author)}</dc:creator>\n" for author in entry.authors)
        + "".join(f"<dc:subject>{escape(tag)}</dc:subject>\n" for tag in entry.tags[:1])
        + "</item>"
        for entry in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f"<channel rdf:about={quoteattr(channel.url)}>\n<title>{escape(channel.title)}</title>\n"
        f"<link>{escape(channel.home)}</link>\n<description>{escape(channel.description)}</description>\n"
        f"<dc:language>{channel.language}</dc:language>\n<items><rdf:Seq>\n{rows}\n</rdf:Seq></items>\n</channel>\n"
        f"{items}\n</rdf:RDF>\n"
    )


def _atom(channel: Channel, entries: Sequence[Entry]) -> str:
    def entry_xml(entry: Entry) -> str:
        authors = "".join(f"<author><name>{escape(author)}</name></author>\n" for author in entry.authors)
        tags = "".join(f"<category term={quoteattr(tag)}/>\n" for tag in entry.tags)
        dates = entry.dated(
            f"<published>{stamp(entry.published)}</published>\n<updated>{stamp(_changed(entry))}</updated>\n"
        )
        return (
            f"<entry>\n<title>{escape(entry.title)}</title>\n"
            f'<link rel="alternate" type="text/html" href={quoteattr(entry.url)}/>\n'
            f"<id>{escape(entry.url)}</id>\n{dates}{authors}{tags}"
            f'<summary type="text">{escape(entry.summary)}</summary>\n</entry>'
        )

    updated = max((entry.modified or entry.published for entry in entries), default=datetime(2000, 1, 1, tzinfo=UTC))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        f" xml:lang={quoteattr(channel.language)}>\n<title>{escape(channel.title)}</title>\n"
        f"<subtitle>{escape(channel.description)}</subtitle>\n"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(channel.url)}/>\n'
        f'<link rel="alternate" type="text/html" href={quoteattr(channel.home)}/>\n'
        f"<id>{escape(channel.home)}</id>\n<updated>{stamp(updated)}</updated>\n"
        + "\n".join(entry_xml(entry) for entry in entries)
        + "\n</feed>\n"
    )


def _json(channel: Channel, entries: Sequence[Entry]) -> str:
    items = [
        {
            "id": entry.url,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "content_text": entry.summary,
            **(_json_dates(entry) if entry.is_dated else {}),
            "authors": [{"name": author} for author in entry.authors],
            "tags": list(entry.tags),
            "language": channel.language,
        }
        for entry in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.url,
        "description": channel.description,
        "language": channel.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _json_dates(entry: Entry) -> dict[str, str]:
    return {"date_published": stamp(entry.published), "date_modified": stamp(_changed(entry))}


_WRITERS: dict[str, Callable[[Channel, Sequence[Entry]], str]] = {
    "rss": _rss,
    "rss-full": _rss_full,
    "atom": _atom,
    "rdf": _rdf,
    "json": _json,
}


def write_news_sitemap(site_title: str, language: str, entries: Sequence[Entry]) -> bytes:
    """Write a news sitemap (Google's extension of sitemaps.org)."""
    rows = "\n".join(
        f"<url>\n<loc>{escape(entry.url)}</loc>\n<news:news>\n<news:publication>"
        f"<news:name>{escape(site_title)}</news:name><news:language>{language}</news:language>"
        f"</news:publication>\n"
        + entry.dated(f"<news:publication_date>{stamp(entry.published)}</news:publication_date>\n")
        + f"<news:title>{escape(entry.title)}</news:title>\n"
        f"<news:keywords>{escape(', '.join(entry.tags))}</news:keywords>\n</news:news>\n</url>"
        for entry in entries
    )
    return f'{_HEAD}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{rows}\n</urlset>\n'.encode()


def write_sitemap_index(base: str, entries: Sequence[Entry]) -> bytes:
    """Write the index over the sub-sitemaps of ``split_by_day``."""
    rows = "\n".join(
        f"<sitemap>\n<loc>{escape(f'{base}/sitemaps/articles-{day}.xml.gz')}</loc>\n"
        f"<lastmod>{stamp(max(_changed(entry) for entry in group))}</lastmod>\n</sitemap>"
        for day, group in split_by_day(entries).items()
    )
    return f'{_HEAD}<sitemapindex xmlns="{_SITEMAP}">\n{rows}\n</sitemapindex>\n'.encode()


def split_by_day(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Group entries by their site's own calendar day, newest first; keys as 2026-11-20."""
    ordered = sorted(entries, key=lambda entry: entry.published, reverse=True)
    return {day: list(group) for day, group in groupby(ordered, key=lambda e: e.published.date().isoformat())}


def write_sub_sitemap(entries: Sequence[Entry]) -> bytes:
    """Write one gzipped sub-sitemap (the file itself is gzip, not the transfer)."""
    rows = "\n".join(
        f"<url>\n<loc>{escape(entry.url)}</loc>\n"
        + entry.dated(f"<lastmod>{stamp(_changed(entry))}</lastmod>\n")
        + "</url>"
        for entry in entries
    )
    text = f'{_HEAD}<urlset xmlns="{_SITEMAP}">\n{rows}\n</urlset>\n'
    return gzip.compress(text.encode(), mtime=0)


def _changed(entry: Entry) -> datetime:
    return entry.modified or entry.published


def stamp(moment: datetime, *, precision: str = "second") -> str:
    """Write an instant as RFC 3339 with its own offset; UTC as Z.

    >>> stamp(datetime(2026, 11, 20, 8, 12, 5, tzinfo=UTC))
    '2026-11-20T08:12:05Z'
    """
    if precision == "day":
        return moment.date().isoformat()
    text = moment.isoformat(timespec="minutes" if precision == "minute" else "seconds")
    return text.replace("+00:00", "Z") if moment.tzinfo is UTC else text
