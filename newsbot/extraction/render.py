"""Turn the article's element into blocks of text, leaving out what structure shows to be no part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from newsbot.extraction.locate import Weights, is_furniture

_BLOCK = frozenset({
    "p", "div", "section", "article", "main", "header", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li",
    "dl", "dt", "dd", "blockquote", "pre", "table", "tbody", "thead", "tfoot", "tr", "caption", "figure", "figcaption",
    "address", "hr", "details", "summary", "center", "fieldset", "form", "body", "aside", "hgroup", "picture", "video",
})  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({"span", "b", "strong", "em", "i", "u", "small", "sub", "sup", "mark", "font", "abbr", "cite", "q", "code",
                     "time", "s", "del", "ins", "kbd", "var", "samp", "dfn", "bdi", "bdo", "wbr", "nobr", "big", "tt"})  # fmt: skip
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?")
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Private-use characters that mark where a link begins and ends until a block is complete."""
_LINK = re.compile("\ue000([^\ue001]*)")
_PARTS = re.compile(r"\n{2,}")


@dataclass(slots=True)
class Block:
    """A paragraph, heading, list item, table row or quotation."""

    text: str
    kind: str
    """The tag that it came from: p, h2, li, tr, …"""
    linked: int
    """Characters within links."""
    element: etree._Element

    @property
    def link_share(self) -> float:
        """The share of its characters that are within links."""
        return self.linked / max(len(self.text), 1)


class Renderer:
    """One walk over one element; blocks come out in reading order."""

    def __init__(self, weights: Weights, total: float) -> None:
        self.blocks: list[Block] = []
        self._weights = weights
        self._total = total
        self._buffer: list[str] = []

    def render(self, element: etree._Element) -> list[Block]:
        """Return the element's blocks."""
        self._enter(element, "p")
        self._flush("p", element)
        return self.blocks

    def _enter(self, element: etree._Element, kind: str) -> None:
        if element.text:
            self._add(element.text)
        for child in element:
            self._child(child, kind, element)
            if child.tail:
                self._add(child.tail)

    def _child(self, child: etree._Element, kind: str, parent: etree._Element) -> None:
        tag = child.tag
        if tag == "br":
            self._buffer.append("\n")
            return
        if tag in _BLOCK:
            self._flush(kind, parent)
            if not self._skips(child) and not _is_captioned_image(child):
                inner = tag if tag in _HEADINGS or tag in ("li", "tr", "blockquote", "pre", "dt", "dd") else kind
                inner = "p" if tag == "p" and kind not in ("li", "blockquote", "tr") else inner
                if tag == "li" and parent.tag == "ol" and "none" not in (parent.get("style") or ""):
                    self._number(child, parent)
                self._enter(child, inner)
                self._flush(inner, child)
            return
        if tag == "a":
            if self._skips(child):
                return
            self._buffer.append(_OPEN)
            self._enter(child, kind)
            self._buffer.append(_CLOSE)
            return
        if tag in ("td", "th") and self._buffer:
            self._buffer.append("\t")
        if tag in _INLINE and not child.attrib:
            self._enter(child, kind)
        elif not self._skips(child):
            self._enter(child, kind)

    def _number(self, item: etree._Element, parent: etree._Element) -> None:
        """Write the number that readers see before an item of an ordered list."""
        start = parent.get("start") or "1"
        before = sum(1 for _ in item.itersiblings("li", preceding=True))
        self._buffer.append(f"{(int(start) if start.isdecimal() and len(start) < 6 else 1) + before}. ")

    def _skips(self, element: etree._Element) -> bool:
        return is_furniture(element, self._weights.clean.get(element, 0.0) * 1.25, self._total)

    def _add(self, text: str) -> None:
        self._buffer.append(text.replace("\n", " "))

    def _flush(self, kind: str, element: etree._Element) -> None:
        if not self._buffer:
            return
        text = "".join(self._buffer)
        self._buffer.clear()
        text = _LINES.sub("\n", _SPACE.sub(" ", text)).strip()
        if not text:
            return
        parts = _PARTS.split(text)
        for part in parts:
            linked = 0
            if _OPEN in part or _CLOSE in part:
                linked = sum(len(match[1]) for match in _LINK.finditer(part))
                part = part.replace(_OPEN, "").replace(_CLOSE, "")
            if part := _SPACE.sub(" ", part).strip():
                self.blocks.append(Block(part, kind, linked, element))


def _is_captioned_image(element: etree._Element) -> bool:
    """Whether a block is a picture with a few words under it."""
    if element.tag not in ("p", "div", "table") or element.find(".//img") is None:
        return False
    words = " ".join("".join(element.itertext()).split())
    if element.tag == "table":
        return len(words) < 300
    return 0 < len(words) < 160 and not words.endswith((".", "!", "?", "…", "。", ":", ".”", ".\""))
