"""XML as it comes off the web, made ready for a parser: gzip, encoding, DOCTYPE, control characters, entities.

Feeds and sitemaps share this. Nothing here resolves an entity, loads a DTD or opens a file. The children of an entry
have one short name each, whatever namespace, prefix or spelling a site chose.
"""

from __future__ import annotations

import html
import re
from base64 import b64decode
from binascii import Error
from functools import lru_cache

from lxml import etree

from newsbot.web.content_coding import TooLarge, gunzip
from newsbot.web.encoding import to_utf8

Fields = dict[str, list[etree._Element]]
"""Elements by their short names."""

MAX_ENTITIES = 300
"""Entities of a DOCTYPE that are put into the text ..."""
LONGEST_ENTITY = 200
"""... if each stands for at most so many characters ..."""
EXPANSION, EXPANSION_FREE = 2, 100_000
"""... and adds no more than so many times the document's bytes, and so many bytes."""

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 11, 12, 13)) + b"\x7f"
_LINE_CONTROLS = bytes.maketrans(b"\x0b\x0c", b"  ")
_SUBSET_ENTITY = re.compile(
    rb"""<!ENTITY\s+(%\s+)?([\w.:-]+)\s+(?:(SYSTEM|PUBLIC)\b[^>]*|"([^"]*)"|'([^']*)')\s*>""", re.IGNORECASE
)
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_ELEMENT = re.compile(rb"<[A-Za-z_]")
_REFERENCE = re.compile(
    rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?:#(x[0-9a-f]+|[0-9]+);|([a-z][a-z0-9]{1,31});)?", re.I | re.S
)
_STRAY_LESS_THAN = re.compile(rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))|<(?![A-Za-z_/!?])", re.S)
_XML_OWN = {b"amp", b"lt", b"gt", b"quot", b"apos"}
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
PREFIXES = {
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
"""What a prefix means everywhere, whether or not the namespace that it is declared for is known."""
_ENTRIES = frozenset({"item", "entry", "url", "sitemap", "channel", "feed", "rss", "urlset", "sitemapindex"})
"""Elements whose own namespace is that of the format, whatever it is called."""
_CORE_PREFIXES = frozenset({"atom", "atom10", "a10", "rss", "a", "ns0", "sm", "s", "sitemap"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "track", "wbr", "embed", "area", "col"})


class UnsafeXML(ValueError):
    """The document declares entities that exist to exhaust or to read the machine that parses it."""


def unpacked(body: bytes, charset: str | None, limit: int) -> tuple[bytes, list[str]]:
    """Return a fetched feed or sitemap as clean UTF-8, and what was odd about it; gzipped or not.

    Raises TooLarge for more than limit bytes, before or after decompression.

    >>> unpacked(b" <rss/>\\x00 ", None, 100)
    (b'<rss/>', [])
    """
    if len(body) > limit:
        raise TooLarge(f"{len(body)} bytes")
    plain = gunzip(body, limit)
    text = to_utf8(plain.data, charset)
    notes = [*([] if plain.is_whole else ["gzip: cut or damaged"]), *([text.note] if text.note else [])]
    return without_controls(text.data).strip(), notes


def without_controls(data: bytes) -> bytes:
    """Drop the control characters that XML 1.0 forbids and many a content system emits.

    >>> without_controls(b"a\\x00b\\x0bc")
    b'ab c'
    """
    data = data.translate(_LINE_CONTROLS, _CONTROLS)
    return data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


def without_doctype(data: bytes) -> tuple[bytes, list[str]]:
    """Cut the DOCTYPE out, putting the characters that its simple entities stand for into the text.

    Raises UnsafeXML for entities made of other entities, for external general entities and for
    long ones: the ways to make a short document expand to gigabytes or to read a local file.
    External parameter entities (the DTDs of RSS 0.91) are never loaded, only noted.

    >>> without_doctype(b'<!DOCTYPE r [<!ENTITY eur "&#8364;">]><r>5 &eur;</r>')[0]
    b'<r>5 \\xe2\\x82\\xac</r>'
    """
    found = _DOCTYPE.search(data)
    element = _ELEMENT.search(data)
    if not found or (element and element.start() < found.start()):
        return data, []
    end, subset = _doctype_end(data, found.end())
    notes = []
    simple: dict[bytes, bytes] = {}
    for parameter, name, external, double, single in _SUBSET_ENTITY.findall(subset):
        if external or parameter:
            if not parameter:
                raise UnsafeXML(f"external entity {name.decode('ascii', 'replace')!r}")
            notes.append("doctype: external declarations not loaded")
            continue
        value = html.unescape((double or single).decode("utf-8", "replace"))
        if len(value) > LONGEST_ENTITY or re.search(rb"&(?!#)|%", double or single):
            raise UnsafeXML(f"nested or long entity {name.decode('ascii', 'replace')!r}")
        simple[name] = html.escape(value).encode()
    data = data[: found.start()] + data[end:]
    bound = EXPANSION * len(data) + EXPANSION_FREE
    for name, value_bytes in list(simple.items())[:MAX_ENTITIES]:
        if name in _XML_OWN:
            continue
        reference = b"&" + name + b";"
        if len(value_bytes) > len(reference) and data.count(reference) * len(value_bytes) > bound:
            raise UnsafeXML(f"entity {name.decode('ascii', 'replace')!r} expands the document")
        data = data.replace(reference, value_bytes)
    return data, notes


def _doctype_end(data: bytes, start: int) -> tuple[int, bytes]:
    opening, closing = data.find(b"[", start), data.find(b">", start)
    if opening == -1 or (closing != -1 and closing < opening):
        return (closing + 1 if closing != -1 else len(data)), b""
    end = re.compile(rb"\]\s*>").search(data, opening)
    if end is None:
        return len(data), data[opening:]
    return end.end(), data[opening : end.start()]


def parse_strictly(data: bytes) -> etree._Element:
    """Parse well-formed UTF-8 XML; raises etree.XMLSyntaxError for anything else."""
    return etree.fromstring(data, parser=_parser())


def _parser() -> etree.XMLParser:
    # One parser a document: lxml serialises threads on a shared one, and making one costs microseconds.
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip


def mended(data: bytes) -> bytes:
    """Mend what breaks most feeds: HTML entities, bare ampersands, stray less-than signs.

    >>> mended(b"<t>R&D&nbsp;caf&eacute; 3 < 4 &#0;</t>").decode()
    '<t>R&amp;D\\xa0café 3 &lt; 4 </t>'
    """
    return _STRAY_LESS_THAN.sub(lambda m: m[1] or b"&lt;", _REFERENCE.sub(_mended_reference, data))


def _mended_reference(match: re.Match[bytes]) -> bytes:
    section, number, name = match.groups()
    if section:
        return section
    if number:
        digits = number[1:] if number[:1] in b"xX" else number
        code = int(digits, 16 if number[:1] in b"xX" else 10) if len(digits) < 8 else 0
        valid = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        return match[0] if valid else b""
    if not name:
        return b"&amp;"
    if name.lower() in _XML_OWN:
        return b"&" + name.lower() + b";"
    character = html.unescape(f"&{name.decode('ascii')};")
    return b"&amp;" + name + b";" if character.startswith("&") else character.encode()


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


def local_name(tag: str) -> str:
    """Return the name of an lxml tag in lower case, without its namespace or prefix.

    >>> local_name("{http://example.org/}Item"), local_name("r:item")
    ('item', 'item')
    """
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


@lru_cache(maxsize=512)
def own_space(tag: str) -> str:
    """Return what the tags of a format begin with, of which an entry is; what no tag begins with for anything else.

    >>> own_space("{http://example.org/}item"), own_space("r:item"), own_space("item")
    ('{http://example.org/}', 'r:', '-')
    """
    if local_name(tag) not in _ENTRIES:
        return "-"
    space, brace, _ = tag.rpartition("}")
    prefix, colon, _ = tag.rpartition(":")
    return f"{space}}}" if brace else f"{prefix}:" if colon else "-"


def name_of(child: etree._Element, own: str) -> str:
    """Return the short name of a child of an entry whose tags begin with ``own``: the format's words have no prefix.

    A namespace that is not known means what its prefix means everywhere, or stays in the name.
    """
    name = _name_within(str(child.tag), own)
    if "/" in name and (prefix := (child.prefix or "").lower()) in PREFIXES:
        return f"{prefix}:{local_name(str(child.tag))}"
    return name


@lru_cache(maxsize=2048)
def _name_within(tag: str, own: str) -> str:
    return tag[len(own) :].lower() if tag.startswith(own) else field_name(tag)


def fields_of(element: etree._Element) -> Fields:
    """Return the children of an entry by field name, in document order.

    The namespace of an entry is that of the format, whether it is known or not.
    """
    fields: Fields = {}
    own = own_space(str(element.tag))
    unknown = False
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            name = _name_within(tag, own)
            if "/" in name:
                name, unknown = name_of(child, own), True
            fields.setdefault(name, []).append(child)
    if unknown:
        for name in list(fields):
            # a title or link of nobody's vocabulary is better than none
            if "/" in name and (local := local_name(name)) in ("title", "link", "guid"):
                fields.setdefault(local, fields[name])
    return fields


def text_of(element: etree._Element) -> str:
    """Return what an element holds: its text, or its markup where it has children (unescaped HTML, XHTML).

    Base64 is decoded where the element says that it has it, or is of a type that Atom writes so (RFC 4287, 4.1.3.3).

    >>> text_of(parse_strictly(b'<content type="application/octet-stream">PGI+QXRvbTwvYj4=</content>'))
    '<b>Atom</b>'
    """
    if len(element):
        return markup_of(element)
    text = element.text or ""
    if not text or " " in text.lstrip()[:16] or ":" in text or not element.attrib:
        return text
    media = (element.get("type") or "").lower().partition(";")[0].strip()
    if "base64" in f"{element.get('mode')} {element.get('encoding')} {media}".lower():
        return _decoded(text) or ""
    if "/" in media and not media.startswith("text/") and "html" not in media and not media.endswith("xml"):
        decoded = _decoded(text)
        return text if decoded is None else decoded
    return text


def _decoded(text: str) -> str | None:
    """Return a text out of its base64, nothing where it holds no text; None for what is no base64 of UTF-8 or bytes."""
    packed = "".join(text.split())
    try:
        data = b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        return data.decode("utf-8") if _BINARY.search(data) is None else ""
    except (Error, ValueError):
        return None


def markup_of(element: etree._Element) -> str:
    """Serialise the content of an element as HTML without namespaces.

    >>> markup_of(parse_strictly(b'<c xmlns:x="http://www.w3.org/1999/xhtml"><x:p>R&amp;D<x:br/></x:p></c>'))
    '<p>R&amp;D<br></p>'
    """
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
