"""A finding: how a source is unlike its own normal, since when, what shows it, and what to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FAILING, SILENT, CHANGED = "failing", "silent", "changed"
"""What a finding says of its source: nothing comes of it; it brings nothing; what it brings is other than it was."""
NEW, WELL = "new", "well"
"""What a source is of which nothing is found: too new to be judged, or as it used to be."""
STATES = (FAILING, SILENT, CHANGED, NEW, WELL)
"""Of a source, the worst first."""

CRASHES = "crashes"
"""The kind of the finding that the crawls of a source do not come to their end (newsbot.store.fleet)."""

Key = tuple[str, str, str]
"""What tells a finding from all others that are open: source, kind and subject."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is unlike a source's own normal, in words for the operator."""

    source: str
    """Its name; empty for what is of no source, such as a channel that fails."""
    kind: str
    """silent, fewer, rejected, near_empty, length, field, delay, unreachable, failed, gap, revisits, channel ..."""
    subject: str
    """The field, the reason, the listing or the channel that it is about; empty where the kind says all."""
    state: str
    """FAILING, SILENT or CHANGED."""
    now: str
    """How it is, with its figure: "0 % of 24 articles"."""
    before: str
    """How it was: "97 %"; empty if there is nothing to compare with."""
    since: str
    """Since when: a day, or a moment (RFC 3339)."""
    examples: tuple[str, ...] = ()
    """Three addresses at most."""
    advice: str = ""
    """What to try, in one sentence."""

    @property
    def key(self) -> Key:
        """What tells it from all other findings that are open."""
        return self.source, self.kind, self.subject

    def sentence(self) -> str:
        """Say it in one line.

        >>> Finding("bbc", "field", "authors", CHANGED, "0 % of 24 articles", "97 %", "2026-11-20").sentence()
        'bbc: authors: 0 % of 24 articles, usually 97 %, since 2026-11-20'
        """
        about = ": ".join(part for part in (self.source, self.subject or self.kind.replace("_", " ")) if part)
        usually = f", usually {self.before}" if self.before else ""
        return f"{about}: {self.now}{usually}, since {self.since[:16].replace('T', ' ')}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Finding:
        """Return the finding that ``as_dict`` has told of."""
        return cls(**{**values, "examples": tuple(values["examples"])})
