"""When an article was published and last modified: the page's witnesses, best first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from typing import TypeAlias

import htmldate
from lxml import etree, html

from newsbot.extraction.class_names import words_of
from newsbot.extraction.document import Document, MetaTags, nearby_texts, origin_of
from newsbot.web import jsonld
from newsbot.web.dates import EARLIEST, Moment, as_instant, day_of, parse_moment
from newsbot.web.text import text_content

Dated: TypeAlias = tuple[Moment | None, str]
"""A moment and the origin of its witness."""
Witness: TypeAlias = tuple[str, str]
"""A text and its origin."""

OLDEST_SHOWN = 1971
"""A day of before, in a line that people read, is what the article is about."""
SHORTEST = 5
"""Characters of a text with a date in it; it has more."""
NEARBY, NAMED = 80, 160
"""Characters of a line with a date near the headline, and in what is called a date or byline; they have fewer."""
ALONE = 40
"""Characters of a line that has a date and little else; it has fewer."""
SEARCHED, SEARCHED_LENGTH = 50, 1000
"""Texts that htmldate chooses among, and characters of each."""

_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "datepublished",
    "itemprop:datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dc.date", "dc.date.created", "dcterms.date", "pubdate", "publishdate",
    "publish-date", "publish_date", "publication_date", "article_date_original", "og:pubdate",
    "originalpublicationdate", "article.published", "published_at", "citation_publication_date", "citation_date",
    "bt:pubdate", "displaydate", "date", "og:published_time", "rnews:datepublished", "itemprop:datecreated", "created",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "itemprop:datemodified", "datemodified", "dc.date.modified",
    "dcterms.modified", "lastmod", "last-modified", "article:updated_time", "modified", "updated_time", "revised",
    "bt:moddate",
)  # fmt: skip
_DATE_IN_TEXT = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d\b|\b(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}\b|"
    r"[^\W\d]{3,}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d\b"
    r"|\b\d{1,2}(?:st|nd|rd|th|\.)?\s[^\W\d]{3,}\.?,?\s(?:19|20)\d\d\b"
)
_FIGURE = re.compile(r"\d")
_CHANGED = re.compile(r"updated?|modified|edited|©|\(c\)|copyright|e-?pub", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DATED = re.compile(r"\b(?:date\w*|datetime|publish\w*|pub|posted|time|timestamp|meta|byline|info)\b")
_DATE_TAGS = frozenset((
    "div", "h2", "h3", "h4", "li", "p", "span", "time", "ul", "td", "small", "em", "b", "i", "strong", "footer",
    "header", "article", "section",
))  # fmt: skip
"""Elements that htmldate looks at."""
_HOLDERS = ("div", "span", "p", "li", "ul", "td", "small", "em", "i", "abbr", "section", "dd")


def read_dates(
    document: Document,
    meta: MetaTags,
    node: jsonld.Node | None,
    nodes: list[jsonld.Node],
    url: str,
    title: str,
    hints: tuple[str | None, str | None],
    fetched_at: str | None,
) -> tuple[Dated, Dated]:
    """Return when the article was published and modified, each with its origin.

    A witness later than fetched_at is not believed. hints are the feed's two dates, the last of the witnesses
    that state a date; only where there is none are the address, the visible text and htmldate asked.
    """
    now = as_instant(fetched_at)
    language = document.root.get("lang")
    published, modified = _structured(meta, node, nodes)
    for element in document.times:
        words = element.get("datetime") or "".join(element.itertext())
        prop = (element.get("itemprop") or "").lower()
        changed = "modified" in prop or "update" in (element.get("class") or "").lower()
        (modified if changed else published).append((words, "microdata" if prop else "html"))
    published.append((hints[0] or "", "feed"))
    modified.append((hints[1] or "", "feed"))
    read = partial(_believed, now=now, listed=as_instant(hints[0]), language=language)
    first = _choose(published, read)
    if first[0] is None:
        first = _choose(_written(document, url, title, language), read, OLDEST_SHOWN)
    return first, _choose(modified, read)


def _structured(
    meta: MetaTags, node: jsonld.Node | None, nodes: list[jsonld.Node]
) -> tuple[list[Witness], list[Witness]]:
    """Return what data and meta tags state of both dates, the article's own data first."""
    published: list[Witness] = []
    modified: list[Witness] = []
    if node:
        published += [(jsonld.text(node.get(key)), "json-ld") for key in ("datePublished", "dateCreated", "uploadDate")]
        modified.append((jsonld.text(node.get("dateModified")), "json-ld"))
    for other in nodes:
        if other is not node and "webpage" in jsonld.types(other):
            published.append((jsonld.text(other.get("datePublished")), "json-ld"))
            modified.append((jsonld.text(other.get("dateModified")), "json-ld"))
    published += [(value, origin_of(name)) for name in _PUBLISHED for value in meta.all(name)]
    modified += [(value, origin_of(name)) for name in _MODIFIED for value in meta.all(name)]
    return published, modified


def _written(document: Document, url: str, title: str, language: str | None) -> Iterator[Witness]:
    """Give the dates of a page whose head and data state none: in its address, near the headline, in date lines."""
    if day := day_of(url):
        yield day.isoformat(), "url"
    for line in nearby_texts(document, title):
        if _may_be_dated(line, NEARBY):
            yield line, "html"
    for element in document.elements:
        name = element.get("class") or element.get("itemprop")
        if not name or not _names_date(name) or element.tag not in _HOLDERS:
            continue
        line = text_content(element)
        if _may_be_dated(line, NAMED):
            yield line, "html"
    found = list(_dated_texts(document))
    if found:
        alone = [text for _, text in found if len(text.strip()) < ALONE and not _CHANGED.search(text)]
        days = {moment.when.date(): text for text in alone if (moment := parse_moment(text, language=language))}
        if len(days) == 1:
            yield days.popitem()[1], "html"
        yield _search(found, url) or "", "text"


def _may_be_dated(line: str, longest: int) -> bool:
    """Whether a line that people read may hold a date; figures alone are a telephone number, unless there are eight."""
    return (
        SHORTEST < len(line) < longest and _FIGURE.search(line) is not None and (not line.isdigit() or len(line) == 8)
    )


def _dated_texts(document: Document) -> Iterator[tuple[etree._Element, str]]:
    """Give the texts that have a date in them, each with the element that it stands in."""
    for element in document.elements:
        for text in (element.text, element.tail):
            if text and len(text) > SHORTEST and ("20" in text or "19" in text) and _DATE_IN_TEXT.search(text):
                above = element if text is element.text else element.getparent()
                yield (element if above is None else above), text


@lru_cache(maxsize=20_000)
def _names_date(name: str) -> bool:
    return _DATED.search(words_of(name)) is not None


def _search(texts: list[tuple[etree._Element, str]], url: str) -> str | None:
    """Let htmldate choose among the page's texts with dates in them, in a small page of their own elements."""
    page = html.Element("html")
    body = etree.SubElement(page, "body")
    for parent, text in texts[:SEARCHED]:
        holder = etree.SubElement(body, parent.tag if parent.tag in _DATE_TAGS else "p")
        for name in ("class", "id", "itemprop"):
            holder.set(name, _CONTROL.sub(" ", parent.get(name) or ""))
        holder.text = _CONTROL.sub(" ", text[:SEARCHED_LENGTH])
    try:
        return htmldate.find_date(page, extensive_search=False, original_date=True, url=url)
    except (ValueError, TypeError, etree.LxmlError):
        return None


def _believed(text: str, now: datetime | None, listed: datetime | None, language: str | None) -> Moment | None:
    """Read a date, in the order of figures that lets it be of the listing's day, and none that is still to come."""
    moment = parse_moment(text, language=language)
    if moment is None:
        return None
    to_come = now is not None and moment.in_future(now)
    if to_come or (listed and moment.when.date() != listed.date()):
        others = [parse_moment(text, language=language, order=order) for order in ("mdy", "dmy")]
        for other in others:
            if other and listed and other.when.date() == listed.date():
                return other
        if to_come:
            return next((other for other in others if other and now and not other.in_future(now)), None)
    return moment


def _choose(witnesses: Iterable[Witness], read: Callable[[str], Moment | None], oldest: int = EARLIEST) -> Dated:
    """Take the first witness, and a later one of the same day or hour that knows it more exactly."""
    best: Dated = (None, "none")
    for text, origin in witnesses:
        moment = read(text)
        if moment is None or moment.when.year < oldest:
            continue
        if best[0] is None:
            best = (moment, origin)
            if moment.precision != "day" and moment.when.tzinfo:
                break
        elif moment.precision != "day" and _refines(moment, best[0]):
            return moment, origin
    return best


def _refines(moment: Moment, coarse: Moment) -> bool:
    """Whether a moment says the same as another one, with the hour or the offset that that lacks."""
    if coarse.precision == "day":
        return moment.when.date() == coarse.when.date()
    return moment.when.tzinfo is not None and moment.when.replace(tzinfo=None) == coarse.when.replace(tzinfo=None)
