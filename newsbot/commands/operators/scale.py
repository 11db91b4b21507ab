"""`scrapy scale`: one crawl over many machines."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import CommandGroup, names, whole_number
from newsbot.process import ExitStatus, MissingExtra, NewsbotError, UsageError

if TYPE_CHECKING:
    from celery import Celery


class Command(CommandGroup, ScrapyCommand):
    """Puts sources into a queue, or works on what is in it."""

    example = "scrapy scale enqueue; scrapy scale work"

    def syntax(self) -> str:
        return "[options] enqueue | work"

    def short_desc(self) -> str:
        return "Crawl with many machines: put sources into a queue, or work on it"

    def long_desc(self) -> str:
        return (
            "Let many machines share one crawl: one puts the sources into a queue (RabbitMQ, NEWSBOT_BROKER_URL), all "
            "take them from there, one by one."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        enqueue = self.add_subcommand(
            "enqueue",
            self._enqueue,
            "put every source of the sources file into the queue, once the last round is done",
            syntax="[options]",
            example="scrapy scale enqueue --file /srv/newsbot/my-outlets.toml",
        )
        work = self.add_subcommand(
            "work",
            self._work,
            "take sources from the queue and crawl each in a child process, until stopped; -s settings are handed on "
            "to the crawls",
            syntax="[options]",
            example="scrapy scale work --concurrency 8",
        )
        self.add_option(
            enqueue,
            "--file",
            metavar="FILE",
            help="as all machines name it (default: NEWSBOT_SOURCES, or the bundled one)",
        )
        self.add_option(
            enqueue, "--only", type=names, metavar="NAME,NAME", default=[], help="these sources alone (default: all)"
        )
        self.add_option(
            work,
            "--concurrency",
            type=whole_number(1),
            metavar="N",
            default=os.cpu_count() or 1,
            help="crawls at a time (default: one a core, %(default)s)",
        )

    def _enqueue(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.sources import BUNDLED, load_sources

        file = opts.file or self.setting("NEWSBOT_SOURCES")
        sources = load_sources(file or BUNDLED, opts.only)
        app = self._application(opts)
        from newsbot.scale.tasks import enqueue

        with _broker(app):
            waiting = enqueue(app, sources, file and str(Path(file).resolve()))
        if waiting:
            print(f"{waiting} sources of the last round still wait in the queue; nothing was added")
        else:
            print(f"{len(sources)} sources put into the queue")
        return ExitStatus.WHOLE

    def _work(self, opts: argparse.Namespace) -> ExitStatus:
        options = ["--concurrency", str(opts.concurrency), "--hostname", f"newsbot-{os.getpid()}@%h"]
        app = self._application(opts)
        from newsbot.scale.tasks import declare

        with _broker(app):
            declare(app)
            app.worker_main(["worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle", *options])
        return ExitStatus.WHOLE

    def _application(self, opts: argparse.Namespace) -> Celery:
        try:
            from newsbot.scale.tasks import application
        except ImportError:
            raise MissingExtra("scale needs", "scale") from None
        if not (queue := self.setting("NEWSBOT_QUEUE")):
            raise UsageError("NEWSBOT_QUEUE: the name of a queue, not ''")
        return application(self.setting("NEWSBOT_BROKER_URL"), queue, opts.set)


@contextmanager
def _broker(app: Celery) -> Iterator[None]:
    """Let a fault of the broker be one line that shows no password."""
    from newsbot.scale.tasks import BROKER_ERRORS

    try:
        yield
    except BROKER_ERRORS as error:
        raise NewsbotError(f"the broker {app.connection().as_uri()} cannot be used: {error}") from None
