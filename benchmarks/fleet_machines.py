"""The machines of benchmarks/fleet.py: processes with an output folder, an address and lines of their own."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from kombu import Connection

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from lines import Line  # noqa: E402

BROKER = os.environ.get("NEWSBOT_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
ENDS = ("", ".later", ".refused", ".roster")
"""Of the names of a queue's queues."""
_ONLY = re.compile(rb" only=(\S+) ")


class Services(NamedTuple):
    """What all machines share."""

    queue: str
    database: str
    """Address of the store."""

    @property
    def ports(self) -> tuple[int, int]:
        """Those of broker and database."""
        return urlsplit(BROKER).port or 5672, urlsplit(self.database).port or 5432


class Machine:
    """A worker with its crawls in a process group of their own, that is started again when it has ended."""

    def __init__(self, number: int, folder: Path, services: Services, *options: str) -> None:
        """``options``: of `scrapy scale work`."""
        self.name = f"m{number}"
        self.address = f"127.0.1.{number}"
        """From which its crawls ask."""
        self.output, self.log = folder / self.name, folder / f"{self.name}.log"
        self.broker, self.database = (Line(port) for port in services.ports)
        self._command = [sys.executable, "-m", "scrapy", "scale", "work", *options]
        self._command += ["-s", f"DOWNLOAD_BIND_ADDRESS={self.address}"]
        self._environment = environment(
            NEWSBOT_OUTPUT=str(self.output),
            NEWSBOT_QUEUE=services.queue,
            NEWSBOT_BROKER_URL=through(BROKER, self.broker),
            NEWSBOT_DATABASE_URL=through(services.database, self.database),
        )
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start its worker."""
        self.output.mkdir(exist_ok=True)
        self.worker = started(self._command, self._environment, self.log)

    def has_ended(self) -> bool:
        return self.worker is None or self.worker.poll() is not None

    def signal(self, number: signal.Signals, *, to_all: bool = False) -> None:
        """Send a signal to its worker, or to its crawls as well."""
        assert self.worker
        with suppress(ProcessLookupError):
            os.killpg(self.worker.pid, number) if to_all else self.worker.send_signal(number)

    def crawls(self) -> dict[str, int]:
        """Return the processes of its crawls by their source (Linux)."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                command = entry.read_bytes()
                if self.worker and b"newsbot.scale.leash" in command and (only := _ONLY.search(command)):
                    pid = int(entry.parent.name)
                    if os.getpgid(pid) == self.worker.pid:
                        found[only[1].decode()] = pid
        return found

    def close(self) -> None:
        """End all of it."""
        for line in (self.broker, self.database):
            line.mend()
        if self.worker and self.worker.poll() is None:
            self.signal(signal.SIGCONT, to_all=True)
            self.signal(signal.SIGKILL, to_all=True)
            self.worker.wait()
        for line in (self.broker, self.database):
            line.close()


class Beat:
    """A process that enqueues what is due, and is started again when it has ended."""

    def __init__(self, number: int, folder: Path, services: Services, sources: Path, *options: str) -> None:
        self.log = folder / f"beat{number}.log"
        self._command = [sys.executable, "-m", "scrapy", "scale", "beat", "--file", str(sources), *options]
        self._environment = environment(
            NEWSBOT_OUTPUT=str(folder / "beats"),
            NEWSBOT_QUEUE=services.queue,
            NEWSBOT_BROKER_URL=BROKER,
            NEWSBOT_DATABASE_URL=services.database,
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = started(self._command, self._environment, self.log)

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def is_at_work(self) -> bool:
        """Whether the schedule is this one's, by the last that it said of that."""
        said = [line for line in lines_in(self.log) if "the schedule is this one's" in line or "is at work" in line]
        return not self.has_ended() and bool(said) and "is this one's" in said[-1]

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def environment(**more: str) -> dict[str, str]:
    """Return that of a process of newsbot, with nothing set but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSBOT_", "SCRAPY_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def started(command: list[str], its: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own that writes to a log."""
    with log.open("ab") as file:
        return subprocess.Popen(command, cwd=ROOT, env=its, stdout=file, stderr=file, start_new_session=True)


def lines_in(log: Path) -> list[str]:
    return log.read_text("utf-8", "replace").splitlines() if log.exists() else []


def through(url: str, line: Line) -> str:
    """Return the address of a server through a line."""
    parts = urlsplit(url)
    account = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return urlunsplit(parts._replace(netloc=f"{account}127.0.0.1:{line.port}"))


@contextmanager
def queue() -> Iterator[str]:
    """Name a queue of the benchmark's own, and take it away in the end."""
    name = f"newsbot-fleet-{secrets.token_hex(4)}"
    try:
        yield name
    finally:
        with Connection(BROKER) as connection:
            for end in ENDS:
                connection.default_channel.queue_delete(f"{name}{end}")
            connection.default_channel.exchange_delete(name)
