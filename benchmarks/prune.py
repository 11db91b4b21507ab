"""How long does it take to forget old near-duplicates, and how long does a crawl wait for it meanwhile?

    python benchmarks/prune.py [--articles 120000] [--database URL]

Fills a store with random sketches of old articles, forgets all of them, and lets another thread write a row every
hundredth of a second as a crawl would. Without --database the store is SQLite in a temporary folder; a PostgreSQL
database must be empty.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import Engine, insert, update

from newsbot.dedupe import SKETCH_VERSION, Sketch
from newsbot.dedupe.minhash import SLOTS
from newsbot.store import duplicates, schema
from newsbot.store.database import CHUNK, open_engine

OLD, NOW = "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


def fill(engine: Engine, articles: int) -> None:
    """Put so many old articles with random sketches into a store."""
    dice = random.Random(1)
    for start in range(0, articles, CHUNK):
        with engine.begin() as connection:
            for number in range(start, min(start + CHUNK, articles)):
                row = dict.fromkeys(("title", "source", "site", "run_id"), "x") | {"revision": 1, "first_seen": OLD}
                identity = f"{number:020x}"
                row |= {"id": identity, "cluster_id": identity, "url": identity, "content_hash": identity}
                connection.execute(insert(schema.articles), row)
                sketch = Sketch(tuple(dice.getrandbits(32) for _ in range(SLOTS)), SKETCH_VERSION)
                duplicates.remember(connection, identity, sketch)


def write(engine: Engine, done: threading.Event, waits: list[float]) -> None:
    """Write again and again, and note how long each took."""
    while not done.wait(0.01):
        begin = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(update(schema.articles).where(schema.articles.c.id == f"{0:020x}").values(title="y"))
        waits.append(time.perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=120_000)
    parser.add_argument("--database", help="address of an empty database (SQLite in a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(arguments.database or f"sqlite:///{Path(folder) / 'newsbot.db'}")
        fill(engine, arguments.articles)
        done = threading.Event()
        waits: list[float] = []
        writer = threading.Thread(target=write, args=(engine, done, waits))
        writer.start()
        begin = time.perf_counter()
        forgotten = duplicates.prune(engine, 90, now=NOW)
        took = time.perf_counter() - begin
        done.set()
        writer.join()
        engine.dispose()
    waits.sort()
    print(f"{forgotten} articles forgotten in {took:.1f} s; {len(waits)} writes meanwhile waited ", end="")
    print(f"{1000 * waits[len(waits) // 2]:.0f} ms in the middle, {1000 * waits[-1]:.0f} ms at the longest")


if __name__ == "__main__":
    main()
