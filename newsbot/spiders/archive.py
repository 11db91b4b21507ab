"""WARC files instead of the web: the same pipeline over pages that were fetched long ago."""

from __future__ import annotations

import asyncio
import glob
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field
from scrapy import signals
from scrapy.crawler import Crawler

from newsbot.items import Candidate, Page
from newsbot.process import MissingExtra
from newsbot.sources import Source, source_name
from newsbot.spiders.arguments import ArgumentError, SpiderArguments
from newsbot.spiders.base import CollectingSpider
from newsbot.web.encoding import header_charset
from newsbot.web.tdmrep import opt_outs_of_headers
from newsbot.web.urls import InvalidURL, canonical_url

if TYPE_CHECKING:
    from warcio.statusandheaders import StatusAndHeaders

MAX_AT_WORK = 32
"""Pages between the file and the store: enough for the workers, little for the memory."""


class ArchiveArguments(SpiderArguments):
    """What `crawl archive` takes."""

    path: str = Field(title="files", examples=["'warc/*.warc.gz'"])
    """WARC files, as a shell's pattern; ** goes into folders."""


class ArchiveSpider(CollectingSpider[ArchiveArguments]):
    """Collect the articles of WARC files, one's own or CC-NEWS.

    scrapy crawl archive -a path='warc/*.warc.gz'
    """

    name = "archive"
    arguments = ArchiveArguments

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.page_done, signal=signal)
        return spider

    @cached_property
    def files(self) -> list[Path]:
        """The files to read."""
        return [Path(name) for name in sorted(glob.glob(self.args.path, recursive=True))]  # noqa: PTH207 (may be absolute)

    def sources(self) -> list[Source]:
        try:
            import warcio  # noqa: F401
        except ImportError:
            raise MissingExtra("WARC files need", "archive") from None
        if not self.files:
            raise ArgumentError(f"path: no file matches {self.args.path!r}")
        return []

    async def start(self) -> AsyncIterator[Page]:
        self._places = asyncio.Semaphore(MAX_AT_WORK)
        for file in self.files:
            self.logger.info("reading %s", file)
            for page in pages_of(file):
                if self.run.intake.admit(page.source, page.candidate) and self.run.verdicts.fetched(page.candidate.url):
                    await self._places.acquire()
                    yield page

    def page_done(self) -> None:
        """Let the next page follow one that has had its outcome."""
        self._places.release()


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
                charset=header_charset(kind),
                opt_outs=_opt_outs(record.http_headers),
                fetched_at=record.rec_headers.get_header("WARC-Date"),
            )


def _opt_outs(headers: StatusAndHeaders) -> list[str]:
    robots = [value for name, value in headers.headers if name.lower() == "x-robots-tag"]
    return opt_outs_of_headers(robots, headers.get_header("TDM-Reservation"))
