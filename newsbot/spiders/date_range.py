"""Days in addresses: which pages of an archive, and which articles, belong to a range of days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote, urlsplit

from scrapy.http import Response, TextResponse

from newsbot.discovery import Child, in_range
from newsbot.items import Candidate
from newsbot.web.dates import period_of
from newsbot.web.urls import InvalidURL, canonical_url, site_of

_DAY_PART = re.compile(r"(?:\d{1,4}|w?\d{1,2}|[^\W\d_]{3,10})(?:[-_.](?:\d{1,4}|[^\W\d_]{3,10})){0,2}(?:\.\w{3,5})?")
_ENDS_IN_DAYS = re.compile(r"\d{1,4}(?:[-_.]\d{1,2}){0,2}(?:\.\w{3,5})?|[^\W\d_]{3,10}[-_.]?\d{4}")


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, both included; None leaves an end open."""

    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def wants(self, child: Child) -> bool:
        """Whether a sitemap or archive page may name articles of these days."""
        return in_range(child, self.since, self.until)

    def refuses(self, candidate: Candidate) -> bool:
        """Whether a candidate is known to be of another day, by what its finder or its address says.

        >>> november = Days(date(2026, 11, 1), date(2026, 11, 30))
        >>> november.refuses(Candidate(url="https://e.org/2026/10/03/harbour-strike", via="section"))
        True
        >>> november.refuses(Candidate(url="https://e.org/harbour-strike", via="section"))
        False
        """
        first, last = days_of(candidate)
        return bool((self.since and last and last < self.since) or (self.until and first and first > self.until))

    def are_over(self, links: list[Candidate]) -> bool:
        """Whether the links of a page, newest first, are all older than these days."""
        days = [last for link in links if (last := days_of(link)[1])]
        return self.since is not None and bool(days) and max(days) < self.since


def days_of(candidate: Candidate) -> tuple[date | None, date | None]:
    """Return the first and last day on which a candidate can have been published; None where nothing tells."""
    if candidate.published:
        day = date.fromisoformat(candidate.published[:10])
        return day, day
    if period := period_of(candidate.url):
        return period
    # What was changed on a day was not published after it.
    return None, date.fromisoformat(candidate.modified[:10]) if candidate.modified else None


def archive_pages(response: Response) -> Iterator[str]:
    """Yield the pages of an archive that a page links to: addresses that name days and nothing else.

    /archive/2026/11/, /2026/11/20/, /archiv/november-2026, /archive?date=2026-11-20
    """
    if not isinstance(response, TextResponse):
        return
    site = site_of(response.url)
    for href in response.css("a::attr(href), select option::attr(value)").getall():
        try:
            url = canonical_url(href.strip(), response.url)
        except InvalidURL:
            continue
        if site_of(url) == site and is_archive_page(url):
            yield url


def is_archive_page(url: str) -> bool:
    """Whether an address names days and no article.

    >>> [is_archive_page(f"https://e.org/{path}") for path in ("2026/11/20/", "archiv/2026-11", "day?date=2026-11-20")]
    [True, True, True]
    >>> [is_archive_page(f"https://e.org/{path}") for path in ("2026/11/20/strike-ends", "news/elections-2026-live")]
    [False, False]
    """
    if period_of(url) is None:
        return False
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    if not all(_DAY_PART.fullmatch(segment) for segment in segments):
        return False
    return bool(parts.query) or bool(segments and _ENDS_IN_DAYS.fullmatch(segments[-1]))
