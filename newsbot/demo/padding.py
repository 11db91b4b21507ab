"""Fill a page up to the size of real ones: scripts, styles, symbols, menus and teasers outside the article."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape

from newsbot.demo.outlet import Outlet
from newsbot.demo.pages import FOOT_PADDING, HEAD_PADDING
from newsbot.demo.stock import Dice, load_stock

_HEAD, _FOOT = HEAD_PADDING.encode(), FOOT_PADDING.encode()
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


@dataclass(frozen=True, slots=True)
class Padding:
    """One site's filling, ready as bytes and as deflated pieces.

    A page is stitched from its own compressed parts and the filling's, so that serving a large page
    costs the compression of its small part only (RFC 1951: blocks ended by a full flush stand alone).
    """

    head: bytes
    foot: bytes
    deflated_head: bytes
    deflated_foot: bytes

    @classmethod
    def of(cls, outlet: Outlet, size: int) -> Padding:
        """Make about ``size`` bytes of filling in the outlet's language and encoding."""
        charset = outlet.spec.charset
        dice = Dice("padding", outlet.seed, outlet.spec.name)
        script, style, symbols = partial(_script, dice), partial(_style, dice), partial(_symbols, dice)
        menu, teasers = partial(_menu, outlet, dice), partial(_teasers, outlet, dice)
        head = _until(size * 45 // 100, script, style).encode(charset, "xmlcharrefreplace")
        foot = _until(size - len(head), menu, symbols, script, teasers).encode(charset, "xmlcharrefreplace")
        return cls(head, foot, _deflate(head), _deflate(foot))

    def fill(self, body: bytes) -> bytes:
        """Return the page with the filling in place of its two marks."""
        return body.replace(_HEAD, self.head, 1).replace(_FOOT, self.foot, 1)

    def compress(self, body: bytes) -> bytes:
        """Return ``gzip(fill(body))`` (RFC 1952) without compressing the filling again."""
        first, _, rest = body.partition(_HEAD)
        middle, _, last = rest.partition(_FOOT)
        check = size = 0
        for part in (first, self.head, middle, self.foot, last):
            check = zlib.crc32(part, check)
            size += len(part)
        packed = (_deflate(first), self.deflated_head, _deflate(middle), self.deflated_foot, _deflate(last, end=True))
        return b"".join((_GZIP_HEADER, *packed, struct.pack("<II", check, size & 0xFFFFFFFF)))


def _deflate(part: bytes, *, end: bool = False) -> bytes:
    packer = zlib.compressobj(3, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(part) + packer.flush(zlib.Z_FINISH if end else zlib.Z_FULL_FLUSH)


def _until(size: int, *makers: Callable[[], str]) -> str:
    parts: list[str] = []
    total = 0
    while total < size:
        part = makers[len(parts) % len(makers)]()
        parts.append(part)
        total += len(part)
    return "".join(parts)


def _word(dice: Dice) -> str:
    return "".join(dice.pick("bcdfglmnprstv") + dice.pick("aeiou") for _ in range(dice.between(2, 4)))


def _script(dice: Dice) -> str:
    state = {
        _word(dice): {
            "id": f"{dice.next():016x}",
            "slots": [
                {"unit": f"/{_word(dice)}/{_word(dice)}", "w": dice.between(120, 970), "lazy": dice.chance(50)}
                for _ in range(6)
            ],
            "flags": {_word(dice): dice.chance(50) for _ in range(12)},
            "tokens": [f"{dice.next():x}" for _ in range(8)],
        }
        for _ in range(6)
    }
    functions = "".join(
        f"function {_word(dice)}(e,t){{var n=e.{_word(dice)}||{dice.between(1, 900)};"
        f'for(var r=0;r<n;r++)if("{_word(dice)}"===t[r])return e.{_word(dice)}(t,r);return n}}'
        for _ in range(14)
    )
    return f"<script>window.__{_word(dice)}={json.dumps(state)};{functions}</script>\n"


def _style(dice: Dice) -> str:
    rules = "".join(
        f".{_word(dice)}-{_word(dice)}>.{_word(dice)}{{display:{dice.pick(('flex', 'grid', 'block'))};"
        f"padding:{dice.between(0, 40)}px {dice.between(0, 40)}px;margin:0 auto;color:#{dice.next() % 0xFFFFFF:06x}}}"
        for _ in range(40)
    )
    return f"<style>{rules}</style>\n"


def _symbols(dice: Dice) -> str:
    symbols = "".join(
        f'<symbol id="{_word(dice)}" viewBox="0 0 24 24"><path d="'
        + " ".join(f"{dice.pick('MLCQ')}{dice.between(0, 240) / 10} {dice.between(0, 240) / 10}" for _ in range(40))
        + '"/></symbol>'
        for _ in range(8)
    )
    return f'<svg width="0" height="0" style="position:absolute" aria-hidden="true">{symbols}</svg>\n'


def _menu(outlet: Outlet, dice: Dice) -> str:
    stock = load_stock(outlet.spec.language)
    groups = "".join(
        f'<li class="mega__group"><a href="/{key}/">{escape(label)}</a><ul>'
        + "".join(
            f'<li><a href="/{key}/{_word(dice)}/">{escape(dice.pick(stock.names["places"]))}</a></li>' for _ in range(8)
        )
        + "</ul></li>"
        for key, label in stock.sections.items()
    )
    return f'<nav class="mega" hidden><ul>{groups}</ul></nav>\n'


def _teasers(outlet: Outlet, dice: Dice) -> str:
    pieces = outlet.pieces[: outlet.articles]
    cards = "".join(
        f'<li class="river__item" data-id="{dice.next():x}"><a class="river__link" href="{piece.path}">'
        f'<img class="river__img" src="{piece.image}" alt="" loading="lazy" width="320" height="180" '
        f'srcset="{piece.image}?w=320 320w, {piece.image}?w=640 640w">'
        f'<h3 class="river__title">{escape(piece.headline)}</h3></a></li>'
        for piece in (dice.pick(pieces) for _ in range(8))
    )
    return f'<section class="river" hidden><ul class="river__list">{cards}</ul></section>\n'
