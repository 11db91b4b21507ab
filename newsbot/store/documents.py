"""The versions of the articles, as documents: storing them, and reading an article's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, and_, bindparam, delete, insert, select, tuple_, update

from newsbot.items import RECORD_SCHEMA, Article, Duplicate, Removed
from newsbot.store import schema
from newsbot.store.database import Statement, as_json, chunks, inserting, reading
from newsbot.store.runs import COPY_FIELDS
from newsbot.store.search import index
from newsbot.web.dates import as_instant, exact_utc

BATCH = 200
"""Documents read at a time."""

CARD = ("language", "section", "kind", "agency", "published_at", "published_day")
"""Fields of the present version that stand on an article's row too, to choose by."""

# Statements of every decision are made once: SQLAlchemy takes longer to make one than SQLite to carry it out.
_ARTICLES, _REVISIONS = schema.articles, schema.revisions
_PUT = Statement(inserting(_REVISIONS, "article_id", "revision", "content_hash", "run_id", "fetched_at", "document"))
_FIELDS = tuple(field.name for field in fields(Article))
_COPY = Statement(select(*(_ARTICLES.c[name] for name in COPY_FIELDS[:3])).where(_ARTICLES.c.id == bindparam("id")))
_LATEST = Statement(
    select(_REVISIONS.c.document)
    .join(_ARTICLES, and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision))
    .where(_ARTICLES.c.id.in_(bindparam("ids", expanding=True)))
)
_AMEND = (
    update(_REVISIONS)
    .where(_REVISIONS.c.article_id == bindparam("its_id"), _REVISIONS.c.revision == bindparam("its_revision"))
    .values(content_hash=bindparam("content_hash"), document=bindparam("document"))
)
_REHASH = (
    update(_ARTICLES)
    .where(_ARTICLES.c.id == bindparam("its_id"), _ARTICLES.c.revision == bindparam("its_revision"))
    .values(content_hash=bindparam("content_hash"))
)


class Version(NamedTuple):
    """What tells a version of an article from all others."""

    id: str
    revision: int


def put(connection: Connection, article: Article, copy: Duplicate | None = None) -> None:
    """Store a version of an article, the present one from now on, with what it is a copy of at that time."""
    put_earlier(connection, article, copy)
    index.put(connection, _indexed(article))


def put_earlier(connection: Connection, article: Article, copy: Duplicate | None = None) -> None:
    """Store a version of an article that is not the present one."""
    _PUT(
        connection,
        article_id=article.id,
        revision=article.revision,
        content_hash=article.content_hash,
        run_id=article.run_id,
        fetched_at=article.fetched_at or "",
        document=_written(article, copy),
    )


def copy_of(connection: Connection, article_id: str) -> Duplicate | None:
    """Return what a stored article is a copy of, if it is one."""
    of, *how = next(iter(_COPY(connection, id=article_id)), (None,))
    return Duplicate(of, *how) if of else None


def standing(copy: Duplicate | None) -> dict[str, object]:
    """Return COPY_FIELDS of what is a copy, all of them None for an article.

    >>> standing(Duplicate("5f0c", 0.9, "syndicated"))
    {'duplicate_of': '5f0c', 'similarity': 0.9, 'relation': 'syndicated', 'origin': '5f0c'}
    """
    values = (copy.of, copy.similarity, copy.relation, copy.of) if copy else (None,) * len(COPY_FIELDS)
    return dict(zip(COPY_FIELDS, values, strict=True))


def advance(connection: Connection, article: Article, copy: Duplicate | None, **values: object) -> None:
    """Store a later version of an article that is known, and make it the present one."""
    table = schema.articles
    connection.execute(
        update(table)
        .where(table.c.id == article.id)
        .values(
            source=article.source,
            title=article.title,
            published=article.published,
            content_hash=article.content_hash,
            revision=article.revision,
            **{name: getattr(article, name) for name in CARD},
            **standing(copy),
            **values,
        )
    )
    put(connection, article, copy)


def restate(connection: Connection, article: Article, copy: Duplicate | None) -> None:
    """Let the present version of an article say anew what it is a copy of."""
    version = and_(_REVISIONS.c.article_id == article.id, _REVISIONS.c.revision == article.revision)
    connection.execute(update(_REVISIONS).where(version).values(document=_written(article, copy)))
    connection.execute(update(_ARTICLES).where(_ARTICLES.c.id == article.id).values(standing(copy)))


def amend(connection: Connection, versions: Sequence[Version], change: Callable[[Article], Article]) -> int:
    """Give some stored versions to ``change``, and store what comes back in their place.

    ``change`` returns the version itself where nothing changes. Returns how many changed.
    """
    chosen = tuple_(_REVISIONS.c.article_id, _REVISIONS.c.revision).in_(versions)
    rows, changed = [], []
    for document in connection.execute(select(_REVISIONS.c.document).where(chosen)).scalars():
        before = orjson.loads(document)
        known = article_from(before)
        if (article := change(known)) is not known:
            written = as_json({**before, **_document(article)})
            whose = {"its_id": known.id, "its_revision": known.revision}
            rows.append({**whose, "content_hash": article.content_hash, "document": written})
            changed.append(article)
    if rows:
        connection.execute(_AMEND, rows)
        connection.execute(_REHASH, rows)
        for article in changed:
            index.put(connection, _indexed(article))
    return len(rows)


def strip(connection: Connection, article_ids: Sequence[str]) -> None:
    """Take the texts out of all versions of some articles, with what cleaning had taken out of these."""
    mine = _REVISIONS.c.article_id.in_(bindparam("ids", expanding=True))
    for some in chunks(article_ids):
        rows = [dict(row) for row in connection.execute(select(_REVISIONS).where(mine), {"ids": some}).mappings()]
        if rows:
            # Not updated: SQLite would leave each in its place, with room around it that no other row gets.
            connection.execute(delete(_REVISIONS).where(mine), {"ids": some})
            stubs = [row | {"document": as_json(_without_text(row["document"]))} for row in rows]
            connection.execute(insert(_REVISIONS), stubs)


def latest(connection: Connection, article_ids: Sequence[str]) -> dict[str, Article]:
    """Return the present versions of stored articles, by id."""
    if not article_ids:
        return {}
    articles = [article_from(orjson.loads(document)) for (document,) in _LATEST(connection, ids=list(article_ids))]
    return {article.id: article for article in articles}


def versions_of(engine: Engine, article_id: str) -> list[Article]:
    """Return all versions of an article, the first one first; none if it is not known."""
    with reading(engine) as connection:
        return versions_in(connection, article_id)


def versions_in(connection: Connection, article_id: str) -> list[Article]:
    """Return the same inside the caller's transaction."""
    table = schema.revisions
    query = select(table.c.document).where(table.c.article_id == article_id).order_by(table.c.revision)
    return [article_from(orjson.loads(document)) for document in connection.execute(query).scalars()]


def fetched_at(engine: Engine, url_keys: Collection[str]) -> dict[str, str]:
    """Return when the present versions of the articles that addresses have led to were fetched, where that is known."""
    same = and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision)
    address = schema.frontier.c
    query = select(address.url_key, _REVISIONS.c.fetched_at).join_from(_ARTICLES, _REVISIONS, same)
    query = query.join(schema.frontier, address.article_id == _ARTICLES.c.id)
    found: dict[str, str] = {}
    with reading(engine) as connection:
        for some in chunks(sorted(url_keys)):
            found |= dict(connection.execute(query.where(address.url_key.in_(some))).all())
    return {key: fetched for key, fetched in found.items() if fetched}


def article_from(document: dict[str, Any]) -> Article:
    """Make an article of its stored document, which may be of an older newsbot."""
    removed = [Removed(**removed) for removed in document["removed"]]
    stated = {name: value for name, value in document.items() if name not in COPY_FIELDS}
    told = companions(document["published"], document["modified"])
    return Article(**{**stated, **told, "removed": removed, "schema": RECORD_SCHEMA})


def companions(published: str | None, modified: str | None) -> dict[str, Any]:
    """Return the points in time that the times of a page are, where they are exact, and its own day of publication.

    >>> companions("2026-11-20T00:30:00+01:00", "2026-11-21")
    {'published_at': '2026-11-19T23:30:00Z', 'published_day': '2026-11-20', 'modified_at': None}
    """
    day = published[:10] if published and as_instant(published) else None
    return {"published_at": exact_utc(published), "published_day": day, "modified_at": exact_utc(modified)}


def fill_cards(connection: Connection) -> None:
    """Write CARD on the rows of all articles, as their present versions say."""
    same = and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision)
    identities = connection.execute(select(_ARTICLES.c.id)).scalars().all()
    for some in chunks(identities):
        query = select(_REVISIONS.c.document).join(_ARTICLES, same).where(_ARTICLES.c.id.in_(some))
        known = [article_from(orjson.loads(document)) for document in connection.execute(query).scalars()]
        if known:
            of_one = update(_ARTICLES).where(_ARTICLES.c.id == bindparam("its_id"))
            rows = [{"its_id": article.id, **{name: getattr(article, name) for name in CARD}} for article in known]
            connection.execute(of_one.values({name: bindparam(name) for name in CARD}), rows)


def _indexed(article: Article) -> dict[str, str | None]:
    return {name: getattr(article, name) for name in ("id", "title", "text", "source", "first_seen", *CARD)}


def _written(article: Article, copy: Duplicate | None) -> str:
    return as_json({**_document(article), **standing(copy)})


def _without_text(document: str) -> dict[str, object]:
    stated: dict[str, object] = orjson.loads(document)
    return stated | {"text": "", "removed": []}


def _document(article: Article) -> dict[str, object]:
    return {name: getattr(article, name) for name in _FIELDS}
