"""The words of a text as copies are told by: one by one, in shingles, and all of them as one hash.

Tokens are folded words, and single characters where no space parts words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER

SAMPLE = 200
"""Tokens by which a text's script is told."""

_UNSPACED_CHARS = HAN_AND_KANA + THAI_LAO_BURMESE_KHMER
_UNSPACED = re.compile(f"[{_UNSPACED_CHARS}]")
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(rf"[{_UNSPACED_CHARS}]|(?:(?![{_UNSPACED_CHARS}])\w)+")


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text, whatever its case, punctuation, spacing and Unicode form.

    >>> tokens_of("“Yes,” she said at 10:30.")
    ['yes', 'she', 'said', 'at', '10', '30']
    >>> tokens_of("東京で2つ")
    ['東', '京', 'で', '2', 'つ']
    """
    folded = _folded(text)
    return (_TOKEN if _UNSPACED.search(folded) else _WORD).findall(folded)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def shared_words(one: str, other: str) -> float:
    """Return how much of the shorter of two lines the other one says too: its share of tokens.

    >>> shared_words("Fire destroys old mill in Leeds", "Leeds: fire in mill")
    1.0
    """
    words, others = set(tokens_of(one)), set(tokens_of(other))
    return len(words & others) / min(len(words), len(others)) if words and others else 0.0


def is_unspaced(tokens: list[str]) -> bool:
    """Whether most tokens are characters of a script without spaces (told from a sample).

    >>> is_unspaced(tokens_of("東京で新しい橋")), is_unspaced(tokens_of("A bridge in 東京"))
    (True, False)
    """
    sample = tokens[:SAMPLE]
    first_ones = "".join([token[0] for token in sample])
    return 2 * len(_UNSPACED.findall(first_ones)) > len(sample)


def shingles_of(tokens: list[str], size: int) -> set[tuple[str, ...]]:
    """Return the runs of so many tokens that a text has.

    >>> sorted(shingles_of(["a", "b", "c", "d"], 3))
    [('a', 'b', 'c'), ('b', 'c', 'd')]
    """
    return set(runs_of(tokens, size))


def runs_of(tokens: list[str], size: int) -> Iterator[tuple[str, ...]]:
    """Iterate over all runs of so many tokens, in their order."""
    return zip(*(tokens[start:] for start in range(size)), strict=False)


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text's words, whatever their case, punctuation, spacing and Unicode form.

    >>> content_hash("“Yes,” she said.") == content_hash('"Yes", she  SAID')
    True
    >>> content_hash("Yes, she said.") == content_hash("Yes, he said.")
    False
    """
    return _hash_of(_WORD.findall(_folded(text)))


def hash_and_tokens(text: str) -> tuple[str, list[str]]:
    """Return content_hash() and tokens_of() of a text that is folded once for both.

    >>> hash_and_tokens("Yes!") == (content_hash("Yes!"), tokens_of("Yes!"))
    True
    """
    folded = _folded(text)
    words = _WORD.findall(folded)
    return _hash_of(words), _TOKEN.findall(folded) if _UNSPACED.search(folded) else words


def _hash_of(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()
