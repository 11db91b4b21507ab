"""`scrapy sources repair`: what is gone is replaced by what the home page names, shown first and never silently."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, run_scrapy, scrapy_environment
from local_web import LocalWeb, article_page, local_web

from newsbot.commands.sources import hindrance_of
from newsbot.health.measures import ListingState
from newsbot.items import Candidate
from newsbot.sources import BUNDLED, Replacement, Source, load_sources, with_replacements
from newsbot.spiders.probe import ListingReport
from newsbot.spiders.repair import failures, propose
from newsbot.store import listings
from newsbot.store.database import open_engine
from newsbot.store.health import listing_states

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
NOW = "2026-11-28T12:00:00Z"


def site_with_a_new_feed(web: LocalWeb) -> None:
    """A site whose /old.rss is gone, and whose home page names /new.rss and a feed of comments."""
    article = web.put("/harbour", article_page("Money for the harbour", "the harbour wall"))
    alternate = '<link rel="alternate" type="application/rss+xml" href="{}">'
    web.put("/", f"<html><head>{alternate.format('/comments/feed')}{alternate.format('/new.rss')}</head></html>")
    web.feed("/comments/feed", [article])
    web.feed("/new.rss", [article])


def outlets(folder: Path, web: LocalWeb, listings: str) -> Path:
    """A sources file with comments, two sources, an order of its own and a mode of its own."""
    file = folder / "mine.toml"
    first = '# my outlets\n\n[[source]]\nname = "first"  # the best one\nhome = "http://127.0.0.1:9/"\n\n'
    file.write_text(f'{first}# it moves a lot\n[[source]]\nname = "harbour"\nhome = "{web.base}/"\n{listings}', "utf-8")
    file.chmod(0o640)
    return file


def test_a_feed_that_is_gone_is_replaced_by_the_one_that_the_home_page_names(tmp_path: Path) -> None:
    with local_web() as web:
        site_with_a_new_feed(web)
        file = outlets(tmp_path, web, f'feeds = [\n  "{web.base}/old.rss", # all of it\n]\ndelay = 2\n')
        repair = ("sources", "repair", "harbour", "--file", str(file), *FAST)
        before = file.read_text("utf-8")
        shown = run_scrapy(tmp_path, *repair)
        assert shown.returncode == 3, shown.stderr
        assert f'-  "{web.base}/old.rss", # all of it\n+  "{web.base}/new.rss", # all of it\n' in shown.stdout
        assert f"harbour: feed {web.base}/old.rss: http_404; in its place: feed {web.base}/new.rss" in shown.stdout
        assert shown.stdout.endswith("there is no terminal to ask on; --yes changes it\nnothing was changed\n")
        assert file.read_text("utf-8") == before
        done = run_scrapy(tmp_path, *repair, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"harbour: an article: {web.base}/harbour" in done.stdout
        assert file.read_text("utf-8") == before.replace("/old.rss", "/new.rss"), "and nothing else"
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
        assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.toml"], "no store, no leftover"
        again = run_scrapy(tmp_path, *repair, "--yes")
    assert again.returncode == 0
    assert again.stdout.endswith(f"nothing to repair: all that {file} says of harbour works\n")


def test_at_a_terminal_it_asks(tmp_path: Path) -> None:
    with local_web() as web:
        site_with_a_new_feed(web)
        file = outlets(tmp_path, web, f'feeds = ["{web.base}/old.rss"]\n')
        ours, theirs = pty.openpty()
        os.write(ours, b"y\n")
        run = subprocess.run(
            [sys.executable, "-m", "scrapy", "sources", "repair", "harbour", "--file", str(file), *FAST],
            cwd=ROOT,
            env=scrapy_environment(tmp_path),
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=300,
        )
        os.close(ours)
        os.close(theirs)
        assert run.returncode == 0, run.stdout + run.stderr
        assert run.stdout.endswith(f"change {file}? [y/N] {file} was changed\n")
        assert load_sources(file)[1].feeds == [f"{web.base}/new.rss"]


def test_what_has_moved_for_good_moves_in_the_file_and_the_store_forgets_the_old_address(tmp_path: Path) -> None:
    with local_web() as web:
        site_with_a_new_feed(web)
        web.pages["/old.rss"] = (301, {"Location": "/new.rss"}, b"")
        web.feed("/hidden.rss", [web.put("/mole", article_page("A mole for the harbour", "the mole"))])
        file = outlets(tmp_path, web, f'feeds = ["{web.base}/old.rss", "{web.base}/older.rss"]\n')
        engine = open_engine(f"sqlite:///{tmp_path / 'newsbot.db'}")
        with engine.begin() as connection:
            for old, new in (("old", "new"), ("older", "hidden")):
                moved = listings.Listing("harbour", f"{web.base}/{old}.rss", moved_to=f"{web.base}/{new}.rss")
                listings.save(connection, moved)
        run = run_scrapy(tmp_path, "sources", "repair", "harbour", "--file", str(file), "--yes", *FAST)
        assert run.returncode == 0, run.stdout + run.stderr
        assert f"feed {web.base}/old.rss: moved for good to {web.base}/new.rss, works: 1 entries" in run.stdout
        feeds = load_sources(file)[1].feeds
        assert feeds == [f"{web.base}/new.rss", f"{web.base}/hidden.rss"], "the second is gone, and the store knew"
        assert listing_states(engine) == {}
        engine.dispose()
        assert "/" not in web.paths(), "nothing was looked for"


def test_where_nothing_better_is_found_or_patterns_would_refuse_it_that_is_said(tmp_path: Path) -> None:
    with local_web() as web:
        site_with_a_new_feed(web)
        file = outlets(tmp_path, web, f'feeds = ["{web.base}/old.rss"]\nallow = ["/sport/"]\n')
        before = file.read_text("utf-8")
        run = run_scrapy(tmp_path, "sources", "repair", "harbour", "--file", str(file), "--yes", *FAST)
        assert run.returncode == 3, run.stderr
        refused = f'feed {web.base}/new.rss: all that it names (1) would be left out by allow = ["/sport/"]'
        assert f"harbour: not proposed: {refused}" in run.stdout
        assert f"feed {web.base}/old.rss: http_404; nothing was found to stand in its place" in run.stdout
        assert run.stdout.endswith("nothing was changed: nothing better was found\n")
        assert file.read_text("utf-8") == before


def test_what_cannot_be_written_is_said_with_what_to_do(tmp_path: Path) -> None:
    run = run_scrapy(tmp_path, "sources", "repair", "the-guardian", "--yes", "-s", "NEWSBOT_SOURCES=")
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith(
        "this file is a part of newsbot, and goes with the next version; change a copy of it: cp "
    )
    assert hindrance_of(BUNDLED)
    assert hindrance_of(tmp_path / "none" / "mine.toml")


def read(url: str, *paths: str, channel: str = "feed", at: str | None = None, **fields: object) -> ListingReport:
    """A listing that can be read and names articles of example.org."""
    named = [Candidate(url=f"https://example.org{path}", via="feed", published=at) for path in paths]
    return ListingReport(channel=channel, url=url, named=named, **fields)  # type: ignore[arg-type]


def gone(url: str, error: str = "http_404", channel: str = "feed") -> ListingReport:
    return ListingReport(channel=channel, url=url, error=error)


def proposed(
    source: Source, tried: list[ListingReport], found: list[ListingReport], *states: ListingState
) -> list[str]:
    """What is proposed, as OLD -> FIELD NEW."""
    known = {state.url: state for state in states}
    plan = propose(source, tried, found, failures(tried, known, NOW), states=known)
    return [f"{change.old} -> {change.new_field} {change.new}" for change in plan.replacements]


FEEDS = Source(name="x", home="https://example.org/", feeds=["https://e/rss/world.xml", "https://e/rss/sport.xml"])
WORLD, SPORT = FEEDS.feeds


def test_each_feed_gives_way_to_the_one_that_is_akin_and_those_that_work_stay() -> None:
    found = [read("https://e/new/all", "/1"), read("https://e/new/sport", "/2"), read("https://e/new/world", "/3")]
    both = proposed(FEEDS, [gone(WORLD), gone(SPORT)], found)
    assert both == [f"{WORLD} -> feeds https://e/new/world", f"{SPORT} -> feeds https://e/new/sport"]
    same = read("https://e/rss/w", "/1")
    assert proposed(FEEDS, [read(WORLD, "/1"), gone(SPORT)], [same]) == [], "it is the one that works"


def test_a_fault_that_may_pass_is_none_until_it_has_lasted() -> None:
    found = [read("https://e/new", "/1")]
    for error in ("timeout", "http_503", "http_429", "robots_unreachable", "dns: no such host"):
        tried = [gone(WORLD, error), read(SPORT, "/2")]
        assert proposed(FEEDS, tried, found) == []
        assert proposed(FEEDS, tried, found, ListingState(WORLD, errors=3)) == [f"{WORLD} -> feeds https://e/new"]
    empty = Source(name="x", home="https://example.org/", news_sitemaps=["https://e/n.xml"])
    assert proposed(empty, [gone("https://e/n.xml", "names no article", "news_sitemap")], found) == []


def test_a_feed_that_is_left_behind_gives_way_to_a_newer_one_alone() -> None:
    tried = [read(WORLD, "/1", at="2026-08-01"), read(SPORT, "/2", at="2026-11-27")]
    older, newer = read("https://e/o", "/3", at="2026-07-01"), read("https://e/n", "/4", at="2026-11-28")
    assert proposed(FEEDS, tried, [older]) == []
    assert proposed(FEEDS, tried, [older, newer]) == [f"{WORLD} -> feeds https://e/n"]


def test_another_kind_of_listing_and_another_sites_feed_stand_in_where_they_may() -> None:
    sitemap = read("https://e/map.xml", "/1", channel="sitemap")
    assert proposed(FEEDS, [gone(WORLD), gone(SPORT)], [sitemap]) == [f"{WORLD} -> sitemaps https://e/map.xml"]
    assert proposed(FEEDS, [gone(WORLD), read(SPORT, "/2")], [sitemap]) == [], "not where a feed is left"
    elsewhere = ListingReport(
        channel="feed", url="https://e/partner", named=[Candidate(url="https://p.net/", via="feed")]
    )
    assert proposed(FEEDS, [gone(WORLD), read(SPORT, "/2")], [elsewhere]) == []
    bare = Source(name="x", home="https://example.org/")
    home = gone(bare.home, "names no article", "section")
    assert proposed(bare, [home], [read("https://e/rss", "/1")]) == ["None -> feeds https://e/rss"]


def test_a_home_page_that_is_on_another_site_for_good_is_named_there_with_its_feeds() -> None:
    named = [Candidate(url="https://new.net/1", via="feed")]
    there = ListingReport(channel="feed", url="https://new.net/rss", named=named)
    tried = [gone(WORLD), read(SPORT, "/2")]
    plan = propose(FEEDS, tried, [there], failures(tried, {}, NOW), home="https://new.net/")
    assert [change.new for change in plan.replacements] == ["https://new.net/", "https://new.net/rss"]
    stays = propose(FEEDS, tried, [there], failures(tried, {}, NOW), home="https://example.org/en/")
    assert stays.replacements == [], "within its site a home page may wander"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_order_and_ends_of_lines_stay(end: str) -> None:
    lines = [
        "# top",
        "[[source]]",
        'name = "x"',
        "",
        'home = "https://x.org/" # here',
        "feeds = [",
        '  "https://x.org/a", # a',
    ]
    lines += ['  "https://x.org/b",', "]", "", "# the next one", "[[source]]", 'name = "y"', 'home = "https://y.org/"']
    text = end.join(lines)
    changed = with_replacements(
        text,
        "x",
        [
            Replacement("feeds", "https://x.org/b", "feeds", "https://x.org/c"),
            Replacement("home", "https://x.org/", "home", "https://new.org/"),
            Replacement("feeds", None, "sitemaps", "https://x.org/m"),
        ],
    )
    added = f'# here{end}sitemaps = ["https://x.org/m"]'
    expected = text.replace("/b", "/c").replace('https://x.org/" # here', f'https://new.org/" {added}')
    assert changed == expected
    added = with_replacements(text, "y", [Replacement("sections", None, "feeds", "https://y.org/f")])
    assert added == f'{text}{end}feeds = ["https://y.org/f"]'
