"""How long a run bears with a host that gives it nothing: its rests, stalls and failures, in seconds."""

from __future__ import annotations

from collections import defaultdict
from math import inf

LEAST = 1.0
"""Seconds that a failure costs at least: about the time until the host's next turn."""
EARNED = 1.0
"""Seconds that an answer earns, so that a large site is not given up for a few bad pages."""


class Patience:
    """Counts the seconds that hosts have cost in vain, and tells which ones have had enough.

    >>> patience = Patience(60)
    >>> patience.failed("example.org", 30.0), patience.left("example.org")
    (None, 30.0)
    >>> patience.failed("example.org", 30.0), patience.is_over("example.org")
    (None, True)
    """

    def __init__(self, seconds: float) -> None:
        """``seconds`` that one host may cost; 0 is no bound."""
        self.seconds = seconds
        self._spent: defaultdict[str, float] = defaultdict(float)

    def failed(self, host: str, seconds: float) -> None:
        """Count a request that took so long and brought nothing."""
        self._spent[host] += max(seconds, LEAST)

    def waits(self, host: str, seconds: float) -> None:
        """Count a rest that a host asked for."""
        self._spent[host] += seconds

    def answered(self, host: str) -> None:
        """Count an answer that is of use."""
        self._spent[host] = max(self._spent[host] - EARNED, 0.0)

    def left(self, host: str) -> float:
        """Return the seconds that a host may still cost."""
        return max(self.seconds - self._spent[host], 0.0) if self.seconds else inf

    def is_over(self, host: str) -> bool:
        """Whether a host is to be left to the next run."""
        return self.left(host) == 0.0
