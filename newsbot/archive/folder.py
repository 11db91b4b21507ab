"""A folder of archives, into which one process or many write, each into files of its own.

A file has another name while it is written (``….warc.gz.open``), and a lock says that its writer lives. It is finished
when it is as large as it may be, when its day (UTC) is over, or at the end of its run: its index is written, then it
gets its name. Finished files never change, but where an address is to be forgotten (newsbot.archive.removal).

What a dead writer leaves, ``heal`` finishes: whatever is behind the last whole page goes, for the store has not decided
on that page (newsbot.crawl.archiving).
"""

from __future__ import annotations

import datetime
import os
import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from newsbot.archive.bounds import OPEN, SUFFIX, Bounds, day_of, expire, finished_files
from newsbot.archive.index import SUFFIX as INDEX
from newsbot.archive.index import DamagedIndex, Entry, Index, entries_of, index_path, is_sound, surt, write_index
from newsbot.archive.members import GATHERED, members
from newsbot.archive.provenance import Provenance
from newsbot.archive.records import Group, digest_of_payload, group_of, warcinfo
from newsbot.atomic import is_ours, sync
from newsbot.items import Exchange

LOOK_BACK = 4
"""Days of files in which a page is looked for that was kept before: one longer than NEWSBOT_REVISIT_HOURS looks."""

_MOST_FILES = 1 << 16
_HASH = (1 << 64) - _MOST_FILES
"""The bits of a hash by which addresses are told apart, above those that number a file."""


class Archive:
    """What one run keeps: pages are written as they come, and are on the disk after ``sync``."""

    def __init__(self, folder: Path, run: str, limits: Bounds, *, told: Callable[[str], None]) -> None:
        """``run``: its id, whose last part stands in the names of files. ``told`` hears what was mended or removed."""
        self.folder = folder
        self.files: list[Path] = []
        """What it has finished."""
        self._run = run
        self._limits = limits
        self._told = told
        self._number = 0
        self._file: _Growing | None = None
        self._earlier = _Earlier(folder, told)

    def write(self, exchanges: Sequence[Exchange], provenance: Provenance, *, date: str) -> bool:
        """Write what a page came by, redirects first; False where that is a 304 and no page is there that it means.

        Of a page that is there already, byte for byte, it is written where. Raises OSError, and nothing is written.
        """
        last = exchanges[-1]
        digest = "" if last.status == 304 else digest_of_payload(last.body)
        known = [*self._earlier.find(last.url, date), *(self._file.find(last.url) if self._file else ())]
        digest = digest or (known[-1].digest if known else "")
        earlier = next((one for one in reversed(known) if one.digest == digest and not one.is_revisit), None)
        if earlier is None and last.status == 304:
            return False
        group = group_of(exchanges, provenance, date=date, earlier=earlier)
        self._file_for(len(group.data), date).append(group)
        return True

    def sync(self) -> None:
        """Bring what was written to the disk. Raises OSError."""
        if self._file:
            self._file.sync()

    def close(self) -> None:
        """Finish what is being written. Raises OSError, and the next writer finishes it."""
        if self._file:
            file, self._file = self._file, None
            try:
                self.files.append(file.finish())
                self._earlier.add(self.files[-1])
            finally:
                file.close()

    def _file_for(self, size: int, date: str) -> _Growing:
        """Return the file that so many bytes of a time go to, a new one if the last is full or of a day before."""
        file = self._file
        if file and (file.day < date[:10] or file.size + size > self._limits.file_bytes):
            self.close()
            file = None
        if file is None:
            for path in expire(self.folder, self._limits, today=date[:10], coming=self._limits.file_bytes):
                self._told(f"archive {path}: removed, as NEWSBOT_ARCHIVE_MAX_GB or NEWSBOT_KEEP_ARCHIVE_DAYS say")
                self._earlier.drop(path)
            file = self._file = self._new_file(date)
        return file

    def _new_file(self, date: str) -> _Growing:
        stamp = re.sub(r"[-:]", "", date)
        while True:
            self._number += 1
            path = self.folder / f"newsbot-{stamp}-{self._run.rpartition('-')[2]}-{self._number:05}{SUFFIX}"
            with suppress(FileExistsError):
                return _Growing(path, self._run, date)


class _Growing:
    """A file that is being written."""

    def __init__(self, path: Path, run: str, date: str) -> None:
        """Raises FileExistsError or OSError."""
        self.day = date[:10]
        self.size = 0
        self._path = path
        self._entries: defaultdict[str, list[Entry]] = defaultdict(list)
        self._is_synced = True
        if path.exists():
            raise FileExistsError(path)
        self._open = path.with_name(path.name + OPEN)
        self._descriptor = os.open(self._open, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            if not is_ours(self._descriptor, self._open):
                raise FileExistsError(self._open)
            self._write(warcinfo(path.name, date=date, run=run))
        except OSError:
            with suppress(OSError):
                self._open.unlink()
            os.close(self._descriptor)
            raise

    def find(self, url: str) -> list[Entry]:
        """Return the captures of an address in it, the oldest first."""
        return self._entries.get(url, [])

    def append(self, group: Group) -> None:
        """Write the records of a page. Raises OSError, and the file is as it was."""
        offset = self.size
        self._write(group.data)
        for entry in group.entries:
            self._entries[entry.url].append(entry.at(offset + entry.offset))

    def sync(self) -> None:
        """Bring it to the disk as far as it is written."""
        if not self._is_synced:
            os.fsync(self._descriptor)
            self._is_synced = True

    def finish(self) -> Path:
        """Write its index and give it its name, durably; return that. Raises OSError."""
        os.fsync(self._descriptor)
        _name(self._open, self._path, [entry for entries in self._entries.values() for entry in entries])
        return self._path

    def close(self) -> None:
        """Let go of it; if it is not finished, the next writer may do so."""
        os.close(self._descriptor)

    def _write(self, data: bytes | bytearray) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            os.lseek(self._descriptor, self.size, os.SEEK_SET)
            raise
        self.size += len(data)
        self._is_synced = False


class _Earlier:
    """What the finished files of the last days hold, told by a few bytes a capture: in which file an address is."""

    def __init__(self, folder: Path, told: Callable[[str], None]) -> None:
        self._told = told
        self._folder = folder
        self._files: list[Path] = []
        """Those of others, the oldest first."""
        self._own: list[Path] = []
        self._marks: array[int] | None = None
        """Of every capture in the files of others, sorted: the hash of its address, and behind it the file's number."""
        self._indexes: dict[Path, Index] = {}

    def find(self, url: str, date: str) -> list[Entry]:
        """Return the captures of an address, back to the last that has a page of its own, the oldest first."""
        if self._marks is None:
            self._marks = self._load(date)
        mark = _mark(surt(url).encode())
        first, last = bisect_left(self._marks, mark), bisect_left(self._marks, mark + _MOST_FILES)
        numbers = sorted({number & (_MOST_FILES - 1) for number in self._marks[first:last]}, reverse=True)
        found: list[Entry] = []
        for path in [*reversed(self._own), *(self._files[number] for number in numbers)]:
            found = [*self._found(path, url), *found]
            if not all(entry.is_revisit for entry in found):
                break
        return found

    def add(self, path: Path) -> None:
        """Take in a file of one's own that was finished."""
        self._own.append(path)

    def drop(self, path: Path) -> None:
        """Forget a file that is gone."""
        if index := self._indexes.pop(path, None):
            index.close()

    def _load(self, date: str) -> array[int]:
        since = (datetime.date.fromisoformat(date[:10]) - datetime.timedelta(days=LOOK_BACK)).isoformat()
        young = [path for path in finished_files(self._folder) if day_of(path) >= since and path not in self._own]
        self._files = young[-_MOST_FILES:]
        marks: list[int] = []
        for number, path in enumerate(self._files):
            with suppress(OSError), index_path(path).open("rb") as lines:
                marks += [_mark(line[: line.find(b" ")]) | number for line in lines]
        return array("Q", sorted(marks))

    def _found(self, path: Path, url: str) -> list[Entry]:
        try:
            if path not in self._indexes:
                self._indexes[path] = Index(path)
            return self._indexes[path].find(url)
        except DamagedIndex as fault:
            self._told(f"archive {path}: its index is damaged ({fault}); it is made anew")
            self.drop(path)
            write_index(path, entries_of(path))
        except OSError:  # another process has removed it
            self.drop(path)
        return []


def _mark(key: bytes) -> int:
    return hash(key) & _HASH


@dataclass(frozen=True, slots=True)
class Healed:
    """A file that its writer had left."""

    path: Path
    captures: int
    cut: int
    """Bytes behind the last whole page, which are gone."""


def heal(folder: Path) -> Iterator[Healed | Path]:
    """Finish what dead writers left in a folder; yield each file, and those whose index was made anew.

    Raises OSError for the first that cannot be finished, and it stays as it is.
    """
    for left in folder.glob(f".newsbot-*{SUFFIX}*.tmp"):
        _remove_if_left(left)
    for growing in sorted(folder.glob(f"newsbot-*{SUFFIX}{OPEN}")):
        if healed := _healed(growing):
            yield healed
    for index in folder.glob(f"newsbot-*{SUFFIX}{INDEX}"):
        path = index.with_name(index.name.removesuffix(INDEX))
        if not (path.with_name(path.name + OPEN).exists() or path.exists()):  # in this order: a file is renamed
            index.unlink(missing_ok=True)
    for path in finished_files(folder):
        if not is_sound(path):
            write_index(path, entries_of(path))
            yield path


def _healed(growing: Path) -> Healed | None:
    """Finish a file, unless its writer lives; None then, and where there was no page in it."""
    try:
        descriptor = os.open(growing, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        if not is_ours(descriptor, growing):
            return None
        entries: list[Entry] = []
        whole, kept = 0, 0
        for member in members(growing):
            if entry := Entry.of(member):
                entries.append(entry)
            elif member.headers.get("warc-type") in GATHERED:
                whole, kept = member.end, len(entries)
        if not kept:
            growing.unlink()
            return None
        cut = os.fstat(descriptor).st_size - whole
        os.ftruncate(descriptor, whole)
        os.fsync(descriptor)
        path = growing.with_name(growing.name.removesuffix(OPEN))
        _name(growing, path, entries[:kept])
        return Healed(path, kept, cut)
    finally:
        os.close(descriptor)


def _name(growing: Path, path: Path, entries: Sequence[Entry]) -> None:
    """Write the index of a file whose bytes are on the disk, and give it its name."""
    write_index(path, entries)
    growing.rename(path)
    sync(path.parent)


def _remove_if_left(temporary: Path) -> None:
    """Remove what a process that died left of a file that it was writing anew."""
    with suppress(FileNotFoundError):
        descriptor = os.open(temporary, os.O_RDWR)
        try:
            if is_ours(descriptor, temporary):
                temporary.unlink()
        finally:
            os.close(descriptor)
