"""When an outlet publishes, as its listing has shown, and when it is worth the next request.

    rhythm = first_reading(stated, now)                     what the times of its entries show
    rhythm = observe(rhythm, stated, since=…, until=…)      what a visit has shown
    due = next_visit(rhythm, now, bounds=…, room=…)         when the next one pays

All moments are minutes of the Unix epoch. There is no clock and no store in here, so that a simulation
(benchmarks/freshness.py) can live through months of it. docs/decisions/0018-freshness.md says what was weighed.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import orjson

HOUR, DAY = 60.0, 24 * 60.0
HALF_LIFE = 14 * DAY
"""Time after which what a visit has shown of the hours of the day counts half."""
PSEUDO_HOURS = 3.0
"""Hours of the overall rate that every hour of the day starts with."""
START_RATE = 35 / DAY
"""Entries a minute of a listing of which nothing is known yet: it is asked again after half an hour."""
START_HOURS = 2.0
"""How many hours of being watched that is worth."""
MEMORY = 2 * HOUR
"""How far back the level looks, which tells a burst or a silence."""
LEVEL_WEIGHT = 4.0
"""Entries as expected that the level starts with."""
LEVEL_LEAST, LEVEL_MOST = 0.25, 6.0
"""Bounds of the level."""
PEAK_MINUTES = 3
"""How long a batch takes to come out: what is asked so much later sees all of it."""
MOST_PEAKS = 4
"""Batches an hour up to which they are waited for."""
PEAK_SHARE, LEAST_PEAK = 0.7, 0.1
"""How much of the entries the peaks of the hour hold together, and one of them at least."""
LEAST_DATED, LEAST_HOURS, LEAST_RECURRING = 20, 5, 3
"""Entries, and hours with entries, that it takes to tell peaks; and hours in which each of them is."""
DATED_A_PEAK = 10
"""Entries that it takes for each of them: at random, three or four hold most of 20 entries once in fifteen feeds."""
MOST_DATED = 48
"""Minutes with entries that are remembered for it."""
CLOCKS = 5.0
"""Minutes by which the clocks of others may be fast."""
LATE = 60.0
"""Minutes after the time that it states that an entry may come into its feed."""
LAG_STEP, LAG_FADES = 5.0, 0.985
"""Minutes by which it is tried how late batches show, and what is left of that after a visit that found one in time."""
CLOSE = 0.5
"""Minutes that are no difference between the clocks of two computers."""
MADE_NOW = 1.0
"""Minutes before the reading within which a time may be that of the feed's making."""
PINNED = 0.1
"""Share of the entries of a feed that may be older than what it shows otherwise."""
TURNED_OVER = 4.0
"""How often a listing without times may have turned over of which nothing is left."""
JITTER = 0.1
"""Share of the shortest time between two visits by which a run may be early: cron is never to the second."""
LEAST_ROOM = 3
"""A listing that shows fewer entries has no more, as a rule; no window is as short as that."""
SIGMAS = 3.0
"""How far more than expected may come between two visits without a full window turning over."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request may cost and how far apart visits are."""

    least: float = 5.0
    """Shortest time between two visits, in minutes."""
    most: float = 360.0
    """Longest time between two visits, in minutes."""
    price: float = 11.0
    """Minutes that articles may wait, summed over all that is expected to wait, for one request to be saved."""

    @property
    def most_early(self) -> float:
        """How far before its time a listing may be asked, in minutes: cron comes every few of them."""
        return self.least / 2

    def hold(self, minutes: float) -> float:
        """Return a time between two visits within the bounds."""
        return min(max(minutes, self.least), self.most)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What visits have shown of when a listing gets new entries. All counts fade as they age."""

    found: tuple[float, ...] = (0.0,) * 24
    """New entries by hour of the day (UTC)."""
    watched: tuple[float, ...] = (0.0,) * 24
    """Hours that were watched, by hour of the day."""
    recent: float = 0.0
    """New entries of late."""
    expected: float = 0.0
    """As many as the hours of the day let expect of late."""
    pace: float = 0.0
    """New entries a minute between the last two visits."""
    lag: float = 0.0
    """Minutes after which entries may show, from the time that they state: caches hold listings back."""
    latest: tuple[tuple[int, int], ...] = ()
    """When the latest entries that state their time came out, oldest first: (minute of the epoch, how many)."""

    def as_text(self) -> str:
        """Write it down as the store keeps it: JSON, about half a kilobyte."""
        rounded = [[round(count, 2) for count in counts] for counts in (self.found, self.watched)]
        recent = [round(self.recent, 3), round(self.expected, 3), round(self.pace, 4), round(self.lag, 2)]
        return orjson.dumps([*rounded, recent, self.latest]).decode()

    @classmethod
    def from_text(cls, text: str | None) -> Rhythm:
        """Read what as_text has written; one that knows nothing where there is none.

        >>> Rhythm.from_text(Rhythm(pace=0.5, latest=((29_000_160, 2),)).as_text()).latest
        ((29000160, 2),)
        """
        if not text:
            return cls()
        found, watched, (recent, expected, pace, lag), latest = orjson.loads(text)
        minutes = tuple((minute, number) for minute, number in latest)
        return cls(tuple(found), tuple(watched), recent, expected, pace, lag, minutes)

    def curve(self) -> list[float]:
        """Return the entries a minute that are usual at every hour of the day."""
        overall = (sum(self.found) + START_HOURS * HOUR * START_RATE) / (sum(self.watched) + START_HOURS)
        return [
            (found + PSEUDO_HOURS * overall) / (watched + PSEUDO_HOURS) / HOUR
            for found, watched in zip(self.found, self.watched, strict=True)
        ]

    def level(self) -> float:
        """Return how much more than usual there is now: above 1 in a burst, below it in a silence."""
        level = (LEVEL_WEIGHT + self.recent) / (LEVEL_WEIGHT + self.expected)
        return min(max(level, LEVEL_LEAST), LEVEL_MOST)

    def peaks(self) -> dict[int, float]:
        """Return the minutes of the hour at which batches come out, each with its share; none of most listings.

        Every hour counts as one, lest one burst looks like a habit.

        >>> Rhythm(latest=tuple((hour * 60, 10) for hour in range(5))).peaks()
        {0: 1.0}
        >>> Rhythm(latest=tuple((hour * 67, 1) for hour in range(48))).peaks()
        {}
        """
        hours: Counter[int] = Counter()
        for minute, number in self.latest:
            hours[minute // 60] += number
        if hours.total() < LEAST_DATED or len(hours) < LEAST_HOURS:
            return {}
        shares: dict[int, float] = defaultdict(float)
        for minute, number in self.latest:
            shares[minute % 60] += number / hours[minute // 60] / len(hours)
        peaks: dict[int, float] = {}
        while shares and len(peaks) < MOST_PEAKS:
            sizes = {start: sum(shares.get(minute, 0.0) for minute in _peak(start)) for start in shares}
            start = max(sizes, key=lambda start: (sizes[start], shares[start]))
            around = _peak(start)
            recurs = len({minute // 60 for minute, _ in self.latest if minute % 60 in around})
            if sizes[start] < LEAST_PEAK or recurs < LEAST_RECURRING:
                break
            peaks[start] = sizes[start]
            if sum(peaks.values()) >= PEAK_SHARE:
                return peaks if hours.total() >= DATED_A_PEAK * len(peaks) else {}
            for minute in around:
                shares.pop(minute, None)
        return {}


def _peak(start: int) -> list[int]:
    return [minute % 60 for minute in range(start, start + PEAK_MINUTES)]


def first_reading(stated: Sequence[float | None], now: float) -> Rhythm:
    """Return what the first reading of a listing shows, from what its entries state as their times.

    A tenth of them, the oldest, is left out: what is pinned to the top of a feed says nothing of its rate.
    """
    dated = sorted(moment for moment in stated if moment is not None and moment <= now + CLOCKS)
    since = dated[math.ceil(len(dated) * PINNED)] if len(dated) > 2 else now
    moments = [moment for moment in dated if moment > since]
    if not moments or now - since < 2 * MADE_NOW:
        return Rhythm()  # they state no times, or one for all, or the one at which the feed was made
    return replace(_add(Rhythm(), moments, 0, since, now), recent=0, expected=0)


def observe(
    known: Rhythm, stated: Sequence[float | None], *, since: float, until: float, total: int | None = None
) -> Rhythm:
    """Return what is known after a visit at ``until``, which showed what had come after ``since``.

    ``stated`` are the times that its new entries state, None of those that state none; a time outside the visits is not
    believed, but for what a cache may have held back. ``total`` are all the entries of a listing that shows its newest
    alone: if all of them are new, there may have been more before them.
    """
    moments = [
        min(moment, until) for moment in stated if moment is not None and since - LATE <= moment <= until + CLOCKS
    ]
    undated = len(stated) - len(moments)
    if total is not None and stated and len(stated) >= total:
        oldest = min(moments, default=since) if not undated else until - (until - since) / TURNED_OVER
        return _add(known, moments, undated, max(since, oldest), until)
    lag = known.lag
    if moments:
        out_before = since - sorted(moments)[len(moments) // 2]
        held_back = out_before > CLOSE  # half of them were out at the last visit, and not in the listing
        lag = max(lag, out_before + LAG_STEP) if held_back else lag * LAG_FADES
    return replace(_add(known, moments, undated, since, until), lag=lag)


def _add(known: Rhythm, moments: Sequence[float], undated: int, since: float, until: float) -> Rhythm:
    elapsed = max(until - since, 1e-3)
    since = max(since, until - 2 * HALF_LIFE)
    fade = 0.5 ** (elapsed / HALF_LIFE)
    found, watched = [count * fade for count in known.found], [hours * fade for hours in known.watched]
    curve = known.curve()
    forgets = math.exp(-elapsed / MEMORY)
    recent, expected = known.recent * forgets, known.expected * forgets
    for start, end in _hours(since, until):
        hour = int(start // HOUR) % 24
        watched[hour] += (end - start) / HOUR
        weight = (end - start) * math.exp((start + end - 2 * until) / 2 / MEMORY)
        expected += curve[hour] * weight
        if undated:
            found[hour] += undated * (end - start) / elapsed
            recent += undated / elapsed * weight
    for moment in moments:
        found[int(moment // HOUR) % 24] += 1
        recent += math.exp((moment - until) / MEMORY)
    latest = Counter(dict(known.latest[undated:])) + Counter(
        int(moment) for moment in moments if moment <= until - MADE_NOW
    )
    pace = (len(moments) + undated) / max(elapsed, 1.0)
    minutes = tuple(sorted(latest.items())[-MOST_DATED:])
    return Rhythm(tuple(found), tuple(watched), recent, expected, pace, known.lag, minutes)


def run_to_take(known: Rhythm, due: float, *, answered: float, bounds: Bounds) -> float:
    """Return from when on a run asks a listing that is due: the run that is nearest to it, but none before a batch."""
    if known.peaks():
        return due
    return max(due - bounds.most_early, answered + bounds.least * (1 - JITTER))


def next_visit(known: Rhythm, now: float, *, bounds: Bounds, room: int | None = None) -> float:
    """Return when a listing that was read now is to be asked again.

    ``room`` is how many entries it shows, where these are its newest alone.
    """
    level = known.level()
    curve = [rate * level for rate in known.curve()]
    most = math.inf if room is None else safe_number(room)
    if peaks := known.peaks():
        return _after_peak(curve, peaks, known.lag, now, bounds, most)
    at = now + bounds.most
    waiting = number = 0.0
    for start, end in _hours(now, at):
        rate, length = curve[int(start // HOUR) % 24], end - start
        step = _until_due(rate, number, max(bounds.price - waiting, 0.0))
        step = min(step, (most - number) / rate) if rate > 0 else step
        if step <= length:
            at = start + step
            break
        waiting += number * length + rate * length * length / 2
        number += rate * length
    longest = most / known.pace if known.pace > 0 else math.inf
    return now + bounds.hold(min(at - now, longest))


def patience(known: Rhythm, now: float, *, bounds: Bounds, room: int | None = None) -> float:
    """Return how long a listing that fails may be left alone, in minutes: until its window may overrun, or an hour."""
    without_price = Bounds(min(HOUR, bounds.most), bounds.most, math.inf)
    return next_visit(known, now, bounds=without_price, room=room) - now


def _until_due(rate: float, number: float, left: float) -> float:
    """Return after how long so many articles and those that come at a rate will have waited so much."""
    if rate <= 0:
        return left / number if number > 0 else math.inf
    return (math.sqrt(number * number + 2 * rate * left) - number) / rate


def _after_peak(
    curve: list[float], peaks: dict[int, float], lag: float, now: float, bounds: Bounds, most: float
) -> float:
    """Return the last moment after a batch before the articles of all batches will have waited too long."""
    share = sum(peaks.values())
    waiting = number = 0.0
    last = at = None
    for hour in range(int(now // HOUR) - 2, int((now + bounds.most) // HOUR) + 2):
        for minute in sorted(peaks):
            asked = hour * HOUR + minute + PEAK_MINUTES + lag
            if asked <= now:
                continue
            if asked > now + bounds.most:
                return at if at is not None else now + bounds.most
            if last is not None:
                waiting += number * (asked - last)
            batch = curve[hour % 24] * HOUR * peaks[minute] / share
            if at is not None and (waiting >= bounds.price or number + batch > most):
                return at
            number += batch
            last = asked
            if asked >= now + bounds.least:
                at = asked
    return at if at is not None else now + bounds.most


def safe_number(room: int) -> float:
    """Return how many articles may be expected so that a thousand times to one no more than so many come.

    >>> round(safe_number(10), 1), round(safe_number(50), 1)
    (4.0, 32.8)
    """
    return ((math.sqrt(SIGMAS * SIGMAS + 4 * max(room, LEAST_ROOM)) - SIGMAS) / 2) ** 2


def _hours(start: float, end: float) -> Iterator[tuple[float, float]]:
    """Part a time at the full hours."""
    while start < end:
        until = min((start // HOUR + 1) * HOUR, end)
        yield start, until
        start = until
