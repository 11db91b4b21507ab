"""Which archive files a path names: a folder, a file, or a shell's pattern."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from newsbot.archive.reading import is_archive
from newsbot.process import UsageError

SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
"""Names of the files that are taken from a folder."""
BESIDE = (".cdx", ".cdxj", ".open")
"""Names of what stands beside archives and is none yet, or never: their indexes, and files that are being written."""


def archives_of(path: str) -> list[Path]:
    """Return the files that a path names, in the order of their names; ``**`` of a pattern goes into folders.

    Of a folder those are taken that are named as archives are, at any depth, of a pattern all but what is BESIDE them.
    Raises UsageError where there is none.
    """
    if (folder := Path(path)).is_dir():
        files = [file for file in sorted(folder.rglob("*")) if file.name.lower().endswith(SUFFIXES) and file.is_file()]
        if not files:
            raise UsageError(f"the folder {path!r} has no file named {', '.join(SUFFIXES)} in it")
        return files
    if folder.is_file():  # whatever its name is, "[" in it too
        return [folder]
    matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 (the pattern may be absolute)
    files = [Path(name) for name in matches if not name.lower().endswith(BESIDE) and Path(name).is_file()]
    if not files:
        raise UsageError(f"no file matches {path!r}")
    return files


def require_archives(files: Iterable[Path]) -> None:
    """Look whether there is a record in at least one of the files. Raises UsageError, which says why there is none."""
    faults = []
    for file in files:
        if (fault := _fault_of(file)) is None:
            return
        faults.append(fault)
    more = f" (nor are {len(faults) - 1} more)" if len(faults) > 1 else ""
    raise UsageError(f"{faults[0]}{more}")


def _fault_of(file: Path) -> str | None:
    """Return why a file is no archive, or None."""
    try:
        with file.open("rb") as stream:
            if is_archive(stream):
                return None
            return f"{file} is no WARC file: " + ("no record begins in it" if file.stat().st_size else "it is empty")
    except OSError as error:
        return f"{file} cannot be read: {error.strerror or error}"
