"""How far a re-extraction has come, in a file: one that was killed is taken up where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from newsbot.atomic import atomic_file, locked
from newsbot.bulk.reextraction.tally import Tally
from newsbot.process import NewsbotError

FOLDER = ".reextract"
"""The folder, in that of all output."""


class Spot(NamedTuple):
    """Where a capture stands."""

    path: str
    offset: int
    inner: int


@dataclass(slots=True)
class Journal:
    """What was read, and what it came to."""

    done: dict[str, int] = field(default_factory=dict)
    """Files that were read, with the byte up to which there was something; -1 for one that could not be read."""
    at: tuple[str, int] | None = None
    """The file that was being read, and the byte from which on it was not."""
    held: list[Spot] = field(default_factory=list)
    """Captures before that, on which nothing was decided: they wait for others."""
    run_ids: list[str] = field(default_factory=list)
    """Runs that have stored what was read."""
    stored: dict[str, int] = field(default_factory=dict)
    """How much they have stored, by kind (course.CHANGED, ADDED)."""
    files: dict[str, int] = field(default_factory=dict)
    """The lines of their files, by path."""
    tally: Tally = field(default_factory=Tally)

    def left(self, files: Sequence[Path]) -> list[tuple[Path, int]]:
        """Return which of some files are still to be read, each from a byte on; one that has grown is read anew."""
        names = {file: str(file) for file in files}
        path, offset = self.at or ("", 0)
        return [
            (file, offset if name == path else 0)
            for file, name in names.items()
            if self.done.get(name, -1) < file.stat().st_size
        ]


class JournalFile:
    """The journal of one question: the same options on the same store."""

    def __init__(self, output: Path, asked: Mapping[str, object]) -> None:
        """``asked``: all that decides what comes of a page."""
        name = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
        self._path = output / FOLDER / f"{name}.json"

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Keep it to oneself. Raises NewsbotError while another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = self._path.with_suffix(".lock")
        try:
            with locked(lock):
                yield
                lock.unlink(missing_ok=True)
        except BlockingIOError:
            raise NewsbotError("another scrapy reextract with these options is at work here") from None

    def load(self) -> Journal | None:
        """Return what one that was killed has left; None where there is nothing, or nothing that can be read."""
        try:
            told: dict[str, Any] = orjson.loads(self._path.read_bytes())
            return Journal(
                done=told["done"],
                at=(told["at"][0], told["at"][1]) if told["at"] else None,
                held=[Spot(*spot) for spot in told["held"]],
                run_ids=told["run_ids"],
                stored=told["stored"],
                files=told["files"],
                tally=Tally.from_dict(told["tally"]),
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def save(self, journal: Journal) -> None:
        """Write it down, whole. Raises OSError."""
        told = {name: getattr(journal, name) for name in ("done", "at", "held", "run_ids", "stored", "files")}
        with atomic_file(self._path) as file:
            file.write(orjson.dumps({**told, "tally": journal.tally.as_dict()}))

    def forget(self) -> None:
        """Take it away: all is read."""
        self._path.unlink(missing_ok=True)


def forget_all(output: Path) -> None:
    """Take away the journals of those that were killed: examples in them may be of an article that was removed."""
    for path in (output / FOLDER).glob("*.json"):
        path.unlink(missing_ok=True)
