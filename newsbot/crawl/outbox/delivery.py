"""The delivery of what a run has stored: into files at its end, and of sources that are done while it goes on.

A source is done once all its listings have answered and all its addresses have their outcomes but those that are held
(newsbot.crawl.claims). After a while of that, what is held is decided on, its sites learn as at the end of a run, and
their articles go into files of their own; what comes of them after that goes into a later file.
docs/decisions/0031-delivery-and-compaction.md tells what that is worth and what it costs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from sqlalchemy import Engine

from newsbot.crawl.boilerplate import SiteBoilerplate
from newsbot.crawl.claims import Claims
from newsbot.crawl.outbox.recovery import place_of
from newsbot.export.run_files import paths_of, write_run_files
from newsbot.store import articles, runs
from newsbot.store.leases import Life
from newsbot.store.ledger import Account, Ledger

LEAST_PAUSE = 0.2
"""Seconds between two looks at what is done, at least."""
OF_AGE = 0.1
"""Share of a run's age that passes between two deliveries at least: a run of an hour has less than fifty of them."""

Moved = tuple[int, int, int]
"""What a source has met so far; as long as that is the same, nothing of it has moved."""


class Rest:
    """Which sources of a run are done, and for how long."""

    def __init__(self, ledger: Ledger, claims: Claims, after: float, clock: Callable[[], float]) -> None:
        self._ledger = ledger
        self._claims = claims
        self._after = after
        self._clock = clock
        self._since: dict[str, tuple[Moved, float]] = {}

    def sources(self, *, has_started: bool) -> set[str]:
        """Return the sources that have been done for long enough. A run that has started asks for no more by itself."""
        now, settled = self._clock(), set()
        held = self._claims.held()
        for name, account in self._ledger.accounts.items():
            is_asked = has_started or account.listings_asked > 0
            if not is_asked or account.unanswered or account.undecided > held[name]:
                self._since.pop(name, None)
                continue
            moved = (account.counts["discovered"], account.listings_asked, account.listings.total())
            before, since = self._since.setdefault(name, (moved, now))
            if before != moved:
                self._since[name] = moved, now
            elif now - since >= self._after:
                settled.add(name)
        return settled


class Delivery:
    """Puts what a run has stored into files, each whole or not there."""

    def __init__(
        self,
        engine: Engine,
        output: Path,
        life: Life,
        ledger: Ledger,
        claims: Claims,
        boilerplate: SiteBoilerplate,
        *,
        with_removed: bool,
        after: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``after``: seconds for which a source has to be done, 0 for until the run ends. Raises OSError."""
        self._engine = engine
        self._output = output
        self._folder = output.stat()
        self._life = life
        self._boilerplate = boilerplate
        self._with_removed = with_removed
        self._after = after
        self._clock = clock
        self._rest = Rest(ledger, claims, after, clock)
        self._began = self._last = clock()
        self._told: set[str] = set()
        self._files: dict[str, int] = {}

    @property
    def pause(self) -> float | None:
        """Seconds between two looks at what is due; None where all is delivered at the end."""
        return max(self._after / 5, LEAST_PAUSE) if self._after > 0 else None

    def due(self, *, has_started: bool) -> set[str]:
        """Return the sources that are done, if it is time and some were not at the last delivery; otherwise none.

        ``has_started``: whether the spider has asked for all that it starts with.
        """
        sources = self._rest.sources(has_started=has_started)
        self._told &= sources
        age, passed = self._clock() - self._began, self._clock() - self._last
        return sources if sources - self._told and passed >= max(self._after, age * OF_AGE) else set()

    def early(self, sources: Collection[str]) -> dict[str, int]:
        """Write what some sources have brought while the run goes on; return lines by path.

        A site of which another source has brought something too waits for that one. Raises RunEnded, StoreError or
        OSError; what was planned is written by the next delivery, or by the next run.
        """
        place, run_id = self._place(), self._life.run_id
        if sites := articles.sites_waiting(self._engine, run_id, sources):
            self._boilerplate.learn_of(run_id, sites)
            runs.plan_part(self._engine, run_id, sites, paths_of(run_id), place=place)
        written = write_run_files(
            self._engine, self._output, run_id, with_removed=self._with_removed, with_ledger=False
        )
        self._files |= written
        self._told, self._last = set(sources), self._clock()
        return written

    def finish(self, accounts: Mapping[str, Account]) -> dict[str, int]:
        """Close the books and write all that is left; return the lines of all files of the run, by path.

        Raises RunEnded if that was done by another; StoreError or OSError, and the next run writes the files then.
        """
        run_id = self._life.run_id
        self._boilerplate.finish(run_id)
        place = self._place()
        runs.close_books(self._engine, run_id, accounts, paths_of(run_id), place=place)
        self._files |= write_run_files(self._engine, self._output, run_id, with_removed=self._with_removed)
        return self._files

    def _place(self) -> str:
        """Return where the files go: where the run began, whatever became of the mark. Raises OSError."""
        is_there = self._output.is_dir()
        place = place_of(self._output, lost=self._life.place) if is_there else ""
        if place == self._life.place or (is_there and os.path.samestat(self._output.stat(), self._folder)):
            return place
        raise OSError(f"{self._output} is not the folder any more that the run began with")
