"""Whether an outlet still is as it used to be: what its days came to, and what is unlike it."""

from __future__ import annotations

from newsbot.health.examination import examine, state_of
from newsbot.health.findings import CHANGED, CRASHES, FAILING, NEW, SILENT, STATES, WELL, Finding
from newsbot.health.measures import Day, ListingState, Measures

__all__ = [
    "CHANGED", "CRASHES", "FAILING", "NEW", "SILENT", "STATES", "WELL", "Day", "Finding", "ListingState", "Measures",
    "examine", "state_of",
]  # fmt: skip
