"""Whose turn it is, how often a host is asked, when it is left alone, and how much it may cost a run.

A host is a name and a port here, so that two servers on one machine do not wait for each other. HostQueue hands out the
requests, HostDownloader sends them, RetryAfterMiddleware sends again what a host has put off, CrawlDelay and
PoliteThrottle set the pace. robots.txt itself is read in robotstxt.py.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Coroutine, Generator, Iterable
from datetime import UTC, datetime
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface
from scrapy.robotstxt import RobotParser
from scrapy.utils.asyncio import CallLaterResult, call_later
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred, inlineCallbacks

from newsbot.crawl.context import CrawlContext, Pace
from newsbot.downloader.errors import DOWNLOAD_ERRORS, Skipped
from newsbot.downloader.fetch import DATALOSS, STALLED
from newsbot.downloader.turns import SourceTurns
from newsbot.downloader.waiting import Waiting
from newsbot.items import OVER_BUDGET, RUN_ENDED
from newsbot.process import began
from newsbot.web.dates import parse_moment

if TYPE_CHECKING:
    from newsbot.crawl.polling.schedule import Schedule

LEAST_DELAY = 0.001
"""Seconds between two requests to one host at least. Without any delay, Scrapy sends all that waits for a host at once,
whatever its concurrency."""
MAX_CRAWL_DELAY = 300.0
"""Seconds; a longer Crawl-delay is held to this, or a run would never end."""
MAX_RESTS = 3
"""How often a run waits for one page of a host that asks for it."""
REST_AFTER_429 = 15.0
"""Seconds of rest after a 429 that states none; four times as long after each further one for the same page."""
MAX_REST = 7 * 86_400.0
"""Seconds; a longer Retry-After is held to this, or a slip of a server would silence a source for good."""
FAILURE_COSTS = 1.0
"""Seconds that a failure costs a host's budget at least: about the time until the host's next turn."""
ANSWER_EARNS = 1.0
"""Seconds that an answer gives back, so that a large site is not given up for a few bad pages."""
SMOOTHED = 0.2
"""Share of the latest answer in how long a host takes for one."""
NO_PAGE = (404, 410)
"""Statuses that say something of one page and nothing of its host: they cost its budget nothing."""

logger = logging.getLogger("newsbot")


class HostQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue by host, which keeps a host's requests back while enough of them are out.

    Scrapy's own hands out all it has. A host with 200 articles and a Crawl-delay of a minute would
    then fill the CONCURRENT_REQUESTS places with waiting requests, and hold up every other host.
    """

    def __init__(self, crawler: Crawler, *args: Any, **kwargs: Any) -> None:
        super().__init__(crawler, *args, **kwargs)
        self._downloader_interface = HostShares(crawler)

    def pqfactory(  # type: ignore[override]
        self,
        slot: str,  # noqa: ARG002 (Scrapy's interface)
        startprios: Iterable[int] = (),  # noqa: ARG002
    ) -> SourceTurns:
        """Return the queue of one host. Nothing of it is kept on disk: what a run leaves is on the frontier."""
        return SourceTurns()


class HostShares(DownloaderInterface):
    """Tells the queue how busy the hosts are, and of none that has its share of requests already."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._out = downloader_of(crawler).active.by_host

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        active = self._out
        return [(active[host], host) for host in possible_slots if active[host] < self.share(host)]

    def share(self, host: str) -> int:
        """Return how many requests of a host may be out: those on the wire, and the next one."""
        slot = self.downloader.slots.get(host)
        return (slot.concurrency if slot else self.downloader.domain_concurrency) + 1


class RequestsOut(set[Request]):
    """The requests that the downloader has, and how many of each host: its queue asks at every turn."""

    def __init__(self) -> None:
        super().__init__()
        self.by_host: Counter[str] = Counter()

    def add(self, request: Request) -> None:
        super().add(request)
        self.by_host[urlparse_cached(request).netloc] += 1

    def remove(self, request: Request) -> None:
        super().remove(request)
        self.by_host[urlparse_cached(request).netloc] -= 1


class HostBudget:
    """The seconds that each host may cost a run in vain: its time-outs and failures, and the rests that it asks for.

    >>> budget = HostBudget(60)
    >>> budget.failed("example.org", 30.0), budget.left("example.org")
    (None, 30.0)
    >>> budget.failed("example.org", 30.0), budget.is_spent("example.org")
    (None, True)
    """

    def __init__(self, seconds: float) -> None:
        """``seconds`` of one host; 0 is no bound."""
        self.seconds = seconds
        self._spent: defaultdict[str, float] = defaultdict(float)

    def failed(self, host: str, seconds: float) -> None:
        """Count a request that took so long and brought nothing."""
        self._spent[host] += max(seconds, FAILURE_COSTS)

    def rested(self, host: str, seconds: float) -> None:
        """Count a rest that a host asked for."""
        self._spent[host] += seconds

    def answered(self, host: str) -> None:
        """Count an answer that is of use."""
        self._spent[host] = max(self._spent[host] - ANSWER_EARNS, 0.0)

    def left(self, host: str) -> float:
        """Return the seconds that a host may still cost."""
        return max(self.seconds - self._spent[host], 0.0) if self.seconds else inf

    def is_spent(self, host: str) -> bool:
        """Whether a host is to be left to the next run."""
        return self.left(host) == 0.0


class HostDownloader(Downloader):
    """Scrapy's downloader, with a pace, rests and a budget for every host (DOWNLOADER).

    Sets ``request.meta["rest"]`` where the answer asks for a rest: its seconds, and whether the run waits for it.
    Reads ``request.meta["rests"]``, how often the run has waited for this page.
    Takes ``request.meta["download_seconds"]`` from the download handler: how long the host took, for better or worse;
    ``download_bytes``, what it sent; and ``sent_at``, when the request went out (monotonic).

    Reads ``request.meta["source"]``, the name of the source that asks: its budget bounds what is asked for it (listings
    and pages: requests with ``cb_kwargs["poll"]`` or ``["candidate"]``), and its account has the cost of everything.
    Sets ``request.meta["is_under_way"]``, so that retries and redirects of a page are that page.

    Settings: NEWSBOT_MAX_WAIT, the longest rest that a run waits for, and NEWSBOT_PATIENCE, the budget of a host, both
    in seconds. They are read here because Scrapy makes its downloader from the crawler alone.
    """

    active: RequestsOut

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.active = RequestsOut()
        self.has_ended = False
        """Whether nothing is sent any more."""
        self._waiting, self._on_the_wire = Waiting(), Waiting()
        self._over: dict[str, CallLaterResult] = {}
        """Of the sources with a budget of seconds, what happens when these are over."""
        self.max_wait = crawler.settings.getfloat("NEWSBOT_MAX_WAIT")
        self.budget = HostBudget(crawler.settings.getfloat("NEWSBOT_PATIENCE"))
        self._takes: dict[str, float] = {}
        self._delay = max(self._delay, LEAST_DELAY)
        # Not in a middleware: the next request of a host goes out right after this signal.
        crawler.signals.connect(self.rest_if_asked, signal=signals.response_downloaded)

    def get_slot_key(self, request: Request) -> str:
        return urlparse_cached(request).netloc

    @inlineCallbacks
    def fetch(self, request: Request) -> Generator[Deferred[Any], Any, Response | Request]:  # type: ignore[override]
        """Do as Scrapy's does, but that the request can be let go."""
        self.active.add(request)
        try:
            way = self.middleware.download_async(self._enqueue_request, request)
            result: Response | Request = yield deferred_from_coro(self._waiting.on(request, way))
            return result
        finally:
            self.active.remove(request)

    def end(self) -> None:
        """Send nothing more, and let go of what has not been sent; what is on the wire may come to its end."""
        self.has_ended = True
        sent = self._sent()
        self._waiting.let_go(RUN_ENDED, lambda request: request not in sent)

    def break_off(self) -> None:
        """Let go of what is on the wire too."""
        self.end()
        self._on_the_wire.let_go(RUN_ENDED)

    def close(self) -> None:
        for over in self._over.values():
            over.cancel()
        super().close()

    def _get_slot(self, request: Request, *args: Any) -> tuple[str, Slot]:
        host, slot = super()._get_slot(request, *args)
        # Another crawl may have asked the host just before: one that was killed, or of another of its sources.
        slot.lastseen = max(slot.lastseen, began())
        return host, slot

    def _process_queue(self, slot: Slot) -> None:
        # Scrapy counts a delay from when it hands a request out, which a busy crawl may send a good deal later.
        slot.lastseen = max([slot.lastseen, *(request.meta.get("sent_at", 0.0) for request in slot.active)])
        super()._process_queue(slot)

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)  # not when the coroutine begins: the next might be let go before
        return super()._wait_for_download(slot, request, queue_dfd)

    async def _download(self, slot: Slot, request: Request) -> Response:
        try:
            self.check(request)  # much may have happened since it was queued
        except Skipped:
            slot.transferring.remove(request)
            self._process_queue(slot)
            raise
        host = self.get_slot_key(request)
        self._begin(request)
        response = None
        try:
            response = await self._on_the_wire.on(request, super()._download(slot, request))
        except DOWNLOAD_ERRORS:
            self.budget.failed(host, request.meta["download_seconds"])
            raise
        finally:
            seconds = request.meta["download_seconds"]
            before = self._takes.get(host, seconds)
            self._takes[host] = before + SMOOTHED * (seconds - before)
            if run := CrawlContext.of(self.crawler).run:
                received = max(request.meta["download_bytes"], len(response.body) if response else 0)
                run.budgets.charge(request.meta.get("source", ""), received=received, seconds=seconds)
        if DATALOSS in response.flags and seconds > STALLED:
            self.budget.failed(host, seconds)
        elif response.status < 300 or response.status == 304:
            self.budget.answered(host)
        elif response.status >= 400 and response.status not in NO_PAGE:
            self.budget.failed(host, seconds)
        return response

    def _begin(self, request: Request) -> None:
        """Note that a request goes out, and for whom."""
        # Not those of the request which this one comes of.
        request.meta.update(download_seconds=0.0, download_bytes=0, sent_at=0.0)
        source, run = request.meta.get("source", ""), CrawlContext.of(self.crawler).run
        if run is None:
            return
        is_page = "candidate" in request.cb_kwargs and not request.meta.get("is_under_way")
        request.meta["is_under_way"] = True
        run.budgets.ask(source, is_page=is_page)
        if source not in self._over and (seconds := run.budgets.of(source).seconds):
            self._over[source] = call_later(seconds, self._let_go, source)

    def _let_go(self, source: str) -> None:
        """Let go of what a source whose time is over has waiting; what is on the wire may come to its end."""
        sent = self._sent()

        def waits(request: Request) -> bool:
            return request.meta.get("source") == source and is_bounded(request) and request not in sent

        self._waiting.let_go(OVER_BUDGET, waits)

    def _sent(self) -> set[Request]:
        return {request for slot in self.slots.values() for request in slot.transferring}

    def check(self, request: Request) -> None:
        """Raise Skipped for a request that is not to be sent: now, in this run, to this host, for this source."""
        if self.has_ended:
            raise Skipped(RUN_ENDED)
        self._check_budget(request)
        self._check_host(request)

    def _check_budget(self, request: Request) -> None:
        """Raise Skipped for a listing or a page of a source whose budget is spent; what is under way is its last."""
        run = CrawlContext.of(self.crawler).run
        if run is None or not is_bounded(request):
            return
        if bound := run.budgets.spent(request.meta.get("source", ""), is_page="candidate" in request.cb_kwargs):
            raise Skipped(OVER_BUDGET, f"{bound} a run")

    def _check_host(self, request: Request) -> None:
        """Raise Skipped for a request to a host that wants to be left alone, or that has cost this run too much."""
        host = self.get_slot_key(request)
        schedule = schedule_of(self.crawler)
        until = schedule.rests_until(host) if schedule else None
        if until and (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds() > self.max_wait:
            raise Skipped("retry_later", f"{host} until {until}")
        if self.budget.is_spent(host):
            raise Skipped("host_given_up", f"{host} cost more than {self.budget.seconds:g} s in vain")

    def rest_if_asked(self, response: Response, request: Request) -> None:
        """Leave a host alone whose answer asks for it: within the run, or else for longer than the run waits."""
        rests = request.meta.get("rests", 0)
        wait = rest_asked(response, rests)
        if wait is None:
            return
        host = self.get_slot_key(request)
        is_short = wait <= min(self.max_wait, self.budget.left(host)) and rests < MAX_RESTS
        request.meta["rest"] = wait, is_short
        if is_short:
            self.budget.rested(host, wait)
            self.hold(host, wait)
        elif schedule := schedule_of(self.crawler):
            schedule.rest(host, max(wait, self.max_wait + 1))

    def hold(self, host: str, seconds: float) -> None:
        """Send nothing to a host for so long; what waits for it waits without being looked at."""
        if slot := self.slots.get(host):
            slot.lastseen = max(slot.lastseen, monotonic() + seconds)

    def space(self, host: str, delay: float) -> None:
        """Send one request at a time to a host from now on, ``delay`` seconds apart and not at random."""
        logger.debug("requests to %s at least %g s apart", host, delay)
        pace = {"delay": max(delay, LEAST_DELAY), "concurrency": 1, "jitter": 0}
        self.per_slot_settings[host] = pace
        if slot := self.slots.get(host):
            for name, value in pace.items():
                setattr(slot, name, value)

    def seconds_for(self, host: str, pages: int) -> float:
        """Return the seconds that so many pages of a host take from now on: its rest, and its pace."""
        takes = self._takes.get(host, 0.0)
        slot = self.slots.get(host)
        if slot is None:
            stated = self.stated_delay(host)
            return pages * max(self._delay if stated is None else stated, takes / self.domain_concurrency)
        rest = max(slot.lastseen - monotonic(), 0.0)
        return rest + pages * max(slot.delay, takes / slot.concurrency)

    def stated_delay(self, host: str) -> float | None:
        """Return the delay that a host's source or robots.txt has stated, in seconds; None where none did."""
        delay: float | None = self.per_slot_settings.get(host, {}).get("delay")
        return delay


class RetryAfterMiddleware:
    """Leaves a host alone that asks for it: 429, or 503 with Retry-After (RFC 9110, 10.2.3).

    A short wait is waited for within the run, and the request is sent again; a longer one ends the
    host's part in this run, and is kept by later runs until it is over. A 503 without Retry-After is retried as others.

    Takes ``request.meta["rest"]`` from HostDownloader, and counts in ``request.meta["rests"]`` how often the run has
    waited for a page, up to MAX_RESTS times.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        downloader_of(self.crawler).check(request)

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


class CrawlDelay(Pace):
    """Spaces the requests to a host as its source states (``delay``), and further if its robots.txt asks for more."""

    def __init__(self, crawler: Crawler, default: float, user_agent: str) -> None:
        """``default``: seconds between two requests where nothing is stated."""
        self.crawler = crawler
        self.default = default
        self.user_agent = user_agent

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        user_agent = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        extension = cls(crawler, crawler.settings.getfloat("DOWNLOAD_DELAY"), user_agent)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.robots_parsed, signal=signals.robots_parsed)
        return extension

    def seconds_for(self, host: str, pages: int) -> float:
        return downloader_of(self.crawler).seconds_for(host, pages)

    def spider_opened(self) -> None:
        run = CrawlContext.of(self.crawler).run
        for source in run.sources.values() if run else ():
            if source.delay is not None:
                for url in [source.home, *(url for _, url in source.listings())]:
                    downloader_of(self.crawler).space(urlsplit(url).netloc, source.delay)

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        host, downloader = urlparse_cached(request).netloc, downloader_of(self.crawler)
        delay = min(robotparser.crawl_delay(self.user_agent) or 0.0, MAX_CRAWL_DELAY)
        stated = downloader.stated_delay(host)
        if delay > (self.default if stated is None else stated):
            downloader.space(host, delay)


class PoliteThrottle(AutoThrottle):
    """Slows down for hosts that answer slowly, and never goes below what their source or robots.txt states.

    Scrapy's own lowers every host's delay to DOWNLOAD_DELAY. On with AUTOTHROTTLE_ENABLED.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Signals reach their receivers in the order in which these were connected: AutoThrottle's own is done by then.
        crawler.signals.connect(self.keep_stated_delay, signal=signals.response_downloaded)

    def keep_stated_delay(self, request: Request) -> None:
        downloader = downloader_of(self.crawler)
        host = downloader.get_slot_key(request)
        if slot := downloader.slots.get(host):
            slot.delay = max(slot.delay, downloader.stated_delay(host) or 0.0)


def is_bounded(request: Request) -> bool:
    """Whether a request is a listing's or the first of a page, which a source's budget bounds.

    >>> is_bounded(Request("https://e.org/robots.txt")), is_bounded(Request("https://e.org/", cb_kwargs={"poll": 1}))
    (False, True)
    """
    is_first = not request.meta.get("is_under_way")
    return is_first and bool({"candidate", "poll"}.intersection(request.cb_kwargs))


def downloader_of(crawler: Crawler) -> HostDownloader:
    """Return the downloader of a crawl."""
    assert isinstance(crawler.engine.downloader, HostDownloader)
    return crawler.engine.downloader


def schedule_of(crawler: Crawler) -> Schedule | None:
    """Return the schedule of the run that a crawler is at, if it is at one."""
    run = CrawlContext.of(crawler).run
    return run.schedule if run else None


def rest_asked(response: Response, rests: int) -> float | None:
    """Return the seconds that a host wants to be left alone, after so many rests for one page, or None.

    >>> rest_asked(Response("https://e.org/", status=503, headers={"Retry-After": "20"}), 0)
    20.0
    >>> rest_asked(Response("https://e.org/", status=429), 1)
    60.0
    """
    if response.status not in (429, 503):
        return None
    header = response.headers.get("Retry-After")
    wait = retry_after(header.decode("latin-1") if header else None, datetime.now(UTC))
    return REST_AFTER_429 * 4.0**rests if wait is None and response.status == 429 else wait


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), or None for none to be read.

    >>> retry_after("120", datetime(2026, 11, 20, tzinfo=UTC))
    120.0
    >>> retry_after("Fri, 20 Nov 2026 00:05:00 GMT", datetime(2026, 11, 20, tzinfo=UTC))
    300.0
    >>> retry_after("soon", datetime(2026, 11, 20, tzinfo=UTC)) is None
    True
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_REST)
    until = parse_moment(text)
    return min(max((until.instant - now).total_seconds(), 0.0), MAX_REST) if until else None
