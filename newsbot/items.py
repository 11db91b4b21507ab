"""The records that flow through newsbot: Candidate -> Page -> ExtractedArticle -> Article, or Rejection.

Discovery finds candidates, the crawl fetches their pages, extraction reads what the pages say, cleaning
takes the site's residue out, the store decides whether that is new and makes an article of it, and export
writes it down. The stages pass on these records and nothing else; they need the standard library alone.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import NamedTuple, TypeVar

from newsbot import __version__

_NEWSBOT, _TRAFILATURA = f"newsbot/{__version__}", f"trafilatura/{version('trafilatura')}"
EXTRACTORS = {"auto": f"{_NEWSBOT} {_TRAFILATURA}", "trafilatura": f"{_TRAFILATURA} {_NEWSBOT}"}
"""Who makes the text (NEWSBOT_EXTRACTOR), and what the record calls that: who decides of it first, then who helps."""
EXTRACTOR = EXTRACTORS["auto"]
"""What makes articles of pages, or rejects them: name and version of newsbot and of what it extracts with."""

KINDS = ("article", "liveblog", "video", "gallery", "audio", "opinion", "review", "interview")
PRECISIONS = ("second", "minute", "day")
CONFIDENCES = ("high", "medium", "low")
"""How sure it is that a text is the article and all of it (docs/data.md says how many are not)."""
OPT_OUTS = ("tdm-reservation", "noai", "noimageai", "noarchive")
CHANNELS = ("feed", "news_sitemap", "sitemap", "section", "site", "archive")
_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_ISO_639_1.split())
"""Codes of two letters; a language that has none has one of three (ISO 639-3)."""

RECORD_SCHEMA = 2
"""Version of the record: 2 is the first that says so, and has points in time and days beside what pages state."""

MAX_BYTES = 12_000_000
"""Largest page that is fetched and extracted: a hundred times the median news page."""
MAX_TEXT = 1_000_000
"""Characters of an article: more than a long novel has. What comes after extraction takes 40 times as many bytes."""


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A URL that may be an article, with what its finder said of it (hints, never the truth)."""

    url: str
    via: str
    """One of CHANNELS."""
    title: str | None = None
    published: str | None = None
    """RFC 3339, with the offset that the finder stated."""
    modified: str | None = None
    authors: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    summary: str | None = None
    language: str | None = None
    html: str | None = None
    """The body as the feed carries it (content:encoded and the like), HTML."""
    listing: str | None = None
    """The feed or sitemap that named it first."""
    absent_at: str | None = None
    """When that feed was last read before, and did not name it."""

    def without_hints(self) -> Candidate:
        """Return the address alone, as of a finder that has no say in what stands there."""
        return Candidate(url=self.url, via=self.via)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what came back, as they went over the wire; kept where an archive is written (newsbot.archive)."""

    url: str
    request: bytes
    """Its head."""
    status: int
    protocol: str = "HTTP/1.1"
    headers: Sequence[tuple[bytes, bytes]]
    """Of the answer, in their order, as many of a name as came."""
    body: bytes = field(repr=False)
    """Compressed as it came, without chunks; of a rendered page, the document that the browser made."""
    ip_address: str | None = None
    """Who answered."""
    is_rendered: bool = False


@dataclass(slots=True, kw_only=True)
class Page:
    """A fetched page, as it came off the web."""

    url: str
    """Where it was found in the end, after redirects."""
    html: bytes = field(repr=False)
    source: str
    candidate: Candidate
    """How it was found; with no hints of another outlet's listing."""
    aliases: Sequence[str]
    """Every address that led here, the discovered one first; at least that."""
    announced: str | None = None
    """Its headline as the listing gave it, whoever's listing that was."""
    charset: str | None = None
    """As the HTTP header states it; often wrong."""
    opt_outs: list[str] = field(default_factory=list)
    """What its publisher reserves for the whole host or in headers, names from OPT_OUTS."""
    fetched_at: str | None
    """RFC 3339, UTC; None for a capture of an archive that does not say."""
    exchanges: Sequence[Exchange] = field(default=(), repr=False)
    """What it came by, redirects first; empty where no archive is written."""


BOILERPLATE = "site_boilerplate"
"""Why a block was removed that stands in many articles of its site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A piece of text that cleaning took out of an article, and why."""

    text: str
    reason: str
    """Kind of residue, for instance "related_link" or "navigation"."""
    pattern: str | None = None
    """The rule that explained it, or the count that learned it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedArticle:
    """What a page says; nothing of how it was found, of the run or of the store.

    Nobody changes it, nor the sequences in it: a stage that takes something out returns another one.
    """

    url: str
    """The canonical address."""
    copied_from: str | None = None
    """The canonical address that the page names on another site: its own word that it is a copy."""
    site_name: str | None = None
    title: str
    authors: Sequence[str] = ()
    published: str | None = None
    """RFC 3339, with the offset that the page states."""
    modified: str | None = None
    published_precision: str | None = None
    """One of PRECISIONS."""
    language: str | None = None
    section: str | None = None
    tags: Sequence[str] = ()
    image: str | None = None
    summary: str | None = None
    text: str
    """Paragraphs parted by a blank line."""
    text_confidence: str = "medium"
    """One of CONFIDENCES."""
    kind: str = "article"
    """One of KINDS."""
    paywalled: bool | None = None
    opt_outs: Sequence[str] = ()
    """What its publisher reserves, names from OPT_OUTS."""
    fetched_at: str | None
    extractor: str
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each field's value came from."""
    removed: Sequence[Removed] = ()
    next_page: str | None = None
    """Where the article goes on, if it is spread over several pages."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A few numbers of a text, by which the store finds its copies (newsbot.dedupe.minhash)."""

    slots: tuple[int, ...]
    """24 numbers of 32 bits."""
    version: int
    """Sketches of two versions cannot be compared."""


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What follows from the text of an article, made anew whenever there is another one (newsbot.dedupe.facts)."""

    word_count: int
    content_hash: str
    sketch: Sketch | None
    """None for a text that is too short to have one."""
    agency: str | None = None
    """Whose copy it is, as the text or a byline says."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The paragraphs of a text as what repeats on a site is told by (newsbot.cleaning.boilerplate), in their order.

    Small, because a run keeps them of every article that it stores.
    """

    keys: array[int]
    """Their fingerprints; -1 for one that is too long to be worth learning."""
    kinds: bytes
    """What each is: a label, a dateline, prose."""
    sentences: bytes
    """How many each has; a label has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A clean article on its way to the store, with what follows from its text and how it was reached."""

    article: ExtractedArticle
    facts: TextFacts
    blocks: Blocks
    aliases: Sequence[str]
    """Every address that led to it, the discovered one first, the one where it was found last; at least that."""
    announced: str | None = None
    """Its headline as the listing gave it."""
    is_judged: bool = False
    """Whether it was held, and has been found to be the article of its address (newsbot.crawl.claims)."""

    @property
    def discovered(self) -> str:
        """The discovered address."""
        return self.aliases[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of one article: the record as it is stored and exported, field for field (docs/data.md).

    The store makes it (newsbot.store.articles). Only fields that documents stored by an earlier newsbot lack
    have a default, which is what they stand at there.
    """

    id: str
    url: str
    source: str
    site_name: str | None
    title: str
    authors: Sequence[str]
    published: str | None
    published_at: str | None = None
    published_day: str | None = None
    modified: str | None
    modified_at: str | None = None
    published_precision: str | None
    language: str | None
    section: str | None
    tags: Sequence[str]
    image: str | None
    summary: str | None
    text: str
    word_count: int
    text_confidence: str | None = None
    kind: str
    paywalled: bool | None
    opt_outs: Sequence[str] = field(default_factory=list)
    agency: str | None = None
    content_hash: str
    previous_hash: str | None = None
    revision: int
    change: str | None = None
    cluster_id: str
    discovered_via: str
    first_seen: str
    fetched_at: str | None
    run_id: str
    extractor: str
    origins: Mapping[str, str]
    removed: Sequence[Removed]
    schema: int = RECORD_SCHEMA

    @property
    def is_pruned(self) -> bool:
        """Whether its text is no longer kept (store.maintenance.retention): no article is stored without one."""
        return not self.text


AnyArticle = TypeVar("AnyArticle", ExtractedArticle, Article)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A fetched page that is no article, with the reason that the ledger keeps."""

    url: str
    """The discovered address."""
    reason: str
    """A name from REJECTION_REASONS."""
    detail: str = ""
    digest: str | None = None
    """SHA-256 of the page, hexadecimal: the same page is rejected again without another look."""

    @property
    def discovered(self) -> str:
        """The discovered address, as of a page that was collected."""
        return self.url


def digest_of(body: bytes) -> str:
    """Return what tells one body from another: its SHA-256, hexadecimal."""
    return hashlib.sha256(body).hexdigest()


REJECTION_REASONS = {
    "empty_page": "the response had no content",
    "not_html": "the response was not an HTML page (an image, a PDF, binary data)",
    "too_large": "the page, or the text on it, was larger than the extractor takes (12 MB, a million characters)",
    "cut_short": "the capture in an archive is not all of the page: its record or the answer in it breaks off",
    "revisit": "the capture in an archive has the page of another one, which is not there",
    "unreadable": "no document could be parsed from the bytes, or its address is not known",
    "error_page": "the page says that something was not found or went wrong",
    "login_wall": "the page asks to log in or subscribe and shows no article",
    "section_page": "the page lists articles and is none itself",
    "video_shell": "the page holds a video, a gallery or a player with no text of its own",
    "no_body": "no article text was found",
    "too_short": "the text that was found is too short to be an article",
    "no_title": "the page has text and no headline",
    "extractor_timeout": "extraction took longer than NEWSBOT_EXTRACT_TIMEOUT; later runs try again, a few times",
    "extractor_crashed": "the worker process died at this page, or was killed; later runs try again, a few times",
    "internal_error": "newsbot failed on this page, see the log; later runs try again, a few times",
    "unstorable": "the database cannot store what the page says (see the detail); later runs try again, a few times",
    "run_ended": "the run ended while the page was at work; the next run fetches it again",
    "tdm_reserved": "the page reserves itself (tdm-reservation, noai, noarchive), and NEWSBOT_RESPECT_TDM is on",
    "all_residue": "cleaning left no text of the article",
    "forgotten": "it is, or leads to, an article that a person had removed (`scrapy forget`)",
    "redirected_together": "it leads to a page that others lead to as well (consent, log-in, home): nobody's article",
}

KNOWN_REASONS = {
    "collected": "it led to an article or a copy of one",
    "rejected": "its page is no article; it is tried again when its time comes, if at all",
    "failed": "it could not be fetched; the same",
    "forgotten": "a person had it removed (`scrapy forget`); it is never fetched again",
}

SKIP_REASONS = {
    "denied_by_pattern": "a deny pattern of the source matches",
    "not_allowed_by_pattern": "no allow pattern of the source matches",
    "found_by_another_source": "another source of the run found it first, and does not leave it out",
    "over_limit": "the run takes no more from this source; the next one goes on",
    "over_budget": "its source has cost this run what it may (NEWSBOT_SOURCE_PAGES and the like); the next run goes on",
    "out_of_range": "published outside since and until",
    "robots_txt": "robots.txt disallows it",
    "retry_later": "its host asked to be left alone for a while (429 or 503, Retry-After); a later run fetches it",
    "host_given_up": "its host cost this run more than NEWSBOT_PATIENCE seconds in vain; the next run goes on with it",
    "tdm_reserved": "its site reserves it (/.well-known/tdmrep.json), and NEWSBOT_RESPECT_TDM is on",
    "private_address": "it leads to a loopback, private or link-local address",
    "ignored": "a component of Scrapy left it out",
    "forgotten": "a person had it removed (`scrapy forget`); the detail says why",
    "unstorable": "the database cannot store the address or what its listing says of it (see the detail)",
    "run_ended": "the run ended first; the next one takes it up",
}

RUN_ENDED = "run_ended"
"""The reason of what a run did not come to; it is left as it was."""

OVER_BUDGET = "over_budget"
"""The reason of what a source's budget is spent before; it is left as it was."""

POSTPONED = frozenset({"retry_later", "host_given_up", OVER_BUDGET})
"""Reasons to skip an address now that leave it pending: the next run takes it up."""

FAIL_REASONS = {
    "http_<status>": "the server answered with this status, also after retries",
    "robots_unreachable": "robots.txt could not be had, so nothing of the host is fetched (RFC 9309)",
    "certificate": "its certificate is expired, self-signed, of an unknown issuer or of another host; the detail says",
    "dns": "the host name has no address",
    "refused": "nothing listens at that address",
    "timeout": "no answer in time",
    "connection": "the connection broke, or TLS failed",
    "cut_short": "the page broke off before its end, twice",
    "too_large": "larger than DOWNLOAD_MAXSIZE, or a page of more than 12 MB",
    "leads_off_limits": "it leads to an address that robots.txt disallows, the detail says where; later runs try again",
    "too_many_redirects": "more than REDIRECT_MAX_TIMES redirects, or a loop",
    "bad_url": "no http or https address",
    "error": "another error, named in the detail",
}

REASONS = {
    "already_known": KNOWN_REASONS,
    "skipped": SKIP_REASONS,
    "failed": FAIL_REASONS,
    "rejected": REJECTION_REASONS,
}
"""Why an address came to its outcome, in words, by outcome."""


def meaning_of(outcome: str, reason: str | None) -> str | None:
    """Return in words why an address came to an outcome; None where there is no reason, or none that is known.

    >>> meaning_of("failed", "http_404")
    'the server answered with this status, also after retries'
    """
    known = REASONS.get(outcome, {})
    name = "http_<status>" if reason and reason.startswith("http_") else reason
    return known.get(name) if name else None


RE_EXTRACTED = "re-extracted"
CHANGES = ("headline", "body", "correction", "shortened", "removed", "copy", "original", RE_EXTRACTED)
"""Of a later version, what it changed. The last four are the store's. Three have the text last seen: its page is gone,
it has turned out to be a copy of another article, or, taken for a copy, to be the origin. RE_EXTRACTED is what a later
newsbot reads in the page of the version before: nothing that the outlet has changed, so it is no news."""
RELATIONS = ("same_site", "syndicated", "excerpt", "round-up")
"""Of a copy: another address of the same site, another site, one text is a part of the other, or it strings several
articles together."""


@dataclass(frozen=True, slots=True)
class New:
    """Nothing like it was known; it is stored as revision 1."""

    outcome = "new"


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The stored article says the same already."""

    outcome = "unchanged"


@dataclass(frozen=True, slots=True)
class Revision:
    """The stored article said something else; this is its next revision."""

    number: int
    change: str
    """One of CHANGES."""
    outcome = "revised"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same story is known under another address."""

    of: str
    """The article that is the origin of the story; of a round-up, the largest of its articles."""
    similarity: float
    relation: str
    """One of RELATIONS."""
    outcome = "duplicate"


Verdict = New | Unchanged | Revision | Duplicate


class Decision(NamedTuple):
    """What the store makes of an article that is brought to it."""

    verdict: Verdict
    article: Article
    """The version that is stored now; of an unchanged article, the one that was stored before."""
