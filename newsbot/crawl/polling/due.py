"""Which sources have something to do now: a listing or a visit that is due, or an address that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Engine

from newsbot.crawl.polling.publishing import Bounds
from newsbot.crawl.polling.schedule import Schedule, shifted
from newsbot.sources import Source
from newsbot.store import frontier, listings, revisits


def due_of(engine: Engine, sources: Iterable[Source], schedule: Schedule, *, now: str) -> set[str]:
    """Return the names of those of some sources that have something to do; ``schedule`` has their listings."""
    waiting = _waiting(engine, now)
    return {source.name for source in sources if source.name in waiting or schedule.due(source)}


def due_now(engine: Engine, sources: Iterable[Source], bounds: Bounds, now: Callable[[], str]) -> list[Source]:
    """Return those of some sources that have something to do, those that have waited longest first.

    Of all others no more is read than when their listings are due, so that it may be asked every few seconds.
    """
    moment = now()
    horizon = shifted(moment, bounds.most_early)
    waiting, known = _waiting(engine, moment), listings.due_times(engine)
    since: dict[str, str] = {}
    maybe = []
    for source in sources:
        times = known.get(source.name, {})
        since[source.name] = min(times.get(url) or "" for _, url in source.listings())
        if source.name in waiting or min([since[source.name], *(at or "" for at in times.values())]) <= horizon:
            maybe.append(source)
    schedule = Schedule(engine, [source.name for source in maybe], bounds, now)
    due = [source for source in maybe if source.name in waiting or schedule.due(source)]
    return sorted(due, key=lambda source: since[source.name])


def _waiting(engine: Engine, now: str) -> set[str]:
    """Return the sources that have addresses to be fetched, or articles to be looked at."""
    return frontier.sources_waiting(engine, now=now) | revisits.sources_due(engine, now=now)
