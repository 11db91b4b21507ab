"""Leases on sites, so that no two workers are at one site at the same time.

A lease is an exclusive queue of the broker: it belongs to one connection, a second declaration is
refused, and it is gone when its connection is, however the holder died. So there is no clock, nothing
to renew and nothing to clean up. A holder that loses its connection learns it from keep().
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import ResourceLocked

HEARTBEAT = 10
"""Seconds; the broker takes a lease away from a holder that was silent for twice as long."""

logger = logging.getLogger("newsbot.scale")


class LeaseLost(Exception):
    """The connection that held the lease is gone, and another worker may have the site by now."""


class Lease:
    """What a worker holds while it is at some sites."""

    def __init__(self, connection: Any, names: Sequence[str]) -> None:
        """``connection`` is a kombu Connection of the lease's own, with a heartbeat."""
        self._connection = connection
        self._names = sorted(names)

    def take(self) -> bool:
        """Take the lease on every site, or on none and return False."""
        taken: list[str] = []
        for name in self._names:
            channel = self._connection.channel()
            try:
                channel.queue_declare(queue=name, durable=False, exclusive=True, auto_delete=False)
            except ResourceLocked:  # the broker has closed the channel
                self._give_back(taken)
                return False
            channel.close()
            taken.append(name)
        return True

    def keep(self, seconds: float) -> None:
        """Wait, and show the broker that the holder lives. Raises LeaseLost."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._connection.heartbeat_check()
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                pass
            except self._connection.connection_errors as error:
                raise LeaseLost(str(error)) from None

    def _give_back(self, names: Sequence[str]) -> None:
        channel = self._connection.channel()
        for name in names:
            channel.queue_delete(queue=name)
        channel.close()


@contextmanager
def leased(connection: Any, names: Sequence[str], *, retry_every: float = 1.0) -> Iterator[Lease]:
    """Wait until the lease on all sites is to be had, asking every so many seconds; hold it, and give it back.

    Raises LeaseLost, while it waits too.
    """
    with connection:
        connection.connect()
        lease = Lease(connection, names)
        if not lease.take():
            logger.info("waiting for %s: another worker is there", ", ".join(names))
            lease.keep(retry_every)
            while not lease.take():
                lease.keep(retry_every)
        yield lease
