"""Is a text a copy of another? The judgement on the full texts, after sketches have brought them together.

Copies have most of their shingles in common. So have two weather reports, and one guide written for many towns: of
texts that are alike, those are told apart by where they differ, in their numbers or in what they are about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import comb
from typing import TypeAlias

from newsbot.dedupe.tokens import is_unspaced, shingles_of, tokens_of

Place: TypeAlias = tuple[str, str]
"""Two tokens beside a token."""
Places: TypeAlias = defaultdict[Place, Counter[str]]
"""What stands at places, and how often."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides; measured on 376 texts in many languages and their edited copies (docs/decisions/0004-dedupe.md)."""

    shingle_words: int = 3
    shingle_characters: int = 4
    """Tokens of a shingle, in scripts with and without spaces."""
    copy: float = 0.42
    """Resemblance (Jaccard) of copies. Every twelfth word replaced leaves 0.6; unlike articles stay under 0.15."""
    part: float = 0.6
    """Containment of a part. Every twelfth word replaced leaves 0.75; reports on one event stay under 0.3."""
    smallest_part: float = 0.15
    """A smaller share of the longer text is a passage quoted in it, or one item of a round-up."""
    round_up: float = 0.3
    """Share of a round-up that known articles make up, each of them largely in it (docs/decisions/0023-origin.md)."""
    fresh: float = 0.5
    """Share of a round-up's item that no other item of it has: what has less is another copy of that one."""
    whole: float = 0.8
    """A copy that has at least this share of the other's length is no excerpt."""
    edge: int = 16
    """Tokens at either end that may hold a dateline, a time of update or a copyright year."""
    edge_from: int = 100
    """Tokens from which a text is long enough to leave its edges out of account."""
    chance: float = 0.05
    """Numbers that would differ so often by less than this chance, edited as the words were, tell two reports."""
    same_length: float = 0.95
    """Share of the longer text's length from which on texts are of one length, and neither is an excerpt."""
    least_rate: float = 0.002
    """Of two texts with the very same words, one other number in twenty-five is one too many."""
    swapped: int = 4
    """Times that a word takes another one's place, over the whole text, where texts are about two subjects ..."""
    swapped_share: float = 0.03
    """... and the share of the shorter text that such words make up."""
    spelling: float = 0.7
    """Words more alike than this are one name spelt in two ways (labour and labor, Kyiv and Kiev)."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two copies are."""

    similarity: float
    """Shingles in common: of all (Jaccard); for an excerpt, of the shorter text."""
    excerpt: bool
    """Whether one text is a part of the other."""
    share: float = 1.0
    """Length of the shorter text, in shingles, as a share of the longer one's."""

    @property
    def is_passage(self) -> bool:
        """Whether the part is so small that it may be a quotation, or one item of many."""
        return self.excerpt and self.share < LIMITS.smallest_part


@dataclass(frozen=True, slots=True)
class RoundUp:
    """What a text is that strings others together."""

    share: float
    """How much of it they make up."""
    items: tuple[int, ...]
    """Which of the texts asked about, the largest first."""

    @property
    def is_little_else(self) -> bool:
        """Whether they make up enough of it that it is no article of its own that has others in it."""
        return self.share >= LIMITS.round_up


class Words:
    """A text as it is compared: its tokens, and its shingles once they are asked for."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        self.size = LIMITS.shingle_characters if is_unspaced(self.tokens) else LIMITS.shingle_words
        """Tokens of a shingle."""
        self._shingles: dict[int, set[tuple[str, ...]]] = {}

    def shingles(self, size: int) -> set[tuple[str, ...]]:
        """Return its shingles of so many tokens, those of its own size or of what it is compared with."""
        if size not in self._shingles:
            self._shingles[size] = shingles_of(self.tokens, size)
        return self._shingles[size]


def likeness(
    text: str | Words, other: str | Words, *, templates: bool = True, passages: bool = False
) -> Likeness | None:
    """Compare two texts; None if they are different articles, or one template filled in two ways.

    A text that is compared with many is parted into its Words once.
    ``templates=False`` lets numbers and names differ, where something else speaks for one article;
    ``passages=True`` tells of parts however small.

    >>> story = "The council voted on Tuesday to raise the harbour wall by a metre after two storms in one winter."
    >>> likeness(story, story.replace("Tuesday", "Monday")).excerpt
    False
    >>> likeness(story, story[:60]).excerpt
    True
    >>> likeness(story, "The council will vote on Friday whether the old harbour wall has to go.") is None
    True
    """
    one, two = _parted(text), _parted(other)
    tokens, others = one.tokens, two.tokens
    if tokens == others:
        return Likeness(1.0, excerpt=False)
    shingles, other_shingles = one.shingles(one.size), two.shingles(one.size)
    least, most = sorted((len(shingles), len(other_shingles)))
    if not least:
        return None
    common = len(shingles & other_shingles)
    resemblance, containment = common / (least + most - common), common / least
    smallest = 0.0 if passages else LIMITS.smallest_part
    part = containment >= LIMITS.part and smallest <= least / most < LIMITS.whole
    if not part and resemblance < LIMITS.copy:
        return None
    if templates and common < least and _is_template(tokens, others):
        return None
    return Likeness(round(containment if part else resemblance, 4), excerpt=part, share=least / most)


def _parted(text: str | Words) -> Words:
    return Words(text) if isinstance(text, str) else text


def round_up_of(text: str | Words, others: Sequence[str | Words]) -> RoundUp | None:
    """Tell whether a text strings others together, two or more of them; None if it does not.

    Each is largely in it, adds to what the ones before have, and is none of two templates. What quotes a few
    sentences of each is an article of its own.

    >>> wall = "The council voted on Tuesday to raise the harbour wall by a metre after two storms in one winter."
    >>> choir = "A choir from the valley sang on the market square in the rain before some four hundred people."
    >>> round_up_of(f"This week. {wall} {choir} More on Monday.", [wall, choir]).items
    (0, 1)
    >>> round_up_of(f"This week. {wall} More on Monday.", [wall, choir]) is None
    True
    """
    whole = _parted(text)
    tokens, shingles = whole.tokens, whole.shingles(whole.size)
    parts = []
    for number, other in enumerate(map(_parted, others)):
        own = other.shingles(whole.size)
        common = own & shingles
        if own and len(own) < LIMITS.same_length * len(shingles) and len(common) >= LIMITS.part * len(own):
            parts.append((number, other.tokens, own, common))
    items: list[int] = []
    covered: set[tuple[str, ...]] = set()
    for number, words, own, common in sorted(parts, key=lambda part: len(part[-1]), reverse=True):
        if len(common - covered) < LIMITS.fresh * len(common):
            continue
        if len(common) < len(own) and _is_template(tokens, words):
            continue
        items.append(number)
        covered |= common
    if len(items) < 2:
        return None
    return RoundUp(round(len(covered) / len(shingles), 4), tuple(items))


def _is_template(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether texts that are alike are one template filled in two ways; what is in the other word for word is not."""
    return _numbers_disagree(one, other) or _subjects_disagree(one, other)


def _numbers_disagree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether numbers differ at the places that both texts share, more often than their words do.

    A place is the two tokens before a number, or the two after it. The share of the other words that
    differ is the rate at which numbers would differ if the text had been edited without regard to
    them; a binomial test tells whether more of them do.

    >>> report = "rain in the north with {} degrees and wind of {} knots from the west in the evening".format
    >>> _numbers_disagree(report(14, 5).split(), report(17, 9).split())
    True
    >>> _numbers_disagree(report(14, 5).split(), report(14, 5).split()[2:])
    False
    """
    at, other_at = _numbers(one), _numbers(other)
    if not at or not other_at:
        return False
    changed, kept = max(
        (_compared(_places(one, at, side), _places(other, other_at, side)) for side in (-1, 1)), key=sum
    )
    if not changed:
        return False
    return _tail(changed, changed + kept, max(_rate_of_change(one, other), LIMITS.least_rate)) < LIMITS.chance


def _numbers(tokens: Sequence[str]) -> list[int]:
    """Return where the numbers of a text are, but for its edges."""
    edge = LIMITS.edge if len(tokens) >= LIMITS.edge_from else 0
    return [at for at in range(edge, len(tokens) - edge) if _is_number(tokens[at])]


def _is_number(token: str) -> bool:
    return token[0].isdecimal()


def _places(tokens: Sequence[str], numbers: Sequence[int], side: int) -> Places:
    """Return the numbers at the places on one side of them (-1 before, 1 after)."""
    places: Places = defaultdict(Counter)
    for at in numbers:
        places[_masked(tokens, at + side), _masked(tokens, at + 2 * side)][tokens[at]] += 1
    return places


def _masked(tokens: Sequence[str], at: int) -> str:
    """Return a token, any number as the same one; an empty string beyond the text."""
    if not 0 <= at < len(tokens):
        return ""
    return "#" if _is_number(tokens[at]) else tokens[at]


def _compared(places: Places, others: Places) -> tuple[int, int]:
    """Count the numbers that differ and agree at shared places."""
    changed = kept = 0
    for place, numbers in places.items():
        if place in others:
            same = (numbers & others[place]).total()
            kept += same
            changed += min(numbers.total(), others[place].total()) - same
    return changed, kept


def _rate_of_change(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of the words that differ: of an excerpt's, or of the more if both are of one length."""
    words, others = (Counter(token for token in tokens if not _is_number(token)) for tokens in (one, other))
    shorter, longer = sorted((len(one), len(other)))
    of = max if shorter >= LIMITS.same_length * longer else min
    total = of(words.total(), others.total())
    return 1 - (words & others).total() / total if total else 0.0


def _tail(successes: int, trials: int, rate: float) -> float:
    """Return the chance of at least so many successes (binomial distribution).

    >>> round(_tail(1, 2, 0.5), 2), round(_tail(2, 2, 0.1), 2)
    (0.75, 0.01)
    """
    fewer = sum(comb(trials, n) * rate**n * (1 - rate) ** (trials - n) for n in range(successes))
    return max(0.0, 1 - fewer)


def _subjects_disagree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether words of one text stand, again and again, where one and the same word of the other stands.

    An editor changes a word here and there; only a template has the same change at every place.

    >>> guide = "{0} has a market. The old town of {0} is small, and {0} is quiet. See {0} in May.".format
    >>> _subjects_disagree(guide("hull").split(), guide("basel").split())
    True
    >>> _subjects_disagree(guide("kyiv").split(), guide("kiev").split())
    False
    """
    swapped = max(_swapped(one, other), _swapped(other, one))
    return swapped >= max(LIMITS.swapped, LIMITS.swapped_share * min(len(one), len(other)))


def _swapped(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the places where the words that only one text has stand for one word each of the other's."""
    known, others = set(one), set(other)
    counts = Counter(token for token in one if token not in others)
    names = {word for word, times in counts.items() if times > 1}
    if not names:
        return 0
    places: Places = defaultdict(Counter)
    own = set()
    for place, token in zip(_name_places(one, others), one, strict=True):
        own.add((place, token))
        if token in names:
            places[place][token] += 1
    pairs: Counter[tuple[str, str]] = Counter()
    for place, token in zip(_name_places(other, known), other, strict=True):
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


def _name_places(tokens: Sequence[str], known: set[str]) -> list[Place]:
    """Return the neighbours of every token, those that the other text has not as one and the same."""
    masked = ["", *(token if token in known else "*" for token in tokens), ""]
    return list(zip(masked, masked[2:], strict=False))


def _same_name(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() > LIMITS.spelling
