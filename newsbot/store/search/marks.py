"""Where in a text what was looked for stands: to mark it, and to show the lines around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from newsbot.store.search.query import Phrase, Query
from newsbot.store.search.terms import is_unspaced, words_of

Piece = tuple[str, bool]
"""A piece of a text, and whether it is to be marked."""
Span = tuple[int, int]


def marked(text: str, query: Query) -> list[Piece]:
    """Return all of a text in pieces, those marked that the query looks for.

    >>> from newsbot.store.search.query import parsed
    >>> marked("An der Küste, ein hoher Turm", parsed('kuste "hoher turm"'))
    [('An der ', False), ('Küste', True), (', ein ', False), ('hoher Turm', True)]
    >>> marked("東京都庁で", parsed("京都"))
    [('東', False), ('京都', True), ('庁で', False)]
    """
    return list(_pieces(text, _spans(text, query), 0, len(text)))


def excerpt(text: str, query: Query, *, length: int = 240) -> list[Piece]:
    """Return so many characters of a text around what the query looks for, as one line, or its beginning."""
    spans = _spans(text, query)
    if len(text) <= length:
        return _on_one_line(_pieces(text, spans, 0, len(text)))
    starts = [first for first, _ in spans]
    shown = [bisect_left(starts, first + length * 3 // 4) - number for number, first in enumerate(starts)]
    first = spans[shown.index(max(shown))] if spans else (0, 0)
    start = max(0, min(first[0] - length // 4, len(text) - length))
    if start:
        start = text.find(" ", start, first[0]) + 1 or start
    end = start + length
    if end < len(text):
        end = max(text.rfind(" ", start + length // 2, end), first[1]) if " " in text[start:end] else end
    pieces = _on_one_line(_pieces(text, spans, start, end))
    return [*([("… ", False)] if start else []), *pieces, *([(" …", False)] if end < len(text) else [])]


def phrases_in(text: str, query: Query) -> int:
    """Return how many of the phrases that a query looks for stand in a text.

    >>> from newsbot.store.search.query import parsed
    >>> phrases_in("Old mill sold", parsed("mill OR sold OR bought"))
    2
    """
    words = words_of(text)
    return sum(any(True for _ in _spans_of(phrase, words)) for phrase in query.phrases())


def _on_one_line(pieces: Iterator[Piece]) -> list[Piece]:
    return [(" ".join(piece.split("\n")), is_marked) for piece, is_marked in pieces]


def _pieces(text: str, spans: list[Span], start: int, end: int) -> Iterator[Piece]:
    at = start
    for first, last in spans:
        if first < at or last > end:
            continue
        if first > at:
            yield text[at:first], False
        yield text[first:last], True
        at = last
    if at < end:
        yield text[at:end], False


def _spans(text: str, query: Query) -> list[Span]:
    """Return where the phrases of a query stand, in the order of the text and not within each other."""
    words = words_of(text)
    found = sorted({span for phrase in query.phrases() for span in _spans_of(phrase, words)})
    spans: list[Span] = []
    for start, end in found:
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
        else:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
    return spans


def _spans_of(phrase: Phrase, words: list[tuple[str, int, int]]) -> Iterator[Span]:
    size = len(phrase.words)
    if size == 1 and is_unspaced(phrase.words[0]):
        yield from _inside(phrase.words[0], words)
        return
    for at in range(len(words) - size + 1):
        if all(
            _is_word(wanted, words[at + number][0], is_open=phrase.is_open and number == size - 1)
            for number, wanted in enumerate(phrase.words)
        ):
            yield words[at][1], words[at + size - 1][2]


def _is_word(wanted: str, word: str, *, is_open: bool) -> bool:
    return word.startswith(wanted) if is_open or is_unspaced(wanted) else word == wanted


def _inside(wanted: str, words: list[tuple[str, int, int]]) -> Iterator[Span]:
    """Yield where a run without spaces stands inside the longer ones of a text."""
    for word, start, end in words:
        at = word.find(wanted)
        while at >= 0:
            # Where folding has changed the length, nobody can tell where in the run: all of it is marked.
            yield (start + at, start + at + len(wanted)) if len(word) == end - start else (start, end)
            at = word.find(wanted, at + len(wanted))
