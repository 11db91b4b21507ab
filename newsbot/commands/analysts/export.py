"""`scrapy export`: stored articles, and the tables beside them, for other programs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, day, names, require_known
from newsbot.process import ExitStatus, NewsbotError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsbot.export.tables import Content, Record
    from newsbot.store.views.selection import Selection

ENDINGS = ".jsonl, .jsonl.gz, .jsonl.zst, .csv, .parquet, .sqlite or .duckdb"


class Command(NewsbotCommand, ScrapyCommand):
    """Writes the stored articles, or some of them; the format is the file's suffix."""

    example = "scrapy export november.parquet --since 2026-11-01 --until 2026-11-30 --language de,fr"

    def syntax(self) -> str:
        return "PATH [options]"

    def short_desc(self) -> str:
        return "Write stored articles into a file, a database or a folder of Parquet"

    def long_desc(self) -> str:
        return (
            f"Write stored articles into a file, in the format that its name ends in ({ENDINGS}), into a folder of "
            "Parquet partitioned by day, or to standard output (-): the latest revision of each, in the order of first "
            "sight. Databases and folders have the tables revisions, clusters, coverage and dropped too. What is "
            "written appears whole or not at all, and crawls may run meanwhile."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("path", metavar="PATH", help="a file, a folder, - or s3://bucket/name; name it first")
        group = parser.add_argument_group("which articles (several names with commas between them)")
        published = "published (first seen, if undated) on this day or"
        group.add_argument("--since", type=day, metavar="DAY", help=f"{published} later (default: from the first on)")
        group.add_argument("--until", type=day, metavar="DAY", help=f"{published} before (default: to the last)")
        for option, metavar, which in (
            ("--source", "NAME", "of these sources"),
            ("--language", "XX", "in these languages (ISO 639: en, de, zh)"),
            ("--kind", "NAME", "of these forms (article, opinion, liveblog, ...)"),
        ):
            group.add_argument(
                option, type=names, metavar=metavar, nargs="+", action="extend", default=[],
                help=f"{which} (default: all)",
            )  # fmt: skip
        group.add_argument(
            "--section", metavar="NAME", nargs="+", action="extend", default=[], help="of these sections (default: all)"
        )
        group.add_argument(
            "--query",
            metavar="WORDS",
            help='with these words; "phrases", OR, NOT, begin* too (default: any)',
        )
        group.add_argument(
            "--revisions",
            choices=("latest", "all"),
            default="latest",
            help="the present version of an article, or every one (default: %(default)s)",
        )
        group.add_argument("--duplicates", action="store_true", help="copies of known articles too (default: no)")
        group = parser.add_argument_group("what of them")
        group.add_argument(
            "--fields", type=names, metavar="NAME", nargs="+", action="extend", default=[],
            help="these fields of the articles, in this order (default: all)",
        )  # fmt: skip
        group.add_argument(
            "--format",
            metavar="NAME",
            help="of standard output, such as csv or jsonl.gz (default: jsonl)",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.export.destination import destination_of
        from newsbot.export.tables import contents
        from newsbot.store.views.selection import count, snapshot

        with self.open_store() as engine:
            selection = self._selection(opts, engine)
            fields = list(chain(*opts.fields))
            try:
                with destination_of(opts.path, opts.format) as to, snapshot(engine) as connection:
                    tables = contents(connection, selection, fields, takes_all=to.takes_all, by_day=to.by_day)
                    with _shown(tables, on_stdout=opts.path == "-") as shown:
                        counts = to.write(shown)
                    pruned = count(connection, selection) - counts["articles"]
            except BrokenPipeError:  # who reads standard output has had enough
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return ExitStatus.WHOLE
            except OSError as error:
                raise NewsbotError(f"{opts.path} cannot be written: {error.strerror or error}") from None
        if pruned > 0:
            print(
                f"{pruned} of the chosen {'versions' if selection.all_revisions else 'articles'} are left out: their "
                "texts are no longer kept (NEWSBOT_KEEP_TEXTS_DAYS)",
                file=sys.stderr,
            )
        if opts.path != "-":
            articles = counts.pop("articles")
            beside = ", ".join(f"{name} {count}" for name, count in counts.items())
            noun = "article" if articles == 1 else "articles"
            print(f"{opts.path}: {articles} {noun}{beside and f'; beside them {beside}'}")
        return ExitStatus.WHOLE

    def _selection(self, opts: argparse.Namespace, engine: Engine) -> Selection:
        """Return what the options choose. Raises UsageError for names that there are not."""
        from newsbot.items import KINDS
        from newsbot.store.search.query import parsed
        from newsbot.store.views.selection import Selection, values_of

        if opts.since and opts.until and opts.since > opts.until:
            raise UsageError(f"--since {opts.since} is later than --until {opts.until}")
        sources, languages, kinds = (list(chain(*some)) for some in (opts.source, opts.language, opts.kind))
        self.require_sources(engine, sources)
        require_known("kind", kinds, KINDS)
        if opts.section:
            require_known("section", opts.section, values_of(engine, "section"))
        languages = [code.lower() for code in languages]
        _require_languages(languages, lambda: values_of(engine, "language"))
        return Selection(
            since=opts.since,
            until=opts.until,
            sources=sources,
            languages=languages,
            sections=opts.section,
            kinds=kinds,
            query=parsed(opts.query) if opts.query is not None else None,
            all_revisions=opts.revisions == "all",
            duplicates=opts.duplicates,
        )


def _require_languages(codes: Sequence[str], stored: Callable[[], set[str]]) -> None:
    """Raise UsageError for what is neither a code of ISO 639-1 nor a language of the articles."""
    from newsbot.items import LANGUAGES

    for code in codes:
        if code not in LANGUAGES and code not in stored():
            there_are = ", ".join(sorted(stored())) or "none yet"
            raise UsageError(f"{code!r} is no code of ISO 639, such as de, en, zh; articles are there in: {there_are}")


@contextmanager
def _shown(contents: Sequence[Content], *, on_stdout: bool) -> Iterator[list[Content]]:
    """Yield the tables so that a terminal shows how far they have been read, and how long it will take."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    is_hidden = not console.is_terminal or (on_stdout and sys.stdout.isatty())
    with Progress(*columns, console=console, transient=True, disable=is_hidden) as progress:

        def tracked(content: Content) -> Iterator[Record]:
            total = None if is_hidden else content.size()
            yield from progress.track(content.rows, total, description=content.table.name)

        yield [replace(content, rows=tracked(content)) for content in contents]
