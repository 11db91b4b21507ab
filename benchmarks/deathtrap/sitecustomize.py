"""Sends a signal to this process at a chosen call of a named function, in code that knows nothing of it.

With this folder on PYTHONPATH, Python imports this file when it starts:

    DIE_AT="before atomic.sync 2 SIGKILL" scrapy crawl news

means the second call of ``sync`` in a module whose name ends in ``atomic``; ``after`` is when it returns. Calls
count from the first connection to the database on. When the signal is sent, the order is appended to the file that
DIE_NOTE names.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType


def lay(moment: str, point: str, call: int, name: str, note: str | None) -> None:
    """Let the process meet a signal at a call of a point, "module.function" or "module.Class.method"."""
    module, _, function = point.partition(".")
    event_awaited = {"before": "call", "after": "return"}[moment]
    left = call
    armed = False

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal left
        if event != event_awaited or frame.f_code.co_qualname != function:
            return
        if frame.f_globals["__name__"].rpartition(".")[2] != module:
            return
        left -= 1
        if left == 0:
            sys.setprofile(None)
            if note:
                with Path(note).open("a") as file:
                    file.write(f"{moment} {point} {call}\n")
            os.kill(os.getpid(), signal.Signals[name])

    def arm(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal armed
        # What comes before are imports, which watching makes slow.
        is_opening = event == "sqlite3.connect" or (event == "import" and arguments[0] == "psycopg.pq")
        if is_opening and not armed:
            armed = True
            sys.setprofile(watch)

    sys.addaudithook(arm)


# Taken out of the environment, so that worker processes do not count as well.
if _order := os.environ.pop("DIE_AT", ""):
    _moment, _point, _call, _signal = _order.split()
    lay(_moment, _point, int(_call), _signal, os.environ.get("DIE_NOTE"))
