"""How much does it take to find everything, and to find that there is nothing?

    python benchmarks/discovery.py [--sites 100] [--articles 30] [--feeds 1000]
    python benchmarks/discovery.py --corpora FOLDER [--show]

Two parts, and a third by itself: benchmarks/corpora.py says how the test corpora of other readers get into FOLDER.

The newsroom grown to 100 sites: is every article found, by whatever way its site announces it, with how many
requests; what does a second run ask; are 15 new articles found, and nothing else. And 1,000 feeds on 1,000 hosts, one
entry new in each tenth: seconds, requests and memory of one `scrapy crawl news -a due=1`, with the delays that newsbot
keeps by default.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from crawl import run

from newsbot.demo import LoggedRequest, Newsroom, serve

SERVER = r"""
import asyncio, collections, sys

ENTRIES, PORT = int(sys.argv[1]), 0
rounds, asked = 0, collections.Counter()
WORDS = "the council of this town voted to spend more on it after months of argument in the hall".split()


def article(host, number):
    paragraphs = "".join(
        f"<p>Part {n} of story {number} from {host}: {' '.join(WORDS[n:] + WORDS[:n])}, said {host}-{number}-{n}.</p>"
        for n in range(8)
    )
    return (f"<html lang=en><head><title>Story {number} of {host}</title></head><body><article>"
            f"<h1>Story {number} of {host}</h1>{paragraphs}</article></body></html>")


def feed(host, busy):
    last = ENTRIES + (rounds if busy else 0)
    items = "".join(
        f"<item><title>Story {n} of {host}</title><link>http://{host}/story-{n}-of-this-town</link></item>"
        for n in range(last, last - ENTRIES, -1)
    )
    return f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>', f'"{last}"'


async def serve(reader, writer):
    global rounds
    try:
        while line := await reader.readline():
            path, headers = line.split()[1].decode(), {}
            while (header := (await reader.readline()).decode().strip()):
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            host, status, etag, body, kind = headers.get("host", ""), "200 OK", "", "", "text/html"
            if path == "/__next__":
                rounds, body = rounds + 1, repr(dict(asked))
                asked.clear()
            elif path == "/feed":
                number = int(host.partition(":")[0].split(".")[2]) * 250 + int(host.partition(":")[0].split(".")[3])
                body, etag = feed(host, number % 10 == 0)
                kind = "application/rss+xml"
                if headers.get("if-none-match") == etag:
                    status, body = "304 Not Modified", ""
                asked["feed " + status[:3]] += 1
            elif path.startswith("/story-"):
                body = article(host, path.split("-")[1])
                asked["article"] += 1
            else:
                status = "404 Not Found"
                asked[path] += 1
            data = body.encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n"
            writer.write((head + (f"ETag: {etag}\r\n" if etag else "") + "\r\n").encode() + data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "0.0.0.0", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
"""


def crawl(sources: Path, output: Path, *arguments: str) -> tuple[float, float]:
    """Run `scrapy crawl news`; return its seconds and peak memory in MB."""
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}", *arguments]
    command += ["-s", f"NEWSBOT_OUTPUT={output}", "-s", "LOG_LEVEL=WARNING"]
    seconds, _, _, peak = run(command, {"NEWSBOT_DATABASE_URL": ""})
    return seconds, peak


def found(output: Path) -> set[str]:
    return {
        orjson.loads(line)["url"]
        for kind in ("articles", "duplicates")
        for path in output.glob(f"{kind}/*/*.jsonl")
        for line in path.read_bytes().splitlines()
    }


def newsroom_part(folder: Path, sites: int, articles: int) -> None:
    """Find every article of a newsroom, then nothing, then fifteen."""
    newsroom, output, sources = Newsroom(sites=sites, articles=articles), folder / "a", folder / "a.toml"
    fast = ("-s", "DOWNLOAD_DELAY=0.02")
    with serve(newsroom) as running:
        sources.write_text(newsroom.sources_toml(), "utf-8")
        seconds, peak = crawl(sources, output, *fast)
        asked = running.requests()
        print(f"first run: {seconds:.0f} s, {len(asked)} requests, peak {peak:.0f} MB")
        got = found(output)
        kinds: dict[str, list[bool]] = {}
        for expected in newsroom.truth():
            kinds.setdefault(expected.discovered_via, []).append(expected.url in got)
        for kind, hits in sorted(kinds.items()):
            print(f"  {kind:<14} {sum(hits):>5} of {len(hits):>5} articles found")
        seconds, _ = crawl(sources, output, *fast)
        second = running.requests()[len(asked) :]
        print(f"second run: {seconds:.0f} s, {_requests(newsroom, second)}")
        before = len(running.requests())
        added = {url for name in list(newsroom.outlets)[:3] for url in running.publish(name, 5)}
        crawl(sources, output, *fast)
        new = found(output) - got
        third = running.requests()[before:]
        print(f"third run: {len(new & added)} of {len(added)} new articles found, {len(new - added)} others")
        print(f"  {_requests(newsroom, third)}")
        every = running.requests()
        print(f"/private/ asked for: {sum(request.path.startswith('/private/') for request in every)} times")


def _requests(newsroom: Newsroom, asked: list[LoggedRequest]) -> str:
    """Say what a run asked for: listings by status, articles, robots.txt, and how often a listing was asked twice."""
    bases = {outlet.spec.name: outlet.base for outlet in newsroom.outlets.values()}
    articles = {expected.url for expected in newsroom.truth()}
    kinds: Counter[str] = Counter()
    listings: Counter[str] = Counter()
    for request in asked:
        url = bases.get(request.site, "") + request.path
        if request.path in ("/robots.txt", "/.well-known/tdmrep.json"):
            kinds[request.path] += 1
        elif url in articles:
            kinds["articles"] += 1
        else:
            kinds[f"listings {request.status}{'' if request.conditional else ' unconditional'}"] += 1
            listings[url] += 1
    most = max(listings.values(), default=0)
    return f"{len(asked)} requests: {dict(kinds)}; one listing asked at most {most} times"


@contextmanager
def many_feeds(count: int, entries: int, sources: Path) -> Iterator[str]:
    """Serve feeds on as many hosts of 127/8, and write the sources file."""
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(entries)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        port = server.stdout.readline().strip()
        blocks = []
        for number in range(1, count + 1):
            home = f"http://127.1.{number // 250}.{number % 250}:{port}"
            blocks.append(f'[[source]]\nname = "s{number}"\nhome = "{home}/"\nfeeds = ["{home}/feed"]\n')
        sources.write_text("\n".join(blocks), "utf-8")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def feeds_part(folder: Path, count: int, entries: int) -> None:
    """Poll a thousand feeds of which a tenth has one new entry, then none."""
    from urllib.request import urlopen

    sources, output = folder / "b.toml", folder / "b"
    with many_feeds(count, entries, sources) as base:

        def next_round() -> str:
            with urlopen(f"{base}/__next__") as answer:
                return str(answer.read().decode())

        seconds, peak = crawl(sources, output, "-a", "due=1", "-s", "DOWNLOAD_DELAY=0")
        articles = len(found(output))
        print(f"{count} feeds, first run: {seconds:.0f} s, peak {peak:.0f} MB, {articles} articles; {next_round()}")
        with sqlite3.connect(output / "newsbot.db") as database:
            database.execute("update listings set due_at = '2020-01-01T00:00:00Z'")
        database.close()
        before = len(found(output))
        seconds, peak = crawl(sources, output, "-a", "due=1")
        print(
            f"all due, one entry new in each tenth: {seconds:.1f} s, peak {peak:.0f} MB, "
            f"{len(found(output)) - before} new articles; requests {next_round()}"
        )
        seconds, peak = crawl(sources, output, "-a", "due=1")
        print(f"nothing due: {seconds:.1f} s, peak {peak:.0f} MB; requests {next_round()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=100, help="news sites of the newsroom (%(default)s)")
    parser.add_argument("--articles", type=int, default=30, help="articles a site (%(default)s)")
    parser.add_argument("--feeds", type=int, default=1000, help="feeds that are polled (%(default)s)")
    parser.add_argument("--entries", type=int, default=5, help="entries a feed (%(default)s)")
    parser.add_argument("--corpora", type=Path, metavar="FOLDER", help="read the test corpora of other readers instead")
    parser.add_argument("--show", action="store_true", help="with --corpora: print what was read otherwise")
    options = parser.parse_args()
    if options.corpora:
        import corpora  # not above: it needs feedparser

        corpora.report(options.corpora, options.show)
        return
    with tempfile.TemporaryDirectory() as name:
        if options.sites:
            newsroom_part(Path(name), options.sites, options.articles)
        if options.feeds:
            feeds_part(Path(name), options.feeds, options.entries)


if __name__ == "__main__":
    main()
