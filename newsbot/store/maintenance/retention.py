"""What the store keeps, and for how long: what is older goes, in steps so short that no crawl waits for them.

What the promises rest on stays for ever: every article's row with its address and the hash of its words, and every
address that was met. So an article is never brought twice, although its text is no longer kept.

Every step is a transaction of its own, and leaves a store that is whole; so whoever is killed on the way leaves the
rest to the next. The oldest of everything is found by an index.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from newsbot.process import UsageError
from newsbot.store import deciding, documents, runs, schema, sketches
from newsbot.store.database import CHUNK, chunks, reading
from newsbot.store.maintenance.forgotten import TOGETHER
from newsbot.store.search import index

BATCH = 200
"""Rows of the first step of each kind; as many more or fewer then as take STEP_SECONDS."""
STEP_SECONDS = 0.15
"""What one step is to take: the longer, the more of what it writes is on one page, and the longer writers wait."""
PAUSE = 0.11
"""Seconds between two steps: who waits to write to SQLite looks again every tenth of a second."""
OVERDUE_DAYS = 30
"""Visits that are overdue so long belong to sources that nobody crawls any more."""

NONE = false()

SETTINGS = {
    "sketches": "NEWSBOT_REMEMBER_DAYS",
    "texts": "NEWSBOT_KEEP_TEXTS_DAYS",
    "ledger": "NEWSBOT_KEEP_LEDGER_DAYS",
    "runs": "NEWSBOT_KEEP_RUNS_DAYS",
    "files": "NEWSBOT_KEEP_FILES_DAYS",
    "archive": "NEWSBOT_KEEP_ARCHIVE_DAYS",
}


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days things are kept; 0: for ever (SETTINGS names the settings, newsbot/settings.py the reasons)."""

    sketches: int = 0
    """By which copies with other words are recognised."""
    texts: int = 0
    """Texts of articles, in all versions, with the index of their words."""
    ledger: int = 0
    """What each address came to in each run."""
    runs: int = 0
    """What each run and day came to, source by source."""
    files: int = 0
    """Files that runs wrote, by whole days."""
    archive: int = 0
    """Pages as they were fetched, by whole days."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant. Raises UsageError."""
        for name, setting in SETTINGS.items():
            if (days := getattr(self, name)) < 0:
                raise UsageError(f"{setting}: a number of days or 0, not {days}")
        if self.texts and not 0 < self.sketches <= self.texts:
            raise UsageError(
                f"NEWSBOT_KEEP_TEXTS_DAYS: 0, or at least NEWSBOT_REMEMBER_DAYS ({self.sketches or 'for ever'}): "
                "a copy with other words is told by the text"
            )

    def describe(self, what: str) -> str:
        """Say for how long something is kept.

        >>> Keep(ledger=90).describe("ledger"), Keep().describe("texts")
        ('90 days', 'for ever')
        """
        days = getattr(self, what)
        return f"{days} days" if days else "for ever"


def keep_of(days: Mapping[str, object]) -> Keep:
    """Return what SETTINGS say, by the names of Keep's fields. Raises UsageError.

    >>> keep_of({"ledger": "many"})
    Traceback (most recent call last):
    newsbot.process.UsageError: NEWSBOT_KEEP_LEDGER_DAYS: a number of days or 0, not 'many'
    """
    read: dict[str, int] = {}
    for what, given in days.items():
        try:
            read[what] = int(str(given))
        except ValueError:
            raise UsageError(f"{SETTINGS[what]}: a number of days or 0, not {given!r}") from None
    return Keep(**read)


Step = Callable[[Connection, int], tuple[int, bool]]
"""Removes so many of the oldest at most; returns how many, and whether nothing old is left."""


def prune(
    engine: Engine,
    keep: Keep,
    *,
    now: str,
    seconds: float | None = None,
    told: Callable[[str, int], None] = lambda _what, _rows: None,
) -> Counter[str]:
    """Let what is old go from the store; return how many of each kind did.

    ``seconds``: end with the step after which so much time has passed; the next one goes on. ``told`` hears of each
    step. Files are newsbot.export.expiry's.
    """
    gone: Counter[str] = Counter()
    end = time.monotonic() + seconds if seconds is not None else None
    for what, step in _kinds(engine, keep, now):
        for rows in steps(engine, step):
            gone[what] += rows
            told(what, rows)
            if end is not None and time.monotonic() > end:
                return gone
    if end is None and gone["texts"]:
        _merge_words(engine)
    return gone


def _merge_words(engine: Engine) -> None:
    """Let the index of words keep nothing of the texts that are gone.

    By itself it comes to that as others come; where most of it goes at once, it would be for years.
    """

    begins = True

    def step(connection: Connection, _size: int) -> tuple[int, bool]:
        nonlocal begins
        goes_on = index.merge(connection, begins=begins)
        begins = False
        return 0, not goes_on

    for _ in steps(engine, step):
        pass


def _kinds(engine: Engine, keep: Keep, now: str) -> Iterator[tuple[str, Step]]:
    yield "visits", _visits(before(now, OVERDUE_DAYS))
    if keep.sketches:
        yield "sketches", _sketches(before(now, keep.sketches))
    if keep.ledger:
        quoting = run_id_before(now, keep.files) if keep.files else ""
        yield "ledger", _ledger(run_id_before(now, keep.ledger), quoting, runs.undelivered(engine))
    if keep.texts:
        yield "texts", _Texts(before(now, keep.texts))
    if keep.runs:
        cutoff = before(now, keep.runs)
        yield "sums", _oldest(schema.coverage, run_id_before(now, keep.runs))
        yield "days", _days(cutoff[:10])
        yield "findings", _findings(cutoff)
        yield "listings", _listings(cutoff)
        yield "hosts", _hosts(cutoff)
        yield "runs", _runs(run_id_before(now, keep.runs))


def steps(engine: Engine, step: Step) -> Iterator[int]:
    """Carry a step out again and again until nothing old is left; yield how much each removed."""
    size, is_done = BATCH, False
    while not is_done:
        begin = time.monotonic()
        with engine.begin() as connection:
            deciding.alone(connection)
            removed, is_done = step(connection, size)
        took = max(time.monotonic() - begin, STEP_SECONDS / 100)
        yield removed
        size = min(max(1, int(size * min(STEP_SECONDS / took, 2))), CHUNK)
        if not is_done:
            time.sleep(PAUSE)


def _visits(cutoff: str) -> Step:
    table = schema.visits

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        overdue = select(table.c.article_id).where(table.c.due_at < cutoff).limit(size)
        gone = connection.execute(delete(table).where(table.c.article_id.in_(overdue))).rowcount
        return gone, gone < size

    return step


def _sketches(cutoff: str) -> Step:
    table, articles = schema.sketches, schema.articles

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        # The lowest numbers are the oldest; none of the young ones behind them is read.
        oldest = select(table.c.article_id).order_by(table.c.number).limit(size).subquery()
        old = select(articles.c.id).join(oldest, oldest.c.article_id == articles.c.id)
        ids = connection.execute(old.where(articles.c.first_seen < cutoff)).scalars().all()
        gone = sketches.forget(connection, ids)
        return gone, gone < size

    return step


class _Texts:
    """Takes the texts of the oldest articles that have one out of the store, and out of the index of words."""

    def __init__(self, cutoff: str) -> None:
        self._cutoff = cutoff
        self._number = 0
        """The last that was looked at: some stay, and are not looked at again."""

    def __call__(self, connection: Connection, size: int) -> tuple[int, bool]:
        searched, articles = schema.searched, schema.articles
        oldest = (
            select(searched.c.number, articles.c.id, articles.c.first_seen)
            .join(articles, articles.c.id == searched.c.article_id)
            .where(searched.c.number > self._number)
            .order_by(searched.c.number)
            .limit(size)
        )
        rows = connection.execute(oldest).all()
        old = [row.id for row in rows if row.first_seen < self._cutoff]
        ids = sorted(set(old) - _in_use(connection, old))
        documents.strip(connection, ids)
        index.remove(connection, ids)
        sketches.forget(connection, ids)
        if rows:
            self._number = rows[-1].number
        return len(ids), len(rows) < size or rows[-1].first_seen >= self._cutoff


def _in_use(connection: Connection, ids: list[str]) -> set[str]:
    """Return those of some articles that are to be looked at again, or are not yet in a whole file."""
    visits, outbox, exports = schema.visits, schema.outbox, schema.exports
    planned = select(exports.c.id).where(exports.c.done == 0)
    waiting = or_(outbox.c.export_id.is_(None), outbox.c.export_id.in_(planned))
    found: set[str] = set()
    for some in chunks(ids):
        found.update(connection.execute(select(visits.c.article_id).where(visits.c.article_id.in_(some))).scalars())
    found.update(connection.execute(select(outbox.c.article_id).where(waiting)).scalars())
    return found


def _ledger(cutoff: str, quoting: str, undelivered: list[str]) -> Step:
    """Remove lines of the ledger that are of runs before one, but for those of runs whose books are still open.

    Lines that may quote the headline of another article stay as long as the file that quotes it, too: by them it is
    found when that article is to be forgotten. ``quoting``: of runs before this one such files are gone.
    """
    table = schema.ledger
    quotes = and_(table.c.reason == TOGETHER, table.c.detail.is_not(None), table.c.run_id >= quoting)
    stays = or_(quotes, table.c.run_id.in_(undelivered))
    return _oldest(table, cutoff, but=stays)


def _oldest(table: Table, cutoff: str, *, but: ColumnElement[bool] = NONE) -> Step:
    """Return what removes the rows of a table that are of runs before one, in the order of its primary key."""
    key, run_id = list(table.primary_key), table.c.run_id
    place = tuple_(*key)
    after: tuple[str, ...] = ()

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        nonlocal after
        # By the run's id alone an index bounds the search on both sides; the whole key only sifts what is between.
        behind = [run_id >= after[0], place > tuple_(*map(literal, after))] if after else []
        found = connection.execute(select(*key).where(run_id < cutoff, *behind).order_by(*key).limit(size)).all()
        if not found:
            return 0, True
        first, last = found[0], found[-1]
        here = [run_id >= first[0], run_id <= last[0], place <= tuple_(*map(literal, last)), *behind[1:]]
        gone = connection.execute(delete(table).where(*here, ~but)).rowcount
        after = tuple(last)
        return gone, len(found) < size

    return step


def _days(cutoff: str) -> Step:
    table = schema.days

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        old = select(table.c.source, table.c.day).where(table.c.day < cutoff).limit(size)
        keys = [tuple(row) for row in connection.execute(old)]
        for some in chunks(keys):
            connection.execute(delete(table).where(tuple_(table.c.source, table.c.day).in_(some)))
        return len(keys), len(keys) < size

    return step


def _findings(cutoff: str) -> Step:
    """Remove findings that were cleared before a moment, and who was told of them."""
    findings, told = schema.findings, schema.told

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        old = select(findings.c.id).where(findings.c.cleared_at < cutoff).limit(size)
        ids = connection.execute(old).scalars().all()
        for table, column in ((told, told.c.finding_id), (findings, findings.c.id)):
            connection.execute(delete(table).where(column.in_(ids)))
        return len(ids), len(ids) < size

    return step


def _listings(cutoff: str) -> Step:
    """Remove listings that nobody has asked for since: no index names them any more, or their source has gone."""
    table = schema.listings
    other = table.alias("other")
    key = tuple_(table.c.source, table.c.url)

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        is_next = exists().where(other.c.source == table.c.source, other.c.next_page == table.c.url)
        old = select(table.c.source, table.c.url).where(table.c.due_at < cutoff, ~is_next).limit(size)
        keys = [tuple(row) for row in connection.execute(old)]
        for some in chunks(keys):
            connection.execute(delete(table).where(key.in_(some)))
        return len(keys), len(keys) < size

    return step


def _hosts(cutoff: str) -> Step:
    """Remove what hosts have asked for that nobody has asked since."""
    table = schema.hosts

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        moments = (table.c.robots_at, table.c.reservations_at, table.c.rests_until)
        idle = [func.coalesce(moment, "") < cutoff for moment in moments]
        old = connection.execute(select(table.c.host).where(*idle).limit(size)).scalars().all()
        connection.execute(delete(table).where(table.c.host.in_(old)))
        return len(old), len(old) < size

    return step


def _runs(cutoff: str) -> Step:
    """Remove runs that have ended, of which nothing else is kept: no file, no line of the ledger, no sums."""
    table = schema.runs

    def step(connection: Connection, size: int) -> tuple[int, bool]:
        ended = table.c.status.in_([runs.FINISHED, runs.INTERRUPTED])
        has_files = table.c.id.in_(select(schema.exports.c.run_id))  # one look through all: there is no index
        has_lines = or_(*(exists().where(other.c.run_id == table.c.id) for other in (schema.ledger, schema.coverage)))
        old = select(table.c.id).where(table.c.id < cutoff, ended, ~has_files, ~has_lines).limit(size)
        ids = connection.execute(old).scalars().all()
        connection.execute(delete(table).where(table.c.id.in_(ids)))
        return len(ids), len(ids) < size

    return step


def before(now: str, days: int) -> str:
    """Return the moment that lies so many days before another one."""
    return (datetime.fromisoformat(now) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_id_before(now: str, days: int) -> str:
    """Return what the id of a run is at least that began within so many days before a moment.

    >>> run_id_before("2026-11-20T08:00:00Z", 20)
    '20261031T080000Z'
    """
    return before(now, days).translate({ord(mark): None for mark in "-:"})


def free_bytes(engine: Engine) -> int:
    """Return how much of a SQLite file is free, and used again before the file grows; 0 for another database."""
    if engine.dialect.name != "sqlite":
        return 0
    with reading(engine) as connection:
        pages, size = (
            connection.exec_driver_sql(f"pragma {name}").scalar() for name in ("freelist_count", "page_size")
        )
    return int(pages or 0) * int(size or 0)


def shrink(engine: Engine) -> None:
    """Write a SQLite file anew without what is free in it; nobody can write meanwhile. Raises StoreError."""
    with engine.connect() as connection:
        cursor = connection.connection.cursor()  # outside a transaction, where alone it can be done
        cursor.execute("vacuum")
        cursor.execute("pragma wal_checkpoint(truncate)")
        cursor.close()
