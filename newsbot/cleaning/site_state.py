"""What is remembered of one site's blocks: small enough to hold a thousand sites in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_ROWS = 200
"""Blocks of a site that are remembered, at most; one more, and the PRUNED that tell most are kept."""
PRUNED = MAX_ROWS * 4 // 5
WINDOW = 64
"""Articles: counts are halved each time so many more have been seen."""
SAMPLE = 200
"""Characters of a block that are kept to show it."""

_COLUMNS = ("keys", "articles", "inside", "lead", "first", "last", "flags")
_ON_SECTION, _PROSE, _SHORT, _KEEP, _DROP = 1, 2, 4, 8, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBlock:
    """One remembered block: a row of the store, keyed by host and fingerprint."""

    fingerprint: int
    """63 bits, from boilerplate.fingerprint()."""
    sample: str = ""
    """How it reads, at most 200 characters; empty until it was seen in two articles."""
    articles: int = 0
    """Distinct articles of the recent window that had it."""
    inside: int = 0
    """In how many of them it stood between two paragraphs of the article."""
    lead: int = 0
    """In how many of them it was the first paragraph."""
    first_seen: int = 0
    """Number of the site's articles when it was first seen; last_seen likewise."""
    last_seen: int = 0
    on_section: bool = False
    """Seen on a home or section page."""
    prose: bool = False
    short: bool = False
    verdict: str | None = None
    """A person's word: "keep" or "drop"."""


class SiteState:
    """The blocks of one site; columns, because 200,000 objects would take 60 MB."""

    __slots__ = ("articles", "first", "flags", "inside", "keys", "last", "lead", "samples", "seen")

    def __init__(self, seen: int = 0, blocks: Iterable[SiteBlock] = ()) -> None:
        self.seen = seen
        """Articles of this site learned from so far."""
        self.keys = array("q")
        self.articles, self.inside, self.lead = array("H"), array("H"), array("H")
        self.first, self.last = array("I"), array("I")
        self.flags = array("B")
        self.samples: dict[int, str] = {}
        for block in blocks:
            self.add(block)

    @property
    def recent(self) -> int:
        """The number of recent articles that the counts speak of: all, later 64 to 127."""
        return self.seen if self.seen < 2 * WINDOW else WINDOW + self.seen % WINDOW

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[SiteBlock]:
        return (self.block(i) for i in range(len(self.keys)))

    def copy(self) -> SiteState:
        """Return a state of its own with the same blocks."""
        twin = SiteState(self.seen)
        for column in _COLUMNS:
            setattr(twin, column, getattr(self, column)[:])
        twin.samples = dict(self.samples)
        return twin

    def rows(self) -> dict[int, int]:
        """Return where in the columns each fingerprint stands."""
        return {key: i for i, key in enumerate(self.keys)}

    def unnamed(self) -> set[int]:
        """Return the fingerprints of what was seen in two articles, and of which nobody has kept how it reads."""
        return {key for key, count in zip(self.keys, self.articles, strict=True) if count > 1} - self.samples.keys()

    def name(self, fingerprint: int, text: str) -> None:
        """Keep how a block reads: of several texts the first by their letters."""
        text = text[:SAMPLE]
        self.samples[fingerprint] = min(text, self.samples.get(fingerprint, text))

    def changed(self, since: SiteState) -> list[SiteBlock]:
        """Return the blocks that are not as they were in an earlier state, and those that were not in it."""
        rows = since.rows()
        return [
            self.block(i)
            for i, key in enumerate(self.keys)
            if key not in rows or self._values(i) != since._values(rows[key])
        ]

    def _values(self, i: int) -> tuple[object, ...]:
        counts = self.articles[i], self.inside[i], self.lead[i]
        return *counts, self.first[i], self.last[i], self.flags[i], self.samples.get(self.keys[i])

    def block(self, i: int) -> SiteBlock:
        """Return row i."""
        flags = self.flags[i]
        return SiteBlock(
            fingerprint=self.keys[i],
            sample=self.samples.get(self.keys[i], ""),
            articles=self.articles[i],
            inside=self.inside[i],
            lead=self.lead[i],
            first_seen=self.first[i],
            last_seen=self.last[i],
            on_section=bool(flags & _ON_SECTION),
            prose=bool(flags & _PROSE),
            short=bool(flags & _SHORT),
            verdict="keep" if flags & _KEEP else "drop" if flags & _DROP else None,
        )

    def add(self, block: SiteBlock) -> None:
        """Append a row; its fingerprint must be new."""
        self.keys.append(block.fingerprint)
        self.articles.append(block.articles)
        self.inside.append(block.inside)
        self.lead.append(block.lead)
        self.first.append(block.first_seen)
        self.last.append(block.last_seen)
        self.flags.append(
            _ON_SECTION * block.on_section
            | _PROSE * block.prose
            | _SHORT * block.short
            | {"keep": _KEEP, "drop": _DROP}.get(block.verdict or "", 0)
        )
        if block.sample:
            self.samples[block.fingerprint] = block.sample[:SAMPLE]

    def append(self, fingerprint: int, *, prose: bool, short: bool) -> int:
        """Append a row for a block that is new at the present article, not counted yet; return its place."""
        self.keys.append(fingerprint)
        for column in (self.articles, self.inside, self.lead):
            column.append(0)
        self.first.append(self.seen)
        self.last.append(self.seen)
        self.flags.append(_PROSE * prose | _SHORT * short)
        return len(self) - 1

    def mark_section(self, i: int) -> None:
        """Note that row i was seen on a home or section page just now."""
        self.flags[i] |= _ON_SECTION
        self.last[i] = self.seen

    def halve(self) -> None:
        """Let what was seen long ago count half: of the last 128 articles, 64 are left."""
        for column in (self.articles, self.inside, self.lead):
            for i, count in enumerate(column):
                column[i] = count // 2
        self._keep(i for i in range(len(self)) if self.articles[i] or self.flags[i] & (_KEEP | _DROP | _ON_SECTION))

    def prune(self) -> None:
        """Keep the rows that tell most, if there are too many: a person's words, then the frequent, then the new."""
        if len(self) <= MAX_ROWS:
            return
        # Seen once and not lately says nothing; a block of a section page says a little for a while.
        fresh = self.seen - WINDOW
        worth = [
            ((flags & (_KEEP | _DROP) > 0) << 56)
            + ((2 if flags & _ON_SECTION and count < 2 and last > fresh else count) << 32)
            + last
            for flags, count, last in zip(self.flags, self.articles, self.last, strict=True)
        ]
        ranked = sorted(range(len(worth)), key=worth.__getitem__, reverse=True)
        self._keep(sorted(ranked[:PRUNED]))

    def _keep(self, rows: Iterable[int]) -> None:
        rows = list(rows)
        for column in _COLUMNS:
            old = getattr(self, column)
            setattr(self, column, array(old.typecode, map(old.__getitem__, rows)))
        kept = set(self.keys)
        self.samples = {key: sample for key, sample in self.samples.items() if key in kept}
