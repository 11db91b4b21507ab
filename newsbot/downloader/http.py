"""Scrapy's HTTP client with bounds on memory (headers of an answer, all bodies together) and certificates by source.

Scrapy bounds one body (DOWNLOAD_MAXSIZE), neither its headers nor all bodies together. Both are counted where the bytes
arrive, in the connection itself, because nothing above it can stop reading. There, too, ends what does not end by
itself or where it says: servers count wrong.

A host has DOWNLOAD_TIMEOUT seconds in which it is listened to: what a busy crawl makes it wait is not its slowness.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from math import inf
from time import monotonic
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ResponseReader,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Request, Response
from scrapy.utils.asyncio import CallLaterResult, call_later
from scrapy.utils.defer import deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.http import PotentialDataLoss, _DataLoss, _IdentityTransferDecoder
from twisted.web.iweb import IResponse

from newsbot.downloader.errors import Skipped
from newsbot.downloader.tls import SourceCertificates, certificate_fault
from newsbot.process import give_free_memory_back, give_large_blocks_back

MAX_HEADERS = 524_288
"""Bytes before the body of an answer; browsers take a quarter of a megabyte. Headers without end filled 1.9 GB in ten
seconds before (docs/reliability.md)."""
LARGE = 1_048_576
"""Bytes of a body from which on it is large, and waits if there is no room."""
ROOM = 16_777_216
"""Bytes that large bodies under way and pages at work may take together."""
BEFORE_TIMEOUT = 1.0
"""Seconds before DOWNLOAD_TIMEOUT at which a body that rests is taken as it is; what it lacks may never come."""
RESTS = 1.5
"""Seconds without a byte after which a body rests, and is over where its document is or its length was."""
MAX_SIZE_LINE = 1024
"""Bytes in which the size of a chunk ends."""
LOOK_AGAIN = 0.2
"""Seconds after which what waits looks whether there is room."""
BEAT = 0.1
"""Seconds between two beats of the hosts' clock, and the most that it counts between them."""
CLOSES = 1.0
"""Seconds in which the connections that are kept open have to be closed at the end."""
NEVER = 31_536_000.0
"""Seconds of a year: what Scrapy is told for a time-out, because its own clock counts what is not the host's."""

_STATUS_LINE = re.compile(rb"\s*(?P<version>[A-Za-z]+(?:/[\d.]*)?)\s+(?P<code>\d{3})(?:\s+(?P<phrase>.*))?\s*", re.S)
_ENDED = re.compile(rb"</(?:html|rss|feed|rdf:RDF|urlset|sitemapindex)>\s*\Z", re.I)
_TAIL = 64
_SIZE_LINE = re.compile(rb"([0-9a-f]{1,12})\s*(?:;.*)?", re.I | re.S)
_VERSIONS = (b"HTTP/1.0", b"HTTP/1.1")


class Room:
    """Lets large bodies in as long as there is room, and then one by one, the eldest first.

    A hundred hosts may send DOWNLOAD_MAXSIZE each, at the same time. What waits is not read from its connection, and
    that is not its host's time. Small bodies, which pages mostly are, never wait.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._bytes: dict[BoundedClientProtocol, int] = {}
        self._later: CallLaterResult | None = None

    def take(self, connection: BoundedClientProtocol, received: int) -> None:
        """Note how much of a large body has been received, and let it wait if that is too much."""
        self._bytes[connection] = received
        self._share()

    def leave(self, connection: BoundedClientProtocol) -> None:
        """Give the room back that a connection has taken."""
        if self._bytes.pop(connection, None) is not None:
            self._share()
            if not self._bytes:
                give_free_memory_back()

    def _share(self) -> None:
        slot = self._crawler.engine.scraper.slot
        at_work = slot.active_size if slot else 0
        is_full = at_work + sum(self._bytes.values()) > ROOM
        for number, connection in enumerate(self._bytes):
            connection.wait(is_full and (number > 0 or at_work > ROOM))
        if is_full and self._later is None:
            self._later = call_later(LOOK_AGAIN, self._look_again)

    def _look_again(self) -> None:
        self._later = None
        self._share()


class HostClock:
    """Seconds in which hosts could be heard: it stands while the event loop is held up, by a long page or by others.

    What a busy machine leaves in a socket for a minute is read in small pieces then, between which it counts again.
    """

    def __init__(self) -> None:
        self._under_way: dict[Request, Hearing] = {}
        self.sent_at: dict[str, float] = {}
        """When the latest request to a host (name and port) went out, until its answer is there; monotonic."""
        self._told = 0.0
        self._beat_at = monotonic()
        self._next = call_later(BEAT, self._beat)

    def now(self) -> float:
        """Return the seconds since it was made."""
        return self._told + min(monotonic() - self._beat_at, BEAT)

    @contextmanager
    def hearing(self, request: Request, seconds: float, deadline: asyncio.Timeout) -> Iterator[Hearing]:
        """Let a host be heard for so long: let ``deadline`` expire if it is over before the block is."""
        hearing = self._under_way[request] = Hearing(self, seconds, deadline)
        try:
            yield hearing
        finally:
            del self._under_way[request]

    def hearing_of(self, request: Request) -> Hearing | None:
        """Return what is under way for a request."""
        return self._under_way.get(request)

    def stop(self) -> None:
        """Beat no more."""
        self._next.cancel()

    def _beat(self) -> None:
        self._told, self._beat_at = self.now(), monotonic()
        self._next = call_later(BEAT, self._beat)
        for hearing in list(self._under_way.values()):
            hearing.look()


class Hearing:
    """How long a host was listened to for one answer; not while its body waits for room."""

    connection: BoundedClientProtocol | None = None
    """Which the body comes from, while it does."""
    received = 0
    """Bytes of the body so far; what comes at once with its head is not counted."""

    def __init__(self, clock: HostClock, limit: float, deadline: asyncio.Timeout) -> None:
        self._clock = clock
        self._limit = limit
        self._deadline = deadline
        self._since = clock.now()
        self._paused_at: float | None = None

    def seconds(self) -> float:
        """Return for how long."""
        return (self._clock.now() if self._paused_at is None else self._paused_at) - self._since

    def left(self) -> float:
        """Return the seconds that the host has still."""
        return self._limit - self.seconds()

    def pause(self) -> None:
        """Count no further until it goes on."""
        self._paused_at = self._clock.now()

    def go_on(self) -> None:
        """Count again."""
        assert self._paused_at is not None
        self._since += self._clock.now() - self._paused_at
        self._paused_at = None

    def look(self) -> None:
        """End what is over: the whole, or a body of which nothing more will come."""
        if self._paused_at is not None or self._deadline.when() is not None:
            return
        if self.left() <= 0:
            self._deadline.reschedule(0)
        elif self.connection:
            self.connection.end_if_it_rests(self.left())


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Downloads over HTTP and HTTPS (DOWNLOAD_HANDLERS); more than MAX_HEADERS of headers are a broken connection.

    Sets ``request.meta["download_seconds"]``, how long the host was listened to, ``download_bytes``, what of a body it
    sent, and ``sent_at``, when the request went out.

    Setting: DOWNLOAD_TIMEOUT (or ``meta["download_timeout"]``), the most of that.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        give_large_blocks_back()
        self.clock = HostClock()
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._pool._factory = partial(BoundedClientFactory, Room(crawler), self.clock)  # type: ignore[assignment]
        self.certificates = SourceCertificates(crawler)
        self._contextFactory = self.certificates  # type: ignore[assignment] # mypy does not know zope's interfaces

    async def download_request(self, request: Request) -> Response:
        timeout = request.meta.get("download_timeout") or self._timeout
        deadline = asyncio.timeout(None)
        with self.clock.hearing(request, timeout, deadline) as hearing:
            request.meta["download_timeout"] = NEVER
            try:
                async with deadline:
                    return await super().download_request(request)
            except DownloadFailedError as error:
                if fault := certificate_fault(error):
                    raise Skipped("certificate", fault) from None
                raise
            except TimeoutError:
                raise DownloadTimeoutError(f"Getting {request.url} took longer than {timeout:g} seconds.") from None
            finally:
                request.meta["download_timeout"] = timeout
                request.meta["download_seconds"] = hearing.seconds()
                request.meta["download_bytes"] = hearing.received
                request.meta["sent_at"] = self.clock.sent_at.pop(urlparse_cached(request).netloc, 0.0)

    async def close(self) -> None:
        """Close the connections that are kept open, and wait for a moment until they are.

        Scrapy's own lets a timer fire what the last connection has fired already, where the event loop was held up.
        """
        self.clock.stop()
        closed = deferred_to_future(self._pool.closeCachedConnections())  # type: ignore[no-untyped-call]
        await asyncio.wait([closed], timeout=CLOSES)


class Chunks:
    """Undoes the chunked coding of a body (RFC 9112, 7.1) as browsers do: with padded sizes and bare newlines.

    Has the interface of Twisted's own decoder, which takes neither. What is not chunked, whatever its head says, is
    taken as it is.
    """

    def __init__(self, deliver: Callable[[bytes], None], finish: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._finish = finish
        self._buffer = bytearray()
        self._left = 0
        self._has_begun = self._has_ended = False
        self._step = self._size_line

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's interface)
        self._buffer += data
        while self._buffer and self._step():
            pass

    def noMoreData(self) -> None:  # noqa: N802 (Twisted's interface)
        if self._has_ended:
            return
        if self._step not in (self._trailer_line, self._as_it_is):
            raise _DataLoss("the last chunk is missing")
        self._has_ended = True
        self._finish(b"")
        if self._step == self._as_it_is:
            raise PotentialDataLoss

    def _size_line(self) -> bool:
        """Read the line before a chunk, or the newline behind one; whether to go on."""
        end = self._buffer.find(b"\n")
        line = bytes(self._buffer[: end if end >= 0 else MAX_SIZE_LINE]).strip()
        found = _SIZE_LINE.fullmatch(line)
        if line and not found:
            if self._has_begun:
                raise ValueError("a chunk without its size")
            self._step = self._as_it_is
            return True
        if end < 0:
            return False
        del self._buffer[: end + 1]
        if found:
            self._has_begun = True
            self._left = int(found[1], 16)
            self._step = self._chunk if self._left else self._trailer_line
        return True

    def _chunk(self) -> bool:
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: len(piece)]
        self._left -= len(piece)
        if not self._left:
            self._step = self._size_line
        self._deliver(piece)
        return True

    def _trailer_line(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self._buffer[:end]).strip()
        del self._buffer[: end + 1]
        if not line:
            self._has_ended = True
            self._finish(bytes(self._buffer))
        return bool(line)

    def _as_it_is(self) -> bool:
        piece = bytes(self._buffer)
        self._buffer.clear()
        self._deliver(piece)
        return True


class LenientParser(_LenientHTTPClientParser):
    """Reads answers whose head is as wrong as browsers stand it, and bodies that are longer than announced."""

    MAX_LENGTH = MAX_HEADERS
    """Of one line; Twisted's is 16 KB, which cookies and policies fill."""
    is_longer = False
    """Whether the body has gone on behind the length that was announced: it ends with the connection."""

    def statusReceived(self, status: bytes) -> None:  # noqa: N802 (Twisted's interface)
        if found := _STATUS_LINE.fullmatch(status):
            version = found["version"] if found["version"] in _VERSIONS else b"HTTP/1.1"
            status = b" ".join((version, found["code"], found["phrase"] or b""))
        super().statusReceived(status)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 (Twisted's interface)
        if self.state != STATUS or line.strip():  # some send a newline too many
            super().lineReceived(line)

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802 (Twisted's interface)
        with suppress(ValueError):  # a name that is none costs its line and no more
            super().headerReceived(name.strip(), value)  # type: ignore[no-untyped-call]

    def allHeadersReceived(self) -> None:  # noqa: N802 (Twisted's interface)
        if coding := b",".join(self.connHeaders.getRawHeaders(b"Transfer-Encoding") or ()).lower():
            self.connHeaders.removeHeader(b"Transfer-Encoding")
            if b"chunked" in coding:
                self._transferDecoders = {b"chunked": Chunks}  # type: ignore[dict-item] # Twisted's own, to mypy
                self.connHeaders.setRawHeaders(b"Transfer-Encoding", [b"chunked"])
        lengths = {
            part.strip()
            for text in self.connHeaders.getRawHeaders(b"Content-Length") or ()
            for part in text.split(b",")
        }
        is_wrong = len(lengths) > 1 or not all(length.isdigit() for length in lengths)
        if is_wrong or (lengths == {b"0"} and self._buffer):
            self.connHeaders.removeHeader(b"Content-Length")
            self.is_longer = True
        super().allHeadersReceived()  # type: ignore[no-untyped-call]

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's interface)
        decoder = self.bodyDecoder
        if isinstance(decoder, _IdentityTransferDecoder) and (decoder.contentLength or inf) < len(data):
            decoder.contentLength = None
            self.is_longer = True
        super().rawDataReceived(data)  # type: ignore[no-untyped-call]


class BoundedClientProtocol(_LenientHTTP11ClientProtocol):
    """One connection, which counts the bytes of the answer that it is reading, and knows when to stop waiting."""

    _headers = 0
    _body = 0
    _waits = False
    _hearing: Hearing | None = None

    def __init__(self, room: Room, clock: HostClock, quiescent: Callable[[HTTP11ClientProtocol], None]) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._room = room
        self._clock = clock

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        self._headers = self._body = 0
        self._waits = False
        answer = super().request(request)
        # Twisted keeps it until the loop comes round, which takes a while where much else is to be done.
        host = urlsplit((request.absoluteURI or b"").decode("ascii")).netloc
        call_later(0, self._note_sent, host)
        if self._parser is not None:
            self._parser.__class__ = LenientParser
        return answer

    def _note_sent(self, host: str) -> None:
        self._clock.sent_at[host] = monotonic()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's interface)
        self._heard_at, self._tail = self._clock.now(), data[-_TAIL:]
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._headers += len(data)
            if self._headers > MAX_HEADERS:
                self._abort()
                return
        else:
            self._body += len(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None:
            self._leave()
            return
        if self._parser.state == BODY and self._hearing is None:
            self._be_heard()
        if self._hearing:
            self._hearing.received = self._body
        if self._body > LARGE:
            self._room.take(self, self._body)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # noqa: N802 (Twisted's interface)
        self._leave()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def _be_heard(self) -> None:
        """Find what is under way for the request whose body now comes; Scrapy may have refused the body."""
        assert self._parser is not None
        reader = self._parser.response._bodyProtocol
        if isinstance(reader, _ResponseReader) and (hearing := self._clock.hearing_of(reader._request)):
            self._hearing, hearing.connection = hearing, self

    def _leave(self) -> None:
        self._room.leave(self)
        self.wait(False)
        if self._hearing:
            self._hearing.connection = None
            self._hearing = None

    def end_if_it_rests(self, left: float) -> None:
        """Take a body as it is that rests where it may be over, or shortly before the ``left`` seconds are over."""
        if (left <= BEFORE_TIMEOUT or self._may_be_over()) and self._clock.now() - self._heard_at >= RESTS:
            self._abort()

    def _may_be_over(self) -> bool:
        """Whether the length that was announced is behind it, or its document has ended."""
        is_longer = isinstance(self._parser, LenientParser) and self._parser.is_longer
        return is_longer or _ENDED.search(self._tail) is not None

    def _abort(self) -> None:
        assert self.transport is not None
        self.transport.abortConnection()

    def wait(self, waits: bool) -> None:
        """Stop reading from the connection, or go on."""
        if waits == self._waits or self.transport is None:
            return
        self._waits = waits
        if waits:
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()
        if self._hearing:
            (self._hearing.pause if waits else self._hearing.go_on)()


class BoundedClientFactory(Factory):
    """Makes the connections of the pool."""

    noisy = False

    def __init__(
        self, room: Room, clock: HostClock, quiescent: Callable[[HTTP11ClientProtocol], None], _endpoint: str
    ) -> None:
        self._room = room
        self._clock = clock
        self._quiescent = quiescent

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 (Twisted's interface)
        return BoundedClientProtocol(self._room, self._clock, self._quiescent)
