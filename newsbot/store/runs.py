"""The runs of newsbot: which are at work, which ended, which died and need healing."""

from __future__ import annotations

import orjson
from sqlalchemy import Connection, Engine, insert, select, update

from newsbot.store import schema
from newsbot.store.database import durable, reading
from newsbot.store.ledger import Account
from newsbot.store.outbox import plan

RUNNING, EXPORTING, FINISHED, INTERRUPTED = "running", "exporting", "finished", "interrupted"


def begin_run(engine: Engine, run_id: str, *, place: str, spider: str, version: str, now: str) -> None:
    """Write down that a run has started, and where its files go (its place)."""
    values = {"place": place, "spider": spider, "version": version, "started_at": now, "status": RUNNING}
    with engine.begin() as connection:
        connection.execute(insert(schema.runs).values(id=run_id, **values))


def unfinished_runs(engine: Engine, place: str) -> list[tuple[str, str]]:
    """Return (run, status) of the runs of this place that have not ended, oldest first."""
    table = schema.runs
    query = select(table.c.id, table.c.status).where(table.c.place == place, table.c.status.in_([RUNNING, EXPORTING]))
    with reading(engine) as connection:
        return [(row.id, row.status) for row in connection.execute(query.order_by(table.c.id))]


def close_books(engine: Engine, run_id: str, accounts: dict[str, Account], paths: dict[str, str]) -> None:
    """Write a run's sums down and plan its files, durably, before any file is written."""
    with durable(engine) as connection:
        for source, account in accounts.items():
            counts = orjson.dumps(account.as_dict()).decode()
            connection.execute(insert(schema.coverage).values(run_id=run_id, source=source, counts=counts))
        plan(connection, run_id, paths)
        _set_status(connection, run_id, EXPORTING)


def end_run(engine: Engine, run_id: str, status: str, *, now: str) -> None:
    """Write down that a run has ended and all its files are whole."""
    with engine.begin() as connection:
        _set_status(connection, run_id, status, now)


def coverage_of(engine: Engine, run_id: str) -> list[dict[str, object]]:
    """Return a run's sums, one dictionary a source."""
    table = schema.coverage
    query = select(table.c.source, table.c.counts).where(table.c.run_id == run_id).order_by(table.c.source)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return [{"run_id": run_id, "source": row.source, **orjson.loads(row.counts)} for row in rows]


def dropped_of(engine: Engine, run_id: str) -> list[dict[str, object]]:
    """Return the addresses that a run skipped, failed to fetch or rejected, each with its reason."""
    table = schema.ledger
    query = select(table).where(table.c.run_id == run_id, table.c.reason.is_not(None)).order_by(table.c.url_key)
    with reading(engine) as connection:
        rows = connection.execute(query).mappings().all()
    return [{str(name): value for name, value in row.items() if name != "url_key"} for row in rows]


def _set_status(connection: Connection, run_id: str, status: str, finished_at: str | None = None) -> None:
    table = schema.runs
    connection.execute(update(table).where(table.c.id == run_id).values(status=status, finished_at=finished_at))
