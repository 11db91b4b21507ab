"""The lives of runs, and the sources that they hold: who is at work, who has died, and who may finish a dead run.

A run lives as long as its mark is held. A mark is a lock that ends with its holder, however that dies: an advisory lock
of a PostgreSQL session that does nothing else, or a locked file beside a SQLite database. A file can be deleted while
its holder lives, so a run of which there is none lives as long as its last beat is fresh (``runs.alive_at``), and makes
its file again at the next. Nothing else is asked: no name of a machine, no path, no process number.

Which run holds a source stands in the table ``leases``. A row is worth as much as its holder's life, so there is
nothing to clean up: whoever takes a source replaces the row of a dead run.

A run that is taken for dead while it lives (its machine slept, its session was cut) is ended in the database before
anything of it is finished; it can store nothing after that (``runs.enter``), and its next beat tells it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from filelock import lock_descriptor
from sqlalchemy import Connection, Engine, delete, func, select, text

from newsbot.process import utc_now
from newsbot.store import StoreError, runs, schema
from newsbot.store.database import chunks, reading, upsert

PATIENCE = 2.0
"""Seconds to wait for the lease of a crawl that may have just died: a server learns it a moment later."""
BEAT = 5.0
"""Seconds between two beats of a living run; each is one small write, a millisecond."""
STALE = 60.0
"""Seconds without a beat after which a run is dead of which there is no file: twelve beats, or two writers waiting."""
KEEPALIVE = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""Of a machine that fell off the network, a PostgreSQL server would keep the locks for hours; so it is a minute."""
_KEY = "hashtextextended(current_schema() || ' newsbot ' || cast(:of as text), 0)"
"""Of a PostgreSQL advisory lock: of a run's life by its id, and of the changing of lives."""

_RUNS, _LEASES = schema.runs, schema.leases


class Mark(Enum):
    """What the mark of a run says of it."""

    HELD = "some process holds it"
    FREE = "its holder has died"
    MISSING = "somebody took it away, or it cannot be looked at"


class Marks(Protocol):
    """The marks that one process holds, and what it can learn of those of others. Calls are made in ``_guarded``."""

    lag: float
    """Seconds that the death of a holder may take to show, on a machine that is not overloaded."""

    def prepare(self) -> None:
        """Have at hand what the others need, before anybody waits for them. Raises StoreError."""

    def hold(self, run_id: str) -> bool:
        """Hold the mark of a run from now on; False if another process does."""

    def holds(self, run_id: str) -> bool:
        """Whether the mark of a run is held here still."""

    def look(self, run_id: str) -> Mark:
        """Return what the mark of a run that is not held here says."""

    def release(self, run_id: str) -> None:
        """Take the mark of a run away, which has no more use."""

    def let_go(self) -> None:
        """Let go of all marks, as the system does when a process dies."""

    def sweep(self, wanted: Collection[str]) -> None:
        """Take away the marks of the dead, but for those of some runs."""


def marks_of(engine: Engine) -> Marks:
    """Return the marks of a store, none of them held. Raises StoreError."""
    if engine.dialect.name == "sqlite":
        return FileMarks(_folder_of(Path(str(engine.url.database))))
    return SessionMarks(engine)


class Life:
    """The life of one run, from the row that says that it has begun; and the sources that it holds."""

    def __init__(
        self, engine: Engine, run_id: str, *, place: str, spider: str, now: Callable[[], str] = utc_now
    ) -> None:
        """Begin it. Raises StoreError or OSError."""
        self.run_id = run_id
        self.place = place
        self._engine = engine
        self._now = now
        self._held: set[str] = set()
        self._marks = marks_of(engine)
        try:
            with _guarded(engine, self._marks) as connection:
                self._marks.hold(run_id)
                runs.begin_run(connection, run_id, place=place, spider=spider, now=now())
        except BaseException:
            self._marks.let_go()
            raise

    def take(self, sources: Collection[str]) -> set[str]:
        """Take some sources, and return those that other living runs keep."""
        with _guarded(self._engine, self._marks) as connection:
            holders = _holders(connection, sources)
            others = set(holders.values()) - {self.run_id}
            living = {run_id for run_id in others if _lives(connection, self._marks, run_id, self._now())}
            kept = {source for source, run_id in holders.items() if run_id in living}
            rows = [{"source": source, "run_id": self.run_id} for source in sorted(set(sources) - kept)]
            if rows:
                upsert(connection, _LEASES, rows, replacing=["run_id"])
        self._held |= set(sources) - kept
        return kept

    def beat(self) -> None:
        """Say that the run lives, and mend its mark. Raises RunEnded if another crawl took it for dead."""
        with _guarded(self._engine, self._marks) as connection:
            alive = self._marks.holds(self.run_id) or self._mend(connection)
            if not (alive and runs.beat(connection, self.run_id, now=self._now())):
                raise runs.RunEnded(self.run_id)

    def _mend(self, connection: Connection) -> bool:
        """Hold the mark again, if nobody has acted on its loss."""
        mine = select(func.count()).select_from(_LEASES).where(_LEASES.c.run_id == self.run_id)
        if connection.execute(mine).scalar_one() < len(self._held):
            return False
        try:
            return self._marks.hold(self.run_id)
        except OSError:  # no room for a file, say; by its beats alone the run lives too
            return True

    def withdraw(self) -> None:
        """End a life in which nothing was done, as if it had never begun."""
        with self._engine.begin() as connection:
            runs.forget_run(connection, self.run_id)
        self.close()

    def close(self) -> None:
        """End it, after the run's row says that the run has ended. Once is enough."""
        self._marks.release(self.run_id)
        self._marks.let_go()

    def abandon(self) -> None:
        """End it as a death does: the next run finds this one dead and finishes it."""
        self._marks.let_go()


def all_kept(engine: Engine, sources: Collection[str], *, now: str) -> bool:
    """Whether other living runs keep every one of some sources; nothing is taken."""
    marks = marks_of(engine)
    end = time.monotonic() + marks.lag
    try:
        while True:
            with _guarded(engine, marks) as connection:
                holders = _holders(connection, sources)
                if not sources or set(sources) - holders.keys():
                    return False
                if not all(_lives(connection, marks, run_id, now) for run_id in set(holders.values())):
                    return False
            if time.monotonic() >= end:
                return True
            time.sleep(marks.lag / 5)
    finally:
        marks.let_go()


def take_all(life: Life, sources: Iterable[str], *, patience: float = PATIENCE) -> frozenset[str]:
    """Take some sources, and return those that other living runs keep for so many seconds."""
    wanted = set(sources)
    end = time.monotonic() + patience
    while wanted := life.take(wanted):
        if time.monotonic() > end:
            break
        time.sleep(patience / 10)
    return frozenset(wanted)


@contextmanager
def claimed(engine: Engine, marks: Marks, run_id: str, *, now: str) -> Iterator[bool]:
    """Keep a run that has died to oneself, for as long as it takes to finish it; False if it lives, or another has it.

    Its mark is taken away then; not if that fails, and the run is found dead again.
    """
    with _guarded(engine, marks) as connection:
        dead = not _lives(connection, marks, run_id, now) and marks.hold(run_id)
        if dead:  # its mark says that it lives, as long as it is finished: nobody is to wait for its sources
            connection.execute(delete(_LEASES).where(_LEASES.c.run_id == run_id))
    if not dead:
        yield False
        return
    yield True
    marks.release(run_id)


def living(engine: Engine, *, now: str) -> list[str]:
    """Return the runs that are at work."""
    marks = marks_of(engine)
    try:
        with _guarded(engine, marks) as connection:
            return [run_id for run_id in runs.undelivered(engine) if _lives(connection, marks, run_id, now)]
    finally:
        marks.let_go()


def held(engine: Engine, *, now: str) -> dict[str, str]:
    """Return the run that is at each source, of those that are at work."""
    found: dict[str, str] = {}
    with reading(engine) as connection:
        for some in chunks(living(engine, now=now)):
            query = select(_LEASES.c.source, _LEASES.c.run_id).where(_LEASES.c.run_id.in_(some))
            found |= {row.source: row.run_id for row in connection.execute(query)}
    return found


def at_work_on(store: Path) -> list[str]:
    """Return the runs that are at work on a SQLite store, by their marks alone: it may be damaged."""
    folder = _folder_of(store)
    marks = FileMarks(folder)
    return sorted(path.name for path in folder.glob("*") if marks.look(path.name) is Mark.HELD)


def _folder_of(store: Path) -> Path:
    return Path(f"{store.resolve()}-crawls")


def sweep(engine: Engine, marks: Marks) -> None:
    """Take away the marks of dead runs of which nothing is left to do."""
    with _guarded(engine, marks):
        marks.sweep(runs.undelivered(engine))


@contextmanager
def _guarded(engine: Engine, marks: Marks) -> Iterator[Connection]:
    """Open a transaction in which nobody else changes marks and leases. SQLite's BEGIN IMMEDIATE is all of that."""
    marks.prepare()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"select pg_advisory_xact_lock({_KEY})"), {"of": "lives"})
        yield connection


def _holders(connection: Connection, sources: Collection[str]) -> dict[str, str]:
    """Return which run held each source last."""
    found: dict[str, str] = {}
    for some in chunks(sorted(sources)):
        query = select(_LEASES.c.source, _LEASES.c.run_id).where(_LEASES.c.source.in_(some))
        found |= {row.source: row.run_id for row in connection.execute(query)}
    return found


def _lives(connection: Connection, marks: Marks, run_id: str, now: str) -> bool:
    mark = marks.look(run_id)
    if mark is not Mark.MISSING:
        return mark is Mark.HELD
    beat = runs.last_beat(connection, run_id)
    return beat is not None and seconds_between(beat, now) < STALE


def seconds_between(one: str, other: str) -> float:
    """Return how far apart two moments are, whichever comes first: clocks are set back, too."""
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())


class FileMarks:
    """Marks of the processes of one machine: locked files in a folder, one a run."""

    lag = 0.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, int] = {}
        """Descriptors of the locked files, by run."""
        self._former: list[int] = []
        """Of those that are where they were no more; kept, as the whole folder may have gone elsewhere with them."""

    def prepare(self) -> None:
        """Do nothing: files are at hand."""

    def hold(self, run_id: str) -> bool:
        if self._folder.parent.exists():  # it was renamed otherwise, and the database and the mark with it
            self._folder.mkdir(exist_ok=True)
        elif run_id in self._files:
            return True
        descriptor = os.open(self._folder / run_id, os.O_RDWR | os.O_CREAT, 0o666)
        if not _locked(descriptor):
            os.close(descriptor)
            return False
        if run_id in self._files:
            self._former.append(self._files[run_id])
        self._files[run_id] = descriptor
        return True

    def holds(self, run_id: str) -> bool:
        try:
            return os.path.samestat(os.fstat(self._files[run_id]), (self._folder / run_id).stat())
        except OSError:
            return False

    def look(self, run_id: str) -> Mark:
        try:
            descriptor = os.open(self._folder / run_id, os.O_RDWR)
        except OSError:
            return Mark.MISSING
        try:
            return Mark.FREE if _locked(descriptor) else Mark.HELD
        finally:
            os.close(descriptor)

    def release(self, run_id: str) -> None:
        if run_id in self._files:
            if self.holds(run_id):
                (self._folder / run_id).unlink()
            os.close(self._files.pop(run_id))

    def let_go(self) -> None:
        for descriptor in (*self._files.values(), *self._former):
            os.close(descriptor)
        self._files.clear()
        self._former.clear()

    def sweep(self, wanted: Collection[str]) -> None:
        for path in self._folder.glob("*"):
            if path.name not in wanted and self.look(path.name) is Mark.FREE:
                path.unlink()


def _locked(descriptor: int) -> bool:
    return lock_descriptor(descriptor, blocking=False)


class SessionMarks:
    """Marks of everyone at a PostgreSQL server, by schema: advisory locks of one session."""

    lag = 0.1

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None
        self._mine: set[str] = set()

    def hold(self, run_id: str) -> bool:
        if self._ask(f"select pg_try_advisory_lock({_KEY})", run_id):
            self._mine.add(run_id)
        return run_id in self._mine

    def holds(self, run_id: str) -> bool:
        try:
            return run_id in self._mine and bool(self._ask("select cast(:of as text)", run_id))
        except StoreError:
            return False  # the session is lost, and its locks with it

    def look(self, run_id: str) -> Mark:
        if not self._ask(f"select pg_try_advisory_lock({_KEY})", run_id):
            return Mark.HELD
        self._ask(f"select pg_advisory_unlock({_KEY})", run_id)
        return Mark.FREE

    def release(self, run_id: str) -> None:
        self._mine.discard(run_id)
        if not self._mine:
            self.let_go()

    def let_go(self) -> None:
        self._mine.clear()
        if self._session is not None:
            self._session.invalidate()  # so that the pool does not keep the session, and with it the locks
            self._session.close()
            self._session = None

    def sweep(self, wanted: Collection[str]) -> None:
        """Do nothing: the marks of the dead are gone."""

    def prepare(self) -> None:
        try:
            if self._session is None:
                session = self._engine.connect()
                self._session = session.execution_options(isolation_level="AUTOCOMMIT", newsbot_mends=True)
                for setting, value in KEEPALIVE.items():
                    self._session.execute(text(f"set {setting} = {value}"))
        except StoreError:
            self.let_go()
            raise

    def _ask(self, query: str, of: str) -> object:
        self.prepare()
        assert self._session is not None
        try:
            return self._session.execute(text(query), {"of": of}).scalar()
        except StoreError:
            self.let_go()
            raise
