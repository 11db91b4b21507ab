"""Hard-wrapped text: lines that a mail program or teletype broke at a fixed width."""

from __future__ import annotations

import re
from itertools import pairwise

_SENTENCE_END = re.compile(r"[.!?…:。！？।؟۔][\"'”’»」』)\]]*$")
_UNSPACED_EDGE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uff00-\uffef\u3001-\u3002]")
_NARROWEST, _WIDEST = 40, 120


def _join(left: str, right: str) -> str:
    if left.endswith("-") and left[-2:-1].isalpha() and right[:1].islower():
        return left + right
    if _UNSPACED_EDGE.match(left[-1]) and _UNSPACED_EDGE.match(right[0]):
        return left + right
    return f"{left} {right}"


def _filled(line: str, following: str, width: int) -> bool:
    """Say whether the line was broken because the next word did not fit."""
    return len(line) + 1 + len(following.split(None, 1)[0]) > width


def _wrapped(lines: list[str], width: int) -> list[str] | None:
    """Join lines filled up to a width; None if one is broken for no reason that a program has."""
    joined = lines[:1]
    inside = 0
    for line, following in pairwise(lines):
        ends = bool(_SENTENCE_END.search(line))
        if _filled(line, following, width):
            inside += not ends and not following[0].isupper()
            joined[-1] = _join(joined[-1], following)
        elif ends and not following[0].islower():
            joined.append(following)
        else:
            return None
    return joined if inside * 2 >= len(lines) - 1 else None


def rejoin(blocks: list[list[str]]) -> list[str]:
    """Join the lines of blocks (no blank line inside) that are clearly hard-wrapped; return paragraphs.

    They are when every line is broken where a program that fills lines up to the block's greatest
    width would have broken it (the next word did not fit) or where a sentence ends, the width lies
    between 40 and 120 characters, there are three lines or more, and at least half of the breaks
    stand inside a sentence. In a text with such a block, two lines are joined by its width. A list,
    a poem, an address or one paragraph a line fail that test and stay.

    >>> rejoin([["The council met on Monday evening to hear", "the report on the bridge, which has been",
    ...          "closed since May."], ["Ingredients", "two eggs", "a cup of flour"]])[1:]
    ['Ingredients', 'two eggs', 'a cup of flour']
    """
    widths: dict[int, int] = {}
    joined: list[list[str] | None] = []
    for i, lines in enumerate(blocks):
        width = max(map(len, lines), default=0)
        whole = _wrapped(lines, width) if len(lines) >= 3 and _NARROWEST <= width <= _WIDEST else None
        joined.append(whole)
        if whole:
            widths[i] = width
    paragraphs: list[str] = []
    for lines, whole in zip(blocks, joined, strict=True):
        if whole is None and widths and len(lines) == 2:
            whole = _wrapped(lines, max(widths.values()))
        paragraphs += whole or lines
    return paragraphs
