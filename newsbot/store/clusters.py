"""Clusters: all copies of one story, over sites. The id never changes; which member is the origin may.

A story of one member has no row: its cluster is the article itself, and so is its origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from newsbot.items import Article
from newsbot.store import schema
from newsbot.store.database import reading


@dataclass(frozen=True, slots=True)
class Cluster:
    """All copies of one story."""

    id: str
    origin: str
    """The member that was published first."""
    published: str | None
    """When, as its page states it."""
    agency: str | None
    """Whose copy it probably is."""
    members: int


def cluster_of(engine: Engine, cluster_id: str) -> Cluster | None:
    """Return a cluster; None for a story of one member."""
    with reading(engine) as connection:
        return _stored(connection, cluster_id)


def join(connection: Connection, article: Article, original: Article) -> str:
    """Make an article a member of the cluster of a stored one; return the id of the cluster's origin.

    The origin is the member that was published first, also if it comes last. Where no time of
    publication tells, it stays who it was.
    """
    article.cluster_id = original.cluster_id
    known = _stored(connection, original.cluster_id)
    cluster = known or Cluster(original.cluster_id, original.id, original.published, original.agency, 1)
    first = article if _earlier(article.published, cluster.published) else None
    table = schema.clusters
    values = {
        "origin": first.id if first else cluster.origin,
        "published": first.published if first else cluster.published,
        "agency": cluster.agency or article.agency,
        "members": cluster.members + 1,
    }
    if known:
        connection.execute(update(table).where(table.c.id == cluster.id).values(values))
    else:
        connection.execute(insert(table).values(id=cluster.id, **values))
    return str(values["origin"])


def _stored(connection: Connection, cluster_id: str) -> Cluster | None:
    table = schema.clusters
    columns = (table.c.id, table.c.origin, table.c.published, table.c.agency, table.c.members)
    row = connection.execute(select(*columns).where(table.c.id == cluster_id)).first()
    return Cluster(*row) if row else None


def _earlier(one: str | None, other: str | None) -> bool:
    """Whether a time of publication lies before another (a local time counts as UTC).

    >>> _earlier("2026-11-20T09:00:00+03:00", "2026-11-20T08:00:00Z"), _earlier("2026-11-20", None)
    (True, False)
    """
    return one is not None and other is not None and _instant(one) < _instant(other)


def _instant(published: str) -> datetime:
    instant = datetime.fromisoformat(published)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
