"""Hosts are asked in turn and at their pace, left alone as long as they ask, and given up when they cost too much."""

from __future__ import annotations

import asyncio
import sqlite3
from email.utils import formatdate
from functools import partial
from itertools import combinations, pairwise
from pathlib import Path
from time import time
from types import SimpleNamespace

import pytest
from conftest import lines_of, run_scrapy, sources_file
from local_web import Answer, LocalWeb, article_page, local_web
from offline_downloader import offline
from scrapy import Request, signals
from scrapy.http import Response

from newsbot.downloader import politeness
from newsbot.downloader.errors import Skipped
from newsbot.downloader.politeness import CrawlDelay, HostBudget, PoliteThrottle
from newsbot.downloader.robotstxt import RobotRules

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
ONE, TWO, THREE = (f"https://example.org/{number}" for number in (1, 2, 3))


def put_articles(web: LocalWeb, *names: str) -> list[str]:
    return [web.put(f"/news/{name}", article_page(f"Money for the {name}", f"the {name}")) for name in names]


def urls_of(output: Path) -> set[str]:
    return {line["url"] for line in lines_of(output, "articles")}


def notes_of(output: Path) -> str:
    return "\n".join(note for line in lines_of(output, "coverage") for note in line.get("notes", []))


def are_apart(times: list[float], delay: float) -> bool:
    """Whether requests may have been sent at intervals of a delay, one after another, that were noted at these times.

    A busy server notes a request late, which may take all of the interval behind it, and nothing of the next.
    """
    spans = combinations(enumerate(times), 2)
    return all(later - earlier > (after - before - 1) * delay - 0.05 for (before, earlier), (after, later) in spans)


@pytest.mark.parametrize(("delay", "lag"), [(1.0, 0.0), (0.0, 0.0), (0.0, 0.1)])
def test_a_host_gets_one_request_at_a_time_whatever_its_delay(delay: float, lag: float) -> None:
    """Scrapy's own sends all that waits at once where there is no delay, or one that is over as soon as it is begun."""

    async def story() -> None:
        async with offline(DOWNLOAD_DELAY=delay) as wire:
            wire.lag = lag
            for url in (ONE, TWO, THREE):
                wire.ask(url)
            await wire.goes_by(100)
            assert wire.sent == [ONE]
            wire.answer(ONE)
            await wire.goes_by(100)
            assert wire.sent == [ONE, TWO]
            other = "https://example.org:8443/1"
            wire.ask(other)
            await wire.goes_by(100)
            assert wire.sent == [ONE, TWO, other], "another port is another host"

    asyncio.run(story())


def test_a_delay_begins_when_a_request_goes_out_however_long_a_busy_crawl_has_kept_it() -> None:
    async def story() -> None:
        async with offline(DOWNLOAD_DELAY=1.0) as wire:
            wire.late = 0.4
            wire.ask(ONE)
            wire.ask(TWO)
            await wire.goes_by(0.5)
            wire.answer(ONE)
            await wire.goes_by(0.8)
            assert wire.sent == [ONE], "0.9 seconds after it"
            await wire.goes_by(0.2)
            assert wire.sent == [ONE, TWO]

    asyncio.run(story())


def test_a_host_may_have_been_asked_by_another_crawl_just_before_this_one_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        async with offline(DOWNLOAD_DELAY=5.0) as wire:
            monkeypatch.setattr(politeness, "began", lambda: wire.now - 2)
            wire.ask(ONE)
            await wire.goes_by(2.9)
            assert not wire.sent
            await wire.goes_by(0.2)
            assert wire.sent == [ONE]

    asyncio.run(story())


@pytest.mark.parametrize("delay", [0.0, 5.0])
def test_a_source_states_the_pace_of_its_hosts(delay: float) -> None:
    async def story() -> None:
        async with offline() as wire:
            wire.downloader.space("example.org", delay)
            for url in (ONE, TWO):
                wire.ask(url)
            await wire.goes_by(0)
            assert wire.sent == [ONE]
            wire.answer(ONE)
            await wire.goes_by(delay - 0.5)
            assert wire.sent == [ONE][: 1 + (delay == 0)]
            await wire.goes_by(0.6)
            assert wire.sent == [ONE, TWO]

    asyncio.run(story())


def test_a_host_that_asks_for_a_rest_gets_nothing_until_it_is_over() -> None:
    async def story() -> None:
        async with offline() as wire:
            first = wire.ask(ONE)
            wire.ask(TWO)
            await wire.goes_by(0.2)
            wire.answer(ONE, 429, Retry_After="30")
            await wire.goes_by(29)
            assert first.done()
            assert wire.sent == [ONE]
            await wire.goes_by(3)
            assert wire.sent == [ONE, TWO]

    asyncio.run(story())


def test_what_a_host_has_still_to_send_takes_its_delay_or_its_answers_and_its_rest() -> None:
    async def story() -> None:
        async with offline() as wire:
            takes = partial(wire.downloader.seconds_for, "example.org", 10)
            assert takes() == 10.0, "the delay of all hosts"
            wire.downloader.space("example.org", 3.0)
            assert takes() == 30.0
            for url in (ONE, TWO):
                wire.ask(url)
            await wire.goes_by(0)
            assert takes() == 30.0
            wire.answer(ONE, took=5.0)
            await wire.goes_by(4)
            assert takes() == 50.0, "it answers more slowly than it is asked"
            wire.answer(TWO, 429, took=5.0, Retry_After="30")
            await wire.goes_by(10)
            assert takes() == 70.0

    asyncio.run(story())


def test_a_host_that_has_cost_too_much_gets_no_further_request_not_even_those_that_wait() -> None:
    """What counts is how long the host took, not how long it went unheard in a busy crawl."""

    async def story() -> None:
        async with offline(NEWSBOT_PATIENCE=10.0) as wire:
            asked = [wire.ask(url) for url in (ONE, TWO, THREE)]
            await wire.goes_by(12)
            wire.answer(ONE, 500, took=2.0)
            await wire.goes_by(12)
            assert wire.sent == [ONE, TWO]
            wire.answer(TWO, 500, took=9.0)
            await wire.goes_by(12)
            with pytest.raises(Skipped, match="host_given_up"):
                await asked[2]
            assert wire.sent == [ONE, TWO]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("stated", "latency", "expected"),
    [
        (None, 0.1, 1.05),  # towards the host's own pace, as Scrapy has it
        (5.0, 0.1, 5.0),  # a quick answer is no leave to come sooner than was stated
        (5.0, 9.0, 9.0),  # a slow host is asked less often still
    ],
)
def test_autothrottle_keeps_a_stated_delay(stated: float | None, latency: float, expected: float) -> None:
    async def story() -> None:
        async with offline(AUTOTHROTTLE_ENABLED=True, AUTOTHROTTLE_START_DELAY=2.0, DOWNLOAD_DELAY=0.0) as wire:
            wire.crawler.engine = SimpleNamespace(downloader=wire.downloader)  # type: ignore[assignment]
            throttle = PoliteThrottle.from_crawler(wire.crawler)
            wire.crawler.signals.send_catch_log(signals.spider_opened, spider=None)
            if stated:
                wire.downloader.space("example.org", stated)
            wire.ask(ONE)
            await wire.goes_by(0)
            request = Request(ONE, meta={"download_latency": latency, "download_slot": "example.org"})
            answered = {"response": Response(ONE), "request": request, "spider": None}
            wire.crawler.signals.send_catch_log(signals.response_downloaded, **answered)
            assert wire.downloader.slots["example.org"].delay == pytest.approx(expected)
            del throttle

    asyncio.run(story())


@pytest.mark.parametrize(
    ("robots", "expected"),
    [
        ("Crawl-delay: 7", 7.0),
        ("Request-rate: 1/30\nCrawl-delay: 7", 30.0),
        ("Crawl-delay: 86400", 300.0),  # or a run would never end
        ("Crawl-delay: 2", 3.0),  # its source states more
        ("Disallow:", 3.0),
    ],
)
def test_the_longest_delay_that_is_stated_holds(robots: str, expected: float) -> None:
    async def story() -> None:
        async with offline() as wire:
            wire.crawler.engine = SimpleNamespace(downloader=wire.downloader)  # type: ignore[assignment]
            pace = CrawlDelay.from_crawler(wire.crawler)
            wire.downloader.space("example.org", 3.0)
            rules = RobotRules(f"User-agent: *\n{robots}")
            pace.robots_parsed(rules, Request(ONE))
            assert wire.downloader.stated_delay("example.org") == expected

    asyncio.run(story())


def test_a_budget_is_spent_by_failures_and_earned_by_answers() -> None:
    budget = HostBudget(60)
    for _ in range(50):
        budget.failed("e.org", 0.01)
        budget.failed("e.org", 0.01)
        budget.answered("e.org")
    assert budget.left("e.org") == 10
    budget.rested("e.org", 9.0)
    assert not budget.is_spent("e.org")
    budget.failed("e.org", 30.0)
    assert budget.is_spent("e.org")
    assert not budget.is_spent("other.org")


def test_requests_to_a_host_keep_the_delay_of_its_robots_txt_and_of_its_source(tmp_path: Path) -> None:
    with local_web() as web, local_web() as own:
        web.put("/robots.txt", "User-agent: *\nCrawl-delay: 1\n", "text/plain")
        sites = {"asks": web, "stated": own}
        feeds = {name: site.feed("/feed", put_articles(site, "one", "two", "six")) for name, site in sites.items()}
        sources: dict[str, dict[str, object]] = {
            name: {"home": f"{site.base}/", "feeds": [feeds[name]]} for name, site in sites.items()
        }
        sources["stated"]["delay"] = 1
        path = sources_file(tmp_path, **sources)
        run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", *FAST)
        for name, site in sites.items():
            times = [moment for moment, _ in site.asked]
            assert len(times) == 6, "robots.txt, the feed, tdmrep.json and three articles"
            assert are_apart(times, 1.0), (name, times)


def test_a_slow_host_holds_up_no_other(tmp_path: Path) -> None:
    """One host's Crawl-delay would take longer than the test; its requests must not fill the downloader."""
    output = tmp_path / "output"
    with local_web() as slow, local_web() as quick:
        names = [f"hall-{number}" for number in range(12)]
        slow.put("/robots.txt", "User-agent: *\nRequest-rate: 1/2\n", "text/plain")
        path = sources_file(
            tmp_path,
            slow={"home": f"{slow.base}/", "feeds": [slow.feed("/feed", put_articles(slow, *names[:3]))]},
            quick={"home": f"{quick.base}/", "feeds": [quick.feed("/feed", put_articles(quick, *names))]},
        )
        run_scrapy(output, "crawl", "news", "-a", f"sources={path}", *FAST, "-s", "CONCURRENT_REQUESTS=3")
    assert len(urls_of(output)) == 12
    slow_times = [moment for moment, _ in slow.asked]
    assert are_apart(slow_times, 2.0), "Request-rate is kept"
    assert max(moment for moment, _ in quick.asked) < slow_times[3], "the quick one was done long before"


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


def test_a_host_that_only_fails_is_given_up_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as broken, local_web() as other:
        names = [f"hall-{number}" for number in range(9)]
        urls = [broken.put(f"/{name}", "oops", status=500) for name in names]
        elsewhere = [other.put(f"/{name}", article_page(name, f"the other {name}")) for name in names]
        gone = [other.put(f"/gone-{number}", "gone", status=404) for number in range(12)]
        path = sources_file(
            tmp_path,
            broken={"home": f"{broken.base}/", "feeds": [broken.feed("/feed", urls)]},
            other={"home": f"{other.base}/", "feeds": [other.feed("/feed", [*gone[:6], *elsewhere, *gone[6:]])]},
        )
        news = ("crawl", "news", "-a", f"sources={path}", *FAST, "-s", "NEWSBOT_PATIENCE=4")
        run = run_scrapy(output, *news)
        assert run.returncode == 0, run.stderr
        reasons = {line["url"]: line["reason"] for line in lines_of(output, "coverage", "*/*.dropped.jsonl")}
        asked = {url for url in urls if url.removeprefix(broken.base) in broken.paths()}
        assert 2 <= len(asked) <= 4, reasons
        assert {url: reasons[url] for url in asked} == dict.fromkeys(asked, "http_500")
        assert {url: reasons[url] for url in urls if url not in asked} == dict.fromkeys(
            set(urls) - asked, "host_given_up"
        )
        assert {line["url"] for line in lines_of(output, "articles")} == set(elsewhere)

        for name in names:
            broken.put(f"/{name}", article_page(name, f"the mended {name}"))
        assert run_scrapy(output, *news).returncode == 0
    assert {line["url"] for line in lines_of(output, "articles")} == {*urls, *elsewhere}
