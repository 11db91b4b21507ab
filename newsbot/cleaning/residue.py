"""Residue: the lines of a text that are the site's and not the article's, found by word and by shape."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsbot.cleaning.lines import Match, explain, is_date
from newsbot.cleaning.patterns import Table, mask, table
from newsbot.cleaning.shapes import (
    fold,
    is_asterism,
    is_bullet,
    is_headline,
    is_names,
    is_prose,
    is_row,
    is_rule,
    size,
)
from newsbot.items import Removed

_LETTERS = re.compile(r"[\W_]+")
_TITLE_TAIL = re.compile(r"\s+[|–—·:»-]\s+")
_AND = re.compile(r"\s*(?:,|;|/|\||&|\b(?:and|und|et|y|e|en|i|и|و|ve)\b)\s*")
_HEAD = 12  # lines: how far down a heading's matter can reach
_TWINS = ("byline", "tags", "published_date")


@dataclass(slots=True)
class _Line:
    text: str
    prose: bool
    match: Match | None
    gone: Removed | None = None


def letters(text: str) -> str:
    """Fold a text to its letters and digits, for comparing titles."""
    return _LETTERS.sub("", fold(text))


def _title_forms(title: str | None, site_name: str | None) -> set[str]:
    """Return the folded forms in which a title may be repeated: whole, and without the site's name."""
    if not title:
        return set()
    forms = {letters(title)}
    parts = _TITLE_TAIL.split(title)
    if len(parts) > 1:
        forms.add(letters(max(parts, key=len)))
    if site_name:
        forms.add(letters(f"{title} {site_name}"))
    return {form for form in forms if len(form) >= 4}


def _edges(lines: list[_Line]) -> tuple[int, int]:
    """Return the indices of the first and of the last line of prose that is left."""
    prose = [i for i, line in enumerate(lines) if line.prose and not line.gone]
    return (prose[0], prose[-1]) if prose else (len(lines), -1)


def _allowed(where: str, index: int, first: int, last: int) -> bool:
    if where == "line":
        return True
    before, after = index < first and index < _HEAD, index > last
    return {"first": before, "last": after, "edge": before or after}[where]


def _by_rule(lines: list[_Line], rules: Table) -> bool:
    first, last = _edges(lines)
    changed = False
    for i, line in enumerate(lines):
        if line.gone:
            continue
        match = line.match
        if match and _allowed(match.rule.where, i, first, last):
            line.gone = Removed(text=line.text, reason=match.rule.kind, pattern=match.rule.name)
        elif is_rule(line.text) and not is_asterism(line.text):
            line.gone = Removed(text=line.text, reason="rule", pattern="shape: no letters")
        elif not line.prose and is_row(line.text, rules.sections, neighbours=_neighbours(lines, i)):
            line.gone = Removed(text=line.text, reason="navigation", pattern="shape: row of links")
        elif not first < i <= last and i < _HEAD + first and is_date(line.text, rules) and len(line.text) > 5:
            line.gone = Removed(text=line.text, reason="published_date", pattern="shape: date")
        changed |= line.gone is not None
    return changed


def _neighbours(lines: list[_Line], index: int) -> tuple[str, ...]:
    around = []
    for step in (-1, 1):
        i = index + step
        while 0 <= i < len(lines) and lines[i].gone:
            i += step
        if 0 <= i < len(lines):
            around.append(lines[i].text)
    return tuple(around)


def _by_title(lines: list[_Line], forms: set[str], site: str) -> bool:
    """Take out the title where it stands again above the text, and the site's name alone on a line."""
    first, last = _edges(lines)
    changed = False
    for i, line in enumerate(lines[:_HEAD]):
        if line.gone or i > first:
            continue
        folded = letters(line.text)
        if folded in forms:
            line.gone = Removed(text=line.text, reason="title_repeated", pattern="title")
            changed = True
        if line.prose and not line.gone:
            break
    for i, line in enumerate(lines):
        if site and not line.gone and (i < first or i > last) and letters(line.text) == site:
            line.gone = Removed(text=line.text, reason="navigation", pattern="site name")
            changed = True
    return changed


def _by_head(lines: list[_Line], rules: Table) -> bool:
    """Take out the links that a heading such as "Related Articles" has below it.

    At the end of the text, all headline-like lines down to the end. Before more text, items of a
    list, or headlines of five words and more: a short line there may head the next section.
    """
    changed = False
    for i, line in enumerate(lines):
        if line.gone is None or not (rule := rules.head(line.text)):
            continue
        items: list[_Line] = []
        j = i + 1
        while j < len(lines) and (lines[j].gone or (not lines[j].prose and is_headline(lines[j].text))):
            items.append(lines[j])
            j += 1
        for item in items:
            if item.gone is None and (j == len(lines) or is_bullet(item.text) or size(item.text) >= 5):
                item.gone = Removed(text=item.text, reason=rule.kind, pattern=f"below {rule.name}")
                changed = True
    return changed


def _by_stack(lines: list[_Line], rules: Table) -> bool:
    """Take out section names that stand one a line at an edge: three or more, or beside other residue."""
    first, last = _edges(lines)
    changed = False
    run: list[_Line] = []
    for i, line in enumerate([*lines, _Line("", True, None)]):
        known = i < len(lines) and not first <= i <= last and mask(line.text) in rules.sections
        if known or (run and line.gone):
            run.append(line)
            continue
        fresh = [item for item in run if not item.gone]
        if fresh and (len(run) >= 3 or (i < len(lines) and i == len(run))):
            for item in fresh:
                item.gone = Removed(text=item.text, reason="navigation", pattern="section name")
                changed = True
        run = []
    return changed


def strip_residue(
    paragraphs: list[str], *, title: str | None = None, site_name: str | None = None
) -> tuple[list[str], list[Removed], list[str]]:
    """Part paragraphs into those of the article and those of the site; also return byline names.

    Repeated until nothing more goes, because what one rule takes out moves the edges of the text
    that another rule goes by: so the result is the same however often it is applied.
    """
    rules = table()
    lines = [_Line(text, is_prose(text), explain(text, rules)) for text in paragraphs]
    forms, site = _title_forms(title, site_name), letters(site_name or "")
    while any(
        [_by_title(lines, forms, site), _by_rule(lines, rules), _by_head(lines, rules), _by_stack(lines, rules)]
    ):
        lines_left = [line for line in lines if not line.gone]
        if not lines_left:
            break
    authors: list[str] = []
    for line in lines:
        if line.gone and line.gone.reason == "byline" and line.match:
            authors += [name for name in _AND.split(line.match.rest) if name and is_names(name)]
    return [x.text for x in lines if not x.gone], [x.gone for x in lines if x.gone], authors
