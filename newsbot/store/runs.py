"""The runs of newsbot and their books: which are at work, ended or died, what each met, and the files it owes.

The outbox is what a run has stored and not yet put into a file. A file is planned first (its path and its rows, in one
transaction), then written, then marked as done. Whoever dies in between leaves a plan, and carrying it out again gives
the same file.

Only a running run stores anything, and whoever ends one does it in the transaction that plans what is left of its
files. So nothing comes into the outbox behind the back of who writes them, not even of a run that was taken for dead
and lives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    RowMapping,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from newsbot import __version__
from newsbot.store import StoreError, deciding, health, schema
from newsbot.store.database import CHUNK, Statement, as_json, chunks, durable, inserting, reading
from newsbot.store.ledger import LONGEST_NOTE, OF_FETCHED, Account, Entry
from newsbot.store.revisits import VISIT
from newsbot.web.text import shortened, well_formed

RUNNING, EXPORTING, FINISHED, INTERRUPTED = "running", "exporting", "finished", "interrupted"
"""A run takes addresses in; its books are closed; its files are whole; the same, but the next run had to see to it."""
ENDED = (FINISHED, INTERRUPTED)
"""Of a run that does nothing more."""
KINDS = ("article", "duplicate")
"""What a line of the outbox is; each kind has files of its own."""
COPY_FIELDS = ("duplicate_of", "similarity", "relation", "origin")
"""How a copy stands to the article of its story: on its row as it is now, in a version's document as it was then."""
READ_AHEAD = 200
"""Documents that are read from the database at once: about a megabyte."""

_ENTER = Statement(inserting(schema.ledger, "run_id", "url_key", "source", "url", "via", "outcome", "reason", "detail"))
_RUNS = schema.runs
_PLACED = select(schema.exports, _RUNS.c.place, _RUNS.c.status).join(_RUNS, _RUNS.c.id == schema.exports.c.run_id)
_STATUS = select(_RUNS.c.status).where(_RUNS.c.id == bindparam("run_id"))
_KEPT_STATUS = Statement(_STATUS.with_for_update(read=True))
"""So that nobody ends the run before the transaction ends. SQLite has one writer at a time and no such words."""
_OWN_STATUS = _STATUS.with_for_update()
"""So that nobody even keeps it from being ended."""


class RunEnded(StoreError):
    """Another crawl found the run dead and ended it: it can store nothing more, and what it has stored is delivered."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"run {run_id} was ended by another crawl on this store, which found it dead and has its files"
        )


@dataclass(frozen=True, slots=True)
class Export:
    """A planned file."""

    id: int
    run_id: str
    kind: str
    path: str
    """Relative to the output folder."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The lines of an export in a file, which may hold those of others too."""

    id: int
    run_id: str
    path: str
    """Relative to the output folder."""
    first_line: int
    place: str
    """The output folder that its run wrote to."""
    is_final: bool
    """Whether the file is whole and the run has ended."""


@dataclass(frozen=True, slots=True)
class Debt:
    """What there is to do for a run that has died."""

    status: str | None
    """None for a run that the store does not know, but for what it has stored."""
    place: str | None
    beat: str | None
    """When it lived, for all that is known."""
    is_planned: bool
    """Whether there may be files of it at its place that are not known to be whole."""


def begin_run(connection: Connection, run_id: str, *, place: str, spider: str, now: str) -> None:
    """Write down that a run has started, and where its files go (its place), inside the caller's transaction."""
    values = {"place": place, "spider": spider, "version": __version__, "started_at": now, "alive_at": now}
    connection.execute(insert(_RUNS).values(id=run_id, status=RUNNING, **values))


def forget_run(connection: Connection, run_id: str) -> None:
    """Take back that a run has started, inside the caller's transaction."""
    connection.execute(delete(_RUNS).where(_RUNS.c.id == run_id))


def beat(connection: Connection, run_id: str, *, now: str) -> bool:
    """Write down that a run lives, inside the caller's transaction; False if it has been ended."""
    at_work = (_RUNS.c.id == run_id) & _RUNS.c.status.in_([RUNNING, EXPORTING])
    return connection.execute(update(_RUNS).where(at_work).values(alive_at=now)).rowcount == 1


def last_beat(connection: Connection, run_id: str) -> str | None:
    """Return when a run last said that it lives; None if it has ended, or has never said so."""
    at_work = (_RUNS.c.id == run_id) & _RUNS.c.status.in_([RUNNING, EXPORTING])
    return connection.execute(select(_RUNS.c.alive_at).where(at_work)).scalar()


def assert_running(connection: Connection, run_id: str) -> None:
    """Keep a run from being ended before the caller's transaction is. Raises RunEnded if it is ended already.

    A run that was never begun, nobody ends.
    """
    status = _KEPT_STATUS.value(connection, run_id=run_id)
    if status not in (None, RUNNING):
        raise RunEnded(run_id)


def enter(connection: Connection, entry: Entry, outcome: str, reason: str | None = None, detail: str = "") -> None:
    """Put an entry of the ledger and its outcome into the books, inside the caller's transaction.

    Raises RunEnded if the run's books were closed by another; so nothing that this transaction stores stays.
    """
    assert_running(connection, entry.run_id)
    write_down(connection, entry, outcome, reason, detail)


def write_down(connection: Connection, entry: Entry, outcome: str, reason: str | None = None, detail: str = "") -> None:
    """Do the same in a transaction that has seen to it that the run goes on (assert_running)."""
    _ENTER(
        connection,
        run_id=entry.run_id,
        url_key=entry.line_key,
        source=entry.source,
        url=entry.url,
        via=entry.via,
        outcome=outcome,
        reason=reason,
        detail=shortened(well_formed(detail), LONGEST_NOTE) or None,
    )


def plan_part(engine: Engine, run_id: str, sites: Collection[str], paths: Mapping[str, str], *, place: str) -> None:
    """Plan files for what a run has stored of some sites, durably, while it goes on.

    Raises RunEnded if its books were closed by another.
    """
    with _planning(engine, run_id) as connection:
        _plan(connection, run_id, paths, sites)
        _move(connection, run_id, place)


def close_books(
    engine: Engine,
    run_id: str,
    accounts: Mapping[str, Account] | None,
    paths: Mapping[str, str],
    *,
    place: str | None = None,
) -> None:
    """Write a run's sums down and plan its files, durably, before any file is written.

    Without accounts, as for a run that died, they are what its ledger comes to. ``place``: where the files go if not
    where the run meant. Raises RunEnded if the books are closed already.
    """
    seen = health.measured(engine, run_id)
    with _planning(engine, run_id) as connection:
        _set_status(connection, run_id, EXPORTING)
        if accounts is None:
            accounts = accounts_of(connection, run_id)
        for source, account in accounts.items():
            counts = as_json(account.as_dict())
            connection.execute(insert(schema.coverage).values(run_id=run_id, source=source, counts=counts))
        health.add_run(connection, run_id, accounts, seen)
        _plan(connection, run_id, paths)
        _move(connection, run_id, place)


def plan_rest(engine: Engine, run_id: str, paths: Mapping[str, str], *, place: str) -> None:
    """Plan files for what a run whose books are closed has stored and never planned, and move it to a place."""
    with durable(engine) as connection:
        deciding.alone(connection)
        _plan(connection, run_id, paths)
        _move(connection, run_id, place)


@contextmanager
def _planning(engine: Engine, run_id: str) -> Iterator[Connection]:
    """Open a durable transaction in which a run's files can be planned. Raises RunEnded if it runs no more."""
    with durable(engine) as connection:
        deciding.alone(connection)
        if connection.execute(_OWN_STATUS, {"run_id": run_id}).scalar() not in (None, RUNNING):
            raise RunEnded(run_id)
        yield connection


def _move(connection: Connection, run_id: str, place: str | None) -> None:
    if place is not None:
        connection.execute(update(_RUNS).where(_RUNS.c.id == run_id).values(place=place))


def _plan(connection: Connection, run_id: str, paths: Mapping[str, str], sites: Collection[str] | None = None) -> None:
    """Plan one file a kind for what a run has put into the outbox; beside an earlier one, as <run>.2.jsonl.

    ``sites``: of the articles of these alone.
    """
    table, exports = schema.outbox, schema.exports
    for kind in KINDS:
        of_kind = (table.c.run_id == run_id) & (table.c.kind == kind) & table.c.export_id.is_(None)
        parts = [of_kind] if sites is None else [of_kind & _is_of(some) for some in chunks(sorted(sites))]
        if not any(connection.execute(select(table.c.seq).where(part).limit(1)).first() for part in parts):
            continue
        earlier = select(func.count()).where(exports.c.run_id == run_id, exports.c.kind == kind)
        number = connection.execute(earlier).scalar_one() + 1
        path = paths[kind] if number == 1 else str(PurePosixPath(paths[kind]).with_suffix(f".{number}.jsonl"))
        key = connection.execute(
            insert(exports).values(run_id=run_id, kind=kind, path=path, done=0)
        ).inserted_primary_key
        assert key is not None
        for part in parts:
            connection.execute(update(table).where(part).values(export_id=key[0]))


def _is_of(sites: Sequence[str]) -> ColumnElement[bool]:
    articles = schema.articles
    return schema.outbox.c.article_id.in_(select(articles.c.id).where(articles.c.site.in_(sites)))


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
            document: dict[str, object] = orjson.loads(row["document"])
            # An older newsbot wrote no standing into documents, and never changed one.
            yield standing_as(document if "duplicate_of" in document else row, document)


def standing_as(told: Mapping[str, object] | RowMapping, document: Mapping[str, object]) -> dict[str, object]:
    """Return a document with COPY_FIELDS as they are told, or without any for what is no copy.

    >>> standing_as(dict.fromkeys(COPY_FIELDS), {"id": "5f0c", "duplicate_of": "1c9a"})
    {'id': '5f0c'}
    """
    stated = {name: value for name, value in document.items() if name not in COPY_FIELDS}
    return stated | {name: told[name] for name in COPY_FIELDS} if told["duplicate_of"] else stated


def mark_done(engine: Engine, export: Export) -> None:
    """Note that a planned file is whole and in its place."""
    with engine.begin() as connection:
        connection.execute(update(schema.exports).where(schema.exports.c.id == export.id).values(done=1))


def placed(connection: Connection, paths: Sequence[str]) -> list[Placed]:
    """Return the exports whose lines are in some files, in their order, inside the caller's transaction."""
    in_one = (schema.exports.c.path.in_(some) for some in chunks(paths))
    found = [_placed(row) for where in in_one for row in connection.execute(_PLACED.where(where))]
    return sorted(found, key=lambda export: export.id)


def placed_before(connection: Connection, path: str, folder: str, limit: int | None) -> list[Placed]:
    """Return the exports whose files are in a folder and before a path, in the order of both; at most so many."""
    table = schema.exports
    query = _PLACED.where(table.c.path >= folder, table.c.path < path).order_by(table.c.path, table.c.id)
    return [_placed(row) for row in connection.execute(query.limit(limit))]


def _placed(row: Row[Any]) -> Placed:
    is_final = bool(row.done) and row.status in ENDED
    return Placed(row.id, row.run_id, row.path, row.first_line, row.place, is_final)


def not_ended_at(connection: Connection, run_ids: Sequence[str], places: Collection[str]) -> set[str]:
    """Return those of some runs that have not ended, or wrote to another place; inside the caller's transaction."""
    others = or_(_RUNS.c.status.not_in(ENDED), _RUNS.c.place.not_in(places))
    query = select(_RUNS.c.id).where(others)
    return {
        run_id for some in chunks(run_ids) for run_id in connection.execute(query.where(_RUNS.c.id.in_(some))).scalars()
    }


def dropping(export_ids: list[int]) -> Callable[[Connection, int], tuple[int, bool]]:
    """Return the step (store.maintenance.retention) that forgets exports whose files are gone, with all their lines."""
    outbox, exports = schema.outbox, schema.exports

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        lines = select(outbox.c.seq).where(outbox.c.export_id.in_(export_ids[:CHUNK])).limit(size)
        gone = connection.execute(delete(outbox).where(outbox.c.seq.in_(lines))).rowcount
        if gone == size:
            return gone, False
        connection.execute(delete(exports).where(exports.c.id.in_(export_ids[:CHUNK])))
        del export_ids[:CHUNK]
        return gone, not export_ids

    return step


def unwritten(connection: Connection) -> list[str]:
    """Return the paths of all planned files that are not known to be whole, inside the caller's transaction."""
    return list(connection.execute(select(schema.exports.c.path).where(schema.exports.c.done == 0)).scalars())


def move_lines(connection: Connection, first_lines: Mapping[int, int], path: str) -> None:
    """Note that the lines of some exports are in another file now, each from a line on; in the caller's transaction."""
    table = schema.exports
    moved = update(table).where(table.c.id == bindparam("its_id")).values(path=path, first_line=bindparam("line"))
    connection.execute(moved, [{"its_id": export_id, "line": line} for export_id, line in first_lines.items()])


def end_run(engine: Engine, run_id: str, status: str, *, now: str) -> None:
    """Write down that a run has ended and all its files are whole."""
    with engine.begin() as connection:
        _set_status(connection, run_id, status, now)


def _set_status(connection: Connection, run_id: str, status: str, finished_at: str | None = None) -> None:
    connection.execute(update(_RUNS).where(_RUNS.c.id == run_id).values(status=status, finished_at=finished_at))


def undelivered(engine: Engine) -> list[str]:
    """Return the runs that have not ended, or have stored what is in no whole file, whatever they say; oldest first."""
    outbox, exports = schema.outbox, schema.exports
    query = union(
        select(_RUNS.c.id).where(_RUNS.c.status.in_([RUNNING, EXPORTING])),
        select(outbox.c.run_id).where(outbox.c.export_id.is_(None)),
        select(exports.c.run_id).where(exports.c.done == 0),
    )
    with reading(engine) as connection:
        return sorted(connection.execute(query).scalars())


def are_known(engine: Engine, run_ids: Sequence[str]) -> bool:
    """Whether the store has heard of any of some runs."""
    with reading(engine) as connection:
        return any(
            connection.execute(select(schema.runs.c.id).where(schema.runs.c.id.in_(some)).limit(1)).first()
            for some in chunks(run_ids)
        )


def debt_of(engine: Engine, run_id: str) -> Debt | None:
    """Return what there is to do for a run if it has died; None for nothing."""
    if run_id not in undelivered(engine):
        return None
    with reading(engine) as connection:
        row = connection.execute(select(_RUNS).where(_RUNS.c.id == run_id)).first()
    if row is None:
        return Debt(None, None, None, is_planned=False)
    is_planned = row.status == EXPORTING or bool(planned(engine, run_id))
    return Debt(row.status, row.place, row.alive_at or row.started_at, is_planned)


def accounts_of(connection: Connection, run_id: str) -> dict[str, Account]:
    """Rebuild the accounts of a run that died, from what it had entered into its books.

    They do not tell what was tried again from what was tried for the first time; it counts as that.
    """
    table = schema.ledger
    accounts: dict[str, Account] = {}
    query = select(table.c.source, table.c.via, table.c.outcome, table.c.reason).where(table.c.run_id == run_id)
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
