"""How fast is a whole crawl? newsbot beside a plain Scrapy spider, on the newsroom grown to a real size.

    python benchmarks/crawl.py [--sites 100] [--articles 20] [--rounds 3]

Three crawls of the same served web take turns: newsbot (`scrapy crawl news`, all it does from discovery
to export), a plain spider that calls trafilatura in its callback, and a plain spider that extracts
nothing. Medians over the rounds; memory is the peak of all processes of a crawl together. The server
runs on the same cores. Ratios are what counts: the machine is shared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from newsbot.demo import Newsroom, serve

ROOT = Path(__file__).parents[1]

PLAIN_SPIDER = """
import sys
import scrapy
from scrapy.crawler import CrawlerProcess

URLS, OUT, EXTRACT = open(sys.argv[1]).read().split(), sys.argv[2], sys.argv[3] == "extract"
if EXTRACT:
    from trafilatura import bare_extraction


class Plain(scrapy.Spider):
    name = "plain"

    async def start(self):
        for url in URLS:
            yield scrapy.Request(url)

    def parse(self, response):
        if not EXTRACT:
            yield {"url": response.url, "size": len(response.body)}
            return
        document = bare_extraction(response.text, url=response.url, with_metadata=True)
        if document:
            names = ("url", "title", "author", "date", "sitename", "description", "text")
            yield {name: getattr(document, name) for name in names}


process = CrawlerProcess({
    "LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 64, "DOWNLOAD_DELAY": 0,
    "FEEDS": {OUT: {"format": "jsonlines"}}, "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False, "ROBOTSTXT_OBEY": False,
})
process.crawl(Plain)
process.start()
"""


@dataclass
class Measure:
    """One crawl: what it brought, how long it took, what it held."""

    articles: int
    seconds: float
    peak_mb: float

    @property
    def rate(self) -> float:
        return self.articles / self.seconds


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a crawl to its end; return its seconds and the peak memory of its processes in MB."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    peak = [0.0]
    done = threading.Event()
    watcher = threading.Thread(target=watch, args=(process.pid, peak, done))
    watcher.start()
    _, errors = process.communicate()
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{errors[-3000:]}")
    return time.monotonic() - started, peak[0]


def watch(session: int, peak: list[float], done: threading.Event) -> None:
    """Add up the proportional memory of a session's processes, a few times a second."""
    while not done.wait(0.25):
        total = 0.0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(stat.read_text().rpartition(")")[2].split()[3]) != session:
                    continue
                for line in (stat.parent / "smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) / 1024
            except (OSError, IndexError):
                continue  # it has just ended
        peak[0] = max(peak[0], total)


def crawl_newsbot(sources: Path, folder: Path) -> Measure:
    output = folder / "output"
    fast = ["DOWNLOAD_DELAY=0", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "LOG_LEVEL=WARNING", f"NEWSBOT_OUTPUT={output}"]
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}"]
    seconds, peak = run([*command, *(part for pair in fast for part in ("-s", pair))], {"NEWSBOT_DATABASE_URL": ""})
    lines = sum(
        len(path.read_bytes().splitlines())
        for kind in ("articles", "duplicates")
        for path in output.glob(f"{kind}/*/*.jsonl")
    )
    return Measure(lines, seconds, peak)


def crawl_plain(urls: Path, folder: Path, mode: str) -> Measure:
    script = folder / "plain.py"
    script.write_text(PLAIN_SPIDER, "utf-8")
    out = folder / f"{mode}.jsonl"
    seconds, peak = run([sys.executable, str(script), str(urls), str(out), mode], {})
    return Measure(len(out.read_bytes().splitlines()), seconds, peak)


def table(measures: dict[str, list[Measure]]) -> str:
    rows = [f"{'crawl':<28} {'articles':>9} {'seconds':>8} {'articles/s':>11} {'times plain':>12} {'peak MB':>8}"]
    rates = {name: statistics.median(m.rate for m in runs) for name, runs in measures.items()}
    for name, runs in measures.items():
        seconds = statistics.median(m.seconds for m in runs)
        peak = max(m.peak_mb for m in runs)
        times = rates[name] / rates["plain spider, trafilatura"]
        rows.append(
            f"{name:<28} {runs[0].articles:>9} {seconds:>8.1f} {rates[name]:>11.1f} {times:>12.2f} {peak:>8.0f}"
        )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=100, help="news sites (%(default)s)")
    parser.add_argument("--articles", type=int, default=20, help="articles a site (%(default)s)")
    parser.add_argument("--page-bytes", type=int, default=250_000, help="size of a page (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="crawls of each kind (%(default)s)")
    options = parser.parse_args()
    newsroom = Newsroom(sites=options.sites, articles=options.articles, page_bytes=options.page_bytes)
    measures: dict[str, list[Measure]] = {}
    with tempfile.TemporaryDirectory() as name, serve(newsroom, warm=True):
        folder = Path(name)
        sources, urls = folder / "sources.toml", folder / "urls.txt"
        sources.write_text(newsroom.sources_toml(), "utf-8")
        urls.write_text("\n".join(expected.url for expected in newsroom.truth()), "utf-8")
        for number in range(options.rounds):
            place = folder / str(number)
            place.mkdir()
            measure = {
                "newsbot": partial(crawl_newsbot, sources, place),
                "plain spider, trafilatura": partial(crawl_plain, urls, place, "extract"),
                "plain spider, no extraction": partial(crawl_plain, urls, place, "fetch"),
            }
            for label, crawl in measure.items():
                measures.setdefault(label, []).append(crawl())
                print(f"round {number + 1}: {label}: {measures[label][-1].rate:.1f} articles/s", file=sys.stderr)
    print(table(measures))


if __name__ == "__main__":
    main()
