"""The index by which articles are found: kept in step with every version that is stored, in its transaction.

SQLite keeps it in FTS5, PostgreSQL in a tsvector with a GIN index. Both get the terms of newsbot.store.search.terms
and split them at blanks alone. What hits are narrowed by (CARD) is in it too, a mark for each value: to look through
the rows of all articles that have a common word takes a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import islice

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from newsbot.store import schema
from newsbot.store.database import Statement, chunks
from newsbot.store.search.query import Query
from newsbot.store.search.terms import terms_of

LONGEST = 200_000
"""Characters of a text that are indexed, some 30,000 words; PostgreSQL takes a megabyte of words."""
POSITIONS = 16_383
"""The highest position of a word that PostgreSQL knows; phrases are found up to there."""
BATCH = 200
"""Articles that are indexed at a time when an index is made anew."""

MERGED = 500
"""Pages that are merged in one transaction, some 20 milliseconds."""

CARD = ("source", "language", "section", "kind", "day", "agency")
"""What hits are counted and narrowed by."""
SEARCHED = schema.searched
WORDS = table("search_words", column("rowid"), column("title"), column("body"), column("card"))
"""SQLite's index; its rowid is searched.number."""
VECTOR: ColumnElement[object] = column("words", TSVECTOR)
"""PostgreSQL's column of searched."""

_NUMBER = sqlite.insert(SEARCHED).values(article_id=bindparam("article_id"))
_NUMBERED = Statement(
    _NUMBER.on_conflict_do_update(
        index_elements=["article_id"], set_={"article_id": _NUMBER.excluded.article_id}
    ).returning(SEARCHED.c.number)
)
_WRITE = Statement(
    insert(WORDS)
    .prefix_with("OR REPLACE")
    .inline()
    .values(rowid=bindparam("rowid"), title=bindparam("title"), body=bindparam("body"), card=bindparam("card"))
)
_WRITE_VECTOR = Statement(
    text(
        "insert into searched (article_id, words) values (:article_id, cast(:words as tsvector)) "
        "on conflict (article_id) do update set words = excluded.words"
    )
)


def create(connection: Connection) -> None:
    """Make the index, empty, for a table ``searched`` that is there."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("alter table searched add column words tsvector"))
        connection.execute(text("create index ix_searched_words on searched using gin (words)"))
    else:
        # "ascii" splits at blanks and takes every other character for a letter; terms have no ASCII mark in them.
        connection.execute(text("create virtual table search_words using fts5 (title, body, card, tokenize = 'ascii')"))


def put(connection: Connection, article: Mapping[str, str | None]) -> None:
    """Let an article be found by what it says now, and by nothing that it said before.

    ``article``: its id, title, text and first_seen, and what CARD names but the day; as a row or a record has them.
    """
    title, body = terms_of(article["title"] or ""), terms_of((article["text"] or "")[:LONGEST])
    card = [mark(name, value) for name, value in card_of(article).items() if value]
    if connection.dialect.name == "postgresql":
        _WRITE_VECTOR(connection, article_id=article["id"], words=_vector(title, body, card))
    else:
        number = _NUMBERED.value(connection, article_id=article["id"])
        _WRITE(connection, rowid=number, title=" ".join(title), body=" ".join(body), card=" ".join(card))


def remove(connection: Connection, article_ids: Sequence[str]) -> None:
    """Let some articles be found no more."""
    for some in chunks(article_ids):
        mine = SEARCHED.c.article_id.in_(some)
        if connection.dialect.name == "sqlite":
            connection.execute(delete(WORDS).where(WORDS.c.rowid.in_(select(SEARCHED.c.number).where(mine))))
        connection.execute(delete(SEARCHED).where(mine))


def merge(connection: Connection, *, begins: bool) -> bool:
    """Merge some of SQLite's index into one segment, MERGED pages of it; whether there is more to merge.

    Older segments keep the terms of rows that are gone (SQLite FTS5, 6.8). ``begins``: with what there is now.
    """
    if connection.dialect.name != "sqlite":
        return False
    driver = connection.connection.dbapi_connection
    assert driver is not None
    before = driver.total_changes
    pages = -MERGED if begins else MERGED
    connection.execute(text("insert into search_words (search_words, rank) values ('merge', :pages)"), {"pages": pages})
    return bool(driver.total_changes - before > 1)


def card_of(article: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what CARD names of an article; its day is that of first sight, where the page states none."""
    day = article["published_day"] or (article["first_seen"] or "")[:10]
    return {name: day if name == "day" else article[name] for name in CARD}


def mark(name: str, value: str) -> str:
    """Return the term that stands for a value of CARD; no text has it, as none keeps the sign in front.

    >>> mark("source", "bbc")
    '§source578b4d75bb92'
    """
    return f"§{name}{blake2b(value.encode(), digest_size=6).hexdigest()}"


def _vector(title: Iterable[str], body: Iterable[str], card: Iterable[str]) -> str:
    """Return terms as PostgreSQL reads a tsvector: each with its place, those of the headline of weight A.

    >>> _vector(["mill", "sold"], ["the", "mill"], ["§kind"])
    "'§kind' 'mill':1A 'sold':2A 'the':4 'mill':5"
    """
    words = [f"'{term}':{place}A" for place, term in enumerate(title, 1)]
    start = len(words) + 2  # no phrase goes from the headline into the text
    words += [f"'{term}':{place}" for place, term in enumerate(islice(body, POSITIONS - start), start)]
    return " ".join([*(f"'{term}'" for term in card), *words])


def matches(query: Query, dialect: str) -> ColumnElement[bool]:
    """Return the condition that an article of ``schema.articles`` is found by a query."""
    if dialect == "postgresql":
        chosen = select(SEARCHED.c.article_id).where(is_hit(query, {}, dialect))
    else:
        rows = select(WORDS.c.rowid).where(is_hit(query, {}, dialect))
        chosen = select(SEARCHED.c.article_id).where(SEARCHED.c.number.in_(rows))
    return schema.articles.c.id.in_(chosen)


def is_hit(query: Query | None, card: Mapping[str, str], dialect: str) -> ColumnElement[bool]:
    """Return the condition that a row of the index has what is looked for, and these values on its card.

    The index is ``WORDS`` in SQLite and ``searched`` in PostgreSQL.
    """
    if dialect == "postgresql":
        return VECTOR.op("@@", is_comparison=True)(cast(as_tsquery(query, card), TSQUERY))
    wanted = [query.as_fts5()] if query else []
    looked_for = " AND ".join([*wanted, *(f'"{mark(name, value)}"' for name, value in card.items())])
    return column("search_words").op("match", is_comparison=True)(looked_for)


def as_tsquery(query: Query | None, card: Mapping[str, str]) -> str:
    """Return what is looked for, and the values that a card has, as PostgreSQL reads a tsquery."""
    wanted = [query.as_tsquery()] if query else []
    return " & ".join([*wanted, *(f"'{mark(name, value)}'" for name, value in card.items())])


def fill(connection: Connection, told: Callable[[int], None] = lambda _some: None) -> None:
    """Index every stored article that is not and has a text, as after a move into this database, the oldest first.

    ``told`` hears of every batch.
    """
    articles, revisions = schema.articles, schema.revisions
    if connection.dialect.name == "postgresql":
        indexed = select(SEARCHED.c.article_id).where(VECTOR.is_not(None))
    else:
        indexed = select(SEARCHED.c.article_id).join(WORDS, WORDS.c.rowid == SEARCHED.c.number)
    same = and_(articles.c.id == revisions.c.article_id, articles.c.revision == revisions.c.revision)
    missing = select(articles.c.id).where(articles.c.id.not_in(indexed)).order_by(articles.c.first_seen, articles.c.id)
    identities = list(connection.execute(missing).scalars())
    for start in range(0, len(identities), BATCH):
        some = identities[start : start + BATCH]
        texts = select(articles, _text(connection.dialect.name).label("text")).join(revisions, same)
        found = {row["id"]: row for row in connection.execute(texts.where(articles.c.id.in_(some))).mappings()}
        for identity in some:
            if found[identity]["text"]:  # or it was pruned, and the index with it
                put(connection, {str(name): value for name, value in found[identity].items()})
        told(len(some))


def _text(dialect: str) -> ColumnElement[str]:
    document = schema.revisions.c.document
    words: ColumnElement[str] = func.json_extract(document, "$.text", type_=String)
    return words if dialect == "sqlite" else cast(document, JSON)["text"].as_string()
