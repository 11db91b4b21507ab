"""What there is to count of a store, for those who draw it over time: the last run, what is kept and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Engine, exists, func, or_, select, text

from newsbot.health import Finding
from newsbot.store import schema
from newsbot.store.database import reading, sqlite_file
from newsbot.store.health import open_findings
from newsbot.store.ledger import Account, account_from
from newsbot.store.runs import FINISHED
from newsbot.store.views.front import count_articles


@dataclass(frozen=True, slots=True)
class LastRun:
    """The run whose files were whole last, and what it came to."""

    started_at: str
    finished_at: str
    accounts: Mapping[str, Account]
    """By source, of those that it asked."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A store in figures."""

    articles: int
    """Stored ones, copies left out."""
    store_bytes: int
    lines_waiting: int
    """Lines of the outbox that are in no whole file yet."""
    findings: list[Finding]
    """Those that are open."""
    days: Mapping[str, int]
    """Of each source that is asked for, how many days with a run are known."""
    last_run: LastRun | None


def figures_of(engine: Engine, *, since: str, asked_since: str) -> Figures:
    """Return a store in figures: days known from ``since`` on, of sources with a run from ``asked_since`` on."""
    table = schema.days
    known = select(table.c.source, func.count()).where(table.c.day >= since).group_by(table.c.source)
    known = known.having(func.max(table.c.day) >= asked_since).order_by(table.c.source)
    with reading(engine) as connection:
        days = {row.source: int(row[1]) for row in connection.execute(known)}
        last_run = _last_run(connection)
        waiting = _lines_waiting(connection)
        size = _bytes_of(connection)
    findings = [one.finding for one in open_findings(engine)]
    return Figures(count_articles(engine), size, waiting, findings, days, last_run)


def _last_run(connection: Connection) -> LastRun | None:
    runs, coverage = schema.runs, schema.coverage
    has_asked = exists().where(coverage.c.run_id == runs.c.id)  # unlike one that removes an article, or reads it again
    ended = select(runs).where(runs.c.status == FINISHED, has_asked).order_by(runs.c.finished_at.desc()).limit(1)
    run = connection.execute(ended).first()
    if run is None:
        return None
    sums = select(coverage.c.source, coverage.c.counts).where(coverage.c.run_id == run.id).order_by(coverage.c.source)
    found = {source: account_from(orjson.loads(counts)) for source, counts in connection.execute(sums)}
    return LastRun(run.started_at, run.finished_at, found)


def _lines_waiting(connection: Connection) -> int:
    outbox, exports = schema.outbox, schema.exports
    planned = select(exports.c.id).where(exports.c.done == 0)
    is_waiting = or_(outbox.c.export_id.is_(None), outbox.c.export_id.in_(planned))
    return connection.execute(select(func.count()).select_from(outbox).where(is_waiting)).scalar_one()


def _bytes_of(connection: Connection) -> int:
    """Return the room that a store takes: its files, or its tables with their indexes."""
    url = connection.engine.url
    if (path := sqlite_file(url.render_as_string(hide_password=False))) is not None:
        files = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
        return sum(file.stat().st_size for file in files if file.exists())
    size = "select sum(pg_total_relation_size(c.oid)) from pg_class c where c.relkind = 'r' and c.relnamespace = "
    return int(connection.execute(text(f"{size}current_schema()::regnamespace")).scalar_one() or 0)
