"""What one version of a text says that another does not: line by line, and within a line word by word."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER

SAME, GONE, NEW = "same", "gone", "new"
A_LITTLE = 0.5
"""Share of their words, in any order, from which on two lines are one that was changed."""
LONGEST = 2500
"""Tokens of a line that is compared word by word; time grows with the square, and a paragraph has 100 or 200."""
MOST = 40
"""Lines that went and lines that came in one place that are looked through for pairs."""

_TOKEN = re.compile(rf"\s+|[{HAN_AND_KANA}{THAI_LAO_BURMESE_KHMER}]|\w+|.")


class Piece(NamedTuple):
    """A part of a line."""

    kind: str
    """SAME, GONE (it stands in the older version alone) or NEW."""
    text: str


Line = list[Piece]


def differences(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Yield the lines of two versions, in their order, each in pieces that say what became of it.

    >>> old, new = ["A wall", "Four people were hurt."], ["A wall", "Five people were hurt.", "It rains."]
    >>> for line in differences(old, new):
    ...     print(*(f"{piece.kind}: {piece.text!r}" for piece in line))
    same: 'A wall'
    gone: 'Four' new: 'Five' same: ' people were hurt.'
    new: 'It rains.'
    """
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            yield from ([Piece(SAME, line)] for line in old[start:end])
        else:
            yield from _changed(old[start:end], new[new_start:new_end])


def _changed(gone: Sequence[str], come: Sequence[str]) -> Iterator[Line]:
    """Yield lines that went and lines that came in their place; of two that are much alike, one line."""
    at = 0
    for line in gone:
        before = _tokens(line)
        pairs = ((number, _alike(before, _tokens(come[number]))) for number in range(at, min(at + MOST, len(come))))
        found = next((number for number, is_alike in pairs if is_alike), None) if len(gone) <= MOST else None
        if found is None:
            yield [Piece(GONE, line)]
            continue
        yield from ([Piece(NEW, other)] for other in come[at:found])
        yield list(_word_by_word(before, _tokens(come[found])))
        at = found + 1
    yield from ([Piece(NEW, other)] for other in come[at:])


def _alike(old: list[str], new: list[str]) -> bool:
    words, others = (Counter(token for token in tokens if not token.isspace()) for tokens in (old, new))
    shared = 2 * (words & others).total()
    return max(len(old), len(new)) <= LONGEST and shared >= A_LITTLE * (words.total() + others.total())


def _word_by_word(old: list[str], new: list[str]) -> Iterator[Piece]:
    """Yield what stayed, went and came; blanks between two changes went and came with them."""
    gone = come = ""
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        before, after = "".join(old[start:end]), "".join(new[new_start:new_end])
        if kind == "equal" and not (before.isspace() and (gone or come)):
            yield from _told(gone, come)
            gone = come = ""
            yield Piece(SAME, before)
        else:
            gone, come = gone + before, come + after
    yield from _told(gone, come)


def _told(gone: str, come: str) -> Iterator[Piece]:
    yield from (Piece(kind, text) for kind, text in ((GONE, gone), (NEW, come)) if text)


def _tokens(line: str) -> list[str]:
    """Return the words, marks and blanks of a line; what combines with a letter (vowel signs) stays with it."""
    found = (token.start() for token in _TOKEN.finditer(line))
    starts = [at for at in found if not at or not unicodedata.category(line[at]).startswith("M")]
    return [line[start:end] for start, end in pairwise([*starts, len(line)])]
