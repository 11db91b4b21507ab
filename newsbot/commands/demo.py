"""`scrapy demo`: the main job on the bundled newsroom, with no network but loopback."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newsbot.crawl.accounting import accounting_line
from newsbot.store.ledger import Account

PORT = 8600
"""First port of the newsroom. It stays the same, so that a second demo finds the same addresses."""


class Command(ScrapyCommand):
    """Serves the newsroom, runs `scrapy crawl news` on it, and shows what came of it."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Run the main job on a bundled small web of news sites; no network needed"

    def long_desc(self) -> str:
        return (
            "Serve a bundled small web of news sites on 127.0.0.1, run `scrapy crawl news` on it as a user would, "
            "and show the files, the accounting line and the first article. Run it twice: nothing is new then."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group("newsroom")
        group.add_argument("--port", type=int, default=PORT, help=f"first port to serve on ({PORT})")
        group.add_argument("--sites", type=int, help="number of sites (the bundled ones)")
        group.add_argument("--articles", type=int, help="articles a site (12)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from newsbot.demo import Newsroom, serve  # Scrapy loads every command before it runs one

        if args:
            raise UsageError("demo takes no arguments")
        assert self.settings is not None
        output = Path(self.settings["NEWSBOT_OUTPUT"]) / "demo"
        output.mkdir(parents=True, exist_ok=True)
        sizes = {name: value for name in ("sites", "articles") if (value := getattr(opts, name)) is not None}
        console = Console(highlight=False, soft_wrap=True)
        try:
            with serve(Newsroom(**sizes), port=opts.port) as newsroom:
                sources = output / "sources.toml"
                sources.write_text(newsroom.newsroom.sources_toml(), encoding="utf-8")
                _print(console, f"{len(newsroom.urls)} news sites are up; look at them at {newsroom.base}")
                self.exitcode = _crawl(console, sources, output)
        except RuntimeError as error:
            _print(console, f"{error}\nTry another port: scrapy demo --port {opts.port + 100}", style="red")
            self.exitcode = 1
            return
        _show(console, output)


def _crawl(console: Console, sources: Path, output: Path) -> int:
    """Run `scrapy crawl news` as a user would, and return its exit status."""
    shown = ["crawl", "news", "-a", f"sources={sources}", "-s", f"NEWSBOT_OUTPUT={output}"]
    _print(console, f"$ scrapy {' '.join(shown)}")
    command = [sys.executable, "-m", "scrapy", *shown, "-s", "NEWSBOT_DATABASE_URL="]
    return subprocess.run(command, check=False).returncode  # noqa: S603 (our own command)


def _show(console: Console, output: Path) -> None:
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
        _print(console, f"Nothing new: what the newsroom has is in {output}/articles already.")
        return
    for folder in ("articles", "duplicates", "coverage"):
        for path in sorted((output / folder / sums.parent.name).glob(f"{sums.stem}*")):
            _print(console, f"{folder:<11} {path} ({len(path.read_bytes().splitlines())} lines)")
    console.rule("the first article")
    _show_article(console, orjson.loads(articles.read_bytes().splitlines()[0]))
    console.rule()
    _print(console, "Run `scrapy demo` again: nothing will be new.")


def _show_article(console: Console, article: dict[str, Any]) -> None:
    byline = ", ".join(article["authors"]) or "no byline"
    _print(console, article["title"], style="bold")
    _print(console, f"{byline} | {article['published']} | {article['language']} | {article['source']}")
    _print(console, f"{article['url']}\n\n{article['text']}")
    for piece in article["removed"]:
        _print(console, f"(cleaning took out: {piece['text']!r:.70}, {piece['reason']})", style="dim")


def _print(console: Console, text: str, style: str | None = None) -> None:
    """Print text of a page as it is, not as rich's markup."""
    console.print(text, style=style, markup=False)
