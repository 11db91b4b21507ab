"""The outbox: what is stored and not yet in a file.

A file is planned first (its path and its rows, in one transaction), then written, then marked as
done. Whoever dies in between leaves a plan, and carrying it out again gives the same file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Engine, and_, insert, select, update

from newsbot.store import schema
from newsbot.store.database import reading

KINDS = ("article", "duplicate")
COPY_FIELDS = ("duplicate_of", "similarity", "relation", "origin")
"""What the store knows of a copy beside its document."""


@dataclass(frozen=True, slots=True)
class Export:
    """A planned file."""

    id: int
    run_id: str
    kind: str
    path: str
    """Relative to the output folder."""


def plan(connection: Connection, run_id: str, paths: dict[str, str]) -> None:
    """Plan one file a kind for what a run has put into the outbox, inside the caller's transaction."""
    table = schema.outbox
    for kind in KINDS:
        waiting = (table.c.run_id == run_id) & (table.c.kind == kind) & table.c.export_id.is_(None)
        if connection.execute(select(table.c.seq).where(waiting).limit(1)).first() is None:
            continue
        key = connection.execute(
            insert(schema.exports).values(run_id=run_id, kind=kind, path=paths[kind], done=0)
        ).inserted_primary_key
        assert key is not None
        connection.execute(update(table).where(waiting).values(export_id=key[0]))


def planned(engine: Engine, run_id: str) -> list[Export]:
    """Return the files of a run that are planned and not known to be whole."""
    table = schema.exports
    query = select(table.c.id, table.c.run_id, table.c.kind, table.c.path)
    with reading(engine) as connection:
        rows = connection.execute(query.where(table.c.run_id == run_id, table.c.done == 0)).all()
    return [Export(*row) for row in rows]


def documents(engine: Engine, export: Export) -> Iterator[dict[str, object]]:
    """Yield the stored articles of a planned file, in the order in which they were stored."""
    outbox, revisions, articles = schema.outbox, schema.revisions, schema.articles
    query = (
        select(revisions.c.document, *(articles.c[name] for name in COPY_FIELDS))
        .join_from(
            outbox,
            revisions,
            and_(outbox.c.article_id == revisions.c.article_id, outbox.c.revision == revisions.c.revision),
        )
        .join(articles, articles.c.id == outbox.c.article_id)
        .where(outbox.c.export_id == export.id)
        .order_by(outbox.c.seq)
    )
    with reading(engine) as connection:
        for row in connection.execute(query.execution_options(yield_per=200)).mappings():
            record: dict[str, object] = orjson.loads(row["document"])
            if row["duplicate_of"]:
                record |= {name: row[name] for name in COPY_FIELDS}
            yield record


def mark_done(engine: Engine, export: Export) -> None:
    """Note that a planned file is whole and in its place."""
    with engine.begin() as connection:
        connection.execute(update(schema.exports).where(schema.exports.c.id == export.id).values(done=1))
