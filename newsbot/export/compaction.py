"""Joining the files of a day into one, with the same lines, so that years of runs are a few thousand files.

The joined folder is made beside the day's, with a plan in it, and the two exchange their names in one step: who lists a
day sees all as it was before, or all as it is after, and every line once. The store says in the same transaction where
its lines are now, and nobody plans a file meanwhile. Of a compaction that is killed, the next start carries out the
plan if it is in the day's folder, and takes it away if it is not.

docs/decisions/0031-delivery-and-compaction.md tells what was weighed.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson
from sqlalchemy import Connection, Engine

from newsbot.atomic import SPARE, exchange, is_written_to, locked, sync
from newsbot.export.run_files import FOLDERS
from newsbot.process import NewsbotError
from newsbot.store import deciding, runs
from newsbot.store.database import durable, reading

WORK = ".compacting"
"""Folder of the output in which joined folders are made, while they are; its ``lock`` is held by who does."""
PLAN = ".joined"
"""File of a joined folder until all is done: of which files and runs it is, and where each export begins in it."""
GONE = "another process has joined it, or somebody took files away"
"""Says that files are not where they were."""
BLOCK = 1 << 20
"""Bytes that are copied at once."""


class Busy(NewsbotError):
    """Another process is at work on the files; another time it can be done."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day's folder of one kind, and those of its files that can be joined, in the order of their exports."""

    folder: Path
    name: str
    """The folder's path in the output folder, as the store has it."""
    files: Sequence[Path]
    exports: Sequence[runs.Placed]


@dataclass(frozen=True, slots=True)
class Joined:
    """What the files of a day came to."""

    path: str
    """Of the joined file, relative to the output folder."""
    lines: int
    first_lines: dict[int, int]
    """Where the lines of each export begin in it."""


def days_to_join(engine: Engine, output: Path, places: Collection[str], *, before: str) -> list[Day]:
    """Return the folders of days before a day (YYYY-MM-DD) that have more than one file to join.

    To join are files of runs that have ended and wrote at one of some places (newsbot.crawl.outbox.recovery). Whatever
    else is there stays as it is. Raises StoreError or OSError.
    """
    folders = [
        folder
        for kind in FOLDERS.values()
        for folder in (output / kind).glob("*")
        if re.fullmatch(r"\d{4}-\d\d-\d\d", folder.name) and folder.name < before and not folder.is_symlink()
    ]
    with reading(engine) as connection:
        days = [_day(connection, folder, places) for folder in sorted(folders, key=lambda path: path.name)]
    return [day for day in days if len(day.files) > 1]


def join(engine: Engine, output: Path, day: Day, *, told: Callable[[], object] = lambda: None) -> Joined:
    """Join the files of a day into one, and return it; ``told`` hears of each of them.

    Raises Busy, StoreError or OSError, and everything is as it was; where the store breaks in the last moment, the next
    start finishes it.
    """
    with _alone(output) as work:
        _heal(engine, output, work)
        build = work / day.name
        build.mkdir(parents=True)
        try:
            marks = _marks(day.files)
            joined = _make(day, build, told)
            with durable(engine) as connection:
                deciding.alone(connection)
                _refuse_if_busy(connection, day)
                runs.move_lines(connection, joined.first_lines, joined.path)
                _put_in_place(day, build, marks)
        except BaseException as fault:
            if not (day.folder / PLAN).exists():
                _undo(day.folder, build)
            if isinstance(fault, FileNotFoundError):
                raise Busy(f"{day.name}: {GONE}") from None
            raise
        _finish(day.folder, build)
    return joined


def heal(engine: Engine, output: Path) -> None:
    """Finish what a compaction that was killed left undone, or take it away. Raises StoreError or OSError."""
    if (output / WORK).is_dir():
        with suppress(Busy), _alone(output) as work:
            _heal(engine, output, work)


@contextmanager
def at_rest(engine: Engine, output: Path) -> Iterator[None]:
    """Keep everyone from joining files of an output folder, where nothing of that is left undone. Raises Busy."""
    with _alone(output) as work:
        _heal(engine, output, work)
        yield


def _heal(engine: Engine, output: Path, work: Path) -> None:
    left = {
        path.with_name(path.name.removesuffix(SPARE)) for kind in FOLDERS.values() for path in (work / kind).glob("*")
    }
    for build in sorted(left):
        live = output / build.relative_to(work)
        if not (live / PLAN).exists():
            _undo(live, build)
            continue
        plan = orjson.loads((live / PLAN).read_bytes())
        if not runs.are_known(engine, plan["runs"]):
            continue  # it is another store that is to learn of it
        with durable(engine) as connection:
            runs.move_lines(connection, {int(key): line for key, line in plan["lines"].items()}, plan["path"])
        if not build.exists():
            _spare(build).rename(build)
        _finish(live, build)


@contextmanager
def _alone(output: Path) -> Iterator[Path]:
    """Keep everyone else from joining files of an output folder, and return the folder to do it in. Raises Busy."""
    work = output / WORK
    with ExitStack() as held:
        try:
            work.mkdir(exist_ok=True)
            held.enter_context(locked(work / "lock"))
        except (BlockingIOError, FileNotFoundError):  # the other one has it, or is just leaving
            raise Busy(f"{output}: another process is joining files there") from None
        try:
            yield work
        finally:
            for kind in FOLDERS.values():
                with suppress(OSError):  # something is left for the next start
                    (work / kind).rmdir()
            (work / "lock").unlink()
            with suppress(OSError):
                work.rmdir()


def _day(connection: Connection, folder: Path, places: Collection[str]) -> Day:
    name = f"{folder.parent.name}/{folder.name}"
    by_path: defaultdict[str, list[runs.Placed]] = defaultdict(list)
    there = {f"{name}/{path.name}": path for path in folder.glob("*.jsonl") if path.is_file() and not path.is_symlink()}
    for export in runs.placed(connection, sorted(there)) if len(there) > 1 else ():
        by_path[export.path].append(export)
    files = {
        path: exports
        for path, exports in by_path.items()
        if all(export.is_final and export.place in places for export in exports) and _ends_in_line(there[path])
    }
    exports = sorted((export for some in files.values() for export in some), key=lambda export: export.id)
    return Day(folder, name, [there[path] for path in files], exports)


def _refuse_if_busy(connection: Connection, day: Day) -> None:
    """Raise Busy unless the exports of a day are what they were, and none is to be written there."""
    if runs.placed(connection, [f"{day.name}/{path.name}" for path in day.files]) != day.exports:
        raise Busy(f"{day.name}: {GONE}")
    if any(path.startswith(f"{day.name}/") for path in runs.unwritten(connection)):
        raise Busy(f"{day.name}: a run is writing there, or has died there and waits for the next one")


def _ends_in_line(path: Path) -> bool:
    """Whether the last line of a file is whole; somebody may have opened it in an editor."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _marks(files: Sequence[Path]) -> list[tuple[int, int, int]]:
    """Return what tells files from what they were before somebody changed them."""
    return [(stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in map(Path.stat, files)]


def _make(day: Day, build: Path, told: Callable[[], object]) -> Joined:
    """Write the joined file and the plan, durably."""
    others = {path.name for path in day.folder.iterdir()} - {path.name for path in day.files}
    numbers = ["", *(f".{number}" for number in range(2, len(others) + 3))]
    name = next(name for number in numbers if (name := f"{day.folder.name}{number}.jsonl") not in others)
    before: dict[str, int] = {}
    lines = 0
    with (build / name).open("wb") as file:
        for path in day.files:
            before[f"{day.name}/{path.name}"] = lines
            lines += _append(path, file)
            told()
    joined = Joined(f"{day.name}/{name}", lines, {one.id: before[one.path] + one.first_line for one in day.exports})
    files = [path.name for path in day.files]
    whose = sorted({export.run_id for export in day.exports})
    lines_of = {str(export_id): line for export_id, line in joined.first_lines.items()}
    (build / PLAN).write_bytes(orjson.dumps({"path": joined.path, "files": files, "runs": whose, "lines": lines_of}))
    for made, model in ((build, day.folder), (build / name, day.files[-1])):
        stat = model.stat()
        made.chmod(stat.st_mode & 0o7777)
        if hasattr(os, "chown"):
            with suppress(PermissionError):  # whoever crawls goes on writing where another one has compacted
                os.chown(made, stat.st_uid, stat.st_gid)
    for made in (build / name, build / PLAN, build):
        sync(made)
    return joined


def _append(path: Path, file: BinaryIO) -> int:
    """Write what is in a file behind another, and return its lines."""
    lines = 0
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            file.write(block)
            lines += block.count(b"\n")
    return lines


def _put_in_place(day: Day, build: Path, marks: list[tuple[int, int, int]]) -> None:
    """Exchange the joined folder with the day's, which keeps all its other files. Raises Busy where one has changed."""
    joined = {path.name for path in day.files}
    for path in day.folder.iterdir():
        if path.name not in (*joined, PLAN) and (path.is_file() or path.is_symlink()):
            try:
                os.link(path, build / path.name, follow_symlinks=False)
            except OSError:  # the file system knows no links
                shutil.copy2(path, build / path.name, follow_symlinks=False)
    sync(build)
    if is_written_to(day.folder) or _marks(day.files) != marks:
        raise Busy(f"{day.name}: somebody is changing it")
    exchange(build, day.folder)
    if _marks([build / path.name for path in day.files]) != marks:
        exchange(build, day.folder)
        raise Busy(f"{day.name}: somebody has changed it")


def _finish(live: Path, old: Path) -> None:
    """Bring over what else is in the folder that was a day's, and take away it and the plan."""
    _bring_over(old, live, but=[*orjson.loads((live / PLAN).read_bytes())["files"], PLAN])
    (live / PLAN).unlink()
    sync(live)
    shutil.rmtree(old)


def _undo(live: Path, build: Path) -> None:
    """Take away a joined folder that is not in its place; the day's folder has its name again if it had lost it."""
    if (spare := _spare(build)).exists():
        live.mkdir(exist_ok=True)
        _bring_over(spare, live)
        spare.rmdir()
    if build.exists():
        shutil.rmtree(build)


def _spare(build: Path) -> Path:
    return build.with_name(build.name + SPARE)


def _bring_over(old: Path, live: Path, *, but: Collection[str] = ()) -> None:
    """Move all that is in one folder to another, but what is there already, as another link to the same, and some."""
    for path in old.iterdir():
        target = live / path.name
        if path.name not in but and not (target.exists() and path.samefile(target)):
            path.replace(target)
    sync(live)
