"""Hard-wrapped text: lines that a mail program or teletype broke at a fixed width."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[.!?…:。！？।؟۔][\"'”’»」』)\]]*$")
_UNSPACED_EDGE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uff00-\uffef\u3001-\u3002]")
_NARROWEST, _WIDEST = 40, 120


def _join(left: str, right: str) -> str:
    if left.endswith("-") and left[-2:-1].isalpha() and right[:1].islower():
        return left + right
    if _UNSPACED_EDGE.match(left[-1]) and _UNSPACED_EDGE.match(right[0]):
        return left + right
    return f"{left} {right}"


def rejoin(lines: list[str]) -> list[str]:
    """Join the lines of one block (no blank line inside) if they are clearly hard-wrapped.

    They are when a program that fills lines up to the block's greatest width would have broken
    every line where it is broken (the next word did not fit), the width lies between 40 and 120
    characters, there are three lines or more, and at least half of the breaks stand inside a
    sentence. A list, a poem, an address or one paragraph a line fail that test and stay.

    >>> rejoin(["The council met on Monday evening to hear", "the report on the bridge, which has been",
    ...         "closed since May."])
    ['The council met on Monday evening to hear the report on the bridge, which has been closed since May.']
    >>> rejoin(["Ingredients", "two eggs", "a cup of flour"])
    ['Ingredients', 'two eggs', 'a cup of flour']
    """
    if len(lines) < 3:
        return lines
    width = max(map(len, lines))
    if not _NARROWEST <= width <= _WIDEST:
        return lines
    inside = 0
    for line, following in zip(lines, lines[1:], strict=False):
        word = following.split(None, 1)[0]
        if len(line) + 1 + len(word) <= width:
            return lines
        inside += not _SENTENCE_END.search(line) and not following[0].isupper()
    if inside * 2 < len(lines) - 1:
        return lines
    joined = lines[0]
    for line in lines[1:]:
        joined = _join(joined, line)
    return [joined]
