"""Are two like texts about two things? One text made for many towns, clubs or products is not one story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

LEAST = 4
"""Times that a word takes another one's place, over the whole text."""
SHARE = 0.03
"""Of the shorter text, that such words make up."""
SPELLING = 0.7
"""Words more alike than this are one name spelt in two ways (labour and labor, Kyiv and Kiev)."""

Place = tuple[str, str]


def subjects_disagree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether words of one text stand, again and again, where one and the same word of the other stands.

    An editor changes a word here and there; only a template has the same change at every place.

    >>> guide = "{0} has a market. The old town of {0} is small, and {0} is quiet. See {0} in May.".format
    >>> subjects_disagree(guide("hull").split(), guide("basel").split())
    True
    >>> subjects_disagree(guide("kyiv").split(), guide("kiev").split())
    False
    """
    swapped = max(_swapped(one, other), _swapped(other, one))
    return swapped >= max(LEAST, SHARE * min(len(one), len(other)))


def _swapped(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the places where the words that only one text has stand for one word each of the other's."""
    known, others = set(one), set(other)
    counts = Counter(token for token in one if token not in others)
    names = {word for word, times in counts.items() if times > 1}
    if not names:
        return 0
    places: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    own = set()
    for place, token in zip(_places(one, others), one, strict=True):
        own.add((place, token))
        if token in names:
            places[place][token] += 1
    pairs: Counter[tuple[str, str]] = Counter()
    for place, token in zip(_places(other, known), other, strict=True):
        # What the first text has at such a place itself takes nothing's place there.
        if place in places and (place, token) not in own:
            for name in list(places[place]):
                pairs[name, token] += 1
                places[place][name] -= 1
                if not places[place][name]:
                    del places[place][name]
    return sum(
        times for (name, token), times in pairs.items() if 2 * times > counts[name] and not _same_name(name, token)
    )


def _places(tokens: Sequence[str], known: set[str]) -> list[Place]:
    """Return the neighbours of every token, those that the other text has not as one and the same."""
    masked = ["", *(token if token in known else "*" for token in tokens), ""]
    return list(zip(masked, masked[2:], strict=False))


def _same_name(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() > SPELLING
