"""How often a feed is asked: what a month of visits to feeds of many kinds comes to."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from newsbot.crawl.polling.publishing import Bounds
from newsbot.crawl.polling.schedule import Schedule, shifted
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store.listings import Listing

DAY = 24 * 60.0
FEED = Listing("a", "feed")


@dataclass
class Clock:
    now: str = "2026-11-20T08:00:00Z"

    def __call__(self) -> str:
        return self.now

    def advance(self, minutes: float) -> None:
        self.now = shifted(self.now, minutes)


def visits(engine: Engine, *, a_day: float, length: int, days: int = 8) -> tuple[float, int, int]:
    """Let cron come every five minutes; return the last interval, the visits of the last day, and the gaps."""
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(5, 360), clock)
    last_day = 0
    for tick in range(int(days * DAY / 5)):
        published = int(tick * 5 * a_day / DAY) + 1000
        if schedule.is_due("a", "feed"):
            keys = [str(number) for number in range(published, published - length, -1)]
            schedule.read(FEED, keys=keys)
            last_day += tick * 5 >= (days - 1) * DAY
        clock.advance(5)
    feed = schedule.listing("a", "feed")
    assert feed.interval
    return feed.interval, last_day, feed.gaps


def test_a_busy_feed_is_asked_every_few_minutes_and_a_quiet_one_every_few_hours(engine: Engine) -> None:
    busy, busy_visits, gaps = visits(engine, a_day=200, length=30, days=3)
    assert busy <= 15
    assert 90 < busy_visits < 180
    assert gaps == 0
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from listings")
    quiet, quiet_visits, gaps = visits(engine, a_day=1, length=30)
    assert quiet > 60
    assert quiet_visits <= 12
    assert gaps == 0


def test_a_short_feed_of_a_busy_site_soon_has_no_more_gaps(engine: Engine) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(5, 360), clock)
    published, gaps = 0, []
    for _ in range(40):
        keys = [str(number) for number in range(published, published - 10, -1)]
        feed = schedule.read(FEED, keys=keys)
        gaps.append(feed.gaps)
        assert feed.interval
        clock.advance(feed.interval)
        published += int(feed.interval)  # an article a minute
    assert gaps[1] == 1, "thirty articles went by a feed of ten"
    assert gaps[2] == gaps[-1]


def test_the_times_of_its_entries_say_at_once_how_often_a_feed_pays(engine: Engine) -> None:
    waits = []
    for hours in (0.1, 0.9, 24):
        feed = Listing("a", f"feed-{hours}")
        published = [shifted("2026-11-20T07:50:00Z", -number * hours * 60) for number in range(24)]
        read = Schedule(engine, ["a"], Bounds(), Clock()).read(
            feed, keys=[str(n) for n in range(24)], published=published
        )
        waits.append(read.interval)
    assert waits[0] < 20 < waits[1] < 45 < 120 < waits[2]
    assert 25 < Schedule(engine, ["a"], Bounds(), Clock()).read(FEED, keys=["1", "2"]).interval < 35, "nothing is known"


def test_a_day_without_a_time_is_no_midnight(engine: Engine) -> None:
    days = ["2026-11-20", "2026-11-20T00:00:00+01:00", *(["2026-11-19"] * 10)]
    keys = [str(number) for number in range(12)]
    stated = Schedule(engine, ["a"], Bounds(), Clock()).read(FEED, keys=keys, published=days)
    assert stated.rhythm == Schedule(engine, ["a"], Bounds(), Clock()).read(Listing("a", "b"), keys=keys).rhythm


def test_what_is_known_of_a_listing_outlives_the_run_and_begins_anew_in_an_old_store(engine: Engine) -> None:
    clock = Clock()
    published = [shifted(clock.now, -number * 20) for number in range(1, 25)]
    keys = [str(number) for number in range(24)]
    known = Schedule(engine, ["a"], Bounds(), clock).read(FEED, keys=keys, published=published)
    assert Schedule(engine, ["a"], Bounds(), clock).listing("a", "feed") == known
    with engine.begin() as connection:
        connection.exec_driver_sql("update listings set rhythm = null")
    clock.advance(30)
    again = Schedule(engine, ["a"], Bounds(), clock)
    assert again.unchanged(again.listing("a", "feed")).rhythm
    with engine.begin() as connection:
        connection.exec_driver_sql("update listings set rhythm = null")
    anew = Schedule(engine, ["a"], Bounds(), clock).read(FEED, keys=keys, published=published)
    assert anew.interval == pytest.approx(known.interval, rel=0.3)


def test_a_failing_listing_is_asked_less_often_and_never_given_up(engine: Engine) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(5, 360), clock)
    waits = []
    for number in range(12):
        feed = schedule.failed("a", "feed", "http_500")
        assert feed.errors == number + 1
        assert feed.due_at
        assert not schedule.is_due("a", "feed")
        waits.append((feed.due_at, clock.now))
        clock.now = feed.due_at
        assert schedule.is_due("a", "feed")
    assert shifted(waits[-1][1], 360) == waits[-1][0]
    assert schedule.read(FEED, keys=["1"]).errors == 0


def test_a_failing_feed_of_a_busy_outlet_is_asked_before_it_may_have_turned_over(engine: Engine) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(5, 360), clock)
    for url, minutes in (("busy", 3), ("quiet", 300)):
        published = [shifted(clock.now, -minutes * number - 1) for number in range(20)]
        schedule.read(Listing("a", url), keys=[str(number) for number in range(20)], published=published)
        for _ in range(9):
            due = schedule.failed("a", url, "http_500").due_at
        assert due == shifted(clock.now, 60 if url == "busy" else 360)


def test_a_failing_listing_waits_as_long_as_its_host_asks(engine: Engine) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(5, 30), clock)
    until = schedule.rest("example.org", 7200)
    feed = schedule.failed("a", "feed", "http_429", rests_until=until)
    assert feed.due_at == "2026-11-20T10:00:00Z"
    again = Schedule(engine, ["a"], Bounds(5, 30), clock)
    assert again.rests_until("example.org") == until
    clock.now = until
    assert again.rests_until("example.org") is None


def test_a_permanent_redirect_is_remembered_and_forgotten_when_it_leads_nowhere(engine: Engine) -> None:
    schedule = Schedule(engine, ["a"], Bounds(), Clock())
    schedule.read(Listing("a", "http://e.org/old"), keys=["1"], at="http://e.org/new")
    again = Schedule(engine, ["a"], Bounds(), Clock())
    assert again.address("a", "http://e.org/old") == "http://e.org/new"
    again.failed("a", "http://e.org/old", "http_404")
    assert again.address("a", "http://e.org/old") == "http://e.org/old"


def test_the_run_that_is_nearest_asks_but_none_comes_before_a_batch(engine: Engine) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(), clock)
    source = Source(name="a", home="https://e.org/", feeds=["https://e.org/feed"])
    assert schedule.due(source) == [("feed", "https://e.org/feed")]
    wait = schedule.read(Listing("a", "https://e.org/feed"), keys=["1", "2", "3"]).interval
    assert wait
    clock.advance(wait - 3)
    assert schedule.due(source) == []
    clock.advance(1)
    assert schedule.due(source) != [], "the next run would be later than this one is early"
    batches = [
        f"2026-11-{day}T{hour:02}:30:{second:02}Z" for day in (18, 19) for hour in range(24) for second in (5, 40)
    ]
    known = schedule.read(Listing("a", "b"), keys=[str(number) for number in range(96)], published=batches)
    assert known.due_at
    assert known.due_at[14:] == "33:00Z"
    clock.now = shifted(known.due_at, -1)
    assert not schedule.is_due("a", "b")
    clock.now = known.due_at
    assert schedule.is_due("a", "b")


def test_a_section_that_brings_more_than_its_feeds_is_asked_more_often(engine: Engine) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(), clock)
    for hour in range(48):
        named = [(f"e.org/{hour}-{n}", Candidate(url=f"https://e.org/{hour}-{n}", via="section")) for n in range(3)]
        schedule.read(Listing("a", "rich"), named)
        schedule.read(Listing("a", "poor"))
        clock.advance(60)
    rich, poor = schedule.listing("a", "rich").interval, schedule.listing("a", "poor").interval
    assert rich
    assert poor
    assert rich * 3 < poor


def test_an_archive_that_comes_into_a_sitemap_is_no_news(engine: Engine) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(), clock)

    def old(number: int, modified: str | None) -> tuple[str, Candidate]:
        return f"e.org/{number}", Candidate(url=f"https://e.org/{number}", via="sitemap", modified=modified)

    for name, modified in (("dated", "2020-01-01T10:00:00Z"), ("undated", None)):
        quiet = schedule.read(Listing("a", f"{name}, quiet"))
        first = schedule.read(Listing("a", name), [old(number, modified) for number in range(2000)], is_whole=False)
        assert first.interval == 5, "there is more to take"
        assert (
            schedule.read(Listing("a", name), [old(number, modified) for number in range(9)]).interval == quiet.interval
        )
    clock.advance(60)
    for name, modified in (("dated", "2020-01-01T10:00:00Z"), ("undated", None)):
        schedule.read(Listing("a", name), [old(number, modified) for number in range(2000)])
        schedule.read(Listing("a", f"{name}, quiet"))
    clock.advance(DAY)
    for name in ("dated", "undated"):
        after, quiet = (schedule.unchanged(Listing("a", url)).interval for url in (name, f"{name}, quiet"))
        assert after == quiet if name == "dated" else after > 15
