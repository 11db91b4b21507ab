"""When articles are looked at again: soon after they were first seen, then ever more rarely, then no more."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import Connection, Engine, delete, select, update

from newsbot.items import Article, Candidate
from newsbot.store import schema
from newsbot.store.database import Statement, as_json, inserting, reading
from newsbot.store.ledger import Validators
from newsbot.web.dates import as_instant

_PLAN = Statement(
    inserting(schema.visits, "article_id", "source", "url", "candidate", "etag", "last_modified", "due_at")
)

VISIT = "revisit"
"""How the ledger says that an address was not discovered but is looked at again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An article to look at again, and what makes the request conditional."""

    article_id: str
    candidate: Candidate
    """The address to ask for, with the hints that it was first found with."""
    etag: str | None
    last_modified: str | None


def due(engine: Engine, source: str, *, now: str) -> list[Visit]:
    """Return the articles of a source that are to be looked at now, the longest due first."""
    table = schema.visits
    query = select(table).where(table.c.source == source, table.c.due_at <= now).order_by(table.c.due_at)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return [
        Visit(row.article_id, Candidate(**{**orjson.loads(row.candidate), "url": row.url}), row.etag, row.last_modified)
        for row in rows
    ]


def sources_due(engine: Engine, *, now: str) -> set[str]:
    """Return the sources that have articles to be looked at now."""
    query = select(schema.visits.c.source).where(schema.visits.c.due_at <= now).distinct()
    with reading(engine) as connection:
        return set(connection.execute(query).scalars())


def begin(
    connection: Connection,
    article: Article,
    candidate: Candidate,
    hours: Sequence[float],
    *,
    source: str,
    url: str,
    validators: Validators,
    now: str,
) -> None:
    """Plan the first look at an article that has just been stored, unless it is an old one.

    ``source`` looks at it, the one that found it. ``url`` is the address to ask for: the one that its page was found
    at in the end.
    """
    if not hours or age(article.published, now) > timedelta(hours=hours[-1]):
        return
    _PLAN(
        connection,
        article_id=article.id,
        source=source,
        url=url,
        candidate=as_json(dataclasses.replace(candidate, html=None)),
        etag=validators[0],
        last_modified=validators[1],
        due_at=_stamp(datetime.fromisoformat(now) + timedelta(hours=hours[0])),
    )


def advance(
    connection: Connection,
    article_id: str,
    hours: Sequence[float],
    *,
    now: str,
    validators: Validators | None = None,
) -> None:
    """Plan the next look at an article that has been looked at; after the last hour there is none.

    A look that came late counts for all that it came too late for. ``validators`` are those of a page
    that was fetched; without them the known ones stay.
    """
    table = schema.visits
    mine = table.c.article_id == article_id
    first_seen = connection.execute(
        select(schema.articles.c.first_seen).where(schema.articles.c.id == article_id)
    ).scalar()
    due_at = next_look(first_seen, hours, now=now) if first_seen else None
    if due_at is None:
        connection.execute(delete(table).where(mine))
        return
    values: dict[str, str | None] = {"due_at": due_at}
    if validators:
        values |= {"etag": validators[0], "last_modified": validators[1]}
    connection.execute(update(table).where(mine).values(values))


def end(connection: Connection, article_id: str) -> None:
    """Look at an article no more."""
    connection.execute(delete(schema.visits).where(schema.visits.c.article_id == article_id))


def next_look(since: str, hours: Sequence[float], *, now: str) -> str | None:
    """Return the first moment after now that lies so many hours after another one; None if there is none left.

    >>> next_look("2026-11-20T08:00:00Z", [1, 6], now="2026-11-20T10:30:00Z")
    '2026-11-20T14:00:00Z'
    """
    start = datetime.fromisoformat(since)
    looks = (_stamp(start + timedelta(hours=hour)) for hour in hours)
    return next((look for look in looks if look > now), None)


def age(published: str | None, now: str) -> timedelta:
    """Return how long ago something was published; what does not say so is new."""
    since = as_instant(published)
    return datetime.fromisoformat(now) - since if since else timedelta()


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
