"""Copies of a SQLite store: made while crawls write to it, proven to be whole, kept before an upgrade, and put back.

A copy is taken by SQLite's own means within one reading transaction, so it is the store of one moment, however long it
takes and whoever writes meanwhile. It is a single file that needs no log beside it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from newsbot.store import StoreError
from newsbot.store.database import LOCK_TIMEOUT

PAGES = 2048
"""Pages that are copied at once, 8 MB: so often progress is told."""
KEPT = 2
"""Copies from before upgrades that are kept beside a store."""
VERSIONS = Path(__file__).parent.with_name("migrations") / "versions"


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a store, by which a copy is told to be as good as what it was made from."""

    revision: str
    """Of its schema."""
    rows: dict[str, int]
    """By table; without those that SQLite makes for an index of words."""


def copy(
    store: Path, target: Path, *, told: Callable[[int, int], None] = lambda _done, _total: None, thorough: bool = True
) -> Contents:
    """Copy a store to a path where nothing is, durably, and compare what is in both.

    ``told`` hears of the pages copied, and of how many there are; ``thorough``: every page and index of the copy is
    looked at. Who names the path takes away what a failure leaves there. Raises StoreError for what is no whole store
    of a newsbot, and where the copy cannot be made, as on a full disk.
    """
    with _open(store, "mode=rw") as source:
        source.execute("begin")
        before = _contents(source, store)  # the transaction sees the store of this moment from here on
        with _usable(target), closing(sqlite3.connect(target, isolation_level=None)) as made:
            made.execute("pragma synchronous=off")  # it is synced as a whole
            source.backup(made, pages=PAGES, progress=lambda _status, left, total: told(total - left, total))
            made.execute("pragma journal_mode=delete")
    _sync(target)
    after = check(target, thorough=thorough)
    if after != before:
        raise StoreError(f"{target} came out otherwise than the store: {after}, not {before}")
    return after


def check(path: Path, *, thorough: bool = True) -> Contents:
    """Return what is in a store that nobody has open; ``thorough``: after a look at each page, index and reference.

    Raises StoreError for what is damaged, and for no store of a newsbot.
    """
    log = path.with_name(f"{path.name}-wal")
    with _open(path, "mode=ro" if log.exists() else "mode=ro&immutable=1") as connection:
        found = _contents(connection, path)
        if thorough:
            faults = [str(fault) for (fault,) in connection.execute("pragma integrity_check(1)") if fault != "ok"]
            lost = connection.execute("pragma foreign_key_check")
            faults += [f"a row of {table} refers to none of {other}" for table, _, other, _ in lost]
            if faults:
                raise StoreError(f"{path} is damaged: {' '.join(faults[0].split())}")
    return found


def known_revisions() -> set[str]:
    """Return the schemas that this newsbot can bring up to date, and its own."""
    return {path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py")}


def name_before(store: Path, revision: str) -> Path:
    """Return what the copy is called that is kept of a store from before it is upgraded to a schema.

    >>> name_before(Path("output/newsbot.db"), "0009").name
    'newsbot.db.before-0009'
    """
    return store.with_name(f"{store.name}.before-{revision}")


def keep(store: Path, kept: Path) -> None:
    """Keep a copy of a store that is about to be upgraded, under the name of ``name_before``; of older ones the last.

    Killed on the way, it leaves a temporary file that the next one writes over. Raises StoreError, also where there is
    no room; the store is as it was then.
    """
    temporary = store.with_name(f".{kept.name}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        _require_room(store)
        copy(store, temporary, thorough=False)
        temporary.replace(kept)
        copies = sorted(store.parent.glob(f"{store.name}.before-[0-9][0-9][0-9][0-9]"))
        for older in copies[:-KEPT]:
            older.unlink()
    except (OSError, StoreError) as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"{store} is to be upgraded, and could not be copied first, so it is as it was: {error}"
        ) from None


def _require_room(store: Path) -> None:
    needed, free = store.stat().st_size, shutil.disk_usage(store.parent).free
    if free < needed:
        raise StoreError(f"no room ({needed / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB free)")


@contextmanager
def _open(path: Path, how: str) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(path))}?{how}"
    with (
        _usable(path),
        closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=LOCK_TIMEOUT)) as connection,
    ):
        yield connection


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Let every failure of SQLite be a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"the database {path} cannot be used: {error}") from None


def _contents(connection: sqlite3.Connection, path: Path) -> Contents:
    tables = {str(name) for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")}
    if not tables.issuperset({"alembic_version", "articles", "runs"}):
        raise StoreError(f"{path} is no store of newsbot")
    (revision,) = connection.execute("select version_num from alembic_version").fetchone() or ("none",)
    counted = sorted(name for name in tables if not name.startswith(("sqlite_", "search_words", "alembic_")))
    rows = {name: connection.execute(f'select count(*) from "{name}"').fetchone()[0] for name in counted}  # noqa: S608
    return Contents(revision, rows)


@contextmanager
def closed_to_others(store: Path) -> Iterator[sqlite3.Connection | None]:
    """Keep everybody from a store, and yield a connection to it; None where there is none, or one that is damaged.

    Its log is in it then. Raises StoreError while another program has it open.
    """
    if not store.exists():
        yield None
        return
    address = f"file:{quote(str(store))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=1)) as connection:
        try:
            (mode,) = connection.execute("pragma journal_mode=delete").fetchone()
            connection.execute("begin exclusive")
            is_whole = mode == "delete" and _contents(connection, store) is not None
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreError(
                    f"another program has {store} open, such as a crawl or scrapy browse; end it, and say it again"
                ) from None
            is_whole = False
        except (sqlite3.DatabaseError, StoreError):
            is_whole = False
        yield connection if is_whole else None


@contextmanager
def replacement(store: Path) -> Iterator[Path]:
    """Yield a path beside a store at which another one can be made that is to take its place; clear it up in the end.

    What a killed process has left there goes first.
    """
    made = store.with_name(f".{store.name}.restoring")
    _clear(made)
    try:
        yield made
    finally:
        _clear(made)


def _clear(made: Path) -> None:
    for path in made.parent.glob(f"{made.name}*"):
        path.unlink()


def put_in_place(made: Path, store: Path, *, now: str) -> Path | None:
    """Let a store that nobody has open take another one's place, durably; return what that is called now, if it was.

    At every moment there is one of the two. Raises StoreError or OSError.
    """
    with _open(made, "mode=rw") as connection:
        connection.execute("pragma journal_mode=delete")  # all of it is in one file then
    _sync(made)
    aside = None
    if store.exists():
        stamp = now.translate({ord(mark): None for mark in "-:"})
        aside = store.with_name(f"{store.name}.before-restore-{stamp}")
        for ending in ("-wal", "-shm"):  # of a damaged one; a log never serves two stores
            if (log := store.with_name(store.name + ending)).exists():
                log.replace(aside.with_name(aside.name + ending))
        try:
            os.link(store, aside)
        except OSError:  # the file system knows no links
            store.replace(aside)
    made.replace(store)
    _sync(store.parent)
    return aside


def tombstones(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return the addresses whose articles were removed at somebody's wish, each with why."""
    is_there = connection.execute("select 1 from sqlite_schema where name = 'forgotten'").fetchone()
    return connection.execute("select url, why from forgotten").fetchall() if is_there else []


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
