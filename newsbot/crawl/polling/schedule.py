"""When each listing is due, where it has moved to, and which hosts want to be left alone.

When the next request to a listing pays is in newsbot.crawl.polling.publishing; here is what is kept of it from run to
run, and what becomes of listings that fail. docs/decisions/0018-freshness.md says what was weighed.
"""

from __future__ import annotations

import logging
import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from newsbot.crawl.polling.publishing import (
    DAY,
    Bounds,
    Rhythm,
    first_reading,
    next_visit,
    observe,
    patience,
    run_to_take,
)
from newsbot.crawl.polling.sitemaps import state_of
from newsbot.discovery import Child
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store import Unstorable, frontier, listings, sites
from newsbot.store.database import persistently, sift
from newsbot.store.listings import Listing
from newsbot.web.dates import as_instant
from newsbot.web.text import escaped, well_formed

MOST_AT_ONCE = 100
"""New addresses of a sitemap or section that count as news of one visit; what brings more is an archive."""
MAX_SEEN = 1000
"""Entries of a listing that are remembered to tell whether the next reading overlaps with it."""
TIMING = ("answered_at", "news_at", "due_at", "interval", "rhythm", "errors", "gaps")
"""What is kept of a listing of which the rest cannot be stored: it is asked when it is due, and then read in full."""

logger = logging.getLogger("newsbot")


def backoff(interval: float, errors: int, bounds: Bounds) -> float:
    """Return how long to leave a listing alone that has failed so many times in a row, in minutes.

    >>> [backoff(10, errors, Bounds(5, 360)) for errors in (1, 2, 3, 9)]
    [20, 40, 80, 360]
    """
    return bounds.hold(interval * 2 ** min(errors, 16))


class Schedule:
    """The listings of a run's sources: loaded in one query, and each written down as it answers."""

    def __init__(self, engine: Engine, sources: Iterable[str], bounds: Bounds, now: Callable[[], str]) -> None:
        self._engine = engine
        self._bounds = bounds
        self._now = now
        self._listings = listings.load(engine, sources)
        self._resting = sites.resting(engine, now=now())

    def listing(self, source: str, url: str) -> Listing:
        """Return what is known of a listing; an empty Listing of one that was never asked."""
        return self._listings.get((source, url)) or Listing(source, url)

    def absent_at(self, read: Listing, key: str) -> str | None:
        """Return when a feed that is read now was read last, if it did not name a URL key then; None if it may have."""
        before = self.listing(read.source, read.url)
        return before.answered_at if before.seen and _sum(key) not in _sums(before.seen) else None

    def read_before(self, source: str) -> set[str]:
        """Return the addresses of the listings of a source that could be read."""
        return {url for (name, url), listing in self._listings.items() if name == source and listing.read_at}

    def is_due(self, source: str, url: str) -> bool:
        """Whether a listing is to be asked now; one that was never asked is.

        An index of sitemaps is with the first of those that are open or were never read: what it says of them is as old
        as it is itself.
        """
        pending, now = [url], self._now()
        for at in pending:  # grows: an index may be in an index, and name the one that names it
            listing = self.listing(source, at)
            if self._is_due(listing, now):
                return True
            ends = dict(listing.sub_sitemaps[:1] + listing.sub_sitemaps[-1:])
            for address, _ in listing.sub_sitemaps:
                known = self.listing(source, address)
                may_be_due = known.sub_sitemaps or self._is_due(known, now)
                if may_be_due and state_of(Child(address, is_end=address in ends), known, now) in ("open", "unread"):
                    pending += [address] if address not in pending else []
        return False

    def _is_due(self, listing: Listing, now: str) -> bool:
        if listing.due_at is None or listing.due_at <= now:
            return True
        if listing.errors or listing.due_at > shifted(now, self._bounds.most_early) or not listing.answered_at:
            return False
        at, answered = minute_of(listing.due_at), minute_of(listing.answered_at)
        return run_to_take(Rhythm.from_text(listing.rhythm), at, answered=answered, bounds=self._bounds) <= minute_of(
            now
        )

    def due(self, source: Source) -> list[tuple[str, str]]:
        """Return the listings of a source that are due, as (channel, address)."""
        return [(channel, url) for channel, url in source.listings() if self.is_due(source.name, url)]

    def address(self, source: str, url: str) -> str:
        """Return where to ask for a listing: where a permanent redirect led the last time, or its own address."""
        return self.listing(source, url).moved_to or url

    def owed(self, source: str, url: str) -> tuple[str, int] | None:
        """Return the first further page of a listing that was wanted and not read since, and how far on it is."""
        return listings.owed(self._listings, source, url)

    def read(
        self,
        read: Listing,
        found: Sequence[tuple[str, Candidate]] = (),
        *,
        is_whole: bool = True,
        goes_on: Callable[[int, bool], bool] = lambda _new, _gap: True,
        at: str | None = None,
        keys: Sequence[str] = (),
        published: Sequence[str | None] = (),
        refused: Callable[[str, Unstorable], None] = lambda _key, _fault: None,
    ) -> Listing:
        """Note that a listing was read and what it names, in one transaction, and return it as it is known now.

        ``found`` are those of its addresses that were not known, each with its URL key: they wait on the
        frontier from now on. Where more was left for a later run, the listing is not ``is_whole``, keeps its old
        validators and will be read again in full. ``goes_on`` tells from the number of new addresses, and whether
        there is a gap, if ``read.next_page`` is wanted; that page then counts as not read until it is.

        ``keys`` are the URL keys of its entries where it shows the newest alone (a feed), ``published`` the times that
        these state; then the last reading tells what is new, and there is a gap where nothing is left of what it named
        before. ``at`` is where it stands for good. ``refused`` is told which of ``found`` cannot be stored, and why.
        """
        now = self._now()
        before = self.listing(read.source, read.url)
        keys, published = keys[:MAX_SEEN], list(published[: len(keys)]) + [None] * (len(keys) - len(published))
        sums = [_sum(key) for key in keys]
        seen = _sums(before.seen) if before.seen else set()
        gap = bool(seen and sums and seen.isdisjoint(sums))
        if seen and sums:
            new = [moment for mark, moment in zip(sums, published, strict=True) if mark not in seen]
        else:
            new = [candidate.published or candidate.modified for _, candidate in found]
        if not is_whole:
            asked: dict[str, Any] = {"due_at": shifted(now, self._bounds.least), "interval": self._bounds.least}
        elif before.rhythm is None or before.answered_at is None:
            asked = self._next(first_reading(_moments(published), minute_of(now)), now, len(sums) or None)
        else:
            came = new if sums else _recent(new, before.answered_at)
            asked = self._next(self._observe(before, now, came, total=len(sums) or None), now, len(sums) or None)
        if is_whole:
            wanted = read.next_page if read.next_page and goes_on(len(found), gap) else None
            since = now if found and before.read_at else ""
            newest = max(before.newest_at or "", read.newest_at or "", since)
            said = replace(read, rhythm=before.rhythm, read_at=now, next_page=wanted, newest_at=newest or None)
        else:
            wanted, said = None, before
        after = replace(
            said,
            answered_at=now,
            news_at=now if new or before.due_at is None else before.news_at,
            **asked,
            errors=0,
            error=None,
            gaps=before.gaps + gap,
            moved_to=at if at != read.url else None,
            seen="".join(sums) or before.seen,
        )
        further = self._listings.get((read.source, wanted)) if wanted else None
        owing = [replace(further, read_at=None)] if further and further.read_at else []
        for key, fault in self._write(after, *owing, found=found).items():
            refused(key, fault)
        return self.listing(read.source, read.url)

    def unchanged(self, known: Listing, *, at: str | None = None) -> Listing:
        """Note that a listing says what it said the last time (304, or the same bytes), and return it as it is now.

        ``known.lastmod`` is what its sitemap index says of it now.
        """
        now = self._now()
        before = self.listing(known.source, known.url)
        rhythm = self._observe(before, now, []) if before.answered_at else Rhythm()
        after = replace(
            before,
            lastmod=known.lastmod,
            read_at=now if before.digest else before.read_at,
            answered_at=now,
            **self._next(rhythm, now, _room(before)),
            errors=0,
            error=None,
            moved_to=at if at != known.url else None,
        )
        self._write(after)
        return after

    def failed(self, source: str, url: str, error: str, *, rests_until: str | None = None) -> Listing:
        """Note that a listing could not be read, and return its state: it is asked later, never dropped."""
        now = self._now()
        before = self.listing(source, url)
        errors = before.errors + 1
        most = patience(Rhythm.from_text(before.rhythm), minute_of(now), bounds=self._bounds, room=_room(before))
        due = max(shifted(now, min(backoff(self._bounds.least, errors, self._bounds), most)), rests_until or "")
        after = replace(before, due_at=due, errors=errors, error=well_formed(error)[:300], moved_to=None)
        self._write(after)
        return after

    def rest(self, host: str, seconds: float) -> str:
        """Leave a host alone for a while, in later runs too; return until when."""
        until = max(shifted(self._now(), seconds / 60), self._resting.get(host, ""))
        self._resting[host] = until
        sites.rest(self._engine, host, until)
        return until

    def rests_until(self, host: str) -> str | None:
        """Return until when a host wants to be left alone, or None."""
        until = self._resting.get(host)
        return until if until and until > self._now() else None

    def _observe(self, before: Listing, now: str, new: Sequence[str | None], total: int | None = None) -> Rhythm:
        assert before.answered_at is not None
        known, since = Rhythm.from_text(before.rhythm), minute_of(before.answered_at)
        return observe(known, _moments(new), since=since, until=minute_of(now), total=total)

    def _next(self, rhythm: Rhythm, now: str, room: int | None) -> dict[str, Any]:
        """Return what a Listing says of its next visit."""
        start = minute_of(now)
        due = next_visit(rhythm, start, bounds=self._bounds, room=room)
        at = datetime.fromtimestamp(math.ceil(due * 60 - 1e-3), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"rhythm": rhythm.as_text(), "due_at": at, "interval": round(due - start, 2)}

    def _write(self, *changed: Listing, found: Sequence[tuple[str, Candidate]] = ()) -> dict[str, Unstorable]:
        """Write listings down, and what is new in them; return what of that cannot be stored, by URL key."""
        kept = {(listing.source, listing.url): listing for listing in changed}

        def write(connection: Connection) -> dict[str, Unstorable]:
            def save(some: Sequence[Listing]) -> None:
                for listing in some:
                    listings.save(connection, listing)

            refused = frontier.enqueue(connection, changed[0].source, found, now=self._now())
            for listing, fault in sift(connection, changed, save):
                logger.warning("listing %.200s: %s", escaped(listing.url), fault)
                timing = {name: getattr(listing, name) for name in TIMING}
                kept[listing.source, listing.url] = bare = Listing(listing.source, listing.url, **timing)
                sift(connection, [bare], save)  # if that cannot be either, it is as one that was never asked
            return refused

        refused = persistently(self._engine, write)
        self._listings |= kept
        return refused


def shifted(moment: str, minutes: float) -> str:
    """Return an RFC 3339 moment so many minutes later, in whole seconds.

    >>> shifted("2026-11-20T08:00:00Z", 90)
    '2026-11-20T09:30:00Z'
    """
    later = datetime.fromisoformat(moment) + timedelta(minutes=minutes)
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


def minutes_between(earlier: str, later: str) -> float:
    """Return the minutes from one RFC 3339 moment to another."""
    return minute_of(later) - minute_of(earlier)


def minute_of(moment: str) -> float:
    """Return an RFC 3339 moment as minutes of the Unix epoch.

    >>> minute_of("1970-01-01T01:00:30Z")
    60.5
    """
    return datetime.fromisoformat(moment).timestamp() / 60


def _moments(published: Iterable[str | None]) -> list[float | None]:
    """Return what entries state as minutes of the Unix epoch; None where they state no more than a day."""
    moments: list[float | None] = []
    for text in published:
        instant = as_instant(text) if text and "T" in text else None
        stated = instant if instant and (instant.hour, instant.minute, instant.second) != (0, 0, 0) else None
        moments.append(stated.timestamp() / 60 if stated else None)
    return moments


def _room(known: Listing) -> int | None:
    """Return how many entries a listing shows that shows its newest alone."""
    return len(known.seen) // 8 if known.seen else None


def _recent(published: Sequence[str | None], answered_at: str) -> list[str | None]:
    """Return what addresses state that are news: an archive that is added to a sitemap says nothing of a rate."""
    oldest = minute_of(answered_at) - DAY
    moments = zip(published, _moments(published), strict=True)
    return [text for text, moment in moments if moment is None or moment > oldest][:MOST_AT_ONCE]


def _sum(key: str) -> str:
    return f"{zlib.crc32(key.encode()):08x}"


def _sums(text: str) -> set[str]:
    return {text[start : start + 8] for start in range(0, len(text), 8)}
