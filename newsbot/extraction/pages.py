"""Find the next page of an article that is spread over several."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element

from newsbot.extraction.document import Document, read_document
from newsbot.extraction.errors import ExtractionError
from newsbot.web.urls import InvalidURL, canonical_url

_NUMBERED = re.compile(
    r"^(?P<stem>.+?)(?:[/_-](?:page[/_-]?|p|seite-?)?(?P<number>\d{1,2})/?|[?&](?:page|p|seite|pagina|pg|start|paged)=(?P<query>\d{1,2}))(?P<rest>\.html?)?$",
    re.I,
)
_ENDING = re.compile(r"[-_/]?(?:page|seite|p)?[-_/]?\d{0,2}(?:\.html?)?$", re.IGNORECASE)
_NUMBERS = re.compile(r"[1-9]\d*")
_NAMESAKE = re.compile(r"[^/](?<!page)(?<!seite)[-_]\d{1,2}/?(?:\.html?)?$", re.IGNORECASE)
MAX_PAGES = 50
LONGEST_LABEL = 20
"""Characters of a link to a further page, without knowing its language."""


def next_page_url(html: bytes, url: str, charset: str | None = None) -> str | None:
    """Return the address of the article's next page, or None on the last or only one: see next_page."""
    try:
        return next_page(read_document(html, url, charset), canonical_url(url))
    except (ExtractionError, InvalidURL):
        return None


def next_page(document: Document, here: str) -> str | None:
    """Return the address of the next page of the article at an address in canonical form, or None.

    Believed are links to the same address with the page's number one higher, in rel=next or in a row of page
    numbers; never the next article, never a listing's next page, never a headline whose address ends in -2
    because another article of that name was there before (as WordPress does it).
    """
    parts = urlsplit(here)
    stem = _ENDING.sub("", parts.path.rstrip("/")).rpartition("/")[2]
    own = _NUMBERED.match(here)
    wanted = {"2", str(int(own["number"] or own["query"]) + 1) if own else "2"}
    told = [link for link in document.head if "next" in (link.get("rel") or "")]
    for element in (*told, *document.links):
        href = element.get("href")
        # reading a link costs far more than to see that it ends in other numbers or leads to another site
        if not href or not (stem in href or href[0] == "?") or wanted.isdisjoint(_NUMBERS.findall(href[-12:])):
            continue
        if href.startswith("http") and not href.startswith(parts.netloc, href.find("//") + 2):
            continue
        target = _follows(here, href)
        if target and not (_NAMESAKE.search(target) and _is_headline(element)):
            return target
    return None


def _is_headline(link: _Element) -> bool:
    """Whether a link says more than "2", "next page" or the like."""
    return (
        "next" not in (link.get("rel") or "")
        and len(" ".join(str(text) for text in link.itertext()).strip()) > LONGEST_LABEL
    )


def _follows(here: str, href: str) -> str | None:
    """Return the link's address if it is this address with the next number."""
    href = href.strip()
    if href.startswith(("#", "javascript:", "mailto:")):
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
