"""A web that does all it can to hurt a crawl: a raw server, one behaviour a path, on loopback.

It writes bytes as it likes, which no HTTP server would. Every handler gets the open socket.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet.error import DNSLookupError

Behaviour = Callable[[socket.socket], None]
SLOW = 0.25
"""Seconds between two bytes of a slow answer."""


@dataclass
class HostileWeb:
    """What is at which path, and what was asked for."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    """Values of the Host header that were seen."""
    base: str = ""
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str, behaviour: Behaviour) -> str:
        """Put a behaviour at a path and return its address."""
        self.behaviours[path] = behaviour
        return self.base + path

    def page(self, path: str, body: str | bytes, *headers: str, status: str = "200 OK") -> str:
        """Put an honest answer at a path, with further headers."""
        return self.at(path, answer(body, *headers, status=status))

    def redirect(self, path: str, to: str) -> str:
        return self.page(path, "", f"Location: {to}", status="302 Found")


def answer(body: str | bytes, *headers: str, status: str = "200 OK", version: str = "1.1") -> Behaviour:
    """Answer with a body and its right length."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/{version} {status}", f"Content-Length: {len(data)}", "Connection: close", *headers]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    return raw("\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + data)


def raw(data: bytes) -> Behaviour:
    """Answer with these bytes and hang up."""
    return lambda client: client.sendall(data)


def reset(after: bytes) -> Behaviour:
    """Answer with these bytes, then reset the connection (RST)."""

    def behave(client: socket.socket) -> None:
        client.sendall(after)
        time.sleep(0.1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def drip(head: bytes, piece: bytes) -> Behaviour:
    """Answer with a beginning, then with one piece after the other, slowly, until the other side has had enough."""

    def behave(client: socket.socket) -> None:
        client.sendall(head)
        for _ in range(400):
            client.sendall(piece)
            time.sleep(SLOW)

    return behave


def endless(head: bytes, piece: bytes) -> Behaviour:
    """Answer with a beginning, then as fast as can be with more, for ever."""

    def behave(client: socket.socket) -> None:
        client.sendall(head)
        while True:
            client.sendall(piece)

    return behave


def silent(client: socket.socket) -> None:
    """Take the request and say nothing."""
    client.recv(1)


@cache
def bomb(kind: str, megabytes: int) -> bytes:
    """Return so many megabytes of nothing much, compressed."""
    piece = b"<p>" + b"a" * 1_048_570 + b"</p>"
    if kind == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    if kind == "deflate":
        packer = zlib.compressobj(9)
        return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    import brotli

    return bytes(brotli.compress(piece * megabytes, quality=5))


def rss(urls: list[str], extra: str = "") -> str:
    items = "".join(f"<item><title>Item {n}</title><link>{url}</link></item>" for n, url in enumerate(urls))
    return f'<?xml version="1.0"?>{extra}<rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'


def sitemap(urls: list[str], kind: str = "urlset") -> str:
    tag = "sitemap" if kind == "sitemapindex" else "url"
    entries = "".join(f"<{tag}><loc>{url}</loc></{tag}>" for url in urls)
    return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'


@contextmanager
def hostile_web(certificate: Path | None = None, *, flaps: bool = False) -> Iterator[HostileWeb]:
    """Serve a HostileWeb on a free port for the length of a with block; with TLS if there is a certificate.

    One that flaps breaks off the first of every two handshakes.
    """
    web = HostileWeb()
    server = socket.create_server(("127.0.0.1", 0), backlog=200)
    server.settimeout(0.1)
    web.port = server.getsockname()[1]
    web.base = f"http{'s' if certificate else ''}://127.0.0.1:{web.port}"
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def serve() -> None:
        broken_off = False
        while not web.closing.is_set():
            try:
                client, _ = server.accept()
            except TimeoutError:
                continue
            broken_off = flaps and not broken_off
            if broken_off:
                client.recv(1)
                client.close()
                continue
            threading.Thread(target=_serve, args=(web, client, context), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield web
    finally:
        web.closing.set()
        thread.join()
        server.close()


def _serve(web: HostileWeb, client: socket.socket, context: ssl.SSLContext | None) -> None:
    client.settimeout(60)
    with client, suppress(OSError):
        if context is None:
            _answer(web, client)
            return
        with context.wrap_socket(client, server_side=True) as secure:
            _answer(web, secure)


def _answer(web: HostileWeb, client: socket.socket) -> None:
    request = b""
    while b"\r\n\r\n" not in request:
        received = client.recv(65536)
        request += received
        if not received or request[:1] == b"\x16":  # TLS, where none is spoken
            return
    head = request.decode("latin-1")
    path = head.split(" ", 2)[1]
    web.asked.append(path)
    web.hosts |= {line[6:] for line in head.splitlines() if line.startswith("Host: ")}
    missing = answer("<h1>Not found</h1>", status="404 Not Found")
    web.behaviours.get(path, missing)(client)


class HostileResolver(CachingThreadedResolver):
    """Names that lead inside: a setting of the crawl under test puts it in the place of Scrapy's own."""

    asked: dict[str, int] = {}  # noqa: RUF012

    def getHostByName(self, name: str, timeout: object = ()) -> defer.Deferred[str]:  # noqa: ARG002, N802
        number = self.asked[name] = self.asked.get(name, 0) + 1
        if name == "inside.test" or (name == "turning.test" and number > 1):
            return defer.succeed("127.0.0.1")
        if name == "metadata.test":
            return defer.succeed("169.254.169.254")
        if name.endswith(".test"):
            return defer.fail(DNSLookupError(name))
        return super().getHostByName(name, ())
