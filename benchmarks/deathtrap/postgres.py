"""A PostgreSQL server of a benchmark's own, in a temporary folder, that may be cut, stopped and started again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

ACCOUNT = "postgres"
"""Who runs the server where root runs the benchmark, which PostgreSQL refuses to."""


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, those of the newest version; None where there are none."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    return found[-1] if found else None


_OTHERS = "from pg_stat_activity where datname = 'postgres' and pid <> pg_backend_pid()"
CUT = {
    "all": f"select count(pg_terminate_backend(pid)) {_OTHERS}",
    "one": f"select count(pg_terminate_backend(pid)) from (select min(pid) as pid {_OTHERS}) as first",
    "marks": f"select count(pg_terminate_backend(pid)) {_OTHERS} "
    "and pid in (select pid from pg_locks where locktype = 'advisory')",
}
"""Ends sessions: all of others, one, or those that say that a run lives."""


class Server:
    """One server with one database, on a free port of loopback."""

    def __init__(self, folder: Path, connections: int) -> None:
        """Make it and start it, for so many connections at a time. Raises OSError and CalledProcessError."""
        bin_folder = programs()
        if bin_folder is None:
            raise FileNotFoundError("PostgreSQL's programs (initdb, pg_ctl) are not installed")
        self._bin = bin_folder
        self._connections = connections
        self._data = folder / "data"
        self._data.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
            shutil.chown(self._data, ACCOUNT)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", ACCOUNT, "--no-sync")
        self.start()
        self.url = f"postgresql+psycopg://{ACCOUNT}@127.0.0.1:{self.port}/postgres"
        self._engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def start(self) -> None:
        options = f"-p {self.port} -k {self._data} -c listen_addresses=127.0.0.1 -c max_connections={self._connections}"
        self._ctl("start", "-w", "-l", str(self._data / "log"), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop it: "fast" cuts its sessions, "immediate" lets it recover from its log at the next start."""
        self._ctl("stop", "-w", "-m", mode)

    def cut(self, which: str) -> int:
        """Cut "all" sessions of others, "one", or those that hold a run's mark ("marks"); return how many."""
        with self._engine.connect() as connection:
            return int(connection.execute(text(CUT[which])).scalar_one())

    def _ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        as_account: Sequence[str] = ["runuser", "-u", ACCOUNT, "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_account, str(self._bin / program), *arguments],
            cwd=self._data,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def server(folder: Path, connections: int = 60) -> Iterator[Server]:
    """Run a server for the length of a with block."""
    running = Server(folder, connections)
    try:
        yield running
    finally:
        running._engine.dispose()
        running.stop("immediate")
