"""A process that has loaded what a crawl needs, and forks for each `scrapy` of the tests.

To load it takes a short crawl four fifths of its time, and the tests start some four hundred. The settings are not
loaded: they are what the environment of each says. What a test starts with `subprocess` loads all by itself.
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
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from scrapy.utils.misc import walk_modules_iter

LOADED = (
    "scrapy.commands",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.engine",
    "scrapy.downloadermiddlewares",
    "scrapy.spidermiddlewares",
    "scrapy.squeues",
    "newsbot.commands",
    "newsbot.downloader",
    "newsbot.extensions",
    "newsbot.extraction",
    "newsbot.report",
    "newsbot.spiders",
    "newsbot.pipelines",
    "alembic.command",
)
"""Modules, and packages with all that is in them."""
LARGEST = 200_000
"""Bytes of an order: arguments, folder and environment."""


class ForkServer:
    """Runs `scrapy` in forks of a process of its own, which ends when this one does."""

    def __init__(self) -> None:
        self._orders, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            command = [sys.executable, __file__, str(its.fileno())]
            self._server = subprocess.Popen(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)

    def scrapy(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Return what a command came to and what it said, as subprocess.run does. Raises TimeoutError."""
        mine, its = socket.socketpair()
        with mine, mine.makefile() as told, tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            order = json.dumps([arguments, str(cwd), dict(env)]).encode()
            with its:
                socket.send_fds(self._orders, [order], [its.fileno(), out.fileno(), err.fileno()])
            pid = int(told.readline())
            mine.settimeout(timeout)
            try:
                status = int(told.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, status, out.read(), err.read())

    def close(self) -> None:
        """End the server."""
        self._orders.close()
        self._server.wait()


def serve(orders: socket.socket) -> None:
    """Fork for each order, and tell who carries it out and how that ended; return in who is to carry it out."""
    while True:
        order, fds, *_ = socket.recv_fds(orders, LARGEST, 3)
        if not order:
            sys.exit()
        if not os.fork():
            break
        for fd in fds:
            os.close(fd)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # who has told all
                pass
    orders.close()
    teller, out, err = fds
    if pid := os.fork():
        os.write(teller, b"%d\n" % pid)
        _, ended = os.waitpid(pid, 0)
        os.write(teller, b"%d\n" % os.waitstatus_to_exitcode(ended))
        os._exit(0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    for fd in fds:
        os.close(fd)
    arguments, folder, environment = json.loads(order)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    time.tzset()
    sys.argv[1:] = arguments
    sys.path[0] = folder


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    for name in LOADED:
        for _ in walk_modules_iter(name):
            pass
    loaded_too_early = {"newsbot.settings", "twisted.internet.reactor"} & sys.modules.keys()
    assert not loaded_too_early, loaded_too_early
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("scrapy", run_name="__main__", alter_sys=True)
