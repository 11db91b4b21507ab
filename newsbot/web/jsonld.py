"""Read a page's JSON-LD (schema.org): the object that describes its article, the articles that it lists.

Sites write it in many ways: one object, an array, @graph, several scripts or several objects in one, articles below
mainEntity; with comments, stray line breaks, trailing commas or HTML entities. What cannot be mended is left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, TypeAlias

import orjson
from lxml import etree

from newsbot.web.links import unescaped
from newsbot.web.text import well_formed
from newsbot.web.urls import InvalidURL, url_key

Node: TypeAlias = dict[str, Any]

ARTICLE_TYPES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle",
    "backgroundnewsarticle", "askpublicnewsarticle", "advertisercontentarticle", "satiricalarticle", "blogposting",
    "liveblogposting", "socialmediaposting", "discussionforumposting", "scholarlyarticle", "medicalscholarlyarticle",
    "techarticle", "report", "review", "criticreview", "claimreview", "howto", "recipe", "medicalwebpage",
})  # fmt: skip
_STRONG = re.compile(r"article$|posting$|report$")
_LISTS = frozenset(
    {"itemlist", "collectionpage", "blog", "webpage", "searchresultspage", "profilepage", "liveblogposting"}
)
_LISTED = ("article", "blogposting", "report", "review")
"""Endings of the types that a list's entries have."""
_HOLDERS = ("@graph", "mainEntity", "hasPart", "blogPost", "blogPosts", "itemListElement", "item")
_CDATA = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)
_STRING = r'("(?:[^"\\]++|\\.)*+")'
_COMMENT = re.compile(_STRING + r"|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_COMMA = re.compile(_STRING + r"|,(?=\s*[}\]])", re.DOTALL)
_BETWEEN = re.compile(r"[\s,;\ufeff]*")
LONGEST_NUMBER = 40
"""Digits of a whole number that is read as one; Python refuses those of 4,300."""


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


DECODER = json.JSONDecoder(strict=False, parse_int=_whole_number)
"""Reads the JSON that sites write: control characters within texts, numbers of any length, half a surrogate pair."""
MAX_SCRIPT = 2_000_000
_MAX_DEPTH = 8
_MAX_LISTED = 2_000
"""Parts of one script that are looked at for entries of lists."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An article that a list names."""

    url: str
    title: str | None = None
    published: str | None = None


def is_jsonld(script: etree._Element) -> bool:
    """Whether a <script> holds JSON-LD."""
    return "ld+json" in (script.get("type") or "").lower()


def scripts_of(tree: etree._Element) -> list[str]:
    """Return the texts of a page's JSON-LD scripts, in document order."""
    return [script.text for script in tree.iter("script") if is_jsonld(script) and script.text]


def values(script: str) -> list[Any]:
    """Parse one script's text, mending what is commonly broken: every JSON value that stands there, in order.

    >>> values('// ours\\n{"url": "https://e.org/a", "name": "a\\nb",}; {"c": [1, /* 2 */],}')
    [{'url': 'https://e.org/a', 'name': 'a\\nb'}, {'c': [1]}]
    >>> values("{&quot;a&quot;: 1}"), values("<!-- nothing -->")
    ([{'a': 1}], [])
    """
    if len(script) > MAX_SCRIPT:
        return []
    try:
        return [orjson.loads(script)]
    except orjson.JSONDecodeError:
        pass
    found: list[Any] = []
    text = _CDATA.sub("", script)
    for attempt in (text, _mended(text), _mended(unescape(text))):
        read, is_whole = _decoded(attempt)
        if len(read) > len(found):
            found = read
        if is_whole:
            break
    return found


def _mended(text: str) -> str:
    """Take comments and trailing commas out, leaving strings alone."""
    return _COMMA.sub(lambda match: match[1] or "", _COMMENT.sub(lambda match: match[1] or "", text))


def _decoded(text: str) -> tuple[list[Any], bool]:
    """Return the JSON values that a text starts with, and whether nothing else is there."""
    found: list[Any] = []
    at = _BETWEEN.match(text).end()  # type: ignore[union-attr]  # it matches the empty string
    while at < len(text):
        try:
            value, at = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, False
        found.append(value)
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
    return found, bool(found)


def nodes(scripts: Iterable[str]) -> list[Node]:
    """Return every top-level object of the scripts, those of @graph and below mainEntity with them."""
    return [node for script in scripts for value in values(script) for node in _objects(value, 0)]


def _objects(value: Any, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), (dict, list)):
                yield from _objects(value[key], depth + 1)


def article(found: list[Node], url: str, headings: list[str]) -> Node | None:
    """Choose the object that describes this page's article: same address, same headline, most fields.

    None where there are several and not one has this page's address or headline, as on pages that list articles.
    """
    candidates = [node for node in found if any(name in ARTICLE_TYPES for name in types(node))]
    if not candidates:
        return None
    if len(candidates) == 1:
        return candidates[0]
    key = _key(url)
    folded = {_fold(heading) for heading in headings if heading}

    def rank(node: Node) -> tuple[bool, int, int]:
        strong = any(_STRONG.search(name) for name in types(node))
        about = int(any(_key(link) == key for link in _links(node)))
        headline = int(_headline(node) in folded)
        fields = sum(bool(node.get(name)) for name in ("headline", "datePublished", "author", "articleBody"))
        return strong, 2 * about + 2 * headline + fields, len(text(node.get("articleBody")))

    best = max(candidates, key=rank)
    own = any(_key(link) == key for link in _links(best)) or _headline(best) in folded
    return best if own or len(candidates) < 3 else None  # a list of other pages' articles


def _headline(node: Node) -> str:
    return _fold(text(node.get("headline") or node.get("name")))


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and value.strip():
            yield value


def _links(node: Node) -> Iterator[str]:
    return (address for address in _addresses(node) if address.startswith("http"))


def _key(url: str) -> str:
    try:
        return url_key(url)
    except InvalidURL:
        return url


def _fold(value: str) -> str:
    return " ".join(re.findall(r"\w+", value.casefold()))


def listed_articles(scripts: Iterable[str]) -> Iterator[Listed]:
    """Yield the articles that the scripts list (ItemList, CollectionPage, Blog); breadcrumbs are no such list.

    Addresses are as they are written.

    >>> script = '{"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": "/a", "name": "A"},]}'
    >>> list(listed_articles([script]))
    [Listed(url='/a', title='A', published=None)]
    """
    for script in scripts:
        pending: list[tuple[Any, bool]] = [(value, False) for value in values(script)]
        for number, (part, inside) in enumerate(pending):
            if number == _MAX_LISTED:
                break
            if isinstance(part, list):
                pending.extend((item, inside) for item in part)
            elif isinstance(part, str) and inside and part.startswith(("http://", "https://")):
                yield Listed(part)
            elif isinstance(part, dict):
                names = types(part)
                if "breadcrumblist" in names:
                    continue
                is_entry = inside and ("listitem" in names or any(name.endswith(_LISTED) for name in names))
                if is_entry and (url := next(_addresses(part), None)):
                    title = text(part.get("headline")) or text(part.get("name"))
                    yield Listed(url, title or None, text(part.get("datePublished")) or None)
                    continue
                within = inside or not _LISTS.isdisjoint(names)
                pending.extend((part[key], within) for key in _HOLDERS if key in part)


def types(node: Node) -> list[str]:
    """Return an object's type names, folded, without their schema.org prefix."""
    value = node.get("@type") or node.get("type")
    names = value if isinstance(value, list) else [value]
    return [re.split(r"[/#:]", name)[-1].lower() for name in names if isinstance(name, str)]


def text(value: Any) -> str:
    """Return a value as plain text: strings with entities resolved, the first of a list, an object's name.

    >>> text(["a &amp; b", "c"]), text({"@value": "x"}), text(None)
    ('a & b', 'x', '')
    """
    for _ in range(_MAX_DEPTH):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value") or value.get("name") or value.get("headline") or value.get("url")
    plain = scalar(value)
    for _ in range(2):
        if "&" in plain:
            plain = unescaped(plain) if plain.startswith(("http://", "https://", "/")) else unescape(plain)
    return plain.strip()


def scalar(value: Any) -> str:
    """Return a text or a number as a well-formed text; an empty one for anything else, and for what is no number.

    >>> scalar("Half \\ud83d"), scalar(12), scalar(float("inf")), scalar(True), scalar(["a"])
    ('Half \ufffd', '12', '', '', '')
    """
    if isinstance(value, str):
        return well_formed(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return str(value) if is_number else ""


def strings(value: Any, depth: int = 0) -> list[str]:
    """Return a value as a list of texts: one string, an array of strings or of objects with names.

    >>> strings({"@type": "Person", "name": ["Ann Lee", "Bo Berg"]})
    ['Ann Lee', 'Bo Berg']
    >>> strings([{"givenName": "Ann", "familyName": "Lee"}, "Bo Berg"])
    ['Ann Lee', 'Bo Berg']
    """
    out: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        names = item.get("name") or item.get("@list") if isinstance(item, dict) else None
        if isinstance(names, list):
            out.extend(strings(names, depth + 1) if depth < _MAX_DEPTH else ())
        elif isinstance(item, dict) and not names and (item.get("givenName") or item.get("familyName")):
            out.append(f"{text(item.get('givenName'))} {text(item.get('familyName'))}".strip())
        elif found := text(item):
            out.append(found)
    return out


def resolve(value: Any, found: list[Node], depth: int = 0) -> Any:
    """Follow references by @id to the object that carries the fields."""
    if isinstance(value, list):
        return [resolve(item, found, depth + 1) for item in value] if depth < _MAX_DEPTH else []
    if isinstance(value, dict) and set(value) <= {"@id", "@type", "type"} and value.get("@id"):
        return next((node for node in found if node.get("@id") == value["@id"] and len(node) > len(value)), value)
    return value
