"""Residue: the lines of a text that are the site's and not the article's, found by word and by shape.

Each rule takes lines out where it may strike; what it takes moves the edges of the text that another goes by. So all
are applied again to what is left, until nothing goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from newsbot.cleaning.heading import NAMES, Heading, letters
from newsbot.cleaning.lines import Match, explain, explain_folded, folded_lines, is_date
from newsbot.cleaning.patterns import Rule, Table, mask, table
from newsbot.cleaning.shapes import (
    is_asterism,
    is_bullet,
    is_count,
    is_headline,
    is_names,
    is_prose,
    is_row,
    is_rule,
    is_stamp,
    size,
)
from newsbot.items import Removed


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides, in characters unless said otherwise.

    Chosen on one half of 376 real articles and counted on the other (docs/decisions/0003-cleaning.md).
    """

    head: int = 12
    """Lines: how far down from the top a heading's matter (title, byline, date) can reach."""
    standfirst: int = 300
    """A first paragraph of at most so many may be a standfirst, with the byline below it."""
    about_article: int = 200
    """A line about the article ("By Ana Lind | 3 March 2026") has at most so many."""
    caption: int = 240
    """A caption with its credit has at most so many; the credit stands within the last credit of them."""
    credit: int = 70
    pointer: int = 4
    """Words of a headline behind an arrow, at least."""
    link: int = 5
    """Words of a headline below "Related Articles" in the middle of a text, at least: a shorter one may head the next
    section."""
    counts: int = 2
    """Lines that are nothing but a number, at most, for these to be counters of the page."""
    stack: int = 3
    """Section names that stand one a line, at least."""


LIMITS = Limits()
_PARTS = re.compile(r"\s*[|｜·•∙]\s*|\s+[–—-]\s+")
_ABOUT = frozenset(("byline", "published_date", "reading_time", "share", "comments", "audio", "tags", "print"))
_BELOW_STANDFIRST = ("byline", "published_date", "reading_time")
_CAPTION = re.compile(r"(?P<caption>.{3,160}?[.!?)”\"])\s+(?P<credit>[^\s:.][^:.]{1,24}[:：]\s*.{2,60})")
_YEAR = re.compile(r"(?:19|20)\d\d|\d[年년]|[०-९]{4}|[٠-٩]{4}")
_ARROW = re.compile(r"(?:[→⇒➡➜➤👉☞▶►]️?)\s*(?=\w|[\"„“«])")
_SIGNS = "|｜¦·•∙⋅/／»›→⇒➡➜➤👉☞▶►>=_*~#+"
_MARK = re.compile(rf"[{_SIGNS}.–—-](?:(?<=[{_SIGNS}])|(?<=--)|(?<=\.\.)|(?<=\s[–—-])(?=\s))")
_NO_WORD = re.compile(r"\W+$")


@dataclass(slots=True)
class _Line:
    """A paragraph, and what of it is looked at more than once."""

    text: str
    prose: bool
    match: Match | None
    key: str
    """Masked, for looking a short line up."""
    credited: bool = False
    """May be a caption that ends in a credit."""
    marked: bool = False
    """Has a mark that rows, rules and pointers are made of."""
    count: bool = False
    """Is a number and nothing else."""
    names: list[str] = field(default_factory=list)
    """Authors that the line names, if it is about the article."""
    removed: Removed | None = None

    def remove(self, reason: str, pattern: str) -> None:
        """Take the line out."""
        self.removed = Removed(text=self.text, reason=reason, pattern=pattern)


def strip_residue(paragraphs: list[str], heading: Heading) -> tuple[list[str], list[Removed], list[str]]:
    """Part paragraphs into those of the article and those of the site; also return byline names.

    The result is the same however often it is applied.

    >>> text = "The old ferry across the sound will make its last crossing on Sunday."
    >>> kept, removed, names = strip_residue(["By Ana Lind", text, "RELATED: Ferry fares to rise"], Heading())
    >>> kept == [text], [line.reason for line in removed], names
    (True, ['byline', 'related_link'], ['Ana Lind'])
    """
    forms = folded_lines(paragraphs, table())
    rules = table().within("\n".join(folded for folded, _ in forms))
    lines = [_read(text, folded, key, rules) for text, (folded, key) in zip(paragraphs, forms, strict=True)]
    left, changed = lines, True
    while changed:
        changed = _by_heading(left, heading)
        changed |= _by_rule(left, heading, rules)
        changed |= _by_head(left, rules)
        changed |= _by_stack(left, rules)
        left = [line for line in left if not line.removed]
    authors: list[str] = []
    for line in lines:
        if line.removed and line.removed.reason == "byline":
            found = NAMES.split(line.match.rest) if line.match else line.names
            authors += [name for name in found if name and is_names(name)]
    return [line.text for line in lines if not line.removed], [line.removed for line in lines if line.removed], authors


def _read(text: str, folded: str, key: str, rules: Table) -> _Line:
    """Read a paragraph: what is asked of a line more than once is found here, and only of lines that may have it."""
    match = explain_folded(text, folded, key, rules)
    line = _Line(text, match is None and is_prose(text), match, key)
    if match is None and len(text) <= LIMITS.caption:
        end = text[-LIMITS.credit :]
        line.credited = ":" in end or "：" in end
    if not line.prose:
        line.marked = _has_mark(text)
        line.count = is_count(text)
    return line


def _has_mark(text: str) -> bool:
    return (not text[:1].isalnum() and _NO_WORD.match(text) is not None) or _MARK.search(text) is not None


def _by_heading(lines: list[_Line], heading: Heading) -> bool:
    """Take out the title and the authors where they stand again, and the site's name alone on a line."""
    first, last = _edges(lines)
    changed = False
    for i, line in enumerate(lines):
        if line.removed or first < i <= last:
            continue
        if i <= min(first, LIMITS.head) and heading.is_title(line.text):
            line.remove("title_repeated", "title")
        elif line.prose:
            continue
        elif heading.marks and (repeated := heading.marks.get(letters(line.text))):
            line.remove("navigation", repeated)
        elif heading.is_byline(line.text):
            line.remove("byline", "known authors")
        changed |= line.removed is not None
    return changed


def _by_rule(lines: list[_Line], heading: Heading, rules: Table) -> bool:
    """Take out lines that a rule of the table or their shape explains, where it may strike."""
    first, last = _edges(lines)
    second = next((i for i in range(first + 1, len(lines)) if lines[i].prose and not lines[i].removed), 0)
    standfirst = second if first < len(lines) and len(lines[first].text) <= LIMITS.standfirst else 0
    # Numbers alone between paragraphs count its sections; many at one end are figures that it gives.
    counts = {i for i, line in enumerate(lines) if line.count and not line.removed}
    numbered = len(counts) > LIMITS.counts or any(first < i < last for i in counts)
    changed = False
    for i, line in enumerate(lines):
        if line.removed:
            continue
        match = line.match
        if match and _allowed(match.rule, i, first, last, min(standfirst, LIMITS.head)):
            line.remove(match.rule.kind, match.rule.name)
        elif line.marked and is_rule(line.text) and not (first < i < last and is_asterism(line.text)):
            line.remove("rule", "shape: no letters")
        elif line.marked and is_row(line.text, rules.sections, neighbours=_neighbours(lines, i)):
            line.remove("navigation", "shape: row of links")
        elif line.marked and all(word[0] == "#" and word[1:].isalnum() for word in line.text.split()):
            line.remove("tags", "shape: hashtags")
        elif line.marked and _is_pointer(line.text, _neighbours(lines, i)):
            line.remove("related_link", "shape: arrow before a headline")
        elif not line.prose and line.text[-1:].isascii() and is_stamp(line.text):
            line.remove("published_date", "shape: time stamp")
        elif i in counts:
            if not numbered and not first <= i <= last:
                line.remove("page_tool", "shape: number")
        elif (i < min(first, LIMITS.head) or (i > last and _YEAR.search(line.text))) and is_date(line.text, rules):
            line.remove("published_date", "shape: date")
        elif i < LIMITS.head and i <= max(first, standfirst):
            names = _about_article(line.text, heading, rules)
            if names is not None:
                line.names = names
                line.remove("byline", "shape: names and dates")
        if line.removed is None and line.credited and _is_caption(line.text, rules):
            line.remove("photo_credit", "shape: caption and credit")
        changed |= line.removed is not None
    return changed


def _allowed(rule: Rule, index: int, first: int, last: int, standfirst: int) -> bool:
    """Whether a rule may strike at a line; first and last are those of prose, standfirst the end of one."""
    where = rule.where
    if where == "line" or (rule.kind in _BELOW_STANDFIRST and index < standfirst):
        return True
    before, after = index < first and index < LIMITS.head, index > last
    return {"first": before, "last": after, "edge": before or after}[where]


def _about_article(line: str, heading: Heading, table: Table) -> list[str] | None:
    """Return the names in a line that is a row of byline, date, reading time and the like; else None.

    The row must have a date or a byline in it. Known authors may stand before a date unmarked.

    >>> from newsbot.cleaning.patterns import table
    >>> _about_article("By Ana Lind | 3 March 2026, 10:22 · 3 min read", Heading(), table())
    ['Ana Lind']
    >>> _about_article("Berlin | 3 March 2026", Heading(), table())
    """
    if len(line) > LIMITS.about_article:
        return None
    parts = [part for part in _PARTS.split(line) if part]
    if len(parts) < 2 and not heading.names:
        return None
    telling = False
    names: list[str] = []
    for part in parts:
        if is_date(part, table) or heading.is_byline(part) or _names_and_date(part, heading, table):
            telling = True
            continue
        match = explain(part, table)
        if match and match.rule.kind in _ABOUT:
            telling |= match.rule.kind in ("byline", "published_date")
            if match.rule.kind == "byline":
                names += [name for name in NAMES.split(match.rest) if name and is_names(name)]
        elif mask(part) not in table.sections:
            return None
    return names if telling else None


def _names_and_date(part: str, heading: Heading, table: Table) -> bool:
    """Whether a part is nothing but known authors and a date."""
    rest = part
    for name in heading.authors:
        rest = rest.replace(name, " ")
    if rest == part:
        return False
    words = [word for word in NAMES.sub(" ", rest).split() if letters(word)]
    return not words or is_date(" ".join(words), table)


def _is_pointer(line: str, neighbours: tuple[str, ...]) -> bool:
    """Whether a line is a headline behind an arrow, and no item of a list drawn with arrows."""
    if not (arrow := _ARROW.match(line)) or any(_ARROW.match(neighbour) for neighbour in neighbours):
        return False
    return is_headline(line[arrow.end() :]) and size(line) >= LIMITS.pointer


def _is_caption(line: str, table: Table) -> bool:
    """Whether a line is a picture's caption: a sentence, then who took the picture.

    >>> from newsbot.cleaning.patterns import table
    >>> _is_caption("The quay at low tide. Photo: Ana Lind/Reuters", table())
    True
    """
    if len(line) > LIMITS.caption or not (match := _CAPTION.fullmatch(line.strip("| "))):
        return False
    credit = explain(match["credit"], table)
    return credit is not None and credit.rule.kind == "photo_credit"


def _by_head(lines: list[_Line], rules: Table) -> bool:
    """Take out the links that a heading such as "Related Articles" has below it.

    At the end of the text, all headline-like lines down to the end. Before more text, items of a
    list, or headlines of five words and more: a short line there may head the next section.
    """
    changed = False
    for i, line in enumerate(lines):
        if line.removed is None or not (rule := rules.head(line.text, line.key)):
            continue
        end = i + 1
        while end < len(lines) and (lines[end].removed or is_headline(lines[end].text)):
            end += 1
        at_end = end == len(lines)
        for item in lines[i + 1 : end]:
            if item.prose and not at_end:
                break
            if item.removed is None and (at_end or is_bullet(item.text) or size(item.text) >= LIMITS.link):
                item.remove(rule.kind, f"below {rule.name}")
                changed = True
    return changed


def _by_stack(lines: list[_Line], rules: Table) -> bool:
    """Take out section names that stand one a line at an edge: three or more, or beside other residue."""
    first, last = _edges(lines)
    changed = False
    run: list[_Line] = []
    for i, line in enumerate([*lines, _Line("", True, None, "")]):
        known = i < len(lines) and not first <= i <= last and line.key.removeprefix("0 ") in rules.sections
        if known or (run and line.removed):
            run.append(line)
            continue
        fresh = [item for item in run if not item.removed]
        if fresh and (len(run) >= LIMITS.stack or (i < len(lines) and i == len(run))):
            for item in fresh:
                item.remove("navigation", "section name")
                changed = True
        run = []
    return changed


def _edges(lines: list[_Line]) -> tuple[int, int]:
    """Return the indices of the first and of the last line of prose that is left."""
    prose = [i for i, line in enumerate(lines) if line.prose and not line.removed]
    return (prose[0], prose[-1]) if prose else (len(lines), -1)


def _neighbours(lines: list[_Line], index: int) -> tuple[str, ...]:
    """Return the lines before and after one that are left."""
    around = []
    for step in (-1, 1):
        i = index + step
        while 0 <= i < len(lines) and lines[i].removed:
            i += step
        if 0 <= i < len(lines):
            around.append(lines[i].text)
    return tuple(around)
