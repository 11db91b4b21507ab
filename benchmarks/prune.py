"""What does a store take, what is left of it when its texts have gone, and how long does a crawl wait for that?

    python benchmarks/prune.py [--articles 200000] [--database URL]

Fills a store with old articles of as many words as real ones have (450 in the middle), and with what runs leave of
each: its address, five lines of the ledger, sketch, index of words, outbox. Then lets all of it go that can, while
another thread writes a row every hundredth of a second as a crawl would. Without --database the store is SQLite in a
temporary folder; a PostgreSQL database must be empty.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import orjson
from sqlalchemy import Engine, insert, text, update

from newsbot.dedupe import SKETCH_VERSION
from newsbot.dedupe.minhash import SLOTS
from newsbot.items import Sketch
from newsbot.store import schema, sketches
from newsbot.store.database import open_engine
from newsbot.store.ledger import Account
from newsbot.store.maintenance.retention import Keep, free_bytes, prune
from newsbot.store.search import index

BATCH, OF_RUN = 1000, 40
"""Articles that are stored in one transaction, and that one run brings."""
SOURCES = 100
OLD, NOW = "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
KEEP = Keep(sketches=90, texts=365, ledger=90, runs=400)
LOOKS = ("", " 2", " 3", " 4", " 5")
"""An article is fetched once, and looked at four times more."""


def fill(engine: Engine, articles: int) -> None:
    """Put so many old articles into a store, with all that goes with them."""
    dice = random.Random(1)
    words = ["".join(dice.choices("abcdefghijklmnoprstuvw", k=dice.randint(2, 11))) for _ in range(40_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    for start in range(0, articles, BATCH):
        tables: dict[str, list[dict[str, object]]] = {}
        made = {}
        for number in range(start, min(start + BATCH, articles)):
            body = dice.choices(words, weights, k=max(60, int(dice.lognormvariate(6.1, 0.6))))
            for name, row in _rows(number, body, " ".join(dice.choices(words, k=9))):
                tables.setdefault(name, []).append(row)
            made[f"{number:020x}"] = Sketch(tuple(dice.getrandbits(32) for _ in range(SLOTS)), SKETCH_VERSION)
        with engine.begin() as connection:
            for name, rows in tables.items():
                connection.execute(insert(schema.metadata.tables[name]), rows)
            for row in tables["revisions"]:
                index.put(connection, orjson.loads(str(row["document"])))
            sketches.replace(connection, made)


def _rows(number: int, body: list[str], title: str):  # type: ignore[no-untyped-def]
    identity, run = f"{number:020x}", number // OF_RUN
    run_id = f"2020{1 + run // 28 % 12:02d}{1 + run % 28:02d}T{run // 336 % 24:02d}0000Z-{run:08x}"
    source = f"outlet-{number % SOURCES}"
    url = f"https://www.{source}.example/news/2020/{'-'.join(title.split()[:7])}-{number}"
    paragraphs = "\n\n".join(" ".join(body[at : at + 45]) for at in range(0, len(body), 45))
    card = {"language": "en", "section": "World", "kind": "article", "agency": None, "published_day": OLD[:10]}
    same = {"id": identity, "url": url, "source": source, "title": title, "published": OLD, "published_at": OLD, **card}
    same |= {
        "content_hash": f"{number:064x}",
        "revision": 1,
        "cluster_id": identity,
        "first_seen": OLD,
        "run_id": run_id,
    }
    yield "articles", {**same, "site": f"{source}.example", "evidence": '{"canonical":null,"announced":true}'}
    more = {
        "authors": ["Ana Silva"],
        "tags": ["energy", "coast"],
        "image": f"{url}.jpg",
        "summary": " ".join(body[:30]),
    }
    more |= {
        "origins": dict.fromkeys(("title", "authors", "published", "section", "tags", "image", "summary"), "json-ld")
    }
    more |= {"removed": [{"text": " ".join(body[:12]), "reason": "related_link", "pattern": None}], "text": paragraphs}
    more |= {
        "site_name": source,
        "modified": None,
        "word_count": len(body),
        "extractor": "newsbot/0.1.0 trafilatura/2.3.1",
    }
    document = orjson.dumps({**same, **more}).decode()
    version = {"article_id": identity, "revision": 1, "content_hash": f"{number:064x}", "run_id": run_id}
    yield "revisions", {**version, "fetched_at": OLD, "document": document}
    address = {"url_key": url.removeprefix("https://www."), "url": url, "source": source}
    yield (
        "frontier",
        {**address, "status": "article", "article_id": identity, "tries": 0, "changed_at": OLD, "met_at": OLD},
    )
    for look in LOOKS:
        line = {**address, "url_key": address["url_key"] + look, "run_id": run_id, "reason": None, "detail": None}
        yield "ledger", {**line, "via": "revisit" if look else "feed", "outcome": "not_modified" if look else "new"}
    yield "outbox", {"run_id": run_id, "kind": "article", "article_id": identity, "revision": 1, "export_id": run + 1}
    if number % OF_RUN == 0:
        told = {"id": run_id, "place": "x" * 32, "spider": "news", "version": "1", "status": "finished"}
        yield "runs", {**told, "started_at": OLD, "finished_at": OLD}
        path = f"articles/2020-01-01/{run_id}.jsonl"
        yield "exports", {"id": run + 1, "run_id": run_id, "kind": "article", "path": path, "done": 1}
        counts = Account(Counter(discovered=60, already_known=30, fetched=30, new=30), listings=Counter(read=2))
        for other in range(20):
            sums = orjson.dumps(counts.as_dict()).decode()
            yield "coverage", {"run_id": run_id, "source": f"outlet-{other}", "counts": sums}


def bytes_of(engine: Engine) -> dict[str, int]:
    """Return what each table of a SQLite store takes, with its indexes."""
    owner = "select name, case when name like 'search_words%' then 'search_words' else tbl_name end as owner"
    query = f"{owner} from sqlite_schema where type in ('table', 'index')"
    with engine.connect() as connection:
        sizes = connection.execute(text("select name, sum(pgsize) from dbstat group by name")).all()
        owners = dict(map(tuple, connection.execute(text(query))))
    sums: Counter[str] = Counter()
    for name, size in sizes:
        sums[owners.get(name, "other")] += size
    return sums


def write(engine: Engine, done: threading.Event, waits: list[float]) -> None:
    """Write again and again, and note how long each took."""
    while not done.wait(0.01):
        begin = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(update(schema.articles).where(schema.articles.c.id == f"{0:020x}").values(title="y"))
        waits.append(time.perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--database", help="address of an empty database (SQLite in a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(arguments.database or f"sqlite:///{Path(folder) / 'newsbot.db'}")
        begin = time.perf_counter()
        fill(engine, arguments.articles)
        print(f"{arguments.articles:,} articles stored in {time.perf_counter() - begin:.0f} s", flush=True)
        is_sqlite = engine.dialect.name == "sqlite"
        before = bytes_of(engine) if is_sqlite else {}
        done = threading.Event()
        waits: list[float] = []
        writer = threading.Thread(target=write, args=(engine, done, waits))
        writer.start()
        begin = time.perf_counter()
        took: Counter[str] = Counter()
        last = begin

        def told(what: str, _rows: int) -> None:
            nonlocal last
            took[what] += time.perf_counter() - last  # type: ignore[assignment]
            last = time.perf_counter()

        gone = prune(engine, KEEP, now=NOW, told=told)
        total = time.perf_counter() - begin
        done.set()
        writer.join()
        after, free = (bytes_of(engine), free_bytes(engine)) if is_sqlite else ({}, 0)
        engine.dispose()
    print(
        f"let go in {total:.0f} s: "
        + ", ".join(f"{what} {rows:,} ({took[what]:.0f} s)" for what, rows in gone.items() if rows)
    )
    waits.sort()
    shown = (waits[len(waits) // 2], waits[int(len(waits) * 0.99)], waits[-1])
    middle, most, longest = (f"{1000 * wait:.0f} ms" for wait in shown)
    print(
        f"{len(waits)} writes meanwhile waited {middle} in the middle, 99 of 100 at most {most}, the longest {longest}"
    )
    each = {name: (before[name] / arguments.articles, after.get(name, 0) / arguments.articles) for name in before}
    each |= {"all": (sum(one for one, _ in each.values()), sum(other for _, other in each.values()))} if each else {}
    for table, (one, other) in sorted(each.items(), key=lambda item: item[1]):
        print(f"{table:15} {one:8,.0f} bytes an article, then {other:6,.0f}")
    if is_sqlite:
        print(f"free in the file, to be used again: {free / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
