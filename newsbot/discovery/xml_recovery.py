"""XML that is not well-formed, read entry by entry: one broken entry cannot spoil the others."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lxml import etree

from newsbot.discovery.xml_source import mended, parse_strictly

MAX_LOOSE_BYTES, MAX_LOOSE_FIELDS = 1_000_000, 100
"""Of an entry that is read by its field names. What is missing its end tags is searched once a field: without bounds
that would grow with the square of the size."""

_NAMESPACE_ATTRIBUTE = re.compile(rb"""\s(xmlns(?::[A-Za-z_][\w.-]*)?)\s*=\s*("[^"<>&]*"|'[^'<>&]*')""")
_ATTRIBUTE = re.compile(
    r"""(?<![\w:.-])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_PREFIX_URIS = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "video": "http://www.google.com/schemas/sitemap-video/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "yandex": "http://news.yandex.ru",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_END_TAG = re.compile(r"</[\w:.-]+\s*>\s*\Z")
_LONG_FIELDS = ("description", "summary", "encoded", "content", "full-text")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.S)
_NAMED = re.compile(r"\s*<(?:\w+:)?name[^<>]*>(.*?)</(?:\w+:)?name\s*>.*", re.I | re.S)
"""A person, with the name and more within."""
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read_entries(
    data: bytes, names: str, known: frozenset[str], skip: int = 0
) -> tuple[etree._Element, Iterator[etree._Element]]:
    """Read a document that is not well-formed, entry by entry: (element of the rest, the entries after skip).

    Each entry is parsed by itself, then mended and parsed, then read by its known field names alone.
    """
    outside, entries = _split(data, names)
    # A prefix that nobody declared means what it means everywhere.
    declared = {b"xmlns:" + prefix.encode(): b'"' + uri.encode() + b'"' for prefix, uri in _PREFIX_URIS.items()}
    del declared[b"xmlns:xml"]
    declared |= dict(_NAMESPACE_ATTRIBUTE.findall(outside[:20_000]))
    spaces = b"".join(b" " + name + b"=" + uri for name, uri in declared.items())
    last = len(entries) - 1
    ended = re.compile(rb"</(?:[\w.-]+:)?(?:%b)\s*>\s*\Z" % names.encode(), re.I)
    read = (
        _read_entry(entry, spaces, known, number == last and ended.search(entry[-80:]) is None)
        for number, entry in enumerate(entries[skip:], skip)
    )
    return _loose_element(outside, known, not entries), read


def _split(data: bytes, names: str) -> tuple[bytes, list[bytes]]:
    """Cut a document at its entries, so that one broken entry cannot spoil the others.

    names is an alternation such as "item|entry". Returns what stands outside of entries and each
    entry's own bytes; an entry ends at its end tag, at the next entry or with the document.
    """
    start_tag = re.compile(rb"<(?:[\w.-]+:)?(?:%b)(?=[\s>/])" % names.encode(), re.I)
    end_tag = re.compile(rb"</(?:[\w.-]+:)?(?:%b)\s*>" % names.encode(), re.I)
    starts = [match.start() for match in start_tag.finditer(data)]
    if not starts:
        return data, []
    outside, entries = [data[: starts[0]]], []
    for start, following in zip(starts, [*starts[1:], len(data)], strict=True):
        ends = list(end_tag.finditer(data, start, following))
        end = ends[-1].end() if ends else following
        entries.append(data[start:end])
        if ends:
            outside.append(data[end:following])
    return b"".join(outside), entries


def _read_entry(entry: bytes, spaces: bytes, known: frozenset[str], is_last: bool) -> etree._Element:
    whole = _parsed(entry, spaces)
    if whole is None:
        better = mended(entry)
        whole = _parsed(better, spaces) if better != entry else None
    return _loose_element(entry, known, is_last) if whole is None else whole


def _parsed(entry: bytes, spaces: bytes) -> etree._Element | None:
    try:
        wrapped = parse_strictly(b"<entries" + spaces + b">" + entry + b"</entries>")
    except etree.XMLSyntaxError:
        return None
    return wrapped[0] if len(wrapped) else None


def _loose_element(data: bytes, known: frozenset[str], is_last: bool = False) -> etree._Element:
    """Build an element out of the known fields found in a text, with no regard to its other markup.

    A field ends at its end tag; where that is missing, at the next known field. A short field that the
    end of the document cuts off (is_last) is dropped, for half an address is a wrong one.
    """
    text = data[:MAX_LOOSE_BYTES].decode("utf-8", "replace")
    field = re.compile(
        rf"<((?:[\w.-]+:)?(?:{'|'.join(sorted(known, key=len, reverse=True))}))(\s[^<>]*?)?\s*(/?)>", re.I
    )
    parent = etree.Element("loose")
    position = 0
    while len(parent) < MAX_LOOSE_FIELDS and (match := field.search(text, position)):
        name, attributes, empty = match[1], match[2] or "", match[3]
        position = match.end()
        content = ""
        if not empty:
            close = re.compile(rf"</{re.escape(name)}\s*>", re.I).search(text, position)
            if close:
                content, position = text[position : close.start()], close.end()
            else:
                following = field.search(text, position)
                cut = is_last and following is None and "=" not in attributes
                if cut and not name.lower().endswith(_LONG_FIELDS):
                    break
                end = following.start() if following else len(text)
                content, position = _END_TAG.sub("", text[position:end]), end
        _append(parent, name, attributes, content)
    return parent


def _append(parent: etree._Element, name: str, attributes: str, content: str) -> None:
    """Add a field to an element, as a parser would have."""
    prefix, _, local = name.rpartition(":")
    uri = _PREFIX_URIS.get(prefix.lower())
    child = etree.SubElement(parent, f"{{{uri}}}{local}" if uri else local)
    for key, double, single, bare in _ATTRIBUTE.findall(attributes):
        key_prefix, _, key_local = key.rpartition(":")
        if key.startswith("xmlns"):
            continue
        key_uri = _PREFIX_URIS.get(key_prefix) if key_prefix else None
        value = html.unescape(double or single or bare)
        child.set(f"{{{key_uri}}}{key_local}" if key_uri else key_local, _xml_text(value))
    inner = _NAMED.fullmatch(content)
    child.text = _xml_text(_unwrapped(inner[1] if inner else content))


def _unwrapped(content: str) -> str:
    """Return a field's text: CDATA sections as they are, entities resolved outside of them and of markup."""
    if "<![CDATA[" in content:
        parts = enumerate(_CDATA.split(content))
        return "".join(part if index % 2 else html.unescape(part) for index, part in parts).replace("]]>", "")
    return content if re.search(r"<\w", content) else html.unescape(content)


def _xml_text(text: str) -> str:
    return _NO_XML.sub("", text)
