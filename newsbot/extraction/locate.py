"""Find the element that holds the article's text.

From <body>, or from an element whose names or microdata say that it is the article's body, the search goes down
as long as one child holds nearly all of the weight.
"""

from __future__ import annotations

from lxml import etree

from newsbot.extraction.class_names import names_main
from newsbot.extraction.container import FLOW, Weights, says_body
from newsbot.extraction.title import fold

NEARLY_ALL = 0.9


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
    if (
        best.tag not in ("article", "main")
        and not says_body(best)
        and not names_main(best.get("class") or "", best.get("id") or "")
    ):
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
    within = {next(element.iterancestors("article"), None) for element in named}
    together = sum(weights.clean[element] for element in named)
    if len(within) > 1 or len({element.get("class") for element in named}) > 1:
        return None
    return shared if together > 0.7 * weights.clean[shared] and together > 0.5 * weights.total else None


def _around_heading(body: etree._Element, weights: Weights, title: str) -> etree._Element:
    """Return <body>, or what surrounds the headline where the heaviest element of the page stands before it."""
    folded = fold(title)
    headings = [h for h in body.iter("h1") if folded and fold("".join(h.itertext())) == folded]
    if len(headings) != 1:
        return body
    region = next((a for a in headings[0].iterancestors() if weights.clean.get(a, 0.0) > 250), body)
    heavy = max(
        (e for e in weights.clean if e.tag not in FLOW and weights.clean[e] > 0.5 * weights.total),
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
