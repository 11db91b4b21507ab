"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from filelock import lock_descriptor


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file under a temporary name beside its own; sync it and rename it when the block ends well.

    Whatever goes wrong, an older file of that name stays as it was, and no temporary one is left. One that
    a killed process left is written over. Raises OSError (disk full, no permission), BlockingIOError while
    another process writes the same file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with _locked(temporary) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


@contextmanager
def _locked(temporary: Path) -> Iterator[BinaryIO]:
    """Open a temporary file for writing, empty, while no other process has it."""
    with os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT, 0o666), "wb") as file:
        try:
            ours = lock_descriptor(file.fileno(), blocking=False)
            ours = ours and os.path.samestat(os.fstat(file.fileno()), temporary.stat())
        except FileNotFoundError:
            ours = False
        if not ours:  # the lock is held, or its holder has just renamed the file
            raise BlockingIOError(f"another process is writing {temporary.name[1:-4]}")
        file.truncate(0)
        yield file


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, as POSIX asks for."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
