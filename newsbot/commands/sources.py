"""`scrapy sources`: list, check, add and repair the outlets of a sources file."""

from __future__ import annotations

import argparse
import logging
import os
import shlex
import sys
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import CommandGroup, printable, quiet_libraries
from newsbot.commands._terminal import print_table
from newsbot.process import ExitStatus, UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from newsbot.health.measures import ListingState
    from newsbot.sources import Source
    from newsbot.spiders.probe import ListingReport, ProbeSpider, SiteReport

Probe = TypeVar("Probe", bound="ProbeSpider")


class Command(CommandGroup, ScrapyCommand):
    """Lists, checks and extends the sources file."""

    needs_project = False
    example = "scrapy sources check the-bbc the-guardian"

    def syntax(self) -> str:
        return "[options] list | check [NAME ...] | add URL | repair NAME | boilerplate NAME"

    def short_desc(self) -> str:
        return "List, check, add or repair the outlets of a sources file"

    def long_desc(self) -> str:
        return (
            "Look at the outlets of a sources file, try them, add one, mend one whose listings are gone, or say what "
            "is no part of their articles."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        list_ = self.add_subcommand(
            "list",
            self._list,
            "show the outlets, after checking the file",
            syntax="[options]",
            example="scrapy sources list --file my-outlets.toml",
        )
        check = self.add_subcommand(
            "check",
            self._check,
            "fetch every outlet's listings and one article, and show what works; exits with 3 if something does not",
            syntax="[options] [NAME ...]",
            example="scrapy sources check the-bbc the-guardian",
        )
        check.add_argument("names", metavar="NAME", nargs="*", help="outlets to check (default: all)")
        add = self.add_subcommand(
            "add",
            self._add,
            "find the feeds and sitemaps of a site, try them, show what was found, and append it to a sources file",
            syntax="URL [options]",
            example="scrapy sources add https://example.org --file my-outlets.toml",
        )
        add.add_argument("url", metavar="URL", help="home page of the site")
        repair = self.add_subcommand(
            "repair",
            self._repair,
            "try an outlet's listings, look on its site for what may stand in the place of those that fail or have "
            "moved, show that as a change of the sources file, and ask; exits with 3 if something is left to mend",
            syntax="NAME [options]",
            example="scrapy sources repair the-bbc --file my-outlets.toml",
        )
        repair.add_argument("name", metavar="NAME", help="the source")
        boilerplate = self.add_subcommand(
            "boilerplate",
            self._boilerplate,
            "show the blocks of a source's sites that were learned to be no part of its articles, and overrule that",
            syntax="NAME [options]",
            example="scrapy sources boilerplate the-bbc --keep 5f0c1d2e3a4b5c6d",
        )
        boilerplate.add_argument("name", metavar="NAME", help="the source")
        for reader in (list_, check, repair):
            self.add_option(reader, "--file", metavar="FILE", help="default: NEWSBOT_SOURCES, or the bundled one")
        self.add_option(add, "--file", metavar="FILE", help="append to it (default: NEWSBOT_SOURCES; none: only show)")
        yes = "change the file without asking (default: ask on the terminal; none: only show)"
        self.add_option(repair, "--yes", action="store_true", help=yes)
        for option, what in (("--keep", "never"), ("--drop", "always")):
            help_ = f"{what} remove this block (default: as learned)"
            self.add_option(boilerplate, option, metavar="BLOCK", action="append", default=[], help=help_)

    def _list(self, opts: argparse.Namespace) -> ExitStatus:
        show_sources(self._sources(opts))
        return ExitStatus.WHOLE

    def _check(self, opts: argparse.Namespace) -> ExitStatus:
        reports = self._probe(sources=self._sources(opts, opts.names))
        show_reports(reports)
        return ExitStatus.WHOLE if all(report.is_healthy for report in reports) else ExitStatus.UNREACHABLE

    def _add(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.sources import append_source, load_sources, toml_block, with_free_name
        from newsbot.web.urls import InvalidURL, canonical_url

        try:
            home = canonical_url(opts.url if "://" in opts.url else f"https://{opts.url}")
        except InvalidURL as error:
            raise UsageError(f"add: {error}") from None
        name = opts.file or self.setting("NEWSBOT_SOURCES")
        file = Path(name) if name else None
        taken = load_sources(file) if file and file.exists() else []
        if file and not os.access(file.parent, os.W_OK):
            raise UsageError(f"{file} cannot be written: {file.parent} is no folder, or none that may be changed")
        (report,) = self._probe(url=home)
        show_reports([report], listings=True)
        if not any(listing.named for listing in report.listings):
            print(f"nothing was added: no article could be found at {home}")
            return ExitStatus.UNREACHABLE
        source = with_free_name(report.source, taken)
        print("", printable(toml_block(source)), sep="\n")
        if file is None:
            print("nothing was written; name a sources file to append this to: --file my-outlets.toml")
        elif any(source.home == known.home for known in taken):
            print(f"nothing was written: {file} has {source.home} already")
        else:
            append_source(file, source)
            print(f"added to {file} as {source.name}")
        return ExitStatus.WHOLE

    def _repair(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.process import utc_now
        from newsbot.sources import load_sources, read_text, with_replacements, write_sources
        from newsbot.spiders.repair import RepairSpider

        file = self._file(opts)
        (source,) = load_sources(file, only=[opts.name])
        text, hindrance = read_text(file), hindrance_of(file)
        if opts.yes and hindrance:
            raise UsageError(hindrance)
        spider = self._crawled(RepairSpider, sources=[source], states=self._states(source.name), now=utc_now())
        (report,) = spider.reports
        for remark in spider.proposal.remarks:
            print(printable(f"{source.name}: {remark}"))
        print(printable(f"{source.name}: an article: {report.article_url or report.fault}"))
        is_whole = bool(report.article and not spider.proposal.unmended)
        if not spider.proposal.replacements:
            print(
                f"nothing to repair: all that {file} says of {source.name} works"
                if is_whole
                else "nothing was changed: nothing better was found"
            )
            return ExitStatus.WHOLE if is_whole else ExitStatus.UNREACHABLE
        proposed = with_replacements(text, source.name, spider.proposal.replacements)
        print("", printable(difference(text, proposed, str(file))), sep="\n")
        if hindrance or not (opts.yes or agreed(file)):
            print("nothing was changed" + (f": {hindrance}" if hindrance else ""))
            return ExitStatus.UNREACHABLE
        if read_text(file) != text:
            raise UsageError(f"nothing was changed: {file} was written by somebody else meanwhile; say it again")
        write_sources(file, proposed)
        self._forget_states(source.name, [change.old for change in spider.proposal.replacements if change.old])
        print(f"{file} was changed")
        return ExitStatus.WHOLE if is_whole else ExitStatus.UNREACHABLE

    def _states(self, name: str) -> list[ListingState]:
        """Return what the store knows of a source's listings; nothing where there is no store yet."""
        from newsbot.store.health import listing_states

        try:
            with self.open_store() as engine:
                return listing_states(engine, [name]).get(name, [])
        except UsageError:
            return []

    def _forget_states(self, name: str, addresses: list[str]) -> None:
        """Forget how listings stood that the file names no more, so that nothing complains of them."""
        from newsbot.store.listings import drop

        with suppress(UsageError), self.open_store() as engine, engine.begin() as connection:
            drop(connection, name, addresses)

    def _boilerplate(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.crawl.boilerplate import learned_blocks
        from newsbot.store.sites import judge

        with self.open_store() as engine:
            self.require_sources(engine, [opts.name])
            learned = {item.key: item for item in learned_blocks(engine, opts.name)}
            for verdict in ("keep", "drop"):
                for key in getattr(opts, verdict):
                    if key not in learned:
                        raise UsageError(
                            f"{opts.name}: no block {key} is known; those that are: "
                            f"scrapy sources boilerplate {opts.name}"
                        )
                    judge(engine, learned[key].site, learned[key].block.fingerprint, verdict)
            blocks = list(learned_blocks(engine, opts.name))
        if not blocks:
            print(f"nothing is known of {opts.name} yet: no block stood in more than one of its articles")
            return ExitStatus.WHOLE
        table = _table("block", "seen in", "is", "text")
        for item in blocks:
            state = f"{item.block.verdict or ''} {'removed' if item.is_removed else 'kept'}".strip()
            _row(table, item.key, f"{item.block.articles} of {item.recent}", state, item.block.sample)
        print_table(table)
        return ExitStatus.WHOLE

    def _sources(self, opts: argparse.Namespace, names: list[str] | None = None) -> list[Source]:
        from newsbot.sources import load_sources

        return load_sources(self._file(opts), only=names or [])

    def _file(self, opts: argparse.Namespace) -> Path:
        from newsbot.sources import BUNDLED

        return Path(opts.file or self.setting("NEWSBOT_SOURCES") or BUNDLED)

    def _probe(self, **arguments: object) -> list[SiteReport]:
        from newsbot.spiders.probe import ProbeSpider

        return self._crawled(ProbeSpider, **arguments).reports

    def _crawled(self, spider: type[Probe], **arguments: object) -> Probe:
        """Let a spider do its work, and return it. Raises KeyboardInterrupt if it was stopped."""
        from scrapy.crawler import AsyncCrawlerProcess

        from newsbot.extensions.progress import status_line

        process = AsyncCrawlerProcess(self.settings)
        quiet_libraries()
        logging.getLogger("newsbot").setLevel(logging.WARNING)
        crawler = process.create_crawler(spider)
        with status_line() as told:
            process.crawl(crawler, told=told, **arguments)
            process.start()
        if crawler.stats.get_value("finish_reason") in (None, "shutdown"):
            raise KeyboardInterrupt  # Scrapy has taken it
        assert isinstance(crawler.spider, spider)
        return crawler.spider


def hindrance_of(file: Path) -> str:
    """Return why a sources file cannot be changed, and what to do; empty if it can."""
    from newsbot.sources import BUNDLED

    if file.resolve() == BUNDLED.resolve():
        return (
            "this file is a part of newsbot, and goes with the next version; change a copy of it: "
            f"cp {shlex.quote(str(BUNDLED))} my-outlets.toml, and say --file my-outlets.toml"
        )
    if not (os.access(file, os.W_OK) and os.access(file.resolve().parent, os.W_OK)):
        return f"{file} cannot be written: it, or its folder, may not be changed by you"
    return ""


def agreed(file: Path) -> bool:
    """Ask on the terminal whether to change a file; where there is none, say how to."""
    if not sys.stdin.isatty():
        print("there is no terminal to ask on; --yes changes it")
        return False
    return input(f"change {file}? [y/N] ").strip().lower() in ("y", "yes")


def difference(before: str, after: str, name: str) -> str:
    """Return what is changed in a text as a unified diff, without its last end of line."""
    lines = unified_diff(before.splitlines(), after.splitlines(), name, f"{name} (proposed)", lineterm="")
    return "\n".join(lines)


def show_sources(sources: list[Source]) -> None:
    """Print a table of sources."""
    table = _table("name", "title", "country", "language", "listings", "tags", "home")
    for source in sources:
        channels = [channel for channel, _ in source.listings()]
        listings = ", ".join(f"{channels.count(c)} {c}" for c in dict.fromkeys(channels))
        tags = " ".join(source.tags)
        _row(table, source.name, source.title, source.country, source.language, listings, tags, source.home)
    print_table(table)


def show_reports(reports: list[SiteReport], *, listings: bool = False) -> None:
    """Print a table of what works, and below it, a line each, what does not; with ``listings``, what does too."""
    from newsbot.spiders.probe import PROVEN

    table = _table("source", "reachable", "entries", "newest", "validators", "robots", "fields", "opt-outs")
    for report in reports:
        read = [listing for listing in report.listings if not listing.error]
        _row(
            table,
            report.source.name,
            f"{len(read)} of {len(report.listings)}",
            str(sum(len(listing.named) for listing in read)),
            max((listing.newest or "" for listing in read), default="")[:16].replace("T", " ") or "-",
            _validators(read),
            report.robots,
            f"{len(report.filled)} of {len(PROVEN)}" if report.article else "no article",
            ", ".join(report.opt_outs) or "none",
        )
    print_table(table)
    for report in reports:
        for line in _remarks(report, PROVEN, listings=listings):
            print(printable(line))


def _table(names: str, *facts: str) -> Table:
    """Return an empty table, the first column of which is never cut or broken: who reads a name there may type it."""
    from rich.table import Column, Table

    columns = [Column(names, no_wrap=True), *(Column(fact, overflow="fold") for fact in facts)]
    return Table(*columns, box=None, pad_edge=False)


def _row(table: Table, *cells: str | None) -> None:
    """Add a row of plain texts: what a site says of itself is neither markup nor commands to the terminal."""
    from rich.text import Text

    from newsbot.web.text import escaped

    table.add_row(*(Text(escaped(cell or "")) for cell in cells))


def _remarks(report: SiteReport, proven: tuple[str, ...], *, listings: bool) -> list[str]:
    name = report.source.name
    lines = []
    for listing in report.listings:
        if listing.error:
            lines.append(f"{name}: {listing.channel} {listing.url}: {listing.error}")
        elif listings:
            what = f"{len(listing.named)} entries, newest {listing.newest or 'undated'}"
            lines.append(f"{name}: {listing.channel} {listing.url}: {what}")
    if report.article is None:
        lines.append(f"{name}: no article: {report.fault}")
    elif missing := [field for field in proven if field not in report.filled]:
        lines.append(f"{name}: {report.article_url} has no {', '.join(missing)}")
    return lines


def _validators(read: list[ListingReport]) -> str:
    found = {name for listing in read for name in listing.validators}
    return ", ".join(sorted(found)) or "none"
