"""The silence of a source: its listings can be read, and bring nothing, or far less than they used to."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from newsbot.health.findings import CHANGED, SILENT, Finding
from newsbot.health.measures import Day
from newsbot.health.pace import Pace, came_since, last_news, usual_days, usual_pace, volume, was_read, weekday

CHANCE = -3.0
"""Logarithm (base 10) of the chance below which a source that is well brings nothing for so long, in a lull even."""
LONGER = 1.5
"""How much longer a silence has to be than the longest before, in articles that were to be expected."""
GRACE = timedelta(hours=6)
"""The latest hours do not count: outlets move the times at which they publish."""
A_DAY, LEAN = timedelta(days=1), 0.5
"""Time that has to have brought less than such a share of the usual: they publish all at once, too."""
NAMED_NOTHING = 3.0
"""Articles that were to be expected after which listings that are empty for the first time are told of."""
LEAST_FULL = 7
"""Days on which listings were read and named something, always, before one that names nothing says anything."""
FEWER_DAYS = (6, 10, 14)
"""Whole days that are taken together to tell that a source brings far less: longer than holidays are."""
LEAST_BEFORE = 21
"""Days before them that tell what is usual."""
LATEST = 3
"""Days of them, the latest, that have to be as lean by themselves: a silence that is over is over."""
FEWER, FEWER_AGAIN = 0.3, 0.6
"""Share of the usual below which it is far less, and from which on it is itself again."""
LEAST_EXPECTED = 30.0
"""Articles that were to be expected for that."""


def silent(source: str, history: Sequence[Day], *, now: str, opened: Finding | None = None) -> Finding | None:
    """Return the finding that a source brings nothing any more, or None. An open one stays until something comes.

    Nothing comes of a listing that is not read, so days without a reading are no evidence.
    """
    moment = datetime.fromisoformat(now).astimezone(UTC)
    last = last_news(history, moment)
    if last is None or not was_read(history[-1].measures):
        return opened
    if opened is not None and last > datetime.fromisoformat(f"{opened.since[:10]}T23:59:59+00:00"):
        return None
    is_empty = _names_nothing(history)
    if opened is None and not is_empty and moment - last <= GRACE:
        return None
    pace = usual_pace([day for day in history if day.day <= str(last.date())])
    if pace is None:
        return opened
    kind = opened.kind if opened else "names_nothing" if is_empty else "silent"
    read = {day.day for day in history if was_read(day.measures)}
    expected = sum(pace.expected(last, moment, days=read))
    if opened is None:
        late = pace.expected(last, moment - GRACE, days=read)
        is_silent = pace.log_chance_of_none(late) < CHANCE and sum(late) > LONGER * pace.longest
        is_silent = is_silent and _is_lean(history, pace, moment, read)
        if not is_silent and not (is_empty and expected >= max(NAMED_NOTHING, LONGER * pace.longest)):
            return None
    what = "its listings name nothing" if kind == "names_nothing" else "nothing new"
    told = f"{what}, where {expected:.0f} articles were to be expected"
    since = opened.since if opened else f"{last:%Y-%m-%dT%H:%M:%SZ}"
    return Finding(source, kind, "", SILENT, told, _a_day(pace), since, _examples(history))


def fewer(source: str, history: Sequence[Day], *, today: str, opened: Finding | None = None) -> Finding | None:
    """Return the finding that a source brings far less than it used to, or None. An open one stays until it does again.

    Whole days are compared, with the same weekdays of the weeks before.
    """
    whole = [day for day in usual_days(history) if day.day < today]
    if opened is not None:
        before = [day for day in history if day.day < opened.since[:10]]
        pace = usual_pace(before)
        since = [day for day in whole if day.day >= opened.since[:10]][-FEWER_DAYS[1] :]
        if pace is None or not since:
            return opened
        came, expected = _came(since), _expected(since, pace)
        if expected and came / expected >= FEWER_AGAIN:
            return None
        return _fewer(source, since, pace, opened.since, opened.before)
    for number in FEWER_DAYS:
        late = whole[-number:]
        if len(late) < number:
            break
        if _came(late) / number > FEWER_AGAIN * _came(whole) / len(whole):
            continue
        before = [day for day in history if day.day < late[0].day]
        pace = usual_pace(before)
        if pace is None or len(before) < LEAST_BEFORE:
            break
        came, expected = _came(late), _expected(late, pace)
        latest = late[-LATEST:]
        is_lean = all(_came(days) <= FEWER * _expected(days, pace) for days in (late, latest))
        if expected < LEAST_EXPECTED or not is_lean:
            continue
        if _log_chance(came, expected * pace.lull, pace.scatter / number) < CHANCE and not _was_so_before(
            usual_days(before), pace, number, came / expected
        ):
            return _fewer(source, late, pace, late[0].day, _a_day(pace))
    return None


def _fewer(source: str, days: Sequence[Day], pace: Pace, since: str, before: str) -> Finding:
    came = _came(days) / len(days)
    return Finding(source, "fewer", "", CHANGED, _rate(came), before or _a_day(pace), since, _examples(days))


def _is_lean(history: Sequence[Day], pace: Pace, moment: datetime, read: Collection[str]) -> bool:
    """Whether the last 24 hours brought less than half of the usual: it may all have been published in the morning."""
    usual = sum(pace.expected(moment - A_DAY, moment, days=read))
    return came_since(history, moment - A_DAY) <= LEAN * usual


def _names_nothing(history: Sequence[Day]) -> bool:
    """Whether listings were read today and named nothing, as never before."""
    *before, today = history
    full = [day.measures.counts["discovered"] > 0 for day in before if day.measures.listings["read"]]
    read = today.measures.listings["read"]
    return read > 0 and not today.measures.counts["discovered"] and len(full) >= LEAST_FULL and all(full)


def _was_so_before(days: Sequence[Day], pace: Pace, number: int, share: float) -> bool:
    """Whether as many days in a row have been as lean before, or nearly."""
    for start in range(len(days) - number + 1):
        some = days[start : start + number]
        expected = _expected(some, pace)
        if expected and _came(some) / expected < max(1.3 * share, 0.1):
            return True
    return False


def _log_chance(came: int, expected: float, scatter: float) -> float:
    """Return the logarithm (base 10) of the chance that so few come, or fewer: a negative binomial distribution."""
    size = 1 / max(scatter, 1e-3)
    share = size / (size + expected)
    total = 0.0
    for n in range(came + 1):
        log = math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1)
        total += math.exp(log + size * math.log(share) + n * math.log(1 - share))
    return math.log10(max(total, 1e-300))


def _came(days: Sequence[Day]) -> int:
    return sum(volume(day.measures) for day in days)


def _expected(days: Sequence[Day], pace: Pace) -> float:
    return sum(pace.weekdays[weekday(day.day)] for day in days)


def _a_day(pace: Pace) -> str:
    return _rate(pace.a_day)


def _rate(a_day: float) -> str:
    """Say how many articles come in a day, or in a week where that is less than two a day.

    >>> _rate(24.3), _rate(0.3)
    ('24 articles a day', '2.1 a week')
    """
    return f"{a_day:.0f} articles a day" if a_day >= 2 else f"{7 * a_day:.1f} a week"


def _examples(history: Sequence[Day]) -> tuple[str, ...]:
    """Return the last articles that came."""
    for day in reversed(history):
        if found := day.measures.examples.get("article"):
            return tuple(found[-3:])
    return ()
