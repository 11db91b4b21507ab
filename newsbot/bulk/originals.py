"""The captures whose pages revisits have: by the indexes of a folder, or by reading files without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

from newsbot.archive.index import DamagedIndex, Entry, Index, index_path, is_sound
from newsbot.archive.reading import Capture, Damage, Place, Reading, read
from newsbot.bulk.paths import SUFFIXES

SEARCHED = 268_435_456
"""Bytes of files without a sound index that are read for the page of a revisit, its own file first, then those before
it: some seconds, once a process and file. Revisits are near their pages, or somebody has made an index."""

KEPT_OPEN = 128
"""Indexes that a process keeps open, each with a descriptor: the pages of one file's revisits are near each other."""

_told: set[Path] = set()
"""Indexes whose damage this process has told."""


def with_page(path: str, revisit: Capture) -> tuple[Capture, list[Damage]]:
    """Return a revisit with its page, or as it is where that is not found, and what is wrong with the indexes.

    ``path``: the file that the revisit is in. Raises OSError.
    """
    damage: list[Damage] = []
    if not revisit.digest:
        return revisit, damage
    for file, place in chain(_indexed(Path(path), revisit, damage), _unindexed(Path(path), revisit.digest)):
        found = _at(file, place)
        if found and found.digest == revisit.digest and found.reason is None:
            page = replace(found, at=revisit.at, url=revisit.url, date=revisit.date, id=revisit.id)
            return replace(page, provenance=revisit.provenance), damage
    return revisit, damage


def _indexed(path: Path, revisit: Capture, damage: list[Damage]) -> Iterator[tuple[Path, Place]]:
    """Yield where the indexes have the page of a revisit; note those that are damaged."""
    for file in _files_before(path):
        try:
            entries = _entries(file, revisit.refers_to or revisit.url)
        except DamagedIndex as error:
            if file not in _told:
                _told.add(file)
                damage.append(Damage(revisit.at, f"{error}; its page is searched for without that"))
            continue
        for entry in entries:
            if entry.digest == revisit.digest and not entry.is_revisit:
                yield file, Place(entry.offset)


def _entries(file: Path, url: str) -> list[Entry]:
    """Return what the index of a file has of an address, nothing where there is none. Raises DamagedIndex."""
    if not (index := index_path(file)).exists():
        return []
    try:
        return _opened(file).find(url)
    except DamagedIndex:
        raise DamagedIndex(f"the index {index} is damaged, or of another file") from None


@lru_cache(maxsize=KEPT_OPEN)
def _opened(file: Path) -> Index:
    """Return the index of a file, which finished files keep as it is. Raises DamagedIndex."""
    if not is_sound(file):
        raise DamagedIndex
    return Index(file)


def _unindexed(path: Path, digest: str) -> Iterator[tuple[Path, Place]]:
    """Yield where files without a sound index have the page with a digest."""
    left = SEARCHED
    for file in _files_before(path):
        if is_sound(file):
            continue
        left -= file.stat().st_size
        if left < 0:
            return
        if place := _pages_of(file, file.stat().st_size).get(digest):
            yield file, place


@lru_cache(maxsize=16)
def _pages_of(file: Path, _size: int) -> dict[str, Place]:
    """Return where the pages of a file are, by their digests."""
    with file.open("rb") as stream:
        return {
            found.digest: found.at
            for found in read(stream)
            if isinstance(found, Capture) and found.digest and found.reason is None
        }


def _files_before(path: Path) -> list[Path]:
    """Return the files of a folder: one of them, then those before it, the nearest first, then those behind it."""
    files = sorted(file for file in path.parent.iterdir() if file.name.lower().endswith(SUFFIXES))
    before = [file for file in files if file < path]
    return [path, *reversed(before), *(file for file in files if file > path)]


def _at(file: Path, place: Place) -> Capture | None:
    with file.open("rb") as stream:
        found = Reading(stream, place, place.offset + 1, most=1)
        return next((one for one in found if isinstance(one, Capture)), None)
