"""Day by day, what each source brought, and whether a day without news is one on which there was none.

What was rejected or failed, and what became of feeds, sitemaps and section pages, stands in the sums that every run
keeps of a source (the table ``coverage``, output/coverage); a run counts for the day on which it began. Articles and
copies are those that are stored, as they stand now, on the day on which they were first seen. Days are UTC's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Engine, Row, func, select, union

from newsbot.store import schema
from newsbot.store.database import reading
from newsbot.store.health import OVERRUN

NEWS, NO_NEWS, MISSED, NOT_RUN, NOT_YET = "news", "no_news", "missed", "not_run", "not_yet"
"""What a day was to a source: its listings brought articles; they were read, and had none; none of them could be read,
or one had already dropped what came in between; nobody asked; nobody had asked yet."""
GAPS = (MISSED, NOT_RUN)
READ_AHEAD = 2000
"""Rows that are read from the database at once."""


@dataclass(slots=True)
class Day:
    """What a source brought on one day, over all runs that began on it."""

    day: str
    """YYYY-MM-DD."""
    state: str = NOT_RUN
    """One of NEWS, NO_NEWS, MISSED, NOT_RUN, NOT_YET. MISSED it may be beside articles, too."""
    runs: int = 0
    articles: int = 0
    copies: int = 0
    revised: int = 0
    rejected: int = 0
    failed: int = 0
    read: int = 0
    """Answers of its listings that could be read, or said that nothing has changed."""
    unread: int = 0
    """Those that could not be had, or were put off because the host wants to be left alone."""
    overruns: int = 0
    """How often a feed named nothing any more of what it had named before: what stood in between was not seen."""


@dataclass(slots=True)
class Failing:
    """A listing that could not be read the last time."""

    url: str
    errors: int
    """Times in a row."""
    error: str | None
    answered_at: str | None
    """When it could be read last."""


@dataclass(slots=True)
class SourceCoverage:
    """What a source brought in some days, the first day first."""

    source: str
    days: list[Day]
    last_article: str | None = None
    """When the last article or copy was first seen, within these days (RFC 3339, UTC)."""
    last_read: str | None = None
    """When one of its listings could be read last."""
    failing: list[Failing] = field(default_factory=list)

    def total(self, name: str) -> int:
        """Return the sum of a count over all days."""
        return sum(getattr(day, name) for day in self.days)

    def number_of(self, *states: str) -> int:
        """Return how many days were one of some states."""
        return sum(day.state in states for day in self.days)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, and the sums over its days, as plain values."""
        sums = {name: self.total(name) for name in ("articles", "copies", "revised", "rejected", "failed", "overruns")}
        days = {
            "days_with_news": sum(day.articles + day.copies > 0 for day in self.days),
            "gaps": self.number_of(*GAPS),
        }
        return {
            "source": self.source,
            **days,
            MISSED: self.number_of(MISSED),
            NOT_RUN: self.number_of(NOT_RUN),
            **sums,
            "last_article": self.last_article,
            "last_read": self.last_read,
            "failing": [asdict(listing) for listing in self.failing],
            "days": [asdict(day) for day in self.days],
        }


def coverage(engine: Engine, days: int, *, today: str, sources: Sequence[str] = ()) -> list[SourceCoverage]:
    """Return what sources brought in so many days, today with them, by name; those named, or all that are known.

    Today is not over: it counts as no gap as long as nobody has asked.
    """
    last = date.fromisoformat(today)
    calendar = [(last - timedelta(days=ago)).isoformat() for ago in reversed(range(days))]
    found = {name: {day: Day(day) for day in calendar} for name in sources or _known(engine, calendar[0])}
    told = {name: SourceCoverage(name, list(by_day.values())) for name, by_day in found.items()}
    for run_id, source, counts in _sums(engine, calendar[0]):
        day = _day_of(run_id)
        if source in found and day in found[source]:
            _count(found[source][day], counts)
    for source, day, articles, copies, latest in _stored(engine, calendar[0]):
        if source in found and day in found[source]:
            found[source][day].articles, found[source][day].copies = articles, copies
            told[source].last_article = max(told[source].last_article or "", latest)
    for name, since in _first_days(engine, list(found)).items():
        for day, seen in found[name].items():
            seen.state = _state(seen, is_before=since is None or day < since, is_over=day < today)
    _tell_of_listings(engine, told)
    return sorted(told.values(), key=lambda one: one.source)


def _count(day: Day, counts: dict[str, Any]) -> None:
    day.runs += 1
    day.revised += counts.get("revised", 0)
    day.rejected += counts.get("rejected", 0)
    day.failed += counts.get("failed", 0)
    listings = counts.get("listings", {})
    day.read += listings.get("read", 0) + listings.get("not_modified", 0)
    day.unread += listings.get("failed", 0) + listings.get("postponed", 0)
    day.overruns += sum(OVERRUN in note for note in counts.get("notes", ()))


def _state(day: Day, *, is_before: bool, is_over: bool) -> str:
    if day.overruns or (day.unread and not day.read):
        return MISSED
    if day.articles or day.copies:
        return NEWS
    if day.read:
        return NO_NEWS
    return NOT_YET if is_before or not is_over else NOT_RUN


def _sums(engine: Engine, since: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what each run that began on a day or later counted of each source."""
    table = schema.coverage
    query = select(table.c.run_id, table.c.source, table.c.counts).where(table.c.run_id >= since.replace("-", ""))
    with reading(engine) as connection:
        for run_id, source, counts in connection.execute(query.execution_options(yield_per=READ_AHEAD)):
            yield run_id, source, orjson.loads(counts)


def _stored(engine: Engine, since: str) -> Sequence[Row[str, str, int, int, str]]:
    """Return by source and day how many articles and copies were first seen then, and when the last one was."""
    table = schema.articles
    day, copies = func.substr(table.c.first_seen, 1, 10), func.count(table.c.duplicate_of)
    columns = (table.c.source, day, func.count() - copies, copies, func.max(table.c.first_seen))
    with reading(engine) as connection:
        return connection.execute(
            select(*columns).where(table.c.first_seen >= since).group_by(table.c.source, day)
        ).all()


def _known(engine: Engine, since: str) -> set[str]:
    """Return the sources that have listings here, or were crawled on a day or later, or brought articles."""
    listings, crawled, articles = schema.listings, schema.coverage, schema.articles
    query = union(
        select(listings.c.source),
        select(crawled.c.source).where(crawled.c.run_id >= since.replace("-", "")),
        select(articles.c.source).where(articles.c.first_seen >= since),
    )
    with reading(engine) as connection:
        return set(connection.execute(query).scalars())


def _first_days(engine: Engine, sources: Iterable[str]) -> dict[str, str | None]:
    """Return the day of the first run of each source that has ended; None for one that has none."""
    table = schema.coverage
    first = select(func.min(table.c.run_id))
    with reading(engine) as connection:
        runs = {name: connection.execute(first.where(table.c.source == name)).scalar() for name in sources}
    return {name: _day_of(run_id) if run_id else None for name, run_id in runs.items()}


def _tell_of_listings(engine: Engine, told: dict[str, SourceCoverage]) -> None:
    table = schema.listings
    columns = (table.c[name] for name in ("source", "url", "errors", "error", "answered_at"))
    with reading(engine) as connection:
        for source, url, errors, error, answered_at in connection.execute(select(*columns).order_by(table.c.url)):
            if source not in told:
                continue
            told[source].last_read = max(told[source].last_read or "", answered_at or "") or None
            if errors:
                told[source].failing.append(Failing(url, errors, error, answered_at))


def _day_of(run_id: str) -> str:
    return f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"
