"""What a job of many machines costs, wherever it costs: the inputs of benchmarks/scale_model.py.

    python benchmarks/scale_costs.py --server postgresql://postgres@127.0.0.1:5499/postgres [--rounds 3]

A source of the newsroom is crawled as a worker crawls it (`scrapy crawl news -a only=...` by a fork of a process that
has loaded all, one extraction worker), when it has nothing new, one new article, and twenty; started by hand; with a
sources file of ten thousand outlets, as a large roster makes it; with the report that every run writes; and beside
fifty-nine others in one run. CPU is user and system time of all processes of a crawl. What a crawl costs the database
is told by the server's counters and its CPU (Linux, /proc), so nobody else may use it: make one of your own (initdb,
pg_ctl). Locks that all crawls take one after the other are looked at some thousand times a second; their figure is how
long a job has them. Before that, what the schedule and the broker cost a job, with --sources in the store; and after it
a real worker beside the model of it, with what was measured.

The least of some rounds counts: a shared machine only ever adds.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from scale_model import Costs, Setup, in_one_go
from sqlalchemy import text
from store_scale import database_of

from newsbot.crawl.polling.due import due_now
from newsbot.crawl.polling.publishing import Bounds
from newsbot.demo import Newsroom, serve
from newsbot.process import utc_now
from newsbot.report import write
from newsbot.scale.beat import enqueue
from newsbot.scale.broker import application, connected, connection_of, put
from newsbot.scale.fork_server import ForkServer
from newsbot.scale.job import Job
from newsbot.scale.lease import leased
from newsbot.sources import Source, load_sources
from newsbot.store import deciding
from newsbot.store.database import open_engine

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]
ROSTER = 10_000
MANY = 20
SITES = 60
FLEET = 16
WARM = 2
SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER: what a crawl leaves behind is this process's child, so that its CPU is counted."""


@dataclass(frozen=True)
class Used:
    """What one crawl used: seconds of CPU of its own and of the server's, and what it did to the database."""

    cpu: float
    server: float
    commits: float
    wal: float
    kept: float
    """Bytes by which the database has grown."""
    sessions: float
    lives: float
    """Seconds for which it had the lock on the lives of runs."""
    gate: float
    """Seconds for which it kept all others from deciding."""
    peak_mb: float

    def less(self, other: Used, number: float = 1) -> Used:
        """Return what it used more than another, by so many."""
        return Used(
            *((mine - its) / number for mine, its in zip(vars(self).values(), vars(other).values(), strict=True))
        )


class Server:
    """A PostgreSQL server that nobody else uses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = psycopg.connect(url, autocommit=True)
        (said,) = self._one("select pg_read_file('postmaster.pid')")
        self._postmaster = int(said.split()[0])
        self._lives = self._key("hashtextextended(current_schema() || ' newsbot ' || 'lives', 0)")
        self._gate = deciding._GATE

    def _one(self, query: str) -> Any:
        return self._session.execute(query).fetchone()

    def _key(self, expression: str) -> int:
        return int(self._one(f"select {expression}")[0])

    def state(self) -> tuple[float, float, float, float]:
        """Return the server's CPU seconds, and the database's commits, bytes of WAL and bytes."""
        self._session.execute("select pg_stat_clear_snapshot()")
        (commits,) = self._one("select xact_commit from pg_stat_database where datname = current_database()")
        (wal,) = self._one("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        (size,) = self._one("select pg_database_size(current_database())")
        return self._cpu(), float(commits), float(wal), float(size)

    def _cpu(self) -> float:
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                said = stat.read_text().rpartition(")")[2].split()
                if self._postmaster in (int(said[1]), int(stat.parent.name)):
                    total += sum(map(int, said[11:15]))
        return total / TICKS

    @contextmanager
    def watched(self) -> Iterator[Counter[str]]:
        """Count sessions, and the seconds for which locks are had that all others wait for."""
        seen: Counter[str] = Counter()
        done = threading.Event()

        def watch() -> None:
            query = (
                "select (classid::bigint << 32) | objid::bigint from pg_locks join pg_database d on d.oid = database "
                "where locktype = 'advisory' and granted and mode = 'ExclusiveLock' and datname = current_database()"
            )
            count = "select count(*) from pg_stat_activity where datname = current_database()"
            with psycopg.connect(self.url, autocommit=True) as session:
                before, looks = time.monotonic(), 0
                while not done.is_set():
                    held = {key for (key,) in session.execute(query)}
                    now = time.monotonic()
                    for name, key in (("lives", self._lives), ("gate", self._gate)):
                        if key in held:
                            seen[name] += now - before  # type: ignore[assignment]
                    if looks % 20 == 0:
                        row = session.execute(count).fetchone()
                        assert row is not None
                        seen["sessions"] = max(seen["sessions"], row[0] - 2)
                    looks += 1
                    before = now
                    time.sleep(0.0005)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield seen
        finally:
            done.set()
            thread.join()


def crawl(
    server: Server,
    forks: ForkServer | None,
    sources: Path,
    names: Sequence[str],
    output: Path,
    *settings: str,
    is_watched: bool = False,
) -> Used:
    """Crawl some sources, and return what that used; what watching takes, the server's figures have in them."""
    command = ["crawl", "news", "-a", f"sources={sources}", "-a", f"only={','.join(names)}"]
    for setting in ("NEWSBOT_EXTRACT_WORKERS=1", "DOWNLOAD_DELAY=0.02", "LOG_LEVEL=ERROR", *settings):
        command += ["-s", setting]
    environment = {**os.environ, "NEWSBOT_DATABASE_URL": server.url, "NEWSBOT_OUTPUT": str(output)}
    before, used = server.state(), cpu_of_children(forks)
    with server.watched() if is_watched else nullcontext(Counter[str]()) as seen:
        status, peak = forked(forks, command, environment) if forks else by_hand(command, environment)
    if status:
        raise SystemExit(f"a crawl exited with {status}")
    while memory():  # what it has left behind is ending
        cpu_of_children(forks)
        time.sleep(0.05)
    after = server.state()
    cpu, commits, wal, kept = (now - then for now, then in zip(after, before, strict=True))
    own = cpu_of_children(forks) - used
    return Used(own, cpu, commits, wal, kept, seen["sessions"], seen["lives"], seen["gate"], peak)


def forked(forks: ForkServer, command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, float]:
    """Run `scrapy` as a worker does; return its status, and how many MB it and its workers had at most."""
    child, peak = forks.start("scrapy", command, environment, ROOT), 0.0
    while (status := child.ended(0.2)) is None:
        peak = max(peak, memory())
    child.close()
    return status, peak


def by_hand(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, float]:
    """Run `scrapy` as cron does; return its status, and how many MB it and its workers had at most."""
    process, peak = subprocess.Popen([sys.executable, "-m", "scrapy", *command], cwd=ROOT, env=environment), 0.0
    while process.poll() is None:
        peak = max(peak, memory())
        time.sleep(0.2)
    return process.returncode, peak


def cpu_of_children(forks: ForkServer | None) -> float:
    """Return the CPU seconds of all processes that this one or a server has begun, and those have, and that ended."""
    if forks and forks._server:
        said = Path(f"/proc/{forks._server.pid}/stat").read_text().rpartition(")")[2].split()
        of_server = sum(map(int, said[13:15])) / TICKS
    else:
        of_server = 0.0
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + of_server


def memory() -> float:
    """Return the MB that all processes below this one have, what they share counted once."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    total = 0
    for pid in parents:
        above = pid
        while above and above != os.getpid():
            above = parents.get(above, 0)
        if above and pid != os.getpid() and commandline(pid) == b"scrapy":
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def commandline(pid: int) -> bytes:
    """Return how a process was begun: "scrapy" for a crawl and its extraction; nothing for what starts crawls."""
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
    if b"newsbot.scale.fork_server" in said:
        return b""
    return b"scrapy" if b"forkserver" in said or b"scrapy" in said else said


def least(measure: Callable[[bool], Used], rounds: int) -> Used:
    """Return the least of every figure over some rounds; one more is watched for locks and sessions."""
    found = [measure(False) for _ in range(rounds)]
    seen = measure(True)
    best = {name: min(getattr(one, name) for one in found) for name in vars(seen)}
    return Used(**{**best, "sessions": seen.sessions, "lives": seen.lives, "gate": seen.gate})


def outlets(number: int) -> list[Source]:
    """Make outlets up that nobody crawls."""
    return [
        Source(
            name=f"outlet-{n}", home=f"https://www.outlet-{n}.example/", feeds=[f"https://feeds.outlet-{n}.example/"]
        )
        for n in range(number)
    ]


def jobs(server: Server, forks: ForkServer, folder: Path, rounds: int) -> Used:
    """Print what crawls cost, and return what one does that has nothing new."""
    with serve(Newsroom(sites=SITES, articles=MANY, page_bytes=200_000)) as running:
        file = folder / "sources.toml"
        file.write_text(running.newsroom.sources_toml(), "utf-8")
        all_of_them = load_sources(file)
        source = next(one for one in all_of_them if one.feeds and not one.news_sitemaps + one.sitemaps)
        output = folder / "output"
        quiet = "NEWSBOT_REPORT="

        def after(
            count: int, *settings: str, sources: Path = file, number: int = 1, by: ForkServer | None = forks
        ) -> Callable[[bool], Used]:
            names = [source.name] if number == 1 else [one.name for one in all_of_them[:number]]

            def measure(is_watched: bool) -> Used:
                if count:
                    running.publish(source.name, count)
                return crawl(server, by, sources, names, output, *settings, is_watched=is_watched)

            return measure

        after(0, quiet, number=SITES)(False)
        idle = least(after(0, quiet), rounds)
        started = least(after(0, quiet, by=None), rounds)
        one = least(after(1, quiet), rounds)
        many = least(after(MANY, quiet), rounds)
        reported = least(after(0), rounds)
        in_one_run = least(after(0, quiet, number=SITES), rounds)
        large = folder / "roster.toml"
        began = time.process_time()
        large.write_text(Job(source, only_due=True, roster="").sources_file(outlets(ROSTER)), "utf-8")
        writing = time.process_time() - began
        listed = least(after(0, quiet, sources=large), rounds)
    article = many.less(one, MANY - 1)
    rows = {
        "job with nothing new": idle,
        "more: started by hand": started.less(idle),
        "more: its first article": one.less(idle),
        "more: each article after it": article,
        "in a run of many, a source": in_one_run.less(idle, SITES - 1),
        "more: the report": reported.less(idle),
        f"more: {ROSTER:,} other outlets": listed.less(idle),
    }
    print(f"{'':<32}" + "".join(f"{name:>10}" for name in vars(idle)))
    for name, row in rows.items():
        print(f"{name:<32}" + "".join(f"{value:>10.4g}" for value in vars(row).values()))
    print(f"the worker writes {ROSTER:,} outlets into a sources file in {writing:.3f} s", flush=True)
    return idle


def fleet(server: Server, broker: str, queue: str, folder: Path, start: float) -> None:
    """Print how many sources a real worker crawls in a minute, by its crawls at a time, and what the model says.

    The model is told what a crawl of this machine costs, and how many requests the sites were asked.
    """
    app, output = application(broker, queue), folder / "fleet"
    environment = {
        **os.environ,
        "NEWSBOT_BROKER_URL": broker,
        "NEWSBOT_QUEUE": queue,
        "NEWSBOT_DATABASE_URL": server.url,
        "NEWSBOT_OUTPUT": str(output),
    }
    with serve(Newsroom(sites=FLEET, articles=2)) as running, connected(app):
        file = folder / "fleet.toml"
        file.write_text(running.newsroom.sources_toml(), "utf-8")
        sources = load_sources(file)
        for turn, slots in enumerate((4, 4, 1, 2, 4)):
            enqueue(app, sources, sources, only_due=False)
            asked, log = len(running.requests()), folder / "log"
            with log.open("wb") as written:
                command = [sys.executable, "-m", "scrapy", "scale", "work", "--concurrency", str(slots)]
                worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=written)
            began = 0.0
            while log.read_bytes().count(b"crawl exited with ") < FLEET:
                if not began and b"crawl begins" in log.read_bytes():
                    began = time.monotonic()
                if worker.poll() is not None:
                    raise SystemExit(f"the worker has ended:\n{log.read_text()[-2000:]}")
                time.sleep(0.1)
            real = time.monotonic() - began
            worker.terminate()
            worker.wait()
            if turn < WARM:
                continue  # they have read all that there is, what failed a second time, and the others find nothing new
            requests = (len(running.requests()) - asked) / FLEET
            costs, cores = replace(Costs(), start=start), len(os.sched_getaffinity(0))
            said = in_one_go(costs, Setup(cores=cores, slots=slots / cores), FLEET, requests)
            print(
                f"{FLEET} sources, {slots} at a time, {requests:.1f} requests each: {60 * FLEET / real:.1f} a minute; "
                f"the model says {60 * FLEET / said:.1f} ({real / said - 1:+.0%})",
                flush=True,
            )
        with connected(app) as connection:
            remove(connection.default_channel, queue)


def remove(channel: Any, queue: str) -> None:
    """Delete the queues of a name."""
    for end in ("", ".later", ".refused", ".roster"):
        channel.queue_delete(f"{queue}{end}")
    channel.exchange_delete(queue)


def schedule(server: Server, broker: str, queue: str, number: int) -> None:
    """Print what the schedule and the broker cost."""
    sources = outlets(number)
    engine = open_engine(server.url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into listings (source, url, due_at, answered_at, read_at, errors, gaps) "
                "select 'outlet-' || n, 'https://feeds.outlet-' || n || '.example/', :later, :now, :now, 0, 0 "
                "from generate_series(0, :last) n"
            ),
            {"later": "2099-01-01T00:00:00Z", "now": utc_now(), "last": number - 1},
        )
    with timed(f"a look of the beat at {number:,} sources, none of them due"):
        due_now(engine, sources, Bounds(), utc_now)
    with engine.begin() as connection:
        connection.execute(text("update listings set due_at = '2020-01-01T00:00:00Z' where url like '%7.example/'"))
    with timed("the same, with a tenth of them due"):
        due_now(engine, sources, Bounds(), utc_now)
    with tempfile.TemporaryDirectory() as folder, timed("the report of their store"):
        write(engine, Path(folder) / "report.html", now=utc_now())
    engine.dispose()
    app = application(broker, queue)
    with connected(app) as connection:
        messages = [Job(one, only_due=True, roster="x" * 64).as_message() for one in sources[:1000]]
        with timed("put a job", len(messages)):
            put(app, connection, messages)
        with timed("take a lease, and give it back", 50):
            for n in range(50):
                with leased(connection_of(app), [f"{queue}.site.{n}"], within=1) as lease:
                    assert lease is not None
        with leased(connection_of(app), [f"{queue}.site.x"], within=1) as lease:
            assert lease is not None
            with timed("ask for a lease", 1000):
                for _ in range(1000):
                    lease.confirm()
        channel = connection.default_channel
        with timed("get a job, and acknowledge it", len(messages)):
            for _ in messages:
                message = channel.basic_get(queue)
                channel.basic_ack(message.delivery_tag)
        remove(channel, queue)


@contextmanager
def timed(what: str, number: int = 1) -> Iterator[None]:
    """Print what each of some things costs: here, and the broker, if it is on this machine."""

    def of_broker() -> float:
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                name, _, said = stat.read_text().rpartition(")")
                total += sum(map(int, said.split()[11:13])) if name.endswith("(beam.smp") else 0
        return total / TICKS

    before = time.process_time(), time.monotonic(), of_broker()
    yield
    after = time.process_time(), time.monotonic(), of_broker()
    cpu, wall, broker = (1000 * (now - then) / number for now, then in zip(after, before, strict=True))
    print(f"{what}: {wall:,.2f} ms, {cpu:,.2f} ms of CPU, {broker:,.2f} ms of the broker's", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="a PostgreSQL server on this machine that nobody else uses")
    parser.add_argument("--broker", default="amqp://guest:guest@127.0.0.1:5672//")
    parser.add_argument("--queue", default="newsbot-costs", help="a queue of its own, which is deleted in the end")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sources", type=int, default=100_000, help="in the store, for the schedule")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    with tempfile.TemporaryDirectory() as folder, database_of(options.server, "newsbot_costs") as url:
        url = url.replace("+psycopg", "")
        open_engine(url).dispose()
        server = Server(url)
        schedule(server, options.broker, options.queue, options.sources)
        server._session.execute("delete from listings")
        with ForkServer() as forks:
            forks.begin()
            idle = jobs(server, forks, Path(folder), options.rounds)
        fleet(server, options.broker, options.queue, Path(folder), idle.cpu)


if __name__ == "__main__":
    main()
