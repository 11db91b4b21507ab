"""The records of addresses that a person has removed, taken out of archives: each file is written anew whole, or not
yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsbot.archive.bounds import OPEN, SUFFIX, finished_files
from newsbot.archive.index import Entry, entries_of, index_path, surt, write_index
from newsbot.archive.members import members
from newsbot.atomic import atomic_file
from newsbot.web.urls import InvalidURL, site_of, url_key


@dataclass(slots=True)
class Removed:
    """What was taken out of a folder."""

    captures: int = 0
    files: int = 0
    """Files in which they were."""
    left: list[Path] = field(default_factory=list)
    """Files that have some still, because they are being written."""


def remove(folder: Path, keys: Collection[str], *, told: Callable[[], None] = lambda: None) -> Removed:
    """Take all records of some addresses out of a folder's files.

    Args:
        keys: newsbot.web.urls.url_key of the addresses.
        told: hears of each file that was looked at.

    Raises OSError; then the files before that are done, and the others as they were.
    """
    removed = Removed()
    prefixes = tuple({surt(f"https://{site_of('https://' + key)}/").partition(")")[0].encode() for key in keys})
    for path in finished_files(folder):
        with suppress(FileNotFoundError):  # it is too old, and another process has just removed it
            if count := sum(_is_meant(entry.url, keys) for entry in _of_sites(path, prefixes)):
                try:
                    _write_without(path, keys)
                except BlockingIOError:
                    removed.left.append(path)
                else:
                    removed.captures += count
                    removed.files += 1
        told()
    for path in sorted(folder.glob(f"newsbot-*{SUFFIX}{OPEN}")):
        with suppress(FileNotFoundError):
            if any(_is_meant(member.headers.get("warc-target-uri", ""), keys) for member in members(path)):
                removed.left.append(path)
    return removed


def _of_sites(path: Path, prefixes: tuple[bytes, ...]) -> Iterator[Entry]:
    """Yield what is in a file of some sites, by its index; by the file itself where that cannot be used."""
    try:
        lines = index_path(path).read_bytes().splitlines()
        yield from [Entry.read(line) for line in lines if line.startswith(prefixes)]
    except (FileNotFoundError, ValueError):
        yield from entries_of(path)


def _write_without(path: Path, keys: Collection[str]) -> None:
    """Write a file anew without some addresses; one that has no others goes.

    Whoever dies in between leaves a file without an index, which the next writer makes anew.
    """
    kept: list[Entry] = []
    with path.open("rb") as file, atomic_file(path) as anew:
        index_path(path).unlink(missing_ok=True)
        offset = 0
        for member in members(path):
            if _is_meant(member.headers.get("warc-target-uri", ""), keys):
                continue
            file.seek(member.offset)
            anew.write(file.read(member.length))
            if entry := Entry.of(member):
                kept.append(entry.at(offset))
            offset += member.length
    if kept:
        write_index(path, kept)
    else:
        path.unlink()


def _is_meant(url: str, keys: Collection[str]) -> bool:
    try:
        return url_key(url) in keys
    except InvalidURL:
        return False
