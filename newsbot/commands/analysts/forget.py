"""`scrapy forget`: an article removed for good, from the store, the files and the archive."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.process import ExitStatus, UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text
    from sqlalchemy import Engine

    from newsbot.store.maintenance.forgotten import Target

PATIENCE = 20.0
"""Seconds to wait for those who read from the database."""


class Command(NewsbotCommand, ScrapyCommand):
    """Removes an article for good, after asking."""

    example = "scrapy forget https://example.org/news/1 --why 'a person named in it asked'"

    def syntax(self) -> str:
        return "ADDRESS --why TEXT [--yes]"

    def short_desc(self) -> str:
        return "Remove an article for good, from the store and the files"

    def long_desc(self) -> str:
        return (
            "Remove an article for good: its text goes from the store, from all files of runs and from the archive "
            "(NEWSBOT_ARCHIVE), and its addresses are never fetched again, also where none of them was met yet. Copies "
            "at other outlets stay. That it was removed, and why, is kept. Crawls may run meanwhile; interrupted, it "
            "is finished by the next one."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("address", metavar="ADDRESS", help="address, or id of an article")
        parser.add_argument("--why", required=True, metavar="TEXT", help="why; it is kept (default: none, say it)")
        parser.add_argument("--yes", action="store_true", help="do not ask (default: ask on the terminal)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.commands._terminal import screen
        from newsbot.crawl.outbox.recovery import heal, names_of
        from newsbot.export import removal
        from newsbot.process import utc_now
        from newsbot.store.maintenance.forgotten import target_of, tombstone_of
        from newsbot.web.urls import InvalidURL

        if not opts.why.strip():
            raise UsageError("--why: say why; whoever meets the gap wants to know")
        console = screen()
        with self.open_store() as engine:
            heal(engine, self.output, now=utc_now(), with_removed=self.setting("NEWSBOT_EXPORT_REMOVED"))
            try:
                known, target = tombstone_of(engine, opts.address), target_of(engine, opts.address)
            except InvalidURL as error:
                raise UsageError(str(error)) from None
            if known and not (target and target.members):
                console.print(f"{known.url} was removed {known.forgotten_at}: {known.why}")
            elif target is None:
                raise UsageError(f"no article {opts.address} is known")
            else:
                for line in picture(target, width=console.width):
                    console.print(line)
                if not (opts.yes or agreed()):
                    print("nothing was removed")
                    return ExitStatus.WHOLE
                self._remove(engine, target, opts.why.strip())
            left = removal.finish(engine, self.output, names_of(self.output), patience=PATIENCE)
            left += self._remove_from_archive(engine, console)
        for rest in left:
            print(f"still to do: {rest}")
        return ExitStatus.WHOLE

    def _remove(self, engine: Engine, target: Target, why: str) -> None:
        from newsbot.bulk.reextraction.journal import forget_all
        from newsbot.crawl.run import begin_life
        from newsbot.export import removal
        from newsbot.process import utc_now
        from newsbot.store.articles import Policy

        now = utc_now()
        life = begin_life(engine, self.output, spider=self.name)
        files = removal.remove(
            engine,
            self.output,
            life,
            target,
            why=why,
            policy=Policy(duplicates=self.setting("NEWSBOT_DUPLICATES")),
            now=now,
            with_removed=self.setting("NEWSBOT_EXPORT_REMOVED"),
        )
        print(f"removed; it is told in {', '.join(path for path in files if path.endswith('.dropped.jsonl'))}")
        if corrected := [path for path in files if not path.startswith("coverage/")]:
            print(f"what is the article of the story now is told in {', '.join(corrected)}")
        self._report_without_it(engine)
        forget_all(self.output)

    def _remove_from_archive(self, engine: Engine, console: Console) -> list[str]:
        """Take all that was ever removed out of the archive; return what is left to do, in words."""
        from newsbot.archive.removal import remove
        from newsbot.store.maintenance.forgotten import keys_of

        folder = Path(self.setting("NEWSBOT_ARCHIVE"))
        if not (self.setting("NEWSBOT_ARCHIVE") and folder.is_dir()):
            return []
        with console.status(f"looking through {folder}"):
            removed = remove(folder, keys_of(engine))
        if removed.captures:
            print(f"{removed.captures} captures are gone from {removed.files} files of {folder}")
        return [f"{path} is being written; its run takes it out when it ends" for path in removed.left]

    def _report_without_it(self, engine: Engine) -> None:
        """Write the report anew where there is one: its headline may stand there."""
        from newsbot.process import utc_now
        from newsbot.report import write

        name = self.setting("NEWSBOT_REPORT")
        if name and (self.output / name).is_file():
            write(engine, self.output / name, now=utc_now())


def agreed() -> bool:
    """Ask on the terminal whether to go on. Raises UsageError where there is none."""
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on; say --yes if that is to be removed")
    return input("remove it for good? [y/N] ").strip().lower() in ("y", "yes")


def picture(target: Target, *, width: int) -> Iterator[Text]:
    """Yield the lines that tell what is about to go, and what stays."""
    from newsbot.commands._terminal import line, wrapped

    if not target.members:
        yield line((target.url, "bold"))
        yield line("has led to no article; it is never fetched from now on")
    for member in target.members:
        yield from (line((text, "bold")) for text in wrapped(member.title, width))
        yield line(f"{member.source}, id {member.id}, first seen {member.first_seen}")
    for url in target.addresses.values() if target.members else ():
        yield line(f"  {url}")
    if target.others:
        yield line("copies at other outlets stay; they are theirs:")
    for member in target.others:
        yield line(f"  {member.source}, id {member.id}: {member.url}")
