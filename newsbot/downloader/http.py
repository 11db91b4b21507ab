"""Scrapy's HTTP client with bounds on memory (headers of an answer, all bodies together) and certificates by source.

Scrapy bounds one body (DOWNLOAD_MAXSIZE), neither its headers nor all bodies together. Both are counted where the bytes
arrive, in the connection itself, because nothing above it can stop reading.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _LenientHTTP11ClientProtocol
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response
from scrapy.utils.asyncio import CallLaterResult, call_later
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
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
LOOK_AGAIN = 0.2
"""Seconds after which what waits looks whether there is room."""


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
        self._pool._factory = partial(BoundedClientFactory, Room(crawler))  # type: ignore[assignment]
        self.certificates = SourceCertificates(crawler)
        self._contextFactory = self.certificates  # type: ignore[assignment] # mypy does not know zope's interfaces

    async def download_request(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            if fault := certificate_fault(error):
                raise Skipped("certificate", fault) from None
            raise


class BoundedClientProtocol(_LenientHTTP11ClientProtocol):
    """One connection, which counts the bytes of the answer that it is reading."""

    _headers = 0
    _body = 0
    _waits = False

    def __init__(self, room: Room, quiescent: Callable[[HTTP11ClientProtocol], None]) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._room = room

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        self._headers = self._body = 0
        self._waits = False
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's interface)
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
            self._room.leave(self)
        elif self._body > LARGE:
            self._room.take(self, self._body)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # noqa: N802 (Twisted's interface)
        self._room.leave(self)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

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

    def __init__(self, room: Room, quiescent: Callable[[HTTP11ClientProtocol], None], _endpoint: str) -> None:
        self._room = room
        self._quiescent = quiescent

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 (Twisted's interface)
        return BoundedClientProtocol(self._room, self._quiescent)
