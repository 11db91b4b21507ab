"""Sitemaps: bytes -> articles and further sitemaps (sitemaps.org 0.9, Google's news extension).

Elements are read as they arrive and forgotten, so that 50,000 addresses cost little memory; what is not well-formed is
cut at its entries and read one by one, as feeds are. Which of the further sitemaps to read, and in which order, their
lastmod and the dates in their names tell, as far as those of their siblings let them.

Errors:

    ValueError
    └── SitemapError     the body is no sitemap that could be read: .reason is one of SITEMAP_REASONS
"""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import zip_longest
from urllib.parse import urlsplit

from lxml import etree

from newsbot.discovery.feed_record import MAX_NOTES, FeedError, bounded
from newsbot.discovery.feeds import parse_feed
from newsbot.discovery.url_shape import is_page
from newsbot.discovery.xml_recovery import read_entries
from newsbot.discovery.xml_source import (
    UnsafeXML,
    field_name,
    fields_of,
    local_name,
    name_of,
    own_space,
    text_of,
    unpacked,
    without_doctype,
)
from newsbot.items import Candidate
from newsbot.web.content_coding import TooLarge
from newsbot.web.dates import as_instant, parse_date, period_of
from newsbot.web.links import link_address
from newsbot.web.text import language_tag, plain_text
from newsbot.web.urls import site_of

MAX_SITEMAP_BYTES = 50 * 1024 * 1024
"""Largest sitemap that is read, after decompression: the limit of sitemaps.org."""

SITEMAP_REASONS = {
    "empty": "the body has nothing in it",
    "too_large": "the sitemap is larger than 50 MB",
    "html_page": "the body is an HTML page",
    "unsafe_xml": "the document declares entities that would expand without bound or read local files",
    "not_a_sitemap": "the body is neither a sitemap, a feed nor a list of addresses",
}

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex|rss|feed|rdf|html|url|sitemap)(?=[\s>/])", re.I)
_NEWS_FIELDS = (
    "news:title", "news:publication_date", "news:keywords", "news:language", "news:genres", "news:name",
)  # fmt: skip
_FIELDS = frozenset(("loc", "lastmod", "changefreq", "priority", *_NEWS_FIELDS))
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|div|p|a)\b", re.I)
_ENTRY_TAGS = tuple(f"{{*}}{name}" for name in ("url", "sitemap", "URL", "SITEMAP", "Url", "Sitemap"))
_SITEMAP_NAME = re.compile(r"\.xml(?:\.gz)?$|\.gz$", re.I)
_NEWS = re.compile(r"(?<![a-z])(?:google[-_]?)?news(?![a-z])|googlenews|latest|recent|(?<![a-z])48h", re.I)
_LINE_URL = re.compile(r"https?://\S+", re.I)
_NUMBER = re.compile(r"\d+")
_OLD_YEAR = re.compile(r"(?<!\d)1[5-8](?=\d\d)")
"""Of a newspaper's archive: dates.period_of() reads none before 1900."""

_period_of = lru_cache(maxsize=8192)(period_of)
"""Of thousands of sitemaps in an index, each is asked several times."""

ALIVE = timedelta(days=30)
"""An index of which no sitemap has changed for so long does not tell when they change, but when they were made."""
SHARED = 10
"""A lastmod that more sitemaps of an index state is the index's own, not theirs."""


class SitemapError(ValueError):
    """The body is no sitemap that could be read; reason is a name from SITEMAP_REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{SITEMAP_REASONS[reason]}{': ' if detail else ''}{detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that a sitemap index names."""

    url: str
    lastmod: str | None = None
    """RFC 3339, as stated."""
    names: str = field(default="days", repr=False)
    """What the numbers in its address are, as far as its siblings tell: days (months, weeks ...), years or nothing."""
    is_end: bool = field(default=False, repr=False)
    """Whether it has the first or the last number of a numbering: there grows what grows."""

    @property
    def period(self) -> tuple[date, date] | None:
        """The first and last day that its address names."""
        found = None if self.names == "nothing" else _period_of(self.url)
        if found and self.names == "years":
            return found[0].replace(month=1, day=1), found[1].replace(month=12, day=31)
        return found

    @property
    def is_news(self) -> bool:
        """Whether its address promises a news sitemap: the last two days, with titles and times."""
        parts = urlsplit(self.url)
        return _NEWS.search(parts.path.rpartition("/")[2] or parts.path) is not None


@dataclass(slots=True, kw_only=True)
class Sitemap:
    """A sitemap as it was read."""

    kind: str
    """urlset, index, text or feed (an RSS or Atom feed handed in as a sitemap)."""
    candidates: list[Candidate] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was wrong, each "kind: detail"."""

    def note(self, text: str) -> None:
        """Remember what was wrong, up to a bound."""
        if len(self.notes) < MAX_NOTES and text not in self.notes:
            self.notes.append(text)


def parse_sitemap(body: bytes, url: str, *, charset: str | None = None) -> Sitemap:
    """Read a sitemap or sitemap index, gzipped or not, XML or one address a line.

    Candidates come in the sitemap's order, each address once, via "news_sitemap" where the news
    extension describes them and via "sitemap" elsewhere. Raises SitemapError.

    >>> parse_sitemap(b"https://example.org/a\\nhttps://example.org/b\\n", "https://example.org/sitemap.txt").kind
    'text'
    >>> xml = b"<sitemapindex><sitemap><loc> /news.xml </loc><lastmod>2026-11-20</lastmod></sitemap></sitemapindex>"
    >>> parse_sitemap(xml, "https://example.org/sitemap.xml").children
    [Child(url='https://example.org/news.xml', lastmod='2026-11-20')]
    """
    try:
        data, notes = unpacked(body, charset, MAX_SITEMAP_BYTES)
    except TooLarge as error:
        raise SitemapError("too_large", str(error)) from None
    if not data:
        raise SitemapError("empty")
    sitemap = _read(data, url, notes)
    sitemap.notes[:0] = notes
    return sitemap


def _read(data: bytes, url: str, notes: list[str]) -> Sitemap:
    root = _ROOT.search(data[:1_000_000])
    if root is None:
        return _read_text(data, url)
    kind = root[1].lower()
    if kind in (b"rss", b"feed", b"rdf"):
        try:
            feed = parse_feed(data, url)
        except FeedError as error:
            reason = error.reason if error.reason in SITEMAP_REASONS else "not_a_sitemap"
            raise SitemapError(reason, error.detail) from None
        return Sitemap(kind="feed", candidates=feed.candidates, notes=feed.notes)
    if kind == b"html":
        raise SitemapError("html_page")
    start = root.start()
    prologue = data.rfind(b"<?xml", 0, start)
    doctype = data[:start].upper().find(b"<!DOCTYPE")
    start = prologue if prologue != -1 else doctype if doctype != -1 else start
    if start:
        notes.append(f"junk: {start} bytes before the document")
    try:
        data, odd = without_doctype(data[start:])
    except UnsafeXML as error:
        raise SitemapError("unsafe_xml", str(error)) from None
    notes += odd
    sitemap = Sitemap(kind="index" if kind in (b"sitemapindex", b"sitemap") else "urlset")
    _collect(sitemap, _entries(data, notes), url)
    return sitemap


def _entries(data: bytes, notes: list[str]) -> Iterator[etree._Element]:
    """The url and sitemap elements, one at a time; from the first error on, by cutting the text."""
    context = etree.iterparse(
        io.BytesIO(data), events=("end",), tag=_ENTRY_TAGS, resolve_entities=False, load_dtd=False,
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    done = 0
    try:
        for _, element in context:
            parent = element.getparent()
            if parent is not None and _is_of_extension(str(element.tag), str(parent.tag)):
                continue
            done += 1
            yield element
            element.clear()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        line = error.position[0] if error.position else 0
        notes.append(f"not_well_formed: line {line}: {error.msg.partition(', line')[0][:120]}")
    else:
        return
    yield from read_entries(data, "url|sitemap", _FIELDS, skip=done)[1]


def _is_of_extension(tag: str, parent: str) -> bool:
    """Tell whether an element is a word of images or videos, rather than one of the format, however it is called."""
    name = field_name(tag)
    return ":" in name and "/" not in name and not tag.startswith(own_space(parent))


def _collect(sitemap: Sitemap, entries: Iterable[etree._Element], url: str) -> None:
    seen: set[str] = set()
    sites = frozenset({site_of(url)})
    for number, element in enumerate(entries, 1):
        loc = lastmod = None
        news: etree._Element | None = None
        own = own_space(str(element.tag))
        for child in element:
            name = name_of(child, own) if isinstance(child.tag, str) else ""
            if name == "loc":
                loc = loc or text_of(child) or child.get("href")
            elif name == "lastmod":
                lastmod = child.text
            elif name.startswith("news:"):
                news = child if name == "news:news" else element
        address = link_address(loc, url, sites)
        if address is None:
            sitemap.note(f"bad_loc: entry {number}: {loc.strip()[:120]!r}" if loc else f"no_loc: entry {number}")
            continue
        if address in seen:
            continue
        seen.add(address)
        modified = parse_date(lastmod)
        if lastmod and lastmod.strip() and modified is None:
            sitemap.note(f"bad_date: entry {number}: {lastmod.strip()[:60]!r}")
        may_be_page = news is not None or is_page(address, listed=True)
        if local_name(str(element.tag)) == "sitemap" or (
            not may_be_page and _SITEMAP_NAME.search(urlsplit(address).path)
        ):
            if address == url:
                sitemap.note("loop: the index names itself")
            else:
                sitemap.children.append(Child(address, modified))
        elif not may_be_page:
            sitemap.note(f"no_page: {address[:120]}")
        else:
            candidate = Candidate(url=address, via="sitemap", modified=modified)
            if news is not None:
                _add_news(sitemap, candidate, news, number)
            sitemap.candidates.append(bounded(candidate))
    if not (sitemap.candidates or sitemap.children or sitemap.notes):
        sitemap.note("no_entries: nothing in it has an address")


def _add_news(sitemap: Sitemap, candidate: Candidate, news: etree._Element, number: int) -> None:
    fields = fields_of(news)
    for publication in fields.get("news:publication", ()):
        for name, elements in fields_of(publication).items():
            fields.setdefault(name, elements)
    texts = {name: plain_text(text_of(fields[name][0])) for name in _NEWS_FIELDS if name in fields}
    date = texts.get("news:publication_date")
    candidate.via = "news_sitemap"
    candidate.title = texts.get("news:title")
    candidate.language = language_tag(texts.get("news:language"))
    candidate.published = parse_date(date, language=candidate.language)
    words = (word.strip() for word in re.split(r"[,;،、]", texts.get("news:keywords") or ""))
    candidate.tags = list(dict.fromkeys(word for word in words if word))
    if date and candidate.published is None:
        sitemap.note(f"bad_date: entry {number}: {date[:60]!r}")


def _read_text(data: bytes, url: str) -> Sitemap:
    sitemap = Sitemap(kind="text")
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    addresses = [line for line in lines if _LINE_URL.fullmatch(line)]
    if not addresses or len(addresses) * 2 < len(lines):
        raise SitemapError("html_page" if _HTML.search(data) else "not_a_sitemap", lines[0][:80] if lines else "")
    entries = []
    for line in lines:
        if not _LINE_URL.fullmatch(line):
            sitemap.note(f"bad_loc: {line[:120]!r}")
            continue
        element = etree.Element("url")
        etree.SubElement(element, "loc").text = line
        entries.append(element)
    _collect(sitemap, entries, url)
    return sitemap


def as_siblings(children: Iterable[Child], today: date) -> list[Child]:
    """Return the sitemaps of one index, each with what is left of its own words beside those of the others.

    Numbers like years are the numbering of a list where they do not reach up to ``today``, or where a sibling's number
    is no year; 2024-5 is no May beside a 2024-13. A lastmod is left out that many siblings state, and all are where
    none of them has moved for long: they say when somebody made the index.

    >>> pages = [Child(f"https://example.org/sitemap-{number}.xml") for number in (1999, 2000, 2001)]
    >>> [child.period for child in as_siblings(pages, date(2026, 11, 20))]
    [None, None, None]
    >>> as_siblings([Child("https://example.org/sitemap-2026.xml")], date(2026, 11, 20))[0].period
    (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    """
    named = list(children)
    lastmods = Counter(child.lastmod for child in named)
    moments = [moment.date() for child in named if (moment := as_instant(child.lastmod))]
    is_alive = any(today - ALIVE <= moment <= today + timedelta(days=1) for moment in moments)
    families: defaultdict[str, list[Child]] = defaultdict(list)
    for child in named:
        families[_family(child)].append(child)
    names = {family: _what_numbers_name(members, today) for family, members in families.items()}
    ends = {child.url for members in families.values() for child in _by_number(members)[:: max(len(members) - 1, 1)]}
    return [
        replace(
            child,
            lastmod=child.lastmod if is_alive and lastmods[child.lastmod] <= SHARED else None,
            names=names[_family(child)],
            is_end=child.url in ends,
        )
        for child in named
    ]


def _family(child: Child) -> str:
    """What is alike in the addresses of sitemaps that are numbered, or named after days, in one way."""
    parts = urlsplit(child.url)
    return parts.netloc + _NUMBER.sub("#", f"{parts.path}?{parts.query}")


def _by_number(family: Iterable[Child]) -> list[Child]:
    """Sitemaps of one family in the order of their numbers; an index may have them in that of their letters."""
    return sorted(
        family,
        key=lambda child: [int(number) for number in _NUMBER.findall(urlsplit(child.url)._replace(netloc="").geturl())],
    )


def _what_numbers_name(family: Sequence[Child], today: date) -> str:
    periods = [_period_of(child.url) or _period_of(_OLD_YEAR.sub("19", child.url)) for child in family]
    found = [period for period in periods if period]
    if len(found) < len(family) or max(first for first, _ in found) > today + timedelta(days=366):
        return "nothing"
    whole = [(first.month, first.day, last.month, last.day) == (1, 1, 12, 31) for first, last in found]
    if all(whole) and max(last.year for _, last in found) < today.year - 1:
        return "nothing"
    return "years" if any(whole) else "days"


def in_range(child: Child, since: date | None = None, until: date | None = None) -> bool:
    """Tell whether a sub-sitemap may hold articles of the days from since to until (both included).

    A date in its name decides, with a day's grace for time zones where it names one day; failing that, one that
    last changed before since holds nothing newer. What says nothing may hold anything.

    >>> in_range(Child("https://example.org/sitemap-2026-10.xml"), since=date(2026, 11, 15))
    False
    >>> in_range(Child("https://example.org/sitemap-3.xml", "2026-11-20"), since=date(2026, 11, 15))
    True
    """
    period, day = child.period, timedelta(days=1)
    if period:
        grace = day if period[0] == period[1] else timedelta()
        if (since is not None and period[1] + grace < since) or (until is not None and period[0] - grace > until):
            return False
    changed = as_instant(child.lastmod)
    return not (since is not None and changed is not None and changed.date() + day < since)


def newest_first(children: Iterable[Child]) -> list[Child]:
    """Return the sub-sitemaps in the order to read them: news ones, then by what is newest in them.

    A name's period and lastmod each tell how new the newest article can be, the earlier of both
    counts. Behind the dated come the others, of which either end of a numbering may be the newest: of
    each numbering the first and the last, then the second and the last but one, and so on.

    >>> [c.url[-7:] for c in newest_first([Child("https://e.org/2024.xml"), Child("https://e.org/2026.xml")])]
    ['026.xml', '024.xml']
    >>> [c.url[-5:] for c in newest_first([Child(f"https://e.org/page-{number}.xml") for number in range(5)])]
    ['0.xml', '4.xml', '1.xml', '3.xml', '2.xml']
    """
    dated: list[tuple[bool, float, Child]] = []
    families: defaultdict[str, list[Child]] = defaultdict(list)
    for child in children:
        changed, period = as_instant(child.lastmod), child.period
        moments = [changed.timestamp()] if changed else []
        if period:
            moments.append(datetime.combine(period[1], datetime.max.time(), UTC).timestamp())
        if child.is_news or moments:
            dated.append((not child.is_news, -min(moments, default=0.0), child))
        else:
            families[_family(child)].append(child)
    dated.sort(key=lambda entry: entry[:2])
    turns = zip_longest(*map(_from_both_ends, families.values()))
    return [child for *_, child in dated] + [child for turn in turns for child in turn if child]


def _from_both_ends(family: list[Child]) -> list[Child]:
    children = _by_number(family)
    pairs = zip(children, reversed(children), strict=True)
    return list(dict.fromkeys(child for pair in pairs for child in pair))
