"""Fields of the record from the page's witnesses, best first, each with its origin; the article's kind and paywall."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from newsbot.extraction.authors import people, read_authors
from newsbot.extraction.document import Document, ExtractionError, MetaTags, read_metatags
from newsbot.extraction.published import read_dates
from newsbot.extraction.title import Heading, read_headings, read_title
from newsbot.items import Candidate
from newsbot.web import jsonld
from newsbot.web.dates import Moment
from newsbot.web.text import text_content
from newsbot.web.urls import InvalidURL, canonical_url, site_of

Witness: TypeAlias = tuple[str, str]
"""A text, empty where nothing is said, and its origin."""

LONGEST_LABEL = 80
"""Characters of a section or tag (fewer); what is longer is a sentence."""
MOST_TAGS = 50

_BETWEEN_TAGS = re.compile(r"[,;،、]")
_VIDEO_PLACE = re.compile(r"\b(?:videos?|watch|mediathek|tv)\b")
_GALLERY_PLACE = re.compile(
    r"\b(?:galler(?:y|ies)|fotogaleria|fotostrecke|bilderstrecke|diaporama|photo-essay|in-pictures)\b"
)
_OPINION_PLACE = re.compile(
    r"\b(?:opinions?|comment(?:ary|isfree)?|op-ed|editorials?|columnists?|columns?|kommentar(?:e)?|meinung|tribunes?|"
    r"debats?|debatt|opinión|columnas|opiniao|opinião|opinioni|opinie|мнения|мнение|社説|評論|사설|رأي|آراء|דעות)\b"
)
_INTERVIEW = re.compile(
    r"\b(?:interviews?|entrevistas?|intervista|intervju|wywiad|интервью)\b|インタビュー|인터뷰|专访|專訪", re.I
)


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
    copied_from: str | None = None
    """The canonical address that the page names on another site."""
    site: str = ""
    """The site of the page's address."""
    origins: dict[str, str] = field(default_factory=dict)
    tags_of_head: MetaTags = field(default_factory=MetaTags)
    node: jsonld.Node | None = None
    """The JSON-LD object that describes the article, one of nodes."""
    nodes: list[jsonld.Node] = field(default_factory=list)


def address_of(document: Document) -> str:
    """Return a page's address in canonical form; where the one given is no web address, what the page says it is.

    Then that becomes the document's, too. Raises ExtractionError ("unreadable") where neither is an address.
    """
    try:
        return canonical_url(document.url)
    except InvalidURL as error:
        meta = read_metatags(document)
        for claim in (meta.canonical or "", meta.first("og:url")):
            try:
                document.url = canonical_url(claim)
            except InvalidURL:
                continue
            return document.url
        raise ExtractionError("unreadable", f"no address: {error}") from None


def read_fields(document: Document, address: str, candidate: Candidate | None, fetched_at: str | None) -> Facts:
    """Read every field of the record that stands outside the text; address is the page's own, canonical."""
    hint = candidate or Candidate(url=address, via="site")
    meta = read_metatags(document)
    nodes = jsonld.nodes(document.scripts)
    shown = read_headings(document.h1, address)
    headings = [heading.text for heading in shown]
    node = jsonld.article(nodes, document.url, [*headings, meta.first("og:title")])
    said = node or {}
    publisher = jsonld.text(jsonld.resolve(said.get("publisher"), nodes))
    site = site_of(address)
    facts = Facts(tags_of_head=meta, node=node, nodes=nodes, headings=headings, site=site)
    origins = facts.origins
    facts.url, facts.copied_from = _canonical(document.url, address, meta, site)
    origins["url"] = "url"
    facts.site_name, origins["site_name"] = _site_name(meta, publisher, nodes, _headline_for_sure(meta, shown, address))
    names = [facts.site_name or "", site, site.split(".")[0]]
    facts.title, origins["title"] = read_title(
        meta,
        node,
        shown,
        names,
        hint.title,
        lambda: map(text_content, document.body.iter("h2", "h3")),
        lambda: (element.text for element in document.elements if element.text),
    )
    names = [*names, publisher, *people([publisher, meta.first("publisher", "dc.publisher")])]
    facts.authors, origins["authors"] = read_authors(document, meta, node, nodes, names, facts.title, hint.authors)
    published, modified = read_dates(
        document, meta, node, nodes, facts.url, facts.title, (hint.published, hint.modified), fetched_at
    )
    facts.published, origins["published"] = published
    facts.modified, origins["modified"] = modified
    facts.section, origins["section"] = _section(meta, said)
    facts.tags, origins["tags"] = _tags(meta, said, hint.tags)
    facts.image, origins["image"] = _image(meta, said, nodes, document.url)
    facts.summary, origins["summary"] = _summary(meta, said, hint.summary)
    facts.article_body = jsonld.text(said.get("articleBody"))
    return facts


def _first(witnesses: Iterable[Witness]) -> tuple[str | None, str]:
    return next(((text, origin) for text, origin in witnesses if text), (None, "none"))


def _canonical(url: str, own: str, meta: MetaTags, site: str) -> tuple[str, str | None]:
    """Return the address that the page claims if it is its site's, else its own; and what it claims of another site."""
    elsewhere = None
    for claim in dict.fromkeys((meta.canonical, meta.first("og:url"))):
        if not claim:
            continue
        if claim in (url, own):
            return own, elsewhere
        try:
            other = canonical_url(claim, base=url)
        except InvalidURL:
            continue
        parts = urlsplit(other)
        if not parts.path.strip("/") and not parts.query:
            continue
        if site_of(other) == site:
            return other, elsewhere
        if claim == meta.canonical:
            elsewhere = other
    return own, elsewhere


def _headline_for_sure(meta: MetaTags, headings: list[Heading], address: str) -> str | None:
    """Return what <title> and an <h1> that is no logo say alike on a page below the first one."""
    if urlsplit(address).path == "/":
        return None
    return next((meta.title for heading in headings if heading.text == meta.title and not heading.leads_up), None)


def _site_name(
    meta: MetaTags, publisher: str, nodes: list[jsonld.Node], headline: str | None
) -> tuple[str | None, str]:
    """Return what the site is called; some sites have the page's headline in the place of their name."""
    websites = (jsonld.text(node.get("name")) for node in nodes if "website" in jsonld.types(node))
    witnesses = (
        (meta.first("og:site_name"), "opengraph"),
        (meta.first("application-name", "apple-mobile-web-app-title"), "meta"),
        (publisher, "json-ld"),
        (next(filter(None, websites), ""), "json-ld"),
    )
    name, origin = _first((text, origin) for text, origin in witnesses if text != headline)
    return (" ".join(name.split()) if name else None), origin


def _section(meta: MetaTags, said: jsonld.Node) -> tuple[str | None, str]:
    told = meta.first("parsely-section", "section", "sailthru.section", "cxenseparse:section", "dc.subject")
    witnesses = (
        (jsonld.text(said.get("articleSection")), "json-ld"),
        (meta.first("article:section"), "opengraph"),
        (told, "meta"),
    )
    return _first((text, origin) for text, origin in witnesses if len(text) < LONGEST_LABEL)


def _tags(meta: MetaTags, said: jsonld.Node, hint: list[str]) -> tuple[list[str], str]:
    for values, origin in (
        (jsonld.strings(said.get("keywords")), "json-ld"),
        (meta.all("article:tag"), "opengraph"),
        (meta.all("news_keywords", "parsely-tags", "sailthru.tags", "keywords"), "meta"),
        (hint, "feed"),
    ):
        tags = [tag for value in values for part in _BETWEEN_TAGS.split(value) if (tag := part.strip())]
        if tags:
            return list(dict.fromkeys(tag for tag in tags if len(tag) < LONGEST_LABEL))[:MOST_TAGS], origin
    return [], "none"


def _image(meta: MetaTags, said: jsonld.Node, nodes: list[jsonld.Node], base: str) -> tuple[str | None, str]:
    image = said.get("image") or said.get("thumbnailUrl")
    if isinstance(image, list):
        image = image[0] if image else None
    if isinstance(image, dict):
        image = jsonld.resolve(image, nodes).get("url") or image.get("contentUrl")
    for address, origin in (
        (meta.first("og:image", "og:image:url", "og:image:secure_url"), "opengraph"),
        (jsonld.text(image), "json-ld"),
        (meta.first("twitter:image", "twitter:image:src", "parsely-image-url"), "meta"),
    ):
        try:
            if address:
                return canonical_url(address, base=base), origin
        except InvalidURL:
            continue
    return None, "none"


def _summary(meta: MetaTags, said: jsonld.Node, hint: str | None) -> tuple[str | None, str]:
    summary, origin = _first(
        (
            (jsonld.text(said.get("description")), "json-ld"),
            (meta.first("og:description"), "opengraph"),
            (meta.first("description", "twitter:description", "dc.description"), "meta"),
            (hint or "", "feed"),
        )
    )
    return (" ".join(summary.split()) if summary else None), origin


def kind_of(facts: Facts) -> str:
    """Return one of items.KINDS: what the data and the address say of the article, "article" where they say nothing.

    >>> kind_of(Facts(url="https://example.org/opinion/rain")), kind_of(Facts(url="https://example.org/rain"))
    ('opinion', 'article')
    """
    names = set(jsonld.types(facts.node)) if facts.node else set()
    others = {name for node in facts.nodes for name in jsonld.types(node)}
    place = f"{facts.section or ''} {urlsplit(facts.url).path}".lower()
    declared = facts.tags_of_head.first("og:type").lower()
    if "liveblogposting" in names:
        return "liveblog"
    if declared.startswith("video") or ("videoobject" in others and _VIDEO_PLACE.search(place)):
        return "video"
    if others & {"podcastepisode", "radioepisode"} or declared.startswith(("audio", "music")):
        return "audio"
    if others & {"imagegallery", "mediagallery"} or _GALLERY_PLACE.search(place):
        return "gallery"
    if "opinionnewsarticle" in names or _OPINION_PLACE.search(place):
        return "opinion"
    if names & {"review", "criticreview", "reviewnewsarticle"}:
        return "review"
    return "interview" if _INTERVIEW.search(f"{facts.title} {place}") else "article"


def paywalled(facts: Facts) -> bool | None:
    """Return what the page says of its accessibility; None where it says nothing.

    >>> paywalled(Facts(node={"isAccessibleForFree": "http://schema.org/False"})), paywalled(Facts())
    (True, None)
    """
    if facts.node is not None:
        free = _boolean(facts.node.get("isAccessibleForFree"))
        if free is not None:
            return not free
    tier = facts.tags_of_head.first("article:content_tier", "og:article:content_tier").lower()
    if tier:
        return tier in ("locked", "metered", "premium")
    return None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    folded = jsonld.text(value).lower()
    return {"true": True, "false": False, "yes": True, "no": False}.get(folded.rsplit("/", 1)[-1])
