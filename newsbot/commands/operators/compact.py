"""`scrapy compact`: the files of a day, joined into one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, day
from newsbot.process import ExitStatus, utc_now

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


class Command(NewsbotCommand, ScrapyCommand):
    """Joins the files of days that are over."""

    example = "scrapy compact --before 2026-11-20"

    def syntax(self) -> str:
        return "[--before DAY]"

    def short_desc(self) -> str:
        return "Join the files of each day into one, with the same lines"

    def long_desc(self) -> str:
        return (
            "Join the files that runs wrote into one day's folder of output/articles and output/duplicates into one "
            "file, with the same lines, and let it take their place in one step. Files of others and of runs that are "
            "at work stay as they are. Crawls may run meanwhile; killed at any instant, it is finished or taken away "
            "by the next start."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--before", type=day, metavar="DAY", help="join what is of days before this one (default: today, UTC)"
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        before = opts.before or utc_now()[:10]
        with self.open_store() as engine:
            if not compact(engine, self.output, before=before):
                print(f"nothing to join: no day before {before} has more than one file of runs that have ended")
        return ExitStatus.WHOLE


def compact(engine: Engine, output: Path, *, before: str) -> bool:
    """Join the files of all days before one, and say so day by day; False if there were none to join.

    Raises StoreError or OSError; what is joined by then stays so.
    """
    from rich.console import Console
    from rich.progress import Progress

    from newsbot.crawl.outbox.recovery import names_of
    from newsbot.export import compaction

    if not output.is_dir():
        return False
    compaction.heal(engine, output)
    days = compaction.days_to_join(engine, output, names_of(output), before=before)
    console = Console(stderr=True)
    done = []
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("files joined", total=sum(len(day.files) for day in days))
            for day in days:
                try:
                    joined = compaction.join(engine, output, day, told=lambda: progress.advance(task))
                except compaction.Busy as busy:
                    done.append(f"left for another time: {busy}")
                else:
                    done.append(f"{day.name}: {len(day.files)} files into 1, {joined.lines:,} lines")
    finally:
        for line in done:
            print(line)
    return bool(days)
