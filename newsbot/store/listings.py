"""The listings of every source (feeds, sitemaps, section pages): what each said the last time, and when it is due."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import orjson
from sqlalchemy import Connection, Engine, delete, select

from newsbot.store import schema
from newsbot.store.database import as_json, chunks, reading, upsert

_TABLE = schema.listings


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """One listing of a source. Moments are RFC 3339, UTC, in whole seconds."""

    source: str
    url: str
    """As the sources file, the sitemap index or the page before it names it."""

    # What it said when it was last read.
    etag: str | None = None
    last_modified: str | None = None
    """Both empty: they had stayed the same while there was news, and are not trusted."""
    digest: str | None = None
    """SHA-256 of the body, hexadecimal."""
    lastmod: str | None = None
    """What the sitemap index said of it then."""
    next_page: str | None = None
    """The page behind this one, where it was wanted."""
    sub_sitemaps: tuple[tuple[str, str | None], ...] = ()
    """What a sitemap index named: (address, lastmod)."""
    newest_at: str | None = None
    """When the newest that it names was published or changed, as a sitemap states, or came after the first reading."""
    read_at: str | None = None
    """When all that it names was on the frontier; None: never yet, or not since the page before it wanted it."""

    # When it is asked.
    answered_at: str | None = None
    """When it last gave an answer that could be read, or said that nothing has changed."""
    news_at: str | None = None
    """When it last brought something new."""
    due_at: str | None = None
    """When it is to be asked again; None: it was never asked."""
    interval: float | None = None
    """Minutes from the last answer to the next visit."""
    rhythm: str | None = None
    """When it gets new entries, as visits have shown (newsbot.crawl.polling.publishing, Rhythm.as_text)."""
    errors: int = 0
    """Visits in a row that failed."""
    error: str | None = None
    """What the last of them met."""
    gaps: int = 0
    """How often nothing was left of what it had named the time before."""
    moved_to: str | None = None
    """Where a permanent redirect (301, 308) leads."""
    seen: str | None = None
    """What it named the last time: checksums of eight hexadecimal digits, side by side."""


_FIELDS = tuple(field.name for field in dataclasses.fields(Listing))
_KEY = ("source", "url")
_STATE = tuple(name for name in _FIELDS if name not in _KEY)

Listings = Mapping[tuple[str, str], Listing]
"""Listings by source and address."""


def load(engine: Engine, sources: Iterable[str]) -> dict[tuple[str, str], Listing]:
    """Return every listing of some sources, by source and address."""
    found = {}
    query = select(*(_TABLE.c[name] for name in _FIELDS))
    with reading(engine) as connection:
        for some in chunks(list(sources)):
            for row in connection.execute(query.where(_TABLE.c.source.in_(some))).mappings():
                listing = Listing(**{**row, "sub_sitemaps": _pairs(row["sub_sitemaps"])})
                found[listing.source, listing.url] = listing
    return found


def due_times(engine: Engine) -> dict[str, dict[str, str | None]]:
    """Return when every listing is to be asked again, by source and address; None for one that was never asked."""
    found: dict[str, dict[str, str | None]] = {}
    with reading(engine) as connection:
        for source, url, due_at in connection.execute(select(_TABLE.c.source, _TABLE.c.url, _TABLE.c.due_at)):
            found.setdefault(source, {})[url] = due_at
    return found


def save(connection: Connection, listing: Listing) -> None:
    """Write a listing down, inside the caller's transaction."""
    values = {name: getattr(listing, name) for name in _FIELDS}
    values["sub_sitemaps"] = as_json(listing.sub_sitemaps) if listing.sub_sitemaps else None
    upsert(connection, _TABLE, values, replacing=_STATE)


def drop(connection: Connection, source: str, urls: Iterable[str]) -> None:
    """Forget how listings stood that their source names no more, inside the caller's transaction."""
    connection.execute(delete(_TABLE).where(_TABLE.c.source == source, _TABLE.c.url.in_(list(urls))))


def owed(known: Listings, source: str, url: str) -> tuple[str, int] | None:
    """Return the first further page of a listing that was wanted and not read since, and how many pages on it is.

    Such a page is owed by a run that died, or that could not fetch it. None where nothing is owed.

    >>> first = Listing("a", "https://e.org/news", next_page="https://e.org/news?page=2")
    >>> owed({("a", first.url): first}, "a", first.url)
    ('https://e.org/news?page=2', 1)
    """
    met = {url}
    while (page := known.get((source, url))) and page.next_page and page.next_page not in met:
        url = page.next_page
        met.add(url)
        further = known.get((source, url))
        if further is None or further.read_at is None:
            return url, len(met) - 1
    return None


def _pairs(column: str | None) -> tuple[tuple[str, str | None], ...]:
    return tuple((url, lastmod) for url, lastmod in orjson.loads(column)) if column else ()
