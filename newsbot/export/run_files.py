"""From the outbox to files: output/articles, output/duplicates and output/coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from gzip import GzipFile
from pathlib import Path
from typing import BinaryIO

import orjson
from sqlalchemy import Engine

from newsbot.export.atomic import whole_file
from newsbot.export.record import to_record
from newsbot.store import runs

# JSON lines files that appear whole or not at all.


def write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> int:
    """Write one record a line to a temporary name, sync it, and rename it into place.

    Returns the number of lines. Raises OSError (disk full, no permission) and leaves no file then.
    """
    with whole_file(path) as file:
        return put_lines(file, records)


def put_lines(file: BinaryIO | GzipFile, records: Iterable[Mapping[str, object]]) -> int:
    """Write one record a line into an open file, and return the number of lines."""
    count = 0
    for record in records:
        file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


FOLDERS = {"article": "articles", "duplicate": "duplicates"}


def paths_of(run_id: str) -> dict[str, str]:
    """Return where a run's files go, relative to the output folder, by kind.

    >>> paths_of("20261120T084000Z-1c9a07e3")["article"]
    'articles/2026-11-20/20261120T084000Z-1c9a07e3.jsonl'
    """
    day = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"
    return {kind: f"{folder}/{day}/{run_id}.jsonl" for kind, folder in FOLDERS.items()}


def deliver(engine: Engine, output: Path, run_id: str, *, with_removed: bool = True) -> dict[str, int]:
    """Write every planned file of a run that is not known to be whole; return lines by path.

    Carried out twice it gives the same files (newsbot.store.runs says why).
    """
    written = {}
    for export in runs.planned(engine, run_id):
        records = (to_record(document, with_removed=with_removed) for document in runs.documents(engine, export))
        written[export.path] = write_lines(output / export.path, records)
        runs.mark_done(engine, export)
    written |= _deliver_ledger(engine, output, run_id)
    return written


def _deliver_ledger(engine: Engine, output: Path, run_id: str) -> dict[str, int]:
    folder = Path(paths_of(run_id)["article"].replace("articles", "coverage", 1)).parent
    sums = runs.coverage_of(engine, run_id)
    dropped = runs.dropped_of(engine, run_id)
    written = {}
    for name, records in ((f"{run_id}.jsonl", sums), (f"{run_id}.dropped.jsonl", dropped)):
        if records:
            path = folder / name
            written[path.as_posix()] = write_lines(output / path, records)
    return written
