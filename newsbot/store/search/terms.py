"""The terms that a text is found by: words without case and accents, pairs of characters where no space parts words.

Neither database's own tokenizer is used: SQLite's parts Hindi words at their vowel signs, its trigrams find no word of
two characters, as most of Chinese and Japanese are, and PostgreSQL has neither (docs/decisions/0030-search.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER

LONGEST_TERM = 64
"""Characters of a term that count: no word of a language is longer, and PostgreSQL takes no lexeme over 2 KB."""
LONGEST_WORD = 200
"""Letters in a row that are no word any more: they are parted here."""

_UNSPACED = HAN_AND_KANA + THAI_LAO_BURMESE_KHMER
_SIGNS = "\u0900-\u0963\u0966-\u0dff\u0f71-\u0fbc"
"""Letters and dependent signs of the scripts of India and Tibet; to Python, the signs are no part of a word."""
_WORD = re.compile(rf"[^\W_]{{1,{LONGEST_WORD}}}")
_TERM = re.compile(rf"[{_UNSPACED}]+|(?:[{_SIGNS}]|(?![{_UNSPACED}])[^\W_])+")
_FIRST_UNSPACED = re.compile(f"[{_UNSPACED}]")
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u200b-\u200f\u00ad"
"""Combining accents of Latin, Greek and Cyrillic, points and vowel signs of Hebrew and Arabic, what is invisible."""
_ACCENTS = re.compile(f"[{_MARKS}]+")
_NEEDS_CARE = re.compile(f"[{_UNSPACED}{_SIGNS}{_MARKS}]")
_AS_WRITTEN = re.compile(rf"[{_UNSPACED}]+|(?:[{_SIGNS}{_MARKS}]|(?![{_UNSPACED}])[^\W_])+")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters with a stroke and ligatures, which have no decomposition in Unicode."""


def folded(text: str) -> str:
    """Return a text as terms are compared: without case, accents, and differences of form.

    >>> folded("KÜSTE, Straße, ﬁn, Łódź")
    'kuste, strasse, fin, lodz'
    """
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_PLAIN)
    return unicodedata.normalize("NFC", plain)


def terms_of(text: str) -> Iterator[str]:
    """Yield the terms of a text, in its order.

    >>> list(terms_of("Ærø's 2 old mills")), list(terms_of("हिन्दी में"))
    (['aero', 's', '2', 'old', 'mills'], ['हिन्दी', 'में'])

    A run of characters without spaces gives each pair of them, and its last one: so every character begins a term.

    >>> list(terms_of("東京都、NHK"))
    ['東京', '京都', '都', 'nhk']
    """
    if _NEEDS_CARE.search(text):
        return chain.from_iterable(map(_split, _AS_WRITTEN.findall(text)))
    return chain.from_iterable(map(_remembered, _WORD.findall(text)))


def _split(word: str) -> tuple[str, ...]:
    """Return the terms of what stands between two blanks or marks, as it is written."""
    if word.isascii():  # as most words are: one run, of a script with spaces
        return (word.lower()[:LONGEST_TERM],)
    terms: list[str] = []
    for run in _TERM.findall(folded(word)):
        terms += (run[start : start + 2] for start in range(len(run))) if is_unspaced(run) else [run[:LONGEST_TERM]]
    return tuple(terms)


_remembered = lru_cache(100_000)(_split)
"""The same, for words that come again and again."""


def is_unspaced(word: str) -> bool:
    """Whether a folded word is a run of characters of a script without spaces."""
    return _FIRST_UNSPACED.match(word) is not None


def words_of(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text, each folded, with where it begins and ends in the text itself.

    >>> words_of("Die Küste、東京")
    [('die', 0, 3), ('kuste', 4, 9), ('東京', 10, 12)]
    """
    if _NEEDS_CARE.search(text):
        return [(folded(word.group()), *word.span()) for word in _AS_WRITTEN.finditer(text)]
    return [(_folded_word(word.group()), *word.span()) for word in _WORD.finditer(text)]


_folded_word = lru_cache(100_000)(folded)
