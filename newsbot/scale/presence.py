"""How a worker stands: what it is at, whether its machine can work at all, and what it tells the store of both.

What keeps a machine from crawling, whatever the source, is a MachineFault: a broker or a store that cannot be used, an
output folder without room. A worker that meets one takes nothing from the queue until all of them are well, and so can
not take the job again and again that it has given back.
"""

from __future__ import annotations

import logging
import math
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from celery import Celery, bootsteps
from celery.worker import state
from sqlalchemy import Engine

from newsbot import __version__
from newsbot.process import utc_now
from newsbot.scale.broker import BROKER_ERRORS, connection_of, queue_of
from newsbot.scale.job import Job
from newsbot.store import StoreError, fleet

STORE_PATIENCE = 40.0
"""Seconds without an answer of the store after which a worker is cut off from it: writers wait for others for 30."""
STOP_SECONDS = 10.0
"""What crawls have to come to their end when their worker is to end. Celery sends no heartbeats then, and the broker
gives their jobs away after 20 seconds."""
PROBE = 1_000_000
"""Bytes that have to find room in the output folder: less, and no run can write its files."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

logger = logging.getLogger("newsbot.scale")


class MachineFault(Exception):
    """What keeps a worker from crawling, whatever the source."""


class Presence:
    """One worker, as it stands. Threads share it."""

    def __init__(self, app: Celery, engine: Engine, output: Path) -> None:
        self.name = f"newsbot-{os.getpid()}@{socket.gethostname()}"
        self.stop_at = math.inf
        """When its crawls are to be asked to end (time.monotonic)."""
        self._app, self._engine, self._output = app, engine, output
        self._queue = queue_of(app)
        self._started_at = utc_now()
        self._at_work: dict[str, dict[str, Any]] = {}
        self._fault = ""
        """Why it takes nothing now."""
        self._answered = time.monotonic()
        """When the store did last."""
        self._consumer: Any = None
        self._changed, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._live, name="beat", daemon=True)
        app.steps["consumer"].add(_step_of(self))

    def begin(self) -> None:
        """Say that it is there, now and every few seconds. Raises StoreError."""
        self._beat()
        self._thread.start()

    def end(self) -> None:
        """Say that it has ended."""
        self._ended.set()
        self._changed.set()
        self._thread.join(fleet.BEAT)

    @contextmanager
    def at_work(self, job: Job, *, since: str) -> Iterator[None]:
        """Say that it is at a source meanwhile."""
        name = job.source.name
        self._at_work[name] = {"source": name, "sites": sorted(job.source.sites()), "since": since}
        self._changed.set()
        try:
            yield
        finally:
            self._at_work.pop(name)
            self._changed.set()

    def ask(self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Ask the store; a StoreError is also that no answer comes, which no driver tells of a server that hangs."""
        answer: Future[_T] = Future()

        def ask() -> None:
            try:
                answer.set_result(call(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 (it is raised where the answer is awaited)
                answer.set_exception(error)

        threading.Thread(target=ask, name="store", daemon=True).start()
        try:
            return answer.result(STORE_PATIENCE)
        except TimeoutError:
            raise MachineFault(_no_answer()) from None

    def require(self) -> None:
        """Raise MachineFault if nothing can be crawled here, as far as is known."""
        if self._fault:
            raise MachineFault(self._fault)
        self.require_store()

    def is_heard(self) -> bool:
        """Whether the store has given an answer lately."""
        return time.monotonic() - self._answered <= STORE_PATIENCE

    def is_ending(self) -> bool:
        """Whether a signal has asked it to end."""
        return self.stop_at < math.inf

    def require_store(self) -> None:
        """Raise MachineFault if the store has given no answer for long."""
        if not self.is_heard():
            raise MachineFault(_no_answer())

    def rest(self, fault: str) -> None:
        """Take nothing from the queue until this machine is well again."""
        if not self._fault:
            logger.error("%s; this worker takes nothing until that is over", fault)
        self._fault = fault
        self._tell_consumer()

    def look(self) -> str | None:
        """Return why nothing can be crawled here, by broker, store and room in the output folder; None if it can."""
        try:
            with connection_of(self._app) as connection:
                connection.connect()
        except BROKER_ERRORS as fault:
            return f"the broker cannot be used: {fault}"
        try:
            fleet.is_there(self._engine)
            self._output.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._output) as file:
                file.write(bytes(PROBE))
                file.flush()
                os.fsync(file.fileno())
        except StoreError as fault:
            return str(fault)
        except OSError as fault:
            return f"the output folder {self._output}: {fault.strerror}"
        return None

    def connected(self, consumer: Any) -> None:
        """Note that Celery is about to consume, for the first time or after a loss of the broker."""
        self._consumer = consumer
        if self._fault:
            self._heed()

    def _live(self) -> None:
        """Beat until the end, and look whether what was wrong is well again."""
        while not self._ended.is_set():
            try:
                self._beat()
                if self._fault and not self.look():
                    self._resume()
            except StoreError as fault:
                self.rest(str(fault))
            if state.should_stop is not None:  # a signal has asked the worker to end
                self.stop_at = min(self.stop_at, time.monotonic() + STOP_SECONDS)
            self._changed.wait(fleet.BEAT)
            self._changed.clear()
        try:
            fleet.leave(self._engine, self.name, now=utc_now())
        except StoreError as fault:
            logger.warning("%s", fault)

    def _beat(self) -> None:
        at_work, machine = list(self._at_work.values()), socket.gethostname()
        one = fleet.Worker(self.name, machine, __version__, self._started_at, utc_now(), at_work, self._fault)
        fleet.beat(self._engine, one)
        self._answered = time.monotonic()

    def _resume(self) -> None:
        logger.warning("all is well again; this worker takes jobs")
        self._fault = ""
        self._tell_consumer()

    def _tell_consumer(self) -> None:
        """Let Celery consume or not, in the thread that does."""
        if self._consumer is not None and not self._ended.is_set():
            self._consumer.call_soon(self._heed)

    def _heed(self) -> None:
        """Consume or not, as it is now: calls that wait for that thread are made in no order (kombu's hub)."""
        tasks = self._consumer.task_consumer
        if tasks is None:
            return
        with suppress(*BROKER_ERRORS):  # of a connection that is lost; of the next one ``connected`` is told
            if self._fault:
                tasks.cancel_by_queue(self._queue)
            elif not tasks.consuming_from(self._queue):
                tasks.add_queue(self._app.amqp.queues[self._queue])
                tasks.consume()


def _step_of(presence: Presence) -> type[bootsteps.StartStopStep]:
    """Return the step of Celery's consumer that tells how it stands when it is about to consume."""

    class Intake(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            presence.connected(consumer)

    return Intake


def _no_answer() -> str:
    return f"the store has given no answer for {STORE_PATIENCE:.0f} seconds"
