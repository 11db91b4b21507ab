"""Who wrote an article: the page's witnesses, best first. A house name gives way to a person's byline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from newsbot.extraction.authors import people
from newsbot.extraction.byline import bold_byline, bylines, far_byline, labelled_bylines, looks_like_person
from newsbot.extraction.document import Document
from newsbot.extraction.metatags import MetaTags, origin_of
from newsbot.extraction.nearby import nearby_texts
from newsbot.extraction.title import fold
from newsbot.web import jsonld

_AUTHOR = (
    "author", "article:author_name", "parsely-author", "articleauthor", "sailthru.author", "dc.creator",
    "dcterms.creator", "article:author",
    "og:article:author", "byl", "citation_author", "cxenseparse:author", "itemprop:author", "rnews:author",
    "twitter:data1", "shareaholic:article_author_name",
)  # fmt: skip


_ACCOUNT = re.compile(
    r"/(?:authors?|autor|auteur|user)/(?:admin\w*|editor\w*|staff|newsroom|webmaster|news-?desk|redak\w+)/?#?$"
)
"""Where an author's address says that the name is an account's and no person's."""


def read_authors(
    document: Document,
    meta: MetaTags,
    node: jsonld.Node | None,
    nodes: list[jsonld.Node],
    own: Sequence[str],
    title: str,
    hint: Sequence[str],
) -> tuple[list[str], str]:
    """Return the authors and the origin of the best witness that names people.

    own is what the site is called, hint what the feed says. The site's own name, or an agency's, stands only
    where nobody else is named.
    """
    site = own[0] if own else ""
    house = {fold(name) for name in own} - {""}
    best: tuple[list[str], str] = ([], "none")
    fallback = best
    for values, origin in _told(meta, node, nodes, house):
        names = people(values, site)
        persons = [name for name in names if fold(name) not in house]
        if persons and (not best[0] or set(best[0]) < set(persons)):
            best = (persons, origin)
        elif names and not fallback[0]:
            fallback = (names, origin)
    if not best[0]:
        best = _shown(document, house)
    if not best[0] and (persons := _written(document, title, house, bool(fallback[0]))):
        best = (persons, "html")
    if not best[0] and (names := people(hint, site)):
        best = (names, "feed")
    return best if best[0] else fallback


def _told(
    meta: MetaTags, node: jsonld.Node | None, nodes: list[jsonld.Node], house: set[str]
) -> Iterator[tuple[list[str], str]]:
    """Give what data and meta tags say; the name of an account such as "admin" counts as the house."""
    if node:
        value = jsonld.resolve(node.get("author") or node.get("creator"), nodes)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and _is_account(one):
                house.update(fold(name) for name in jsonld.strings(one))
        yield jsonld.strings(value), "json-ld"
    for name in _AUTHOR:
        yield [v for v in meta.all(name) if not v.startswith(("http", "/"))], origin_of(name)


def _is_account(author: dict[str, Any]) -> bool:
    places = (author.get("url"), author.get("@id"))
    return any(isinstance(place, str) and _ACCOUNT.search(place) for place in places)


def _shown(document: Document, house: set[str]) -> tuple[list[str], str]:
    for values, origin in bylines(document):
        names = [name for name in people(values) if fold(name) not in house]
        if origin == "html":
            names = [name for name in names if looks_like_person(name)]
        if names:
            return names, origin
    return [], "none"


def _written(document: Document, title: str, house: set[str], housed: bool) -> list[str]:
    """Return the persons of a byline that no markup tells: after a label, or in bold above the text."""
    for line in labelled_bylines(nearby_texts(document, title)):
        if persons := _persons([line], house, not housed):
            return persons
    if housed and (persons := _persons([bold_byline(document, title)], house, False)):
        return persons
    return _persons(far_byline(document), house, not housed)


def _persons(lines: Iterable[str], house: set[str], agency: bool) -> list[str]:
    """Return the persons in some lines, or the agency, where one will do."""
    names = [name for name in people(lines) if fold(name) not in house]
    persons = [name for name in names if looks_like_person(name)]
    return persons or [name for name in names[:1] if agency and name.isupper()]
