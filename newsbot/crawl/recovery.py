"""Healing: what a killed run left undone is done by the next run at the same place.

A run holds a lock file while it lives, and the system lets go of it when the process dies, however
it dies. A run whose books are open and whose lock is free is dead: its ledger is summed up from what
it had stored, and the files that it owes are written. Its pending addresses stay on the frontier.
"""

from __future__ import annotations

import socket
from pathlib import Path

from sqlalchemy import Engine

from newsbot.export.run_files import paths_of, write_run_files
from newsbot.store import runs
from newsbot.store.leases import LockFile, sweep


class RunLock(LockFile):
    """The mark of a living run: the locked file ``<output>/.runs/<run>``."""

    def __init__(self, output: Path, run_id: str, *, timeout: float = 0.0) -> None:
        super().__init__(output / ".runs" / run_id, timeout=timeout)


def place_of(output: Path) -> str:
    """Name the place where a run writes: this machine and the output folder."""
    return f"{socket.gethostname()}:{output.resolve()}"


def heal(engine: Engine, output: Path, *, now: str, with_removed: bool = True) -> dict[str, dict[str, int]]:
    """Finish what dead runs of this place left undone; return the files written, by run."""
    healed = {}
    place = place_of(output)
    for run_id, status in runs.unfinished_runs(engine, place):
        try:
            lock = RunLock(output, run_id)
        except BlockingIOError:
            continue  # alive: another crawl works here at the same time
        with lock:
            if (run_id, status) not in runs.unfinished_runs(engine, place):
                continue  # healed by another crawl since
            if status == runs.RUNNING:
                runs.close_books(engine, run_id, runs.accounts_of(engine, run_id), paths_of(run_id))
            healed[run_id] = write_run_files(engine, output, run_id, with_removed=with_removed)
            runs.end_run(engine, run_id, runs.INTERRUPTED, now=now)
    sweep(output / ".runs")
    return healed
