"""What a listing that was read leaves to be remembered: its next page, its sub-sitemaps, where it moved to."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import orjson
from scrapy.http import Response

from newsbot.discovery import Child, as_instant, period_of
from newsbot.items import Candidate
from newsbot.store.frontier import Listing

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
