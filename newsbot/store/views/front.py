"""The state of the news: articles by day and outlet, and how the last runs went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import orjson
from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from newsbot.store import schema
from newsbot.store.database import reading
from newsbot.store.health import OVERRUN
from newsbot.store.ledger import Account, account_from

_ARTICLES, _COVERAGE, _RUNS = schema.articles, schema.coverage, schema.runs
_DAY = schema.DAY.label("day")
_ORIGINAL = _ARTICLES.c.duplicate_of.is_(None)
_MOMENT = func.coalesce(_ARTICLES.c.published_at, _ARTICLES.c.first_seen)


@dataclass(frozen=True, slots=True)
class Headline:
    """An article, as a list by outlet shows it."""

    source: str
    id: str
    title: str
    published: str | None
    language: str | None
    of_source: int
    """Articles that its outlet has that day."""


@dataclass(frozen=True, slots=True)
class RunTold:
    """A run, and what it came to."""

    id: str
    spider: str
    started_at: str
    finished_at: str | None
    """When its files were whole; None while it is at work."""
    status: str
    sources: int
    counts: Counter[str]
    """"discovered" and every outcome, over all sources."""


def count_articles(engine: Engine) -> int:
    """Return how many articles are stored, copies left out."""
    everything = select(func.count()).select_from(_ARTICLES)
    with reading(engine) as connection:  # both from indexes alone
        copies = connection.execute(everything.where(~_ORIGINAL)).scalar_one()
        return connection.execute(everything).scalar_one() - copies


def days(engine: Engine, *, since: str, until: str) -> dict[str, int]:
    """Return how many articles each day has, copies left out: of publication, else of first sight; no day without any.

    ``since`` and ``until`` are the first day and the last, YYYY-MM-DD.
    """
    query = select(_DAY, func.count().label("articles")).where(_within(since, until)).group_by(_DAY)
    with reading(engine) as connection:
        return {row.day: row.articles for row in connection.execute(query)}


def last_day(engine: Engine, *, until: str) -> str | None:
    """Return the last day up to ``until`` that has an article and no copy alone."""
    table = _ARTICLES
    published = select(table.c.published_day).where(table.c.published_day <= until)
    seen = select(table.c.first_seen).where(table.c.published_day.is_(None), table.c.first_seen < f"{until}U")
    queries = [published.order_by(table.c.published_day.desc()), seen.order_by(table.c.first_seen.desc())]
    with reading(engine) as connection:
        found = [connection.execute(query.where(_ORIGINAL).limit(1)).scalar() for query in queries]
    return max((moment[:10] for moment in found if moment), default=None)


def headlines(engine: Engine, day: str, *, each: int) -> list[list[Headline]]:
    """Return the latest articles of a day by outlet, the outlets with most first; ``each``: of one outlet at most."""
    table = _ARTICLES
    latest = func.row_number().over(partition_by=table.c.source, order_by=[_MOMENT.desc(), table.c.id]).label("place")
    of_source = func.count().over(partition_by=table.c.source).label("of_source")
    names = ("source", "id", "title", "published", "language")
    inner = select(*(table.c[name] for name in names), of_source, latest).where(_within(day, day)).subquery()
    columns = [inner.c[name] for name in (*names, "of_source")]
    query = select(*columns).where(inner.c.place <= each)
    query = query.order_by(inner.c.of_source.desc(), inner.c.source, inner.c.place)
    with reading(engine) as connection:
        found = [Headline(*row) for row in connection.execute(query)]
    return [list(some) for _, some in groupby(found, key=attrgetter("source"))]


def last_runs(engine: Engine, *, limit: int) -> list[RunTold]:
    """Return the runs that began last, the latest first."""
    table = _COVERAGE
    told = []
    with reading(engine) as connection:
        for run in connection.execute(select(_RUNS).order_by(_RUNS.c.started_at.desc()).limit(limit)).all():
            sums = connection.execute(select(table.c.counts).where(table.c.run_id == run.id)).scalars().all()
            counts: Counter[str] = Counter()
            for some in sums:
                counts.update(account_from(orjson.loads(some)).counts)
            told.append(RunTold(run.id, run.spider, run.started_at, run.finished_at, run.status, len(sums), counts))
    return told


def last_accounts(engine: Engine, *, since: str) -> dict[str, Account]:
    """Return what the last run of every source came to there, of sources that were asked since a moment."""
    table = _COVERAGE
    last = select(table.c.source, func.max(table.c.run_id).label("run_id")).group_by(table.c.source).subquery()
    same = and_(table.c.source == last.c.source, table.c.run_id == last.c.run_id)
    query = select(table.c.source, table.c.counts).join(last, same).where(last.c.run_id >= _as_run(since))
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(table.c.source)).all()
    return {row.source: account_from(orjson.loads(row.counts)) for row in rows}


def gaps(engine: Engine, *, since: str) -> dict[str, str]:
    """Return the sources of which a feed had dropped what it named before, in a run since a moment: the last note."""
    table = _COVERAGE
    met = select(table.c.source, table.c.counts).where(table.c.counts.contains(OVERRUN, autoescape=True))
    with reading(engine) as connection:
        rows = connection.execute(met.where(table.c.run_id >= _as_run(since)).order_by(table.c.run_id)).all()
    notes = [(row.source, account_from(orjson.loads(row.counts)).notes) for row in rows]
    return {source: note for source, some in notes for note in some if OVERRUN in note}


def forgotten(engine: Engine, article_id: str) -> tuple[str, str] | None:
    """Return when an article was removed at somebody's wish, and why; None if it was not."""
    table = schema.forgotten
    query = select(table.c.forgotten_at, table.c.why).where(table.c.article_id == article_id)
    with reading(engine) as connection:
        row = connection.execute(query.order_by(table.c.forgotten_at).limit(1)).first()
    return (row.forgotten_at, row.why) if row else None


def _within(since: str, until: str) -> ColumnElement[bool]:
    """Return the condition that an article, and no copy of one, is of some days; written so that indexes serve it."""
    published = _ARTICLES.c.published_day.between(since, until)
    # "U" is the character behind "T", which stands between day and time.
    seen = and_(_ARTICLES.c.published_day.is_(None), _ARTICLES.c.first_seen.between(since, f"{until}U"))
    return and_(_ORIGINAL, or_(published, seen))


def _as_run(moment: str) -> str:
    """Return what a run's id is at least that began at a moment."""
    return moment.translate({ord(mark): None for mark in "-:"})
