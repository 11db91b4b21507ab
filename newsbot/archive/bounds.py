"""How large a folder of archives may be, and how long its files are kept: the oldest finished ones go first."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from newsbot.archive.index import index_path
from newsbot.process import UsageError

SUFFIX = ".warc.gz"
OPEN = ".open"
"""Ends the name of a file while it is written; who reads a folder leaves such files out."""

_NAME = re.compile(r"newsbot-(\d{4})(\d\d)(\d\d)T\d{6}Z-[0-9a-z]+-\d{5,}\.warc\.gz", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of a file, of a folder, of a file's age."""

    file_bytes: int
    folder_bytes: int = 0
    """0: none."""
    days: int = 0
    """Whole days that a file is kept, from the day on which it was begun; 0: for ever."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant. Raises UsageError."""
        if self.file_bytes <= 0:
            raise UsageError("NEWSBOT_ARCHIVE_FILE_MB: a number of megabytes, more than 0")
        if self.folder_bytes < 0 or 0 < self.folder_bytes < 2 * self.file_bytes:
            raise UsageError("NEWSBOT_ARCHIVE_MAX_GB: 0, or at least two files of NEWSBOT_ARCHIVE_FILE_MB")
        if self.days < 0:
            raise UsageError(f"NEWSBOT_KEEP_ARCHIVE_DAYS: a number of days or 0, not {self.days}")


def finished_files(folder: Path) -> list[Path]:
    """Return the files in a folder that newsbot has written and finished, the oldest first."""
    return sorted(path for path in folder.glob(f"newsbot-*{SUFFIX}") if _NAME.fullmatch(path.name))


def day_of(path: Path) -> str:
    """Return the day on which a file was begun, by its name.

    >>> day_of(Path("newsbot-20261129T073000Z-9f3c21aa-00001.warc.gz"))
    '2026-11-29'
    """
    found = _NAME.fullmatch(path.name)
    assert found
    return "-".join(found.groups())


def expire(folder: Path, limits: Bounds, *, today: str, coming: int = 0) -> Iterator[Path]:
    """Remove the oldest files beyond the bounds, where so many bytes are to come; yield each. Raises OSError.

    What is being written counts as what it may become, and stays; where it alone takes all the room, nothing may come
    (OSError). Who reads a file that goes reads on to its end.
    """
    since = (date.fromisoformat(today) - timedelta(days=limits.days)).isoformat() if limits.days else ""
    sizes = {path: _size(path) + _size(index_path(path)) for path in finished_files(folder)}
    growing = len(list(folder.glob(f"newsbot-*{SUFFIX}{OPEN}")))
    most = limits.folder_bytes - growing * limits.file_bytes - coming
    if limits.folder_bytes and most < 0:
        raise OSError(errno.EDQUOT, "NEWSBOT_ARCHIVE_MAX_GB has no room for one more file beside those being written")
    total = sum(sizes.values())
    for path, size in sizes.items():
        if not (day_of(path) < since or (limits.folder_bytes and total > most)):
            break
        index_path(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        total -= size
        yield path


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0
