"""What the store says of an article that is brought to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class New:
    """Nothing like it was known; it is stored as revision 1."""

    outcome = "new"


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The stored article says the same already."""

    outcome = "unchanged"


@dataclass(frozen=True, slots=True)
class Revision:
    """The stored article said something else; this is its next revision."""

    number: int
    outcome = "revised"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same text is known under another address."""

    of: str
    similarity: float
    outcome = "duplicate"


Verdict = New | Unchanged | Revision | Duplicate
