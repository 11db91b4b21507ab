"""Which stored article is a new one a copy of?"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, and_, bindparam, select

from newsbot.dedupe import Sketch, likeness
from newsbot.items import Article, Duplicate
from newsbot.store import documents, duplicates, schema
from newsbot.web.urls import site_of

_ARTICLES, _REVISIONS = schema.articles, schema.revisions
_SAME_WORDS = (
    select(_ARTICLES.c.id)
    .where(_ARTICLES.c.content_hash == bindparam("hash"), _ARTICLES.c.duplicate_of.is_(None))
    .order_by(_ARTICLES.c.first_seen, _ARTICLES.c.id)
    .limit(1)
)
_TEXTS = (
    select(_ARTICLES.c.duplicate_of, _ARTICLES.c.first_seen, _REVISIONS.c.document)
    .join(_REVISIONS, and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision))
    .where(_ARTICLES.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Match:
    """What a copy is a copy of."""

    original: Article
    similarity: float
    excerpt: bool = False

    def verdict(self, article: Article) -> Duplicate:
        """Say how the copy relates to the original."""
        relation = "same_site" if site_of(article.url) == site_of(self.original.url) else "syndicated"
        return Duplicate(self.original.id, self.similarity, "excerpt" if self.excerpt else relation)


def original_of(connection: Connection, article: Article, sketch: Sketch | None) -> Match | None:
    """Find the stored article that a new one is a copy of: the same words, or nearly or in part the same.

    Of several the most alike, and of its cluster the member that was stored first.
    """
    same_words = connection.execute(_SAME_WORDS, {"hash": article.content_hash}).scalar()
    if same_words:
        return Match(documents.latest(connection, [same_words])[same_words], 1.0)
    return _nearest(connection, article, duplicates.find(connection, sketch)) if sketch else None


def _nearest(connection: Connection, article: Article, ids: list[str]) -> Match | None:
    if not ids:
        return None
    best: tuple[float, bool, str] | None = None
    match: Match | None = None
    copied: str | None = None
    for row in connection.execute(_TEXTS, {"ids": ids}):
        other = documents.article_from(orjson.loads(row.document))
        found = likeness(article.text, other.text)
        if found is None:
            continue
        rank = (-found.similarity, row.duplicate_of is not None, str(row.first_seen))
        if best is None or rank < best:
            best, match, copied = rank, Match(other, found.similarity, found.excerpt), row.duplicate_of
    if match and copied:
        original = documents.latest(connection, [copied])[copied]
        return Match(original, match.similarity, match.excerpt)
    return match
