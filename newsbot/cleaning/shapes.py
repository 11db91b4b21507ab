"""The shape of a line: sentence, headline, names, list, rule, row of links; and the forms in which lines are compared.

No words of any language here: section names come from residue.toml.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides, in words (two characters a word where no spaces part words) or characters.

    Chosen on one half of 376 real articles and counted on the other (docs/decisions/0003-cleaning.md).
    """

    sentence: int = 8
    """Words from which on a line that ends as a sentence does is running text ..."""
    paragraph: int = 200
    """... and characters from which on any line is."""
    headline_words: int = 24
    headline: int = 180
    """A headline has at most so many words and characters."""
    names_words: int = 12
    names: int = 100
    """A credit has at most so many words and characters."""
    listed: int = 5
    """Words of a label in a list of tags, at most."""
    row: int = 400
    """Characters of a row of links, at most."""
    segment_words: int = 6
    segment: int = 48
    """Each of its labels has at most so many words and characters."""
    barred: int = 4
    """A row with bars has at least so many labels, of at most so many words."""
    unbarred: int = 5
    """A row with dots, slashes or arrows, which prose has too, has at least so many labels ..."""
    unbarred_words: int = 3
    """... of at most so many words."""


LIMITS = Limits()

_CLOSERS = "\"'”’»«」』)\\]“*"
_AFTER_END = "\"'”’»«」』)]“* \t"
_ENDS = tuple(".!?…。！？।؟۔॥။።‽")
_STOP_END = re.compile(rf"[.;,。；、،।؟۔][{_CLOSERS}\s]*$")
_ELLIPSIS_END = re.compile(rf"(?:\.\.\.|…)[{_CLOSERS}\s]*$")
_INITIALS_END = re.compile(r"(?:^|[\s(])(?:[^\W\d_]\.){2,}$|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|St|vs|etc)\.$")
_UNSPACED = re.compile(f"[{HAN_AND_KANA}{THAI_LAO_BURMESE_KHMER}]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_COMBINING = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670]+")
_TYPOGRAPHY = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "ı": "i", "ⓒ": "©"}
# Bullets, arrows and pictures around a line, and the punctuation that labels end in.
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_ORNAMENT = f"{_SPACES}-–—−•·∙●◦►▶▸▷▪■□◆◇○★☆✔✓✅❯❮»«›‹>→←↑↓↗⇒➜➤➡⬅⬆⬇🔗🔴👉👇☛▼▲|*#~+_=/\\\ufe0f\u2060"
_NUMBERED = re.compile(r"\d+[.)]\s+")
_AROUND_END = f"{_ORNAMENT}.:!…,;：。！"
_PAIRS = {"(": ")", "[": "]", "【": "】", "〔": "〕", "（": "）", "<": ">", "「": "」", "《": "》"}
_BULLET = re.compile("^[\\-–—•·●►▶▸▪■◆○»›>→➤👉*▻☛+]\\s*\\S")
_SEPARATOR = re.compile(r"\s*(?:\|\|+|[|｜¦]|\s[·•∙⋅]\s|\s[/／]\s|\s//\s|\s[»›→>]\s|\s[–—]\s)\s*")
_BARS = re.compile(r"\|\||[|｜¦]")
_NAME_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_RULE = re.compile(r"^[\s_=*~+|#.…·•●∙◦‣▪■□◆◇○★☆►▶»«›‹<>/\\\-‐-―−─-╿▁-▟]+$")
_ASTERISM = re.compile(r"^_{3}$|^(?:[*＊]\s*){1,5}$|^[⁂◇◆■□●○•◦※☆★]\s*(?:[◇◆■□●○•◦※☆★]\s*){0,4}$")

_COUNT = re.compile(r"^[\s(\[+]*\d{1,3}(?:[\d.,:' ]{0,12}\d)?\s?[kKmM%]?[\s)\]+]*$")
_STAMP = re.compile(
    r"^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d\d:?\d\d)?|1\d{9}(?:\d{3})?)$"
)


class _Plain(dict[int, str]):
    """What each character becomes; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        decomposed = _COMBINING.sub("", unicodedata.normalize("NFKD", chr(code)))
        self[code] = unicodedata.normalize("NFC", decomposed)
        return self[code]


_PLAIN = _Plain({ord(mark): ascii_mark for mark, ascii_mark in _TYPOGRAPHY.items()})


def plain(text: str) -> str:
    """Take accents, Arabic vowel signs and wide forms off a text; its case stays."""
    return text if text.isascii() else _BEYOND_ASCII.sub(_plain_run, text)


def _plain_run(run: re.Match[str]) -> str:
    return run[0].translate(_PLAIN)


def fold_lines(lines: list[str]) -> list[str]:
    """Fold many lines, none of which has a line end in it, in about the time of one."""
    return [" ".join(folded.split()) for folded in plain("\n".join(lines)).lower().split("\n")] if lines else []


def fold_line(line: str) -> str:
    """Fold a line for comparison: case, accents, Arabic vowel signs and wide forms away.

    >>> fold_line("À LIRE  aussi："), fold_line("İLGİLİ Haberler")
    ('a lire aussi:', 'ilgili haberler')
    """
    return " ".join(plain(line).lower().split())


def bare(line: str) -> str:
    """Take bullets, arrows, enclosing brackets and final label punctuation off a line.

    >>> bare("» [Read more…]"), bare("3) Home")
    ('Read more', 'Home')
    """
    previous = None
    while line != previous and not (line[:1].isalpha() and line[-1:].isalnum()):
        previous = line
        stripped = line.lstrip(_ORNAMENT)
        if stripped == line and line[:1].isdigit() and (number := _NUMBERED.match(line)):
            stripped = line[number.end() :]
        line = stripped.rstrip(_AROUND_END)
        if line and _PAIRS.get(line[0]) == line[-1]:
            line = line[1:-1]
    return line


def size(line: str) -> int:
    """Return the length of a line in words; two characters a word where words have no spaces."""
    if line.isascii():
        return len(line.split())
    wide = len(_UNSPACED.findall(line))
    return wide // 2 if wide * 2 > len(line) else len(line.split())


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does: . ! ? … 。 ؟ । and closing quotes after it."""
    return line.rstrip(_AFTER_END)[-1:] in _ENDS


def is_prose(line: str) -> bool:
    """Whether a line is running text: a sentence of eight words or more, or simply long."""
    return len(line) >= LIMITS.paragraph or (ends_sentence(line) and size(line) >= LIMITS.sentence)


def is_bullet(line: str) -> bool:
    """Whether a line is written as an item of a list."""
    return not line[:1].isalnum() and bool(_BULLET.match(line))


def is_headline(text: str) -> bool:
    """Whether a text reads like a headline and not like a sentence.

    At most 24 words and 180 characters; begins with a capital, a digit or a quotation mark where
    the script has capitals; does not end in a full stop, comma or semicolon (a question mark, an
    ellipsis or initials such as "U.S." may end it).

    >>> is_headline("Harbour bridge to close for repairs"), is_headline("the minister said so.")
    (True, False)
    """
    text = text.strip()
    if not text or len(text) > LIMITS.headline or size(text) > LIMITS.headline_words:
        return False
    first = next((character for character in text if character.isalpha()), "")
    if first.islower() and not text[0].isdigit() and not text[1:2].isupper():
        return False
    if _STOP_END.search(text) and not text.endswith("؟"):
        return bool(_ELLIPSIS_END.search(text) or _INITIALS_END.search(text))
    return True


def is_names(text: str) -> bool:
    """Whether a text is names or a credit ("Ana Pérez / Reuters"), and not a sentence.

    >>> is_names("Ana Pérez / Reuters"), is_names("the harbour at night, seen from the old town")
    (True, False)
    """
    text = text.strip()
    if not text or len(text) > LIMITS.names or text[-1] in "?!:;":
        return False
    words: list[str] = _NAME_WORD.findall(text)
    if not 1 <= len(words) <= LIMITS.names_words or re.search(r"\w{3,}\. \w", text):
        return False
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    if not cased:
        return size(text) <= LIMITS.names_words
    capital = sum(1 for word in cased if word[0].isupper())
    return capital * 3 >= len(cased) * 2


def is_list(text: str) -> bool:
    """Whether a text is a list of short labels, such as the tags of an article.

    >>> is_list("Economy, Trade, port of Rotterdam"), is_list("He came, he saw, and then he left.")
    (True, False)
    """
    text = text.strip()
    if not text or (ends_sentence(text) and not _ELLIPSIS_END.search(text)):
        return False
    return all(0 < size(label) <= LIMITS.listed for label in re.split(r"\s*[,،、;|·•#/]\s*", text.strip(" ,#،、;|·•/")))


def is_rule(line: str) -> bool:
    """Whether a line is a drawn rule, a row of dots or a lone bullet.

    >>> is_rule("-----"), is_rule("}"), is_rule("* * *")
    (True, False, True)
    """
    return bool(_RULE.match(line))


def is_count(line: str) -> bool:
    """Whether a line is a bare number, such as a counter or a clock leaves: 500, 1.2k, 10:00, 35 %.

    >>> is_count("1.2k"), is_count("(500)"), is_count("3 March")
    (True, True, False)
    """
    return bool(_COUNT.match(line))


def is_stamp(line: str) -> bool:
    """Whether a line is a time as machines write it: 2025-11-28T10:00:00Z or the seconds since 1970.

    >>> is_stamp("2025-11-28T10:00:00+01:00"), is_stamp("1764324000"), is_stamp("2025-11-28")
    (True, True, False)
    """
    return bool(_STAMP.match(line))


def is_asterism(line: str) -> bool:
    """Whether a line is a mark by which authors and agencies part sections: ***, ___ or ◇."""
    return bool(_ASTERISM.match(line))


def is_row(line: str, sections: frozenset[str], *, neighbours: tuple[str, ...] = ()) -> bool:
    """Whether a line is a row of links or section names.

    By shape: two bars or more, or a separator left dangling at one end, and every segment a short
    label without sentence punctuation or figures. By words: at least half of the segments are names
    of sections ("Sport", "Wirtschaft"), then two segments are enough. A row of a table is none: its
    neighbours have as many segments as itself.

    >>> is_row("Today News || Business Today || World News", frozenset())
    True
    >>> is_row("Rain | 14 mm | 80 %", frozenset()), is_row("Sport / Culture", frozenset({"sport", "culture"}))
    (False, True)
    """
    if len(line) > LIMITS.row or not _SEPARATOR.search(f" {line} "):
        return False
    segments = _segments(line)
    if not segments or any(size(part) > LIMITS.segment_words or len(part) > LIMITS.segment for part in segments):
        return False
    known = sum(_label(segment) in sections for segment in segments)
    if len(segments) >= 2 and known * 2 >= len(segments):
        return True
    marks = len(_BARS.findall(line))
    if marks and any(len(_BARS.findall(neighbour)) == marks for neighbour in neighbours):
        return False
    if any(re.search(r"\d|[.!?:;,=°€$£%]|^[-–]", segment.strip()) for segment in segments):
        return False
    if marks and len(segments) == 1:
        return not (line[0] in "|｜" and line[-1] in "|｜")
    if "||" in line:
        return True
    if not marks:
        return len(segments) >= LIMITS.unbarred and all(size(part) <= LIMITS.unbarred_words for part in segments)
    return len(segments) >= LIMITS.barred and all(size(part) <= LIMITS.barred for part in segments)


def _segments(line: str) -> list[str]:
    """Split a line at | || · / » and the like; one segment if it has none.

    >>> _segments("Home | World || Sport")
    ['Home', 'World', 'Sport']
    """
    return [segment.strip() for segment in _SEPARATOR.split(f" {line} ") if segment.strip()]


@lru_cache(maxsize=512)
def _label(segment: str) -> str:
    return bare(fold_line(segment))
