"""JSON lines files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from gzip import GzipFile
from pathlib import Path
from typing import BinaryIO

import orjson

from newsbot.export.atomic import whole_file


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
