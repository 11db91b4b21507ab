"""`scrapy sources`: a site is found, tried and added; a file is checked over real HTTP."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import ROOT, run_scrapy, sources_file
from local_web import article_page, local_web

from newsbot.commands import sources as commands
from newsbot.demo import Newsroom, serve
from newsbot.items import Candidate
from newsbot.sources import Source, load_sources, source_name
from newsbot.spiders.probe import ListingReport, SiteReport

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
HANGING = """
import time
import newsbot.extraction

extract = newsbot.extraction.extract_article

def extract_article(html, url, **details):
    while url.endswith("/hanging"):
        time.sleep(1)
    return extract(html, url, **details)

newsbot.extraction.extract_article = extract_article
"""
"""An extractor that some page hangs: what Python imports by itself in every process with this on PYTHONPATH."""
MINE = '# my outlets\n\n[[source]]\nname = "first"  # the best one\nhome = "http://127.0.0.1:9/"\n'


def test_a_site_is_found_tried_and_added_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE, "utf-8")
    with serve(Newsroom(articles=4)) as running:
        named = {outlet["name"]: outlet for outlet in _toml(running.newsroom.sources_toml())}
        name, home = next((name, home) for name, home in running.urls.items() if "sitemaps" in named[name])
        add = ("sources", "add", home, "--file", str(file), *FAST)
        run = run_scrapy(tmp_path, *add)
        assert run.returncode == 0, run.stderr
        assert run_scrapy(tmp_path, *add).stdout.endswith(f"{home} already\n"), "no second time"
        assert file.read_text("utf-8").startswith(MINE)
        source = load_sources(file)[1]
        assert f"added to {file} as {source.name}" in run.stdout
        assert source.home == home
        assert source.name == source_name(home), "as `crawl site` calls it"
        assert source.title == named[name]["title"]
        assert source.language == named[name]["language"]
        assert {*source.feeds, *source.sitemaps, *source.news_sitemaps} >= {*named[name]["sitemaps"]}


def test_feeds_are_found_behind_a_page_and_at_the_usual_address_where_the_named_one_is_gone(tmp_path: Path) -> None:
    with local_web() as web:
        article = web.put("/harbour", article_page("Money for the harbour", "the harbour wall"))
        web.put("/behind", '<a href="/rss-list" class="rss">RSS</a>')
        web.put("/rss-list", '<html><a href="/sport.rss">RSS: sport</a></html>')
        web.feed("/sport.rss", [article])
        web.put("/gone", '<link rel="alternate" type="application/rss+xml" href="/gone.rss">')
        for path, listing in (("/behind", "/sport.rss"), ("/gone", "/feed")):
            web.feed("/feed", [article])
            run = run_scrapy(tmp_path, "sources", "add", web.base + path, *FAST)
            assert run.returncode == 0, run.stdout + run.stderr
            assert f'feeds = ["{web.base}{listing}"]' in run.stdout


def test_a_site_is_added_although_its_home_page_is_refused_and_a_feed_with_two_addresses_once(tmp_path: Path) -> None:
    with local_web() as web:
        article = web.put("/harbour", article_page("Money for the harbour", "the harbour wall"))
        web.put("/", "<h1>Forbidden</h1>", status=403)
        web.put("/robots.txt", f"User-agent: *\nSitemap: {web.base}/map.xml\n", "text/plain")
        web.put("/map.xml", f"<urlset><url><loc>{article}</loc></url></urlset>", "application/xml")
        run = run_scrapy(tmp_path, "sources", "add", web.base, *FAST)
        assert run.returncode == 0, run.stdout + run.stderr
        assert f'sitemaps = ["{web.base}/map.xml"]' in run.stdout
        feeds = "".join(f'<link type="application/rss+xml" href="{path}">' for path in ("/all.rss", "/rss"))
        web.put("/", f"<html><head>{feeds}</head></html>")
        for path in ("/all.rss", "/rss"):
            web.feed(path, [article])
        run = run_scrapy(tmp_path, "sources", "add", web.base, *FAST)
        assert f'feeds = ["{web.base}/all.rss"]' in run.stdout, "the same entries"


def test_a_check_shows_what_works_and_its_status_tells(tmp_path: Path) -> None:
    with local_web() as web:
        page = article_page("Money for the harbour", "the harbour wall")
        article = web.put("/harbour", page)
        web.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.1\nDisallow: /secret/\n", "text/plain")
        kind, body = "application/rss+xml", web.pages[web.feed("/feed", [article]).removeprefix(web.base)]
        assert not callable(body)
        web.pages["/feed"] = (200, {"Content-Type": kind, "ETag": '"1"'}, body[2])
        web.pages["/harbour"] = (200, {"Content-Type": "text/html", "X-Robots-Tag": "noai"}, page.encode())
        file = tmp_path / "mine.toml"
        good = f'[[source]]\nname = "good"\nhome = "{web.base}/"\nfeeds = ["{web.base}/feed"]\n'
        file.write_text(f'{good}[[source]]\nname = "shut"\nhome = "{web.base}/"\nfeeds = ["{web.base}/secret/feed"]\n')
        run = run_scrapy(tmp_path, "sources", "check", "good", "--file", str(file), *FAST)
        assert run.returncode == 0, run.stdout + run.stderr
        row = next(line for line in run.stdout.splitlines() if line.strip().startswith("good"))
        assert "1 of 1" in row
        assert "ETag" in row
        assert "allowed, 0.1 s apart" in row
        assert "noai" in row
        assert f"{article} has no section, tags, image, summary" in run.stdout
        run = run_scrapy(tmp_path, "sources", "check", "--file", str(file), *FAST)
        assert run.returncode == 3
        assert f"shut: feed {web.base}/secret/feed: robots_txt" in run.stdout
        assert "/secret/feed" not in web.paths()
    assert not (tmp_path / "newsbot.db").exists(), "nothing is stored"


def test_a_page_that_hangs_the_extractor_costs_its_site_a_named_fault_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGING, "utf-8")
    with local_web() as web:
        urls = {name: web.put(f"/{name}", article_page(f"The {name} page", name)) for name in ("hanging", "quick")}
        homes = {name: {"home": f"{web.base}/", "feeds": [web.feed(f"/{name}.rss", [urls[name]])]} for name in urls}
        check = ("sources", "check", "--file", str(sources_file(tmp_path, **homes)))
        bounds = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=2", "-s", "NEWSBOT_EXTRACT_TIMEOUT=5")
        run = run_scrapy(tmp_path / "output", *check, *bounds, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert run.returncode == 3, run.stderr
    assert f"hanging: no article: extractor_timeout: {urls['hanging']}" in run.stdout
    assert "quick: no article" not in run.stdout
    assert "Traceback" not in run.stderr


def test_a_site_without_articles_is_not_added(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    with local_web() as web:
        run = run_scrapy(tmp_path, "sources", "add", web.put("/", "<h1>Hello</h1>"), "--file", str(file), *FAST)
    assert run.returncode == 3
    assert "nothing was added: no article could be found" in run.stdout
    assert not file.exists()


def test_what_a_site_says_of_itself_is_neither_markup_nor_orders_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b[31mred\x07 \x9b2J \u202e[bold]x[/nothing]"
    source = Source(name="evil", home="https://example.org/", title=evil)
    candidate = Candidate(url="https://example.org/a", via="feed", published=evil)
    listing = ListingReport(channel="feed", url=f"https://example.org/{evil}", error=evil, named=[candidate])
    commands.show_sources([source])
    commands.show_reports(
        [SiteReport(source=source, listings=[listing], fault=evil, robots=evil, opt_outs=[evil])], listings=True
    )
    shown = capsys.readouterr().out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown), repr(shown)
    assert shown.count(r"\x1b[31mred\x07 \x9b2J") >= 3
    assert "[bold]x[/nothing]" in "".join(shown.split())


def _toml(text: str) -> list[dict[str, object]]:
    import tomllib

    return tomllib.loads(text)["source"]


def test_no_name_is_cut_where_there_is_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, tag = "the-harbour-herald-of-the-northern-islands", "https://example.org/" + "a" * 200
    source = Source(name=name, home=tag, title="The Herald " * 10)
    commands.show_sources([source])
    commands.show_reports([SiteReport(source=source, fault="no feed", robots="allowed")])
    listed, checked = (
        [line.split()[0] for line in shown.splitlines() if line.strip().startswith(name)]
        for shown in capsys.readouterr().out.split("reachable")
    )
    assert listed == [name]
    assert checked[0] == name
