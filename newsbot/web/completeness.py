"""Whether a body is all of what it is the body of, by what it says itself."""

from __future__ import annotations

import re

import orjson

_ROOT = re.compile(rb"<((?:[\w.-]+:)?(?:rss|feed|rdf|urlset|sitemapindex))[\s>]", re.I)
_HEAD = 2000
_TAIL = 4096
_PART = re.compile(r"\s*bytes\s+0-(\d{1,18})/(\d{1,18})\s*", re.I | re.ASCII)


def is_all(content_range: str | None, body: bytes) -> bool:
    """Whether a part is all that there is: by its range, or by its end where it states none.

    >>> is_all("bytes 0-4999/5000", b"<p>..."), is_all("bytes 0-899/5000", b"<p>..."), is_all(None, b"<p>...</html>")
    (True, False, True)
    """
    if content_range is None:
        return is_complete(body)
    part = _PART.fullmatch(content_range)
    return part is not None and int(part[1]) + 1 == int(part[2])


def is_complete(body: bytes) -> bool:
    """Whether a document has its end, so that the length that was announced was wrong.

    The end of a page that a feed carries is not the feed's.

    >>> is_complete(b"<html><p>All of it.</html> <!-- 3 ms -->"), is_complete(b"<html><p>Half"), is_complete(b"{}")
    (True, False, True)
    """
    if body.lstrip().startswith((b"{", b"[")):
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            return False
        return True
    root = _ROOT.search(body[:_HEAD])
    names = re.escape(root[1]) if root else rb"html|body"
    return re.search(rb"(?i:</(?:%b)\s*>)" % names, body[-_TAIL:]) is not None
