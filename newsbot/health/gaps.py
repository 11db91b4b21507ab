"""The gaps of a source: how often its feeds had dropped what they named before they were read again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from newsbot.health.findings import CHANGED, Finding
from newsbot.health.measures import Day
from newsbot.health.pace import usual_days

BASELINE = 42
"""Days that tell how many gaps are usual."""
PRIOR = (0.5, 8.0)
"""Gaps, and days, that every source is taken to have had before."""
LEAST_DAYS = 6
FEWEST = 2
"""One gap is an evening on which much happened."""
WINDOW = 2
"""Days that are looked at: today and the one before."""
CHANCE = -3.0
"""Logarithm (base 10) of the chance below which gaps do not come together by themselves."""
QUIET = 3
"""Days without one, today among them, after which it is over."""


def gap(source: str, history: Sequence[Day], *, opened: Finding | None = None) -> Finding | None:
    """Return the finding that a source's feeds are read too seldom, or None; an open one stays until they are not.

    A gap on the day after one on which nobody asked is nobody's fault but the schedule's.
    """
    days = usual_days(history)
    late = days[-WINDOW:]
    if opened is not None:
        quiet = [day for day in days[-QUIET:] if day.day > opened.since[:10]]
        if len(quiet) == QUIET and not any(day.measures.gaps for day in quiet):
            return None
        return _finding(source, late, opened.before, opened.since)
    before = days[:-WINDOW][-BASELINE:]
    gaps = sum(day.measures.gaps for day in late)
    if gaps < FEWEST or len(before) < LEAST_DAYS or days[-1] is not history[-1]:
        return None
    few, many = PRIOR
    usual = (sum(day.measures.gaps for day in before) + few) / (len(before) + many)
    expected = usual * len(late)
    if gaps * math.log10(expected / (1 + expected)) >= CHANCE:
        return None
    since = next(day.day for day in late if day.measures.gaps)
    number = sum(day.measures.gaps for day in before)
    return _finding(source, late, f"{number} in {len(before)} days", since)


def _finding(source: str, late: Sequence[Day], before: str, since: str) -> Finding:
    gaps = sum(day.measures.gaps for day in late)
    days = (date.fromisoformat(late[-1].day) - date.fromisoformat(late[0].day)).days + 1 if late else 0
    told = f"{gaps} in {days} days"
    return Finding(source, "gap", "", CHANGED, told, before, since)
