"""Archive files, read and worked on in parts by many processes; what comes of them comes in the order of the files.

A part is some hundred kilobytes of a file, so that one file keeps all processes busy. Each process finds the first
record of its part by itself. Where the part before it then ends at another place (a record of megabytes, damage, a page
that quotes an archive), the part is read once more from there: so all comes as one who reads the file from its
beginning would find it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from newsbot.archive.provenance import Provenance
from newsbot.archive.reading import BEGINNING, REVISIT, Capture, Damage, Place, Reading, captured_at
from newsbot.bulk.captures import page_of, provenance_of
from newsbot.bulk.engines import Engine, Lost, Task
from newsbot.bulk.originals import with_page
from newsbot.items import Page, Rejection, digest_of
from newsbot.sources import source_name
from newsbot.web.urls import InvalidURL

T = TypeVar("T")
Work = Callable[[Page, Provenance | None], T]
"""What is made of a page, and of how newsbot came to it where it archived it: a function of a module, or a partial of
one, as it is sent to other processes."""

PART = 524_288
"""Bytes of a part: some ten pages, packed, so some hundred milliseconds of work."""
MOST = 256
"""Pages of a part, however small they are."""
PATIENCE = 6
"""Times as long as a page that a part may take, before it is read record by record: it has ten pages of usual size."""
AHEAD = 3
"""Parts for every process that are at work or done before it is their turn."""


@dataclass(frozen=True, slots=True)
class Span:
    """Records of a file: those that begin at a place or behind it, and before a byte."""

    path: str
    start: Place
    end: int
    size: int
    """Of the file."""
    most: int
    """Pages that are taken of it."""
    is_guess: bool = False
    """Whether nothing is known of the place."""


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """What came of a capture."""

    url: str
    """Its address: the one that led to the page."""
    source: str
    date: str | None
    at: Place
    thing: T | Rejection
    provenance: Provenance | None = None
    """How newsbot came to the page, where it archived it."""


@dataclass(slots=True)
class Part(Generic[T]):
    """What came of a part of a file."""

    path: str
    made: list[Made[T]] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    began: Place | None = None
    next: Place = BEGINNING
    """Where the next part begins: of all before it, what came of it is here or in an earlier part."""
    last: Place | None = None
    """Where its last record begins; None if it has none."""
    is_last: bool = False
    """Whether that is the end of the file."""
    broken: str | None = None
    """Why nothing can be read of the file from there on."""


def each_part(
    work: Work[T], files: Iterable[tuple[Path, int]], engine: Engine, *, now: Callable[[], str]
) -> Iterator[Part[T]]:
    """Yield what comes of files, each from a byte on, in their order; at least one part of each.

    A process that dies or hangs costs the record at which it does that, which is a Rejection then. ``now``: the time,
    RFC 3339; no capture is of the future. Raises newsbot.bulk.engines.Closed once the engine is closed.
    """
    spans = (span for path, start in files for span in spans_of(path, start))
    begun: deque[tuple[Span, Task[Part[T]]]] = deque()
    reader = _Reader(work, engine, now)
    place = Place(0)
    while True:
        while len(begun) < AHEAD * engine.workers and (span := next(spans, None)):
            begun.append((span, reader.begin(span)))
        if not begun:
            return
        span, task = begun.popleft()
        if not span.is_guess:
            place = span.start
        elif place.offset >= span.end:
            continue  # a record reaches over it
        for part in reader.parts(span, task, place):
            place = Place(span.size) if part.broken else part.next
            yield replace(part, is_last=place.offset >= span.size)


def each_record(
    work: Work[T], places: Iterable[tuple[Path, Place]], engine: Engine, *, now: Callable[[], str]
) -> Iterator[Part[T]]:
    """Yield what comes of single records, one part each, in their order; see each_part."""
    spans = (replace(next(spans_of(path, place.offset)), start=place, most=1) for path, place in places)
    begun: deque[tuple[Span, Task[Part[T]]]] = deque()
    reader = _Reader(work, engine, now)
    while True:
        while len(begun) < AHEAD * engine.workers and (span := next(spans, None)):
            begun.append((span, reader.begin(span)))
        if not begun:
            return
        yield reader.first(*begun.popleft())


class _Reader(Generic[T]):
    """Has spans of files read by an engine, again where the first time was in vain."""

    def __init__(self, work: Work[T], engine: Engine, now: Callable[[], str]) -> None:
        self._work = work
        self._engine = engine
        self._now = now

    def begin(self, span: Span) -> Task[Part[T]]:
        times = PATIENCE if span.most > 1 else 1
        return self._engine.begin(read_span, span, self._work, self._now(), times=times)

    def parts(self, span: Span, task: Task[Part[T]], start: Place) -> Iterator[Part[T]]:
        """Yield what comes of a span that was begun. ``start``: where its first record begins, or the gap before it."""
        sure = replace(span, start=start, is_guess=False)
        try:
            part = self._engine.result(task)
            if span.is_guess and part.began != start and not part.broken:
                part = self._engine.result(self.begin(sure))
            yield part
            while not part.broken and part.next.offset < span.end:  # it has more pages than are taken at a time
                sure = replace(sure, start=part.next)
                part = self._engine.result(self.begin(sure))
                yield part
        except Lost:
            yield from self._one_by_one(sure)

    def first(self, span: Span, task: Task[Part[T]]) -> Part[T]:
        """Return what comes of the first page of a span that was begun."""
        try:
            return self._engine.result(task)
        except Lost as lost:
            return self._without_work(span, lost)

    def _one_by_one(self, span: Span) -> Iterator[Part[T]]:
        """Read a span, at which a worker was lost, record by record."""
        place = span.start
        while place.offset < span.end:
            one = replace(span, start=place, most=1)
            part = self.first(one, self.begin(one))
            yield part
            if part.broken:
                return
            place = part.next

    def _without_work(self, one: Span, lost: Lost) -> Part[T]:
        """Say of a record why nothing came of it; of one that cannot even be read, that it is damaged."""
        why: Work[T | Rejection] = partial(rejected, reason=lost.reason, detail=lost.detail)
        try:
            return self._engine.result(self._engine.begin(read_span, one, why, self._now()))
        except Lost:
            fault = Damage(one.start, f"whoever reads it comes to nothing ({lost})")
            return Part(one.path, damage=[fault], next=Place(one.start.offset + 1))


def spans_of(path: Path, start: int) -> Iterator[Span]:
    """Yield a file in spans, from a byte on at which a record begins; the first may be empty."""
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # whoever reads it says why
    for number, begins in enumerate(range(start, max(size, start + 1), PART)):
        yield Span(str(path), Place(begins), min(begins + PART, size), size, MOST, is_guess=number > 0)


def read_span(span: Span, work: Work[T], now: str) -> Part[T]:
    """Read a span of a file, and do the work on every page in it."""
    part: Part[T] = Part(span.path, next=span.start)
    try:
        with open(span.path, "rb") as file:  # noqa: PTH123 (a path that Path would change may be given)
            reading = Reading(file, span.start, span.end, most=span.most, is_guess=span.is_guess)
            for found in reading:
                if isinstance(found, Damage):
                    part.damage.append(found)
                else:
                    if found.reason == REVISIT:
                        found, damage = with_page(span.path, found)
                        part.damage += damage
                    _take(found, part, work, now)
            part.began, part.last, part.next = reading.began, reading.last, reading.next or span.start
    except OSError as error:
        part.broken = error.strerror or str(error)
    return part


def _take(capture: Capture, part: Part[T], work: Work[T], now: str) -> None:
    """Do the work on the page of a capture, if it is one, and note what is wrong with its record."""
    date = captured_at(capture.date, now)
    own = provenance_of(capture)
    try:
        page = page_of(capture, date, own)
    except InvalidURL as error:
        part.damage.append(Damage(capture.at, f"its address is none ({error})"))
        return
    if page is None:
        return
    if date is None:
        stated = f"WARC-Date is no date: {capture.date[:60]!r}" if capture.date else "no WARC-Date"
        part.damage.append(Damage(capture.at, stated))
    if isinstance(page, Rejection):
        source = own.source if own else source_name(page.url)
        part.made.append(Made(page.url, source, date, capture.at, page, own))
    else:
        part.made.append(Made(page.aliases[0], page.source, date, capture.at, work(page, own), own))


def rejected(page: Page, _own: Provenance | None, *, reason: str, detail: str) -> Rejection:
    """Reject a page, whatever it is."""
    return Rejection(url=page.aliases[0], reason=reason, detail=detail, digest=digest_of(page.html))
