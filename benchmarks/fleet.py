"""Does a fleet collect what one crawl does, whatever strikes its machines? And how much do more machines collect?

    python benchmarks/fleet.py [--sites 200] [--articles 12] [--machines 4] [--concurrency 3] [--faults 20] [--seed 7]
    python benchmarks/fleet.py --throughput 1,2,4 [--sites 24] [--latency 0.2]

A machine here is a worker with its crawls in a process group: with an output folder of its own, an address of its own
from which it asks (127.0.1.N), and lines of its own to broker and database, that can be cut, or hang as when packets
are lost. All share a RabbitMQ (NEWSBOT_BROKER_URL), a PostgreSQL server that the benchmark starts, and the newsroom.

First one crawl collects the newsroom alone. Then two beats and the machines do, and faults of the kinds in KINDS strike
at moments that the seed has chosen, counted in requests; a machine that has ended is started again after RESTART
seconds. In the end: do files and store of the fleet have the versions that the single crawl has, each on exactly one
line? Was a site ever asked again before its delay was over, or by two machines at once, by the newsroom's own log? How
long after a fault did another crawl ask for the first time in the place of the one that it met?

--throughput: no faults, --sites for each machine, and a newsroom that answers --latency seconds late; articles a
minute, the CPU of workers and crawls, and that of everything on this machine beside it (Linux). Exits with 1 if a
promise is broken.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
from chaos_checks import lines_of
from deathtrap.postgres import Server
from deathtrap.postgres import server as postgres
from fleet_checks import Strike, differences, follow, gaps, impolite, said, tracebacks
from fleet_machines import BROKER, Beat, Machine, Services, environment, lines_in, queue, started

from newsbot.demo import Newsroom, Running, serve
from newsbot.process import utc_now
from newsbot.scale.broker import application, connected, queued
from newsbot.scale.worker import application_name
from newsbot.store import fleet
from newsbot.store.database import open_engine

WITHIN = 60.0
"""Seconds in which what a fault has met is to be redone."""
RESTART = 10.0
"""Seconds until a machine that has ended is started again."""
LAST = 0.85
"""Part of all requests after which the last fault strikes at the latest."""
ONCE = ("-s", "NEWSBOT_POLL_MIN=1440", "-s", "NEWSBOT_POLL_MAX=2880")
"""Every listing becomes due once."""
CALM = 3.0
"""Seconds in which nothing is to be found waiting or at work for all to be done."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault: what is done to a machine, and what ends it after a while."""

    begin: Callable[[Fleet, Machine], None]
    seconds: float = 0.0
    end: Callable[[Fleet, Machine], None] = lambda _fleet, _machine: None


class Fleet:
    """All that takes part, and the faults that it has met."""

    def __init__(
        self, running: Running, sources: Path, folder: Path, server: Server, services: Services, *options: str
    ) -> None:
        """``options``: of workers and beats."""
        self.running, self.folder, self.server, self.services = running, folder, server, services
        self.engine = open_engine(services.database)
        self.app = application(BROKER, services.queue)
        self.options = options
        self.machines: list[Machine] = []
        self.beats = [Beat(number, folder, services, sources, *options) for number in (1, 2)]
        self.strikes: list[Strike] = []
        self._ends: dict[str, tuple[float, Kind]] = {}
        """When what a machine suffers is to end."""
        self._down: dict[str, float] = {}
        """Since when a process is down."""

    def add_machines(self, count: int, concurrency: int) -> None:
        for number in range(1, count + 1):
            options = ["--concurrency", str(concurrency), *self.options]
            self.machines.append(Machine(number, self.folder, self.services, *options))

    def tend(self) -> None:
        """End faults whose time is over, and start what has ended."""
        now = time.monotonic()
        for machine in self.machines:
            end, kind = self._ends.get(machine.name, (now, None))
            if kind and now >= end:
                kind.end(self, machine)
                del self._ends[machine.name]
        for one in (*self.machines, *self.beats):
            name = one.log.stem
            if not one.has_ended():
                self._down.pop(name, None)
            elif now - self._down.setdefault(name, now) > RESTART:
                one.start()

    def begin(self) -> None:
        for one in (*self.machines, *self.beats):
            one.start()

    def strike(self, name: str, dice: random.Random) -> bool:
        """Let a fault strike a machine that is well and at work, if one more is well; whether it did."""
        well = [machine for machine in self.machines if machine.name not in self._ends and not machine.has_ended()]
        crawls = {machine.name: machine.crawls() for machine in well}
        busy = [machine for machine in well if crawls[machine.name]]
        if len(well) < 2 or not busy:
            return False
        machine, kind = dice.choice(busy), KINDS[name]
        met = frozenset(crawls[machine.name])
        if name.startswith("a crawl"):
            self._victim = dice.choice(sorted(met))
            met = frozenset([self._victim])
        elif name.startswith("the beat"):
            met = frozenset()
        strike = Strike(name, machine.name, time.time(), met)
        kind.begin(self, machine)
        self._ends[machine.name] = (time.monotonic() + kind.seconds, kind)
        self.strikes.append(strike)
        return True

    def signal_crawl(self, machine: Machine, number: signal.Signals) -> None:
        if pid := machine.crawls().get(self._victim):
            os.kill(pid, number)

    def end_sessions(self, machine: Machine) -> None:
        """Let the database end all sessions of a machine's crawls."""
        for source in machine.crawls():
            fleet.end_sessions(self.engine, application_name(self.services.queue, source))

    def kill_beat(self, _machine: Machine) -> None:
        for beat in self.beats:
            if beat.is_at_work():
                beat.kill()

    def is_done(self, sources: set[str]) -> bool:
        """Whether every source was crawled, and nothing waits or is at work."""
        if self._ends or sources - {one.source for one in said(self.machines) if one.status in (0, 3)}:
            return False
        with connected(self.app) as connection:
            state = queued(self.app, connection)
        now = utc_now()
        at_work = any(one.at_work for one in fleet.workers(self.engine, now=now) if not one.is_silent(now))
        return not (state.waiting or state.later or at_work)

    def stop(self) -> list[int]:
        """Ask all to end as systemd does, and return the exit statuses of the workers."""
        for beat in self.beats:
            if beat.process and not beat.has_ended():
                beat.process.terminate()
        for machine in self.machines:
            machine.signal(signal.SIGTERM)
        return [machine.worker.wait(180) for machine in self.machines if machine.worker]

    def close(self) -> None:
        for beat in self.beats:
            beat.kill()
        for machine in self.machines:
            machine.close()
        self.engine.dispose()


KINDS = {
    "worker killed": Kind(lambda _, machine: machine.signal(signal.SIGKILL)),
    "machine killed": Kind(lambda _, machine: machine.signal(signal.SIGKILL, to_all=True)),
    "machine stands still": Kind(
        lambda _, machine: machine.signal(signal.SIGSTOP, to_all=True),
        45,
        lambda _, machine: machine.signal(signal.SIGCONT, to_all=True),
    ),
    "worker stands still": Kind(
        lambda _, machine: machine.signal(signal.SIGSTOP),
        45,
        lambda _, machine: machine.signal(signal.SIGCONT),
    ),
    "cut off from the broker": Kind(
        lambda _, machine: machine.broker.cut(), 30, lambda _, machine: machine.broker.mend()
    ),
    "broker unheard": Kind(lambda _, machine: machine.broker.hang(), 45, lambda _, machine: machine.broker.mend()),
    "cut off from the database": Kind(
        lambda _, machine: machine.database.cut(), 30, lambda _, machine: machine.database.mend()
    ),
    "database unheard": Kind(
        lambda _, machine: machine.database.hang(), 60, lambda _, machine: machine.database.mend()
    ),
    "sessions ended": Kind(lambda fleet_, machine: fleet_.end_sessions(machine)),
    "a crawl killed": Kind(lambda fleet_, machine: fleet_.signal_crawl(machine, signal.SIGKILL)),
    "a crawl stands still": Kind(lambda fleet_, machine: fleet_.signal_crawl(machine, signal.SIGSTOP)),
    "worker asked to end": Kind(lambda _, machine: machine.signal(signal.SIGTERM)),
    "the beat killed": Kind(lambda fleet_, machine: fleet_.kill_beat(machine)),
}


def dealt(count: int, dice: random.Random) -> list[str]:
    """Return so many kinds of faults, each as often as any other, in a random order."""
    kinds = list(KINDS)
    dice.shuffle(kinds)
    return [kinds[number % len(kinds)] for number in range(count)]


def crawled_alone(sources: Path, folder: Path, *options: str) -> int:
    """Collect everything with one crawl, and return its exit status."""
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}", *options]
    its = environment(NEWSBOT_OUTPUT=str(folder), NEWSBOT_REPORT="")
    return started(command, its, folder.with_suffix(".log")).wait()


def exported(file: Path, output: Path, **its: str) -> list[dict[str, object]]:
    """Return what `scrapy export` writes of a store."""
    command = [sys.executable, "-m", "scrapy", "export", str(file), "--duplicates"]
    subprocess.run(command, env=environment(NEWSBOT_OUTPUT=str(output), **its), check=True, capture_output=True)
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]


def sources_of(running: Running, delay: float) -> str:
    """Return the sources file, with a delay of each source."""
    return running.newsroom.sources_toml().replace("[[source]]\n", f"[[source]]\ndelay = {delay}\n")


def under_faults(arguments: argparse.Namespace, folder: Path) -> int:
    dice = random.Random(arguments.seed)
    newsroom = Newsroom(sites=arguments.sites, articles=arguments.articles)
    with ExitStack() as opened:
        server = opened.enter_context(postgres(folder / "server", 200))
        running = opened.enter_context(serve(newsroom, log=folder / "requests.jsonl", warm=True))
        hurry(running)
        sources = folder / "sources.toml"
        sources.write_text(sources_of(running, arguments.delay), "utf-8")
        began = time.monotonic()
        status = crawled_alone(sources, folder / "alone", *ONCE)
        requests = running.requests()
        print(f"one crawl: {len(requests)} requests, {time.monotonic() - began:.0f} s, exit status {status}")
        services = Services(opened.enter_context(queue()), server.url)
        its = Fleet(running, sources, folder, server, services, *ONCE)
        opened.callback(its.close)
        its.add_machines(arguments.machines, arguments.concurrency)
        before, total = len(requests), len(requests)
        kinds = dealt(arguments.faults, dice)
        moments = [(number + dice.random()) / len(kinds) * LAST * total for number in range(len(kinds))]
        names = set(running.urls)
        began = time.monotonic()
        its.begin()
        calm_since = told_at = time.monotonic()
        while time.monotonic() - calm_since < CALM:
            time.sleep(0.3)
            its.tend()
            asked = len(running.requests()) - before
            if kinds and asked >= moments[0] and its.strike(kinds[0], dice):
                kinds, moments = kinds[1:], moments[1:]
            if kinds or not its.is_done(names):
                calm_since = time.monotonic()
            if time.monotonic() - told_at > 10:
                told_at = time.monotonic()
                print(f"{told_at - began:4.0f} s, {asked} requests, {len(its.strikes)} faults", file=sys.stderr)
        seconds = time.monotonic() - began
        statuses = its.stop()
        return verdict(its, seconds, statuses, folder, requests=before, delay=arguments.delay)


def verdict(its: Fleet, seconds: float, statuses: Sequence[int], folder: Path, *, requests: int, delay: float) -> int:
    """Print how it went, and return the exit status."""
    asked, told = its.running.requests()[requests:], said(its.machines)
    follow(its.strikes, told, asked)
    print(f"\n| fault | of | crawls that it met | redone, s | of these elsewhere |\n|{' --- |' * 5}")
    for one in its.strikes:
        redone = ", ".join(f"{one.redone[source]:.0f}" for source in sorted(one.redone, key=one.redone.__getitem__))
        print(f"| {one.kind} | {one.target} | {len(one.sources)} | {redone or '-'} | {one.elsewhere} |")
    broken = [
        f"{one.kind}: {source} redone after {after:.0f} s"
        for one in its.strikes
        for source, after in one.redone.items()
        if after > WITHIN
    ]
    broken += [
        f"{one.kind}: {len(one.sources) - one.ended - len(one.redone)} crawls never redone"
        for one in its.strikes
        if len(one.sources) > one.ended + len(one.redone)
    ]
    outputs = [machine.output for machine in its.machines]
    before = len(lines_of(outputs, "articles", "duplicates"))
    for output in outputs:  # the next round: a page of a listing that a dead crawl had not come to, what a folder lacks
        crawl = ["crawl", "news", "-a", f"sources={folder / 'sources.toml'}", *ONCE]
        environs = environment(
            NEWSBOT_OUTPUT=str(output), NEWSBOT_DATABASE_URL=its.services.database, NEWSBOT_REPORT=""
        )
        statuses = [*statuses, started([sys.executable, "-m", "scrapy", *crawl], environs, folder / "late.log").wait()]
    alone = exported(folder / "alone.jsonl", folder / "alone")
    store = exported(folder / "fleet.jsonl", outputs[0], NEWSBOT_DATABASE_URL=its.services.database)
    files = lines_of(outputs, "articles", "duplicates")
    broken += impolite(asked, told, delay)
    broken += [f"export: {fault}" for fault in differences(store, alone)]
    broken += [f"files: {fault}" for fault in differences(files, alone)]
    broken += tracebacks([*(machine.log for machine in its.machines), *(beat.log for beat in its.beats)])
    broken += [f"left behind: {path}" for output in outputs for path in output.rglob("*.tmp")]
    broken += [f"{one.source} is held to be failing: {one.why}" for one in fleet.poison(its.engine).values()]
    with connected(its.app) as connection:
        if (left := queued(its.app, connection)).waiting or left.later or left.refused:
            broken.append(f"left in the queue: {left}")
    if any(statuses):
        broken.append(f"exit statuses {statuses}")
    between = [seconds for of_site in gaps(asked).values() for seconds in of_site]
    early = sum(seconds < delay for seconds in between)
    begun = sum(one.status is None for one in told)
    beats = sum("sources are due" in line for beat in its.beats for line in lines_in(beat.log))
    print(
        f"\n{len(its.machines)} machines, {len(its.strikes)} faults, {seconds:.0f} s: {len(files)} lines in files, "
        f"{len(store)} in the store, {len(alone)} of one crawl; {begun} crawls begun, {beats} times enqueued; "
        f"{len(asked)} requests, no two to a site within {min(between):.3f} s ({early} of {len(between)} "
        f"below the delay of {delay:g} s); {len(files) - before} lines came with the next round; "
        f"{len(broken)} promises broken"
    )
    for fault in broken[:50]:
        print(f"  {fault}")
    return 1 if broken else 0


def throughput(arguments: argparse.Namespace, folder: Path) -> int:
    print("| machines | sites | articles | s | articles a minute | CPU an article, ms | its cores | all cores |")
    print(f"|{' --- |' * 8}")
    for count in map(int, arguments.throughput.split(",")):
        with ExitStack() as opened:
            place = folder / str(count)
            place.mkdir()
            server = opened.enter_context(postgres(place / "server", 200))
            newsroom = Newsroom(sites=arguments.sites * count, articles=arguments.articles)
            running = opened.enter_context(serve(newsroom, warm=True, latency=arguments.latency))
            hurry(running)
            sources = place / "sources.toml"
            sources.write_text(sources_of(running, arguments.delay), "utf-8")
            services = Services(opened.enter_context(queue()), server.url)
            its = Fleet(running, sources, place, server, services, *ONCE)
            opened.callback(its.close)
            its.add_machines(count, arguments.concurrency)
            its.beats = its.beats[:1]
            used, busy, started_at = resource.getrusage(resource.RUSAGE_CHILDREN), busy_seconds(), time.monotonic()
            its.begin()
            while not running.requests():
                time.sleep(0.1)
            began = time.monotonic()
            while not its.is_done(set(running.urls)):
                time.sleep(0.5)
            seconds = time.monotonic() - began
            its.stop()
            whole, busy = time.monotonic() - started_at, busy_seconds() - busy
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
            lines = len(lines_of([machine.output for machine in its.machines], "articles", "duplicates"))
            print(
                f"| {count} | {len(running.urls)} | {lines} | {seconds:.0f} | {60 * lines / seconds:.0f} "
                f"| {1000 * cpu / lines:.0f} | {cpu / whole:.2f} | {busy / whole:.2f} |",
                flush=True,
            )
    return 0


def hurry(running: Running) -> None:
    """Let the newsroom note requests as they come, however busy the machine is, where that is allowed."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, running.process.pid, -15)


def busy_seconds() -> float:
    """Return the seconds of CPU that this whole machine has spent on anything (Linux)."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _idle, _waiting, *others = map(int, fields[:8])
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, help="200; with --throughput, 24 a machine")
    parser.add_argument("--articles", type=int, default=12, help="of each site (12)")
    parser.add_argument("--machines", type=int, default=4)
    parser.add_argument("--concurrency", type=int, default=3, help="crawls at a time of each (3)")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds between two requests to a site (1)")
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--throughput", metavar="N,N", help="numbers of machines to compare, without faults")
    parser.add_argument("--latency", type=float, default=0.2, help="seconds, with --throughput (0.2)")
    parser.add_argument("--folder", type=Path, help="keep all files and logs here (a new folder)")
    arguments = parser.parse_args()
    arguments.sites = arguments.sites or (24 if arguments.throughput else 200)
    if arguments.folder:
        arguments.folder.mkdir(parents=True)
    kept = nullcontext(arguments.folder) if arguments.folder else tempfile.TemporaryDirectory(prefix="fleet-")
    with kept as folder:
        place = Path(folder).resolve()
        place.chmod(0o755)  # the server may be another account's
        return (throughput if arguments.throughput else under_faults)(arguments, place)


if __name__ == "__main__":
    sys.exit(main())
