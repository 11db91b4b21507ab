"""The stories that several outlets carry: who has them, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from newsbot.store import schema
from newsbot.store.database import reading
from newsbot.web.dates import as_instant

ORIGIN, COPY, ARTICLE = "origin", "copy", "article"
"""What a member of a story is: its article, a copy, or one that was a copy and says something else now."""


@dataclass(frozen=True, slots=True)
class Member:
    """One outlet's telling of a story."""

    id: str
    role: str
    """ORIGIN, COPY or ARTICLE."""
    source: str
    title: str
    published: str | None
    first_seen: str
    url: str
    relation: str | None
    """Of a copy, one of items.RELATIONS."""
    similarity: float | None
    duplicate_of: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A story and its members, the origin first, then in the order in which they were published."""

    id: str
    origin: str
    agency: str | None
    """Whose copy it probably is."""
    members: list[Member]


def story_of(engine: Engine, named: str) -> Story | None:
    """Return a story by its own id or that of any of its members; None if neither is known.

    An article that nobody has copied is a story of one member.
    """
    table, clusters = schema.articles, schema.clusters
    whose = select(table.c.cluster_id).where(table.c.id == named)
    columns = (table.c[name] for name in Member.__slots__ if name != "role")
    with reading(engine) as connection:
        identity = connection.execute(whose).scalar() or named
        rows = connection.execute(select(*columns).where(table.c.cluster_id == identity)).mappings().all()
        cluster = connection.execute(select(clusters).where(clusters.c.id == identity)).first()
    if not rows:
        return None
    origin = cluster.origin if cluster else rows[0]["id"]
    members = [
        Member(role=ORIGIN if row["id"] == origin else COPY if row["duplicate_of"] else ARTICLE, **row) for row in rows
    ]
    members.sort(key=lambda member: (member.role != ORIGIN, _when(member), member.first_seen))
    return Story(identity, origin, cluster.agency if cluster else None, members)


def _when(member: Member) -> datetime:
    return as_instant(member.published) or datetime.fromisoformat(member.first_seen)
