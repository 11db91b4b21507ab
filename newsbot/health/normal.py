"""The normal of a source: what its shares and medians usually are, and how far they stray by themselves.

A day's articles are more alike than chance has it: one author is on duty, one desk has a late evening. So every normal
here has two variances, of articles and of days, and the days' is what keeps a quiet Sunday from being an alarm. There
is no clock and no store in here; benchmarks/health.py lives through months of it, and
docs/decisions/0032-health.md says what was weighed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from newsbot.health.measures import STEPS

PRIOR = (0.5, 8.0)
"""Pages that were bad, and pages, that every share is taken to have seen before: no share is 0 for certain."""
PRIOR_LIKENESS, PRIOR_PAIRS = 0.08, 150.0
"""How alike the pages of a day are taken to be, and how many pairs of pages that is worth."""
LEAST_ALIKE, MOST_ALIKE = 0.02, 0.95
OUTLIERS = 0.1
"""Share of the days that may be unlike all others, such as those of an outage that is over, and are left out."""
UNLIKE = -4.0
"""Logarithm (base 10) of the chance below which a day is unlike all others."""
MOST_COUNTED = 60
"""Pages from which on more of them prove nothing more: the rest of the doubt is the day's, not theirs."""
LEAST_SPREAD = 0.3
"""Deviation of articles, in doublings, that every level is taken to have at least."""
FAR, FARTHEST = 3.0, 3.0
"""Deviations, or doublings if that is more, at which an article is cut off: one text of 40,000 words moves no mean."""
MAD_TO_DEVIATION = 1.4826

Pair = tuple[int, int]
"""Of a day: how many were bad, of how many."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a source's pages are usually bad, and how alike those of one day are (0: as by chance, 1: all)."""

    mean: float
    likeness: float

    def log_chance(self, bad: int, of: int) -> float:
        """Return the logarithm (base 10) of the chance that so many, or more, of some pages are bad.

        A beta-binomial distribution: its likeness is the correlation of two pages of a day.

        >>> round(Share(0.05, 0.0).log_chance(4, 4), 1), round(Share(0.05, 0.2).log_chance(4, 4), 1)
        (-5.2, -2.7)
        """
        if of > MOST_COUNTED:
            bad, of = math.floor(bad * MOST_COUNTED / of), MOST_COUNTED
        if bad <= 0:
            return 0.0
        pairs = 1 / max(self.likeness, 1e-4) - 1
        good_weight, bad_weight = (1 - self.mean) * pairs, self.mean * pairs
        whole = _log_beta(bad_weight, good_weight)
        chance = sum(
            math.exp(_log_choose(of, n) + _log_beta(n + bad_weight, of - n + good_weight) - whole)
            for n in range(bad, of + 1)
        )
        return math.log10(max(chance, 1e-300))

    def log_chance_of(self, days: Sequence[Pair]) -> float:
        """Return the logarithm (base 10) of the chance of some days that are as bad, or worse.

        Taken together, as one day, or each by itself, whichever says more: the pages of one day are alike, those of
        several are not, but where a day has one page, their number is what counts.
        """
        together = self.log_chance(sum(bad for bad, _ in days), sum(of for _, of in days))
        return min(together, _log_product([self.log_chance(*day) for day in days if day[1]]))


def usual_share(days: Sequence[Pair]) -> Share:
    """Return what is usual of a share, of the days that a source had before.

    Days that are unlike all others are left out, if they are few.

    >>> usual = usual_share([(1, 20), (0, 18), (2, 25), (1, 22), (20, 20), (0, 19), (1, 21), (0, 20), (2, 30), (1, 20)])
    >>> round(usual.mean, 3)
    0.042
    """
    days = [day for day in days if day[1]]
    usual = _share(days)
    middle = Share(min(max(_middle(days), usual.mean / 4), 0.99), 0.1)
    unlike = [day for day in days if day[1] >= 3 and middle.log_chance(*day) < UNLIKE]
    if unlike and len(unlike) <= OUTLIERS * len(days):
        return _share([day for day in days if day not in unlike])
    return usual


def _share(days: Sequence[Pair]) -> Share:
    few, many = PRIOR
    pages = sum(of for _, of in days)
    mean = (sum(bad for bad, _ in days) + few) / (pages + many)
    scatter = sum((bad - of * mean) ** 2 for bad, of in days) / (mean * (1 - mean)) - pages
    pairs = sum(of * (of - 1) for _, of in days)
    likeness = (scatter + PRIOR_LIKENESS * PRIOR_PAIRS) / (pairs + PRIOR_PAIRS)
    return Share(mean, min(max(likeness, LEAST_ALIKE), MOST_ALIKE))


def _middle(days: Sequence[Pair]) -> float:
    """Return the share of the day in the middle, every day counting as its pages."""
    half, seen = sum(of for _, of in days) / 2, 0
    for share, of in sorted((bad / of, of) for bad, of in days):
        seen += of
        if seen >= half:
            return share
    return 0.0


@dataclass(frozen=True, slots=True)
class Level:
    """What the lengths or the delays of a source's articles usually are, in doublings (logarithms, base 2)."""

    mean: float
    articles: float
    """Deviation of single articles."""
    days: float
    """Deviation of the means of days."""

    def sigmas(self, histogram: Mapping[str, int]) -> float:
        """Return by how many deviations the mean of some articles is above it; negative below."""
        number = sum(histogram.values())
        far = max(FAR * self.articles, FARTHEST)
        mean = sum(min(max(int(step) / STEPS - self.mean, -far), far) * n for step, n in histogram.items()) / number
        return mean / math.sqrt(self.articles**2 / number + self.days**2)


def usual_level(days: Sequence[Mapping[str, int]], *, least_days: float) -> Level:
    """Return what is usual of days of histograms (see measures.step_of), at least one article in all.

    ``least_days``: deviation of days that is taken for granted.
    """
    values = sorted((int(step) / STEPS, n) for day in days for step, n in day.items())
    number = sum(n for _, n in values)
    middle = _quantile(values, number / 2)
    spread = (_quantile(values, 0.84 * number) - _quantile(values, 0.16 * number)) / 2
    spread = max(spread, LEAST_SPREAD)
    far = max(FAR * spread, FARTHEST)
    clipped = [(min(max(value, middle - far), middle + far), n) for value, n in values]
    mean = sum(value * n for value, n in clipped) / number
    articles = max(math.sqrt(sum((value - mean) ** 2 * n for value, n in clipped) / number), LEAST_SPREAD)
    means = [
        (sum(min(max(int(step) / STEPS, middle - far), middle + far) * n for step, n in day.items()) / of, of)
        for day in days
        if (of := sum(day.values())) >= 3
    ]
    strayed = 0.0
    if len(means) >= 5:
        deviation = MAD_TO_DEVIATION * median(abs(value - mean) for value, _ in means)
        strayed = max(deviation**2 - articles**2 * median(1 / of for _, of in means), 0.0)
    return Level(mean, articles, math.sqrt(strayed + least_days**2))


def _quantile(values: Sequence[tuple[float, int]], rank: float) -> float:
    seen = 0
    for value, n in values:
        seen += n
        if seen >= rank:
            return value
    return values[-1][0]


def _log_product(logs: Sequence[float]) -> float:
    """Return the logarithm of the chance that the product of so many chances is as small (R. A. Fisher).

    >>> round(_log_product([-3.0, -3.0]), 2)
    -4.83
    """
    natural = -sum(logs) * math.log(10)
    term, total = 1.0, 1.0
    for number in range(1, len(logs)):
        term *= natural / number
        total += term
    return sum(logs) + math.log10(total)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
