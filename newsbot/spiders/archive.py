"""WARC files instead of the web: the same pipeline over pages that were fetched long ago."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from newsbot.archive.reading import Place
from newsbot.bulk.bookmarks import Bookmarks
from newsbot.bulk.captures import article_of
from newsbot.bulk.engines import RAY, Closed, Engine, engine_of
from newsbot.bulk.files import Made, Part, each_part, each_record
from newsbot.bulk.paths import archives_of, require_archives
from newsbot.crawl.claims import rejected_away
from newsbot.crawl.context import FilesRead
from newsbot.crawl.intake import Known
from newsbot.crawl.spread import Spread
from newsbot.crawl.worker_pool import Extraction, worker_count
from newsbot.downloader.ending import Ending
from newsbot.downloader.fetch import through_pipelines
from newsbot.items import Candidate, Collected, Rejection
from newsbot.process import NewsbotError, UsageError, utc_now
from newsbot.sources import Source
from newsbot.spiders.arguments import ArgumentError, SpiderArguments
from newsbot.spiders.base import CollectingSpider
from newsbot.store.ledger import Entry
from newsbot.web.urls import url_key

MAX_AT_WORK = 32
"""Pages on their way to the store: as many as are decided on together (newsbot.pipelines)."""
SAVED_AFTER = 32
"""Pages after which it is written down how far reading has come: so many are read once more if it is killed."""
MOST_SPREAD = 300
"""Articles whose further pages are waited for."""
MAX_TOLD = 10
"""Lines of the log on the damage of one file; a file of junk has a fault every few bytes."""


class ArchiveArguments(SpiderArguments):
    """What `crawl archive` takes."""

    path: str = Field(title="files", examples=["'warc/*.warc.gz'"])
    """WARC files: a folder, a file, or a shell's pattern, in which ** goes into folders."""
    again: bool = False
    """Whether files are read once more that were read already."""
    engine: Literal["local", "ray"] = "local"
    """Where articles are made of pages: in processes of this machine, or of a cluster."""
    address: str | None = None
    """Of the cluster; without it one is started here."""


@dataclass(slots=True)
class _Spreading:
    """An article whose further pages are waited for, and those that came before it was their turn."""

    spread: Spread
    entry: Entry
    pages: dict[str, Collected | Rejection] = field(default_factory=dict)


class ArchiveSpider(CollectingSpider[ArchiveArguments]):
    """Collect the articles of WARC files, one's own or CC-NEWS.

    scrapy crawl archive -a path='warc/*.warc.gz'

    Files are read in parts, by processes that make articles of their pages. An address has one capture at work at a
    time: further ones of it wait, and are read once more when their turn comes, in the order of their dates. How far
    all is read is written down, and the next run goes on there.
    """

    name = "archive"
    arguments = ArchiveArguments

    @property
    def files_read(self) -> FilesRead | None:
        return self._bookmarks.far() if hasattr(self, "_bookmarks") else None  # not before the crawl has begun

    @cached_property
    def files(self) -> list[Path]:
        """The files to read. Raises UsageError."""
        return archives_of(self.args.path)

    def sources(self) -> list[Source]:
        if self.args.address and self.args.engine != RAY:
            raise ArgumentError("address: of a cluster, which -a engine=ray has")
        try:
            require_archives(self.files)
        except UsageError as fault:
            raise ArgumentError(f"path: {fault}") from None
        return []

    async def start(self) -> AsyncIterator[object]:
        from newsbot.store import StoreError  # not above: `scrapy list` has no use for the store
        from newsbot.store.ledger import Account

        self.run.ledger.accounts.setdefault(self.name, Account())
        self._at_work: set[asyncio.Task[None]] = set()
        self._open: dict[tuple[str, Place], Entry] = {}
        self._later: defaultdict[str, list[tuple[str, str, Place]]] = defaultdict(list)
        self._spread: dict[str, _Spreading] = {}
        self._unsaved = 0
        try:
            self._bookmarks = Bookmarks(self.run.engine, self.files, self.run.id, now=utc_now, again=self.args.again)
            self._tell_what_was_read()
            self._engine = self._started_engine()
            try:
                await self._read_all()
            finally:
                await self._finish_work()
                self._engine.close()
                self._save()
        except StoreError as fault:
            self.collection.fail(fault)
        except NewsbotError as fault:
            self.logger.error("%s", fault)
            self.collection.has_failed = True
        except Closed:
            pass  # the crawl is ending, and waits no longer
        return
        yield  # what makes this a generator; pages do not go by Scrapy's way, which a crawl that is closed never ends

    @property
    def _is_closing(self) -> bool:
        engine = self.crawler.engine
        assert engine is not None
        return not engine.running or engine.scraper.slot is None or engine.scraper.slot.closing is not None

    def _started_engine(self) -> Engine:
        """Return the engine that makes articles of pages. Raises NewsbotError."""
        workers = worker_count(self.settings.getint("NEWSBOT_EXTRACT_WORKERS"))
        timeout = self.settings.getfloat("NEWSBOT_EXTRACT_TIMEOUT")
        engine = engine_of(self.args.engine, workers=workers, timeout=timeout, address=self.args.address)
        if ending := self.crawler.get_extension(Ending):
            ending.at_last(engine.close)
        return engine

    def _tell_what_was_read(self) -> None:
        if count := len(self._bookmarks.read_already):
            files = f"{self.files[0]} was" if len(self.files) == 1 else f"{count} of {len(self.files)} files were"
            self.logger.info("%s read already, to the end; -a again=1 reads them once more", files)
        for path, offset in self._bookmarks.resumed.items():
            self.logger.info("%s: going on at byte %d, where an earlier run has left it", path, offset)

    async def _read_all(self) -> None:
        """Take in the pages of all files, and let each have its outcome."""
        await self._take_records(self._bookmarks.owed())
        starts = [(path, self._bookmarks.start_of(path)) for path in self._bookmarks.unread]
        faults: _Faults | None = None
        async for part in self._each(each_part(self._work, starts, self._engine, now=utc_now)):
            if faults is None:
                faults = self._begin(part.path)
            for at, fault in [*((f"at {damage.at}", damage.fault) for damage in part.damage), *_broken(part)]:
                self.is_damaged = True
                if line := faults.add(fault, at):
                    self.logger.error("%s", line)
            await self._take(part.path, part.made)
            self._bookmarks.passed(part)
            if part.is_last:
                self._end(faults)
                faults = None
                await self._take_what_waits()
            self._unsaved += len(part.made)
            if part.is_last or self._unsaved >= SAVED_AFTER:
                self._save()
        await self._decide_on_all()
        while self._later and not self._is_closing:
            await self._take_what_waits()
            await self._decide_on_all()

    @cached_property
    def _work(self) -> partial[Collected | Rejection]:
        return partial(article_of, extraction=Extraction.from_settings(self.settings))

    async def _each(self, parts: Iterator[Part[Collected | Rejection]]) -> AsyncIterator[Part[Collected | Rejection]]:
        while not self._is_closing and (part := await asyncio.to_thread(next, parts, None)):
            yield part

    def _begin(self, path: str) -> _Faults:
        self.run.ledger.listing_asked(self.name)
        number = 1 + self.run.ledger.accounts[self.name].listings.total()
        self.logger.info("reading %s (%d of %d)", path, number, len(self._bookmarks.unread))
        return _Faults(path)

    def _end(self, faults: _Faults) -> None:
        self.run.ledger.listing(self.name, "read")
        for note in faults.notes():
            self.logger.error("%s", note)
            self.run.ledger.note(self.name, note)

    async def _take(self, path: str, captures: list[Made[Collected | Rejection]]) -> None:
        """Send what came of captures on its way, unless their addresses are at work."""
        known = self.run.intake.known_of(made.url for made in captures)
        for made in captures:
            if made.provenance and made.provenance.continues:
                await self._take_further(path, made, made.provenance.continues)
            elif self.run.verdicts.is_open(made.url):
                self._later[url_key(made.url)].append((made.date or "", path, made.at))
                self._bookmarks.met(path, made.at)
            else:
                await self._admit(path, made, known)

    async def _admit(self, path: str, made: Made[Collected | Rejection], known: Known) -> None:
        """Give a page its entry in the ledger, and send it through the pipelines if its article is not known later."""
        thing, own = made.thing, made.provenance
        entry = self.run.intake.admit(
            made.source,
            Candidate(url=made.url, via="archive"),
            captured_at=made.date,
            found=own.candidate if own else None,
            known=known,
        )
        if entry is None:
            return
        self.run.verdicts.fetched(made.url)
        self._bookmarks.met(path, made.at)
        self._open[path, made.at] = entry
        if own and isinstance(thing, Rejection):
            await self._process(rejected_away(own.aliases, thing))
        elif own and isinstance(thing, Collected) and (spread := self._spread_of(thing)).next:
            self._spread[made.url] = _Spreading(spread, entry)
            await self._go_on_with(made.url)
        else:
            await self._process(thing)

    def _spread_of(self, first: Collected) -> Spread:
        return Spread(first, self.settings.getint("NEWSBOT_MAX_ARTICLE_PAGES"))

    async def _take_further(self, path: str, made: Made[Collected | Rejection], first: str) -> None:
        """Take in a further page of an article; of one that has been decided on it is of no use any more."""
        if (waiting := self._spread.get(first)) and made.provenance:
            self._bookmarks.met(path, made.at)
            self._open[path, made.at] = waiting.entry
            waiting.pages.update(dict.fromkeys(made.provenance.aliases, made.thing))
            await self._go_on_with(first)

    async def _go_on_with(self, address: str) -> None:
        """Join the pages of an article that are there, and send it on its way once none is missing."""
        waiting = self._spread[address]
        if not waiting.spread.add_all(waiting.pages):
            if len(self._spread) <= MOST_SPREAD:
                return
            address = next(iter(self._spread))  # the one that has waited longest
        await self._process(self._spread.pop(address).spread.joined())

    async def _take_what_waits(self) -> None:
        """Take the earliest capture of every address that has more of them, and none at work."""
        free = []
        for key, waiting in list(self._later.items()):
            if not self.run.ledger.is_open(key):
                waiting.sort()
                _, path, place = waiting.pop(0)
                free.append((Path(path), place))
                if not waiting:
                    del self._later[key]
        await self._take_records(free)

    async def _take_records(self, places: list[tuple[Path, Place]]) -> None:
        """Read single records, and take in their pages."""
        rest = iter(places)
        async for part in self._each(each_record(self._work, places, self._engine, now=utc_now)):
            path, place = next(rest)
            self._bookmarks.ended(str(path), place)
            await self._take(str(path), part.made)

    async def _decide_on_all(self) -> None:
        """Let every page that is at work or held have its outcome."""
        for waiting in [self._spread.pop(address) for address in list(self._spread)]:
            await self._process(waiting.spread.joined())
        await self._finish_work()
        if not self._is_closing:
            for item in self.run.claims.rest():
                await self._process(item)
            await self._finish_work()

    async def _process(self, item: Collected | Rejection) -> None:
        """Send something through the pipelines as soon as there is a place for it."""
        while len(self._at_work) >= MAX_AT_WORK:
            _, self._at_work = await asyncio.wait(self._at_work, return_when=asyncio.FIRST_COMPLETED)
        self._at_work.add(asyncio.ensure_future(through_pipelines(self.crawler, item)))

    async def _finish_work(self) -> None:
        while self._at_work:
            _, self._at_work = await asyncio.wait(self._at_work)

    def _save(self) -> None:
        """Write down how far all is read, and which records have no outcome yet."""
        for (path, place), entry in list(self._open.items()):
            if self.run.ledger.entry(entry.url) is not entry:
                self._bookmarks.ended(path, place)
                del self._open[path, place]
        self._bookmarks.save()
        self._unsaved = 0


def _broken(part: Part[Collected | Rejection]) -> list[tuple[str, str]]:
    return [("from there on", part.broken)] if part.broken else []


class _Faults:
    """What is wrong with a file, by kind: told in a few lines, however much it is."""

    def __init__(self, file: str) -> None:
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
