"""The work on a page in worker processes: extraction, cleaning, and all that follows from the text.

A page that hangs or kills its worker costs that page alone, and only for now: later runs try again. The workers
come from a fork server, which has loaded the stages once and holds nothing of the crawl: no sockets, no event
loop, no store. Should the workers or the fork server be killed, the crawl starts new ones.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from time import monotonic
from typing import Any, Protocol, Self

from pebble import ProcessExpired, ProcessPool

from newsbot.cleaning import CleaningError, blocks_of, clean_article
from newsbot.dedupe import facts_of
from newsbot.items import EXTRACTORS, RUN_ENDED, Collected, ExtractedArticle, Page, Rejection, digest_of
from newsbot.process import UsageError, collect_seldom, die_with_parent, give_free_memory_back, give_large_blocks_back

LOOK_AGAIN = 1.0
"""Seconds after which who waits for a page looks whether there are workers still."""
GRACE = 30.0
"""Seconds without any result, beyond those that a page may take, after which the workers are given up."""
LARGE = 2_000_000
"""Bytes of a page from which on it is worked on alone: its worker takes up to ten times as many."""


class GivenUp(Exception):
    """A page is not waited for any more."""


class Settings(Protocol):
    """Scrapy's settings, as far as they are asked here."""

    def __getitem__(self, name: str) -> Any:
        """Return a setting."""

    def getbool(self, name: str) -> bool:
        """Return one that is on or off."""

    def getdict(self, name: str) -> dict[Any, Any]:
        """Return one that has names and values."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """How articles are made of pages, as the settings say it."""

    extractor: str = "auto"
    """Who makes the text, one of items.EXTRACTORS."""
    trafilatura: Mapping[str, object] = field(default_factory=dict)
    """Options of trafilatura, where it does."""
    respect_tdm: bool = False
    """Whether pages that reserve themselves are to be refused."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return what the settings of a crawl say. Raises UsageError."""
        return cls(
            settings["NEWSBOT_EXTRACTOR"],
            settings.getdict("NEWSBOT_TRAFILATURA"),
            settings.getbool("NEWSBOT_RESPECT_TDM"),
        )

    def __post_init__(self) -> None:
        """Refuse what cannot be meant. Raises UsageError."""
        if self.extractor not in EXTRACTORS:
            raise UsageError(f"NEWSBOT_EXTRACTOR: one of {', '.join(EXTRACTORS)}, not {self.extractor!r}")
        if self.trafilatura:
            from newsbot.extraction import check_options  # see make_article

            try:
                check_options(self.trafilatura)
            except ValueError as error:
                raise UsageError(f"NEWSBOT_TRAFILATURA: {error}") from None


BY_DEFAULT = Extraction()


def make_article(page: Page, extraction: Extraction = BY_DEFAULT) -> Collected | Rejection:
    """Make a clean article of a fetched page, or say why it is none."""
    # Not above: a crawl that has worker processes starts sooner and stays smaller without the extractor.
    from newsbot.extraction import ExtractionError, extract_article

    try:
        article = clean_article(
            extract_article(
                page.html,
                page.url,
                charset=page.charset,
                fetched_at=page.fetched_at,
                candidate=page.candidate,
                opt_outs=page.opt_outs,
                respect_tdm=extraction.respect_tdm,
                extractor=extraction.extractor,
                trafilatura=extraction.trafilatura,
            )
        )
        return collected(article, page.aliases, page.announced)
    except ExtractionError as error:
        return _rejection(page, error.reason, error.detail)
    except CleaningError as error:
        return _rejection(page, error.reason)


def make_article_in_worker(page: Page, extraction: Extraction) -> Collected | Rejection:
    """Make a clean article of a page, and give back what a large one took."""
    try:
        return make_article(page, extraction)
    finally:
        if len(page.html) > LARGE:
            give_free_memory_back()


def collected(article: ExtractedArticle, aliases: Sequence[str], announced: str | None = None) -> Collected:
    """Return an article with what follows from its text, as the store decides on it."""
    return Collected(
        article=article,
        facts=facts_of(article.text, article.authors),
        blocks=blocks_of(article.text),
        aliases=aliases,
        announced=announced,
    )


def worker_count(wanted: int) -> int:
    """Return how many worker processes a setting means: -1 is one a core that this process may use."""
    if wanted >= 0:
        return wanted
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Makes articles of pages in processes, or in this one where there are 0 of them."""

    def __init__(self, count: int, timeout: float, extraction: Extraction = BY_DEFAULT) -> None:
        """``timeout``: seconds that one page may take; there is none where ``count`` is 0."""
        self._count = count
        self._timeout = timeout
        self._extraction = extraction
        self._turn = asyncio.Semaphore(1)
        self._last_result = 0.0
        self._end: asyncio.Future[None] | None = None
        """Done once nobody waits for pages any more; made for the first page."""
        self._pool: ProcessPool | None = None
        """Started for the first page."""

    async def make_article(self, page: Page) -> Collected | Rejection:
        """Make a clean article of a page without holding up the event loop."""
        if not self._count:
            return make_article(page, self._extraction)
        if len(page.html) > LARGE:
            async with self._turn:
                return await self._in_worker(page)
        return await self._in_worker(page)

    def give_up(self) -> None:
        """Wait for no page any more: each that is at work is left to the next run (run_ended)."""
        self._end = self._end or asyncio.get_running_loop().create_future()
        if not self._end.done():
            self._end.set_result(None)

    async def _in_worker(self, page: Page) -> Collected | Rejection:
        self._end = self._end or asyncio.get_running_loop().create_future()
        if self._end.done():
            return _rejection(page, RUN_ENDED)
        try:
            if (
                self._pool is None or not self._pool.active
            ):  # a worker that was idle has been killed, or the fork server
                self.close()
                self._pool = started_pool(self._count)
            future = self._pool.schedule(make_article_in_worker, args=[page, self._extraction], timeout=self._timeout)
            return await self._result(self._pool, asyncio.wrap_future(future), self._end)
        except GivenUp:
            return _rejection(page, RUN_ENDED)
        except FutureTimeoutError:
            return _rejection(page, "extractor_timeout", f"over {self._timeout:g} s")
        except ProcessExpired as error:
            return _rejection(page, "extractor_crashed", f"exit code {error.exitcode}")
        except BrokenProcessPool as error:
            return _rejection(page, "extractor_crashed", str(error))

    async def _result(
        self, pool: ProcessPool, future: asyncio.Future[Collected | Rejection], end: asyncio.Future[None]
    ) -> Collected | Rejection:
        """Wait for what a worker makes. Raises GivenUp at the ``end``; BrokenProcessPool for a page that is lost.

        A pool that breaks leaves pages behind that no worker had yet, and a worker that is killed as it takes a page
        takes it along: nothing ever comes of those.
        """
        since = monotonic()
        while not future.done():
            either: list[asyncio.Future[Any]] = [future, end]
            await asyncio.wait(either, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            if future.done():
                break
            if end.done():
                future.cancel()
                raise GivenUp
            silence = monotonic() - max(since, self._last_result)
            if self._timeout and silence > self._timeout + GRACE:
                pool.stop()  # type: ignore[no-untyped-call]
            if not pool.active:
                future.cancel()
                raise BrokenProcessPool("the workers were killed, and the page with them")
        self._last_result = monotonic()
        return future.result()

    def close(self) -> None:
        """Stop the workers, and wait until they have ended."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()


def started_pool(count: int) -> ProcessPool:
    """Start worker processes, which have the stages loaded."""
    context = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
    context.set_forkserver_preload([__name__, "newsbot.extraction"])
    pool = ProcessPool(max_workers=count, initializer=_begin, context=context)
    with _spared():
        _ = pool.active  # who asks starts it
    return pool


@contextmanager
def _spared() -> Iterator[None]:
    """Start processes that Ctrl-C spares from their first instruction on: it is for the crawl, which stops its workers.

    So are those that threads start which are started here.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # not inside: it unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _rejection(page: Page, reason: str, detail: str = "") -> Rejection:
    return Rejection(url=page.aliases[0], reason=reason, detail=detail, digest=digest_of(page.html))


def _begin() -> None:
    """Prepare a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the crawl, which then stops its workers.
    die_with_parent()
    give_large_blocks_back()
    collect_seldom()
