"""Leases on sites, so that no two workers are at one site at the same time.

A lease is an exclusive queue of the broker: it belongs to one connection, a second declaration is refused, and it is
gone when its connection is, however the holder died. So there is nothing to renew and nothing to clean up.

What a holder has to know is until when the lease is its own if it hears no more. Every answer tells it:

    the broker gives a lease away     2 to 3 heartbeats after the last byte that it got of the holder:  20 to 30 s
    the holder counts on it for       1.5 heartbeats after it sent the last question that was answered: 15 s

docs/decisions/0042-many-machines.md has the whole reckoning.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import ResourceLocked

HEARTBEAT = 10
"""Seconds; a broker that is set to less, or a broker's address that ends in ?heartbeat=5, has less."""
KEPT = 1.5
"""Heartbeats for which a lease is one's own after a question that was answered: half a one less than at the broker."""
RETRY = 1.0
"""Seconds between two tries to take a lease that is another's."""


class LeaseLost(Exception):
    """The connection that held the lease is gone, and another worker may have the site by now."""


class Lease:
    """What a worker holds while it is at some sites."""

    def __init__(self, connection: Any, names: Sequence[str]) -> None:
        """``connection`` is a kombu Connection of the lease's own (newsbot.scale.broker, connection_of)."""
        self.connection = connection
        self._names = sorted(names)
        self._channel: Any = None

    def connect(self) -> None:
        """Connect to the broker. Raises LeaseLost."""
        with self._heard():
            self.connection.connect()

    def take(self) -> bool:
        """Take the lease on every site, or on none and return False. Raises LeaseLost."""
        taken: list[str] = []
        with self._heard():
            for name in self._names:
                channel = self.connection.channel()
                try:
                    channel.queue_declare(queue=name, durable=False, exclusive=True, auto_delete=False)
                except ResourceLocked:  # the broker has closed the channel
                    self._give_back(taken)
                    return False
                channel.close()
                taken.append(name)
            self._channel = self.connection.channel()
        return True

    def confirm(self) -> float:
        """Ask the broker whether the lease is there, and return until when it is one's own (time.monotonic).

        Raises LeaseLost where no answer comes.
        """
        asked = time.monotonic()
        with self._heard():
            self._channel.queue_declare(queue=self._names[0], passive=True)
        return asked + KEPT * float(self.connection.get_heartbeat_interval())

    @contextmanager
    def _heard(self) -> Iterator[None]:
        errors = (*self.connection.connection_errors, *self.connection.channel_errors)
        try:
            yield
        except errors as error:
            raise LeaseLost(str(error) or type(error).__name__) from None

    def _give_back(self, names: Sequence[str]) -> None:
        channel = self.connection.channel()
        for name in names:
            channel.queue_delete(queue=name)
        channel.close()


@contextmanager
def leased(connection: Any, names: Sequence[str], *, within: float) -> Iterator[Lease | None]:
    """Hold the lease on all sites, and give it back; None if others have had one of them for so many seconds.

    Raises LeaseLost.
    """
    end = time.monotonic() + within
    with connection:
        lease = Lease(connection, names)
        lease.connect()
        while not (is_mine := lease.take()) and time.monotonic() < end:
            time.sleep(min(RETRY, within))
        yield lease if is_mine else None
