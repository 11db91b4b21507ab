"""The articles that newsbot knows, and the one decision on each that is brought: is it new?"""

from __future__ import annotations

import dataclasses

import orjson
from sqlalchemy import Connection, Engine, insert, select, text, update

from newsbot.dedupe import content_hash
from newsbot.items import Article
from newsbot.store import schema
from newsbot.store.frontier import settle
from newsbot.store.ledger import Entry, write
from newsbot.store.verdicts import Duplicate, New, Revision, Unchanged, Verdict
from newsbot.urls import site_of, url_key


def save(engine: Engine, article: Article, entry: Entry, *, now: str) -> Verdict:
    """Decide whether an article is new, and store what follows from it, in one transaction.

    The article's content_hash, revision, cluster_id and first_seen are filled in. Its URL and all its
    aliases leave the frontier, what is to be exported goes into the outbox, and the entry's outcome
    into the ledger.
    """
    article.content_hash = content_hash(article.text)
    with engine.begin() as connection:
        _lock(connection, article)
        verdict = _decide(connection, article)
        article.first_seen = article.first_seen or now
        match verdict:
            case New():
                article.cluster_id = article.id
                _insert(connection, article)
            case Duplicate(of=original, similarity=similarity):
                article.cluster_id = _cluster_of(connection, original)
                _insert(connection, article, duplicate_of=original, similarity=similarity)
            case Revision(number=number):
                article.revision = number
                _insert_revision(connection, article)
            case Unchanged():
                pass
        status = "duplicate" if isinstance(verdict, Duplicate) else "article"
        addresses = {url_key(url): url for url in [article.url, *article.aliases]}
        for key, url in addresses.items():
            settle(connection, key, url, article.source, status=status, article_id=article.id, now=now)
        write(connection, entry, verdict.outcome)
    return verdict


def _decide(connection: Connection, article: Article) -> Verdict:
    table = schema.articles
    known = connection.execute(
        select(table.c.content_hash, table.c.revision, table.c.first_seen, table.c.cluster_id).where(
            table.c.id == article.id
        )
    ).first()
    if known:
        article.first_seen, article.cluster_id = known.first_seen, known.cluster_id
        if known.content_hash == article.content_hash:
            return Unchanged()
        return Revision(known.revision + 1)
    original = connection.execute(
        select(table.c.id)
        .where(table.c.content_hash == article.content_hash, table.c.duplicate_of.is_(None))
        .order_by(table.c.first_seen, table.c.id)
    ).scalar()
    return Duplicate(original, 1.0) if original else New()


def _insert(
    connection: Connection,
    article: Article,
    *,
    duplicate_of: str | None = None,
    similarity: float | None = None,
) -> None:
    connection.execute(
        insert(schema.articles).values(
            id=article.id,
            url=article.url,
            source=article.source,
            site=site_of(article.url),
            title=article.title,
            published=article.published,
            content_hash=article.content_hash,
            revision=article.revision,
            cluster_id=article.cluster_id,
            duplicate_of=duplicate_of,
            similarity=similarity,
            first_seen=article.first_seen,
            run_id=article.run_id,
        )
    )
    _insert_document(connection, article)
    _announce(connection, article, "duplicate" if duplicate_of else "article")


def _insert_revision(connection: Connection, article: Article) -> None:
    table = schema.articles
    connection.execute(
        update(table)
        .where(table.c.id == article.id)
        .values(
            title=article.title,
            published=article.published,
            content_hash=article.content_hash,
            revision=article.revision,
        )
    )
    _insert_document(connection, article)
    copied = connection.execute(select(table.c.duplicate_of).where(table.c.id == article.id)).scalar()
    _announce(connection, article, "duplicate" if copied else "article")


def _insert_document(connection: Connection, article: Article) -> None:
    document = dataclasses.asdict(article)
    del document["aliases"], document["next_page"]
    connection.execute(
        insert(schema.revisions).values(
            article_id=article.id,
            revision=article.revision,
            content_hash=article.content_hash,
            run_id=article.run_id,
            fetched_at=article.fetched_at,
            document=orjson.dumps(document).decode(),
        )
    )


def _announce(connection: Connection, article: Article, kind: str) -> None:
    connection.execute(
        insert(schema.outbox).values(run_id=article.run_id, kind=kind, article_id=article.id, revision=article.revision)
    )


def _cluster_of(connection: Connection, article_id: str) -> str:
    table = schema.articles
    return str(connection.execute(select(table.c.cluster_id).where(table.c.id == article_id)).scalar_one())


def _lock(connection: Connection, article: Article) -> None:
    """Let no other process decide on this article or this text meanwhile (SQLite locks as a whole)."""
    if connection.dialect.name == "postgresql":
        for name in sorted([article.id[:15], article.content_hash[:15]]):
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": int(name, 16)})
