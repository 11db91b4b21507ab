"""Sites whose every byte is decided here, all served by one thread on free ports of loopback."""

from __future__ import annotations

import asyncio
import html
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

from local_web import paragraphs_on

REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what it asked for, in which round."""

    path: str
    """With the query, as it stood in the request."""
    headers: Mapping[str, str]
    """Names in lower case."""
    round: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site says. ``raw`` takes the place of all the rest: the bytes of status line, headers and body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def encoded(self) -> bytes:
        if self.raw is not None:
            return self.raw
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Odd')}\r\n{head}\r\n".encode("latin-1") + self.body


Page = Answer | Callable[[Asked], Answer]


@dataclass(frozen=True, slots=True)
class Story:
    """An article of a site, as it has to be collected."""

    url: str
    title: str
    published: str


@dataclass(slots=True)
class Site:
    """A site on loopback: its pages by path and query, what was asked of it, and what is to be collected."""

    name: str
    base: str
    """http://host:port, without a slash at the end."""
    round: int = 1
    pages: dict[str, Page] = field(default_factory=dict)
    otherwise: Page = Answer(b"<h1>Not found</h1>", 404, {"Content-Type": "text/html"})
    """The answer for every other address."""
    expected: list[Story] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def put(
        self,
        path: str,
        body: str | bytes,
        kind: str | None = "text/html; charset=utf-8",
        status: int = 200,
        **more: str,
    ) -> str:
        """Put an answer up at a path and return its address; ``more`` are headers, with _ for -."""
        data = body.encode() if isinstance(body, str) else body
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        self.pages[path] = Answer(data, status, {**({"Content-Type": kind} if kind else {}), **headers})
        return self.base + path

    def answer(self, path: str, page: Callable[[Asked], Answer]) -> str:
        """Let a function answer for a path, and return its address."""
        self.pages[path] = page
        return self.base + path

    def redirect(self, path: str, to: str, status: int = 302, **more: str) -> str:
        """Put a redirect up and return its address."""
        return self.put(path, b"", status=status, Location=to, **more)

    def stories(self, count: int = 6, pattern: str = "/story/{}", **like: object) -> list[Story]:
        """Put stories up at the addresses that a pattern makes of 0, 1, 2 ..., and return them; see ``story``."""
        return [self.story(pattern.format(number), **like) for number in range(count)]  # type: ignore[arg-type]

    def story(
        self,
        path: str,
        *,
        title: str | None = None,
        published: str | None = None,
        at: str | None = None,
        bare: bool = False,
    ) -> Story:
        """Put a story up and return it.

        ``published``: the date that has to be collected although the page does not tell it; otherwise the page does.
        ``bare``: whether the page does not tell the title either, so that both are the listing's word.
        ``at``: the path at which it has to be collected, where that is another one than that at which it is served.
        """
        number = len(self.expected)
        topic = f"{self.name.replace('_', ' ')} {number}"
        title = title or f"{_headline(topic)} {number}"
        hour = f"2026-11-20T{8 + number % 12:02}:30:00+01:00"
        time = f'<time datetime="{hour}">20 November 2026</time>' if not published else ""
        named = "" if bare else f"<title>{html.escape(title)}</title>"
        headed = "" if bare else f"<h1>{html.escape(title)}</h1>"
        self.put(
            path,
            f'<!doctype html><html lang="en"><head><meta charset="utf-8">{named}</head><body><main><article>{headed}'
            f'<p class="byline">By <a rel="author">Ana Silva</a></p>{time}{paragraphs_on(topic)}'
            "</article></main></body></html>",
        )
        story = Story(urljoin(self.base, at or path), title, published or hour)
        self.expected.append(story)
        return story

    def path(self, story: Story) -> str:
        """Return where a story is served, from the slash on."""
        return story.url.removeprefix(self.base)

    def served(self, path: str) -> Answer:
        """Return the answer that was put up at a path."""
        page = self.pages[path]
        assert isinstance(page, Answer)
        return page

    def rss(
        self,
        path: str,
        stories: Iterable[Story],
        link: Callable[[Story], str] = lambda story: f"<link>{html.escape(story.url)}</link>",
        *,
        root: str = '<rss version="2.0">',
        kind: str = "application/rss+xml",
    ) -> str:
        """Put an RSS feed up and return its address; ``link`` writes what an item says beside its title."""
        return self.put(path, rss(self.base, stories, link, root=root), kind)

    def sitemap(self, path: str, stories: Iterable[Story | str], lastmod: str | None = None) -> str:
        """Put a sitemap of stories, or of paths, up and return its address."""
        return self.put(path, urlset(self.base, stories, lastmod), "application/xml")

    def sitemap_index(self, path: str, children: Mapping[str, str | None] | Sequence[str]) -> str:
        """Put an index of sitemaps up (path -> lastmod, or paths alone) and return its address."""
        dated = children if isinstance(children, Mapping) else dict.fromkeys(children)
        entries = "".join(
            f"<sitemap><loc>{html.escape(urljoin(self.base, child))}</loc>{_lastmod(lastmod)}</sitemap>"
            for child, lastmod in dated.items()
        )
        body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'
        return self.put(path, body, "application/xml")

    def home(self, *head: str, body: str = "<h1>Home</h1>") -> str:
        """Put the home page up, with some elements in its head, and return its address."""
        return self.put("/", f"<!doctype html><html><head>{''.join(head)}</head><body>{body}</body></html>")


@dataclass(frozen=True, slots=True)
class Oddity:
    """A site of the table: what is odd about it, how it is crawled, and what builds it."""

    name: str
    what: str
    build: Callable[[Site], None]
    listings: Mapping[str, str]
    """Channel -> path, for `crawl news`; none for `crawl site`."""
    exit_status: int
    """Of `crawl site`; 0: whole."""
    is_pending: bool
    """Whether it is known not to be collected whole yet."""


SITES: dict[str, Oddity] = {}
"""Every site, by its name."""

_CHANNELS = {"feed": "feeds", "news_sitemap": "news_sitemaps", "sitemap": "sitemaps", "section": "sections"}


def oddity(
    what: str, *, exit_status: int = 0, pending: bool = False, **listings: str
) -> Callable[[Callable[[Site], None]], None]:
    """Enter a site into the table; see the package's docstring."""
    assert set(listings) <= set(_CHANNELS), listings

    def enter(build: Callable[[Site], None]) -> None:
        name = build.__name__
        assert name not in SITES, f"there are two sites named {name}"
        SITES[name] = Oddity(name, what, build, listings, exit_status, pending)

    return enter


def source_of(site: Site) -> dict[str, object]:
    """Return the entry of a sources file for a site that `crawl news` collects."""
    listings = SITES[site.name].listings.items()
    return {"home": f"{site.base}/", **{_CHANNELS[channel]: [f"{site.base}{path}"] for channel, path in listings}}


def rss(base: str, stories: Iterable[Story], link: Callable[[Story], str], *, root: str = '<rss version="2.0">') -> str:
    """Return an RSS feed."""
    items = "".join(f"<item><title>{html.escape(story.title)}</title>{link(story)}</item>" for story in stories)
    return f'<?xml version="1.0"?>{root}<channel><title>Feed</title><link>{base}/</link>{items}</channel></rss>'


def urlset(base: str, stories: Iterable[Story | str], lastmod: str | None = None) -> str:
    """Return a sitemap."""
    urls = (urljoin(base, story) if isinstance(story, str) else story.url for story in stories)
    entries = "".join(f"<url><loc>{html.escape(url)}</loc>{_lastmod(lastmod)}</url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


@contextmanager
def serving(names: Iterable[str]) -> Iterator[dict[str, Site]]:
    """Build some sites and serve them, each on a free port, for the length of a with block."""
    loop = asyncio.new_event_loop()
    sites: dict[str, Site] = {}
    servers: list[asyncio.Server] = []

    async def start(name: str) -> None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _serve(sites[name], reader, writer)

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        sites[name] = Site(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        SITES[name].build(sites[name])

    thread = threading.Thread(target=loop.run_forever, name="one-oddity sites")
    thread.start()
    try:
        for name in names:
            asyncio.run_coroutine_threadsafe(start(name), loop).result(10)
        yield sites
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(servers), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve(site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection, until a raw answer ends it or the other side does."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in fields}
            asked = Asked(head[0].split(" ")[1], headers, site.round)
            site.asked.append(asked)
            page = site.pages.get(asked.path, site.otherwise)
            answer = page(asked) if callable(page) else page
            writer.write(answer.encoded())
            await writer.drain()
            if answer.raw is not None:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the other side has what it wanted
    finally:
        writer.close()


async def _end_all(servers: Iterable[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _lastmod(moment: str | None) -> str:
    return f"<lastmod>{moment}</lastmod>" if moment else ""


def _headline(topic: str) -> str:
    dice = random.Random(topic)
    who = dice.choice(("Fishermen", "Teachers", "Farmers", "Bakers", "Neighbours", "Pilots", "Gardeners", "Painters"))
    does = dice.choice(("ask for", "rebuild", "defend", "sell", "rescue", "paint", "discover", "argue about"))
    what = dice.choice(("a bridge", "the old mill", "a lighthouse", "the market", "a library", "the harbour wall"))
    return f"{who} {does} {what}"
