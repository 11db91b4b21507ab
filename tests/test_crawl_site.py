"""`scrapy crawl site`: one site, found by itself from its home page."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conftest import lines_of, run_scrapy
from local_web import article_page, local_web

from newsbot.demo import Newsroom, serve

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")


KINDS = ("harbour-herald", "al-mina", "courrier-des-cimes", "tideline", "old-mill-gazette")
"""A site with RSS, with a news sitemap, with gzipped sitemaps, with a JSON Feed, with sections alone."""


def test_every_kind_of_site_is_found_from_its_home_page(tmp_path: Path) -> None:
    with serve(Newsroom(articles=4)) as running:

        def crawl(name: str) -> subprocess.CompletedProcess[str]:
            return run_scrapy(tmp_path / name, "crawl", "site", "-a", f"url={running.urls[name]}", *FAST)

        with ThreadPoolExecutor(2) as two_at_a_time:
            runs = dict(zip(KINDS, two_at_a_time.map(crawl, KINDS), strict=True))
        for name, run in runs.items():
            output = tmp_path / name
            assert run.returncode == 0, run.stderr
            expected = {truth.url for truth in running.newsroom.truth() if truth.source == name}
            found = {line["url"] for line in lines_of(output, "articles")}
            assert found >= expected, name


def test_since_until_and_limit_bound_what_is_fetched(tmp_path: Path) -> None:
    with serve(Newsroom(sites=1)) as running:
        home = next(iter(running.urls.values()))
        truth = running.newsroom.truth()
        days = sorted({expected.published[:10] for expected in truth})
        since, until = days[0], days[-2]
        wanted = {expected.url for expected in truth if since <= expected.published[:10] <= until}
        run_scrapy(
            tmp_path / "a",
            "crawl",
            "site",
            "-a",
            f"url={home}",
            "-a",
            f"since={since}",
            "-a",
            f"until={until}",
            *FAST,
        )
        assert {line["url"] for line in lines_of(tmp_path / "a", "articles")} == wanted
        run_scrapy(tmp_path / "b", "crawl", "site", "-a", f"url={home}", "-a", "limit=3", *FAST)
        assert 0 < len(lines_of(tmp_path / "b", "articles")) <= 3


def test_a_site_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    run = run_scrapy(tmp_path / "output", "crawl", "site", "-a", "url=http://127.0.0.1:9/", *FAST)
    assert run.returncode == 3
    assert "unreachable" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_broken_feed_and_a_page_about_feeds_lead_to_the_feeds_there_are(tmp_path: Path) -> None:
    with local_web() as web:
        urls = {name: web.put(f"/{name}", article_page(f"Money for the {name}", f"the {name}")) for name in ("a", "b")}
        web.feed("/feed/sport", [urls["a"]])
        web.put("/rss-list", '<html><a href="/feed/sport">RSS: sport</a></html>')
        web.put("/behind/", '<a href="/rss-list" class="rss">RSS</a>')
        web.put("/gone/", '<link rel="alternate" type="application/rss+xml" href="/gone.rss">')
        web.feed("/feed", [])
        web.feed("/rss.xml", [urls["b"]])
        for path, name in (("/behind/", "a"), ("/gone/", "b")):
            run = run_scrapy(tmp_path / name, "crawl", "site", "-a", f"url={web.base}{path}", *FAST)
            assert run.returncode == 0, run.stderr
            assert [line["url"] for line in lines_of(tmp_path / name, "articles")] == [urls[name]]
            (notes,) = [line["notes"] for line in lines_of(tmp_path / name, "coverage") if "notes" in line]
            assert (f"feed {web.base}/gone.rss: http_404" in notes) == (name == "b")
        assert web.paths().count("/rss.xml") == 1, "a listing that names nothing is none, and one that does is the last"
        assert "/feed.xml" not in web.paths()


def test_sitemaps_in_robots_txt_are_read_as_those_of_an_index_are(tmp_path: Path) -> None:
    months = [f"{year}-{month:02}" for year in range(2016, 2026) for month in range(1, 13)]
    with local_web() as web:
        lines = [f"Sitemap: {web.base}/sitemap-{month}.xml" for month in months]
        web.put("/robots.txt", "\n".join(["User-agent: *", *lines]), "text/plain")
        for month in months:
            entries = f"<url><loc>{web.base}/{month.replace('-', '/')}/story</loc></url>"
            web.put(f"/sitemap-{month}.xml", f"<urlset>{entries}</urlset>", "application/xml")

        def asked(output: str, *arguments: str) -> list[str]:
            web.asked.clear()
            run_scrapy(tmp_path / output, "crawl", "site", "-a", f"url={web.base}/", *arguments, *FAST)
            return [path[9:16] for path in web.paths() if path.startswith("/sitemap-")]

        assert asked("a", "-a", "since=2025-11-01") == ["2025-12", "2025-11"]
        bounded = ("-s", "NEWSBOT_MAX_SITEMAPS=5")
        turns = [asked("b", *bounded) for _ in range(3)]
        assert turns == [months[-1:-6:-1], months[-6:-11:-1], months[-11:-16:-1]], "each run goes on"
        (*_, notes) = [line["notes"] for line in lines_of(tmp_path / "b", "coverage") if "notes" in line]
        assert "more sub-sitemaps than NEWSBOT_MAX_SITEMAPS: 105 are left for later runs" in notes
        assert "/sitemap.xml" not in web.paths(), "what robots.txt names is there, though it is not read whole yet"
