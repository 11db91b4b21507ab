"""`scrapy migrate`: the store, moved into another database."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.commands._terminal import say
from newsbot.process import ExitStatus, NewsbotError, UsageError, utc_now


class Command(NewsbotCommand, ScrapyCommand):
    """Moves all that the store knows into another database."""

    example = "scrapy migrate --to postgresql://user@host/name"

    def syntax(self) -> str:
        return "[--to URL] [--from URL]"

    def short_desc(self) -> str:
        return "Move the store into another database, from SQLite to PostgreSQL or back"

    def long_desc(self) -> str:
        return (
            "Move all that newsbot knows into another database, which must be empty, and compare both row by row. "
            "No crawl may be at work meanwhile. Interrupted, say it again: it goes on. A SQLite file gets another "
            "name then (newsbot.db.moved), so that no crawl takes it for the store. From then on set "
            "NEWSBOT_DATABASE_URL to the new address."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--to", metavar="URL", help="where to (default: NEWSBOT_DATABASE_URL)")
        parser.add_argument(
            "--from",
            dest="origin",
            metavar="URL",
            help="the store as it is now (default: newsbot.db in the output folder)",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from rich.console import Console
        from rich.progress import Progress

        from newsbot.store.database import open_engine, open_existing, sqlite_file, store_url
        from newsbot.store.leases import living
        from newsbot.store.migrations.move import count, move

        origin = opts.origin or store_url("", self.output)
        to = opts.to or self.setting("NEWSBOT_DATABASE_URL")
        if not to:
            raise UsageError("say where to: scrapy migrate --to postgresql://user@host/name")
        if to == origin:
            raise UsageError("--from and --to are the same store")
        console = Console(stderr=True)
        with ExitStack() as opened:
            source = open_existing(origin, told=say)
            opened.callback(source.dispose)
            if at_work := living(source, now=utc_now()):
                raise NewsbotError(
                    f"a crawl is at work on the old store (run {at_work[0]}); say it again when it has ended"
                )
            target = open_engine(to, told=say)
            opened.callback(target.dispose)
            progress = opened.enter_context(Progress(console=console, transient=True, disable=not console.is_terminal))
            task = progress.add_task("counting rows", total=None)
            progress.update(task, total=0 if progress.disable else count(source))
            told = partial(progress.update, task)
            moved = move(source, target, told=lambda table, rows: told(description=table, advance=rows))
            shown = target.url.render_as_string(hide_password=True)
        for table in moved:
            print(f"{table.table}: {table.rows} rows{', there already' if table.was_there and table.rows else ''}")
        if path := sqlite_file(origin):
            moved_to = set_aside(path)
            print(f"{path} is {moved_to} now")
        print(f"the store is {shown} now: set NEWSBOT_DATABASE_URL to it for every crawl")
        return ExitStatus.WHOLE


def set_aside(path: Path) -> Path:
    """Give a SQLite file, which nobody has open, another name, and return it."""
    aside = path.with_name(f"{path.name}.moved")
    for ending in ("", "-wal", "-shm"):
        file = path.with_name(path.name + ending)
        if file.exists():
            file.replace(aside.with_name(aside.name + ending))
    return aside
