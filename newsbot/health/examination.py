"""The examination of one source: all that is unlike its own normal, without what merely follows from something else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from newsbot.health import gaps, levels, listings, shares, silence
from newsbot.health.advice import advised
from newsbot.health.findings import CHANGED, FAILING, NEW, STATES, WELL, Finding
from newsbot.health.levels import Gauge
from newsbot.health.measures import Day, ListingState
from newsbot.health.shares import FIELD_WATCHES, Shift, Watch

LASTING = timedelta(days=28)
"""Time after which a lasting change is the new normal, and its finding is over. What fails or is silent stays so."""
NEW_DAYS = 7
"""Days that have to be known of a source before it is well rather than new."""
NEVER_CAME = 3
"""Pages, all of which came to nothing, after which a source that has never brought anything fails."""
TOGETHER = timedelta(days=7)
"""Fields that go within so long of each other have gone for one reason."""
EXAMPLES = 3


def examine(
    source: str,
    history: Sequence[Day],
    listing_states: Sequence[ListingState],
    *,
    now: str,
    opened: Collection[Finding] = (),
) -> list[Finding]:
    """Return what is unlike a source's own normal; of what was ``opened`` before, what is not clearly over.

    ``history``: its days up to today, the first first, without those on which nothing was asked. ``now``: RFC 3339.
    What follows from another finding is left out: who cannot be reached brings nothing, and a page without text states
    no author. Fields that go together are one finding.
    """
    is_open = next((one for one in opened if (one.kind, one.subject) == ("unreachable", "")), None)
    if dead := listings.unreachable(source, history, listing_states, now=now, is_open=is_open is not None):
        dead = replace(dead, since=is_open.since) if is_open else dead
        return [advised(dead), *(one for one in opened if one.key != dead.key)]
    if not history:
        return []
    if nothing := listings.names_nothing(source, history):
        return [advised(nothing)]
    lasting = [one for one in opened if one.state == CHANGED and _has_lasted(one, now)]
    still = [one for one in opened if one not in lasting]
    found = [
        *_listings(source, history, listing_states, still, now=now),
        *_pages(source, history, still),
        *_volume(source, history, still, now=now),
    ]
    settled = {one.key for one in lasting}
    return [advised(one) for one in found if one.key not in settled]


def state_of(findings: Iterable[Finding], days: int) -> str:
    """Return the one of STATES that a source is in, of which so many days are known.

    >>> state_of([], 3), state_of([], 30)
    ('new', 'well')
    """
    return min((finding.state for finding in findings), key=STATES.index, default=WELL if days >= NEW_DAYS else NEW)


def _listings(
    source: str, history: Sequence[Day], states: Sequence[ListingState], opened: Sequence[Finding], *, now: str
) -> list[Finding]:
    if states:
        return listings.unread(source, states, now=now)
    found = _share(source, shares.LISTINGS, history, _open(opened, "unreachable"))
    return [found] if found else []


def _pages(source: str, history: Sequence[Day], opened: Sequence[Finding]) -> list[Finding]:
    """Return what is wrong with its pages, the cause without what follows from it."""
    found = []
    for watch in shares.WATCHES:
        before = next((one for one in opened if one.kind == watch.kind and watch.is_about(one.subject)), None)
        if one := _share(source, watch, history, before):
            found.append(one)
    if not found and (never := _never_came(source, history)):
        found.append(never)
    are_near_empty = any(one.kind == "near_empty" for one in found)
    gauged = [_level(source, gauge, history, _open(opened, gauge.kind)) for gauge in (levels.LENGTH, levels.DELAY)]
    found += [one for one in gauged if one]
    found += _fields(source, history, [one for one in opened if one.kind == "field"], may_open=not are_near_empty)
    if one := gaps.gap(source, history, opened=_open(opened, "gap")):
        found.append(one)
    return found


def _volume(source: str, history: Sequence[Day], opened: Sequence[Finding], *, now: str) -> list[Finding]:
    """Return that nothing comes any more, or else far less than usual."""
    before = _open(opened, "silent") or _open(opened, "names_nothing")
    quiet = silence.silent(source, history, now=now, opened=before)
    was_fewer = _open(opened, "fewer")
    fewer = None if quiet and not was_fewer else silence.fewer(source, history, today=now[:10], opened=was_fewer)
    return [one for one in (quiet, fewer) if one]


def _share(source: str, watch: Watch, history: Sequence[Day], before: Finding | None) -> Finding | None:
    if before:
        shift = shares.still_shifted(watch, history, _index_of(history, before.since))
    else:
        shift = shares.shifted(watch, history)
    if shift is None:
        return None
    if before and not shift.of:
        return before
    days = history[shift.first :]
    subject = before.subject if before else watch.subject_of(days)
    told = f"{watch.figure(shift.bad / shift.of)} of {shift.of} {watch.noun}"
    usual = before.before if before else watch.figure(shift.usual)
    since = before.since if before else days[0].day
    found = examples(days, watch.example_keys(days)) or (before.examples if before else ())
    return Finding(source, watch.kind, subject, watch.state(shift.bad / shift.of), told, usual, since, found)


def _level(source: str, gauge: Gauge, history: Sequence[Day], before: Finding | None) -> Finding | None:
    if before:
        change = levels.still_changed(gauge, history, _index_of(history, before.since))
    else:
        change = levels.changed(gauge, history)
    if change is None:
        return None
    days = history[change.first :]
    told = f"{change.now:.0f} {gauge.unit} in the middle of {change.of} articles"
    usual = before.before if before else f"{change.usual:.0f} {gauge.unit}"
    since = before.since if before else days[0].day
    return Finding(source, gauge.kind, "", CHANGED, told, usual, since, examples(days, ["article"]))


def _fields(source: str, history: Sequence[Day], opened: Sequence[Finding], *, may_open: bool) -> list[Finding]:
    """Return the fields that are gone, those that went together as one finding."""
    found = []
    shifts: dict[str, Shift] = {}
    of_open = {name for one in opened for name in one.subject.split(", ")}
    for name, watch in FIELD_WATCHES.items():
        if name not in of_open and may_open and (shift := shares.shifted(watch, history)):
            shifts[name] = shift
    for before in opened:
        named = before.subject.split(", ")
        first = _index_of(history, before.since)
        still = {name: shares.still_shifted(FIELD_WATCHES[name], history, first) for name in named}
        gone = {name: shift for name, shift in still.items() if shift}
        if not gone:
            continue
        along = [name for name, shift in shifts.items() if _are_near(history[shift.first].day, before.since)]
        shifts = {name: shift for name, shift in shifts.items() if name not in along}
        if all(shift.of for shift in gone.values()):
            also = f"; {', '.join(along)} too" if along else ""
            told = _field_figures(gone, alone=len(named) == 1) + also
            days = history[first:]
            before = replace(before, now=told, examples=examples(days, [f"missing:{name}" for name in named]))
        found.append(before)
    if shifts:
        first = min(shift.first for shift in shifts.values())
        days, alone = history[first:], len(shifts) == 1
        usual = ", ".join(
            f"{'' if alone else f'{name} '}{FIELD_WATCHES[name].figure(shift.usual)}" for name, shift in shifts.items()
        )
        shown = examples(days, [f"missing:{name}" for name in shifts])
        told = _field_figures(shifts, alone=alone)
        found.append(Finding(source, "field", ", ".join(shifts), CHANGED, told, usual, days[0].day, shown))
    return found


def _field_figures(shifts: dict[str, Shift], *, alone: bool) -> str:
    figures = ", ".join(
        f"{'' if alone else f'{name} '}{FIELD_WATCHES[name].figure(shift.bad / shift.of)}"
        for name, shift in shifts.items()
    )
    return f"{figures} of {max(shift.of for shift in shifts.values())} articles"


def _never_came(source: str, history: Sequence[Day]) -> Finding | None:
    """Return the finding that a source has never brought anything, though its listings name pages."""
    if any(day.measures.articles or day.measures.counts["new"] or day.measures.counts["duplicate"] for day in history):
        return None
    tried = sum(shares.tried(day.measures) for day in history)
    of_servers = (False, True) if len(history) > 1 else (False,)  # that are down for a while, at worst
    reasons = {
        outcome: [
            reason for transient in of_servers for reason in shares.reasons_of(history, outcome, transient=transient)
        ]
        for outcome in ("rejected", "failed")
    }
    kind = next((outcome for outcome, some in reasons.items() if some), None)
    if tried < NEVER_CAME or kind is None:
        return None
    subject = reasons[kind][0]
    told = f"none of {tried} new pages was an article"
    return Finding(source, kind, subject, FAILING, told, "", history[0].day, examples(history, [f"{kind}:{subject}"]))


def examples(days: Sequence[Day], keys: Iterable[str]) -> tuple[str, ...]:
    """Return the latest addresses that days have kept of some kinds, three at most."""
    found: list[str] = []
    wanted = list(keys)
    for day in reversed(days):
        for key in wanted:
            found += [url for url in reversed(day.measures.examples.get(key, ())) if url not in found]
        if len(found) >= EXAMPLES:
            break
    return tuple(found[:EXAMPLES])


def _open(opened: Sequence[Finding], kind: str) -> Finding | None:
    return next((one for one in opened if one.kind == kind), None)


def _index_of(history: Sequence[Day], since: str) -> int:
    """Return the index of the first day of a finding."""
    return next((index for index, day in enumerate(history) if day.day >= since[:10]), len(history) - 1)


def _has_lasted(finding: Finding, now: str) -> bool:
    return date.fromisoformat(now[:10]) - date.fromisoformat(finding.since[:10]) >= LASTING


def _are_near(day: str, other: str) -> bool:
    return abs(date.fromisoformat(day[:10]) - date.fromisoformat(other[:10])) <= TOGETHER
