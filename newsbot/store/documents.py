"""The versions of an article: its documents, first to last."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, and_, bindparam, insert, select, update

from newsbot.items import Article, Removed
from newsbot.store import schema
from newsbot.store.database import reading

# Statements of every decision are made once: SQLAlchemy takes longer to make one than SQLite to carry it out.
_ARTICLES, _REVISIONS = schema.articles, schema.revisions
_PUT = insert(_REVISIONS)
_LATEST = (
    select(_REVISIONS.c.document)
    .join(_ARTICLES, and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision))
    .where(_ARTICLES.c.id.in_(bindparam("ids", expanding=True)))
)


def put(connection: Connection, article: Article) -> None:
    """Store a version of an article."""
    document = dataclasses.asdict(article)
    del document["aliases"], document["next_page"]
    connection.execute(
        _PUT,
        {
            "article_id": article.id,
            "revision": article.revision,
            "content_hash": article.content_hash,
            "run_id": article.run_id,
            "fetched_at": article.fetched_at,
            "document": orjson.dumps(document).decode(),
        },
    )


def advance(connection: Connection, article: Article, **values: object) -> None:
    """Store a later version of an article that is known, and make it the present one."""
    table = schema.articles
    connection.execute(
        update(table)
        .where(table.c.id == article.id)
        .values(
            title=article.title,
            published=article.published,
            content_hash=article.content_hash,
            revision=article.revision,
            **values,
        )
    )
    put(connection, article)


def latest(connection: Connection, article_ids: Sequence[str]) -> dict[str, Article]:
    """Return the present versions of stored articles, by id."""
    if not article_ids:
        return {}
    documents = connection.execute(_LATEST, {"ids": list(article_ids)}).scalars()
    return {article.id: article for article in (article_from(orjson.loads(document)) for document in documents)}


def versions_of(engine: Engine, article_id: str) -> list[Article]:
    """Return all versions of an article, the first one first; none if it is not known."""
    table = schema.revisions
    query = select(table.c.document).where(table.c.article_id == article_id).order_by(table.c.revision)
    with reading(engine) as connection:
        return [article_from(orjson.loads(document)) for document in connection.execute(query).scalars()]


def article_from(document: dict[str, Any]) -> Article:
    """Make an article of its stored document, which may be of an older newsbot."""
    document["removed"] = [Removed(**removed) for removed in document.get("removed", [])]
    return Article(**document)
