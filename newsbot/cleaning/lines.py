"""Which residue rule, if any, explains a whole line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsbot.cleaning.notices import notice
from newsbot.cleaning.patterns import Pattern, Rule, Table, compiled, mask, mask_folded
from newsbot.cleaning.shapes import (
    bare,
    ends_sentence,
    fold_line,
    fold_lines,
    is_bullet,
    is_headline,
    is_list,
    is_names,
    size,
)

_LABEL = re.compile(r"\s*(?:[:：|｜►▶»]|[-–—>](?=\s)|-?»)\s*")
_LABEL_MARK = re.compile(r"[:：|｜►▶»–—>-]")
"""What each of those has in it."""
_PARTS = re.compile(r"[\s,|/·•&]+")
_DATE_JUNK = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides, in characters or words, of which rules a line is tried on: no line of the table is longer."""

    notice: int = 400
    """A longer line is none of the site's."""
    labelled: int = 240
    """A longer line has no label before a headline; and of such, only what begins as a pattern does is a notice."""
    line: int = 120
    """A longer line is none that the table has whole."""
    label: int = 48
    """Where the mark after a label stands, at most."""
    date: int = 80
    short: int = 12
    """Words of what the table calls short, at most."""
    opening: int = 4
    """Words of a label without a mark, at most."""
    unmarked_label: int = 5
    """Characters of a label that is found without its mark, at least."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that explains a line, and the part after the label, if it has one."""

    rule: Rule
    rest: str = ""


def explain(line: str, table: Table) -> Match | None:
    """Return the rule that explains a whole line, wherever that rule may strike.

    >>> from newsbot.cleaning.patterns import table
    >>> explain("3 min read", table()).rule.kind
    'reading_time'
    >>> explain("RELATED:  Harbour bridge to close for repairs", table()).rule.kind
    'related_link'
    >>> explain("Related: the minister had said in May that she would resign.", table())
    """
    folded, key = folded_lines([line], table)[0]
    return explain_folded(line, folded, key, table)


def explain_folded(line: str, folded: str, key: str, table: Table) -> Match | None:
    """Do what explain() does to a line whose forms folded_lines() has made."""
    if not folded:
        return None
    if len(line) <= LIMITS.line:
        if rule := table.lines.get(key) or table.head(line, key) or table.alone.get(key):
            return Match(rule)
        if match := _label(line, table) or _opening(line, folded, table) or _in_words(key, line, table):
            return match
    elif len(line) <= LIMITS.labelled and (match := _label(line, table)):
        return match
    if match := _pattern(folded, table):
        return match
    if language := notice(line, folded):
        return Match(Rule("support", "line", f"{language}: notice"))
    return None


def folded_lines(lines: list[str], table: Table) -> list[tuple[str, str]]:
    """Return each line folded, and masked where it is short; nothing if it is too long for any rule to explain."""
    folds = fold_lines([line if _may_be_explained(line, table) else "" for line in lines])
    return [
        (folded, mask_folded(folded) if len(line) <= LIMITS.line else "")
        for line, folded in zip(lines, folds, strict=True)
    ]


def _may_be_explained(line: str, table: Table) -> bool:
    if len(line) <= LIMITS.labelled:
        return True
    return len(line) <= LIMITS.notice and (line[0] in "([" or fold_line(line[:12])[:2] in table.starting)


def _label(line: str, table: Table) -> Match | None:
    """Try labels with a mark after them: "RELATED: The bridge", "Photo | Ana Lind"."""
    if not _LABEL_MARK.search(line, 1, LIMITS.label):
        return None
    for mark in _LABEL.finditer(line, 1, LIMITS.label):
        rules = table.labels.get(mask(line[: mark.start()]))
        rest = line[mark.end() :].strip()
        if not rules or not rest:
            continue
        for rule in rules:
            if _rest_fits(rest, rule.rest, table):
                return Match(rule, rest)
    return None


def _opening(line: str, folded: str, table: Table) -> Match | None:
    """Try labels with no mark after them: "By Ana Pérez", "READ MORE The bridge", "Updated 3 March"."""
    has_mark = is_bullet(line) and line[1:2].isspace()
    beginning = folded.split(" ", 2)[has_mark:]
    if not beginning or bare(beginning[0]) not in table.first_words:
        return None
    words, original = folded.split(" ")[has_mark:], line.split()[has_mark:]
    if len(words) != len(original):
        return None
    for count in range(min(LIMITS.opening, len(words) - 1), 0, -1):
        label = " ".join(words[:count])
        rest = " ".join(original[count:])
        for rule in table.openers.get(label, ()):
            if _rest_fits(rest, rule.rest, table):
                return Match(rule, rest)
        for rule in table.labels.get(bare(label), ()) if len(label) >= LIMITS.unmarked_label else ():
            # A date needs no mark before it; neither do the rows of a flattened list of facts.
            unmarked = rule.rest == "date" or (rule.kind in ("byline", "tags") and is_bullet(line))
            if unmarked and _rest_fits(rest, rule.rest, table):
                return Match(rule, rest)
        link = table.glued.get(label)
        if link is None and " ".join(original[:count]).isupper():
            link = table.bold.get(label)
        if link and not rest.isupper() and not rest[0].islower() and is_headline(rest):
            return Match(link, rest)
    return None


def _in_words(key: str, line: str, table: Table) -> Match | None:
    """Try lines made of nothing but some words: "Facebook Twitter Email"."""
    if _PARTS.split(key, 1)[0] not in table.all_words:
        return None
    words = [word for word in _PARTS.split(key) if word]
    if len(words) > 1 and not words[-1].isdigit() and not ends_sentence(line):
        for allowed, rule in table.words:
            if allowed.issuperset(words):
                return Match(rule)
    return None


def _pattern(folded: str, table: Table) -> Match | None:
    """Try regular expressions."""
    held: list[Pattern] = []
    for needles in (table.needles,) if folded.isascii() else (table.needles, table.other_needles):
        for needle, entries in needles.items():
            if needle in folded:
                held += entries
    # What begins with a letter begins alike when it is bare.
    if not held and folded[:1].isalpha() and not folded.startswith(table.starts.get(folded[:2], ())):
        return None
    text = folded if folded[:1] in "([【©" else bare(folded)
    for pattern in (*table.starting.get(text[:2], ()), *table.starting.get(folded[:2], ()), *held):
        for form in (text,) if text == folded else (text, folded):
            if form.startswith(pattern.starts) and compiled(pattern.expression).fullmatch(form):
                return Match(pattern.rule)
    return None


def _rest_fits(rest: str, kind: str, table: Table) -> bool:
    match kind:
        case "headline":
            return is_headline(rest)
        case "names":
            return is_names(rest)
        case "list":
            return is_list(rest)
        case "date":
            return is_date(rest, table)
        case "short":
            return size(rest) <= LIMITS.short and not ends_sentence(rest)
    return True


def is_date(text: str, table: Table) -> bool:
    """Whether a text is a date or a time and nothing else, in any language of the table."""
    if len(text) > LIMITS.date or not any(character.isdigit() for character in text):
        return False
    return all(word in table.dates for word in _DATE_JUNK.split(fold_line(text)) if word)
