"""Healing: what a killed run left undone is done by the next run at the same place.

A run holds a lock file while it lives, and the system lets go of it when the process dies, however
it dies. A run whose books are open and whose lock is free is dead: its ledger is summed up from what
it had stored, and the files that it owes are written. Its pending addresses stay on the frontier.
"""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from sqlalchemy import Engine

from newsbot.export.run_files import paths_of, write_run_files
from newsbot.store import runs
from newsbot.store.database import reading
from newsbot.store.ledger import accounts_of


class RunLock:
    """The mark of a living run: an advisory lock on ``<output>/.runs/<run>``."""

    def __init__(self, output: Path, run_id: str) -> None:
        """Take the lock. Raises BlockingIOError while another process holds it."""
        self.path = output / ".runs" / run_id
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self._file = self.path.open("wb")
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(self._file.fileno()), self.path.stat()):
                    return
            except FileNotFoundError:
                pass  # another process took the file away before it was locked
            except BlockingIOError:
                self._file.close()
                raise
            self._file.close()

    def release(self) -> None:
        """Let go of the lock and take its file away."""
        self.path.unlink(missing_ok=True)
        self.let_go()

    def let_go(self) -> None:
        """Let go of the lock and leave its file, as the system does when a process dies."""
        self._file.close()


def place_of(output: Path) -> str:
    """Name the place where a run writes: this machine and the output folder."""
    return f"{socket.gethostname()}:{output.resolve()}"


def heal(engine: Engine, output: Path, *, now: str, with_removed: bool = True) -> dict[str, dict[str, int]]:
    """Finish what dead runs of this place left undone; return the files written, by run."""
    healed = {}
    for run_id, status in runs.unfinished_runs(engine, place_of(output)):
        try:
            lock = RunLock(output, run_id)
        except BlockingIOError:
            continue  # alive: another crawl works here at the same time
        if status == runs.RUNNING:
            with reading(engine) as connection:
                accounts = accounts_of(connection, run_id)
            runs.close_books(engine, run_id, accounts, paths_of(run_id))
        healed[run_id] = write_run_files(engine, output, run_id, with_removed=with_removed)
        runs.end_run(engine, run_id, runs.INTERRUPTED, now=now)
        lock.release()
    _sweep(output)
    return healed


def _sweep(output: Path) -> None:
    """Take away the lock files of runs that died when all but that was done."""
    for path in output.glob(".runs/*"):
        try:
            RunLock(output, path.name).release()
        except BlockingIOError:
            continue  # alive
