"""RSS 0.9x, 1.0 and 2.0 and Atom 0.3 and 1.0: one reader, for feeds mix their words freely."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from lxml import etree

from newsbot.discovery.bylines import names
from newsbot.discovery.feed_addresses import (
    ADDRESS_FIELDS,
    address_of,
    base_of_feed,
    entry_url,
    inherited,
    joined,
    link_of,
    read_feed_link,
)
from newsbot.discovery.feed_record import Feed
from newsbot.discovery.xml_fields import BASE, LANG, Fields, field_name, fields_of, markup_of, text_of
from newsbot.items import Candidate
from newsbot.web.dates import parse_date
from newsbot.web.text import looks_like_html, plain_text, shortened
from newsbot.web.urls import site_of

MAX_ENTRIES = 10_000
TITLE_LIMIT = 500
SUMMARY_LIMIT = 1_000
BODY_LENGTH = 400
"""A description with block markup and at least this many characters is a body, not a summary alone."""
MAX_TAGS = 40

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
    (*ADDRESS_FIELDS, *PUBLISHED, *MODIFIED, *SUMMARY, *CONTENT, *AUTHORS, *TAGS, *TITLE, *LANGUAGE, "ttl")
)

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?(?:[-_][A-Za-z0-9]+)*$", re.I)
_UPDATE_MINUTES = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}


def read_feed(kind: str, head: etree._Element, entries: Iterable[etree._Element], url: str) -> Feed:
    """Read the element that describes the feed, and its entries."""
    about = fields_of(head)
    feed = Feed(kind=kind)
    feed.title = plain_text(_first_text(about, ("title", "dc:title")))
    feed.language = language_tag(
        _first_text(about, ("language", "dc:language")) or inherited(head, LANG) or head.get("lang")
    )
    base = base_of_feed(head, url)
    feed.home = address_of(link_of(about, base), base)
    if kind != "atom" and feed.home and site_of(feed.home) != site_of(url):
        # A feed on a syndicator's host: relative links mean the site's own pages.
        base = feed.home
    for link in about.get("link", []):
        read_feed_link(feed, link, base)
    feed.ttl_minutes = _ttl(about)
    owners = names(_people(about)) if kind == "atom" else []
    owners = [name for name in owners if feed.title is None or name.casefold() != feed.title.casefold()]

    for number, element in enumerate(entries, 1):
        if number > MAX_ENTRIES:
            feed.note(f"too_many_entries: only the first {MAX_ENTRIES} were read")
            break
        try:
            candidate = _read_entry(feed, element, number, base, owners)
        except (ValueError, etree.LxmlError) as error:
            feed.note(f"unreadable_entry: entry {number}: {error}")
            continue
        if candidate:
            feed.candidates.append(candidate)
    return feed


def language_tag(text: str | None) -> str | None:
    """Return a language tag in its usual case (BCP 47), or None for what is none.

    >>> language_tag("EN_us"), language_tag("de"), language_tag("English")
    ('en-US', 'de', None)
    """
    match = _LANGUAGE.match(text.strip()) if text else None
    if not match:
        return None
    region = match[2]
    if not region:
        return match[1].lower()
    return f"{match[1].lower()}-{region.upper() if len(region) == 2 else region.title()}"


def _read_entry(feed: Feed, element: etree._Element, number: int, base: str, owners: list[str]) -> Candidate | None:
    fields = fields_of(element)
    own_base = element.get(BASE)
    if own_base:
        base = joined(base, own_base) or base
    title = _title(fields)
    url = entry_url(feed, element, fields, base, f"entry {number}" + (f" {title[:60]!r}" if title else ""))
    if url is None:
        return None
    html_body, summary = _body_and_summary(fields)
    american = (feed.language or "").casefold() in ("en-us", "en-ph")
    authors = names(_people(fields)) or list(owners)
    return Candidate(
        url=url,
        via="feed",
        title=title,
        published=_date(feed, fields, PUBLISHED, number, american),
        modified=_date(feed, fields, MODIFIED, number, american),
        authors=authors,
        tags=_tags(fields),
        summary=summary,
        language=language_tag(_first_text(fields, ("dc:language", "language")) or element.get(LANG)) or feed.language,
        html=html_body,
    )


def _first_text(fields: Fields, wanted: tuple[str, ...]) -> str | None:
    for name in wanted:
        for element in fields.get(name, ()):
            text = text_of(element)
            if text.strip():
                return text
    return None


def _title(fields: Fields) -> str | None:
    for name in TITLE:
        for element in fields.get(name, ()):
            literal = (element.get("type") or "").lower() in ("text", "text/plain")
            title = plain_text(text_of(element), literal=literal and not len(element))
            if title:
                return shortened(title, TITLE_LIMIT)
    return None


def _body_and_summary(fields: Fields) -> tuple[str | None, str | None]:
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
    return body, shortened(summary, SUMMARY_LIMIT)


def _content(element: etree._Element) -> str | None:
    kind = (element.get("type") or "").lower()
    text = markup_of(element) if len(element) else element.text or ""
    if not text.strip():
        return None
    if "<" not in text and "&lt;" not in text:
        return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in re.split(r"\s*\n\s*\n\s*", text.strip()))
    if kind and "/" in kind and "html" not in kind and not kind.startswith("text/"):
        return None
    if kind == "html" and "<" not in text and "&lt;" in text:
        return html.unescape(text)
    return text.strip()


def _people(fields: Fields) -> Iterator[str]:
    for name in AUTHORS:
        for element in fields.get(name, ()):
            inner = [child for child in element if isinstance(child.tag, str)]
            named = [child for child in inner if field_name(str(child.tag)) == "name"]
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
                tag = plain_text(part)
                if tag and len(tag) <= 100:
                    found.setdefault(tag)
    return list(found)[:MAX_TAGS]


def _date(feed: Feed, fields: Fields, wanted: tuple[str, ...], number: int, american: bool) -> str | None:
    refused = None
    for name in wanted:
        for element in fields.get(name, ()):
            text = text_of(element).strip()
            date = parse_date(text, month_first=american)
            if date:
                return date
            refused = refused or text
    if refused:
        feed.note(f"bad_date: entry {number}: {refused[:60]!r}")
    return None


def _ttl(about: Fields) -> int | None:
    text = (_first_text(about, ("ttl",)) or "").strip()
    if text.isascii() and text.isdigit():
        return int(text) if 0 < int(text) <= 525_600 else None
    period = _UPDATE_MINUTES.get((_first_text(about, ("sy:updateperiod",)) or "").strip().lower())
    if not period:
        return None
    frequency = (_first_text(about, ("sy:updatefrequency",)) or "1").strip()
    return max(1, period // max(1, int(frequency) if frequency.isascii() and frequency.isdigit() else 1))
