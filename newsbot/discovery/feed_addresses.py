"""Where the entries of a feed lead: links, permanent ids, original addresses, against the base that holds."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

from lxml import etree

from newsbot.discovery.feed_record import Feed
from newsbot.discovery.xml_fields import BASE, Fields, text_of
from newsbot.web.urls import InvalidURL, canonical_url

ADDRESS_FIELDS = ("link", "url", "guid", "id", "feedburner:origlink", "pheedo:origlink")
_ONE_LINE = re.compile(r"\s*[\r\n\t]+\s*")


def entry_url(feed: Feed, element: etree._Element, fields: Fields, base: str, entry: str) -> str | None:
    """The address of an entry: the original one, the link, the permanent guid, the id, in this order."""
    originals = ("feedburner:origlink", "pheedo:origlink")
    stated = [text_of(original) for name in originals for original in fields.get(name, ())]
    link = link_of(fields, base)
    if link:
        stated.append(link)
    stated += [text_of(address) for address in fields.get("url", ())]
    guesses: list[str] = []
    for guid in fields.get("guid", ()):
        permanent = (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() != "false"
        (stated if permanent else guesses).append(text_of(guid))
    guesses += [text_of(identity) for identity in fields.get("id", ())]
    guesses += [value for key, value in element.attrib.items() if key.endswith("}about")]
    guesses += [content.get("src", "") for content in fields.get("content", ())]
    refused = None
    for text in stated:
        # Of relative references only a link is one for sure; "17" as a guid is a number.
        address = address_of(text, base, relative=text == link or text.startswith("/"))
        if address:
            return address
        refused = refused or text.strip()
    for text in guesses:
        address = address_of(text, base, relative=False)
        if address:
            feed.note(f"link_from_id: {entry}")
            return address
    feed.note(f"bad_link: {entry}: {refused[:120]!r}" if refused else f"no_link: {entry}")
    return None


def link_of(fields: Fields, base: str) -> str | None:
    """The address of the page: a link's text (RSS), or the best href (Atom: alternate, HTML before others)."""
    best: tuple[int, str] | None = None
    for link in fields.get("link", ()):
        href = link.get("href")
        text = "" if href else text_of(link).strip()
        if href is None and not text and (link.tail or "").strip().startswith(("http://", "https://")):
            # <link/>https://… : the tag was closed too early.
            text = (link.tail or "").split()[0]
        if href is None and not text:
            text = (link.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource") or "").strip()
        value = href.strip() if href else text
        if not value:
            continue
        relation = (link.get("rel") or "alternate").lower()
        if relation.rpartition("/")[2] != "alternate":
            continue
        media = (link.get("type") or "text/html").lower()
        rank = (0 if text else 1) + (0 if "html" in media else 4)
        if best is None or rank < best[0]:
            own = link.get(BASE)
            best = (rank, (joined(joined(base, own) or base, value) or value) if own else value)
    return best[1] if best else None


def read_feed_link(feed: Feed, link: etree._Element, base: str) -> None:
    relation = (link.get("rel") or "").lower()
    address = address_of(link.get("href"), base, keep=True)
    if not address:
        return
    if relation == "hub":
        feed.hub = feed.hub or address
    elif relation == "self":
        feed.self_url = feed.self_url or address
    elif relation in ("next", "prev-archive"):
        feed.next_url = feed.next_url or address


def address_of(text: str | None, base: str, *, relative: bool = True, keep: bool = False) -> str | None:
    text = _ONE_LINE.sub("", html.unescape(text).strip()) if text else ""
    if text.startswith("<![CDATA["):
        text = text[9:].removesuffix("]]>")
    if not text or text.startswith(("#", "mailto:", "javascript:", "tag:", "urn:")):
        return None
    if not relative and not text.lower().startswith(("http://", "https://", "//")):
        return None
    if re.match(r"www\.[\w-]+\.\w", text):
        text = f"{base.partition(':')[0]}://{text}"
    try:
        address = canonical_url(text, None if text.startswith(("https://", "http://")) else base)
    except InvalidURL:
        return None
    return urljoin(base, text) if keep else address


def joined(base: str, other: str) -> str | None:
    try:
        return urljoin(base, other.strip())
    except ValueError:
        return None


def base_of_feed(head: etree._Element, url: str) -> str:
    """The address that relative links start from: xml:base of the document, inside out, over its own address."""
    base = url
    ancestors = [head, *head.iterancestors()]
    for element in reversed(ancestors):
        own = element.get(BASE)
        if own:
            base = joined(base, own) or base
    return base


def inherited(element: etree._Element, attribute: str) -> str | None:
    return next((node.get(attribute) for node in (element, *element.iterancestors()) if node.get(attribute)), None)
