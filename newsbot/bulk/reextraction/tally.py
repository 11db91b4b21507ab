"""What a re-extraction comes to: how many records change in which fields, how that is judged, and examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from newsbot.bulk.reextraction.comparison import Difference, Said
from newsbot.bulk.reextraction.judgement import VERDICTS, judged, together
from newsbot.bulk.reextraction.yardstick import Yardstick

CHANGED, GAINED, LOST = "changed", "gained", "lost"
"""What moves: a record says something else, a page that was none is an article, an article is none any more."""
SAME = "same"
MOST = 4
"""Pages that are kept of a field and verdict, as examples."""
MOST_STATUS = 200
"""Pages that are kept of those that are gained, or lost."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One field of a page that says something else, and which of the two looks better."""

    field: str
    before: Any
    after: Any
    verdict: str
    """One of judgement.VERDICTS."""
    rules: Mapping[str, str]
    """What each rule said that had something to say."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A page that is read otherwise."""

    what: str
    """CHANGED, GAINED or LOST."""
    url: str
    source: str
    title: str
    language: str | None = None
    reason: str = ""
    """Why it was no article, or is none any more (items.REJECTION_REASONS)."""
    fields: Sequence[Judged] = ()
    """Of a page that has changed, at least one."""

    @property
    def verdict(self) -> str:
        """What the verdicts on its fields come to."""
        return together(one.verdict for one in self.fields)


def changed(
    differing: Sequence[Difference], before: Said, after: Said, page: Yardstick, *, url: str, source: str
) -> Moved:
    """Return a page some of whose fields differ, judged."""
    fields = []
    for one in differing:
        verdict, rules = judged(one.field, before, after, page)
        fields.append(Judged(one.field, one.before, one.after, verdict, rules))
    return Moved(CHANGED, url, source, after["title"], after["language"], fields=fields)


@dataclass(slots=True)
class Tally:
    """The sums over some pages. ``most``, ``most_status``: pages that are kept, None for all."""

    pages: Counter[str] = field(default_factory=Counter)
    """CHANGED, GAINED, LOST, SAME, and what else became of captures."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Of the pages that have changed."""
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    """By field, how many pages changed there, by verdict."""
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    """By rule, what it said."""
    examples: list[Moved] = field(default_factory=list)
    """Pages that were met first, in their order."""
    notes: list[str] = field(default_factory=list)
    """What was wrong with the files."""
    most: int | None = MOST
    most_status: int | None = MOST_STATUS

    def same(self) -> None:
        """Count a page that is read as before."""
        self.pages[SAME] += 1

    def passed_over(self, why: str) -> None:
        """Count a capture that was compared with nothing."""
        self.pages[why] += 1

    def moved(self, page: Moved) -> None:
        """Count a page that is read otherwise, and keep it if it is one of the first of its kind."""
        if self._is_wanted(page, self._met()):
            self.examples.append(page)
        self.pages[page.what] += 1
        if page.what == CHANGED:
            self.verdicts[page.verdict] += 1
        for one in page.fields:
            self.fields.setdefault(one.field, Counter())[one.verdict] += 1
            for rule, verdict in one.rules.items():
                self.rules.setdefault(rule, Counter())[verdict] += 1

    def add(self, other: Tally) -> None:
        """Add what came later."""
        met = self._met()
        for page in other.examples:
            if self._is_wanted(page, met):
                self.examples.append(page)
            met.update(_kinds_of(page))
        self.pages.update(other.pages)
        self.verdicts.update(other.verdicts)
        for mine, theirs in ((self.fields, other.fields), (self.rules, other.rules)):
            for name, counts in theirs.items():
                mine.setdefault(name, Counter()).update(counts)
        self.notes += other.notes

    def examples_of(self, name: str, verdict: str) -> list[Moved]:
        """Return the pages that are kept of a field and verdict, each with this field alone."""
        found = ((page, one) for page in self.examples for one in page.fields)
        return [replace(page, fields=[one]) for page, one in found if (one.field, one.verdict) == (name, verdict)]

    def kept(self, what: str) -> list[Moved]:
        """Return the pages that are kept of what moved one way."""
        return [page for page in self.examples if page.what == what]

    @property
    def compared(self) -> int:
        """How many pages were compared with something."""
        return sum(self.pages[what] for what in (SAME, CHANGED, GAINED, LOST))

    @property
    def has_moved(self) -> bool:
        """Whether any page is read otherwise."""
        return any(self.pages[what] for what in (CHANGED, GAINED, LOST))

    def ranked(self) -> list[tuple[str, Counter[str]]]:
        """Return the fields that changed, the one that changed on most pages first."""
        return sorted(self.fields.items(), key=lambda one: (-one[1].total(), one[0]))

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values.

        >>> tally = Tally(Counter(same=2), fields={"title": Counter(better=1)}, notes=["a.warc at byte 0: none"])
        >>> Tally.from_dict(tally.as_dict()) == tally
        True
        """
        values = {one.name: getattr(self, one.name) for one in fields(self)}  # asdict() counts the items of a Counter
        return values | {"examples": [asdict(page) for page in self.examples]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the tally that ``as_dict`` has told of."""
        counted = {name: Counter(values[name]) for name in ("pages", "verdicts")}
        by_name = {name: {key: Counter(found) for key, found in values[name].items()} for name in ("fields", "rules")}
        examples = [
            Moved(**{**page, "fields": [Judged(**one) for one in page["fields"]]}) for page in values["examples"]
        ]
        return cls(**{**values, **counted, **by_name, "examples": examples})

    def _met(self) -> Counter[tuple[str, str]]:
        """Return how many pages of each kind were met so far."""
        met = Counter({(what, ""): self.pages[what] for what in (GAINED, LOST)})
        for name, verdicts in self.fields.items():
            met.update({(name, verdict): count for verdict, count in verdicts.items()})
        return met

    def _is_wanted(self, page: Moved, met: Counter[tuple[str, str]]) -> bool:
        most = self.most if page.what == CHANGED else self.most_status
        return most is None or any(met[kind] < most for kind in _kinds_of(page))


def _kinds_of(page: Moved) -> list[tuple[str, str]]:
    """Return what a page is an example of: fields with their verdicts, or what it has become."""
    return [(one.field, one.verdict) for one in page.fields] or [(page.what, "")]


def in_order(counts: Counter[str]) -> list[int]:
    """Return how often each verdict was given, in the order of VERDICTS."""
    return [counts[verdict] for verdict in VERDICTS]
