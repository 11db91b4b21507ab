"""What publishers reserve: text and data mining (W3C TDMRep), use by AI, archiving.

The signs: an HTTP header or meta tag ``tdm-reservation: 1``, a rule in /.well-known/tdmrep.json, and the
words noai, noimageai and noarchive in X-Robots-Tag or in a robots meta tag. Headers are read where the response is,
meta tags where the page is parsed: in a comment or in a script there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import orjson

from newsbot.items import OPT_OUTS
from newsbot.web.urls import MAX_URL_LENGTH

AGENT = "newsbot"
MAX_RULES = 10_000
"""Of a tdmrep.json that are read. A pattern that is longer than an address can be matches none."""
RESERVE_TEXT = frozenset({"tdm-reservation", "noai", "noarchive"})
"""Opt-outs that cost the operator who obeys them the article; noimageai costs it its image."""


def opt_outs_of_headers(robots_tags: Iterable[str] = (), tdm_reservation: str | None = None) -> list[str]:
    """Return what the headers of a response reserve.

    ``robots_tags`` are the values of its X-Robots-Tag headers, ``tdm_reservation`` that of its own header.

    >>> opt_outs_of_headers(["otherbot: noai", "noarchive, noai"], "1")
    ['tdm-reservation', 'noai', 'noarchive']
    """
    words = {word for tag in robots_tags for word in _words_for_us(tag)}
    return in_order([*words, *(["tdm-reservation"] if (tdm_reservation or "").strip() == "1" else [])])


def opt_outs_of_head(metas: Mapping[str, Iterable[str]]) -> list[str]:
    """Return what the meta tags of a page reserve: the contents of each, by name in lower case.

    >>> opt_outs_of_head({"robots": ["index, noai"], "otherbot": ["noarchive"], "tdm-reservation": ["1"]})
    ['tdm-reservation', 'noai']
    """
    words = {word for name in ("robots", AGENT) for content in metas.get(name, ()) for word in _split(content)}
    reserved = any(content.strip() == "1" for content in metas.get("tdm-reservation", ()))
    return in_order([*words, *(["tdm-reservation"] if reserved else [])])


def in_order(names: Iterable[str]) -> list[str]:
    """Return those of some names that are opt-outs, each once, in the order of OPT_OUTS.

    >>> in_order(["noarchive", "noai", "index", "noai"])
    ['noai', 'noarchive']
    """
    found = set(names)
    return [name for name in OPT_OUTS if name in found]


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
        for rule in (rules if isinstance(rules, list) else [rules])[:MAX_RULES]
        if isinstance(rule, dict) and isinstance(rule.get("location"), str) and "tdm-reservation" in rule
        if len(rule["location"]) <= MAX_URL_LENGTH
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
    """Find the parts between the stars one behind the other: no pattern takes longer than to read the path once."""
    is_whole = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = parts.pop() if parts and is_whole else None
    for part in parts:
        if (found := path.find(part, at)) < 0:
            return False
        at = found + len(part)
    if last is not None:
        return len(path) - at >= len(last) and path.endswith(last)
    return at == len(path) or not is_whole


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
