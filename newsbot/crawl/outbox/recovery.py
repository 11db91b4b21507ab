"""Healing: whatever is stored and not delivered is found at every start, and delivered.

A run is dead when the database says so (newsbot.store.leases); it does not matter which machine it was on. What it had
stored and put into no file yet is written by whichever crawl starts next, wherever that writes. Once it had planned
files, they may be there already, whole; so they are finished in the folder where they are, or, if nobody starts there
for a day, by anyone. Its pending addresses stay on the frontier.
"""

from __future__ import annotations

import re
import secrets
import socket
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine

from newsbot.atomic import atomic_file
from newsbot.export import compaction, removal
from newsbot.export.run_files import paths_of, runs_in, write_run_files
from newsbot.store import StoreError, runs
from newsbot.store.leases import claimed, marks_of, seconds_between, sweep
from newsbot.store.runs import RunEnded

PLACE = ".place"
"""The file of an output folder that says which folder it is: a random number, made once."""
GONE = 24 * 3600.0
"""Seconds after which the planned files of a dead run are written elsewhere: its folder may be no more."""


def place_of(output: Path, *, lost: str | None = None) -> str:
    """Return which output folder this is, wherever it is mounted and whatever its name; mark it if it is new.

    ``lost``: what it was before somebody took the mark away. Raises OSError.
    """
    while (place := place_at(output)) is None:
        try:
            with atomic_file(output / PLACE) as file:
                file.write((place_at(output) or lost or secrets.token_hex(16)).encode())
        except BlockingIOError:  # another crawl is about to
            time.sleep(0.01)
    return place


def place_at(output: Path) -> str | None:
    """Return which output folder this is; None if it has never been said."""
    try:
        content = (output / PLACE).read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    return content if re.fullmatch("[0-9a-f]{32}", content) else None


def names_of(output: Path) -> set[str]:
    """Return what this output folder is called in the store, also by newsbot 0.1: by its machine and path."""
    return {place_of(output), f"{socket.gethostname()}:{output.resolve()}"}


def heal(engine: Engine, output: Path, *, now: str, with_removed: bool = True) -> dict[str, dict[str, int]]:
    """Finish what dead runs and removals left undone, if it is for this place to do; return files written, by run.

    So it does with what a compaction that was killed left here. Raises StoreError or OSError; not for a run that
    another crawl is at after all.
    """
    healed = {}
    compaction.heal(engine, output)
    here = names_of(output)
    marks = marks_of(engine)
    try:
        for run_id in runs.undelivered(engine):
            if not _is_ours(runs.debt_of(engine, run_id), here, now):
                continue
            with suppress(RunEnded, BlockingIOError), claimed(engine, marks, run_id, now=now) as is_dead:
                debt = runs.debt_of(engine, run_id)
                if is_dead and debt and _is_ours(debt, here, now):  # nobody has healed it since
                    healed[run_id] = _finish(engine, output, run_id, debt, now=now, with_removed=with_removed)
        sweep(engine, marks)
    finally:
        marks.let_go()
    removal.finish(engine, output, here)
    return healed


def _is_ours(debt: runs.Debt | None, here: set[str], now: str) -> bool:
    if debt is None or not debt.is_planned or debt.place is None or debt.place in here:
        return debt is not None
    return debt.beat is None or seconds_between(debt.beat, now) > GONE


def _finish(
    engine: Engine, output: Path, run_id: str, debt: runs.Debt, *, now: str, with_removed: bool
) -> dict[str, int]:
    place, paths = place_of(output), paths_of(run_id)
    if debt.status == runs.RUNNING:
        runs.close_books(engine, run_id, None, paths, place=place)
    else:
        runs.plan_rest(engine, run_id, paths, place=place)
    has_ended = debt.status not in (runs.RUNNING, runs.EXPORTING)
    files = write_run_files(engine, output, run_id, with_removed=with_removed, with_ledger=not has_ended)
    runs.end_run(engine, run_id, runs.INTERRUPTED, now=now)
    return files


def refuse_anothers_files(engine: Engine, output: Path) -> None:
    """Raise StoreError where all files of the output folder are of runs that the store has never heard of.

    Whoever named a new database would get every article that is there a second time.
    """
    written = runs_in(output)
    if written and not runs.are_known(engine, written):
        shown = engine.url.render_as_string(hide_password=True)
        raise StoreError(
            f"{output} has articles of another store, such as those of run {written[-1]}, and {shown} knows none of "
            "them: each would be written a second time. Move the old store there (scrapy migrate --help), name it "
            "again, or write elsewhere (-s NEWSBOT_OUTPUT=FOLDER)"
        )
