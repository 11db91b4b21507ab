"""Server-side request forgery: no request leaves for a private network, unless a source names that very host and port.

An address is looked at three times: as it is written, before the request is queued; what its name resolves to, where
the connection is made, so that a name cannot change between the look and the connection (DNS rebinding); and where a
redirect leads, before it is followed (redirects.py).
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies
from weakref import WeakSet

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from w3lib.url import safe_url_string
from zope.interface import implementer

from newsbot.crawl.context import CrawlContext
from newsbot.downloader.errors import Skipped
from newsbot.web.endpoints import Endpoint, endpoint_at, endpoint_of, is_private, may_lead, written
from newsbot.web.urls import MAX_URL_LENGTH, canonical_url


class PrivateAddressMiddleware:
    """Refuses what is no web address, and private addresses where no source is, as they are written.

    Stands before all other middlewares: what it refuses is asked neither for robots.txt nor for anything else.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        check_url(request.url, CrawlContext.of(self.crawler).exemptions.private_network)

    def process_response(self, request: Request, response: Response) -> Response:
        """Refuse what a browser, which follows redirects by itself, has brought from a private address."""
        if response.url != request.url:
            check_url(response.url, CrawlContext.of(self.crawler).exemptions.private_network)
        return response


class ConnectionMiddleware:
    """Watches what names resolve to; stands next to the downloader."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.proxies = frozenset(
            endpoint for address in getproxies().values() if (endpoint := endpoint_of(with_scheme(address)))
        )
        """The operator's own; what their names resolve to is theirs to say."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:  # noqa: ARG002 (Scrapy's interface)
        public_resolver().add(self)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Say that a name leads to a private address, where the client only says that it has none."""
        if isinstance(exception, CannotResolveHostError):
            check_resolved(endpoint_of(request.url))

    def may_be_private(self, host: str, port: int) -> bool:
        """Whether this crawl may go to a host whatever network it is in."""
        endpoints = CrawlContext.of(self.crawler).exemptions.private_network | self.proxies
        return (host, port) in endpoints or (port == 0 and any(host == proxy for proxy, _ in self.proxies))


@implementer(IHostnameResolver)
class PublicResolver:
    """A resolver that gives out public addresses alone, but for the hosts that a crawl of this process exempts."""

    def __init__(self, resolver: Any) -> None:
        self.resolver = resolver
        self.refused: dict[Endpoint, str] = {}
        """The last private address of every host that has one."""
        self._crawls: WeakSet[ConnectionMiddleware] = WeakSet()

    def add(self, crawl: ConnectionMiddleware) -> None:
        """Let a crawl go where its sources exempt it, for as long as it is there."""
        self._crawls.add(crawl)

    def resolveHostName(  # noqa: N802 (Twisted's interface)
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        host, _ = endpoint_at(hostName, portNumber)
        may_be_private = any(crawl.may_be_private(host, portNumber) for crawl in self._crawls)
        receiver = OnlyPublic(
            resolutionReceiver, host, may_be_private, partial(self.refused.__setitem__, (host, portNumber))
        )
        resolution: IHostResolution = self.resolver.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )
        return resolution


@implementer(IResolutionReceiver)
class OnlyPublic:
    """Hands on the addresses of one host that it may be connected to at."""

    def __init__(self, receiver: Any, host: str, may_be_private: bool, refuse: Callable[[str], None]) -> None:
        """``refuse`` is told each of the others."""
        self._receiver = receiver
        self._host = host
        self._may_be_private = may_be_private
        self._refuse = refuse

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 (Twisted's interface)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 (Twisted's interface)
        number = ipaddress.ip_address(address.host)
        if may_lead(self._host, number, may_be_inside=self._may_be_private):
            self._receiver.addressResolved(address)
        else:
            self._refuse(written(number))

    def resolutionComplete(self) -> None:  # noqa: N802 (Twisted's interface)
        self._receiver.resolutionComplete()


def public_resolver() -> PublicResolver:
    """Return the resolver of the reactor, which every connection by name goes through; put it in place first."""
    from twisted.internet import reactor

    resolver = reactor.nameResolver
    if not isinstance(resolver, PublicResolver):
        resolver = PublicResolver(resolver)
        reactor.installNameResolver(resolver)
    return resolver


@implementer(IResolutionReceiver)
class AddressList:
    """The addresses that a name resolves to, once they are all there."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        if not self.complete.done():
            self.complete.set_result(None)


async def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses at which a host may be connected to, none for a name that has none.

    Raises Skipped where it has some and all of them are private.
    """
    received = AddressList()
    public_resolver().refused.pop(endpoint_at(host, port), None)
    public_resolver().resolveHostName(received, host, port)
    await received.complete
    if not received.addresses:
        check_resolved(endpoint_at(host, port))
    return received.addresses


def check_resolved(endpoint: Endpoint | None) -> None:
    """Raise Skipped for a host and port that were found to have a private address."""
    if endpoint in public_resolver().refused:
        raise Skipped("private_address", f"{endpoint[0]} resolves to {public_resolver().refused[endpoint]}")


def check_url(url: str, exempt: frozenset[Endpoint]) -> None:
    """Raise Skipped for an address that is none of the web, or private and not at one of the ``exempt`` endpoints."""
    endpoint = endpoint_of(url)
    if endpoint is None or urlsplit(url).scheme not in ("http", "https"):
        raise Skipped("bad_url", url[:200])
    if is_private(endpoint[0]) and endpoint not in exempt:
        raise Skipped("private_address", f"{endpoint[0]}:{endpoint[1]}")


def check_redirect(url: str, location: str) -> None:
    """Raise Skipped for a redirect that no client of the web follows.

    >>> check_redirect("https://example.org/a", "/b")
    >>> check_redirect("https://example.org/a", "file:///etc/passwd")
    Traceback (most recent call last):
    newsbot.downloader.errors.Skipped: bad_url: redirect to file:///etc/passwd
    """
    try:
        to = urljoin(url, location.strip())
        canonical_url(to)
        is_web = endpoint_of(to) is not None and len(safe_url_string(to)) <= MAX_URL_LENGTH
    except ValueError:
        is_web = False
    if not is_web:
        raise Skipped("bad_url", f"redirect to {location[:200]}")


def with_scheme(address: str) -> str:
    """Return a proxy's address as a URL.

    >>> with_scheme("proxy.example.org:3128")
    'http://proxy.example.org:3128'
    """
    return address if "://" in address else f"http://{address}"
