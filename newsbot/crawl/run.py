"""One run of newsbot: its identity, its ledger, and all that a crawl may ask of the store."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from newsbot import __version__
from newsbot.crawl.boilerplate import Learning
from newsbot.crawl.recovery import RunLock, place_of
from newsbot.crawl.schedule import Bounds, Schedule, minutes_spanned
from newsbot.export.run_files import paths_of, write_run_files
from newsbot.items import Candidate, Collected, Decision, New, Rejection
from newsbot.sources import Source, exemptions_of
from newsbot.store import articles, duplicates, frontier, ledger, revisits, runs
from newsbot.store.articles import Policy
from newsbot.store.ledger import Account, Entry, Ledger, LedgerError, Validators
from newsbot.store.listings import Listing
from newsbot.store.revisits import VISIT, Visit
from newsbot.web.urls import url_key

POSTPONED = frozenset({"retry_later", "host_given_up"})
"""Reasons to skip an address now that leave it pending: the next run takes it up."""
LEFT_FOR_LATER = frozenset({"over_limit", "out_of_range"})
"""Reasons to skip an address that another run may not have: its listing counts as not read."""
OWN_FAULTS = frozenset({"extractor_timeout", "extractor_crashed", "internal_error"})
"""Reasons to reject a page that may lie with newsbot or its machine: later runs try again, a few times."""
PRUNED_BATCHES = 10
"""Batches of old sketches that the end of a run clears away."""


def utc_now() -> str:
    """Return the present as the record states it: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run comes to."""

    run_id: str
    total: Account
    files: dict[str, int]
    """Lines by path, relative to the output folder."""
    unreachable: list[str]
    """Sources none of whose listings could be read."""


class Run:
    """A run at work, from its making to ``finish``."""

    def __init__(
        self,
        engine: Engine,
        output: Path,
        sources: Sequence[Source],
        *,
        spider: str,
        now: Callable[[], str] = utc_now,
        accepts: Callable[[Candidate], str | None] = lambda _candidate: None,
        max_new: int = 0,
        with_removed: bool = True,
        polling: Bounds = Bounds(),  # noqa: B008 - it is immutable
        policy: Policy | None = None,
    ) -> None:
        """``accepts`` gives a further reason to skip a candidate; ``max_new`` bounds a source, 0 is no bound."""
        stamp = now().translate({ord(mark): None for mark in "-:"})
        self.id = f"{stamp}-{secrets.token_hex(4)}"
        self.engine = engine
        self.output = output
        self.sources = {source.name: source for source in sources}
        self.exemptions = exemptions_of(sources)
        self.ledger = Ledger(self.id, self.sources)
        self.schedule = Schedule(engine, self.sources, polling, now)
        self.now = now
        self.learning = Learning(engine)
        self._accepts = accepts
        self._max_new = max_new
        self._with_removed = with_removed
        self.policy = policy or Policy()
        self._taken = dict.fromkeys(self.sources, 0)
        self._lock = RunLock(output, self.id)
        place = place_of(output)
        runs.begin_run(engine, self.id, place=place, spider=spider, version=__version__, now=now())

    def keep_due(self) -> None:
        """Leave out the sources that have nothing to do now: no listing or visit due, no address waiting."""
        waiting = frontier.sources_waiting(self.engine) | revisits.sources_due(self.engine, now=self.now())
        self.sources = {
            name: source for name, source in self.sources.items() if name in waiting or self.schedule.due(source)
        }
        self.ledger.accounts = {name: self.ledger.accounts[name] for name in self.sources}

    def articles_of(self, source: Source) -> list[str]:
        """Return addresses of articles of a source that are known already, the latest."""
        return frontier.articles_of(self.engine, source.name)

    def resume(self, source: Source, *, failed: bool = True) -> list[Candidate]:
        """Return what earlier runs left on the frontier of a source, with what they failed to fetch or without."""
        left = []
        for candidate in frontier.pending(self.engine, source.name, failed=failed):
            if self.schedule.rests_until(urlsplit(candidate.url).netloc):
                continue
            entry = self.ledger.discover(source.name, candidate.url, candidate.via)
            if entry is None:
                continue
            if reason := source.refuses(candidate.url):
                self.skip(candidate.url, reason)
                continue
            self._taken[source.name] += 1
            left.append(candidate)
        return left

    def revisits(self, source: Source) -> list[Visit]:
        """Return the known articles of a source that are to be looked at again now."""
        visits = []
        for visit in revisits.due(self.engine, source.name, now=self.now()):
            entry = self.ledger.discover(source.name, visit.candidate.url, VISIT)
            if entry:
                entry.article_id, entry.channel = visit.article_id, visit.candidate.via
                visits.append(visit)
        return visits

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
        met = [
            (entry, candidate)
            for candidate in candidates
            if (entry := self.ledger.discover(source.name, candidate.url, candidate.via))
        ]
        known = frontier.known(self.engine, [entry.key for entry, _ in met])
        fresh = []
        skipped = []
        for entry, candidate in met:
            if entry.key in known:
                self.ledger.close(entry, "already_known")
            elif reason := self._refusal(source, candidate):
                skipped.append((entry, reason))
            else:
                self._taken[source.name] += 1
                fresh.append((entry.key, candidate))
        self._write_skips(skipped)
        self.schedule.read(
            read,
            fresh,
            is_whole=not any(reason in LEFT_FOR_LATER for _, reason in skipped),
            goes_on=goes_on,
            at=at,
            total=len(candidates),
            keys=[url_key(candidate.url) for candidate in candidates] if newest_alone else (),
            span=minutes_spanned(candidates) if newest_alone else None,
        )
        return [candidate for _, candidate in fresh]

    def admit(self, source: str, candidate: Candidate) -> bool:
        """Take in a page that is at hand already, as in an archive; False if it is known or refused."""
        entry = self.ledger.discover(source, candidate.url, candidate.via)
        if entry is None:
            return False
        if reason := self._accepts(candidate):
            self._write_skips([(entry, reason)])
        elif frontier.known(self.engine, [entry.key]):
            self.ledger.close(entry, "already_known")
        else:
            return True
        return False

    def fetched(self, url: str, validators: Validators = (None, None)) -> bool:
        """Count the arrival of a page; False if its address has an outcome already."""
        entry = self.ledger.entry(url)
        if entry is None or entry.fetched:
            return False
        self.ledger.fetched(entry, validators)
        return True

    def not_modified(self, url: str) -> None:
        """Note that an article that was looked at again has not changed."""
        self._drop(self._entry(url), "not_modified")

    def gone(self, url: str) -> None:
        """Note that the page of a known article is no more (404, 410): that is its last version."""
        entry = self._entry(url)
        self.ledger.fetched(entry)
        articles.remove(self.engine, entry, now=self.now(), policy=self.policy)
        self.ledger.close(entry, "revised")

    def save(self, collected: Collected) -> Decision:
        """Let the store decide on an article, and the ledger note the verdict."""
        entry = self._entry(collected.aliases[0])
        cleaned = replace(collected, article=self.learning.clean(collected.article))
        decision = articles.save(self.engine, cleaned, entry, now=self.now(), policy=self.policy)
        if isinstance(decision.verdict, New):
            self.learning.learn(decision.article.url, collected.article.text)
        self.ledger.close(entry, decision.verdict.outcome)
        return decision

    def reject(self, rejection: Rejection) -> None:
        """Note that a fetched page is no article; it is not fetched again, unless that may be newsbot's own fault."""
        self._drop(self._entry(rejection.url), "rejected", rejection.reason, rejection.detail)

    def fail(self, url: str, reason: str, detail: str = "") -> None:
        """Note that an address could not be fetched; later runs try again, a few times."""
        self._drop(self._entry(url), "failed", reason, detail)

    def skip(self, url: str, reason: str) -> None:
        """Note that an address is not to be fetched; it may be discovered anew."""
        self._write_skips([(self._entry(url), reason)])

    def finish(self) -> Summary:
        """Close the books and write the files. Raises StoreError or OSError; the next run heals then."""
        with self.engine.begin() as connection:
            for entry in self.ledger.open_entries():
                # Still pending on the frontier: the next run takes it up.
                outcome = "rejected" if entry.fetched else "skipped"
                ledger.write(connection, entry, outcome, "run_ended")
                self.ledger.close(entry, outcome, "run_ended")
        self.ledger.check()
        self.learning.finish(self.id)
        accounts = self.ledger.accounts
        runs.close_books(self.engine, self.id, accounts, paths_of(self.id))
        files = write_run_files(self.engine, self.output, self.id, with_removed=self._with_removed)
        runs.end_run(self.engine, self.id, runs.FINISHED, now=self.now())
        duplicates.prune(self.engine, self.policy.remember_days, now=self.now(), batches=PRUNED_BATCHES)
        self._lock.release()
        unreachable = [name for name, account in accounts.items() if _unreachable(account)]
        return Summary(self.id, self.ledger.total(), files, unreachable)

    def abandon(self) -> None:
        """Let go of the run as it is; the next run at this place finds it dead and heals it."""
        self._lock.let_go()

    def _entry(self, url: str) -> Entry:
        entry = self.ledger.entry(url)
        if entry is None:
            raise LedgerError(f"{url}: has no open entry in the ledger")
        return entry

    def _refusal(self, source: Source, candidate: Candidate) -> str | None:
        if reason := source.refuses(candidate.url) or self._accepts(candidate):
            return reason
        return "over_limit" if 0 < self._max_new <= self._taken[source.name] else None

    def _write_skips(self, skipped: Sequence[tuple[Entry, str]]) -> None:
        if not skipped:
            return
        with self.engine.begin() as connection:
            for entry, reason in skipped:
                if reason not in POSTPONED:
                    self._settle(connection, entry, "skipped", reason)
                ledger.write(connection, entry, "skipped", reason)
        for entry, reason in skipped:
            self.ledger.close(entry, "skipped", reason)

    def _drop(self, entry: Entry, outcome: str, reason: str | None = None, detail: str = "") -> None:
        with self.engine.begin() as connection:
            self._settle(connection, entry, outcome, reason)
            ledger.write(connection, entry, outcome, reason, detail)
        self.ledger.close(entry, outcome, reason)

    def _settle(self, connection: Connection, entry: Entry, outcome: str, reason: str | None) -> None:
        """Say what is to become of an address that brought no article home."""
        if entry.article_id:  # the article stays what it is, and is looked at again when its time comes
            revisits.advance(connection, entry.article_id, self.policy.revisit_hours, now=self.now())
        elif outcome == "skipped":
            frontier.forget(connection, entry.key)
        else:
            status = "failed" if reason in OWN_FAULTS else outcome
            frontier.settle(
                connection, entry.key, entry.url, entry.source, status=status, reason=reason, now=self.now()
            )


def _unreachable(account: Account) -> bool:
    return account.listings["failed"] > 0 and not account.listings["read"] + account.listings["not_modified"]
