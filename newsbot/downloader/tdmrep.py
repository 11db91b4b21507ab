"""What hosts reserve for their whole site: /.well-known/tdmrep.json, asked once a week."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

import orjson
from scrapy import Request
from scrapy.crawler import Crawler

from newsbot.crawl.context import CrawlContext
from newsbot.crawl.run import Run
from newsbot.downloader.errors import DOWNLOAD_ERRORS, Skipped
from newsbot.downloader.fetch import accepting
from newsbot.downloader.waiting import ask
from newsbot.store import sites
from newsbot.web.tdmrep import is_reserved, reserved_paths

KEPT = timedelta(days=7)
"""How long the answer of a host is kept."""

Rules = list[tuple[str, bool]]


class ReservationMiddleware:
    """Marks the requests for articles whose host reserves text and data mining, or leaves them out.

    Requests for articles are those with ``cb_kwargs["candidate"]``. Sets ``request.meta["tdm_reserved"]`` to True, or
    raises Skipped where the setting NEWSBOT_RESPECT_TDM is on.
    """

    def __init__(self, crawler: Crawler, respect: bool) -> None:
        self.crawler = crawler
        self.respect = respect
        self._rules: dict[str, asyncio.Future[Rules]] = {}
        self._kept: dict[str, tuple[str, str]] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, crawler.settings.getbool("NEWSBOT_RESPECT_TDM"))

    async def process_request(self, request: Request) -> None:
        run = CrawlContext.of(self.crawler).run
        if run is None or "candidate" not in request.cb_kwargs:
            return
        parts = urlsplit(request.url)
        if parts.netloc not in self._rules:
            self._rules[parts.netloc] = asyncio.ensure_future(self._rules_of(run, request))
        rules = await asyncio.shield(self._rules[parts.netloc])
        if is_reserved(rules, parts.path + (f"?{parts.query}" if parts.query else "")):
            if self.respect:
                raise Skipped("tdm_reserved")
            request.meta["tdm_reserved"] = True

    async def _rules_of(self, run: Run, request: Request) -> Rules:
        parts = urlsplit(request.url)
        if self._kept is None:
            self._kept = sites.reservations(run.engine)
        text, read_at = self._kept.get(parts.netloc, ("", ""))
        if read_at and datetime.fromisoformat(run.now()) - datetime.fromisoformat(read_at) < KEPT:
            return [(pattern, reserved) for pattern, reserved in orjson.loads(text)]
        url = f"{parts.scheme}://{parts.netloc}/.well-known/tdmrep.json"
        try:
            meta = {"source": request.meta.get("source", "")}
            asked = Request(url, headers=accepting("tdmrep.json"), priority=request.priority, meta=meta)
            response = await ask(self.crawler, asked)
        except DOWNLOAD_ERRORS:
            return []  # asked again by the next run
        if response.status >= 500:
            return []
        rules = reserved_paths(response.body) if response.status == 200 else []
        sites.reserve(run.engine, parts.netloc, orjson.dumps(rules).decode(), now=run.now())
        return rules
