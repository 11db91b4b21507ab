"""What does a whole crawl cost? newsbot beside plain Scrapy spiders, on real pages or on the newsroom.

    python benchmarks/crawl.py --pages FOLDER [--articles 1000] [--hosts 91] [--rounds 3] [--known 0]
    python benchmarks/crawl.py [--sites 100] [--articles 20] [--rounds 3] [--archive]

Crawls of the same served web take turns: newsbot in one process, which tells the CPU of an article; newsbot as it is
by default, which tells articles a second and what the crawl's own process takes; a plain spider that calls trafilatura
in its callback; and one that extracts nothing. newsbot does all that it does, from discovery to export.

With --pages, real pages are served from memory (served_pages.py); without, the newsroom grown to a real size. With
--known, one more crawl begins with a store of so many articles; with --archive, two more keep their pages. CPU is user
and system time of a crawl's processes, a page that was asked for; memory is the peak of all its processes together.
Medians over the rounds; the server runs on the same cores, and the machine is shared: ratios in one run count.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from newsbot.demo import Newsroom, serve

TICKS = os.sysconf("SC_CLK_TCK")
PLAIN = "plain spider, trafilatura"
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
    """One crawl: what it brought, how long it took, what it cost."""

    articles: int
    pages: int
    seconds: float
    cpu: float
    """Seconds of all its processes."""
    own_cpu: float
    """Seconds of the process that was started, without those that it started."""
    peak_mb: float


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float, float, float]:
    """Run a crawl to its end; return its seconds, the CPU of all its processes and of the first, and the MB."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, start_new_session=True, stderr=errors
        )
        peak, others = [0.0], dict[int, float]()
        done = threading.Event()
        watcher = threading.Thread(target=watch, args=(process.pid, peak, done, others))
        watcher.start()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # its times can still be read
        seconds = time.monotonic() - started
        own, waited_for = times_of(Path(f"/proc/{process.pid}/stat"))
        done.set()
        watcher.join()
        if process.wait():
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.read().decode()[-3000:]}")
    return seconds, own + max(waited_for, sum(others.values())), own, peak[0]


def times_of(stat: Path) -> tuple[float, float]:
    """Return the CPU seconds of a process, and of those that it started and waited for."""
    user, system, user_of_children, system_of_children = map(int, stat.read_text().rpartition(")")[2].split()[11:15])
    return (user + system) / TICKS, (user_of_children + system_of_children) / TICKS


def watch(session: int, peak: list[float], done: threading.Event, others: dict[int, float] | None = None) -> None:
    """Add up the proportional memory of a session's processes, and note the CPU of all but the first."""
    while not done.wait(0.2):
        total = 0.0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(stat.read_text().rpartition(")")[2].split()[3]) != session:
                    continue
                pid = int(stat.parent.name)
                if others is not None and pid != session:
                    others[pid] = times_of(stat)[0]
                for line in (stat.parent / "smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) / 1024
            except (OSError, IndexError):
                continue  # it has just ended
        peak[0] = max(peak[0], total)


def crawl_newsbot(
    sources: Path, folder: Path, pages: int, settings: list[str], known: Path | None = None, archived: bool = False
) -> Measure:
    output = folder / "output"
    output.mkdir(parents=True)
    if known:
        shutil.copy(known, output / "newsbot.db")
    fast = [
        "DOWNLOAD_DELAY=0", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "LOG_LEVEL=ERROR", "NEWSBOT_PATIENCE=0",
        f"NEWSBOT_OUTPUT={output}", "NEWSBOT_DATABASE_URL=", *settings,
        f"NEWSBOT_ARCHIVE={output / 'archive' if archived else ''}",
    ]  # fmt: skip
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}"]
    figures = run([*command, *(part for pair in fast for part in ("-s", pair))], {})
    lines = sum(
        len(path.read_bytes().splitlines())
        for kind in ("articles", "duplicates")
        for path in output.glob(f"{kind}/*/*.jsonl")
    )
    shutil.rmtree(output)
    return Measure(lines, pages, *figures)


def crawl_plain(urls: Path, folder: Path, pages: int, mode: str) -> Measure:
    script = folder / "plain.py"
    script.write_text(PLAIN_SPIDER, "utf-8")
    out = folder / f"{mode}.jsonl"
    figures = run([sys.executable, str(script), str(urls), str(out), mode], {})
    return Measure(len(out.read_bytes().splitlines()), pages, *figures)


def table(measures: dict[str, list[Measure]]) -> str:
    """Return the figures as a table; "of plain" is CPU as a part of the plain spider's, "times" are pages a second."""
    head = ("crawl", "articles", "CPU ms", "of plain", "own ms", "seconds", "pages/s", "times", "peak MB")
    rows = ["{:<28} {:>8} {:>7} {:>8} {:>7} {:>8} {:>8} {:>6} {:>8}".format(*head)]

    def median(name: str, value: Callable[[Measure], float]) -> float:
        return statistics.median(map(value, measures[name]))

    def cpu(name: str) -> float:
        return median(name, lambda m: 1000 * m.cpu / m.pages)

    def rate(name: str) -> float:
        return median(name, lambda m: m.pages / m.seconds)

    for name in measures:
        own = median(name, lambda m: 1000 * m.own_cpu / m.pages)
        rows.append(
            f"{name:<28} {measures[name][0].articles:>8} {cpu(name):>7.1f} {f'1/{cpu(PLAIN) / cpu(name):.2f}':>8} "
            f"{own:>7.1f} {median(name, lambda m: m.seconds):>8.1f} {rate(name):>8.1f} "
            f"{rate(name) / rate(PLAIN):>6.2f} {max(m.peak_mb for m in measures[name]):>8.0f}"
        )
    return "\n".join(rows)


@contextmanager
def real_pages(folder: Path, place: Path, pages: int, hosts: int) -> Iterator[tuple[Path, Path]]:
    """Serve real pages; give the sources file and the file of their addresses."""
    sources, urls = place / "sources.toml", place / "urls.txt"
    command = [sys.executable, str(Path(__file__).with_name("served_pages.py")), str(folder), str(sources), str(urls)]
    command += [f"--pages={pages}", f"--hosts={hosts}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        if not server.stdout.readline():
            raise SystemExit("the pages are not served, see above")
        yield sources, urls
        server.communicate("")


@contextmanager
def newsroom(place: Path, sites: int, articles: int, page_bytes: int) -> Iterator[tuple[Path, Path]]:
    """Serve the newsroom grown to a real size; give the sources file and the file of its articles' addresses."""
    room = Newsroom(sites=sites, articles=articles, page_bytes=page_bytes)
    sources, urls = place / "sources.toml", place / "urls.txt"
    with serve(room, warm=True):
        sources.write_text(room.sources_toml(), "utf-8")
        urls.write_text("\n".join(expected.url for expected in room.truth()), "utf-8")
        yield sources, urls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="real pages: a dataset or a folder of datasets")
    parser.add_argument("--articles", type=int, help="pages in all (1000); of the newsroom: articles a site (20)")
    parser.add_argument("--hosts", type=int, default=91, help="outlets that serve real pages (%(default)s)")
    parser.add_argument("--sites", type=int, default=100, help="sites of the newsroom (%(default)s)")
    parser.add_argument("--page-bytes", type=int, default=250_000, help="size of its pages (%(default)s)")
    parser.add_argument("--known", type=int, default=0, metavar="N", help="crawl with a store of N articles as well")
    parser.add_argument("--archive", action="store_true", help="crawl with NEWSBOT_ARCHIVE as well")
    parser.add_argument("--rounds", type=int, default=3, help="crawls of each kind (%(default)s)")
    options = parser.parse_args()
    measures: dict[str, list[Measure]] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if options.pages:
            web = real_pages(options.pages, folder, options.articles or 1000, options.hosts)
        else:
            web = newsroom(folder, options.sites, options.articles or 20, options.page_bytes)
        sources, urls = stack.enter_context(web)
        pages = len(urls.read_text("utf-8").split())
        crawls = {
            "newsbot, one process": partial(crawl_newsbot, sources, settings=["NEWSBOT_EXTRACT_WORKERS=0"]),
            "newsbot": partial(crawl_newsbot, sources, settings=[]),
            PLAIN: partial(crawl_plain, urls, mode="extract"),
            "plain spider, no extraction": partial(crawl_plain, urls, mode="fetch"),
        }
        if options.archive:
            for label in ("newsbot, one process", "newsbot"):
                crawls[f"{label}, archived"] = partial(crawls[label], archived=True)
        if options.known:
            from dedupe import fill  # not above: it needs the libraries that it compares

            known = folder / "known.db"
            print(f"storing {options.known} articles first", file=sys.stderr)
            fill(f"sqlite:///{known}", 0, options.known, random.Random(1))
            with closing(sqlite3.connect(known)) as store, store:
                store.execute("delete from outbox")  # they are in files long since
            crawls[f"newsbot, {options.known} known"] = partial(
                crawl_newsbot, sources, settings=["NEWSBOT_EXTRACT_WORKERS=0"], known=known
            )
        for number in range(options.rounds):
            for label, crawl in crawls.items():
                place = folder / f"{number} {label}"
                place.mkdir()
                measures.setdefault(label, []).append(crawl(place, pages=pages))
                print(f"round {number + 1}: {label}: {measures[label][-1]}", file=sys.stderr)
    print(table(measures))


if __name__ == "__main__":
    main()
