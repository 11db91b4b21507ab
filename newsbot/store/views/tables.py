"""What stands beside the articles: their stories, what each run came to, and what came to nothing.

Each is a query of rows; ``rows`` reads one, ``size`` counts it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, func, literal, null, select, union_all

from newsbot.store import schema
from newsbot.store.views.selection import Selection, wanted

READ_AHEAD = 2_000
"""Rows read at a time; none has a text."""
FORGOTTEN = "forgotten"
"""Outcome of an address whose article somebody had removed."""

_ARTICLES, _CLUSTERS, _RUNS = schema.articles, schema.clusters, schema.runs


def stories(selection: Selection, dialect: str) -> Select[Any]:
    """Return the stories of the selected articles, also those of one member; members count whether selected or not."""
    member = _ARTICLES.alias("member")
    time = func.coalesce(member.c.published_at, member.c.first_seen)
    of_one = member.c.cluster_id  # its story is the article itself, and has no row
    return (
        select(
            member.c.cluster_id.label("id"),
            func.coalesce(_CLUSTERS.c.origin, of_one).label("origin"),
            func.coalesce(_CLUSTERS.c.agency, func.max(member.c.agency)).label("agency"),
            func.count().label("members"),
            func.count(member.c.source.distinct()).label("sources"),
            func.min(time).label("first_at"),
            func.max(time).label("last_at"),
        )
        .join_from(member, _CLUSTERS, _CLUSTERS.c.id == member.c.cluster_id, isouter=True)
        .where(member.c.cluster_id.in_(select(_ARTICLES.c.cluster_id).where(*wanted(selection, dialect))))
        .group_by(member.c.cluster_id, _CLUSTERS.c.origin, _CLUSTERS.c.agency)
        .order_by(member.c.cluster_id)
    )


def coverage(selection: Selection) -> Select[Any]:
    """Return what each run came to, source by source: of runs that began on the selected days."""
    table = schema.coverage
    query = select(table.c.run_id, table.c.source, _RUNS.c.started_at, _RUNS.c.finished_at, table.c.counts)
    query = query.join_from(table, _RUNS, _RUNS.c.id == table.c.run_id, isouter=True)
    return query.where(*_met(selection, table.c.source, _RUNS.c.started_at)).order_by(table.c.run_id, table.c.source)


def dropped(selection: Selection) -> Select[Any]:
    """Return the addresses that came to nothing, of runs that began on the selected days, and those forgotten then."""
    ledger, forgotten = schema.ledger, schema.forgotten
    named = ("run_id", "source", "url", "via", "outcome", "reason", "detail")
    lines = select(*(ledger.c[name] for name in named), _RUNS.c.started_at.label("noted_at"))
    lines = lines.join_from(ledger, _RUNS, _RUNS.c.id == ledger.c.run_id, isouter=True)
    lines = lines.where(ledger.c.reason.is_not(None), *_met(selection, ledger.c.source, _RUNS.c.started_at))
    stones = select(
        *(null().label(name) for name in ("run_id", "source")),
        forgotten.c.url,
        null().label("via"),
        literal(FORGOTTEN).label("outcome"),
        literal(FORGOTTEN).label("reason"),
        forgotten.c.why.label("detail"),
        forgotten.c.forgotten_at.label("noted_at"),
    )
    # An article that is forgotten has left its source's name nowhere.
    stones = stones.where(*_met(selection, literal(""), forgotten.c.forgotten_at))
    both = union_all(lines, stones).subquery()
    return select(both).order_by(both.c.noted_at, both.c.url)


def _met(selection: Selection, source: ColumnElement[str], time: ColumnElement[str]) -> list[ColumnElement[bool]]:
    day = func.substr(time, 1, 10)
    conditions = []
    if selection.since:
        conditions.append(day >= selection.since)
    if selection.until:
        conditions.append(day <= selection.until)
    if selection.sources:
        conditions.append(source.in_(selection.sources))
    return conditions


def rows(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query, streaming; sums kept as JSON are columns of their own."""
    for row in connection.execute(query.execution_options(yield_per=READ_AHEAD)).mappings():
        values = {str(name): value for name, value in row.items()}
        yield values | orjson.loads(values.pop("counts", "{}"))


def size(connection: Connection, query: Select[Any]) -> int:
    """Return how many rows a query has."""
    return connection.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
