"""The versions of the articles, as documents: storing them, reading an article's, choosing among all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    insert,
    select,
    union,
    update,
)

from newsbot.items import Article, Removed
from newsbot.store import schema
from newsbot.store.database import as_json, reading
from newsbot.store.runs import COPY_FIELDS

BATCH = 200
"""Documents read at a time."""

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
    connection.execute(
        _PUT,
        {
            "article_id": article.id,
            "revision": article.revision,
            "content_hash": article.content_hash,
            "run_id": article.run_id,
            "fetched_at": article.fetched_at,
            "document": as_json(article),
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


def amend(connection: Connection, article: Article) -> None:
    """Store a version that is stored already anew, with another text."""
    version = and_(_REVISIONS.c.article_id == article.id, _REVISIONS.c.revision == article.revision)
    values = {"content_hash": article.content_hash}
    connection.execute(update(_REVISIONS).where(version).values(document=as_json(article), **values))
    current = and_(_ARTICLES.c.id == article.id, _ARTICLES.c.revision == article.revision)
    connection.execute(update(_ARTICLES).where(current).values(**values))


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
    removed = [Removed(**removed) for removed in document["removed"]]
    return Article(**{**document, "removed": removed})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the stored articles are wanted; all by default, each in its latest revision."""

    since: str | None = None
    """First day, YYYY-MM-DD: of publication, or of first sight where the page states no date."""
    until: str | None = None
    """Last day."""
    sources: Sequence[str] = ()
    language: str | None = None
    all_revisions: bool = False
    duplicates: bool = False
    """Whether copies of known articles are wanted too."""


def selected(engine: Engine, selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield the selected documents in the order of first sight; copies carry COPY_FIELDS.

    Reads batch by batch, in one transaction: what a crawl stores meanwhile is not seen, and waits for nothing.
    """
    columns = select(_REVISIONS.c.document, *(_ARTICLES.c[name] for name in COPY_FIELDS))
    query = _query(engine, selection, columns).order_by(_ARTICLES.c.first_seen, _ARTICLES.c.id, _REVISIONS.c.revision)
    with reading(engine) as connection:
        for row in connection.execute(query.execution_options(yield_per=BATCH)).mappings():
            record: dict[str, Any] = orjson.loads(row["document"])
            if row["duplicate_of"]:
                record |= {name: row[name] for name in COPY_FIELDS}
            yield record


def sources_of(engine: Engine) -> set[str]:
    """Return the names of the sources that have been crawled, or have articles here."""
    names = union(select(_ARTICLES.c.source), select(schema.coverage.c.source))
    with reading(engine) as connection:
        return set(connection.execute(names).scalars())


def count(engine: Engine, selection: Selection) -> int:
    """Return how many documents are selected."""
    with reading(engine) as connection:
        query = _query(engine, selection, select(func.count()).select_from(_REVISIONS))
        return int(connection.execute(query).scalar_one())


def _query(engine: Engine, selection: Selection, query: Select[Any]) -> Select[Any]:
    same = _ARTICLES.c.id == _REVISIONS.c.article_id
    latest = _ARTICLES.c.revision == _REVISIONS.c.revision
    query = query.join(_ARTICLES, same if selection.all_revisions else and_(same, latest))
    day = func.substr(func.coalesce(_ARTICLES.c.published, _ARTICLES.c.first_seen), 1, 10)
    if selection.since:
        query = query.where(day >= selection.since)
    if selection.until:
        query = query.where(day <= selection.until)
    if selection.sources:
        query = query.where(_ARTICLES.c.source.in_(selection.sources))
    if selection.language:
        query = query.where(_language(engine) == selection.language)
    if not selection.duplicates:
        query = query.where(_ARTICLES.c.duplicate_of.is_(None))
    return query


def _language(engine: Engine) -> ColumnElement[str]:
    language: ColumnElement[str]
    if engine.dialect.name == "sqlite":
        language = func.json_extract(_REVISIONS.c.document, "$.language", type_=String)
    else:
        language = cast(_REVISIONS.c.document, JSON)["language"].as_string()
    return language
