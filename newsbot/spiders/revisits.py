"""Spiders that come back: articles that are still young are asked for again, conditionally."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from newsbot.items import Candidate, Page
from newsbot.sources import Source
from newsbot.spiders.listing import DiscoveringSpider

GONE = (404, 410)
REVISIT_PRIORITY = -10
"""What is new comes before what may have changed."""


class RevisitingSpider(DiscoveringSpider):
    """A spider that looks again at the articles that it has brought home."""

    def revisit_hours(self) -> tuple[float, ...]:
        stated = [str(hour).strip("[] ") for hour in self.settings.getlist("NEWSBOT_REVISIT_HOURS")]
        try:
            return tuple(float(hour) for hour in stated if hour)
        except ValueError as error:
            raise ValueError(f"NEWSBOT_REVISIT_HOURS: {error}") from None

    def revisit(self, source: Source) -> Iterator[Request]:
        """Ask for the articles of a source whose time has come."""
        for visit in self.run.revisits(source):
            headers = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
            yield Request(
                visit.candidate.url,
                callback=self.parse_revisit,
                errback=self.article_failed,
                headers={name: value for name, value in headers.items() if value},
                cb_kwargs={"source": source, "candidate": visit.candidate},
                meta={"handle_httpstatus_list": [304, *GONE], **self.page_bound()},
                priority=REVISIT_PRIORITY,
            )

    def parse_revisit(self, response: Response, source: Source, candidate: Candidate) -> Iterator[Page]:
        """Note that an article is as it was or gone, or hand its page to the pipelines."""
        with self.store_guard():
            if response.status == 304:
                self.run.not_modified(candidate.url)
            elif response.status in GONE:
                self.run.gone(candidate.url)
            else:
                yield from self.parse_article(response, source, candidate)
