"""Files and folders that appear whole or not at all, and folders that exchange their names."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from filelock import lock_descriptor

SPARE = ".old"
"""Ends the name that a folder has for a moment where two cannot exchange theirs in one step."""
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
"""Of Linux: paths are as the process sees them; what is at both is to exchange its name."""
_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)
"""What a system or a file system says that knows no exchange."""


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file under a temporary name beside its own; sync it and rename it when the block ends well.

    Whatever goes wrong, an older file of that name stays as it was, and no temporary one is left. One that
    a killed process left is written over. Raises OSError (disk full, no permission), BlockingIOError while
    another process writes the same file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with locked(temporary) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    sync(path.parent)


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
                sync(entry)
            if path.is_dir():
                path.rename(older)
            made.rename(path)
        finally:
            _clear(temporary, older, path)
            temporary.rmdir()
    sync(path.parent)


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
def locked(temporary: Path) -> Iterator[BinaryIO]:
    """Open a temporary file for writing, empty, while no other process has it. Raises BlockingIOError or OSError."""
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


def is_ours(descriptor: int, path: Path) -> bool:
    """Lock what is open at a path; False where another process has it, or has just renamed or removed it."""
    try:
        return bool(lock_descriptor(descriptor, blocking=False)) and os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _take(descriptor: int, temporary: Path) -> None:
    """Lock what is open under a temporary name. Raises BlockingIOError where another process has it."""
    if not is_ours(descriptor, temporary):
        raise BlockingIOError(f"another process is writing {temporary.name[1:-4]}")


def is_written_to(folder: Path) -> bool:
    """Whether a process is writing a file that is to appear in a folder."""
    for temporary in folder.glob(".*.tmp"):
        try:
            descriptor = os.open(temporary, os.O_RDONLY if temporary.is_dir() else os.O_RDWR)
        except FileNotFoundError:
            return True  # it has just been renamed
        try:
            if not lock_descriptor(descriptor, blocking=False):
                return True
        finally:
            os.close(descriptor)
    return False


def exchange(one: Path, other: Path) -> None:
    """Let two folders exchange their names, in one step, and durably.

    Where the system or the file system cannot (not Linux, some network file systems), in three renames, ``other`` by
    way of ``one``'s name with SPARE behind it: for an instant nothing is at ``other``. Raises OSError.
    """
    if not _exchanged(one, other):
        spare = one.with_name(one.name + SPARE)
        other.rename(spare)
        one.rename(other)
        spare.rename(one)
    for folder in (one.parent, other.parent):
        sync(folder)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders could exchange their names in one step, and have."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    if (code := ctypes.get_errno()) in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def sync(path: Path) -> None:
    """Make what is at a path durable; of a folder, the names in it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
