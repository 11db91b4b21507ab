"""Where the work on archives is done: in processes of this machine, or on a cluster (newsbot.bulk.on_ray)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from pebble import ProcessExpired, ProcessPool

from newsbot.crawl.worker_pool import GRACE, LOOK_AGAIN, started_pool
from newsbot.process import UsageError

T = TypeVar("T")
LOCAL, RAY = ENGINES = ("local", "ray")


class Lost(Exception):
    """What was to be done has taken its worker along, or too long; whoever does it again may have more luck."""

    def __init__(self, reason: str, detail: str) -> None:
        """``reason``: one of items.REJECTION_REASONS."""
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class Closed(Exception):
    """The engine was closed, and nothing is waited for any more."""


class Engine(Protocol):
    """Does pieces of work, several at a time."""

    workers: int
    """How many at a time."""

    def begin(self, work: Callable[..., T], *args: object, times: int = 1) -> Task[T]:
        """Have a function of a module called with arguments that can be pickled.

        ``times``: how many times as long as a page it may take.
        """

    def result(self, task: Task[T]) -> T:
        """Wait for what comes of it, and raise what it raises. Raises Lost or Closed."""

    def close(self) -> None:
        """End all that is at work. May be called from another thread while a result is waited for."""


@dataclass(slots=True)
class Task(Generic[T]):
    """A piece of work that an engine has begun."""

    of: Any
    """What the engine knows it by."""
    where: Any = None
    since: float = field(default_factory=monotonic)
    times: int = 1


class Here:
    """Does the work in this process, when its result is asked for."""

    workers = 1

    def __init__(self) -> None:
        self._is_closed = Event()

    def begin(self, work: Callable[..., T], *args: object, times: int = 1) -> Task[T]:
        return Task((work, args), times=times)

    def result(self, task: Task[T]) -> T:
        if self._is_closed.is_set():
            raise Closed
        work, args = task.of
        made: T = work(*args)
        return made

    def close(self) -> None:
        self._is_closed.set()


class Local:
    """Does the work in processes of this machine: one that dies or takes too long is replaced."""

    def __init__(self, workers: int, timeout: float) -> None:
        """``timeout``: seconds that a page may take, 0 for any time."""
        self.workers = workers
        self._timeout = timeout
        self._last_result = 0.0
        self._is_closed = Event()
        self._pool: ProcessPool | None = None

    def begin(self, work: Callable[..., T], *args: object, times: int = 1) -> Task[T]:
        if self._is_closed.is_set():
            raise Closed
        try:
            if self._pool is None or not self._pool.active:  # an idle worker was killed, or the fork server
                self._stop()
                self._pool = started_pool(self.workers)
            future: Future[T] = self._pool.schedule(work, args=args, timeout=self._timeout * times or None)
        except (BrokenProcessPool, RuntimeError) as error:
            future = Future()
            future.set_exception(BrokenProcessPool(str(error)))
        future.add_done_callback(self._note)
        return Task(future, self._pool, times=times)

    def result(self, task: Task[T]) -> T:
        since = monotonic()
        future: Future[T] = task.of
        while not self._is_closed.is_set():
            try:
                return future.result(LOOK_AGAIN)
            except ProcessExpired as error:
                raise Lost("extractor_crashed", f"exit code {error.exitcode}") from None
            except BrokenProcessPool as error:
                raise Lost("extractor_crashed", str(error)) from None
            except FutureTimeoutError:
                if future.done():
                    raise Lost("extractor_timeout", f"over {self._timeout * task.times:g} s") from None
            silence = monotonic() - max(since, self._last_result)
            if self._timeout and silence > self._timeout * task.times + GRACE:
                task.where.stop()
            if not task.where.active and not future.done():  # see newsbot.crawl.worker_pool: nothing comes of those
                raise Lost("extractor_crashed", "the workers were killed, and the work with them")
        raise Closed

    def close(self) -> None:
        self._is_closed.set()
        self._stop()

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def _note(self, _future: Future[Any]) -> None:
        self._last_result = monotonic()


def engine_of(name: str, *, workers: int, timeout: float, address: str | None = None) -> Engine:
    """Return the engine of a name. Raises UsageError, MissingExtra where its library is not there.

    ``workers``: processes of this machine, 0 for none but this one. ``address``: of the cluster, for ray.
    """
    if name == RAY:
        from newsbot.bulk.on_ray import OnRay  # not above: it is an extra

        return OnRay(timeout, address)
    if name != LOCAL:
        raise UsageError(f"engine: one of {', '.join(ENGINES)}, not {name!r}")
    if address:
        raise UsageError("address: of a cluster, which engine=ray has")
    return Local(workers, timeout) if workers else Here()
