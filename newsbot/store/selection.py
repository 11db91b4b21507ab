"""Choosing among the stored articles, and reading them one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, Engine, Select, String, and_, cast, func, select

from newsbot.store import schema
from newsbot.store.database import reading
from newsbot.store.outbox import COPY_FIELDS

BATCH = 200
"""Documents read at a time."""

_ARTICLES, _REVISIONS = schema.articles, schema.revisions


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
