"""What the store keeps of its sources' health: what each day came to, and what was found unlike their normal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, or_, select, tuple_, update

from newsbot.health.findings import Finding, Key
from newsbot.health.measures import Day, ListingState, Measures
from newsbot.store import schema
from newsbot.store.database import as_json, chunks, reading, upsert
from newsbot.store.ledger import Account
from newsbot.store.revisits import VISIT

OVERRUN = ": gap: "
"""Stands in the note on a listing that names nothing of what it named the time before."""
LONGEST_SUBJECT = 255
"""Characters of what a finding is about that are kept: it may be an address."""
READ_AHEAD = 200
"""Documents that are read from the database at once: about a megabyte."""

_DAYS, _FINDINGS, _LISTINGS = schema.days, schema.findings, schema.listings
_IS_OPEN = _FINDINGS.c.cleared_at.is_(None)


@dataclass(frozen=True, slots=True)
class Opened:
    """A finding that was opened, and may have been cleared. Moments are RFC 3339, UTC."""

    id: int
    opened_at: str
    seen_at: str
    """When it was last found to hold."""
    cleared_at: str | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the findings of some sources."""

    opened: list[Opened]
    cleared: list[Opened]
    still: list[Opened]


def measured(engine: Engine, run_id: str) -> dict[str, Measures]:
    """Return what the articles that a run has stored are like, and what became of second looks, by source."""
    found: defaultdict[str, Measures] = defaultdict(Measures)
    articles, revisions, ledger, runs = schema.articles, schema.revisions, schema.ledger, schema.runs
    first = (revisions.c.article_id == articles.c.id) & (revisions.c.revision == 1)
    with reading(engine) as connection:
        began = connection.execute(select(runs.c.started_at).where(runs.c.id == run_id)).scalar() or ""
        query = select(articles.c.source, revisions.c.document).join(revisions, first)
        query = query.where(articles.c.first_seen >= began, articles.c.run_id == run_id)
        for source, document in connection.execute(query.execution_options(yield_per=READ_AHEAD)):
            found[source].add_article(orjson.loads(document))
        told = or_(ledger.c.via == VISIT, ledger.c.outcome.in_(["rejected", "failed"]))
        columns = (ledger.c.source, ledger.c.via, ledger.c.outcome, ledger.c.reason, ledger.c.url)
        for source, via, outcome, reason, url in connection.execute(
            select(*columns).where(ledger.c.run_id == run_id, told).order_by(ledger.c.url_key)
        ):
            if via == VISIT:
                found[source].revisits[outcome] += 1
            if reason:
                found[source].give_example(f"{outcome}:{reason}", url)
    return found


def add_run(connection: Connection, run_id: str, accounts: Mapping[str, Account], seen: Mapping[str, Measures]) -> None:
    """Add what a run came to, to the day on which it began, inside the caller's transaction.

    ``seen``: what ``measured`` has returned of it. Sources of which nothing was asked are left out.
    """
    day = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"
    came_to = {
        source: _of_account(account, seen.get(source, Measures()))
        for source, account in accounts.items()
        if account.has_begun()
    }
    for some in chunks(sorted(came_to)):
        here = select(_DAYS.c.source, _DAYS.c.measures).where(_DAYS.c.day == day, _DAYS.c.source.in_(some))
        sums = {source: Measures.from_dict(orjson.loads(text)) for source, text in connection.execute(here)}
        for source in some:
            sums.setdefault(source, Measures()).add(came_to[source])
        rows = [{"source": name, "day": day, "measures": as_json(sums[name].as_dict())} for name in some]
        upsert(connection, _DAYS, rows, replacing=["measures"])


def _of_account(account: Account, seen: Measures) -> Measures:
    """Return what a run came to of one source: its sums, and what its articles are like.

    A run that was ended before all listings were read, and had met no address by then, does not tell what they name.
    """
    is_told = account.counts["discovered"] or not account.unanswered
    return replace(
        seen,
        runs=1,
        counts=+account.counts,
        reasons=+account.reasons,
        first_tries=+account.first_tries,
        listings=+account.listings if is_told else Counter(),
        spent=+account.spent,
        gaps=sum(OVERRUN in note for note in account.notes),
    )


def histories(engine: Engine, *, since: str, sources: Collection[str] | None = None) -> dict[str, list[Day]]:
    """Return the days of sources from a day (YYYY-MM-DD) on, the first first; of those named, or of all.

    A day without a run has no entry.
    """
    found: defaultdict[str, list[Day]] = defaultdict(list)
    query = select(_DAYS).where(_DAYS.c.day >= since).order_by(_DAYS.c.source, _DAYS.c.day)
    for row in _of_sources(engine, query, _DAYS.c.source, sources):
        found[row.source].append(Day(row.day, Measures.from_dict(orjson.loads(row.measures))))
    return dict(found)


def listing_states(
    engine: Engine, sources: Collection[str] | None = None, *, due_since: str | None = None
) -> dict[str, list[ListingState]]:
    """Return how the listings of sources stand, by address; of those named, or of all.

    Without those that have been due since before ``due_since``: nobody asks for them any more.
    """
    found: defaultdict[str, list[ListingState]] = defaultdict(list)
    names = ("source", "url", "errors", "error", "answered_at", "news_at", "moved_to")
    query = select(*(_LISTINGS.c[name] for name in names)).order_by(_LISTINGS.c.source, _LISTINGS.c.url)
    if due_since:
        query = query.where(or_(_LISTINGS.c.due_at.is_(None), _LISTINGS.c.due_at >= due_since))
    for source, url, *state in map(tuple, _of_sources(engine, query, _LISTINGS.c.source, sources)):
        found[source].append(ListingState(url, *state))
    return dict(found)


def open_findings(engine: Engine, sources: Collection[str] | None = None) -> list[Opened]:
    """Return what is found unlike normal now, by source and age; of the sources named, or of all."""
    query = select(_FINDINGS).where(_IS_OPEN).order_by(_FINDINGS.c.source, _FINDINGS.c.id)
    return [opened_of(row) for row in _of_sources(engine, query, _FINDINGS.c.source, sources)]


def findings_since(engine: Engine, since: str) -> list[Opened]:
    """Return what is open, and what was cleared since a moment, the latest opened first."""
    query = select(_FINDINGS).where(or_(_IS_OPEN, _FINDINGS.c.cleared_at >= since)).order_by(_FINDINGS.c.id.desc())
    with reading(engine) as connection:
        return [opened_of(row) for row in connection.execute(query)]


def settle(engine: Engine, sources: Collection[str], findings: Iterable[Finding], *, now: str) -> Settled:
    """Write down what holds now of some sources: open what is new, and clear what holds no more."""
    holds = {finding.key: finding for finding in map(_shortened, findings)}
    with engine.begin() as connection:
        before = {
            one.finding.key: one
            for some in chunks(sorted(sources))
            for one in map(
                opened_of, connection.execute(select(_FINDINGS).where(_IS_OPEN, _FINDINGS.c.source.in_(some)))
            )
        }
        for key in holds.keys() - before.keys():
            _open(connection, holds[key], now)
        for key in holds.keys() & before.keys():
            changed = {"seen_at": now, "document": as_json(holds[key].as_dict())}
            connection.execute(update(_FINDINGS).where(_FINDINGS.c.id == before[key].id).values(changed))
        _clear(connection, before.keys() - holds.keys(), now)
        opened = _open_now(connection, holds.keys() - before.keys())
        still = _open_now(connection, holds.keys() & before.keys())
    cleared = [replace(one, cleared_at=now) for key, one in before.items() if key not in holds]
    return Settled(opened, cleared, still)


def raise_finding(engine: Engine, finding: Finding, *, now: str) -> None:
    """Open a finding, or say that it still holds."""
    finding = _shortened(finding)
    with engine.begin() as connection:
        changed = {"seen_at": now, "document": as_json(finding.as_dict())}
        if connection.execute(update(_FINDINGS).where(_IS_OPEN, _is(finding.key)).values(changed)).rowcount == 0:
            _open(connection, finding, now)


def clear_finding(engine: Engine, key: Key, *, now: str) -> bool:
    """Say that a finding holds no more; False if it did not."""
    with engine.begin() as connection:
        return _clear(connection, [key], now) > 0


def _open(connection: Connection, finding: Finding, now: str) -> None:
    values = {"source": finding.source, "kind": finding.kind, "subject": finding.subject}
    document = as_json(finding.as_dict())
    connection.execute(insert(_FINDINGS).values(**values, opened_at=now, seen_at=now, document=document))


def _clear(connection: Connection, keys: Collection[Key], now: str) -> int:
    ended = 0
    for key in keys:
        ended += connection.execute(update(_FINDINGS).where(_IS_OPEN, _is(key)).values(cleared_at=now)).rowcount
    return ended


def _open_now(connection: Connection, keys: Collection[Key]) -> list[Opened]:
    its_key = tuple_(_FINDINGS.c.source, _FINDINGS.c.kind, _FINDINGS.c.subject)
    query = select(_FINDINGS).where(_IS_OPEN).order_by(_FINDINGS.c.id)
    return [
        opened_of(row) for some in chunks(sorted(keys)) for row in connection.execute(query.where(its_key.in_(some)))
    ]


def _is(key: Key) -> ColumnElement[bool]:
    source, kind, subject = key
    return (_FINDINGS.c.source == source) & (_FINDINGS.c.kind == kind) & (_FINDINGS.c.subject == subject)


def _shortened(finding: Finding) -> Finding:
    return replace(finding, subject=finding.subject[:LONGEST_SUBJECT])


def opened_of(row: Row[Any]) -> Opened:
    """Return what a row of the table of findings says."""
    return Opened(row.id, row.opened_at, row.seen_at, row.cleared_at, Finding.from_dict(orjson.loads(row.document)))


def _of_sources(
    engine: Engine, query: Any, column: ColumnElement[str], sources: Collection[str] | None
) -> Sequence[Row[Any]]:
    with reading(engine) as connection:
        if sources is None:
            return connection.execute(query).all()
        return [row for some in chunks(sorted(sources)) for row in connection.execute(query.where(column.in_(some)))]
