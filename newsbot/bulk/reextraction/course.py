"""The course of a re-extraction: archived pages, as they are read today, held against what the store has of them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from newsbot.archive.reading import REVISIT, Place
from newsbot.bulk.engines import Engine as Processes
from newsbot.bulk.files import Made, Part, Work, each_part, each_record
from newsbot.bulk.reextraction.application import Application
from newsbot.bulk.reextraction.comparison import differences, said_of
from newsbot.bulk.reextraction.journal import Journal, Spot
from newsbot.bulk.reextraction.matching import (
    ANOTHER,
    FAILED,
    IN_PARTS,
    NOT_JUDGED,
    UNREADABLE,
    Match,
    as_read,
    matched,
)
from newsbot.bulk.reextraction.parts import Parts
from newsbot.bulk.reextraction.reading import Choice, Read
from newsbot.bulk.reextraction.tally import GAINED, LOST, Moved, changed
from newsbot.crawl.boilerplate import SiteBoilerplate
from newsbot.crawl.claims import Claims
from newsbot.crawl.verdicts import OWN_FAULTS
from newsbot.dedupe import facts_of
from newsbot.items import BOILERPLATE, RE_EXTRACTED, Article, Collected, ExtractedArticle, Rejection, TextFacts
from newsbot.store.ledger import Ledger
from newsbot.web.urls import url_key

MOST_NOTES = 10
"""Remarks on the damage of one file; a file of junk has a fault every few bytes."""
SAVED = 10.0
"""Seconds of work that a kill costs at most, and those since the last part."""
CHANGED, ADDED = RE_EXTRACTED, "new"
"""What is stored: versions of known articles, and articles whose pages were rejected."""


class Course:
    """Takes in what comes of the parts of files, in their order, and tells in a journal what it comes to."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        *,
        choice: Choice,
        fields: Collection[str],
        max_pages: int,
        application: Application | None = None,
    ) -> None:
        """``fields``: those that are compared, and stored by an ``application``; ``max_pages``: see Parts."""
        self._engine = engine
        self._journal = journal
        self._tally = journal.tally
        self._choice = choice
        self._fields = fields
        self._application = application
        self._parts = Parts(max_pages)
        books = Ledger("", [])  # of no run: who is rejected here was rejected before
        self._claims = Claims(engine, books)
        self._books = books
        self._boilerplate = SiteBoilerplate(engine, books)
        self._rejected: dict[str, Match] = {}
        """Pages that were rejected and are articles now, by their addresses, while claims hold them."""
        self._spots: defaultdict[str, list[Spot]] = defaultdict(list)
        """Where the pages are on which nothing is decided, by the address of their article."""
        self._notes: defaultdict[str, int] = defaultdict(int)

    def go(
        self,
        files: Sequence[Path],
        work: Work[Read | None],
        engine: Processes,
        *,
        now: Callable[[], str],
        save: Callable[[], None],
        told: Callable[[Part[Read | None]], None],
    ) -> None:
        """Read files from where the journal says on, to their end.

        ``save`` keeps the journal, every few seconds; ``told`` hears of each part. Raises StoreError or OSError.
        """
        saved = time.monotonic()
        held = [(Path(spot.path), Place(spot.offset, spot.inner)) for spot in self._journal.held]
        for part in each_record(work, held, engine, now=now):
            self.take_again(part)
        for part in each_part(work, self._journal.left(files), engine, now=now):
            is_told = self.take(part)
            told(part)
            if is_told and time.monotonic() - saved > SAVED:
                save()
                saved = time.monotonic()
        self.finish()

    def take(self, part: Part[Read | None]) -> bool:
        """Take in what came of a part of a file; whether the journal can say where the next one begins.

        That is not so within a compression of many records. Raises StoreError.
        """
        self.take_again(part)
        for damage in part.damage:
            self._note(part.path, f"{part.path} at {damage.at}: {damage.fault}")
        if part.broken:
            self._note(part.path, f"{part.path} from {part.next} on: {part.broken}")
        if part.is_last:
            if (more := self._notes.pop(part.path, 0) - MOST_NOTES) > 0:
                self._tally.notes.append(f"{part.path}: {more:,} more faults")
            self._journal.done[part.path] = part.next.offset if not part.broken else -1
            self._journal.at = None
        elif part.next.inner == 0:
            self._journal.at = (part.path, part.next.offset)
        else:
            return False
        self._journal.held = [spot for spots in self._spots.values() for spot in spots]
        return True

    def take_again(self, part: Part[Read | None]) -> None:
        """Take in the pages of a part, and nothing else of it."""
        pages: list[Read] = []
        for made in part.made:
            if isinstance(made.thing, Rejection):
                self._reject(made, made.thing)
            elif made.thing is not None:
                pages += self._whole(made.thing, Spot(part.path, made.at.offset, made.at.inner))
        self._compare(pages)

    def finish(self) -> None:
        """Decide on all that waits. Raises StoreError."""
        for page in self._parts.left():
            self._spots.pop(page.aliases[0], None)
            self._tally.passed_over(IN_PARTS)
        for settled in self._claims.rest():
            self._gain(settled)
        if self._application:
            self._tally.notes += self._application.faults

    def _note(self, path: str, note: str) -> None:
        self._notes[path] += 1
        if self._notes[path] <= MOST_NOTES:
            self._tally.notes.append(note)

    def _reject(self, made: Made[Read | None], rejection: Rejection) -> None:
        """Count a capture that has no page, if it is one that was chosen."""
        if self._choice.has(made.source, made.date):
            why = FAILED if rejection.reason in OWN_FAULTS else UNREADABLE
            self._tally.passed_over(ANOTHER if rejection.reason == REVISIT else why)

    def _whole(self, read: Read, spot: Spot) -> list[Read]:
        """Return the article that a page is, or completes; nothing while it waits for others."""
        address = read.continues or read.aliases[0]
        self._spots[address].append(spot)
        whole = list(self._parts.take(read))
        if not whole and not self._parts.has(address):
            del self._spots[address]
        return whole

    def _compare(self, pages: Sequence[Read]) -> None:
        """Hold pages against what the store has of them."""
        otherwise: list[tuple[Article, TextFacts]] = []
        for page, match in zip(pages, matched(self._engine, pages, self._journal.run_ids), strict=True):
            if isinstance(match, str):
                self._tally.passed_over(match)
            elif isinstance(page.made, Rejection):
                self._rejected_now(match, page.made)
            elif match.known is None:
                self._claim(match, page.made)
            elif read := self._read_otherwise(match, match.known, page.made):
                if match.is_stored:
                    self._count(CHANGED, 1)
                else:
                    otherwise.append(read)
            if url_key(page.aliases[0]) not in self._rejected:
                self._spots.pop(page.aliases[0], None)
        if self._application and otherwise:
            self._count(CHANGED, self._application.re_extract(otherwise))

    def _rejected_now(self, match: Match, rejection: Rejection) -> None:
        if rejection.reason in OWN_FAULTS:
            self._tally.passed_over(FAILED)
        elif match.known:
            known = match.known
            self._tally.moved(Moved(LOST, known.url, known.source, known.title, known.language, rejection.reason))
        else:
            self._tally.same()

    def _read_otherwise(self, match: Match, known: Article, made: Collected) -> tuple[Article, TextFacts] | None:
        """Count a page, and return the version that it makes today, if that says something else."""
        cleaned = self._boilerplate.clean(made, known.source)
        read = as_read(known, match.read, cleaned, self._fields)
        before, after = said_of(known), said_of(read)
        if not (differing := differences(before, after, self._fields)):
            self._tally.same()
            return None
        states = replace(match.read.states, site_lines=_lines_of_site(cleaned.article))
        self._tally.moved(changed(differing, before, after, states, url=known.url, source=known.source))
        return read, cleaned.facts if read.text == cleaned.article.text else facts_of(read.text, read.authors)

    def _claim(self, match: Match, made: Collected) -> None:
        """Let the page of an address that was rejected be its article now, once it is known that it is."""
        if match.is_stored:
            self._tally.moved(_gained(match, made.article))
            self._count(ADDED, 1)
            return
        page = match.read
        entry = self._books.discover(page.source, page.aliases[0], page.candidate.via, again=True)
        if entry is None:
            self._tally.passed_over(ANOTHER)
            return
        self._books.fetched(entry)
        self._rejected[entry.key] = match
        judged = self._claims.judge(made)
        if judged is not None:
            self._gain(judged)
        for crowded in self._claims.crowded():
            self._gain(crowded)

    def _gain(self, judged: Collected | Rejection) -> None:
        """Count a page that was rejected, and is an article now if it is the one of its address."""
        entry = self._books.entry(judged.discovered)
        assert entry is not None
        match = self._rejected.pop(entry.key)
        self._spots.pop(match.read.aliases[0], None)
        if isinstance(judged, Rejection):
            self._books.close(entry, "rejected", judged.reason)
            self._tally.passed_over(NOT_JUDGED)
            return
        self._books.close(entry, "new")
        cleaned = self._boilerplate.clean(judged, match.read.source)
        self._tally.moved(_gained(match, cleaned.article))
        if self._application:
            self._count(ADDED, int(self._application.add(cleaned, match.read)))

    def _count(self, what: str, number: int) -> None:
        self._journal.stored[what] = self._journal.stored.get(what, 0) + number


def _gained(match: Match, article: ExtractedArticle) -> Moved:
    return Moved(GAINED, article.url, match.read.source, article.title, article.language, match.reason)


def _lines_of_site(article: ExtractedArticle) -> frozenset[str]:
    """Return the lines of a page that its site has taught."""
    gone = (removed.text for removed in article.removed if removed.reason == BOILERPLATE)
    return frozenset(line for text in gone for line in text.split("\n"))
