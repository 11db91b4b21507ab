"""The schedule: a scheduler of Celery's beat that asks the store which sources are due, and enqueues them.

Several may run; one works, and the others wait for its lease, which ends with it. What it enqueues goes out on the
connection that holds the lease, so that one that was stopped and has lost it enqueues nothing more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from sqlalchemy import Engine

from newsbot.crawl.polling.due import due_now
from newsbot.crawl.polling.publishing import Bounds
from newsbot.process import NewsbotError, utc_now
from newsbot.scale.broker import BROKER_ERRORS, connected, connection_of, declare, publish_roster, put, queue_of, queued
from newsbot.scale.job import Job, digest_of
from newsbot.scale.lease import Lease, LeaseLost
from newsbot.scale.roster import Roster
from newsbot.sources import Source
from newsbot.store import fleet

TICK = 5.0
"""Seconds between two looks at the store; a listing is asked at most every five minutes (NEWSBOT_POLL_MIN)."""
_BARE = {ord(mark): None for mark in "-:"}
"""Takes out of a moment what the id of a run, which begins with one, has not."""

logger = logging.getLogger("newsbot.scale")


class Rounds:
    """Which sources are to be enqueued next: those that are due and neither wait nor are at work, nor are set aside."""

    def __init__(self, engine: Engine, bounds: Bounds) -> None:
        self._engine, self._bounds = engine, bounds
        self._enqueued: dict[str, tuple[str, str]] = {}
        """Digest and moment of what was enqueued and has not been crawled since."""
        self._is_first = True

    def next(self, sources: Sequence[Source], blocks: dict[str, str], *, waiting: int) -> list[Source]:
        """Return them, those that have waited longest first; ``waiting`` jobs are in the queue. Raises StoreError.

        Once the queue is empty, nothing waits that was enqueued, whatever became of it. What waits in a queue that it
        has not filled itself it cannot know: it takes all that is due for that, until the queue is empty.
        """
        now = utc_now()
        due = due_now(self._engine, sources, self._bounds, utc_now)
        if not waiting:
            self._enqueued.clear()
        elif self._is_first:
            self._enqueued = {source.name: (blocks[source.name], now) for source in due}
        self._is_first = False
        crawled = fleet.crawled_at(self._engine, self._enqueued)
        are_due = {source.name for source in due}
        self._enqueued = {
            name: (block, at)
            for name, (block, at) in self._enqueued.items()
            if name in are_due and crawled.get(name, "") < at.translate(_BARE)
        }
        at_work = {
            one["source"]
            for worker in fleet.workers(self._engine, now=now)
            if not worker.is_silent(now)
            for one in worker.at_work
        }
        free = [source for source in due if source.name not in at_work]
        new = [source for source in free if self._enqueued.get(source.name, ("",))[0] != blocks[source.name]]
        return without_poison(self._engine, new, now=now)[0]

    def enqueued(self, sources: Iterable[Source], blocks: dict[str, str]) -> None:
        """Note that sources were enqueued."""
        now = utc_now()
        self._enqueued |= {source.name: (blocks[source.name], now) for source in sources}


class DueScheduler(Scheduler):  # type: ignore[misc]
    """Celery's beat, with the store's due table for a schedule."""

    def __init__(
        self,
        *args: Any,
        engine: Engine,
        bounds: Bounds,
        read: Callable[[], Sequence[Source]],
        file: Path,
        **kwargs: Any,
    ) -> None:
        """``read`` returns the sources of a sources file, which is read again whenever it has changed."""
        super().__init__(*args, **kwargs)
        self._engine, self._bounds, self._read, self._file = engine, bounds, read, file
        self._rounds = Rounds(engine, bounds)
        self._lease: Lease | None = None
        self._read_at: tuple[int, int] | None = (0, 0)
        self._roster = Roster([], at=0.0)
        self._is_published = False
        self._blocks: dict[str, str] = {}
        self._said = ""

    def setup_schedule(self) -> None:
        """Have no entries: the store has them."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Enqueue what is due, if the schedule is this one's, and return the seconds until the next look."""
        try:
            self._look_at_file()
            lease = self._lease or self._take()
            if lease is None:
                self._say("another beat is at work; this one waits for its end")
                return TICK
            lease.confirm()
            self._enqueue(lease.connection)
            self._say("")
        except LeaseLost as fault:
            self._drop(f"the broker was lost ({fault}); the schedule goes on when it is there again")
        except BROKER_ERRORS as fault:
            self._drop(f"the broker cannot be used ({fault}); the schedule goes on when it is there again")
        except NewsbotError as fault:
            self._say(str(fault))
        return TICK

    def close(self) -> None:
        """Give the lease back."""
        super().close()
        if self._lease is not None:
            self._lease.connection.release()
            self._lease = None

    def _enqueue(self, connection: Any) -> None:
        if not self._is_published:
            publish_roster(self.app, connection, self._roster)
            self._is_published = True
        state = queued(self.app, connection)
        sources = list(self._roster.sources.values())
        new = self._rounds.next(sources, self._blocks, waiting=state.waiting + state.later)
        put(self.app, connection, (Job(one, only_due=True, roster=self._roster.digest).as_message() for one in new))
        self._rounds.enqueued(new, self._blocks)
        if new:
            logger.info("%d sources are due: enqueued; %d waited", len(new), state.waiting)

    def _look_at_file(self) -> None:
        """Read the sources file if it has changed; where that cannot be, the outlets stay as they were."""
        try:
            found = self._file.stat()
            state = (found.st_mtime_ns, found.st_size)
        except OSError:
            state = None
        if state == self._read_at:
            return
        self._read_at = state
        try:
            sources = self._read()
        except NewsbotError as fault:
            logger.error("%s; the outlets stay as they were", fault)
            return
        self._roster, self._is_published = Roster(sources, at=time.time()), False
        self._blocks = {source.name: digest_of(source) for source in sources}

    def _take(self) -> Lease | None:
        connection = connection_of(self.app)
        lease = Lease(connection, [f"{queue_of(self.app)}.beat"])
        lease.connect()
        declare(self.app, connection)
        if not lease.take():
            connection.release()
            return None
        self._rounds, self._is_published = Rounds(self._engine, self._bounds), False
        self._lease = lease
        logger.info("the schedule is this one's now")
        return lease

    def _drop(self, why: str) -> None:
        if self._lease is not None:
            self._lease.connection.collect()
            self._lease = None
        self._say(why)

    def _say(self, what: str) -> None:
        """Say what keeps it from working, once."""
        if what and what != self._said:
            logger.warning("%s", what)
        self._said = what


def without_poison(engine: Engine, sources: Sequence[Source], *, now: str) -> tuple[list[Source], list[fleet.Poison]]:
    """Return the sources that may be crawled, and what is known of those that are set aside. Raises StoreError."""
    poison = fleet.poison(engine, [source.name for source in sources])
    aside = {
        source.name: poison[source.name]
        for source in sources
        if source.name in poison and poison[source.name].is_aside(digest_of(source), now)
    }
    return [source for source in sources if source.name not in aside], list(aside.values())


def enqueue(app: Celery, sources: Sequence[Source], outlets: Sequence[Source], *, only_due: bool) -> int:
    """Enqueue some of all outlets, unless an earlier round still waits; return how many wait of that.

    What waits is crawled as ``outlets`` have it from now on. Raises one of BROKER_ERRORS.
    """
    with connected(app) as connection:
        roster = Roster(outlets, at=time.time())
        publish_roster(app, connection, roster)
        if waiting := queued(app, connection).waiting:
            return waiting
        put(app, connection, (Job(one, only_due=only_due, roster=roster.digest).as_message() for one in sources))
    return 0
