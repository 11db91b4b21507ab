"""The pace of a source: how many articles its hours, weekdays and weeks usually bring."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from newsbot.health.measures import Day, Measures

WEEKS = 8
"""Weeks whose days tell what is usual."""
RECENT = 14
"""Days whose level counts where it is the lower one: an outlet in its summer lull is no outlet that falls silent."""
LEAST_DAYS = 6
"""Days without which there is no pace."""
PSEUDO_WEEKS = 1.0
"""Weeks of all days alike that every weekday starts with."""
PSEUDO_HOURS = 0.1
"""Share of the articles that are taken to come at any hour."""
PRIOR_SCATTER, PRIOR_DAYS = 0.1, 10.0
"""Variance of a day's articles about what was expected, relative and above chance, and how many days that is worth."""
LEAST_LULL, MOST_LULL = 0.15, 0.5
"""Bounds of the share of the usual that a holiday brings, of which nobody has told: that of its leanest weekday."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a source brings usually."""

    weekdays: tuple[float, ...]
    """Articles a day, Monday first."""
    hours: tuple[float, ...]
    """Share of a day's articles that each hour (UTC) brings."""
    scatter: float
    """Variance of a day about what was expected, relative, above chance: 1 / size of a negative binomial."""
    longest: float
    """Most articles that were expected in a row of days that brought none."""

    @property
    def a_day(self) -> float:
        """Articles of a usual day."""
        return sum(self.weekdays) / 7

    @property
    def lull(self) -> float:
        """Share of a usual day that a holiday may bring."""
        return min(max(min(self.weekdays) / max(self.a_day, 1e-9), LEAST_LULL), MOST_LULL)

    def expected(self, since: datetime, until: datetime, *, days: Collection[str]) -> list[float]:
        """Return how many articles are usual from one moment to another, day by day, of the days that are named."""
        if until <= since:
            return []
        found = []
        day = since.date()
        while day <= until.date():
            if day.isoformat() not in days:
                day += timedelta(1)
                continue
            first = since.hour + since.minute / 60 if day == since.date() else 0.0
            last = until.hour + until.minute / 60 if day == until.date() else 24.0
            share = sum(max(min(last, hour + 1) - max(first, hour), 0) * self.hours[hour] for hour in range(24))
            found.append(self.weekdays[day.weekday()] * share)
            day += timedelta(1)
        return found

    def log_chance_of_none(self, expected: Sequence[float]) -> float:
        """Return the logarithm (base 10) of the chance that none comes where so many were expected, in a lull even.

        >>> round(Pace((8.0,) * 7, (1 / 24,) * 24, 0.1, 0.0).log_chance_of_none([8.0, 8.0]), 2)
        -2.92
        """
        return sum(-math.log10(1 + self.lull * articles * self.scatter) / self.scatter for articles in expected)


def weekday(day: str) -> int:
    """Return the weekday of a day, Monday 0."""
    return (ordinal(day) - 1) % 7


def is_weekend(day: str) -> bool:
    """Whether a day is a Saturday or a Sunday."""
    return weekday(day) >= 5


def volume(measures: Measures) -> int:
    """Return how many addresses a day brought that were not known: articles, or pages that came to nothing."""
    return max(measures.articles, measures.first_tries["tried"])


def usual_pace(history: Sequence[Day]) -> Pace | None:
    """Return the pace of a source's days, or None of one that is not known long enough.

    Left out are its first day, which brings what its listings have gathered, and those on which nothing was asked the
    day before. Of each weekday the one that brought most is left out, where there are four: it may have been a burst.
    """
    days = usual_days(history)[-7 * WEEKS :]
    if len(days) < LEAST_DAYS:
        return None
    each: list[list[int]] = [[] for _ in range(7)]
    for day in days:
        each[weekday(day.day)].append(volume(day.measures))
    kept = [sorted(values)[: len(values) - (len(values) >= 4)] for values in each]
    everything = [value for values in kept for value in values]
    overall = sum(everything) / len(everything)
    weekdays = [(sum(values) + PSEUDO_WEEKS * overall) / (len(values) + PSEUDO_WEEKS) for values in kept]
    recent = days[-RECENT:]
    usual = sum(weekdays[weekday(day.day)] for day in recent)
    level = min(sum(volume(day.measures) for day in recent) / usual, 1.0) if usual else 1.0
    weekdays = [value * level for value in weekdays]
    return Pace(tuple(weekdays), _hours(recent), *_scatter(days, weekdays))


def usual_days(history: Sequence[Day]) -> list[Day]:
    """Return the days that tell of what comes in a day: listings were read on them, and on the day before."""
    return [
        day
        for before, day in pairwise(history)
        if ordinal(day.day) - ordinal(before.day) == 1 and was_read(day.measures) and was_read(before.measures)
    ]


def was_read(measures: Measures) -> bool:
    """Whether a listing could be read on a day, or has not changed."""
    listings = measures.listings
    return listings["read"] + listings["not_modified"] > 0 or (not listings.total() and volume(measures) > 0)


def came_since(history: Sequence[Day], moment: datetime) -> float:
    """Return how many came since a moment, in whole hours; where hours are not told, all of its day."""
    start, came = moment.date().isoformat(), 0.0
    for day in reversed(history):
        if day.day < start:
            break
        hours = day.measures.hours
        known = sum(hours.values())
        later = sum(number for hour, number in hours.items() if day.day > start or int(hour) >= moment.hour)
        came += volume(day.measures) * (later / known if known else 1.0)
    return came


def last_news(history: Sequence[Day], now: datetime) -> datetime | None:
    """Return until when a source brought something last: the end of the hour, or of the day where no hour is told."""
    for day in reversed(history):
        if volume(day.measures):
            start = datetime.fromisoformat(f"{day.day}T00:00:00+00:00")
            hours = day.measures.hours
            is_told = bool(hours) and day.measures.articles >= day.measures.first_tries["tried"] / 2
            end = int(max(hours)) + 1 if is_told else 24
            return min(start + timedelta(hours=end), now)
    return None


def _hours(days: Sequence[Day]) -> tuple[float, ...]:
    hours: Counter[str] = Counter()
    for day in days:
        hours.update(day.measures.hours)
    total = hours.total()
    if not total:
        return (1 / 24,) * 24
    return tuple((1 - PSEUDO_HOURS) * hours[f"{hour:02}"] / total + PSEUDO_HOURS / 24 for hour in range(24))


def _scatter(days: Sequence[Day], weekdays: Sequence[float]) -> tuple[float, float]:
    """Return how far days fall below what was expected, and the most that was expected in a row of days with none."""
    below, chance, number, row, longest = 0.0, 0.0, 0, 0.0, 0.0
    for day in days:
        expected, came = weekdays[weekday(day.day)], volume(day.measures)
        row = 0.0 if came else row + expected
        longest = max(longest, row)
        if came < expected:
            below += (1 - came / expected) ** 2
            chance += min(1 / expected, 1)
            number += 1
    scatter = (max(below - chance, 0.0) + PRIOR_DAYS * PRIOR_SCATTER) / (number + PRIOR_DAYS)
    return scatter, longest


@lru_cache(maxsize=1000)
def ordinal(day: str) -> int:
    """Return the number of a day; the one after it has the next, and those of a weekday the same modulo 7."""
    return date.fromisoformat(day).toordinal()
