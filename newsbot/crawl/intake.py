"""What a run takes in: what listings and archives name, what earlier runs left, what is to be looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Engine

from newsbot.crawl.polling.schedule import Schedule
from newsbot.crawl.verdicts import Verdicts
from newsbot.items import Candidate
from newsbot.sources import Outlets, Source
from newsbot.store import documents, frontier, revisits
from newsbot.store.ledger import Entry, Ledger
from newsbot.store.listings import Listing
from newsbot.store.revisits import VISIT, Visit
from newsbot.web.urls import url_key

LEFT_FOR_LATER = frozenset({"over_limit", "out_of_range"})
"""Reasons to skip an address that another run may not have: its listing counts as not read."""


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier runs, or this one so far, know of some addresses, by their URL keys."""

    became: Mapping[str, str]
    """What became of them, as newsbot.store.frontier.known says."""
    fetched_at: Mapping[str, str]
    """When the present version of the article was fetched to which an address has led."""

    def is_later(self, key: str, captured_at: str | None) -> bool:
        """Whether the article of an address is known as late as a capture was made, or may be."""
        stored_at = self.fetched_at.get(key)
        return captured_at is None or stored_at is None or captured_at <= stored_at


class Intake:
    """Opens an entry in the ledger for every address that a run meets, and tells which ones are to be fetched."""

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        schedule: Schedule,
        verdicts: Verdicts,
        outlets: Outlets,
        *,
        now: Callable[[], str],
        refuses: Callable[[Candidate], str | None],
        max_new: int,
    ) -> None:
        """``refuses`` gives a further reason to skip a candidate; ``max_new`` bounds a source, 0 is no bound."""
        self._engine = engine
        self._ledger = ledger
        self._schedule = schedule
        self._verdicts = verdicts
        self._outlets = outlets
        self._now = now
        self._refuses = refuses
        self._max_new = max_new
        self._taken: Counter[str] = Counter()

    def discover(
        self,
        source: Source,
        candidates: Sequence[Candidate],
        read: Listing,
        *,
        at: str | None = None,
        newest_alone: bool = False,
        goes_on: Callable[[int, bool], bool] = lambda _new, _gap: True,
    ) -> list[Candidate]:
        """Put what a listing names onto the frontier, and return what is to be fetched now.

        ``newest_alone``: it names no more than its newest entries, as a feed does. For ``at`` and ``goes_on`` see
        Schedule.read().
        """

        def named_by(candidate: Candidate, key: str) -> tuple[str, Candidate]:
            candidate.listing = at or read.url
            candidate.absent_at = self._schedule.absent_at(read, key) if newest_alone else None
            return key, candidate

        met = [
            (entry, candidate)
            for candidate in candidates
            if (entry := self._ledger.discover(source.name, candidate.url, candidate.via))
        ]
        keyed = [(url_key(candidate.url), candidate) for candidate in candidates]
        # What another source is about to fetch it may yet leave out: then this one finds it here again.
        shared = [(key, candidate) for key, candidate in keyed if self._ledger.is_anothers(source.name, key)]
        by_key = {entry.key: entry for entry, _ in met}
        known = frontier.known(self._engine, list(by_key))
        self._forget_what_others_lost(source, met, known)
        fresh = []
        skipped = []
        for entry, candidate in met:
            if became := known.get(entry.key):
                self._ledger.close(entry, "already_known", became)
            elif reason := self._refusal(source, candidate):
                skipped.append((entry, reason))
            else:
                self._taken[source.name] += 1
                fresh.append(named_by(candidate, entry.key))
        self._verdicts.skip_all(skipped)
        own = [(key, candidate) for key, candidate in shared if self._outlets.owner(candidate.url, "") == source.name]
        if own:
            self._announce([named_by(candidate, key) for key, candidate in own])
        self._schedule.read(
            read,
            fresh,
            is_whole=not shared and not any(reason in LEFT_FOR_LATER for _, reason in skipped),
            goes_on=goes_on,
            at=at,
            keys=[key for key, _ in keyed] if newest_alone else (),
            published=[candidate.published for candidate in candidates] if newest_alone else (),
            refused=lambda key, fault: self._verdicts.leave_out(by_key[key], fault),
        )
        return [candidate for key, candidate in fresh if self._ledger.is_open(key)]

    def are_news(self, candidates: Sequence[Candidate]) -> bool:
        """Whether any of some candidates is not known yet."""
        keys = {url_key(candidate.url) for candidate in candidates}
        return not keys <= set(frontier.known(self._engine, list(keys)))

    def admit(
        self,
        source: str,
        candidate: Candidate,
        *,
        captured_at: str | None,
        found: Candidate | None = None,
        known: Known | None = None,
    ) -> Entry | None:
        """Take in a page that is at hand already, as in an archive; None if it is known or refused.

        Known is an article of which a version is stored that is as late as this one, or may be. What has come to
        nothing before is taken in again, as another capture of it may be the article. ``found``: how newsbot found it
        when it fetched it, if it archived it. ``known``: what is known of this address and others.
        """
        entry = self._ledger.discover(source, candidate.url, candidate.via, again=True)
        if entry is None:
            return None
        if found:
            entry.channel, entry.candidate = found.via, found
        known = known or self.known_of([candidate.url])
        became = known.became.get(entry.key)
        if reason := self._refuses(candidate):
            self._verdicts.skip_all([(entry, reason)])
        elif became == "forgotten" or (became == "collected" and known.is_later(entry.key, captured_at)):
            self._ledger.close(entry, "already_known", became)
        else:
            return entry
        return None

    def known_of(self, urls: Iterable[str]) -> Known:
        """Return what is known of addresses, of all of them at once."""
        became = frontier.known(self._engine, list({url_key(url) for url in urls}))
        articles = [key for key, what in became.items() if what == "collected"]
        return Known(became, documents.fetched_at(self._engine, articles) if articles else {})

    def resume(self, source: Source, *, most: int = 0) -> list[Candidate]:
        """Return what earlier runs left on the frontier of a source, the newest first.

        ``most``: of more than so many the rest waits for the next run, unmet by this one; 0: there is no bound.
        """
        left: list[Candidate] = []
        for candidate in frontier.pending(self._engine, source.name):
            if 0 < most <= len(left):
                break
            if self._schedule.rests_until(urlsplit(candidate.url).netloc):
                continue
            entry = self._ledger.discover(source.name, candidate.url, candidate.via)
            if entry is None:
                continue
            if reason := source.refuses(candidate.url):
                self._verdicts.skip_all([(entry, reason)])
                continue
            self._taken[source.name] += 1
            left.append(candidate)
        return left

    def again(self, source: Source) -> list[Candidate]:
        """Return what came to nothing in earlier runs and is to be tried again now."""
        due = []
        for candidate, dropped in frontier.due(
            self._engine, source.name, extractor=self._verdicts.extractor, now=self._now()
        ):
            if self._schedule.rests_until(urlsplit(candidate.url).netloc) or source.refuses(candidate.url):
                continue
            if entry := self._ledger.discover(source.name, candidate.url, candidate.via):
                entry.dropped = dropped
                due.append(candidate)
        return due

    def revisits(self, source: Source) -> list[Visit]:
        """Return the known articles of a source that are to be looked at again now."""
        visits = []
        for visit in revisits.due(self._engine, source.name, now=self._now()):
            entry = self._ledger.discover(source.name, visit.candidate.url, VISIT)
            if entry:
                entry.article_id, entry.channel = visit.article_id, visit.candidate.via
                visits.append(visit)
        return visits

    def articles_of(self, source: Source) -> list[str]:
        """Return addresses of articles of a source that are known already, the latest."""
        return frontier.articles_of(self._engine, source.name)

    def _forget_what_others_lost(
        self, source: Source, met: Sequence[tuple[Entry, Candidate]], known: dict[str, str]
    ) -> None:
        """Take up anew what came to nothing when a source found it that is not its outlet, as this one is."""
        lost = {entry.key: entry.url for entry, _ in met if known.get(entry.key) in ("rejected", "failed")}
        lost = {key: url for key, url in lost.items() if self._outlets.owner(url, "") == source.name}
        finders = frontier.finders(self._engine, list(lost)) if lost else {}
        others = [key for key, finder in finders.items() if self._outlets.owner(lost[key], finder) != finder]
        if not others:
            return
        with self._engine.begin() as connection:
            for key in others:
                frontier.forget(connection, key)
                del known[key]

    def _announce(self, own: Sequence[tuple[str, Candidate]]) -> None:
        """Note that a listing of its own outlet names what another source of the run is about to fetch."""
        with self._engine.begin() as connection:
            for key, candidate in own:
                frontier.announce(connection, key, candidate)

    def _refusal(self, source: Source, candidate: Candidate) -> str | None:
        if reason := source.refuses(candidate.url) or self._refuses(candidate):
            return reason
        return "over_limit" if 0 < self._max_new <= self._taken[source.name] else None
