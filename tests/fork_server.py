"""A process that has loaded what a crawl needs, and forks for each `scrapy` and `newsbot` of the tests.

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
PAGE = b"<title>A wall</title><h1>A wall</h1>" + b"<p>The wall of the harbour was mended on Monday." * 20
"""An article, so that what is loaded for the first one is loaded, too."""
LARGEST = 200_000
"""Bytes of an order: command, folder and environment."""


class ForkServer:
    """Runs programs in forks of a process of its own, which ends when this one does."""

    def __init__(self) -> None:
        self._orders, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            command = [sys.executable, __file__, str(its.fileno())]
            self._server = subprocess.Popen(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)

    def run(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Return what `python -m COMMAND` came to and what it said. Raises TimeoutError."""
        mine, its = socket.socketpair()
        with mine, mine.makefile() as told, tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            order = json.dumps([command, str(cwd), dict(env)]).encode()
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
            return subprocess.CompletedProcess(command, status, out.read(), err.read())

    def close(self) -> None:
        """End the server."""
        self._orders.close()
        self._server.wait()


def serve(orders: socket.socket) -> str:
    """Fork for each order, and tell who carries it out and how that ended; return the program in who is to run it."""
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
    (program, *arguments), folder, environment = json.loads(order)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    time.tzset()
    sys.argv[1:] = arguments
    sys.path[0] = folder
    return str(program)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    for name in LOADED:
        for _ in walk_modules_iter(name):
            pass
    from newsbot.cleaning import clean_article
    from newsbot.extraction import extract_article

    loaded_too_early = {"newsbot.settings", "twisted.internet.reactor"} & sys.modules.keys()
    assert not loaded_too_early, loaded_too_early
    clean_article(extract_article(PAGE, "https://example.org/2026/11/20/wall"))
    gc.freeze()
    program = serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module(program, run_name="__main__", alter_sys=True)
