"""Which stored version an archived page is of, and what that version says as the page is read today.

A page is of the version that was made of it: of the article that its address has led to, and fetched at the same
second. Only the present version of an article is held against its page, and what was rejected last of an address:
other captures are of looks that changed nothing, or of versions that were followed by others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine

from newsbot.bulk.reextraction.comparison import FIELDS, HINTED, parts_of
from newsbot.bulk.reextraction.reading import Read
from newsbot.crawl.claims import TOGETHER
from newsbot.crawl.verdicts import FINAL, OWN_FAULTS
from newsbot.items import RE_EXTRACTED, Article, Collected
from newsbot.store import documents, frontier
from newsbot.store.database import reading
from newsbot.store.frontier import Standing
from newsbot.web.urls import url_key

UNKNOWN = "the store has nothing of the page"
ANOTHER = "another look at an article, or an earlier version: the stored one is of another page"
FORGOTTEN = "removed for good (scrapy forget)"
GONE = "the page of the article is gone: its last version stays as it is"
PRUNED = "the text of the article is no longer kept (NEWSBOT_KEEP_TEXTS_DAYS)"
NOT_JUDGED = "rejected for where its address leads, or as its publisher wants: not for what the page says"
IN_PARTS = "an article on several pages, of which not all are in the files"
UNREADABLE = "the capture has no whole page"
FAILED = "newsbot failed on the page, or it took too long"
REASONS = (UNKNOWN, ANOTHER, IN_PARTS, NOT_JUDGED, GONE, PRUNED, FORGOTTEN, UNREADABLE, FAILED)
"""Why a page is compared with nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """An archived page, and what the store has of it."""

    read: Read
    known: Article | None = None
    """The version that was made of it; None for a page that was rejected."""
    reason: str = ""
    """Why it was rejected (items.REJECTION_REASONS)."""
    is_stored: bool = False
    """Whether this re-extraction has stored it already, before it was killed."""


def matched(engine: Engine, pages: Sequence[Read], run_ids: Collection[str] = ()) -> list[Match | str]:
    """Return what the store has of pages, or why a page is compared with nothing: one of REASONS.

    What runs of some ids have stored is told as it was before.
    """
    keys = {url_key(page.aliases[0]) for page in pages}
    with reading(engine) as connection:
        stand = frontier.standings(connection, sorted(keys))
        gone = frontier.forgotten(connection, sorted(keys - stand.keys()))
        wanted = {one.article_id for one in stand.values() if one.article_id}
        known = documents.latest(connection, sorted(wanted))
        ours = [one.id for one in known.values() if one.run_id in run_ids and one.change in (None, RE_EXTRACTED)]
        versions = {identity: documents.versions_in(connection, identity) for identity in ours}
    return [_as_before(_matched(page, stand, gone, known), versions) for page in pages]


def _as_before(match: Match | str, versions: Mapping[str, Sequence[Article]]) -> Match | str:
    """Return a match as it was before the runs that have stored some versions, by article."""
    if isinstance(match, str) or match.known is None or match.known.id not in versions:
        return match
    before = versions[match.known.id][:-1]
    return replace(match, known=before[-1] if before else None, reason="rejected", is_stored=True)


def _matched(
    page: Read, stand: Mapping[str, Standing], gone: Collection[str], known: Mapping[str, Article]
) -> Match | str:
    key = url_key(page.aliases[0])
    found = stand.get(key)
    if found is None:
        return FORGOTTEN if key in gone else UNKNOWN
    if found.status == "pending":
        return UNKNOWN
    if found.article_id:
        article = known.get(found.article_id)
        if article is None:
            return FORGOTTEN
        if article.change == "removed":
            return GONE
        if article.fetched_at != page.fetched_at:
            return ANOTHER
        return PRUNED if article.is_pruned else Match(page, article)
    reason = found.reason or ""
    if reason == TOGETHER or reason in FINAL:
        return NOT_JUDGED
    if found.status == "rejected":
        return Match(page, None, reason) if found.digest == page.digest else ANOTHER
    return Match(page, None, reason) if reason in OWN_FAULTS else UNKNOWN


def as_read(known: Article, page: Read, made: Collected, fields: Iterable[str] = FIELDS) -> Article:
    """Return a stored version as its page is read today, in some fields; all else is as it was stored.

    ``made``: what the page makes, without the blocks of its site. What follows from a field goes with it. Where it is
    not known any more what the listing of the page said of it, what the version has from there stays.
    """
    article = made.article
    said = {name: getattr(article, name) for name in FIELDS if name != "agency"} | {"agency": made.facts.agency}
    values: dict[str, Any] = {}
    origins = dict(known.origins)
    for name in fields:
        if not page.is_own and known.origins.get(name) == HINTED:
            continue
        for part in parts_of(name):
            values[part] = said[part] if part in said else getattr(article, part)
        origins.pop(name, None)
        if (witness := article.origins.get(name)) is not None:
            origins[name] = witness
    if "text" in values:
        values |= {
            "word_count": made.facts.word_count,
            "content_hash": made.facts.content_hash,
            "removed": article.removed,
        }
    read = replace(known, **values, origins=origins, extractor=article.extractor)
    return replace(read, **documents.companions(read.published, read.modified))
