"""The requests that wait for one host: its sources take turns, and what is newest of each comes first.

Scrapy's own queue gives out what came last. Fifty sources on one host then wait for the one that came with 5,000
articles, and of a feed, which names its newest first, the oldest is asked for first
(docs/decisions/0036-runs-that-end.md).
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count

from scrapy import Request

Rank = tuple[int, float, int]


class SourceTurns:
    """A queue of requests, with the interface of Scrapy's priority queues.

    Reads ``request.meta["source"]``, whose turn it is, and ``request.meta["as_of"]``, how new the page is that is asked
    for: seconds of the Unix epoch. Priorities are those within a source; of the same priority the newest come first,
    and of the same age those that came first.

    >>> def asked(name, source, as_of, priority=0):
    ...     return Request(f"https://e.org/{name}", priority=priority, meta={"source": source, "as_of": as_of})
    >>> turns = SourceTurns()
    >>> for request in [asked("a1", "a", 1), asked("a3", "a", 3), asked("a2", "a", 2), asked("b", "b", 1)]:
    ...     turns.push(request)
    >>> turns.push(asked("feed", "a", 0, priority=10))
    >>> [turns.pop().url[14:] for _ in range(len(turns))], turns.pop()
    (['feed', 'b', 'a3', 'a2', 'a1'], None)
    """

    def __init__(self) -> None:
        self._sources: dict[str, list[tuple[Rank, Request]]] = {}
        """Heaps, in the order of the sources' turns."""
        self._pushed = count()

    def push(self, request: Request) -> None:
        """Let a request wait."""
        rank = (-request.priority, -request.meta.get("as_of", 0.0), next(self._pushed))
        heappush(self._sources.setdefault(request.meta.get("source", ""), []), (rank, request))

    def pop(self) -> Request | None:
        """Return the next request of the source whose turn it is; None if there is none."""
        if not self._sources:
            return None
        source = next(iter(self._sources))
        waiting = self._sources.pop(source)
        _, request = heappop(waiting)
        if waiting:
            self._sources[source] = waiting  # behind the others
        return request

    def peek(self) -> Request | None:
        """Return what ``pop`` would."""
        return next((waiting[0][1] for waiting in self._sources.values()), None)

    def close(self) -> list[int]:
        """Forget all; there are no priorities to go on with, as nothing is kept on disk."""
        self._sources.clear()
        return []

    def __len__(self) -> int:
        return sum(map(len, self._sources.values()))
