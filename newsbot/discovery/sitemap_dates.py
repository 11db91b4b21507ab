"""Which sub-sitemaps to read, and in which order: by their lastmod and by the dates in their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from newsbot.web.dates import as_instant, period_of

_NEWS = re.compile(r"(?<![a-z])(?:google[-_]?)?news(?![a-z])|googlenews|latest|recent|(?<![a-z])48h", re.I)


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that a sitemap index names."""

    url: str
    lastmod: str | None = None
    """RFC 3339, as stated."""

    @property
    def is_news(self) -> bool:
        """Whether its address promises a news sitemap: the last two days, with titles and times."""
        parts = urlsplit(self.url)
        return _NEWS.search(parts.path.rpartition("/")[2] or parts.path) is not None


def in_range(child: Child, since: date | None = None, until: date | None = None) -> bool:
    """Tell whether a sub-sitemap may hold articles of the days from since to until (both included).

    A date in its name decides, with a day's grace for time zones; failing that, one that last
    changed before since holds nothing newer. What says nothing may hold anything.

    >>> in_range(Child("https://example.org/sitemap-2026-10.xml"), since=date(2026, 11, 15))
    False
    >>> in_range(Child("https://example.org/sitemap-3.xml", "2026-11-20"), since=date(2026, 11, 15))
    True
    """
    grace = timedelta(days=1)
    period = period_of(child.url)
    if period and (
        (since is not None and period[1] + grace < since) or (until is not None and period[0] - grace > until)
    ):
        return False
    changed = as_instant(child.lastmod)
    return not (since is not None and changed is not None and changed.date() + grace < since)


def newest_first(children: Iterable[Child]) -> list[Child]:
    """Return the sub-sitemaps in the order to read them: news ones, then by what is newest in them.

    A name's period and lastmod each tell how new the newest article can be, the earlier of both
    counts. Undated ones keep their order, behind the dated.

    >>> [c.url[-7:] for c in newest_first([Child("https://e.org/2024.xml"), Child("https://e.org/2026.xml")])]
    ['026.xml', '024.xml']
    """

    def newest(child: Child) -> tuple[int, float]:
        changed, period = as_instant(child.lastmod), period_of(child.url)
        moments = [changed.timestamp()] if changed else []
        if period:
            moments.append(datetime.combine(period[1], datetime.max.time(), UTC).timestamp())
        return (0 if child.is_news else 1 if moments else 2), -min(moments, default=0.0)

    return sorted(children, key=newest)
