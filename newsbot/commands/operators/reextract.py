"""`scrapy reextract`: archived pages through today's extraction, held against the records that were made of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, day, names, require_known, whole_number
from newsbot.process import ExitStatus, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsbot.bulk.files import Part
    from newsbot.bulk.reextraction.application import Application
    from newsbot.bulk.reextraction.journal import Journal, JournalFile
    from newsbot.bulk.reextraction.reading import Choice
    from newsbot.crawl.worker_pool import Extraction


class Command(NewsbotCommand, ScrapyCommand):
    """Extracts archived pages again; shows what comes otherwise, and stores it where that is wanted."""

    example = "scrapy reextract warc --since 2026-11-01 --field text,authors --report again.html"

    def syntax(self) -> str:
        return "[PATH] [options]"

    def short_desc(self) -> str:
        return "Extract archived pages again, and show or store what comes otherwise"

    def long_desc(self) -> str:
        return (
            "Read archived pages with today's extraction and cleaning, with no network, and compare that with the "
            "records that were made of them: field by field, with examples of both readings, and which of them looks "
            "better by rules that are stated. Pages that were rejected are tried too. Nothing is stored without "
            "--apply; with it, what comes otherwise is stored as further versions (change re-extracted), which "
            "count as no change in the news. Crawls may run meanwhile; killed at any instant, the same command goes "
            "on where it was."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "path", metavar="PATH", nargs="?",
            help="WARC files: a folder, a file, or a pattern in quotes (default: the folder of NEWSBOT_ARCHIVE)",
        )  # fmt: skip
        group = parser.add_argument_group("which pages")
        group.add_argument("--since", type=day, metavar="DAY", help="fetched on this day (UTC) or later (default: any)")
        group.add_argument("--until", type=day, metavar="DAY", help="fetched on this day or before (default: any)")
        group.add_argument(
            "--source", type=names, metavar="NAME", nargs="+", action="extend", default=[],
            help="fetched for these sources (default: all)",
        )  # fmt: skip
        group = parser.add_argument_group("what of them")
        group.add_argument(
            "--field", type=names, metavar="NAME", nargs="+", action="extend", default=[],
            help="compare these fields of the record alone, and store these alone (default: all)",
        )  # fmt: skip
        group.add_argument("--apply", action="store_true", help="store what comes otherwise (default: show it)")
        group.add_argument("--report", metavar="FILE", type=Path, help="a page for a web browser (default: none)")
        group.add_argument("--json", action="store_true", help="print JSON for programs (default: no)")
        group = parser.add_argument_group("how")
        group.add_argument("--engine", default="local", help="local processes, or ray (default: %(default)s)")
        group.add_argument("--address", help="of the cluster of ray (default: one that is started here)")
        group.add_argument(
            "--workers", type=whole_number(0), metavar="N", help="local processes (default: NEWSBOT_EXTRACT_WORKERS)"
        )
        group.add_argument(
            "--anew",
            action="store_true",
            help="begin with the first file (default: where one of these options was killed)",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.bulk.paths import archives_of, require_archives
        from newsbot.bulk.reextraction.comparison import FIELDS
        from newsbot.bulk.reextraction.journal import JournalFile
        from newsbot.bulk.reextraction.reading import Choice
        from newsbot.crawl.worker_pool import Extraction
        from newsbot.items import EXTRACTORS

        if opts.since and opts.until and opts.since > opts.until:
            raise UsageError(f"--since {opts.since} is later than --until {opts.until}")
        fields = list(dict.fromkeys(chain(*opts.field)))
        require_known("field", fields, FIELDS)
        choice = Choice(since=opts.since, until=opts.until, sources=list(chain(*opts.source)))
        assert self.settings is not None
        extraction = Extraction.from_settings(self.settings)
        asked = {
            "path": opts.path, "since": choice.since, "until": choice.until, "sources": sorted(choice.sources),
            "fields": sorted(fields), "apply": opts.apply, "extraction": repr(extraction),
            "by": EXTRACTORS[extraction.extractor],
        }  # fmt: skip
        with self.open_store() as engine:
            self.require_sources(engine, choice.sources)
            require_archives(files := archives_of(self._path(opts)))
            kept = JournalFile(self.output, asked)
            with kept.mine():
                return self._extract(engine, files, choice, extraction, fields or FIELDS, kept, opts)

    def _extract(
        self,
        engine: Engine,
        files: Sequence[Path],
        choice: Choice,
        extraction: Extraction,
        fields: Sequence[str],
        kept: JournalFile,
        opts: argparse.Namespace,
    ) -> ExitStatus:
        """Read the files, tell what comes of them, and store that if it is wanted."""
        from newsbot.bulk.engines import engine_of
        from newsbot.bulk.reextraction.course import Course
        from newsbot.bulk.reextraction.journal import Journal
        from newsbot.bulk.reextraction.reading import read_again
        from newsbot.crawl.outbox.recovery import heal
        from newsbot.crawl.worker_pool import worker_count
        from newsbot.process import utc_now

        wanted = self.setting("NEWSBOT_EXTRACT_WORKERS") if opts.workers is None else opts.workers
        processes = engine_of(
            opts.engine,
            workers=worker_count(int(wanted)),
            timeout=float(self.setting("NEWSBOT_EXTRACT_TIMEOUT")),
            address=opts.address,
        )
        journal = (None if opts.anew else kept.load()) or Journal()
        with_removed = self.setting("NEWSBOT_EXPORT_REMOVED")
        application = self._application(engine) if opts.apply else None
        try:
            if application:
                for run_id, written in heal(engine, self.output, now=utc_now(), with_removed=with_removed).items():
                    journal.files |= written if run_id in journal.run_ids else {}
                journal.run_ids.append(application.begin())
                kept.save(journal)
            course = Course(
                engine,
                journal,
                choice=choice,
                fields=fields,
                max_pages=int(self.setting("NEWSBOT_MAX_ARTICLE_PAGES")),
                application=application,
            )
            with _shown(files, journal) as told:
                try:
                    course.go(
                        files,
                        partial(read_again, choice=choice, extraction=extraction),
                        processes,
                        now=utc_now,
                        save=partial(kept.save, journal),
                        told=told,
                    )
                finally:
                    processes.close()
            if application:
                journal.files |= application.finish(with_removed=with_removed)
                kept.save(journal)
        finally:
            if application:
                application.abandon()
        self._tell(journal, files, opts)
        kept.forget()
        return ExitStatus.UNREACHABLE if journal.tally.notes else ExitStatus.WHOLE

    def _path(self, opts: argparse.Namespace) -> str:
        """Return where the archive is. Raises UsageError."""
        path = opts.path or self.setting("NEWSBOT_ARCHIVE")
        if not path:
            raise UsageError("say which WARC files: PATH, or in NEWSBOT_ARCHIVE the folder in which crawls keep pages")
        return str(path)

    def _application(self, engine: Engine) -> Application:
        from newsbot.bulk.reextraction.application import Application
        from newsbot.process import utc_now
        from newsbot.sources import BUNDLED, Outlets, load_sources
        from newsbot.store.articles import Policy

        outlets = Outlets(load_sources(self.setting("NEWSBOT_SOURCES") or BUNDLED))
        policy = Policy(duplicates=self.setting("NEWSBOT_DUPLICATES"))
        return Application(engine, self.output, policy=policy, outlets=outlets, now=utc_now)

    def _tell(self, journal: Journal, files: Sequence[Path], opts: argparse.Namespace) -> None:
        """Print what came of the pages, and write the page for a browser. Raises OSError."""
        from newsbot.bulk.reextraction import page
        from newsbot.commands._comparison import picture
        from newsbot.commands._terminal import line, print_json, screen
        from newsbot.process import utc_now

        tally, rest = journal.tally, rest_of(journal)
        if opts.report:
            subject = f"{len(files):,} archive file{'' if len(files) == 1 else 's'} extracted again"
            page.write(opts.report, tally, now=utc_now(), subject=subject, rest=rest, is_applied=opts.apply)
        if opts.json:
            print_json(as_dict(journal, len(files)))
            return
        console = screen()
        for told in picture(tally, page.NAMES, width=console.width):
            console.print(told)
        if rest:
            console.print(line())
            console.print(line(("compared with nothing", "bold")))
            for why, count in rest:
                console.print(line(f"{count:>7,}  {why}"))
        console.print(line())
        console.print(line(came_of(journal, is_applied=opts.apply)))
        if opts.report:
            console.print(line(f"side by side: {opts.report}"))


def rest_of(journal: Journal) -> list[tuple[str, int]]:
    """Return why pages were compared with nothing, and how many."""
    from newsbot.bulk.reextraction.matching import REASONS

    return [(why, journal.tally.pages[why]) for why in REASONS if journal.tally.pages[why]]


def came_of(journal: Journal, *, is_applied: bool) -> str:
    """Say in a line what was stored, and where it stands."""
    from newsbot.bulk.reextraction.course import ADDED, CHANGED

    if not journal.tally.pages.total():
        return "no page of these files is one of those that were asked for"
    changed, added = (journal.stored.get(what, 0) for what in (CHANGED, ADDED))
    if not is_applied:
        is_there = journal.tally.pages["changed"] + journal.tally.pages["gained"] > 0
        return "nothing was stored; --apply stores what is read otherwise" if is_there else "there is nothing to store"
    if not changed + added:
        return "there was nothing to store"
    told = [f"{changed:,} as further versions" if changed else "", f"{added:,} as new articles" if added else ""]
    where = (
        ", ".join(f"{path} ({lines:,} lines)" for path, lines in journal.files.items())
        or "no file (NEWSBOT_DUPLICATES)"
    )
    return f"stored {' and '.join(filter(None, told))}: {where}"


def as_dict(journal: Journal, files: int) -> dict[str, Any]:
    """Return what came of the pages as plain values."""
    tally = journal.tally.as_dict()
    pages = {what: tally["pages"].get(what, 0) for what in ("same", "changed", "gained", "lost")}
    return {
        **tally,
        "archives": files,
        "compared": journal.tally.compared,
        "pages": pages,
        "rest": dict(rest_of(journal)),
        "stored": journal.stored,
        "files": journal.files,
    }


@contextmanager
def _shown(files: Sequence[Path], journal: Journal) -> Iterator[Callable[[Part[Any]], None]]:
    """Yield what hears of each part that was read, and shows on a terminal how far that is and how long it takes."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
        TextColumn("{task.fields[pages]:,} pages"), TimeRemainingColumn(),
    )  # fmt: skip
    sizes = {str(file): file.stat().st_size for file in files}
    left = {str(file): start for file, start in journal.left(files)}
    before = sum(size for name, size in sizes.items() if name not in left)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=sum(sizes.values()), pages=journal.tally.pages.total())

        def told(part: Part[Any]) -> None:
            nonlocal before
            before += sizes[part.path] if part.is_last else 0
            within = 0 if part.is_last else part.next.offset
            progress.update(task, completed=before + within, pages=journal.tally.pages.total())

        if journal.at or journal.done:
            print(f"going on where it was: {before + sum(left.values()):,} bytes are read", file=sys.stderr)
        yield told
