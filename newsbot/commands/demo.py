"""`scrapy demo`: the main job on the bundled newsroom, with no network but loopback."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, printable, whole_number
from newsbot.commands._terminal import as_typed
from newsbot.process import ExitStatus, UsageError

if TYPE_CHECKING:
    from rich.console import Console

PORT = 8600
"""First port of the newsroom. It stays the same, so that a second demo finds the same addresses."""
OWN = ("NEWSBOT_OUTPUT", "NEWSBOT_DATABASE_URL")
"""Settings of its crawl that are the demo's: it has a folder and a store of its own."""
GOES_ON = "Ended early; run `scrapy demo` again, and it goes on where it was."


class Command(NewsbotCommand, ScrapyCommand):
    """Serves the newsroom, runs `scrapy crawl news` on it, and shows what came of it."""

    needs_project = False
    example = "scrapy demo --sites 2 --articles 5 -s NEWSBOT_ARCHIVE=pages"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Run the main job on a bundled small web of news sites; no network needed"

    def long_desc(self) -> str:
        return (
            "Serve a bundled small web of news sites on 127.0.0.1, run `scrapy crawl news` on it as a user would, "
            "and show the files, the accounting line and the first article. Run it twice: nothing is new then. "
            "Its crawl has the settings that are given with -s."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group("newsroom")
        group.add_argument(
            "--port",
            type=whole_number(0),
            default=PORT,
            metavar="N",
            help="first port to serve on (default: %(default)s)",
        )
        group.add_argument(
            "--sites", type=whole_number(1), metavar="N", help="number of sites (default: all that are bundled)"
        )
        group.add_argument("--articles", type=whole_number(1), metavar="N", help="articles a site (default: 12)")

    def handle(self, opts: argparse.Namespace) -> int:
        from rich.console import Console

        from newsbot.demo import Newsroom, serve

        output = self.output / "demo"
        output.mkdir(parents=True, exist_ok=True)
        sizes = {name: value for name in ("sites", "articles") if (value := getattr(opts, name)) is not None}
        console = Console(highlight=False, soft_wrap=True)
        try:
            with serve(Newsroom(**sizes), port=opts.port) as newsroom:
                sources = output / "sources.toml"
                sources.write_text(newsroom.newsroom.sources_toml(), encoding="utf-8")
                _print(console, f"{len(newsroom.urls)} news sites are up; look at them at {newsroom.base}")
                status = _crawl(console, sources, output, opts.set)
        except RuntimeError as error:
            raise UsageError(f"{error}; try scrapy demo --port {PORT + 100}") from None
        _show(console, output, ended_early=status == ExitStatus.ENDED_EARLY)
        return status


def _crawl(console: Console, sources: Path, output: Path, settings: Sequence[str]) -> int:
    """Run `scrapy crawl news` as a user would, with settings (NAME=VALUE), and return its exit status."""
    chosen = [setting for setting in settings if setting.partition("=")[0] not in OWN]
    shown = ["crawl", "news", "-a", f"sources={sources}"]
    for setting in (*chosen, f"NEWSBOT_OUTPUT={output}"):
        shown += ["-s", setting]
    _print(console, as_typed(f"$ scrapy {' '.join(shown)}"))
    command = [sys.executable, "-m", "scrapy", *shown, "-s", "NEWSBOT_DATABASE_URL="]
    with subprocess.Popen(command) as crawl:  # noqa: S603 (our own command)
        # Ctrl-C reaches the crawl by itself; it ends in good order either way.
        ours = {
            signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda number, _frame: crawl.send_signal(number)),
        }
        try:
            return crawl.wait()
        finally:
            for number, handler in ours.items():
                signal.signal(number, handler)


def _show(console: Console, output: Path, *, ended_early: bool) -> None:
    """Show what the latest run brought home."""
    from newsbot.crawl.accounting import accounting_line
    from newsbot.store.ledger import Account

    sums = max(output.glob("coverage/*/*Z-????????.jsonl"), key=lambda path: path.name, default=None)
    if sums is None:
        return
    total = Account()
    for line in sums.read_bytes().splitlines():
        account = orjson.loads(line)
        total.reasons.update(account["reasons"])
        total.counts.update({name: value for name, value in account.items() if isinstance(value, int)})
    console.rule("what the demo brought home")
    _print(console, accounting_line(total))
    articles = output / "articles" / sums.parent.name / sums.name
    if not articles.exists():
        had = f"Nothing new: what the newsroom has is in {output}/articles already."
        _print(console, as_typed(GOES_ON) if ended_early else had)
        return
    for folder in ("articles", "duplicates", "coverage"):
        for path in sorted((output / folder / sums.parent.name).glob(f"{sums.stem}*")):
            _print(console, f"{folder:<11} {path} ({len(path.read_bytes().splitlines())} lines)")
    if (report := output / "report.html").exists():
        _print(console, f"{'report':<11} {report} (open it in a web browser)")
    console.rule("the first article")
    _show_article(console, orjson.loads(articles.read_bytes().splitlines()[0]))
    console.rule()
    _print(console, as_typed(GOES_ON if ended_early else "Run `scrapy demo` again: nothing will be new."))


def _show_article(console: Console, article: dict[str, Any]) -> None:
    byline = ", ".join(article["authors"]) or "no byline"
    _print(console, article["title"], style="bold")
    _print(console, f"{byline} | {article['published']} | {article['language']} | {article['source']}")
    _print(console, f"{article['url']}\n\n{article['text']}")
    for piece in article["removed"]:
        _print(console, f"(cleaning took out: {piece['text']!r:.70}, {piece['reason']})", style="dim")


def _print(console: Console, text: str, style: str | None = None) -> None:
    """Print a text of a page as it is: neither rich's markup nor commands to the terminal."""
    console.print(printable(text), style=style, markup=False)
