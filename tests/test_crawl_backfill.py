"""`scrapy crawl site -a since=... -a until=...`: what was published in a range of days, found and resumed."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from conftest import ROOT, lines_of, run_scrapy, scrapy_environment
from local_web import LocalWeb, article_page, local_web

MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
RANGE = ("-a", "since=2026-08-10", "-a", "until=2026-10-30")


def put_archive(web: LocalWeb) -> set[str]:
    """Put up a site of which half the articles are in its sitemaps, half in the pages of its archive."""
    wanted, children = set(), ""
    for month in MONTHS:
        entries = ""
        for day in ("05", "15", "25"):
            url = web.put(f"/story/in-sitemap-{month}-{day}", article_page(f"Story of {month}-{day}", f"{month}-{day}"))
            entries += f"<url><loc>{url}</loc><lastmod>{month}-{day}</lastmod></url>"
            wanted |= {url} if "2026-08-10" <= f"{month}-{day}" <= "2026-10-30" else set()
        child = web.put(f"/sitemap-{month}.xml", f"<urlset>{entries}</urlset>", "application/xml")
        children += f"<sitemap><loc>{child}</loc><lastmod>{month}-28</lastmod></sitemap>"
        path = month.replace("-", "/")
        pages = []
        for day in ("08", "18"):
            address = f"/{path}/{day}/the-harbour-of-day-{day}-is-open-again"
            url = web.put(address, article_page(f"Harbour of {month}-{day} is open", f"harbour of {month}-{day}"))
            pages.append(f'<h2><a href="{url}">The harbour of {month}-{day} is open again</a></h2>')
            wanted |= {url} if "2026-08-10" <= f"{month}-{day}" <= "2026-10-30" else set()
        web.put(f"/archive/{path}/", f'<main>{pages[1]}</main><a rel="next" href="?page=2">older</a>')
        web.put(f"/archive/{path}/?page=2", f"<main>{pages[0]}</main>")
    web.put("/sitemap.xml", f"<sitemapindex>{children}</sitemapindex>", "application/xml")
    web.put("/robots.txt", f"User-agent: *\nSitemap: {web.base}/sitemap.xml\n", "text/plain")
    months = "".join(f'<a href="/archive/{month.replace("-", "/")}/">{month}</a>' for month in MONTHS)
    web.put("/", f"<!doctype html><title>The Example</title><nav>{months}</nav><main><p>Welcome.</p></main>")
    return wanted


def test_a_range_of_days_is_found_and_goes_on_after_a_kill(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        wanted = put_archive(web)
        backfill = ("crawl", "site", "-a", f"url={web.base}/", *RANGE)
        crawl = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *backfill, "-s", "DOWNLOAD_DELAY=0.1", "-s", "NEWSBOT_EXTRACT_WORKERS=0"],
            cwd=ROOT,
            env=scrapy_environment(output),
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 120
        while sum(not path.endswith((".xml", "/", ".txt", ".json")) for path in web.paths()) < 6:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        crawl.send_signal(signal.SIGKILL)
        crawl.wait()
        first = Counter(web.paths())
        web.asked.clear()
        run = run_scrapy(output, *backfill, *FAST)
        assert run.returncode == 0, run.stderr
        second = Counter(web.paths())
    assert Counter(line["url"] for line in lines_of(output, "articles")) == Counter(wanted)
    assert not [path for path in first + second if re.search(r"2026.(07|11)", path)]
    twice = [path for path, times in (first & second).items() if path.startswith(("/story", "/2026", "/sitemap-"))]
    assert len(twice) <= 3, "what was stored or read whole is not fetched again"
    assert {path for path in twice if path.startswith("/sitemap-")} <= {"/sitemap-2026-08.xml"}, "the one read in part"


def test_a_site_that_lost_its_feed_is_covered_through_its_sitemap(tmp_path: Path) -> None:
    with local_web() as web:
        urls = [web.put(f"/{name}", article_page(f"Money for the {name}", f"the {name}")) for name in ("a", "b")]
        web.put("/sitemap.xml", "".join(["<urlset>", *(f"<url><loc>{url}</loc></url>" for url in urls), "</urlset>"]))
        file = tmp_path / "mine.toml"
        listings = f'feeds = ["{web.base}/gone.xml"]\nsitemaps = ["{web.base}/sitemap.xml"]'
        file.write_text(f'[[source]]\nname = "a"\nhome = "{web.base}/"\n{listings}\n')
        run = run_scrapy(tmp_path / "o", "crawl", "news", "-a", f"sources={file}", *FAST)
        assert run.returncode == 0, run.stderr
    assert {line["url"] for line in lines_of(tmp_path / "o", "articles")} == set(urls)
    (notes,) = [line["notes"] for line in lines_of(tmp_path / "o", "coverage") if "notes" in line]
    assert notes == [f"feed {web.base}/gone.xml: http_404"]
