"""`scrapy export`: stored articles as one file for other programs."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newsbot.export import to_record
from newsbot.export.tables import FORMATS, FormatError, Records, table_writer
from newsbot.store import StoreError
from newsbot.store.database import open_existing, store_url
from newsbot.store.documents import Selection, count, selected


class Command(ScrapyCommand):
    """Writes the stored articles, or some of them, into one file; the format is the file's suffix."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] FILE"

    def short_desc(self) -> str:
        return "Write stored articles into one .jsonl, .jsonl.gz, .csv or .parquet file"

    def long_desc(self) -> str:
        return (
            f"Write stored articles into one file, in the format that its name ends in ({', '.join(FORMATS)}): the "
            "latest revision of each, in the order of first sight. The file appears whole or not at all, and crawls "
            "may run meanwhile."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group("which articles")
        group.add_argument("--since", metavar="DAY", help="published (first seen, if undated) on this day or later")
        group.add_argument("--until", metavar="DAY", help="published (first seen, if undated) on this day or before")
        group.add_argument("--source", metavar="NAME", nargs="+", action="extend", default=[], help="of these sources")
        group.add_argument("--language", metavar="XX", help="in this language (ISO 639: en, de, zh)")
        group.add_argument(
            "--revisions", choices=("latest", "all"), default="latest", help="latest, unless you say all"
        )
        group.add_argument("--duplicates", action="store_true", help="copies of known articles too")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one file, and name it first: scrapy export FILE [options]", print_help=False)
        path = Path(args[0])
        selection = Selection(
            since=_day("--since", opts.since),
            until=_day("--until", opts.until),
            sources=opts.source,
            language=opts.language and opts.language.lower(),
            all_revisions=opts.revisions == "all",
            duplicates=opts.duplicates,
        )
        try:
            write = table_writer(path, duplicates=opts.duplicates)
        except FormatError as error:
            raise UsageError(str(error), print_help=False) from None
        try:
            lines = self._export(selection, write)
        except StoreError as error:
            self._fail(str(error))
        except OSError as error:
            self._fail(f"{path} cannot be written: {error.strerror or error}")
        else:
            print(f"{path}: {lines} {'article' if lines == 1 else 'articles'}")

    def _export(self, selection: Selection, write: Callable[[Records], int]) -> int:
        assert self.settings is not None
        output = Path(self.settings["NEWSBOT_OUTPUT"])
        engine = open_existing(store_url(self.settings["NEWSBOT_DATABASE_URL"], output))
        try:
            with _progress() as progress:
                total = 0 if progress.disable else count(engine, selection)
                records = (to_record(document) for document in selected(engine, selection))
                return write(progress.track(records, total, description="articles"))
        finally:
            engine.dispose()

    def _fail(self, message: str) -> None:
        print(message, file=sys.stderr)
        self.exitcode = 1


def _progress() -> Progress:
    """Return a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def _day(option: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise UsageError(f"{option} {text}: is no day like 2026-11-20", print_help=False)
