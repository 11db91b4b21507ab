"""When a listing is asked again: laws that hold for every feed, and months of some, lived through in a second."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.crawl.polling.publishing import (
    HOUR,
    Bounds,
    Rhythm,
    first_reading,
    next_visit,
    observe,
    run_to_take,
    safe_number,
)

DAY = 24 * HOUR
START = 29_000_160.0
"""A midnight, in minutes of the Unix epoch."""
Stated = Callable[[float, float], float | None]
"""What an entry states as its time, from when it came out and when its feed is read."""


@dataclass
class Month:
    delays: list[float]
    visits: list[float]
    missed: int


def live(
    times: Sequence[float],
    *,
    window: int = 20,
    days: float = 30,
    stated: Stated = lambda moment, _now: moment,
    bounds: Bounds = Bounds(),  # noqa: B008 - it is immutable
    known: Rhythm | None = None,
) -> Month:
    """Ask a feed as cron does, every five minutes from minute 3 on, from START on; what is older is there at first."""
    month = Month([], [], 0)
    now, last, end = START + 3, 0.0, 0
    while now < START + days * DAY:
        month.visits.append(now)
        before, end = end, bisect_right(times, now)
        first = max(end - window, 0)
        if not last:
            rhythm = known or first_reading([stated(moment, now) for moment in times[first:end]], now)
        else:
            fresh = times[max(first, before) : end]
            month.missed += max(first - before, 0)
            month.delays += [now - moment for moment in fresh]
            named = [stated(moment, now) for moment in fresh]
            rhythm = observe(rhythm, named, since=last, until=now, total=end - first)
        last = now
        due = next_visit(rhythm, now, bounds=bounds, room=end - first)
        assert bounds.least - 1e-6 <= due - now <= bounds.most + 1e-6
        take = run_to_take(rhythm, due, answered=now, bounds=bounds)
        now = max(math.ceil((take - START - 3) / 5 - 1e-9) * 5 + START + 3, now + 5)
    return month


def steadily(
    a_day: float, *, seed: int = 1, days: float = 30, from_hour: float = 0, to_hour: float = 24
) -> list[float]:
    """Return the times of articles that come at random between two hours of the day, for ten days before START too."""
    chance, times, moment = random.Random(seed), [], START - 10 * DAY
    while moment < START + days * DAY:
        moment += chance.expovariate(a_day / DAY * 24 / (to_hour - from_hour))
        if from_hour <= (moment - START) / HOUR % 24 < to_hour:
            times.append(moment)
    return times


def in_batches(a_batch: int, *, minute: int = 0, every: int = 60, days: float = 10, seed: int = 1) -> list[float]:
    """Return the times of articles that come out together, within two minutes."""
    chance = random.Random(seed)
    starts = range(int(START - 10 * DAY) + minute, int(START + days * DAY), every)
    return sorted(start + chance.random() * 2 for start in starts for _ in range(a_batch))


counts = st.lists(st.floats(0, 300), min_size=24, max_size=24).map(tuple)
hours = st.lists(st.floats(0, 21), min_size=24, max_size=24).map(tuple)
few = st.floats(0, 500)
latest = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 20)), max_size=48, unique_by=lambda pair: pair[0])
batches = st.builds(
    lambda minute, hours: [(hour * 60 + minute, 3) for hour in range(hours)], st.integers(0, 59), st.integers(7, 40)
)
latest = (latest | batches).map(lambda pairs: tuple(sorted(pairs)))
rhythms = st.builds(Rhythm, counts, hours, few, few, st.floats(0, 5), st.floats(0, 60), latest)


@given(
    rhythms,
    st.floats(0, 1e8),
    st.floats(1, 60),
    st.floats(1, 1000),
    st.floats(0.1, 1000),
    st.integers(1, 1000) | st.none(),
)
@settings(max_examples=300, deadline=None)
def test_no_visit_is_outside_of_its_bounds(
    known: Rhythm, now: float, least: float, more: float, price: float, room: int | None
) -> None:
    bounds = Bounds(least, least + more, price)
    wait = next_visit(known, now, bounds=bounds, room=room) - now
    assert bounds.least - 1e-6 <= wait <= bounds.most + 1e-6
    assert Rhythm.from_text(known.as_text()).peaks() == known.peaks()


@given(counts, hours, st.floats(0, DAY), st.floats(1, 50), st.integers(3, 100))
@settings(max_examples=200, deadline=None)
def test_who_publishes_more_is_asked_no_later(
    found: tuple[float, ...], watched: tuple[float, ...], now: float, times: float, room: int
) -> None:
    less = Rhythm(found, watched)
    more = Rhythm(tuple(count * times + 0.5 for count in found), watched)
    for most in (room, None):
        assert (
            next_visit(more, now, bounds=Bounds(), room=most)
            <= next_visit(less, now, bounds=Bounds(), room=most) + 1e-6
        )


@given(st.floats(1, 2000), st.integers(3, 60), st.floats(5, 500))
@settings(max_examples=200, deadline=None)
def test_a_window_is_asked_before_it_can_overrun(a_day: float, room: int, price: float) -> None:
    steady = Rhythm((a_day / 24 * 14,) * 24, (14.0,) * 24)
    wait = next_visit(steady, START, bounds=Bounds(0.1, 360, price), room=room) - START
    assert wait * sum(steady.curve()) / 24 <= safe_number(room) + 1e-6
    assert safe_number(room) + 3 * math.sqrt(safe_number(room)) <= room + 1e-6


@pytest.mark.parametrize("a_day", [3, 30, 300])
def test_requests_go_with_the_root_of_the_rate(a_day: float) -> None:
    month = live(steadily(a_day), window=40)
    best = math.sqrt(2 * Bounds().price * DAY / a_day)
    apart = 30 * DAY / len(month.visits)
    assert apart == pytest.approx(best, rel=0.25)
    assert mean(month.delays) < best * 0.65
    assert month.missed == 0


def test_a_month_without_times_costs_little_more_than_one_with_them() -> None:
    for a_day in (4, 60):
        times = steadily(a_day, from_hour=6, to_hour=20)
        dated, undated = live(times), live(times, stated=lambda _moment, _now: None)
        assert mean(undated.delays) < 1.15 * mean(dated.delays)
        assert len(undated.visits) < 1.15 * len(dated.visits)


WRONG: dict[str, Stated] = {
    "future": lambda moment, _now: moment + 5 * HOUR,
    "epoch": lambda _moment, _now: 0.0,
    "the feed's making": lambda _moment, now: now - 0.2,
    "another zone": lambda moment, _now: moment - 5.5 * HOUR,
    "some future, some none": lambda moment, _now: moment + DAY if int(moment) % 2 else None,
}


@pytest.mark.parametrize("stated", WRONG.values(), ids=WRONG)
def test_times_that_cannot_be_are_as_none(stated: Stated) -> None:
    times = steadily(40, from_hour=7, to_hour=22)
    right, wrong = live(times), live(times, stated=stated)
    assert mean(wrong.delays) < 1.15 * mean(right.delays)
    assert len(wrong.visits) < 1.2 * len(right.visits)
    batches = in_batches(3, days=5)
    assert max(live(batches, days=5, stated=stated).delays) < 45


def test_nights_are_left_alone_and_mornings_are_not() -> None:
    times = steadily(60, from_hour=8, to_hour=20)
    month = live(times)
    night = [visit for visit in month.visits if (visit - START) / HOUR % 24 < 7]
    assert len(night) < 0.15 * len(month.visits)
    late = [visit for visit in month.visits[40:] if 8.5 <= (visit - START) / HOUR % 24 < 9.5]
    assert len(late) >= 2 * 28
    assert median(month.delays) < 15


def test_the_first_feed_tells_the_hours_of_the_day() -> None:
    times = steadily(30, from_hour=8, to_hour=20)
    at = START + 9 * HOUR
    curve = first_reading([moment for moment in times if at - 2 * DAY < moment <= at], at).curve()
    assert min(curve[9:19]) > 1.5 * max(curve[0:7])


def test_what_is_pinned_says_nothing_of_the_rate() -> None:
    entries = [START - 30.0 * number for number in range(1, 21)]
    plain, pinned = first_reading(entries, START), first_reading([*entries, START - 800 * DAY], START)
    assert sum(pinned.curve()) == pytest.approx(sum(plain.curve()), rel=0.3)


@pytest.mark.parametrize(
    ("minute", "every", "a_batch"), [(0, 60, 6), (0, 60, 1), (30, 60, 4), (17, 30, 3), (5, 180, 8)]
)
def test_batches_are_asked_for_when_they_are_out(minute: int, every: int, a_batch: int) -> None:
    month = live(in_batches(a_batch, minute=minute, every=every), days=10, window=40)
    settled = month.delays[2 * len(month.delays) // 10 :]
    assert max(settled) < 8 or a_batch == 1, "the first run of cron three minutes after the batch"
    assert median(settled) < 8
    assert len(month.visits) < 1.2 * 10 * DAY / min(every, 60) + 20
    assert month.missed == 0


@pytest.mark.parametrize("held_back", [2, 4, 7, 13, 25, 45])
def test_a_batch_that_a_cache_holds_back_is_asked_for_when_it_shows(held_back: int) -> None:
    times = in_batches(4, minute=held_back)
    month = live(times, days=10, window=40, stated=lambda moment, _now: moment - held_back)
    settled = month.delays[len(month.delays) // 4 :]
    assert mean(settled) < 12
    assert len(month.visits) < 1.5 * 240


def test_what_comes_at_any_minute_is_no_batch() -> None:
    chance = random.Random(3)
    for a_day in (5, 40, 400):
        month = live(steadily(a_day, days=3, seed=chance.randrange(99)), days=3, window=50)
        assert max(month.delays) < 250
    burst = [START - 60 + 0.4 * number for number in range(150)]
    assert not observe(Rhythm(), burst, since=START - 60, until=START).peaks()


def test_a_burst_is_followed_and_forgotten() -> None:
    burst = [START + 5 * DAY + 10 * HOUR + 2.0 * number for number in range(60)]
    times = sorted([*steadily(20, days=8), *burst])
    month = live(times, days=8, window=25)
    assert month.missed == 0
    day = [START + 5 * DAY + 10 * HOUR, START + 5 * DAY + 12 * HOUR]
    assert sum(day[0] <= visit < day[1] for visit in month.visits) >= 8
    assert sum(day[1] + 300 <= visit < day[1] + 420 for visit in month.visits) <= 5


def test_the_hour_that_a_clock_is_put_back_costs_little() -> None:
    before = steadily(60, from_hour=7, to_hour=19, days=40)
    change = START + 20 * DAY
    after = [moment if moment < change else moment + HOUR for moment in before]
    usual = live(before, days=40).delays
    moved = live(after, days=40).delays
    assert mean(moved) < 1.1 * mean(usual)


def test_after_a_silence_of_weeks_what_comes_is_found_within_the_longest_wait() -> None:
    times = [moment for moment in steadily(20, days=40) if not START + 5 * DAY < moment < START + 30 * DAY]
    month = live(times, days=40)
    assert max(month.delays) <= 360 + 5
    silent = [visit for visit in month.visits if START + 15 * DAY < visit < START + 30 * DAY]
    assert len(silent) < 15 * 15
