"""What reading a feed gives, whatever its format: a Feed, or a FeedError with the reason that there is none.

Errors:

    ValueError
    └── FeedError     the body is no feed: .reason is one of FEED_REASONS, .detail says what was there
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from newsbot.items import Candidate
from newsbot.web.links import is_second_choice, link_address
from newsbot.web.text import plain_text, shortened, well_formed

MAX_NOTES = 40
"""Of a feed or sitemap: one of garbage must not fill the ledger."""
MAX_TAGS, LONGEST_TAG = 40, 100
"""Tags of an entry, and characters of one of them; what is longer is none."""
TITLE_LIMIT = 500
"""Characters after which a title is cut."""
SUMMARY_LIMIT = 1_000
"""Characters after which a summary is cut."""
MAX_AUTHORS = 100
"""Of an entry; the longest list on 1,087 real pages has four."""
LONGEST_NAMES = 300
"""Characters of a field for authors; what is longer names none."""
NAME_WORDS = 5
"""Words of a name within a list of names."""

FEED_REASONS = {
    "empty": "the body has nothing in it",
    "too_large": "the body is larger than a feed may be",
    "html_page": "the body is an HTML page, and no feed; if it names feeds, they are read in its place",
    "unsafe_xml": "the document declares entities that would expand without bound or read local files",
    "not_a_feed": "the body is neither RSS, Atom nor JSON Feed",
}
_EMAIL_THEN_NAME = re.compile(r"\S+@\S+\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)?\s*$")
_NAME_THEN_EMAIL = re.compile(r"(.+?)\s*[<(\[]\s*(?:mailto:)?\S+@\S+?\s*[>)\]]\s*$")
_EMAIL = re.compile(r"(?:mailto:)?\S+@\S+\.\S+")
_BY = re.compile(r"^(?:by|von|por|par|door|av|af)\s+(?=\w)", re.I)
_AND = re.compile(r"\s*[,;|、]\s*(?:and\s+|und\s+|et\s+|y\s+)?|\s+(?:and|und|et|y|e|en|og|och|ve|&)\s+")
_NOBODY = frozenset({"admin", "administrator", "editor", "unknown", "none", "null", "noreply", "webmaster", "author"})


class FeedError(ValueError):
    """The body is no feed that could be read.

    reason is a name from FEED_REASONS, detail says what was there instead.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{FEED_REASONS[reason]}{': ' if detail else ''}{detail}")
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Stated:
    """What an entry states as its address, and how that is to be read: mostly the first of its links is the one."""

    links: list[tuple[str, bool]]
    """The likelier first; each with whether it is a link for sure, which may be relative."""
    guesses: list[str]
    """Identities that may be addresses."""
    base: str
    sites: frozenset[str]

    def linked(self) -> Iterator[tuple[str, str]]:
        """Give the addresses of the links that mean one, each with its text; those of second choice come last."""
        links = self.links
        if len(links) > 1 and is_second_choice(links[0][0]):
            links = sorted(links, key=lambda link: is_second_choice(link[0]))
        for text, relative in links:
            if address := link_address(text, self.base, self.sites, relative=relative):
                yield address, text

    def guessed(self) -> Iterator[tuple[str, str]]:
        """Give the addresses that identities are, each with its text."""
        for text in self.guesses:
            if address := link_address(text, self.base, self.sites, relative=text.startswith("/")):
                yield address, text


@dataclass(slots=True)
class Entry:
    """An entry of a feed, before it is settled which of the addresses that it states is its page's."""

    candidate: Candidate
    """With the first of its addresses."""
    link: str
    """The text of that address, as the feed has it."""
    stated: Stated
    dates: tuple[str | None, str | None] = (None, None)
    """What published and modified were read from."""


@dataclass(slots=True, kw_only=True)
class Feed:
    """A feed as it was read: its entries as candidates, and what it says of itself."""

    kind: str
    """rss, rdf, atom or json."""
    entries: list[Entry] = field(default_factory=list)
    """What the candidates are made of, as a reader of a format found it."""
    candidates: list[Candidate] = field(default_factory=list)
    title: str | None = None
    language: str | None = None
    dated: str | None = None
    """When it says that it was made, as it is written."""
    home: str | None = None
    """The page the feed belongs to."""
    hub: str | None = None
    """Address of a WebSub hub, where changes are pushed from."""
    next_url: str | None = None
    """The next page of a paged feed or the previous document of an archived one (RFC 5005)."""
    notes: list[str] = field(default_factory=list)
    """What was wrong, each "kind: detail", in the words of a ledger."""

    def note(self, text: str) -> None:
        """Remember what was wrong, up to a bound: a feed of garbage must not fill the ledger."""
        if len(self.notes) < MAX_NOTES and text not in self.notes:
            self.notes.append(text)


def bounded(candidate: Candidate) -> Candidate:
    """Return a candidate as every store takes it: its texts well-formed, none longer than such a text can be.

    >>> bounded(Candidate(url="https://e.org/a", via="feed", title="Half \\ud83d", tags=["a", "b" * 101])).tags
    ['a']
    """
    return replace(
        candidate,
        title=shortened(_clean(candidate.title), TITLE_LIMIT),
        authors=[name for name in map(well_formed, candidate.authors) if len(name) <= LONGEST_NAMES][:MAX_AUTHORS],
        tags=[tag for tag in map(well_formed, candidate.tags) if 0 < len(tag) <= LONGEST_TAG][:MAX_TAGS],
        summary=shortened(_clean(candidate.summary), SUMMARY_LIMIT),
        html=_clean(candidate.html),
    )


def _clean(text: str | None) -> str | None:
    return well_formed(text) or None if text else None


def names(texts: Iterable[str | None]) -> list[str]:
    """Return the people (or desks) named in author fields, each once, in order.

    >>> names(["news@example.org (Ana Lima)", "Jo Roe <jo@example.org>", "nobody@example.org", "Ana Lima"])
    ['Ana Lima', 'Jo Roe']
    >>> names(["By Mary Major, Richard Roe and Ana Lima", "Bill and Melinda Gates", "Roe, Richard"])
    ['Mary Major', 'Richard Roe', 'Ana Lima', 'Bill and Melinda Gates', 'Roe, Richard']
    """
    found: dict[str, None] = {}
    for raw in texts:
        if raw:
            found |= dict.fromkeys(_names_in(raw))
    return list(found)


@lru_cache(maxsize=4096)
def _names_in(raw: str) -> tuple[str, ...]:
    """Return the names in one field: "mail (name)", "name <mail>", "By name and name"."""
    text = plain_text(raw)
    if not text or len(text) > LONGEST_NAMES:
        return ()
    match = _EMAIL_THEN_NAME.match(text) or _NAME_THEN_EMAIL.match(text) if "@" in text else None
    if match:
        text = match[1].strip().strip('"')
    elif _EMAIL.fullmatch(text):
        return ()
    text = _BY.sub("", text).strip()
    parts = _AND.split(text)
    # A list of whole names is split; a name with "and" or a comma inside it is not.
    whole = all(1 < len(part.split()) <= NAME_WORDS or not part.isascii() for part in parts)
    return tuple(name for name in (parts if whole else [text]) if _is_name(name))


def _is_name(name: str) -> bool:
    return (
        any(c.isalpha() for c in name)
        and name.casefold() not in _NOBODY
        and not name.startswith(("http://", "https://"))
    )
