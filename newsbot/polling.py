"""How often a feed is asked: arithmetic on minutes and seconds, with no clock and no state of its own.

A feed's interval follows how much of it is new. It is asked about as often as it brings an article, and
never so rarely that more than a quarter of it would be new at once: what leaves a short feed between two
visits is lost. A feed with nothing new is asked less and less often. docs/decisions/0005-polling.md says
what was weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

START_MINUTES = 30.0
"""First interval of a feed whose entries do not tell how often it changes."""
SHARE_NEW = 0.25
"""How much of a feed may be new at a visit."""
QUIETER = 1.5
"""An interval grows by this after a visit that brought nothing new."""
MOST_GROWTH, MOST_SHRINKING = 2.0, 4.0
"""Bounds on how far one visit moves an interval: one busy hour or quiet night says little."""
MAX_REST_SECONDS = 7 * 86_400.0
"""A longer Retry-After is held to this, or a slip of a server would silence a source for good."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest interval, in minutes."""

    least: float = 5.0
    most: float = 360.0

    def hold(self, minutes: float) -> float:
        """Return the interval within the bounds."""
        return min(max(minutes, self.least), self.most)


def first_interval(total: int, span: float | None, bounds: Bounds) -> float:
    """Return the interval of a feed that was read for the first time, in minutes.

    ``span`` is the time between its oldest and its newest entry, in minutes, where the entries state it.

    >>> first_interval(20, 20 * 60, Bounds()), first_interval(20, None, Bounds())
    (60.0, 30.0)
    """
    if not span or total < 2:
        return bounds.hold(START_MINUTES)
    return bounds.hold(min(span / total, span * SHARE_NEW))


def next_interval(interval: float, *, elapsed: float, new: int, total: int, gap: bool, bounds: Bounds) -> float:
    """Return the next interval of a feed, in minutes.

    ``new`` of its ``total`` entries were not there at the last visit, ``elapsed`` minutes ago; with a
    ``gap`` nothing of what was there then is left, so that there may have been more.

    >>> bounds = Bounds(5, 360)
    >>> next_interval(60, elapsed=60, new=0, total=20, gap=False, bounds=bounds)
    90.0
    >>> next_interval(60, elapsed=60, new=2, total=20, gap=False, bounds=bounds)
    30.0
    >>> next_interval(60, elapsed=60, new=20, total=20, gap=True, bounds=bounds)
    15.0
    >>> next_interval(360, elapsed=4000, new=0, total=20, gap=False, bounds=bounds)
    360
    """
    if gap:
        wanted = 0.0
    elif new:
        wanted = min(elapsed / new, elapsed * SHARE_NEW * total / new)
    else:
        wanted = max(interval, elapsed * QUIETER)
    return bounds.hold(min(max(wanted, interval / MOST_SHRINKING), interval * MOST_GROWTH))


def backoff(interval: float, errors: int, bounds: Bounds) -> float:
    """Return how long to leave a listing alone that has failed so many times in a row, in minutes.

    >>> [backoff(10, errors, Bounds(5, 360)) for errors in (1, 2, 3, 9)]
    [20, 40, 80, 360]
    """
    return bounds.hold(interval * 2 ** min(errors, 16))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), or None for none to be read.

    >>> retry_after("120", datetime(2026, 11, 20, tzinfo=UTC))
    120.0
    >>> retry_after("Fri, 20 Nov 2026 00:05:00 GMT", datetime(2026, 11, 20, tzinfo=UTC))
    300.0
    >>> retry_after("soon", datetime(2026, 11, 20, tzinfo=UTC)) is None
    True
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_REST_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), MAX_REST_SECONDS)
