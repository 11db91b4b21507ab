"""What the store says of an article that is brought to it."""

from __future__ import annotations

from dataclasses import dataclass

RELATIONS = ("same_site", "syndicated", "excerpt")
"""Of a copy: another address of the same site, another site, or one text is a part of the other."""


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
    change: str
    """A class of newsbot.dedupe.CHANGES."""
    outcome = "revised"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same story is known under another address."""

    of: str
    """The article that was stored first."""
    similarity: float
    relation: str
    """One of RELATIONS."""
    outcome = "duplicate"


Verdict = New | Unchanged | Revision | Duplicate
