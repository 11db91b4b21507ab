"""`scrapy prune`: forget old near-duplicates, and join the files of days that are over."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, whole_number
from newsbot.commands.operators.compact import compact
from newsbot.process import ExitStatus, utc_now


class Command(NewsbotCommand, ScrapyCommand):
    """Clears the index of near-duplicates of what is old, and joins small files."""

    example = "scrapy prune --days 30"

    def syntax(self) -> str:
        return "[--days N]"

    def short_desc(self) -> str:
        return "Forget how old texts look in changed form, and join the files of each day"

    def long_desc(self) -> str:
        return (
            "Take articles older than NEWSBOT_REMEMBER_DAYS out of the index of near-duplicates. Every run does a "
            "little of it; this does all, in steps so short that a crawl can go on meanwhile. No article is deleted. "
            "The files of days that are over are joined, as by scrapy compact."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        days = self.setting("NEWSBOT_REMEMBER_DAYS")
        parser.add_argument(
            "--days",
            type=whole_number(0),
            metavar="N",
            help=f"forget what is older than that (default: NEWSBOT_REMEMBER_DAYS, {days})",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn

        from newsbot.store.duplicates import prune

        days = self.whole_setting("NEWSBOT_REMEMBER_DAYS") if opts.days is None else opts.days
        console = Console(stderr=True)
        with self.open_store() as engine:
            with Progress(
                SpinnerColumn(),
                TextColumn("{task.completed:.0f} old articles forgotten so far", markup=False),
                console=console,
                transient=True,
                disable=not console.is_terminal,
            ) as progress:
                task = progress.add_task("", total=None)
                forgotten = prune(engine, days, now=utc_now(), told=lambda some: progress.advance(task, some))
            print(f"{forgotten} articles older than {days} days are no longer compared with what comes")
            compact(engine, self.output, before=utc_now()[:10])
        return ExitStatus.WHOLE
