"""What becomes of the addresses that a run took in: each gets one outcome, in the store and in the ledger at once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection, Engine

from newsbot.crawl.boilerplate import SiteBoilerplate
from newsbot.items import POSTPONED, RUN_ENDED, Collected, Decision, Rejection, Unchanged, digest_of
from newsbot.sources import Outlets
from newsbot.store import StoreError, Unstorable, articles, deciding, frontier, revisits, runs, schema
from newsbot.store.articles import Policy
from newsbot.store.database import sift
from newsbot.store.ledger import Entry, Ledger, LedgerError, Validators
from newsbot.web.text import escaped, well_formed
from newsbot.web.urls import site_of

OWN_FAULTS = frozenset({"extractor_timeout", "extractor_crashed", "internal_error", "unstorable"})
"""Reasons to reject a page that may lie with newsbot or its machine: they are tried again as what failed."""
FORGOTTEN = "forgotten"
"""Reason to reject a page that is an article which a person had removed."""
FINAL = frozenset({"tdm_reserved", FORGOTTEN})
"""Reasons to reject a page that are its publisher's will, or a person's: it is not asked for again."""
UNSETTLED = POSTPONED | {RUN_ENDED}
"""Reasons that leave an address on the frontier as it is."""
NO_KEY = "unstorable:"
"""Begins what stands in the books for a URL key that cannot be stored; it is on no frontier."""
MAX_KEY, MAX_SOURCE = (getattr(schema.ledger.c[name].type, "length", 0) for name in ("url_key", "source"))
MAX_DETAIL = 300
"""Characters of what a site says that the ledger keeps beside a reason where it could not keep it whole."""

logger = logging.getLogger("newsbot")


@dataclass(frozen=True, slots=True)
class Ending:
    """What an address comes to that brings no article home."""

    entry: Entry
    outcome: str
    reason: str | None = None
    detail: str = ""
    digest: str | None = None


class Verdicts:
    """Ends the open entries of a run's ledger. Whoever gives an address a second outcome meets LedgerError."""

    def __init__(
        self,
        engine: Engine,
        books: Ledger,
        boilerplate: SiteBoilerplate,
        outlets: Outlets,
        policy: Policy,
        now: Callable[[], str],
    ) -> None:
        self._engine = engine
        self._ledger = books
        self._boilerplate = boilerplate
        self._outlets = outlets
        self._policy = policy
        self._now = now

    @property
    def extractor(self) -> str:
        """Who rejects pages in this run."""
        return self._policy.extractor

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
        """Let the store decide on one article. Raises Unstorable for one that cannot be stored."""
        (told,) = self.save_all([collected])
        if isinstance(told, Exception):
            raise told
        assert isinstance(told, Decision)
        return told

    def save_all(self, brought: Sequence[Collected | Rejection]) -> list[Decision | Rejection | Exception]:
        """Give pages their outcomes, many in one transaction; return what the store decides on each, or its rejection.

        Where one of them cannot be stored (Unstorable, it is rejected then), or newsbot fails on it, all of that is
        undone and each is tried alone; so a page costs itself. Raises StoreError for a store that cannot be used.
        """
        return [told for some in deciding.parts(self._engine, brought) for told in self._save_some(some)]

    def _save_some(self, brought: Sequence[Collected | Rejection]) -> list[Decision | Rejection | Exception]:
        try:
            told = self._save_together(brought)
        except StoreError:
            raise
        except Exception as fault:  # noqa: BLE001 - it is told to whoever brought the page
            if len(brought) > 1:
                return [told for one in brought for told in self._save_some([one])]
            if not isinstance(fault, Unstorable):
                return [fault]
            if isinstance(one := brought[0], Rejection):
                self.reject(one)  # whatever of it can be stored
                return [one]
            self._end([Ending(self._entry(one.discovered), "rejected", "unstorable", str(fault))])
            return [fault]
        for one, decided in zip(brought, told, strict=True):
            self._close(one, decided)
        return list(told)

    def _save_together(self, brought: Sequence[Collected | Rejection]) -> list[Decision | Rejection]:
        entries = [self._entry(one.discovered) for one in brought]
        self._boilerplate.meet({site_of(one.aliases[-1]) for one in brought if isinstance(one, Collected)})
        cleaned = [
            one if isinstance(one, Rejection) else self._boilerplate.clean(one, entry.source)
            for one, entry in zip(brought, entries, strict=True)
        ]
        names = {name for one, entry in zip(cleaned, entries, strict=True) for name in articles.names_of(one, entry)}
        return deciding.together(self._engine, names, partial(self._decide, pages=cleaned, entries=entries))

    def _decide(
        self, connection: Connection, pages: Sequence[Collected | Rejection], entries: Sequence[Entry]
    ) -> list[Decision | Rejection]:
        told: list[Decision | Rejection] = []
        for one, entry in zip(pages, entries, strict=True):
            if isinstance(one, Collected) and articles.is_forgotten(connection, one):
                one = Rejection(url=one.discovered, reason=FORGOTTEN)
            if isinstance(one, Rejection):
                self._write(connection, [ending_of(one, entry)])
                told.append(one)
            else:
                source = self._outlets.owner(one.aliases[-1], entry.source)
                decision = articles.decide(connection, one, entry, source=source, now=self._now(), policy=self._policy)
                told.append(decision)
        return told

    def _close(self, page: Collected | Rejection, decided: Decision | Rejection) -> None:
        """Let the ledger know what is stored."""
        entry = self._entry(page.discovered)
        if isinstance(decided, Rejection):
            self._ledger.close(entry, "rejected", decided.reason)
        else:
            self._ledger.close(entry, decided.verdict.outcome)
            if isinstance(page, Collected) and not isinstance(decided.verdict, Unchanged):
                self._boilerplate.learn(page, decided.article, entry.source)

    def not_modified(self, url: str) -> None:
        """Note that an article that was looked at again has not changed."""
        self._end([Ending(self._entry(url), "not_modified")])

    def gone(self, url: str) -> None:
        """Note that the page of a known article is no more (404, 410): that is its last version."""
        entry = self._entry(url)
        self._ledger.fetched(entry)
        try:
            is_known = articles.remove(self._engine, entry, now=self._now(), policy=self._policy)
        except Unstorable as fault:
            self._end([Ending(entry, "rejected", "unstorable", str(fault))])
            return
        if is_known:
            self._ledger.close(entry, "revised")
        else:
            self._end([Ending(entry, "rejected", FORGOTTEN)])

    def reject(self, rejection: Rejection) -> None:
        """Note that a fetched page is no article; while it is young, later runs try again (newsbot.store.frontier)."""
        self._end([ending_of(rejection, self._entry(rejection.url))])

    def rejected_before(self, url: str, html: bytes) -> Rejection | None:
        """Return the rejection that a page had before, if it is the same page and the same extractor would see it."""
        before = self._entry(url).dropped
        if before is None or before.extractor != self.extractor or before.digest != digest_of(html):
            return None
        return Rejection(url=url, reason=before.reason, detail="the same page as before", digest=before.digest)

    def fail(self, url: str, reason: str, detail: str = "") -> None:
        """Note that an address could not be fetched; later runs try again, a few times."""
        self._end([Ending(self._entry(url), "failed", reason, detail)])

    def skip(self, url: str, reason: str) -> None:
        """Note that an address is not to be fetched; it may be discovered anew."""
        self.skip_all([(self._entry(url), reason)])

    def skip_all(self, skipped: Sequence[tuple[Entry, str]]) -> None:
        """Note of some entries why they are not to be fetched, in one transaction."""
        self._end([Ending(entry, "skipped", reason) for entry, reason in skipped])

    def leave_out(self, entry: Entry, fault: Unstorable) -> None:
        """Note of an address that it cannot be stored, and so is not to be fetched."""
        logger.warning("%.200s: cannot be stored: %s", escaped(entry.url), fault)
        self._end([Ending(entry, "skipped", "unstorable", str(fault))])

    def end_run(self) -> None:
        """End what has no outcome when the run ends; it stays on the frontier, and the next run takes it up."""
        self._end(
            [
                Ending(entry, "rejected" if entry.fetched else "skipped", RUN_ENDED)
                for entry in self._ledger.open_entries()
            ]
        )

    def _entry(self, url: str) -> Entry:
        entry = self._ledger.entry(url)
        if entry is None:
            raise LedgerError(f"{url}: has no open entry in the ledger")
        return entry

    def _end(self, endings: Sequence[Ending]) -> None:
        """Give addresses their outcomes in one transaction, whatever can be stored of each, and close their entries."""
        if not endings:
            return
        try:
            with self._engine.begin() as connection:
                self._write(connection, endings)
        except Unstorable:
            self._end_in_part(endings)
        for ending in endings:
            self._ledger.close(ending.entry, ending.outcome, ending.reason)

    def _end_in_part(self, endings: Sequence[Ending]) -> None:
        """Write down of each ending what can be stored of it."""
        with self._engine.begin() as connection:
            write = partial(self._write, connection)
            for ending, fault in sift(connection, endings, write):
                told = escaped(f"{ending.entry.url:.200}: {ending.outcome}")
                logger.warning("%s, which cannot be noted as it is: %s", told, fault)
                for _, worse in sift(connection, [storable(ending)], write):
                    logger.warning("%s, which cannot be noted at all: %s", told, worse)

    def _write(self, connection: Connection, endings: Sequence[Ending]) -> None:
        for ending in endings:
            if ending.reason not in UNSETTLED and not ending.entry.key.startswith(NO_KEY):
                self._settle(connection, ending)
            runs.enter(connection, ending.entry, ending.outcome, ending.reason, ending.detail)

    def _settle(self, connection: Connection, ending: Ending) -> None:
        """Say what is to become of an address that brought no article home."""
        entry, outcome, reason, digest = ending.entry, ending.outcome, ending.reason, ending.digest
        hours, now = self._policy.retry_hours, self._now()
        if entry.article_id:  # the article stays what it is, and is looked at again when its time comes
            revisits.advance(connection, entry.article_id, self._policy.revisit_hours, now=now)
        elif entry.via == "archive":
            pass  # a capture that is no article tells nothing of the page as it is now
        elif outcome == "skipped":
            frontier.forget(connection, entry.key)
        elif outcome == "failed" or reason in OWN_FAULTS:
            frontier.fail(connection, entry, reason=reason, hours=hours, now=now)
        else:
            hours = () if reason in FINAL else hours
            frontier.reject(
                connection, entry, reason=reason, digest=digest, extractor=self.extractor, hours=hours, now=now
            )


def ending_of(rejection: Rejection, entry: Entry) -> Ending:
    """Return what the address of a page that was rejected comes to."""
    return Ending(entry, "rejected", rejection.reason, rejection.detail, rejection.digest)


def storable(ending: Ending) -> Ending:
    r"""Return an ending without what may keep it from being stored: what it says is cut and made valid text.

    >>> entry = Entry("run", "a", "https://e.org/\ud83d", "feed", "e.org/\ud83d")
    >>> ascii(storable(Ending(entry, "failed", "dns")).entry.url)
    "'https://e.org/\\ufffd'"
    """
    entry = ending.entry
    if (key := well_formed(entry.key)) != entry.key or len(key.encode()) > MAX_KEY:
        key = NO_KEY + hashlib.sha256(entry.key.encode(errors="replace")).hexdigest()
    kept = replace(entry, url=well_formed(entry.url)[:MAX_KEY], source=well_formed(entry.source)[:MAX_SOURCE], key=key)
    return replace(ending, entry=kept, detail=well_formed(ending.detail)[:MAX_DETAIL])
