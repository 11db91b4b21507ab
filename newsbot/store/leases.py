"""Leases on sources: two crawls on one store are never at one source at the same time.

A lease is a lock that ends with its holder, however it dies: there is no clock, nothing to renew and nothing to
clean up. SQLite: a folder beside the database has a file a crawl, which the crawl keeps locked and where it names its
sources. (One file, because a lock costs an open file, of which a process may have 1,024.) PostgreSQL: an advisory
lock a source, of a session that does nothing else.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Protocol, Self

import orjson
from filelock import lock_descriptor
from sqlalchemy import Engine, text

from newsbot.store.database import LOCK_TIMEOUT

PATIENCE = 2.0
"""Seconds to wait for the lease of a crawl that may have just died: a server learns it a moment later."""
POLL = 0.02
"""Seconds between two attempts to lock a file."""
KEEPALIVE = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""Of a machine that fell off the network, a PostgreSQL server would keep the locks for hours; so it is a minute."""


class LockFile:
    """A file that one process keeps locked for as long as it wants and lives."""

    def __init__(self, path: Path, *, timeout: float = 0.0) -> None:
        """Make the file if need be, and lock it. Raises BlockingIOError if another has it for so many seconds."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + timeout
        while not self._lock():
            if time.monotonic() >= end:
                raise BlockingIOError(f"another process keeps {path} locked")
            time.sleep(POLL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_more: object) -> None:
        if failed:
            self.let_go()
        else:
            self.release()

    def release(self) -> None:
        """Let go of the lock and take its file away."""
        self.path.unlink(missing_ok=True)
        self.let_go()

    def let_go(self) -> None:
        """Let go of the lock and leave its file, as the system does when a process dies."""
        self._file.close()

    def write(self, content: bytes) -> None:
        """Let the file say something, in place of what it said before."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(content)

    def _lock(self) -> bool:
        self._file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "wb", buffering=0)
        try:
            if lock_descriptor(self._file.fileno(), blocking=False) and os.path.samestat(
                os.fstat(self._file.fileno()), self.path.stat()
            ):
                return True
        except FileNotFoundError:
            pass  # its holder took the file away before it was locked here
        except BaseException:
            self._file.close()
            raise
        self._file.close()
        return False


def sweep(folder: Path) -> list[Path]:
    """Take away the lock files whose holders have died, and return those of the living."""
    living = []
    for path in folder.glob("*"):
        try:
            LockFile(path).release()
        except BlockingIOError:
            living.append(path)
    return living


class Leases(Protocol):
    """The leases that one crawl holds."""

    def take(self, sources: Collection[str]) -> set[str]:
        """Take the leases on some sources, and return those that another crawl keeps."""

    def close(self) -> None:
        """Give every lease back."""


def leases_of(engine: Engine) -> Leases:
    """Return the leases of a store, none of them taken. Raises StoreError or OSError."""
    if engine.dialect.name == "sqlite":
        return FileLeases(Path(f"{engine.url.database}-crawls"))
    return SessionLeases(engine)


def take_all(leases: Leases, sources: Iterable[str], *, patience: float = PATIENCE) -> frozenset[str]:
    """Take the leases on some sources, and return those that another crawl keeps for so many seconds."""
    wanted = set(sources)
    end = time.monotonic() + patience
    while wanted := leases.take(wanted):
        if time.monotonic() > end:
            break
        time.sleep(patience / 10)
    return frozenset(wanted)


class FileLeases:
    """Leases of the processes of one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()
        self._mine = LockFile(folder / secrets.token_hex(8), timeout=LOCK_TIMEOUT)

    def take(self, sources: Collection[str]) -> set[str]:
        with LockFile(self._folder / "guard", timeout=LOCK_TIMEOUT):
            others = {name for path in sweep(self._folder) if path != self._mine.path for name in _names_in(path)}
            self._names |= set(sources) - others
            self._mine.write(orjson.dumps(sorted(self._names)))
        return set(sources) & others

    def close(self) -> None:
        self._mine.release()


def _names_in(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # that crawl has just ended
        return []
    return [str(name) for name in orjson.loads(content)] if content else []


class SessionLeases:
    """Leases of everyone at a PostgreSQL server, by schema."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for setting, value in KEEPALIVE.items():
            self._connection.execute(text(f"set {setting} = {value}"))

    def take(self, sources: Collection[str]) -> set[str]:
        query = text(
            "select source, pg_try_advisory_lock(hashtextextended(current_schema() || ' newsbot ' || source, 0)) "
            "from unnest(cast(:sources as text[])) as source"
        )
        return {name for name, taken in self._connection.execute(query, {"sources": list(sources)}) if not taken}

    def close(self) -> None:
        self._connection.invalidate()  # so that the pool does not keep the session, and with it the locks
        self._connection.close()
