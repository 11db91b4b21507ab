"""Extraction in worker processes: a page that hangs or kills its worker costs that page alone.

The workers come from a fork server, which has loaded the extractor once and holds nothing of the
crawl: no sockets, no event loop, no store.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import signal
import sys
from concurrent.futures import TimeoutError as FutureTimeoutError
from types import TracebackType

from pebble import ProcessExpired, ProcessPool

from newsbot.extraction import ExtractionError, extract_article
from newsbot.items import Article, Page, Rejection


def extract_page(page: Page) -> Article | Rejection:
    """Make an article of a fetched page, or say why it is none."""
    try:
        article = extract_article(
            page.html, page.url, charset=page.charset, fetched_at=page.fetched_at, candidate=page.candidate
        )
    except ExtractionError as error:
        return _rejection(page, error.reason, error.detail)
    article.source = page.source
    article.fetched_at = page.fetched_at
    article.discovered_via = page.candidate.via
    article.aliases = page.aliases or [page.candidate.url]
    return article


class ExtractionPool:
    """Extracts pages in processes, or in this one where ``workers`` is 0."""

    def __init__(self, workers: int, timeout: float) -> None:
        """``timeout``: seconds that one page may take; there is none where ``workers`` is 0."""
        self._timeout = timeout
        self._pool: ProcessPool | None = None
        if workers:
            context = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
            context.set_forkserver_preload([__name__])
            self._pool = ProcessPool(max_workers=workers, initializer=_die_with_parent, context=context)

    async def extract(self, page: Page) -> Article | Rejection:
        """Extract a page without holding up the event loop."""
        if self._pool is None:
            return extract_page(page)
        future = self._pool.schedule(extract_page, args=[page], timeout=self._timeout)
        try:
            return await asyncio.wrap_future(future)
        except FutureTimeoutError:
            return _rejection(page, "extractor_timeout", f"over {self._timeout:g} s")
        except ProcessExpired as error:
            return _rejection(page, "extractor_crashed", f"exit code {error.exitcode}")

    def close(self) -> None:
        """Stop the workers, and wait until they have ended."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def __enter__(self) -> ExtractionPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _rejection(page: Page, reason: str, detail: str) -> Rejection:
    url = page.aliases[0] if page.aliases else page.candidate.url
    return Rejection(url=url, source=page.source, reason=reason, detail=detail)


def _die_with_parent() -> None:
    """Ask Linux to end this worker when its parent dies, by whatever death (prctl(2), PR_SET_PDEATHSIG)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the crawl, which then stops its workers.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
