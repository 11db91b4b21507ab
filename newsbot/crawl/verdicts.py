"""What becomes of the addresses that a run took in: each gets one outcome, in the store and in the ledger at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Engine

from newsbot.crawl.boilerplate import SiteBoilerplate
from newsbot.items import EXTRACTOR, POSTPONED, Collected, Decision, New, Rejection, digest_of
from newsbot.store import articles, frontier, revisits, runs
from newsbot.store.articles import Policy
from newsbot.store.ledger import Entry, Ledger, LedgerError, Validators

OWN_FAULTS = frozenset({"extractor_timeout", "extractor_crashed", "internal_error"})
"""Reasons to reject a page that may lie with newsbot or its machine: they are tried again as what failed."""
FINAL = frozenset({"tdm_reserved"})
"""Reasons to reject a page that are its publisher's will: it is not asked for again."""


class Verdicts:
    """Ends the open entries of a run's ledger. Whoever gives an address a second outcome meets LedgerError."""

    def __init__(
        self, engine: Engine, books: Ledger, boilerplate: SiteBoilerplate, policy: Policy, now: Callable[[], str]
    ) -> None:
        self._engine = engine
        self._ledger = books
        self._boilerplate = boilerplate
        self._policy = policy
        self._now = now

    def is_open(self, url: str) -> bool:
        """Whether an address was taken in and has no outcome yet."""
        return self._ledger.entry(url) is not None

    def fetched(self, url: str, validators: Validators = (None, None)) -> bool:
        """Count the arrival of a page; False if its address has an outcome already."""
        entry = self._ledger.entry(url)
        if entry is None or entry.fetched:
            return False
        self._ledger.fetched(entry, validators)
        return True

    def save(self, collected: Collected) -> Decision:
        """Let the store decide on an article, and the ledger note the verdict."""
        entry = self._entry(collected.aliases[0])
        cleaned = replace(collected, article=self._boilerplate.clean(collected.article))
        decision = articles.save(self._engine, cleaned, entry, now=self._now(), policy=self._policy)
        if isinstance(decision.verdict, New):
            self._boilerplate.learn(decision.article.url, collected.article.text)
        self._ledger.close(entry, decision.verdict.outcome)
        return decision

    def not_modified(self, url: str) -> None:
        """Note that an article that was looked at again has not changed."""
        self._drop(self._entry(url), "not_modified")

    def gone(self, url: str) -> None:
        """Note that the page of a known article is no more (404, 410): that is its last version."""
        entry = self._entry(url)
        self._ledger.fetched(entry)
        articles.remove(self._engine, entry, now=self._now(), policy=self._policy)
        self._ledger.close(entry, "revised")

    def reject(self, rejection: Rejection) -> None:
        """Note that a fetched page is no article; while it is young, later runs try again (newsbot.store.frontier)."""
        entry = self._entry(rejection.url)
        self._drop(entry, "rejected", rejection.reason, rejection.detail, rejection.digest)

    def rejected_before(self, url: str, html: bytes) -> Rejection | None:
        """Return the rejection that a page had before, if it is the same page and the same extractor would see it."""
        before = self._entry(url).dropped
        if before is None or before.extractor != EXTRACTOR or before.digest != digest_of(html):
            return None
        return Rejection(url=url, reason=before.reason, detail="the same page as before", digest=before.digest)

    def fail(self, url: str, reason: str, detail: str = "") -> None:
        """Note that an address could not be fetched; later runs try again, a few times."""
        self._drop(self._entry(url), "failed", reason, detail)

    def skip(self, url: str, reason: str) -> None:
        """Note that an address is not to be fetched; it may be discovered anew."""
        self.skip_all([(self._entry(url), reason)])

    def skip_all(self, skipped: Sequence[tuple[Entry, str]]) -> None:
        """Note of some entries why they are not to be fetched, in one transaction."""
        if not skipped:
            return
        with self._engine.begin() as connection:
            for entry, reason in skipped:
                if reason not in POSTPONED:
                    self._settle(connection, entry, "skipped", reason)
                runs.enter(connection, entry, "skipped", reason)
        for entry, reason in skipped:
            self._ledger.close(entry, "skipped", reason)

    def end_run(self) -> None:
        """End what has no outcome when the run ends; it stays on the frontier, and the next run takes it up."""
        with self._engine.begin() as connection:
            for entry in self._ledger.open_entries():
                outcome = "rejected" if entry.fetched else "skipped"
                runs.enter(connection, entry, outcome, "run_ended")
                self._ledger.close(entry, outcome, "run_ended")

    def _entry(self, url: str) -> Entry:
        entry = self._ledger.entry(url)
        if entry is None:
            raise LedgerError(f"{url}: has no open entry in the ledger")
        return entry

    def _drop(
        self, entry: Entry, outcome: str, reason: str | None = None, detail: str = "", digest: str | None = None
    ) -> None:
        with self._engine.begin() as connection:
            self._settle(connection, entry, outcome, reason, digest)
            runs.enter(connection, entry, outcome, reason, detail)
        self._ledger.close(entry, outcome, reason)

    def _settle(
        self, connection: Connection, entry: Entry, outcome: str, reason: str | None, digest: str | None = None
    ) -> None:
        """Say what is to become of an address that brought no article home."""
        hours, now = self._policy.retry_hours, self._now()
        if entry.article_id:  # the article stays what it is, and is looked at again when its time comes
            revisits.advance(connection, entry.article_id, self._policy.revisit_hours, now=now)
        elif outcome == "skipped":
            frontier.forget(connection, entry.key)
        elif outcome == "failed" or reason in OWN_FAULTS:
            frontier.fail(connection, entry, reason=reason, hours=hours, now=now)
        else:
            hours = () if reason in FINAL or entry.via == "archive" else hours
            frontier.reject(connection, entry, reason=reason, digest=digest, hours=hours, now=now)
