"""Make the pictures of `scrapy browse` and of the report in this folder, from the newsroom of `scrapy demo`.

    make pictures

The newsroom has articles of a few days; the quarter that the report shows of its outlets is made up.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import delete, select

from newsbot.demo import Newsroom, Running, serve
from newsbot.downloader.rendering import BROWSERS
from newsbot.health import CHANGED, FAILING, Finding
from newsbot.report import write
from newsbot.report.figures import DAYS
from newsbot.store import health, schema
from newsbot.store.database import open_engine
from newsbot.web.urls import article_id

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from report import quarter

REVISED = "Port Ansel lays its own cable and goes online"
"""An article of the agency's that another outlet has too."""
HERE = Path(__file__).parent
SCRAPY = [sys.executable, "-m", "scrapy"]
AT_ONCE = ("-s", "NEWSBOT_REVISIT_HOURS=0.0001,1000000", "-s", "DOWNLOAD_DELAY=0.1", "-s", "LOG_LEVEL=WARNING")
"""Every article is looked at again in the next run."""


class Picture(NamedTuple):
    """One picture: a page, and how it is looked at."""

    name: str
    path: str
    scheme: Literal["light", "dark"] = "light"
    width: int = 1280
    height: int = 800
    anchor: str = ""
    """What stands at its top; "" for the page's own top."""


def main() -> None:
    """Crawl the newsroom twice, with an article revised in between, and take the pictures of what is stored."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"no browser is installed; one of {', '.join(BROWSERS)} is needed")
    with TemporaryDirectory() as folder, serve(Newsroom()) as newsroom:
        crawl(newsroom, Path(folder))
        revised = article_of(newsroom, "northwire", REVISED)
        newsroom.revise(revised)
        crawl(newsroom, Path(folder))
        with site(Path(folder)) as address, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            for picture in pictures(newsroom, revised):
                take(chromium, picture, f"{address}{picture.path}")
            report = Path(folder) / "report.html"
            live_through_a_quarter(Path(folder), report)
            for picture in REPORTS:
                take(chromium, picture, report.as_uri())
            chromium.close()


def take(chromium: Browser, picture: Picture, address: str) -> None:
    """Take one picture."""
    page = chromium.new_page(
        color_scheme=picture.scheme,
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=2 if picture.width < 500 else 1,
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if picture.anchor:
        page.locator(picture.anchor).first.evaluate("element => element.scrollIntoView()")
    page.screenshot(path=HERE / f"{picture.name}.png")
    page.close()


def pictures(newsroom: Running, revised: str) -> list[Picture]:
    """Return the pictures that docs/ and the README show."""
    return [
        Picture("browse-front", "/"),
        Picture("browse-results", "/search?q=harbour+OR+council"),
        Picture("browse-article", f"/article/{article_id(revised)}", scheme="dark", anchor=".apparatus"),
        Picture("browse-phone", f"/article/{article_id(article_of(newsroom, 'al-mina'))}", width=360, height=640),
    ]


REPORTS = [
    Picture("report", "", height=1330),
    Picture("report-hours", "", scheme="dark", height=1000, anchor="#hours"),
]


def live_through_a_quarter(output: Path, report: Path) -> None:
    """Give the outlets of a store a past and two faults, and write its report."""
    now, dice = datetime.now(UTC).replace(hour=14, minute=25), Random(3)
    engine = open_engine(f"sqlite:///{output / 'newsbot.db'}")
    with engine.begin() as connection:
        connection.execute(delete(schema.days))
        names = sorted(connection.execute(select(schema.articles.c.source).distinct()).scalars())
    quarter(engine, {name: dice.choice((12, 20, 45, 70)) for name in names}, DAYS, now)
    yesterday, today = f"{now - timedelta(days=1):%Y-%m-%d}", f"{now:%Y-%m-%d}"
    pages = ("https://example.org/news/ferry", "https://example.org/news/council")
    advice = "Open one of them: after a redesign, render = true or a new version of newsbot may help."
    for finding in (
        Finding(names[1], "rejected", "no_body", FAILING, "100 % of 18 pages", "2 %", yesterday, pages, advice),
        Finding(names[4], "field", "authors", CHANGED, "0 % of 24 articles", "97 %", today, pages, "Open one of them."),
    ):
        health.raise_finding(engine, finding, now=f"{now:%Y-%m-%dT%H:%M:%SZ}")
    write(engine, report, now=f"{now:%Y-%m-%dT%H:%M:%SZ}")
    engine.dispose()


def article_of(newsroom: Running, source: str, title: str | None = None) -> str:
    """Return the address of an article that a source has: of this title, or its newest."""
    of_source = (article for article in newsroom.newsroom.truth() if article.source == source)
    return next(article.url for article in of_source if title in (None, article.title))


def crawl(newsroom: Running, output: Path) -> None:
    """Run the main job on the newsroom."""
    sources = output / "sources.toml"
    sources.write_text(newsroom.newsroom.sources_toml(), encoding="utf-8")
    where = ["-a", f"sources={sources}", "-s", f"NEWSBOT_OUTPUT={output}", "-s", "NEWSBOT_DATABASE_URL="]
    subprocess.run([*SCRAPY, "crawl", "news", *where, *AT_ONCE], check=True)


@contextmanager
def site(output: Path) -> Iterator[str]:
    """Run `scrapy browse`, and give its address."""
    where = ["-s", f"NEWSBOT_OUTPUT={output}", "-s", "NEWSBOT_DATABASE_URL="]
    with subprocess.Popen([*SCRAPY, "browse", "--port", "0", *where], stdout=subprocess.PIPE, text=True) as browse:
        try:
            assert browse.stdout
            address = re.search(r"http://127\.0\.0\.1:\d+", browse.stdout.readline())
            assert address
            yield address[0]
        finally:
            browse.terminate()


if __name__ == "__main__":
    main()
