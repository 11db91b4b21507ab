"""Find the element that holds the article's text, by where the weight of the page's text lies.

Long runs of text outside links give weight to their elements and to all above. Furniture (comments, related
lists, consent boxes) weighs nothing, unless it holds most of the page: then its name says nothing. From <body>, or
from an element that is named or marked up as the article's body, the search goes down as long as one child holds
nearly all of the weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from newsbot.extraction.class_names import (
    SURE,
    WEAK,
    names_accordion,
    names_body,
    names_consent,
    names_embed,
    names_furniture,
    names_hidden,
    names_layer,
    names_main,
    role_hides,
    role_is_furniture,
    style_hides,
)
from newsbot.extraction.document import headlines

_NUMBER = re.compile(r"\d+")
_PUNCTUATION = re.compile(r"[.,;:!?…。、，！？؟،؛।॥።]|[\u0e00-\u0e7f]")
FLOW = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "blockquote", "pre", "table", "tbody", "tr", "td",
    "dd", "dt", "figure", "span", "b", "strong", "em", "i", "a", "font", "u", "details",
})  # fmt: skip
"""Elements that carry text, and no layout."""
_FURNITURE_TAGS = frozenset((
    "nav", "footer", "aside", "form", "figcaption", "button", "dialog", "address", "menu", "label", "caption", "figure",
))  # fmt: skip
_PLAIN = frozenset((
    "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "td", "th", "tbody", "table", "thead", "pre", "strong", "b",
    "em", "i",
))  # fmt: skip
"""Elements whose names say what they are about, not what they are: headings carry slugs, quotations sources."""
_SOURCES = ("footer", "figcaption", "aside", "address")
"""Tags of furniture that tell in a quotation whose it is."""
_EMBEDDING = ("div", "figure", "section", "p")
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt",
    "u", "var",
))  # fmt: skip
"""Elements that are a part of a sentence where text stands beside them."""
_CODE = ("pre", "code", "kbd", "samp")
"""What highlighters fill with spans named comment, meta or keyword."""
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।॥۔։။][”\"'’»)]*$")


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides, in characters or as shares of the page's weight.

    Chosen on the half of 376 real pages that rules were tuned on (docs/decisions/0002-extraction.md).
    """

    label: int = 20
    """Characters up to which a text is a label, and weighs nothing."""
    unpunctuated: float = 0.3
    """What a character weighs in a text without any punctuation: such texts are labels more often than sentences."""
    most_of_page: float = 0.5
    """What weighs more holds the article and maybe more: it is no furniture, whatever its names."""
    weak_name: int = 900
    """Characters from which on an element is no slider, table of contents or banner, whatever its name."""
    slight_name: int = 100
    """The same for tables of contents, dates and tags, of which an element's id or state may speak too."""
    left_by_names: float = 0.4
    """Where furniture leaves less of the page, names are believed of elements up to small only."""
    small: float = 0.02
    short_page: int = 1000
    """Characters of a page's weight that say too little to doubt its names."""
    named_body: float = 0.2
    """What is called the article's body, and weighs more, is believed: nothing above it is furniture."""
    nearly_all: float = 0.9
    """Share of an element's weight with which its heaviest child takes its place in the search."""
    named_child: float = 0.5
    """The same where that child, and no other, looks like the article."""
    running: int = 350
    """Characters of running text with which another child looks like the article too."""
    around: int = 3
    """Elements up to which the container's namesakes are looked for ..."""
    part: int = 40
    """... and characters of running text that one has."""
    teasers: int = 3
    """Headings that lead to other articles, and make an element a list of them."""
    beside_teasers: float = 0.2
    """Share of the weight that the article has, at least, where such a list is heavier."""
    candidate: float = 0.05
    """What is called the article's body and weighs less is not where the search begins."""
    article: float = 0.15
    """The same for <article>."""
    start: float = 0.35
    """A candidate that weighs more is where the search begins."""
    start_in_article: float = 0.4
    """The same within the article, of several, that has the headline: share of that article's weight."""
    pieces_of_parent: float = 0.7
    """Share of their parent's weight that the pieces of an article's body have together, at least."""
    pieces_of_page: float = 0.5
    nested: int = 4
    """Elements, one within the other, between the text of a block, or a quotation, and one that is named."""
    parts_of_phrase: int = 3
    """An element with so many children is more than a phrase: a card that opens above a name."""
    headline_region: int = 250
    """Characters that an element around the headline weighs, at least, to hold the article."""
    headline_region_of_page: float = 0.1


LIMITS = Limits()


@dataclass(slots=True)
class Weights:
    """How much text of the page lies below each element that has any."""

    clean: dict[etree._Element, float] = field(default_factory=dict)
    """Outside links and furniture."""
    raw: dict[etree._Element, float] = field(default_factory=dict)
    """Outside links."""
    furniture: set[etree._Element] = field(default_factory=set)
    """Of the elements that have any outside links."""
    children: dict[etree._Element, list[etree._Element]] = field(default_factory=dict)
    order: dict[etree._Element, int] = field(default_factory=dict)
    """Position in the document."""
    linked: float = 0.0
    """Characters of long texts within links."""
    total: float = 0.0


def weigh(body: etree._Element, elements: Iterable[etree._Element] | None = None) -> Weights:
    """Weigh the page's text; elements are body and all below it, in order."""
    tree = _Tree(body)
    weights = Weights()
    label = LIMITS.label
    for element in body.iter() if elements is None else elements:
        if (text := element.text) is not None and len(text) > label:
            tree.add(element, text)
        if (text := element.tail) is not None and len(text) > label and element is not body:
            tree.add(element.getparent(), text)
    order, raw = tree.order, tree.summed([False] * len(tree.order))
    weights.linked = tree.linked
    weights.children = tree.children
    weights.raw = dict(zip(order, raw, strict=True))
    weights.order = tree.index
    page = raw[0]
    protected = _protected(weights.raw, page)
    lightest = 0.0
    while True:
        out = [False]
        for above, element, weight in zip(tree.above[1:], order[1:], raw[1:], strict=True):
            out.append(
                weight > 0.0
                and element not in protected
                and (out[above] or is_furniture(element, weight, page, lightest))
            )
        clean = tree.summed(out)
        if lightest or clean[0] > LIMITS.left_by_names * page or page < LIMITS.short_page:
            break
        lightest = LIMITS.small * page
    weights.furniture = {element for element, is_out in zip(order, out, strict=True) if is_out}
    weights.clean = dict(zip(order, clean, strict=True))
    weights.total = clean[0]
    return weights


class _Tree:
    """The elements that have long texts below them, in document order, and what each holds itself."""

    def __init__(self, body: etree._Element) -> None:
        self.order = [body]
        self.index = {body: 0}
        self.above = [-1]
        self.children: dict[etree._Element, list[etree._Element]] = {}
        self.linked = 0.0
        self._in_link = [False]
        self._own = [0.0]

    def add(self, node: etree._Element | None, text: str) -> None:
        """Count a text of an element."""
        letters, label = len(text.strip()), LIMITS.label
        if node is None or letters <= label or (letters < 4 * label and len(" ".join(text.split())) <= label):
            return
        at = self.index.get(node)
        if at is None:
            at = self._place(node)
        length = float(len(text))
        if self._in_link[at]:
            self.linked += length
        else:
            self._own[at] += length if _PUNCTUATION.search(text) else LIMITS.unpunctuated * length

    def _place(self, node: etree._Element) -> int:
        above = node.getparent()
        at = 0
        if above is not None:
            found = self.index.get(above)
            at = self._place(above) if found is None else found
        self.children.setdefault(self.order[at], []).append(node)
        self.above.append(at)
        self._in_link.append(self._in_link[at] or is_link(node))
        self._own.append(0.0)
        self.index[node] = len(self.order)
        self.order.append(node)
        return len(self.order) - 1

    def summed(self, out: list[bool]) -> list[float]:
        """Sum what elements hold themselves up to <body>, without those that are out."""
        total = [0.0 if is_out else own for own, is_out in zip(self._own, out, strict=True)]
        above = self.above
        for at in range(len(total) - 1, 0, -1):
            total[above[at]] += total[at]
        return total


def _protected(raw: dict[etree._Element, float], page: float) -> set[etree._Element]:
    """Return the elements above one that says it is the article's body: their names mean the whole page."""
    protected: set[etree._Element] = set()
    for element, weight in raw.items():
        if weight > LIMITS.named_body * page and element not in protected and says_body(element):
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


def is_link(element: etree._Element) -> bool:
    """Whether an element leads anywhere: without an address <a> marks a place, and its text is text.

    >>> [is_link(element) for element in etree.HTML("<a name=top>Up here</a><a href=/rain>Rain</a>").iter("a")]
    [False, True]
    """
    return element.tag == "a" and element.get("href") is not None


def is_furniture(element: etree._Element, weight: float, page: float, lightest: float = 0.0) -> bool:
    """Whether an element is no part of the article's text, unless it holds most of the page's.

    Where lightest is given, only the tags of elements that weigh more are believed, not their names.
    """
    tag = element.tag
    if weight > LIMITS.most_of_page * page > 0:
        if tag in ("nav", "footer"):
            return True
        layer = tag == "div" and names_layer(element.get("class") or "", element.get("id") or "")
        return layer and next(element.iter("h1"), None) is None
    if tag in _FURNITURE_TAGS:
        if tag == "button":
            return not names_accordion(element.get("class") or "")
        if tag == "label":
            return not _is_in_sentence(element)
        if tag == "figure":
            return not _holds_words(element)
        return tag not in _SOURCES or not _is_quoted(element)
    items = element.items()
    if not items:
        return False
    get = dict(items).get
    class_name, identifier = get("class"), get("id")
    if tag in _PLAIN:
        unseen = class_name is not None and names_hidden(class_name)
        return unseen or get("hidden") is not None or style_hides(get("style"))
    if lightest and weight > lightest:
        return tag in ("div", "section") and names_layer(class_name or "", identifier or "")
    if class_name and weight < LIMITS.weak_name and tag in _EMBEDDING and names_embed(class_name):
        return next(element.iter("blockquote"), None) is None and not says_body(element)
    if class_name or identifier:
        said = names_furniture(class_name or "", identifier or "")
        if said == SURE or (said and weight < (LIMITS.weak_name if said == WEAK else LIMITS.slight_name)):
            part = (tag in _INLINE and _is_in_sentence(element)) or _is_quoted(element)
            if part and not names_hidden(class_name or ""):
                return role_hides(get("role")) or _is_hidden(element)
            return not (get("itemprop") or "").lower().endswith("articlebody")
    if len(items) == (class_name is not None) + (identifier is not None):
        return False
    if role_is_furniture(get("role")):
        return role_hides(get("role")) or tag not in _INLINE or not _is_in_sentence(element)
    hides = get("hidden") is not None or get("aria-hidden") == "true" or style_hides(get("style"))
    return hides and _is_hidden(element)


def _is_quoted(element: etree._Element) -> bool:
    """Whether an element stands in a quotation: its source, or a part of what is quoted."""
    return any(above.tag == "blockquote" for above in islice(element.iterancestors(), LIMITS.nested))


def _is_hidden(element: etree._Element) -> bool:
    """Whether attributes hide an element, and it is nothing that unfolds."""
    get = element.get
    if get("hidden") is None and get("aria-hidden") != "true" and not style_hides(get("style")):
        return False
    above = element.getparent()
    names = [get("class"), get("id")] + ([] if above is None else [above.get("class"), above.get("id")])
    return not names_accordion(" ".join(filter(None, names)))  # folded away, and still the article's


def _is_in_sentence(element: etree._Element) -> bool:
    """Whether an inline element is a part of running text: words follow it, or an unfinished sentence leads to it.

    What ends a block after a finished sentence ("Read on") or a label ("By", "Tags:") is no part of it. An element
    that is alone in another inline one stands where that one stands.
    """
    for _ in range(LIMITS.nested):
        above, previous = element.getparent(), element.getprevious()
        if above is None or above.tag in _CODE:
            return above is not None
        before, after = (above.text if previous is None else previous.tail) or "", element.tail or ""
        if _WORD.search(after):
            return len(element) < LIMITS.parts_of_phrase
        if _WORD.search(before):
            before = before.strip()
            return len(before) > LIMITS.label and not before.endswith((":", "：")) and not _SENTENCE_END.search(before)
        if above.tag not in _INLINE or previous is not None or element.getnext() is not None:
            return False
        element = above
    return False


def _holds_words(figure: etree._Element) -> bool:
    """Whether a figure is a table, or a quotation without a picture."""
    inside = {part.tag for part in figure.iter("table", "blockquote", "img", "video", "a", "cite")}
    return "table" in inside or ("blockquote" in inside and "img" not in inside)


def locate(body: etree._Element, weights: Weights, title: str) -> etree._Element:
    """Return the smallest element that holds the article's text.

    >>> text = f"<p>{'The council voted to keep the ferry. ' * 9}</p>"
    >>> page = etree.HTML(f"<main><div id=story>{text}{text}</div><div class=related>{text}</div></main>")
    >>> locate(page, weigh(page), "Ferry stays").get("id")
    'story'
    """
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
        if share < LIMITS.nearly_all and not (share > LIMITS.named_child and _is_alone(node, best, weights)):
            if (own := _above_teasers(node, best, weights)) is None:
                return node
            best = own
        node = best


def parts_of(container: etree._Element, weights: Weights) -> list[etree._Element]:
    """Return the elements that hold the article's text, in order: the container, and what bears its names beside it.

    >>> text = f"<p>{'The council voted to keep the ferry. ' * 20}</p>"
    >>> page = etree.HTML(f"<main><div class='story-text b'>{text}</div><br><div class=story-text>{text}</div></main>")
    >>> [part.get("class") for part in parts_of(page.find(".//div[@class='story-text']"), weigh(page))]
    ['story-text b', 'story-text']
    """
    names = _names(container)
    parts = [container]
    node = container
    for _ in range(LIMITS.around if names else 0):
        above = node.getparent()
        if above is None or above.tag in ("body", "html"):
            break
        beside = (sibling for sibling in weights.children.get(above, ()) if sibling is not node)
        found = (_namesake(sibling, str(container.tag), names, weights) for sibling in beside)
        parts += [part for part in found if part is not None]
        node = above
    return sorted(parts, key=weights.order.__getitem__) if len(parts) > 1 else parts


def _namesake(element: etree._Element, tag: str, names: frozenset[str], weights: Weights) -> etree._Element | None:
    """Return an element with running text, or the one that is all it holds, if it bears the names, a word more or less.

    One name in common has to say that it is an article's body; two do not have to say anything.
    """
    while weights.clean[element] >= LIMITS.part and element not in weights.furniture:
        own = _names(element)
        common = own & names
        if element.tag == tag and common and common in (own, names):
            if len(common) == 1 and not names_body(" ".join(common), ""):
                return None
            alone = next(element.iter("h1"), None) is None and not _teasers(element)
            return element if alone else None
        inner = weights.children.get(element, [])
        if len(inner) != 1:
            return None
        element = inner[0]
    return None


def _names(element: etree._Element) -> frozenset[str]:
    """Return the class names of an element, without numbers."""
    return frozenset(_NUMBER.sub("", name) for name in (element.get("class") or "").split())


def _is_alone(node: etree._Element, best: etree._Element, weights: Weights) -> bool:
    """Whether the best child says that it is the article, and no other child looks like a part of it."""
    named = best.tag in ("article", "main") or says_body(best)
    if not named and not names_main(best.get("class") or "", best.get("id") or ""):
        return False
    signature = (best.tag, best.get("class"))
    return all(
        child.tag not in FLOW and (child.tag, child.get("class")) != signature and not _runs(child, weights)
        for child in weights.children[node]
        if child is not best and weights.clean[child] > 0
    )


def _above_teasers(node: etree._Element, best: etree._Element, weights: Weights) -> etree._Element | None:
    """Return the child that has the page's <h1> and runs, where the heaviest one lists other articles."""
    if best.tag in FLOW or _teasers(best) < LIMITS.teasers:
        return None
    enough = LIMITS.beside_teasers * weights.clean[node]
    runs = (child for child in weights.children[node] if weights.clean[child] > enough and _runs(child, weights))
    return next((child for child in runs if next(child.iter("h1"), None) is not None), None)


def _runs(element: etree._Element, weights: Weights) -> bool:
    """Whether an element has running text, and no headings that lead to other articles."""
    return weights.clean[element] >= LIMITS.running and not _teasers(element)


def _teasers(element: etree._Element) -> int:
    """Return how many headings lead to other articles."""
    count = 0
    for heading in element.iter("h2", "h3", "h4", "h5", "h6"):
        above = heading.getparent()
        count += (above is not None and above.tag == "a") or next(heading.iter("a"), None) is not None
    return count


def _start(body: etree._Element, weights: Weights, title: str) -> etree._Element:
    """Return the element that says it is the article's body, if it weighs enough, else <body>.

    On a page of several articles that is the one with the page's headline.
    """
    named: list[etree._Element] = []
    articles: list[etree._Element] = []
    for element, weight in weights.clean.items():
        if weight < LIMITS.candidate * weights.total or element is body:
            continue
        if says_body(element):
            named.append(element)
        if element.tag == "article" and weight >= LIMITS.article * weights.total:
            articles.append(element)
    outer = _outermost(articles)
    if len(outer) > 1 and (own := _with_headline(outer, title)) is not None:
        enough = LIMITS.start_in_article * weights.clean[own]
        inside = [element for element in named if own in element.iterancestors() and weights.clean[element] > enough]
        return max(inside, key=weights.clean.__getitem__, default=own)
    if (together := _pieces(_outermost(named), weights)) is not None:
        return together
    enough = LIMITS.start * weights.total
    if heavy := [element for element in named if weights.clean[element] > enough]:
        return max(heavy, key=weights.clean.__getitem__)
    if len(outer) == 1 and weights.clean[outer[0]] > enough:
        return outer[0]
    return _around_headline(body, weights, title)


def _outermost(elements: list[etree._Element]) -> list[etree._Element]:
    """Return those that lie in no other one."""
    chosen = set(elements)
    return [element for element in elements if not any(above in chosen for above in element.iterancestors())]


def _with_headline(articles: list[etree._Element], title: str) -> etree._Element | None:
    """Return the article that shows the headline, or the only one with an <h1>."""
    for article in articles:
        if next(headlines(article.iter("h1", "h2", "h3"), title), None) is not None:
            return article
    with_h1 = [article for article in articles if next(article.iter("h1"), None) is not None]
    return with_h1[0] if len(with_h1) == 1 else None


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
    enough = max(LIMITS.pieces_of_parent * weights.clean[shared], LIMITS.pieces_of_page * weights.total)
    return shared if together > enough else None


def _around_headline(body: etree._Element, weights: Weights, title: str) -> etree._Element:
    """Return <body>, or what surrounds the headline where the heaviest element of the page stands before it."""
    shown = list(headlines(body.iter("h1"), title))
    if len(shown) != 1:
        return body
    enough = LIMITS.headline_region
    region = next((above for above in shown[0].iterancestors() if weights.clean.get(above, 0.0) > enough), body)
    most = LIMITS.most_of_page * weights.total
    heavy = max(
        (element for element, weight in weights.clean.items() if weight > most and element.tag not in FLOW),
        key=lambda element: sum(1 for _ in element.iterancestors()),
        default=body,
    )
    apart = region is not heavy and region not in heavy.iterancestors() and heavy not in region.iterancestors()
    before = weights.order.get(heavy, 0) < weights.order.get(region, 0)
    heard = weights.clean[region] > LIMITS.headline_region_of_page * weights.total
    return region if apart and before and heard else body
