"""Which of the stored articles are wanted, and their documents in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, func, select, union

from newsbot.store import schema
from newsbot.store.database import reading
from newsbot.store.documents import BATCH
from newsbot.store.runs import COPY_FIELDS, standing_as
from newsbot.store.search import index
from newsbot.store.search.query import Query

_ARTICLES, _REVISIONS = schema.articles, schema.revisions


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the stored articles are wanted; all by default, each in its latest revision.

    Where several names are given, one of them suffices. An article is chosen as its present version says.
    """

    since: str | None = None
    """First day, YYYY-MM-DD: of publication, or of first sight where the page states no date."""
    until: str | None = None
    """Last day."""
    sources: Sequence[str] = ()
    languages: Sequence[str] = ()
    sections: Sequence[str] = ()
    kinds: Sequence[str] = ()
    query: Query | None = None
    """Words of the headline or the text."""
    all_revisions: bool = False
    duplicates: bool = False
    """Whether copies of known articles are wanted too."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that reads everything as it stands now; what is stored meanwhile waits for nothing."""
    with reading(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def wanted(selection: Selection, dialect: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a selected row of ``schema.articles`` meets."""
    conditions: list[ColumnElement[bool]] = []
    if selection.since:
        conditions.append(selection.since <= schema.DAY)
    if selection.until:
        conditions.append(selection.until >= schema.DAY)
    for name, values in (
        ("source", selection.sources),
        ("language", selection.languages),
        ("section", selection.sections),
        ("kind", selection.kinds),
    ):
        if values:
            conditions.append(_ARTICLES.c[name].in_(values))
    if selection.query:
        conditions.append(index.matches(selection.query, dialect))
    if not selection.duplicates:
        conditions.append(_ARTICLES.c.duplicate_of.is_(None))
    return conditions


def selected(connection: Connection, selection: Selection, *, by_day: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the selected documents in the order of first sight, or of days; what is a copy now carries COPY_FIELDS.

    Those whose text is no longer kept (newsbot.store.maintenance.retention) are left out.
    The articles are sorted without their texts, which are read batch by batch: memory is bounded by a batch.
    """
    order = (*((schema.DAY,) if by_day else ()), _ARTICLES.c.first_seen, _ARTICLES.c.id)
    query = select(_ARTICLES.c.id, *(_ARTICLES.c[name] for name in COPY_FIELDS))
    query = query.where(*wanted(selection, connection.dialect.name)).order_by(*order)
    for some in connection.execute(query.execution_options(yield_per=BATCH)).mappings().partitions():
        yield from _documents(connection, some, selection)


def _documents(connection: Connection, some: Sequence[RowMapping], selection: Selection) -> Iterator[dict[str, Any]]:
    query = select(_REVISIONS.c.article_id, _REVISIONS.c.document).order_by(_REVISIONS.c.revision)
    query = query.where(_REVISIONS.c.article_id.in_([row["id"] for row in some]))
    if not selection.all_revisions:
        query = query.join(_ARTICLES, _ARTICLES.c.id == _REVISIONS.c.article_id)
        query = query.where(_ARTICLES.c.revision == _REVISIONS.c.revision)
    versions: defaultdict[str, list[str]] = defaultdict(list)
    for article_id, document in connection.execute(query).all():
        versions[article_id].append(document)
    for row in some:
        for document in versions.pop(row["id"]):
            if (told := orjson.loads(document))["text"]:
                yield standing_as(row, told)


def count(connection: Connection, selection: Selection) -> int:
    """Return how many documents are selected, with those whose text is no longer kept."""
    query = select(func.count()).select_from(_ARTICLES)
    if selection.all_revisions:
        query = query.join(_REVISIONS, _REVISIONS.c.article_id == _ARTICLES.c.id)
    return connection.execute(query.where(*wanted(selection, connection.dialect.name))).scalar_one()


def sources_of(engine: Engine) -> set[str]:
    """Return the names of the sources that have been crawled, or have articles here."""
    names = union(select(_ARTICLES.c.source), select(schema.coverage.c.source))
    with reading(engine) as connection:
        return set(connection.execute(names).scalars())


def values_of(engine: Engine, name: str) -> set[str]:
    """Return what the articles have in a column, such as "language" or "section"."""
    column = _ARTICLES.c[name]
    with reading(engine) as connection:
        return set(connection.execute(select(column).where(column.is_not(None)).distinct()).scalars())
