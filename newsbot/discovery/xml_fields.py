"""Fields of XML entries by one short name each, whatever namespace, prefix or spelling a site chose."""

from __future__ import annotations

import html
from functools import lru_cache

from lxml import etree

Fields = dict[str, list[etree._Element]]

_XML = "{http://www.w3.org/XML/1998/namespace}"
LANG, BASE = _XML + "lang", _XML + "base"

# Namespace (a part of it that no other has) -> prefix. The vocabularies of the formats themselves have none.
_NAMESPACES = (
    ("purl.org/dc/terms", "dcterms:"),
    ("purl.org/dc/", "dc:"),
    ("rss/1.0/modules/content", "content:"),
    ("rss/1.0/modules/syndication", "sy:"),
    ("search.yahoo.com/mrss", "media:"),
    ("feedburner/ext", "feedburner:"),
    ("sitemap-news", "news:"),
    ("sitemap-image", "image:"),
    ("sitemap-video", "video:"),
    ("sitemap-mobile", "mobile:"),
    ("sitemap-pagemap", "pagemap:"),
    ("itunes.com/dtds", "itunes:"),
    ("w3.org/1999/xhtml", "xhtml:"),
    ("22-rdf-syntax", "rdf:"),
    ("pheedo.com", "pheedo:"),
    ("news.yandex", "yandex:"),
    ("wellformedweb", "wfw:"),
    ("slash", "slash:"),
    ("georss", "geo:"),
    ("opengis", "geo:"),
    ("snapchat", "snf:"),
    ("smartnews", "snf:"),
    ("webns.net/mvcb", "admin:"),
    ("threading", "thr:"),
    ("podcast", "podcast:"),
    ("opensearch", "opensearch:"),
    ("w3.org/2005/atom", ""),
    ("purl.org/atom", ""),
    ("purl.org/rss/1.0", ""),
    ("netscape.com/rdf", ""),
    ("userland.com/rss", ""),
    ("sitemaps.org", ""),
    ("google.com/schemas/sitemap/0.", ""),
)
_CORE_PREFIXES = frozenset({"atom", "atom10", "a10", "rss", "a", "ns0", "sm", "s", "sitemap"})


@lru_cache(maxsize=2048)
def field_name(tag: str) -> str:
    """Return the short name of an lxml tag: local names in lower case, known namespaces by prefix.

    >>> field_name("{http://purl.org/dc/elements/1.1/}creator"), field_name("pubDate"), field_name("dc:creator")
    ('dc:creator', 'pubdate', 'dc:creator')
    """
    uri, brace, local = tag.rpartition("}")
    if not brace:
        prefix, colon, name = local.rpartition(":")
        return (local if colon and prefix.lower() not in _CORE_PREFIXES else name).lower()
    uri = uri[1:].lower()
    for part, prefix in _NAMESPACES:
        if part in uri:
            return prefix + local.lower()
    return f"{uri}:{local.lower()}" if uri.startswith(("http:", "https:", "urn:")) else local.lower()


def fields_of(element: etree._Element) -> Fields:
    """Return the children of an entry by field name, in document order."""
    fields: Fields = {}
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            fields.setdefault(field_name(tag), []).append(child)
    return fields


def text_of(element: etree._Element) -> str:
    """Return what an element holds: its text, or its markup where it has children (unescaped HTML, XHTML)."""
    return markup_of(element) if len(element) else (element.text or "")


def markup_of(element: etree._Element) -> str:
    """Serialise the content of an element as HTML without namespaces."""
    out = [html.escape(element.text or "", quote=False)]
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node is element or not isinstance(node.tag, str):
            continue
        name = node.tag.rpartition("}")[2]
        if event == "start":
            attributes = "".join(
                f' {key}="{html.escape(value)}"' for key, value in node.attrib.items() if "}" not in key
            )
            out.append(f"<{name}{attributes}>{html.escape(node.text or '', quote=False)}")
        else:
            closing = "" if name in _VOID else f"</{name}>"
            out.append(closing + html.escape(node.tail or "", quote=False))
    return "".join(out)


_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "track", "wbr", "embed", "area", "col"})
