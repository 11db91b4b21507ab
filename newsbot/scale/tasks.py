"""The queue of sources, and the task that crawls one of them.

A message is acknowledged when its crawl has ended. If the worker dies before, its crawl dies with it, the
broker gives the message to another worker, and the store sees to it that nothing is fetched or written twice.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from amqp.exceptions import AMQPError
from celery import Celery
from celery.exceptions import Reject
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from newsbot.process import ExitStatus, dying_with_parent
from newsbot.scale.lease import HEARTBEAT, LeaseLost, leased
from newsbot.sources import Source

DELIVERIES = 5
"""Times that a source is handed out before the broker drops it; the next round brings it again."""
MESSAGE_SECONDS = 24 * 3600
"""How long the broker lets a worker be at a message (RabbitMQ 3.12 and newer; its own default is 30 minutes)."""
CRAWL_SECONDS = 6 * 3600
"""Bound of one crawl; then it is asked to end, and what is left stays on the frontier."""
GRACE_SECONDS = 120
"""What it then has to write its files; after that it is killed, and the next crawl heals."""
PAUSE_SECONDS = 30
"""Wait after a crawl that could not start, so that a broken worker does not empty the queue."""
ENDED = (ExitStatus.WHOLE, ExitStatus.UNREACHABLE)
"""Statuses of a crawl that came to its end. A source whose crawl did not is handed out again: another worker may have
the sources file, the disk or the store that this one lacks, and the crawl that is at it (ExitStatus.ELSEWHERE) is not
one of this queue's, or its worker has lost the lease on its sites and is about to end it. The next one goes on where
one was that was asked to end (ExitStatus.ENDED_EARLY)."""
BROKER_ERRORS = (OperationalError, AMQPError, OSError)

logger = logging.getLogger("newsbot.scale")


def application(broker_url: str, queue: str, settings: Sequence[str] = ()) -> Celery:
    """Return the Celery application; ``settings`` (NAME=VALUE) are handed on to every crawl."""
    app = Celery("newsbot", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_queues=[
            Queue(  # type: ignore[no-untyped-call]
                queue,
                # Celery wants a topic exchange where a queue is a quorum queue.
                Exchange(queue, type="topic"),  # type: ignore[no-untyped-call]
                routing_key=queue,
                queue_arguments={
                    "x-queue-type": "quorum",
                    "x-delivery-limit": DELIVERIES,
                    "x-consumer-timeout": MESSAGE_SECONDS * 1000,
                },
            )
        ],
        task_default_queue=queue,
        task_default_exchange=queue,
        task_default_exchange_type="topic",
        task_default_routing_key=queue,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        # The work is done in child processes; threads wait for them, and the main thread answers the broker.
        worker_pool="threads",
        worker_enable_remote_control=False,
        broker_heartbeat=30,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"confirm_publish": True},
        broker_native_delayed_delivery_queue_type="classic",
    )

    @app.task(bind=True, name="newsbot.crawl_source", shared=False)  # type: ignore[untyped-decorator]
    def crawl_source(task: Any, name: str, sites: list[str], sources: str) -> None:
        leases = [f"{queue}.site.{site}" for site in sites]
        try:
            with leased(task.app.connection_for_write(heartbeat=HEARTBEAT), leases) as lease:
                logger.info("%s: crawl begins", name)
                status = run_crawl(crawl_command(name, sources, settings), lease.keep)
        except (LeaseLost, *BROKER_ERRORS) as error:
            logger.error("%s: crawl stopped: %s", name, error)
            status = ExitStatus.CRASHED
        else:
            level = logging.INFO if status in ENDED else logging.ERROR
            logger.log(level, "%s: crawl exited with %d", name, status)
        if status not in ENDED:
            time.sleep(PAUSE_SECONDS)
            raise Reject(f"exit status {status}", requeue=True)

    return app


def declare(app: Celery) -> None:
    """Make the queue if need be. Raises one of BROKER_ERRORS, also for one of that name that is made otherwise."""
    with app.connection_for_write() as connection:
        _declared(app, connection)


def enqueue(app: Celery, sources: Sequence[Source], sources_file: str) -> int:
    """Put every source into the queue, unless an earlier round still waits there; return how many waited."""
    with app.connection_for_write() as connection:
        queue = _declared(app, connection)
        if waiting := int(queue.queue_declare(passive=True).message_count):
            return waiting
        with app.amqp.Producer(connection.default_channel) as producer:
            for source in sources:
                arguments = [source.name, sorted(source.sites()), sources_file]
                app.tasks["newsbot.crawl_source"].apply_async(arguments, producer=producer)
    return 0


def _declared(app: Celery, connection: Any) -> Any:
    connection.ensure_connection(max_retries=1, interval_start=0.2)
    queue = app.amqp.queues[app.conf.task_default_queue].bind(connection.default_channel)
    queue.declare()
    return queue


def crawl_command(name: str, sources: str, settings: Sequence[str]) -> list[str]:
    """Return the command that crawls one source.

    >>> crawl_command("example", "my.toml", ["DOWNLOAD_DELAY=2"])[1:8]
    ['-m', 'scrapy', 'crawl', 'news', '-a', 'only=example', '-a']
    """
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"only={name}"]
    if sources:
        command += ["-a", f"sources={sources}"]
    # One source needs no more; many crawls share the machine.
    for setting in ("NEWSBOT_EXTRACT_WORKERS=1", *settings):
        command += ["-s", setting]
    return command


def run_crawl(command: Sequence[str], wait: Callable[[float], None]) -> int:
    """Run a crawl in a child process, call ``wait(seconds)`` meanwhile, and return its status: negative, a signal's.

    Whatever ``wait`` raises ends the child at once.
    """
    environment = {"SCRAPY_SETTINGS_MODULE": "newsbot.settings", **os.environ}
    bounds = [(CRAWL_SECONDS, signal.SIGTERM), (CRAWL_SECONDS + GRACE_SECONDS, signal.SIGKILL)]
    start = time.monotonic()
    with subprocess.Popen(dying_with_parent(command), env=environment) as child:  # noqa: S603 (our own command)
        try:
            while child.poll() is None:
                wait(0.5)
                if bounds and time.monotonic() - start > bounds[0][0]:
                    child.send_signal(bounds.pop(0)[1])
        finally:
            child.kill()
    return child.returncode
