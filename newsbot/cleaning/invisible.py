"""Invisible characters: which are debris of a page, and which a script cannot do without."""

from __future__ import annotations

import re

# Unicode 16, sections 23.2 (layout controls) and 9.9 (bidi); C0, C1, soft hyphen, tags, fillers.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_INVISIBLE = re.compile(
    f"[{_CONTROLS}\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff\U000e0001-\U000e007f]+"
)
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_JOINING = re.compile(  # scripts whose letters join: ZWNJ and ZWJ change what is read
    "[\u0620-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # ZWSP parts words here
_EMOJI = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\u20e3\U0001f000-\U0001faff]")
_MARKS = frozenset("\u200e\u200f\u061c")
_OPENS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}


def _is(kind: re.Pattern[str], *characters: str) -> bool:
    return all(character and kind.match(character) for character in characters)


def _balanced(line: str) -> bool:
    stack: list[str] = []
    for character in line:
        if character in _OPENS:
            stack.append(_OPENS[character])
        elif character in "\u202c\u2069" and (not stack or stack.pop() != character):
            return False
    return not stack


def drop_invisible(line: str) -> str:
    """Take out of one line the invisible characters that no reader of its script needs.

    Kept: ZWNJ and ZWJ between letters of joining scripts (Persian, Urdu, Devanagari ...), ZWJ and
    tags inside emoji, ZWSP inside Thai, Lao, Burmese and Khmer, and, in lines with right-to-left
    letters, the marks LRM, RLM and ALM and embeddings or isolates that are closed again. Overrides
    (U+202D, U+202E) always go: in prose they only serve to disguise.

    >>> drop_invisible("co\\u00adoperate\\u200b now\\ufeff")
    'cooperate now'
    >>> drop_invisible("می\\u200cخواهم") == "می\\u200cخواهم"
    True
    """
    if line.isascii() and line.isprintable():
        return line
    if not _INVISIBLE.search(line):
        return line
    line = line.replace("\u202d", "").replace("\u202e", "")
    rtl = bool(_RTL.search(line))
    nests = rtl and _balanced(line)

    def keep(match: re.Match[str]) -> str:
        before = line[match.start() - 1] if match.start() else ""
        after = line[match.end()] if match.end() < len(line) else ""
        run = match.group()
        family = run == "\u200d" and _is(_EMOJI, after)
        flag = before == "\U0001f3f4" and run[-1] == "\U000e007f"  # such as Scotland's
        if _is(_EMOJI, before) and (family or flag):
            return run
        kept: list[str] = []
        for character in run:
            wanted = (
                (
                    character in "\u200c\u200d"
                    and _is(_JOINING, before)
                    and (not after or _is(_JOINING, after) or after.isspace())
                )
                or (character == "\u200b" and _is(_UNSPACED, before, after))
                or (character in _MARKS and rtl and bool(before) and bool(after))
                or (nests and (character in _OPENS or character in "\u202c\u2069"))
            )
            if wanted and (character not in kept or (nests and character not in _MARKS)):
                kept.append(character)
        return "".join(kept)

    return _INVISIBLE.sub(keep, line)
