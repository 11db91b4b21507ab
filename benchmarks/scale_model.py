"""How many machines do 100,000 feeds take, how late are articles then, and what breaks first?

    python benchmarks/scale_model.py [--feeds 100000] [--articles 5000000] [--set NAME=VALUE ...] [--svg FILE]

A discrete-event simulation (simpy) of newsbot on many machines in the busiest hours of a day, fed with what its parts
were measured to cost. Two ways of sharing the work out are there today, and both are simulated:

    jobs    `scrapy scale`: a beat enqueues the sources that are due, each is crawled in a child process of a worker
    runs    several newsbots on one store, each `scrapy crawl news -a due=1` over a sources file of its own, again
            and again, by timers

A feed is a source with one listing. Feeds publish by Zipf's law up to a bound, with a rhythm of the day that all have
in common, in clusters. Each is asked when newsbot.crawl.polling.publishing says (its own code, with a rhythm learned
to the end), and each article is looked at again after the hours that are set; a job does all that is due of its source.

A sample of the feeds is simulated, one of --thin, with as large a part of workers and cores. What there is once
(database, its locks, the broker, the beat) is as much slower for it: what it is used is then exact, and how long it is
waited for comes out too long, by some seconds where it is half used. The lag of an article is from its publication to
the store; that of a job, as `scrapy scale status` has it, from when it was due until its crawl asks.

Every cost is a field of Costs with its source (benchmarks/scale_costs.py measures them), every assumption one of World.
--set start=1.5 takes another value for one, --set start=*2 and --set start=/2 twice and half of what it is.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy
import simpy

from newsbot.crawl.polling.publishing import Bounds, Rhythm, next_visit
from newsbot.scale.beat import TICK

Steps = Generator[simpy.Event, Any, None]
"""What a process of simpy does: it yields what it waits for."""
HOUR, DAY = 3600.0, 86400.0
EPOCH = 29_000_160
"""Minute of the Unix epoch at which the day begins, a Monday."""
WATCHED = 40.0
"""Hours for which every hour of the day has been watched, once a rhythm is learned."""


@dataclass(frozen=True)
class Costs:
    """What things cost: seconds of a core unless it says otherwise.

    Measured by benchmarks/scale_costs.py on 2026-11-29 (two cores of a virtual machine, PostgreSQL 15, RabbitMQ 3.10)
    where nothing else is said.
    """

    start: float = 0.34
    """A job whose source has nothing new: fork, one listing that answers 304, end."""
    started_by_hand: float = 0.8
    """More for a crawl that is no worker's fork, and so loads all by itself."""
    first: float = 1.0
    """More for the first page of a run: its extraction worker starts."""
    page: float = 0.027
    """Each page of an article: fetched, extracted, cleaned, decided on (benchmarks/crawl.py --sites 30)."""
    outlet: float = 0.00007
    """Each other outlet of the roster, which every crawl of a worker reads."""
    outlet_written: float = 0.000022
    """Each other outlet, written by the worker into the sources file of the crawl."""
    source_of_run: float = 0.0075
    """Each source that is due, in a run of many: all of it in the run's own process."""
    own_page: float = 0.0125
    """Of ``page``, what is done in the run's own process (benchmarks/crawl.py, "own ms")."""
    lives: float = 0.030
    """Seconds for which a crawl has the lock on the lives of runs, one crawl at a time."""
    gate: float = 0.042
    """Seconds for which the end of a crawl keeps all others from deciding."""
    database: float = 0.10
    """CPU of the server a crawl with nothing new."""
    database_source: float = 0.002
    """CPU of the server a source that is due, in a run of many."""
    database_page: float = 0.0095
    """CPU of the server a page; 2.5 ms of it the verdict, at two million articles (benchmarks/store_scale.py)."""
    commits: float = 41.0
    """Transactions a crawl of one source that has nothing new."""
    commits_source: float = 1.2
    """Transactions a source that is due, in a run of many."""
    commits_page: float = 0.2
    """Transactions a page: those that come together share one."""
    wal: float = 2_500.0
    """Bytes that the database writes ahead a source that has nothing new, either way."""
    wal_page: float = 18_500.0
    """Bytes that it writes ahead a page."""
    kept_page: float = 9_500.0
    """Bytes that an article takes in the tables with their indexes (benchmarks/store_scale.py)."""
    kept_source: float = 1_400.0
    """Bytes that a crawl leaves in the tables, a source."""
    sessions: float = 4.0
    """Sessions of the database that a crawl has."""
    memory: float = 139.0
    """MB of a crawl of one source, with its extraction worker."""
    memory_run: float = 380.0
    """MB of a run of many sources with its extraction workers (benchmarks/crawl.py)."""
    enqueue: float = 0.0014
    """Seconds until the broker has one job; the beat puts them one after the other."""
    look: float = 0.0000077
    """Seconds of the beat for each source that is not due, at every look."""
    look_due: float = 0.00005
    """Seconds of the beat for each source that is."""
    lease: float = 0.009
    """Seconds to connect to the broker and take the lease on a site."""
    broker: float = 0.008
    """CPU of the broker a job: put, got, acknowledged, and a lease taken and given back."""
    broker_second: float = 0.00006
    """CPU of the broker each second of a crawl: one question for its lease."""


@dataclass(frozen=True)
class World:
    """What is assumed of the web, and of what is asked of newsbot."""

    feeds: int = 100_000
    articles: float = 5e6
    """A day, of all feeds."""
    most: float = 2000.0
    """Articles a day of the busiest feeds, which Zipf's law would give more."""
    swing: float = 0.6
    """By how much of the mean the busiest hour is above it, and the quietest below."""
    busiest: float = 13.0
    """The busiest hour of the day, UTC."""
    cluster: float = 2.0
    """Shape of the gamma distribution by which the number of articles between two visits varies more than Poisson's."""
    room: int = 30
    """Entries that a feed shows."""
    latency: float = 0.3
    """Median seconds of an answer; log-normal."""
    spread: float = 1.0
    """Standard deviation of its logarithm: 5 % take longer than 1.6 seconds."""
    slow: float = 0.01
    """Share of the requests that end by time-out."""
    timeout: float = 30.0
    """DOWNLOAD_TIMEOUT."""
    delay: float = 1.0
    """DOWNLOAD_DELAY: seconds between two requests to one host."""
    robots: float = 3600.0
    """Seconds for which a robots.txt is kept (newsbot/downloader/robotstxt.py)."""

    def rates(self, sample: int = 1) -> list[float]:
        """Return the articles a second of one feed of so many, by Zipf's law up to ``most``."""
        ranks = numpy.arange(1, self.feeds + 1, dtype=float)
        least, greatest = 0.0, self.articles
        for _ in range(60):
            scale = (least + greatest) / 2
            total = numpy.minimum(scale / ranks, self.most).sum()
            least, greatest = (scale, greatest) if total < self.articles else (least, scale)
        rates = numpy.minimum(scale / ranks, self.most) / DAY
        some = rates[sample // 2 :: sample]
        return [float(rate) for rate in some * (rates.sum() / max(some.sum() * sample, 1e-300))]

    def weight(self, moment: float) -> float:
        """Return how busy a moment is, 1 in the mean of the day."""
        return 1 + self.swing * math.cos((moment / HOUR - self.busiest) * math.tau / 24)

    def expected(self, rate: float, since: float, until: float) -> float:
        """Return how many articles a feed is expected to publish between two moments."""
        turn = math.tau / DAY
        start, end = (moment * turn - self.busiest / 24 * math.tau for moment in (since, until))
        return rate * (until - since + self.swing / turn * (math.sin(end) - math.sin(start)))


@dataclass(frozen=True)
class Setup:
    """How the work is shared out."""

    way: str = "jobs"
    """jobs or runs."""
    cores: int = 1000
    """Of all workers together."""
    slots: float = 4.0
    """Crawls at a time, by core (scrapy scale work --concurrency)."""
    lists: int = 1
    """Newsbots that share the sources: each has its beat, queue and roster, or in the other way its run."""
    databases: int = 1
    """Stores that share the newsbots; an article that is in two of them is told as a copy by neither."""
    database_cores: int = 32
    """Of each store's server."""
    price: float = 11.0
    """NEWSBOT_POLL_PRICE."""
    revisits: tuple[float, ...] = (1.0, 6.0, 24.0, 72.0)
    """NEWSBOT_REVISIT_HOURS."""
    every: float = 300.0
    """Seconds between two runs of a timer."""
    sessions: int = 1000
    """max_connections of a database's server, which is 100 as it ships."""
    commits: float = 5000.0
    """Transactions a second that its disk can make durable, many at a time."""
    disk: float = 100e6
    """Bytes a second that a database's server can write ahead."""
    broker_cores: int = 8
    """Of each broker; every newsbot of its own database has one."""


@dataclass
class Station:
    """Servers that are waited for, first come, first served."""

    env: simpy.Environment
    capacity: int
    slower: float = 1.0
    """By how much less it does than what there is once: it is had so much longer than it is used."""
    busy: float = 0.0
    """Seconds for which its servers were had, in all."""

    def __post_init__(self) -> None:
        self._resource = simpy.Resource(self.env, max(1, self.capacity))

    def use(self, seconds: float) -> Steps:
        """Wait for a server, and use it for so long."""
        request = self._resource.request()
        yield request
        self.busy += seconds * self.slower
        if self.slower == 1:
            yield self.env.timeout(seconds)
            self._resource.release(request)
        else:
            self.env.process(self._free(request, seconds * self.slower))
            yield self.env.timeout(seconds)

    def _free(self, request: Any, seconds: float) -> Steps:
        yield self.env.timeout(seconds)
        self._resource.release(request)


@dataclass
class Source:
    """One source: what it publishes, and what is due of it."""

    rate: float
    rhythm: Rhythm
    read_at: float
    poll_at: float
    looks: list[tuple[float, int]] = field(default_factory=list)
    """When how many articles are to be looked at again; a heap."""
    robots_at: float = -math.inf

    @property
    def due_at(self) -> float:
        return min(self.poll_at, self.looks[0][0]) if self.looks else self.poll_at


@dataclass
class Day:
    """What a day came to."""

    published: int = 0
    """Articles that visits have found to be new."""
    stored: int = 0
    jobs: int = 0
    """Crawls that have ended."""
    visits: int = 0
    """Times that a source was crawled, by itself or with others."""
    with_pages: int = 0
    """Of them, those that had pages to ask for."""
    requests: int = 0
    polls: int = 0
    looks: int = 0
    delays: list[float] = field(default_factory=list)
    """Seconds from publication to the store."""
    lags: list[float] = field(default_factory=list)
    """Seconds from when a job was due to its first request."""
    waiting: int = 0
    """Jobs that are due and not done at the end."""
    late: float = 0.0
    """Seconds since when the longest of them has been due."""
    at_work: float = 0.0
    """Seconds that crawls took, summed up."""
    most_at_work: int = 0
    used: dict[str, float] = field(default_factory=dict)
    """Share of what there is of each resource that was used."""


class Simulation:
    """One day of a sample of the feeds."""

    def __init__(
        self, costs: Costs, world: World, setup: Setup, *, thin: int, seed: int = 1, hours: float = 24
    ) -> None:
        """``thin``: one feed of so many is simulated; the first hour of ``hours`` is not counted."""
        self.costs, self.world, self.setup, self.thin = costs, world, setup, thin
        self.random = random.Random(seed)
        self.draws = numpy.random.default_rng(seed)
        self.bounds = Bounds(price=setup.price)
        self.day = Day()
        self.begin, self.end = world.busiest * HOUR + 2 * HOUR - hours * HOUR, world.busiest * HOUR + 2 * HOUR
        self.env = simpy.Environment(self.begin)
        self.beaten = 0.0
        """Seconds for which a beat was at work."""
        self._counted = min(HOUR, (self.end - self.begin) / 4)
        """Seconds at the beginning that are not counted."""
        once = float(thin)
        self.cores = Station(self.env, round(setup.cores / thin))
        self.slots = Station(self.env, round(setup.cores * setup.slots / thin))
        self.database = Station(self.env, setup.database_cores * setup.databases, once)
        self.lives = Station(self.env, setup.databases, once)
        self.gate = Station(self.env, setup.databases, once)
        self.owns: list[Station] = []
        """The own processes of runs."""
        self._crawls = 0
        self.sources = [self._source(rate) for rate in world.rates(thin)]

    # --- Sources ---

    def _source(self, rate: float) -> Source:
        """Make a source up, with what its last days have left to be looked at again."""
        hourly = [rate * HOUR * self.world.weight(hour * HOUR + HOUR / 2) for hour in range(24)]
        rhythm = Rhythm(tuple(count * WATCHED for count in hourly), (WATCHED,) * 24)
        source = Source(rate, rhythm, self.begin, self.begin)
        horizon = max(self.setup.revisits, default=0.0) * HOUR
        moment = self.begin - horizon - self.random.random() * HOUR
        while True:
            following = self._next(source, moment)
            if following >= self.begin:
                source.read_at, source.poll_at = moment, following
                return source
            if count := self._new(source, moment, following):
                self._plan(source, following, count, after=self.begin)
            moment = following

    def _next(self, source: Source, now: float) -> float:
        """Return when a source that was read now is asked next."""
        minute = now / 60 + EPOCH
        return (next_visit(source.rhythm, minute, bounds=self.bounds, room=self.world.room) - EPOCH) * 60

    def _new(self, source: Source, since: float, until: float) -> int:
        """Return how many articles a source has published."""
        expected = self.world.expected(source.rate, since, until)
        return int(self.draws.poisson(expected * self.random.gammavariate(self.world.cluster, 1 / self.world.cluster)))

    def _plan(self, source: Source, now: float, count: int, *, after: float = -math.inf) -> None:
        """Plan when articles that were found now are looked at again."""
        for hours in self.setup.revisits:
            if now + hours * HOUR >= after:
                heapq.heappush(source.looks, (now + hours * HOUR, count))

    # --- What a crawl does with a source ---

    def _visit(self, source: Source) -> tuple[list[float], int, int]:
        """Take what is due: when each new article was published, how many to look at again, and the requests of it."""
        now, requests, published = self.env.now, 0, []
        looks = 0
        while source.looks and source.looks[0][0] <= now:
            looks += heapq.heappop(source.looks)[1]
        if source.poll_at - self.bounds.most_early * 60 <= now:
            count = self._new(source, source.read_at, now)
            published = [self.random.uniform(source.read_at, now) for _ in range(count)]
            source.read_at, source.poll_at = now, self._next(source, now)
            if count:
                self._plan(source, now, count)
            requests += 1
            self.day.polls += self._counts(now)
        if now - source.robots_at > self.world.robots:
            source.robots_at = now
            requests += 1
        if self._counts(now):
            self.day.visits += 1
            self.day.with_pages += bool(published or looks)
            self.day.requests += requests + len(published) + looks
            self.day.looks += looks
            self.day.published += len(published)
        return published, looks, requests + len(published) + looks

    def _counts(self, now: float) -> bool:
        return now >= self.begin + self._counted

    def _requests(self, number: int) -> float:
        """Return how long so many requests to one host take, one after the other."""
        seconds = 0.0
        for _ in range(min(number, 50)):
            if self.random.random() < self.world.slow:
                latency = self.world.timeout
            else:
                latency = self.world.latency * math.exp(self.random.gauss(0, self.world.spread))
            seconds += max(latency, self.world.delay)
        return seconds * number / max(1, min(number, 50))

    def _stored(self, published: Sequence[float], began: float) -> None:
        """Note that articles are in the store, spread over the time since a crawl has begun to ask for them."""
        now = self.env.now
        if self._counts(now):
            self.day.stored += len(published)
            step = (now - began) / max(1, len(published))
            self.day.delays += [began + step * (n + 1) - moment for n, moment in enumerate(published)]

    # --- Jobs ---

    def jobs(self) -> None:
        """Begin the beats and the workers of `scrapy scale`."""
        queues = max(1, round(self.setup.lists / self.thin))
        for number in range(queues):
            heap = [(source.due_at, n, source) for n, source in enumerate(self.sources[number::queues])]
            heapq.heapify(heap)
            self.env.process(self._beat(heap, queues))

    def _beat(self, heap: list[tuple[float, int, Source]], queues: int) -> Steps:
        share = self.thin * queues / max(self.setup.lists, 1)
        """How many jobs of its list a simulated one stands for."""
        number = self.world.feeds / self.setup.lists
        while True:
            due = []
            now = self.env.now
            while heap and heap[0][0] <= now:
                due.append(heapq.heappop(heap))
            looking = number * self.costs.look + len(due) * share * self.costs.look_due
            self.beaten += (looking + len(due) * share * self.costs.enqueue) / queues
            yield self.env.timeout(looking)
            for entry in due:
                self.env.process(self._job(entry, heap))
                yield self.env.timeout(share * self.costs.enqueue)
            yield self.env.timeout(TICK)

    def _job(self, entry: tuple[float, int, Source], heap: list[tuple[float, int, Source]]) -> Steps:
        due_at, number, source = entry
        costs, env, others = self.costs, self.env, self.world.feeds / self.setup.lists
        self.day.waiting += 1
        slot = self.slots._resource.request()
        yield slot
        began = env.now
        self._at_work(1)
        yield env.timeout(costs.lease)
        yield from self.cores.use(costs.start + others * (costs.outlet + costs.outlet_written))
        yield from self.lives.use(costs.lives)
        yield from self.database.use(costs.database)
        if self._counts(env.now):
            self.day.lags.append(env.now - due_at)
        published, looks, requests = self._visit(source)
        asked = env.now
        yield env.timeout(self._requests(requests))
        if pages := len(published) + looks:
            yield from self.cores.use(costs.first + pages * costs.page)
            yield from self.database.use(pages * costs.database_page)
            self._stored(published, asked)
        yield from self.gate.use(costs.gate)
        self.slots._resource.release(slot)
        self._at_work(-1)
        self.day.waiting -= 1
        if self._counts(env.now):
            self.day.jobs += 1
            self.day.at_work += env.now - began
        heapq.heappush(heap, (source.due_at, number, source))

    def _at_work(self, change: int) -> None:
        self._crawls += change
        self.day.most_at_work = max(self.day.most_at_work, self._crawls)

    # --- Runs ---

    def runs(self) -> None:
        """Begin the newsbots that crawl a list each, by timers."""
        lists = max(1, round(self.setup.lists / self.thin))
        for number in range(lists):
            self.env.process(self._list(self.sources[number::lists], lists))

    def _list(self, sources: list[Source], lists: int) -> Steps:
        """Crawl a list again and again. Its own process has one core; pages are extracted by others."""
        env, costs = self.env, self.costs
        share = self.thin * lists / self.setup.lists
        """How many sources of its list a simulated one stands for."""
        own = Station(env, 1, share)
        self.owns.append(own)
        yield env.timeout(self.random.random() * self.setup.every)
        while True:
            began = env.now
            due = [source for source in sources if source.due_at - self.bounds.most_early * 60 <= began]
            self._at_work(1)
            start = costs.start + costs.started_by_hand
            yield from self.cores.use(start + len(sources) * share * costs.outlet)
            yield from self.lives.use(costs.lives)
            yield from self.database.use(costs.database)
            yield simpy.AllOf(env, [env.process(self._crawled(source, own)) for source in due])
            yield from self.gate.use(costs.gate)
            self._at_work(-1)
            if self._counts(env.now):
                self.day.jobs += 1
                self.day.at_work += env.now - began
            yield env.timeout(self.setup.every - (env.now - began) % self.setup.every)

    def _crawled(self, source: Source, own: Station) -> Steps:
        costs = self.costs
        yield from own.use(costs.source_of_run)
        self.cores.busy += costs.source_of_run
        yield from self.database.use(costs.database_source)
        if self._counts(self.env.now):
            self.day.lags.append(max(0.0, self.env.now - source.due_at))
        published, looks, requests = self._visit(source)
        asked = self.env.now
        yield self.env.timeout(self._requests(requests))
        if pages := len(published) + looks:
            yield from self.cores.use(pages * (costs.page - costs.own_page))
            yield from own.use(pages * costs.own_page)
            self.cores.busy += pages * costs.own_page
            yield from self.database.use(pages * costs.database_page)
            self._stored(published, asked)

    # --- The day ---

    def run(self) -> Day:
        """Live through the hours."""
        env, stations = self.env, {name: getattr(self, name) for name in ("cores", "database", "lives", "gate")}
        before: dict[str, float] = {}

        def used() -> dict[str, float]:
            had = {name: station.busy / max(1, station.capacity) for name, station in stations.items()}
            own = sum(station.busy for station in self.owns) / max(1, len(self.owns))
            return {**had, "own": own, "beat": self.beaten}

        def rest() -> Steps:
            yield env.timeout(self._counted)
            before.update(used())

        getattr(self, self.setup.way)()
        env.process(rest())
        env.run(until=self.end)
        seconds = self.end - self.begin - self._counted
        self.day.used = {name: (value - before[name]) / seconds for name, value in used().items()}
        return self.day


def in_one_go(costs: Costs, setup: Setup, jobs: int, requests: float) -> float:
    """Return the seconds that jobs take which all wait at once, with nothing new and so many requests each.

    Every site answers at once, and is asked once a second.
    """

    class Asked(Simulation):
        def _visit(self, _source: Source) -> tuple[list[float], int, int]:
            return [], 0, round(requests)

    world = World(feeds=jobs, articles=0, latency=0.01, spread=0, slow=0)
    one = Asked(costs, world, setup, thin=1, hours=1)
    heap: list[tuple[float, int, Source]] = []
    entries = [(one.begin, number, source) for number, source in enumerate(one.sources)]
    one.env.run(until=simpy.AllOf(one.env, [one.env.process(one._job(entry, heap)) for entry in entries]))
    return float(one.env.now - one.begin)


# --- What is asked of each part --------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """What comes in a second of the busiest three hours, whatever the workers are."""

    visits: float
    polls: float
    new: float
    looks: float
    requests: float
    with_pages: float

    @classmethod
    def of(cls, day: Day, thin: int, seconds: float) -> Load:
        """Return it as a simulation has had it."""
        counts = (day.visits, day.polls, day.published, day.looks, day.requests, day.with_pages)
        return cls(*(count * thin / seconds for count in counts))

    def times(self, factor: float) -> Load:
        """Return the load of so many times as many feeds."""
        return Load(*(value * factor for value in vars(self).values()))

    @property
    def pages(self) -> float:
        return self.new + self.looks


@dataclass(frozen=True)
class Need:
    """What is needed of a resource, and what there is of it."""

    needed: float
    there_is: float
    unit: str

    @property
    def share(self) -> float:
        return self.needed / self.there_is


def needs(costs: Costs, world: World, setup: Setup, load: Load) -> dict[str, Need]:
    """Return what is needed of every resource, in the busiest hours."""
    stores, lists = setup.databases, setup.lists
    others = world.feeds / lists
    answer = max(world.delay, world.latency * math.exp(world.spread**2 / 4)) + world.slow * world.timeout
    if setup.way == "jobs":
        crawls = load.visits
        start = costs.start + others * (costs.outlet + costs.outlet_written)
        cores = crawls * start + load.with_pages * costs.first + load.pages * costs.page
        at_work = cores + load.requests * answer + crawls * (costs.lease + costs.lives + costs.gate)
        database = crawls * costs.database + load.pages * costs.database_page
        commits = crawls * costs.commits + load.pages * costs.commits_page
    else:
        crawls = lists / setup.every
        start = costs.start + costs.started_by_hand + others * costs.outlet
        cores = crawls * start + load.visits * costs.source_of_run + load.pages * costs.page
        at_work = float(lists)
        database = crawls * costs.database + load.visits * costs.database_source + load.pages * costs.database_page
        commits = crawls * costs.commits + load.visits * costs.commits_source + load.pages * costs.commits_page
    memory = costs.memory if setup.way == "jobs" else costs.memory_run
    wal = load.visits * costs.wal + load.pages * costs.wal_page
    found = {
        "cores": Need(cores, setup.cores, "cores"),
        "memory": Need(at_work * memory / 1000, setup.cores * setup.slots * memory / 1000, "GB"),
        "lock on the lives of runs": Need(crawls / stores * costs.lives, 1, "of the time"),
        "lock of who plans files": Need(crawls / stores * costs.gate, 1, "of the time"),
        "database, CPU": Need(database / stores, setup.database_cores, "cores"),
        "database, sessions": Need(at_work * costs.sessions / stores, setup.sessions, ""),
        "database, written ahead": Need(wal / stores / 1e6, setup.disk / 1e6, "MB/s"),
        "database, transactions": Need(commits / stores, setup.commits, "/s"),
    }
    if setup.way == "jobs":
        look = others * costs.look
        beat = crawls / lists * (costs.enqueue + costs.look_due) + look / (TICK + look)
        broker = (crawls * costs.broker + at_work * costs.broker_second) / stores
        found["beat"] = Need(beat, 1, "of the time")
        found["broker, CPU"] = Need(broker, setup.broker_cores, "cores")
    else:
        own = (load.visits * costs.source_of_run + load.pages * costs.own_page) / lists + start / setup.every
        found["own process of a run"] = Need(own, 1, "of the time")
    return found


def breaks(costs: Costs, world: World, setup: Setup, load: Load) -> dict[str, float]:
    """Return at how many feeds each resource is used up, the first one first; workers' cores and memory are bought."""
    found = {}
    for name in needs(costs, world, setup, load):
        if name in BOUGHT:
            continue
        least, greatest = 10.0, 1e8
        for _ in range(60):
            feeds = math.sqrt(least * greatest)
            then = needs(costs, replace(world, feeds=round(feeds)), setup, load.times(feeds / world.feeds))
            least, greatest = (feeds, greatest) if then[name].share < 1 else (least, feeds)
        found[name] = least
    return dict(sorted(found.items(), key=lambda item: item[1]))


BOUGHT = ("cores", "memory")


# --- What is asked of the model --------------------------------------------------------------------

PEAK = 3.0
"""Hours that are counted, around the busiest one; an hour before them lets the queues come to rest."""
AS_IS = Setup()
SPLIT = Setup(lists=40, databases=10)
SELDOM = replace(SPLIT, cores=300, price=44.0, revisits=())
RUNS = Setup(way="runs", cores=48, lists=20)
FRESH = replace(RUNS, price=2.75)
SETUPS = {
    "A `scrapy scale`, one newsbot": AS_IS,
    "B 40 newsbots, 10 stores": SPLIT,
    "C as B, price 44, no second looks": SELDOM,
    "D 20 timed runs, one store": RUNS,
    "E as D, price 2.75": FRESH,
}
CORES = (100, 200, 300, 400, 600, 800)
LISTS = (6, 8, 10, 14, 20, 30)
TOLD = 0.05
"""Share by which cores, or the feeds at which a part is used up, have to change with a cost for it to be told of."""
GROWS = 0.1
"""Share of the jobs that may be left at the end; with more, it is told that they become ever more."""


@dataclass(frozen=True)
class Question:
    """One simulation that is to be made, for a worker process."""

    costs: Costs
    world: World
    setup: Setup
    thin: int
    seed: int

    def answer(self) -> Answer:
        """Make it."""
        day = Simulation(self.costs, self.world, self.setup, thin=self.thin, seed=self.seed, hours=PEAK + 1).run()
        load = Load.of(day, self.thin, PEAK * HOUR)
        lag, lag_99 = percentiles(day.lags)
        delay, delay_99 = (seconds / 60 for seconds in percentiles(day.delays))
        left = day.waiting * self.thin / max(load.visits * PEAK * HOUR, 1)
        return Answer(load, lag, lag_99, delay, delay_99, left)


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median of some values and their 99th percentile."""
    return float(numpy.percentile(values or [math.nan], 50)), float(numpy.percentile(values or [math.nan], 99))


@dataclass(frozen=True)
class Answer:
    """What the busiest hours come to: seconds from due to asked, minutes from published to stored."""

    load: Load
    lag: float
    lag_99: float
    delay: float
    delay_99: float
    left: float
    """Jobs that wait or are at work at the end, as a share of those that were done."""


def asked(questions: Sequence[Question], workers: int, what: str) -> list[Answer]:
    """Have questions answered by worker processes, and say how far it is."""
    answers = []
    with ProcessPoolExecutor(workers) as pool:
        for number, answer in enumerate(pool.map(Question.answer, questions), 1):
            answers.append(answer)
            print(f"\r{what}: {number} of {len(questions)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return answers


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown has it, the first column to the left."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(value: float) -> str:
    """Return a number with two digits that count.

    >>> figure(0.0123), figure(1234.0), figure(12.34)
    ('0.012', '1,200', '12')
    """
    if not math.isfinite(value) or value == 0:
        return f"{value:.0f}"
    digits = 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def length(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    if not math.isfinite(seconds):
        return "never"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def setups(costs: Costs, world: World, answers: dict[str, Answer], offered: dict[str, Load]) -> str:
    """Return the table of setups; what is needed, if all that is ``offered`` were done."""
    rows = []
    for name, answer in answers.items():
        setup = SETUPS[name]
        load = offered[name]
        need = needs(costs, world, setup, load)
        fullest = max((one for one in need if one not in BOUGHT), key=lambda one: need[one].share)
        jobs = load.visits if setup.way == "jobs" else setup.lists / setup.every
        messages = 3 * jobs + need["memory"].needed * 1000 / costs.memory if setup.way == "jobs" else 0.0
        written = need["database, transactions"].needed * setup.databases, need["database, written ahead"].needed
        is_lost = answer.left > GROWS
        rows.append(
            [
                name,
                figure(load.visits),
                figure(need["cores"].needed),
                figure(need["memory"].needed),
                figure(written[0]),
                figure(written[1] * setup.databases),
                figure(need["database, CPU"].needed * setup.databases),
                figure(messages),
                f"{fullest}: {need[fullest].share:.0%}",
                "grows" if is_lost else f"{length(answer.lag)}, {length(answer.lag_99)}",
                "grows" if is_lost else f"{answer.delay:.1f}, {answer.delay_99:.0f}",
            ]
        )
    head = (
        "setup", "sources a second", "cores", "memory, GB", "transactions a second", "written ahead, MB/s",
        "database, cores", "broker, messages a second", "fullest", "due to asked, median and p99",
        "published to stored, min",
    )  # fmt: skip
    return table(head, rows)


def order(found: dict[str, dict[str, float]]) -> str:
    """Return the table of what breaks first, second, third."""
    rows = [
        [name, *(f"{part} at {figure(feeds)}" for part, feeds in [*parts.items()][:4])] for name, parts in found.items()
    ]
    return table(("setup", "first", "second", "third", "fourth"), rows)


def sensitivity(costs: Costs, world: World, chosen: dict[str, tuple[Setup, Load]]) -> str:
    """Return the table of costs that matter: cores, and the feeds at which the first part is used up."""
    rows = []
    for name, (setup, load) in chosen.items():
        usual = needs(costs, world, setup, load)["cores"].needed
        first = next(iter(breaks(costs, world, setup, load).items()))
        rows.append([f"{name}: all as measured", figure(usual), f"{first[0]} at {figure(first[1])}"])
        for one in fields(Costs):
            other = {factor: replace(costs, **{one.name: getattr(costs, one.name) * factor}) for factor in (0.5, 2.0)}
            cores = {factor: needs(some, world, setup, load)["cores"].needed for factor, some in other.items()}
            ends = {factor: next(iter(breaks(some, world, setup, load).items())) for factor, some in other.items()}
            moved = max(abs(ends[2.0][1] / first[1] - 1), abs(cores[2.0] / usual - 1))
            if moved > TOLD:
                told = [f"{ends[factor][0]} at {figure(ends[factor][1])}" for factor in (0.5, 2.0)]
                rows.append([f"{one.name}, half and twice", " / ".join(map(figure, cores.values())), " / ".join(told)])
    return table(("cost", "cores", "what breaks first, at how many feeds"), rows)


def parsed(changes: Sequence[str], *of: Any) -> list[Any]:
    """Return records with fields changed as NAME=VALUE, NAME=*FACTOR or NAME=/FACTOR say. Raises SystemExit."""
    left = list(changes)
    result = []
    for record in of:
        new: dict[str, Any] = {}
        for change in changes:
            name, _, said = change.partition("=")
            if name not in {one.name for one in fields(record)}:
                continue
            before = getattr(record, name)
            try:
                if said[:1] in ("*", "/"):
                    value = before * float(said[1:]) if said[0] == "*" else before / float(said[1:])
                else:
                    value = float(said)
            except (ValueError, TypeError):
                raise SystemExit(f"--set {change}: a number, or * or / and a number") from None
            new[name] = type(before)(value)
            left.remove(change)
        result.append(replace(record, **new))
    if left:
        raise SystemExit(f"--set {left[0]}: no field of Costs or World has that name")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--articles", type=float, help="a day, of all feeds; default: 50 a feed")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another cost or assumption")
    parser.add_argument("--thin", type=int, default=250, help="one feed of so many is simulated; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes; default: %(default)s")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the picture")
    options = parser.parse_args()
    articles = 50.0 * options.feeds if options.articles is None else options.articles
    costs, world = parsed(options.set, Costs(), World(feeds=options.feeds, articles=articles))
    if options.thin < 1 or world.feeds < 20 * options.thin:
        raise SystemExit(f"--thin {options.thin}: leaves less than 20 of {world.feeds} feeds")

    def questions(some: Sequence[Setup]) -> list[Question]:
        return [Question(costs, world, setup, options.thin, options.seed) for setup in some]

    by_cores = [replace(SPLIT, cores=cores) for cores in CORES]
    by_lists = [replace(RUNS, lists=lists) for lists in LISTS]
    every = [*SETUPS.values(), *by_cores, *by_lists]
    answers = asked(questions(every), options.workers, "simulations")
    named = dict(zip(SETUPS, answers, strict=False))
    rest = answers[len(SETUPS) :]
    lost = [name for name, answer in named.items() if answer.left > GROWS]
    ample = [
        replace(SETUPS[name], cores=world.feeds, lists=world.feeds // 50, databases=world.feeds // 50) for name in lost
    ]
    offered = {name: answer.load for name, answer in named.items()}
    if lost:
        without = asked(questions(ample), options.workers, "the same with no bounds")
        offered |= {name: answer.load for name, answer in zip(lost, without, strict=True)}
    print(f"{world.feeds:,} feeds, {world.articles:,.0f} articles a day; the three busiest hours\n")
    print(setups(costs, world, named, offered))
    found = {name: breaks(costs, world, setup, offered[name]) for name, setup in SETUPS.items()}
    print(f"\nWhat breaks first, and at how many feeds\n\n{order(found)}")
    swept = {
        "cores of B": list(zip(CORES, rest[: len(CORES)], strict=True)),
        "runs of D": list(zip(LISTS, rest[len(CORES) :], strict=True)),
    }
    for name, points in swept.items():
        rows = [
            [
                f"{number:,}",
                *map(length, (one.lag, one.lag_99)),
                f"{one.delay:.1f}",
                f"{one.delay_99:.0f}",
                f"{one.left:.0%}",
            ]
            for number, one in points
        ]
        head = (name, "due to asked, median", "p99", "published to stored, median, min", "p99", "left at the end")
        print(f"\n{table(head, rows)}")
    chosen = {name: (SETUPS[name], offered[name]) for name in SETUPS if name[0] in "BD"}
    print(f"\nCosts of half and twice as much\n\n{sensitivity(costs, world, chosen)}")
    if options.svg:
        from scale_picture import draw

        draw(found, swept, options.svg)


if __name__ == "__main__":
    main()
