"""What the report says: the figures of the store, added up and put into order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Engine

from newsbot.health import STATES, WELL, Finding, Measures, state_of
from newsbot.health.measures import median_of
from newsbot.store import health
from newsbot.store.health import Opened
from newsbot.store.views import front, operators
from newsbot.store.views.front import RunTold
from newsbot.store.views.operators import Carried, Latest

DAYS = 90
"""Days in the picture of articles a day: a quarter, as long as the history that tells what is normal."""
MONTH, WEEK = 30, 7
"""Days in the picture of a source and of the hours; days that shares, delays, times and syndication are taken over."""
ALIKE_WEEKS = 8
"""Weeks whose days of the same name tell what is usual by this hour; where they are too few, the days of a month do."""
FEWEST = 3
"""Days of which the middle one says something."""
LEAST_PICTURED = 14
"""Days in the picture of a store that knows fewer."""
CLEARED_DAYS = 7
RUNS, LATEST, ORIGINS, SLOWEST, TOP = 12, 24, 12, 12, 7
"""So many are told: runs, articles, origins of stories, slow sources, and sources with a colour of their own."""
OTHERS = "others"


@dataclass(slots=True)
class SourceFigures:
    """How one source stands."""

    name: str
    articles: list[int | None]
    """New articles and copies of each day of the report; None where nothing was asked."""
    state: str = WELL
    """One of STATES."""
    findings: list[Finding] = field(default_factory=list)
    """What is unlike its normal now."""
    week: Measures = field(default_factory=Measures)
    """Of the last WEEK days."""
    hours: list[int] = field(default_factory=lambda: [0] * 24)
    """Articles of the last MONTH days by the hour of first sight."""
    usual: float | None = None
    """Articles that it has by this hour on the middle one of the last days like today; None if there were too few."""
    last_seen: str | None = None
    """When its last article was first seen: day and hour, as "2026-11-20T07"; None if that was before the report."""

    @property
    def today(self) -> int | None:
        """Articles of today so far; None if nothing was asked."""
        return self.articles[-1]

    @property
    def rejected(self) -> float | None:
        """Share of the pages of the week that were rejected; None without any."""
        return _share(self.week.counts["rejected"], self.week.counts["fetched"])

    @property
    def delay(self) -> float | None:
        """Median minutes from publication to first sight, in the week."""
        return median_of(self.week.delays)

    @property
    def busiest(self) -> int | None:
        """The hour of the day with most articles."""
        return max(range(24), key=self.hours.__getitem__) if any(self.hours) else None

    def filled(self, name: str) -> float | None:
        """Return the share of the week's articles that have a field."""
        return _share(self.week.filled[name], self.week.articles)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose stories others have."""

    name: str
    """An agency, or an outlet."""
    is_agency: bool
    stories: int
    carriers: list[tuple[str, int]]
    """Outlets and how many of the stories they have, the one with most first."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page says."""

    now: str
    days: list[str]
    """YYYY-MM-DD, the last one is today: those of the picture, and a month at least."""
    pictured: int
    """How many of them are in the picture of articles a day."""
    sources: list[SourceFigures]
    """The worst first, then by name."""
    opened: list[Opened]
    """What is unlike normal now: the worst first, then the latest."""
    cleared: list[Opened]
    """What was until a few days ago, the latest first."""
    hours: list[list[int]]
    """Articles of all sources by hour, of each of the last MONTH days, or of so many as there are."""
    usual: float | None
    """How many articles all sources have by this hour, as ``SourceFigures.usual``."""
    runs: list[RunTold]
    origins: list[Origin]
    latest: list[Latest]

    @property
    def month(self) -> list[str]:
        """The days of ``hours``."""
        return self.days[-len(self.hours) :]

    @property
    def total(self) -> list[int]:
        """Articles of all sources, day by day."""
        by_day = zip(*(one.articles for one in self.sources), strict=True)
        return [sum(count or 0 for count in counts) for counts in by_day] or [0] * len(self.days)

    @property
    def states(self) -> Counter[str]:
        """How many sources are in each state."""
        return Counter(one.state for one in self.sources)

    def series(self) -> list[tuple[str, list[int]]]:
        """Return articles a day, as they are pictured, of the TOP sources with most, by name, and of all others."""
        ranked = self.ranked()
        if rest := [counts for _, counts in ranked[TOP:]]:
            return [*ranked[:TOP], (OTHERS, [sum(counts) for counts in zip(*rest, strict=True)])]
        return ranked

    def ranked(self) -> list[tuple[str, list[int]]]:
        """Return the articles of each source that has any, day by day as they are pictured, the one with most first."""
        counted = [(one.name, [count or 0 for count in one.articles[-self.pictured :]]) for one in self.sources]
        return sorted((pair for pair in counted if any(pair[1])), key=lambda pair: (-sum(pair[1]), pair[0]))

    def slowest(self) -> list[SourceFigures]:
        """Return the sources whose hosts took most time in the week, the slowest first."""
        spent = [one for one in self.sources if one.week.spent["seconds"] > 0]
        return sorted(spent, key=lambda one: (-one.week.spent["seconds"], one.name))[:SLOWEST]


def figures(engine: Engine, *, now: str, days: int = DAYS) -> Report:
    """Read what the report says. ``days``: in the picture of articles a day, today with them. Raises StoreError."""
    calendar = _calendar(now, max(days, MONTH))
    findings = health.findings_since(engine, _before(now, CLEARED_DAYS))
    opened = [one for one in findings if one.cleared_at is None]
    sums = _Sums(calendar, now)
    for source, day, measures in operators.measured_days(engine, since=calendar[0]):
        sums.add(source, day, measures)
    known = len(calendar) - sums.first
    return Report(
        now=now,
        days=calendar,
        pictured=min(days, max(known, LEAST_PICTURED)),
        sources=sums.judged(opened),
        opened=sorted(opened, key=lambda one: (STATES.index(one.finding.state), -one.id)),
        cleared=sorted((one for one in findings if one.cleared_at), key=lambda one: one.cleared_at or "", reverse=True),
        hours=[sums.hours[day] for day in calendar[-min(MONTH, max(known, WEEK)) :]],
        usual=sums.total.usual(),
        runs=front.last_runs(engine, limit=RUNS),
        origins=origins(operators.carried(engine, since=_before(now, WEEK))),
        latest=operators.latest_articles(engine, limit=LATEST),
    )


class _SoFar:
    """What earlier days had by this hour."""

    def __init__(self) -> None:
        self._by_day: defaultdict[str, float] = defaultdict(float)
        self._alike: set[str] = set()

    def add(self, day: str, articles: float, *, is_alike: bool) -> None:
        """Add to a day; ``is_alike``: it has the weekday of today."""
        self._by_day[day] += articles
        if is_alike:
            self._alike.add(day)

    def usual(self) -> float | None:
        """Return the middle one of the days that are alike, or of all where those are too few; None if all are."""
        days = self._alike if len(self._alike) >= FEWEST else self._by_day
        return median(self._by_day[day] for day in days) if len(days) >= FEWEST else None


class _Sums:
    """Adds up the days of all sources."""

    def __init__(self, calendar: Sequence[str], now: str) -> None:
        self.sources: dict[str, SourceFigures] = {}
        self.hours: dict[str, list[int]] = {day: [0] * 24 for day in calendar[-MONTH:]}
        self.total = _SoFar()
        """Of all sources."""
        self.first = len(calendar) - 1
        """The place of the first day of which anything is known."""
        self._places = {day: place for place, day in enumerate(calendar)}
        self._today = calendar[-1]
        self._week = frozenset(calendar[-WEEK:])
        self._recent = frozenset(calendar[-MONTH:-1])
        self._alike = frozenset(calendar[-8::-7][:ALIKE_WEEKS])
        self._hour, self._part = int(now[11:13]), int(now[14:16]) / 60
        self._so_far: defaultdict[str, _SoFar] = defaultdict(_SoFar)

    def add(self, source: str, day: str, measures: dict[str, Any]) -> None:
        """Add a day of a source, after those before it."""
        place = self._places.get(day)
        if place is None:  # of a clock that runs ahead
            return
        one = self.sources.get(source)
        if one is None:
            one = self.sources[source] = SourceFigures(source, [None] * len(self._places))
        one.articles[place] = measures.get("articles", 0)
        self.first = min(self.first, place)
        if one.articles[place]:
            one.last_seen = f"{day}T{max(measures.get('hours', ()), default='00')}"
        by_hour = {int(hour): count for hour, count in measures.get("hours", {}).items()}
        if day in self._recent or day in self._alike:
            so_far = sum(count for hour, count in by_hour.items() if hour < self._hour)
            so_far += by_hour.get(self._hour, 0) * self._part
            for sums in (self._so_far[source], self.total):
                sums.add(day, so_far, is_alike=day in self._alike)
        if day in self.hours:
            for hour, count in by_hour.items():
                one.hours[hour] += count
                self.hours[day][hour] += count
        if day in self._week:
            one.week.add(Measures.from_dict(measures))

    def judged(self, opened: Iterable[Opened]) -> list[SourceFigures]:
        """Return the sources with what is found of them and what is usual, the worst first; those too that rest."""
        found: defaultdict[str, list[Finding]] = defaultdict(list)
        for one in opened:
            found[one.finding.source].append(one.finding)
        for name in found.keys() - self.sources.keys() - {""}:
            self.sources[name] = SourceFigures(name, [None] * len(self._places))
        for name, source in self.sources.items():
            source.findings = found[name]
            source.usual = self._so_far[name].usual()
            source.state = state_of(source.findings, sum(count is not None for count in source.articles))
        return sorted(self.sources.values(), key=lambda one: (STATES.index(one.state), one.name))


def origins(carried: Iterable[Carried]) -> list[Origin]:
    """Return whose stories others have, the most copied first, ORIGINS at most; by agency where one is named.

    An outlet that brought an agency's story first has it of the agency, too.
    """
    stories: defaultdict[tuple[str, bool], set[str]] = defaultdict(set)
    carriers: defaultdict[tuple[str, bool], set[tuple[str, str]]] = defaultdict(set)
    for one in carried:
        name = one.agency or one.origin
        if name is None or one.source == name:
            continue
        whose = (name, one.agency is not None)
        stories[whose].add(one.cluster_id)
        carriers[whose].add((one.source, one.cluster_id))
        if one.agency and one.origin and one.origin.lower() != one.agency.lower():
            carriers[whose].add((one.origin, one.cluster_id))
    told = []
    for whose, clusters in stories.items():
        times = Counter(source for source, _ in carriers[whose])
        told.append(Origin(*whose, len(clusters), sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))))
    return sorted(told, key=lambda one: (-one.stories, one.name))[:ORIGINS]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _calendar(now: str, days: int) -> list[str]:
    today = date.fromisoformat(now[:10])
    return [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(days))]


def _before(now: str, days: int) -> str:
    return (datetime.fromisoformat(now) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
