"""The links of a page, each with the place where it stands and the text that it shows; and the page's texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from newsbot.discovery.url_shape import CHROME_TOKENS, MORE_PHRASES, STORY_TOKENS, WIDE
from newsbot.web.encoding import to_utf8
from newsbot.web.jsonld import listed_articles, scripts_of
from newsbot.web.urls import InvalidURL, canonical_url, site_of

Tree = html.HtmlElement | etree._Element
MAX_LINKS = 5_000
"""Links looked at on one page."""
SEVERAL = 4
"""Links below the smallest element around a link that is a list."""
LONGEST_TEXT = 300
"""Characters with which a text is no headline."""
CONTAINERS = 4
"""Elements above a link by which the rows of one list are known."""
MANY_LINKS = 20
"""On a page with more of them, the names of what holds most do not say where its links stand."""

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "button", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "label", "legend", "li",
    "main", "nav", "ol", "p", "section", "summary", "table", "tbody", "td", "th", "tr", "ul",
))  # fmt: skip
_SILENT = frozenset(("head", "iframe", "noscript", "option", "script", "style", "svg", "template", "title"))
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}(?![a-z])")


@dataclass(slots=True)
class Link:
    """One address of a page, with all that its anchors tell together."""

    url: str
    text: str = ""
    heading: bool = False
    story: bool = False
    """Inside an <article> or an element whose class says story, teaser, card."""
    chrome: int = 0
    """Anchors that stand in navigation, header or footer."""
    anchors: int = 0
    relations: set[str] = field(default_factory=set)
    containers: list[tuple[str, ...]] = field(default_factory=list)
    """Tags and classes around each anchor: alike for the links of one list, on all its rows."""
    lists: list[int] = field(default_factory=list)
    """The smallest element around each anchor that holds several links, by number."""
    time: str | None = None
    """The machine-readable time that stands beside it, as it is written."""

    @property
    def in_chrome(self) -> bool:
        """Whether it stands in nothing but navigation."""
        return self.chrome == self.anchors

    @property
    def length(self) -> int:
        """Words of the text; two signs of a script without spaces count as one."""
        wide = len(WIDE.findall(self.text))
        return wide // 2 + len(WIDE.sub(" ", self.text).split())


def as_tree(page: Tree | bytes, charset: str | None = None) -> Tree | None:
    """Parse a page unless it is a tree already; None when no document comes out of it."""
    if not isinstance(page, bytes):
        return page
    if not page.strip():
        return None
    data = to_utf8(page, charset).data
    try:
        # huge_tree: pages that never close their tags nest deeper than the 256 levels allowed without it.
        return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def base_of(tree: Tree, url: str) -> str:
    """The address that relative links of a page start from."""
    for element in tree.iter("base"):
        href = element.get("href")
        if href:
            try:
                return canonical_url(href, url)
            except InvalidURL:
                break
    return url


def links_of(tree: Tree, url: str) -> dict[str, Link]:
    """Collect the links of a page to its own site, by address, in document order.

    >>> page = as_tree(b'<nav><a href="/sport">Sport</a></nav><h2><a href="/rain">Rain falls</a></h2>')
    >>> [(link.text, link.in_chrome, link.heading) for link in links_of(page, "https://example.org/").values()]
    [('Sport', True, False), ('Rain falls', False, True)]
    """
    base, site = base_of(tree, url), site_of(url)
    own = canonical_url(url)
    anchors: list[tuple[etree._Element, str]] = []
    below: Counter[etree._Element] = Counter()
    found: dict[str, Link] = {}
    for anchor in tree.iter("a"):
        href = (anchor.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:")):
            continue
        try:
            address = canonical_url(href, base)
        except InvalidURL:
            continue
        if address == own or site_of(address) != site:
            continue
        if address not in found:
            if len(found) == MAX_LINKS:
                break
            found[address] = Link(address)
            below.update(anchor.iterancestors())
        anchors.append((anchor, address))
    places: dict[etree._Element, tuple[bool, bool, bool]] = {}
    numbers: dict[etree._Element, int] = {}
    for anchor, address in anchors:
        link = found[address]
        _take(link, anchor, _place(anchor, below, len(found), places))
        card, group = None, None
        for ancestor in anchor.iterancestors():
            if below[ancestor] >= SEVERAL:
                group = ancestor
                break
            card = ancestor
        if group is None:
            continue
        link.lists.append(numbers.setdefault(group, len(numbers)))
        if card is not None and link.time is None:
            times = [t.get("datetime") for t in card.iter("time") if t.get("datetime")]
            link.time = times[0] if len(times) == 1 else None
    _add_listed(found, tree, base, own, site)
    return found


def _add_listed(found: dict[str, Link], tree: Tree, base: str, own: str, site: str) -> None:
    for item in listed_articles(scripts_of(tree)):
        try:
            address = canonical_url(item.url, base)
        except InvalidURL:
            continue
        if address == own or site_of(address) != site or len(found) >= MAX_LINKS:
            continue
        link = found.setdefault(address, Link(address))
        link.anchors += 1
        link.story = link.heading = True
        link.text = link.text or " ".join((item.title or "").split())
        link.time = link.time or item.published


def _take(link: Link, anchor: etree._Element, place: tuple[bool, bool, bool]) -> None:
    chrome, story, heading = place
    inner = next((child for child in anchor.iter(*_HEADINGS) if child is not anchor), None)
    text = " ".join("".join(_texts(anchor if inner is None else inner)).split())
    link.anchors += 1
    link.chrome += chrome
    link.story |= story
    link.relations.update((anchor.get("rel") or "").lower().split())
    link.containers.append(_container(anchor))
    if inner is None and not text:
        image = next(anchor.iter("img"), None)
        label = anchor.get("aria-label") or anchor.get("title") or (image.get("alt") if image is not None else "") or ""
        text = " ".join(label.split())
    says_nothing = "_".join(text.casefold().strip(" .…›»→>").split()) in MORE_PHRASES
    if text and not says_nothing:
        better = (heading or inner is not None) and not link.heading
        if better or (len(text) > len(link.text) and len(text) < LONGEST_TEXT and not (link.heading and not heading)):
            link.text = text
    link.heading |= heading or inner is not None


def _texts(element: etree._Element) -> Iterator[str]:
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag not in ("script", "style", "noscript", "svg") and node.text:
            yield node.text
        if node is not element and node.tail:
            yield " " + node.tail


def _container(anchor: etree._Element) -> tuple[str, ...]:
    """Tags and first class names on the way up: alike for the links of one list."""
    names = []
    for element in (anchor, *list(anchor.iterancestors())[:CONTAINERS]):
        classes = (element.get("class") or "").split()
        names.append(f"{element.tag!s}.{re.sub(r'[0-9]+', '', classes[0])}" if classes else str(element.tag))
    return tuple(names)


def _place(
    element: etree._Element,
    below: Counter[etree._Element],
    total: int,
    places: dict[etree._Element, tuple[bool, bool, bool]],
) -> tuple[bool, bool, bool]:
    """Whether an element stands in navigation, in a story's frame, in a heading."""
    chain = []
    node: etree._Element | None = element
    while node is not None and node not in places:
        chain.append(node)
        node = node.getparent()
    place = places[node] if node is not None else (False, False, False)
    for node in reversed(chain):
        place = places[node] = _inside(node, place, below[node] * 2 > total > MANY_LINKS)
    return place


def _inside(node: etree._Element, outer: tuple[bool, bool, bool], most_links: bool) -> tuple[bool, bool, bool]:
    chrome, story, heading = outer
    tag = node.tag if isinstance(node.tag, str) else ""
    if tag in ("html", "body", "main"):
        return False, False, False
    if tag == "article":
        return False, True, heading
    if tag in ("nav", "footer") or (tag == "header" and not story):
        return (chrome or (not story if tag == "footer" else True)), story, heading
    if tag in _HEADINGS:
        heading = True
    role = node.get("role")
    if role in ("navigation", "contentinfo", "menu", "menubar", "search", "tablist"):
        return True, story, heading
    names = f"{node.get('class') or ''} {node.get('id') or ''}"
    if names.strip() and not most_links:
        tokens = [token.lower() for name in names.split() for token in _TOKEN.findall(name)]
        is_chrome, is_story = not CHROME_TOKENS.isdisjoint(tokens), not STORY_TOKENS.isdisjoint(tokens)
        # Both at once ("post tag-economy", "article-tags") says neither.
        if is_chrome and not is_story and not heading:
            chrome = True
        elif is_story and not is_chrome:
            story = True
    return chrome, story, heading


def text_blocks(page: Tree | bytes, *, charset: str | None = None) -> list[str]:
    """Return the texts of a page in their order, one a block-level element, white space folded.

    >>> text_blocks(b"<body><nav>Home | <b>Sport</b></nav><p>One.</p><ul><li>Show more<li>Help</ul></body>")
    ['Home | Sport', 'One.', 'Show more', 'Help']
    """
    tree = as_tree(page, charset)
    if tree is None:
        return []
    blocks: list[list[str]] = [[]]
    silent: etree._Element | None = None
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start" and silent is None:
            if tag in _SILENT or not tag:
                silent = node
            else:
                if tag in _BLOCKS or tag == "br":
                    blocks.append([])
                blocks[-1].append(node.text or "")
        elif event == "end":
            if node is silent:
                silent = None
            if silent is None:
                if tag in _BLOCKS:
                    blocks.append([])
                blocks[-1].append(node.tail or "" if node is not tree else "")
    return [text for block in blocks if (text := " ".join("".join(block).split()))]
