"""The life of one run: it opens its books, takes in and judges what a crawl brings, and ends in whole files."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from newsbot.crawl.accounting import USUAL_DAYS, complaint_on, is_suspicious
from newsbot.crawl.boilerplate import SiteBoilerplate
from newsbot.crawl.budgets import Budget, Budgets
from newsbot.crawl.claims import Claims
from newsbot.crawl.intake import Intake
from newsbot.crawl.outbox.delivery import Delivery
from newsbot.crawl.outbox.recovery import names_of, place_of
from newsbot.crawl.polling.due import due_of
from newsbot.crawl.polling.publishing import DAY, Bounds
from newsbot.crawl.polling.schedule import Schedule, shifted
from newsbot.crawl.verdicts import Verdicts
from newsbot.export import compaction, expiry, removal
from newsbot.items import Candidate
from newsbot.process import utc_now
from newsbot.sources import Outlets, Source
from newsbot.store import frontier, runs
from newsbot.store.articles import Policy
from newsbot.store.leases import Life
from newsbot.store.ledger import Account, Ledger
from newsbot.store.maintenance import retention
from newsbot.store.maintenance.retention import Keep

logger = logging.getLogger("newsbot")

PRUNING = 3.0
"""Seconds that the end of a run spends at most on letting go of what is old; the next run goes on."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run comes to."""

    run_id: str
    total: Account
    files: dict[str, int]
    """Lines by path, relative to the output folder."""
    unreachable: list[str]
    """Sources none of whose listings could be read."""
    fruitless: dict[str, str]
    """Sources more of whose pages than usual came to nothing, each with a sentence on it."""


class Run:
    """A run at work, from its making to ``finish``: ``intake`` takes addresses in, ``verdicts`` end them.

    Which articles are whose, ``claims`` tell; ``delivery`` puts them into files, some of them before that.
    """

    def __init__(
        self,
        engine: Engine,
        output: Path,
        sources: Sequence[Source],
        *,
        spider: str,
        now: Callable[[], str] = utc_now,
        refuses: Callable[[Candidate], str | None] = lambda _candidate: None,
        max_new: int = 0,
        budget: Budget = Budget(),  # noqa: B008 - it is immutable
        with_removed: bool = True,
        polling: Bounds = Bounds(),  # noqa: B008 - it is immutable
        policy: Policy = Policy(),  # noqa: B008 - so is this
        keep: Keep = Keep(),  # noqa: B008
        outlets: Outlets | None = None,
        life: Life | None = None,
        deliver_after: float = 0.0,
    ) -> None:
        """Open the books of a run. For ``refuses`` and ``max_new`` see Intake, for ``deliver_after`` Delivery.

        ``budget``: of every source, as far as it has none of its own.

        ``outlets``: every source that there is, by default those of the run. ``life``: the run's, if it has begun
        already, as that of one that holds its sources has. Raises StoreError or OSError.
        """
        self._life = life or begin_life(engine, output, spider=spider, now=now)
        self.id = self._life.run_id
        self.engine = engine
        self.output = output
        self.sources = {source.name: source for source in sources}
        self.ledger = Ledger(self.id, self.sources)
        self.budgets = Budgets(sources, budget, self.ledger)
        self.schedule = Schedule(engine, self.sources, polling, now)
        self.now = now
        self.boilerplate = SiteBoilerplate(engine, self.ledger)
        self.outlets = outlets or Outlets(sources)
        self.verdicts = Verdicts(engine, self.ledger, self.boilerplate, self.outlets, policy, now)
        self.claims = Claims(engine, self.ledger)
        self.intake = Intake(
            engine, self.ledger, self.schedule, self.verdicts, self.outlets, now=now, refuses=refuses, max_new=max_new
        )
        self.delivery = Delivery(
            engine,
            output,
            self._life,
            self.ledger,
            self.claims,
            self.boilerplate,
            with_removed=with_removed,
            after=deliver_after,
        )
        self.asked_for = frozenset(self.sources)
        """The names of all sources that it is for, due or not."""
        self._keep = keep

    def keep_due(self) -> None:
        """Leave out the sources that have nothing to do now (newsbot.crawl.polling.due)."""
        due = due_of(self.engine, self.sources.values(), self.schedule, now=self.now())
        self.sources = {name: source for name, source in self.sources.items() if name in due}
        self.ledger.accounts = {name: self.ledger.accounts[name] for name in self.sources}

    def finish(self) -> Summary:
        """Close the books and write the files.

        Raises RunEnded if that was done by another; StoreError or OSError, and the next run heals then.
        """
        self.verdicts.end_run()
        self.ledger.check()
        accounts = self.ledger.accounts
        fruitless = {name: complaint for name in self.sources if (complaint := self._complaint(name))}
        files = self.delivery.finish(accounts)
        runs.end_run(self.engine, self.id, runs.FINISHED, now=self.now())
        removal.finish(self.engine, self.output, names_of(self.output))  # what was removed while files were written
        self._prune()
        self._life.close()
        unreachable = [name for name, account in accounts.items() if account.is_unreachable()]
        return Summary(self.id, self.ledger.total(), files, unreachable, fruitless)

    def _prune(self) -> None:
        """Let some of what is old go, from the store and from the folder."""
        now = self.now()
        retention.prune(self.engine, self._keep, now=now, seconds=PRUNING)
        places = names_of(self.output)
        try:
            expiry.expire(self.engine, self.output, places, self._keep.files, now=now, seconds=PRUNING)
        except (compaction.Busy, OSError) as error:
            logger.warning("old files stay for now: %s; the next run removes them", error)

    def _complaint(self, source: str) -> str | None:
        """Say what came to nothing of a source's new pages, if that is more than usual, or that it never named any."""
        account = self.ledger.accounts[source]
        if names_nothing(account) and not frontier.has_met(self.engine, source):
            return f"names no article ({account.notes[0]})" if account.notes else "names no article"
        tries = account.first_tries
        if not is_suspicious(tries):
            return None
        now = self.now()
        earlier = runs.first_tries(self.engine, source, since=shifted(now, -USUAL_DAYS * DAY))
        complaint = complaint_on(tries, earlier)
        if complaint and (at := frontier.next_try(self.engine, source)):
            when = f"from {at[11:16]} UTC on" if at > now else "by the next run"
            return f"{complaint}; they are tried again {when}"
        return complaint

    def abandon(self) -> None:
        """Let go of the run as it is; the next run finds it dead and heals it."""
        self._life.abandon()


def begin_life(engine: Engine, output: Path, *, spider: str, now: Callable[[], str] = utc_now) -> Life:
    """Begin the life of a run that is to write to a folder. Raises StoreError or OSError."""
    return Life(engine, new_run_id(now()), place=place_of(output), spider=spider, now=now)


def new_run_id(now: str) -> str:
    """Return an id for a run that begins now, which no other has."""
    return f"{now.translate({ord(mark): None for mark in '-:'})}-{secrets.token_hex(4)}"


def names_nothing(account: Account) -> bool:
    """Whether listings were read, all that were asked came to something, and there was no article in them.

    >>> from collections import Counter
    >>> [names_nothing(Account(listings=Counter(read=1), listings_asked=asked)) for asked in (1, 2)]
    [True, False]
    """
    return account.listings["read"] > 0 and not account.unanswered and not account.counts["discovered"]
