"""Lines about the article, not of it: "By Ana Lind | 3 March 2026, 10:22 · 3 min read"."""

from __future__ import annotations

import re

from newsbot.cleaning.heading import NAMES, Heading, letters
from newsbot.cleaning.lines import explain, is_date
from newsbot.cleaning.patterns import Table, mask
from newsbot.cleaning.shapes import is_names

_PARTS = re.compile(r"\s*[|｜·•∙]\s*|\s+[–—-]\s+")
_ABOUT = frozenset(("byline", "published_date", "reading_time", "share", "comments", "audio", "tags", "print"))
_CAPTION = re.compile(r"(?P<caption>.{3,160}?[.!?)”\"])\s+(?P<credit>[^\s:.][^:.]{1,24}[:：]\s*.{2,60})")


def about_article(line: str, heading: Heading, table: Table) -> list[str] | None:
    """Return the names in a line that is a row of byline, date, reading time and the like; else None.

    The row must have a date or a byline in it. Known authors may stand before a date unmarked.

    >>> from newsbot.cleaning.patterns import table
    >>> about_article("By Ana Lind | 3 March 2026, 10:22 · 3 min read", Heading(), table())
    ['Ana Lind']
    >>> about_article("Berlin | 3 March 2026", Heading(), table())
    """
    if len(line) > 200:
        return None
    parts = [part for part in _PARTS.split(line) if part]
    telling = False
    names: list[str] = []
    for part in parts:
        match = explain(part, table)
        if is_date(part, table) or heading.is_byline(part) or _names_and_date(part, heading, table):
            telling = True
        elif match and match.rule.kind in _ABOUT:
            telling |= match.rule.kind in ("byline", "published_date")
            if match.rule.kind == "byline":
                names += [name for name in NAMES.split(match.rest) if name and is_names(name)]
        elif mask(part) not in table.sections:
            return None
    return names if telling and (len(parts) > 1 or heading.names) else None


def _names_and_date(part: str, heading: Heading, table: Table) -> bool:
    rest = part
    for name in heading.authors:
        rest = rest.replace(name, " ")
    if rest == part:
        return False
    words = [word for word in NAMES.sub(" ", rest).split() if letters(word)]
    return not words or is_date(" ".join(words), table)


def is_caption(line: str, table: Table) -> bool:
    """Say whether a line is a picture's caption: a sentence, then who took the picture.

    >>> from newsbot.cleaning.patterns import table
    >>> is_caption("The quay at low tide. Photo: Ana Lind/Reuters", table())
    True
    """
    if len(line) > 240 or not (match := _CAPTION.fullmatch(line.strip("| "))):
        return False
    credit = explain(match["credit"], table)
    return credit is not None and credit.rule.kind == "photo_credit"
