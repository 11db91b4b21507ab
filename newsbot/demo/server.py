"""Serve a newsroom over HTTP on loopback: one port a site, an index of all sites at the first port."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

from twisted.internet import interfaces
from twisted.internet import reactor as twisted_reactor
from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO
from twisted.web import http

from newsbot.demo.answers import Answers
from newsbot.demo.newsroom import Newsroom
from newsbot.demo.outlet import Outlet
from newsbot.demo.pages import environment

CONTROL = "/__newsroom__/"
reactor: Any = twisted_reactor


class SiteRequest(http.Request):
    """One request to a site, answered from memory."""

    arrived = 0.0
    """When it had come, in seconds since the epoch."""

    def process(self) -> None:
        """Answer as late as the site does; nothing here waits for it. Who is gone by then is answered nothing."""
        channel: Any = self.channel
        factory: SiteFactory = channel.factory
        self.arrived = time.time()
        if not factory.latency:
            factory.respond(self)
            return
        answering = reactor.callLater(factory.latency, factory.respond, self)

        def leave(_: object) -> None:
            if answering.active():
                answering.cancel()
                factory.note(self, self.uri.decode("ascii", "replace"), 0, conditional=False)

        self.notifyFinish().addErrback(leave)


class SiteFactory(http.HTTPFactory):
    """Serve one site."""

    def __init__(self, outlet: Outlet, answers: Answers, log: IO[str] | None, latency: float) -> None:
        super().__init__(timeout=60)
        self.outlet = outlet
        self.answers = answers
        self.requests_log = log
        self.latency = latency

    def buildProtocol(self, addr: interfaces.IAddress | None) -> Any:  # noqa: N802 - twisted's name
        """Make a channel whose requests are SiteRequests."""
        channel: Any = super().buildProtocol(addr)
        channel.requestFactory = SiteRequest
        return channel

    def log(self, request: Any) -> None:
        """Keep twisted's own access log out of the way; ``note`` writes ours."""

    def respond(self, request: Any) -> None:
        """Write status, headers and body of the answer, 304 where the client's copy is still good.

        Nothing where the site drops its connections or lets them hang; such a request has the status 0 in the log.
        """
        target = request.uri.decode("ascii", "replace")
        if broken := self.outlet.fault.connection:
            self.note(request, target, 0, conditional=False)
            if broken == "drops":
                request.channel.forceAbortClient()
            return
        answer = self.answers.answer(self.outlet, target)
        headers = request.requestHeaders
        seen_tag = headers.getRawHeaders(b"if-none-match")
        seen_date = headers.getRawHeaders(b"if-modified-since")
        etag, changed = answer.etag.encode(), answer.last_modified.encode()
        status = answer.status
        if status == 200:
            # If-None-Match takes precedence over If-Modified-Since (RFC 9110, 13.2.2).
            if seen_tag:
                tags = [tag.strip().removeprefix(b"W/") for line in seen_tag for tag in line.split(b",")]
                status = 304 if etag in tags or b"*" in tags else 200
            elif seen_date and _not_modified(seen_date[0], changed):
                status = 304
        request.setResponseCode(status)
        out = request.responseHeaders
        out.setRawHeaders(b"server", [b"newsroom"])
        out.setRawHeaders(b"vary", [b"Accept-Encoding"])
        if answer.location:
            out.setRawHeaders(b"location", [answer.location.encode()])
        if answer.status == 200:
            out.setRawHeaders(b"etag", [etag])
            out.setRawHeaders(b"last-modified", [changed])
        body = b""
        if status != 304:
            gzipped = _takes_gzip(headers.getRawHeaders(b"accept-encoding")) and answer.content_type not in (
                "application/gzip",
                "application/pdf",
            )
            body = self.answers.body(self.outlet, target, answer, gzipped=gzipped)
            out.setRawHeaders(b"content-type", [answer.content_type.encode()])
            out.setRawHeaders(b"content-length", [str(len(body)).encode()])
            if gzipped:
                out.setRawHeaders(b"content-encoding", [b"gzip"])
        if body and request.method != b"HEAD":
            request.write(body)
        request.finish()
        self.note(request, target, status, conditional=bool(seen_tag or seen_date))

    def note(self, request: Any, target: str, status: int, *, conditional: bool) -> None:
        """Write one line of the request log."""
        if self.requests_log is not None:
            method = request.method.decode("ascii", "replace")
            client = request.getClientAddress().host
            line = [self.outlet.spec.name, method, target, status, conditional, request.arrived, client]
            self.requests_log.write(json.dumps(line) + "\n")


class IndexFactory(SiteFactory):
    """Serve the index of all sites and the control addresses under /__newsroom__/."""

    def __init__(self, newsroom: Newsroom) -> None:
        http.HTTPFactory.__init__(self, timeout=60)
        self.newsroom = newsroom
        self.latency = 0.0

    def respond(self, request: Any) -> None:
        """Answer the index page to GET and carry out a change of the web on POST."""
        parts = urlsplit(request.uri.decode("ascii", "replace"))
        kind, status = b"application/json", 200
        if parts.path.startswith(CONTROL) and request.method == b"POST":
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            try:
                result = self._change(parts.path.removeprefix(CONTROL), query)
            except (KeyError, ValueError) as error:
                result, status = {"error": str(error)}, 400
            body = json.dumps(result).encode()
        elif parts.path == "/":
            template = environment().get_template("index.html.j2")
            kind, body = b"text/html; charset=utf-8", template.render(outlets=self.newsroom.outlets.values()).encode()
        else:
            status, body = 404, b'{"error": "not found"}'
        request.setResponseCode(status)
        request.responseHeaders.setRawHeaders(b"content-type", [kind])
        request.responseHeaders.setRawHeaders(b"content-length", [str(len(body)).encode()])
        request.write(body)
        request.finish()

    def _change(self, name: str, query: dict[str, str]) -> dict[str, Any]:
        if name == "publish":
            return {"urls": self.newsroom.publish(query["site"], int(query.get("n", "1")))}
        if name == "revise":
            self.newsroom.revise(query["url"])
        elif name == "retitle":
            self.newsroom.retitle(query["url"])
        elif name == "remove":
            self.newsroom.remove(query["url"])
        elif name == "break":
            self.newsroom.break_down(query["site"], query["kind"])
        elif name == "mend":
            self.newsroom.mend(query["site"])
        elif name == "clock":
            self.newsroom.set_clock(datetime.fromisoformat(query["now"]))
        else:
            raise ValueError(
                f"unknown change {name!r}; known are publish, revise, retitle, remove, break, mend and clock"
            )
        return {"done": name}


class _UntilEndOfInput(Protocol):
    """Stop the server when standard input ends, that is, when the process that started it is gone."""

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802, ARG002 - twisted's name and form
        """Stop: the parent's end of the pipe was closed."""
        if reactor.running:
            reactor.stop()


def run(
    newsroom: Newsroom,
    *,
    port: int = 8600,
    log: Path | None = None,
    sources_file: Path | None = None,
    with_parent: bool = False,
    warm: bool = False,
    latency: float = 0.0,
) -> None:
    """Serve until SIGTERM or SIGINT, after one JSON line on standard output that says where.

    The index stands at ``port`` and the sites at the ports after it; port 0 takes free ones. The sites answer
    ``latency`` seconds after they are asked.
    """
    requests_log = log.open("a", encoding="utf-8", buffering=1) if log else None
    answers = Answers(newsroom)
    index = reactor.listenTCP(port, IndexFactory(newsroom), interface="127.0.0.1", backlog=128)
    bases = []
    for number, outlet in enumerate(newsroom.outlets.values(), start=1):
        site = SiteFactory(outlet, answers, requests_log, latency)
        listener = reactor.listenTCP(port + number if port else 0, site, interface="127.0.0.1", backlog=128)
        bases.append(f"http://127.0.0.1:{listener.getHost().port}")
    newsroom.bind(bases)
    if sources_file:
        sources_file.write_text(newsroom.sources_toml(), encoding="utf-8")
    if warm:
        answers.warm()
    if with_parent:
        standard_io: Any = StandardIO
        standard_io(_UntilEndOfInput())

    def stop(*_: object) -> None:
        reactor.callFromThread(reactor.stop)

    def announce() -> None:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN if with_parent else stop)  # a parent's crawl is still to be served
        sites = [{"name": outlet.spec.name, "base": outlet.base} for outlet in newsroom.outlets.values()]
        ready = {"ready": True, "base": f"http://127.0.0.1:{index.getHost().port}", "pid": os.getpid(), "sites": sites}
        sys.stdout.write(json.dumps(ready, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    reactor.callWhenRunning(announce)
    reactor.run(installSignalHandlers=False)
    if requests_log is not None:
        requests_log.close()


def _takes_gzip(values: Sequence[bytes] | None) -> bool:
    return any(b"gzip" in value for value in values or ())


def _not_modified(since: bytes, changed: bytes) -> bool:
    if since == changed:
        return True
    try:
        return parsedate_to_datetime(changed.decode()) <= parsedate_to_datetime(since.decode("ascii", "replace"))
    except ValueError:
        return False
