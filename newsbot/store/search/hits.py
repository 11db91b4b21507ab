"""What a query finds, best first, with what it can be narrowed by.

Of a common word, the newest RANKED articles are told, those first that have it in the headline, and counted by outlet,
language and so on: to weigh all hundred thousand would take a second, and who looks for a common word wants the news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, cast, column, func, select, text
from sqlalchemy.dialects.postgresql import TSQUERY

from newsbot.store import schema
from newsbot.store.database import reading
from newsbot.store.search.index import CARD, SEARCHED, VECTOR, WORDS, as_tsquery, is_hit
from newsbot.store.search.marks import phrases_in
from newsbot.store.search.query import Query

RANKED = 1000
"""Of so many hits, the newest, the best are told and all are counted; benchmarks/search.py says what that takes."""
COMMON = 0.3
"""Share of all articles from which on PostgreSQL finds hits faster by reading article for article; measured as well."""
TITLE_WEIGHT = 5.0
"""A word of the headline counts as so many of the text."""

_ARTICLES, _REVISIONS = schema.articles, schema.revisions
_DAY = schema.DAY.label("day")
_CARD = [_DAY if name == "day" else _ARTICLES.c[name] for name in CARD]
_TOLD = ("id", "url", "title", "source", "published", "first_seen", "language", "section", "kind", "agency")


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits have in common; None for whatever it is."""

    source: str | None = None
    language: str | None = None
    section: str | None = None
    kind: str | None = None
    day: str | None = None
    """Of publication, or of first sight where the page states none."""
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found, as a list shows it."""

    id: str
    url: str
    title: str
    source: str
    published: str | None
    first_seen: str
    language: str | None
    section: str | None
    kind: str | None
    agency: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a query comes to."""

    total: int
    """Articles that were found, or RANKED."""
    is_capped: bool
    """Whether there are more, all of them older."""
    hits: list[Hit]
    facets: dict[str, list[tuple[str, int]]]
    """By each of CARD, its values with how many of ``total`` have them, most first."""


def found(
    engine: Engine,
    query: Query | None,
    *,
    where: Filters = Filters(),
    limit: int = 20,
    offset: int = 0,
) -> Found:
    """Return what is found, copies left out: the best first, or, without a query, what was seen last."""
    with reading(engine) as connection:
        card = {name: value for name, value in asdict(where).items() if value is not None}
        if connection.dialect.name == "postgresql" and (query or card):
            _choose_way(connection, as_tsquery(query, card))
        newest = connection.execute(_newest(connection.dialect.name, query, card)).all()
        told = newest[:RANKED]
        is_capped = len(newest) > RANKED
        ranks: dict[int, float] = {}
        if query and is_capped:
            ranks = {row.number: -phrases_in(row.title, query) for row in told}
        elif query and told:
            ranks = _ranks(connection, query, card, [row.number for row in told])
        best = sorted(told, key=lambda row: (ranks.get(row.number, 0.0), -row.number))
        hits = _hits(connection, [row.id for row in best[offset : offset + limit]])
        return Found(len(told), is_capped, hits, _facets(told))


def _choose_way(connection: Connection, looked_for: str) -> None:
    """Let PostgreSQL find the newest by its index, or, of what most articles have, from the newest on.

    By itself it thinks of what it reads of a row, and not of the words, which are stored elsewhere and take a
    hundred times as long: it reads those of all articles for a word that a few have.
    """
    estimate = text("explain (format json) select 1 from searched where words @@ cast(:looked_for as tsquery)")
    plan = connection.execute(estimate, {"looked_for": looked_for}).scalar_one()
    total = connection.execute(text("select reltuples from pg_class where oid = 'searched'::regclass")).scalar_one()
    ways = ("seqscan", "bitmapscan") if plan[0]["Plan"]["Plan Rows"] > COMMON * total > 0 else ("seqscan", "indexscan")
    for way in ways:
        connection.execute(text(f"set local enable_{way} = off"))


def _newest(dialect: str, query: Query | None, card: Mapping[str, str]) -> Select[Any]:
    """Return the query of the cards of what is found, the newest first, one more than RANKED at most."""
    chosen = select(SEARCHED.c.number, _ARTICLES.c.id, _ARTICLES.c.title, *_CARD)
    chosen = chosen.join(_ARTICLES, _ARTICLES.c.id == SEARCHED.c.article_id).where(_ARTICLES.c.duplicate_of.is_(None))
    order: ColumnElement[Any] = SEARCHED.c.number
    if query or card:
        if dialect == "sqlite":
            # FTS5 gives its rows in the order of their numbers, so that no more are read than are wanted.
            chosen, order = chosen.join(WORDS, WORDS.c.rowid == SEARCHED.c.number), WORDS.c.rowid
        chosen = chosen.where(is_hit(query, card, dialect))
    return chosen.order_by(order.desc()).limit(RANKED + 1)


def _ranks(connection: Connection, query: Query, card: Mapping[str, str], numbers: Sequence[int]) -> dict[int, float]:
    """Return how well a query matches what it has found, by number; less is better."""
    if connection.dialect.name == "postgresql":
        goodness = func.ts_rank_cd(VECTOR, cast(query.as_tsquery(), TSQUERY), 2)
        chosen = select(SEARCHED.c.number, -goodness).where(SEARCHED.c.number.in_(numbers))
    else:
        badness = func.bm25(column("search_words"), TITLE_WEIGHT, 1.0, 0.0)
        chosen = select(WORDS.c.rowid, badness).where(is_hit(query, card, "sqlite"), WORDS.c.rowid >= min(numbers))
    return {row[0]: row[1] for row in connection.execute(chosen)}


def _facets(cards: Sequence[Any]) -> dict[str, list[tuple[str, int]]]:
    counts = {name: Counter(getattr(card, name) for card in cards) for name in CARD}
    return {
        name: sorted(((value, times) for value, times in some.items() if value), key=lambda one: (-one[1], one[0]))
        for name, some in counts.items()
    }


def _hits(connection: Connection, identities: Sequence[str]) -> list[Hit]:
    same = and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision)
    chosen = select(*(_ARTICLES.c[name] for name in _TOLD), _REVISIONS.c.document).join(_REVISIONS, same)
    rows = connection.execute(chosen.where(_ARTICLES.c.id.in_(identities))).all()
    hits = {
        row.id: Hit(**{name: getattr(row, name) for name in _TOLD}, text=orjson.loads(row.document)["text"])
        for row in rows
    }
    return [hits[identity] for identity in identities]
