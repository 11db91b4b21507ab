"""Gzip by its magic bytes, with a bound on what comes out of it."""

from __future__ import annotations

import zlib

MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


class TooLarge(ValueError):
    """The decompressed data would be larger than allowed."""


def gunzip(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Return the decompressed bytes and whether the stream was whole; what is no gzip comes back as it is.

    Concatenated members are joined, a cut or damaged stream gives what could be read (RFC 1952).
    Raises TooLarge as soon as more than limit bytes come out, so that a bomb costs one chunk.

    >>> gunzip(b"plain", 100)
    (b'plain', True)
    """
    out: list[bytes] = []
    produced = 0
    while body.startswith(MAGIC):
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        pending = body
        while not stream.eof:
            try:
                piece = stream.decompress(pending, _CHUNK)
            except zlib.error:
                return b"".join(out), False
            produced += len(piece)
            if produced > limit:
                raise TooLarge(f"more than {limit} bytes after decompression")
            out.append(piece)
            pending = stream.unconsumed_tail
            if not piece and not pending:
                break
        if not stream.eof:
            return b"".join(out), False
        body = stream.unused_data
    return (b"".join(out), True) if produced or out else (body, True)
