"""Is what breaks named, and what is only a holiday left alone?

    python benchmarks/health.py [--seeds 101,102,103] [--sources 200] [--days 90] [--speed]

Histories of sources that never were: one article a week to 300 a day, in hours and weekdays of their own, with
holidays, bursts, lulls, growth, moved publishing times, days on which nobody asked, hours in which a server is down,
and fields that 0 to 100 % of the articles fill, more on one day and less on another. Thirty of the sources break, in
ten kinds of ways, each at some hour of some day after the 30th, for the rest of the time or for some days. At four
moments of each day newsbot.health.examine is asked, as a run asks it at its end, and told what was open before.

A breakage is named if a finding of its kind and source is opened while it lasts. It is named in time if that is within
a usual day of the source, and before more than that day's articles, or 20 if that is more, have come (or would have
come): fewer say nothing. The subject has to be right, too: the field, the listing's state. A false alarm is a finding
that was opened of a source that was not broken, or of another kind than its breakage may be called by; both are
counted from the first day on, on which nothing is known yet. A source that was broken may be told of for three days,
or 20 articles, after it has healed.

Thresholds were chosen on seeds 1 to 4; every seed draws its own habits of the world (how clustered, how many holidays,
how steady the fields). docs/decisions/0032-health.md has the figures of seeds 5 and 6.
--speed measures how long 500 sources of 90 days take.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random

import numpy as np
from numpy.random import Generator

from newsbot.health import Day, Finding, ListingState, Measures, examine
from newsbot.health.measures import FIELDS, NEAR_EMPTY, step_of

FIRST = date(2026, 1, 5)
"""A Monday."""
MOMENTS = (7, 12, 18, 24)
"""Hours of the day (UTC) at which it is asked; 24 is the day's last run."""
CALLED = {
    "silent": {"silent", "names_nothing"},
    "listing_404": {"unreachable"},
    "rejected": {"rejected"},
    "near_empty": {"near_empty"},
    "authors": {"field:authors"},
    "dates": {"field:published"},
    "length": {"length"},
    "delay": {"delay"},
    "http_403": {"failed"},
    "gaps": {"gap"},
    "revisits": {"revisits"},
}
"""What each breakage may be called by: kind, or kind and subject."""
KINDS = tuple(kind for kind in CALLED if kind not in ("gaps", "revisits"))
"""With gaps and revisits, which take turns, ten."""
ENOUGH = 20
"""Articles that are enough to tell, of sources that have fewer a day."""


@dataclass
class World:
    """Habits that all sources of one seed share, drawn anew for each."""

    rng: Generator
    days: int
    clustering: float = 0.0
    """Typical variance of a day's articles above chance, as 1 / size of a negative binomial."""
    unsteadiness: float = 0.0
    """Typical correlation of the fields of one day's articles."""
    holidays: dict[int, float] = field(default_factory=dict)
    """Day -> how far down they go, typically."""
    idle: set[int] = field(default_factory=set)
    """Days on which nobody asked."""
    runs: int = 24

    def __post_init__(self) -> None:
        rng = self.rng
        self.clustering = float(rng.choice([0.0, 0.05, 0.1, 0.2]))
        self.unsteadiness = float(rng.choice([0.0, 0.02, 0.05]))
        for _ in range(int(rng.integers(2, 6))):
            first = int(rng.integers(10, self.days - 4))
            for day in range(first, first + int(rng.choice([1, 1, 1, 2, 3]))):
                self.holidays[day] = float(rng.uniform(0.15, 0.7))
        if rng.random() < 0.5:
            self.idle = set(map(int, rng.choice(np.arange(3, self.days), 2, replace=False)))
        self.runs = int(rng.choice([4, 24, 96]))


@dataclass
class Outlet:
    """One source: what is usual of it."""

    name: str
    rate: float
    weekday: np.ndarray
    hours: np.ndarray
    size: float
    """Of the negative binomial that a day's articles follow; 0: Poisson."""
    growth: float
    moved: tuple[int, int] | None
    """From which day on it publishes so many hours later."""
    lull: tuple[int, int, float] | None
    fill: dict[str, float]
    weekend_fill: float
    steady: float
    rejected: float
    near_empty: float
    words: tuple[float, float, float]
    """Median, deviation of an article (natural logarithm), and of a day."""
    delay: tuple[float, float, float]
    failed: float
    gaps: float
    holiday: float
    """How far it follows the holidays: 0 not at all, 1 as the others do; below 0: they are like its weekends."""
    breakage: str = ""
    onset: float = 1e9
    """When it breaks, in days from the beginning."""
    healed: float = 1e9


def outlet_of(world: World, number: int) -> Outlet:
    """Draw a source."""
    rng = world.rng
    rate = float(np.exp(rng.uniform(np.log(1 / 7), np.log(300))))
    weekend = rng.uniform(0.1, 1.1)
    weekday = np.array([1, 1, 1, 1, 1, weekend, weekend * rng.uniform(0.7, 1.2)]) * rng.uniform(0.85, 1.15, 7)
    if rate < 3 and rng.random() < 0.15:  # a weekly paper
        weekday = np.full(7, 0.02)
        weekday[int(rng.integers(0, 7))] = 1
    shape = rng.choice(["day", "day", "day", "flat", "batch"])
    at = np.arange(24)
    if shape == "day":
        middle, wide = rng.uniform(6, 18), rng.uniform(2.5, 5)
        hours = np.exp(-0.5 * ((at - middle) / wide) ** 2) + 0.01
    elif shape == "flat":
        hours = rng.uniform(0.5, 1.5, 24)
    else:
        hours = np.full(24, 0.005)
        hours[rng.choice(24, int(rng.integers(1, 4)), replace=False)] = 1
    steady = world.unsteadiness * rng.exponential()
    fill = {
        name: float(
            rng.choice([0.0, 1.0, rng.beta(8, 1), rng.beta(30, 1), rng.uniform()], p=[0.1, 0.15, 0.3, 0.25, 0.2])
        )
        for name in FIELDS
    }
    if rng.random() < 0.8:
        fill["published"] = float(rng.choice([1.0, rng.beta(60, 1)]))
    start = int(rng.integers(15, max(world.days - 20, 16)))
    return Outlet(
        name=f"outlet{number}",
        rate=rate / weekday.mean(),
        weekday=weekday,
        hours=hours / hours.sum(),
        size=1 / world.clustering / rng.uniform(0.5, 2) if world.clustering and rng.random() < 0.8 else 0,
        growth=float(rng.choice([0, 0, rng.normal(0, 0.004)])),
        moved=(start, int(rng.integers(-6, 7))) if rng.random() < 0.05 else None,
        lull=(start, int(rng.integers(10, 25)), float(rng.uniform(0.45, 0.8))) if rng.random() < 0.1 else None,
        fill=fill,
        weekend_fill=float(rng.uniform(0.2, 0.8)) if rng.random() < 0.1 else 1.0,
        steady=steady,
        rejected=float(rng.choice([0.0, rng.beta(1, 20), rng.beta(2, 8)], p=[0.3, 0.55, 0.15])),
        near_empty=float(rng.choice([0.0, rng.beta(1, 30), rng.beta(2, 10)], p=[0.4, 0.4, 0.2])),
        words=(float(rng.uniform(150, 800)), float(rng.uniform(0.35, 0.9)), float(rng.uniform(0.02, 0.15))),
        delay=(float(rng.uniform(4, 60)), float(rng.uniform(0.6, 1.3)), float(rng.uniform(0.05, 0.35))),
        failed=float(rng.choice([0.0, rng.beta(1, 100)])),
        gaps=float(rng.choice([0.0, 0.0, 0.004, 0.05])),
        holiday=float(rng.choice([-1.0, -1.0, 0.0, 1.0, 1.0, 1.2])),
    )


def break_some(world: World, outlets: list[Outlet], number: int) -> None:
    """Choose who breaks, how, when and for how long; each kind equally often, sizes as they come."""
    rng = world.rng
    kinds = [*KINDS, "gaps"] * (number // 10 + 1)
    turn = int(rng.integers(0, 2))
    for at, kind in enumerate(kinds[:number]):
        if kind == "gaps" and (at // 10 + turn) % 2:
            kind = "revisits"
        for outlet in (outlets[index] for index in rng.permutation(len(outlets))):
            fill = {"authors": outlet.fill["authors"], "dates": outlet.fill["published"]}.get(kind, 1.0)
            if not outlet.breakage and outlet.rate >= 1 and fill >= 0.5:
                break
        outlet.breakage = kind
        outlet.onset = float(rng.uniform(30, world.days - 5))
        if rng.random() < 0.5:
            outlet.healed = outlet.onset + float(rng.uniform(6, 20))


@dataclass
class History:
    """A source's days so far, its listing, and what came or would have come."""

    outlet: Outlet
    days: list[Day]
    listing: ListingState


def lived(world: World, outlet: Outlet) -> Iterator[tuple[float, str, History]]:
    """Yield a source's history at each moment at which it is asked: (days from the beginning, now, history)."""
    rng = world.rng
    dice = Random(int(rng.integers(1 << 32)))
    past: list[Day] = []
    errors, answered_at, news_at, debt = 0, None, None, 0.0
    for number in range(world.days):
        today = FIRST + timedelta(number)
        expected = outlet.rate * outlet.weekday[number % 7] * (1 + outlet.growth) ** number
        if number in world.holidays:
            deep = 1 - outlet.holiday * (1 - world.holidays[number])
            if outlet.holiday < 0:
                deep = min(outlet.weekday[5:].mean() / outlet.weekday.mean() * rng.uniform(0.6, 1.2), 1.0)
            expected *= max(deep, 0.05)
        if outlet.lull and outlet.lull[0] <= number < sum(outlet.lull[:2]):
            expected *= outlet.lull[2]
        if rng.random() < 0.02:
            expected *= rng.uniform(2, 6)
        if outlet.size:
            expected *= rng.gamma(outlet.size, 1 / outlet.size)
        hours = outlet.hours
        if outlet.moved and number >= outlet.moved[0]:
            hours = np.roll(hours, outlet.moved[1])
        count = int(rng.poisson(expected))
        backlog = int(rng.integers(10, 50)) if number == 0 else int(rng.poisson(debt))
        debt = 0.0
        if number in world.idle:
            debt = expected * 0.7
            continue
        times = np.sort(np.concatenate([rng.choice(24, count, p=hours) + rng.random(count), np.full(backlog, 0.5)]))
        down = (rng.uniform(0, 24), rng.uniform(1, 5)) if rng.random() < 0.02 else (99.0, 0.0)
        shares = {name: _share(rng, fill, outlet, number) for name, fill in outlet.fill.items()}
        day_words, day_delay = rng.normal(0, outlet.words[2]), rng.normal(0, outlet.delay[2])
        late = 20.0 if number - 1 in world.idle else 1.0
        rejected, near_empty = (_share(rng, p, outlet, 0) for p in (outlet.rejected, outlet.near_empty))
        measures, at = Measures(), 0
        for hour in range(24):
            moment = number + (hour + 0.5) / 24
            kind = outlet.breakage if outlet.onset <= moment < outlet.healed else ""
            is_down = down[0] <= hour < sum(down)
            asked = world.runs / 24 if world.runs >= 24 else float(hour % (24 // world.runs) == 0)
            stamp = f"{today}T{hour:02}:50:00Z"
            if asked:
                measures.runs += int(asked)
                if kind == "listing_404" or is_down:
                    measures.listings["failed"] += int(asked)
                    errors += 1
                else:
                    measures.listings["read"] += int(asked)
                    errors, answered_at = 0, stamp
                    if kind != "silent":
                        measures.counts["discovered"] += 20 * int(asked)
            if kind == "gaps" and rng.random() < 3 / 24:
                measures.gaps += 1
            while at < len(times) and times[at] < hour + 1:
                at += 1
                if kind not in ("silent", "listing_404") and not is_down:
                    news_at = stamp
                    _met(dice, measures, outlet, kind, f"{hour:02}", shares, rejected, near_empty, day_words,
                         day_delay + np.log(100 if at <= backlog else 1), late)  # fmt: skip
            if rng.random() < outlet.gaps / 24:
                measures.gaps += 1
            if hour + 1 in MOMENTS and measures.runs:
                now = f"{today}T{hour:02}:59:00Z"
                error = ("http_404" if kind == "listing_404" else "timeout") if errors else None
                feed = ListingState(f"https://{outlet.name}/feed", errors, error, answered_at, news_at)
                snapshot = Measures.from_dict(measures.as_dict())
                yield number + (hour + 1) / 24, now, History(outlet, [*past, Day(str(today), snapshot)], feed)
        past.append(Day(str(today), measures))


def _share(rng: Generator, mean: float, outlet: Outlet, number: int) -> float:
    """Return what a share is on one day."""
    if number % 7 >= 5:
        mean *= outlet.weekend_fill
    if outlet.steady < 0.001 or mean in (0.0, 1.0):
        return mean
    size = 1 / outlet.steady - 1
    return float(rng.beta(max(mean * size, 1e-3), max((1 - mean) * size, 1e-3)))


def _met(rng: Random, sums: Measures, outlet: Outlet, kind: str, hour: str, shares: dict[str, float], rejected: float,
         near_empty: float, day_words: float, day_delay: float, late: float) -> None:  # fmt: skip
    """Add one address that a source has named."""
    draw = rng.random
    sums.counts["discovered"] += 1
    sums.first_tries["tried"] += 1
    if draw() < (0.95 if kind == "http_403" else outlet.failed):
        reason = "failed:http_403" if kind == "http_403" else "failed:http_404"
        sums.counts["failed"] += 1
        sums.reasons[reason] += 1
        sums.first_tries[reason] += 1
        return
    sums.counts["fetched"] += 1
    if draw() < (1.0 if kind == "rejected" else rejected):
        reason = f"rejected:{rng.choice(['no_body', 'no_body', 'too_short'])}"
        sums.counts["rejected"] += 1
        sums.reasons[reason] += 1
        sums.first_tries[reason] += 1
        return
    sums.counts["new"] += 1
    sums.articles += 1
    sums.hours[hour] += 1
    median, deviation, _ = outlet.words
    words = median * math.exp(rng.gauss(day_words, deviation)) * (0.5 if kind == "length" else 1)
    if draw() < (0.5 if kind == "near_empty" else near_empty):
        words = rng.uniform(5, NEAR_EMPTY - 1)
    sums.lengths[step_of(words)] += 1
    sums.near_empty += words < NEAR_EMPTY
    minutes = outlet.delay[0] * math.exp(rng.gauss(day_delay, outlet.delay[1]))
    sums.delays[step_of(minutes + (rng.uniform(180, 480) if kind == "delay" else 0))] += 1
    for name, share in shares.items():
        is_gone = (kind, name) in (("authors", "authors"), ("dates", "published"))
        if draw() < (0.02 if is_gone else share):
            sums.filled[name] += 1
    for _ in range(rng.randint(2, 3)):
        failed = draw() < (0.9 if kind == "revisits" else 0.01 * (late > 1) + 0.003)
        sums.revisits["failed" if failed else rng.choice(["unchanged", "not_modified", "revised"])] += 1


@dataclass
class Result:
    """What one source came to."""

    kind: str
    source_days: int
    hours: float | None = None
    """Until it was named, if it broke and was named."""
    articles: float = 0
    """As many as came, or would have come, until then, or until its end."""
    in_time: bool = False
    false_alarms: list[str] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)
    """Findings of another kind while it was broken."""
    cleared_after: float | None = None
    """Days after it was healed."""


def watch(world: World, outlet: Outlet) -> Result:
    """Live through a source's days, and note what is found."""
    kind = outlet.breakage
    result = Result(kind, world.days)
    opened: list[Finding] = []
    grace = outlet.healed + max(3.0, ENOUGH / (outlet.rate * outlet.weekday.mean()))
    for moment, now, history in lived(world, outlet):
        found = examine(outlet.name, history.days, [history.listing], now=now, opened=opened)
        new = {one.key for one in found} - {one.key for one in opened}
        is_broken = outlet.onset <= moment < grace
        for finding in (one for one in found if one.key in new):
            called = {finding.kind, f"{finding.kind}:{finding.subject}"}
            if not is_broken:
                result.false_alarms.append(
                    f"{finding.kind}: seen {now[:16]} {outlet.name} ({outlet.rate:.1f}/d) {finding.sentence()}"
                )
            elif not called & CALLED[kind]:
                result.besides.append(f"{kind}: {outlet.name} ({outlet.rate:.1f}/d) {finding.sentence()}")
            elif result.hours is None and moment < outlet.healed:
                result.hours = 24 * (moment - outlet.onset)
                result.articles = _come(outlet, outlet.onset, moment)
                day = max(_come(outlet, outlet.onset, outlet.onset + 1), outlet.rate * outlet.weekday.mean())
                result.in_time = result.hours <= 24 or result.articles <= max(day, ENOUGH)
        named = any({one.kind, f"{one.kind}:{one.subject}"} & CALLED.get(kind, set()) for one in found)
        if kind and moment > outlet.healed and result.hours is not None and not named and result.cleared_after is None:
            result.cleared_after = moment - outlet.healed
        opened = found
    if kind and result.hours is None:
        result.articles = _come(outlet, outlet.onset, min(outlet.healed, world.days))
    return result


def _come(outlet: Outlet, since: float, until: float) -> float:
    """Return how many articles are usual from one moment to another."""
    total = 0.0
    for hour in range(int(since * 24), int(until * 24)):
        total += outlet.rate * outlet.weekday[hour // 24 % 7] * outlet.hours[hour % 24]
    return total


def run(seed: int, *, sources: int, days: int, breakages: int) -> list[Result]:
    """Live through one seed."""
    world = World(np.random.default_rng(seed), days)
    outlets = [outlet_of(world, number) for number in range(sources)]
    break_some(world, outlets, breakages)
    return [watch(world, outlet) for outlet in outlets]


def speed(*, sources: int = 500, days: int = 90) -> float:
    """Return the seconds of processor time that it takes to examine so many sources of so many days once."""
    world = World(np.random.default_rng(5), days)
    last = []
    for number in range(sources // 10):
        *_, at = lived(world, outlet_of(world, number))
        last.append(at)
    started = time.process_time()
    for _ in range(10):
        for _, now, history in last:
            examine(history.outlet.name, history.days, [history.listing], now=now)
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="101,102,103")
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--breakages", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--speed", action="store_true", help="measure how long 500 sources of 90 days take, and stop")
    parser.add_argument("--verbose", action="store_true", help="print every false alarm and what was missed")
    asked = parser.parse_args()
    if asked.speed:
        print(f"500 sources of 90 days examined in {speed():.2f} s")
        return
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    live = partial(run, sources=asked.sources, days=asked.days, breakages=asked.breakages)
    with ProcessPoolExecutor(asked.jobs) as pool:
        by_seed = dict(zip(seeds, pool.map(live, seeds), strict=True))
    for seed, results in by_seed.items():
        broken = [one for one in results if one.kind]
        false = sum(len(one.false_alarms) for one in results)
        besides = sum(len(one.besides) for one in results)
        print(
            f"seed {seed}: {len(broken)} broken, {sum(one.hours is not None for one in broken)} named, "
            f"{sum(one.in_time for one in broken)} in time; {false} false alarms in "
            f"{sum(one.source_days for one in results):,} source-days, {besides} of another kind besides"
        )
    everything = [one for results in by_seed.values() for one in results]
    by_kind = defaultdict(list)
    for one in everything:
        by_kind[one.kind].append(one)
    print(f"\n{'kind':12} broken named in time   hours articles   (medians until named)  cleared after (days)")
    for kind in CALLED:
        some = by_kind[kind]
        named = [one for one in some if one.hours is not None]
        cleared = [one.cleared_after for one in some if one.cleared_after is not None]
        hours = np.median([one.hours for one in named]) if named else float("nan")
        articles = np.median([one.articles for one in named]) if named else float("nan")
        after = f"{np.median(cleared):.1f}" if cleared else "-"
        print(
            f"{kind:12} {len(some):6} {len(named):5} {sum(one.in_time for one in some):7} {hours:7.0f} {articles:8.0f}"
            f"   {after:>40}"
        )
    false_kinds: Counter[str] = Counter()
    for one in everything:
        false_kinds.update(line.partition(":")[0] for line in one.false_alarms)
    print("\nfalse alarms by kind:", dict(false_kinds.most_common()))
    if asked.verbose:
        for one in everything:
            for line in (*one.false_alarms, *(f"besides {line}" for line in one.besides)):
                print(line)
            if one.kind and not one.in_time:
                print(f"late or missed: {one}")


if __name__ == "__main__":
    main()
