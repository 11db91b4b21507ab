"""A worker: takes jobs out of the queue, and crawls the source of each in a child process.

A job is acknowledged when nothing is left to do for it. Its crawl came to its end; or it is put off and comes back by
itself; or its source is set aside. Otherwise it goes back into the queue at once, for another worker: it is this one
that cannot work (newsbot.scale.presence).
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import signal
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning, Reject
from sqlalchemy import Engine

from newsbot import health
from newsbot.health import FAILING, Finding
from newsbot.health.advice import advised
from newsbot.process import ExitStatus, NewsbotError, utc_now
from newsbot.scale.broker import BROKER_ERRORS, LATER, TASK, OneLine, connection_of, put, queue_of
from newsbot.scale.fork_server import ForkServer
from newsbot.scale.job import Job, Unreadable
from newsbot.scale.lease import Lease, LeaseLost, leased
from newsbot.scale.leash import Crawl
from newsbot.scale.presence import MachineFault, Presence
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
REPORT_EVERY = 600.0
"""Seconds between two crawls of a worker that write the report, as it tells of the whole store, and not of theirs."""
LOOK = 1.0
"""Seconds between two looks at a crawl, at its lease and at the store."""

logger = logging.getLogger("newsbot.scale")


class Worker:
    """One worker: what it does with jobs, in threads of Celery's."""

    def __init__(self, app: Celery, engine: Engine, output: Path, settings: Sequence[str]) -> None:
        """``settings`` (NAME=VALUE) are handed on to every crawl, which writes to ``output`` by the environment."""
        self._app, self._engine, self._settings = app, engine, settings
        self._folder = output / ".jobs"
        self._queue = queue_of(app)
        self._presence = Presence(app, engine, output)
        self._rosters = Rosters()
        self._fork_server = ForkServer()
        self._reported = -math.inf
        app.task(name=TASK, shared=False)(self.carry_out)

    def work(self, concurrency: int) -> int:
        """Work until a signal asks to end, and return the exit status. Raises NewsbotError."""
        try:
            self._fork_server.begin()
        except OSError as fault:
            raise NewsbotError(f"no crawl can be started here: {fault}") from None
        self._presence.begin()
        self._sweep()
        for name in ("celery.app.trace", "celery.worker.strategy"):  # of each job there are lines of our own
            logging.getLogger(name).setLevel(logging.WARNING)
        for name in ("app.trace", "bootsteps", "worker.consumer.consumer", "worker.loops", "worker.request"):
            logging.getLogger(f"celery.{name}").addFilter(OneLine())
        options = {"hostname": self._presence.name, "concurrency": concurrency, "loglevel": "INFO", "quiet": True}
        celery = self._app.Worker(without_gossip=True, without_mingle=True, **options)
        warnings.simplefilter("ignore", CPendingDeprecationWarning)  # of a change in Celery 6, at every lost connection
        celery.start()
        self._fork_server.close()
        self._presence.end()
        return int(celery.exitcode or ExitStatus.WHOLE)

    def carry_out(self, message: Mapping[str, Any]) -> None:
        """Do what is to be done for a message; returning acknowledges it. Raises Reject: another worker is to do it."""
        try:
            self._carry_out(message)
        except (LeaseLost, *BROKER_ERRORS) as fault:
            self._give_back(f"the broker was lost ({fault})")
        except (StoreError, MachineFault) as fault:
            self._give_back(str(fault))

    def _give_back(self, fault: str) -> None:
        self._presence.rest(fault)
        raise Reject(fault, requeue=True) from None

    def _carry_out(self, message: Mapping[str, Any]) -> None:
        try:
            self._presence.require()
        except MachineFault:
            time.sleep(LOOK)  # it came before the broker knew, and is not to come again before that
            raise
        try:
            job = Job.from_message(message)
        except Unreadable as fault:
            logger.error("%s; it is put off, for a worker that can", fault)
            return self._put_off(message)
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
        before = self._presence.ask(fleet.begin_try, self._engine, name, job.block, now=began)
        if before and before.is_aside(job.block, began):
            logger.warning("%s: set aside until %s (%s)", name, before.until, before.why)
            return
        is_counted = False
        try:
            with self._presence.at_work(job, since=began):
                logger.info("%s: crawl begins", name)
                status = self._crawl(job, outlets, lease)
            is_counted = self._settle(job, status, before)
        finally:
            if not is_counted and self._presence.is_heard():
                self._presence.ask(fleet.withdraw_try, self._engine, name, before, began=began)

    def _crawl(self, job: Job, outlets: Sequence[Source], lease: Lease) -> int:
        """Crawl a source, and return the exit status; negative: a signal's.

        Raises LeaseLost, StoreError or MachineFault; the crawl has ended then.
        """
        application = application_name(self._queue, job.source.name)
        self._presence.ask(fleet.end_sessions, self._engine, application)
        environment = {"SCRAPY_SETTINGS_MODULE": "newsbot.settings", **os.environ, "PGAPPNAME": application}
        sent: set[signal.Signals] = set()
        start, until = time.monotonic(), lease.confirm()
        with ExitStack() as stack:
            try:
                file = stack.enter_context(self._sources_file(job, outlets))
                arguments = crawl_arguments(job, file, self._settings, with_report=self._is_report_due())
                crawl = stack.enter_context(Crawl(self._fork_server, "scrapy", arguments, environment, until=until))
            except OSError as fault:
                raise MachineFault(f"no crawl can be begun: {fault}") from None
            while (status := self._ended(crawl)) is None:
                crawl.go_on(lease.confirm())
                self._presence.require_store()
                end = min(start + CRAWL_SECONDS, self._presence.stop_at)
                for number, moment in ((signal.SIGTERM, end), (signal.SIGKILL, end + GRACE_SECONDS)):
                    if time.monotonic() > moment and number not in sent:
                        crawl.send(number)
                        sent.add(number)
        if status == -signal.SIGTERM and signal.SIGTERM in sent:
            return ExitStatus.ENDED_EARLY  # it had not come to where it heeds that
        if status == -signal.SIGALRM:
            raise LeaseLost("the crawl did not hear in time that it may go on")
        return status

    @staticmethod
    def _ended(crawl: Crawl) -> int | None:
        """Wait a moment for the end of a crawl, and return its status if that has come. Raises MachineFault."""
        try:
            return crawl.ended(LOOK)
        except OSError as fault:
            raise MachineFault(f"the crawl has died: {fault}") from None

    def _is_report_due(self) -> bool:
        now = time.monotonic()
        if is_due := now - self._reported > REPORT_EVERY:
            self._reported = now
        return is_due

    def _settle(self, job: Job, status: int, before: fleet.Poison | None) -> bool:
        """See to what follows from the status of a crawl; whether its try is counted as what it was.

        Raises Reject where the job goes back: its worker is about to end, or a first failure may be a passing one.
        """
        name = job.source.name
        if status in ENDED:
            logger.info("%s: crawl exited with %d", name, status)
            self._presence.ask(fleet.end_try, self._engine, name)
            if before:
                self._presence.ask(findings.clear_finding, self._engine, (name, health.CRASHES, ""), now=utc_now())
            return True
        if status == ExitStatus.ENDED_EARLY and self._presence.is_ending():
            logger.info("%s: crawl exited with %d: it was asked to end; another worker goes on", name, status)
            raise Reject("this worker ends", requeue=True)
        if reason := PUT_OFF.get(status):
            logger.info("%s: crawl exited with %d: %s; put off for %.0f s", name, status, reason, LATER)
            self._put_off(job.as_message())
            return False
        why = f"exit status {status}" if status >= 0 else f"ended by {signal.Signals(-status).name}"
        if fault := self._own_fault(status):
            logger.error("%s: crawl failed (%s), and it is this machine's fault: %s", name, why, fault)
            raise MachineFault(fault)
        after = self._presence.ask(fleet.fail_try, self._engine, name, status=status, why=why, now=utc_now())
        tries = after.tries if after else 1
        if after and after.until:
            logger.error("%s: crawl failed (%s), try %d; set aside until %s", name, why, tries, after.until)
            self._presence.ask(findings.raise_finding, self._engine, finding_of(after), now=utc_now())
            return True
        failed = f"{name}: crawl failed ({why}), try {tries} of {fleet.TRIES}"
        if before is None or before.status == fleet.LOST:
            logger.error("%s; tried again at once", failed)
            raise Reject(why, requeue=True)
        logger.error("%s; put off for %.0f s", failed, LATER)
        self._put_off(job.as_message())
        return True

    def _own_fault(self, status: int) -> str | None:
        """Return why a crawl that failed is no fault of its source's; None if there is no reason to think so."""
        if status == ExitStatus.USAGE:
            return "its settings are wrong (exit status 2)"  # the sources file was read before, and written by us
        return self._presence.look()

    @contextmanager
    def _sources_file(self, job: Job, outlets: Sequence[Source]) -> Iterator[str]:
        """Write the sources file of a crawl, and remove it afterwards. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self._folder, suffix=".toml") as file:
            file.write(job.sources_file(outlets))
            file.flush()
            yield file.name

    def _sweep(self) -> None:
        """Remove the sources files of workers that were killed."""
        for file in self._folder.glob("*.toml"):
            with suppress(FileNotFoundError):
                if time.time() - file.stat().st_mtime > CRAWL_SECONDS + 2 * GRACE_SECONDS:
                    file.unlink()

    def _put_off(self, message: Mapping[str, Any]) -> None:
        with connection_of(self._app) as connection:
            put(self._app, connection, [message], later=True)


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


def crawl_arguments(job: Job, sources: str, settings: Sequence[str], *, with_report: bool) -> list[str]:
    """Return the arguments of scrapy that crawl the source of a job.

    >>> job = Job(Source(name="bbc", home="https://www.bbc.com/"), only_due=True, roster="")
    >>> arguments = crawl_arguments(job, "/tmp/x.toml", ["DOWNLOAD_DELAY=2"], with_report=False)
    >>> arguments[:8]
    ['crawl', 'news', '-a', 'sources=/tmp/x.toml', '-a', 'only=bbc', '-a', 'due=1']
    >>> arguments[8:]
    ['-s', 'NEWSBOT_EXTRACT_WORKERS=1', '-s', 'DOWNLOAD_DELAY=2', '-s', 'NEWSBOT_REPORT=']
    """
    arguments = ["crawl", "news", "-a", f"sources={sources}", "-a", f"only={job.source.name}"]
    arguments += ["-a", "due=1"] if job.only_due else []
    # One source needs no more; many crawls share the machine.
    for setting in ("NEWSBOT_EXTRACT_WORKERS=1", *settings, *([] if with_report else ["NEWSBOT_REPORT="])):
        arguments += ["-s", setting]
    return arguments
