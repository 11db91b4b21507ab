"""What a run asks of the spider that it is for: where from, what not, how much."""

from __future__ import annotations

from newsbot.items import Candidate
from newsbot.sources import Source


class Collector:
    """A spider whose pages become stored articles, by what it says of its collection."""

    name: str
    revisits = False
    """Whether it looks again at articles that are young (NEWSBOT_REVISIT_HOURS)."""

    @property
    def only_due(self) -> bool:
        """Whether sources and listings are left out that have nothing to do now."""
        return False

    def sources(self) -> list[Source]:
        """Return the sources to collect from. Raises NewsbotError."""
        raise NotImplementedError

    def refuses(self, _candidate: Candidate) -> str | None:
        """Return a reason to skip a candidate, or None."""
        return None

    def max_new(self) -> int | None:
        """Return how many candidates a source may bring, 0 for no bound; None: NEWSBOT_MAX_NEW."""
        return None
