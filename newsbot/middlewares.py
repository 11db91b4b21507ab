"""Manners and safety on the way out: robots.txt as RFC 9309 says, and no way into private networks."""

from __future__ import annotations

import ipaddress
import logging
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from newsbot.outcomes import Skipped, outcome_of

# Scrapy logs a traceback for every robots.txt that cannot be had; here the ledger says so.
logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)


class HostDownloader(Downloader):
    """Keeps manners by host and port, so that two servers on one machine do not wait for each other."""

    def get_slot_key(self, request: Request) -> str:
        return urlparse_cached(request).netloc


class PrivateAddressMiddleware:
    """Refuses addresses inside loopback, private and link-local networks that no source names itself."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if is_private(parts.hostname or "") and parts.netloc not in self._named():
            raise Skipped("private_address", parts.netloc)

    def _named(self) -> frozenset[str]:
        run = getattr(self.crawler.spider, "run", None)
        return run.hosts if run else frozenset()


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt as RFC 9309, 2.3.1 has it: 4xx allows all; 5xx and no answer allow nothing."""

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if isinstance(rp, Unreachable):
            raise Skipped("robots_unreachable", rp.detail)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise Skipped("robots_txt") from None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._settle(netloc, Unreachable(f"HTTP {response.status}"))
        elif response.status >= 400:
            self._settle(netloc, None)
        else:
            await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        _, reason, detail = outcome_of(exc)
        self._settle(netloc, Unreachable(detail or reason))

    def _settle(self, netloc: str, parser: RobotParser | None) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = parser
        waiting.callback(parser)  # type: ignore[union-attr]


class Unreachable(RobotParser):
    """A robots.txt that could not be had."""

    def __init__(self, detail: str) -> None:
        self.detail = detail

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:  # noqa: ARG003 (the interface's)
        return cls("")

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002 (the interface's)
        return False


def is_private(host: str) -> bool:
    """Whether a host is, by its very name, in no public network.

    >>> [is_private(host) for host in ("127.0.0.1", "::1", "10.1.2.3", "localhost", "169.254.169.254")]
    [True, True, True, True, True]
    >>> is_private("example.org"), is_private("93.184.216.34")
    (False, False)
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return False
