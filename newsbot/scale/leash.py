"""A crawl in a child process that goes on only as long as its worker says that the lease on its sites is theirs.

The worker writes into a pipe until when the lease is sure (``Crawl.go_on``), and the child sets an alarm of the kernel
for that moment: SIGALRM, which nobody handles, ends it. A process that was stopped (SIGSTOP, a frozen container) gets
the alarm before its next instruction, and so asks no host after its time, whatever its worker is: stopped, too, or cut
off. A child whose worker has died is killed by the kernel at once (newsbot.scale.fork_server).

``python -m newsbot.scale.leash MODULE ARGUMENT...`` runs a module so; the pipe is its standard input.
"""

from __future__ import annotations

import os
import runpy
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from typing import Self

from newsbot.scale.fork_server import PATIENCE, ForkServer

SOON = 0.001
"""Seconds until an alarm that should have been; 0 would be none."""
LATE = 2.0
"""Seconds after its alarm in which a child ends that can."""
STDIN = 0
_MOMENT = struct.Struct("d")
"""How a moment is written."""
_MOST = 512 * _MOMENT.size
"""Bytes that are read at once; whole moments, of which the last counts."""


class Crawl:
    """A child process on a leash: the worker's end of it."""

    def __init__(
        self,
        server: ForkServer,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        until: float,
        folder: str | Path = ".",
    ) -> None:
        """Start it; it may go on until a moment of time.monotonic(). Raises OSError where none can be started."""
        reading, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        self._said = self._alarm = until
        try:
            self.go_on(until)
            self._child = server.start(__name__, [module, *arguments], environment, folder, stdin=reading)
        except BaseException:
            os.close(self._pipe)
            raise
        finally:
            os.close(reading)

    def go_on(self, until: float) -> None:
        """Let it go on until a moment of time.monotonic()."""
        if not any(ioctl(self._pipe, termios.FIONREAD, bytes(4))):
            self._alarm = self._said  # it has read all of it
        with suppress(BlockingIOError, BrokenPipeError):  # it was stopped for long, or has ended
            os.write(self._pipe, _MOMENT.pack(until))
            self._said = until

    def ended(self, seconds: float) -> int | None:
        """Wait so long for its end, and return its status: negative, a signal's. None if it goes on.

        One that outlives its alarm stands still (SIGSTOP, a disk that hangs): it is killed, and has the alarm's status.
        Raises OSError if the server has died, and the crawl with it.
        """
        status = self._child.ended(seconds)
        if status is None and time.monotonic() > self._alarm + LATE:
            self._child.send(signal.SIGKILL)
            return -signal.SIGALRM
        return status

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._child.send(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it at once, if it goes on."""
        with suppress(OSError):
            self._child.send(signal.SIGKILL)
            self._child.ended(PATIENCE)
        self._child.close()
        os.close(self._pipe)


def on_leash() -> None:
    """Let this process go on only until the moments that come from standard input; its end is the process's too."""
    pipe = os.dup(STDIN)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, STDIN)
    os.close(nothing)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _heed(os.read(pipe, _MOST))
    threading.Thread(target=_follow, args=[pipe], name="leash", daemon=True).start()


def _follow(pipe: int) -> None:
    while said := os.read(pipe, _MOST):
        _heed(said)
    os.kill(os.getpid(), signal.SIGKILL)


def _heed(said: bytes) -> None:
    (until,) = _MOMENT.unpack(said[-_MOMENT.size :])
    signal.setitimer(signal.ITIMER_REAL, max(until - time.monotonic(), SOON))


if __name__ == "__main__":
    on_leash()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
