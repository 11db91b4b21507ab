"""What goes wrong with sites of the newsroom, and that all of it is there again when they are mended."""

from __future__ import annotations

import http.client
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import lxml.html
import pytest
from conftest import ROOT, lines_of, run_scrapy, scrapy_environment
from served import document, entries, flat, get, page

from newsbot.demo import Newsroom, Running, serve
from newsbot.demo.answers import Answers

MARKS = ("<dc:creator><![CDATA[", "<dc:creator>", "<name>", '"name": "', "By ", "Von ", ">")
"""What stands before an author's name in lists."""
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=1")


def crawl(running: Running, folder: Path) -> None:
    """Crawl the newsroom as a scheduled job does."""
    run_scrapy(folder / "output", *crawling(running, folder))


def crawling(running: Running, folder: Path, *more: str) -> list[str]:
    sources = folder / "sources.toml"
    sources.write_text(running.newsroom.sources_toml(), "utf-8")
    return ["crawl", "news", "-a", f"sources={sources}", *FAST, *more]


def let_days_have_passed(database: Path, days: int) -> None:
    """Let what the sources came to today be what they came to on each of so many days before."""
    with closing(sqlite3.connect(database)) as store, store:
        rows = store.execute("select source, day, measures from days").fetchall()
        store.execute("delete from days")
        for source, day, measures in rows:
            for back in range(1, days + 1):
                before = (datetime.fromisoformat(day) - timedelta(days=back)).date().isoformat()
                store.execute("insert into days values (?, ?, ?)", (source, before, measures))


def feed_of(newsroom: Newsroom, site: str) -> str:
    outlet = newsroom.outlets[site]
    return outlet.url(outlet.feed_path(outlet.spec.feeds[0]))


def test_a_redesign_leaves_on_every_page_what_it_does_not_forget() -> None:
    newsroom = Newsroom()
    answers = Answers(newsroom)
    before = newsroom.truth()
    for kind in ("redesign", "text_gone", "authors_gone", "dates_gone"):
        for site in newsroom.outlets:
            newsroom.break_down(site, kind)
        for expected in newsroom.truth():
            tree = document(answers, expected)
            shown, source = flat(tree.text_content()), lxml.html.tostring(tree, encoding="unicode")
            has_text = all(flat(block) in shown for block in expected.text.split("\n\n"))
            assert has_text == (kind != "text_gone"), expected.url
            if kind == "text_gone":
                continue
            signed = flat(" ".join(node.text_content() for node in tree.iter("address")))
            if expected.authors:
                assert all(author in signed for author in expected.authors) == (kind != "authors_gone"), expected.url
            assert (expected.published[:16] in source.replace("Z", "+00:00")) == (kind != "dates_gone"), expected.url
    for site in newsroom.outlets:
        newsroom.mend(site)
    assert newsroom.truth() == before
    assert all(document(answers, expected).xpath("//*[@id='app']") == [] for expected in before)


@pytest.mark.parametrize("site", ["harbour-herald", "prairie-today", "kuestenblick", "minato-shimpo", "tideline"])
def test_lists_forget_authors_and_dates_with_the_pages(site: str) -> None:
    newsroom = Newsroom()
    answers = Answers(newsroom)
    newsroom.break_down(site, "authors_gone")
    authors = {author for item in newsroom.truth() if item.source == site for author in item.authors}
    for url in (feed_of(newsroom, site), newsroom.outlets[site].url("/")):
        listed = page(answers, url).decode(newsroom.outlets[site].spec.charset)
        assert not any(f"{mark}{author}" in listed for author in authors for mark in MARKS)
    newsroom.break_down(site, "dates_gone")
    feed = page(answers, feed_of(newsroom, site)).decode()
    assert not any(word in feed for word in ("pubDate", "<published>", "dc:date", "date_published"))
    newsroom.mend(site)
    assert entries(page(answers, feed_of(newsroom, site))) >= {
        item.url for item in newsroom.truth() if item.source == site
    }


def test_a_moved_feed_redirects_or_is_named_by_the_home_page_alone() -> None:
    newsroom = Newsroom(sites=1)
    answers = Answers(newsroom)
    (outlet,) = newsroom.outlets.values()
    newsroom.break_down("harbour-herald", "feed_moved")
    moved = answers.answer(outlet, "/feed.xml")
    assert (moved.status, moved.location) == (301, "/feeds/feed.xml")
    newsroom.break_down("harbour-herald", "feed_gone")
    assert answers.answer(outlet, "/feed.xml").status == 404
    home = lxml.html.document_fromstring(page(answers, outlet.url("/")))
    assert home.xpath("//link[@rel='alternate']/@href") == [outlet.url("/feeds/feed.xml")]
    assert entries(page(answers, outlet.url("/feeds/feed.xml"))) >= {item.url for item in newsroom.truth()}
    with pytest.raises(ValueError, match="northwire-none"):
        Newsroom(sites=9).break_down("harbour-herald", "northwire-none")


def test_only_sites_with_feeds_can_move_them() -> None:
    newsroom = Newsroom()
    with pytest.raises(ValueError, match="al-mina has no feed"):
        newsroom.break_down("al-mina", "feed_gone")
    with pytest.raises(ValueError, match="unknown fault 'flood'; known are error_500"):
        newsroom.break_down("al-mina", "flood")


def test_a_site_that_falls_silent_names_what_it_published_when_it_is_mended() -> None:
    newsroom = Newsroom(sites=1)
    answers = Answers(newsroom)
    newsroom.break_down("harbour-herald", "silent")
    (url,) = newsroom.publish("harbour-herald")
    assert url not in entries(page(answers, feed_of(newsroom, "harbour-herald")))
    assert url in {item.url for item in newsroom.truth()}
    newsroom.mend("harbour-herald")
    assert url in entries(page(answers, feed_of(newsroom, "harbour-herald")))


def test_the_clock_dates_what_is_published_and_changed_with_summer_time() -> None:
    newsroom = Newsroom(shown=5)
    for moment, offsets in (
        (datetime(2026, 12, 1, 12, tzinfo=UTC), {"kuestenblick": "+01:00", "tideline": "+13:00"}),
        (datetime(2027, 7, 1, 12, tzinfo=UTC), {"kuestenblick": "+02:00", "tideline": "+12:00"}),
    ):
        newsroom.set_clock(moment)
        for site, offset in offsets.items():
            (url,) = newsroom.publish(site)
            newsroom.revise(url)
            (item,) = [item for item in newsroom.truth() if item.url == url]
            assert item.published.endswith(offset) and item.modified is not None
            assert moment - timedelta(hours=1) < datetime.fromisoformat(item.published) < moment
            assert datetime.fromisoformat(item.modified) == moment
            feed = entries(page(Answers(newsroom), feed_of(newsroom, site)))
            assert url in feed and len(feed) == 5


def test_an_agency_is_copied_for_as_long_as_it_publishes() -> None:
    newsroom = Newsroom()
    newsroom.set_clock(datetime(2027, 7, 1, 12, tzinfo=UTC))
    originals = [newsroom.publish("northwire")[0] for _ in range(8) if newsroom.publish("eastbank-echo")]
    copied = {item.duplicate_of for item in newsroom.truth() if item.source == "eastbank-echo"}
    assert len(copied & set(originals)) == 2


def test_the_web_breaks_and_is_mended_when_told_to() -> None:
    with serve(Newsroom(sites=1, articles=3)) as running:
        home = running.urls["harbour-herald"]
        article = running.newsroom.truth()[0].url
        statuses = {}
        for kind in ("error_500", "error_503", "blocked"):
            running.break_down("harbour-herald", kind)
            statuses[kind] = get(home)[0], get(article)[0]
        assert statuses == {"error_500": (500, 500), "error_503": (503, 503), "blocked": (200, 403)}
        running.break_down("harbour-herald", "drops")
        with pytest.raises((URLError, http.client.HTTPException, OSError)):
            get(home)
        assert running.requests()[-1].status == 0
        running.break_down("harbour-herald", "feed_moved")
        assert article in entries(get(home + "feed.xml")[2])
        running.mend("harbour-herald")
        assert (get(home)[0], get(article)[0]) == (200, 200)


def test_a_crawl_loses_nothing_of_sites_that_were_broken_for_a_while(tmp_path: Path) -> None:
    with serve(Newsroom(sites=4, articles=8)) as running:
        broken = {"harbour-herald": "error_503", "prairie-today": "drops", "kuestenblick": "feed_gone"}
        for site, kind in broken.items():
            running.break_down(site, kind)
        crawl(running, tmp_path)
        collected = {line["source"] for line in lines_of(tmp_path / "output", "articles")}
        assert collected == {"kuestenblick", "al-mina"}  # the sources file names the feed where it stands
        for site in broken:
            running.mend(site)
        crawl(running, tmp_path)
        found = [line["url"] for line in lines_of(tmp_path / "output", "articles")]
        assert sorted(found) == sorted(item.url for item in running.newsroom.truth())


def test_an_outlet_that_is_redesigned_in_mid_crawl_is_named_at_the_end_of_it(tmp_path: Path) -> None:
    with serve(Newsroom(sites=3, articles=8)) as running:
        crawl(running, tmp_path)
        let_days_have_passed(tmp_path / "output" / "newsbot.db", 20)
        new = running.publish("kuestenblick", 24)
        running.publish("harbour-herald", 4)
        before = len(running.requests())
        command = [sys.executable, "-m", "scrapy", *crawling(running, tmp_path, "-s", "DOWNLOAD_DELAY=0.1")]
        environment = scrapy_environment(tmp_path / "output")
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
            while process.poll() is None and not 3 <= pages_of(running, new, before) < len(new):
                time.sleep(0.02)
            running.break_down("kuestenblick", "text_gone")
            _, log = process.communicate(timeout=120)
        collected = {line["url"] for line in lines_of(tmp_path / "output", "articles") if line["word_count"] > 100}
        assert 3 <= len(collected & set(new)) < len(new)
        told = [line for line in log.splitlines() if " source " in line]
        assert told and all(" source kuestenblick: " in line for line in told), log
        assert any("usually" in line and "since" in line and any(url in line for url in new) for line in told), log
        assert process.returncode == 3


def pages_of(running: Running, urls: list[str], after: int) -> int:
    paths = {url.removeprefix(running.urls["kuestenblick"][:-1]) for url in urls}
    return sum(request.path in paths for request in running.requests()[after:])


def test_a_web_that_is_far_away_answers_late_and_notes_who_has_left() -> None:
    with serve(Newsroom(sites=1, articles=3), latency=0.3) as running:
        home = urlsplit(running.urls["harbour-herald"])
        began = time.monotonic()
        assert get(home.geturl())[0] == 200
        assert time.monotonic() - began >= 0.3
        with socket.create_connection((home.hostname, home.port)) as impatient:
            impatient.sendall(b"GET /feed.xml HTTP/1.1\r\nHost: here\r\n\r\n")
        deadline = time.monotonic() + 5
        while len(running.requests()) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [(request.path, request.status) for request in running.requests()] == [("/", 200), ("/feed.xml", 0)]
