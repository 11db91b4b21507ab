"""A process that has loaded what a crawl needs, and forks for each: to load it takes a short crawl most of its time.

It loads no settings: these are what the environment of each crawl says. The server ends with the process that has
started it, and whatever it has started ends with the server (Linux).

``python -m newsbot.scale.fork_server PARENT ORDERS MODULE...`` is the server: ``ORDERS`` is the descriptor of a socket,
on which it says when it has loaded all. Each order is a socket of its own, which brings the standard streams along, and
what is to be run as JSON; who waits for it writes its process id there, and in the end its exit status, a line each.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Self

from setproctitle import getproctitle, setproctitle

from newsbot.process import begin_anew, end_with

SERVER = "newsbot.scale.fork_server"
"""This module, which has another name where it is the program."""
CRAWLS = (
    "scrapy.commands",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.engine",
    "scrapy.downloadermiddlewares",
    "scrapy.spidermiddlewares",
    "scrapy.squeues",
    "newsbot.commands",
    "newsbot.downloader",
    "newsbot.extensions",
    "newsbot.spiders",
    "newsbot.pipelines",
    "alembic.command",
)
"""Modules that a crawl loads, and packages of which it loads all."""
TOO_EARLY = ("newsbot.settings", "twisted.internet.reactor")
"""Modules that are what the environment says when they are loaded: each crawl loads its own."""
PATIENCE = 60.0
"""Seconds that the server may take to load all, and a program to be started or to be killed."""
SOON = 0.000_001
"""Seconds that are as good as none; 0 would make a socket one that never waits."""
STREAMS = ("stdin", "stdout", "stderr")
_FOR_ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that may be sent to all processes of a group: crawls heed them, and the server ends after them."""


class Child:
    """A program that was started, as long as the server tells of it."""

    def __init__(self, told: socket.socket) -> None:
        """``told``: where the server does. Raises OSError where it does not."""
        self._told, self._said = told, b""
        self._status: int | None = None
        pid = self._number(PATIENCE)
        if pid is None:
            raise TimeoutError(f"the process that starts crawls has not answered within {PATIENCE:.0f} s")
        self.pid = pid

    def ended(self, seconds: float) -> int | None:
        """Wait so long for its end, and return its exit status: negative, a signal's. None if it goes on.

        Raises OSError if the server has ended, and the program with it.
        """
        if self._status is None:
            self._status = self._number(seconds)
        return self._status

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.ended(0) is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def close(self) -> None:
        """Listen no more."""
        self._told.close()

    def _number(self, seconds: float) -> int | None:
        self._told.settimeout(max(seconds, SOON))
        while b"\n" not in self._said:
            try:
                said = self._told.recv(64)
            except TimeoutError:
                return None
            if not said:
                raise ConnectionResetError("the process that starts crawls has ended")
            self._said += said
        line, _, self._said = self._said.partition(b"\n")
        return int(line)


class ForkServer:
    """Starts programs as forks of a process that has loaded them. Threads may share it."""

    def __init__(self, modules: Sequence[str] = CRAWLS) -> None:
        """``modules`` to load, and packages with all that is in them."""
        self._modules = modules
        self._one_at_a_time = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def start(
        self,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: str | Path = ".",
        **streams: int,
    ) -> Child:
        """Start `python -m MODULE` in a folder; ``streams``: descriptors that take the place of its STREAMS.

        Raises OSError where no process can be started.
        """
        order = json.dumps([module, list(arguments), dict(environment), str(Path(folder).resolve()), list(streams)])
        mine, its = socket.socketpair()
        try:
            with its:
                socket.send_fds(self._running(), [b"."], [its.fileno(), *streams.values()])
            mine.settimeout(PATIENCE)
            mine.sendall(order.encode())
            mine.shutdown(socket.SHUT_WR)
            return Child(mine)
        except BaseException:
            mine.close()
            raise

    def begin(self) -> None:
        """Start the server, and wait until it has loaded all. Raises OSError.

        It ends with the thread that does this.
        """
        self._running()

    def close(self) -> None:
        """End the server."""
        if self._server and self._orders:
            self._orders.close()
            self._server.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running(self) -> socket.socket:
        """Return where a server takes orders, which is started if there is none. Raises OSError."""
        with self._one_at_a_time:
            if self._orders and self._server and self._server.poll() is None:
                return self._orders
            self.close()
            self._orders, its = socket.socketpair()
            with its:
                command = [sys.executable, "-m", SERVER, str(os.getpid()), str(its.fileno()), *self._modules]
                self._server = subprocess.Popen(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603
            self._orders.settimeout(PATIENCE)
            if not self._orders.recv(1):
                raise ConnectionResetError("the process that starts crawls cannot load what they need")
            return self._orders


def load(modules: Sequence[str]) -> None:
    """Load modules, and packages with all that is in them, but for what needs an extra that is not installed."""
    for name in modules:
        module = import_module(name)
        for found in walk_packages(getattr(module, "__path__", ()), f"{name}."):
            if not found.name.endswith(".__main__"):
                with suppress(ImportError):
                    import_module(found.name)
    early = [name for name in TOO_EARLY if name in sys.modules]
    assert not early, f"{early} loaded too early"


def serve(orders: socket.socket) -> str:
    """Fork for each order; return, in a child, the program that it is to run, all else being as the order says."""
    own = os.getpid()
    signal.signal(signal.SIGCHLD, _reap)
    for number in _FOR_ALL:
        signal.signal(number, signal.SIG_IGN)
    while True:
        order, descriptors, *_ = socket.recv_fds(orders, 1, 1 + len(STREAMS))
        if not order:
            sys.exit()
        if not os.fork():
            end_with(own)
            orders.close()
            return _attend(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _reap(*_: object) -> None:
    """Take note of all who have ended; nobody else does."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _attend(its: int, *streams: int) -> str:
    """Fork once more, wait for the child, and tell of it; return in the child."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    teller = socket.socket(fileno=its)
    with teller.makefile("rb") as said:
        module, arguments, environment, folder, names = json.loads(said.read())
    own = os.getpid()
    if pid := os.fork():
        setproctitle(f"python -m {SERVER}: waits for {pid}")
        teller.sendall(b"%d\n" % pid)
        _, ended = os.waitpid(pid, 0)
        teller.sendall(b"%d\n" % os.waitstatus_to_exitcode(ended))
        os._exit(0)
    teller.close()
    for number in _FOR_ALL:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    end_with(own)
    for name, stream in zip(names, streams, strict=True):
        os.dup2(stream, STREAMS.index(name))
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[0] = folder
    time.tzset()
    begin_anew()
    sys.argv[1:] = arguments
    setproctitle(" ".join(["python", "-m", module, *arguments]))
    return str(module)


def _main(parent: int, orders: int, modules: Sequence[str]) -> str:
    end_with(parent)
    getproctitle()  # it looks for its place in the environment, which is that of another in the end
    load(modules)
    gc.freeze()  # the search for garbage would write into what is shared
    setproctitle(f"python -m {SERVER}")
    taking = socket.socket(fileno=orders)
    taking.sendall(b".")
    return serve(taking)


if __name__ == "__main__":
    program = _main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    runpy.run_module(program, run_name="__main__", alter_sys=True)
