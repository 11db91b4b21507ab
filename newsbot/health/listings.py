"""The listings of a source: which of its feeds, sitemaps and sections cannot be read, and whether any can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from newsbot.health.findings import CHANGED, FAILING, Finding
from newsbot.health.measures import Day, ListingState
from newsbot.health.shares import TRANSIENT

ALIVE = timedelta(hours=25)
"""Time within which a listing that is asked at all has answered: the longest interval is a quarter of it, and a job may
run once a day."""
LASTING_ERRORS, LASTING = 3, timedelta(hours=12)
"""Failures in a row, and the time without an answer, from which on what may pass by itself (TRANSIENT) has not."""
DEAD = timedelta(days=1)
"""Time without an answer after which one listing of several is told of."""
MATTERED = timedelta(days=30)
"""A listing that has brought nothing new for so long before it failed is no loss."""


def unreachable(
    source: str, history: Sequence[Day], listings: Sequence[ListingState], *, now: str, is_open: bool
) -> Finding | None:
    """Return the finding that none of a source's listings can be read; None if one can, or it may be a matter of hours.

    What a server refuses (404, no feed at that address) is told at once, what may pass by itself when it has lasted. An
    open one stays until a listing has answered.
    """
    failing = [one for one in listings if one.errors]
    if not failing or any(_is_alive(one, now) for one in listings):
        return None
    refused = [one for one in failing if not (one.error or "").startswith(TRANSIENT)]
    if not (is_open or refused or _has_lasted(failing, now)):
        return None
    shown = (refused or failing)[0]
    answered = max((one.answered_at for one in failing if one.answered_at), default=None)
    since = answered or (history[0].day if history else now)
    who = f"none of its {len(failing)} listings can" if len(failing) > 1 else "its listing cannot"
    what = f"{who} be read ({shown.error or 'no answer'})"
    return Finding(source, "unreachable", "", FAILING, what, "", since, tuple(one.url for one in failing[:3]))


def unread(source: str, listings: Sequence[ListingState], *, now: str) -> list[Finding]:
    """Return a finding for each listing that cannot be read any more while others can, if it brought news before."""
    found = []
    for one in listings:
        answered, news = _moment(one.answered_at), _moment(one.news_at)
        if one.errors < LASTING_ERRORS or answered is None or news is None or _moment(now) is None:
            continue
        if _since(one.answered_at, now) >= DEAD and answered - news < MATTERED:
            what = f"cannot be read ({one.error or 'no answer'}), others can"
            found.append(Finding(source, "unreachable", one.url, CHANGED, what, "", one.answered_at or "", (one.url,)))
    return found


def names_nothing(source: str, history: Sequence[Day]) -> Finding | None:
    """Return the finding that listings can be read and have never named anything."""
    read = sum(day.measures.listings["read"] for day in history)
    if not read or any(day.measures.counts["discovered"] or day.measures.articles for day in history):
        return None
    return Finding(source, "names_nothing", "", FAILING, "its listings have never named an article", "", history[0].day)


def _is_alive(one: ListingState, now: str) -> bool:
    return not one.errors and one.answered_at is not None and _since(one.answered_at, now) < ALIVE


def _has_lasted(failing: Sequence[ListingState], now: str) -> bool:
    errors = min(one.errors for one in failing)
    answered = max((one.answered_at for one in failing if one.answered_at), default=None)
    return errors >= LASTING_ERRORS and (answered is None or _since(answered, now) >= LASTING)


def _since(moment: str | None, now: str) -> timedelta:
    return datetime.fromisoformat(now) - datetime.fromisoformat(moment) if moment else timedelta(0)


def _moment(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None
