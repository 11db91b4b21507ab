"""Of two copies of one story, whose is it? What their pages state, and what was seen of them; the strongest first.

canonical   a page names the other's address as the canonical one
credit      a page credits the other's outlet: "First published by X", "Source: X", "via X", by X
agency      a page credits a news agency, and the other is on that agency's own site
outlet      of a part and a whole on one site, the whole is the article; so it is where the part breaks off
time        a page was published before the other, as it states and as was seen
announced   the outlet's own feed or news sitemap announced it, and the other was found elsewhere
unsigned    a page credits no agency, and the other does
whole       of a part and a whole that begins with it, the whole
stored      the one that was stored first

What a page says in another's favour is believed. What it says in its own (when it was published) is believed as far as
it agrees with what was seen: a copy can state any time that it likes (docs/decisions/0023-origin.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from newsbot.dedupe.agency import agency_named, is_agencys_site
from newsbot.dedupe.tokens import tokens_of
from newsbot.web.dates import as_instant
from newsbot.web.urls import article_id, site_of

IN_TIME = timedelta(hours=12)
"""How long after its publication an article is found by a crawl that keeps up with its outlet: one that runs twice a
day. Who is found later may have been there before, or may be lying."""
CLOCKS = timedelta(minutes=5)
"""How far a clock may be wrong."""
LATE_IN_FEED = timedelta(hours=1)
"""How long a story may be out before its outlet's feed has it: caches of feeds hold for minutes, seldom for an hour."""
ZONES = timedelta(hours=14)
"""How far a time without an offset may be from UTC."""
EARLIEST = datetime(1991, 8, 6, tzinfo=UTC)
"""No page of the web is older: what an archive dates so is the day of the paper."""
CREDIT_LENGTH = 200
"""Characters of the longest line that is a credit and no prose."""
FIRST, LAST = 2, 3
"""Paragraphs at the beginning and the end that may be credits."""
SHORT_NAME = 4
"""Characters from which on the name of a site's domain is told from a word."""
TEASER_SHARE, TEASER_WORDS = 0.4, 100
"""A part that is the beginning of the whole, no longer than this share of it and than so many words, is its teaser."""
BEFORE = 60
"""Words that may stand before the beginning of a text that another one begins with: a dateline, a standfirst."""

_FILLERS = frozenset({"the", "by", "staff", "team", "desk", "newsroom", "redaktion"})
"""What may stand in a byline beside an outlet's name."""
_CREDIT = re.compile(
    r"\b(?:(?:first|originally|previously) (?:published|appeared|posted|reported)(?: (?:by|in|on|at|with))?|"
    r"(?:re)?published (?:with (?:the )?permission )?(?:from|of|courtesy of)|"
    r"reprinted (?:with permission )?(?:from|of)|"
    r"courtesy of|sources?|via|credits?|(?:this )?(?:article|story) (?:by|from|courtesy of)|"
    r"read (?:the )?(?:full|whole|original|rest of the) (?:article|story|report)s? (?:at|on|in)|"
    r"zuerst erschienen (?:bei|in|auf)|zuerst veröffentlicht (?:bei|in|von|auf)|quellen?|"
    r"(?:paru|publié) (?:initialement|d['’]abord|à l['’]origine) (?:dans|sur|par)|sources?|"
    r"publicado originalmente (?:en|por|em)|fuentes?|pubblicato originariamente (?:su|da)|fonti?e?|bron|källa|kilde|"
    r"źródło|zdroj|источник|джерело|kaynak)\s*[:：|–—-]?\s*|(?:出典|来源|來源|転載元|출처|원문|المصدر|स्रोत)\s*[:：]?\s*",
    re.IGNORECASE,
)
_BREAKS_OFF = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.|\+\d+ chars)\]|"
    r"(?:read|continue reading|see) (?:more|on|the (?:full|whole|rest)[^.]{0,40})|"
    r"weiterlesen|lire la suite|seguir leyendo|leia mais|continua a leggere|lees verder|läs mer|читать далее|"
    r"続きを読む)"
    r"\W{0,3}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One page that carries a story: what it states, and what was seen of it."""

    url: str
    source: str
    """The outlet's name in the sources file, which no page can choose."""
    site_name: str | None = None
    authors: Sequence[str] = ()
    text: str
    removed: Sequence[str] = ()
    """What cleaning took out of the text: credits may be among it."""
    agency: str | None = None
    published: str | None = None
    precision: str | None = None
    canonical: str | None = None
    """The address that it names as its canonical one, if that is another page's."""
    announced: bool = False
    """Whether the feed or news sitemap of its own site named it."""
    absent_at: str | None = None
    """When that feed was last read without it."""
    seen_at: str
    """When it was stored."""


class Finding(NamedTuple):
    """Who is the origin, and what told."""

    is_new: bool
    evidence: str


def origin_of(known: Member, new: Member, *, longer: Member | None = None) -> Finding:
    """Tell which of two copies is the origin: the one that is known, or the new one. In doubt it stays the known one.

    ``longer`` is the one that the other is a part of, if it is.

    >>> wire = Member(url="https://wire.example/1", source="wire", text="It rained.", seen_at="2026-11-20T09:00:00Z")
    >>> copy = Member(url="https://copy.example/2", source="copy", text="It rained.\\n\\nFirst published by wire.",
    ...     seen_at="2026-11-20T08:00:00Z")
    >>> origin_of(copy, wire)
    Finding(is_new=True, evidence='credit')
    >>> origin_of(wire, copy), origin_of(copy, copy)
    (Finding(is_new=False, evidence='credit'), Finding(is_new=False, evidence='stored'))
    """
    for evidence, favours in (("canonical", _names), ("credit", _credits), ("agency", _takes_from)):
        if found := _one_sided(favours(new, known), favours(known, new), evidence):
            return found
    if longer is not None and (_same_site(known, new) or _breaks_off(known if longer is new else new)):
        return Finding(longer is new, "outlet")
    if found := _by_time(known, new):
        return found
    if found := _one_sided(known.announced, new.announced, "announced"):
        return found
    if longer is None:
        if in_time(known):
            return Finding(is_new=False, evidence="stored")
        unsigned = _one_sided(known.agency is None, new.agency is None, "unsigned")
        return unsigned or Finding(is_new=False, evidence="stored")
    shorter = known if longer is new else new
    if shorter.announced and in_time(shorter) and not _is_teaser(shorter, longer):
        return Finding(shorter is new, "announced")
    return Finding(longer is new, "whole") if _opens(shorter, longer) else Finding(is_new=False, evidence="stored")


def precedes(one: Member, other: Member) -> bool:
    """Whether one page was published before another, as far as its word can be believed.

    >>> def page(published: str, seen_at: str) -> Member:
    ...     return Member(url="https://e.org/1", source="e", text="", published=published, seen_at=seen_at)
    >>> precedes(page("2026-11-20", "2026-11-20T09:00:00Z"), page("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"))
    False
    >>> precedes(page("2026-11-20T07:00:00Z", "2026-11-20T09:00:00Z"), page("2026-11-20T08:00:00Z",
    ...     "2026-11-20T08:10:00Z"))
    True
    >>> precedes(page("2026-11-17T07:00:00Z", "2026-11-20T09:00:00Z"), page("2026-11-20T08:00:00Z",
    ...     "2026-11-20T08:10:00Z"))
    False
    """
    return _is_before(one, other) and (in_time(one) or not in_time(other))


def in_time(member: Member) -> bool:
    """Whether a page was found at about the time when it says that it was published."""
    stated, seen = _stated(member), as_instant(member.seen_at)
    return stated is not None and seen is not None and seen - stated.end <= IN_TIME


def _one_sided(is_known: bool, is_new: bool, evidence: str) -> Finding | None:
    """Find for the one in whose favour something is; None if it is in both's or nobody's."""
    return Finding(is_new, evidence) if is_known != is_new else None


def _names(page: Member, other: Member) -> bool:
    """Whether a page names the other's address as its canonical one."""
    return page.canonical is not None and article_id(page.canonical) == article_id(other.url)


def _takes_from(page: Member, other: Member) -> bool:
    """Whether a page credits the agency whose site the other is on."""
    agency = page.agency
    if agency is None or is_agencys_site(agency, site_of(page.url), page.source):
        return False
    return is_agencys_site(agency, site_of(other.url), other.source)


def _credits(page: Member, other: Member) -> bool:
    """Whether the byline of a page, or a credit line, names the other's outlet; its own says nothing.

    A site can call itself what it likes, also by the name of a reporter: a name that neither its domain nor the sources
    file bears out tells nothing of a byline that was found in time.
    """
    credits_in = [(line, found.end()) for line in _credit_lines(page) for found in _CREDIT.finditer(line)]
    if not credits_in and not page.authors:
        return False
    own = _names_of(page)
    names = {name for name in _names_of(other) if not any(_begins(name, mine) or _begins(mine, name) for mine in own)}
    bylines = {tuple(word for word in tokens_of(author) if word not in _FILLERS) for author in page.authors}
    if any(not in_time(page) or _bears_out(other, name) for name in bylines & names):
        return True
    if not credits_in:
        return False
    named = "|".join(r"\W+".join(map(re.escape, name)) for name in sorted(names, key=len, reverse=True))
    if not named:
        return False
    at = re.compile(
        rf"(?:https?://|www\.|the\b|\W)*(?:{named})(?:\W*$|\s*[.,;:|()\[\]/–—-]|\s+(?:on|at|in|am|vom|le|el|il|\d))",
        re.IGNORECASE,
    )
    return any(at.match(line, end) for line, end in credits_in)


def _credit_lines(page: Member) -> list[str]:
    """Return the short lines at a text's ends, and those that cleaning took out of it."""
    paragraphs = page.text.split("\n\n")
    ends = paragraphs if len(paragraphs) <= FIRST + LAST else [*paragraphs[:FIRST], *paragraphs[-LAST:]]
    lines = (line.strip() for block in (*ends, *page.removed) for line in block.split("\n"))
    return [line for line in lines if len(line) <= CREDIT_LENGTH]


def _names_of(member: Member) -> set[tuple[str, ...]]:
    """Return the names by which others may credit an outlet, as tokens.

    An agency's name counts for its own site alone: any site can call itself Reuters.
    """
    site = site_of(member.url)
    label = site.partition(".")[0]
    names = [member.source, site, label if len(label) >= SHORT_NAME else "", member.site_name or ""]
    return {
        tuple(word for word in tokens_of(name) if word != "the")
        for name in names
        if name and ((agency := agency_named(name)) is None or is_agencys_site(agency, site, member.source))
    } - {()}


def _begins(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return name[: len(other)] == other


def _bears_out(member: Member, name: tuple[str, ...]) -> bool:
    """Whether a name that a site has is found in its domain, or in the sources file, too."""
    given = {"".join(tokens_of(member.source)), site_of(member.url).partition(".")[0].replace("-", "")}
    return any(one and (one in "".join(name) or "".join(name) in one) for one in given)


class _Span(NamedTuple):
    """The earliest and the latest moment of which something may be said."""

    start: datetime
    end: datetime


def _by_time(known: Member, new: Member) -> Finding | None:
    """Find for the one that was published first, if it can be told; for the known one if it is stated in vain."""
    for first, second in ((known, new), (new, known)):
        if _is_before(first, second):
            return (
                Finding(first is new, "time") if precedes(first, second) else Finding(is_new=False, evidence="stored")
            )
    return None


def _is_before(one: Member, other: Member) -> bool:
    """Whether one page says that it was published before the time that the other states, and was not seen later."""
    first, second = _stated(one), _stated(other)
    if first is None or second is None:
        return False
    if not (_is_day(one) and _is_day(other)) and not (_is_local(one) and _is_local(other) and _same_site(one, other)):
        first, second = _anywhere(one, first), _anywhere(other, second)
    return _as_seen(one, first).end < _as_seen(other, second).start


def _stated(member: Member) -> _Span | None:
    """Return when a page says that it was published; None where it does not, or says what cannot be."""
    start, seen = as_instant(member.published), as_instant(member.seen_at)
    if start is None or seen is None or start < EARLIEST:
        return None
    exact = not _is_local(member) and not _is_day(member)
    if start > seen + (CLOCKS if exact else ZONES):
        return None
    lengths = {"minute": timedelta(seconds=59), "day": timedelta(days=1, seconds=-1)}
    length = lengths["day"] if _is_day(member) else lengths.get(member.precision or "", timedelta())
    return _Span(start, start + length)


def _anywhere(member: Member, stated: _Span) -> _Span:
    """Return what a local time may mean, wherever its page is from."""
    return _Span(stated.start - ZONES, stated.end + ZONES) if _is_local(member) else stated


def _as_seen(member: Member, stated: _Span) -> _Span:
    """Return when a page may have been published by what was seen: not long before its feed was read without it."""
    absent, seen = as_instant(member.absent_at), as_instant(member.seen_at)
    if absent is None or seen is None or stated.end >= absent - LATE_IN_FEED:
        return stated
    return _Span(absent, max(seen, absent))


def _is_day(member: Member) -> bool:
    return member.precision == "day" or "T" not in (member.published or "")


def _is_local(member: Member) -> bool:
    return datetime.fromisoformat(member.published or "").tzinfo is None


def _same_site(one: Member, other: Member) -> bool:
    return site_of(one.url) == site_of(other.url)


def _breaks_off(member: Member) -> bool:
    """Whether a text ends as one does of which there is more elsewhere."""
    return bool(_BREAKS_OFF.search(member.text[-CREDIT_LENGTH:]))


def _is_teaser(part: Member, whole: Member) -> bool:
    """Whether a part is no more than the first sentences of the whole."""
    words, all_words = len(tokens_of(part.text)), len(tokens_of(whole.text))
    return words <= min(TEASER_WORDS, TEASER_SHARE * all_words) and _opens(part, whole)


def _opens(part: Member, whole: Member) -> bool:
    """Whether the whole begins with the part, as what is shortened does; an item of a round-up may stand anywhere."""
    tokens = tokens_of(part.text)
    opening = set(pairwise(tokens_of(whole.text)[: len(tokens) + BEFORE]))
    pairs = list(pairwise(tokens))
    return 2 * sum(pair in opening for pair in pairs) > len(pairs)
