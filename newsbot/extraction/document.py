"""One page, read once: bytes -> text -> one lxml tree that fields and body share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from newsbot.extraction.encoding import decode
from newsbot.extraction.errors import ExtractionError

MAX_BYTES = 12_000_000
"""Largest page taken: a hundred times the median news page."""
MAX_ELEMENTS = 40_000
MAX_ATTRIBUTES = 10_000
"""On one element. libxml2 takes quadratic time over them."""

_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00",
    b"OggS",
    b"ID3",
)
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|article|div|p|title|meta|h1|main|section|span|table|center)\b", re.I
)
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>)?\s*(?:<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:RDF|svg)\b", re.I | re.S
)
_LONG_TAG = 60_000
_MANY_ATTRIBUTES = re.compile(
    rb"""<[a-z][\w:-]*(?:\s+[^\s"'=<>/{}\[\]();,]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>]++))?+){%d}"""
    % MAX_ATTRIBUTES,
    re.IGNORECASE,
)
_TAG = re.compile(rb"""<[a-z][^<>"']{0,2000}(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""", re.IGNORECASE)
# what never holds text of the article, and would only cost time in every later pass
_SILENT = ("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "math", "map",
           "audio",
           "frame", "frameset", "applet", "select", "option", "input", "textarea", "datalist", "link", "source",
           "track")  # fmt: skip


@dataclass(slots=True)
class Document:
    """A parsed page. Readers of fields leave the tree as it is; the body's pruning comes last."""

    url: str
    root: etree._Element
    head: list[etree._Element]
    """<meta>, <link> and <title> elements in order."""
    scripts: list[str] = field(default_factory=list)
    """The texts of the page's JSON-LD scripts."""
    others: list[etree._Element] = field(default_factory=list)
    """The page's other scripts, for pages that carry their text there alone."""
    password: bool = False
    """Whether the page has a field to type a password in."""
    players: int = 0
    """Number of video and audio players, embedded ones with them."""

    @property
    def body(self) -> etree._Element:
        """The <body>, or the root of a page that has none."""
        found = self.root.find("body")
        return self.root if found is None else found


def read_document(html: bytes, url: str, charset: str | None = None) -> Document:
    """Parse a page, or raise ExtractionError: empty_page, not_html, too_large or unreadable."""
    start = html[:2048].lstrip()
    if not start and not html.strip():
        raise ExtractionError("empty_page", f"{len(html)} bytes")
    if len(html) > MAX_BYTES:
        raise ExtractionError("too_large", f"{len(html)} bytes, the limit is {MAX_BYTES}")
    if start.startswith(_BINARY) and not _MARKUP.search(html[:2048]):
        raise ExtractionError("not_html", f"starts with {start[:8]!r}")
    text, codec = decode(html, charset)
    if not codec.startswith(("utf-16", "utf-32")) and not _MARKUP.search(html[:100_000]):
        raise ExtractionError("not_html", "no HTML tag in the first 100,000 bytes")
    if _FEED.match(text[:4096]):
        raise ExtractionError("not_html", "a feed or another XML document")
    return _parse(html if codec == "utf-8" else text.encode("utf-8", "replace"), url)


def _parse(data: bytes, url: str) -> Document:
    if len(data) > 8 * MAX_ELEMENTS and data.count(b"<") > 4 * MAX_ELEMENTS:
        raise ExtractionError("too_large", f"more than {4 * MAX_ELEMENTS} tags")
    if _has_monstrous_tag(data):
        raise ExtractionError("unreadable", f"an element with {MAX_ATTRIBUTES} attributes or more")
    if b"\0" in data:
        data = data.translate(None, b"\0")
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionError("unreadable", str(error)[:200]) from None
    if root is None:
        raise ExtractionError("unreadable", "the parser found no element")
    if len(data) > 3 * MAX_ELEMENTS and int(root.xpath("count(//*)")) > MAX_ELEMENTS:
        raise ExtractionError("too_large", f"more than {MAX_ELEMENTS} elements")
    return _collect(root, url)


def _has_monstrous_tag(data: bytes) -> bool:
    """Whether an element has so many attributes that libxml2 would be busy for seconds."""
    for at in range(0, len(data) - _LONG_TAG, _LONG_TAG // 2):
        if data.find(b">", at, at + _LONG_TAG) < 0 and _MANY_ATTRIBUTES.match(
            data, max(data.rfind(b"<", 0, at + 1), 0)
        ):
            return True
    if len(data) > 12 * MAX_ATTRIBUTES and data.count(b"=") > 3 * MAX_ATTRIBUTES:
        return any(_MANY_ATTRIBUTES.match(tag[0]) for tag in _TAG.finditer(data))
    return False


def _collect(root: etree._Element, url: str) -> Document:
    scripts: list[str] = []
    others: list[etree._Element] = []
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            others.append(script)
        elif script.text:
            scripts.append(script.text)
    head = list(root.iter("meta", "title", "link"))
    password = any((field.get("type") or "").lower() == "password" for field in root.iter("input"))
    players = sum(1 for _ in root.iter("video", "audio")) + sum(
        1 for frame in root.iter("iframe") if _PLAYER.search(frame.get("src") or frame.get("data-src") or "")
    )
    _fill_streamed(root)
    etree.strip_elements(root, *_SILENT, with_tail=False)
    return Document(url, root, head, scripts, others, password, players)


def _fill_streamed(root: etree._Element) -> None:
    """Put content that React streams in late (a hidden S:n) in its place (a template B:n or P:n), as its scripts do."""
    if next(root.iter("template"), None) is None:
        return
    for late in root.xpath("//div[@hidden and starts-with(@id, 'S:')]"):
        number = late.get("id", "")[2:]
        for slot in root.iter("template"):
            if slot.get("id") in (f"B:{number}", f"P:{number}"):
                del late.attrib["hidden"]
                late.attrib.pop("id")
                slot.addnext(late)
                break


_PLAYER = re.compile(r"youtube|vimeo|dailymotion|jwplay|brightcove|/embed/|player|video", re.I)
