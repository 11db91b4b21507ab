"""Fields of the record from the page's witnesses, best first, each with its origin."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from newsbot.extraction.authors import people, read_authors
from newsbot.extraction.document import Document, MetaTags, read_metatags
from newsbot.extraction.published import read_dates
from newsbot.extraction.title import without_site
from newsbot.items import Candidate
from newsbot.web import jsonld
from newsbot.web.dates import Moment
from newsbot.web.text import fold, text_content
from newsbot.web.urls import InvalidURL, canonical_url, site_of


@dataclass(slots=True)
class Facts:
    """What the page's head and structured data say of the article."""

    title: str = ""
    site_name: str | None = None
    authors: list[str] = field(default_factory=list)
    published: Moment | None = None
    modified: Moment | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    image: str | None = None
    summary: str | None = None
    article_body: str = ""
    headings: list[str] = field(default_factory=list)
    """The page's <h1>."""
    url: str = ""
    site: str = ""
    """The site of the page's address."""
    origins: dict[str, str] = field(default_factory=dict)
    tags_of_head: MetaTags = field(default_factory=MetaTags)
    node: dict[str, Any] | None = None
    nodes: list[dict[str, Any]] = field(default_factory=list)


def read_fields(document: Document, address: str, candidate: Candidate | None, fetched_at: str | None) -> Facts:
    """Read every field of the record that stands outside the text; address is the page's own, canonical."""
    meta = read_metatags(document)
    found = jsonld.nodes(document.scripts)
    headings = [text_content(h1) for h1 in document.h1]
    node = jsonld.article(found, document.url, [*headings, meta.first("og:title")])
    facts = Facts(tags_of_head=meta, node=node, nodes=found, headings=headings)
    facts.site = site_of(address)
    facts.url = _canonical(document.url, address, meta, facts.site)
    facts.origins["url"] = "url"
    _site_name(facts, found, meta)
    _title(facts, headings, candidate)
    publisher = jsonld.text(jsonld.resolve(node.get("publisher"), found)) if node else ""
    own = [facts.site_name or "", facts.site, facts.site.split(".")[0], publisher]
    own += people([publisher, meta.first("publisher", "dc.publisher")])
    hint = candidate.authors if candidate else []
    facts.authors, facts.origins["authors"] = read_authors(document, meta, node, found, own, facts.title, hint)
    hints = (candidate.published, candidate.modified) if candidate else (None, None)
    published, modified = read_dates(document, meta, node, found, facts.url, facts.title, hints, fetched_at)
    facts.published, facts.origins["published"] = published
    facts.modified, facts.origins["modified"] = modified
    _rest(facts, document, candidate)
    return facts


def _canonical(url: str, own: str, meta: MetaTags, site: str) -> str:
    for claim in dict.fromkeys((meta.canonical, meta.first("og:url"))):
        if not claim:
            continue
        if claim in (url, own):
            return own
        try:
            other = canonical_url(claim, base=url)
        except InvalidURL:
            continue
        path = re.sub(r"^https?://[^/]+", "", other)
        if site_of(other) == site and len(path.strip("/")) > 0:
            return other
    return own


def _site_name(facts: Facts, found: list[jsonld.Node], meta: MetaTags) -> None:
    name = meta.first("og:site_name", "application-name", "apple-mobile-web-app-title")
    origin = "opengraph" if meta.first("og:site_name") else "meta"
    if not name and facts.node:
        name, origin = jsonld.text(jsonld.resolve(facts.node.get("publisher"), found)), "json-ld"
    if not name:
        name = next((jsonld.text(n.get("name")) for n in found if "website" in jsonld.types(n) and n.get("name")), "")
        origin = "json-ld"
    facts.site_name = " ".join(name.split()) or None
    facts.origins["site_name"] = origin if name else "none"


def _title(facts: Facts, headings: list[str], candidate: Candidate | None) -> None:
    meta = facts.tags_of_head
    site = facts.site
    names = [facts.site_name or "", site, site.split(".")[0]]
    headline = jsonld.text(facts.node.get("headline")) if facts.node else ""
    shown = [heading for heading in headings if _resembles(heading, (headline, meta.first("og:title"), meta.title))]
    news = facts.node is not None and any("news" in name or "live" in name for name in jsonld.types(facts.node))
    witnesses: list[tuple[str, str]] = [(headline, "json-ld")] if news else []
    if len(shown) == 1:
        witnesses.append((shown[0], "html"))
    witnesses += [(headline, "json-ld"), (meta.first("og:title"), "opengraph")]
    witnesses.append((meta.first("twitter:title", "dc.title", "title", "parsely-title", "sailthru.title"), "meta"))
    witnesses += [(text, "html") for text in (*shown, meta.title, *headings)]
    if facts.node:
        witnesses.append((jsonld.text(facts.node.get("name")), "json-ld"))
    witnesses.append(((candidate.title or "") if candidate else "", "feed"))
    for text, origin in witnesses:
        cleaned = without_site(text, names, headings)
        if fold(cleaned) and fold(cleaned) not in {fold(n) for n in names}:
            facts.title, facts.origins["title"] = cleaned, origin
            return
    facts.origins["title"] = "none"


def _resembles(heading: str, others: tuple[str, ...]) -> bool:
    """Whether a heading says what one of the other titles says, in other words perhaps."""
    words = set(fold(heading).split())
    return any(len(words & set(fold(other).split())) * 3 >= len(words) > 0 for other in others if other)


def _rest(facts: Facts, document: Document, candidate: Candidate | None) -> None:
    meta, node = facts.tags_of_head, facts.node or {}
    told = meta.first("parsely-section", "section", "sailthru.section", "cxenseparse:section", "dc.subject")
    sections = [
        (jsonld.text(node.get("articleSection")), "json-ld"),
        (meta.first("article:section"), "opengraph"),
        (told, "meta"),
    ]
    facts.section, facts.origins["section"] = next(((v, o) for v, o in sections if v and len(v) < 80), (None, "none"))
    for values, origin in (
        (jsonld.strings(node.get("keywords")), "json-ld"),
        (list(meta.all("article:tag")), "opengraph"),
        (list(meta.all("news_keywords", "parsely-tags", "sailthru.tags", "keywords")), "meta"),
        (candidate.tags if candidate else [], "feed"),
    ):
        tags = [tag.strip() for value in values for tag in re.split(r"[,;،、]", value) if tag.strip()]
        if tags:
            facts.tags, facts.origins["tags"] = list(dict.fromkeys(t for t in tags if len(t) < 80))[:50], origin
            break
    else:
        facts.origins["tags"] = "none"
    image = node.get("image") or node.get("thumbnailUrl")
    if isinstance(image, list):
        image = image[0] if image else None
    if isinstance(image, dict):
        image = jsonld.resolve(image, facts.nodes).get("url") or image.get("contentUrl")
    images = [
        (meta.first("og:image", "og:image:url", "og:image:secure_url"), "opengraph"),
        (jsonld.text(image), "json-ld"),
        (meta.first("twitter:image", "twitter:image:src", "parsely-image-url"), "meta"),
    ]
    facts.image, facts.origins["image"] = None, "none"
    for value, origin in images:
        try:
            if value:
                facts.image, facts.origins["image"] = canonical_url(value, base=document.url), origin
                break
        except InvalidURL:
            continue
    summaries = [
        (jsonld.text(node.get("description")), "json-ld"),
        (meta.first("og:description"), "opengraph"),
        (meta.first("description", "twitter:description", "dc.description"), "meta"),
        ((candidate.summary or "") if candidate else "", "feed"),
    ]
    facts.summary, facts.origins["summary"] = next(
        ((" ".join(v.split()), o) for v, o in summaries if v), (None, "none")
    )
    facts.article_body = jsonld.text(node.get("articleBody"))
