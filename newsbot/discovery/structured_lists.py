"""Lists of articles that a page states in JSON-LD (schema.org ItemList, CollectionPage, Blog)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

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
