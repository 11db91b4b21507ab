"""`scrapy sources`: the outlets of a sources file."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newsbot.sources import BUNDLED, SourcesError, load_sources


class Command(ScrapyCommand):
    """Lists and checks the sources file."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] list"

    def short_desc(self) -> str:
        return "List the outlets of the sources file"

    def long_desc(self) -> str:
        return "List the outlets of the sources file, after checking it: every fault is named with its line."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--file", metavar="FILE", help="sources file (NEWSBOT_SOURCES, or the bundled one)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args != ["list"]:
            raise UsageError("say: scrapy sources list")
        assert self.settings is not None
        try:
            sources = load_sources(opts.file or self.settings["NEWSBOT_SOURCES"] or BUNDLED)
        except SourcesError as error:
            raise UsageError(str(error), print_help=False) from None
        table = Table("name", "title", "country", "language", "listings", "home", box=None)
        for source in sources:
            channels = [channel for channel, _ in source.listings()]
            listings = ", ".join(f"{channels.count(c)} {c}" for c in dict.fromkeys(channels))
            table.add_row(source.name, source.title, source.country, source.language, listings, source.home)
        Console().print(table)
