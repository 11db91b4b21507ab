"""Manners on the way out: robots.txt as RFC 9309 says, and rests for hosts that ask for them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Self

from scrapy import Request, signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface
from scrapy.robotstxt import RobotParser
from scrapy.utils.asyncio import call_later
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from newsbot.crawl.hosts import Patience
from newsbot.crawl.schedule import Schedule, retry_after, shifted
from newsbot.downloader.errors import DOWNLOAD_ERRORS, Skipped, outcome_of
from newsbot.store import sites

# Which request goes next: hosts take turns, and a slow one holds no more than its share of the downloader.


class HostShares(DownloaderInterface):
    """Tells the queue how busy the hosts are, and of none that has its share of requests already."""

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        active = Counter(self.downloader.get_slot_key(request) for request in self.downloader.active)
        return [(active[host], host) for host in possible_slots if active[host] < self._share(host)]

    def _share(self, host: str) -> int:
        """Return how many requests of a host may be out: those on the wire, and the next one."""
        slot = self.downloader.slots.get(host)
        return (slot.concurrency if slot else self.downloader.domain_concurrency) + 1


class HostQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue by host, which keeps a host's requests back while enough of them are out.

    Scrapy's own hands out all it has. A host with 200 articles and a Crawl-delay of a minute would
    then fill the CONCURRENT_REQUESTS places with waiting requests, and hold up every other host.
    """

    def __init__(self, crawler: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(crawler, *args, **kwargs)
        self._downloader_interface = HostShares(crawler)


LEAST_DELAY = 0.001
"""Seconds between two requests to one host where DOWNLOAD_DELAY is 0."""
ROBOTS_KEPT_MINUTES = 60.0
"""How long a robots.txt is kept over runs; RFC 9309, 2.4 allows a day."""
MAX_ROBOTS = 512_000
"""Bytes of a robots.txt that are read: RFC 9309, 2.5."""
GONE = (404, 410)
"""What is said of one page, and not in vain."""
MAX_RESTS = 3
"""How often a run waits for one page of a host that asks for it."""
REST_AFTER_429 = 15.0
"""Seconds of rest after a 429 that states none; four times as long after each further one."""


class HostDownloader(Downloader):
    """Keeps manners by host and port, so that two servers on one machine do not wait for each other."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.longest = crawler.settings.getfloat("NEWSBOT_MAX_WAIT")
        self.patience = Patience(crawler.settings.getfloat("NEWSBOT_PATIENCE"))
        # Without any delay, Scrapy sends all that waits for a host at once, whatever its concurrency.
        self._delay = max(self._delay, LEAST_DELAY)
        # Not in a middleware: the next request of a host goes out right after this signal.
        crawler.signals.connect(self._rest, signal=signals.response_downloaded)

    def get_slot_key(self, request: Request) -> str:
        return urlparse_cached(request).netloc

    async def _download(self, slot: Slot, request: Request) -> Response:
        self.leave_alone(request)
        host, started = self.get_slot_key(request), monotonic()
        try:
            response = await super()._download(slot, request)
        except DOWNLOAD_ERRORS:
            self.patience.failed(host, monotonic() - started)
            raise
        if response.status < 300 or response.status == 304:
            self.patience.answered(host)
        elif response.status >= 400 and response.status not in GONE:
            self.patience.failed(host, monotonic() - started)
        return response

    def leave_alone(self, request: Request) -> None:
        """Raise Skipped for a request to a host that wants to be left alone, or that has cost this run too much."""
        host = self.get_slot_key(request)
        schedule = schedule_of(self.crawler)
        until = schedule.rests_until(host) if schedule else None
        if until and (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds() > self.longest:
            raise Skipped("retry_later", f"{host} until {until}")
        if self.patience.is_over(host):
            raise Skipped("host_given_up", f"{host} cost more than {self.patience.seconds:g} s in vain")

    def _rest(self, response: Response, request: Request) -> None:
        """Leave a host alone whose answer asks for it: within the run, or else for longer than the run waits."""
        rests = request.meta.get("rests", 0)
        wait = rest_asked(response, rests)
        if wait is None:
            return
        host = self.get_slot_key(request)
        is_short = wait <= min(self.longest, self.patience.left(host)) and rests < MAX_RESTS
        request.meta["rest"] = wait, is_short
        if is_short:
            self.patience.waits(host, wait)
            self.hold(host, wait)
        elif schedule := schedule_of(self.crawler):
            schedule.rest(host, max(wait, self.longest + 1))

    def hold(self, host: str, seconds: float) -> None:
        """Send nothing to a host for a while; what waits for it waits without being looked at."""
        if slot := self.slots.get(host):
            if slot.latercall:
                slot.latercall.cancel()
            slot.latercall = call_later(seconds, self._latercall, slot)


class RetryAfterMiddleware:
    """Leaves a host alone that asks for it: 429, or 503 with Retry-After (RFC 9110, 10.2.3).

    A short wait is waited for within the run, and the request is sent again; a longer one ends the
    host's part in this run, and is kept by later runs until it is over.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        if isinstance(downloader, HostDownloader):
            downloader.leave_alone(request)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in (429, 503):
            return response
        rest = request.meta.pop("rest", None)
        if rest is None:
            assert self.crawler.spider is not None
            return get_retry_request(request, spider=self.crawler.spider, reason="503") or response
        seconds, is_short = rest
        if is_short:
            rests = request.meta.get("rests", 0) + 1
            return request.replace(dont_filter=True, meta={**request.meta, "rests": rests})
        raise Skipped("retry_later", f"{urlparse_cached(request).netloc} asks for {seconds:.0f} s of rest")


def rest_asked(response: Response, rests: int) -> float | None:
    """Return the seconds that a host wants to be left alone, after so many rests for one page, or None.

    >>> rest_asked(Response("https://e.org/", status=503, headers={"Retry-After": "20"}), 0)
    20.0
    """
    if response.status not in (429, 503):
        return None
    header = response.headers.get("Retry-After")
    wait = retry_after(header.decode("latin-1") if header else None, datetime.now(UTC))
    return REST_AFTER_429 * 4.0**rests if wait is None and response.status == 429 else wait


def schedule_of(crawler: Crawler) -> Schedule | None:
    """Return the schedule of the run that a crawler is at, if it is at one."""
    run = getattr(crawler.spider, "run", None)
    return run.schedule if run else None


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt as RFC 9309, 2.3.1 has it: 4xx allows all; 5xx and no answer allow nothing."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Scrapy logs a traceback for every robots.txt that cannot be had; here the ledger says so.
        logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        host, run = urlparse_cached(request).netloc, getattr(self.crawler.spider, "run", None)
        if host not in self._parsers and run:
            kept = sites.robots(run.engine, host, since=shifted(run.now(), -ROBOTS_KEPT_MINUTES))
            if kept is not None:
                parser = build_from_crawler(self._parserimpl, self.crawler, kept.encode())
                self.crawler.signals.send_catch_log(signals.robots_parsed, robotparser=parser, request=request)
                self._parsers[host] = parser
        return await super().robot_parser(request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if isinstance(rp, Unreachable):
            raise Skipped(rp.reason, rp.detail)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise Skipped("robots_txt") from None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        run = getattr(self.crawler.spider, "run", None)
        if response.status >= 500:
            self._settle(netloc, Unreachable(f"HTTP {response.status}"))
            return
        if run:
            text = response.body[:MAX_ROBOTS].decode("utf-8", "replace").replace("\0", "")
            sites.keep_robots(run.engine, netloc, text if response.status < 400 else "", now=run.now())
        if response.status >= 400:
            self._settle(netloc, None)
        else:
            await super()._parse_robots(response.replace(body=response.body[:MAX_ROBOTS]), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        _, reason, detail = outcome_of(exc)
        if reason in ("private_address", "certificate"):
            self._settle(netloc, Unreachable(detail, reason))
        else:
            self._settle(netloc, Unreachable(detail or reason))

    def _settle(self, netloc: str, parser: RobotParser | None) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = parser
        waiting.callback(parser)  # type: ignore[union-attr]


class Unreachable(RobotParser):
    """A robots.txt that could not be had."""

    def __init__(self, detail: str, reason: str = "robots_unreachable") -> None:
        self.detail = detail
        self.reason = reason

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:  # noqa: ARG003 (the interface's)
        return cls("")

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002 (the interface's)
        return False
