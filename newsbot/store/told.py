"""Who was told of which finding: each channel once that it opened and once that it was cleared.

What a channel is owed is claimed before it is sent, so that of two runs at once one sends it, and confirmed when it is
delivered. A claim is a lease: of a run that died while it sent, the next run takes it over. So a channel misses
nothing, and is told twice only where a run dies in the instant between a delivery and its confirmation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, select, text, update

from newsbot.store import schema
from newsbot.store.database import chunks, reading, upsert
from newsbot.store.health import Opened, opened_of

OPENED, CLEARED = "opened", "cleared"
CHANNEL = "channel"
"""The kind of the finding that a channel fails; its subject is the channel's name."""
PAUSE = timedelta(hours=1)
"""Between two digests of a channel."""
LEASE = timedelta(minutes=2)
"""For which a claim holds: three times what a run takes at most to send its digests."""
_CLAIMED = "claimed "
"""Stands before the moment of a claim, in the place of the moment of telling."""
_TELLING = 2_046_211_873
"""PostgreSQL's advisory lock on claims; any number does that nobody else uses."""

_TOLD, _FINDINGS = schema.told, schema.findings


@dataclass(frozen=True, slots=True)
class Owed:
    """What a channel is to be told of a finding: that it opened, that it was cleared, or both in one."""

    opened: Opened
    events: tuple[str, ...]


def claim(engine: Engine, channel: str, *, now: str) -> list[Owed]:
    """Claim what a channel is owed, in the order of opening; nothing within PAUSE of its last digest.

    A channel is owed nothing about itself, and of what it does not know nothing that was over before its last digest;
    of what came and went since, both in one.
    """
    with _alone(engine) as connection:
        last, claimed = _standing(connection, channel)
        if _is_within(now, last, PAUSE) or _is_within(now, claimed, LEASE):
            return []
        owed = _owed(connection, channel, last)
        rows = [
            {"channel": channel, "finding_id": one.opened.id, "event": event, "at": _CLAIMED + now}
            for one in owed
            for event in one.events
        ]
        for some in chunks(rows):
            upsert(connection, _TOLD, some, replacing=["at"])
    return owed


def confirm(engine: Engine, channel: str, owed: Sequence[Owed], *, now: str) -> None:
    """Write down that a channel was told what was claimed for it at this moment."""
    with engine.begin() as connection:
        for mine in _claimed(channel, owed, now):
            connection.execute(update(_TOLD).where(mine).values(at=now))


def release(engine: Engine, channel: str, owed: Sequence[Owed], *, now: str) -> None:
    """Give back what was claimed for a channel at this moment and could not be told."""
    with engine.begin() as connection:
        for mine in _claimed(channel, owed, now):
            connection.execute(delete(_TOLD).where(mine))


def last_told(engine: Engine) -> dict[str, str]:
    """Return when each channel was told something last."""
    is_told = _TOLD.c.at.not_like(f"{_CLAIMED}%")
    query = select(_TOLD.c.channel, func.max(_TOLD.c.at)).where(is_told).group_by(_TOLD.c.channel)
    with reading(engine) as connection:
        return {row.channel: row[1] for row in connection.execute(query)}


def _standing(connection: Connection, channel: str) -> tuple[str | None, str | None]:
    """Return when a channel was told something last, and when something was claimed that was not told."""
    is_claim = _TOLD.c.at.like(f"{_CLAIMED}%")
    of_channel = select(func.max(_TOLD.c.at)).where(_TOLD.c.channel == channel)
    last = connection.execute(of_channel.where(~is_claim)).scalar()
    claimed = connection.execute(of_channel.where(is_claim)).scalar()
    return last, claimed and claimed.removeprefix(_CLAIMED)


def _owed(connection: Connection, channel: str, last: str | None) -> list[Owed]:
    opening, clearing = _TOLD.alias(), _TOLD.alias()
    query = select(_FINDINGS, opening.c.at.label("opening"), clearing.c.at.label("clearing"))
    for told, event in ((opening, OPENED), (clearing, CLEARED)):
        is_its = and_(told.c.channel == channel, told.c.finding_id == _FINDINGS.c.id, told.c.event == event)
        query = query.outerjoin(told, is_its & told.c.at.not_like(f"{_CLAIMED}%"))
    is_over = _FINDINGS.c.cleared_at.is_not(None)
    is_new = opening.c.at.is_(None) & (~is_over if last is None else ~is_over | (_FINDINGS.c.cleared_at > last))
    is_ended = opening.c.at.is_not(None) & is_over & clearing.c.at.is_(None)
    is_itself = (_FINDINGS.c.kind == CHANNEL) & (_FINDINGS.c.subject == channel)
    query = query.where(is_new | is_ended, ~is_itself)
    found = []
    for row in connection.execute(query.order_by(_FINDINGS.c.id)):
        events = [OPENED] if row.opening is None else []
        events += [CLEARED] if row.cleared_at is not None and row.clearing is None else []
        found.append(Owed(opened_of(row), tuple(events)))
    return found


def _claimed(channel: str, owed: Sequence[Owed], now: str) -> Iterator[ColumnElement[bool]]:
    for some in chunks([one.opened.id for one in owed]):
        yield (_TOLD.c.channel == channel) & _TOLD.c.finding_id.in_(some) & (_TOLD.c.at == _CLAIMED + now)


def _is_within(now: str, moment: str | None, span: timedelta) -> bool:
    """Whether a moment lies so far back at most; one that is still to come does not: the clock was set back."""
    if moment is None:
        return False
    return timedelta() <= datetime.fromisoformat(now) - datetime.fromisoformat(moment) < span


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which nobody else claims. SQLite's BEGIN IMMEDIATE is all of that."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:of)"), {"of": _TELLING})
        yield connection
