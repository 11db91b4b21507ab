"""Seeded choices that come out the same on every Python and every platform."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Dice:
    """Draw reproducible numbers and choices from a key (splitmix64 over its hash).

    ``random.Random`` promises the same floats in every version, not the same choices; the truth
    of the newsroom must not move with the interpreter.

    >>> Dice(7, "harbour").pick("abc") == Dice(7, "harbour").pick("abc")
    True
    """

    def __init__(self, *key: object) -> None:
        digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big")

    def next(self) -> int:
        """Return the next 64-bit number."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + self.next() % (high - low + 1)

    def chance(self, per_cent: int) -> bool:
        """Return True in about ``per_cent`` of a hundred draws."""
        return self.next() % 100 < per_cent

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.next() % len(choices)]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """Return all choices in a drawn order (Fisher-Yates)."""
        result = list(choices)
        for last in range(len(result) - 1, 0, -1):
            other = self.next() % (last + 1)
            result[last], result[other] = result[other], result[last]
        return result
