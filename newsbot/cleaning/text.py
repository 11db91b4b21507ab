"""Text repair: what encodings, editors and templates did to the characters, undone."""

from __future__ import annotations

import html
import re
import unicodedata

import ftfy
from ftfy.badness import is_bad

from newsbot.cleaning.invisible import drop_invisible
from newsbot.cleaning.wrapped import rejoin

_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_SPACES = re.compile("[\t \xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]+")
_ODD_SPACE = re.compile("  |[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# What UTF-8 read as a one-byte code page looks like: a lead byte's letter, then the sign of a
# continuation byte. A superset of mojibake in any script, nearly absent from real text.
_SUSPECT = re.compile(
    "[\x80-\x84\x86-\x9f]"
    "|[\xc2-\xf4\u0102-\u017e\u0402-\u0452][\x80-\xbf\u0152-\u0192\u02c6-\u02dc\u2013-\u203a\u20ac\u2116\u2122"
    "\u0402-\u040f\u0452-\u045f\u0490\u0491]"
    "|\xef\xbf\xbd|\xef\xbb\xbf|[\u05f2\u05d2\u0393\u03b2]\u20ac"
)


def _mend(line: str) -> str:
    """Undo mojibake in one line, if it has any."""
    if _SUSPECT.search(line) and is_bad(line):
        return ftfy.fix_encoding(line)
    return line


def _unescape(text: str) -> str:
    # Stop on a fixed point: "&amp;amp;amp;" was escaped three times.
    for _ in range(5):
        if "&" not in text or not _ENTITY.search(text):
            break
        unescaped = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
        if unescaped == text:
            break
        text = unescaped
    return text


def _line(line: str) -> str:
    if not line.isascii():
        line = drop_invisible(_mend(line))
        if not unicodedata.is_normalized("NFC", line):
            line = unicodedata.normalize("NFC", line)
    elif not line.isprintable():
        line = drop_invisible(line)
    if _ODD_SPACE.search(line):
        line = _SPACES.sub(" ", line)
    return line.strip()


def repair_line(text: str) -> str:
    """Repair a text of one line, such as a title or a name; line breaks become spaces.

    >>> repair_line("Caf\\u00c3\\u00a9 &amp;amp; bar\\u00a0– open")
    'Café & bar – open'
    """
    return " ".join(filter(None, map(_line, _NEWLINES.sub("\n", _unescape(text)).split("\n"))))


def repair(text: str) -> list[str]:
    """Repair a text and return its paragraphs, each on one line.

    In order: entities that were escaped twice, line ends, mojibake (ftfy, only where a cheap test
    finds its traces), invisible characters, NFC, spaces, hard-wrapped lines. Quotation marks,
    dashes and ligatures stay as their author typed them.

    >>> repair("One\\u00a0 two.\\r\\n\\r\\n\\r\\nThree\\u2029four")
    ['One two.', 'Three', 'four']
    """
    text = _NEWLINES.sub("\n", _unescape(text)).replace("\u2029", "\n\n")
    blocks = [[line for line in map(_line, block.split("\n")) if line] for block in _PARAGRAPH.split(text)]
    return rejoin(blocks)
