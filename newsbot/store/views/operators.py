"""What an operator looks at: what the days of every source came to, the latest articles, and who carries
whose stories. Moments are RFC 3339, UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Engine, func, select

from newsbot.store import schema
from newsbot.store.database import reading

READ_AHEAD = 2000
"""Rows that are read from the database at once: two megabytes of measures."""

_ARTICLES, _CLUSTERS = schema.articles, schema.clusters


@dataclass(frozen=True, slots=True)
class Latest:
    """An article that was seen first a moment ago."""

    id: str
    url: str
    source: str
    title: str
    language: str | None
    first_seen: str


@dataclass(frozen=True, slots=True)
class Carried:
    """An outlet that has a story of another one's, or of an agency's."""

    cluster_id: str
    agency: str | None
    """Whose copy the story probably is."""
    origin: str | None
    """The outlet that the story is of; None if its article is no more."""
    source: str


def measured_days(engine: Engine, *, since: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield source, day and measures (newsbot.health.measures.Measures.as_dict) from a day on, in order of both."""
    table = schema.days
    query = select(table.c.source, table.c.day, table.c.measures).where(table.c.day >= since)
    query = query.order_by(table.c.source, table.c.day).execution_options(yield_per=READ_AHEAD)
    with reading(engine) as connection:
        for source, day, measures in connection.execute(query):
            yield source, day, orjson.loads(measures)


def latest_articles(engine: Engine, *, limit: int) -> list[Latest]:
    """Return the articles that were seen first last, copies left out, the latest first."""
    columns = (_ARTICLES.c[name] for name in Latest.__slots__)
    query = select(*columns).where(_ARTICLES.c.duplicate_of.is_(None)).order_by(_ARTICLES.c.first_seen.desc())
    with reading(engine) as connection:
        return [Latest(*row) for row in connection.execute(query.limit(limit))]


def carried(engine: Engine, *, since: str) -> list[Carried]:
    """Return who had whose stories in copies that were seen first since a moment: each outlet and story once.

    Other addresses of the same site are no copies here.
    """
    copy, origin = _ARTICLES.alias("copy"), _ARTICLES.alias("origin")
    query = (
        select(_CLUSTERS.c.id, func.max(_CLUSTERS.c.agency), func.max(origin.c.source), copy.c.source)
        .select_from(copy)
        .join(_CLUSTERS, _CLUSTERS.c.id == copy.c.cluster_id)
        .outerjoin(origin, origin.c.id == _CLUSTERS.c.origin)
        .where(copy.c.first_seen >= since, copy.c.duplicate_of.is_not(None), copy.c.relation != "same_site")
        .group_by(_CLUSTERS.c.id, copy.c.source)
    )
    with reading(engine) as connection:
        return [Carried(*row) for row in connection.execute(query)]
