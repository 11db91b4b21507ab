"""Text repair: what encodings, editors and templates did to the characters, undone."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import ftfy
from ftfy.badness import is_bad

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER

NARROWEST, WIDEST = 40, 120
"""Characters of a line that a program would break text at."""
ESCAPED = 5
"""How often a text may have been escaped: "&amp;amp;amp;" three times."""

_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_SPACES = re.compile("[\t \xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]+")
_ODD_SPACE = re.compile("  |[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# What UTF-8 read as a one-byte code page looks like: a lead byte's letter, then the sign of a
# continuation byte. A superset of mojibake in any script, nearly absent from real text.
# It is searched by its second sign, the rarer one: a search for one set of characters is the fastest that there is.
_SECOND = "\x80-\xbf\u0152-\u0192\u02c6-\u02dc\u2013-\u203a\u20ac\u2116\u2122\u0402-\u040f\u0452-\u045f\u0490\u0491"
_BEHIND_FIRST = "(?<=[\xc2-\xf4\u0102-\u017e\u0402-\u0452].)|(?<=[\u05f2\u05d2\u0393\u03b2]\u20ac)"
_SUSPECT = re.compile(rf"[{_SECOND}](?:(?<=[\x80-\x84\x86-\x9f])|{_BEHIND_FIRST})")
# Unicode 16, sections 23.2 (layout controls) and 9.9 (bidi); C0, C1, soft hyphen, tags, fillers.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_UNSEEN = (
    f"{_CONTROLS}\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff\U000e0001-\U000e007f"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]+")
_UNUSUAL = f"\t\r\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000{_UNSEEN}"
_UNSOUND = re.compile(f"[{_SECOND}{_UNUSUAL}](?:(?<=[{_UNUSUAL}])|{_BEHIND_FIRST})")
"""What most texts have none of: line ends and blanks that become others, what cannot be seen, traces of mojibake."""
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_JOINING = re.compile("[\u0620-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
"""Scripts whose letters join: ZWNJ and ZWJ change what is read."""
_ZWSP_PARTS = re.compile(f"[{THAI_LAO_BURMESE_KHMER}]")
"""Scripts in which a zero-width space parts words."""
_EMOJI = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\u20e3\U0001f000-\U0001faff]")
_MARKS = frozenset("\u200e\u200f\u061c")
_OPENS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_SENTENCE_END = re.compile(r"[.!?…:。！？।؟۔][\"'”’»」』)\]]*$")
_UNSPACED_EDGE = re.compile(f"[{HAN_AND_KANA}\u3001\u3002\uff00-\uffef]")


def repair(text: str) -> list[str]:
    """Repair a text and return its paragraphs, each on one line.

    In order: entities that were escaped twice, line ends, mojibake (ftfy, only where a cheap test finds its
    traces), invisible characters, NFC, spaces, lines that a mail program or teletype broke at a fixed width.
    Quotation marks, dashes and ligatures stay as their author typed them.

    >>> repair("One\\u00a0 two.\\r\\n\\r\\n\\r\\nThree\\u2029four")
    ['One two.', 'Three', 'four']
    """
    text = _unescape(text)
    mend: Callable[[str], str] = str.strip
    if not _is_sound(text):
        text = _NEWLINES.sub("\n", text).replace("\u2029", "\n\n")
        mend = _line
    blocks = [[line for line in map(mend, block.split("\n")) if line] for block in _PARAGRAPH.split(text)]
    return _rejoined(blocks)


def repair_line(text: str) -> str:
    """Repair a text of one line, such as a title or a name; line breaks become spaces.

    >>> repair_line("Caf\\u00c3\\u00a9 &amp;amp; bar\\u00a0– open")
    'Café & bar – open'
    """
    text = _unescape(text)
    if "\n" not in text and _is_sound(text):
        return text.strip()
    return " ".join(filter(None, map(_line, _NEWLINES.sub("\n", text).split("\n"))))


def _is_sound(text: str) -> bool:
    """Whether nothing in a text is to be repaired but its ends: a whole text is asked in the time of a few lines."""
    return "  " not in text and not _UNSOUND.search(text) and unicodedata.is_normalized("NFC", text)


def _line(line: str) -> str:
    if _is_sound(line):
        return line.strip()
    if not line.isascii():
        line = _without_invisible(_mend(line))
        if not unicodedata.is_normalized("NFC", line):
            line = unicodedata.normalize("NFC", line)
    elif not line.isprintable():
        line = _without_invisible(line)
    if _ODD_SPACE.search(line):
        line = _SPACES.sub(" ", line)
    return line.strip()


def _unescape(text: str) -> str:
    for _ in range(ESCAPED):
        if "&" not in text or not _ENTITY.search(text):
            break
        unescaped = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
        if unescaped == text:
            break
        text = unescaped
    return text


def _mend(line: str) -> str:
    """Undo mojibake in one line, if it has any."""
    if _SUSPECT.search(line) and is_bad(line):
        return ftfy.fix_encoding(line)
    return line


def _without_invisible(line: str) -> str:
    """Take out of one line the invisible characters that no reader of its script needs.

    Kept: ZWNJ and ZWJ between letters of joining scripts (Persian, Urdu, Devanagari ...), ZWJ and
    tags inside emoji, ZWSP inside Thai, Lao, Burmese and Khmer, and, in lines with right-to-left
    letters, the marks LRM, RLM and ALM and embeddings or isolates that are closed again. Overrides
    (U+202D, U+202E) always go: in prose they only serve to disguise.

    >>> _without_invisible("co\\u00adoperate\\u200b now\\ufeff")
    'cooperate now'
    >>> _without_invisible("می\\u200cخواهم") == "می\\u200cخواهم"
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
                or (character == "\u200b" and _is(_ZWSP_PARTS, before, after))
                or (character in _MARKS and rtl and bool(before) and bool(after))
                or (nests and (character in _OPENS or character in "\u202c\u2069"))
            )
            if wanted and (character not in kept or (nests and character not in _MARKS)):
                kept.append(character)
        return "".join(kept)

    return _INVISIBLE.sub(keep, line)


def _balanced(line: str) -> bool:
    """Whether every embedding and isolate of a line is closed again."""
    stack: list[str] = []
    for character in line:
        if character in _OPENS:
            stack.append(_OPENS[character])
        elif character in "\u202c\u2069" and (not stack or stack.pop() != character):
            return False
    return not stack


def _is(kind: re.Pattern[str], *characters: str) -> bool:
    """Whether there are such characters, and all of one kind."""
    return all(character and kind.match(character) for character in characters)


def _rejoined(blocks: list[list[str]]) -> list[str]:
    """Join the lines of blocks (no blank line inside) that are clearly hard-wrapped; return paragraphs.

    They are when every line is broken where a program that fills lines up to the block's greatest
    width would have broken it (the next word did not fit) or where a sentence ends, the width lies
    between 40 and 120 characters, there are three lines or more, and at least half of the breaks
    stand inside a sentence. In a text with such a block, two lines are joined by its width. A list,
    a poem, an address or one paragraph a line fail that test and stay.

    >>> _rejoined([["The council met on Monday evening to hear", "the report on the bridge, which has been",
    ...             "closed since May."], ["Ingredients", "two eggs", "a cup of flour"]])[1:]
    ['Ingredients', 'two eggs', 'a cup of flour']
    """
    if max(map(len, blocks), default=0) < 3:
        return [line for lines in blocks for line in lines]
    widest = 0
    joined: list[list[str] | None] = []
    for lines in blocks:
        width = max(map(len, lines), default=0)
        whole = _wrapped(lines, width) if len(lines) >= 3 and NARROWEST <= width <= WIDEST else None
        joined.append(whole)
        if whole:
            widest = max(widest, width)
    paragraphs: list[str] = []
    for lines, whole in zip(blocks, joined, strict=True):
        if whole is None and widest and len(lines) == 2:
            whole = _wrapped(lines, widest)
        paragraphs += whole or lines
    return paragraphs


def _wrapped(lines: list[str], width: int) -> list[str] | None:
    """Join lines filled up to a width; None if one is broken for no reason that a program has."""
    joined = lines[:1]
    inside = 0
    for line, following in pairwise(lines):
        ends = bool(_SENTENCE_END.search(line))
        if _is_filled(line, following, width):
            inside += not ends and not following[0].isupper()
            joined[-1] = _join(joined[-1], following)
        elif ends and not following[0].islower():
            joined.append(following)
        else:
            return None
    return joined if inside * 2 >= len(lines) - 1 else None


def _is_filled(line: str, following: str, width: int) -> bool:
    """Whether the line was broken because the next word did not fit."""
    return len(line) + 1 + len(following.split(None, 1)[0]) > width


def _join(left: str, right: str) -> str:
    """Join two lines: without a blank after a hyphen, and between characters that no blank parts."""
    if left.endswith("-") and left[-2:-1].isalpha() and right[:1].islower():
        return left + right
    if _UNSPACED_EDGE.match(left[-1]) and _UNSPACED_EDGE.match(right[0]):
        return left + right
    return f"{left} {right}"
