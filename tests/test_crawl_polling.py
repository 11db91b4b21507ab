"""Runs that ask no more than they need: due listings, moved feeds, gaps."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from conftest import lines_of, run_scrapy, sources_file
from local_web import LocalWeb, article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")


def put_articles(web: LocalWeb, *names: str) -> list[str]:
    return [web.put(f"/news/{name}", article_page(f"Money for the {name}", f"the {name}")) for name in names]


def urls_of(output: Path) -> set[str]:
    return {line["url"] for line in lines_of(output, "articles")}


def notes_of(output: Path) -> str:
    return "\n".join(note for line in lines_of(output, "coverage") for note in line.get("notes", []))


def due_of(output: Path) -> dict[str, tuple[str, float]]:
    with sqlite3.connect(output / "newsbot.db") as database:
        rows = database.execute("select source, due_at, interval from listings").fetchall()
    database.close()
    return {source: (due_at, interval) for source, due_at, interval in rows}


def make_due(output: Path) -> None:
    """Let the time pass that listings wait for."""
    with sqlite3.connect(output / "newsbot.db") as database:
        database.execute("update listings set due_at = '2020-01-01T00:00:00Z', answered_at = '2020-01-01T00:00:00Z'")
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
            database.execute("update listings set due_at = '2020-01-01T00:00:00Z' where source = 'b'")
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


def test_the_times_that_a_feed_states_and_the_price_of_a_request_say_when_it_is_asked_again(tmp_path: Path) -> None:
    now = datetime.now(UTC)

    def feed(web: LocalWeb, path: str, moments: list[datetime]) -> str:
        items = "".join(
            f"<item><title>{n}</title><link>{web.base}{path}/{n}</link><pubDate>{format_datetime(at)}</pubDate></item>"
            for n, at in enumerate(moments)
        )
        return web.put(path, f'<rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>')

    full_hour = now.replace(minute=0, second=20)
    moments = {
        "batches": [full_hour - timedelta(hours=n // 4 + 1) for n in range(40)],
        "busy": [now - timedelta(minutes=2 * n + 2) for n in range(40)],
        "quiet": [now - timedelta(minutes=667 * n + 2) for n in range(48)],  # at no hour or minute more than at others
    }
    with local_web() as web:
        feeds = {name: feed(web, f"/{name}", stated) for name, stated in moments.items()}
        no_articles = {"home": f"{web.base}/", "deny": ["/"]}
        path = sources_file(tmp_path, **{name: {**no_articles, "feeds": [url]} for name, url in feeds.items()})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        waits = {}
        for price in (4, 40):
            run_scrapy(tmp_path / str(price), *news, "-s", f"NEWSBOT_POLL_PRICE={price}")
            waits[price] = due_of(tmp_path / str(price))
    assert waits[4]["batches"][0][14:] == "03:00Z", "three minutes after what comes out on the hour"
    assert waits[4]["busy"][1] <= waits[4]["quiet"][1] / 3
    assert 2 < waits[40]["quiet"][1] / waits[4]["quiet"][1] < 4
