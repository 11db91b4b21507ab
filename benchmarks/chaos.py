"""Is every article on exactly one line, whatever strikes a crawl, its store or its folder?

    python benchmarks/chaos.py [--database sqlite|postgresql] [--faults 100] [--minutes 0] [--seed 7] [--sites 60]
                               [--articles 25] [--folder FOLDER]

Crawls of the newsroom, which publishes meanwhile, meet faults until both numbers are reached. On both databases: kills
at random instants (by SIGKILL, and by SIGTERM and SIGINT as systemd and Ctrl-C send them, to the crawl alone or to its
workers too), and at chosen calls of chosen functions: while files are written, renamed and marked as done, at the end
of a run and of sources that are done before that, while old articles are forgotten, while the files of a day are
joined, with a crawl beside that or without, while the database is brought up from an older schema (SQLite); a folder
that is renamed between two runs; lock files and the folder's mark taken away while one crawl lives and another begins.
On PostgreSQL also: sessions that the server ends (all of a crawl, one, or the one that says that it lives), a server
that is stopped, at once or in order, and started again, two machines whose names and paths are the same (that takes
root, for a mount namespace; otherwise the paths differ) at work on the same sources, and a crawl that stands still, is
taken for dead and goes on. Sessions, servers and marks are struck at random instants, or while the crawl stands still
at a chosen call. The server is one of the benchmark's own (PostgreSQL's programs must be installed). Nothing is put
into newsbot for any of this (benchmarks/deathtrap). Only a fault that met a living process counts.

Then one run is left alone in each folder, and over all files, before and after they are joined: every article is on
exactly one line, each line is valid against the schema, the sums of the ledger are right and agree with the lines,
nothing is stored and in no file, no temporary file and no lock is left, no article was fetched again once it was
stored, and no process outlived its crawl.

The same seed makes the same choices; what a random instant hits depends on the machine. Exits with 1 if a promise is
broken.
"""

from __future__ import annotations

import argparse
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from chaos_checks import Asked, faults_of, fetched_again, lines_of, living
from deathtrap.aging import age_store, ages_of
from deathtrap.postgres import Server
from deathtrap.postgres import server as postgres

from newsbot.demo import Newsroom, Running, serve

ROOT = Path(__file__).parents[1]
TRAP = Path(__file__).with_name("deathtrap")
FAST = (
    "-s", "DOWNLOAD_DELAY=0.1", "-s", "NEWSBOT_REVISIT_HOURS=", "-s", "NEWSBOT_EXTRACT_WORKERS=1",
    "-s", "NEWSBOT_DELIVER_AFTER=0.3",
)  # fmt: skip
"""Sites end at different times, so most crawls deliver some of them while they go on."""
LONGEST = 12.0
"""Seconds after which the latest kill at a random instant comes, until a crawl has turned out to be shorter."""
HOW = (
    ("SIGKILL", False),
    ("SIGKILL", False),
    ("SIGTERM", False),
    ("SIGTERM", True),
    ("SIGINT", True),
)
"""Signals, and whether they go to the worker processes as well."""
SHARES = {
    "sqlite": {
        "at random": 38, "crawling": 8, "delivering": 14, "migrating": 8, "exporting": 12, "pruning": 6,
        "compacting": 12, "marks lost": 8, "renamed": 4,
    },
    "postgresql": {
        "at random": 16, "crawling": 6, "delivering": 10, "exporting": 8, "pruning": 4, "compacting": 10,
        "marks lost": 6, "renamed": 4, "sessions cut": 20, "server stopped": 8, "twin": 8, "taken for dead": 8,
    },
}  # fmt: skip
"""How often each fault strikes, of 100 times."""
COMPACT = ["compact", "--before", "9999-12-31"]
COMMIT = "default.DefaultDialect.do_commit"
POINTS = {
    "crawling": (("before", COMMIT, 25), ("after", "articles.decide", 30)),
    "delivering": (
        ("before", "delivery.Delivery.early", 2),
        ("before", "sites.save_blocks", 2),
        ("before", "runs.plan_part", 2),
        ("after", "runs.plan_part", 2),
        ("before", "record.to_record", 10),
        ("before", "pathlib.Path.replace", 2),
        ("before", "atomic.sync", 2),
        ("before", "runs.mark_done", 2),
        ("after", "delivery.Delivery.early", 2),
    ),
    "migrating": (("before", "impl.DefaultImpl._exec", 10), ("before", COMMIT, 1), ("after", COMMIT, 1)),
    "exporting": (
        ("before", "record.to_record", 40),
        ("before", "pathlib.Path.replace", 6),
        ("before", "atomic.sync", 6),
        ("before", "runs.mark_done", 5),
        ("after", "runs.mark_done", 5),
        ("before", "runs.close_books", 1),
        ("after", "runs.close_books", 1),
        ("before", "runs.end_run", 1),
    ),
    "export command": (
        ("before", "record.to_record", 500),
        ("before", "pathlib.Path.replace", 1),
        ("before", "atomic.sync", 1),
    ),
    "compacting": (
        ("before", "compaction._append", 4),
        ("before", "compaction._put_in_place", 1),
        ("before", "atomic.sync", 7),
        ("before", "atomic.exchange", 1),
        ("after", "atomic._exchanged", 1),
        ("after", "atomic.exchange", 1),
        ("before", COMMIT, 1),
        ("after", COMMIT, 1),
        ("before", "compaction._bring_over", 1),
        ("after", "compaction._bring_over", 1),
        ("before", "pathlib.Path.unlink", 2),
        ("before", "shutil.rmtree", 1),
    ),
    "pruning": (
        ("before", "sketches.forget", 2),
        ("after", "sketches.forget", 2),
        ("before", "sketches._starts", 150),
        ("after", COMMIT, 1),
    ),
}
"""Where to strike, and at which call at the latest: modules and functions of newsbot and of what it stands on."""
STATES = {"running": "crawling", "exporting": "exporting", "finished": "ending", "interrupted": "ending"}


class Chaos:
    """One newsroom, one store, and what was seen while its crawls met faults."""

    def __init__(self, running: Running, folder: Path, seed: int, database: Server | None) -> None:
        self.running = running
        self.folder = folder
        self.output = folder / "output"
        self.twin = folder / "twin"
        """The output folder of another machine, on the same store."""
        for place in self.places:
            place.mkdir()
        self.database = database
        self.sources = folder / "sources.toml"
        self.sources.write_text(running.newsroom.sources_toml(), "utf-8")
        self.dice = random.Random(seed)
        self.latest = LONGEST
        self.kills: Counter[tuple[str, str]] = Counter()
        """By where they struck, and by what."""
        self.missed = 0
        self.faults: list[str] = []

    @property
    def places(self) -> list[Path]:
        return [self.output, self.twin]

    @property
    def store(self) -> Asked:
        return Asked(self.database.url if self.database else f"sqlite:///{self.output / 'newsbot.db'}")

    def round(self) -> None:
        """Publish something, start something, let a fault strike, and see to it that all of it is dead."""
        # What is dated to days long over is looked for once a week where its sitemap's lastmod has not moved.
        self.running.set_clock(datetime.now(UTC))
        fresh = self.dice.sample(sorted(self.running.urls), 3)
        for site in fresh:
            self.running.publish(site, self.dice.randint(3, 12))
        shares = SHARES["postgresql" if self.database else "sqlite"]
        (where,) = self.dice.choices(list(shares), list(shares.values()))
        how, to_all = self.dice.choice(HOW)
        stored, seen = self.store.urls(), len(self.running.requests())
        strikes = {
            "sessions cut": self.cut_sessions,
            "server stopped": self.stop_server,
            "twin": self.kill_beside_a_twin,
            "taken for dead": self.take_for_dead,
            "marks lost": self.lose_marks,
            "renamed": self.rename,
        }
        if where == "at random" or not stored:
            struck, what = self.strike_at_random(signal.Signals[how], to_all), f"{how}{' to all' if to_all else ''}"
        elif where in strikes:
            struck, what = strikes[where](fresh), where
        else:
            struck, what = self.strike_at_point(where, how, fresh), how
        if struck:
            self.kills[struck, what] += 1
        else:
            self.missed += 1
        self.faults += fetched_again(self.running, stored, self.running.requests()[seen:])

    def strike_at_random(self, how: signal.Signals, to_all: bool) -> str:
        """Kill a crawl of all sites after a while, and return what it was at; nothing if it had ended."""
        process = self.start(self.crawl())
        if struck := self.at_work(process):
            if to_all:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
        self.see_dead(process)
        return struck

    def at_work(self, process: subprocess.Popen[bytes]) -> str:
        """Wait for a random while, and return what a crawl is at then; nothing if it has ended."""
        runs = {run_id for (run_id,) in self.store.query("select id from runs")}
        begin = time.monotonic()
        try:
            process.wait(self.dice.uniform(0.2, self.latest))
        except subprocess.TimeoutExpired:
            new = [state for run_id, state in self.store.query("select id, status from runs") if run_id not in runs]
            return STATES[new[0]] if new else "starting"
        self.latest = min(self.latest, max(0.9 * (time.monotonic() - begin), 2.0))
        return ""

    def reached(self, *only: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start a crawl, and return it with what it is at: at a random instant, or standing still at a chosen call."""
        if not self.store.urls() or self.dice.random() < 0.5:
            process = self.start(self.crawl(*only))
            return process, self.at_work(process)
        where = self.dice.choice(["crawling", "exporting"])
        moment, name, most = self.dice.choice(POINTS[where])
        note = self.folder / "struck"
        note.unlink(missing_ok=True)
        order = f"{moment} {name} {self.dice.randint(1, most)} SIGSTOP"
        process = self.start(self.crawl(*only), DIE_AT=order, DIE_NOTE=str(note))
        while not note.exists() and process.poll() is None:
            time.sleep(0.02)
        return process, where if note.exists() else ""

    def see_refused(self, process: subprocess.Popen[bytes], struck: str) -> None:
        """See to it that a crawl whose store was taken away has ended, and has not called that whole."""
        process.send_signal(signal.SIGCONT)
        self.see_dead(process)
        undone = self.store.query("select id from runs where status in ('running', 'exporting')")
        if struck and (process.returncode not in (0, 1, 3) or (process.returncode == 0 and undone)):
            self.faults.append(f"exit status {process.returncode} of a crawl whose store broke, runs undone: {undone}")

    def cut_sessions(self, _fresh: list[str]) -> str:
        """Let the server end sessions of a crawl."""
        assert self.database
        process, struck = self.reached()
        if struck and not self.database.cut(self.dice.choice(["all", "all", "one", "marks"])):
            struck = ""
        self.see_refused(process, struck)
        return struck

    def stop_server(self, _fresh: list[str]) -> str:
        """Stop the server while a crawl is at work, and start it again after a moment."""
        assert self.database
        process, struck = self.reached()
        if struck:
            self.database.stop(self.dice.choice(["immediate", "fast"]))
            process.send_signal(signal.SIGCONT)
            time.sleep(self.dice.uniform(0, 4))
            self.database.start()
        self.see_refused(process, struck)
        return struck

    def kill_beside_a_twin(self, fresh: list[str]) -> str:
        """Let two machines of one name and path begin at once, and kill one of them."""
        one, other = self.start(self.crawl(*fresh)), self.start(self.crawl(*fresh), at_twin=True)
        victim = self.dice.choice([one, other])
        if struck := self.at_work(victim):
            victim.send_signal(signal.SIGKILL)
        for process in (one, other):
            self.see_dead(process)
        return struck

    def take_for_dead(self, fresh: list[str]) -> str:
        """Let a crawl stand still without its session, another one take it for dead, and the first go on."""
        assert self.database
        process = self.start(self.crawl(*fresh))
        struck = self.at_work(process)
        if struck:
            process.send_signal(signal.SIGSTOP)
            self.database.cut("marks")
            self.see_dead(self.start(self.crawl(*fresh), at_twin=True))
            process.send_signal(signal.SIGCONT)
        self.see_dead(process)
        return struck

    def lose_marks(self, fresh: list[str]) -> str:
        """Take away the files that say that a crawl lives, while it does and another one begins."""
        process, struck = self.reached(*fresh)
        if struck:
            shutil.rmtree(self.output / "newsbot.db-crawls", ignore_errors=True)
            (self.output / ".place").unlink(missing_ok=True)
            process.send_signal(signal.SIGCONT)
            at_twin = self.database is not None and self.dice.random() < 0.5
            self.see_dead(self.start(self.crawl(*fresh), at_twin=at_twin))
        self.see_dead(process)
        return struck

    def rename(self, fresh: list[str]) -> str:
        """Kill a crawl, and give its folder another name before the next one."""
        process = self.start(self.crawl(*fresh))
        if struck := self.at_work(process):
            process.send_signal(signal.SIGKILL)
        self.see_dead(process)
        renamed = self.folder / f"output-{self.kills.total()}-{self.missed}"
        self.output.rename(renamed)
        self.output = renamed
        return struck

    def strike_at_point(self, where: str, how: str, fresh: list[str]) -> str:
        """Let a process meet a signal in the middle of its work; return where, nothing if it did not come there."""
        arguments, point = self.crawl(*fresh), where
        if where == "migrating":
            store = self.output / "newsbot.db"
            age_store(store, self.dice.choice(ages_of(store)))
        elif where == "exporting" and self.dice.random() < 0.25:
            arguments, point = ["export", str(self.folder / "all.jsonl"), "--duplicates"], "export command"
        elif where == "pruning":
            arguments = self.dice.choice([["prune"], arguments])
            self.let_time_pass()
        beside = None
        if where == "compacting":
            arguments = COMPACT
            beside = self.start(self.crawl(*fresh)) if self.dice.random() < 0.5 else None
        moment, name, most = self.dice.choice(POINTS[point])
        note = self.folder / "struck"
        note.unlink(missing_ok=True)
        order = f"{moment} {name} {self.dice.randint(1, most)} {how}"
        self.see_dead(self.start(arguments, DIE_AT=order, DIE_NOTE=str(note)))
        if beside is not None:
            self.see_dead(beside)
        return where if note.exists() else ""

    def let_time_pass(self) -> None:
        """Let half of the articles be so old that they are forgotten as near-duplicates."""
        self.store.change("update articles set first_seen = '2020-01-01T00:00:00Z' where id < '8'")

    def crawl(self, *only: str) -> list[str]:
        return ["crawl", "news", "-a", f"sources={self.sources}", "-a", f"only={','.join(only)}", *FAST]

    def start(self, arguments: list[str], *, at_twin: bool = False, **more: str) -> subprocess.Popen[bytes]:
        """Start `scrapy`, on this machine or on one of the same name and paths that has files of its own."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
        environment |= {"NEWSBOT_OUTPUT": str(self.output), "PYTHONPATH": os.pathsep.join([str(TRAP), str(ROOT)])}
        if self.database:
            environment["NEWSBOT_DATABASE_URL"] = self.database.url
        command = [sys.executable, "-m", "scrapy", *arguments]
        if at_twin and os.geteuid() == 0:
            mount = f"mount --bind {shlex.quote(str(self.twin))} {shlex.quote(str(self.output))}"
            command = ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh", *command]
        elif at_twin:
            environment["NEWSBOT_OUTPUT"] = str(self.twin)
        with (self.folder / "log").open("a") as log:
            print(time.strftime("%H:%M:%S"), *arguments, more.get("DIE_AT", ""), file=log, flush=True)
            return subprocess.Popen(
                command, cwd=ROOT, env={**environment, **more}, stdout=log, stderr=log, start_new_session=True
            )

    def see_dead(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until a process has ended, and soon after it all that it has started."""
        process.wait(300)
        deadline = time.monotonic() + 10
        while (left := living(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.faults += [f"outlived its crawl: process {number}" for number in left]

    def quiet_runs(self) -> list[int]:
        """Leave one run alone in every place, join its files, and return the exit statuses."""
        statuses = []
        machines = [False, True] if self.database else [False]
        for at_twin in machines:
            stored, seen = self.store.urls(), len(self.running.requests())
            process = self.start(self.crawl(), at_twin=at_twin)
            process.wait(3600)
            statuses.append(process.returncode)
            self.faults += fetched_again(self.running, stored, self.running.requests()[seen:])
        self.faults += faults_of(self.places, self.store, self.running)
        for at_twin in machines:
            process = self.start(COMPACT, at_twin=at_twin)
            process.wait(3600)
            statuses.append(process.returncode)
        return statuses


def table_of(kills: Counter[tuple[str, str]]) -> list[str]:
    """Return the kills as the lines of a table: where they struck, and by what."""
    hows = sorted({how for _, how in kills})
    rows = [f"| {'struck while':12} | {' | '.join(hows)} | all |", f"| --- |{' ---: |' * (len(hows) + 1)}"]
    for where in ("starting", "migrating", "crawling", "delivering", "exporting", "compacting", "pruning", "ending"):
        counts = [kills[where, how] for how in hows]
        rows.append(f"| {where:12} | {' | '.join(str(count) for count in [*counts, sum(counts)])} |")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=list(SHARES), default="sqlite")
    parser.add_argument("--faults", type=int, default=100, help="at least so many (100)")
    parser.add_argument("--minutes", type=float, default=0.0, help="and at least so long (0)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sites", type=int, default=60)
    parser.add_argument("--articles", type=int, default=25, help="articles a site at the start (25)")
    parser.add_argument("--folder", type=Path, help="keep the store, the files and the log here (a new folder)")
    arguments = parser.parse_args()
    begin = time.monotonic()
    if arguments.folder:
        arguments.folder.mkdir(parents=True)
    with ExitStack() as opened:
        kept = nullcontext(arguments.folder) if arguments.folder else tempfile.TemporaryDirectory(prefix="chaos-")
        folder = Path(opened.enter_context(kept)).resolve()
        database = opened.enter_context(postgres(folder)) if arguments.database == "postgresql" else None
        newsroom = Newsroom(sites=arguments.sites, articles=arguments.articles)
        running = opened.enter_context(serve(newsroom, warm=True))
        chaos = Chaos(running, folder, arguments.seed, database)
        while chaos.kills.total() < arguments.faults or time.monotonic() - begin < arguments.minutes * 60:
            chaos.round()
            minutes = (time.monotonic() - begin) / 60
            progress = (
                f"{chaos.kills.total()} faults met, {chaos.missed} missed, {len(chaos.faults)} promises broken, "
                f"{minutes:.1f} minutes"
            )
            print(f"\r{progress}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
        statuses = chaos.quiet_runs()
        broken = [*chaos.faults, *faults_of(chaos.places, chaos.store, running)]
        lines = len(lines_of(chaos.places, "articles", "duplicates"))
    print(*table_of(chaos.kills), sep="\n")
    print(f"\n{arguments.database}, seed {arguments.seed}: {chaos.kills.total()} faults, {chaos.missed} came too late;")
    print(f"then quiet runs (exit statuses {statuses}): {lines} lines, {len(broken)} promises broken, ", end="")
    print(f"{(time.monotonic() - begin) / 60:.1f} minutes")
    for fault in broken[:50]:
        print(f"  {fault}")
    return 1 if broken or any(statuses) else 0


if __name__ == "__main__":
    sys.exit(main())
