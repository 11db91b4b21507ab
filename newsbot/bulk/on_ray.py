"""The work on archives on a cluster of Ray (https://docs.ray.io), or on one that is started for it on this machine.

Whoever works reads the files by their paths: they are on a file system that all machines have, and so is newsbot.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TypeVar

from newsbot.bulk.engines import Closed, Lost, Task
from newsbot.crawl.worker_pool import GRACE, LOOK_AGAIN
from newsbot.process import MissingExtra, NewsbotError

T = TypeVar("T")
ENVIRONMENT = {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # there are no accelerators, and no warning is needed of that
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""What Ray is told by its environment, where that says nothing else."""


class OnRay:
    """Does the work in workers of Ray: what one that dies has had in hand is given to another."""

    def __init__(self, timeout: float, address: str | None = None, workers: int | None = None) -> None:
        """``timeout``: seconds that a page may take, 0 for any time. ``address``: of a cluster.

        Without one, a new one is started here with so many ``workers``, by default one a core. Raises MissingExtra, or
        NewsbotError where there is no cluster.
        """
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            import ray  # not above: it is an extra, and takes seconds
        except ImportError:
            raise MissingExtra("engine=ray needs", "ray") from None
        options = {"address": address} if address else {"num_cpus": workers, "include_dashboard": False}
        try:
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
        except Exception as error:  # noqa: BLE001 - Ray raises it bare where its processes do not start
            said = str(error).strip().partition("\n")[0]
            if address and os.environ.get("RAY_AUTH_MODE") != "token":
                said += "; if it wants a token, set RAY_AUTH_MODE=token"
            raise NewsbotError(f"the cluster of Ray at {address or 'this machine'} cannot be used: {said}") from None
        self._ray = ray
        self._timeout = timeout
        self._is_closed = Event()
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        self.workers = max(1, int(resources.get("CPU", 1)))

    def begin(self, work: Callable[..., T], *args: object, times: int = 1) -> Task[T]:
        if self._is_closed.is_set():
            raise Closed
        return Task(self._ray.remote(work).options(max_retries=0).remote(*args), times=times)

    def result(self, task: Task[T]) -> T:
        ray, since = self._ray, monotonic()
        while not self._is_closed.is_set():
            try:
                made: T = ray.get(task.of, timeout=LOOK_AGAIN)
            except ray.exceptions.GetTimeoutError:
                if self._timeout and monotonic() - since > self._timeout * task.times + GRACE:
                    ray.cancel(task.of, force=True)
                    raise Lost("extractor_timeout", f"over {self._timeout * task.times:g} s") from None
            except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError) as error:
                raise Lost("extractor_crashed", str(error).partition("\n")[0]) from None
            except ray.exceptions.RayError:
                if self._is_closed.is_set():
                    break
                raise
            else:
                return made
        raise Closed

    def close(self) -> None:
        self._is_closed.set()
        self._ray.shutdown()
