"""The short texts around a page's headline, where bylines and dates stand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from newsbot.extraction.document import Document
from newsbot.extraction.title import fold

_AFTER, _BEFORE = 25, 12
"""Texts looked at on either side."""
_LONGEST = 120


def nearby_texts(document: Document, title: str) -> list[str]:
    """Return the lines that follow the headline, then those before it; empty where the page shows no such headline."""
    if document.nearby is None:
        document.nearby = list(_around(document.body, title))
    return document.nearby


def _around(body: etree._Element, title: str) -> Iterator[str]:
    folded = fold(title)
    for heading in body.iter("h1", "h2"):
        if folded and fold("".join(heading.itertext())) == folded:
            yield from (line for line in islice(_lines(_following(heading)), _AFTER) if len(line) < _LONGEST)
            yield from (line for line in islice(_lines(_preceding(heading, body)), _BEFORE) if len(line) < _LONGEST)
            return


def _lines(texts: Iterator[str | None]) -> Iterator[str]:
    return (line for text in texts if text and (line := " ".join(text.split())))


def _following(element: etree._Element) -> Iterator[str | None]:
    """Give the texts after an element, the nearest first."""
    node: etree._Element | None = element
    while node is not None:
        yield node.tail
        for sibling in node.itersiblings():
            yield from sibling.itertext()
            yield sibling.tail
        node = node.getparent()


def _preceding(element: etree._Element, body: etree._Element) -> Iterator[str | None]:
    """Give the texts of the body before an element, the nearest first."""
    node = element
    while node is not body and (parent := node.getparent()) is not None:
        for sibling in node.itersiblings(preceding=True):
            yield sibling.tail
            yield from reversed(list(sibling.itertext()))
        yield parent.text
        node = parent
