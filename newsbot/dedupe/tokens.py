"""The words of a text as copies are told by: one by one, in shingles, and all of them as one hash.

Tokens are folded words, and single characters where no space parts words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER, fold

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
    folded = unicodedata.normalize("NFKC", text).casefold()
    return (_TOKEN if _UNSPACED.search(folded) else _WORD).findall(folded)


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
    return 2 * sum(_UNSPACED.match(token) is not None for token in sample) > len(sample)


def shingles_of(tokens: list[str], size: int) -> set[tuple[str, ...]]:
    """Return the runs of so many tokens that a text has.

    >>> sorted(shingles_of(["a", "b", "c", "d"], 3))
    [('a', 'b', 'c'), ('b', 'c', 'd')]
    """
    return set(zip(*(tokens[start:] for start in range(size)), strict=False))


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text's words, whatever their case, punctuation, spacing and Unicode form.

    >>> content_hash("“Yes,” she said.") == content_hash('"Yes", she  SAID')
    True
    >>> content_hash("Yes, she said.") == content_hash("Yes, he said.")
    False
    """
    words = fold(unicodedata.normalize("NFKC", text))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
