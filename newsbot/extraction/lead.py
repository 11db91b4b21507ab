"""Find the article's lead (standfirst) where it stands apart from the body."""

from __future__ import annotations

from lxml import etree

from newsbot.extraction.title import fold
from newsbot.extraction.vocabulary import names_lead
from newsbot.extraction.weights import Weights

_MIN, _MAX = 40, 1200
_INTRO = 270
"""Characters of running text with which an element between headline and body is part of the article."""


def find_lead(weights: Weights, container: etree._Element, text: str, summary: str) -> str:
    """Return the lead's text, or an empty string where there is none or the body has it already.

    A lead stands before the body, and either is named so or says what the page's description says.
    """
    told = fold(summary)[:80]
    start = fold(text[:3000])
    limit = weights.order.get(container, 0)
    inside = set(container.iterancestors())
    for element, position in weights.order.items():
        if position >= limit:
            break
        if (
            element in inside
            or element.tag in ("h1", "a", "body", "figcaption", "figure")
            or not _MIN / 2 <= weights.raw[element] <= _MAX
        ):
            continue
        named = element not in weights.furniture and names_lead(
            f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"
        )
        if not named and not told:
            continue
        if any(above.tag in ("figure", "figcaption", "aside") for above in element.iterancestors()):
            continue
        words = " ".join("".join(element.itertext()).split())
        if not _MIN <= len(words) <= _MAX:
            continue
        folded = fold(words)
        if not named and not (len(told) > 30 and folded.startswith(told) and len(folded) < len(fold(summary)) + 100):
            continue
        return "" if folded[:200] in start else words
    return ""


def find_intro(weights: Weights, container: etree._Element, title: str) -> list[etree._Element]:
    """Return the elements with running text that stand between the headline and the body, in order."""
    folded = fold(title)
    heading = next((h for h in container.getroottree().iter("h1") if fold("".join(h.itertext())) == folded), None)
    if heading is None or not folded:
        return []
    above_heading = set(heading.iterancestors())
    found: list[etree._Element] = []
    node = container
    while (parent := node.getparent()) is not None and node not in above_heading:
        before = []
        for sibling in node.itersiblings(preceding=True):
            if sibling in above_heading or sibling is heading:
                break
            if weights.clean.get(sibling, 0.0) >= _INTRO and sibling not in weights.furniture:
                before.append(sibling)
        found = [*reversed(before), *found]
        if parent in above_heading:
            return found
        node = parent
    return []
