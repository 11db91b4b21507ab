"""Feeds: bytes -> Feed, whatever is wrong with them (RSS 0.9x to 2.0, RDF, Atom, JSON Feed).

A well-formed document is parsed once by lxml. Any other is cut at its entries and read entry by
entry, so that one broken entry never loses the others and a cut-off feed gives what had arrived.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from urllib.parse import urldefrag, urljoin

from lxml import etree

from newsbot.discovery.feed_record import Entry, Feed, FeedError, bounded
from newsbot.discovery.feeds_xml import ENTRY_FIELDS, ENTRY_NAMES, read_feed
from newsbot.discovery.jsonfeed import read_json_feed
from newsbot.discovery.xml_recovery import read_entries
from newsbot.discovery.xml_source import UnsafeXML, field_name, parse_strictly, unpacked, without_doctype
from newsbot.items import Candidate
from newsbot.web.content_coding import TooLarge
from newsbot.web.dates import parse_date, proven_order
from newsbot.web.trackers import session_among
from newsbot.web.urls import twin_key, url_key, without_parameter

MAX_FEED_BYTES = 20_000_000
"""Largest feed that is read, in bytes, before and after decompression."""
SHARED = 2
"""Titles that one link has to serve for it to be nobody's: one title is an entry that stands there twice."""

_ROOT = re.compile(rb"<\?xml|<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)(?=[\s>])", re.I)
_FEED_TAG = re.compile(rb"<(?:[\w.-]+:)?(rss|feed|rdf|channel)(?=[\s>])", re.I)
# What nearly all feeds start with, told without a search.
_PLAIN_START = re.compile(rb"(?:<\?xml[^>]{0,200}\?>\s{0,20})?<(?:rss|feed|rdf:RDF)[\s>]")
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>/])", re.I)
_HTML = re.compile(
    rb"<!doctype\s+html|<(?:\w+:)?html\b|\A\s*<(?:head|body|script|div|meta|p|h1|center|table|br)\b", re.I
)
_SECTION_TOKEN = re.compile(rb"<!\[CDATA\[|\]\]>|<!--|-->|</(?:item|entry)>")
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.S)


def parse_feed(body: bytes, url: str, *, charset: str | None = None) -> Feed:
    """Read a feed; url is where it was fetched from, charset what the HTTP header said.

    Entries come in the feed's order, each address once. Raises FeedError with a reason from
    FEED_REASONS when there is no feed in the body.

    >>> body = b"<rss><channel><item><title>A &amp;amp; B</title><link>/a</link></item><item/></channel></rss>"
    >>> feed = parse_feed(body, "https://example.org/feed")
    >>> feed.candidates[0].url, feed.candidates[0].title, feed.notes
    ('https://example.org/a', 'A & B', ['no_link: entry 2'])
    """
    try:
        data, notes = unpacked(body, charset, MAX_FEED_BYTES)
    except TooLarge as error:
        raise FeedError("too_large", str(error)) from None
    if not data:
        raise FeedError("empty")
    feed = (
        read_json_feed(data.decode("utf-8", "replace"), url)
        if data[:1] in (b"{", b"[")
        else _read_xml(data, url, notes)
    )
    feed.notes[:0] = notes
    _settle(feed.entries, feed, url)
    _settle_dates(feed.entries, feed)
    _leave_sessions_out(feed.entries)
    feed.candidates = _once_each(feed.entries, feed)
    if not feed.candidates and not feed.notes:
        feed.note("no_entries: nothing in it has an address")
    return feed


def _read_xml(data: bytes, url: str, notes: list[str]) -> Feed:
    data = _from_root(data, notes)
    try:
        data, odd = without_doctype(data)
    except UnsafeXML as error:
        raise FeedError("unsafe_xml", str(error)) from None
    notes += odd
    try:
        root = parse_strictly(data)
    except etree.XMLSyntaxError as error:
        line = error.position[0] if error.position else 0
        notes.append(f"not_well_formed: line {line}: {error.msg.partition(', line')[0][:120]}")
        return _read_broken(data, url)
    kind = _kind(field_name(str(root.tag)))
    if kind is None:
        raise FeedError(
            "html_page" if field_name(str(root.tag)).endswith("html") else "not_a_feed",
            f"root <{root.tag!s}>"[:120],
        )
    head = root if kind == "atom" else next((e for e in root.iter(*_any_case("channel")) if len(e)), root)
    entries = list(root.iter(*_any_case("item"), *_any_case("entry")))
    if _swallowed(data, len(entries)):
        notes.append("open_cdata: a section runs over the end of its entry")
        return _read_broken(data, url)
    return read_feed(kind, head, entries, url)


def _any_case(name: str) -> tuple[str, ...]:
    return tuple(f"{{*}}{spelling}" for spelling in (name, name.title(), name.upper()))


def _swallowed(data: bytes, found: int) -> bool:
    """Whether a CDATA section that was never closed has taken whole entries into itself."""
    if data.count(b"</item>") + data.count(b"</entry>") <= found:
        return False
    inside: bytes | None = None
    for token in _SECTION_TOKEN.findall(data):
        if inside is None:
            inside = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}.get(token)
        elif token == inside:
            inside = None
        elif inside == b"]]>" and token.startswith(b"</"):
            return True
    return False


def _from_root(data: bytes, notes: list[str]) -> bytes:
    """Drop what stands before the document, or raise FeedError for what is no feed at all."""
    if _PLAIN_START.match(data):
        return data
    named = _FEED_TAG.search(data)
    html_mark = _HTML.search(_COMMENT.sub(lambda m: b" " * len(m[0]), data[:65_536]))
    if named is None or (html_mark and html_mark.start() < named.start() and not _ENTRY.search(data, named.start())):
        if html_mark:
            raise FeedError("html_page")
        first = re.search(rb"<[^>]{1,80}>?", data.partition(b"?>")[2] or data)
        raise FeedError(
            "not_a_feed",
            first[0].decode("utf-8", "replace") if first else data[:60].decode("utf-8", "replace"),
        )
    start = _ROOT.search(data)
    offset = start.start() if start and start.start() <= named.start() else named.start()
    if offset:
        notes.append(f"junk: {offset} bytes before the document")
    return data[offset:]


def _kind(root: str) -> str | None:
    local = root.rpartition(":")[2]
    return {"rss": "rss", "rdf": "rdf", "feed": "atom", "channel": "rss"}.get(local)


def _read_broken(data: bytes, url: str) -> Feed:
    named = _FEED_TAG.search(data)
    kind = _kind(named[1].decode().lower()) if named else None
    head, entries = read_entries(data, ENTRY_NAMES, ENTRY_FIELDS)
    return read_feed(kind or "rss", head, entries, url)


def _settle(entries: Sequence[Entry], feed: Feed, url: str) -> None:
    """Give every entry the address that is its own, as far as it states one.

    The outlet's home page, the feed, and a link that entries of several titles share are no entry's address; where an
    entry states another one, which no other does, that is it.
    """
    nobodys = {_place(place) for address in (url, feed.home) if address for place in (address, urljoin(address, "/"))}
    titles: defaultdict[str, set[str | None]] = defaultdict(set)
    for entry in entries:
        titles[entry.candidate.url].add(entry.candidate.title)
    shared = {link for link, served in titles.items() if len(served) >= SHARED or _place(link) in nobodys}
    if not shared:
        return
    stated = [{**dict(entry.stated.linked()), **dict(entry.stated.guessed())} for entry in entries]
    times = Counter(address for addresses in stated for address in addresses)
    replaced: Counter[str] = Counter()
    for entry, addresses in zip(entries, stated, strict=True):
        link = entry.candidate.url
        own = next((one for one in addresses if _place(one) not in nobodys and times[one] == 1), None)
        if link in shared and own:
            replaced[link] += 1
            entry.candidate.url, entry.link = own, addresses[own]
    for link, count in replaced.items():
        feed.note(f"shared_link: {link}: {count} entries have an address of their own beside it")


def _leave_sessions_out(entries: Sequence[Entry]) -> None:
    session = session_among([entry.candidate.url for entry in entries])
    for entry in entries if session else ():
        entry.candidate.url = without_parameter(entry.candidate.url, session or "")


def _place(address: str) -> str:
    """Return what is alike in the ways to write the address of a home page or feed."""
    return (
        address.partition("://")[2]
        .removeprefix("www.")
        .removesuffix("/index.html")
        .removesuffix("/index.php")
        .rstrip("/")
    )


def _settle_dates(entries: Sequence[Entry], feed: Feed) -> None:
    """Read dates in figures in the order that other dates of the feed prove: 3/4/2026 beside 11/20/2026 is of March."""
    if order := proven_order((feed.dated, *(text for entry in entries for text in entry.dates))):
        for entry in entries:
            published, modified = (parse_date(text, language=feed.language, order=order) for text in entry.dates)
            entry.candidate.published, entry.candidate.modified = published, modified


def _plain_twins(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the addresses that an entry of the same title has without what may mark a channel in them: ?ref=abc."""
    marked = {entry.candidate.url: key for entry in entries if (key := twin_key(entry.candidate.url))}
    if not marked:
        return {}
    titled = {(url_key(entry.candidate.url), entry.candidate.title): entry.candidate.url for entry in entries}
    return {
        entry.candidate.url: titled[marked[entry.candidate.url], entry.candidate.title]
        for entry in entries
        if entry.candidate.title and (marked.get(entry.candidate.url), entry.candidate.title) in titled
    }


def _once_each(entries: Sequence[Entry], feed: Feed) -> list[Candidate]:
    """Each address once; a repetition fills in what the first left open (a moved or an edited entry)."""
    seen: dict[str, Entry] = {}
    plain = _plain_twins(entries)
    for entry in entries:
        candidate = entry.candidate
        candidate.url = plain.get(candidate.url, candidate.url)
        first = seen.setdefault(candidate.url, entry)
        if first is entry:
            continue
        if urldefrag(entry.link).fragment != urldefrag(first.link).fragment:
            feed.note(f"one_page: {candidate.url}: entries that nothing tells apart but what is behind #")
        else:
            feed.note(f"repeated: {candidate.url}")
        for name in ("title", "published", "modified", "authors", "tags", "summary", "html"):
            if not getattr(first.candidate, name):
                setattr(first.candidate, name, getattr(candidate, name))
    return [bounded(entry.candidate) for entry in seen.values()]
