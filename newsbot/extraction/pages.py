"""Find the next page of an article that is spread over several."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from lxml import etree

from newsbot.extraction.document import read_document
from newsbot.extraction.errors import ExtractionError
from newsbot.urls import InvalidURL, canonical_url

_NUMBERED = re.compile(
    r"^(?P<stem>.+?)(?:[/_-](?:page[/_-]?|p|seite-?)?(?P<number>\d{1,2})/?|[?&](?:page|p|seite|pagina|pg|start|paged)=(?P<query>\d{1,2}))(?P<rest>\.html?)?$",
    re.I,
)
_REL_NEXT = re.compile(rb"""<(?:link|a)\b[^>]{0,300}\brel\s*=\s*["']?[^"'>]*\bnext\b""", re.IGNORECASE)
MAX_PAGES = 50


def next_page_url(html: bytes, url: str, charset: str | None = None) -> str | None:
    """Return the address of the article's next page, or None on the last or only one.

    Believed are links to the same address with the page's number one higher, in rel=next or in a row of page
    numbers; never the next article, never a listing's next page.
    """
    if not _may_go_on(html, url):
        return None
    try:
        document = read_document(html, url, charset)
        here = canonical_url(url)
    except (ExtractionError, InvalidURL):
        return None
    links = [link for link in document.head if link.tag == "link" and "next" in (link.get("rel") or "").lower().split()]
    anchors = document.root.xpath("//a[@href]")
    assert isinstance(anchors, list)
    for element in [*links, *anchors]:
        if isinstance(element, etree._Element) and (target := _follows(here, element.get("href") or "")):
            return target
    return None


def _may_go_on(html: bytes, url: str) -> bool:
    """Whether the page's bytes have a link that could be this address with the next number (spares a parse)."""
    if any(mark in html for mark in (b'next"', b"next'", b"=next")) and _REL_NEXT.search(html):
        return True
    own = _NUMBERED.match(url)
    number = int(own["number"] or own["query"]) + 1 if own else 2
    if re.search(rb"""href=["']?\?[^"'<>\s]{1,40}=%d\b""" % number, html):
        return True
    stem = re.sub(r"[-_/]?\d{0,2}(?:\.html?)?$", "", urlsplit(url).path.rstrip("/")).rpartition("/")[2].encode()
    return bool(stem) and re.search(re.escape(stem) + rb"""[^"'<>\s]{0,20}\D(?:%d|2)\b""" % number, html) is not None


def _follows(here: str, href: str) -> str | None:
    """Return the link's address if it is this address with the next number."""
    href = href.strip()
    if not href or href.startswith(("#", "javascript:", "mailto:")):
        return None
    try:
        target = canonical_url(urljoin(here, href))
    except (InvalidURL, ValueError):
        return None
    match = _NUMBERED.match(target)
    if match is None or urlsplit(target).netloc != urlsplit(here).netloc:
        return None
    number = int(match["number"] or match["query"])
    stem = match["stem"].rstrip("/")
    if not 2 <= number <= MAX_PAGES or not urlsplit(stem).path.strip("/"):
        return None
    own = _NUMBERED.match(here)
    if number == 2:
        plain = re.sub(r"\.html?$", "", here).rstrip("/")
        first = own is not None and own["stem"].rstrip("/") == stem and int(own["number"] or own["query"]) == 1
        return target if plain == stem or first else None
    same = own is not None and own["stem"].rstrip("/") == stem and int(own["number"] or own["query"]) == number - 1
    return target if same else None
