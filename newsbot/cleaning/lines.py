"""Which residue rule, if any, explains a whole line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsbot.cleaning.patterns import Rule, Table, compiled, mask
from newsbot.cleaning.shapes import bare, ends_sentence, fold, is_headline, is_list, is_names, size

_LABEL = re.compile(r"\s*(?:[:：|｜►▶»]|[-–—>](?=\s)|-?»)\s*")
_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*")
_DATE_JUNK = re.compile(r"[\W\d_]+")
_MAX = 600  # characters; longer than any notice in the table


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that explains a line, and the part after the label, if it has one."""

    rule: Rule
    rest: str = ""


def is_date(text: str, table: Table) -> bool:
    """Say whether a text is a date or a time and nothing else, in any language of the table."""
    if len(text) > 80 or not any(character.isdigit() for character in text):
        return False
    return all(word in table.dates for word in _DATE_JUNK.split(fold(text)) if word)


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
            return size(rest) <= 12 and not ends_sentence(rest)
    return True


def _label(line: str, table: Table) -> Match | None:
    for mark in _LABEL.finditer(line, 2, 48):
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
    words = folded.split(" ")
    original = line.split()
    if len(words) != len(original):
        return None
    for count in range(min(4, len(words) - 1), 0, -1):
        label = " ".join(words[:count])
        rest = " ".join(original[count:])
        for rule in (*table.openers.get(label, ()), *table.labels.get(bare(label), ())):
            if rule.rest == "date" or label in table.openers and _rest_fits(rest, rule.rest, table):
                if _rest_fits(rest, rule.rest, table):
                    return Match(rule, rest)
        rule_ = table.glued.get(label) or (table.bold.get(label) if " ".join(original[:count]).isupper() else None)
        if rule_ and not rest.isupper() and not rest[0].islower() and is_headline(rest):
            return Match(rule_, rest)
    return None


def explain(line: str, table: Table) -> Match | None:
    """Return the rule that explains a whole line, wherever that rule may strike.

    >>> from newsbot.cleaning.patterns import table
    >>> explain("3 min read", table()).rule.kind
    'reading_time'
    >>> explain("RELATED:  Harbour bridge to close for repairs", table()).rule.kind
    'related_link'
    >>> explain("Related: the minister had said in May that she would resign.", table())
    """
    if len(line) > _MAX:
        return None
    folded = fold(line)
    if len(line) <= 120:
        key = mask(folded)
        if rule := table.lines.get(key) or table.head(line):
            return Match(rule)
        if match := _label(line, table):
            return match
        if match := _opening(line, folded, table):
            return match
        words = re.split(r"[\s,|/·•&]+", key)
        if len(words) > 1:
            for allowed, rule in table.words:
                if not words[-1].isdigit() and allowed.issuperset(filter(None, words)) and not ends_sentence(line):
                    return Match(rule)
    elif len(line) <= 240 and (match := _label(line, table)):
        return match
    text = bare(folded) if folded[:1] not in "(©" else folded
    for start in {text[:2], folded[:2], ""}:
        for pattern, rule in table.patterns.get(start, ()):
            if compiled(pattern).fullmatch(text) or compiled(pattern).fullmatch(folded):
                return Match(rule)
    return None
