"""Lines that stand in a run's files and that the store does not know: taken back, as after a restore.

A record says nearly all that the store keeps of a version. What it does not say comes again by itself: other addresses
that led to the article cost a fetch each, and its page is not looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select

from newsbot.dedupe import facts_of
from newsbot.items import Article, Duplicate, Removed
from newsbot.store import documents, frontier, runs, schema, sketches
from newsbot.store.articles import FIELDS
from newsbot.store.database import as_json, chunks, upsert
from newsbot.web.urls import site_of, url_key

_NAMES = frozenset(field.name for field in fields(Article))
_ARTICLES, _REVISIONS, _OUTBOX, _EXPORTS = schema.articles, schema.revisions, schema.outbox, schema.exports


@dataclass(slots=True)
class Adopted:
    """What was taken back."""

    files: int = 0
    articles: int = 0
    """That were not known at all."""
    versions: int = 0
    """Later ones, of articles that were."""
    run_ids: set[str] = field(default_factory=set)
    """Runs that were not known."""
    unread: list[str] = field(default_factory=list)
    """Files that are no files of runs, or damaged; paths relative to the output folder."""

    def add(self, other: Adopted) -> None:
        """Add what was taken back elsewhere."""
        self.files += other.files
        self.articles += other.articles
        self.versions += other.versions
        self.run_ids |= other.run_ids
        self.unread += other.unread


def is_known(connection: Connection, path: str, lines: int) -> bool:
    """Whether the store knows of a file (relative to the output folder) with so many lines, and that it is whole."""
    of_file = select(func.count()).select_from(_OUTBOX).join(_EXPORTS, _EXPORTS.c.id == _OUTBOX.c.export_id)
    return connection.execute(of_file.where(_EXPORTS.c.path == path, _EXPORTS.c.done == 1)).scalar_one() == lines


def adopt(
    connection: Connection, path: str, kind: str, records: Iterable[Mapping[str, Any]], told: Adopted, *, place: str
) -> None:
    """Take the lines of a file of a place back, inside the caller's transaction.

    The file counts as whole and as it stands from then on. Raises KeyError, TypeError or ValueError for what is no
    record of newsbot, and Unstorable for what cannot be stored.
    """
    connection.execute(delete(_OUTBOX).where(_OUTBOX.c.export_id.in_(_at(path))))
    connection.execute(delete(_EXPORTS).where(_EXPORTS.c.path == path))
    export_id, of_run = 0, None
    stories: set[str] = set()
    for number, record in enumerate(records, 1):
        run_id = str(record["run_id"])
        if run_id != of_run:
            told.run_ids |= know_run(connection, run_id, place=place)
            values = {"run_id": run_id, "kind": kind, "path": path, "done": 1, "first_line": number}
            export_id, of_run = _number(connection, values), run_id
        article, copy = article_of(record)
        stories |= _store(connection, article, copy, told)
        mine = (_OUTBOX.c.article_id == article.id) & (_OUTBOX.c.revision == article.revision)
        connection.execute(delete(_OUTBOX).where(mine, _OUTBOX.c.run_id == run_id))
        line = {"run_id": run_id, "kind": kind, "article_id": article.id, "revision": article.revision}
        connection.execute(insert(_OUTBOX).values(**line, export_id=export_id))
    for some in chunks(sorted(stories)):
        _count(connection, some)
    told.files += 1


def _at(path: str) -> Any:
    return select(_EXPORTS.c.id).where(_EXPORTS.c.path == path)


def _number(connection: Connection, values: Mapping[str, object]) -> int:
    key = connection.execute(insert(_EXPORTS).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def know_run(connection: Connection, run_id: str, *, place: str) -> set[str]:
    """Note that there was a run; return it if it was not known."""
    if connection.execute(select(schema.runs.c.id).where(schema.runs.c.id == run_id)).first():
        return set()
    moment = began_at(run_id)
    runs.begin_run(connection, run_id, place=place, spider="restored", now=moment)
    ended = schema.runs.update().where(schema.runs.c.id == run_id)
    connection.execute(ended.values(status=runs.INTERRUPTED, finished_at=moment))
    return {run_id}


def began_at(run_id: str) -> str:
    """Return when a run began, as its id says. Raises ValueError for what is no such id.

    >>> began_at("20261120T084000Z-1c9a07e3")
    '2026-11-20T08:40:00Z'
    """
    return datetime.strptime(run_id[:16], "%Y%m%dT%H%M%SZ").strftime("%Y-%m-%dT%H:%M:%SZ")


def ended_before(connection: Connection) -> set[str]:
    """Return the runs that are known to have ended, inside the caller's transaction."""
    table = schema.runs
    return set(connection.execute(select(table.c.id).where(table.c.status.in_(runs.ENDED))).scalars())


def know_end(connection: Connection, run_id: str, lines: Iterable[Mapping[str, Any]], *, place: str) -> set[str]:
    """Note that a run has ended and what it came to, source by source, as its file tells; return it if it was unknown.

    Inside the caller's transaction.
    """
    unknown = know_run(connection, run_id, place=place)
    mine = schema.runs.c.id == run_id
    connection.execute(schema.runs.update().where(mine).values(status=runs.INTERRUPTED, finished_at=began_at(run_id)))
    for line in lines:
        counts = {name: value for name, value in line.items() if name not in ("run_id", "source")}
        row = {"run_id": line["run_id"], "source": line["source"], "counts": as_json(counts)}
        upsert(connection, schema.coverage, row)
    return unknown


def article_of(record: Mapping[str, Any]) -> tuple[Article, Duplicate | None]:
    """Return the version that a record is of, and what it was a copy of then."""
    stated = {name: value for name, value in record.items() if name in _NAMES and name != "schema"}
    stated["removed"] = [Removed(**removed) for removed in record["removed"]]
    of = record.get("duplicate_of")
    return Article(**stated), Duplicate(of, record["similarity"], record["relation"]) if of else None


def _store(connection: Connection, article: Article, copy: Duplicate | None, told: Adopted) -> set[str]:
    """Store a version if it is not known; return the story that has changed by that."""
    mine = _REVISIONS.c.article_id == article.id
    if connection.execute(select(_REVISIONS.c.revision).where(mine, _REVISIONS.c.revision == article.revision)).first():
        return set()
    present = connection.execute(select(_ARTICLES.c.revision).where(_ARTICLES.c.id == article.id)).scalar()
    if present is None:
        row = documents.standing(copy) | {name: getattr(article, name) for name in FIELDS}
        connection.execute(insert(_ARTICLES).values(**row, site=site_of(article.url)))
        documents.put(connection, article, copy)
        status = "duplicate" if copy else "article"
        key, seen = url_key(article.url), article.first_seen
        frontier.settle(connection, key, article.url, article.source, status=status, article_id=article.id, now=seen)
        told.articles += 1
    elif present < article.revision:
        removed_at = article.fetched_at if article.change == "removed" else None
        documents.advance(connection, article, copy, removed_at=removed_at)
        told.versions += 1
    else:
        documents.put_earlier(connection, article, copy)
        told.versions += 1
        return set()
    sketches.replace(connection, {article.id: facts_of(article.text, article.authors).sketch})
    return {article.cluster_id}


def _count(connection: Connection, stories: Sequence[str]) -> None:
    """Let stories have as many members as are stored, and the one of them as their origin that is no copy."""
    table = schema.clusters
    columns = [_ARTICLES.c[name] for name in ("cluster_id", "id", "duplicate_of", "published", "agency")]
    members: dict[str, list[Any]] = {}
    order = (_ARTICLES.c.first_seen, _ARTICLES.c.id)
    for row in connection.execute(select(*columns).where(_ARTICLES.c.cluster_id.in_(stories)).order_by(*order)):
        members.setdefault(row.cluster_id, []).append(row)
    connection.execute(delete(table).where(table.c.id.in_(stories)))
    rows = []
    for story, some in members.items():
        origin = next((row for row in some if row.duplicate_of is None), some[0])
        agency = next((row.agency for row in some if row.agency), None)
        sums = {"origin": origin.id, "published": origin.published, "agency": agency, "members": len(some)}
        rows += [{"id": story, **sums}] if len(some) > 1 else []
    for batch in chunks(rows):
        connection.execute(insert(table), batch)


def forget_empty_exports(connection: Connection) -> None:
    """Remove the plans of files whose lines are all known to be elsewhere, inside the caller's transaction."""
    connection.execute(delete(_EXPORTS).where(~exists().where(_OUTBOX.c.export_id == _EXPORTS.c.id)))
