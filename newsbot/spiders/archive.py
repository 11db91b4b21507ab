"""WARC files instead of the web: the same pipeline over pages that were fetched long ago."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field

from newsbot.archive.reading import Capture, Damage, captured_at, read
from newsbot.bulk.captures import page_of
from newsbot.bulk.paths import archives_of, require_archives
from newsbot.downloader.fetch import through_pipelines
from newsbot.items import Candidate, Collected, Page, Rejection
from newsbot.process import UsageError, utc_now
from newsbot.sources import Source, source_name
from newsbot.spiders.arguments import ArgumentError, SpiderArguments
from newsbot.spiders.base import CollectingSpider
from newsbot.web.urls import InvalidURL, url_key

MAX_AT_WORK = 32
"""Pages between the file and the store: enough for the workers, little for the memory."""
MAX_TOLD = 10
"""Lines of the log on the damage of one file; a file of junk has a fault every few bytes."""


class ArchiveArguments(SpiderArguments):
    """What `crawl archive` takes."""

    path: str = Field(title="files", examples=["'warc/*.warc.gz'"])
    """WARC files: a folder, a file, or a shell's pattern, in which ** goes into folders."""


class ArchiveSpider(CollectingSpider[ArchiveArguments]):
    """Collect the articles of WARC files, one's own or CC-NEWS.

    scrapy crawl archive -a path='warc/*.warc.gz'

    An address has one capture at work at a time. Further ones of it wait in a temporary file until the run has
    decided on those before them, and come in the order of their dates.
    """

    name = "archive"
    arguments = ArchiveArguments

    @cached_property
    def files(self) -> list[Path]:
        """The files to read. Raises UsageError."""
        return archives_of(self.args.path)

    def sources(self) -> list[Source]:
        try:
            require_archives(self.files)
        except UsageError as fault:
            raise ArgumentError(f"path: {fault}") from None
        return []

    async def start(self) -> AsyncIterator[Page]:
        from newsbot.store import StoreError  # not above: `scrapy list` has no use for the store
        from newsbot.store.ledger import Account

        self._at_work: set[asyncio.Task[None]] = set()
        self._later: defaultdict[str, list[_Waiting]] = defaultdict(list)
        self.run.ledger.accounts.setdefault(self.name, Account())
        with tempfile.TemporaryFile() as self._spool:
            try:
                for number, file in enumerate(self.files, 1):
                    self.logger.info("reading %s (%d of %d)", file, number, len(self.files))
                    await self._read(file)
                await self._decide_on_all()
                while self._later and not self._is_closing:
                    await self._take_what_waits()
                    await self._decide_on_all()
            except StoreError as fault:
                self.collection.fail(fault)
            finally:
                await self._finish_work()
        return
        yield  # what makes this a generator; pages do not go by Scrapy's way, which a crawl that is closed never ends

    @property
    def _is_closing(self) -> bool:
        engine = self.crawler.engine
        assert engine is not None
        return not engine.running or engine.scraper.slot is None or engine.scraper.slot.closing is not None

    async def _read(self, file: Path) -> None:
        """Take in the pages of a file, and note what is wrong with it."""
        ledger = self.run.ledger
        ledger.listing_asked(self.name)
        faults = _Faults(file)
        try:
            with file.open("rb") as stream:
                captures = read(stream)
                while not self._is_closing and (found := await asyncio.to_thread(next, captures, None)):
                    fault = found.fault if isinstance(found, Damage) else await self._take(found)
                    if fault and (line := faults.add(fault, f"at {found.at}")):
                        self.logger.error("%s", line)
        except OSError as error:
            self.logger.error("%s", faults.add(error.strerror or str(error), "from there on"))
        self.is_damaged = self.is_damaged or bool(faults.counts)
        if not self._is_closing:
            ledger.listing(self.name, "read")
        for note in faults.notes():
            self.logger.error("%s", note)
            ledger.note(self.name, note)

    async def _take(self, capture: Capture) -> str | None:
        """Send a capture on its way; return what is wrong with its record, if it is no page for that."""
        date = captured_at(capture.date, utc_now())
        try:
            item = await asyncio.to_thread(page_of, capture, date)
        except InvalidURL as error:
            return f"its address is none ({error})"
        if item is None:
            return None
        url = _address(item)
        if self.run.verdicts.is_open(url):
            self._later[url_key(url)].append(self._put_aside(item, date))
        else:
            await self._admit(item, date)
        return None if date else f"WARC-Date is no date: {capture.date[:60]!r}" if capture.date else "no WARC-Date"

    async def _admit(self, item: Page | Rejection, date: str | None) -> None:
        """Give a page its entry in the ledger, and send it through the pipelines if its article is not known later."""
        url = _address(item)
        if self.run.intake.admit(source_name(url), Candidate(url=url, via="archive"), captured_at=date):
            self.run.verdicts.fetched(url)
            await self._process(item)

    def _put_aside(self, item: Page | Rejection, date: str | None) -> _Waiting:
        """Keep a capture whose address is at work until that has its outcome, the page itself on disk."""
        if isinstance(item, Rejection):
            return _Waiting(item, date)
        start = self._spool.seek(0, 2)
        self._spool.write(item.html)
        return _Waiting(dataclasses.replace(item, html=b""), date, start, len(item.html))

    async def _take_what_waits(self) -> None:
        """Send the earliest capture of every address that has more of them."""
        for key, waiting in list(self._later.items()):
            waiting.sort(key=lambda one: one.date or "")
            one = waiting.pop(0)
            if not waiting:
                del self._later[key]
            item = one.item
            if isinstance(item, Page):
                self._spool.seek(one.start)
                item = dataclasses.replace(item, html=self._spool.read(one.length))
            if self._is_closing:
                return
            await self._admit(item, one.date)

    async def _decide_on_all(self) -> None:
        """Let every page that is at work or held have its outcome."""
        await self._finish_work()
        if not self._is_closing:
            for item in self.run.claims.rest():
                await self._process(item)
            await self._finish_work()

    async def _process(self, item: Page | Rejection | Collected) -> None:
        """Send something through the pipelines as soon as there is a place for it."""
        while len(self._at_work) >= MAX_AT_WORK:
            _, self._at_work = await asyncio.wait(self._at_work, return_when=asyncio.FIRST_COMPLETED)
        self._at_work.add(asyncio.ensure_future(through_pipelines(self.crawler, item)))

    async def _finish_work(self) -> None:
        while self._at_work:
            _, self._at_work = await asyncio.wait(self._at_work)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A capture that waits for its turn; its page is in the temporary file."""

    item: Page | Rejection
    date: str | None
    start: int = 0
    length: int = 0


class _Faults:
    """What is wrong with a file, by kind: told in a few lines, however much it is."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, fault: str, at: str) -> str | None:
        """Count a fault; return the line that tells it, if it is one of the first."""
        kind = re.sub(r"\d+", "N", fault)
        if kind not in self._first and len(self._first) >= MAX_TOLD:
            kind = "more kinds of damage"
        self.counts[kind] += 1
        line = f"{self._file} {at}: {fault}"
        self._first.setdefault(kind, line)
        return line if self.counts.total() <= MAX_TOLD else None

    def notes(self) -> list[str]:
        """Return a line a kind, with the first place of it."""
        return [
            self._first[kind] + (f" (and {count - 1} more)" if count > 1 else "") for kind, count in self.counts.items()
        ]


def _address(item: Page | Rejection) -> str:
    return item.aliases[0] if isinstance(item, Page) else item.url
