"""Read the page's JSON-LD (schema.org): find the object that describes the article.

Sites write it in many ways: one object, an array, @graph, several scripts, articles below mainEntity; with
comments, stray line breaks, trailing commas or HTML entities. What cannot be mended is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, TypeAlias

import orjson
from lxml import etree

from newsbot.web.urls import InvalidURL, url_key

Node: TypeAlias = dict[str, Any]

ARTICLE_TYPES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle",
    "backgroundnewsarticle", "askpublicnewsarticle", "advertisercontentarticle", "satiricalarticle", "blogposting",
    "liveblogposting", "socialmediaposting", "discussionforumposting", "scholarlyarticle", "medicalscholarlyarticle",
    "techarticle", "report", "review", "criticreview", "claimreview", "howto", "recipe", "medicalwebpage",
})  # fmt: skip
_STRONG = re.compile(r"article$|posting$|report$")
_CDATA = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)
_COMMENT = re.compile(r"(?m)^\s*//.*$|/\*.*?\*/", re.DOTALL)
_COMMA = re.compile(r",(\s*[}\]])")
MAX_SCRIPT = 2_000_000
_MAX_DEPTH = 8


def load(script: str) -> Any:
    """Parse one script's text, mending what is commonly broken; None where nothing can be read.

    >>> load('{"headline": "a\\nb",}')
    {'headline': 'a\\nb'}
    """
    if len(script) > MAX_SCRIPT:
        return None
    try:
        return orjson.loads(script)
    except orjson.JSONDecodeError:
        pass
    text = _CDATA.sub("", script).strip().rstrip(";")
    for attempt in (text, _COMMA.sub(r"\1", text), _COMMA.sub(r"\1", _COMMENT.sub("", text)), unescape(text)):
        try:
            return json.JSONDecoder(strict=False).raw_decode(attempt.lstrip("\ufeff \n\r\t"))[0]
        except (ValueError, RecursionError):
            continue
    return None


def nodes(scripts: list[str]) -> list[Node]:
    """Return every top-level object of the scripts, those of @graph and below mainEntity with them."""
    found: list[Node] = []
    for script in scripts:
        found.extend(_objects(load(script), 0))
    return found


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


def types(node: Node) -> list[str]:
    """Return an object's type names, folded, without their schema.org prefix."""
    value = node.get("@type") or node.get("type")
    names = value if isinstance(value, list) else [value]
    return [re.split(r"[/#:]", name)[-1].lower() for name in names if isinstance(name, str)]


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


def _links(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and value.startswith("http"):
            yield value


def _key(url: str) -> str:
    try:
        return url_key(url)
    except InvalidURL:
        return url


def _fold(value: str) -> str:
    return " ".join(re.findall(r"\w+", value.casefold()))


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
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    plain: str = value
    for _ in range(2):
        if "&" in plain:
            plain = unescape(plain)
    return plain.strip()


def strings(value: Any) -> list[str]:
    """Return a value as a list of texts: one string, an array of strings or of objects with names.

    >>> strings({"@type": "Person", "name": ["Ann Lee", "Bo Berg"]})
    ['Ann Lee', 'Bo Berg']
    """
    out: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        names = item.get("name") or item.get("@list") if isinstance(item, dict) else None
        if isinstance(names, list):
            out.extend(strings(names))
        elif found := text(item):
            out.append(found)
    return out


def resolve(value: Any, found: list[Node]) -> Any:
    """Follow references by @id to the object that carries the fields."""
    if isinstance(value, list):
        return [resolve(item, found) for item in value]
    if isinstance(value, dict) and set(value) <= {"@id", "@type", "type"} and value.get("@id"):
        return next((node for node in found if node.get("@id") == value["@id"] and len(node) > len(value)), value)
    return value


# Lists of articles that a page states in JSON-LD (schema.org ItemList, CollectionPage, Blog).

_LISTS = frozenset(
    {"ItemList", "CollectionPage", "Blog", "WebPage", "SearchResultsPage", "ProfilePage", "LiveBlogPosting"}
)
_ARTICLES = ("Article", "BlogPosting", "Report", "Review", "NewsArticle")
_HOLDERS = ("@graph", "mainEntity", "hasPart", "blogPost", "blogPosts", "itemListElement", "item")
_MAX_NODES = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    """An article that a list names."""

    url: str
    title: str | None = None
    published: str | None = None


def listed_articles(tree: etree._Element) -> Iterator[Listed]:
    """Yield what the page's JSON-LD lists, in its order; breadcrumbs are no lists of articles.

    >>> script = '{"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": "/a", "name": "A"}]}'
    >>> list(listed_articles(etree.HTML(f'<script type="application/ld+json">{script}</script>')))
    [Listed(url='/a', title='A', published=None)]
    """
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "") or not script.text:
            continue
        try:
            data = json.loads(script.text, strict=False)
        except (ValueError, RecursionError):
            continue
        pending: list[tuple[Any, bool]] = [(data, False)]
        for node, inside in pending:
            if len(pending) > _MAX_NODES:
                break
            if isinstance(node, list):
                pending.extend((part, inside) for part in node)
            elif isinstance(node, str) and inside and node.startswith(("http://", "https://")):
                yield Listed(node)
            elif isinstance(node, dict):
                kinds = _kinds(node)
                if "BreadcrumbList" in kinds:
                    continue
                article = any(kind.endswith(_ARTICLES) for kind in kinds)
                if inside and (article or "ListItem" in kinds):
                    url = _text(node, "url") or _text(node, "@id") or _text(node, "mainEntityOfPage")
                    if url:
                        title = _text(node, "headline") or _text(node, "name")
                        yield Listed(url, title, _text(node, "datePublished"))
                        continue
                within = inside or bool(_LISTS & kinds)
                pending.extend((node[key], within) for key in _HOLDERS if key in node)


def _kinds(node: dict[str, Any]) -> set[str]:
    kinds = node.get("@type")
    return {kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)}


def _text(node: dict[str, Any], key: str) -> str | None:
    value = node.get(key)
    if isinstance(value, dict):
        value = value.get("@id")
    return value if isinstance(value, str) and value.strip() else None
