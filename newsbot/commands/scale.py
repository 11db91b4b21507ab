"""`scrapy scale`: one crawl over many machines."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newsbot.sources import BUNDLED, SourcesError, load_sources

if TYPE_CHECKING:
    from celery import Celery


class Command(ScrapyCommand):
    """Puts sources into a queue, or works on what is in it."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] enqueue|work"

    def short_desc(self) -> str:
        return "Crawl with many machines: put sources into a queue, or work on it"

    def long_desc(self) -> str:
        return (
            "enqueue: put every source of the sources file into the queue (RabbitMQ), once the last round is done. "
            "work: take sources from the queue and crawl each in a child process, until stopped; -s settings are "
            "handed on to the crawls."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--file", metavar="FILE", help="enqueue: sources file, under the same path on every machine"
        )
        parser.add_argument("--only", metavar="NAME,NAME", default="", help="enqueue: these sources alone")
        parser.add_argument("--concurrency", type=int, default=os.cpu_count() or 1, help="work: crawls at a time")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args not in (["enqueue"], ["work"]):
            raise UsageError("say: scrapy scale enqueue, or scrapy scale work", print_help=False)
        assert self.settings is not None
        try:
            from newsbot.scale.tasks import application
        except ImportError:
            self._fail("scale needs an extra: pip install 'newsbot[scale]'")
            return
        app = application(self.settings["NEWSBOT_BROKER_URL"], self.settings["NEWSBOT_QUEUE"], opts.set)
        if args == ["work"]:
            if opts.concurrency < 1:
                raise UsageError("--concurrency: one or more", print_help=False)
            options = ["--concurrency", str(opts.concurrency), "--hostname", f"newsbot-{os.getpid()}@%h"]
            self.exitcode = app.worker_main(
                ["worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle", *options]
            )
        else:
            self._enqueue(app, opts)

    def _enqueue(self, app: Celery, opts: argparse.Namespace) -> None:
        from newsbot.scale.tasks import BROKER_ERRORS, enqueue

        assert self.settings is not None
        file = opts.file or self.settings["NEWSBOT_SOURCES"]
        only = [name.strip() for name in opts.only.split(",") if name.strip()]
        try:
            sources = load_sources(file or BUNDLED, only)
            waiting = enqueue(app, sources, file and str(Path(file).resolve()))
        except SourcesError as error:
            raise UsageError(str(error), print_help=False) from None
        except BROKER_ERRORS as error:
            self._fail(f"the broker {app.connection().as_uri()} cannot be used: {error}")
            return
        if waiting:
            print(f"{waiting} sources of the last round still wait in the queue; nothing was added")
        else:
            print(f"{len(sources)} sources put into the queue")

    def _fail(self, message: str) -> None:
        print(message, file=sys.stderr)
        self.exitcode = 1
