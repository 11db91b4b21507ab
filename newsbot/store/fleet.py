"""The workers of many machines, and the sources whose crawls do not come to their end: tried again, then set aside.

A try is written down before it begins, so that one that takes its worker with it counts too; a crawl that comes to its
end takes the row away. Moments are RFC 3339, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, delete, func, select, text

from newsbot.store import schema
from newsbot.store.database import as_json, chunks, reading, upsert
from newsbot.store.leases import seconds_between

TRIES = 5
"""Crawls of a source in a row that do not come to their end after which it is set aside. Each counts that was not ended
by a fault of its worker; of 20 killed workers in an hour, one of 200 sources meets two."""
ASIDE = timedelta(hours=1)
"""For which a source is set aside first; one more try then, and twice as long if that fails too."""
LONGEST_ASIDE = timedelta(hours=24)
BEAT = 5.0
"""Seconds between two beats of a worker."""
SILENT = 30.0
"""Seconds without a beat after which a worker is dead, stopped, or cut off."""
FORGOTTEN = timedelta(hours=24)
"""After which a worker that beats no more is no longer shown."""
LOST = -1
"""The status of a try of which nobody has said how it ended: its worker was killed, stopped or cut off."""
_LOST = "its worker was lost with it"

_WORKERS, _POISON = schema.workers, schema.poison


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker, as it said itself at its last beat."""

    name: str
    machine: str
    version: str
    started_at: str
    beat_at: str
    at_work: Sequence[Mapping[str, Any]] = ()
    """What it is at: ``source``, ``sites``, ``since``."""
    resting: str = ""
    """Why it takes nothing from the queue now; empty if it does."""

    def is_silent(self, now: str) -> bool:
        """Whether it has not been heard of for longer than a living one takes."""
        return seconds_between(self.beat_at, now) >= SILENT


@dataclass(frozen=True, slots=True)
class Poison:
    """A source whose last crawls did not come to their end."""

    source: str
    block: str
    """Digest of its block in the sources file; with another one it is tried at once."""
    tries: int
    """Crawls in a row that did not, the one that is at it included."""
    status: int
    """Exit status of the last; negative: a signal's, or LOST."""
    why: str
    tried_at: str
    until: str | None = None
    """Until when it is set aside; None: not yet."""

    def is_aside(self, block: str, now: str) -> bool:
        """Whether it is left out now, as long as its block stays as it is."""
        return self.until is not None and self.until > now and self.block == block


def beat(engine: Engine, worker: Worker) -> None:
    """Say that a worker lives, and what it is at."""
    state = as_json({"at_work": list(worker.at_work), "resting": worker.resting})
    row = {name: getattr(worker, name) for name in ("name", "machine", "version", "started_at", "beat_at")}
    with engine.begin() as connection:
        upsert(connection, _WORKERS, {**row, "at_work": state}, replacing=["beat_at", "at_work"])


def leave(engine: Engine, name: str, *, now: str) -> None:
    """Say that a worker has ended; with it go those that have not been heard of for long."""
    oldest = _shifted(now, -FORGOTTEN)
    with engine.begin() as connection:
        connection.execute(delete(_WORKERS).where((_WORKERS.c.name == name) | (_WORKERS.c.beat_at < oldest)))


def workers(engine: Engine, *, now: str) -> list[Worker]:
    """Return the workers that were heard of lately, by machine and name."""
    query = select(_WORKERS).where(_WORKERS.c.beat_at >= _shifted(now, -FORGOTTEN))
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(_WORKERS.c.machine, _WORKERS.c.name)).mappings().all()
    return [Worker(**{**row, **orjson.loads(row["at_work"])}) for row in rows]


def begin_try(engine: Engine, source: str, block: str, *, now: str) -> Poison | None:
    """Write down that a crawl of a source begins; return how its tries stood before, None if there were none.

    A source that is set aside stays as it is (``is_aside`` of what is returned); one with another block begins anew.
    """
    with engine.begin() as connection:
        row = connection.execute(select(_POISON).where(_POISON.c.source == source)).mappings().one_or_none()
        before = Poison(**row) if row else None
        if before is None or not before.is_aside(block, now):
            tries = before.tries + 1 if before and before.block == block else 1
            until = before.until if before and before.block == block else None
            _put(connection, Poison(source, block, tries, LOST, _LOST, now, until))
    return before if before is None or before.block == block else None


def end_try(engine: Engine, source: str) -> None:
    """Write down that a crawl came to its end: nothing is held against the source."""
    with engine.begin() as connection:
        connection.execute(delete(_POISON).where(_POISON.c.source == source))


def withdraw_try(engine: Engine, source: str, before: Poison | None, *, began: str) -> None:
    """Take a try back that said nothing of the source, unless another worker has begun one since."""
    with engine.begin() as connection:
        mine = (_POISON.c.source == source) & (_POISON.c.tried_at == began) & (_POISON.c.status == LOST)
        if connection.execute(delete(_POISON).where(mine)).rowcount and before:
            _put(connection, before)


def fail_try(engine: Engine, source: str, *, status: int, why: str, now: str) -> Poison | None:
    """Write down that a crawl did not come to its end, and return how its tries stand; None if they are withdrawn.

    From TRIES on the source is set aside, for twice as long with every further try.
    """
    with engine.begin() as connection:
        query = select(_POISON).where(_POISON.c.source == source)
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        after = Poison(**{**row, "status": status, "why": why, "until": aside_until(row["tries"], now)})
        _put(connection, after)
    return after


def aside_until(tries: int, now: str) -> str | None:
    """Return until when a source is set aside after so many tries in a row; None if it is not.

    >>> [aside_until(tries, "2026-11-20T08:00:00Z") for tries in (4, 5, 6, 99)]
    [None, '2026-11-20T09:00:00Z', '2026-11-20T10:00:00Z', '2026-11-21T08:00:00Z']
    """
    if tries < TRIES:
        return None
    return _shifted(now, min(ASIDE * 2 ** min(tries - TRIES, 16), LONGEST_ASIDE))


def poison(engine: Engine, sources: Iterable[str] | None = None) -> dict[str, Poison]:
    """Return what is held against sources, of those named or of all; crawls that are at work are in it."""
    found: dict[str, Poison] = {}
    with reading(engine) as connection:
        for some in [None] if sources is None else chunks(sorted(sources)):
            query = select(_POISON) if some is None else select(_POISON).where(_POISON.c.source.in_(some))
            found |= {row["source"]: Poison(**row) for row in connection.execute(query).mappings()}
    return found


def crawled_at(engine: Engine, sources: Iterable[str]) -> dict[str, str]:
    """Return when the last run that asked something of each source began, as the beginning of its id says."""
    coverage = schema.coverage
    found: dict[str, str] = {}
    with reading(engine) as connection:
        for some in chunks(sorted(sources)):
            query = select(coverage.c.source, func.max(coverage.c.run_id)).where(coverage.c.source.in_(some))
            found.update((row[0], row[1]) for row in connection.execute(query.group_by(coverage.c.source)))
    return found


def end_sessions(engine: Engine, application: str) -> int:
    """End the sessions that an application of this name has at a PostgreSQL server, and return how many there were.

    What a process holds there that was stopped, or that the network has cut off, is free then, and it can store nothing
    more. On SQLite there are none.
    """
    if engine.dialect.name != "postgresql":
        return 0
    query = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity "
        "where application_name = :name and datname = current_database() and pid <> pg_backend_pid()"
    )
    with reading(engine) as connection:
        return int(connection.execute(text(query), {"name": application}).scalar_one())


def is_there(engine: Engine) -> bool:
    """Whether the database answers. Raises StoreError where it does not."""
    with reading(engine) as connection:
        return bool(connection.execute(select(1)).scalar_one())


def _put(connection: Connection, row: Poison) -> None:
    values = {name: getattr(row, name) for name in Poison.__slots__}
    upsert(connection, _POISON, values, replacing=[name for name in values if name != "source"])


def _shifted(moment: str, by: timedelta) -> str:
    return (datetime.fromisoformat(moment) + by).strftime("%Y-%m-%dT%H:%M:%SZ")
