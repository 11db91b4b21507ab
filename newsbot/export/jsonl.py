"""JSON lines files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson


def write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> int:
    """Write one record a line to a temporary name, sync it, and rename it into place.

    Returns the number of lines. Raises OSError (disk full, no permission) and leaves no file then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    count = 0
    try:
        with temporary.open("wb") as file:
            for record in records:
                file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
                count += 1
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return count


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable (POSIX asks for it; Windows cannot open a folder)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
