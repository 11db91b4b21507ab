"""Where reading of archive files goes on: kept in the store as their records come to their outcomes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from newsbot.archive.reading import Place
from newsbot.bulk.files import Part
from newsbot.crawl.context import FilesRead
from newsbot.store import readings
from newsbot.store.readings import Bookmark

BEGINNING = 65_536
"""Bytes at the beginning of a file that tell it from another one of its name: the first record, which has a date and
an id of its own, is in them."""


class Bookmarks:
    """How far some files are read, one bookmark a file, from what earlier runs have left on."""

    def __init__(
        self, engine: Engine, files: Iterable[Path], run_id: str, *, now: Callable[[], str], again: bool = False
    ) -> None:
        """``again``: read all from the beginning, whatever was read before."""
        self._engine = engine
        self._run_id = run_id
        self._now = now
        paths = {str(path.resolve()): path for path in files}
        self._resolved = {str(path): resolved for resolved, path in paths.items()}
        self._saved = readings.kept(engine, paths)
        self._at: dict[str, Bookmark] = {}
        self._owed: dict[str, set[Place]] = {}
        self._touched: set[str] = set()
        self._done: set[str] = set()
        self.unread: list[Path] = []
        """Files in which there is something to be read."""
        self.read_already: list[Path] = []
        self.resumed: dict[Path, int] = {}
        """Files that an earlier run has left, or that have grown since, with the byte where reading goes on."""
        for resolved, path in paths.items():
            mark = self._beginning(resolved, path, again=again)
            if mark.is_whole and not mark.owed:
                self.read_already.append(path)
                continue
            self._at[resolved] = replace(mark, is_whole=False)
            self._owed[resolved] = set(mark.owed)
            self.unread.append(path)
            if mark.offset or mark.owed:
                self.resumed[path] = mark.offset
        self._starts = {resolved: mark.offset for resolved, mark in self._at.items()}

    def start_of(self, path: Path) -> int:
        """Return the byte at which reading a file goes on."""
        return self._mark(str(path)).offset

    def owed(self) -> list[tuple[Path, Place]]:
        """Return the records before that which an earlier run has left without an outcome, in their order."""
        return [(path, place) for path in self.unread for place in sorted(self._owed[self._resolved[str(path)]])]

    def met(self, path: str, place: Place) -> None:
        """Note that a record waits for its outcome."""
        self._touched.add(resolved := self._resolved[path])
        self._owed[resolved].add(place)

    def ended(self, path: str, place: Place) -> None:
        """Note that a record has its own."""
        self._touched.add(resolved := self._resolved[path])
        self._owed[resolved].discard(place)

    def passed(self, part: Part[Any]) -> None:
        """Note that a part of a file was read."""
        mark = self._mark(part.path)
        if part.is_last:
            self._done.add(mark.path)
        offset = part.next.offset
        is_whole = part.is_last and part.broken is None
        if is_whole:
            offset = part.last.offset if part.last else mark.offset
        pages = mark.pages + len(part.made)
        self._touched.add(mark.path)
        self._at[mark.path] = replace(mark, offset=offset, pages=pages, is_whole=is_whole)

    def far(self) -> FilesRead:
        """Return how far the files are read that are to be read."""
        read = size = 0
        for path, mark in self._at.items():
            start = self._starts[path]
            read += (mark.size if path in self._done else mark.offset) - start
            size += mark.size - start
        return FilesRead(len(self._done), len(self._at), read, size)

    def save(self) -> None:
        """Write down what has changed since."""
        marks = [replace(self._at[path], owed=frozenset(self._owed[path])) for path in self._touched]
        changed = [(before, mark) for mark in marks if mark != (before := self._saved.get(mark.path))]
        if changed:
            readings.keep(self._engine, changed, self._run_id, now=self._now())
            self._saved.update((mark.path, mark) for _, mark in changed)
        self._touched.clear()

    def _beginning(self, resolved: str, path: Path, *, again: bool) -> Bookmark:
        """Return where reading of a file begins; one that was replaced or cut since is another one."""
        try:
            size = path.stat().st_size
            mark = self._saved.get(resolved)
            if mark and not again and mark.offset <= mark.size <= size and digest_of(path, mark.size) == mark.digest:
                is_whole = mark.is_whole and size == mark.size
                return replace(mark, size=size, digest=digest_of(path, size), is_whole=is_whole)
            return Bookmark(resolved, digest_of(path, size), size, 0, 0, is_whole=False)
        except OSError:
            return Bookmark(resolved, "", 0, 0, 0, is_whole=False)  # whoever reads it says why

    def _mark(self, path: str) -> Bookmark:
        return self._at[self._resolved[path]]


def digest_of(path: Path, size: int) -> str:
    """Return what tells a file that was so large from another one: SHA-256 of its beginning. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.sha256(file.read(min(size, BEGINNING))).hexdigest()
