"""The sketch of a text: a few numbers by which the store finds what it may be a copy of, without reading texts.

MinHash (Broder 1997) over shingles, as rensa's RMinHash makes it. Every slot is a band of its own: two
texts agree in a slot with a probability that is their resemblance, so of 24 slots a copy with every
twelfth word replaced shares about twelve, its first third about eight, and another text none.
"""

from __future__ import annotations

from rensa import RMinHash

from newsbot.dedupe.tokens import is_unspaced, runs_of, tokens_of
from newsbot.items import Sketch

SLOTS = 24
"""Numbers of a sketch. The store indexes 16: each one more costs a page written (docs/decisions/0004-dedupe.md)."""
SHINGLE_WORDS, SHINGLE_CHARACTERS = 4, 7
"""Tokens of a shingle, in scripts with and without spaces: longer ones than are compared make false finds rare."""
MIN_WORDS, MIN_CHARACTERS = 30, 60
"""Shorter texts are compared as a whole only: a few words in common say nothing."""

_SEED = 1
_SCHEME = 1
SKETCH_VERSION = _SCHEME * 1000 + RMinHash.ALGORITHM_VERSION
"""Sketches of two versions cannot be compared. Count _SCHEME up with any change to this file or to tokens."""


def sketch_of(text: str) -> Sketch | None:
    """Return the sketch of a text; None for one too short to have near-duplicates.

    >>> words = [f"word{n}" for n in range(300)]
    >>> whole, part = sketch_of(" ".join(words)), sketch_of(" ".join(words[:200]))
    >>> sum(a == b for a, b in zip(whole.slots, part.slots)) > 8
    True
    >>> sketch_of("Too short.") is None
    True
    """
    return sketch_of_tokens(tokens_of(text))


def sketch_of_tokens(tokens: list[str]) -> Sketch | None:
    """Return the sketch of a text that tokens_of() has parted."""
    unspaced = is_unspaced(tokens)
    if len(tokens) < (MIN_CHARACTERS if unspaced else MIN_WORDS):
        return None
    size = SHINGLE_CHARACTERS if unspaced else SHINGLE_WORDS
    minhash = RMinHash(num_perm=SLOTS, seed=_SEED)
    minhash.update(list(map(" ".join, runs_of(tokens, size))))
    return Sketch(tuple(minhash.digest()), SKETCH_VERSION)
