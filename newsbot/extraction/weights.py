"""Weigh a page's text: how much of it lies below each element, and which elements are furniture.

Long runs of text outside links give weight to their elements and to all above. Furniture (comments, related
lists, consent boxes) weighs nothing, unless it holds most of the page: then its name says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from newsbot.extraction.vocabulary import (
    names_accordion,
    names_body,
    names_consent,
    names_embed,
    names_furniture,
    names_layer,
    role_is_furniture,
    style_hides,
)

_LONG_TEXT = etree.XPath("descendant::text()[string-length() > 20][string-length(normalize-space()) > 20]")
_SENTENCE = re.compile(r"[.,;:!?…。、，！？؟،؛।॥።]|[\u0e00-\u0e7f]")
FLOW = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "blockquote", "pre", "table", "tbody", "tr", "td",
    "dd", "dt", "figure", "span", "b", "strong", "em", "i", "a", "font", "u", "details",
})  # fmt: skip
"""Elements that carry text, and no layout."""
_FURNITURE_TAGS = frozenset(
    {
        "nav",
        "footer",
        "aside",
        "form",
        "figcaption",
        "button",
        "dialog",
        "address",
        "menu",
        "label",
        "caption",
        "figure",
    }
)
_PLAIN = frozenset(
    {
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "tr",
        "td",
        "th",
        "tbody",
        "table",
        "thead",
        "pre",
        "strong",
        "b",
        "em",
        "i",
    }
)
MUCH = 900
"""Characters of running text with which an element is no slider, table of contents or banner, whatever its name."""


@dataclass(slots=True)
class Weights:
    """How much text of the page lies below each element that has any."""

    clean: dict[etree._Element, float] = field(default_factory=dict)
    """Outside links and furniture."""
    raw: dict[etree._Element, float] = field(default_factory=dict)
    """Outside links."""
    furniture: set[etree._Element] = field(default_factory=set)
    children: dict[etree._Element, list[etree._Element]] = field(default_factory=dict)
    order: dict[etree._Element, int] = field(default_factory=dict)
    """Position in the document."""
    linked: float = 0.0
    """Characters of long texts within links."""
    total: float = 0.0


def weigh(body: etree._Element) -> Weights:
    """Weigh the page's text."""
    own: dict[etree._Element, float] = {}
    weights = Weights()
    depth: dict[etree._Element, int] = {body: 0}
    in_link: dict[etree._Element, bool] = {body: False}
    order: list[etree._Element] = [body]
    for text in _LONG_TEXT(body):
        node = text.getparent()
        if text.is_tail:
            node = node.getparent()
        missing = []
        climb = node
        while climb is not None and climb not in depth:
            missing.append(climb)
            climb = climb.getparent()
        if climb is None:
            continue
        for element in reversed(missing):
            parent = element.getparent()
            depth[element] = depth[parent] + 1
            in_link[element] = in_link[parent] or element.tag == "a"
            weights.children.setdefault(parent, []).append(element)
            order.append(element)
        length = float(len(text))
        if in_link[node]:
            weights.linked += length
            continue
        own[node] = own.get(node, 0.0) + (length if _SENTENCE.search(text) else 0.3 * length)
    deepest_first = sorted(order, key=depth.__getitem__, reverse=True)
    weights.raw = _summed(own, deepest_first)
    weights.order = {element: position for position, element in enumerate(order)}
    page = weights.raw.get(body, 0.0)
    protected = _protected(weights.raw, page)
    lightest = 0.0
    while True:
        weights.furniture = _furniture(body, deepest_first, weights.raw, protected, lightest)
        weights.clean = _summed({e: w for e, w in own.items() if e not in weights.furniture}, deepest_first)
        if lightest or weights.clean.get(body, 0.0) > 0.4 * page or page < 1000:
            break
        lightest = 0.02 * page  # names that take nearly all of the text away are believed of small elements only
    weights.total = weights.clean.get(body, 0.0)
    return weights


def _furniture(
    body: etree._Element,
    deepest_first: list[etree._Element],
    raw: dict[etree._Element, float],
    protected: set[etree._Element],
    lightest: float,
) -> set[etree._Element]:
    found: set[etree._Element] = set()
    for element in reversed(deepest_first):
        if element is body or element in protected:
            continue
        if element.getparent() in found or is_furniture(element, raw[element], raw[body], lightest):
            found.add(element)
    return found


def _summed(own: dict[etree._Element, float], deepest_first: list[etree._Element]) -> dict[etree._Element, float]:
    total = {element: own.get(element, 0.0) for element in deepest_first}
    for element in deepest_first[:-1]:
        parent = element.getparent()
        if parent is not None:
            total[parent] += total[element]
    return total


def _protected(raw: dict[etree._Element, float], page: float) -> set[etree._Element]:
    """Return the elements above one that says it is the article's body: their names mean the whole page."""
    protected: set[etree._Element] = set()
    for element, weight in raw.items():
        if weight > 0.2 * page and element not in protected and says_body(element):
            if any(
                names_consent(a.get("class") or "", a.get("id") or "") for a in element.iterancestors("div", "section")
            ):
                continue
            protected.add(element)
            above = element.getparent()
            while above is not None and above not in protected:
                protected.add(above)
                above = above.getparent()
    return protected


def says_body(element: etree._Element) -> bool:
    """Whether microdata or names say that an element holds the article's text."""
    get = element.get
    if "articlebody" in (get("itemprop") or get("property") or "").lower():
        return True
    class_name, identifier = get("class") or "", get("id") or ""
    return bool(class_name or identifier) and element.tag not in FLOW and names_body(class_name, identifier)


def is_furniture(element: etree._Element, weight: float, page: float, lightest: float = 0.0) -> bool:
    """Whether an element is no part of the article's text, unless it holds most of the page's.

    Where lightest is given, only the tags of elements that weigh more are believed, not their names.
    """
    get = element.get
    if weight > 0.5 * page > 0:
        if element.tag in ("nav", "footer"):
            return True
        layer = element.tag == "div" and names_layer(get("class") or "", get("id") or "")
        return layer and next(element.iter("h1"), None) is None
    if element.tag in _FURNITURE_TAGS:
        if element.tag == "button":
            return not names_accordion(get("class") or "")
        return element.tag != "figure" or not _holds_words(element)
    class_name, identifier = get("class"), get("id")
    if element.tag in _PLAIN:  # headings carry slugs, rows and quotations carry what they are about
        return get("hidden") is not None or style_hides(get("style"))
    if lightest and weight > lightest:
        return element.tag in ("div", "section") and names_layer(class_name or "", identifier or "")
    if class_name and names_embed(class_name) and element.tag in ("div", "figure", "section", "p"):
        return next(element.iter("blockquote"), None) is None and not says_body(element)
    if class_name or identifier:
        sure = names_furniture(class_name or "", identifier or "")
        if sure == 2 or (sure and weight < MUCH):
            return not (get("itemprop") or "").lower().endswith("articlebody")
    if role_is_furniture(get("role")):
        return True
    if get("hidden") is not None or get("aria-hidden") == "true" or style_hides(get("style")):
        above = element.getparent()
        names = [class_name, identifier] + ([] if above is None else [above.get("class"), above.get("id")])
        return not names_accordion(" ".join(filter(None, names)))  # folded away, and still the article's
    return False


def _holds_words(figure: etree._Element) -> bool:
    """Whether a figure is a table, or a quotation without a picture."""
    inside = {part.tag for part in figure.iter("table", "blockquote", "img", "video", "a", "cite")}
    return "table" in inside or ("blockquote" in inside and "img" not in inside)
