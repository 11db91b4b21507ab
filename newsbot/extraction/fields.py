"""Fields of the record from the page's witnesses, best first, each with its origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import htmldate
from lxml import etree, html

from newsbot.extraction import jsonld
from newsbot.extraction.authors import people
from newsbot.extraction.byline import bylines, labelled_bylines, looks_like_person
from newsbot.extraction.dates import Moment, parse_moment
from newsbot.extraction.document import Document
from newsbot.extraction.metatags import MetaTags, origin_of, read_metatags
from newsbot.extraction.title import fold, tidy, without_site
from newsbot.items import Candidate
from newsbot.urls import InvalidURL, canonical_url, site_of

_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "datepublished", "itemprop:datepublished",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.created", "dcterms.issued",
    "dc.date", "dc.date.created", "dcterms.date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
    "article_date_original", "og:pubdate", "originalpublicationdate", "article.published", "published_at", "citation_publication_date",
    "citation_date", "bt:pubdate", "displaydate", "date", "og:published_time", "rnews:datepublished", "itemprop:datecreated", "created",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "itemprop:datemodified", "datemodified", "dc.date.modified", "dcterms.modified",
    "lastmod", "last-modified", "article:updated_time", "modified", "updated_time", "revised", "bt:moddate",
)  # fmt: skip
_AUTHOR = (
    "author", "article:author_name", "parsely-author", "articleauthor", "sailthru.author", "dc.creator", "dcterms.creator", "article:author",
    "og:article:author", "byl", "citation_author", "cxenseparse:author", "itemprop:author", "rnews:author", "twitter:data1", "shareaholic:article_author_name",
)  # fmt: skip
_URL_DATE = re.compile(r"/(20\d\d|19[89]\d)[/-]?(0?[1-9]|1[0-2])[/-]?(0?[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_DATE_LINE = etree.XPath(
    "//*[contains(@class,'date') or contains(@class,'Date') or contains(@class,'publish') or contains(@class,'posted')"
    " or contains(@class,'time') or contains(@class,'meta') or contains(@itemprop,'date') or contains(@class,'byline') or contains(@class,'info')]"
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
    url: str = ""
    origins: dict[str, str] = field(default_factory=dict)
    tags_of_head: MetaTags = field(default_factory=MetaTags)
    node: dict[str, Any] | None = None
    nodes: list[dict[str, Any]] = field(default_factory=list)


def read_fields(document: Document, candidate: Candidate | None, fetched_at: str | None) -> Facts:
    """Read every field of the record that stands outside the text."""
    meta = read_metatags(document)
    found = jsonld.nodes(document.scripts)
    headings = [tidy("".join(h1.itertext())) for h1 in document.root.iter("h1")]
    node = jsonld.article(found, document.url, [*headings, meta.first("og:title")])
    facts = Facts(tags_of_head=meta, node=node, nodes=found)
    facts.url = _canonical(document.url, meta)
    facts.origins["url"] = "url"
    _site_name(facts, found, meta, document)
    _title(facts, headings, candidate)
    _authors(facts, document, candidate)
    _dates(facts, document, candidate, fetched_at)
    _rest(facts, document, candidate)
    return facts


def _canonical(url: str, meta: MetaTags) -> str:
    own = canonical_url(url)
    for claim in (meta.canonical, meta.first("og:url")):
        if not claim:
            continue
        try:
            other = canonical_url(claim, base=url)
        except InvalidURL:
            continue
        path = re.sub(r"^https?://[^/]+", "", other)
        if site_of(other) == site_of(own) and len(path.strip("/")) > 0:
            return other
    return own


def _site_name(facts: Facts, found: list[jsonld.Node], meta: MetaTags, document: Document) -> None:
    name = meta.first("og:site_name", "application-name", "apple-mobile-web-app-title")
    origin = "opengraph" if meta.first("og:site_name") else "meta"
    if not name and facts.node:
        name, origin = jsonld.text(jsonld.resolve(facts.node.get("publisher"), found)), "json-ld"
    if not name:
        name = next((jsonld.text(n.get("name")) for n in found if "website" in jsonld.types(n) and n.get("name")), "")
        origin = "json-ld"
    facts.site_name = tidy(name) or None
    facts.origins["site_name"] = origin if name else "none"


def _title(facts: Facts, headings: list[str], candidate: Candidate | None) -> None:
    meta = facts.tags_of_head
    site = site_of(facts.url)
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


def _authors(facts: Facts, document: Document, candidate: Candidate | None) -> None:
    """Take the best witness that names people; the site or an agency only where none does."""
    site = facts.site_name or ""
    generic = _generic_names(facts)
    fallback: tuple[list[str], str] = ([], "none")
    for values, origin in _author_witnesses(facts, document, candidate):
        names = people(values, site)
        persons = [name for name in names if fold(name) not in generic]
        if origin in ("html", "microdata"):
            persons = [name for name in persons if looks_like_person(name) or origin == "microdata"]
            names = persons
        if persons:
            facts.authors, facts.origins["authors"] = persons, origin
            return
        if names and not fallback[0]:
            fallback = (names, origin)
    facts.authors, facts.origins["authors"] = fallback


def _generic_names(facts: Facts) -> set[str]:
    """Return what the site itself is called, folded: such an author is no person."""
    site = site_of(facts.url)
    names = {facts.site_name or "", site, site.split(".")[0]}
    for node in [facts.node] if facts.node else []:
        names.add(jsonld.text(jsonld.resolve(node.get("publisher"), facts.nodes)))
        author = jsonld.resolve(node.get("author"), facts.nodes)
        for one in author if isinstance(author, list) else [author]:
            if isinstance(one, dict) and any("organization" in name for name in jsonld.types(one)):
                names.add(jsonld.text(one))
    return {fold(name) for name in names if name} - {""}


def _author_witnesses(
    facts: Facts, document: Document, candidate: Candidate | None
) -> Iterator[tuple[list[str], str]]:
    if facts.node:
        value = jsonld.resolve(facts.node.get("author") or facts.node.get("creator"), facts.nodes)
        yield jsonld.strings(value), "json-ld"
    for name in _AUTHOR:
        yield [v for v in facts.tags_of_head.all(name) if not v.startswith(("http", "/"))], origin_of(name)
    yield from bylines(document.root)
    for values in labelled_bylines(document.body):
        yield values, "html"
    yield (candidate.authors if candidate else []), "feed"


def _dates(facts: Facts, document: Document, candidate: Candidate | None, fetched_at: str | None) -> None:
    meta = facts.tags_of_head
    now = datetime.fromisoformat(fetched_at) if fetched_at else None
    now = now.replace(tzinfo=UTC) if now and now.tzinfo is None else now
    published: list[tuple[str, str]] = []
    modified: list[tuple[str, str]] = []
    if facts.node:
        published += [(jsonld.text(facts.node.get(key)), "json-ld") for key in ("datePublished", "dateCreated", "uploadDate")]
        modified += [(jsonld.text(facts.node.get("dateModified")), "json-ld")]
    for node in facts.nodes:
        if node is not facts.node and "webpage" in jsonld.types(node):
            published.append((jsonld.text(node.get("datePublished")), "json-ld"))
            modified.append((jsonld.text(node.get("dateModified")), "json-ld"))
    published += [(value, origin_of(name)) for name in _PUBLISHED for value in meta.all(name)]
    modified += [(value, origin_of(name)) for name in _MODIFIED for value in meta.all(name)]
    for element in document.root.iter("time"):
        value = element.get("datetime") or "".join(element.itertext())
        prop = (element.get("itemprop") or "").lower()
        (modified if "modified" in prop or "update" in (element.get("class") or "").lower() else published).append(
            (value, "microdata" if prop else "html")
        )
    if candidate:
        published.append((candidate.published or "", "feed"))
        modified.append((candidate.modified or "", "feed"))
    facts.published, facts.origins["published"] = _choose(published, now)
    if facts.published is None:
        facts.published, facts.origins["published"] = _choose(_written(document, facts), now)
    facts.modified, facts.origins["modified"] = _choose(modified, now)


def _written(document: Document, facts: Facts) -> Iterator[tuple[str, str]]:
    """Give the dates of a page whose head and data state none: in its address, near the headline, in date lines."""
    if match := _URL_DATE.search(facts.url):
        yield "-".join(part.zfill(2) for part in match.groups()), "url"
    folded = fold(facts.title)
    for heading in document.body.iter("h1", "h2"):
        if fold("".join(heading.itertext())) == folded:
            for axis in ("following", "preceding"):
                limit = "position() <= 25" if axis == "following" else "position() > last() - 12"
                nearby = heading.xpath(f"{axis}::text()[normalize-space()][{limit}]")
                for text in nearby if isinstance(nearby, list) else ():
                    if 5 < len(line := " ".join(str(text).split())) < 80:
                        yield line, "html"
            break
    for element in _DATE_LINE(document.body):
        if 5 < len(line := " ".join("".join(element.itertext()).split())) < 160:
            yield line, "html"
    yield _search(document, facts.url) or "", "text"


def _search(document: Document, url: str) -> str | None:
    """Search the whole page with htmldate, which also reads dates in free text."""
    tree = html.document_fromstring(etree.tostring(document.root, encoding="unicode"))
    return htmldate.find_date(tree, extensive_search=False, original_date=True, url=url)


def _choose(witnesses: Iterable[tuple[str, str]], now: datetime | None) -> tuple[Moment | None, str]:
    best: tuple[Moment | None, str] = (None, "none")
    for text, origin in witnesses:
        moment = parse_moment(text)
        if moment is None or (now and moment.in_future(now)):
            continue
        if best[0] is None:
            best = (moment, origin)
            if moment.precision != "day" and moment.when.tzinfo:
                break
        elif moment.when.date() == best[0].when.date() and moment.precision != "day":
            if best[0].precision == "day" or (moment.when.tzinfo and best[0].when.replace(tzinfo=None) == moment.when.replace(tzinfo=None)):
                return moment, origin
    return best


def _rest(facts: Facts, document: Document, candidate: Candidate | None) -> None:
    meta, node = facts.tags_of_head, facts.node or {}
    sections = [(jsonld.text(node.get("articleSection")), "json-ld"), (meta.first("article:section"), "opengraph"),
                (meta.first("parsely-section", "section", "sailthru.section", "cxenseparse:section", "dc.subject"), "meta")]  # fmt: skip
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
    images = [(meta.first("og:image", "og:image:url", "og:image:secure_url"), "opengraph"), (jsonld.text(image), "json-ld"),
              (meta.first("twitter:image", "twitter:image:src", "parsely-image-url"), "meta")]  # fmt: skip
    facts.image, facts.origins["image"] = None, "none"
    for value, origin in images:
        try:
            if value:
                facts.image, facts.origins["image"] = canonical_url(value, base=document.url), origin
                break
        except InvalidURL:
            continue
    summaries = [(jsonld.text(node.get("description")), "json-ld"), (meta.first("og:description"), "opengraph"),
                 (meta.first("description", "twitter:description", "dc.description"), "meta"),
                 ((candidate.summary or "") if candidate else "", "feed")]  # fmt: skip
    facts.summary, facts.origins["summary"] = next(((tidy(v), o) for v, o in summaries if v), (None, "none"))
    facts.article_body = jsonld.text(node.get("articleBody"))
