"""The pictures of the report as SVG: a few paths each, in units that stretch with the page, coloured by its style.

A path is made for all cells of one shade, so that the hours of 500 sources take 100 kB. What a picture says is said in
words beside it, so nothing of it is read out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from newsbot.report.words import number, short_day

SHADES = 4
"""Of a cell, by its share of the largest."""
HEIGHT = 100
"""Units from the bottom of a picture to its top."""
LONG = 45
"""Days from which on the first and the fifteenth of a month are marked, not the Mondays."""
MARGIN = 0.04
"""Share of the width at either end where no mark has room for its word."""
TOLD = 5
"""Sources that the hint on a day names."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Columns of days, each a pile of series."""

    top: int
    """What the upper end stands for: a round number."""
    series: list[tuple[str, int, str]]
    """Name, sum over all days, and the path of its parts; the lowest of the pile first."""
    hints: list[str]
    """What to say of each day to who points at it."""
    ticks: list[tuple[float, str]]
    """Where in the width, in percent, and which day."""


def stack(series: Sequence[tuple[str, list[int]]], days: Sequence[str]) -> Stack:
    """Pile up counts by day."""
    sums = [sum(counts) for counts in zip(*(counts for _, counts in series), strict=True)] or [0] * len(days)
    top = round_up(max(sums, default=0))
    below = [0] * len(days)
    told = []
    for name, counts in series:
        told.append((name, sum(counts), "".join(_columns(below, counts, top))))
        below = [low + count for low, count in zip(below, counts, strict=True)]
    parts = ([(name, counts[place]) for name, counts in series] for place in range(len(days)))
    hints = [_hint(day, total, some) for day, total, some in zip(days, sums, parts, strict=True)]
    return Stack(top, told, hints, list(_ticks(days)))


def _columns(below: Sequence[int], counts: Sequence[int], top: int) -> Iterator[str]:
    for place, (low, count) in enumerate(zip(below, counts, strict=True)):
        if count:
            foot, height = HEIGHT * (1 - low / top), HEIGHT * count / top
            yield f"M{place}.1 {foot:.4g}v-{height:.3g}h.8v{height:.3g}z"


def _hint(day: str, total: int, parts: Iterable[tuple[str, int]]) -> str:
    most = sorted(parts, key=lambda part: -part[1])[:TOLD]
    named = ", ".join(f"{name} {number(count)}" for name, count in most if count)
    return f"{short_day(day)}: {number(total)}" + (f" ({named})" if named else "")


def _ticks(days: Sequence[str]) -> Iterator[tuple[float, str]]:
    for place, day in enumerate(days):
        where = (place + 0.5) / len(days)
        marked = day[8:] in ("01", "15") if len(days) > LONG else date.fromisoformat(day).weekday() == 0
        if marked and MARGIN < where < 1 - MARGIN:
            yield round(100 * where, 2), short_day(day)


def bars(counts: Sequence[int | None]) -> str:
    """Return the path of a line of columns, one a count, three units wide in four, 24 high; None leaves a gap.

    >>> bars([4, None, 0, 2])
    'M2 24v-24m4 24m4 0v-1m4 1v-12m4 12'
    """
    most = max((count or 0 for count in counts), default=0) or 1
    steps = []
    for count in counts:
        height = 0 if count is None else max(1, round(24 * count / most))
        steps.append(f"v-{height}m4 {height}" if height else "m4 0")
    return "M2 24" + "".join(steps)


def shaded(rows: Sequence[Sequence[int]], *, most: int | None = None) -> list[tuple[int, str]]:
    """Return cells of rows as (shade, path), a unit wide and high each; no path for a shade that no cell has.

    ``most``: what has the deepest shade; otherwise the largest there is.

    >>> shaded([[0, 1, 4], [4, 4, 0]])
    [(1, 'M1 0h1v1h-1z'), (4, 'M2 0h1v1h-1zM0 1h2v1h-2z')]
    """
    most = max((count for row in rows for count in row), default=0) if most is None else most
    paths: dict[int, list[str]] = {}
    for below, row in enumerate(rows):
        levels = [math.ceil(SHADES * min(count / most, 1)) if count else 0 for count in row]
        for place, width in _stretches(levels):
            if level := levels[place]:
                paths.setdefault(level, []).append(f"M{place} {below}h{width}v1h-{width}z")
    return [(level, "".join(paths[level])) for level in sorted(paths)]


def _stretches(levels: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where neighbours that are alike begin, and how many they are."""
    start = 0
    for place in range(1, len(levels) + 1):
        if place == len(levels) or levels[place] != levels[start]:
            yield start, place - start
            start = place


def round_up(count: int) -> int:
    """Return the next number that an axis can end with.

    >>> [round_up(count) for count in (0, 7, 11, 230, 260, 11_800)]
    [4, 8, 12, 300, 300, 12000]
    """
    power = int(f"1{'0' * (len(str(count)) - 1)}")
    return max(4, next(round(step * power) for step in (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10) if step * power >= count))
