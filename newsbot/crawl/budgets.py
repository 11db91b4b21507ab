"""What each source may cost a run, and what it has cost so far: pages, seconds, bytes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsbot.sources import Source
from newsbot.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Budget:
    """What one source may cost a run; 0 is no bound."""

    pages: int = 0
    """Pages of articles that are asked for: new ones, those of earlier runs, and those that are looked at again."""
    seconds: float = 0.0
    """From the first request to it on."""
    bytes: int = 0
    """Of all answers, as they come over the wire."""

    def of(self, source: Source) -> Budget:
        """Return the budget of a source: its own bounds, and these where it states none.

        >>> Budget(pages=100, bytes=5).of(Source(name="a", home="https://a.org/", max_pages=0, max_seconds=9))
        Budget(pages=0, seconds=9.0, bytes=5)
        """
        return Budget(
            self.pages if source.max_pages is None else source.max_pages,
            self.seconds if source.max_seconds is None else source.max_seconds,
            self.bytes if source.max_bytes is None else source.max_bytes,
        )


class Budgets:
    """Keeps the accounts of what sources cost (``Account.spent``), and tells whose budget is spent.

    >>> books = Ledger("run", ["a"])
    >>> budgets = Budgets([Source(name="a", home="https://a.org/")], Budget(pages=1, bytes=2000), books)
    >>> budgets.ask("a", is_page=True)
    >>> budgets.charge("a", received=900, seconds=0.5)
    >>> budgets.spent("a", is_page=False), budgets.spent("a", is_page=True)
    (None, '1 pages')
    >>> budgets.charge("a", received=1100, seconds=0.5)
    >>> budgets.spent("a", is_page=False), dict(books.accounts["a"].spent)
    ('2000 bytes', {'requests': 2, 'bytes': 2000, 'seconds': 1.0})
    """

    def __init__(
        self, sources: Iterable[Source], budget: Budget, ledger: Ledger, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._budgets = {source.name: budget.of(source) for source in sources}
        self._ledger = ledger
        self._clock = clock
        self._pages: Counter[str] = Counter()
        self._began: dict[str, float] = {}

    def of(self, source: str) -> Budget:
        """Return the budget of a source."""
        return self._budgets.get(source, Budget())

    def ask(self, source: str, *, is_page: bool) -> None:
        """Note a request that goes out for a source."""
        self._began.setdefault(source, self._clock())
        self._pages[source] += is_page

    def charge(self, source: str, *, received: int, seconds: float) -> None:
        """Enter what a request has cost: bytes received, and seconds for which its host was listened to."""
        if account := self._ledger.accounts.get(source):
            account.spent.update({"requests": 1, "bytes": received})
            account.spent["seconds"] = round(account.spent["seconds"] + seconds, 3)  # type: ignore[assignment]

    def spent(self, source: str, *, is_page: bool) -> str | None:
        """Return which bound of a source's budget is reached, for the page of an article or anything else, or None."""
        budget, account = self.of(source), self._ledger.accounts.get(source)
        if is_page and 0 < budget.pages <= self._pages[source]:
            return f"{budget.pages} pages"
        if budget.seconds and source in self._began and self._clock() - self._began[source] >= budget.seconds:
            return f"{budget.seconds:g} seconds"
        if account and 0 < budget.bytes <= account.spent["bytes"]:
            return f"{budget.bytes} bytes"
        return None
