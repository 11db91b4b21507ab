"""`scrapy crawl`, as Scrapy has it, with an exit status that cron and systemd can act on."""

from __future__ import annotations

import argparse
import logging

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

QUIET = ("alembic", "scrapy.addons", "scrapy.core.engine", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log")
"""Loggers whose INFO lines tell a developer of Scrapy or Alembic something, and nobody else."""


class Command(ScrapyCrawl):
    """Runs a spider; exits with 0 whole, 1 crashed or refused, 2 wrong usage, 3 unhealthy, 4 left to another crawl."""

    def long_desc(self) -> str:
        return (
            "Run a spider: news (every source of the sources file), site (one site, -a url=...) or archive. "
            "Exit status: 0 whole, 1 crashed or refused, 2 wrong usage, 3 finished, and a source is unreachable, "
            "4 a source was left to another crawl that is at it."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider: news, site or archive")
        assert self.crawler_process is not None
        known = self.crawler_process.spider_loader.list()
        if args[0] not in known:
            raise UsageError(f"there is no spider {args[0]!r}; there are: {', '.join(known)}", print_help=False)
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
        crawler = self.crawler_process.create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.exitcode = getattr(crawler.spider, "exit_status", int(self.crawler_process.bootstrap_failed))
