"""Memory that goes back to the system once it is free, where the C library is glibc."""

from __future__ import annotations

import ctypes
import sys

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
