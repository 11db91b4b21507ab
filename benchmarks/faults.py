"""What do hostile sites cost the others? One crawl of 100 healthy sites, and one with 50 of them turned hostile.

    python benchmarks/faults.py [--sites 100] [--hostile 50] [--articles 25] [--seed 0]

Both crawls are `scrapy crawl news` as it ships, a request a second and host, over the newsroom. In the second, every
hostile site has a feed whose articles, and further listings, are dealt from all that tests/hostile_faults.py can do,
so that each behaviour stands on many sites; some sites as a whole are out of reach, silent, or ask for rest without
end. The sites that stayed healthy must be collected whole, every article on one line; all processes of the crawl
together stay under 600 MB; and the crawl takes less than twice as long as the one without faults. Exits with 1 if not.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import orjson
from crawl import ROOT, watch

from newsbot.demo import Newsroom, serve

TESTS = ROOT / "tests"
sys.path.insert(0, str(TESTS))
from certificates import self_signed  # noqa: E402
from hostile_faults import faults, listings, survivors  # noqa: E402
from hostile_web import HostileWeb, answer, hostile_web, raw, rss, silent  # noqa: E402

MAX_MB = 600
MAX_TIMES = 2.0
LISTINGS = 2
"""Hostile listings a site, beside its feed."""
WHOLE_SITES = 13
"""Hostile sites that are so as a whole; the others have listings and articles dealt to them."""


@dataclass
class Measure:
    """One crawl."""

    status: int
    seconds: float
    peak_mb: float
    lines: Counter[tuple[str, str]]
    """How many lines each article has, by source and headline: some sites bring one story at two addresses."""
    collected: set[str]
    """Addresses of the lines."""
    dropped: dict[str, str]
    """Reason by address."""
    log: str


def crawl(name: str, sources: str, folder: Path) -> Measure:
    """Crawl a sources file with the settings that ship, into a fresh folder."""
    output = folder / name
    path = folder / f"{name}.toml"
    path.write_text(sources, "utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NEWSBOT_")}
    environment |= {"NEWSBOT_OUTPUT": str(output), "PYTHONPATH": f"{ROOT}{os.pathsep}{TESTS}"}
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={path}"]
    command += ["-s", "TWISTED_DNS_RESOLVER=hostile_web.HostileResolver"]
    peak, done = [0.0], threading.Event()
    started = time.monotonic()
    with (folder / f"{name}.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log, start_new_session=True)
        watcher = threading.Thread(target=watch, args=(process.pid, peak, done))
        watcher.start()
        while process.poll() is None:
            time.sleep(0.1)
            print(f"\r{name}: {time.monotonic() - started:.0f} s, {peak[0]:.0f} MB at most", end="", file=sys.stderr)
        seconds = time.monotonic() - started
        done.set()
        watcher.join()
        print(file=sys.stderr)
        log.seek(0)
        text = log.read()
    lines = [line for kind in ("articles", "duplicates") for line in read(output / kind, "*.jsonl")]
    found = Counter((line["source"], line["title"]) for line in lines)
    dropped = {line["url"]: line["reason"] for line in read(output / "coverage", "*.dropped.jsonl")}
    urls = {line["url"] for line in lines}
    return Measure(process.returncode, seconds, peak[0], found, urls, dropped, text)


def read(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob(f"*/{pattern}")):
        yield from map(orjson.loads, path.read_bytes().splitlines())


@contextmanager
def hostile_sites(count: int, articles: int, folder: Path, seed: int) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Serve so many hostile sites; give their entries of a sources file, and the reason due to every dealt fault."""
    dice = random.Random(seed)
    sources, due = [], {}
    with ExitStack() as stack:
        forbidden = stack.enter_context(hostile_web())
        valid, expired = self_signed(folder), self_signed(folder, days=-5)
        decks: dict[str, Iterator[int]] = {}

        def deal(kind: str, cards: list[str], number: int) -> list[str]:
            if kind not in decks:
                order = list(range(len(cards)))
                dice.shuffle(order)
                decks[kind] = cycle(order)
            return [cards[index] for index in islice(decks[kind], min(number, len(cards)))]

        for number in range(count):
            kind = number if number < WHOLE_SITES else -1
            web = stack.enter_context(hostile_web({0: valid, 1: valid, 2: expired}.get(kind)))
            reasons = faults(web, forbidden) | dict.fromkeys(survivors(web, forbidden), "")
            dealt = deal("articles", list(reasons), articles)
            named = [f"{field} {url}" for field, urls in listings(web, forbidden).items() for url in urls]
            pairs = deal("listings", named, LISTINGS)
            feed = web.page("/feed", rss(dealt), "Content-Type: application/rss+xml")
            fields: dict[str, list[str]] = {"feeds": [feed]}
            for pair in pairs:
                field, _, url = pair.partition(" ")
                fields.setdefault(field, []).append(url)
            if kind == -1:
                due |= {url: reasons[url] for url in dealt}
            else:
                fields = whole(kind, web, fields)
            rows = "\n".join(f"{field} = {orjson.dumps(urls).decode()}" for field, urls in fields.items())
            sources.append(f'[[source]]\nname = "hostile-{number}"\nhome = "{web.base}/"\n{rows}\n')
        yield sources, due


def whole(kind: int, web: HostileWeb, fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """Make a site hostile as a whole, by the number of its kind, and return its listings."""
    later = {
        3: answer("later", "Retry-After: 86400", status="429 Too Many Requests"),
        4: answer("later", "Retry-After: 86400", status="503 Busy"),
        5: answer("slow down", status="429 Too Many Requests"),
        6: answer("soon", "Retry-After: 50", status="503 Busy"),
        7: silent,
        8: raw(b""),
    }
    if kind in later:
        for path in [*web.behaviours, "/robots.txt"] if kind in (7, 8) else list(web.behaviours):
            web.at(path, later[kind])
    elif kind == 9:
        web.redirect("/robots.txt", "http://169.254.169.254/robots.txt")
    elif kind == 10:  # nothing listens there
        with socket.create_server(("127.0.0.1", 0)) as server:
            return {"feeds": [f"http://127.0.0.1:{server.getsockname()[1]}/feed"]}
    elif kind == 11:  # TLS where none is spoken
        return {name: [url.replace("http:", "https:") for url in urls] for name, urls in fields.items()}
    elif kind == 12:  # every article asks for a rest of its own
        for path in list(web.behaviours):
            if path != "/feed":
                web.at(path, later[6])
    return fields


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=100, help="sites (%(default)s)")
    parser.add_argument("--hostile", type=int, default=50, help="how many of them turn hostile (%(default)s)")
    parser.add_argument("--articles", type=int, default=25, help="articles a site (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="deals the faults differently (%(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for what the crawls write; a temporary one otherwise")
    options = parser.parse_args()
    newsroom = Newsroom(sites=options.sites, articles=options.articles)
    with tempfile.TemporaryDirectory(prefix="faults-") as name, serve(newsroom, warm=True):
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        truth = newsroom.truth()
        entries = [f"[[source]]\n{entry}" for entry in newsroom.sources_toml().split("[[source]]\n")[1:]]
        # All over the file, as they would be.
        turned = [number * options.sites // options.hostile for number in range(options.hostile)]
        healthy = [name for number, name in enumerate(newsroom.outlets) if number not in turned]
        free = crawl("without faults", "".join(entries), folder)
        with hostile_sites(options.hostile, options.articles, folder, options.seed) as (hostile, due):
            for number, entry in zip(turned, hostile, strict=True):
                entries[number] = entry
            hit = crawl("with faults", "".join(entries), folder)
    failures = []
    for label, measure, sites in (("without faults", free, set(newsroom.outlets)), ("with faults", hit, set(healthy))):
        wanted = Counter((expected.source, expected.title) for expected in truth if expected.source in sites)
        got = Counter({article: number for article, number in measure.lines.items() if article[0] in sites})
        print(f"{label:<16} {measure.seconds:7.1f} s {measure.peak_mb:6.0f} MB, exit status {measure.status}: "
              f"{got.total()} of {wanted.total()} articles of {len(sites)} healthy sites")  # fmt: skip
        failures += [f"{label}: not on one line each: {article}" for article in (wanted - got) + (got - wanted)]
        failures += [f"{label}: {measure.log[-2000:]}"] * (measure.status not in (0, 3))
    times = hit.seconds / free.seconds
    print(f"times as long: {times:.2f} (bound {MAX_TIMES}); peak {hit.peak_mb:.0f} MB (bound {MAX_MB})")
    print(f"\nfaults dealt: {len(due)}; what the ledger says of them:")
    found = Counter(outcome_of(url, hit) for url in due)
    for outcome, number in found.most_common():
        print(f"{number:6}  {outcome}")
    failures += [f"no outcome: {url}" for url in due if outcome_of(url, hit) == "none"]
    failures += ["peak memory"] * (hit.peak_mb >= MAX_MB) + ["run time"] * (times >= MAX_TIMES)
    for failure in failures[:20]:
        print(f"missed: {failure}")
    return 1 if failures else 0


def outcome_of(url: str, measure: Measure) -> str:
    if url in measure.dropped:
        return measure.dropped[url]
    return "collected" if url in measure.collected else "none"


if __name__ == "__main__":
    sys.exit(main())
