"""The queues of newsbot at a RabbitMQ, and the Celery application that puts jobs into them and takes them out.

QUEUE           jobs that wait for a worker
QUEUE.later     those that another try is to be made of in a while; the broker puts them back into QUEUE by itself
QUEUE.refused   messages that no worker could read, and those that came back DELIVERIES times
QUEUE.roster    a stream: all outlets, whenever they have changed (newsbot.scale.roster)
QUEUE.site.*    leases on sites; QUEUE.beat: the lease on the schedule (newsbot.scale.lease)
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from amqp.exceptions import AMQPError, NotFound, RecoverableConnectionError, ResourceLocked
from celery import Celery
from celery.exceptions import Reject
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from newsbot.scale import roster
from newsbot.scale.lease import HEARTBEAT, KEPT

TASK = "newsbot.crawl"
DELIVERIES = 1000
"""Times that a message may come back before the broker puts it among the refused. What comes to nothing is counted by
source, in the store (newsbot.store.fleet); this is for what nobody counts."""
LATER = 20.0
"""Seconds until a job is tried again that somebody else's crawl, or a try that failed, has put off."""
MESSAGE_SECONDS = 24 * 3600
"""How long the broker lets a worker be at a message (RabbitMQ 3.12 and newer; its own default is 30 minutes)."""
BROKER_ERRORS = (OperationalError, AMQPError, OSError)


@dataclass(frozen=True, slots=True)
class Queued:
    """How many messages there are."""

    waiting: int
    later: int
    refused: int
    consumers: int
    """Workers that take from the queue now."""
    has_beat: bool
    """Whether a schedule is at work."""


def application(broker_url: str, queue: str) -> Celery:
    """Return the Celery application of a queue; who works on it adds the task (newsbot.scale.worker)."""
    app = Celery("newsbot", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_queues=[_jobs(queue)],
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
        broker_heartbeat=HEARTBEAT,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"confirm_publish": True},
        broker_native_delayed_delivery_queue_type="classic",
    )
    return app


def queue_of(app: Celery) -> str:
    """Return the name of an application's queue."""
    return str(app.conf.task_default_queue)


def connection_of(app: Celery) -> Any:
    """Return a connection, not opened yet, that waits no longer for an answer than a lease is sure (kombu)."""
    patience = KEPT * HEARTBEAT
    options = {**app.conf.broker_transport_options, "read_timeout": patience, "write_timeout": patience}
    return app.connection_for_write(heartbeat=HEARTBEAT, connect_timeout=HEARTBEAT, transport_options=options)


def put(app: Celery, connection: Any, jobs: Iterable[Mapping[str, Any]], *, later: bool = False) -> None:
    """Put jobs (Job.as_message) into the queue, or among those that come into it after LATER seconds.

    The broker has them when this returns. Raises one of BROKER_ERRORS.
    """
    queue = queue_of(app)
    with app.amqp.Producer(connection.default_channel) as producer:
        for job in jobs:
            app.send_task(
                TASK,
                [dict(job)],
                exchange=queue,
                routing_key=f"{queue}.later" if later else queue,
                producer=producer,
            )


def declare(app: Celery, connection: Any) -> None:
    """Make the queues if need be. Raises one of BROKER_ERRORS, also for one of that name that is made otherwise."""
    connection.ensure_connection(max_retries=1, interval_start=0.2)
    queue, channel = queue_of(app), connection.default_channel
    for one in (_refused(queue), _jobs(queue), _later(queue)):
        one.bind(channel).declare()
    channel.queue_declare(f"{queue}.roster", durable=True, auto_delete=False, arguments=roster.ARGUMENTS)


def publish_roster(app: Celery, connection: Any, current: roster.Roster) -> None:
    """Write a roster into the stream."""
    with app.amqp.Producer(connection.default_channel) as producer:
        producer.publish(
            current.as_bytes(),
            exchange="",
            routing_key=f"{queue_of(app)}.roster",
            content_type="application/octet-stream",
            content_encoding="binary",
        )


def queued(app: Celery, connection: Any) -> Queued:
    """Return how many messages there are. Raises one of BROKER_ERRORS."""
    queue = queue_of(app)
    with connection.channel() as channel:
        waiting, later, refused = (
            channel.queue_declare(f"{queue}{end}", passive=True) for end in ("", ".later", ".refused")
        )
    beat = is_leased(connection, f"{queue}.beat")
    return Queued(
        waiting.message_count, later.message_count, refused.message_count, waiting.consumer_count, has_beat=beat
    )


def is_leased(connection: Any, name: str) -> bool:
    """Whether somebody holds a lease."""
    try:
        with connection.channel() as channel:
            channel.queue_declare(name, passive=True)
    except (ResourceLocked, NotFound) as refusal:  # the broker has closed the channel
        return isinstance(refusal, ResourceLocked)
    return True


@contextmanager
def connected(app: Celery) -> Iterator[Any]:
    """Open a connection to the broker, on which all queues are there. Raises one of BROKER_ERRORS."""
    with connection_of(app) as connection:
        declare(app, connection)
        yield connection


class OneLine(logging.Filter):
    """Keeps tracebacks out of the log that Celery has for what is to be expected: a job given back, a lost broker."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop what is said of a job that was given back: by us, of which there is a line, or by a broker that is gone.

        What else is told of a broker that is lost keeps its first line.
        """
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, (Reject, RecoverableConnectionError)):
            return False
        if isinstance(error, BROKER_ERRORS):
            record.exc_info = record.exc_text = None
        return True


def _exchange(queue: str) -> Any:
    # Celery wants a topic exchange where a queue is a quorum queue.
    return Exchange(queue, type="topic")  # type: ignore[no-untyped-call]


def _queue(queue: str, end: str, arguments: dict[str, Any]) -> Any:
    name = f"{queue}{end}"
    arguments = {"x-queue-type": "quorum", **arguments}
    return Queue(name, _exchange(queue), routing_key=name, queue_arguments=arguments)  # type: ignore[no-untyped-call]


def _jobs(queue: str) -> Any:
    arguments = {
        "x-delivery-limit": DELIVERIES,
        "x-consumer-timeout": MESSAGE_SECONDS * 1000,
        "x-dead-letter-exchange": queue,
        "x-dead-letter-routing-key": f"{queue}.refused",
    }
    return _queue(queue, "", arguments)


def _later(queue: str) -> Any:
    arguments = {
        "x-message-ttl": int(LATER * 1000),
        "x-dead-letter-exchange": queue,
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return _queue(queue, ".later", arguments)


def _refused(queue: str) -> Any:
    return _queue(queue, ".refused", {})
