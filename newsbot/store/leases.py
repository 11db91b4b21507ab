"""Leases on sources: two crawls on one store are never at one source at the same time.

A lease is a lock that ends with its holder, however it dies: there is no clock, nothing to renew and nothing to
clean up. SQLite: a byte of a file beside the database is locked (fcntl(2), record locks). PostgreSQL: an advisory
lock of a session that does nothing else.
"""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, text

PATIENCE = 2.0
"""Seconds to wait for the lease of a crawl that may have just died: a server learns it a moment later."""


class Leases(Protocol):
    """The leases that one crawl holds."""

    def take(self, source: str) -> bool:
        """Take the lease on a source; False if another process has it."""

    def close(self) -> None:
        """Give every lease back."""


def leases_of(engine: Engine) -> Leases:
    """Return the leases of a store, none of them taken. Raises StoreError or OSError."""
    if engine.dialect.name == "sqlite":
        return FileLeases(Path(f"{engine.url.database}-leases"))
    return SessionLeases(engine)


def take_all(leases: Leases, sources: Iterable[str], *, patience: float = PATIENCE) -> frozenset[str]:
    """Take the leases on some sources, and return those that another crawl keeps."""
    wanted = list(sources)
    end = time.monotonic() + patience
    while wanted := [name for name in wanted if not leases.take(name)]:
        if time.monotonic() > end:
            break
        time.sleep(patience / 10)
    return frozenset(wanted)


class FileLeases:
    """Leases of the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def take(self, source: str) -> bool:
        place = int.from_bytes(hashlib.blake2b(source.encode(), digest_size=7).digest()) % 2**52
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._file.close()


class SessionLeases:
    """Leases of everyone at a PostgreSQL server, by schema."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Of a machine that fell off the network, the server would keep the locks for hours.
        for setting, seconds in (("idle", 30), ("interval", 10), ("count", 3)):
            self._connection.execute(text(f"set tcp_keepalives_{setting} = {seconds}"))

    def take(self, source: str) -> bool:
        lock = text("select pg_try_advisory_lock(hashtextextended(current_schema() || ' newsbot ' || :source, 0))")
        return bool(self._connection.execute(lock, {"source": source}).scalar())

    def close(self) -> None:
        self._connection.invalidate()  # so that the pool does not keep the session, and with it the locks
        self._connection.close()
