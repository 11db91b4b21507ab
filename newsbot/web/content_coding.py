"""Compressed bodies, whatever a server says of them (RFC 9110, 8.4; RFC 1950 to 1952, 7932, 8878).

Bytes that begin as gzip or Zstandard do are that, stated or not, once or twice over. What is stated and is not there is
left out: text that calls itself compressed is text.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
"""What is asked for (Accept-Encoding)."""
GZIP, ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
MAX_LAYERS = 4
"""Compressions of compressions that are undone; two are seen."""

_NAMES = frozenset({"br", "deflate", "gzip", "x-gzip", "zstd"})
"""Codings that are known (RFC 9110, 8.4.1). Those that have no mark of their own are tried, whichever is stated."""
_CHUNK = 65_536
_HEAD = 512
_TELLING = 64
"""Bytes of a compressed body among which there is a control character: all but one in a thousand."""
_OVERHEAD = 32
"""Bytes by which a compression may be longer than a short text."""
_EXTRA, _NAME, _COMMENT, _CHECK = 4, 8, 16, 2
"""Flags of a gzip header (RFC 1952, 2.3.1)."""
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\f\r\x1a\x1b"))


class TooLarge(ValueError):
    """The decompressed data would be larger than allowed."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A body without its compression."""

    data: bytes
    is_whole: bool = True
    """Whether every compression was, or ended before its end."""


class _Output:
    """What comes out of a compression, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if 0 < self._limit < self._size:
            raise TooLarge(f"more than {self._limit} bytes after decompression")
        self._pieces.append(piece)

    def unpacked(self, *, is_whole: bool) -> Unpacked:
        return Unpacked(b"".join(self._pieces), is_whole)


def unpack(body: bytes, stated: Iterable[str], limit: int) -> Unpacked:
    """Undo the compressions of a body; stated are its Content-Encoding headers, in their order.

    Raises TooLarge as soon as more than limit bytes come out, so that a bomb costs one chunk (0: no limit).

    >>> import gzip
    >>> unpack(gzip.compress(gzip.compress(b"<rss/>")), ["gzip"], 100), unpack(b"<rss/>", ["br, utf-8"], 100)
    (Unpacked(data=b'<rss/>', is_whole=True), Unpacked(data=b'<rss/>', is_whole=True))
    """
    codings = [name.strip().lower() for header in stated for name in header.split(",")]
    result = Unpacked(body)
    for _ in range(MAX_LAYERS):
        inner = _without_one(result.data, codings.pop() if codings else "", limit)
        if inner:
            result = Unpacked(inner.data, result.is_whole and inner.is_whole)
        elif not codings:
            break
    return result


def gunzip(body: bytes, limit: int) -> Unpacked:
    """Undo gzip; what is none comes back as it is (RFC 1952).

    Members are joined, junk behind them and wrong checksums are ignored as in browsers, a cut or damaged stream gives
    what could be read. Raises TooLarge.

    >>> gunzip(b"plain", 100)
    Unpacked(data=b'plain', is_whole=True)
    """
    if not body.startswith(GZIP):
        return Unpacked(body)
    out = _Output(limit)
    rest: bytes | None = body
    while rest is not None and rest.startswith(GZIP):
        behind = _inflate(rest[_header_length(rest) :], out)
        rest = behind[8:] if behind is not None else None
    return out.unpacked(is_whole=rest is not None)


def _without_one(body: bytes, stated: str, limit: int) -> Unpacked | None:
    """Undo the compression that a body is in, if it is in any."""
    if body.startswith((GZIP, ZSTD)):
        return (gunzip if body.startswith(GZIP) else _zstd)(body, limit)
    if stated not in _NAMES or _is_text(body):
        return None
    for way in (_deflate, _brotli) if stated == "deflate" else (_brotli, _deflate):
        found = way(body, limit)
        if len(found.data) > len(body) - (_OVERHEAD if found.is_whole else 0):
            return found
    return None


def _inflate(pending: bytes, out: _Output) -> bytes | None:
    """Undo deflate (RFC 1951) and return what is behind it; None if it breaks off."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    while not stream.eof:
        try:
            piece = stream.decompress(pending, _CHUNK)
        except zlib.error:
            return None
        out.add(piece)
        pending = stream.unconsumed_tail
        if not piece and not pending:
            break
    return stream.unused_data if stream.eof else None


def _header_length(data: bytes) -> int:
    """Return how long the header of a gzip member is (RFC 1952, 2.3)."""
    flags, end = data[3] if len(data) > 3 else 0, 10
    if flags & _EXTRA:
        end += 2 + int.from_bytes(data[10:12], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", end) + 1 or len(data)
    return end + 2 * bool(flags & _CHECK)


def _deflate(body: bytes, limit: int) -> Unpacked:
    """Undo deflate: what HTTP means by it has a header (RFC 1950), what some servers send has none (RFC 1951)."""
    has_header = len(body) > 2 and body[0] & 15 == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0
    out = _Output(limit)
    behind = _inflate(body[2:] if has_header else body, out)
    return out.unpacked(is_whole=behind is not None)


def _brotli(body: bytes, limit: int) -> Unpacked:
    out, stream, piece = _Output(limit), brotli.Decompressor(), body
    try:
        while piece := stream.process(body, output_buffer_limit=_CHUNK):
            out.add(piece)
            body = b""
    except brotli.error:
        return out.unpacked(is_whole=False)
    return out.unpacked(is_whole=stream.is_finished())


def _zstd(body: bytes, limit: int) -> Unpacked:
    out = _Output(limit)
    while body.startswith(ZSTD):
        stream, pending = zstd.ZstdDecompressor(), body
        while not stream.eof:
            try:
                piece = stream.decompress(pending, _CHUNK)
            except zstd.ZstdError:
                return out.unpacked(is_whole=False)
            out.add(piece)
            pending = b""
            if not piece and stream.needs_input:
                return out.unpacked(is_whole=False)
        body = stream.unused_data
    return out.unpacked(is_whole=True)


def _is_text(body: bytes) -> bool:
    """Whether a body is text, as its beginning shows."""
    head = body[:_HEAD]
    if head.startswith(_WIDE_MARKS) or head[:2] in (b"<\0", b"\0<"):
        return True
    if len(head.translate(None, _CONTROLS)) < len(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError:
        return len(head) > _TELLING
    return True
