"""What an operator looks at: what the days of every source came to, the last runs, the latest articles, and who carries
whose stories. Moments are RFC 3339, UTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Engine, func, select

from newsbot.store import schema
from newsbot.store.database import reading

READ_AHEAD = 2000
"""Rows that are read from the database at once: two megabytes of measures."""
COUNTED = ("discovered", "fetched", "new", "revised", "duplicate", "rejected", "failed")
"""What a run is told by."""

_ARTICLES, _CLUSTERS, _RUNS = schema.articles, schema.clusters, schema.runs


@dataclass(frozen=True, slots=True)
class RunTold:
    """A run, and what it came to."""

    id: str
    spider: str
    started_at: str
    finished_at: str | None
    """When its files were whole; None while it is at work."""
    status: str
    sources: int
    counts: Counter[str]
    """COUNTED, over all sources."""


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


def last_runs(engine: Engine, *, limit: int) -> list[RunTold]:
    """Return the runs that began last, the latest first."""
    told = []
    with reading(engine) as connection:
        for run in connection.execute(select(_RUNS).order_by(_RUNS.c.id.desc()).limit(limit)).all():
            sums = select(schema.coverage.c.counts).where(schema.coverage.c.run_id == run.id)
            counts: Counter[str] = Counter()
            sources = 0
            for text in connection.execute(sums).scalars():
                account = orjson.loads(text)
                sources += 1
                counts.update({name: account.get(name, 0) for name in COUNTED})
            told.append(RunTold(run.id, run.spider, run.started_at, run.finished_at, run.status, sources, counts))
    return told


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
