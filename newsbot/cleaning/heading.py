"""What stands above the text of an article, and so is residue where the text repeats it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from newsbot.cleaning.shapes import fold, is_headline

_NOT_LETTERS = re.compile(r"[\W_]+")
_TITLE_TAIL = re.compile(r"\s+[|–—·:»-]\s+")
NAMES = re.compile(r"\s*(?:,|;|/|\||&|\b(?:and|und|et|y|e|en|i|и|و|ve)\b)\s*")
"""What parts the names of a byline."""


def letters(text: str) -> str:
    """Fold a text to its letters and digits, for comparing titles."""
    return _NOT_LETTERS.sub("", fold(text))


@dataclass(slots=True)
class Heading:
    """The title, the outlet's name and the authors, as far as they are known."""

    title: str | None = None
    site_name: str | None = None
    authors: Sequence[str] = ()
    labels: Sequence[str] = ()
    """Section and tags."""
    forms: set[str] = field(init=False)
    words: set[str] = field(init=False)
    marks: dict[str, str] = field(init=False)
    """Lines that say nothing new beside the text, folded, and what they repeat."""
    names: set[str] = field(init=False)

    def __post_init__(self) -> None:
        parts = [self.title or ""]
        if len(tails := _TITLE_TAIL.split(parts[0])) > 1:
            parts.append(max(tails, key=len))
        if self.site_name:
            parts.append(f"{self.title} {self.site_name}")
        self.forms = {form for form in map(letters, parts) if len(form) >= 4}
        self.words = set(fold(self.title or "").split())
        self.marks = {letters(label): "section or tag" for label in self.labels}
        self.marks[letters(self.site_name or "")] = "site name"
        self.marks.pop("", None)
        self.names = {name for name in map(letters, self.authors) if len(name) >= 4}

    def is_title(self, line: str) -> bool:
        """Say whether a line is the title: in one of its forms, with a kicker before it, or reworded a little."""
        if not self.forms or len(line) > 300:
            return False
        folded = letters(line)
        if folded in self.forms:
            return True
        if not is_headline(line):
            return False
        if any(len(form) >= 20 and folded.endswith(form) and len(folded) <= len(form) + 50 for form in self.forms):
            return True
        words = set(fold(line).split())
        return min(len(words), len(self.words)) >= 5 and len(words & self.words) * 4 >= len(words | self.words) * 3

    def is_byline(self, line: str) -> bool:
        """Say whether a line is nothing but names of the article's known authors."""
        return bool(self.names) and len(line) <= 120 and all(letters(name) in self.names for name in NAMES.split(line))
