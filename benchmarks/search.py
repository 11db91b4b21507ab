"""Measure full text search on a store of made articles: what a query takes, what keeping the index takes, its size.

    python benchmarks/search.py [--articles 200000] [--database URL]

The articles have 400 words of a vocabulary whose frequencies fall as those of a language do (Zipf), 60 outlets, 12
languages and days of a year; every tenth is Japanese. Each query is asked REPEATS times after a first one, through the
call that `scrapy browse` makes; the table has medians. ``--database``: an empty PostgreSQL database or schema;
SQLite in a temporary folder otherwise.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, text

from newsbot.store import schema
from newsbot.store.database import open_engine
from newsbot.store.documents import CARD
from newsbot.store.search import index
from newsbot.store.search.hits import Filters, found
from newsbot.store.search.query import parsed

NOW = "2026-11-20T08:00:00Z"
REPEATS = 7
BATCH = 1000
SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r", "st")]
KANJI = "東京都知事選挙経済新聞社会政治国際地方文化生活科学技術天気予報日本中央銀行市場株価円安高速道路鉄道空港"


def word(rank: int) -> str:
    """Return the word of a rank: the common ones are short."""
    made = ""
    while True:
        rank, syllable = divmod(rank, len(SYLLABLES))
        made += SYLLABLES[syllable]
        if not rank:
            return made


QUERIES = {
    "a rare word": word(30_000),
    "a word of one text in ten": word(300),
    "a word of nearly every text": word(0),
    "two common words": f"{word(3)} {word(9)}",
    "a phrase": f'"{word(0)} {word(1)}"',
    "either of two, not a third": f"({word(50)} OR {word(70)}) NOT {word(20)}",
    "words that begin so": f"{word(300)}*",
    "two characters": "東京",
    "one character": "鉄",
}


def made(number: int, rng: random.Random) -> dict[str, str | None]:
    """Return what the benchmark needs of a made article."""
    if number % 10 == 0:
        title, body = "".join(rng.choices(KANJI, k=20)), "".join(rng.choices(KANJI, k=800))
    else:
        words = [word(int(60_000 ** rng.random()) - 1) for _ in range(400)]
        title, body = " ".join(words[:8]), " ".join(words[8:])
    day = f"2026-{1 + number % 12:02}-{1 + number % 28:02}"
    return {
        "id": f"{number:020x}",
        "title": title,
        "text": body,
        "source": f"outlet-{number % 60}",
        "language": f"l{chr(97 + number % 12)}",
        "section": f"Section {number % 9}",
        "kind": "article",
        "agency": "AFP" if number % 5 == 0 else None,
        "published_at": f"{day}T08:00:00Z",
        "published_day": day,
        "first_seen": NOW,
    }


def fill(engine: Engine, count: int) -> float:
    """Store so many made articles, and return how many milliseconds of each the index took."""
    rng = random.Random(15)
    indexing = 0.0
    for start in range(0, count, BATCH):
        some = [made(number, rng) for number in range(start, min(start + BATCH, count))]
        with engine.begin() as connection:
            connection.execute(schema.articles.insert(), list(map(row_of, some)))
            connection.execute(schema.revisions.insert(), list(map(version_of, some)))
        started = time.perf_counter()
        for together in (some[at : at + 32] for at in range(0, len(some), 32)):
            with engine.begin() as connection:
                for article in together:
                    index.put(connection, article)
        indexing += time.perf_counter() - started
        print(f"\r{start + len(some)} articles", end="", flush=True)
    print()
    return indexing / count * 1000


def row_of(article: dict[str, Any]) -> dict[str, object]:
    """Return a made article's row."""
    fields = {name: article[name] for name in ("id", "title", "source", *CARD)}
    url = f"https://{article['source']}.example/{article['id']}"
    rest = {"url": url, "site": "e.example", "content_hash": article["id"], "revision": 1, "cluster_id": article["id"]}
    return fields | rest | {"published": article["published_at"], "first_seen": NOW, "run_id": "r"}


def version_of(article: dict[str, Any]) -> dict[str, object]:
    """Return the one version of a made article."""
    keys = {"article_id": article["id"], "revision": 1, "content_hash": article["id"], "run_id": "r", "fetched_at": NOW}
    return keys | {"document": orjson.dumps(article).decode()}


def sizes(engine: Engine) -> Iterator[tuple[str, int]]:
    """Yield the parts of the store with their bytes."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for name in ("articles", "revisions", "searched"):
                yield name, connection.execute(text(f"select pg_total_relation_size('{name}')")).scalar_one()
            yield (
                "ix_searched_words",
                connection.execute(text("select pg_relation_size('ix_searched_words')")).scalar_one(),
            )
        else:
            yield from connection.execute(
                text("select name, sum(pgsize) from dbstat group by name order by 2 desc limit 6")
            )


def main() -> None:
    """Fill a store, ask it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--database", help="address of an empty PostgreSQL database (default: SQLite)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(options.database or f"sqlite:///{Path(folder) / 'newsbot.db'}")
        took = fill(engine, options.articles)
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("vacuum analyze"))
        print(f"\nindexing: {took:.2f} ms an article, 32 in a transaction\n")
        print("| query | hits | ms | narrowed to an outlet, ms |\n| --- | --- | --- | --- |")
        for name, words in {"nothing: the latest": "", **QUERIES}.items():
            query = parsed(words) if words else None
            times = []
            for where in (Filters(), Filters(source="outlet-7")):
                found(engine, query, where=where)
                spent = []
                for _ in range(REPEATS):
                    started = time.perf_counter()
                    hits = found(engine, query, where=where)
                    spent.append((time.perf_counter() - started) * 1000)
                times.append((hits, statistics.median(spent)))
            (hits, ms), (_, narrowed) = times
            print(f"| {name} | {hits.total}{'+' if hits.is_capped else ''} | {ms:.0f} | {narrowed:.0f} |")
        print("\n| part of the store | bytes an article |\n| --- | --- |")
        for part, size in sizes(engine):
            print(f"| {part} | {size / options.articles:.0f} |")
        engine.dispose()


if __name__ == "__main__":
    main()
