"""The frontier: every address that newsbot has met, what became of it, and what is still to fetch.

An address is written down as pending, with its finder's hints, in the transaction that notes its
listing as read. So a killed run loses none: the next one takes up what is pending, although the
listing itself has not changed since and would answer 304.

What came to nothing is tried again on a clock that slows down: sites break, are mended, and announce stories before
their pages are there. Its hints are kept as long as that may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter

import orjson
from sqlalchemy import Connection, Engine, and_, bindparam, delete, func, select, union, update

from newsbot.items import Candidate
from newsbot.store import Unstorable, schema
from newsbot.store.database import Statement, as_json, chunks, reading, sift, upsert, upserting
from newsbot.store.ledger import Dropped, Entry
from newsbot.store.revisits import age, next_look
from newsbot.web.dates import as_instant

SOON = 0.25
"""Hours after which a failure is tried again that the next run, whenever it comes, did not get past: a story may be in
the feed ten minutes before its page is there."""
YOUNG = timedelta(days=30)
"""How long ago a page that is rejected may have been published for it to be tried again: the feeds of monthlies reach
back so far. The older ones are of sitemaps and backfills, and have long been what they are."""
MOST = 200
"""Addresses of a source that one run tries again, the newest first: three minutes at a request a second."""
LATEST = 200
"""Known articles of a source that tell what its articles' addresses look like."""

_TABLE, _FORGOTTEN = schema.frontier, schema.forgotten
_IS_FORGOTTEN = Statement(
    select(_FORGOTTEN.c.url_key).where(_FORGOTTEN.c.url_key.in_(bindparam("keys", expanding=True)))
)
_CANDIDATE = Statement(select(_TABLE.c.candidate).where(_TABLE.c.url_key == bindparam("key")))
_HISTORY = Statement(select(_TABLE.c.candidate, _TABLE.c.dropped_at).where(_TABLE.c.url_key == bindparam("key")))
_IS_DUE = _TABLE.c.due_at <= bindparam("now")
_BY_ANOTHER = and_(
    _TABLE.c.status == "rejected",
    _TABLE.c.extractor != bindparam("extractor"),
    _TABLE.c.dropped_at >= bindparam("since"),
)
# Each by an index of its own: with "or" SQLite reads every address of the source.
_DUE_KEYS = union(
    *(select(_TABLE.c.url_key).where(_TABLE.c.source == bindparam("source"), which) for which in (_IS_DUE, _BY_ANOTHER))
)
_DUE = (
    select(_TABLE.c.candidate, _TABLE.c.reason, _TABLE.c.extractor, _TABLE.c.digest)
    .where(_TABLE.c.url_key.in_(_DUE_KEYS), _TABLE.c.candidate.is_not(None))
    .order_by(_TABLE.c.met_at.desc(), _TABLE.c.dropped_at)
    .limit(MOST)
)
_COLLECTED = ("article", "duplicate")
DROPPED = ("rejected", "failed")
"""What an address may come to that brought no article."""
_OF_DROPPED = ("candidate", "dropped_at", "due_at", "extractor", "digest")
"""Columns that say what an address came to that brought no article, and when it is tried again."""
_SETTLED = ("status", "article_id", "reason", "changed_at", *_OF_DROPPED)
"""Columns that change when an address has come to something."""
_SETTLE = Statement(partial(upserting, table=_TABLE, replacing=_SETTLED))
_DROP = Statement(partial(upserting, table=_TABLE, replacing=_SETTLED, adding=("tries",)))


@dataclass(frozen=True, slots=True)
class Standing:
    """How an address stands."""

    status: str
    """pending, article, duplicate, rejected or failed."""
    reason: str | None
    article_id: str | None
    digest: str | None
    """Of the page that was rejected."""


def enqueue(
    connection: Connection, source: str, candidates: Iterable[tuple[str, Candidate]], *, now: str
) -> dict[str, Unstorable]:
    """Write candidates, each with its URL key, down as pending, inside the caller's transaction.

    An address that waits on the frontier already is this source's from now on. Returns why those that cannot be
    stored are not there, by their keys.
    """

    def store(some: Sequence[tuple[str, Candidate]]) -> None:
        rows = [
            {
                "url_key": key,
                "url": candidate.url,
                "source": source,
                "status": "pending",
                "candidate": _written(candidate),
                "tries": 0,
                "changed_at": now,
                "met_at": now,
            }
            for key, candidate in some
        ]
        upsert(connection, _TABLE, rows, replacing=["source"])

    found = list(candidates)
    gone = forgotten(connection, [key for key, _ in found])
    # In one order, so that two who note the same addresses wait for each other, and not in a circle.
    wanted = sorted((one for one in found if one[0] not in gone), key=itemgetter(0))
    refused = [one for some in chunks(wanted) for one in sift(connection, some, store)]
    return {key: fault for (key, _), fault in refused}


def known(engine: Engine, keys: Sequence[str]) -> dict[str, str]:
    """Return what became of those of the URL keys that wait for no first try: collected, rejected, failed or forgotten.

    Nothing is known of a key that cannot be stored.
    """
    found: dict[str, str] = {}
    with reading(engine) as connection:

        def look_up(some: Sequence[str]) -> None:
            query = select(_TABLE.c.url_key, _TABLE.c.status).where(
                _TABLE.c.url_key.in_(some), _TABLE.c.status != "pending"
            )
            for key, status in connection.execute(query):
                found[key] = "collected" if status in _COLLECTED else status
            found.update(dict.fromkeys(forgotten(connection, some), "forgotten"))

        for some in chunks(keys):
            sift(connection, some, look_up)
    return found


def standings(connection: Connection, keys: Sequence[str]) -> dict[str, Standing]:
    """Return how those of the URL keys stand that were ever met, inside the caller's transaction."""
    columns = (_TABLE.c[name] for name in ("url_key", *Standing.__slots__))
    query = select(*columns).where(_TABLE.c.url_key.in_(bindparam("keys", expanding=True)))
    return {
        key: Standing(*how) for some in chunks(keys) for key, *how in connection.execute(query, {"keys": list(some)})
    }


def forgotten(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Return those of the URL keys whose articles somebody had removed (newsbot.store.maintenance.forgotten)."""
    return {key for some in chunks(keys) for (key,) in _IS_FORGOTTEN(connection, keys=list(some))}


def finders(engine: Engine, keys: Sequence[str]) -> dict[str, str]:
    """Return under which source each of the URL keys is on the frontier."""
    found: dict[str, str] = {}
    with reading(engine) as connection:
        for some in chunks(keys):
            rows = connection.execute(select(_TABLE.c.url_key, _TABLE.c.source).where(_TABLE.c.url_key.in_(some)))
            found |= {row.url_key: row.source for row in rows}
    return found


def announce(connection: Connection, key: str, named: Candidate) -> None:
    """Note by which listing of its own outlet an address is named that waits under another source."""
    waiting = _CANDIDATE.value(connection, key=key)
    if waiting:
        found = replace(_read(waiting), via=named.via, listing=named.listing, absent_at=named.absent_at)
        is_waiting = and_(_TABLE.c.url_key == key, _TABLE.c.status == "pending")
        connection.execute(update(_TABLE).where(is_waiting).values(candidate=_written(found)))


def pending(engine: Engine, source: str) -> list[Candidate]:
    """Return what earlier runs discovered for a source and did not ask for, the newest first."""
    query = select(_TABLE.c.candidate, _TABLE.c.met_at).where(
        _TABLE.c.source == source, _TABLE.c.candidate.is_not(None), _TABLE.c.status == "pending"
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    found = [(_read(row.candidate), row.met_at) for row in rows if row.candidate]
    found.sort(key=lambda one: _newness(*one), reverse=True)
    return [candidate for candidate, _ in found]


def due(engine: Engine, source: str, *, extractor: str, now: str) -> list[tuple[Candidate, Dropped]]:
    """Return what came to nothing and is to be tried again now, the newest first, at most MOST of a source.

    Its time has come, or it was rejected by another extractor (an older one, or by another setting), and not long ago.
    """
    since = (datetime.fromisoformat(now) - YOUNG).strftime("%Y-%m-%dT%H:%M:%SZ")
    with reading(engine) as connection:
        rows = connection.execute(_DUE, {"source": source, "now": now, "extractor": extractor, "since": since}).all()
    return [(_read(row.candidate), Dropped(row.reason or "", row.extractor, row.digest)) for row in rows]


def try_again(engine: Engine, source: str, *, since: str, now: str) -> int:
    """Let what has come to nothing since a day or moment be due again, and return how many addresses that is.

    For a source that was broken longer than an address is tried (NEWSBOT_RETRY_REJECTED_HOURS) and is well again.
    """
    lost = and_(_TABLE.c.source == source, _TABLE.c.status.in_(DROPPED), _TABLE.c.dropped_at >= since)
    with engine.begin() as connection:
        again = update(_TABLE).where(lost, _TABLE.c.candidate.is_not(None)).values(due_at=now)
        return connection.execute(again).rowcount


def sources_waiting(engine: Engine, *, now: str) -> set[str]:
    """Return the sources that have addresses waiting to be fetched for the first time, or due to be tried again."""
    source = _TABLE.c.source
    found: set[str] = set()
    with reading(engine) as connection:
        for waits in (_TABLE.c.status == "pending", _TABLE.c.due_at <= now):
            found.update(connection.execute(select(source).where(waits).distinct()).scalars())
    return found


def next_try(engine: Engine, source: str) -> str | None:
    """Return when the first address of a source that came to nothing is tried again, or None."""
    query = select(func.min(_TABLE.c.due_at)).where(_TABLE.c.source == source)
    with reading(engine) as connection:
        return connection.execute(query).scalar()


def has_met(engine: Engine, source: str) -> bool:
    """Whether a source has ever named an address that was to be fetched."""
    with reading(engine) as connection:
        return connection.execute(select(_TABLE.c.url).where(_TABLE.c.source == source).limit(1)).first() is not None


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
    found = _CANDIDATE.value(connection, key=entry.key)
    return _read(found) if found else entry.candidate or Candidate(url=entry.url, via=entry.discovered_via)


def settle(
    connection: Connection, key: str, url: str, source: str, *, status: str, now: str, article_id: str | None = None
) -> None:
    """Write down that an address is an article's or a copy's, inside the caller's transaction."""
    values = {"url_key": key, "url": url, "source": source, "status": status, "article_id": article_id}
    nothing = dict.fromkeys(("reason", *_OF_DROPPED))
    _SETTLE(connection, **values, **nothing, changed_at=now, tries=0, met_at=now)


def fail(connection: Connection, entry: Entry, *, reason: str | None, hours: Sequence[float], now: str) -> None:
    """Write down that an address could not be fetched, inside the caller's transaction.

    It is tried again by the next run, then after SOON, and then so many hours after it first came to nothing.
    """
    candidate, since = _history(connection, entry)
    due_at = next_look(since, [SOON, *hours], now=now) if since else now
    kept = candidate if due_at else replace(candidate, html=None)
    _drop(connection, entry, "failed", reason, kept, since or now, due_at, now=now)


def reject(
    connection: Connection,
    entry: Entry,
    *,
    reason: str | None,
    digest: str | None,
    extractor: str,
    hours: Sequence[float],
    now: str,
) -> None:
    """Write down that the page of an address is no article, inside the caller's transaction.

    If it is young, it is tried again so many hours after it first came to nothing, and by another extractor.
    """
    candidate, since = _history(connection, entry)
    stated = [moment for moment in (candidate.published, candidate.modified) if as_instant(moment)]
    is_young = bool(hours) and (not stated or min(age(moment, now) for moment in stated) <= YOUNG)
    due_at = next_look(since or now, hours, now=now) if is_young else None
    kept = candidate if due_at else replace(candidate, html=None) if is_young else None
    _drop(
        connection, entry, "rejected", reason, kept, since or now, due_at, now=now, extractor=extractor, digest=digest
    )


def forget(connection: Connection, key: str) -> None:
    """Take an address that brought no article off the frontier: it was skipped, and may come again."""
    connection.execute(delete(_TABLE).where(_TABLE.c.url_key == key, _TABLE.c.status.not_in(_COLLECTED)))


def _history(connection: Connection, entry: Entry) -> tuple[Candidate, str | None]:
    """Return the hints on an address, and when it first came to nothing; None if it has not before."""
    written, dropped_at = next(iter(_HISTORY(connection, key=entry.key)), (None, None))
    return _read(written) if written else Candidate(url=entry.url, via=entry.discovered_via), dropped_at


def _drop(
    connection: Connection,
    entry: Entry,
    status: str,
    reason: str | None,
    candidate: Candidate | None,
    dropped_at: str,
    due_at: str | None,
    *,
    now: str,
    extractor: str | None = None,
    digest: str | None = None,
) -> None:
    if forgotten(connection, [entry.key]):  # nothing is kept of it, and there is no next try
        connection.execute(delete(_TABLE).where(_TABLE.c.url_key == entry.key))
        return
    _DROP(
        connection,
        url_key=entry.key,
        url=entry.url,
        source=entry.source,
        status=status,
        article_id=None,
        reason=reason,
        candidate=_written(candidate) if candidate else None,
        tries=1,
        changed_at=now,
        met_at=now,
        dropped_at=dropped_at,
        due_at=due_at,
        extractor=extractor,
        digest=digest,
    )


def _newness(candidate: Candidate, met_at: str | None) -> float:
    """Return as of when an address is, as seconds of the Unix epoch: what it states, or else when it was met."""
    moments = (candidate.published, candidate.modified, met_at)
    return next((instant.timestamp() for moment in moments if (instant := as_instant(moment))), 0.0)


def _written(candidate: Candidate) -> str:
    return as_json(candidate)


def _read(written: str) -> Candidate:
    return Candidate(**orjson.loads(written))
