"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
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
    _sync(path.parent)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a path to make a file or a folder at, in a temporary folder beside its own; all else as of atomic_file.

    For what cannot write into an open file, such as a database. An older folder is replaced, whatever is in it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    made, older = temporary / path.name, temporary / f"{path.name}.old"
    with _locked_folder(temporary):
        try:
            _clear(temporary, older, path)
            yield made
            for entry in [made, *made.rglob("*")]:
                _sync(entry)
            if path.is_dir():
                path.rename(older)
            made.rename(path)
        finally:
            _clear(temporary, older, path)
            temporary.rmdir()
    _sync(path.parent)


def _clear(temporary: Path, older: Path, path: Path) -> None:
    """Empty a temporary folder; what was taken away to be replaced, and was not, goes back."""
    if older.exists() and not path.exists():
        older.rename(path)
    for entry in temporary.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextmanager
def _locked(temporary: Path) -> Iterator[BinaryIO]:
    """Open a temporary file for writing, empty, while no other process has it."""
    with os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT, 0o666), "wb") as file:
        _take(file.fileno(), temporary)
        file.truncate(0)
        yield file


@contextmanager
def _locked_folder(scratch: Path) -> Iterator[None]:
    """Make a temporary folder, empty, that no other process has."""
    scratch.mkdir(exist_ok=True)
    descriptor = os.open(scratch, os.O_RDONLY)
    try:
        _take(descriptor, scratch)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, temporary: Path) -> None:
    """Lock what is open under a temporary name. Raises BlockingIOError where another process has it."""
    try:
        ours = lock_descriptor(descriptor, blocking=False)
        ours = ours and os.path.samestat(os.fstat(descriptor), temporary.stat())
    except FileNotFoundError:
        ours = False
    if not ours:  # the lock is held, or its holder has just renamed the file
        raise BlockingIOError(f"another process is writing {temporary.name[1:-4]}")


def _sync(path: Path) -> None:
    """Make what is at a path durable; of a folder, the names in it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
