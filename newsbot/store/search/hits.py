"""What a query finds, best first, with what it can be narrowed by.

Of a common word, the newest RANKED articles are ranked, and counted by outlet, language and so on: to rank all
hundred thousand would take a second, and who looks for a common word wants the news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Select, and_, cast, column, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

from newsbot.store import schema
from newsbot.store.database import chunks, reading
from newsbot.store.search.index import SEARCHED, VECTOR, WORDS, fts5_match, is_hit
from newsbot.store.search.query import Query

RANKED = 2000
"""Of so many hits, the newest, the best are told and all are counted; benchmarks/search.py says what that takes."""
TITLE_WEIGHT = 5.0
"""A word of the headline counts as so many of the text."""

FACETS = ("source", "language", "section", "kind", "day", "agency")
_ARTICLES, _REVISIONS = schema.articles, schema.revisions
_DAY = func.coalesce(_ARTICLES.c.published_day, func.substr(_ARTICLES.c.first_seen, 1, 10)).label("day")
_COLUMNS = {name: _ARTICLES.c[name] for name in FACETS if name != "day"} | {"day": _DAY}
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
    """By each of FACETS, its values with how many of ``total`` have them, most first."""


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
        ranks = _ranked(connection, query, where)
        cards = _cards(connection, [number for number, _ in ranks[:RANKED]])
        page = [cards[number].id for number, _ in ranks[:RANKED][offset : offset + limit]]
        return Found(
            min(len(ranks), RANKED), len(ranks) > RANKED, _hits(connection, page), _facets(list(cards.values()))
        )


def _ranked(connection: Connection, query: Query | None, where: Filters) -> list[tuple[int, float]]:
    """Return the numbers of what is found with their ranks, less is better, one more than RANKED at most."""
    newest = _newest(connection.dialect.name, query, where)
    numbers = connection.execute(newest.limit(RANKED + 1)).scalars().all()
    if query is None or not numbers:
        return [(number, 0.0) for number in numbers]
    ranks = dict(_ranks(connection, query, numbers))
    return sorted(((number, ranks[number]) for number in numbers), key=lambda hit: (hit[1], -hit[0]))


def _newest(dialect: str, query: Query | None, where: Filters) -> Select[Any]:
    wanted = [_COLUMNS[name] == value for name, value in asdict(where).items() if value is not None]
    chosen = select(SEARCHED.c.number).join(_ARTICLES, _ARTICLES.c.id == SEARCHED.c.article_id)
    chosen = chosen.where(_ARTICLES.c.duplicate_of.is_(None), *wanted)
    if query is None:
        return chosen.order_by(SEARCHED.c.number.desc())
    if dialect == "postgresql":
        return chosen.where(is_hit(query, dialect)).order_by(SEARCHED.c.number.desc())
    # FTS5 gives its rows in this order by itself, so that no more are read than are wanted.
    chosen = chosen.join(WORDS, WORDS.c.rowid == SEARCHED.c.number).where(fts5_match(query))
    return chosen.order_by(WORDS.c.rowid.desc())


def _ranks(connection: Connection, query: Query, numbers: Sequence[int]) -> list[tuple[int, float]]:
    if connection.dialect.name == "postgresql":
        goodness = func.ts_rank_cd(VECTOR, cast(query.as_tsquery(), TSQUERY), 2)
        chosen = select(SEARCHED.c.number, -goodness).where(SEARCHED.c.number.in_(numbers))
    else:
        badness = func.bm25(column("search_words"), TITLE_WEIGHT, 1.0)
        chosen = select(WORDS.c.rowid, badness).where(fts5_match(query), WORDS.c.rowid >= min(numbers))
    return [(number, rank) for number, rank in connection.execute(chosen)]


def _cards(connection: Connection, numbers: Sequence[int]) -> dict[int, Any]:
    """Return what the rows of articles say, by number, in the order of the numbers."""
    chosen = select(SEARCHED.c.number, _ARTICLES.c.id, *_COLUMNS.values()).join(
        _ARTICLES, _ARTICLES.c.id == SEARCHED.c.article_id
    )
    rows = {
        row.number: row
        for some in chunks(numbers)
        for row in connection.execute(chosen.where(SEARCHED.c.number.in_(some)))
    }
    return {number: rows[number] for number in numbers}


def _facets(cards: Sequence[Any]) -> dict[str, list[tuple[str, int]]]:
    counts = {name: Counter(getattr(card, name) for card in cards) for name in FACETS}
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
