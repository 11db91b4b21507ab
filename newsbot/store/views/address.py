"""One address: which article is meant by it, and all that the store knows of it, from its discovery to its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, Engine, RowMapping, and_, case, func, or_, select

from newsbot.store import schema
from newsbot.store.database import chunks, reading
from newsbot.web.urls import article_id, twin_key, url_key

_ID = re.compile(r"[0-9a-f]{20}")
_FRONTIER, _LEDGER, _ARTICLES = schema.frontier, schema.ledger, schema.articles


@dataclass(frozen=True, slots=True)
class Met:
    """An address that newsbot has met, as it stands on the frontier."""

    url: str
    source: str
    """The source that found it last."""
    status: str
    """pending, article, duplicate, rejected or failed."""
    reason: str | None
    met_at: str | None
    """When it was first met."""
    changed_at: str
    tries: int
    due_at: str | None
    """When it is tried again; None: not."""
    via: str | None
    """Where it was found, one of items.CHANNELS, as long as that is remembered."""
    listing: str | None
    """Which feed, sitemap or page named it, as long as that is remembered."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an address came to in one run."""

    run_id: str
    url: str
    source: str
    via: str
    outcome: str
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version of an article stands."""

    revision: int
    file: str | None
    """Relative to the output folder; None while it is in no file."""
    line: int | None
    """Of the file, from 1 on."""
    is_written: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """The next look at an article."""

    due_at: str
    url: str
    listing: str | None
    """Which listing named it when it was found."""


@dataclass(frozen=True, slots=True)
class Address:
    """What the store knows of an address, or of the article that is meant by an id."""

    url: str | None
    """As it was asked for; None for an id."""
    article_id: str | None
    """The stored article that it means."""
    met: list[Met] = field(default_factory=list)
    """The address itself first, then others that have led to the same article."""
    outcomes: list[Outcome] = field(default_factory=list)
    """Of all these addresses, the first run first; what was already known is in no run's books."""
    places: list[Place] = field(default_factory=list)
    visit: Visit | None = None

    @property
    def is_known(self) -> bool:
        """Whether newsbot has ever met it."""
        return bool(self.article_id or self.met or self.outcomes)


@dataclass(frozen=True, slots=True)
class Host:
    """What a host has asked for."""

    robots: str | None
    """Its robots.txt, as it was read last; empty where it has none, None where it was never read."""
    robots_at: str | None
    rests_until: str | None
    """Until when it wants to be left alone."""


def address_of(named: str) -> str | None:
    """Return the address that a person has named; None for the id of an article.

    >>> address_of("example.org/a"), address_of("c4b0a77ab6b0e0a3cd5d")
    ('https://example.org/a', None)
    """
    if _ID.fullmatch(named):
        return None
    return named if "://" in named else f"https://{named}"


def article_named(engine: Engine, named: str) -> str | None:
    """Return the id of the article that an id or an address means, whatever trackers it has; None for no stored one.

    An address that has led to an article means that one. Raises InvalidURL.
    """
    with reading(engine) as connection:
        return _article_named(connection, named)


def known_of(engine: Engine, named: str) -> Address:
    """Return all that is known of an id or an address. Raises InvalidURL."""
    url = address_of(named)
    with reading(engine) as connection:
        identity = _article_named(connection, named)
        asked = [url_key(url)] if url else []
        wanted = [_FRONTIER.c.url_key.in_(asked), *([_FRONTIER.c.article_id == identity] if identity else [])]
        rows = connection.execute(select(_FRONTIER).where(or_(*wanted)).order_by(_FRONTIER.c.met_at)).mappings().all()
        keys = list(dict.fromkeys([*asked, *(row["url_key"] for row in rows)]))
        return Address(
            url,
            identity,
            sorted(map(_met, rows), key=lambda met: url_key(met.url) not in asked),
            _outcomes(connection, keys),
            places_of(connection, identity) if identity else [],
            _visit(connection, identity) if identity else None,
        )


def host_of(engine: Engine, host: str) -> Host:
    """Return what a host has asked for, as far as that was ever read."""
    table = schema.hosts
    columns = (table.c.robots, table.c.robots_at, table.c.rests_until)
    with reading(engine) as connection:
        row = connection.execute(select(*columns).where(table.c.host == host)).first()
    return Host(*row) if row else Host(None, None, None)


def places_of(connection: Connection, identity: str) -> list[Place]:
    """Return where the versions of an article stand in files, in the order in which they were announced.

    A version is on no line where copies have no files (NEWSBOT_DUPLICATES).
    """
    outbox, exports, revisions = schema.outbox, schema.exports, schema.revisions
    # By the files of the runs that brought it: the outbox is in the order of its files.
    runs = select(revisions.c.run_id).where(revisions.c.article_id == identity)
    files = select(exports.c.id).where(exports.c.run_id.in_(runs))
    mine = and_(outbox.c.article_id == identity, or_(outbox.c.export_id.in_(files), outbox.c.export_id.is_(None)))
    before = outbox.alias("before")
    rank = (
        select(func.count())
        .where(before.c.export_id == outbox.c.export_id, before.c.seq < outbox.c.seq)
        .correlate(outbox)
        .scalar_subquery()
    )
    query = (
        select(outbox.c.revision, exports.c.path, exports.c.first_line + rank, exports.c.done)
        .join_from(outbox, exports, exports.c.id == outbox.c.export_id, isouter=True)
        .where(mine)
        .order_by(outbox.c.seq)
    )
    return [Place(revision, path, line, bool(done)) for revision, path, line, done in connection.execute(query)]


def _article_named(connection: Connection, named: str) -> str | None:
    url = address_of(named)
    identity = article_id(url) if url else named
    if connection.execute(select(_ARTICLES.c.id).where(_ARTICLES.c.id == identity)).first():
        return identity
    if url is None:
        return None
    keys = [url_key(url), *([twin] if (twin := twin_key(url)) else [])]
    led_to = select(_FRONTIER.c.article_id).where(_FRONTIER.c.url_key.in_(keys), _FRONTIER.c.article_id.is_not(None))
    found: str | None = connection.execute(led_to.order_by(case((_FRONTIER.c.url_key == keys[0], 0), else_=1))).scalar()
    return found


def _met(row: RowMapping) -> Met:
    found = orjson.loads(row["candidate"] or "{}")
    told = {name: row[name] for name in Met.__slots__ if name not in ("via", "listing")}
    return Met(**told, via=found.get("via"), listing=found.get("listing"))


def _outcomes(connection: Connection, keys: Sequence[str]) -> list[Outcome]:
    """Return what addresses came to, run by run: the books are kept by run, so every run's are looked into."""
    columns = [_LEDGER.c[name] for name in Outcome.__slots__]
    captures = [and_(_LEDGER.c.url_key > f"{key} ", _LEDGER.c.url_key < f"{key}!") for key in keys]
    found: list[Outcome] = []
    run_ids = connection.execute(select(schema.runs.c.id).order_by(schema.runs.c.id)).scalars().all()
    for some in chunks(run_ids):
        for which in (_LEDGER.c.url_key.in_(keys), *captures):
            query = select(*columns).where(_LEDGER.c.run_id.in_(some), which)
            found += (Outcome(*row) for row in connection.execute(query))
    return sorted(found, key=lambda outcome: outcome.run_id)


def _visit(connection: Connection, identity: str) -> Visit | None:
    table = schema.visits
    query = select(table.c.due_at, table.c.url, table.c.candidate).where(table.c.article_id == identity)
    row = connection.execute(query).first()
    return Visit(row.due_at, row.url, orjson.loads(row.candidate).get("listing")) if row else None
