"""How often a feed is asked: what a month of visits to feeds of many kinds comes to."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from newsbot.crawl.schedule import Bounds, Schedule, shifted
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


def visits(engine: Engine, *, a_day: float, length: int, days: int = 20) -> tuple[float, int, int]:
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


def test_a_busy_feed_is_asked_every_few_minutes_and_a_quiet_one_a_few_times_a_day(engine: Engine) -> None:
    busy, busy_visits, gaps = visits(engine, a_day=200, length=30, days=3)
    assert busy <= 10
    assert busy_visits > 100
    assert gaps == 0
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from listings")
    quiet, quiet_visits, gaps = visits(engine, a_day=1, length=30)
    assert quiet >= 200
    assert quiet_visits <= 8
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


def test_the_time_between_its_entries_gives_a_feed_its_first_interval(engine: Engine) -> None:
    schedule = Schedule(engine, ["a"], Bounds(5, 360), Clock())
    assert schedule.read(FEED, keys=[str(n) for n in range(24)], span=DAY).interval == 60.0


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


@pytest.mark.parametrize("minutes", [27, 30])
def test_cron_may_come_a_little_early(engine: Engine, minutes: float) -> None:
    clock = Clock()
    schedule = Schedule(engine, ["a"], Bounds(), clock)
    source = Source(name="a", home="https://e.org/", feeds=["https://e.org/feed"])
    assert schedule.due(source) == [("feed", "https://e.org/feed")]
    schedule.read(Listing("a", "https://e.org/feed"), keys=["1"])
    clock.advance(20)
    assert schedule.due(source) == []
    clock.advance(minutes - 20)
    assert schedule.due(source) != []
