"""What waits for one host comes in turn: its sources one after another, and what is newest of each first."""

from __future__ import annotations

from pathlib import Path

from conftest import lines_of, run_scrapy, sources_file
from local_web import LocalWeb, article_page, local_web
from scrapy import Request

from newsbot.downloader.turns import SourceTurns

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0", "-s", "NEWSBOT_REVISIT_HOURS=[]")


def feed_of(web: LocalWeb, name: str, days: list[int | None], *, ages: bool = True) -> str:
    """Put up a feed of articles, each of a day of November or of none, in that order, and return its address."""
    items = []
    for number, day in enumerate(days):
        url = web.put(f"/{name}/{number}", article_page(f"Money for {name} {number}", f"{name} number {number}"))
        date = f"<pubDate>{day:02d} Nov 2026 08:00:00 GMT</pubDate>" if day and ages else ""
        items.append(f"<item><title>Money for {name} {number}</title><link>{url}</link>{date}</item>")
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{"".join(items)}</channel></rss>'
    return web.put(f"/{name}.xml", rss, "application/rss+xml")


def articles_asked(web: LocalWeb) -> list[str]:
    return [path[1:] for path in web.paths() if path.rpartition("/")[2].isdigit()]


def test_a_source_with_many_articles_holds_up_no_other_on_its_host(tmp_path: Path) -> None:
    with local_web() as web:
        counts = {"flood": 60, **{f"small{n}": 2 for n in range(8)}}
        sources: dict[str, dict[str, object]] = {
            name: {"home": f"{web.base}/{name}/", "feeds": [feed_of(web, name, [None] * count)]}
            for name, count in counts.items()
        }
        path = sources_file(tmp_path, **sources)
        run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", *FAST)
        assert run.returncode == 0, run.stderr
        asked = articles_asked(web)
    assert len(asked) == sum(counts.values())
    last = max(place for place, path in enumerate(asked) if path.startswith("small"))
    # Each of the small ones has two turns; a few of the flood's come before the others' feeds have answered.
    assert last < 40, asked
    assert [path for path in asked if path.startswith("flood")][:4] == [f"flood/{n}" for n in range(4)], (
        "in the order of the feed, where nothing is dated"
    )


def test_the_newest_of_a_source_comes_first_whether_this_run_or_an_earlier_one_found_it(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        days: list[int | None] = [3, 9, 6, 1, 5, 4]
        source: dict[str, object] = {"home": f"{web.base}/", "feeds": [feed_of(web, "a", days)]}
        path = sources_file(tmp_path, a={**source, "max_pages": 1})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        run_scrapy(output, *news)
        assert articles_asked(web) == ["a/1"], "of the ninth"
        web.asked.clear()
        days += [8, 2]
        feed_of(web, "a", days)
        sources_file(tmp_path, a=source)
        run_scrapy(output, *news)
        asked = [days[int(path.rpartition("/")[2])] for path in articles_asked(web)]
    # While the feed is on the wire, two of those that wait may be at hand.
    assert asked.index(8) <= 2
    assert [day for day in asked if day != 8] == [6, 5, 4, 3, 2, 1]
    assert len(lines_of(output, "articles")) == 8


def test_a_source_that_comes_back_waits_behind_those_that_wait_already() -> None:
    turns = SourceTurns()
    for name in ("a", "b", "b", "c"):
        turns.push(Request(f"https://e.org/{name}", meta={"source": name}))
    first = turns.pop()
    turns.push(Request("https://e.org/a", meta={"source": "a"}))
    order = [first, *(turns.pop() for _ in range(len(turns)))]
    assert [request.url[-1] for request in order if request] == ["a", "b", "c", "a", "b"]
