"""Levels of a source's articles: how long they are, and how long after their publication they are collected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsbot.health.measures import NEAR_EMPTY, STEPS, Day, Measures, median_of, step_of
from newsbot.health.normal import usual_level
from newsbot.health.pace import usual_days
from newsbot.health.shares import BASELINE, ENOUGH, MOST_DAYS

FEWEST = 6
"""Articles that are the least that can tell."""
MORE = 1.4
"""How many times as many articles the next look at more days together has to have."""
LEAST_BASELINE, LEAST_DAYS = 15, 8
SIGMAS = 4.2
"""Deviations from the usual that a mean has to be away."""
OVER_SIGMAS = 2.5
"""Deviations within which it is itself again."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A level that is looked at."""

    kind: str
    unit: str
    fallen: float
    """Doublings by which the median has to have fallen; 0 if it may fall."""
    risen: float
    """Doublings by which it has to have risen."""
    least: float
    """A median below which it is no matter."""
    least_days: float
    """Deviation of days, in doublings, that is taken for granted."""

    def histogram(self, measures: Measures) -> Mapping[str, int]:
        """Return a day's values; of lengths without near-empty articles, which are a matter of their own."""
        if self.kind == "delay":
            return measures.delays
        if not measures.near_empty:
            return measures.lengths
        least = int(step_of(NEAR_EMPTY))
        return {step: number for step, number in measures.lengths.items() if int(step) >= least}


LENGTH = Gauge("length", "words", fallen=0.5, risen=0.9, least=0, least_days=0.1)
DELAY = Gauge("delay", "min", fallen=0, risen=1.0, least=60, least_days=0.35)


@dataclass(frozen=True, slots=True)
class Change:
    """A level that is not what it was; medians."""

    first: int
    """Index of the first day on which it was another one."""
    now: float
    of: int
    usual: float


def changed(gauge: Gauge, history: Sequence[Day]) -> Change | None:
    """Return how a level has moved of late, or None: as few days together as can tell."""
    days = _days(gauge, history)
    end = len(days)
    recent: Counter[str] = Counter()
    number, wanted = 0, float(FEWEST)
    for start in range(end - 1, max(end - MOST_DAYS, LEAST_DAYS) - 1, -1):
        recent.update(days[start][1])
        number = recent.total()
        if number < wanted:
            continue
        wanted = number * MORE
        baseline = [histogram for _, histogram in days[max(start - BASELINE, 0) : start] if histogram]
        change = _change(gauge, days[start][0], recent, baseline, SIGMAS)
        if change and still_changed(gauge, history, change.first):
            return change
        if number >= ENOUGH:
            break
    return None


def still_changed(gauge: Gauge, history: Sequence[Day], first: int) -> Change | None:
    """Return how a level stands that has moved on a day (its index), or None if it is itself again."""
    days = _days(gauge, history)
    baseline = [histogram for index, histogram in days if index < first and histogram][-BASELINE:]
    if not baseline or not (usual := _pooled(baseline)):
        return None
    recent: Counter[str] = Counter()
    since = [(index, histogram) for index, histogram in days if index >= first and histogram]
    for _, histogram in reversed(since):
        recent.update(histogram)
        if recent.total() < FEWEST:
            continue
        sigmas = usual_level(baseline, least_days=gauge.least_days).sigmas(recent)
        moved = _doublings(recent, baseline)
        bound = -gauge.fallen / 2 if gauge.fallen else -99.0
        if abs(sigmas) < OVER_SIGMAS or bound < moved < gauge.risen / 2 or (not gauge.fallen and sigmas < OVER_SIGMAS):
            return None
        break
    now = median_of(recent)
    return Change(first, now if now is not None else usual, recent.total(), usual)


def _days(gauge: Gauge, history: Sequence[Day]) -> list[tuple[int, Mapping[str, int]]]:
    """Return the histograms of the days that tell, with their indices: of delays, those before which one was asked."""
    usual = {day.day for day in usual_days(history)} if gauge.kind == "delay" else None
    return [
        (index, gauge.histogram(day.measures) if usual is None or day.day in usual else {})
        for index, day in enumerate(history)
    ]


def _change(
    gauge: Gauge, first: int, recent: Mapping[str, int], baseline: Sequence[Mapping[str, int]], sigmas: float
) -> Change | None:
    usual, now = _pooled(baseline), median_of(recent)
    if len(baseline) < LEAST_DAYS or usual is None or now is None or now < gauge.least:
        return None
    moved = _doublings(recent, baseline)
    has_fallen, has_risen = gauge.fallen and moved <= -gauge.fallen, moved >= gauge.risen
    if not (has_fallen or has_risen) or sum(sum(day.values()) for day in baseline) < LEAST_BASELINE:
        return None
    if abs(usual_level(baseline, least_days=gauge.least_days).sigmas(recent)) < sigmas:
        return None
    return Change(first, now, sum(recent.values()), usual)


def _doublings(recent: Mapping[str, int], baseline: Sequence[Mapping[str, int]]) -> float:
    """Return by how many doublings the median of some articles is above the usual one."""
    return _mid(recent) - _mid(_sum(baseline))


def _mid(histogram: Mapping[str, int]) -> float:
    total, seen = sum(histogram.values()), 0.0
    for step, number in sorted((int(step), number) for step, number in histogram.items()):
        if seen + number >= total / 2:
            return (step - 0.5 + (total / 2 - seen) / number) / STEPS
        seen += number
    return 0.0


def _pooled(baseline: Sequence[Mapping[str, int]]) -> float | None:
    return median_of(_sum(baseline))


def _sum(histograms: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for histogram in histograms:
        for step, number in histogram.items():
            total[step] = total.get(step, 0) + number
    return total
