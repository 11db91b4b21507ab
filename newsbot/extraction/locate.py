"""Find the element that holds the article's text.

Long runs of text outside links give weight to their elements and to all above; from <body>, or from an element
whose names or microdata say that it is the article's body, the search goes down as long as one child holds
nearly all of the weight. Furniture (comments, related lists, consent boxes) weighs nothing, unless it
holds most of the page: then its name says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from newsbot.extraction.title import fold
from newsbot.extraction.vocabulary import names_body, names_consent, names_embed, names_furniture, names_layer, names_main, role_is_furniture, style_hides

_LONG_TEXT = etree.XPath("descendant::text()[string-length(normalize-space()) > 20]")
_SENTENCE = re.compile(r"[.,;:!?…。、，！？؟،؛।॥።]|[\u0e00-\u0e7f]")
FLOW = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "blockquote", "pre", "table", "tbody", "tr",
                  "td", "dd", "dt", "figure", "span", "b", "strong", "em", "i", "a", "font", "u", "details"})  # fmt: skip
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "form", "figcaption", "button", "dialog", "address", "menu", "label", "caption", "figure"})
_PLAIN = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "td", "th", "tbody", "table", "thead", "pre", "strong", "b", "em", "i"})
NEARLY_ALL = 0.9


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
        if lightest or weights.clean.get(body, 0.0) > 0.25 * page or page < 1000:
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
            if any(names_consent(a.get("class") or "", a.get("id") or "") for a in element.iterancestors("div", "section")):
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
        class_name, identifier = get("class") or "", get("id") or ""
        layer = bool(class_name or identifier) and element.tag == "div" and names_layer(class_name, identifier)
        return layer and next(element.iter("h1"), None) is None
    if element.tag in _FURNITURE_TAGS:
        return not (element.tag == "figure" and element.find(".//table") is not None)
    class_name, identifier = get("class"), get("id")
    if element.tag in _PLAIN:  # headings carry slugs, rows and quotations carry what they are about
        return get("hidden") is not None or style_hides(get("style"))
    if lightest and weight > lightest:
        return False
    if class_name and names_embed(class_name) and element.tag in ("div", "figure", "section", "p"):
        return next(element.iter("blockquote"), None) is None and not says_body(element)
    if (class_name or identifier) and names_furniture(class_name or "", identifier or ""):
        return not (get("itemprop") or "").lower().endswith("articlebody")
    return (
        role_is_furniture(get("role"))
        or get("hidden") is not None
        or get("aria-hidden") == "true"
        or style_hides(get("style"))
    )


def locate(body: etree._Element, weights: Weights, title: str) -> etree._Element:
    """Return the smallest element that holds the article's text."""
    node = _start(body, weights, title)
    while True:
        children = weights.children.get(node)
        total = weights.clean[node]
        if not children or total <= 0:
            return node
        best = max(children, key=weights.clean.__getitem__)
        share = weights.clean[best] / total
        if best.tag in FLOW and best.tag not in ("table", "tbody", "tr", "td", "center"):
            return node
        if share < NEARLY_ALL and not (share > 0.5 and _foreign(node, best, weights)):
            return node
        node = best


def _foreign(node: etree._Element, best: etree._Element, weights: Weights) -> bool:
    """Whether the best child says that it is the article, and no other child looks like a part of it."""
    if best.tag not in ("article", "main") and not says_body(best) and not names_main(best.get("class") or "", best.get("id") or ""):
        return False
    signature = (best.tag, best.get("class"))
    return all(
        child.tag not in FLOW and (child.tag, child.get("class")) != signature
        for child in weights.children[node]
        if child is not best and weights.clean[child] > 0
    )


def _start(body: etree._Element, weights: Weights, title: str) -> etree._Element:
    """Return the element that says it is the article's body, if it weighs enough, else <body>.

    On a page of several articles that is the one with the page's headline.
    """
    named: list[etree._Element] = []
    articles: list[etree._Element] = []
    for element, weight in weights.clean.items():
        if weight < 0.05 * weights.total or element is body:
            continue
        if says_body(element):
            named.append(element)
        if element.tag == "article" and weight >= 0.15 * weights.total:
            articles.append(element)
    outer = _outermost(articles)
    if len(outer) > 1 and (own := _with_heading(outer, title)) is not None:
        inside = [e for e in named if own in e.iterancestors() and weights.clean[e] > 0.4 * weights.clean[own]]
        return max(inside, key=weights.clean.__getitem__, default=own)
    if (together := _pieces(_outermost(named), weights)) is not None:
        return together
    heavy = [element for element in named if weights.clean[element] > 0.35 * weights.total]
    if heavy:
        return max(heavy, key=weights.clean.__getitem__)
    if len(outer) == 1 and weights.clean[outer[0]] > 0.35 * weights.total:
        return outer[0]
    return _around_heading(body, weights, title)


def _outermost(elements: list[etree._Element]) -> list[etree._Element]:
    """Return those that lie in no other one."""
    chosen = set(elements)
    return [element for element in elements if not any(above in chosen for above in element.iterancestors())]


def _pieces(named: list[etree._Element], weights: Weights) -> etree._Element | None:
    """Return what holds an article body that comes in several elements of such a name (between advertisements)."""
    if len(named) < 2:
        return None
    others = [set(element.iterancestors()) for element in named[1:]]
    shared = next((above for above in named[0].iterancestors() if all(above in chain for chain in others)), None)
    if shared is None or sum(1 for _ in shared.iter("h1")) > 1:
        return None
    together = sum(weights.clean[element] for element in named)
    return shared if together > 0.7 * weights.clean[shared] and together > 0.5 * weights.total else None


def _around_heading(body: etree._Element, weights: Weights, title: str) -> etree._Element:
    """Return <body>, or what surrounds the headline where the heaviest element of the page stands before it."""
    folded = fold(title)
    headings = [h for h in body.iter("h1") if folded and fold("".join(h.itertext())) == folded]
    if len(headings) != 1:
        return body
    region = next((a for a in headings[0].iterancestors() if weights.clean.get(a, 0.0) > 250), body)
    heavy = max(
        (e for e in weights.clean if e not in FLOW and weights.clean[e] > 0.5 * weights.total),
        key=lambda e: sum(1 for _ in e.iterancestors()),
        default=body,
    )
    apart = region is not heavy and region not in heavy.iterancestors() and heavy not in region.iterancestors()
    before = weights.order.get(heavy, 0) < weights.order.get(region, 0)
    return region if apart and before and weights.clean[region] > 0.1 * weights.total else body


def _with_heading(articles: list[etree._Element], title: str) -> etree._Element | None:
    folded = fold(title)
    for article in articles:
        for heading in article.iter("h1", "h2", "h3"):
            if folded and fold("".join(heading.itertext())) == folded:
                return article
    with_h1 = [article for article in articles if next(article.iter("h1"), None) is not None]
    return with_h1[0] if len(with_h1) == 1 else None
