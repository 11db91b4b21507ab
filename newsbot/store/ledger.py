"""The ledger of a run, in memory: every discovered address ends in exactly one named outcome, per source.

discovered = fetched + not_modified + already_known + skipped + failed
fetched    = new + revised + unchanged + duplicate + rejected

newsbot.store.runs keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from newsbot.items import Candidate, digest_of
from newsbot.web.text import shortened, well_formed
from newsbot.web.urls import InvalidURL, url_key

Validators = tuple[str | None, str | None]
"""ETag and Last-Modified of a page, to ask for it conditionally."""

OF_DISCOVERED = ("fetched", "not_modified", "already_known", "skipped", "failed")
OF_FETCHED = ("new", "revised", "unchanged", "duplicate", "rejected")
MAX_NOTES = 20
"""Remarks on the listings of a source that are kept: a thousand broken sub-sitemaps have one fault."""


LONGEST_NOTE = 500
"""Characters of a remark, or of the detail of a reason, that are kept: they may quote what a site sent."""


Heard = Callable[[str, str, str | None], None]
"""Takes a source, "discovered" or an outcome, and the reason of an outcome that has one."""


class LedgerError(AssertionError):
    """The accounting law does not hold: a fault of newsbot, never of a site."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What an address came to when it was tried the last time."""

    reason: str
    extractor: str | None
    """What rejected its page; None if nothing did."""
    digest: str | None
    """Of that page, SHA-256, hexadecimal."""


@dataclass(slots=True)
class Entry:
    """One discovered address on its way through a run."""

    run_id: str
    source: str
    url: str
    via: str
    key: str
    fetched: bool = False
    validators: Validators = (None, None)
    """Of the page that arrived."""
    dropped: Dropped | None = None
    """What it came to before; None for an address that is tried for the first time."""
    article_id: str | None = None
    """The known article that is looked at again; None for an address that was discovered."""
    channel: str | None = None
    """Where the article was found that is looked at again, or that an archive of newsbot has."""
    candidate: Candidate | None = None
    """What its finder said, where the frontier does not know it."""
    ordinal: int = 1
    """Which entry of its address in this run it is."""

    @property
    def line_key(self) -> str:
        """What tells its line in the books from all others of the run."""
        return self.key if self.ordinal == 1 else f"{self.key} {self.ordinal}"

    @property
    def discovered_via(self) -> str:
        """Where the address was found, one of items.CHANNELS."""
        return self.channel or self.via


@dataclass(slots=True)
class Account:
    """The sums of one source in one run."""

    counts: Counter[str] = field(default_factory=Counter)
    """"discovered" and every outcome."""
    reasons: Counter[str] = field(default_factory=Counter)
    """"outcome:reason" for already_known, skipped, failed and rejected."""
    first_tries: Counter[str] = field(default_factory=Counter)
    """Of addresses that were tried for the first time: "tried", and "outcome:reason" of what failed or was rejected."""
    listings: Counter[str] = field(default_factory=Counter)
    """Feeds, sitemaps and section pages: "read", "not_modified", "failed"."""
    listings_asked: int = 0
    spent: Counter[str] = field(default_factory=Counter)
    """"requests", "bytes" and "seconds" of all that was asked for."""
    notes: list[str] = field(default_factory=list)
    """What was wrong with the listings, at most MAX_NOTES."""

    def tried(self, outcome: str, reason: str | None) -> None:
        """Count an address that was tried for the first time, if it was tried at all."""
        if outcome in (*OF_FETCHED, "failed") and reason != "run_ended":
            is_lost = outcome in ("failed", "rejected")
            self.first_tries.update(["tried", *([f"{outcome}:{reason}"] if is_lost else [])])

    @property
    def unfetched(self) -> int:
        """Addresses that are still to be fetched, or to be left out."""
        return self.counts["discovered"] - sum(self.counts[name] for name in OF_DISCOVERED)

    @property
    def undecided(self) -> int:
        """Addresses that have no outcome yet."""
        return self.unfetched + self.counts["fetched"] - sum(self.counts[name] for name in OF_FETCHED)

    @property
    def unanswered(self) -> int:
        """Listings that were asked for and have not answered."""
        return max(self.listings_asked - self.listings.total(), 0)

    def has_begun(self) -> bool:
        """Whether a listing was asked for, or an address met."""
        return self.listings_asked + self.counts["discovered"] > 0

    def is_done(self) -> bool:
        """Whether it has begun, every listing asked for has answered and every address has its outcome."""
        return self.has_begun() and not self.unanswered and not self.undecided

    def is_unreachable(self) -> bool:
        """Whether none of the listings asked for could be read."""
        return self.listings["failed"] > 0 and not self.listings["read"] + self.listings["not_modified"]

    def check(self) -> None:
        """Raise LedgerError unless the law holds."""
        counts = self.counts
        if counts["discovered"] != sum(counts[name] for name in OF_DISCOVERED):
            raise LedgerError(f"discovered is not the sum of what became of it: {dict(counts)}")
        if counts["fetched"] != sum(counts[name] for name in OF_FETCHED):
            raise LedgerError(f"fetched is not the sum of what became of it: {dict(counts)}")

    def as_dict(self) -> dict[str, object]:
        """Return the sums as they are stored and written, zeros included."""
        sums = {name: self.counts[name] for name in ("discovered", *OF_DISCOVERED, *OF_FETCHED)}
        return {
            **sums,
            "reasons": dict(sorted(self.reasons.items())),
            "first_tries": dict(sorted(self.first_tries.items())),
            "listings": dict(sorted(self.listings.items())),
            "spent": dict(sorted(self.spent.items())),
            "notes": self.notes,
        }


def account_from(sums: Mapping[str, Any]) -> Account:
    """Return the account that ``as_dict`` has told of; an older newsbot told less.

    >>> account_from(Account(Counter(discovered=2, fetched=2, new=2)).as_dict()).counts["new"]
    2
    """
    counts = Counter({name: sums.get(name, 0) for name in ("discovered", *OF_DISCOVERED, *OF_FETCHED)})
    account = Account(counts, notes=list(sums.get("notes", [])))
    for name in ("reasons", "first_tries", "listings", "spent"):
        getattr(account, name).update(sums.get(name, {}))
    return account


class Ledger:
    """The accounts of one run, and its entries that have no outcome yet."""

    def __init__(self, run_id: str, sources: Iterable[str]) -> None:
        self.run_id = run_id
        self.accounts = {source: Account() for source in sources}
        self._open: dict[str, Entry] = {}
        self._owner: dict[str, str] = {}
        self._met: Counter[tuple[str, str]] = Counter()
        self.heard: Heard = _nobody
        """Hears of everything that is counted in the accounts, as it is: an extension of the crawl."""

    def discover(self, source: str, url: str, via: str, *, again: bool = False) -> Entry | None:
        """Open an entry for a discovered address; None if it has one in this run already.

        What another source of the run has met first counts for this one as skipped. With ``again``, an address whose
        entry has ended gets another one: it is a capture of its own.
        """
        key = _key(url)
        if (source, key) in self._met and (not again or key in self._open):
            return None
        self._met[source, key] += 1
        entry = Entry(self.run_id, source, url, via, key, ordinal=self._met[source, key])
        self.accounts.setdefault(source, Account())
        self._count(source, "discovered")
        if self._owner.setdefault(key, source) != source:
            self._count(source, "skipped", "found_by_another_source")
            return None
        self._open[key] = entry
        return entry

    def entry(self, url: str) -> Entry | None:
        """Return the open entry of an address."""
        return self._open.get(_key(url))

    def is_open(self, key: str) -> bool:
        """Whether the address with this URL key was discovered and has no outcome yet."""
        return key in self._open

    def is_anothers(self, source: str, key: str) -> bool:
        """Whether a URL key has an open entry of another source."""
        entry = self._open.get(key)
        return entry is not None and entry.source != source

    def open_entries(self) -> list[Entry]:
        """Return the entries that have no outcome yet."""
        return list(self._open.values())

    def fetched(self, entry: Entry, validators: Validators = (None, None)) -> None:
        """Count the arrival of a page; its own outcome is still to come."""
        entry.fetched = True
        entry.validators = validators
        self._count(entry.source, "fetched")

    def close(self, entry: Entry, outcome: str, reason: str | None = None) -> None:
        """End an entry with its one outcome.

        Raises LedgerError for an entry that has ended, and for an outcome that its stage cannot have.
        """
        if outcome == "skipped":
            self._owner.pop(entry.key, None)  # what this source leaves out, another may want
        if outcome not in (OF_FETCHED if entry.fetched else OF_DISCOVERED[1:]):
            raise LedgerError(f"{entry.url}: {outcome} cannot follow fetched={entry.fetched}")
        if self._open.pop(entry.key, None) is None:
            raise LedgerError(f"{entry.url}: has an outcome already, and now {outcome}")
        self._count(entry.source, outcome, reason)
        if not (entry.dropped or entry.article_id):
            self.accounts[entry.source].tried(outcome, reason)

    def listing_asked(self, source: str) -> None:
        """Count a request for a feed, sitemap or section page."""
        self.accounts[source].listings_asked += 1

    def listing(self, source: str, outcome: str, note: str | None = None) -> None:
        """Count what became of a feed, sitemap or section page: read, not_modified or failed."""
        account = self.accounts[source]
        account.listings[outcome] += 1
        if note:
            self.note(source, note)

    def note(self, source: str, note: str) -> None:
        """Keep a remark on a source's listings; it may quote them."""
        note = shortened(well_formed(note), LONGEST_NOTE) or ""
        notes = self.accounts[source].notes
        if len(notes) < MAX_NOTES and note not in notes:
            notes.append(note)

    def check(self) -> None:
        """Raise LedgerError unless every entry has ended and the law holds for every source."""
        if self._open:
            raise LedgerError(f"{len(self._open)} addresses have no outcome, one is {next(iter(self._open))}")
        for account in self.accounts.values():
            account.check()

    def total(self) -> Account:
        """Return the sums over all sources."""
        total = Account()
        for account in self.accounts.values():
            total.counts.update(account.counts)
            total.reasons.update(account.reasons)
            total.listings.update(account.listings)
            total.spent.update(account.spent)
            total.listings_asked += account.listings_asked
        return total

    def _count(self, source: str, what: str, reason: str | None = None) -> None:
        account = self.accounts[source]
        account.counts[what] += 1
        if reason:
            account.reasons[f"{what}:{reason}"] += 1
        self.heard(source, what, reason)


def _nobody(_source: str, _what: str, _reason: str | None) -> None:
    pass


def _key(url: str) -> str:
    try:
        return url_key(url)
    except InvalidURL:  # of any length, and of anything
        return f"no address: {digest_of(url.encode('utf-8', 'surrogatepass'))}"
