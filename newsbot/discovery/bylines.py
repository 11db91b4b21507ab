"""Names of authors out of the ways in which feeds write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from newsbot.web.text import plain_text

_EMAIL_THEN_NAME = re.compile(r"\S+@\S+\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)?\s*$")
_NAME_THEN_EMAIL = re.compile(r"(.+?)\s*[<(\[]\s*(?:mailto:)?\S+@\S+?\s*[>)\]]\s*$")
_EMAIL = re.compile(r"(?:mailto:)?\S+@\S+\.\S+")
_BY = re.compile(r"^(?:by|von|por|par|door|av|af)\s+(?=\w)", re.I)
_AND = re.compile(r"\s*[,;|、]\s*(?:and\s+|und\s+|et\s+|y\s+)?|\s+(?:and|und|et|y|e|en|og|och|ve|&)\s+")
_NOBODY = frozenset({"admin", "administrator", "editor", "unknown", "none", "null", "noreply", "webmaster", "author"})


def names(texts: Iterable[str | None]) -> list[str]:
    """Return the people (or desks) named in author fields, each once, in order.

    >>> names(["news@example.org (Ana Lima)", "Jo Roe <jo@example.org>", "nobody@example.org", "Ana Lima"])
    ['Ana Lima', 'Jo Roe']
    >>> names(["By Mary Major, Richard Roe and Ana Lima", "Bill and Melinda Gates", "Roe, Richard"])
    ['Mary Major', 'Richard Roe', 'Ana Lima', 'Bill and Melinda Gates', 'Roe, Richard']
    """
    found: dict[str, None] = {}
    for raw in texts:
        if raw:
            found |= dict.fromkeys(_names_in(raw))
    return list(found)


@lru_cache(maxsize=4096)
def _names_in(raw: str) -> tuple[str, ...]:
    text = plain_text(raw)
    if not text or len(text) > 300:
        return ()
    match = _EMAIL_THEN_NAME.match(text) or _NAME_THEN_EMAIL.match(text) if "@" in text else None
    if match:
        text = match[1].strip().strip('"')
    elif _EMAIL.fullmatch(text):
        return ()
    text = _BY.sub("", text).strip()
    parts = _AND.split(text)
    # A list of whole names is split; a name with "and" or a comma inside it is not.
    whole = all(1 < len(part.split()) <= 5 or not part.isascii() for part in parts)
    return tuple(name for name in (parts if whole else [text]) if _is_name(name))


def _is_name(name: str) -> bool:
    return (
        any(c.isalpha() for c in name)
        and name.casefold() not in _NOBODY
        and not name.startswith(("http://", "https://"))
    )
