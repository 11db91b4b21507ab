"""robots.txt as RFC 9309 says: asked once a host and run, kept for an hour, obeyed even where it cannot be had."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler, load_object

from newsbot.crawl.context import CrawlContext
from newsbot.crawl.polling.schedule import shifted
from newsbot.downloader.errors import DOWNLOAD_ERRORS, Skipped, outcome_of
from newsbot.downloader.fetch import accepting, charset_of
from newsbot.downloader.waiting import ask
from newsbot.items import RUN_ENDED
from newsbot.store import sites
from newsbot.web.encoding import to_utf8
from newsbot.web.robotstxt import RobotsGroup
from newsbot.web.text import well_formed

KEPT_MINUTES = 60.0
"""How long a robots.txt is kept over runs; RFC 9309, 2.4 allows a day."""
MAX_BYTES = 512_000
"""Bytes of a robots.txt that are read; RFC 9309, 2.5 asks for 500 KiB at least."""
PRIORITY = 1000
"""Of the requests for robots.txt, before all else: whatever a host is asked for waits for it."""
NONE_THERE = ("too_many_redirects", "http_206", "http_304")
"""Reasons that there is no robots.txt, as a 4xx is one (RFC 9309, 2.3.1.2): the host does answer."""
GUARDED = ("private_address", "certificate", RUN_ENDED)
"""Reasons not to ask a host that are told as they are; any other is ``robots_unreachable``."""


class RobotsMiddleware:
    """Leaves out what a host's robots.txt disallows (RFC 9309, 2.3.1): 4xx allows all; 5xx and no answer allow nothing.

    Leaves requests alone that have ``request.meta["dont_obey_robotstxt"]``, as Scrapy's RobotsTxtMiddleware does, whose
    signal ``robots_parsed`` it sends for every robots.txt, also for one that an earlier run has read.

    Settings: ROBOTSTXT_OBEY, ROBOTSTXT_PARSER, ROBOTSTXT_USER_AGENT (or USER_AGENT).
    """

    def __init__(self, crawler: Crawler, parser: type[RobotParser], user_agent: str) -> None:
        self.crawler = crawler
        self.parser = parser
        self.user_agent = user_agent
        self._rules: dict[str, asyncio.Future[RobotParser | Skipped]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        user_agent = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        return cls(crawler, load_object(settings["ROBOTSTXT_PARSER"]), user_agent)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        host = urlparse_cached(request).netloc
        if host not in self._rules:
            self._rules[host] = asyncio.ensure_future(self._rules_of(host, request))
        rules = await asyncio.shield(self._rules[host])
        if isinstance(rules, Skipped):
            raise Skipped(rules.reason, rules.detail)
        if not rules.allowed(request.url, self.user_agent):
            raise Skipped("robots_txt")

    async def _rules_of(self, host: str, request: Request) -> RobotParser | Skipped:
        """Return the rules of a host, or why nothing may be asked of it."""
        run = CrawlContext.of(self.crawler).run
        text = sites.robots(run.engine, host, since=shifted(run.now(), -KEPT_MINUTES)) if run else None
        if text is None:
            try:
                text = await self._fetch(request)
            except DOWNLOAD_ERRORS as error:
                _, reason, detail = outcome_of(error)
                if reason in NONE_THERE:
                    return self.parser.from_crawler(self.crawler, b"")
                return Skipped(reason, detail) if reason in GUARDED else Skipped("robots_unreachable", detail or reason)
            if run:
                sites.keep_robots(run.engine, host, text, now=run.now())
        rules = build_from_crawler(self.parser, self.crawler, text.encode())
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules

    async def _fetch(self, request: Request) -> str:
        """Return the robots.txt that holds for a request, empty where there is none. Raises DOWNLOAD_ERRORS."""
        parts = urlparse_cached(request)
        response = await ask(
            self.crawler,
            Request(
                f"{parts.scheme}://{parts.netloc}/robots.txt",
                callback=NO_CALLBACK,
                headers=accepting("robots.txt"),
                priority=PRIORITY,
                meta={"dont_obey_robotstxt": True, "source": request.meta.get("source", "")},
            ),
        )
        if response.status >= 500:
            raise Skipped("robots_unreachable", f"HTTP {response.status}")
        if response.status >= 300:
            return ""
        text = to_utf8(response.body[:MAX_BYTES], charset_of(response))
        return well_formed(text.data.decode("utf-8", "replace"))


class RobotRules(RobotParser):
    """The rules of a robots.txt for whoever asks, by the name that it goes by (ROBOTSTXT_PARSER).

    >>> RobotRules("User-agent: *\\nCrawl-delay: 2\\nRequest-rate: 1/10").crawl_delay("newsbot")
    10.0
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._groups: dict[str, RobotsGroup] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:  # noqa: ARG003 (Scrapy's interface)
        return cls(robotstxt_body.decode("utf-8", "ignore"))

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        return self._group(user_agent).allows(_text(url))

    def crawl_delay(self, user_agent: str | bytes) -> float | None:
        """Return the seconds between two requests that are asked for, or None."""
        return self._group(user_agent).seconds or None

    def _group(self, user_agent: str | bytes) -> RobotsGroup:
        agent = _text(user_agent)
        if agent not in self._groups:
            self._groups[agent] = RobotsGroup(self._text, agent)
        return self._groups[agent]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
