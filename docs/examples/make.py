"""Crawls the demo's newsroom while it publishes and changes its mind, exports that, and draws every example of it.

    python docs/examples/make.py FOLDER [PICTURES]

The store and the exports go to FOLDER, the pictures to PICTURES, by default beside the examples.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from newsbot.demo import Newsroom, serve
from newsbot.demo.running import Running

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
    folder.mkdir(parents=True, exist_ok=True)
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


def draw(folder: Path, pictures: Path, example: str) -> str:
    """Run an example on its export, let it draw into a folder, and return what it printed."""
    export, *more = EXAMPLES[example]
    command = [sys.executable, str(HERE / f"{example}.py"), str(folder / export), *more]
    return subprocess.run(command, cwd=pictures, stdout=subprocess.PIPE, text=True, check=True).stdout


def main(folder: str, pictures: str = str(HERE)) -> None:
    """Make the exports in one folder and the pictures in another."""
    made = Path(folder).resolve()
    collect(made, articles=24, runs=5)
    for export in EXPORTS:
        scrapy(made, "export", str(made / export), "--duplicates")
    for example in EXAMPLES:
        print(f"\n{example}\n{draw(made, Path(pictures), example)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
