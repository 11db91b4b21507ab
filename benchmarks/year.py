"""Does newsbot live through a year of scheduled runs: nothing lost or doubled, all breakages told once, no growth?

    python benchmarks/year.py [--days 365] [--runs 1] [--minutes N] [--seed 7] [--folder FOLDER]
                              [--table FILE.csv] [--picture FILE.svg]

A newsroom of 20 sites publishes for so many days, with fewer articles at weekends, revisions, agency copy, and summer
time that begins and ends; `scrapy crawl news` runs on it a few times a day, most often with due=1, as real processes
under a clock of their own. The store is begun by an older newsbot and upgraded twice (OLDER; taken from git). Sites are
redesigned and lose their texts, authors or dates, answer errors or nothing, fall silent, refuse their articles, move
their feeds; an operator who is told of a dead feed names the new one. Runs are killed. From the middle on, retention is
on (KEEP), and `scrapy prune` runs once a week.

At the end, over all files that ever were: every article of the newsroom is on exactly one line, with its dates; every
breakage was told of by a finding that opened and was cleared once, and each went to the channel once; nothing was found
of sites that were well (one false alarm in 1,000 days of a source is let through). A row of the table is a day:
processor time, memory, store and files. Exits with 1 if a promise is broken.

The clock is benchmarks/othertime: all processes of a run are that far ahead, and their timers are left alone. The same
seed makes the same year, but for the instants of kills.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from chaos_checks import Asked
from year_checks import AFTERMATH, Archive, Breakage, broken_promises, course_of

from newsbot.demo import Newsroom, Running, serve

ROOT = Path(__file__).parents[1]
CLOCK = Path(__file__).with_name("othertime")
OLDER = {"9138e71": 0.03, "db8fe4f": 0.06}
"""Commits of this repository that begin the year, each with the share of it after which the next one takes over: the
schemas 0004 and 0007."""
KEEP = {
    "NEWSBOT_KEEP_TEXTS_DAYS": "90",
    "NEWSBOT_KEEP_LEDGER_DAYS": "30",
    "NEWSBOT_KEEP_RUNS_DAYS": "60",
    "NEWSBOT_KEEP_FILES_DAYS": "60",
}
"""Settings of retention, on in the second half."""
FAST = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "DOWNLOAD_TIMEOUT=5", "-s", "NEWSBOT_EXTRACT_WORKERS=1", "-s", "LOG_LEVEL=INFO",
)  # fmt: skip
SITES, ARTICLES, SHOWN = 20, 12, 40
QUIET = 0.16
"""Share of the year before the first breakage: there is no normal before there were days to tell it by."""
LENGTHS = {"hangs": 2, "drops": 4, "error_500": 4, "error_503": 4, "silent": 9, "redesign": 10, "feed_moved": 10}
"""Days that a breakage lasts; the others last 6."""
KINDS = (
    "text_gone", "error_500", "authors_gone", "feed_gone", "redesign", "silent", "blocked", "dates_gone", "drops",
    "feed_moved", "error_503", "hangs",
)  # fmt: skip


class Slot(NamedTuple):
    """One scheduled run."""

    at: datetime
    due: bool


@dataclass
class Day:
    """What a day came to: a row of the table. Processor seconds of a run, MB of the largest process, MB on disk."""

    day: date
    runs: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    memory_mb: float = 0.0
    articles: int = 0
    store_mb: float = 0.0
    files: int = 0
    files_mb: float = 0.0
    open_findings: int = 0
    events: list[str] = field(default_factory=list)


def calendar(first: date, days: int, sites: list[str], dice: random.Random) -> list[Breakage]:
    """Return what breaks, when and where: something every nine days, each kind in turn, no site twice in 40 days."""
    specs = {name: outlet.spec for name, outlet in Newsroom(sites=SITES).outlets.items()}
    rested: dict[str, int] = dict.fromkeys(sites, -1000)
    found, day, turn = [], int(days * QUIET), 0
    while True:
        kind = KINDS[turn % len(KINDS)]
        length = LENGTHS.get(kind, 6)
        if day + length + AFTERMATH.days >= days:
            return found
        # An address may name the day and a feed have the text, and an agency that is down leaves nothing to copy.
        able = [
            site
            for site in sites
            if day - rested[site] > 40
            and site not in ("northwire", "capital-brief")
            and (specs[site].feeds or not kind.startswith("feed"))
            and ("{year}" not in specs[site].path or kind != "dates_gone")
            and ("rss-full" not in specs[site].feeds or kind != "text_gone")
        ]
        if able:
            site = dice.choice(able)
            rested[site] = day + length if not kind.startswith("feed") else days  # what is broken next moves feeds back
            begin = first + timedelta(days=day)
            found.append(Breakage(site, kind, begin, begin + timedelta(days=length)))
        turn += 1
        day += dice.randint(6, 12)


class Year:
    """One newsroom, one store, and the days that pass."""

    def __init__(self, running: Running, folder: Path, days: int, runs: int, seed: int) -> None:
        self.running, self.folder, self.runs = running, folder, runs
        self.output = folder / "output"
        self.output.mkdir()
        self.sources = folder / "sources.toml"
        self.write_sources()
        self.store = Asked(f"sqlite:///{self.output / 'newsbot.db'}")
        self.archive = Archive(self.output)
        self.dice = random.Random(seed)
        self.first = running.newsroom.today + timedelta(days=1)
        self.count = days
        self.breakages = calendar(self.first, days, sorted(running.urls), self.dice)
        self.rates = {site: self.dice.choice([2.0, 3.0, 4.0]) for site in sorted(running.urls)}
        self.code = ROOT
        self.versions = self.older_versions()
        self.statuses: Counter[str] = Counter()
        self.faults: list[str] = []
        self.days: list[Day] = []
        self.recent: list[tuple[datetime, str]] = []
        self.revised: dict[str, datetime] = {}
        self.told = folder / "told.jsonl"
        channel = folder / "tell"
        channel.write_text(f'#!/bin/sh\n{{ cat; echo; }} >> "{self.told}"\n')
        channel.chmod(0o755)
        self.channel = f"exec:{channel}"

    def older_versions(self) -> dict[int, Path]:
        """Return the code that a day begins with, by the number of the day: older commits, then this one."""
        found: dict[int, Path] = {}
        day = 0
        for commit, share in OLDER.items():
            code = self.folder / commit
            code.mkdir()
            packed = subprocess.run(
                ["git", "archive", commit, "newsbot", "scrapy.cfg"], cwd=ROOT, check=True, stdout=subprocess.PIPE
            )
            subprocess.run(["tar", "x", "-C", str(code)], input=packed.stdout, check=True)
            found[day] = code
            day = max(int(self.count * share), day + 1)
        self.first_of_today = (self.first + timedelta(days=day)).isoformat()
        return found | {day: ROOT}

    def pass_day(self, number: int) -> None:
        """Let a day pass, with its events and its runs."""
        today = Day(self.first + timedelta(days=number))
        if number in self.versions:
            self.code = self.versions[number]
            today.events.append("upgrade" if number else "begin")
        for breakage in self.breakages:
            self.break_or_mend(breakage, today)
        is_last = number == self.count - 1  # whoever is killed then is healed by nobody
        killed = self.code == ROOT and self.dice.random() < 0.04 and not is_last
        for slot in self.slots(today.day, number):
            self.publish(slot.at)
            self.run(self.crawl(due=slot.due), slot.at, today)
            if killed:
                killed = False
                today.events.append("kill")
                self.publish(slot.at + timedelta(hours=1))
                self.run(self.crawl(due=False), slot.at + timedelta(hours=1), today, kill=True)
        self.archive.read(f"{today.day}")
        if self.code == ROOT and number % 7 == 6:
            self.run(["prune"], datetime(*today.day.timetuple()[:3], 23, tzinfo=UTC), today, is_crawl=False)
        self.measure(today)
        self.days.append(today)

    def slots(self, day: date, number: int) -> list[Slot]:
        """Return the runs of a day: so many over it, all with due=1 but the first of each third day."""
        hours = [7 + 16 * turn // self.runs for turn in range(self.runs)]
        return [
            Slot(datetime(day.year, day.month, day.day, hour, 3, tzinfo=UTC), due=bool(turn or number % 3))
            for turn, hour in enumerate(hours)
        ]

    def break_or_mend(self, breakage: Breakage, today: Day) -> None:
        """Let a site break or be mended, if this is the day; let the operator name a feed that has moved away."""
        if today.day == breakage.begin:
            self.running.break_down(breakage.site, breakage.kind)
            today.events.append(breakage.kind)
        elif today.day == breakage.begin + timedelta(days=3) and breakage.kind == "feed_gone":
            self.write_sources()
        elif today.day == breakage.end and breakage.kind not in ("feed_gone", "feed_moved"):
            self.running.mend(breakage.site)

    def write_sources(self) -> None:
        """Write the sources file as an operator would who knows where feeds are, but not of those that redirect."""
        self.sources.write_text(self.running.newsroom.sources_toml(), "utf-8")

    def publish(self, at: datetime) -> None:
        """Let the sites publish what they have until a run comes, and revise some of what is young."""
        self.running.set_clock(at - timedelta(minutes=5))
        weekend = at.weekday() >= 5
        for site in sorted(self.running.urls, key=lambda name: name != "northwire"):
            rate = self.rates[site] / self.runs * (0.5 if weekend else 1.0)
            count = int(rate) + (self.dice.random() < rate % 1)
            if count:
                self.recent += [(at, url) for url in self.running.publish(site, count)]
        self.recent = [(moment, url) for moment, url in self.recent if at - moment < timedelta(hours=30)]
        young = [url for moment, url in self.recent if url not in self.revised and at - moment > timedelta(hours=1)]
        for url in self.dice.sample(young, min(1, len(young))):
            self.running.revise(url)
            self.revised[url] = at

    def crawl(self, *, due: bool) -> list[str]:
        return ["crawl", "news", "-a", f"sources={self.sources}", *(["-a", "due=1"] if due else []), *FAST]

    def run(self, arguments: list[str], at: datetime, today: Day, *, kill: bool = False, is_crawl: bool = True) -> None:
        """Run `scrapy` when the clock says ``at``, and note what it took."""
        ahead = round(at.timestamp() - time.time())
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
        environment |= {
            "NEWSBOT_OUTPUT": str(self.output), "NEWSBOT_ALARMS": self.channel,
            "PYTHONPATH": os.pathsep.join([str(CLOCK), str(self.code)]), "SECONDS_AHEAD": str(ahead),
        }  # fmt: skip
        if len(self.days) == self.count // 2 and "retention" not in today.events:
            today.events.append("retention")
        if len(self.days) >= self.count // 2:
            arguments = [*arguments, *(part for name, value in KEEP.items() for part in ("-s", f"{name}={value}"))]
        begin = time.monotonic()
        with (self.folder / "log").open("a") as log:
            print(f"== {at:%Y-%m-%d %H:%M}", *arguments, "(to be killed)" if kill else "", file=log, flush=True)
            process = subprocess.Popen(
                [sys.executable, "-m", "scrapy", *arguments], cwd=self.code, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
            if kill:
                time.sleep(self.dice.uniform(0.5, 3.0))
                os.killpg(process.pid, signal.SIGKILL)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if kill:
            return
        self.note(arguments, process.returncode, at)
        if is_crawl:
            self.measure_run(used, time.monotonic() - begin, today)

    def note(self, arguments: list[str], status: int, at: datetime) -> None:
        self.statuses[f"{arguments[0]} {status}"] += 1
        if status not in ((0, 3) if arguments[0] == "crawl" else (0,)):
            self.faults.append(f"exit status {status} of {arguments[0]} at {at:%Y-%m-%d %H:%M}")

    def measure_run(self, used: resource.struct_rusage, wall: float, today: Day) -> None:
        today.runs += 1
        today.cpu_seconds += used.ru_utime + used.ru_stime
        today.wall_seconds += wall
        today.memory_mb = max(today.memory_mb, used.ru_maxrss / 1024)

    def measure(self, today: Day) -> None:
        """Note what is on disk, and what is found wrong."""
        files = [path for path in self.output.rglob("*.jsonl*") if path.is_file()]
        today.files, today.files_mb = len(files), sum(path.stat().st_size for path in files) / 1e6
        today.store_mb = sum(path.stat().st_size for path in self.output.glob("newsbot.db*") if path.is_file()) / 1e6
        today.articles = len(self.archive.lines)
        ((today.open_findings,),) = self.store.query("select count(*) from findings where cleared_at is null") or [(0,)]


def write_table(days: list[Day], path: Path) -> None:
    """Write a row a day (CSV)."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(asdict(days[0])), lineterminator="\n")
        writer.writeheader()
        for day in days:
            row = {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(day).items()}
            writer.writerow(row | {"events": " ".join(day.events)})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--runs", type=int, default=1, help="a day (1)")
    parser.add_argument("--minutes", type=float, help="end the year early after so long")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="keep the store, the files and the log here (a new folder)")
    parser.add_argument("--table", type=Path, help="write a row a day here (CSV)")
    parser.add_argument("--picture", type=Path, help="draw it here (SVG or PNG; needs altair and vl-convert-python)")
    arguments = parser.parse_args()
    begin = time.monotonic()
    if arguments.folder:
        arguments.folder.mkdir(parents=True)
    with ExitStack() as opened:
        kept = nullcontext(arguments.folder) if arguments.folder else tempfile.TemporaryDirectory(prefix="year-")
        folder = Path(opened.enter_context(kept)).resolve()
        running = opened.enter_context(serve(Newsroom(sites=SITES, articles=ARTICLES, shown=SHOWN)))
        year = Year(running, folder, arguments.days, arguments.runs, arguments.seed)
        for number in range(arguments.days):
            if arguments.minutes and time.monotonic() - begin > arguments.minutes * 60:
                break
            year.pass_day(number)
            progress = (
                f"day {number + 1} of {arguments.days}, {len(year.archive.lines)} articles, "
                f"{len(year.faults)} faults, {(time.monotonic() - begin) / 60:.1f} minutes"
            )
            print(f"\r{progress}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
        if arguments.table:
            write_table(year.days, arguments.table)
        if arguments.picture:
            from year_picture import draw

            draw([asdict(day) for day in year.days], arguments.picture)
        promises, told = broken_promises(
            year.archive,
            year.store,
            running,
            year.breakages,
            year.revised,
            year.told,
            today_from=year.first_of_today,
            days=len(year.days),
            last=year.days[-1].day,
        )
        broken = [*year.faults, *promises]
        shutil.rmtree(folder / "output" / ".compacting", ignore_errors=True)
    print(*course_of([asdict(day) for day in year.days]), sep="\n")
    print(*told, sep="\n")
    print(f"\nexit statuses {dict(year.statuses)}")
    print(f"{len(year.days)} days: {len(broken)} promises broken, {(time.monotonic() - begin) / 60:.1f} minutes")
    for fault in broken[:50]:
        print(f"  {fault}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
