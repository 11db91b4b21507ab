"""Is every article on exactly one line, however often and wherever a crawl is killed?

    python benchmarks/chaos.py [--kills 100] [--minutes 30] [--seed 7] [--sites 60] [--articles 25] [--folder FOLDER]

Crawls of the newsroom, which publishes meanwhile, are killed until both numbers are reached: at random instants (by
SIGKILL, and by SIGTERM and SIGINT as systemd and Ctrl-C send them, to the crawl alone or to its workers too), and at
chosen calls of chosen functions: while the database is brought up from an older schema, while files are written,
renamed and marked as done, and while old articles are forgotten. Nothing is put into newsbot for that
(benchmarks/deathtrap). Only a signal that met a living process counts. Then one run is left alone, and over all files:
every article is on exactly one line, each line is valid against the schema, the sums of the ledger are right and agree
with the lines, no temporary file and no lock is left, no article was fetched again once it was stored, and no process
outlived its crawl.

The same seed makes the same choices; what a random instant hits depends on the machine. Exits with 1 if a promise is
broken.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, nullcontext
from pathlib import Path

from chaos_checks import faults_of, fetched_again, lines_of, living, query, stored_urls
from deathtrap.aging import age_store

from newsbot.demo import Newsroom, Running, serve

ROOT = Path(__file__).parents[1]
TRAP = Path(__file__).with_name("deathtrap")
FAST = ("-s", "DOWNLOAD_DELAY=0.1", "-s", "NEWSBOT_REVISIT_HOURS=", "-s", "NEWSBOT_EXTRACT_WORKERS=1")
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
SHARES = {"at random": 50, "crawling": 10, "migrating": 14, "exporting": 16, "pruning": 10}
COMMIT = "default.DefaultDialect.do_commit"
POINTS = {
    "crawling": (("before", COMMIT, 60), ("after", "articles.save", 30)),
    "migrating": (("before", "impl.DefaultImpl._exec", 10), ("before", COMMIT, 1), ("after", COMMIT, 1)),
    "exporting": (
        ("before", "record.to_record", 20),
        ("before", "pathlib.Path.replace", 3),
        ("before", "atomic._sync_folder", 3),
        ("before", "runs.mark_done", 2),
        ("after", "runs.mark_done", 2),
        ("before", "runs.close_books", 1),
        ("after", "runs.close_books", 1),
        ("before", "runs.end_run", 1),
    ),
    "export command": (
        ("before", "record.to_record", 500),
        ("before", "pathlib.Path.replace", 1),
        ("before", "atomic._sync_folder", 1),
    ),
    "pruning": (
        ("before", "duplicates.forget", 2),
        ("after", "duplicates.forget", 2),
        ("before", "duplicates._starts", 150),
        ("after", COMMIT, 1),
    ),
}
"""Where to strike, and at which call at the latest: modules and functions of newsbot and of what it stands on."""
STATES = {"running": "crawling", "exporting": "exporting", "finished": "ending", "interrupted": "ending"}


class Chaos:
    """One newsroom, one store, and what was seen while its crawls were killed."""

    def __init__(self, running: Running, folder: Path, seed: int) -> None:
        self.running = running
        self.folder = folder
        self.output = folder / "output"
        self.store = self.output / "newsbot.db"
        self.sources = folder / "sources.toml"
        self.sources.write_text(running.newsroom.sources_toml(), "utf-8")
        self.dice = random.Random(seed)
        self.latest = LONGEST
        self.kills: Counter[tuple[str, str]] = Counter()
        """By where they struck, and by what."""
        self.missed = 0
        self.faults: list[str] = []

    def round(self) -> None:
        """Publish something, start something, kill it, and see to it that all of it is dead."""
        fresh = self.dice.sample(sorted(self.running.urls), 3)
        for site in fresh:
            self.running.publish(site, self.dice.randint(3, 12))
        (where,) = self.dice.choices(list(SHARES), list(SHARES.values()))
        how, to_all = self.dice.choice(HOW)
        stored, seen = stored_urls(self.store), len(self.running.requests())
        if where == "at random" or not stored:
            struck = self.strike_at_random(signal.Signals[how], to_all)
        else:
            struck, to_all = self.strike_at_point(where, how, fresh), False
        if struck:
            self.kills[struck, f"{how}{' to all' if to_all else ''}"] += 1
        else:
            self.missed += 1
        self.faults += fetched_again(self.running, stored, self.running.requests()[seen:])

    def strike_at_random(self, how: signal.Signals, to_all: bool) -> str:
        """Kill a crawl of all sites after a while, and return what it was at; nothing if it had ended."""
        runs = {run_id for (run_id,) in query(self.store, "select id from runs")}
        begin = time.monotonic()
        process = self.start(self.crawl())
        try:
            process.wait(self.dice.uniform(0.2, self.latest))
        except subprocess.TimeoutExpired:
            new = [state for run_id, state in query(self.store, "select id, status from runs") if run_id not in runs]
            struck = STATES[new[0]] if new else "starting"
            if to_all:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
        else:
            struck = ""
            self.latest = min(self.latest, 0.9 * (time.monotonic() - begin))
        self.see_dead(process)
        return struck

    def strike_at_point(self, where: str, how: str, fresh: list[str]) -> str:
        """Let a process meet a signal in the middle of its work; return where, nothing if it did not come there."""
        arguments, point = self.crawl(*fresh), where
        if where == "migrating":
            age_store(self.store, self.dice.choice(["0001", "0002", "0003", "0004"]))
        elif where == "exporting" and self.dice.random() < 0.25:
            arguments, point = ["export", str(self.folder / "all.jsonl"), "--duplicates"], "export command"
        elif where == "pruning":
            arguments = self.dice.choice([["prune"], arguments])
            self.let_time_pass()
        moment, name, most = self.dice.choice(POINTS[point])
        note = self.folder / "struck"
        note.unlink(missing_ok=True)
        order = f"{moment} {name} {self.dice.randint(1, most)} {how}"
        self.see_dead(self.start(arguments, DIE_AT=order, DIE_NOTE=str(note)))
        return where if note.exists() else ""

    def let_time_pass(self) -> None:
        """Let half of the articles be so old that they are forgotten as near-duplicates."""
        with closing(sqlite3.connect(self.store, timeout=30)) as database:
            database.execute("update articles set first_seen = '2020-01-01T00:00:00Z' where rowid % 2 = 0")
            database.commit()

    def crawl(self, *only: str) -> list[str]:
        return ["crawl", "news", "-a", f"sources={self.sources}", "-a", f"only={','.join(only)}", *FAST]

    def start(self, arguments: list[str], **more: str) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
        path = os.pathsep.join([str(TRAP), str(ROOT)])
        with (self.folder / "log").open("a") as log:
            print(time.strftime("%H:%M:%S"), *arguments, more.get("DIE_AT", ""), file=log, flush=True)
            return subprocess.Popen(
                [sys.executable, "-m", "scrapy", *arguments],
                cwd=ROOT,
                env={**environment, "NEWSBOT_OUTPUT": str(self.output), "PYTHONPATH": path, **more},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def see_dead(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until a process has ended, and soon after it all that it has started."""
        process.wait(300)
        deadline = time.monotonic() + 10
        while (left := living(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.faults += [f"outlived its crawl: process {number}" for number in left]

    def quiet_run(self) -> int:
        """Leave one run alone, and return its exit status."""
        stored, seen = stored_urls(self.store), len(self.running.requests())
        process = self.start(self.crawl())
        process.wait(3600)
        self.faults += fetched_again(self.running, stored, self.running.requests()[seen:])
        return process.returncode


def table_of(kills: Counter[tuple[str, str]]) -> list[str]:
    """Return the kills as the lines of a table: where they struck, and by what."""
    hows = sorted({how for _, how in kills})
    rows = [f"| {'struck while':12} | {' | '.join(hows)} | all |", f"| --- |{' ---: |' * (len(hows) + 1)}"]
    for where in ("starting", "migrating", "crawling", "exporting", "pruning", "ending"):
        counts = [kills[where, how] for how in hows]
        rows.append(f"| {where:12} | {' | '.join(str(count) for count in [*counts, sum(counts)])} |")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="at least so many (100)")
    parser.add_argument("--minutes", type=float, default=0.0, help="and at least so long (0)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sites", type=int, default=60)
    parser.add_argument("--articles", type=int, default=25, help="articles a site at the start (25)")
    parser.add_argument("--folder", type=Path, help="keep the store, the files and the log here (a new folder)")
    arguments = parser.parse_args()
    begin = time.monotonic()
    if arguments.folder:
        arguments.folder.mkdir(parents=True)
    with (
        nullcontext(arguments.folder) if arguments.folder else tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        serve(Newsroom(sites=arguments.sites, articles=arguments.articles), warm=True) as running,
    ):
        chaos = Chaos(running, Path(folder).resolve(), arguments.seed)
        while chaos.kills.total() < arguments.kills or time.monotonic() - begin < arguments.minutes * 60:
            chaos.round()
            minutes = (time.monotonic() - begin) / 60
            progress = (
                f"{chaos.kills.total()} kills, {chaos.missed} missed, {len(chaos.faults)} faults, {minutes:.1f} minutes"
            )
            print(f"\r{progress}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
        status = chaos.quiet_run()
        faults = [*chaos.faults, *faults_of(chaos.output, running)]
        lines = len(lines_of(chaos.output, "articles", "duplicates"))
    print(*table_of(chaos.kills), sep="\n")
    print(f"\nseed {arguments.seed}: {chaos.kills.total()} kills, and {chaos.missed} rounds that ended before theirs;")
    print(f"then a quiet run (exit status {status}): {lines} lines, {len(faults)} faults, ", end="")
    print(f"{(time.monotonic() - begin) / 60:.1f} minutes")
    for fault in faults[:50]:
        print(f"  {fault}")
    return 1 if faults or status else 0


if __name__ == "__main__":
    sys.exit(main())
