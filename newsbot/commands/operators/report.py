"""`scrapy report`: how the collection stands, as one page to open in a web browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, whole_number
from newsbot.process import ExitStatus, NewsbotError, UsageError, utc_now

MOST_DAYS = 3660
"""Ten years, a column each."""


class Command(NewsbotCommand, ScrapyCommand):
    """Writes the report that every run writes."""

    example = "scrapy report /srv/www/newsbot.html --days 30"

    def syntax(self) -> str:
        return "[PATH] [--days N]"

    def short_desc(self) -> str:
        return "Write how the collection stands, as one page for a web browser"

    def long_desc(self) -> str:
        return (
            "Write the report that every run writes: alarms, the last runs, articles a day, when articles come, the "
            "health of every source, who carries whose stories, the slowest sources and the latest articles. It is one "
            "file that needs no other and no network. Crawls may run meanwhile."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "path", metavar="PATH", nargs="?", help="file to write (default: NEWSBOT_REPORT in the output folder)"
        )
        parser.add_argument(
            "--days",
            type=whole_number(1),
            metavar="N",
            help="days in the picture of articles a day (default: 90)",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.report import write
        from newsbot.report.figures import DAYS
        from newsbot.report.words import size

        if opts.days and opts.days > MOST_DAYS:
            raise UsageError(f"--days: {MOST_DAYS} at most, not {opts.days}")
        setting = self.setting("NEWSBOT_REPORT")
        if opts.path is None and not setting:
            raise UsageError("NEWSBOT_REPORT is empty; say where the report goes: scrapy report PATH")
        path = Path(opts.path) if opts.path else self.output / setting
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file, such as {path / 'report.html'}")
        with self.open_store() as engine:
            try:
                written = write(engine, path, now=utc_now(), days=opts.days or DAYS)
            except OSError as error:
                raise NewsbotError(f"{path} cannot be written: {error.strerror or error}") from None
        print(f"{path} ({size(written)})")
        return ExitStatus.WHOLE
