"""The measures of a source on one day: what its runs met and what its articles are like, as sums that can be added."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

FIELDS = ("authors", "published", "section", "tags", "image", "summary", "language")
"""Fields of the record that a site may state or not."""
NEAR_EMPTY = 60
"""Words under which a text is a notice, a caption or a leftover rather than an article."""
STEPS = 4
"""Steps of a histogram from a value to its double: a median is exact to 9 %."""
MOST_EXAMPLES = 3
"""Addresses that are kept of a kind and day."""


@dataclass(slots=True)
class Measures:
    """What the runs that began on one day brought of a source, or on several, added up."""

    runs: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """"discovered" and every outcome, as in newsbot.store.ledger.Account; so are the next three."""
    reasons: Counter[str] = field(default_factory=Counter)
    """"outcome:reason"."""
    first_tries: Counter[str] = field(default_factory=Counter)
    """"tried", and "outcome:reason" of what came to nothing, of addresses that were tried for the first time."""
    latest_tries: Counter[str] = field(default_factory=Counter)
    """The first tries of the day's latest run that had any: what has come back since the morning."""
    listings: Counter[str] = field(default_factory=Counter)
    """"read", "not_modified", "failed", "postponed"."""
    spent: Counter[str] = field(default_factory=Counter)
    """"requests", "bytes" and "seconds" of all that was asked for."""
    revisits: Counter[str] = field(default_factory=Counter)
    """What became of second looks at known articles, by outcome."""
    gaps: int = 0
    """Listings that named nothing any more of what they had named before."""
    articles: int = 0
    """First versions of articles and copies, which the rest is about."""
    near_empty: int = 0
    """Those of fewer than NEAR_EMPTY words."""
    lengths: Counter[str] = field(default_factory=Counter)
    """Histogram of their words (see step_of)."""
    delays: Counter[str] = field(default_factory=Counter)
    """Histogram of the minutes from publication to first sight, of those that state the minute."""
    filled: Counter[str] = field(default_factory=Counter)
    """How many have each of FIELDS."""
    hours: Counter[str] = field(default_factory=Counter)
    """How many were first seen in each hour, "00" to "23" (UTC)."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """The latest addresses, MOST_EXAMPLES of each: "article", "near_empty", "missing:FIELD", "outcome:reason"."""

    def add(self, other: Measures) -> None:
        """Add what came later."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        if other.first_tries:
            self.latest_tries = Counter(other.latest_tries or other.first_tries)
        for key, addresses in other.examples.items():
            self.examples[key] = [*self.examples.get(key, ()), *addresses][-MOST_EXAMPLES:]

    def add_article(self, record: Mapping[str, Any]) -> None:
        """Add the first version of an article, as its record says."""
        self.articles += 1
        words, url = record.get("word_count") or 0, record["url"]
        self.lengths[step_of(words)] += 1
        self.hours[record["first_seen"][11:13]] += 1
        self.give_example("article", url)
        if words < NEAR_EMPTY:
            self.near_empty += 1
            self.give_example("near_empty", url)
        if record.get("published_precision") in ("second", "minute") and (published := record.get("published_at")):
            waited = datetime.fromisoformat(record["first_seen"]) - datetime.fromisoformat(published)
            self.delays[step_of(waited.total_seconds() / 60)] += 1
        for name in FIELDS:
            if record.get(name):
                self.filled[name] += 1
            else:
                self.give_example(f"missing:{name}", url)

    def give_example(self, key: str, address: str) -> None:
        """Keep an address as an example of something, if it is one of the first of this sum."""
        examples = self.examples.setdefault(key, [])
        if len(examples) < MOST_EXAMPLES:
            examples.append(address)

    def as_dict(self) -> dict[str, Any]:
        """Return all that is not zero or empty, as plain values.

        >>> Measures(runs=1, counts=Counter(discovered=2)).as_dict()
        {'runs': 1, 'counts': {'discovered': 2}}
        """
        values = ((name, getattr(self, name)) for name in (one.name for one in fields(self)))
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in values if value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Measures:
        """Return the measures that ``as_dict`` has told of; an older newsbot told less, a newer one more."""
        measures = cls(**{name: values[name] for name in (*_NUMBERS, "examples") if name in values})
        for name in (*_COUNTERS, "latest_tries"):
            setattr(measures, name, Counter(values.get(name, {})))
        return measures


_NUMBERS = ("runs", "gaps", "articles", "near_empty")
_COUNTERS = (
    "counts",
    "reasons",
    "first_tries",
    "listings",
    "spent",
    "revisits",
    "lengths",
    "delays",
    "filled",
    "hours",
)


@dataclass(frozen=True, slots=True)
class Day:
    """What a source came to on one day."""

    day: str
    """YYYY-MM-DD, UTC."""
    measures: Measures


@dataclass(frozen=True, slots=True)
class ListingState:
    """How a listing of a source stands. Moments are RFC 3339, UTC."""

    url: str
    errors: int = 0
    """Visits in a row that failed."""
    error: str | None = None
    """What the last of them met."""
    answered_at: str | None = None
    """When it could be read last."""
    news_at: str | None = None
    """When it last brought something new."""
    moved_to: str | None = None


def step_of(value: float) -> str:
    """Return the step of a histogram that a number is counted in; all below 1 as 1.

    >>> step_of(0), step_of(400), step_of(430)
    ('0', '35', '35')
    """
    return str(round(STEPS * math.log2(max(value, 1))))


def median_of(histogram: Mapping[str, int]) -> float | None:
    """Return the median of what a histogram has counted; None if that is nothing.

    >>> median_of(Counter(map(step_of, [90, 400, 410, 420, 2000])))
    430.5389646099018
    """
    total, seen = sum(histogram.values()), 0
    for step, count in _in_order(histogram):
        seen += count
        if 2 * seen >= total:
            return float(2 ** (step / STEPS))
    return None


def _in_order(histogram: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    yield from sorted((int(step), count) for step, count in histogram.items())
