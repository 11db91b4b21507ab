"""The table of residue patterns: residue.toml, loaded once and indexed so that a line costs microseconds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from newsbot.cleaning.shapes import bare, fold

PLACES = ("line", "first", "last", "edge")
RESTS = ("headline", "names", "list", "date", "short", "any")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LITERAL = re.compile(r"(?:[^\W_]|[ ©@-]|\\\W){2}(?![?*{])")
_KEYS = frozenset({"kind", "where", "lines", "heads", "labels", "rest", "bold", "glued", "openers", "words", "patterns"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the table; `name` is what `removed` shows as its pattern."""

    kind: str
    where: str
    name: str
    rest: str = ""


@dataclass(slots=True)
class Table:
    """The rules, by the way they are looked up."""

    lines: dict[str, Rule] = field(default_factory=dict)
    heads: dict[str, Rule] = field(default_factory=dict)
    labels: dict[str, list[Rule]] = field(default_factory=dict)
    openers: dict[str, list[Rule]] = field(default_factory=dict)
    bold: dict[str, Rule] = field(default_factory=dict)
    glued: dict[str, Rule] = field(default_factory=dict)
    words: list[tuple[frozenset[str], Rule]] = field(default_factory=list)
    patterns: dict[str, list[tuple[str, Rule]]] = field(default_factory=dict)
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

        for line in group.get("lines", ()):
            self.lines.setdefault(mask(line), rule(line))
        for head in group.get("heads", ()):
            self.heads.setdefault(mask(head) + ":" * head.endswith(":"), rule(head))
            if head.endswith(":"):
                continue
            self.lines.setdefault(mask(head), rule(head))
        for label in group.get("labels", ()):
            self.labels.setdefault(mask(label), []).append(rule(f"{label}: {rest}"))
        for label in group.get("openers", ()):
            self.openers.setdefault(fold(label), []).append(rule(f"{label} {rest}"))
        for label in group.get("glued", ()):
            self.glued.setdefault(fold(label), rule(f"{label} {rest}"))
        for label in group.get("bold", ()):
            self.bold.setdefault(fold(label), rule(f"{label} {rest}"))
        if words := group.get("words"):
            self.words.append((frozenset(fold(word) for word in words), rule("words")))
        for pattern in group.get("patterns", ()):
            for start in _starts(pattern):
                self.patterns.setdefault(start, []).append((pattern, rule(pattern)))

    def head(self, line: str) -> Rule | None:
        """Return the rule by which a line heads a list of links."""
        key = mask(line)
        return self.heads.get(key) or (self.heads.get(f"{key}:") if line.rstrip()[-1:] in (":", "：") else None)


def mask(line: str) -> str:
    """Fold a line and strip its ornament, every number written as 0: the key for whole lines.

    >>> mask("» 3 min read"), mask("(12 Comments)")
    ('0 min read', '0 comments')
    """
    folded = bare(fold(line)) or fold(line)
    return folded if folded.isalpha() else _NUMBER.sub("0", folded)


def _starts(pattern: str) -> set[str]:
    """Return the literal first two characters of a pattern's alternatives, or "" if it has none."""
    opening = re.match(r"\((?!\?)((?:[^()\\]|\\.)*)\)(\?)?", pattern)
    heads = opening.group(1).split("|") if opening else [pattern]
    if opening and opening.group(2):
        heads.append(pattern[opening.end() :])
    literal = [_LITERAL.match(head) for head in heads]
    return {match.group().replace("\\", "") if match else "" for match in literal}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the table on first use: most are never tried."""
    return re.compile(pattern)


@cache
def table() -> Table:
    """Load residue.toml; ValueError if it is wrong."""
    raw = tomllib.loads(resources.files("newsbot.cleaning").joinpath("residue.toml").read_text("utf-8"))
    loaded = Table()
    loaded.sections = frozenset(
        mask(name) for row in raw.pop("sections")["names"].splitlines() for name in row.split("|") if name
    )
    loaded.dates = frozenset(fold(word) for word in raw.pop("dates")["words"].split())
    for language, groups in raw.items():
        for group in groups:
            loaded.add(language, group)
    return loaded
