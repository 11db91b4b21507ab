"""How long does an export of all that is stored take, and how much memory?

    python benchmarks/export.py [--articles 200000] [--database URL] [FORMAT ...]

Makes a store of articles of some 2.5 KB, a tenth of them copies, a twentieth in two versions, over a year of days, and
exports it in each format (a file's name or a folder's; all by default) in a process of its own: seconds, megabytes of
memory at the highest, megabytes written. Without --database the store is SQLite in a temporary folder; a PostgreSQL
database must be empty.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, insert

from newsbot.export.formats import DATABASES, LINES
from newsbot.store import schema
from newsbot.store.database import open_engine

FORMATS = [*(f"x.{name}" for name in (*LINES, *DATABASES)), "x"]
WORDS, VOCABULARY = 380, 30_000
TOGETHER = 1_000
"""Articles stored in one transaction."""
YEAR = timedelta(days=365)


def fill(engine: Engine, count: int) -> None:
    """Store so many articles, without what finds copies and words."""
    dice = random.Random(1)
    words = ["".join(dice.choices("abcdefghijklmnoprstuvwyzäöü", k=dice.randint(2, 11))) for _ in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    some = dice.choices(words, weights, k=2_000_000)  # a choice by weights for every word would take longer than all
    run = {"id": "20260101T000000Z-00000000", "place": "x", "spider": "news", "status": "finished", "version": "1"}
    with engine.begin() as connection:
        connection.execute(insert(schema.runs).values(**run, started_at="2026-01-01T00:00:00Z"))
    for start in range(0, count, TOGETHER):
        documents = [_document(number, count, dice, some) for number in range(start, min(start + TOGETHER, count))]
        versions = [
            document | {"revision": number} for document in documents for number in range(1, document["revision"] + 1)
        ]
        dropped = [{"run_id": run["id"], "url_key": d["id"], "source": d["source"], "url": d["url"], "via": "feed",
                    "outcome": "rejected", "reason": "no_body"} for d in documents[::5]]  # fmt: skip
        with engine.begin() as connection:
            connection.execute(insert(schema.articles), [_card(document) for document in documents])
            connection.execute(insert(schema.revisions), [_version(document) for document in versions])
            connection.execute(insert(schema.ledger), dropped)


def _document(number: int, count: int, dice: random.Random, some: list[str]) -> dict[str, Any]:
    begin = dice.randrange(len(some) - WORDS)
    text = some[begin : begin + dice.randint(WORDS // 2, WORDS * 3 // 2)]
    paragraphs = [" ".join(text[i : i + 60]) + "." for i in range(0, len(text), 60)]
    seen = datetime(2026, 1, 1, tzinfo=UTC) + YEAR * number / count
    published = seen - timedelta(minutes=dice.expovariate(1 / 600))
    identity, source = f"{number * 2654435761 % 2**80:020x}", f"source-{dice.randrange(300)}"
    copy = {"duplicate_of": f"{(number - 1) * 2654435761 % 2**80:020x}"} if number % 10 == 9 else {}
    return {
        "id": identity, "url": f"https://{source}.example/news/{published:%Y/%m/%d}/{'-'.join(text[:6])}-{number}",
        "source": source, "site_name": source.title(), "title": " ".join(text[:9]).capitalize(),
        "authors": [f"{text[0]} {text[1]}".title()], "published": published.isoformat(timespec="seconds"),
        "modified": None, "published_precision": "second", "language": dice.choice(["en", "en", "de", "fr", "es"]),
        "section": dice.choice(["World", "Politics", "Sport", None]), "tags": text[3:7], "image": None,
        "summary": " ".join(text[:25]), "text": "\n\n".join(paragraphs), "word_count": len(text),
        "text_confidence": "high", "kind": "article", "paywalled": None, "opt_outs": [], "agency": None,
        "content_hash": f"{dice.getrandbits(256):064x}", "previous_hash": None,
        "revision": 2 if number % 20 == 0 else 1, "change": None,
        "cluster_id": copy.get("duplicate_of", identity), "discovered_via": "feed",
        "first_seen": f"{seen:%Y-%m-%dT%H:%M:%SZ}", "fetched_at": f"{seen:%Y-%m-%dT%H:%M:%SZ}",
        "run_id": "20260101T000000Z-00000000", "extractor": "newsbot/0.1.0 trafilatura/2.3.1",
        "origins": dict.fromkeys(("title", "published", "authors", "language", "section"), "json-ld"),
        "removed": [{"text": f"Read more: {text[1]}", "reason": "related_link", "pattern": "read_more"}],
        **({**copy, "similarity": 1.0, "relation": "syndicated", "origin": copy["duplicate_of"]} if copy else {}),
    }  # fmt: skip


def _card(document: dict[str, Any]) -> dict[str, Any]:
    published = datetime.fromisoformat(document["published"]).astimezone(UTC)
    more = {"site": "x", "published_at": f"{published:%Y-%m-%dT%H:%M:%SZ}", "published_day": document["published"][:10]}
    return {column.name: {**document, **more}.get(column.name) for column in schema.articles.columns}


def _version(document: dict[str, Any]) -> dict[str, Any]:
    row = {name: document[name] for name in ("revision", "content_hash", "run_id", "fetched_at")}
    return {**row, "article_id": document["id"], "document": orjson.dumps(document).decode()}


def export(path: Path, *settings: str) -> tuple[float, float]:
    """Run `scrapy export`; return its seconds, and the megabytes that it had at the highest."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "scrapy", "export", str(path), "--duplicates", *settings]
    child = os.posix_spawn(sys.executable, command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"the export failed: {' '.join(command)}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def size_of(path: Path) -> float:
    """Return how many megabytes a file or a folder has."""
    files: Iterator[Path] = path.rglob("*.parquet") if path.is_dir() else iter([path])
    return sum(file.stat().st_size for file in files) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("formats", metavar="FORMAT", nargs="*", default=FORMATS)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--database", help="address of an empty database (SQLite in a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsbot-") as folder:
        url = arguments.database or f"sqlite:///{Path(folder) / 'newsbot.db'}"
        engine = open_engine(url)
        begin = time.perf_counter()
        fill(engine, arguments.articles)
        engine.dispose()
        print(f"{arguments.articles} articles stored in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
        print("| format | seconds | MB of memory | MB written |\n| --- | --- | --- | --- |")
        for name in arguments.formats:
            path = Path(folder) / name
            seconds, memory = export(path, "-s", f"NEWSBOT_DATABASE_URL={url}")
            print(
                f"| {name.removeprefix('x') or 'folder'} | {seconds:.0f} | {memory:.0f} | {size_of(path):.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
