"""Files that runs wrote, removed day by day once they are older than they are to be kept.

A file goes first, then what the store says of its lines: whoever is killed in between leaves rows of a file that is not
there, and the next one removes them. What is not newsbot's in these folders stays, and so do files of runs that are at
work, or that wrote to another folder.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from newsbot.export import compaction
from newsbot.export.run_files import COVERAGE, FOLDERS, run_of
from newsbot.store import runs
from newsbot.store.database import reading
from newsbot.store.maintenance.retention import before, steps

AT_ONCE = 500
"""Files whose rows are removed together."""


def expire(
    engine: Engine,
    output: Path,
    places: Collection[str],
    days: int,
    *,
    now: str,
    seconds: float | None = None,
    told: Callable[[str, int], None] = lambda _day, _files: None,
) -> Counter[str]:
    """Remove the files of runs that are older than so many days; return how many by folder. 0 days: none.

    ``places``: what the output folder is called in the store (newsbot.crawl.outbox.recovery). ``seconds``: begin with
    nothing more once so much time has passed. ``told`` hears of each folder, relative to the output. Raises Busy while
    another process joins files, StoreError or OSError.
    """
    gone: Counter[str] = Counter()
    if not days:
        return gone
    last = before(now, days)[:10]
    end = time.monotonic() + seconds if seconds is not None else None
    if not _are_old(engine, output, last):
        return gone
    with compaction.at_rest(engine, output):
        for folder in FOLDERS.values():
            while placed := _of_before(engine, f"{folder}/{last}", f"{folder}/", places):
                for path in placed:
                    (output / path).unlink(missing_ok=True)
                    gone[path.rpartition("/")[0]] += 1
                for _ in steps(engine, runs.dropping([export.id for some in placed.values() for export in some])):
                    pass
                if end is not None and time.monotonic() > end:
                    break
        for day in _days_before(output, last):
            if day.parent.name == COVERAGE and (end is None or time.monotonic() <= end):
                gone[f"{COVERAGE}/{day.name}"] += _remove_told(engine, day, places)
            with suppress(OSError):  # something of others is left in it
                day.rmdir()
    for name, files in sorted((+gone).items()):
        told(name, files)
    return +gone


def _are_old(engine: Engine, output: Path, last: str) -> bool:
    with reading(engine) as connection:
        planned = any(runs.placed_before(connection, f"{kind}/{last}", f"{kind}/", 1) for kind in FOLDERS.values())
    return planned or any(_days_before(output, last))


def _days_before(output: Path, last: str) -> list[Path]:
    return [
        day
        for folder in (*FOLDERS.values(), COVERAGE)
        for day in sorted((output / folder).glob("*-*-*"))
        if _is_day(day.name) and day.name < last and not day.is_symlink()
    ]


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _of_before(engine: Engine, path: str, folder: str, places: Collection[str]) -> dict[str, list[runs.Placed]]:
    """Return the oldest files before a path whose lines are all of ended runs of some places, with their exports."""
    by_path: defaultdict[str, list[runs.Placed]] = defaultdict(list)
    with reading(engine) as connection:
        for export in runs.placed_before(connection, path, folder, None):
            by_path[export.path].append(export)
    whole = {
        path: exports
        for path, exports in by_path.items()
        if all(export.is_final and export.place in places for export in exports)
    }
    return dict(sorted(whole.items())[:AT_ONCE])


def _remove_told(engine: Engine, day: Path, places: Collection[str]) -> int:
    """Remove what runs that have ended told of a day; of a run that the store has let go, too."""
    names = {path: run_id for path in day.iterdir() if (run_id := run_of(path))}
    with reading(engine) as connection:
        others = runs.not_ended_at(connection, sorted(set(names.values())), places)
    ours = [path for path, run_id in names.items() if run_id not in others]
    for path in ours:
        path.unlink()
    return len(ours)
