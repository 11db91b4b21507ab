"""What every newsbot spider does: open a run, fetch the pages of articles, close the run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.http import Response
from scrapy.settings import BaseSettings
from sqlalchemy import Engine
from twisted.python.failure import Failure

from newsbot.crawl.accounting import accounting_line
from newsbot.crawl.recovery import heal
from newsbot.crawl.run import Run, Summary, utc_now
from newsbot.crawl.schedule import Bounds
from newsbot.downloader.errors import outcome_of
from newsbot.downloader.rendering import browser_meta
from newsbot.extraction import MAX_BYTES
from newsbot.items import Candidate, Page
from newsbot.process import ExitStatus, NewsbotError
from newsbot.sources import Source
from newsbot.spiders.arguments import ArgumentError, SpiderArguments
from newsbot.spiders.fetch import charset_of, header_of, opt_outs_of
from newsbot.store import StoreError
from newsbot.store.articles import Policy
from newsbot.store.database import open_engine, store_url
from newsbot.store.leases import Leases, leases_of, take_all

logger = logging.getLogger("newsbot")

Args = TypeVar("Args", bound=SpiderArguments)


class AllElsewhere(NewsbotError):
    """Other crawls are at every source that this one is for."""

    exit_status = ExitStatus.ELSEWHERE


class CollectingSpider(Spider, Generic[Args]):
    """A spider whose pages become stored articles."""

    arguments: type[Args]
    """What it takes with -a NAME=VALUE."""
    run: Run
    leases: Leases | None = None
    left_out: frozenset[str] = frozenset()
    """Sources that another crawl on the same store is at."""
    exit_status = ExitStatus.CRASHED
    """What `scrapy crawl` exits with; a crawl that never comes to its end has crashed."""

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

    def sources(self) -> list[Source]:
        """Return the sources of this crawl. Raises SourcesError or ArgumentError."""
        raise NotImplementedError

    def accepts(self, _candidate: Candidate) -> str | None:
        """Return a reason to skip a candidate, or None."""
        return None

    def max_new(self) -> int:
        """Return how many candidates a source may bring, 0 for no bound."""
        return self.settings.getint("NEWSBOT_MAX_NEW")

    def revisit_hours(self) -> tuple[float, ...]:
        """Return when articles are to be looked at again: by this spider, never. Raises ValueError."""
        return ()

    def policy(self) -> Policy:
        """Return what is to become of copies, of young articles and of old ones. Raises ArgumentError."""
        try:
            return Policy(
                duplicates=self.settings["NEWSBOT_DUPLICATES"],
                revisit_hours=self.revisit_hours(),
                remember_days=self.settings.getint("NEWSBOT_REMEMBER_DAYS"),
            )
        except ValueError as error:
            raise ArgumentError(str(error)) from None

    def open_run(self) -> None:
        """Open the store and the run, or end the crawl with one clear message."""
        output = Path(self.settings["NEWSBOT_OUTPUT"])
        database = store_url(self.settings["NEWSBOT_DATABASE_URL"], output)
        with_removed = self.settings.getbool("NEWSBOT_EXPORT_REMOVED")
        try:
            sources = self.sources()
            engine = open_engine(database)
            self._heal(engine, output, with_removed)
            sources = self._leased(engine, sources)
            self.run = Run(
                engine,
                output,
                sources,
                spider=self.name,
                accepts=self.accepts,
                max_new=self.max_new(),
                with_removed=with_removed,
                polling=Bounds(self.settings.getfloat("NEWSBOT_POLL_MIN"), self.settings.getfloat("NEWSBOT_POLL_MAX")),
                policy=self.policy(),
            )
        except NewsbotError as error:
            self.exit_status = error.exit_status
            raise self._refusal(error) from None
        except OSError as error:
            raise self._refusal(error) from None
        logger.info("run %s: %d sources, writing to %s", self.run.id, len(sources), output)

    def close_run(self) -> None:
        """Write the files and say what the run came to."""
        try:
            self._close_run()
        finally:
            if self.leases:
                self.leases.close()

    def _close_run(self) -> None:
        if not hasattr(self, "run"):
            return
        try:
            summary = self.run.finish()
        except (StoreError, OSError) as error:
            self.exit_status = ExitStatus.CRASHED
            logger.error("files could not be written: %s; the next run writes them", error)
            self.run.abandon()
            return
        if self.exit_status == ExitStatus.CRASHED and not getattr(self, "_broken", False):
            whole = ExitStatus.ELSEWHERE if self.left_out else ExitStatus.WHOLE
            self.exit_status = ExitStatus.UNREACHABLE if summary.unreachable else whole
        self._report(summary)

    @contextmanager
    def store_guard(self) -> Iterator[None]:
        """End the crawl with one clear message if the store breaks inside."""
        try:
            yield
        except StoreError as error:
            if not getattr(self, "_broken", False):
                self._broken = True
                logger.error("%s; nothing that was stored is lost", error)
                assert self.crawler.engine is not None
                self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="store_failed"))
            raise DropItem("the store failed", log_level="DEBUG") from None

    def article_request(self, source: Source, candidate: Candidate) -> Request:
        """Return the request for a candidate's page."""
        return Request(
            candidate.url,
            callback=self.parse_article,
            errback=self.article_failed,
            cb_kwargs={"source": source, "candidate": candidate},
            meta={**browser_meta(source), **self.page_bound()},
        )

    def page_bound(self) -> dict[str, int]:
        """Return the meta of a request that ends the download of a page larger than extraction takes."""
        return {"download_maxsize": min(self.settings.getint("DOWNLOAD_MAXSIZE") or MAX_BYTES, MAX_BYTES)}

    def parse_article(self, response: Response, source: Source, candidate: Candidate) -> Iterator[Page]:
        """Hand a fetched page to the pipelines."""
        if not self.run.verdicts.fetched(
            candidate.url, (header_of(response, "ETag"), header_of(response, "Last-Modified"))
        ):
            return
        yield Page(
            url=response.url,
            html=response.body,
            source=source.name,
            candidate=candidate,
            aliases=[candidate.url, *response.meta.get("redirect_urls", [])[1:], response.url],
            charset=charset_of(response),
            opt_outs=opt_outs_of(response),
            fetched_at=utc_now(),
        )

    def article_failed(self, failure: Failure) -> None:
        """Give an address that could not be fetched its outcome."""
        request: Request = failure.request  # type: ignore[attr-defined]
        candidate: Candidate = request.cb_kwargs["candidate"]
        assert failure.value is not None
        outcome, reason, detail = outcome_of(failure.value)
        if not self.run.verdicts.is_open(candidate.url):
            return
        with self.store_guard():
            if outcome == "skipped":
                self.run.verdicts.skip(candidate.url, reason)
            else:
                self.run.verdicts.fail(candidate.url, reason, detail)

    def _heal(self, engine: Engine, output: Path, with_removed: bool) -> None:
        for run_id, files in heal(engine, output, now=utc_now(), with_removed=with_removed).items():
            logger.warning("run %s had died; its files are written now: %s", run_id, _listed(files))

    def _leased(self, engine: Engine, sources: list[Source]) -> list[Source]:
        """Take the leases on the sources, and leave out those that another crawl is at. Raises AllElsewhere."""
        self.leases = leases_of(engine)
        self.left_out = take_all(self.leases, [source.name for source in sources])
        for name in sorted(self.left_out):
            logger.warning("source %s: left out, another crawl on this store is at it", name)
        if self.left_out and len(self.left_out) == len(sources):
            raise AllElsewhere("nothing to do: other crawls on this store are at every source")
        return [source for source in sources if source.name not in self.left_out]

    def _refusal(self, error: Exception) -> CloseSpider:
        for line in str(error).splitlines():
            logger.error("%s", line)
        return CloseSpider("refused")

    def _report(self, summary: Summary) -> None:
        for name in summary.unreachable:
            first, *more = self.run.ledger.accounts[name].notes
            logger.error("source %s: unreachable: %s%s", name, first, f" (and {len(more)} more)" if more else "")
        logger.info("%s", accounting_line(summary.total))
        logger.info("files in %s: %s", self.run.output, _listed(summary.files))


def add_contact(settings: BaseSettings) -> None:
    """Let the user agent say where the people behind it can be reached (NEWSBOT_CONTACT)."""
    if contact := settings["NEWSBOT_CONTACT"]:
        settings.set("USER_AGENT", f"{settings['USER_AGENT']} (+{contact})", priority="spider")


def _listed(files: dict[str, int]) -> str:
    return ", ".join(f"{path} ({lines} lines)" for path, lines in files.items()) or "none"
