"""Runs that ask no more than they need: due listings, moved feeds, hosts that want to be left alone, gaps."""

from __future__ import annotations

import sqlite3
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from time import time

from conftest import lines_of, run_scrapy, sources_file
from local_web import Answer, LocalWeb, article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")


def put_articles(web: LocalWeb, *names: str) -> list[str]:
    return [web.put(f"/news/{name}", article_page(f"Money for the {name}", f"the {name}")) for name in names]


def urls_of(output: Path) -> set[str]:
    return {line["url"] for line in lines_of(output, "articles")}


def notes_of(output: Path) -> str:
    return "\n".join(note for line in lines_of(output, "coverage") for note in line.get("notes", []))


def make_due(output: Path) -> None:
    """Let the time pass that listings wait for."""
    with sqlite3.connect(output / "newsbot.db") as database:
        database.execute("update polls set due_at = '2020-01-01T00:00:00Z', checked_at = '2020-01-01T00:00:00Z'")
    database.close()


def test_what_is_not_due_is_not_asked_and_what_waits_is_fetched(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        harbour, museum, bridge = put_articles(web, "harbour", "museum", "bridge")
        path = sources_file(
            tmp_path,
            a={"home": f"{web.base}/", "feeds": [web.feed("/a", [harbour])]},
            b={"home": f"{web.base}/", "feeds": [web.feed("/b", [museum])]},
        )
        due = ("crawl", "news", "-a", f"sources={path}", "-a", "due=1", *FAST)
        assert "due: 2 of 2 sources" in run_scrapy(output, *due).stderr
        web.asked.clear()
        run = run_scrapy(output, *due)
        assert run.returncode == 0
        assert "due: 0 of 2 sources" in run.stderr
        assert web.asked == []
        with sqlite3.connect(output / "newsbot.db") as database:
            database.execute("update polls set due_at = '2020-01-01T00:00:00Z' where source = 'b'")
        database.close()
        web.feed("/b", [bridge, museum])
        run_scrapy(output, *due)
        assert [path for path in web.paths() if path != "/robots.txt"] == ["/b", "/news/bridge"]
    assert urls_of(output) == {harbour, museum, bridge}
    sums = [line["source"] for line in lines_of(output, "coverage") if "listings" in line]
    assert sorted(sums) == ["a", "b", "b"], "a source that was not asked has no line in the ledger"


def test_a_moved_feed_is_asked_at_its_new_address_and_a_gap_is_an_alarm(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        harbour, museum, bridge = put_articles(web, "harbour", "museum", "bridge")
        web.pages["/old"] = (301, {"Location": "/new"}, b"")
        web.feed("/new", [harbour])
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [f"{web.base}/old"]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        run_scrapy(output, *news)
        assert f"/old: moved for good to {web.base}/new" in notes_of(output)
        web.feed("/new", [bridge, museum])
        web.asked.clear()
        run_scrapy(output, *news)
        assert "/old" not in web.paths()
        assert urls_of(output) == {harbour, museum, bridge}
        assert "gap: names nothing of what it named at" in notes_of(output)
        del web.pages["/new"]
        web.feed("/old", [harbour])
        run_scrapy(output, *news)
        web.asked.clear()
        assert run_scrapy(output, *news).returncode == 0
        assert "/old" in web.paths(), "an address that leads nowhere is forgotten"


def test_a_host_is_left_alone_as_long_as_it_asks(tmp_path: Path) -> None:
    """A short Retry-After is waited for; with a long one, the host gets no request until it is over."""
    output = tmp_path / "output"
    with local_web() as web, local_web() as other:
        names = ("harbour", "museum", "bridge")
        urls = put_articles(web, *names)
        (elsewhere,) = put_articles(other, "station")
        busy: list[Answer] = [(429, {"Retry-After": "3"}, b"")]
        page = web.pages["/news/harbour"]
        assert not callable(page)
        web.pages["/news/harbour"] = lambda _web: busy.pop() if busy else page
        path = sources_file(
            tmp_path,
            a={"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]},
            b={"home": f"{other.base}/", "feeds": [other.feed("/feed", [elsewhere])]},
        )
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        assert run_scrapy(output, *news).returncode == 0
        assert urls_of(output) == {*urls, elsewhere}
        times = [moment for moment, asked in web.asked]
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert pauses[web.paths().index("/news/harbour")] > 2, "one rest, and no request in it"

        more = put_articles(web, "theatre", "library", "stadium")
        web.feed("/feed", [*more, *urls])
        until = formatdate(time() + 3600, usegmt=True)
        for url in more:
            web.pages[url.removeprefix(web.base)] = (503, {"Retry-After": until}, b"")
        web.asked.clear()
        run = run_scrapy(output, *news)
        assert run.returncode == 0, run.stderr
        assert sum(asked.startswith("/news/") for asked in web.paths()) == 1, (web.asked, run.stderr)
        dropped = [line["reason"] for line in lines_of(output, "coverage", "*/*.dropped.jsonl")]
        assert dropped == ["retry_later"] * 3
        web.asked.clear()
        other.asked.clear()
        run = run_scrapy(output, *news)
        assert web.asked == [], "not even its robots.txt"
        assert "/feed" in other.paths()
        assert "retry_later" in notes_of(output)
        with sqlite3.connect(output / "newsbot.db") as database:
            database.execute("update hosts set rests_until = '2020-01-01T00:00:00Z'")
        database.close()
        put_articles(web, "theatre", "library", "stadium")
        run_scrapy(output, *news)
        assert urls_of(output) == {*urls, *more, elsewhere}, "what was put off is fetched in the end"


def test_a_feed_that_fails_is_asked_ever_less_often_and_said_every_time(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [web.put("/feed", "oops", status=500)]})
        due = ("crawl", "news", "-a", f"sources={path}", "-a", "due=1", *FAST)
        assert run_scrapy(output, *due).returncode == 3
        assert run_scrapy(output, *due).returncode == 0, "nothing is due"
        make_due(output)
        run_scrapy(output, *due)
    assert "http_500 (2 times in a row, due again at 20" in notes_of(output)


def test_a_slow_host_holds_up_no_other(tmp_path: Path) -> None:
    """One host's Crawl-delay would take longer than the test; its requests must not fill the downloader."""
    output = tmp_path / "output"
    with local_web() as slow, local_web() as quick:
        names = [f"hall-{number}" for number in range(12)]
        slow.put("/robots.txt", "User-agent: *\nRequest-rate: 1/3\n", "text/plain")
        path = sources_file(
            tmp_path,
            slow={"home": f"{slow.base}/", "feeds": [slow.feed("/feed", put_articles(slow, *names[:3]))]},
            quick={"home": f"{quick.base}/", "feeds": [quick.feed("/feed", put_articles(quick, *names))]},
        )
        run_scrapy(output, "crawl", "news", "-a", f"sources={path}", *FAST, "-s", "CONCURRENT_REQUESTS=3")
    assert len(urls_of(output)) == 12
    slow_times = [moment for moment, _ in slow.asked]
    assert min(later - earlier for earlier, later in pairwise(slow_times)) > 1.5, "Request-rate is kept"
    assert max(moment for moment, _ in quick.asked) < slow_times[3], "the quick one was done long before"
