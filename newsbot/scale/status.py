"""How many machines stand: the queue, the workers and what they are at, the sources set aside, and how late each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from newsbot.scale.broker import Queued
from newsbot.sources import Source
from newsbot.store import fleet, listings
from newsbot.store.leases import held


@dataclass(frozen=True, slots=True)
class Lag:
    """How late a source is. Moments are RFC 3339, UTC."""

    source: str
    due_at: str | None
    """When the first of its listings that is to be asked is or was due; None: one was never asked."""
    minutes: float | None
    """Since when it has been due, 0 if it is not; None: one was never asked."""


@dataclass(frozen=True, slots=True)
class Status:
    """All of it at one moment."""

    now: str
    queue: Queued
    workers: Sequence[fleet.Worker]
    leases: dict[str, str]
    """Run that holds each source that is crawled now, be it by a worker or by hand."""
    poison: Sequence[fleet.Poison]
    """What is held against sources that no worker is at."""
    lags: Sequence[Lag]
    """Of every source, the latest first."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        workers = [{**asdict(one), "silent": one.is_silent(self.now)} for one in self.workers]
        return {**asdict(self), "workers": workers}


def status_of(engine: Engine, sources: Sequence[Source], queue: Queued, *, now: str) -> Status:
    """Return how all stands. Raises StoreError."""
    workers = fleet.workers(engine, now=now)
    at_work = {one["source"] for worker in workers if not worker.is_silent(now) for one in worker.at_work}
    poison = [one for one in fleet.poison(engine).values() if one.source not in at_work]
    known = listings.due_times(engine)
    lags = [lag_of(source, known.get(source.name, {}), now) for source in sources]
    lags.sort(key=lambda lag: (lag.minutes is not None, -(lag.minutes or 0), lag.source))
    return Status(now, queue, workers, held(engine, now=now), poison, lags)


def lag_of(source: Source, times: dict[str, str | None], now: str) -> Lag:
    """Return how late a source is, by when its listings are due.

    >>> bbc = Source(name="bbc", home="https://bbc.com/", feeds=["https://bbc.com/rss"])
    >>> lag_of(bbc, {"https://bbc.com/rss": "2026-11-20T07:30:00Z"}, "2026-11-20T08:00:00Z").minutes
    30.0
    """
    due = [times.get(url) for _, url in source.listings()]
    if None in due:
        return Lag(source.name, None, None)
    first = min(at for at in due if at)
    late = (datetime.fromisoformat(now) - datetime.fromisoformat(first)).total_seconds() / 60
    return Lag(source.name, first, round(max(late, 0.0), 1))
