"""`scrapy sources`: list, check and add the outlets of a sources file."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import tomlkit
from rich.console import Console
from rich.table import Table
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from tomlkit.items import AoT
from tomlkit.items import Table as TomlTable

from newsbot.commands.crawl import QUIET
from newsbot.crawl.boilerplate import learned_blocks
from newsbot.extensions.log_escaping import escaped
from newsbot.process import ExitStatus
from newsbot.sources import BUNDLED, Source, SourcesError, bounded_name, load_sources
from newsbot.store import StoreError
from newsbot.store.database import open_existing, store_url
from newsbot.store.sites import judge
from newsbot.web.urls import InvalidURL, canonical_url

if TYPE_CHECKING:
    from newsbot.spiders.probe import ListingReport, SiteReport


class Command(ScrapyCommand):
    """Lists, checks and extends the sources file."""

    requires_project = True

    def syntax(self) -> str:
        return "[options] list | check [NAME ...] | add URL | boilerplate NAME"

    def short_desc(self) -> str:
        return "List, check or add the outlets of a sources file"

    def long_desc(self) -> str:
        return (
            "list: show the outlets, after checking the file. check: fetch every outlet's listings and one article, "
            "and show what works; exits with 3 if something does not. add: find the feeds and sitemaps of a site, try "
            "them, show what was found, and append it to the file named with --file. boilerplate: show the blocks of a "
            "source's sites that were learned to be no part of its articles; --keep and --drop overrule that."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--file", metavar="FILE", help="sources file (NEWSBOT_SOURCES, or the bundled one)")

        parser.add_argument("--keep", metavar="BLOCK", action="append", default=[], help="never remove this block")
        parser.add_argument("--drop", metavar="BLOCK", action="append", default=[], help="always remove this block")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
        file = opts.file or self.settings["NEWSBOT_SOURCES"]
        match args:
            case ["list"]:
                _list(_load(file or BUNDLED))
            case ["check", *names]:
                reports = self._probe(sources=_load(file or BUNDLED, names))
                _show(reports)
                self.exitcode = 0 if all(report.is_healthy for report in reports) else ExitStatus.UNREACHABLE
            case ["add", url]:
                self.exitcode = self._add(url, Path(file) if file else None)
            case ["boilerplate", name]:
                self._boilerplate(name, opts.keep, opts.drop)
            case _:
                raise UsageError("say: scrapy sources list | check [NAME ...] | add URL | boilerplate NAME")

    def _probe(self, **arguments: object) -> list[SiteReport]:
        # Scrapy loads every command before it runs one, and few of them need the extractor.
        from newsbot.spiders.probe import ProbeSpider

        assert self.crawler_process is not None
        logging.getLogger("newsbot").setLevel(logging.WARNING)
        crawler = self.crawler_process.create_crawler(ProbeSpider)
        self.crawler_process.crawl(crawler, **arguments)
        self.crawler_process.start()
        return crawler.spider.reports if isinstance(crawler.spider, ProbeSpider) else []

    def _boilerplate(self, name: str, keep: list[str], drop: list[str]) -> None:
        assert self.settings is not None
        output = Path(self.settings["NEWSBOT_OUTPUT"])
        try:
            engine = open_existing(store_url(self.settings["NEWSBOT_DATABASE_URL"], output))
        except StoreError as error:
            raise UsageError(str(error), print_help=False) from None
        learned = {item.key: item for item in learned_blocks(engine, name)}
        for key, verdict in [*((key, "keep") for key in keep), *((key, "drop") for key in drop)]:
            if key not in learned:
                raise UsageError(
                    f"{name}: no block {key} is known; those that are: scrapy sources boilerplate {name}",
                    print_help=False,
                )
            judge(engine, learned[key].site, learned[key].block.fingerprint, verdict)
        table = Table("block", "seen in", "is", "text", box=None)
        for item in learned_blocks(engine, name):
            state = f"{item.block.verdict or ''} {'removed' if item.is_removed else 'kept'}".strip()
            table.add_row(item.key, f"{item.block.articles} of {item.recent}", state, Text(escaped(item.block.sample)))
        if table.row_count:
            Console().print(table)
        else:
            print(f"nothing is known of {name} yet: no block stood in more than one of its articles")

    def _add(self, url: str, file: Path | None) -> int:
        try:
            home = canonical_url(url if "://" in url else f"https://{url}")
        except InvalidURL as error:
            raise UsageError(f"add: {error}", print_help=False) from None
        taken = _load(file) if file and file.exists() else []
        (report,) = self._probe(url=home)
        _show([report], listings=True)
        if not any(listing.named for listing in report.listings):
            print(f"nothing was added: no article could be found at {home}")
            return ExitStatus.UNREACHABLE
        source = _with_free_name(report.source, {source.name for source in taken})
        block = _block(source)
        print("\n[[source]]", *map(escaped, block.as_string().split("\n")), sep="\n")
        if file is None:
            print("nothing was written; name a sources file to append this to: --file my-outlets.toml")
            return 0
        if any(source.home == known.home for known in taken):
            print(f"nothing was written: {file} has {source.home} already")
            return 0
        append(file, block)
        print(f"added to {file} as {source.name}")
        return 0


def append(file: Path, block: TomlTable) -> None:
    """Append a [[source]] block to a sources file, whose comments and order stay as they are."""
    text = file.read_text("utf-8") if file.exists() else ""
    document = tomlkit.parse(text)
    blocks = document.get("source")
    if blocks is None:
        blocks = tomlkit.aot()
        document.append("source", blocks)
    assert isinstance(blocks, AoT)
    if len(blocks):
        last = blocks[-1].as_string()
        blocks[-1].add(tomlkit.nl()) if not last.endswith("\n\n") else None
    blocks.append(block)
    temporary = file.with_name(f"{file.name}.new")
    temporary.write_text(tomlkit.dumps(document), "utf-8")
    load_sources(temporary)
    temporary.replace(file)


def _block(source: Source) -> TomlTable:
    block = tomlkit.table()
    for name, value in source.model_dump(exclude_defaults=True).items():
        if isinstance(value, list):
            array = tomlkit.array()
            array.extend(value)
            block.add(name, array.multiline(len(value) > 1))
        else:
            block.add(name, value)
    return block


def _with_free_name(source: Source, taken: set[str]) -> Source:
    names = [source.name, f"{source.name}-{source.country}" if source.country else source.name]
    names += [f"{source.name}-{number}" for number in range(2, 1000)]
    return source.model_copy(update={"name": next(name for name in map(bounded_name, names) if name not in taken)})


def _load(file: Path | str, names: list[str] | None = None) -> list[Source]:
    try:
        return load_sources(file, only=names or [])
    except SourcesError as error:
        raise UsageError(str(error), print_help=False) from None


def _list(sources: list[Source]) -> None:
    table = Table("name", "title", "country", "language", "listings", "tags", "home", box=None)
    for source in sources:
        channels = [channel for channel, _ in source.listings()]
        listings = ", ".join(f"{channels.count(c)} {c}" for c in dict.fromkeys(channels))
        tags = " ".join(source.tags)
        _row(table, source.name, source.title, source.country, source.language, listings, tags, source.home)
    Console().print(table)


def _show(reports: list[SiteReport], *, listings: bool = False) -> None:
    """Print a table of what works, and below it what does not, one line a fault."""
    from newsbot.spiders.probe import PROVEN

    console = Console() if sys.stdout.isatty() else Console(width=160)
    table = Table("source", "reachable", "entries", "newest", "validators", "robots", "fields", "opt-outs", box=None)
    for report in reports:
        read = [listing for listing in report.listings if not listing.error]
        _row(
            table,
            report.source.name,
            f"{len(read)} of {len(report.listings)}",
            str(sum(len(listing.named) for listing in read)),
            max((listing.newest or "" for listing in read), default="")[:16] or "-",
            _validators(read),
            report.robots,
            f"{len(report.filled)} of {len(PROVEN)}" if report.article else "no article",
            ", ".join(report.opt_outs) or "none",
        )
    console.print(table)
    for report in reports:
        for line in _remarks(report, listings=listings):
            console.print(escaped(line), markup=False, highlight=False, soft_wrap=True)


def _row(table: Table, *cells: str | None) -> None:
    """Add a row of plain texts: what a site says of itself is neither markup nor commands to the terminal."""
    table.add_row(*(Text(escaped(cell or "")) for cell in cells))


def _remarks(report: SiteReport, *, listings: bool) -> list[str]:
    from newsbot.spiders.probe import PROVEN

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
    elif missing := [field for field in PROVEN if field not in report.filled]:
        lines.append(f"{name}: {report.article_url} has no {', '.join(missing)}")
    return lines


def _validators(read: list[ListingReport]) -> str:
    found = {name for listing in read for name in listing.validators}
    return ", ".join(sorted(found)) or "none"
