"""How fast is `scrapy crawl archive`, beside what extraction alone could do on the same cores?

    python benchmarks/archive.py [--dataset FOLDER] [--pages 1500] [--files 4] [--rounds 3] [--checkout FOLDER]

Writes pages into WARC files as CC-NEWS has them (warcinfo, request and response, each compressed by itself): real ones
(scored_pages.py says which folders are datasets), each with words of its own where more are wanted than there are, or
those of the newsroom. Then it takes turns: articles are made of the same pages in one process, with nothing around it;
and `scrapy crawl archive` reads the files, from its start until its own are whole. With --checkout another newsbot
crawls them, too. The share is of what cores times the single process would make. Medians; CPU of all processes.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from crawl import ROOT, run
from scored_pages import datasets, load
from served_pages import with_words_of_its_own

from newsbot.demo import Newsroom
from newsbot.demo.answers import Answers
from newsbot.web.urls import InvalidURL, canonical_url, site_of

EXTRACTION = """
import pickle, sys, time
from newsbot.crawl.worker_pool import make_article
from newsbot.items import Candidate, Page
from newsbot.process import collect_seldom, give_large_blocks_back
give_large_blocks_back(), collect_seldom()
with open(sys.argv[1], "rb") as file:
    pages = pickle.load(file)
made = [
    Page(url=url, html=html, source="a", candidate=Candidate(url=url, via="archive"), aliases=[url],
         fetched_at="2026-11-21T06:00:00Z")
    for url, html in pages
]
for page in made[:20]:
    make_article(page)
began = time.process_time()
for page in made:
    make_article(page)
print(time.process_time() - began)
"""


def real_pages(folder: Path, wanted: int) -> Iterator[tuple[str, bytes]]:
    """Yield addresses and pages of a dataset, again and again in other words, until there are as many as wanted."""
    pages = [page for dataset in datasets(folder) for page in load(dataset) if is_one(page.url)]
    for number, page in zip(range(wanted), itertools.cycle(pages), strict=False):
        turn = number // len(pages)
        mark = "&" if "?" in page.url else "?"
        url = f"{page.url.partition('#')[0]}{mark}edition={turn}" if turn else page.url
        yield url, with_words_of_its_own(page.html, f"{turn}") if turn else page.html


def is_one(url: str) -> bool:
    """Whether an address is one of a page, and not one of a proxy that wraps that of another site."""
    try:
        return site_of(canonical_url(url)) == site_of(url)
    except InvalidURL:
        return False


def made_pages(wanted: int, page_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield addresses and pages of the newsroom, grown to a size."""
    room = Newsroom(sites=100, articles=1 + wanted // 60, page_bytes=page_bytes)  # some sites have none, by their fault
    room.bind([f"https://site-{number}.example" for number in range(len(room.outlets))])
    answers = Answers(room)
    for expected in itertools.islice(room.truth(), wanted):
        outlet = room.outlets[expected.source]
        target = expected.url.removeprefix(outlet.base)
        yield expected.url, answers.body(outlet, target, answers.answer(outlet, target), gzipped=False)


def write_files(folder: Path, pages: list[tuple[str, bytes]], count: int) -> None:
    """Write pages into so many WARC files, in turns of a hundred: a site's pages are in all of them."""
    files = [(folder / f"CC-NEWS-20261121060000-{number:05}.warc.gz").open("wb") for number in range(count)]
    for file in files:
        file.write(record("warcinfo", "", b"software: StormCrawler\r\n", "application/warc-fields"))
    for number, (url, html) in enumerate(pages):
        parts = urlsplit(url)
        asked = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(html)}\r\n\r\n"
        file = files[number % count]
        file.write(record("request", url, asked, "application/http; msgtype=request"))
        file.write(record("response", url, head.encode() + html, "application/http; msgtype=response"))
    for file in files:
        file.close()


def record(kind: str, url: str, block: bytes, media_type: str) -> bytes:
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid4()}>\r\n{target}"
        f"WARC-Date: 2026-11-21T06:00:00Z\r\nContent-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6)


def crawl(checkout: Path, files: Path, output: Path, settings: list[str]) -> tuple[float, float, float, float]:
    """Crawl the files; return the seconds, the CPU of all processes and of the crawl's own, and the MB."""
    pairs = [f"NEWSBOT_OUTPUT={output}", "NEWSBOT_DATABASE_URL=", "LOG_LEVEL=ERROR", *settings]
    command = [sys.executable, "-m", "scrapy", "crawl", "archive", "-a", f"path={files}"]
    environment = {"PYTHONPATH": str(checkout), "SCRAPY_SETTINGS_MODULE": "newsbot.settings"}
    return run([*command, *(part for pair in pairs for part in ("-s", pair))], environment)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, metavar="FOLDER", help="real pages: a dataset or a folder of datasets")
    parser.add_argument("--pages", type=int, default=1500, help="pages in all (%(default)s)")
    parser.add_argument("--files", type=int, default=4, help="WARC files (%(default)s)")
    parser.add_argument("--page-bytes", type=int, default=100_000, help="size of made pages (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (%(default)s)")
    parser.add_argument("--checkout", type=Path, metavar="FOLDER", help="another newsbot, to be set beside")
    parser.add_argument("-s", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="of the crawls")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    crawls = {"crawl archive": ROOT} | ({str(options.checkout): options.checkout.resolve()} if options.checkout else {})
    alone: list[float] = []
    measures: dict[str, list[tuple[float, float, float, float]]] = {label: [] for label in crawls}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = real_pages(options.dataset, options.pages) if options.dataset else None
        pages = list(made or made_pages(options.pages, options.page_bytes))
        (folder / "warc").mkdir()
        write_files(folder / "warc", pages, options.files)
        (folder / "pages.pickle").write_bytes(pickle.dumps(pages))
        size = sum(len(html) for _, html in pages) / len(pages) / 1000
        for number in range(options.rounds):
            script = [sys.executable, "-c", EXTRACTION, str(folder / "pages.pickle")]
            told = subprocess.run(script, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
            alone.append(float(told))
            for label, checkout in crawls.items():
                output = folder / f"{label[-8:]} {number}"
                measures[label].append(crawl(checkout, folder / "warc", output, options.settings))
            print(f"round {number + 1}: alone {alone[-1]:.1f} s; {measures}", file=sys.stderr)
    count, single = len(pages), statistics.median(alone)
    print(f"{count} pages of {size:.0f} kB in {options.files} files, {cores} cores")
    print(f"extraction alone: {1000 * single / count:.2f} ms a page, {count / single:.0f} a second on one core")
    head = ("", "seconds", "pages/s", "share", "CPU ms", "own ms", "MB")
    print("{:<24} {:>8} {:>8} {:>10} {:>10} {:>8} {:>8}".format(*head))
    for label, figures in measures.items():
        seconds, cpu, own, peak = (statistics.median(column) for column in zip(*figures, strict=True))
        share = count / seconds / (cores * count / single)
        print(
            f"{label[-24:]:<24} {seconds:>8.1f} {count / seconds:>8.0f} {share:>10.2f} {1000 * cpu / count:>10.2f} "
            f"{1000 * own / count:>8.2f} {peak:>8.0f}"
        )


if __name__ == "__main__":
    main()
