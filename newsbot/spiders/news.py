"""The scheduled job: all sources, only what is new."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from newsbot.downloader.rendering import browser_meta, missing, use_browser
from newsbot.items import Candidate, Page, Rejection
from newsbot.process import NewsbotError
from newsbot.sources import BUNDLED, Source, choose, load_sources
from newsbot.spiders.arguments import Names, SpiderArguments
from newsbot.spiders.listing import DiscoveringSpider
from newsbot.web.urls import site_of

STARTER = "starter"
"""Tag of the outlets of the bundled file that are crawled where nobody says which."""
ALL = "all"
"""Stands for every tag, and none."""
GONE = (404, 410)
"""Statuses that say that an article was taken down."""
REVISIT_PRIORITY = -10
"""What is new comes before what may have changed."""


class NewsArguments(SpiderArguments):
    """What `crawl news` takes."""

    sources: str = ""
    """Sources file; empty: NEWSBOT_SOURCES, or the bundled one."""
    only: Names = ()
    """Sources of these names alone."""
    tags: Names = ()
    """Sources with one of these tags alone; "all" for every source of the bundled file."""
    due: bool = False
    """Whether listings are asked only when their interval is over."""


class NewsSpider(DiscoveringSpider[NewsArguments]):
    """Collect what is new from every source of a sources file, and what has changed since it was new.

    scrapy crawl news [-a sources=FILE] [-a only=NAME,NAME] [-a tags=TAG,TAG] [-a due=1]
    """

    name = "news"
    arguments = NewsArguments
    revisits = True
    is_watched = True

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        with suppress(NewsbotError):  # said when the collection is opened
            use_browser(crawler.settings, spider.sources())
        return spider

    @property
    def only_due(self) -> bool:
        return self.args.due

    @property
    def _file(self) -> Path | str:
        return self.args.sources or self.settings["NEWSBOT_SOURCES"] or BUNDLED

    @cached_property
    def _listed(self) -> list[Source]:
        return load_sources(self._file)

    def sources(self) -> list[Source]:
        tags = self.args.tags or (() if self._file != BUNDLED or self.args.only else (STARTER,))
        sources = choose(self._listed, self.args.only, () if tags == (ALL,) else tags, self._file)
        if any(source.render for source in sources) and (fault := missing(self.settings)):
            raise NewsbotError(fault)
        return sources

    def outlets(self) -> list[Source]:
        return self._listed

    async def start(self) -> AsyncIterator[Request]:
        turns = deque(self._begin(source) for source in self.run.sources.values())
        while turns:
            requests = turns.popleft()
            if (request := next(requests, None)) is not None:
                yield request
                turns.append(requests)

    def _begin(self, source: Source) -> Iterator[Request]:
        """Ask for all that a source starts with: its listings first, and what they may name is taken in before that."""
        due = self.run.schedule.due(source)
        known = [*self.resume(source), *self.revisit(source)]
        for channel, url in due if self.only_due else source.listings():
            yield from self.listing_requests(source, channel, url)
        yield from known

    def revisit(self, source: Source) -> Iterator[Request]:
        """Ask again, conditionally, for the articles of a source whose time has come."""
        for visit in self.run.intake.revisits(source):
            in_browser = browser_meta(source)
            headers = {} if in_browser else {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
            yield Request(
                visit.candidate.url,
                callback=self.parse_revisit,
                errback=self.article_failed,
                headers={name: value for name, value in headers.items() if value},
                cb_kwargs={"source": source, "candidate": visit.candidate},
                meta={
                    "source": source.name,
                    "handle_httpstatus_list": [304, *GONE],
                    **self.page_meta(),
                    **in_browser,
                },
                priority=REVISIT_PRIORITY,
            )

    def parse_revisit(self, response: Response, source: Source, candidate: Candidate) -> Iterator[Page | Rejection]:
        """Note that an article is as it was or gone, or hand its page to the pipelines."""
        if response.status in (304, *GONE) and site_of(response.url) != site_of(candidate.url):
            self.run.verdicts.fail(candidate.url, f"http_{response.status}", response.url)  # another site's word
        elif response.status == 304:
            self.collection.keep_unchanged(self.page_of(response, source, candidate))
            self.run.verdicts.not_modified(candidate.url)
        elif response.status in GONE:
            self.run.verdicts.gone(candidate.url)
        else:
            yield from self.parse_article(response, source, candidate)
