"""The roster: all outlets, as the sources file had them when a round was enqueued, for every worker to read.

Whose an article is, all outlets tell (newsbot.sources.Outlets), and a worker sees no sources file. So whoever enqueues
writes them into a stream of the broker, a log that anyone reads without taking from it, whenever they have changed; a
job names its roster by digest. The newest that a worker has met says how a source is crawled, whatever its job has.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from pydantic import ValidationError

from newsbot.scale.job import Job, block_of, digest_of
from newsbot.sources import Source

ARGUMENTS = {
    "x-queue-type": "stream",
    "x-max-length-bytes": 64_000_000,
    "x-stream-max-segment-size-bytes": 8_000_000,
}
"""Of the stream. 100,000 outlets are 6 MB, compressed; a job waits for a few rounds at most."""
PATIENCE = 2.0
"""Seconds to wait for the last roster of the stream; of an empty one nothing comes."""
NEXT = 0.2
"""Seconds to wait for one that was written with it."""


class Roster:
    """All outlets at one moment."""

    def __init__(self, sources: Sequence[Source], *, at: float, digest: str = "") -> None:
        """``at``: when it was made, in seconds of the Unix epoch."""
        self.at = at
        self.sources = {source.name: source for source in sources}
        self.digest = digest or hashlib.sha256("".join(map(digest_of, sources)).encode()).hexdigest()

    def as_bytes(self) -> bytes:
        """Return it as it is written into the stream."""
        blocks = [block_of(source) for source in self.sources.values()]
        return zlib.compress(orjson.dumps({"digest": self.digest, "at": self.at, "sources": blocks}))

    @classmethod
    def from_bytes(cls, body: bytes) -> Roster:
        """Return what was written, without the outlets whose blocks this newsbot cannot read. Raises ValueError."""
        try:
            said = orjson.loads(zlib.decompress(body))
            sources = [source for block in said["sources"] if (source := _readable(block))]
            return cls(sources, at=float(said["at"]), digest=said["digest"])
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError(f"no roster: {error!r}") from None


class Rosters:
    """The newest roster that a worker has met. Threads may share it."""

    def __init__(self) -> None:
        self._newest = Roster([], at=0.0)
        self._others = {""}
        """Digests of older ones."""
        self._lock = threading.Lock()

    def current(self, job: Job, connection: Any, stream: str) -> tuple[Job, Sequence[Source]]:
        """Return a job as the newest roster has its source, and all outlets beside it; reads the stream if need be."""
        with self._lock:
            if job.roster not in {self._newest.digest, *self._others}:
                self._newest = newest(connection, stream) or self._newest
                self._others.add(job.roster)
            roster = self._newest
        if (newer := roster.sources.get(job.source.name)) and job.roster != roster.digest:
            job = replace(job, source=newer, roster=roster.digest)
        return job, list(roster.sources.values())


def newest(connection: Any, stream: str) -> Roster | None:
    """Return the roster that was written last; None if there is none. Raises what kombu does for a lost broker."""
    bodies: list[bytes] = []

    def take(message: Any) -> None:
        message.channel.basic_ack(message.delivery_tag)
        bodies.append(bytes(message.body))

    with connection.channel() as channel:
        channel.basic_qos(0, 1, False)
        channel.basic_consume(stream, callback=take, arguments={"x-stream-offset": "last"})
        try:
            while True:  # the last chunk may hold several
                connection.drain_events(timeout=NEXT if bodies else PATIENCE)
        except TimeoutError:
            pass
    try:
        return Roster.from_bytes(bodies[-1]) if bodies else None
    except ValueError:
        return None


def _readable(block: Mapping[str, Any]) -> Source | None:
    try:
        return Source.model_validate(block)
    except ValidationError:
        return None
