"""Make the pictures of the examples in this folder, from a newsroom as `scrapy demo` has it: make examples.

It is crawled some times while it publishes and changes its mind, and exported.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from newsbot.demo import Newsroom, Running, serve

HERE = Path(__file__).parent
EXPORTS = ("news", "news.sqlite", "news.duckdb")
EXAMPLES = {
    "articles_per_day": ("news",),
    "syndication": ("news",),
    "headline_changes": ("news.sqlite",),
    "gaps": ("news.duckdb",),
    "a_word_over_time": ("news.duckdb", "water"),
}
"""What each example that draws is given: an export, and what else it takes."""
ALWAYS = ",".join(str(second / 3600) for second in (*range(1, 1800), 1e10))
"""Hours after which an article is looked at again: by every run, and none is too old for it."""
LOST = {2: ("prairie-today", "feed/"), 4: ("al-mina", "news-sitemap.xml")}
"""Which outlet's listing is not at its place, by run."""


def collect(folder: Path, *, articles: int, runs: int) -> None:
    """Crawl a newsroom some times."""
    sources = folder / "sources.toml"
    with serve(Newsroom(articles=articles)) as newsroom:
        for run in range(1, runs + 1):
            if run > 1:
                change(newsroom, run)
            listed = newsroom.newsroom.sources_toml()
            if run in LOST:
                name, path = LOST[run]
                listed = listed.replace(newsroom.urls[name] + path, f"{newsroom.urls[name]}moved")
            sources.write_text(listed, "utf-8")
            crawl = ["crawl", "news", "-a", f"sources={sources}", "-s", f"NEWSBOT_REVISIT_HOURS={ALWAYS}"]
            scrapy(folder, *crawl, "-s", "DOWNLOAD_DELAY=0", statuses=(0, 3))


def change(newsroom: Running, run: int) -> None:
    """Let every outlet do what outlets do: publish, find other headlines, add a paragraph."""
    for number, name in enumerate(newsroom.urls):
        urls = [article.url for article in newsroom.newsroom.truth() if article.source == name]
        for url in urls[: (number + run) % 3]:
            newsroom.retitle(url)
        newsroom.revise(urls[-run])
        newsroom.publish(name, (number + run) % 4)


def scrapy(folder: Path, *command: str, statuses: tuple[int, ...] = (0,)) -> None:
    """Run a command of newsbot on the folder's store."""
    at = ["-s", f"NEWSBOT_OUTPUT={folder / 'output'}"]
    run = subprocess.run([sys.executable, "-m", "scrapy", *command, *at], check=False)
    if run.returncode not in statuses:
        sys.exit(run.returncode)


def draw(folder: Path, example: str) -> None:
    """Run an example on its export, and let it draw beside itself."""
    export, *more = EXAMPLES[example]
    subprocess.run([sys.executable, f"{example}.py", str(folder / export), *more], cwd=HERE, check=True)


def main() -> None:
    """Crawl, export, and let every example print and draw what it finds."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        collect(folder, articles=24, runs=5)
        for export in EXPORTS:
            scrapy(folder, "export", str(folder / export), "--duplicates")
        for example in EXAMPLES:
            print(f"\n{example}", flush=True)
            draw(folder, example)


if __name__ == "__main__":
    main()
