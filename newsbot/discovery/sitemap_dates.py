"""Which sub-sitemaps to read, and in which order: by their lastmod and by the dates in their names."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote, urlsplit

from newsbot.web.dates import as_instant

_MONTH_WORDS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTH_WORDS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name}
_YEAR = r"(?<!\d)((?:19|20)\d\d)"
_PARAMETERS = re.compile(r"(?:^|[&?])(y{2,4}|year|m{1,2}|month|d{1,2}|day|date|from|to|start|end)=(\d[\d-]*)", re.I)
_DAY = re.compile(_YEAR + r"[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_DAY_SPARSE = re.compile(_YEAR + r"[-_/.](1[0-2]|[1-9])[-_/.](3[01]|[12]\d|[1-9])(?!\d)")
_WEEK = re.compile(_YEAR + r"[-_/.]?(?:w|kw|week)[-_]?(\d{1,2})(?!\d)", re.I)
_QUARTER = re.compile(_YEAR + r"[-_/.]?q([1-4])(?!\d)", re.I)
_MONTH = re.compile(_YEAR + r"[-_/.]?(0[1-9]|1[0-2])(?!\d)")
_MONTH_SPARSE = re.compile(_YEAR + r"[-_/.]([1-9])(?!\d)")
_MONTH_WORD = re.compile(
    rf"(?:{_YEAR}[-_/.]?({'|'.join(_MONTH_WORDS)})(?![a-z]))|(?:(?<![a-z])({'|'.join(_MONTH_WORDS)})[-_/.]?{_YEAR}(?!\d))",
    re.I,
)
_YEARS = re.compile(_YEAR + r"[-_]((?:19|20)\d\d)(?!\d)")
_YEAR_ALONE = re.compile(r"(?<![\d])((?:19|20)\d\d)(?!\d)")
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


def period_of(url: str) -> tuple[date, date] | None:
    """Return the first and last day that a sitemap's address names, or None when it names none.

    >>> period_of("https://example.org/sitemap-2026-11.xml.gz")
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 30))
    >>> period_of("https://example.org/2026/11/20/sitemap.xml")
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 20))
    >>> period_of("https://example.org/sitemap.xml?yyyy=2026&mm=2&dd=3")
    (datetime.date(2026, 2, 3), datetime.date(2026, 2, 3))
    >>> period_of("https://example.org/post-sitemap12.xml") is None
    True
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    try:
        # A year alone in a query may be the number of a page: there, only named parameters and whole dates count.
        return _from_parameters(parts.query) or _from_text(path) or _from_text(parts.query, years=False)
    except ValueError:
        return None


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


def _from_parameters(query: str) -> tuple[date, date] | None:
    named = {key.lower(): value for key, value in _PARAMETERS.findall(query)}
    start, end = named.get("from") or named.get("start"), named.get("to") or named.get("end")
    if start and end:
        first, last = _from_text(start), _from_text(end)
        return (first[0], last[1]) if first and last else None
    if "date" in named:
        return _from_text(named["date"])
    year = next((value for key, value in named.items() if key[0] == "y"), None)
    if year is None or not _YEAR_ALONE.fullmatch(year):
        return None
    month = next((value for key, value in named.items() if key[0] == "m"), None)
    day = next((value for key, value in named.items() if key in ("d", "dd", "day")), None)
    if month is None:
        return _year(int(year))
    return _month(int(year), int(month)) if day is None else _one(date(int(year), int(month), int(day)))


def _from_text(text: str, *, years: bool = True) -> tuple[date, date] | None:
    days = [date(int(y), int(m), int(d)) for y, m, d in _DAY.findall(text) or _DAY_SPARSE.findall(text)]
    if days:
        return min(days), max(days)
    if match := _WEEK.search(text):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6)
    if match := _QUARTER.search(text):
        quarter = int(match[2])
        return _month(int(match[1]), 3 * quarter - 2)[0], _month(int(match[1]), 3 * quarter)[1]
    if match := _YEARS.search(text):
        return _year(int(match[1]))[0], _year(int(match[2]))[1]
    months = [_month(int(y), int(m)) for y, m in _MONTH.findall(text) or _MONTH_SPARSE.findall(text)]
    if months:
        return min(months)[0], max(months)[1]
    if match := _MONTH_WORD.search(text):
        year, word = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _month(int(year), _MONTH_WORDS[word.lower()])
    # "sitemap2019.xml" may be page 2,019 of a sitemap: a year alone needs a sign before it.
    found = [int(m[1]) for m in _YEAR_ALONE.finditer(text) if years and not text[: m.start()][-1:].isalnum()]
    return (_year(min(found))[0], _year(max(found))[1]) if found else None


def _one(day: date) -> tuple[date, date]:
    return day, day


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
