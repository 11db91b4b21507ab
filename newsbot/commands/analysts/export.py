"""`scrapy export`: stored articles as one file for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, day
from newsbot.process import ExitStatus, NewsbotError


class Command(NewsbotCommand, ScrapyCommand):
    """Writes the stored articles, or some of them, into one file; the format is the file's suffix."""

    example = "scrapy export november.parquet --since 2026-11-01 --until 2026-11-30 --language en"

    def syntax(self) -> str:
        return "FILE [options]"

    def short_desc(self) -> str:
        return "Write stored articles into one .jsonl, .jsonl.gz, .csv or .parquet file"

    def long_desc(self) -> str:
        return (
            "Write stored articles into one file, in the format that its name ends in: the latest revision of each, in "
            "the order of first sight. The file appears whole or not at all, and crawls may run meanwhile."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("file", metavar="FILE", help="named .jsonl, .jsonl.gz, .csv or .parquet; name it first")
        group = parser.add_argument_group("which articles")
        published = "published (first seen, if undated) on this day or"
        group.add_argument("--since", type=day, metavar="DAY", help=f"{published} later (default: from the first on)")
        group.add_argument("--until", type=day, metavar="DAY", help=f"{published} before (default: to the last)")
        group.add_argument(
            "--source", metavar="NAME", nargs="+", action="extend", default=[], help="of these sources (default: all)"
        )
        group.add_argument("--language", metavar="XX", help="in this language (ISO 639: en, de, zh; default: any)")
        group.add_argument(
            "--revisions",
            choices=("latest", "all"),
            default="latest",
            help="the present version of an article, or every one (default: %(default)s)",
        )
        group.add_argument("--duplicates", action="store_true", help="copies of known articles too (default: no)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from rich.console import Console
        from rich.progress import Progress

        from newsbot.export import to_record
        from newsbot.export.tables import table_writer
        from newsbot.store.documents import Selection, count, selected

        selection = Selection(
            since=opts.since,
            until=opts.until,
            sources=opts.source,
            language=opts.language and opts.language.lower(),
            all_revisions=opts.revisions == "all",
            duplicates=opts.duplicates,
        )
        write = table_writer(Path(opts.file), duplicates=opts.duplicates)
        console = Console(stderr=True)
        with (
            self.open_store() as engine,
            Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
        ):
            if opts.source:
                self.require_sources(engine, opts.source)
            total = 0 if progress.disable else count(engine, selection)
            records = (to_record(document) for document in selected(engine, selection))
            try:
                lines = write(progress.track(records, total, description="articles"))
            except OSError as error:
                raise NewsbotError(f"{opts.file} cannot be written: {error.strerror or error}") from None
        print(f"{opts.file}: {lines} {'article' if lines == 1 else 'articles'}")
        return ExitStatus.WHOLE
