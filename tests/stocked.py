"""A store of a few articles to choose from and to write down, for the tests of exports."""

from __future__ import annotations

import struct
from collections import Counter
from typing import Any

from conftest import NOW, collected
from sqlalchemy import Engine, insert, select

from newsbot.dedupe.minhash import SLOTS
from newsbot.items import Removed, Sketch
from newsbot.store import articles, schema, sketches
from newsbot.store.database import as_json
from newsbot.store.ledger import Account, Entry
from newsbot.store.views.selection import Selection, count, selected, snapshot
from newsbot.web.urls import url_key

FORMULA = '=HYPERLINK("http://evil.example","x")'
RUN = "20261120T075500Z-1c9a07e3"


def store(engine: Engine, url: str, text: str, *, source: str, **fields: Any) -> None:
    articles.save(engine, collected(url, text, **fields), Entry(RUN, source, url, "feed", url_key(url + text)), now=NOW)


def stock(engine: Engine) -> Engine:
    """Fill a store with three articles, one of them in two revisions, and a copy of the first."""
    store(
        engine, "https://a.example/1", "First text.", source="a", language="en", title=FORMULA, section="World, Asia",
        authors=["Ana Silva", "Li Wei"], published="2026-11-01T23:30:00-02:00", origins={"title": "meta"},
        removed=[Removed(text="RELATED: x", reason="related_link")],
    )  # fmt: skip
    store(engine, "https://b.example/1", "First text.", source="b", language="en", published="2026-11-02")
    second = {"source": "b", "language": "de", "published": "2026-11-03T08:00:00", "section": "Politik"}
    store(engine, "https://b.example/2", "Zweiter Text von der Küste.", title="Alt", **second)
    store(engine, "https://b.example/3", "No date.", source="b", language="en", kind="opinion")
    store(engine, "https://b.example/2", "Zweiter Text von der Küste, neu.", title="Neu", **second)
    return engine


def stock_runs(engine: Engine) -> None:
    """Add what a run came to, what it dropped, and an article that was forgotten."""
    run = {"id": RUN, "place": "x", "spider": "news", "version": "1", "started_at": "2026-11-20T07:55:00Z"}
    counts = Counter(discovered=5, fetched=5, new=3, duplicate=1, rejected=1)
    sums = as_json(Account(counts, reasons=Counter({"rejected:no_body": 1})).as_dict())
    line = {"run_id": RUN, "url_key": "k", "source": "b", "url": "https://b.example/4", "via": "feed"}
    stone = {"url_key": "f", "url": "https://b.example/5", "why": "asked for", "forgotten_at": "2026-11-21T00:00:00Z"}
    with engine.begin() as connection:
        connection.execute(insert(schema.runs).values(**run, status="finished", finished_at="2026-11-20T08:05:00Z"))
        connection.execute(insert(schema.coverage).values(run_id=RUN, source="b", counts=sums))
        connection.execute(insert(schema.ledger).values(**line, outcome="rejected", reason="no_body"))
        connection.execute(insert(schema.forgotten).values(**stone))


def chosen(engine: Engine, **wanted: Any) -> list[dict[str, Any]]:
    """Return the selected documents."""
    with snapshot(engine) as connection:
        found = list(selected(connection, Selection(**wanted)))
        assert count(connection, Selection(**wanted)) == len(found)
    return found


def not_found(engine: Engine) -> list[str]:
    """Return the articles that a store has a sketch of, and which a text of that sketch is not compared with."""
    columns = (schema.sketches.c[name] for name in ("article_id", "version", "slots"))
    lost = []
    with engine.connect() as connection:
        for article_id, version, slots in connection.execute(select(*columns)).all():
            sketch = Sketch(struct.unpack(f">{SLOTS}I", slots), version)
            if article_id not in sketches.find(connection, sketch):
                lost.append(article_id)
    return lost
