"""Scrapy's HTTP client with a bound on headers (without end they would fill the memory), and certificates by source."""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.iweb import IResponse

from newsbot.certificates import SourceCertificates, certificate_fault
from newsbot.outcomes import Skipped

MAX_HEADERS = 524_288
"""Bytes before the body of an answer; browsers take a quarter of a megabyte."""


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Downloads over HTTP and HTTPS; an answer with more than MAX_HEADERS of headers is a broken connection."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedClientFactory
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
    """One connection."""

    _headers = 0

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        self._headers = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's interface)
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._headers += len(data)
            if self._headers > MAX_HEADERS:
                assert self.transport is not None
                self.transport.abortConnection()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class BoundedClientFactory(_LenientHTTP11ClientFactory):
    """Makes the connections of the pool."""

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 (Twisted's interface)
        return BoundedClientProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
