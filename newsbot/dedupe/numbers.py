"""Do two like texts give other numbers? Weather reports, share prices and match tickers do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import comb

EDGE = 16
"""Tokens at either end that may hold a dateline, a time of update or a copyright year."""
EDGE_FROM = 100
"""Tokens from which a text is long enough to leave its edges out of account."""
CHANCE = 0.05
SAME_LENGTH = 0.95
LEAST_RATE = 0.002
"""Of two texts with the very same words, one other number in twenty-five is one too many."""

Places = dict[tuple[str, str], Counter[str]]


def numbers_disagree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether numbers differ at the places that both texts share, more often than their words do.

    A place is the two tokens before a number, or the two after it. The share of the other words that
    differ is the rate at which numbers would differ if the text had been edited without regard to
    them; a binomial test tells whether more of them do.

    >>> report = "rain in the north with {} degrees and wind of {} knots from the west in the evening".format
    >>> numbers_disagree(report(14, 5).split(), report(17, 9).split())
    True
    >>> numbers_disagree(report(14, 5).split(), report(14, 5).split()[2:])
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
    return _tail(changed, changed + kept, max(_rate_of_change(one, other), LEAST_RATE)) < CHANCE


def _is_number(token: str) -> bool:
    return token[0].isdecimal()


def _numbers(tokens: Sequence[str]) -> list[int]:
    """Return where the numbers of a text are, but for its edges."""
    edge = EDGE if len(tokens) >= EDGE_FROM else 0
    return [at for at in range(edge, len(tokens) - edge) if _is_number(tokens[at])]


def _compared(places: Places, others: Places) -> tuple[int, int]:
    """Count the numbers that differ and agree at shared places."""
    changed = kept = 0
    for place, numbers in places.items():
        if place in others:
            same = (numbers & others[place]).total()
            kept += same
            changed += min(numbers.total(), others[place].total()) - same
    return changed, kept


def _places(tokens: Sequence[str], numbers: Sequence[int], side: int) -> Places:
    places: Places = defaultdict(Counter)
    for at in numbers:
        places[_masked(tokens, at + side), _masked(tokens, at + 2 * side)][tokens[at]] += 1
    return places


def _masked(tokens: Sequence[str], at: int) -> str:
    if not 0 <= at < len(tokens):
        return ""
    return "#" if _is_number(tokens[at]) else tokens[at]


def _rate_of_change(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of the words that differ: of an excerpt's, or of the more if both are of one length."""
    words, others = (Counter(token for token in tokens if not _is_number(token)) for tokens in (one, other))
    shorter, longer = sorted((len(one), len(other)))
    of = max if shorter >= SAME_LENGTH * longer else min
    total = of(words.total(), others.total())
    return 1 - (words & others).total() / total if total else 0.0


def _tail(successes: int, trials: int, rate: float) -> float:
    """Return the chance of at least so many successes (binomial distribution).

    >>> round(_tail(1, 2, 0.5), 2), round(_tail(2, 2, 0.1), 2)
    (0.75, 0.01)
    """
    fewer = sum(comb(trials, n) * rate**n * (1 - rate) ** (trials - n) for n in range(successes))
    return max(0.0, 1 - fewer)
