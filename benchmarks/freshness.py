"""How long after publication is an article found, and for how many requests?

    python benchmarks/freshness.py [--feeds 200] [--days 30] [--seeds 101,102] [--prices 4,11,30] [--svg FILE]

A simulation of feeds over a month, asked by cron every five minutes (from minute 3 of the hour on). Feeds have 2 to
400 articles a day, days and weeks of their own, bursts, silences, windows of 10 to 50 entries; some publish in batches
at fixed minutes, some state no times, some in a wrong zone; every server fails for hours now and then. The rules that
decide when a feed is asked again:

    fixed          one interval for all
    1/rate         intervals as one over the mean rate, which it is told
    newsbot 0.1    the rule before this one (docs/decisions/0005-polling.md), restated
    Media Cloud    rss-fetcher's adjustment by the share of duplicates, restated
    StormCrawler   AdaptiveScheduler: half as long after a change, half as long again without one, restated
    newsbot        newsbot.crawl.polling.publishing, what runs
    oracle         a plan by one who knows what is to be expected at every minute, bursts and batches too: the best
                   that a price can buy, but for outages

Each is run at several scales (a factor on its intervals, or a price). The table has what newsbot comes to at three
prices, and beside it the others at as many requests (between two of their scales, in proportion). Delays are those of
all articles that were found; small feeds have less than ten articles a day. The picture has mean and p90 of the delay
against requests an article. Rules and constants were tuned on seeds 1 to 3. It takes a quarter of an hour a seed.
"""

from __future__ import annotations

import argparse
import math
from bisect import bisect_right
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jinja2 import Template
from numpy.typing import NDArray

from newsbot.crawl.polling.publishing import (
    Bounds,
    Rhythm,
    first_reading,
    next_visit,
    observe,
    patience,
    run_to_take,
    safe_number,
)

TICK, FIRST_TICK = 5, 3
"""Minutes between two runs of cron, and the minute of the hour of the first."""
HISTORY = 30
"""Days that the feeds have published before they are first asked."""
LEAST, MOST = 5.0, 360.0
DAY = 1440
SMALL = 10.0
"""Articles a day below which a feed is small."""
EPOCH = 29_000_160
"""Minute of the Unix epoch at which the first day begins, a Monday."""


@dataclass(frozen=True)
class Feed:
    """One feed: when it published what, and what else is to be known of it."""

    times: list[float]
    """When its articles appeared, in minutes from the beginning, sorted."""
    window: int
    """Entries that it shows."""
    mean: float
    """Articles a minute."""
    rate: NDArray[np.float64]
    """Articles that were to be expected, by minute from HISTORY days before the beginning on."""
    outages: list[tuple[float, float]]
    dated: str
    """How its entries state their time: right, none, or zone."""
    zone: float = 0.0
    """Minutes by which a wrong zone moves it."""

    def is_down(self, now: float) -> bool:
        """Whether its server fails."""
        at = bisect_right(self.outages, (now, math.inf)) - 1
        return at >= 0 and now < self.outages[at][1]

    def stated(self, first: int, end: int) -> list[float | None]:
        """Return what some of its entries state as their time."""
        if self.dated == "none":
            return [None] * (end - first)
        return [moment + self.zone for moment in self.times[first:end]]


def make_feed(random: np.random.Generator, days: int) -> Feed:
    """Make one feed up."""
    minutes = np.arange(-HISTORY * DAY, days * DAY)
    mean = math.exp(random.uniform(math.log(2), math.log(400))) / DAY
    hour = minutes / 60 % 24
    rate = np.full(len(minutes), 1.0)
    awake, noon = random.uniform(0.5, 0.98), random.uniform(0, 24)
    away = np.minimum((hour - noon) % 24, (noon - hour) % 24)
    rate *= 1 - awake / (1 + np.exp(-(away - random.uniform(5, 8)) * 2))
    weekend = random.choice([1.0, 0.7, 0.4, 0.15])
    rate[(minutes // DAY) % 7 >= 5] *= weekend
    rate *= mean / rate.mean()
    for _ in range(random.poisson((days + HISTORY) / 4)):
        start = random.integers(len(minutes))
        rate[start : start + random.integers(60, 240)] *= random.uniform(2, 8)
    if random.random() < 0.15:
        start = random.integers(len(minutes))
        rate[start : start + random.integers(DAY, 4 * DAY)] = 0
    counts = random.poisson(rate)
    times = np.repeat(minutes, counts) + random.random(counts.sum())
    if random.random() < 0.15:
        every, minute = random.choice([30, 60, 60, 60, 180]), random.choice([0, 0, 0, 5, 17, 30, 42])
        batch = np.ceil((times - minute) / every) * every + minute
        times = batch + np.minimum(random.random(len(times)) * 2, 1.99)
        slots = np.ceil((minutes - minute) / every) * every + minute
        at = (slots - minutes[0]).astype(int)
        collected = np.bincount(at[at < len(minutes)], weights=rate[at < len(minutes)], minlength=len(minutes))
        rate = np.convolve(collected, [0.5, 0.5])[: len(minutes)]
    times = np.sort(times)
    outages = []
    for _ in range(random.poisson(days / 10)):
        start = random.uniform(0, days * DAY)
        outages.append((start, start + random.uniform(30, 360)))
    dated = random.choice(["right", "none", "zone"], p=[0.8, 0.12, 0.08])
    zone = float(random.choice([-480, -300, -60, 60, 120, 330])) if dated == "zone" else 0.0
    return Feed(times.tolist(), int(random.integers(10, 51)), mean, rate, sorted(outages), str(dated), zone)


@dataclass(frozen=True)
class Showed:
    """What a visit showed: the articles from the first up to the end, those from ``new`` on for the first time."""

    first: int
    new: int
    end: int

    @property
    def total(self) -> int:
        return self.end - self.first

    @property
    def fresh(self) -> int:
        return self.end - self.new


class Rule:
    """Decides when a feed is asked again. All moments are minutes from the beginning."""

    early = 0.0
    """By how much a run of cron may be early."""

    def __init__(self, feed: Feed, scale: float) -> None:
        self.feed, self.scale = feed, scale
        self.interval, self.errors, self.last = 30.0, 0, 0.0

    def visit(self, now: float, showed: Showed) -> float:
        """Return when to ask again, after a visit that showed so much."""
        self.errors = 0
        self.interval = self.next(now, showed)
        self.last = now
        return now + self.wait()

    def wait(self) -> float:
        """Return how long to wait."""
        return min(max(self.interval * self.scale, LEAST), MOST)

    def next(self, now: float, showed: Showed) -> float:
        """Return the new interval."""
        raise NotImplementedError

    def failed(self, now: float) -> float:
        """Return when to ask again after a visit that failed."""
        self.errors += 1
        return now + min(self.wait() * 2**self.errors, MOST)

    def takes(self, due: float) -> float:
        """Return the moment from which on a run of cron asks."""
        return due


class Fixed(Rule):
    def next(self, now: float, showed: Showed) -> float:  # noqa: ARG002
        return 30.0


class OneOverRate(Rule):
    def next(self, now: float, showed: Showed) -> float:  # noqa: ARG002
        return 1 / self.feed.mean


class Before(Rule):
    """newsbot 0.1: about as often as it brings an article, and before a quarter of the feed is new."""

    def next(self, now: float, showed: Showed) -> float:
        total, fresh = showed.total, showed.fresh
        if self.last == 0:
            stated = [moment for moment in self.feed.stated(showed.first, showed.end) if moment is not None]
            span = max(stated) - min(stated) if stated else None
            return min(max(min(span / total, span / 4) if span and total > 1 else 30.0, LEAST), MOST)
        elapsed = now - self.last
        if fresh >= total:
            wanted = 0.0
        elif fresh:
            wanted = min(elapsed / fresh, elapsed * total / fresh / 4 / self.scale)
        else:
            wanted = max(self.interval, elapsed / self.scale * 1.5)
        return min(max(min(max(wanted, self.interval / 4), self.interval * 2), LEAST / self.scale), MOST / self.scale)

    def takes(self, due: float) -> float:
        return due - (self.wait() * 0.1 if not self.errors else 0.0)


class MediaCloud(Rule):
    """rss-fetcher (fetcher/tasks.py): more than 67 % duplicates, ten minutes more; less than 33 %, an hour less."""

    def __init__(self, feed: Feed, scale: float) -> None:
        super().__init__(feed, scale)
        self.interval = 360.0

    def next(self, now: float, showed: Showed) -> float:  # noqa: ARG002
        duplicates = 1 - showed.fresh / showed.total
        if self.last == 0:
            return self.interval
        if duplicates >= 0.67:
            return min(self.interval + 10, DAY)
        if duplicates < 0.33:
            return max(360.0 if self.interval > 360 else self.interval - 60, 10.0)
        return self.interval


class StormCrawler(Rule):
    """AdaptiveScheduler, with newsbot's bounds in the place of an hour and two weeks; its scale is on what it adds."""

    def next(self, now: float, showed: Showed) -> float:  # noqa: ARG002
        return 0.5 * (self.interval + LEAST) if showed.fresh else min(self.interval * (1 + 0.5 * self.scale), MOST)

    def wait(self) -> float:
        return max(self.interval, LEAST)


class Newsbot(Rule):
    """What newsbot runs; its scale is the price."""

    def __init__(self, feed: Feed, scale: float) -> None:
        super().__init__(feed, scale)
        self.bounds = Bounds(LEAST, MOST, scale)
        self.known = Rhythm()

    def visit(self, now: float, showed: Showed) -> float:
        self.errors = 0
        at, stated = now + EPOCH, self.feed.stated(showed.first, showed.end)
        moments = [None if moment is None else moment + EPOCH for moment in stated]
        if self.last == 0:
            self.known = first_reading(moments, at)
        else:
            new = moments[showed.new - showed.first :]
            self.known = observe(self.known, new, since=self.last + EPOCH, until=at, total=showed.total)
        self.last = now
        return next_visit(self.known, at, bounds=self.bounds, room=showed.total) - EPOCH

    def failed(self, now: float) -> float:
        self.errors += 1
        most = patience(self.known, now + EPOCH, bounds=self.bounds, room=self.feed.window)
        return now + min(self.bounds.hold(LEAST * 2**self.errors), most)

    def takes(self, due: float) -> float:
        if self.errors:
            return due
        return run_to_take(self.known, due + EPOCH, answered=self.last + EPOCH, bounds=self.bounds) - EPOCH


class Oracle(Rule):
    """Plans all visits by the articles that are to be expected at every minute; its scale is the price."""

    def __init__(self, feed: Feed, scale: float) -> None:
        super().__init__(feed, scale)
        rate = feed.rate[HISTORY * DAY + FIRST_TICK :]
        came = np.add.reduceat(rate, np.arange(0, len(rate), TICK))
        number = np.concatenate([[0.0], np.cumsum(came)])
        born = np.concatenate([[0.0], np.cumsum(came * (np.arange(len(came)) + 0.5) * TICK)])
        ticks, most, safe = np.arange(len(number)) * TICK, int(MOST) // TICK, safe_number(feed.window)
        self.step = np.ones(len(number), dtype=int)
        costs = np.zeros(len(number))  # of all that is to come
        for at in range(len(number) - 2, -1, -1):
            ahead = slice(at + 1, at + 1 + most)
            waits = number[ahead] - number[at]
            cost = waits * ticks[ahead] - (born[ahead] - born[at]) + scale + costs[ahead]
            cost[1:][waits[1:] > safe] = np.inf
            best = int(np.argmin(cost))
            self.step[at], costs[at] = best + 1, cost[best]

    def next(self, now: float, showed: Showed) -> float:  # noqa: ARG002
        return float(self.step[int(now - FIRST_TICK) // TICK]) * TICK

    def wait(self) -> float:
        return self.interval

    def failed(self, now: float) -> float:
        self.errors += 1
        return now + min(LEAST * 2**self.errors, MOST)


@dataclass
class Outcome:
    """What asking some feeds with one rule came to."""

    delays: list[float] = field(default_factory=list)
    small: list[float] = field(default_factory=list)
    missed: int = 0
    requests: int = 0

    def figures(self) -> Figures:
        """Return what the table has."""
        articles = len(self.delays) + self.missed
        mean, p90 = float(np.mean(self.delays)), float(np.percentile(self.delays, 90))
        small = float(np.median(self.small)) if self.small else math.nan
        missed = 100 * self.missed / articles
        return Figures(self.requests / articles, mean, p90, float(np.median(self.delays)), small, missed)


@dataclass(frozen=True)
class Figures:
    """Requests an article; mean, p90 and median of the delay, median of small feeds', minutes; missed, per cent."""

    cost: float
    mean: float
    p90: float
    median: float
    small: float
    missed: float

    def row(self, name: str) -> str:
        """Return a line of the table."""
        delays = f"{self.mean:8.2f}{self.p90:8.2f}{self.median:8.2f}{self.small:8.2f}"
        return f"{name:14}{self.cost:8.3f}{delays}{self.missed:8.2f}"


def ask(feed: Feed, days: int, rule: Rule) -> Outcome:
    """Live through the days."""
    outcome, times = Outcome(), feed.times
    now, seen, began = float(FIRST_TICK), 0, False
    while now < days * DAY:
        outcome.requests += 1
        if feed.is_down(now):
            due = rule.failed(now)
        else:
            end = bisect_right(times, now)
            first = max(end - feed.window, 0)
            new = max(first, seen) if began else first
            if began:
                outcome.missed += new - seen
                outcome.delays += [now - moment for moment in times[new:end]]
            due = rule.visit(now, Showed(first, new, end))
            seen, began = end, True
        runs = math.ceil((rule.takes(due) - FIRST_TICK) / TICK - 1e-9)
        now = max(runs * TICK + FIRST_TICK, now + TICK)
    if feed.mean * DAY < SMALL:
        outcome.small = outcome.delays
    return outcome


FACTORS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 4.0)
PRICES = (2.0, 4.0, 7.0, 11.0, 18.0, 30.0, 50.0)
RULES: dict[str, tuple[type[Rule], tuple[float, ...]]] = {
    "fixed": (Fixed, (0.16, 0.33, 0.5, 0.66, 1.0, 1.5, 2.0, 3.0)),
    "1/rate": (OneOverRate, FACTORS),
    "newsbot 0.1": (Before, FACTORS),
    "Media Cloud": (MediaCloud, (0.004, 0.01, 0.02, 0.04, 0.1, 0.2, 0.4)),
    "StormCrawler": (StormCrawler, (0.05, 0.15, 0.4, 1.0, 2.5, 6.0, 20.0)),
    "newsbot": (Newsbot, PRICES),
    "oracle": (Oracle, PRICES),
}
"""Each with the scales that it is run at."""


def feeds_of(seeds: list[int], number: int, days: int) -> list[Feed]:
    """Make the feeds of some seeds up, so many of each."""
    randoms = [np.random.default_rng(seed) for seed in seeds]
    return [make_feed(random, days) for random in randoms for _ in range(number)]


def live(feeds: list[Feed], days: int, name: str, scale: float) -> Figures:
    """Ask all feeds with one rule."""
    total = Outcome()
    for feed in feeds:
        outcome = ask(feed, days, RULES[name][0](feed, scale))
        total.delays += outcome.delays
        total.small += outcome.small
        total.missed += outcome.missed
        total.requests += outcome.requests
    return total.figures()


def run(task: tuple[list[int], int, int, str, float]) -> Figures:
    """Do one task of a worker process."""
    seeds, number, days, name, scale = task
    return live(feeds_of(seeds, number, days), days, name, scale)


def at_cost(curve: list[Figures], cost: float) -> Figures | None:
    """Return what a rule comes to at so many requests an article, between two scales; None beyond all of them."""
    curve = sorted(curve, key=lambda figures: figures.cost)
    costs = [figures.cost for figures in curve]
    if not costs[0] <= cost <= costs[-1]:
        return None
    names = ("mean", "p90", "median", "small", "missed")
    values = {name: float(np.interp(cost, costs, [getattr(figures, name) for figures in curve])) for name in names}
    return Figures(cost, **values)


PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="480" font-family="sans-serif" font-size="12">
<rect width="1000" height="480" fill="white"/>
{% for panel in panels %}<g transform="translate({{ panel.x }},40)">
<text x="0" y="-16" font-size="15">{{ panel.title }}, minutes, by requests an article</text>
{% for tick in panel.ticks_y %}<line x1="0" x2="400" y1="{{ tick.at }}" y2="{{ tick.at }}" stroke="#ddd"/>
<text x="-6" y="{{ tick.at + 4 }}" text-anchor="end">{{ tick.says }}</text>
{% endfor %}{% for tick in panel.ticks_x %}<line y1="0" y2="380" x1="{{ tick.at }}" x2="{{ tick.at }}" stroke="#ddd"/>
<text x="{{ tick.at }}" y="398" text-anchor="middle">{{ tick.says }}</text>
{% endfor %}{% for line in panel.lines %}<polyline points="{{ line.points }}" fill="none" stroke="{{ line.color }}" \
stroke-width="{{ line.width }}"{% if line.name == "oracle" %} stroke-dasharray="5 4"{% endif %}/>
{% endfor %}</g>
{% endfor %}{% for line in panels[0].lines %}<text x="{{ 70 + loop.index0 * 130 }}" y="465" fill="{{ line.color }}">\
&#9632; {{ line.name }}</text>
{% endfor %}</svg>
"""
COLORS = ("#999999", "#c49c30", "#cc4422", "#8844aa", "#228866", "#1155cc", "#000000")


def draw(curves: dict[str, list[Figures]]) -> str:
    """Return a picture of what the rules come to: SVG."""

    def place(value: float, least: float, most: float, size: float) -> float:
        share = (math.log(value) - math.log(least)) / (math.log(most) - math.log(least))
        return round(min(max(share, 0), 1) * size, 1)

    panels = []
    for number, name in enumerate(("mean", "p90")):
        least, most = (2, 100) if name == "mean" else (4, 250)
        lines = [
            {
                "name": rule,
                "color": color,
                "width": 3.5 if rule == "newsbot" else 1.5,
                "points": " ".join(
                    f"{place(one.cost, 0.1, 3, 400)},{380 - place(getattr(one, name), least, most, 380)}"
                    for one in sorted(curve, key=lambda one: one.cost)
                ),
            }
            for (rule, curve), color in zip(curves.items(), COLORS, strict=True)
        ]
        ticks_y = [
            {"at": 380 - place(tick, least, most, 380), "says": tick}
            for tick in (2, 5, 10, 20, 50, 100, 200)
            if least <= tick <= most
        ]
        ticks_x = [{"at": place(tick, 0.1, 3, 400), "says": tick} for tick in (0.1, 0.2, 0.5, 1, 2, 3)]
        title = "Mean delay" if name == "mean" else "90 % found within"
        panel = {"x": 60 + 500 * number, "title": title, "lines": lines, "ticks_x": ticks_x, "ticks_y": ticks_y}
        panels.append(panel)
    return Template(PICTURE).render(panels=panels)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--feeds", type=int, default=200, help="of each seed")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seeds", default="101,102")
    parser.add_argument("--prices", default="4,11,30")
    parser.add_argument("--svg", type=Path, help="where to draw the delays against requests an article")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    arguments = parser.parse_args()
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    prices = [float(price) for price in arguments.prices.split(",")]
    RULES["newsbot"] = (Newsbot, tuple(sorted({*PRICES, *prices})))
    tasks = [
        (seeds, arguments.feeds, arguments.days, name, scale) for name, (_, scales) in RULES.items() for scale in scales
    ]
    with ProcessPoolExecutor(arguments.workers) as pool:
        done = dict(zip([task[3:] for task in tasks], pool.map(run, tasks), strict=True))
    curves = {name: [done[name, scale] for scale in scales] for name, (_, scales) in RULES.items()}
    print(
        f"{arguments.feeds} feeds of each of the seeds {arguments.seeds}, {arguments.days} days; minutes, missed in %"
    )
    for price in prices:
        ours = done["newsbot", price]
        print(f"\nprice {price:<8g}requests    mean     p90  median   small  missed")
        for name, curve in curves.items():
            figures = ours if name == "newsbot" else at_cost(curve, ours.cost)
            print(figures.row(name) if figures else f"{name:14}     never so many requests, or never so few")
        if before := at_cost(curves["newsbot 0.1"], ours.cost):
            names = ("mean", "p90", "median", "small", "missed")
            ratios = [getattr(ours, name) / max(getattr(before, name), 1e-9) for name in names]
            print(f"{'of newsbot 0.1':22}" + "".join(f"{ratio:8.2f}" for ratio in ratios))
    print(f"\nnewsbot 0.1 as it was\n{done['newsbot 0.1', 1.0].row('')}")
    if arguments.svg:
        arguments.svg.write_text(draw(curves), "utf-8")


if __name__ == "__main__":
    main()
