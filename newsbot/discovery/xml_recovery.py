"""XML that is not well-formed, read entry by entry: one broken entry cannot spoil the others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from newsbot.discovery.xml_source import PREFIXES, mended, parse_strictly
from newsbot.web.links import unescaped

MAX_LOOSE_BYTES, MAX_LOOSE_FIELDS = 1_000_000, 100
"""Of an entry that is read by its field names. What is missing its end tags is searched once a field: without bounds
that would grow with the square of the size."""

_NAMESPACE_ATTRIBUTE = re.compile(rb"""\s(xmlns(?::[A-Za-z_][\w.-]*)?)\s*=\s*("[^"<>&]*"|'[^'<>&]*')""")
_ATTRIBUTE = re.compile(
    r"""(?<![\w:.-])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.ASCII,  # of letters beyond it, XML allows others in names than Python does
)
_ROOTS = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)(\s[^<>]*)>", re.I)
_START_TAG = re.compile(rb"<[\w.:-]+(\s[^<>]*)>")
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
    declared = {b"xmlns:" + prefix.encode(): b'"' + uri.encode() + b'"' for prefix, uri in PREFIXES.items()}
    del declared[b"xmlns:xml"]
    declared |= dict(_NAMESPACE_ATTRIBUTE.findall(outside[:20_000]))
    spaces = b"".join(b" " + name + b"=" + uri for name, uri in declared.items())
    last = len(entries) - 1
    ended = re.compile(rb"</(?:[\w.-]+:)?(?:%b)\s*>\s*\Z" % names.encode(), re.I)
    read = (
        _read_entry(entry, spaces, known, number == last and ended.search(entry[-80:]) is None)
        for number, entry in enumerate(entries[skip:], skip)
    )
    return _with_roots(_loose_element(outside, known, not entries), outside), read


def _with_roots(head: etree._Element, outside: bytes) -> etree._Element:
    """Put an element below those that stood around it: what they say of base and language holds for it."""
    below: etree._Element | None = None
    for attributes in _ROOTS.findall(outside[:20_000]):
        below = etree.Element("root") if below is None else etree.SubElement(below, "root")
        _set_attributes(below, attributes.decode("utf-8", "replace"))
    if below is not None:
        below.append(head)
    return head


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
    if whole is not None:
        return whole
    element = _loose_element(entry, known, is_last)
    if start := _START_TAG.match(entry):
        _set_attributes(element, start[1].decode("utf-8", "replace"))
    return element


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
    uri = PREFIXES.get(prefix.lower())
    child = etree.SubElement(parent, f"{{{uri}}}{local}" if uri else local)
    _set_attributes(child, attributes)
    inner = _NAMED.fullmatch(content)
    child.text = _xml_text(_unwrapped(inner[1] if inner else content))


def _set_attributes(element: etree._Element, attributes: str) -> None:
    for key, double, single, bare in _ATTRIBUTE.findall(attributes):
        prefix, _, local = key.rpartition(":")
        if not key.startswith("xmlns"):
            uri = PREFIXES.get(prefix) if prefix else None
            element.set(f"{{{uri}}}{local}" if uri else local, _xml_text(unescaped(double or single or bare)))


def _unwrapped(content: str) -> str:
    """Return a field's text: CDATA sections as they are, entities resolved outside of them and of markup."""
    if "<![CDATA[" in content:
        parts = enumerate(_CDATA.split(content))
        return "".join(part if index % 2 else unescaped(part) for index, part in parts).replace("]]>", "")
    return content if re.search(r"<\w", content) else unescaped(content)


def _xml_text(text: str) -> str:
    return _NO_XML.sub("", text)
