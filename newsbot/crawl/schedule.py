"""When each listing is due, where it has moved to, and which hosts want to be left alone.

A feed's interval follows how much of it is new. It is asked about as often as it brings an article, and never so
rarely that more than a quarter of it would be new at once: what leaves a short feed between two visits is lost. A feed
with nothing new is asked less and less often. docs/decisions/0005-polling.md says what was weighed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from newsbot.crawl.sitemaps import state_of
from newsbot.discovery import Child
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store import frontier, listings, sites
from newsbot.store.listings import Listing
from newsbot.web.dates import as_instant

START_MINUTES = 30.0
"""First interval of a feed whose entries do not tell how often it changes."""
SHARE_NEW = 0.25
"""How much of a feed may be new at a visit."""
QUIETER = 1.5
"""An interval grows by this after a visit that brought nothing new."""
MOST_GROWTH, MOST_SHRINKING = 2.0, 4.0
"""Bounds on how far one visit moves an interval: one busy hour or quiet night says little."""
MAX_SEEN = 1000
"""Entries of a listing that are remembered to tell whether the next reading overlaps with it."""
SLACK = 0.1
"""Share of its interval by which a listing may be early: cron comes every five minutes, never to the second."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest interval, in minutes."""

    least: float = 5.0
    most: float = 360.0

    def hold(self, minutes: float) -> float:
        """Return the interval within the bounds."""
        return min(max(minutes, self.least), self.most)


def first_interval(total: int, span: float | None, bounds: Bounds) -> float:
    """Return the interval of a feed that was read for the first time, in minutes.

    ``span`` is the time between its oldest and its newest entry, in minutes, where the entries state it.

    >>> first_interval(20, 20 * 60, Bounds()), first_interval(20, None, Bounds())
    (60.0, 30.0)
    """
    if not span or total < 2:
        return bounds.hold(START_MINUTES)
    return bounds.hold(min(span / total, span * SHARE_NEW))


def next_interval(interval: float, *, elapsed: float, new: int, total: int, gap: bool, bounds: Bounds) -> float:
    """Return the next interval of a feed, in minutes.

    ``new`` of its ``total`` entries were not there at the last visit, ``elapsed`` minutes ago; with a
    ``gap`` nothing of what was there then is left, so that there may have been more.

    >>> bounds = Bounds(5, 360)
    >>> next_interval(60, elapsed=60, new=0, total=20, gap=False, bounds=bounds)
    90.0
    >>> next_interval(60, elapsed=60, new=2, total=20, gap=False, bounds=bounds)
    30.0
    >>> next_interval(60, elapsed=60, new=20, total=20, gap=True, bounds=bounds)
    15.0
    >>> next_interval(360, elapsed=4000, new=0, total=20, gap=False, bounds=bounds)
    360
    """
    if gap:
        wanted = 0.0
    elif new:
        wanted = min(elapsed / new, elapsed * SHARE_NEW * total / new)
    else:
        wanted = max(interval, elapsed * QUIETER)
    return bounds.hold(min(max(wanted, interval / MOST_SHRINKING), interval * MOST_GROWTH))


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
        if listing.due_at is None:
            return True
        early = (listing.interval or 0.0) * SLACK if not listing.errors else 0.0
        return listing.due_at <= shifted(now, early)

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
        total: int = 0,
        keys: Sequence[str] = (),
        span: float | None = None,
    ) -> Listing:
        """Note that a listing was read and what it names, in one transaction, and return it as it is known now.

        ``found`` are those of its ``total`` addresses that were not known, each with its URL key: they wait on the
        frontier from now on. Where more was left for a later run, the listing is not ``is_whole``, keeps its old
        validators and will be read again in full. ``goes_on`` tells from the number of new addresses, and whether
        there is a gap, if ``read.next_page`` is wanted; that page then counts as not read until it is.

        ``keys`` are the URL keys of its entries where it shows the newest alone (a feed); then the last reading tells
        what is new, and there is a gap where nothing is left of what it named before. ``at`` is where it stands for
        good, ``span`` the time between its oldest and newest entry, in minutes.
        """
        now = self._now()
        before = self.listing(read.source, read.url)
        sums = [f"{zlib.crc32(key.encode()):08x}" for key in keys[:MAX_SEEN]]
        seen = _sums(before.seen) if before.seen else set()
        fresh = [mark for mark in sums if mark not in seen] if seen else []
        gap = bool(seen and sums and len(fresh) == len(sums))
        new, total = (len(fresh), len(sums)) if seen and sums else (len(found), max(len(keys), total, len(found), 1))
        if before.interval is None or (before.news_at is None and before.errors):
            interval = first_interval(total, span, self._bounds)
        else:
            interval = self._next_interval(before, now, new=new, total=total, gap=gap)
        if is_whole:
            wanted = read.next_page if read.next_page and goes_on(len(found), gap) else None
            came = now if found and before.read_at else ""
            newest = max(before.newest_at or "", read.newest_at or "", came)
            said = replace(read, read_at=now, next_page=wanted, newest_at=newest or None)
        else:
            wanted, said = None, before
        after = replace(
            said,
            answered_at=now,
            news_at=now if new or before.due_at is None else before.news_at,
            due_at=shifted(now, interval),
            interval=interval,
            errors=0,
            error=None,
            gaps=before.gaps + gap,
            moved_to=at if at != read.url else None,
            seen="".join(sums) or before.seen,
        )
        further = self._listings.get((read.source, wanted)) if wanted else None
        self._write(after, *([replace(further, read_at=None)] if further and further.read_at else []), found=found)
        return after

    def unchanged(self, known: Listing, *, at: str | None = None) -> Listing:
        """Note that a listing says what it said the last time (304, or the same bytes), and return it as it is now.

        ``known.lastmod`` is what its sitemap index says of it now.
        """
        now = self._now()
        before = self.listing(known.source, known.url)
        interval = self._next_interval(before, now, new=0, total=1, gap=False)
        after = replace(
            before,
            lastmod=known.lastmod,
            read_at=now if before.digest else before.read_at,
            answered_at=now,
            due_at=shifted(now, interval),
            interval=interval,
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
        interval = before.interval or first_interval(1, None, self._bounds)
        errors = before.errors + 1
        due = max(shifted(now, backoff(interval, errors, self._bounds)), rests_until or "")
        after = replace(before, due_at=due, interval=interval, errors=errors, error=error[:300], moved_to=None)
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

    def _next_interval(self, before: Listing, now: str, *, new: int, total: int, gap: bool) -> float:
        return next_interval(
            before.interval or self._bounds.least,
            elapsed=minutes_between(before.answered_at, now) if before.answered_at else 0.0,
            new=new,
            total=total,
            gap=gap,
            bounds=self._bounds,
        )

    def _write(self, *changed: Listing, found: Sequence[tuple[str, Candidate]] = ()) -> None:
        with self._engine.begin() as connection:
            if found:
                frontier.enqueue(connection, changed[0].source, found, now=self._now())
            for listing in changed:
                listings.save(connection, listing)
        self._listings |= {(listing.source, listing.url): listing for listing in changed}


def minutes_spanned(candidates: Iterable[Candidate]) -> float | None:
    """Return the time between the oldest and the newest of some candidates, in minutes; None if they tell none."""
    moments = [moment for candidate in candidates if (moment := as_instant(candidate.published))]
    return (max(moments) - min(moments)).total_seconds() / 60 if moments else None


def shifted(moment: str, minutes: float) -> str:
    """Return an RFC 3339 moment so many minutes later, in whole seconds.

    >>> shifted("2026-11-20T08:00:00Z", 90)
    '2026-11-20T09:30:00Z'
    """
    later = datetime.fromisoformat(moment) + timedelta(minutes=minutes)
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


def minutes_between(earlier: str, later: str) -> float:
    """Return the minutes from one RFC 3339 moment to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() / 60


def _sums(text: str) -> set[str]:
    return {text[start : start + 8] for start in range(0, len(text), 8)}
