"""Find the article's lead (standfirst) where it stands apart from the body."""

from __future__ import annotations

import itertools

from lxml import etree

from newsbot.extraction.class_names import names_lead
from newsbot.extraction.container import Weights
from newsbot.extraction.title import fold

_MIN, _MAX = 40, 1200
_STOPS = (".", "!", "?", "…", "。", "।", "؟", "”", "»")
_INTRO = 270
"""Characters of running text with which an element between headline and body is part of the article."""


def find_lead(weights: Weights, container: etree._Element, text: str, summary: str) -> str:
    """Return the lead's text, or an empty string where there is none or the body has it already.

    A lead stands before the body, and either is named so or says what the page's description says.
    """
    told = fold(summary)[:80]
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
        return "" if folded[:200] in fold(text[:3000]) else words
    return ""


def find_intro(
    weights: Weights, container: etree._Element, headings: list[etree._Element], title: str
) -> list[etree._Element]:
    """Return the elements with running text that stand between the headline and the body, in order."""
    folded = fold(title)
    heading = next((h for h in headings if fold("".join(h.itertext())) == folded), None)
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


def find_standfirst(
    weights: Weights, container: etree._Element, headings: list[etree._Element], title: str, summary: str
) -> str:
    """Return the sentences right below the headline, in a paragraph of the headline's own block, or an empty string.

    What the page's description says too is a teaser, and so is what is named a lead: see find_lead.
    """
    folded = fold(title)
    heading = next((h for h in headings if fold("".join(h.itertext())) == folded), None)
    if heading is None or not folded or container in heading.iterancestors():
        return ""
    for element in itertools.islice(heading.itersiblings(), 3):
        if element.tag != "p" or element in weights.furniture or element is container:
            continue
        words = " ".join("".join(element.itertext()).split())
        if not _MIN <= len(words) <= _MAX or not words.endswith(_STOPS) or weights.clean.get(element, 0.0) < _MIN:
            continue
        if names_lead(f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"):
            return ""
        said, told = fold(words), fold(summary)
        return "" if said[:60] in told or (told and told[:60] in said) else words
    return ""
