"""A process of newsbot and the system around it: its clock, how it ends, whom it outlives, what memory it keeps and
when it looks for garbage.

Why a command or a crawl cannot be carried out, and what it exits with then:

    NewsbotError           1  what is needed cannot be used
    ├── StoreError         1  the database (newsbot.store)
    │   └── RunEnded       1  another crawl found this one dead (newsbot.store.runs)
    ├── Unstorable         1  one record, by its values; a crawl goes on without it (newsbot.store)
    ├── MissingExtra       1  a package that an extra installs
    ├── AllElsewhere       4  every source is left to another crawl
    └── UsageError         2  what was asked for cannot be meant
        ├── SourcesError   2  a sources file, or a name that it lacks (newsbot.sources)
        ├── ArgumentError  2  a spider's -a NAME=VALUE (newsbot.spiders.arguments)
        └── FormatError    2  a file name that says no format (newsbot.export.formats)

``python -m newsbot.process PARENT COMMAND...`` runs a command that dies when its parent dies.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum

LARGE = 1_048_576
"""Bytes of a block that is given back as soon as it is freed."""
SELDOM = 10_000
"""Objects more than at the last search for cycles that call for another one. On 800 real pages the searches took 1.1 ms
a page of a crawl that has workers, 2.7 of one without, at Python's 700; .3 of either at this, and 1 and 8 MB more."""
M_MMAP_THRESHOLD = -3
"""Parameter of mallopt(3)."""
PR_SET_PDEATHSIG = 1
"""Option of prctl(2): the signal that a process gets when its parent ends. It outlives exec."""


class ExitStatus(IntEnum):
    """What every command of newsbot exits with; the same fault has the same status everywhere."""

    WHOLE = 0
    """Everything was done that was asked for."""
    CRASHED = 1
    """Crashed, or refused: what is needed (a store, a folder, an extra, a broker) cannot be used."""
    USAGE = 2
    """What was asked for cannot be meant: an option, an argument, a name, a port that is taken, a sources file,
    a setting."""
    UNREACHABLE = 3
    """Done, and a source could not be reached, more of its pages than usual came to nothing, or pages are not in the
    archive that they were to be in."""
    ELSEWHERE = 4
    """Done, and a source was left to another crawl that is at it."""
    ENDED_EARLY = 5
    """A crawl that was asked to end, or came to a bound, and left addresses to the next run; its files are whole."""
    INTERRUPTED = 130
    """Stopped at once by Ctrl-C, as shells have it (128 + SIGINT): a command, or a crawl by a second Ctrl-C."""


class NewsbotError(Exception):
    """A command or a crawl that cannot be carried out. The message says why and what to do, one line a fault."""

    exit_status = ExitStatus.CRASHED


class MissingExtra(NewsbotError):
    """A package that is not installed, and the extra of newsbot that brings it.

    >>> raise MissingExtra("Parquet files need", "parquet")
    Traceback (most recent call last):
    newsbot.process.MissingExtra: Parquet files need an extra: pip install 'newsbot[parquet]'
    """

    def __init__(self, who_needs: str, extra: str) -> None:
        super().__init__(f"{who_needs} an extra: pip install 'newsbot[{extra}]'")


class AllElsewhere(NewsbotError):
    """Other crawls are at every source that this one is for."""

    exit_status = ExitStatus.ELSEWHERE

    def __init__(self) -> None:
        super().__init__("nothing to do: other crawls on this store are at every source")


class UsageError(NewsbotError, ValueError):
    """An option, an argument, a name, a setting or a file of the user's that cannot be meant."""

    exit_status = ExitStatus.USAGE


def began() -> float:
    """Return when this process did (time.monotonic), some milliseconds later."""
    return _began


def begin_anew() -> None:
    """Let this process, a fork of one that is older, have begun now."""
    global _began
    _began = time.monotonic()


_began = time.monotonic()


def utc_now() -> str:
    """Return the present as the record states it: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def die_with_parent() -> None:
    """Let Linux kill this process when its parent ends, by whatever death; elsewhere it lives on."""
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def end_with(parent: int) -> None:
    """End when the process does that is the parent, which may have ended before that could be asked for."""
    die_with_parent()
    if os.getppid() != parent:
        os._exit(ExitStatus.CRASHED)


def dying_with_parent(command: Sequence[str]) -> list[str]:
    """Return the command line that runs a command so that it dies with this process.

    The child itself asks the kernel for that: code between fork and exec is not safe in a process with threads.
    """
    return [sys.executable, "-m", "newsbot.process", str(os.getpid()), *command]


def give_large_blocks_back() -> None:
    """Let the C library give every large block back when it is freed (mallopt(3), glibc).

    By itself glibc raises that bound to 32 MB as large blocks are freed, and keeps what large pages took.
    """
    _call("mallopt", M_MMAP_THRESHOLD, LARGE)


def give_free_memory_back() -> None:
    """Give back what is free in small pieces (malloc_trim(3), glibc); takes some milliseconds."""
    _call("malloc_trim", 0)


def collect_nothing() -> None:
    """Look for no garbage in cycles until ``collect_seldom``: while modules are loaded, there is next to none."""
    gc.disable()


def collect_seldom() -> None:
    """Look for garbage in cycles now and then, and never again among the objects that are there by now."""
    gc.freeze()
    gc.set_threshold(SELDOM, *gc.get_threshold()[1:])
    gc.enable()


def _call(name: str, *arguments: int) -> None:
    """Call a function of the C library on Linux, where it has one of that name (musl lacks the memory's)."""
    if sys.platform == "linux" and (function := getattr(ctypes.CDLL(None), name, None)):
        function(*arguments)


def _main(parent: int, command: list[str]) -> None:
    end_with(parent)
    os.execvp(command[0], command)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
