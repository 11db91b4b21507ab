"""Serve real pages as so many outlets, each on a port of its own with a feed and a robots.txt, from memory.

    python benchmarks/served_pages.py FOLDER SOURCES URLS [--pages 1000] [--hosts 91]

FOLDER is a dataset or a folder of datasets (scored_pages.py). Writes the sources file and the addresses of all pages,
prints one line when it serves, and ends when its standard input does.

A page is served once or, where more are wanted than there are, again and again: each time at an address of its own
and with words of its own. In the running text every second word is another word of the page, always the same for the
same word; so text and JSON-LD still agree, languages stay what they are, and no two are copies. Addresses of the page's
own site become those of the outlet, so that it is canonical where it is found.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import itertools
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

from scored_pages import Page, datasets, load

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER
from newsbot.web.urls import site_of

UNSPACED = HAN_AND_KANA + THAI_LAO_BURMESE_KHMER
TOKEN = re.compile(rf"&#?\w+;|\\u[0-9a-fA-F]{{4}}|\\.|[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+")
UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.I | re.S)
RUNNING_TEXT = re.compile(r"(?<=>)[^<>]{80,}(?=<)")
ARTICLE_BODY = re.compile(r'(?<="articleBody")\s*:\s*"(?:[^"\\]|\\.)*"')
TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.I | re.S)
ROBOTS = b"User-agent: *\nDisallow: /nothing/\n"


def with_words_of_its_own(html: bytes, seed: str) -> bytes:
    """Return a page whose running text no other seed gives."""
    try:
        text, charset = html.decode(), "utf-8"
    except UnicodeDecodeError:
        text, charset = html.decode("latin-1"), "latin-1"  # every byte is a character
    shown = UNSEEN.sub("", text)
    words = [word for piece in RUNNING_TEXT.findall(shown) for word in TOKEN.findall(piece) if word[0] not in "&\\"]
    if not words:
        return html

    def own(match: re.Match[str]) -> str:
        word = match[0]
        drawn = int.from_bytes(hashlib.blake2b(f"{seed} {word}".encode(), digest_size=6).digest())
        return words[drawn // 2 % len(words)] if word[0] not in "&\\" and drawn % 2 == 0 else word

    def mixed(match: re.Match[str]) -> str:
        return TOKEN.sub(own, match[0])

    pieces, last = [], 0
    for unseen in UNSEEN.finditer(text):
        pieces += [RUNNING_TEXT.sub(mixed, text[last : unseen.start()]), ARTICLE_BODY.sub(mixed, unseen[0])]
        last = unseen.end()
    pieces.append(RUNNING_TEXT.sub(mixed, text[last:]))
    return "".join(pieces).encode(charset)


def at_home(page: Page, html: bytes, host: str, prefix: str) -> tuple[str, bytes]:
    """Return where a page is served, and the page as of that outlet."""
    parts = urlsplit(page.url)
    path, netloc = parts.path, parts.netloc
    if not netloc or len(path) < 2:
        return f"{prefix}/{page.id}.html", html
    for mark in ("/", "\\/"):
        was, now = netloc + path.replace("/", mark), host + (prefix + path).replace("/", mark)
        html = html.replace(was.encode(), now.encode())
    html = html.replace(b"https://" + netloc.encode(), b"http://" + host.encode())
    query = f"?{parts.query}" if parts.query else ""
    return quote(prefix + path, safe="/%:@!$&'()*+,;=~") + query, html.replace(netloc.encode(), host.encode())


def answer(body: bytes, content_type: str, status: str = "200 OK") -> bytes:
    """Return a whole HTTP answer."""
    packed = gzip.compress(body, 4)
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(packed)}\r\n\r\n"
    )
    return head.encode() + packed


def feed(host: str, entries: list[tuple[str, str]]) -> bytes:
    """Return an RSS feed of addresses and headlines."""
    items = "".join(
        f"<item><title>{escape(title)}</title><link>http://{host}{escape(path)}</link></item>"
        for path, title in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'.encode()


def headline(page: Page) -> str:
    """Return what a feed would announce a page by."""
    if page.expected.get("title"):
        return str(page.expected["title"])
    found = TITLE.search(page.html)
    return " ".join(found[1].decode("utf-8", "replace").split()) if found else page.id


class Outlet(asyncio.Protocol):
    """Answers GET requests of one connection from a table."""

    def __init__(self, table: dict[str, bytes]) -> None:
        self.table = table
        self.read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        while b"\r\n\r\n" in self.read:
            head, _, self.read = self.read.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("latin-1")
            assert isinstance(self.transport, asyncio.Transport)
            found = self.table.get(path) or self.table.get(path.split("/")[1])
            self.transport.write(found or answer(b"not here", "text/plain", "404 Not Found"))


def copies(folder: Path) -> Iterator[tuple[int, Page]]:
    """Yield the pages of a folder, round after round, with the number of the round."""
    pages = [page for dataset in datasets(folder) for page in load(dataset) if len(page.html) > 1000]
    pages.sort(key=lambda page: hashlib.sha256(page.id.encode()).digest())
    for number in itertools.count():
        for page in pages:
            yield number, page


async def serve(folder: Path, sources: Path, urls: Path, count: int, hosts: int) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    tables: list[dict[str, bytes]] = [{} for _ in range(hosts)]
    servers = [await loop.create_server(outlet(table), "127.0.0.1", 0, backlog=256) for table in tables]
    names = [f"127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers]
    entries: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for place, (number, page) in enumerate(itertools.islice(copies(folder), count)):
        at = int.from_bytes(hashlib.sha256(site_of(page.url).encode() if page.url else b"").digest()[:4]) % hosts
        path, html = at_home(page, with_words_of_its_own(page.html, f"{number}"), names[at], f"/p{place}")
        tables[at][f"p{place}"] = answer(html, "text/html")  # however a crawler writes the rest of it
        entries[at].append((path, headline(page)))
    blocks = []
    for at, named in entries.items():
        tables[at] |= {"/robots.txt": answer(ROBOTS, "text/plain"), "/feed": answer(feed(names[at], named), "text/xml")}
        blocks.append(
            f'[[source]]\nname = "outlet-{at}"\nhome = "http://{names[at]}/"\nfeeds = ["http://{names[at]}/feed"]\n'
        )
    sources.write_text("\n".join(blocks), "utf-8")
    urls.write_text(
        "\n".join(f"http://{names[at]}{path}" for at, named in entries.items() for path, _ in named), "utf-8"
    )
    print("serving", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def outlet(table: dict[str, bytes]) -> Callable[[], Outlet]:
    """Return what makes the answering side of a connection."""
    return lambda: Outlet(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("urls", type=Path)
    parser.add_argument("--pages", type=int, default=1000, help="pages in all (%(default)s)")
    parser.add_argument("--hosts", type=int, default=91, help="outlets (%(default)s)")
    options = parser.parse_args()
    asyncio.run(serve(options.folder, options.sources, options.urls, options.pages, options.hosts))


if __name__ == "__main__":
    main()
