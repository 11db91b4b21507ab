"""The lines of articles that a person has removed, taken out of the files of runs: each is rewritten whole, or not yet.

What is to be done stands in the store (newsbot.store.maintenance.forgotten), from the transaction on that removes an
article there. So whoever dies on the way leaves it to the next crawl at the same output folder, or to the next removal.
A file that a run is about to write is left to that run.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import orjson
from sqlalchemy import Engine

from newsbot.atomic import atomic_file, sync
from newsbot.export import compaction
from newsbot.export.run_files import paths_of, retell_dropped, write_run_files
from newsbot.store import deciding, runs
from newsbot.store.articles import Policy
from newsbot.store.database import durable
from newsbot.store.leases import Life
from newsbot.store.maintenance import forgotten
from newsbot.store.maintenance.forgotten import Target

WAITS = 2.0
"""Seconds to wait for those who read from the database while a crawl starts or ends."""


def remove(
    engine: Engine,
    output: Path,
    life: Life,
    target: Target,
    *,
    why: str,
    policy: Policy,
    now: str,
    with_removed: bool = True,
) -> dict[str, int]:
    """Remove an article as a run of its own, whose files tell of it; return their lines by path. Ends the life.

    Raises StoreError or OSError; then the next run goes on with it. What stands in the files of others ``finish`` does.
    """
    run_id = life.run_id
    try:
        forgotten.remove(engine, target, run_id=run_id, why=why, policy=policy, now=now)
        runs.close_books(engine, run_id, None, paths_of(run_id), place=life.place)
        files = write_run_files(engine, output, run_id, with_removed=with_removed)
        runs.end_run(engine, run_id, runs.FINISHED, now=now)
    except BaseException:
        life.abandon()
        raise
    life.close()
    return files


def finish(engine: Engine, output: Path, places: Collection[str], *, patience: float = WAITS) -> list[str]:
    """Take what was removed out of the files at some places, and erase it; return what is left to do, in words.

    ``places``: what the output folder is called in the store (newsbot.crawl.outbox.recovery). Raises StoreError or
    OSError.
    """
    debt = forgotten.debt_of(engine)
    if debt is None:
        return []
    left: list[str | None] = []
    if debt.exports:
        try:
            with compaction.at_rest(engine, output):
                left += [_take_out(engine, output, places, key, ids) for key, ids in debt.exports.items()]
        except compaction.Busy as busy:
            left.append(str(busy))
    left += [_tell_anew(engine, output, places, run_id) for run_id in sorted(debt.ledgers)]
    if not forgotten.erase(engine, patience=patience):
        left.append("the database keeps it in its log as long as others read from it")
    return [rest for rest in left if rest]


def _take_out(
    engine: Engine, output: Path, places: Collection[str], export_id: int, ids: Collection[str]
) -> str | None:
    """Rewrite the file of an export without the lines of some articles; return what keeps it from being done."""
    with durable(engine) as connection:
        deciding.alone(connection)  # so nobody moves its lines to another file meanwhile
        written = forgotten.written(connection, export_id)
        if written is not None:
            if written.place not in places:
                return f"{written.path} is in another output folder, where the next crawl rewrites it"
            if not written.is_final:
                return f"{written.path} is being written; its run rewrites it"
            try:
                rewrite(output / written.path, ids)
            except BlockingIOError:
                return f"{written.path} is being written by another process"
        forgotten.is_rewritten(connection, export_id, written.path if written else None)
    return None


def _tell_anew(engine: Engine, output: Path, places: Collection[str], run_id: str) -> str | None:
    """Write the lines of what a run dropped anew, as the store tells them now."""
    with durable(engine) as connection:
        deciding.alone(connection)
        written = forgotten.ledger_of(connection, run_id)
        if written is not None:
            if written.place not in places:
                return f"what run {run_id} dropped is told in another output folder, where the next crawl rewrites it"
            if not written.is_final:
                return f"run {run_id} is at work; it rewrites what it dropped"
            retell_dropped(engine, output, run_id)
        forgotten.is_retold(connection, run_id)
    return None


def rewrite(path: Path, ids: Collection[str]) -> int:
    """Take the lines of some articles out of a file, which is whole all the time; return how many there were.

    All other lines stay as they are, byte for byte. A file without lines goes. Raises OSError, BlockingIOError while
    another process writes it.
    """
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:  # somebody has moved it away
        return 0
    marks = [identity.encode() for identity in ids]
    kept = [line for line in lines if not (any(mark in line for mark in marks) and _id_of(line) in ids)]
    if not kept:
        path.unlink()
        sync(path.parent)
    elif len(kept) < len(lines):
        with atomic_file(path) as file:
            file.writelines(kept)
    return len(lines) - len(kept)


def _id_of(line: bytes) -> str | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None  # it is not newsbot's
    return record.get("id") if isinstance(record, dict) else None
