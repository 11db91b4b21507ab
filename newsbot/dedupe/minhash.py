"""The sketch of a text: a few numbers by which the store finds what it may be a copy of, without reading texts.

MinHash (Broder 1997) over shingles, as rensa's RMinHash makes it. Every slot is a band of its own: two
texts agree in a slot with a probability that is their resemblance, so of 24 slots a copy with every
twelfth word replaced shares about twelve, its first third about eight, and another text none.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from rensa import RMinHash

from newsbot.dedupe.tokens import is_unspaced, tokens_of

# The fingerprint of a text: equal for texts that a reader would call the same.

_WORD = re.compile(r"\w+")


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text's words, whatever their case, punctuation, spacing and Unicode form.

    >>> content_hash("“Yes,” she said.") == content_hash('"Yes", she  SAID')
    True
    >>> content_hash("Yes, she said.") == content_hash("Yes, he said.")
    False
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()


SLOTS = 24
SHINGLE_WORDS, SHINGLE_CHARACTERS = 4, 7
MIN_WORDS, MIN_CHARACTERS = 30, 60
"""Shorter texts are compared as a whole only: a few words in common say nothing."""

_SEED = 1
_SCHEME = 1
SKETCH_VERSION = _SCHEME * 1000 + RMinHash.ALGORITHM_VERSION
"""Sketches of two versions cannot be compared. Count _SCHEME up with any change to this file or to tokens."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the store keeps of a text to find its copies by."""

    slots: tuple[int, ...]
    """SLOTS numbers of 32 bits."""
    version: int = SKETCH_VERSION


def sketch_of(text: str) -> Sketch | None:
    """Return the sketch of a text; None for one too short to have near-duplicates.

    >>> words = [f"word{n}" for n in range(300)]
    >>> whole, part = sketch_of(" ".join(words)), sketch_of(" ".join(words[:200]))
    >>> sum(a == b for a, b in zip(whole.slots, part.slots)) > 8
    True
    >>> sketch_of("Too short.") is None
    True
    """
    tokens = tokens_of(text)
    unspaced = is_unspaced(tokens)
    if len(tokens) < (MIN_CHARACTERS if unspaced else MIN_WORDS):
        return None
    size = SHINGLE_CHARACTERS if unspaced else SHINGLE_WORDS
    shingles = {" ".join(shingle) for shingle in zip(*(tokens[start:] for start in range(size)), strict=False)}
    minhash = RMinHash(num_perm=SLOTS, seed=_SEED)
    minhash.update(list(shingles))
    return Sketch(tuple(minhash.digest()))
