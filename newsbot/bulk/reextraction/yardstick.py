"""What a page states itself, and what is known of its site: both readings of the page are held against that."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.extraction import ExtractionError
from newsbot.extraction.document import read_document, read_metatags
from newsbot.extraction.witnesses import text_of_html
from newsbot.web import jsonld
from newsbot.web.dates import parse_date

SHORTEST_BODY = 40
"""Words of an articleBody that is one; a shorter one is a description."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the JSON-LD and the meta tags of a page state; empty where they say nothing."""

    headlines: tuple[str, ...] = ()
    """og:title and the JSON-LD's headline."""
    body: str = ""
    """The JSON-LD's articleBody, without markup."""
    authors: tuple[str, ...] = ()
    published: str = ""
    """The JSON-LD's datePublished or article:published_time, RFC 3339."""
    modified: str = ""
    language: str = ""
    """Of <html>, two or three letters."""
    site_lines: frozenset[str] = frozenset()
    """Lines of the page that are known to stand on every page of its site."""


NOTHING = Yardstick()


def yardstick_of(html: bytes, url: str, charset: str | None = None) -> Yardstick:
    """Read what a page states; nothing of one that cannot be read."""
    try:
        document = read_document(html, url, charset)
    except ExtractionError:
        return NOTHING
    meta = read_metatags(document)
    nodes = jsonld.nodes(document.scripts)
    node = jsonld.article(nodes, document.url, [meta.first("og:title")]) or {}
    body = text_of_html(jsonld.text(node.get("articleBody")))
    headlines = (meta.first("og:title"), jsonld.text(node.get("headline")))
    return Yardstick(
        headlines=tuple(dict.fromkeys(filter(None, headlines))),
        body=body if len(body.split()) >= SHORTEST_BODY else "",
        authors=tuple(_names(node, nodes)),
        published=parse_date(jsonld.text(node.get("datePublished")) or meta.first("article:published_time")) or "",
        modified=parse_date(jsonld.text(node.get("dateModified")) or meta.first("article:modified_time")) or "",
        language=(document.root.get("lang") or "").partition("-")[0].lower(),
    )


def _names(node: jsonld.Node, nodes: list[jsonld.Node]) -> list[str]:
    return jsonld.strings(jsonld.resolve(node.get("author"), nodes))
