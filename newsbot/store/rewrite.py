"""Stored articles of a run that are in no file yet, and may still be cleaned."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from sqlalchemy import Engine, and_, select, update

from newsbot.dedupe import content_hash, sketch_of
from newsbot.store import duplicates, schema
from newsbot.store.database import reading

Document = dict[str, object]


def rewrite(engine: Engine, run_id: str, clean: Callable[[Document], Document | None]) -> int:
    """Give every stored article of a run that is in no file yet to ``clean``, and store what comes back.

    ``clean`` returns the document with another text, or None where nothing changes. Returns how many changed.
    """
    outbox, revisions, articles = schema.outbox, schema.revisions, schema.articles
    at = and_(outbox.c.article_id == revisions.c.article_id, outbox.c.revision == revisions.c.revision)
    query = (
        select(revisions.c.article_id, revisions.c.revision, revisions.c.document)
        .join_from(outbox, revisions, at)
        .where(outbox.c.run_id == run_id, outbox.c.export_id.is_(None))
    )
    changed = []
    with reading(engine) as connection:
        for article_id, revision, document in connection.execute(query.execution_options(yield_per=200)):
            cleaned = clean(orjson.loads(document))
            if cleaned is not None:
                cleaned["content_hash"] = content_hash(str(cleaned["text"]))
                changed.append((article_id, revision, cleaned))
    with engine.begin() as connection:
        for article_id, revision, document in changed:
            version = and_(revisions.c.article_id == article_id, revisions.c.revision == revision)
            values = {"content_hash": document["content_hash"]}
            text = orjson.dumps(document).decode()
            connection.execute(update(revisions).where(version).values(document=text, **values))
            current = and_(articles.c.id == article_id, articles.c.revision == revision)
            connection.execute(update(articles).where(current).values(**values))
            duplicates.replace(connection, article_id, sketch_of(str(document["text"])))
    return len(changed)
