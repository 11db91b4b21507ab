"""Forgetting: what bounds the index of near-duplicates, in steps so short that no crawl waits for them."""

from __future__ import annotations

import itertools
import time
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select

from newsbot.store import duplicates, schema

BATCH = 200
"""Articles forgotten in one transaction, some ten milliseconds."""
PAUSE = 0.02
"""Seconds between two transactions, for those who wait to write."""
OVERDUE_DAYS = 30
"""Visits that are overdue so long belong to sources that nobody crawls any more."""


def prune(engine: Engine, days: int, *, now: str, batches: int | None = None) -> int:
    """Take the sketches of old articles out of the index; return how many.

    Old is what was first seen, or last revised, before so many days; 0 days is never. The articles stay,
    and are still known by their addresses and by their very words.
    """
    if not days:
        return 0
    forgotten = 0
    for batch in itertools.count(1):
        some = _prune_batch(engine, _before(now, days), _before(now, OVERDUE_DAYS))
        forgotten += some
        if some < BATCH or batch == batches:
            break
        time.sleep(PAUSE)
    return forgotten


def _prune_batch(engine: Engine, cutoff: str, overdue: str) -> int:
    sketches, articles, visits = schema.sketches, schema.articles, schema.visits
    # The lowest numbers are the oldest; none of the young ones behind them is read.
    oldest = select(sketches.c.article_id).order_by(sketches.c.number).limit(BATCH).subquery()
    query = (
        select(articles.c.id).join(oldest, oldest.c.article_id == articles.c.id).where(articles.c.first_seen < cutoff)
    )
    with engine.begin() as connection:
        connection.execute(delete(visits).where(visits.c.due_at < overdue))
        return duplicates.forget(connection, list(connection.execute(query).scalars()))


def _before(now: str, days: int) -> str:
    return (datetime.fromisoformat(now) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
