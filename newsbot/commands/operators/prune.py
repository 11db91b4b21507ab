"""`scrapy prune`: what is old goes from the store and the folder, and the files of days that are over are joined."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, whole_number
from newsbot.commands.operators.compact import compact
from newsbot.process import ExitStatus, NewsbotError, UsageError, utc_now

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsbot.store.maintenance.retention import Keep

GONE = {
    "sketches": "articles are no longer compared with what comes",
    "texts": "articles have no text any more",
    "ledger": "lines of the ledger are gone",
    "sums": "sums of runs, source by source, are gone",
    "days": "days of sources are gone",
    "findings": "findings that were over are gone",
    "listings": "listings that nobody asks for any more are gone",
    "hosts": "hosts that nobody asks any more are gone",
    "runs": "runs are gone, of which nothing else is kept",
    "visits": "looks at old articles are called off",
    "files": "files are removed",
    "archive": "archives of pages are removed",
}
"""What is said of each kind (newsbot.store.maintenance.retention), behind how many."""


WORTH_TELLING = 1_000_000
"""Bytes that are free in a file from which on a person hears of them."""


class Command(NewsbotCommand, ScrapyCommand):
    """Lets go of what is older than it is to be kept, and joins small files."""

    example = "scrapy prune -s NEWSBOT_KEEP_TEXTS_DAYS=365"

    def syntax(self) -> str:
        return "[--days N] [--shrink]"

    def short_desc(self) -> str:
        return "Let go of what is older than it is to be kept, and join the files of each day"

    def long_desc(self) -> str:
        return (
            "Let go of what is older than NEWSBOT_REMEMBER_DAYS and NEWSBOT_KEEP_TEXTS_DAYS, _LEDGER_, _RUNS_ and "
            "_FILES_DAYS and _ARCHIVE_DAYS say, and NEWSBOT_ARCHIVE_MAX_GB. Every run does a little of it; this does "
            "all, in steps so short that a crawl can go on meanwhile. No article is forgotten: what has come once "
            "comes never again. The files of days that are over are joined, as by scrapy compact."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        days = self.setting("NEWSBOT_REMEMBER_DAYS")
        parser.add_argument(
            "--days",
            type=whole_number(0),
            metavar="N",
            help=f"how long copies with other words are recognised (default: NEWSBOT_REMEMBER_DAYS, {days})",
        )
        parser.add_argument(
            "--shrink",
            action="store_true",
            help="write the file of a SQLite store anew without free space, while no crawl is at work (default: no)",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.store.maintenance.retention import SETTINGS, free_bytes, keep_of

        days = {what: self.setting(name) for what, name in SETTINGS.items()}
        keep = keep_of(days if opts.days is None else {**days, "sketches": opts.days})
        with self.open_store() as engine:
            gone = self._prune(engine, keep)
            for what in ("sketches", *(what for what in GONE if gone[what] and what != "sketches")):
                print(f"{gone[what]:,} {GONE[what]}")
            compact(engine, self.output, before=utc_now()[:10])
            if opts.shrink:
                _shrink(engine)
            elif (free := free_bytes(engine)) > WORTH_TELLING:
                print(f"{free / 1e6:,.1f} MB of the store are free, to be used again (--shrink gives them back)")
        return ExitStatus.WHOLE

    def _prune(self, engine: Engine, keep: Keep) -> Counter[str]:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn

        from newsbot.crawl.outbox.recovery import names_of
        from newsbot.export.expiry import expire
        from newsbot.store.maintenance.retention import prune

        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} {task.description}", markup=False))
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            tasks = {what: progress.add_task(said, total=None, visible=False) for what, said in GONE.items()}

            def told(what: str, rows: int) -> None:
                progress.update(tasks[what], advance=rows, visible=True)

            gone = prune(engine, keep, now=utc_now(), told=told)
            if keep.files and self.output.is_dir():
                places = names_of(self.output)
                removed = expire(
                    engine, self.output, places, keep.files, now=utc_now(), told=lambda _day, some: told("files", some)
                )
                gone["files"] = removed.total()
            for _ in self._expired_archives(keep):
                gone["archive"] += 1
                told("archive", 1)
        return gone

    def _expired_archives(self, keep: Keep) -> Iterator[Path]:
        from newsbot.archive.bounds import expire
        from newsbot.crawl.archiving import SETTINGS, ArchiveSettings

        archive = ArchiveSettings.of({name: self.setting(name) for name in SETTINGS}, keep.archive)
        if archive and archive.folder.is_dir():
            yield from expire(archive.folder, archive.limits, today=utc_now()[:10])


def _shrink(engine: Engine) -> None:
    """Write the file of a store anew. Raises NewsbotError while a crawl is at work; UsageError for PostgreSQL."""
    from newsbot.store.leases import living
    from newsbot.store.maintenance.retention import free_bytes, shrink

    if engine.dialect.name != "sqlite":
        raise UsageError("--shrink is for a file of SQLite; PostgreSQL gives room back by VACUUM FULL")
    if at_work := living(engine, now=utc_now()):
        raise NewsbotError(f"a crawl is at work (run {at_work[0]}); the store can be written anew when it has ended")
    free = free_bytes(engine)
    shrink(engine)
    print(f"the store is smaller by {(free - free_bytes(engine)) / 1e6:,.1f} MB")
