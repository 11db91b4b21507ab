"""The table of residue patterns: residue.toml, loaded once and indexed so that a line costs microseconds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from newsbot.cleaning.shapes import bare, fold_line, plain, size
from newsbot.web.dates import MONTHS, WEEKDAYS

PLACES = ("line", "first", "last", "edge")
RESTS = ("headline", "names", "list", "date", "short", "any")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_DROPPED = str.maketrans(dict.fromkeys(":(),[]", " "))
_MASKED = re.compile(r"[\d:(),\[\]]")
_LITERAL = re.compile(r"(?:(?:[^\W_]|[ ©@&'-]|\\[^\w\s])(?![?*{+])){2,16}")
_PLAIN = ("advertisement", "share")  # kinds of which one word on a line says all
_KEYS = frozenset(
    ("kind", "where", "lines", "heads", "labels", "rest", "bold", "glued", "openers", "words", "patterns")
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the table; `name` is what `removed` shows as its pattern."""

    kind: str
    where: str
    name: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of the table, and the literal beginnings one of which its lines have."""

    expression: str
    starts: tuple[str, ...]
    rule: Rule


@dataclass(slots=True)
class Table:
    """The rules, by the way they are looked up."""

    lines: dict[str, Rule] = field(default_factory=dict)
    alone: dict[str, Rule] = field(default_factory=dict)
    """Labels of links and names that were left out: whole lines, if no other rule says what they are."""
    heads: dict[str, Rule] = field(default_factory=dict)
    labels: dict[str, list[Rule]] = field(default_factory=dict)
    first_words: set[str] = field(default_factory=set)
    """The first words of all labels."""
    openers: dict[str, list[Rule]] = field(default_factory=dict)
    bold: dict[str, Rule] = field(default_factory=dict)
    glued: dict[str, Rule] = field(default_factory=dict)
    words: list[tuple[frozenset[str], Rule]] = field(default_factory=list)
    all_words: set[str] = field(default_factory=set)
    starting: dict[str, list[Pattern]] = field(default_factory=dict)
    """Patterns by the two characters that they begin with."""
    starts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """All that those begin with, likewise."""
    needles: dict[str, list[Pattern]] = field(default_factory=dict)
    """Patterns by words of which the line must hold one; those beyond ASCII apart, most lines need no look."""
    other_needles: dict[str, list[Pattern]] = field(default_factory=dict)
    sections: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()

    def add(self, language: str, group: dict[str, Any]) -> None:
        """Add one table of the file; ValueError if it says something that nothing reads."""
        if unknown := group.keys() - _KEYS:
            raise ValueError(f"residue.toml [{language}]: unknown {sorted(unknown)}")
        kind, where, rest = group["kind"], group.get("where", "line"), group.get("rest", "headline")
        if where not in PLACES or rest not in RESTS:
            raise ValueError(f"residue.toml [{language}] {kind}: where={where!r}, rest={rest!r}")

        def rule(name: str) -> Rule:
            return Rule(kind, where, f"{language}: {name}", rest)

        def line_rule(line: str) -> Rule:
            # A single word may as well head a section of the article.
            lone = where == "line" and size(line) <= 1 and kind not in _PLAIN
            return Rule(kind, "edge" if lone else where, f"{language}: {line}", rest)

        for line in group.get("lines", ()):
            self.lines.setdefault(mask(line), line_rule(line))
        for head in group.get("heads", ()):
            self.heads.setdefault(mask(head) + ":" * head.endswith(":"), rule(head))
            if head.endswith(":"):
                continue
            self.lines.setdefault(mask(head), line_rule(head))
        for label in group.get("labels", ()):
            self.labels.setdefault(mask(label), []).append(rule(f"{label}: {rest}"))
            if rest == "headline" and size(label) >= 2:
                self.alone.setdefault(mask(label), rule(label))
        for label in (*group.get("labels", ()), *group.get("openers", ())) if kind == "byline" else ():
            self.alone.setdefault(mask(label), rule(label))
        for label in (label for labels in ("labels", "openers", "glued", "bold") for label in group.get(labels, ())):
            self.first_words.add(fold_line(label).split(" ")[0])
        for label in group.get("openers", ()):
            self.openers.setdefault(fold_line(label), []).append(rule(f"{label} {rest}"))
        for label in group.get("glued", ()):
            self.glued.setdefault(fold_line(label), rule(f"{label} {rest}"))
        for label in group.get("bold", ()):
            self.bold.setdefault(fold_line(label), rule(f"{label} {rest}"))
        if words := group.get("words"):
            self.words.append((frozenset(fold_line(word) for word in words), rule("words")))
            self.all_words.update(self.words[-1][0])
        for pattern in group.get("patterns", ()):
            expression, starts, needles = _index(pattern)
            if "" in needles:
                raise ValueError(f"residue.toml [{language}] {kind}: give {pattern!r} a literal start or needles")
            entry = Pattern(plain(expression), tuple(starts) or ("",), rule(expression))
            for start in {start[:2] for start in starts}:
                self.starting.setdefault(start, []).append(entry)
                self.starts[start] = (*self.starts.get(start, ()), *(one for one in starts if one[:2] == start))
            for needle in set(needles):
                (self.needles if needle.isascii() else self.other_needles).setdefault(needle, []).append(entry)

    def within(self, folded: str) -> Table:
        """Return the table for the lines of one folded text: without the patterns whose needle it has not."""
        needles, others = (
            {needle: entries for needle, entries in found.items() if needle in folded}
            for found in (self.needles, {} if folded.isascii() else self.other_needles)
        )
        return replace(self, needles=needles, other_needles=others)

    def head(self, line: str, key: str) -> Rule | None:
        """Return the rule by which a line, masked to key, heads a list of links."""
        return self.heads.get(key) or (self.heads.get(f"{key}:") if line.rstrip()[-1:] in (":", "：") else None)


def mask(line: str) -> str:
    """Fold a line and strip its ornament, every number written as 0: the key for whole lines.

    >>> mask("» 3 min read"), mask("(12 Comments)")
    ('0 min read', '0 comments')
    """
    return mask_folded(fold_line(line))


def mask_folded(folded: str) -> str:
    """Do what mask() does to a line that is folded already."""
    stripped = bare(folded.rstrip("?؟？ ")) or folded
    if not _MASKED.search(stripped):
        return stripped
    return " ".join(_NUMBER.sub("0", stripped).translate(_DROPPED).split())


def _index(pattern: str) -> tuple[str, list[str], list[str]]:
    """Part a pattern of the file into the expression, its first two characters and its needles."""
    needles, arrow, expression = pattern.rpartition(" => ")
    if arrow:
        told = [fold_line(needle) if needle.strip() == needle else needle for needle in needles.split("|")]
        return expression, [], told
    opening = re.match(r"\((?!\?)((?:[^()\\]|\\.)*)\)(\?)?", pattern)
    heads = opening.group(1).split("|") if opening else [pattern]
    if opening and opening.group(2):
        heads.append(pattern[opening.end() :])
    literal = [_LITERAL.match(plain(head)) for head in heads]
    return expression, [match.group().replace("\\", "") for match in literal if match], [""] * (None in literal)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the table on first use: most are never tried."""
    return re.compile(pattern)


def _names_of_days() -> frozenset[str]:
    """Names of months and weekdays; not the short ones, which are words too (die, mac, set)."""
    names = (fold_line(name) for name in (*MONTHS, *WEEKDAYS) if " " not in name)
    return frozenset(name for name in names if len(name) > (4 if name.isascii() else 2))


@cache
def table() -> Table:
    """Load residue.toml; ValueError if it is wrong."""
    raw = tomllib.loads(resources.files("newsbot.cleaning").joinpath("residue.toml").read_text("utf-8"))
    loaded = Table()
    loaded.sections = frozenset(
        mask(name) for row in raw.pop("sections")["names"].splitlines() for name in row.split("|") if name
    )
    loaded.dates = frozenset(fold_line(word) for word in raw.pop("dates")["words"].split()) | _names_of_days()
    for language, groups in raw.items():
        for group in groups:
            loaded.add(language, group)
    return loaded
