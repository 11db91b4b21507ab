"""The files that a run leaves behind, JSON lines: output/articles, output/duplicates and output/coverage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Protocol

import orjson
from sqlalchemy import Engine

from newsbot.atomic import atomic_file
from newsbot.export.record import to_record
from newsbot.store import runs


class Writable(Protocol):
    """A file that is open for bytes, or what packs them on their way into one."""

    def write(self, data: bytes, /) -> int: ...


FOLDERS = {"article": "articles", "duplicate": "duplicates"}
COVERAGE = "coverage"
"""The folder of what runs tell of themselves."""


def paths_of(run_id: str) -> dict[str, str]:
    """Return where a run's files go, relative to the output folder, by kind.

    >>> paths_of("20261120T084000Z-1c9a07e3")["article"]
    'articles/2026-11-20/20261120T084000Z-1c9a07e3.jsonl'
    """
    return {kind: f"{folder}/{_day_of(run_id)}/{run_id}.jsonl" for kind, folder in FOLDERS.items()}


def runs_in(output: Path) -> list[str]:
    """Return the runs that wrote the articles of the first and the last day in an output folder.

    Of a file that was joined (newsbot.export.compaction) it is the one of the first line.
    """
    days = sorted((output / FOLDERS["article"]).glob("*-*-*"))
    files = [path for day in dict.fromkeys([*days[:1], *days[-1:]]) for path in sorted(day.glob("*.jsonl"))]
    return list(dict.fromkeys(run_id for path in files if (run_id := _run_of(path))))


def write_run_files(
    engine: Engine, output: Path, run_id: str, *, with_removed: bool = True, with_ledger: bool = True
) -> dict[str, int]:
    """Write every planned file of a run that is not known to be whole, and its ledger; return lines by path.

    Carried out twice it gives the same files (newsbot.store.runs says why). Raises OSError (disk full, no
    permission) and leaves no part of a file then.
    """
    written: dict[str, int] = {}
    for export in runs.planned(engine, run_id):
        records = (to_record(document, with_removed=with_removed) for document in runs.documents(engine, export))
        written |= _write(output, export.path, records)
        runs.mark_done(engine, export)
    if with_ledger:
        written |= _write(output, f"{_ledger_of(run_id)}.jsonl", runs.coverage_of(engine, run_id))
        written |= write_dropped(engine, output, run_id)
    return written


def write_dropped(engine: Engine, output: Path, run_id: str) -> dict[str, int]:
    """Write what a run skipped, failed to fetch or rejected; return lines by path. Raises OSError."""
    return _write(output, f"{_ledger_of(run_id)}.dropped.jsonl", runs.dropped_of(engine, run_id))


def retell_dropped(engine: Engine, output: Path, run_id: str) -> None:
    """Let the file of what a run dropped tell what the store tells now; what that has let go stays as it stands.

    A file that is not there is not made. Raises OSError.
    """
    path = output / f"{_ledger_of(run_id)}.dropped.jsonl"
    try:
        written = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    except FileNotFoundError:
        return
    told = defaultdict[tuple[str, ...], list[dict[str, object]]](list)
    for line in runs.dropped_of(engine, run_id):
        told[_same(line)].append(line)
    with atomic_file(path) as file:
        write_lines(file, (told[_same(line)].pop(0) if told[_same(line)] else line for line in written))


def _same(line: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(line[name]) for name in ("source", "url", "via", "outcome", "reason"))


def write_lines(file: Writable, records: Iterable[Mapping[str, object]]) -> int:
    """Write one record a line into an open file, and return the number of lines."""
    count = 0
    for record in records:
        file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


def run_of(path: Path) -> str | None:
    """Return the run that has told something of itself in a file of the folder COVERAGE; None for any other file.

    >>> run_of(Path("coverage/2026-11-20/20261120T084000Z-1c9a07e3.dropped.jsonl"))
    '20261120T084000Z-1c9a07e3'
    >>> run_of(Path("coverage/2026-11-20/notes.jsonl"))
    """
    run_id = path.name.removesuffix(".jsonl").removesuffix(".dropped")
    day, _, rest = run_id.partition("T")
    is_stamp = day.isdigit() and rest[:6].isdigit() and (len(day), len(rest), rest[6:8]) == (8, 16, "Z-")
    return run_id if is_stamp and path.suffix == ".jsonl" else None


def _run_of(path: Path) -> str | None:
    name = path.name.partition(".")[0]
    if name != path.parent.name:  # a joined file is called like its day
        return name
    with path.open("rb") as file:
        line = file.readline()
    return str(orjson.loads(line)["run_id"]) if line else None


def _day_of(run_id: str) -> str:
    return f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"


def _ledger_of(run_id: str) -> str:
    return f"{COVERAGE}/{_day_of(run_id)}/{run_id}"


def _write(output: Path, path: str, records: Iterable[Mapping[str, object]]) -> dict[str, int]:
    """Write a file, and return its lines by its path; none where there is no line to write."""
    lines = iter(records)
    first = next(lines, None)
    if first is None:
        return {}
    with atomic_file(output / path) as file:
        return {path: write_lines(file, chain([first], lines))}
