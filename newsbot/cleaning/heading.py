"""What stands above the text of an article, and so is residue where the text repeats it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from newsbot.cleaning.shapes import fold_line, is_headline

_NOT_LETTERS = re.compile(r"[\W_]+")
_TITLE_TAIL = re.compile(r"\s+[|–—·:»-]\s+")
FORM = 4
"""Letters of a title or name, at least, to be told by them."""
KICKER, TITLE = 50, 20
"""Letters of a kicker before the title, at most, and of the title behind it, at least."""
REWORDED = 0.75
"""Share of the words of a line and the title, taken together, that both have where it is the title reworded ..."""
REWORDED_WORDS = 5
"""... and words that both have at least."""
LONGEST_TITLE, LONGEST_BYLINE = 300, 120
"""Characters of a line that may be either."""

NAMES = re.compile(r"\s*(?:,|;|/|\||&|\b(?:and|und|et|y|e|en|i|и|و|ve)\b)\s*")
"""What parts the names of a byline."""


def letters(text: str) -> str:
    """Fold a text to its letters and digits, for comparing titles."""
    return _NOT_LETTERS.sub("", fold_line(text))


@dataclass(slots=True)
class Heading:
    """The title, the outlet's name and the authors, as far as they are known.

    >>> heading = Heading("Ferry to stay after all", "Daily Planet", ["Ana Lind"])
    >>> heading.is_title("Ferry to stay after all | Daily Planet"), heading.is_byline("Ana Lind")
    (True, True)
    """

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
        parts = [" ".join((self.title or "").split())]
        if len(tails := _TITLE_TAIL.split(parts[0])) > 1:
            parts.append(max(tails, key=len))
        if self.site_name:
            parts.append(f"{self.title} {self.site_name}")
        self.forms = {form for form in map(letters, parts) if len(form) >= FORM}
        self.words = set(fold_line(self.title or "").split())
        self.marks = {letters(label): "section or tag" for label in self.labels}
        self.marks[letters(self.site_name or "")] = "site name"
        self.marks.pop("", None)
        self.names = {name for name in map(letters, self.authors) if len(name) >= FORM}

    def is_title(self, line: str) -> bool:
        """Whether a line is the title: in one of its forms, with a kicker before it, or reworded a little."""
        if not self.forms or len(line) > LONGEST_TITLE:
            return False
        folded = letters(line)
        if folded in self.forms:
            return True
        if not is_headline(line):
            return False
        longest = len(folded) - KICKER
        if any(len(form) >= max(TITLE, longest) and folded.endswith(form) for form in self.forms):
            return True
        words = set(fold_line(line).split())
        if min(len(words), len(self.words)) < REWORDED_WORDS:
            return False
        return len(words & self.words) >= REWORDED * len(words | self.words)

    def is_byline(self, line: str) -> bool:
        """Whether a line is nothing but names of the article's known authors."""
        return (
            bool(self.names)
            and len(line) <= LONGEST_BYLINE
            and all(letters(name) in self.names for name in NAMES.split(line))
        )
