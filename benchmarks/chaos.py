"""Is every article on exactly one line, however often and however a crawl is killed?

    python benchmarks/chaos.py [--kills 100] [--seed 0] [--minutes 30] [--sites 60] [--articles 25]

Crawls of the newsroom are killed at random instants by SIGKILL, SIGTERM or SIGINT; so are, now and then, exports
and prunes between them. Meanwhile the newsroom publishes. Then one run is left alone. Over all files: every article
is on exactly one line, each line is valid against the schema, the sums of the ledger are right, no temporary file and
no lock is left, no article was fetched again once it was stored, and no process outlived its crawl. The same seed
gives the same kills at the same instants; what they hit depends on the machine. Exits with 1 if a promise is broken.
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
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import orjson

from newsbot.demo import Newsroom, Running, serve

ROOT = Path(__file__).parents[1]
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
OF_DISCOVERED = ("fetched", "not_modified", "already_known", "skipped", "failed")
OF_FETCHED = ("new", "revised", "unchanged", "duplicate", "rejected")
FAST = ("-s", "DOWNLOAD_DELAY=0.2", "-s", "NEWSBOT_REVISIT_HOURS=", "-s", "NEWSBOT_EXTRACT_WORKERS=1")
LONGEST = 9.0
"""Seconds after which the latest kill comes; most of a crawl's first two are its start."""


class Chaos:
    """One newsroom, one store, and what was seen while its crawls were killed."""

    def __init__(self, running: Running, folder: Path, seed: int) -> None:
        self.running = running
        self.output = folder / "output"
        self.sources = folder / "sources.toml"
        self.sources.write_text(running.newsroom.sources_toml(), "utf-8")
        self.dice = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.survivors = 0
        self.fetched_again: list[str] = []

    def command(self) -> tuple[str, list[str]]:
        """Choose what is to be killed: mostly a crawl."""
        chance = self.dice.random()
        if chance < 0.06 and (self.output / "newsbot.db").exists():
            return "export", ["export", str(self.output.parent / "all.jsonl")]
        if chance < 0.12:
            return "prune", ["prune", "--days", "1"]
        return "crawl", ["crawl", "news", "-a", f"sources={self.sources}", *FAST]

    def start(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
        return subprocess.Popen(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=ROOT,
            env={**environment, "NEWSBOT_OUTPUT": str(self.output)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill_one(self) -> None:
        """Start something, kill it at a random instant, and see to it that all of it is dead."""
        what, arguments = self.command()
        how = self.dice.choice(SIGNALS)
        after = self.dice.uniform(0.2, LONGEST if what == "crawl" else 2.5)
        stored, seen = self.stored(), len(self.running.requests())
        process = self.start(arguments)
        try:
            process.wait(after)
            self.kills[f"{what}: was done before"] += 1
        except subprocess.TimeoutExpired:
            process.send_signal(how)
            self.kills[f"{what}: {how.name}"] += 1
            process.wait(120)
        deadline = time.monotonic() + 10
        while (left := living(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.survivors += len(left)
        self.note_fetched_again(stored, seen)
        if self.dice.random() < 0.5:
            self.running.publish(self.dice.choice(sorted(self.running.urls)), self.dice.randint(3, 12))

    def stored(self) -> set[str]:
        """Return the addresses of the articles that the store has now."""
        path = self.output / "newsbot.db"
        if not path.exists():
            return set()
        with closing(sqlite3.connect(path, timeout=30)) as database:
            if not database.execute("select 1 from sqlite_master where name = 'articles'").fetchone():
                return set()
            return {url for (url,) in database.execute("select url from articles")}

    def story_of(self, url: str) -> str:
        """Tell what the store and the newsroom know of an address that is on no line."""
        with closing(sqlite3.connect(self.output / "newsbot.db", timeout=30)) as database:
            waiting = database.execute("select status, tries from frontier where url = ?", (url,)).fetchall()
            met = database.execute("select run_id, outcome, reason from ledger where url = ?", (url,)).fetchall()
        asked = [request.status for request in self.running.requests() if url.endswith(request.path)]
        return f"frontier {waiting}, ledger {met}, answered {asked}"

    def note_fetched_again(self, stored: set[str], seen: int) -> None:
        for request in self.running.requests()[seen:]:
            home = urlsplit(self.running.urls[request.site])
            url = f"{home.scheme}://{home.netloc}{request.path}"
            if url in stored and request.status == 200:
                self.fetched_again.append(url)

    def quiet_run(self) -> int:
        stored, seen = self.stored(), len(self.running.requests())
        process = self.start(["crawl", "news", "-a", f"sources={self.sources}", *FAST])
        process.wait(1800)
        self.note_fetched_again(stored, seen)
        return process.returncode

    def faults(self) -> list[str]:
        """Return every promise that does not hold over all that was written."""
        faults = []
        lines = [
            orjson.loads(line)
            for folder in ("articles", "duplicates")
            for path in sorted((self.output / folder).glob("*/*.jsonl"))
            for line in path.read_bytes().splitlines()
        ]
        found, truth = Counter(line["url"] for line in lines), Counter(e.url for e in self.running.newsroom.truth())
        faults += [f"missing: {url}: {self.story_of(url)}" for url in truth - found]
        faults += [f"too much: {url}" for url in found - truth]
        validator = jsonschema.Draft202012Validator(
            orjson.loads((ROOT / "newsbot" / "export" / "article.schema.json").read_bytes())
        )
        faults += [f"invalid: {line['url']}: {e.message}" for line in lines for e in validator.iter_errors(line)]
        for path in sorted((self.output / "coverage").glob("*/*.jsonl")):
            for line in map(orjson.loads, path.read_bytes().splitlines()):
                if "discovered" in line and (
                    line["discovered"] != sum(line[name] for name in OF_DISCOVERED)
                    or line["fetched"] != sum(line[name] for name in OF_FETCHED)
                ):
                    faults.append(f"sums: {path.name}: {line['source']}")
        faults += [f"left behind: {path}" for path in (*self.output.rglob("*.tmp"), *self.output.glob(".runs/*"))]
        faults += [f"fetched again: {url}" for url in self.fetched_again]
        faults += ["processes outlived their crawl"] * bool(self.survivors)
        self.lines = len(lines)
        return faults


def living(session: int) -> list[int]:
    """Return the living processes of a session (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and session in (int(fields[2]), int(fields[3])):
            found.append(int(entry.parent.name))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=30.0, help="no kill after so long; the quiet run follows")
    parser.add_argument("--sites", type=int, default=60)
    parser.add_argument("--articles", type=int, default=25, help="articles a site at the start")
    arguments = parser.parse_args()
    begin = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        serve(Newsroom(sites=arguments.sites, articles=arguments.articles), warm=True) as running,
    ):
        chaos = Chaos(running, Path(folder), arguments.seed)
        for number in range(arguments.kills):
            if time.monotonic() - begin > arguments.minutes * 60:
                break
            chaos.kill_one()
            if sys.stderr.isatty():
                print(f"\r{number + 1} of {arguments.kills}", end="", file=sys.stderr)
        status = chaos.quiet_run()
        faults = chaos.faults()
    for what, times in sorted(chaos.kills.items()):
        print(f"{times:5}  {what}")
    print(f"{sum(chaos.kills.values())} rounds with seed {arguments.seed}, then a quiet run (exit status {status}):")
    print(f"{chaos.lines} lines, {len(faults)} faults, {(time.monotonic() - begin) / 60:.1f} minutes")
    for fault in faults[:20]:
        print(f"  {fault}")
    return 1 if faults or status else 0


if __name__ == "__main__":
    sys.exit(main())
