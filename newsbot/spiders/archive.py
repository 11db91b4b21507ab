"""WARC files instead of the web: the same pipeline over pages that were fetched long ago."""

from __future__ import annotations

import asyncio
import glob
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from w3lib.encoding import http_content_type_encoding

from newsbot.items import Candidate, Page
from newsbot.sources import Source, source_name
from newsbot.spiders.base import ArgumentError, CollectingSpider
from newsbot.web.tdmrep import opt_outs_of_headers
from newsbot.web.urls import InvalidURL, canonical_url

if TYPE_CHECKING:
    from warcio.statusandheaders import StatusAndHeaders

AT_WORK = 32
"""Pages between the file and the store: enough for the workers, little for the memory."""


class ArchiveSpider(CollectingSpider):
    """Collect the articles of WARC files, one's own or CC-NEWS.

    scrapy crawl archive -a path='warc/*.warc.gz'
    """

    name = "archive"

    def __init__(self, path: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path = path

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider._page_done, signal=signal)
        return spider

    def sources(self) -> list[Source]:
        if not self.path:
            raise ArgumentError("which files? say -a path='warc/*.warc.gz'")
        try:
            import warcio  # noqa: F401
        except ImportError:
            raise ArgumentError("WARC files need the extra: pip install 'newsbot[archive]'") from None
        self.files = [Path(name) for name in sorted(glob.glob(self.path, recursive=True))]  # noqa: PTH207 (may be absolute)
        if not self.files:
            raise ArgumentError(f"path: no file matches {self.path!r}")
        return []

    async def start(self) -> AsyncIterator[Page]:
        self.room = asyncio.Semaphore(AT_WORK)
        for file in self.files:
            self.logger.info("reading %s", file)
            for page in pages_of(file):
                if self.run.admit(page.source, page.candidate) and self.run.fetched(page.candidate.url):
                    await self.room.acquire()
                    yield page

    def _page_done(self) -> None:
        self.room.release()


def pages_of(file: Path) -> Iterator[Page]:
    """Yield the HTML pages of a WARC file, in their order (ISO 28500), each once an address."""
    from warcio.archiveiterator import ArchiveIterator

    with file.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response" or not record.http_headers:
                continue
            kind = record.http_headers.get_header("Content-Type") or ""
            if record.http_headers.get_statuscode() != "200" or "html" not in kind.lower():
                continue
            try:
                url = canonical_url(record.rec_headers.get_header("WARC-Target-URI") or "")
            except InvalidURL:
                continue
            yield Page(
                url=url,
                html=record.content_stream().read(),
                source=source_name(url),
                candidate=Candidate(url=url, via="archive"),
                aliases=[url],
                charset=http_content_type_encoding(kind),
                opt_outs=_opt_outs(record.http_headers),
                fetched_at=record.rec_headers.get_header("WARC-Date"),
            )


def _opt_outs(headers: StatusAndHeaders) -> list[str]:
    robots = [value for name, value in headers.headers if name.lower() == "x-robots-tag"]
    return opt_outs_of_headers(robots, headers.get_header("TDM-Reservation"))
