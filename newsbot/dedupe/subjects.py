"""Are two like texts about two things? One text made for many towns, clubs or products is not one story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

LEAST = 4
"""Times that a word takes another one's place, over the whole text."""
SHARE = 0.03
"""Of the shorter text, that such words make up."""
SPELLING = 0.5
"""Words more alike than this are one name spelt in two ways (labour and labor, Kyiv and Kiev)."""
MANY = 20
"""Words that are looked at for one place; more share only places that say nothing."""

Places = Counter[tuple[str, str]]


def subjects_disagree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether words of one text stand, again and again, where one and the same word of the other stands.

    An editor changes a word here and there; only a template has the same change at every place.

    >>> guide = "{0} has a market. The old town of {0} is small, and {0} is quiet. See {0} in May.".format
    >>> subjects_disagree(guide("hull").split(), guide("basel").split())
    True
    >>> subjects_disagree(guide("kyiv").split(), guide("kiev").split())
    False
    """
    places, others = _own_places(one, set(other)), _own_places(other, set(one))
    at_place = defaultdict(list)
    for word, its in others.items():
        for place in its:
            at_place[place].append(word)
    swapped = 0
    for word, where in places.items():
        for second in {second for place in where for second in at_place.get(place, ())[:MANY]}:
            common = (where & others[second]).total()
            if 2 * common > max(where.total(), others[second].total()) and not _same_name(word, second):
                swapped += common
    return swapped >= max(LEAST, SHARE * min(len(one), len(other)))


def _own_places(tokens: Sequence[str], known: set[str]) -> dict[str, Places]:
    """Return between which words a text has the words that it has more than once and the other never."""
    counts = Counter(token for token in tokens if token not in known)
    places: dict[str, Places] = {word: Counter() for word, times in counts.items() if times > 1}
    if places:
        masked = ["", *(token if token in known else "*" for token in tokens), ""]
        for at, token in enumerate(tokens):
            if token in places:
                places[token][masked[at], masked[at + 2]] += 1
    return places


def _same_name(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() > SPELLING
