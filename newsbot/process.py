"""Memory that goes back to the system once it is free, where the C library is glibc."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

LARGE = 1_048_576
"""Bytes of a block that is given back as soon as it is freed."""
M_MMAP_THRESHOLD = -3


def give_large_blocks_back() -> None:
    """Let the C library give every large block back when it is freed (mallopt(3)).

    By itself glibc raises that bound to 32 MB as large blocks are freed, and keeps what large pages took.
    """
    _call("mallopt", M_MMAP_THRESHOLD, LARGE)


def give_free_memory_back() -> None:
    """Give back what is free in small pieces (malloc_trim(3)); takes some milliseconds."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    if sys.platform == "linux" and (function := getattr(ctypes.CDLL(None), name, None)):  # musl has none of them
        function(*arguments)


# ``python -m newsbot.process PARENT COMMAND...``: run a command that dies when its parent dies.
#
# The child itself asks the kernel for the signal, because code between fork and exec is not safe in a
# process with threads. PR_SET_PDEATHSIG (Linux, prctl(2)) outlives exec; elsewhere the command just runs.

PR_SET_PDEATHSIG = 1


def leashed(command: Sequence[str]) -> list[str]:
    """Return the command line that runs a command leashed to this process."""
    return [sys.executable, "-m", "newsbot.process", str(os.getpid()), *command]


def _main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # it died before it could be asked for
    os.execvp(command[0], command)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
