"""What every spider that collects does: read its arguments, ask for the pages of articles, hand them on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from newsbot import __version__
from newsbot.crawl.context import Collector
from newsbot.downloader.errors import outcome_of
from newsbot.downloader.fetch import charset_of, header_of, opt_outs_of
from newsbot.downloader.rendering import browser_meta
from newsbot.items import MAX_BYTES, Candidate, Page, Rejection
from newsbot.process import utc_now
from newsbot.sources import Source
from newsbot.spiders.arguments import SpiderArguments
from newsbot.web.dates import as_instant

if TYPE_CHECKING:
    from newsbot.crawl.run import Run
    from newsbot.extensions.collection import Collection

Args = TypeVar("Args", bound=SpiderArguments)


class CollectingSpider(Spider, Collector, Generic[Args]):
    """A spider whose pages become stored articles."""

    arguments: type[Args]
    """What it takes with -a NAME=VALUE."""

    def __init__(self, **given: object) -> None:
        super().__init__()
        self.given = given

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        add_contact(settings)

    @cached_property
    def args(self) -> Args:
        """The arguments. Raises ArgumentError where one of them cannot be used."""
        return self.arguments.parse(self.given)

    @cached_property
    def collection(self) -> Collection:
        """What it collects into, from the start of the crawl on."""
        from newsbot.extensions.collection import Collection  # not above: `scrapy list` has no use for the store

        collection = self.crawler.get_extension(Collection)
        assert collection is not None
        return collection

    @property
    def run(self) -> Run:
        """The run that it is at, from the opening of the collection on."""
        assert self.collection.run is not None
        return self.collection.run

    def article_request(
        self, source: Source, candidate: Candidate, *, priority: int = 0, is_left: bool = False
    ) -> Request:
        """Return the request for a candidate's page. ``is_left``: an earlier run has met it, and this one not yet."""
        return Request(
            candidate.url,
            callback=self.parse_article,
            errback=self.article_failed,
            cb_kwargs={"source": source, "candidate": candidate},
            meta={
                "source": source.name,
                "as_of": as_of(candidate, is_left=is_left),
                **browser_meta(source),
                **self.page_meta(),
            },
            priority=priority,
        )

    def page_meta(self) -> dict[str, Any]:
        """Return the meta of a request for an article: no page larger than extraction takes, and none that is cut."""
        size = min(self.settings.getint("DOWNLOAD_MAXSIZE") or MAX_BYTES, MAX_BYTES)
        return {"download_maxsize": size, "must_be_whole": True}

    def parse_article(self, response: Response, source: Source, candidate: Candidate) -> Iterator[Page | Rejection]:
        """Hand a fetched page to the pipelines, unless it was rejected before as it is."""
        if not self.run.verdicts.fetched(
            candidate.url, (header_of(response, "ETag"), header_of(response, "Last-Modified"))
        ):
            return
        page = self.page_of(response, source, candidate)
        if rejection := self.run.verdicts.rejected_before(candidate.url, response.body):
            yield self.collection.keep([page], rejection)
        else:
            yield page

    def page_of(self, response: Response, source: Source, candidate: Candidate) -> Page:
        """Return what a response brought for a candidate."""
        is_own = self.run.outlets.owner(response.url, source.name) == source.name
        return Page(
            url=response.url,
            html=response.body,
            source=source.name,
            candidate=candidate if is_own else candidate.without_hints(),
            announced=candidate.title,
            aliases=[candidate.url, *response.meta.get("redirect_urls", [])[1:], response.url],
            charset=charset_of(response),
            opt_outs=opt_outs_of(response),
            fetched_at=utc_now(),
            exchanges=response.meta.get("exchanges", ()),
        )

    def article_failed(self, failure: Failure) -> None:
        """Give an address that could not be fetched its outcome."""
        request: Request = failure.request  # type: ignore[attr-defined]
        candidate: Candidate = request.cb_kwargs["candidate"]
        assert failure.value is not None
        outcome, reason, detail = outcome_of(failure.value)
        if not self.run.verdicts.is_open(candidate.url):
            return
        if reason == "robots_txt" and request.url != candidate.url:  # for now: see pages of consent
            self.run.verdicts.fail(candidate.url, "leads_off_limits", request.url)
        elif outcome == "skipped":
            self.run.verdicts.skip(candidate.url, reason)
        else:
            self.run.verdicts.fail(candidate.url, reason, detail)


def as_of(candidate: Candidate, *, is_left: bool = False) -> float:
    """Return how new a candidate is, as seconds of the Unix epoch: what is newest is asked for first.

    One that states nothing is taken for the newest; if an earlier run has left it, for the oldest.

    >>> as_of(Candidate(url="https://e.org/", via="feed", published="1970-01-01T00:01:00Z"))
    60.0
    """
    stated = as_instant(candidate.published) or as_instant(candidate.modified)
    return stated.timestamp() if stated else 0.0 if is_left else inf


def add_contact(settings: BaseSettings) -> None:
    """Let the user agent say where the people behind it can be reached (NEWSBOT_CONTACT)."""
    if contact := settings["NEWSBOT_CONTACT"]:
        is_scrapys = not settings.getpriority("USER_AGENT")  # as in a project that has newsbot by its add-on
        agent = f"newsbot/{__version__}" if is_scrapys else settings["USER_AGENT"]
        settings.set("USER_AGENT", f"{agent} (+{contact})", priority="spider")
