"""The runs of newsbot and their books: which are at work, ended or died, what each met, and the files it owes.

The outbox is what a run has stored and not yet put into a file. A file is planned first (its path and its rows, in one
transaction), then written, then marked as done. Whoever dies in between leaves a plan, and carrying it out again gives
the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Engine, and_, insert, select, update

from newsbot.store import schema
from newsbot.store.database import as_json, durable, reading
from newsbot.store.ledger import LONGEST_NOTE, OF_FETCHED, Account, Entry
from newsbot.store.revisits import VISIT
from newsbot.web.text import shortened, well_formed

RUNNING, EXPORTING, FINISHED, INTERRUPTED = "running", "exporting", "finished", "interrupted"
"""A run takes addresses in; its books are closed; its files are whole; the same, but the next run had to see to it."""
KINDS = ("article", "duplicate")
"""What a line of the outbox is; each kind has files of its own."""
COPY_FIELDS = ("duplicate_of", "similarity", "relation", "origin")
"""What the store knows of a copy beside its document."""
READ_AHEAD = 200
"""Documents that are read from the database at once: about a megabyte."""

_ENTER = insert(schema.ledger)


@dataclass(frozen=True, slots=True)
class Export:
    """A planned file."""

    id: int
    run_id: str
    kind: str
    path: str
    """Relative to the output folder."""


def begin_run(engine: Engine, run_id: str, *, place: str, spider: str, version: str, now: str) -> None:
    """Write down that a run has started, and where its files go (its place)."""
    values = {"place": place, "spider": spider, "version": version, "started_at": now, "status": RUNNING}
    with engine.begin() as connection:
        connection.execute(insert(schema.runs).values(id=run_id, **values))


def enter(connection: Connection, entry: Entry, outcome: str, reason: str | None = None, detail: str = "") -> None:
    """Put an entry of the ledger and its outcome into the books, inside the caller's transaction."""
    connection.execute(
        _ENTER,
        {
            "run_id": entry.run_id,
            "url_key": entry.key,
            "source": entry.source,
            "url": entry.url,
            "via": entry.via,
            "outcome": outcome,
            "reason": reason,
            "detail": shortened(well_formed(detail), LONGEST_NOTE) or None,
        },
    )


def close_books(engine: Engine, run_id: str, accounts: Mapping[str, Account], paths: Mapping[str, str]) -> None:
    """Write a run's sums down and plan its files, durably, before any file is written."""
    with durable(engine) as connection:
        for source, account in accounts.items():
            counts = as_json(account.as_dict())
            connection.execute(insert(schema.coverage).values(run_id=run_id, source=source, counts=counts))
        _plan(connection, run_id, paths)
        _set_status(connection, run_id, EXPORTING)


def _plan(connection: Connection, run_id: str, paths: Mapping[str, str]) -> None:
    """Plan one file a kind for what a run has put into the outbox."""
    table = schema.outbox
    for kind in KINDS:
        waiting = (table.c.run_id == run_id) & (table.c.kind == kind) & table.c.export_id.is_(None)
        if connection.execute(select(table.c.seq).where(waiting).limit(1)).first() is None:
            continue
        key = connection.execute(
            insert(schema.exports).values(run_id=run_id, kind=kind, path=paths[kind], done=0)
        ).inserted_primary_key
        assert key is not None
        connection.execute(update(table).where(waiting).values(export_id=key[0]))


def planned(engine: Engine, run_id: str) -> list[Export]:
    """Return the files of a run that are planned and not known to be whole."""
    table = schema.exports
    query = select(table.c.id, table.c.run_id, table.c.kind, table.c.path)
    with reading(engine) as connection:
        rows = connection.execute(query.where(table.c.run_id == run_id, table.c.done == 0)).all()
    return [Export(*row) for row in rows]


def documents(engine: Engine, export: Export) -> Iterator[dict[str, object]]:
    """Yield the stored articles of a planned file, in the order in which they were stored."""
    outbox, revisions, articles = schema.outbox, schema.revisions, schema.articles
    query = (
        select(revisions.c.document, *(articles.c[name] for name in COPY_FIELDS))
        .join_from(
            outbox,
            revisions,
            and_(outbox.c.article_id == revisions.c.article_id, outbox.c.revision == revisions.c.revision),
        )
        .join(articles, articles.c.id == outbox.c.article_id)
        .where(outbox.c.export_id == export.id)
        .order_by(outbox.c.seq)
    )
    with reading(engine) as connection:
        for row in connection.execute(query.execution_options(yield_per=READ_AHEAD)).mappings():
            record: dict[str, object] = orjson.loads(row["document"])
            if row["duplicate_of"]:
                record |= {name: row[name] for name in COPY_FIELDS}
            yield record


def mark_done(engine: Engine, export: Export) -> None:
    """Note that a planned file is whole and in its place."""
    with engine.begin() as connection:
        connection.execute(update(schema.exports).where(schema.exports.c.id == export.id).values(done=1))


def end_run(engine: Engine, run_id: str, status: str, *, now: str) -> None:
    """Write down that a run has ended and all its files are whole."""
    with engine.begin() as connection:
        _set_status(connection, run_id, status, now)


def _set_status(connection: Connection, run_id: str, status: str, finished_at: str | None = None) -> None:
    table = schema.runs
    connection.execute(update(table).where(table.c.id == run_id).values(status=status, finished_at=finished_at))


def unfinished_runs(engine: Engine, place: str) -> list[tuple[str, str]]:
    """Return (run, status) of the runs of this place that have not ended, oldest first."""
    table = schema.runs
    query = select(table.c.id, table.c.status).where(table.c.place == place, table.c.status.in_([RUNNING, EXPORTING]))
    with reading(engine) as connection:
        return [(row.id, row.status) for row in connection.execute(query.order_by(table.c.id))]


def accounts_of(engine: Engine, run_id: str) -> dict[str, Account]:
    """Rebuild the accounts of a run that died, from what it had entered into its books.

    They do not tell what was tried again from what was tried for the first time; it counts as that.
    """
    table = schema.ledger
    accounts: dict[str, Account] = {}
    query = select(table.c.source, table.c.via, table.c.outcome, table.c.reason).where(table.c.run_id == run_id)
    with reading(engine) as connection:
        for source, via, outcome, reason in connection.execute(query):
            account = accounts.setdefault(source, Account())
            account.counts.update(["discovered", outcome, *(["fetched"] if outcome in OF_FETCHED else [])])
            account.reasons.update([f"{outcome}:{reason}"] if reason else [])
            if via != VISIT:
                account.tried(outcome, reason)
    return accounts


def coverage_of(engine: Engine, run_id: str) -> list[dict[str, object]]:
    """Return a run's sums, one dictionary a source."""
    table = schema.coverage
    query = select(table.c.source, table.c.counts).where(table.c.run_id == run_id).order_by(table.c.source)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return [{"run_id": run_id, "source": row.source, **orjson.loads(row.counts)} for row in rows]


def first_tries(engine: Engine, source: str, *, since: str) -> list[dict[str, int]]:
    """Return what each run of a source counted of first tries (see ledger.Account), the latest run first."""
    table = schema.coverage
    stamp = since.translate({ord(mark): None for mark in "-:"})  # a run's id begins with when it started
    query = select(table.c.counts).where(table.c.source == source, table.c.run_id >= stamp)
    with reading(engine) as connection:
        found = connection.execute(query.order_by(table.c.run_id.desc())).scalars()
        tries = [orjson.loads(counts).get("first_tries") for counts in found]
    return [some for some in tries if some]


def dropped_of(engine: Engine, run_id: str) -> list[dict[str, object]]:
    """Return the addresses that a run skipped, failed to fetch or rejected, each with its reason."""
    table = schema.ledger
    query = select(table).where(table.c.run_id == run_id, table.c.reason.is_not(None)).order_by(table.c.url_key)
    with reading(engine) as connection:
        rows = connection.execute(query).mappings().all()
    return [{str(name): value for name, value in row.items() if name != "url_key"} for row in rows]
