"""The made-up sites that the stores in tests/stores/ were collected from, and how such a store is made.

    python tests/stored_web.py CHECKOUT tests/stores/VERSION

crawls them with the newsbot of a checkout and writes VERSION.sql (the SQLite store, as text) and VERSION.jsonl (what
its `scrapy export --duplicates` says). One is kept of every version whose schema is older than today's.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from local_web import LocalWeb, local_web

COAST, HARBOUR, TIDE = "http://coast.example", "http://harbour.example", "http://tide.example"
A_PAGE = 5
"""Articles on one page of the list."""
SOURCES = f"""
[[source]]
name = "coast"
home = "{COAST}/"
feeds = ["{COAST}/feed"]
sitemaps = ["{COAST}/sitemap.xml"]
sections = ["{COAST}/news"]

[[source]]
name = "harbour"
home = "{HARBOUR}/"
feeds = ["{HARBOUR}/feed", "{HARBOUR}/broken", "{HARBOUR}/old"]

[[source]]
name = "tide"
home = "{TIDE}/"
feeds = ["{TIDE}/feed"]
"""
PLACE = "example:/srv/newsbot/output"
"""Where the runs of a kept store wrote their files."""
_WORDS = """
anchor attic avenue bakery balcony barge basket beacon bench blanket bridge candle canal carpet cellar chapel cherry
clinic closet coffee copper corner cotton curtain dairy desert engine factory feather ferry forest fountain garage
""".split()  # noqa: SIM905 (a list of strings reads worse)


def story(number: int, town: str = "coast", *, correction: str = "") -> str:
    """Return the page of a story: six paragraphs of its own, and two that stand on every page of its site."""
    dice = random.Random(f"{town} {number}")
    paragraphs = [
        f"The {one} of {town} ward {number} was sold for {dice.randrange(100, 999)} pounds, and its {two} was given "
        f"to the {three} behind the {four}, said the owner of the {five}."
        for one, two, three, four, five in (dice.sample(_WORDS, 5) for _ in range(6))
    ]
    paragraphs[2:2] = [f"Follow the {town.title()} Courier on every channel that you like."]
    paragraphs += [correction] if correction else []
    paragraphs += [f"Write to the newsroom of the {town.title()} Courier with what you have seen."]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    title = f"What was sold in {town} ward {number}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="2026-11-{number % 28 + 1:02}T08:30:00+01:00"></head>'
        f'<body><main><article><h1>{title}</h1><p class="byline">By <a rel="author">Ana Silva</a></p>{body}</article>'
        f"</main></body></html>"
    )


def address(number: int, site: str = COAST) -> str:
    return f"{site}/2026/11/what-was-sold-in-ward-{number}"


def publish(web: LocalWeb, *, coast: int, harbour: int, corrected: bool = False) -> None:
    """Put the sites up with so many stories each, to be asked through a proxy; one of them corrected."""
    for number in range(1, coast + 1):
        correction = "The ward was first named wrongly in this report." if corrected and number == 1 else ""
        web.put(address(number), story(number, correction=correction))
    for number in range(1, harbour + 1):
        web.put(address(number, HARBOUR), story(number, "harbour"))
    web.put(f"{HARBOUR}/copy-of-what-was-sold-in-ward-1", story(2))
    web.put(f"{HARBOUR}/nearly-what-was-sold-in-ward-3", story(3).replace("pounds", "guineas", 1))
    _put_feed(web, f"{COAST}/feed", [address(number) for number in range(1, 5)])
    _put_feed(web, f"{HARBOUR}/feed", [address(number, HARBOUR) for number in range(harbour, 0, -1)])
    copies = [f"{HARBOUR}/copy-of-what-was-sold-in-ward-1", f"{HARBOUR}/nearly-what-was-sold-in-ward-3"]
    _put_feed(web, f"{HARBOUR}/new", copies)
    web.pages[f"{HARBOUR}/old"] = (301, {"Location": f"{HARBOUR}/new"}, b"")
    web.put(f"{HARBOUR}/broken", "<h1>Broken</h1>", status=500)
    web.pages[f"{TIDE}/feed"] = (429, {"Retry-After": "7200", "Content-Type": "text/html"}, b"")
    web.put(f"{COAST}/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
    web.put(f"{COAST}/.well-known/tdmrep.json", '[{"location": "/poems/", "tdm-reservation": 1}]', "application/json")
    months = {"10": ("<lastmod>2026-11-01</lastmod>", (5, 6)), "11": ("", (7, 8))}
    for month, (_, numbers) in months.items():
        urls = "".join(f"<url><loc>{address(number)}</loc></url>" for number in numbers)
        web.put(f"{COAST}/sitemap-2026-{month}.xml", f"<urlset>{urls}</urlset>", "application/xml")
    index = "".join(
        f"<sitemap><loc>{COAST}/sitemap-2026-{month}.xml</loc>{lastmod}</sitemap>"
        for month, (lastmod, _) in months.items()
    )
    web.put(f"{COAST}/sitemap.xml", f"<sitemapindex>{index}</sitemapindex>", "application/xml")
    for page, start in enumerate(range(coast, 0, -A_PAGE), 1):
        teasers = "".join(
            f'<div><h2><a href="{address(number)}">What was sold in the ward of that number, {number}</a></h2>'
            f"<p>Ward {number} in a few words, from those who were there and saw all of it.</p></div>"
            for number in range(start, max(start - A_PAGE, 0), -1)
        )
        further = f'<nav><a rel="next" href="/news?page={page + 1}">Older</a></nav>' if start > A_PAGE else ""
        web.put(
            f"{COAST}/news" if page == 1 else f"{COAST}/news?page={page}",
            f"<html><title>News</title><body><h1>News</h1>{teasers}{further}</body></html>",
        )


def crawl_arguments(folder: Path, *only: str) -> list[str]:
    """Return a crawl of the sites, or of some of them, without waiting between requests."""
    (folder / "sources.toml").write_text(SOURCES, "utf-8")
    settings = {"DOWNLOAD_DELAY": 0, "RETRY_TIMES": 0, "NEWSBOT_EXTRACT_WORKERS": 0}
    settings |= {"NEWSBOT_REVISIT_HOURS": "6,876000"}  # the stories stay young for a century
    named = [f"{name}={value}" for name, value in settings.items()]
    arguments = ["crawl", "news", "-a", f"sources={folder / 'sources.toml'}", "-a", f"only={','.join(only)}"]
    return [*arguments, *(word for setting in named for word in ("-s", setting))]


def _put_feed(web: LocalWeb, url: str, urls: list[str]) -> None:
    items = "".join(f"<item><title>Item {n}</title><link>{url}</link></item>" for n, url in enumerate(urls))
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'
    headers = {"Content-Type": "application/rss+xml", "ETag": f'"{len(urls)}"'}
    web.pages[url] = (200, headers, body.encode())


def _make(checkout: Path, store: Path) -> None:
    """Crawl the sites four times, twice until a death, and write down what the store holds then."""
    with local_web() as web, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "output" / "newsbot.db"

        def scrapy(*arguments: str, dies: str = "") -> None:
            trap = [str(checkout / "benchmarks" / "deathtrap")] if dies else []
            environment = {
                **os.environ,
                "PYTHONPATH": os.pathsep.join([*trap, str(checkout)]),
                "DIE_AT": f"{dies} SIGKILL" if dies else "",
                "NEWSBOT_OUTPUT": str(database.parent),
                "http_proxy": web.base,
            }
            command = [sys.executable, "-m", "scrapy", *arguments]
            ended = subprocess.run(command, cwd=checkout, env=environment, check=False)
            assert not dies or ended.returncode == -signal.SIGKILL, "it did not come to its death"

        publish(web, coast=8, harbour=2)
        scrapy(*crawl_arguments(folder))
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("update visits set due_at = '2020-01-01T00:00:00Z'")
        publish(web, coast=8, harbour=2, corrected=True)
        scrapy(*crawl_arguments(folder))
        publish(web, coast=18, harbour=2, corrected=True)
        scrapy(*crawl_arguments(folder, "coast"), dies="before listings.with_next 2")  # the second page is owed
        publish(web, coast=18, harbour=6, corrected=True)
        scrapy(*crawl_arguments(folder, "harbour"), dies="after articles.decide 3")  # of four new ones
        scrapy("export", f"{store}.jsonl", "--duplicates")
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("update runs set place = ?", (PLACE,))
            lines = "\n".join(connection.iterdump())
        Path(f"{store}.sql").write_text(lines + "\n", "utf-8")


if __name__ == "__main__":
    _make(*(Path(argument).resolve() for argument in sys.argv[1:]))
