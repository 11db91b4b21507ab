"""RSS 0.9x, 1.0 and 2.0 and Atom 0.3 and 1.0: one reader, for feeds mix their words freely."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from lxml import etree

from newsbot.discovery.feed_record import Entry, Feed, Stated, names
from newsbot.discovery.xml_source import BASE, LANG, Fields, fields_of, local_name, text_of
from newsbot.items import Candidate
from newsbot.web.dates import parse_date
from newsbot.web.links import link_address, unescaped
from newsbot.web.text import language_tag, looks_like_html, plain_text
from newsbot.web.urls import site_of

MAX_ENTRIES = 10_000
BODY_LENGTH = 400
"""A description with block markup and at least this many characters is a body, not a summary alone."""

ADDRESS_FIELDS = ("link", "url", "guid", "id", "feedburner:origlink", "pheedo:origlink", "comments")
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_ORIGINALS = ("feedburner:origlink", "pheedo:origlink")
_ALTERNATE = frozenset({"alternate", "permalink", "bookmark", "canonical"})
"""Relations of the link to an entry's own page."""
_OTHER_RELATIONS = ("shortlink", "self", "via", "related")
"""Of links that may do where there is no other."""
ENTRY_NAMES = "item|entry"
PUBLISHED = (
    "pubdate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "dc:created", "date",
)  # fmt: skip
MODIFIED = ("updated", "modified", "dcterms:modified", "dc:modified", "lastmod")
SUMMARY = (
    "description", "summary", "subtitle", "dc:description", "itunes:summary", "dcterms:abstract", "media:description",
)  # fmt: skip
CONTENT = ("content:encoded", "content", "yandex:full-text", "xhtml:body", "fulltext", "full-text")
AUTHORS = ("dc:creator", "author", "creator", "itunes:author", "dcterms:creator")
TAGS = ("category", "dc:subject", "media:keywords", "dcterms:subject", "keywords")
TITLE = ("title", "media:title", "dc:title", "headline")
LANGUAGE = ("language", "dc:language")
ENTRY_FIELDS = frozenset(
    (*ADDRESS_FIELDS, *PUBLISHED, *MODIFIED, *SUMMARY, *CONTENT, *AUTHORS, *TAGS, *TITLE, *LANGUAGE)
)


def read_feed(kind: str, head: etree._Element, entries: Iterable[etree._Element], url: str) -> Feed:
    """Read the element that describes the feed, and its entries."""
    about = fields_of(head)
    feed = Feed(kind=kind)
    feed.title = plain_text(_first_text(about, ("title", "dc:title")))
    feed.language = language_tag(
        _first_text(about, ("language", "dc:language")) or _inherited(head, LANG) or head.get("lang")
    )
    feed.dated = _first_text(about, ("lastbuilddate", *PUBLISHED, *MODIFIED))
    base = _base_of_feed(head, url)
    feed.home = link_address(_link_of(about, base), base, frozenset({site_of(url)}))
    sites = frozenset(site_of(address) for address in (url, feed.home) if address)
    if feed.home and len(sites) > 1 and base == url:
        # A feed on a syndicator's host: relative links mean the site's own pages.
        base = feed.home
    for link in about.get("link", []):
        _read_feed_link(feed, link, base)
    owners = names(_people(about)) if kind == "atom" else []
    owners = [name for name in owners if feed.title is None or name.casefold() != feed.title.casefold()]

    for number, element in enumerate(entries, 1):
        if number > MAX_ENTRIES:
            feed.note(f"too_many_entries: only the first {MAX_ENTRIES} were read")
            break
        try:
            entry = _read_entry(feed, element, number, base, sites, owners)
        except (ValueError, etree.LxmlError) as error:
            feed.note(f"unreadable_entry: entry {number}: {error}")
            continue
        if entry:
            feed.entries.append(entry)
    return feed


def _base_of_feed(head: etree._Element, url: str) -> str:
    """Return the address that relative links start from: xml:base of the document, inside out, over its own address."""
    base = url
    ancestors = [head, *head.iterancestors()]
    for element in reversed(ancestors):
        own = element.get(BASE)
        if own:
            base = _joined(base, own) or base
    return base


def _inherited(element: etree._Element, attribute: str) -> str | None:
    """Return an attribute of an element, or the nearest above it that has one."""
    return next((node.get(attribute) for node in (element, *element.iterancestors()) if node.get(attribute)), None)


def _read_feed_link(feed: Feed, link: etree._Element, base: str) -> None:
    """Note where a link of the feed itself leads: its hub, its next page."""
    relation = (link.get("rel") or "").lower()
    href = unescaped((link.get("href") or "").strip())
    address = _joined(base, href) if href else None
    if not address or not address.startswith(("http://", "https://")):
        return
    if relation == "hub":
        feed.hub = feed.hub or address
    elif relation in ("next", "prev-archive"):
        feed.next_url = feed.next_url or address


def _read_entry(
    feed: Feed, element: etree._Element, number: int, base: str, sites: frozenset[str], owners: list[str]
) -> Entry | None:
    fields = fields_of(element)
    own_base = element.get(BASE)
    if own_base:
        base = _joined(base, own_base) or base
    title = _title(fields)
    name = f"entry {number}" + (f" {title[:60]!r}" if title else "")
    stated = _stated(element, fields, base, sites)
    found = next(stated.linked(), None) or _guessed(feed, fields, stated, name)
    if found is None:
        return None
    html_body, summary = _body_and_summary(fields)
    authors = names(_people(fields)) or list(owners)
    published, published_text = _date(feed, fields, PUBLISHED, number)
    modified, modified_text = _date(feed, fields, MODIFIED, number)
    candidate = Candidate(
        url=found[0],
        via="feed",
        title=title,
        published=published,
        modified=modified,
        authors=authors,
        tags=_tags(fields),
        summary=summary,
        language=language_tag(_first_text(fields, ("dc:language", "language")) or element.get(LANG)) or feed.language,
        html=html_body,
    )
    return Entry(candidate, found[1], stated, (published_text, modified_text))


def _stated(element: etree._Element, fields: Fields, base: str, sites: frozenset[str]) -> Stated:
    """Return what an entry states as its address: the original one, the link, a permanent guid; and its identities."""
    links = []
    for name in _ORIGINALS:
        if name in fields:
            links += [(text_of(original), True) for original in fields[name]]
    if link := _link_of(fields, base):
        links.append((link, True))
    if "url" in fields:
        # Of relative references only a link is one for sure; "17" as a guid is a number.
        links += [(text, text.startswith("/")) for address in fields["url"] if (text := text_of(address))]
    guesses: list[str] = []
    for guid in fields.get("guid", ()):
        text = text_of(guid)
        if (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() != "false":
            links.append((text, text.startswith("/")))
        else:
            guesses.append(text)
    if "id" in fields:
        guesses += [text_of(identity) for identity in fields["id"]]
    guesses += [value for name, value in element.items() if name.endswith("}about")]
    if "content" in fields:
        guesses += [content.get("src", "") for content in fields["content"]]
    return Stated(links, guesses, base, sites)


def _guessed(feed: Feed, fields: Fields, stated: Stated, entry: str) -> tuple[str, str] | None:
    """Return the address of an entry whose links mean none, with its text, and note how it was found, or what was."""
    found = next(stated.guessed(), None)
    if found is None and (text := _last_resort(fields, stated.base)):
        address = link_address(text, stated.base, stated.sites)
        found = (address, text) if address else None
    refused = next((text.strip() for text, _ in stated.links if text.strip()), None)
    feed.note(
        f"link_from_id: {entry}"
        if found
        else f"bad_link: {entry}: {refused[:120]!r}"
        if refused
        else f"no_link: {entry}"
    )
    return found


def _last_resort(fields: Fields, base: str) -> str | None:
    """Return a link of an entry that has none of its own: to itself as data, to its source, to its comments."""
    links = {(link.get("rel") or "").lower().rpartition("/")[2]: link for link in fields.get("link", ())}
    for relation in _OTHER_RELATIONS:
        if relation in links and (href := links[relation].get("href")):
            own = links[relation].get(BASE)
            return _joined(_joined(base, own) or base, href) if own else href
    comments = _first_text(fields, ("comments",)) or ""
    return comments if "#" in comments else None


def _link_of(fields: Fields, base: str) -> str | None:
    """Return the link to the page: a text (RSS), or the best href (Atom: alternate, HTML before others)."""
    best: tuple[int, str] | None = None
    for link in fields.get("link", ()):
        href = link.get("href")
        text = "" if href else text_of(link).strip()
        if href is None and not text and (link.tail or "").strip().lower().startswith(("http://", "https://")):
            # <link/>https://… : the tag was closed too early.
            text = (link.tail or "").split()[0]
        if href is None and not text:
            text = (link.get(_RESOURCE) or "").strip()
        value = href.strip() if href else text
        if not value:
            continue
        relations = (link.get("rel") or "").lower().split()
        if relations and not any(relation.rpartition("/")[2] in _ALTERNATE for relation in relations):
            continue
        media = (link.get("type") or "text/html").lower()
        rank = (0 if text else 1) + (0 if "html" in media else 4)
        if best is None or rank < best[0]:
            own = link.get(BASE)
            best = (rank, (_joined(_joined(base, own) or base, value) or value) if own else value)
    return best[1] if best else None


def _joined(base: str, other: str) -> str | None:
    try:
        return urljoin(base, other.strip())
    except ValueError:
        return None


def _title(fields: Fields) -> str | None:
    for name in TITLE:
        for element in fields.get(name, ()):
            literal = (element.get("type") or "").lower() in ("text", "text/plain")
            title = plain_text(text_of(element), literal=literal and not len(element))
            if title:
                return title
    return None


def _body_and_summary(fields: Fields) -> tuple[str | None, str | None]:
    """Return the longest content, as HTML, and the summary; a long description with markup is both."""
    body = None
    for name in CONTENT:
        for element in fields.get(name, ()):
            text = _content(element)
            if text and len(text) > len(body or ""):
                body = text
    described = _first_text(fields, SUMMARY)
    summary = plain_text(described)
    if body is None and described and summary and len(summary) >= BODY_LENGTH and looks_like_html(described):
        body = described
    return body, summary


def _content(element: etree._Element) -> str | None:
    """Return an element's content as HTML; None for what is neither HTML nor text."""
    kind = (element.get("type") or "").lower()
    text = text_of(element)
    if not text.strip():
        return None
    if "<" not in text and "&lt;" not in text:
        return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in re.split(r"\s*\n\s*\n\s*", text.strip()))
    coded = not len(element) and text != element.text
    if "/" in kind and not (coded or "html" in kind or kind.startswith("text/")):
        return None
    if kind == "html" and "<" not in text and "&lt;" in text:
        return html.unescape(text)
    return text.strip()


def _people(fields: Fields) -> Iterator[str]:
    """Give what the fields for authors say."""
    for name in AUTHORS:
        for element in fields.get(name, ()):
            inner = [child for child in element if isinstance(child.tag, str)]
            named = [child for child in inner if local_name(str(child.tag)) == "name"]
            yield from (text_of(child) for child in named) if inner else (text_of(element),)
        if name == "dc:creator" and fields.get(name):
            # dc:creator names the people; what follows repeats the outlet.
            return


def _tags(fields: Fields) -> list[str]:
    found: dict[str, None] = {}
    for name in TAGS:
        for element in fields.get(name, ()):
            text = element.get("label") or text_of(element) or element.get("term") or ""
            for part in text.split(",") if name in ("media:keywords", "keywords") else [text]:
                if tag := plain_text(part):
                    found.setdefault(tag)
    return list(found)


def _date(feed: Feed, fields: Fields, wanted: tuple[str, ...], number: int) -> tuple[str | None, str | None]:
    """Return the first of the fields that is a date, and its text; note where there is something that is none."""
    refused = None
    for name in wanted:
        for element in fields.get(name, ()):
            text = text_of(element).strip()
            date = parse_date(text, language=feed.language)
            if date:
                return date, text
            refused = refused or text
    if refused:
        feed.note(f"bad_date: entry {number}: {refused[:60]!r}")
    return None, None


def _first_text(fields: Fields, wanted: tuple[str, ...]) -> str | None:
    for name in wanted:
        for element in fields.get(name, ()):
            text = text_of(element)
            if text.strip():
                return text
    return None
