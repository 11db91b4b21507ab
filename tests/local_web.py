"""A site on loopback whose every answer a test decides, for what no sane newsroom does."""

from __future__ import annotations

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


def article_page(title: str, topic: str) -> str:
    """Return a plain page with an article on a topic: six paragraphs that no other topic shares."""
    sentences = (
        "The council of {0} voted on Tuesday to spend more on {0}, after months of argument in the town hall.",
        "Supporters say that {0} has been neglected for years and that the money comes late rather than early.",
        "Opponents of the plan for {0} point to the empty reserve and to a school roof that still leaks.",
        "A report on {0}, published in spring, had asked for twice the sum and for a plan of ten years.",
        "Nobody in the gallery expected the vote on {0} to be as clear as it was: nineteen for, four against.",
        "Work on {0} begins in March, the mayor said, and the first results should be seen before the winter.",
    )
    paragraphs = "".join(f"<p>{sentence.format(topic)}</p>" for sentence in sentences)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><main><article><h1>{title}</h1>"
        f'<p class="byline">By <a rel="author">Ana Silva</a></p>'
        f'<time datetime="2026-11-20T08:30:00+01:00">20 November 2026</time>{paragraphs}</article></main></body></html>'
    )
