"""What publishers reserve: text and data mining (W3C TDMRep), use by AI, archiving.

The signs: an HTTP header or meta tag ``tdm-reservation: 1``, a rule in /.well-known/tdmrep.json, and the
words noai, noimageai and noarchive in X-Robots-Tag or in a robots meta tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import orjson

from newsbot.items import OPT_OUTS

HEAD_BYTES = 200_000
"""How far into a page meta tags are looked for."""
AGENT = "newsbot"

_META = re.compile(rb"<meta\b[^>]{1,1000}>", re.I)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def opt_outs(page: bytes, robots_tags: Iterable[str] = (), tdm_reservation: str | None = None) -> list[str]:
    """Return what a page reserves, names from OPT_OUTS in their order.

    ``robots_tags`` are the values of its X-Robots-Tag headers, ``tdm_reservation`` that of its own header.

    >>> opt_outs(b'<meta name="robots" content="index, noai">', ["noarchive"])
    ['noai', 'noarchive']
    >>> opt_outs(b'<meta name="tdm-reservation" content="1">')
    ['tdm-reservation']
    """
    reserved = (tdm_reservation or "").strip() == "1"
    words: set[str] = set()
    for tag in robots_tags:
        words.update(_words_for_us(tag))
    for tag in _META.findall(page[:HEAD_BYTES]):
        named = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(tag.decode("latin-1"))}
        name, content = named.get("name", "").strip().lower(), named.get("content", "")
        if name == "tdm-reservation":
            reserved = reserved or content.strip() == "1"
        elif name in ("robots", AGENT):
            words.update(_split(content))
    return [name for name in OPT_OUTS if name in words or (name == "tdm-reservation" and reserved)]


def reserved_paths(body: bytes) -> list[tuple[str, bool]]:
    """Return the rules of a /.well-known/tdmrep.json, as (pattern of paths, whether it is reserved).

    What is no such file has no rules.

    >>> reserved_paths(b'[{"location": "/news/*", "tdm-reservation": 1}]')
    [('/news/*', True)]
    >>> reserved_paths(b"<html>not found</html>")
    []
    """
    try:
        rules = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    return [
        (rule["location"], str(rule["tdm-reservation"]).strip() == "1")
        for rule in (rules if isinstance(rules, list) else [rules])
        if isinstance(rule, dict) and isinstance(rule.get("location"), str) and "tdm-reservation" in rule
    ]


def is_reserved(rules: Sequence[tuple[str, bool]], path: str) -> bool:
    """Whether the rules of a host reserve a path: the longest pattern that matches decides (RFC 9309, 2.2.2).

    >>> rules = [("/", True), ("/open/", False), ("/*.pdf$", True)]
    >>> [is_reserved(rules, path) for path in ("/a", "/open/a", "/open/a.pdf")]
    [True, False, True]
    """
    matching = [(len(pattern), reserved) for pattern, reserved in rules if _matches(pattern, path)]
    return max(matching, default=(0, False))[1]


def _matches(pattern: str, path: str) -> bool:
    body, end = (pattern[:-1], r"\Z") if pattern.endswith("$") else (pattern, "")
    return re.match(".*".join(map(re.escape, body.split("*"))) + end, path) is not None


def _words_for_us(tag: str) -> Iterator[str]:
    """Yield the words of an X-Robots-Tag that are for every robot or for newsbot: ``otherbot: noai, googlebot: …``."""
    ours = True
    for part in tag.split(","):
        agent, colon, word = part.partition(":")
        if colon and agent.strip().lower() not in ("unavailable_after", "max-snippet", "max-image-preview"):
            ours = agent.strip().lower() in ("*", AGENT)
            part = word
        if ours:
            yield from _split(part)


def _split(text: str) -> list[str]:
    return re.split(r"[\s,;]+", text.strip().lower())
