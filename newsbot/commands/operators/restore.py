"""`scrapy restore`: a backup put in the place of the store, with all that was written to files since."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.commands._terminal import say
from newsbot.process import ExitStatus, NewsbotError, UsageError, utc_now

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsbot.store.maintenance.adoption import Adopted


class Command(NewsbotCommand, ScrapyCommand):
    """Brings a backup back, and reads what was delivered since out of the files."""

    example = "scrapy restore /mnt/backups/newsbot-2026-11-20.db"

    def syntax(self) -> str:
        return "[FILE]"

    def short_desc(self) -> str:
        return "Put a backup in the place of the store, and read back what files have beyond it"

    def long_desc(self) -> str:
        return (
            "Put a backup of scrapy backup in the place of a SQLite store, after checking it. The present store gets "
            "another name. What runs have written to files since the backup is read back into the store, so that no "
            "article is written a second time, and what was removed by scrapy forget since is removed again. No crawl "
            "may be at work. Without FILE, files alone are read back, as after pg_restore."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="backup (default: none, files alone)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.crawl.outbox.recovery import heal
        from newsbot.store.database import open_engine, sqlite_file

        if opts.file is None:
            self._read_back_alone()
        elif (store := sqlite_file(self.store_url)) is None:
            raise UsageError(
                "the store is in PostgreSQL: pg_restore --clean --if-exists --no-owner --dbname=... brings it back; "
                "scrapy restore, without a file, then reads back what files have beyond it"
            )
        else:
            self._restore(opts.file, store)
            engine = open_engine(self.store_url, told=say)
            try:
                heal(engine, self.output, now=utc_now(), with_removed=self.setting("NEWSBOT_EXPORT_REMOVED"))
            finally:
                engine.dispose()
        return ExitStatus.WHOLE

    def _read_back_alone(self) -> None:
        from newsbot.store.leases import living

        with self.open_store() as engine:
            _refuse_while_at_work(living(engine, now=utc_now()))
            report(self._adopted(engine))

    def _restore(self, file: Path, store: Path) -> None:
        from newsbot.store.database import open_engine
        from newsbot.store.leases import at_work_on
        from newsbot.store.maintenance import backup

        if not file.is_file():
            raise UsageError(f"{file}: there is no such file")
        if store.exists() and file.samefile(store):
            raise UsageError(f"{file} is the store itself")
        contents = backup.check(file)
        if contents.revision not in backup.known_revisions():
            raise NewsbotError(f"{file} is of a newer newsbot (schema {contents.revision}); upgrade newsbot first")
        store.parent.mkdir(parents=True, exist_ok=True)
        _refuse_while_at_work(at_work_on(store))
        with backup.closed_to_others(store) as present, backup.replacement(store) as made:
            stones = backup.tombstones(present) if present else []
            backup.copy(file, made, thorough=False)
            engine = open_engine(f"sqlite:///{made}")
            try:
                adopted = self._adopted(engine)
                removed = self._remove_again(engine, stones)
            finally:
                engine.dispose()
            aside = backup.put_in_place(made, store, now=utc_now())
        if aside:
            print(f"the store as it was is {aside} now")
        if aside and present is None:
            print("it was damaged: what scrapy forget removed since the backup, nobody knows; say it again")
        print(f"{store} is {file} now: articles {contents.rows['articles']:,}, runs {contents.rows['runs']:,}")
        report(adopted)
        if removed:
            print(f"{removed} addresses that were removed since are removed again")

    def _adopted(self, engine: Engine) -> Adopted:
        from rich.console import Console

        from newsbot.crawl.outbox.adoption import adopt
        from newsbot.store.maintenance.adoption import Adopted

        if not self.output.is_dir():
            return Adopted()
        console = Console(stderr=True)
        if not console.is_terminal:
            return adopt(engine, self.output)
        with console.status("reading files") as status:
            return adopt(engine, self.output, told=lambda name: status.update(f"reading {name}"))

    def _remove_again(self, engine: Engine, stones: Sequence[tuple[str, str]]) -> int:
        """Remove what the present store knows to be removed, and a backup does not; the next healing ends that run."""
        from newsbot.crawl.outbox.recovery import place_of
        from newsbot.crawl.run import new_run_id
        from newsbot.store import runs
        from newsbot.store.articles import Policy
        from newsbot.store.maintenance import forgotten

        owed = [(url, why) for url, why in stones if forgotten.tombstone_of(engine, url) is None]
        if not owed:
            return 0
        now = utc_now()
        run_id = new_run_id(now)
        with engine.begin() as connection:
            runs.begin_run(connection, run_id, place=place_of(self.output), spider=self.name, now=now)
        for url, why in owed:
            if target := forgotten.target_of(engine, url):
                policy = Policy(duplicates=self.setting("NEWSBOT_DUPLICATES"))
                forgotten.remove(engine, target, run_id=run_id, why=why, policy=policy, now=now)
        return len(owed)


def report(adopted: Adopted) -> None:
    """Say what was read back out of files."""
    if not (adopted.files or adopted.run_ids or adopted.unread):
        print("the files have nothing beyond it")
        return
    sums = f"articles {adopted.articles:,}, later versions {adopted.versions:,}, runs {len(adopted.run_ids):,}"
    print(f"read back out of files that it did not know ({adopted.files:,}): {sums}")
    for name in adopted.unread:
        print(f"{name} cannot be read as a file of newsbot and stays as it is: what stands in it may be written again")


def _refuse_while_at_work(run_ids: Sequence[str]) -> None:
    if run_ids:
        raise NewsbotError(f"a crawl is at work on the store (run {run_ids[0]}); say it again when it has ended")
