"""Is a text a copy of another? The judgement on the full texts, after sketches have brought them together."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.dedupe.numbers import numbers_disagree
from newsbot.dedupe.subjects import subjects_disagree
from newsbot.dedupe.tokens import is_unspaced, tokens_of

SHINGLE_WORDS, SHINGLE_CHARACTERS = 3, 4
COPY = 0.42
"""Resemblance (Jaccard) of copies. Every twelfth word replaced leaves 0.6; unlike articles stay under 0.15."""
PART = 0.6
"""Containment of a part. Every twelfth word replaced leaves 0.75; reports on one event stay under 0.3."""
SMALLEST_PART = 0.15
"""A smaller share of the longer text is a passage quoted in it, or one item of a round-up."""
WHOLE = 0.8
"""A copy that has at least this share of the other's length is no excerpt."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two copies are."""

    similarity: float
    """Shingles in common: of all (Jaccard); for an excerpt, of the shorter text."""
    excerpt: bool
    """Whether one text is a part of the other."""


def likeness(text: str, other: str, *, templates: bool = True) -> Likeness | None:
    """Compare two texts; None if they are different articles, or one template filled in two ways.

    ``templates=False`` lets numbers and names differ, where something else speaks for one article.

    >>> story = "The council voted on Tuesday to raise the harbour wall by a metre after two storms in one winter."
    >>> likeness(story, story.replace("Tuesday", "Monday")).excerpt
    False
    >>> likeness(story, story[:60]).excerpt
    True
    >>> likeness(story, "The council will vote on Friday whether the old harbour wall has to go.") is None
    True
    """
    tokens, others = tokens_of(text), tokens_of(other)
    if tokens == others:
        return Likeness(1.0, excerpt=False)
    size = SHINGLE_CHARACTERS if is_unspaced(tokens) else SHINGLE_WORDS
    shingles, other_shingles = _shingles(tokens, size), _shingles(others, size)
    least, most = sorted((len(shingles), len(other_shingles)))
    if not least:
        return None
    common = len(shingles & other_shingles)
    resemblance, containment = common / (least + most - common), common / least
    part = containment >= PART and SMALLEST_PART <= least / most < WHOLE
    if not part and resemblance < COPY:
        return None
    if templates and (numbers_disagree(tokens, others) or subjects_disagree(tokens, others)):
        return None
    return Likeness(round(containment if part else resemblance, 4), excerpt=part)


def _shingles(tokens: list[str], size: int) -> set[tuple[str, ...]]:
    return set(zip(*(tokens[start:] for start in range(size)), strict=False))
