"""`scrapy prune`: forget old near-duplicates."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newsbot.crawl.run import utc_now
from newsbot.store import StoreError
from newsbot.store.database import open_existing, store_url
from newsbot.store.duplicates import prune


class Command(ScrapyCommand):
    """Clears the index of near-duplicates of what is old."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--days N]"

    def short_desc(self) -> str:
        return "Forget how old texts look in changed form"

    def long_desc(self) -> str:
        return (
            "Take articles older than NEWSBOT_REMEMBER_DAYS out of the index of near-duplicates. Every run does a "
            "little of it; this does all, in steps so short that a crawl can go on meanwhile. No article is deleted."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--days", type=int, metavar="N", help="instead of NEWSBOT_REMEMBER_DAYS")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        days = self.settings.getint("NEWSBOT_REMEMBER_DAYS") if opts.days is None else opts.days
        if args or days < 0:
            raise UsageError("say: scrapy prune [--days N]")
        try:
            forgotten = prune(
                open_existing(store_url(self.settings["NEWSBOT_DATABASE_URL"], Path(self.settings["NEWSBOT_OUTPUT"]))),
                days,
                now=utc_now(),
            )
        except StoreError as error:
            raise UsageError(str(error), print_help=False) from None
        print(f"{forgotten} articles older than {days} days are no longer compared with what comes")
