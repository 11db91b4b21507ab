"""Turn the article's element into blocks of text, leaving out what structure shows to be no part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from newsbot.extraction.container import Weights, is_furniture
from newsbot.web.text import text_content

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCK = _HEADINGS | {
    "p", "div", "section", "article", "main", "header", "footer", "ul", "ol", "li", "dl", "dt", "dd", "blockquote",
    "pre", "table", "tbody", "thead", "tfoot", "tr", "caption", "figure", "figcaption", "address", "hr", "details",
    "summary", "center", "fieldset", "form", "body", "aside", "hgroup", "picture", "video",
}  # fmt: skip
_KINDS = _HEADINGS | {"li", "tr", "blockquote", "pre", "dt", "dd"}
_BREAK, _OPEN, _CLOSE, _CELL = "\ue002", "\ue000", "\ue001", "\ue003"
"""Private-use characters: they mark line breaks, links and table cells until a block is complete."""
_LINK = re.compile("\ue000([^\ue001]*)")
_PARAGRAPH = re.compile("\ue002\\s*(?:[\ue000\ue001]\\s*)*\ue002[\\s\ue000\ue001\ue002]*")


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


def render(element: etree._Element, weights: Weights) -> list[Block]:
    """Return an element's blocks in reading order."""
    walk = _Walk(weights, _with_images(element))
    walk.enter(element, "p")
    walk.flush("p", element)
    return walk.blocks


class _Walk:
    """One walk over one element."""

    def __init__(self, weights: Weights, imaged: set[etree._Element]) -> None:
        self.blocks: list[Block] = []
        self._raw = weights.raw
        self._furniture = weights.furniture
        self._imaged = imaged
        self._buffer: list[str] = []
        self._number = ""

    def enter(self, element: etree._Element, kind: str) -> None:
        buffer, raw, furniture = self._buffer, self._raw, self._furniture
        if text := element.text:
            buffer.append(text)
        number = _first_number(element) if element.tag == "ol" else None
        for child in element:
            tag = child.tag
            if number is not None and tag == "li":
                self._number = f"{number}. "
                number += 1
            if tag == "br":
                buffer.append(_BREAK)
            elif child not in furniture if child in raw else not is_furniture(child, 0.0, 1.0):
                if tag == "a":
                    buffer.append(_OPEN)
                    self.enter(child, kind)
                    buffer.append(_CLOSE)
                elif tag in _BLOCK:
                    if buffer:
                        self.flush(kind, element)
                    if child not in self._imaged or not _is_captioned_image(child):
                        self._block(child, str(tag), kind)
                else:
                    if buffer and tag in ("td", "th"):
                        buffer.append(_CELL)
                    self.enter(child, kind)
            elif buffer and tag in _BLOCK:
                self.flush(kind, element)
            if tail := child.tail:
                buffer.append(tail)

    def _block(self, child: etree._Element, tag: str, kind: str) -> None:
        inner = tag if tag in _KINDS else kind
        if tag == "li" and self._number:
            self._buffer.append(self._number)
            self._number = ""
        self.enter(child, inner)
        if self._buffer:
            self.flush(inner, child)

    def flush(self, kind: str, element: etree._Element) -> None:
        """Close the block that is open, if it has any text."""
        text = "".join(self._buffer)
        self._buffer.clear()
        if not text or text.isspace():
            return
        for part in _PARAGRAPH.split(text) if _BREAK in text else (text,):
            lines = [line for line in map(_line, part.split(_BREAK)) if line[0]]
            if lines:
                joined = "\n".join(line[0] for line in lines)
                self.blocks.append(Block(joined, kind, sum(line[1] for line in lines), element))


def _line(text: str) -> tuple[str, int]:
    """Return a line without its link marks, and how many of its characters are within links."""
    linked = 0
    if _OPEN in text or _CLOSE in text:
        linked = sum(len(" ".join(match[1].split())) for match in _LINK.finditer(text))
        text = text.replace(_OPEN, "").replace(_CLOSE, "")
    if _CELL in text:
        return "\t".join(" ".join(cell.split()) for cell in text.split(_CELL)).strip(), linked
    return " ".join(text.split()), linked


def _first_number(ordered: etree._Element) -> int | None:
    """Return the number that readers see before the first item of an ordered list."""
    if "none" in (ordered.get("style") or ""):
        return None
    start = ordered.get("start") or "1"
    return int(start) if start.isdecimal() and len(start) < 6 else 1


def _with_images(element: etree._Element) -> set[etree._Element]:
    found: set[etree._Element] = set()
    for image in element.iter("img"):
        for above in image.iterancestors():
            if above in found or above is element:
                break
            found.add(above)
    return found


def _is_captioned_image(element: etree._Element) -> bool:
    """Whether a block is a picture with a few words under it."""
    if element.tag not in ("p", "div", "table"):
        return False
    words = text_content(element)
    if element.tag == "table":
        return len(words) < 300
    return 0 < len(words) < 160 and not words.endswith((".", "!", "?", "…", "。", ":", ".”", '."'))
