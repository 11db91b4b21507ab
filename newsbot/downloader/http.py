"""Scrapy's HTTP client with bounds on memory (headers of an answer, all bodies together) and certificates by source.

Scrapy bounds one body (DOWNLOAD_MAXSIZE), neither its headers nor all bodies together. Both are counted where the bytes
arrive, in the connection itself, because nothing above it can stop reading. There, too, ends what does not end by
itself or where it says: servers count wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from time import monotonic

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response
from scrapy.utils.asyncio import CallLaterResult, call_later
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

_STATUS_LINE = re.compile(rb"\s*(?P<version>[A-Za-z]+(?:/[\d.]*)?)\s+(?P<code>\d{3})(?:\s+(?P<phrase>.*))?\s*", re.S)
_ENDED = re.compile(rb"</(?:html|rss|feed|rdf:RDF|urlset|sitemapindex)>\s*\Z", re.I)
_TAIL = 64
_SIZE_LINE = re.compile(rb"([0-9a-f]{1,12})\s*(?:;.*)?", re.I | re.S)
_VERSIONS = (b"HTTP/1.0", b"HTTP/1.1")


class Room:
    """Lets large bodies in as long as there is room, and then one by one, the eldest first.

    A hundred hosts may send DOWNLOAD_MAXSIZE each, at the same time. What waits is not read from its connection,
    and fails by its time-out if its turn does not come. Small bodies, which pages mostly are, never wait.
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


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Downloads over HTTP and HTTPS (DOWNLOAD_HANDLERS); more than MAX_HEADERS of headers are a broken connection."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        give_large_blocks_back()
        patience = crawler.settings.getfloat("DOWNLOAD_TIMEOUT") - BEFORE_TIMEOUT
        self._pool._factory = partial(BoundedClientFactory, Room(crawler), patience)  # type: ignore[assignment]
        self.certificates = SourceCertificates(crawler)
        self._contextFactory = self.certificates  # type: ignore[assignment] # mypy does not know zope's interfaces

    async def download_request(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            if fault := certificate_fault(error):
                raise Skipped("certificate", fault) from None
            raise


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
    _look: CallLaterResult | None = None
    _is_near = False

    def __init__(self, room: Room, patience: float, quiescent: Callable[[HTTP11ClientProtocol], None]) -> None:
        """``patience``: seconds after which a body that rests is taken as it is."""
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._room = room
        self._patience = patience

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        self._headers = self._body = 0
        self._waits = False
        self._asked_at = monotonic()
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = LenientParser
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's interface)
        self._heard_at, self._tail = monotonic(), data[-_TAIL:]
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._headers += len(data)
            if self._headers > MAX_HEADERS:
                assert self.transport is not None
                self.transport.abortConnection()
                return
        else:
            self._body += len(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None:
            self._leave()
            return
        if self._body > LARGE:
            self._room.take(self, self._body)
        if self._parser.state == BODY:
            self._look_later()

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # noqa: N802 (Twisted's interface)
        self._leave()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def _leave(self) -> None:
        self._room.leave(self)
        if self._look:
            self._look.cancel()
            self._look = None

    def _look_later(self) -> None:
        """Look at the end of its time whether the body still goes on; that is near where it may be over."""
        is_near = self._may_be_over()
        if self._look and (self._is_near or not is_near):
            return
        if self._look:
            self._look.cancel()
        self._is_near = is_near
        self._look = call_later(max(self._time_left(), 0.0), self._end_if_it_rests)

    def _may_be_over(self) -> bool:
        """Whether the length that was announced is behind it, or its document has ended."""
        is_longer = isinstance(self._parser, LenientParser) and self._parser.is_longer
        return is_longer or _ENDED.search(self._tail) is not None

    def _time_left(self) -> float:
        """Return the seconds after which a body that rests is over."""
        latest = 0.0 if self._may_be_over() else self._asked_at + self._patience
        return max(latest, self._heard_at + RESTS) - monotonic()

    def _end_if_it_rests(self) -> None:
        self._look = None
        if self._waits:
            return  # what comes then looks again
        if self._time_left() > 0:
            self._look_later()
        else:
            assert self.transport is not None
            self.transport.abortConnection()

    def wait(self, waits: bool) -> None:
        """Stop reading from the connection, or go on."""
        if waits != self._waits and self.transport is not None:
            self._waits = waits
            if waits:
                self.transport.pauseProducing()
            else:
                self.transport.resumeProducing()


class BoundedClientFactory(Factory):
    """Makes the connections of the pool."""

    noisy = False

    def __init__(
        self, room: Room, patience: float, quiescent: Callable[[HTTP11ClientProtocol], None], _endpoint: str
    ) -> None:
        self._room = room
        self._patience = patience
        self._quiescent = quiescent

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 (Twisted's interface)
        return BoundedClientProtocol(self._room, self._patience, self._quiescent)
