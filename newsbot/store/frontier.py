"""The frontier: every address that newsbot has met, what became of it, and what is still to fetch.

An address is written down as pending, with its finder's hints, in the transaction that notes its
listing as read. So a killed run loses none: the next one takes up what is pending, although the
listing itself has not changed since and would answer 304.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import Connection, Engine, Row, and_, bindparam, delete, or_, select

from newsbot.items import Candidate
from newsbot.store import schema
from newsbot.store.database import chunks, reading, upsert
from newsbot.store.ledger import Entry

MAX_TRIES = 5
"""Runs that may fail to fetch an address before it is left alone."""
LATEST = 200
"""Known articles of a source that tell what its articles' addresses look like."""

_TABLE = schema.frontier
_CANDIDATE = select(_TABLE.c.candidate).where(_TABLE.c.url_key == bindparam("key"))
_TO_FETCH = or_(_TABLE.c.status == "pending", and_(_TABLE.c.status == "failed", _TABLE.c.tries < MAX_TRIES))


def enqueue(connection: Connection, source: str, candidates: Iterable[tuple[str, Candidate]], *, now: str) -> None:
    """Write candidates, each with its URL key, down as pending, inside the caller's transaction.

    An address that is on the frontier already stays as it is.
    """
    rows = [
        {
            "url_key": key,
            "url": candidate.url,
            "source": source,
            "status": "pending",
            "candidate": orjson.dumps(candidate).decode(),
            "tries": 0,
            "changed_at": now,
        }
        for key, candidate in candidates
    ]
    for some in chunks(rows):
        upsert(connection, _TABLE, some)


def known(engine: Engine, keys: Sequence[str]) -> set[str]:
    """Return those of the URL keys that need no fetch any more."""
    found: set[str] = set()
    with reading(engine) as connection:
        for some in chunks(keys):
            query = select(_TABLE.c.url_key).where(_TABLE.c.url_key.in_(some), ~_TO_FETCH)
            found.update(connection.execute(query).scalars())
    return found


def pending(engine: Engine, source: str, *, failed: bool = True) -> list[Candidate]:
    """Return what earlier runs discovered for a source and did not bring home, ``failed`` ones too or not."""
    wanted = _TO_FETCH if failed else _TABLE.c.status == "pending"
    query = select(_TABLE.c.candidate).where(_TABLE.c.source == source, _TABLE.c.candidate.is_not(None), wanted)
    with reading(engine) as connection:
        rows: Sequence[Row[tuple[str | None]]] = connection.execute(query).all()
    return [Candidate(**orjson.loads(row.candidate)) for row in rows if row.candidate]


def sources_waiting(engine: Engine) -> set[str]:
    """Return the sources that have addresses waiting to be fetched for the first time."""
    query = select(_TABLE.c.source).where(_TABLE.c.status == "pending").distinct()
    with reading(engine) as connection:
        return set(connection.execute(query).scalars())


def articles_of(engine: Engine, source: str) -> list[str]:
    """Return the latest addresses of a source that turned out to be articles, the last one first."""
    query = (
        select(_TABLE.c.url)
        .where(_TABLE.c.source == source, _TABLE.c.status == "article")
        .order_by(_TABLE.c.changed_at.desc())
        .limit(LATEST)
    )
    with reading(engine) as connection:
        return list(connection.execute(query).scalars())


def candidate_of(connection: Connection, entry: Entry) -> Candidate:
    """Return a pending address with its finder's hints, inside the caller's transaction."""
    found = connection.execute(_CANDIDATE, {"key": entry.key}).scalar()
    return Candidate(**orjson.loads(found)) if found else Candidate(url=entry.url, via=entry.discovered_via)


def settle(
    connection: Connection,
    key: str,
    url: str,
    source: str,
    *,
    status: str,
    now: str,
    article_id: str | None = None,
    reason: str | None = None,
) -> None:
    """Write down what became of an address, inside the caller's transaction."""
    values = {
        "url_key": key,
        "url": url,
        "source": source,
        "status": status,
        "article_id": article_id,
        "reason": reason,
        "changed_at": now,
        "tries": int(status == "failed"),
        "candidate": None,
    }
    # What failed is tried again, with the hints that it was found with; of what is settled they are not kept.
    replacing = ["status", "article_id", "reason", "changed_at", *([] if status == "failed" else ["candidate"])]
    upsert(connection, _TABLE, values, replacing=replacing, adding=["tries"])


def forget(connection: Connection, key: str) -> None:
    """Take a pending address off the frontier: it was skipped, and may come again."""
    connection.execute(delete(_TABLE).where(_TABLE.c.url_key == key, _TABLE.c.status == "pending"))
