"""A worker: takes jobs out of the queue, and crawls the source of each in a child process.

A job is acknowledged when nothing is left to do for it. Its crawl came to its end; or it is put off and comes back by
itself; or its source is set aside. Otherwise it goes back into the queue at once, for another worker: it is this one
that cannot work, and it takes nothing then until it can.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from celery import Celery, bootsteps
from celery.exceptions import Reject
from sqlalchemy import Engine

from newsbot import __version__, health
from newsbot.health import FAILING, Finding
from newsbot.health.advice import advised
from newsbot.process import ExitStatus, utc_now
from newsbot.scale.broker import BROKER_ERRORS, LATER, TASK, OneLine, put, queue_of
from newsbot.scale.job import Job, Unreadable
from newsbot.scale.lease import Lease, LeaseLost, connection_of, leased
from newsbot.scale.leash import Crawl
from newsbot.scale.roster import Rosters
from newsbot.sources import Source
from newsbot.store import StoreError, fleet
from newsbot.store import health as findings

CRAWL_SECONDS = 6 * 3600
"""Bound of one crawl; then it is asked to end, and what is left stays on the frontier."""
GRACE_SECONDS = 120
"""What it then has to write its files; after that it is killed, and the next crawl heals."""
ENDED = (ExitStatus.WHOLE, ExitStatus.UNREACHABLE)
"""Statuses of a crawl that came to its end."""
PUT_OFF: dict[int, str] = {
    ExitStatus.ELSEWHERE: "another crawl is at it",
    ExitStatus.ENDED_EARLY: "it was asked to end, and the next one goes on",
}
"""Statuses that say nothing against a source, and that it is to be crawled once more."""
TAKEN_WITHIN = 15.0
"""Seconds to wait for a site that another worker has. The broker may give the job of a stopped worker away 10 seconds
before it takes its lease away."""
STORE_PATIENCE = 40.0
"""Seconds without an answer of the store after which a worker is cut off from it: writers wait for others for 30."""
LOOK = 1.0
"""Seconds between two looks at a crawl, at its lease and at the store."""
PROBE = 1_000_000
"""Bytes that have to find room in the output folder: less, and no run can write its files."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

logger = logging.getLogger("newsbot.scale")


class Worker:
    """One worker: what it does with jobs, in threads of Celery's, and how it stands."""

    def __init__(self, app: Celery, engine: Engine, output: Path, settings: Sequence[str]) -> None:
        """``settings`` (NAME=VALUE) are handed on to every crawl, which writes to ``output`` by the environment."""
        self.name = f"newsbot-{os.getpid()}@{socket.gethostname()}"
        self._app, self._engine, self._output, self._settings = app, engine, output, settings
        self._queue = queue_of(app)
        self._rosters = Rosters()
        self._started_at = utc_now()
        self._at_work: dict[str, dict[str, Any]] = {}
        self._fault = ""
        """Why it takes nothing now."""
        self._answered = time.monotonic()
        """When the store did last."""
        self._consumer: Any = None
        self._changed, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._live, name="beat", daemon=True)
        app.steps["consumer"].add(_intake_of(self))
        app.task(name=TASK, shared=False)(self.carry_out)

    def work(self, concurrency: int) -> int:
        """Work until a signal asks to end, and return the exit status. Raises StoreError."""
        self._beat()
        self._thread.start()
        for name in ("celery.app.trace", "celery.worker.strategy"):  # of each job there are lines of our own
            logging.getLogger(name).setLevel(logging.WARNING)
        for name in ("celery.app.trace", "celery.worker.request", "celery.worker.consumer.consumer"):
            logging.getLogger(name).addFilter(OneLine())
        options = {"hostname": self.name, "concurrency": concurrency, "loglevel": "INFO", "quiet": True}
        celery = self._app.Worker(without_gossip=True, without_mingle=True, **options)
        celery.start()
        self._ended.set()
        self._changed.set()
        self._thread.join(fleet.BEAT)
        return int(celery.exitcode or ExitStatus.WHOLE)

    def carry_out(self, message: Mapping[str, Any]) -> None:
        """Do what is to be done for a message; returning acknowledges it. Raises Reject: another worker is to do it."""
        try:
            self._carry_out(Job.from_message(message))
        except Unreadable as fault:
            logger.error("%s; it is put off, for a worker that can", fault)
            self._put_off(message)
        except LeaseLost as fault:
            logger.error("the broker was lost (%s); its jobs go to other workers", fault)
            raise Reject(str(fault), requeue=True) from None
        except BROKER_ERRORS as fault:
            logger.error("the broker cannot be used (%s); its jobs go to other workers", fault)
            raise Reject(str(fault), requeue=True) from None
        except StoreError as fault:
            self._rest(str(fault))
            raise Reject(str(fault), requeue=True) from None

    def _carry_out(self, job: Job) -> None:
        if time.monotonic() - self._answered > STORE_PATIENCE:
            raise StoreError(f"the store has given no answer for {STORE_PATIENCE:.0f} seconds")
        if self._fault:
            raise StoreError(self._fault)
        leases = [f"{self._queue}.site.{site}" for site in sorted(job.source.sites())]
        with leased(connection_of(self._app), leases, within=TAKEN_WITHIN) as lease:
            if lease is None:
                logger.info("%s: another worker is at its site; put off for %.0f s", job.source.name, LATER)
                return self._put_off(job.as_message())
            job, outlets = self._rosters.current(job, lease.connection, f"{self._queue}.roster")
            self._try(job, outlets, lease)
        return None

    def _try(self, job: Job, outlets: Sequence[Source], lease: Lease) -> None:
        name, began = job.source.name, utc_now()
        before = self._ask(fleet.begin_try, self._engine, name, job.block, now=began)
        if before and before.is_aside(job.block, began):
            logger.warning("%s: set aside until %s (%s)", name, before.until, before.why)
            return
        self._at_work[name] = {"source": name, "sites": sorted(job.source.sites()), "since": began}
        self._changed.set()
        is_counted = False
        try:
            logger.info("%s: crawl begins", name)
            status = self._crawl(job, outlets, lease)
            is_counted = self._settle(job, status, before)
        finally:
            self._at_work.pop(name)
            self._changed.set()
            if not is_counted:
                self._ask(fleet.withdraw_try, self._engine, name, before, began=began)

    def _crawl(self, job: Job, outlets: Sequence[Source], lease: Lease) -> int:
        """Crawl a source, and return the exit status; negative: a signal's. Raises LeaseLost or StoreError."""
        application = application_name(self._queue, job.source.name)
        self._ask(fleet.end_sessions, self._engine, application)
        environment = {"SCRAPY_SETTINGS_MODULE": "newsbot.settings", **os.environ, "PGAPPNAME": application}
        bounds = [(CRAWL_SECONDS, signal.SIGTERM), (CRAWL_SECONDS + GRACE_SECONDS, signal.SIGKILL)]
        start = time.monotonic()
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="newsbot-", suffix=".toml") as file:
            file.write(job.sources_file(outlets))
            file.flush()
            arguments = crawl_arguments(job, file.name, self._settings)
            with Crawl("scrapy", arguments, environment, until=lease.confirm()) as crawl:
                while (status := crawl.ended(LOOK)) is None:
                    crawl.go_on(lease.confirm())
                    if time.monotonic() - self._answered > STORE_PATIENCE:
                        raise StoreError(f"the store has given no answer for {STORE_PATIENCE:.0f} seconds")
                    if bounds and time.monotonic() - start > bounds[0][0]:
                        crawl.send(bounds.pop(0)[1])
        if status == -signal.SIGALRM:
            raise LeaseLost("the crawl was not told in time that it may go on")
        return status

    def _settle(self, job: Job, status: int, before: fleet.Poison | None) -> bool:
        """See to what follows from the status of a crawl; whether its try is counted as what it was."""
        name = job.source.name
        if status in ENDED:
            logger.info("%s: crawl exited with %d", name, status)
            self._ask(fleet.end_try, self._engine, name)
            if before:
                self._ask(findings.clear_finding, self._engine, (name, health.CRASHES, ""), now=utc_now())
            return True
        if reason := PUT_OFF.get(status):
            logger.info("%s: crawl exited with %d: %s; put off for %.0f s", name, status, reason, LATER)
            self._put_off(job.as_message())
            return False
        why = f"exit status {status}" if status >= 0 else f"ended by {signal.Signals(-status).name}"
        if fault := self._own_fault(status):
            logger.error("%s: crawl failed (%s), and it is this machine's fault: %s", name, why, fault)
            raise StoreError(fault)
        after = self._ask(fleet.fail_try, self._engine, name, status=status, why=why, now=utc_now())
        tries = after.tries if after else 1
        if after is None or after.until is None:
            logger.error(
                "%s: crawl failed (%s), try %d of %d; put off for %.0f s", name, why, tries, fleet.TRIES, LATER
            )
            self._put_off(job.as_message())
        else:
            logger.error("%s: crawl failed (%s), try %d; set aside until %s", name, why, tries, after.until)
            self._ask(findings.raise_finding, self._engine, finding_of(after), now=utc_now())
        return True

    def _own_fault(self, status: int) -> str | None:
        """Return why a crawl that failed is no fault of its source's; None if there is no reason to think so."""
        if status == ExitStatus.USAGE:
            return "its settings are wrong (exit status 2)"  # the sources file was read before, and written by us
        return self._ask(fault_of_machine, self._engine, self._output)

    def _put_off(self, message: Mapping[str, Any]) -> None:
        with self._app.connection_for_write(connect_timeout=TAKEN_WITHIN) as connection:
            put(self._app, connection, [message], later=True)

    def _ask(self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
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
            raise StoreError(f"the store has given no answer for {STORE_PATIENCE:.0f} seconds") from None

    # --- How it stands ---

    def _live(self) -> None:
        """Beat until the end; look whether what was wrong with this machine is well again."""
        while not self._ended.is_set():
            try:
                self._beat()
                if self._fault and not (fault := fault_of_machine(self._engine, self._output)):
                    self._resume()
            except StoreError as fault:
                self._rest(str(fault))
            self._changed.wait(fleet.BEAT)
            self._changed.clear()
        try:
            fleet.leave(self._engine, self.name, now=utc_now())
        except StoreError as fault:
            logger.warning("%s", fault)

    def _beat(self) -> None:
        at_work = list(self._at_work.values())
        machine = socket.gethostname()
        one = fleet.Worker(self.name, machine, __version__, self._started_at, utc_now(), at_work, self._fault)
        fleet.beat(self._engine, one)
        self._answered = time.monotonic()

    def _rest(self, fault: str) -> None:
        """Take nothing from the queue until this machine is well again."""
        if not self._fault:
            logger.error("%s; this worker takes nothing until that is over", fault)
        self._fault = fault
        self._on_consumer(lambda tasks: tasks.cancel_by_queue(self._queue))

    def _resume(self) -> None:
        logger.warning("well again; this worker takes jobs")
        self._fault = ""

        def consume(tasks: Any) -> None:
            if not tasks.consuming_from(self._queue):
                tasks.add_queue(self._app.amqp.queues[self._queue])
                tasks.consume()

        self._on_consumer(consume)

    def _on_consumer(self, change: Callable[[Any], None]) -> None:
        """Change what Celery consumes, in the thread that does."""
        if self._consumer is not None and not self._ended.is_set():
            self._consumer.call_soon(lambda: change(self._consumer.task_consumer))

    def connected(self, consumer: Any) -> None:
        """Note that Celery is about to consume, for the first time or after a loss of the broker."""
        self._consumer = consumer
        if self._fault:
            consumer.task_consumer.cancel_by_queue(self._queue)


def _intake_of(worker: Worker) -> type[bootsteps.StartStopStep]:
    """Return the step of Celery's consumer that lets a worker say when it takes nothing."""

    class Intake(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            worker.connected(consumer)

    return Intake


def fault_of_machine(engine: Engine, output: Path) -> str | None:
    """Return why nothing can be crawled here: the store gives no answer, or the output folder has no room; or None."""
    try:
        fleet.is_there(engine)
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output) as file:
            file.write(bytes(PROBE))
            file.flush()
            os.fsync(file.fileno())
    except StoreError as fault:
        return str(fault)
    except OSError as fault:
        return f"the output folder {output}: {fault.strerror}"
    return None


def finding_of(poison: fleet.Poison) -> Finding:
    """Return what health tells of a source that is set aside."""
    now = f"{poison.tries} crawls in a row did not come to their end ({poison.why}); set aside until {poison.until}"
    return advised(Finding(poison.source, health.CRASHES, "", FAILING, now, "", poison.tried_at))


def application_name(queue: str, source: str) -> str:
    """Return the name under which the crawl of a source is at a PostgreSQL server: at most 63 characters, its own.

    >>> application_name("newsbot", "bbc")
    'newsbot bbc 823fc92f'
    """
    digest = hashlib.blake2b(f"{queue} {source}".encode(), digest_size=4).hexdigest()
    return f"newsbot {source[:40]} {digest}"


def crawl_arguments(job: Job, sources: str, settings: Sequence[str]) -> list[str]:
    """Return the arguments of scrapy that crawl the source of a job.

    >>> job = Job(Source(name="bbc", home="https://www.bbc.com/"), only_due=True, roster="")
    >>> crawl_arguments(job, "/tmp/x.toml", ["DOWNLOAD_DELAY=2"])[:8]
    ['crawl', 'news', '-a', 'sources=/tmp/x.toml', '-a', 'only=bbc', '-a', 'due=1']
    """
    arguments = ["crawl", "news", "-a", f"sources={sources}", "-a", f"only={job.source.name}"]
    arguments += ["-a", "due=1"] if job.only_due else []
    # One source needs no more; many crawls share the machine.
    for setting in ("NEWSBOT_EXTRACT_WORKERS=1", *settings):
        arguments += ["-s", setting]
    return arguments
