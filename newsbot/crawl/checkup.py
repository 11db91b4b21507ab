"""The checkup at the end of a run: which of its sources are unlike their own normal, and which are well again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine

from newsbot.health import FAILING, Finding, examine
from newsbot.store import frontier, health
from newsbot.store.health import Opened

HISTORY_DAYS = 90
"""Days that tell what is normal: a quarter, so that a source of one article a week has a dozen of them."""
ASKED_DAYS = 2
"""Days that a listing is overdue, although its source was asked, after which the sources file names it no more: the
longest interval is a quarter of a day."""
REMEMBERED_DAYS = 90
"""Days for which it is known that something was over: all that an examination can look at."""
LEFT_DAYS = 14
"""Days without a run of a source after which what was found of it is cleared: nobody asks for it any more."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What a checkup has found."""

    opened: list[Finding]
    still: list[Finding]
    """Those of before that still hold, also of sources that the run was for and did not ask."""
    cleared: list[Opened]
    """Those that do not, with how they were."""
    again: dict[str, int]
    """How many addresses are tried again, by sources whose pages are well again."""

    @property
    def failing(self) -> set[str]:
        """The sources that fail."""
        return {finding.source for finding in (*self.opened, *self.still) if finding.state == FAILING}


def checkup(engine: Engine, asked_for: Collection[str], active: Collection[str], *, now: str) -> Checkup:
    """Examine the sources of which a run has asked something, and write down what holds now.

    ``asked_for``: all sources that the run was for; ``active``: those that it came to. Raises StoreError.
    """
    opened = health.open_findings(engine)
    left = _left(engine, opened, now)
    before = [one.finding for one in opened if one.finding.source in active]
    since = _back(now, HISTORY_DAYS)
    days = health.histories(engine, since=since, sources=active)
    listings = health.listing_states(engine, active, due_since=_back(now, ASKED_DAYS))
    found = [
        finding
        for name in sorted(active)
        for finding in examine(
            name,
            days.get(name, []),
            listings.get(name, []),
            now=now,
            opened=[finding for finding in before if finding.source == name],
        )
    ]
    over = [one for one in health.findings_since(engine, _back(now, REMEMBERED_DAYS)) if one.cleared_at]
    known = {one.key for one in before}
    found = [one for one in found if one.key in known or not any(_has_been_told(one, ended) for ended in over)]
    settled = health.settle(engine, {*active, *left}, found, now=now)
    again = {
        one.finding.source: frontier.try_again(engine, one.finding.source, since=one.finding.since, now=now)
        for one in settled.cleared
        if one.finding.kind in frontier.DROPPED and one.finding.source in active
    }
    resting = [one.finding for one in opened if one.finding.source in set(asked_for) - set(active) - left]
    return Checkup(
        [one.finding for one in settled.opened],
        [*(one.finding for one in settled.still), *resting],
        settled.cleared,
        again,
    )


def _left(engine: Engine, opened: Iterable[Opened], now: str) -> set[str]:
    """Return the sources that something was found of and that no run has asked for long."""
    names = {one.finding.source for one in opened if one.finding.source}
    return names - set(health.histories(engine, since=_back(now, LEFT_DAYS), sources=names))


def _has_been_told(finding: Finding, ended: Opened) -> bool:
    """Whether what a finding goes by began before the same was over: those days are in what is looked at for weeks."""
    was = ended.finding
    is_same = finding.key == was.key or (finding.kind in frontier.DROPPED and finding.key[:2] == was.key[:2])
    return is_same and finding.since[:10] < (ended.cleared_at or "")[:10]


def _back(now: str, days: int) -> str:
    """Return the day so many days before a moment."""
    return (date.fromisoformat(now[:10]) - timedelta(days=days)).isoformat()
