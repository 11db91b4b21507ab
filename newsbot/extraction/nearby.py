"""The short texts around a page's headline, where bylines and dates stand."""

from __future__ import annotations

from lxml import etree

from newsbot.extraction.title import fold

_AFTER = etree.XPath("following::text()[normalize-space()][position() <= 25]")
_BEFORE = etree.XPath("preceding::text()[normalize-space()][position() <= 12]")
_LONGEST = 120


def nearby_texts(body: etree._Element, title: str) -> list[str]:
    """Return the lines that follow the headline, then those before it; empty where the page shows no such headline."""
    folded = fold(title)
    for heading in body.iter("h1", "h2"):
        if folded and fold("".join(heading.itertext())) == folded:
            texts = [*_AFTER(heading), *reversed(_BEFORE(heading))]
            lines = (" ".join(str(text).split()) for text in texts)
            return [line for line in lines if len(line) < _LONGEST]
    return []
