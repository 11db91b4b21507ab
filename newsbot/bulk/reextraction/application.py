"""What is read otherwise today, stored: as a run of its own, whose files tell of it and whose books count nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsbot.bulk.reextraction.reading import Read
from newsbot.crawl.outbox.recovery import place_of
from newsbot.crawl.run import begin_life
from newsbot.export.run_files import paths_of, write_run_files
from newsbot.items import Article, Collected, Duplicate, New, TextFacts
from newsbot.sources import Outlets
from newsbot.store import Unstorable, articles, deciding, runs
from newsbot.store.articles import Policy
from newsbot.store.leases import BEAT, Life
from newsbot.store.ledger import Entry
from newsbot.web.urls import url_key

SPIDER = "reextract"
"""What such a run is called among those of spiders."""


class Application:
    """Stores other readings, from ``begin`` on; ``finish`` writes their lines."""

    def __init__(
        self, engine: Engine, output: Path, *, policy: Policy, outlets: Outlets, now: Callable[[], str]
    ) -> None:
        self._engine = engine
        self._output = output
        self._policy = replace(policy, revisit_hours=())  # an outlet that nobody has asked has changed nothing
        self._outlets = outlets
        self._now = now
        self._life: Life | None = None
        self._beaten = 0.0
        self._has_stored = False
        self.faults: list[str] = []
        """Why some could not be stored."""

    def begin(self) -> str:
        """Begin the run, and return its id. Raises StoreError or OSError."""
        self._life = begin_life(self._engine, self._output, spider=SPIDER, now=self._now)
        return self._life.run_id

    def re_extract(self, read: Sequence[tuple[Article, TextFacts]]) -> int:
        """Store versions as they are read now; return how many. Raises StoreError."""
        run_id = self._at_work().run_id
        try:
            stored = len(articles.re_extract(self._engine, read, run_id=run_id, policy=self._policy))
        except Unstorable as fault:
            if len(read) > 1:
                return sum(self.re_extract([one]) for one in read)
            self.faults.append(f"{read[0][0].url}: cannot be stored: {fault}")
            return 0
        self._has_stored = self._has_stored or stored > 0
        return stored

    def add(self, collected: Collected, page: Read) -> bool:
        """Store the article of a page that was rejected; False if it is known by another address, or was forgotten.

        It was first seen when its page was fetched. Raises StoreError.
        """
        run_id, address = self._at_work().run_id, page.aliases[0]
        entry = Entry(run_id, page.source, address, page.candidate.via, url_key(address), candidate=page.candidate)
        source = self._outlets.owner(page.aliases[-1], page.source)
        seen = page.fetched_at or self._now()

        def decide(connection: Connection) -> bool:
            if articles.is_forgotten(connection, collected):
                return False
            decision = articles.decide(
                connection, collected, entry, source=source, now=seen, policy=self._policy, is_of_old=True
            )
            return isinstance(decision.verdict, New | Duplicate)

        try:
            is_new = deciding.together(self._engine, articles.names_of(collected, entry), decide)
        except Unstorable as fault:
            self.faults.append(f"{page.aliases[0]}: cannot be stored: {fault}")
            return False
        self._has_stored = self._has_stored or is_new
        return is_new

    def finish(self, *, with_removed: bool) -> dict[str, int]:
        """End the run, and return the lines of its files by path. Raises StoreError or OSError.

        Where that fails, or is never called, the next run of any kind writes them.
        """
        life = self._at_work()
        if not self._has_stored:
            life.withdraw()
            return {}
        runs.close_books(self._engine, life.run_id, {}, paths_of(life.run_id), place=place_of(self._output))
        files = write_run_files(self._engine, self._output, life.run_id, with_removed=with_removed, with_ledger=False)
        runs.end_run(self._engine, life.run_id, runs.FINISHED, now=self._now())
        life.close()
        return files

    def abandon(self) -> None:
        """Let go of a run that has not ended; the next one writes its files."""
        if self._life is not None:
            self._life.abandon()

    def _at_work(self) -> Life:
        assert self._life is not None
        if time.monotonic() - self._beaten > BEAT:
            self._life.beat()
            self._beaten = time.monotonic()
        return self._life
