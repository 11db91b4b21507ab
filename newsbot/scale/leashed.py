"""``python -m newsbot.scale.leashed PARENT COMMAND...``: run a command that dies when its parent dies.

The child itself asks the kernel for the signal, because code between fork and exec is not safe in a
process with threads. PR_SET_PDEATHSIG (Linux, prctl(2)) outlives exec; elsewhere the command just runs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def leashed(command: Sequence[str]) -> list[str]:
    """Return the command line that runs a command leashed to this process."""
    return [sys.executable, "-m", "newsbot.scale.leashed", str(os.getpid()), *command]


def _main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # it died before it could be asked for
    os.execvp(command[0], command)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
