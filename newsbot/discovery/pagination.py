"""The next page of a list: rel=next, a "next" link, the number after this one."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from newsbot.discovery.anchors import MAX_LINKS, Tree, as_tree, base_of
from newsbot.discovery.url_shape import NEXT_WORDS, shape_of
from newsbot.web.text import text_content
from newsbot.web.urls import InvalidURL, canonical_url, site_of

_PAGE_NUMBER = re.compile(
    r"(?:[?&](?:page|paged|p|pg|pn|pageno|page_no|pagenum|currentpage|seite|pagina|pag|offset|start|from)=|"
    r"/(?:page|seite|pagina|pag|p|strona|sida)[-/_]?|[-_]page[-_]?)(\d{1,4})(?=/?$|[&#.])",
    re.I,
)
# A bare number is a page's, unless it may be the month or the day of an archive.
_BARE_NUMBER = re.compile(r"(?<!/19\d\d)(?<!/20\d\d)(?<!/19\d\d/\d\d)(?<!/20\d\d/\d\d)/(\d{1,3})/?$")
_WORD = re.compile(r"[^\W\d_]+|[›»→>⟩❯]+")
_TOKENS = re.compile(r"[a-z]+")
LABEL_WORDS = 4
"""Words of a link to the next page, at most."""


def next_pages(page: Tree | bytes, url: str, *, charset: str | None = None) -> list[str]:
    """Return the addresses that the next page of a list may have, the surest first; [] on the last page.

    >>> next_pages(b'<a href="?page=1">1</a> <a href="?page=3">3</a>', "https://example.org/news?page=2")
    ['https://example.org/news?page=3']
    >>> next_pages('<a href="/news/page/2/">Ältere Beiträge</a>'.encode(), "https://example.org/news/")
    ['https://example.org/news/page/2/']
    """
    tree = as_tree(page, charset)
    if tree is None:
        return []
    base, own = base_of(tree, url), canonical_url(url)
    site = site_of(own)
    current = page_number(own)
    ranked: dict[str, int] = {}
    for element in islice(tree.iter("link", "a"), MAX_LINKS):
        href = (element.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:")):
            continue
        rank = _rank(element)
        try:
            address = canonical_url(href, base)
        except InvalidURL:
            continue
        if address == own or site_of(address) != site:
            continue
        if rank is None and element.tag == "a" and _same_list(own, address) and page_number(address) == current + 1:
            rank = 2
        if rank is None or not _continues(own, address, current):
            continue
        ranked[address] = min(rank, ranked.get(address, rank))
    return sorted(ranked, key=lambda address: ranked[address])


def page_number(url: str) -> int:
    """Return the number of the page of a list that an address names; 1 where it names none.

    >>> page_number("https://example.org/news/page/7/"), page_number("https://example.org/news")
    (7, 1)
    """
    parts = urlsplit(url)
    match = _PAGE_NUMBER.search(f"?{parts.query}") or _PAGE_NUMBER.search(parts.path) or _BARE_NUMBER.search(parts.path)
    return int(match[1]) if match else 1


def _rank(element: etree._Element) -> int | None:
    """Return 0 for rel=next, 1 for what is named or called so, None for other links."""
    if "next" in (element.get("rel") or "").lower().split():
        return 0
    if element.tag == "link":
        return None
    names = set(_TOKENS.findall(f"{element.get('class') or ''} {element.get('id') or ''}".lower()))
    label = element.get("aria-label") or element.get("title") or ""
    words = _WORD.findall((text_content(element) or label).casefold())
    if not words or len(words) > LABEL_WORDS:
        words = _WORD.findall(label.casefold())
    if words and len(words) <= LABEL_WORDS and (words[0] in NEXT_WORDS or words[-1] in NEXT_WORDS):
        return 1
    return 1 if "next" in names else None


def _continues(own: str, other: str, current: int) -> bool:
    """Whether an address that is called the next may be this list's: not an earlier page, not the next article."""
    number, here, there = page_number(other), urlsplit(own), urlsplit(other)
    if number > 1:
        return number > current
    if here.path.rstrip("/") == there.path.rstrip("/"):
        # The same list behind another query: a cursor.
        return current == 1 or not _same_list(own, other)
    shape = shape_of(other)
    return shape.slug_words <= 1 and len(shape.pattern) == len(shape_of(own).pattern)


def _same_list(own: str, other: str) -> bool:
    """Whether two addresses differ in nothing but the page number."""
    return _stem(own) == _stem(other)


def _stem(url: str) -> tuple[str, str]:
    """Return an address without the number of a page."""
    parts = urlsplit(url)
    query = _PAGE_NUMBER.sub("", f"?{parts.query}").lstrip("?&")
    return parts.netloc, f"{_BARE_NUMBER.sub('', _PAGE_NUMBER.sub('', parts.path)).rstrip('/')}?{query}"
