"""`scrapy crawl`, as Scrapy has it, with an exit status that cron and systemd can act on."""

from __future__ import annotations

import argparse

from scrapy.commands.crawl import Command as ScrapyCrawl

from newsbot.commands._base import NewsbotCommand, quiet_libraries
from newsbot.process import ExitStatus, UsageError


class Command(NewsbotCommand, ScrapyCrawl):
    """Runs a spider; how that ended is its exit status."""

    requires_crawler_process = True
    example = "scrapy crawl news -a sources=my-outlets.toml -a due=1"

    def syntax(self) -> str:
        return "[options] SPIDER [-a NAME=VALUE ...]"

    def short_desc(self) -> str:
        return "Run a spider"

    def long_desc(self) -> str:
        return (
            "Run a spider: news (every source of the sources file), site (one site, -a url=...) or archive. "
            "Exit status: 0 whole, 1 crashed or refused, 2 wrong usage, 3 finished, and a source is "
            "unreachable or its pages came to nothing, 4 a source was left to another crawl that is at it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("spider", metavar="SPIDER", nargs="?", help="news, site or archive")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.extensions.collection import Collection
        from newsbot.sources import did_you_mean

        assert self.crawler_process is not None
        spiders = self.crawler_process.spider_loader.list()
        there_are = f"there are: {', '.join(spiders)}"
        if opts.spider is None:
            raise UsageError(f"name one spider; {there_are}")
        if opts.spider not in spiders:
            raise UsageError(f"there is no spider {opts.spider!r}{did_you_mean(opts.spider, spiders)}; {there_are}")
        quiet_libraries()
        crawler = self.crawler_process.create_crawler(opts.spider)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        try:
            collection = crawler.get_extension(Collection)
        except RuntimeError:  # it failed before it had extensions, and Scrapy has said why
            return ExitStatus.CRASHED
        return collection.exit_status if collection else ExitStatus.WHOLE
