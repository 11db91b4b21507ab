"""`scrapy scale`: one crawl over many machines."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import CommandGroup, names, whole_number
from newsbot.process import ExitStatus, MissingExtra, NewsbotError, UsageError

if TYPE_CHECKING:
    from celery import Celery
    from rich.text import Text
    from sqlalchemy import Engine

    from newsbot.crawl.polling.publishing import Bounds
    from newsbot.scale.status import Status
    from newsbot.sources import Source

MOST_LATE = 10
"""Sources that a person is shown of those that are late, and have never been asked."""


class Command(CommandGroup, ScrapyCommand):
    """Puts sources into a queue, at once or as they become due, works on them, and shows how all stands."""

    example = "scrapy scale beat & scrapy scale work"

    def syntax(self) -> str:
        return "[options] work | beat | enqueue | status"

    def short_desc(self) -> str:
        return "Crawl with many machines: put sources into a queue, work on it, look at it"

    def long_desc(self) -> str:
        return (
            "Let many machines share one crawl: one puts the sources that are due into a queue (RabbitMQ, "
            "NEWSBOT_BROKER_URL), all take them from there, one by one."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        work = self.add_subcommand(
            "work",
            self._work,
            "take sources from the queue and crawl each in a child process, until stopped; -s settings are handed on "
            "to the crawls",
            syntax="[options]",
            example="scrapy scale work --concurrency 8",
        )
        beat = self.add_subcommand(
            "beat",
            self._beat,
            "put sources into the queue as they become due, until stopped; of several, one works and the others wait",
            syntax="[options]",
            example="scrapy scale beat --file /srv/newsbot/outlets.toml",
        )
        enqueue = self.add_subcommand(
            "enqueue",
            self._enqueue,
            "put every source of the sources file into the queue, once the last round is done",
            syntax="[options]",
            example="scrapy scale enqueue --only bbc,npr",
        )
        status = self.add_subcommand(
            "status",
            self._status,
            "show the queue, the workers and what they are at, the sources that are set aside, and how late each is",
            syntax="[options]",
            example="scrapy scale status --json",
        )
        for subparser in (beat, enqueue, status):
            self.add_option(
                subparser, "--file", metavar="FILE", help="sources file (default: NEWSBOT_SOURCES, or the bundled one)"
            )
        for subparser in (beat, enqueue):
            self.add_option(
                subparser,
                "--only",
                type=names,
                metavar="NAME,NAME",
                default=[],
                help="these sources alone (default: all)",
            )
        self.add_option(
            enqueue, "--due", action="store_true", help="those alone that are due, and of each what is (default: all)"
        )
        self.add_option(
            work,
            "--concurrency",
            type=whole_number(1),
            metavar="N",
            default=os.cpu_count() or 1,
            help="crawls at a time (default: one a core, %(default)s)",
        )
        self.add_option(status, "--json", action="store_true", help="print JSON for programs (default: no)")

    def _work(self, opts: argparse.Namespace) -> ExitStatus | int:
        app = self._application()
        from newsbot.scale.broker import connected
        from newsbot.scale.worker import Worker

        with _broker(app), connected(app):
            pass
        with self._store() as engine:
            return Worker(app, engine, self.output, opts.set).work(opts.concurrency)

    def _beat(self, opts: argparse.Namespace) -> ExitStatus:
        app = self._application()
        read = partial(self._sources, opts)
        read()
        from newsbot.scale.beat import DueScheduler
        from newsbot.scale.broker import connected

        with _broker(app), connected(app):
            pass
        with self._store() as engine:
            scheduler = partial(
                DueScheduler, engine=engine, bounds=self._bounds(), read=read, file=Path(self._file(opts))
            )
            app.Beat(scheduler_cls=scheduler, loglevel="INFO", quiet=True).run()
        return ExitStatus.WHOLE

    def _enqueue(self, opts: argparse.Namespace) -> ExitStatus:
        app, sources = self._application(), self._sources(opts)
        from newsbot.process import utc_now
        from newsbot.scale.beat import enqueue, without_poison
        from newsbot.sources import load_sources

        with self._store() as engine:
            if opts.due:
                from newsbot.crawl.polling.due import due_now

                sources = due_now(engine, sources, self._bounds(), utc_now)
            sources, aside = without_poison(engine, sources, now=utc_now())
        with _broker(app):
            waiting = enqueue(app, sources, load_sources(self._file(opts)), only_due=opts.due)
        for one in aside:
            print(f"{one.source}: set aside until {one.until} ({one.tries} tries, {one.why})")
        if waiting:
            print(f"{waiting} sources of the last round still wait in the queue; nothing was added")
        else:
            print(f"{len(sources)} sources put into the queue")
        return ExitStatus.WHOLE

    def _status(self, opts: argparse.Namespace) -> ExitStatus:
        app, sources = self._application(), self._sources(opts)
        from newsbot.commands._terminal import print_json, screen
        from newsbot.process import utc_now
        from newsbot.scale.broker import connected, queued
        from newsbot.scale.status import status_of

        with _broker(app), connected(app) as connection:
            queue = queued(app, connection)
        with self.open_store() as engine:
            status = status_of(engine, sources, queue, now=utc_now())
        if opts.json:
            print_json(status.as_dict())
        else:
            console = screen()
            for line in picture(status, width=console.width):
                console.print(line)
        return ExitStatus.WHOLE

    def _application(self) -> Celery:
        try:
            from newsbot.scale.broker import application
        except ImportError:
            raise MissingExtra("scale needs", "scale") from None
        if not (queue := self.setting("NEWSBOT_QUEUE")):
            raise UsageError("NEWSBOT_QUEUE: the name of a queue, not ''")
        return application(self.setting("NEWSBOT_BROKER_URL"), queue)

    def _file(self, opts: argparse.Namespace) -> str:
        from newsbot.sources import BUNDLED

        return str(opts.file or self.setting("NEWSBOT_SOURCES") or BUNDLED)

    def _sources(self, opts: argparse.Namespace) -> list[Source]:
        from newsbot.sources import load_sources

        return load_sources(self._file(opts), opts.only)

    def _bounds(self) -> Bounds:
        from newsbot.crawl.polling.publishing import Bounds

        assert self.settings is not None
        names_of_bounds = ("NEWSBOT_POLL_MIN", "NEWSBOT_POLL_MAX", "NEWSBOT_POLL_PRICE")
        return Bounds(*(self.settings.getfloat(name) for name in names_of_bounds))

    @contextmanager
    def _store(self) -> Iterator[Engine]:
        """Open the store, and make it where there is none yet. Raises StoreError."""
        from newsbot.store.database import open_engine

        engine = open_engine(self.store_url)
        try:
            yield engine
        finally:
            engine.dispose()


def picture(status: Status, *, width: int) -> Iterator[Text]:
    """Yield the lines that a person is shown."""
    from newsbot.commands._terminal import age, columns, line

    queue = status.queue
    later = f", {queue.later} for another try" if queue.later else ""
    yield line(("queue", "bold"), f": {queue.waiting} sources wait{later}; {queue.consumers} workers take from it")
    if queue.refused:
        yield line((f"{queue.refused} messages were refused", "bold red"), ": no worker could read them")
    yield line(("schedule", "bold"), ": at work" if queue.has_beat else ": none at work (scrapy scale beat)")
    yield line()
    rows = [("worker", "state", "up", "beat", "at work")]
    for one in status.workers:
        state = "silent" if one.is_silent(status.now) else "resting" if one.resting else "well"
        up, beat = age(one.started_at, status.now), age(one.beat_at, status.now)
        rows.append((one.name, state, up, beat, ", ".join(str(work["source"]) for work in one.at_work) or "-"))
    for text in columns(rows, width) if status.workers else ["no worker"]:
        yield line(text)
    for one in status.workers:
        if one.resting:
            yield line(f"{one.name}: ", one.resting)
    if status.leases:
        yield line()
        yield line(("crawled now", "bold"), f": {', '.join(sorted(status.leases))}")
    if status.poison:
        yield line()
        rows = [("failing source", "tries", "last", "set aside for", "why")]
        for poison in sorted(status.poison, key=lambda poison: poison.source):
            until = age(status.now, poison.until) if poison.until and poison.until > status.now else "-"
            rows.append((poison.source, str(poison.tries), age(poison.tried_at, status.now), until, poison.why))
        for text in columns(rows, width):
            yield line(text)
    yield line()
    yield from _lateness(status, width=width)


def _lateness(status: Status, *, width: int) -> Iterator[Text]:
    from newsbot.commands._terminal import columns, line

    never = [lag.source for lag in status.lags if lag.minutes is None]
    late = [lag for lag in status.lags if lag.minutes]
    in_time = len(status.lags) - len(never) - len(late)
    yield line(("lag", "bold"), f": {in_time} of {len(status.lags)} sources are in time, {len(late)} late")
    if never:
        more = f" and {len(never) - MOST_LATE} more" if len(never) > MOST_LATE else ""
        yield line(f"never asked: {', '.join(never[:MOST_LATE])}{more}")
    if late:
        rows = [("source", "late, min"), *((lag.source, f"{lag.minutes:.0f}") for lag in late[:MOST_LATE])]
        for text in columns(rows, width):
            yield line(text)
    if len(late) > MOST_LATE:
        yield line(f"and {len(late) - MOST_LATE} more")


@contextmanager
def _broker(app: Celery) -> Iterator[None]:
    """Let a fault of the broker be one line that shows no password."""
    from newsbot.scale.broker import BROKER_ERRORS

    try:
        yield
    except BROKER_ERRORS as error:
        raise NewsbotError(f"the broker {app.connection().as_uri()} cannot be used: {error}") from None
