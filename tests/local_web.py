"""A site on loopback whose every answer a test decides, for what no sane newsroom does."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]
Page = Answer | Callable[["LocalWeb"], Answer]


@dataclass
class LocalWeb:
    """Pages by path, and what was asked for."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of the requests, in their order."""
    base: str = ""

    def put(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> str:
        """Put a page up and return its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (status, {"Content-Type": kind}, data)
        return self.base + path

    def redirect(self, path: str, to: str) -> str:
        """Put a redirect up and return its address."""
        self.pages[path] = (302, {"Location": to}, b"")
        return self.base + path

    def feed(self, path: str, urls: list[str]) -> str:
        """Put an RSS feed up that names the addresses, and return its own."""
        items = "".join(f"<item><title>Item {n}</title><link>{url}</link></item>" for n, url in enumerate(urls))
        channel = f"<channel><title>Feed</title>{items}</channel>"
        return self.put(path, f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>', "application/rss+xml")

    def paths(self) -> list[str]:
        return [path for _, path in self.asked]


@contextmanager
def local_web() -> Iterator[LocalWeb]:
    """Serve a LocalWeb on a free port for the length of a with block."""
    web = LocalWeb()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # which has a body wait 40 ms for the receipt of its headers

        def do_GET(self) -> None:
            web.asked.append((time.time(), self.path))
            web.headers.append(dict(self.headers.items()))
            page = web.pages.get(self.path, (404, {"Content-Type": "text/html"}, b"<h1>Not found</h1>"))
            status, headers, body = page(web) if callable(page) else page
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_NOUNS = """
anchor attic avenue bakery balcony barge barrel basket beacon bench blanket bottle bridge bucket button cabin
candle canal carpet castle cellar chapel cherry chimney circus clinic clock closet coffee copper corner cotton
cradle curtain dairy desert dinner engine envelope factory feather fence ferry fiddle forest fountain garage
garden ginger hammer harvest hatchet island jacket kettle kitchen ladder lantern library lobster magnet market
meadow mirror museum needle orchard oven parcel pepper pillow pocket puzzle quarry ribbon saddle school shadow
silver spider statue station stove tablet teapot temple thunder ticket timber tractor tunnel turnip umbrella
valley velvet village violin wagon walnut whistle willow window wizard
""".split()  # noqa: SIM905 (a list of strings reads worse)
_VERBS = """
bought carried counted covered cleaned borrowed defended delayed doubled drew emptied exchanged filled
followed forgot found guarded hid inspected lifted measured mended mocked moved named opened painted
photographed polished praised promised pulled
""".split()  # noqa: SIM905 (a list of strings reads worse)


def article_page(title: str, topic: str) -> str:
    """Return a plain page with an article on a topic: eight paragraphs of its own."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><main><article><h1>{title}</h1>"
        f'<p class="byline">By <a rel="author">Ana Silva</a></p>'
        f'<time datetime="2026-11-20T08:30:00+01:00">20 November 2026</time>{paragraphs_on(topic)}'
        f"</article></main></body></html>"
    )


def paragraphs_on(topic: str) -> str:
    """Return eight paragraphs on a topic, which no other topic has."""
    dice = random.Random(topic)

    def clause() -> str:
        one, two, three = dice.sample(_NOUNS, 3)
        return f"the {one} near the {two} {dice.choice(_VERBS)} a {three}"

    sentences = [f"Around {topic}, {clause()}, while {clause()}."]
    sentences += [f"On day {dice.randrange(2, 900)} {clause()}, {clause()}, and {clause()}." for _ in range(7)]
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)
