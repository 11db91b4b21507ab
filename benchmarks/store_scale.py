"""Measure the store on PostgreSQL with millions of articles: processes that decide at once, and what it takes on disk.

    python benchmarks/store_scale.py [--at 100000,500000,2000000] [--processes 8] [--export 300000]

It makes a database of its own on --server, fills it, and drops it in the end. GENUINE articles of made words, whose
shares follow Zipf's law and whose numbers are log-normal, are stored by the call that stores articles. The rest have
their documents and indexed words under other addresses (COPY, with indexes made afterwards), a sketch of its own each,
every seventh half that of an earlier one, of which it is a copy, and the rows that a crawl leaves in the frontier, the
ledger, the outbox and the stories. 2,000,000 take 26 GB and a quarter of an hour.

A verdict is the whole call, articles.save(), with its transaction: 60 of 100 are new, 20 copies of genuine articles at
another site with every twelfth word replaced, 5 revisions of them, 15 unchanged. Each row of the table has new pages.
The milliseconds have all waiting in them, for the locks of others and for a core. "flat out": every process begins a
decision when its last one has ended, so that 8 on two cores wait for a core most of the time. "at a pace": they begin
at random moments, so many in all a second as the one lock of before could carry. "CPU" is what one verdict costs, in
the process and in the server's (Linux, /proc), and so what cores can do. "one lock": every decision is alone, as it was
before there were locks of what it touches.
"""

from __future__ import annotations

import argparse
import itertools
import math
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
import psycopg
from sqlalchemy import Engine, create_engine, text

from newsbot.crawl import worker_pool
from newsbot.dedupe import SKETCH_VERSION
from newsbot.dedupe.minhash import SLOTS
from newsbot.items import Candidate, Collected, ExtractedArticle, Sketch
from newsbot.store import articles, deciding, frontier, sketches
from newsbot.store.database import database_url, open_engine
from newsbot.store.ledger import Entry
from newsbot.web.urls import key_id, url_key

NOW = "2026-11-20T08:00:00Z"
GENUINE = 1_000
SITES = 400
BATCH = 100_000
"""Articles that are copied into the database at a time."""
WORDS = 40_000
TARGET = 10_000_000
ONE, PACED, FLAT_OUT, ALONE = "one after the other", "at a pace", "flat out", "flat out, one lock"
Brought = tuple[Collected, Entry]

STAGED = """
create unlogged table staged (
    n int primary key, id varchar(20), url text, source text, site text, hash text,
    story text, of text, first_seen text, run_id text
)
"""
FILL = (
    """
    insert into articles (id, url, source, site, title, published, content_hash, revision, cluster_id, duplicate_of,
        similarity, relation, origin, evidence, first_seen, run_id, language, kind, published_at, published_day)
    select s.id, s.url, s.source, s.site, g.title, s.first_seen, s.hash, 1, s.story, s.of,
        case when s.of is not null then 0.8 end, case when s.of is not null then 'syndicated' end, s.of, g.evidence,
        s.first_seen, s.run_id, 'en', 'article', s.first_seen, substr(s.first_seen, 1, 10)
    from staged s join genuine g on g.k = s.n % {genuine}
    """,
    """
    insert into revisions (article_id, revision, content_hash, run_id, fetched_at, document)
    select s.id, 1, s.hash, s.run_id, s.first_seen, g.document from staged s join genuine g on g.k = s.n % {genuine}
    """,
    """
    insert into searched (article_id, words)
    select s.id, g.words from staged s join genuine g on g.k = s.n % {genuine} order by s.n
    """,
    """
    insert into clusters (id, origin, members) select story, of, 2 from staged where of is not null
    """,
    """
    insert into frontier (url_key, url, source, status, article_id, tries, changed_at, met_at)
    select substr(url, 9), url, source, case when of is null then 'article' else 'duplicate' end, id, 0,
        first_seen, first_seen from staged
    """,
    """
    insert into frontier (url_key, url, source, status, reason, tries, changed_at, met_at, dropped_at, extractor)
    select substr(url, 9) || '/video', url || '/video', source, 'rejected', 'no_body', 1,
        first_seen, first_seen, first_seen, 'newsbot' from staged where n % 4 = 0
    """,
    """
    insert into ledger (run_id, url_key, source, url, via, outcome, reason)
    select run_id, substr(url, 9), source, url, 'feed', case when of is null then 'new' else 'duplicate' end, null
    from staged union all
    select run_id, substr(url, 9) || '/video', source, url || '/video', 'feed', 'rejected', 'no_body' from staged
    """,
    """
    insert into visits (article_id, source, url, candidate, due_at)
    select id, source, url, '{{"url": "' || url || '", "via": "feed"}}', '2026-11-21T08:00:00Z'
    from staged where n % 100 = 0
    """,
    """
    insert into outbox (run_id, kind, article_id, revision, export_id)
    select run_id, case when of is null then 'article' else 'duplicate' end, id, 1, 1 from staged order by n
    """,
)


class Prose:
    """Texts of words that follow Zipf's law, each like no other."""

    def __init__(self, seed: object) -> None:
        dice = random.Random(1)
        self.words = ["".join(dice.choices("abcdefghijklmnoprstuvw", k=dice.randint(2, 11))) for _ in range(WORDS)]
        self.shares = list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))
        self.dice = random.Random(str(seed))

    def text(self) -> str:
        """Return a text in paragraphs of fifty words."""
        size = max(60, int(self.dice.lognormvariate(5.4, 0.6)))
        spoken = self.dice.choices(self.words, cum_weights=self.shares, k=size)
        return "\n\n".join(" ".join(spoken[start : start + 50]) + "." for start in range(0, size, 50))

    def copy(self, body: str) -> str:
        """Return a text with every twelfth word replaced."""
        count = itertools.count(1)
        return "\n\n".join(
            " ".join(self.dice.choice(self.words) if next(count) % 12 == 0 else word for word in paragraph.split())
            for paragraph in body.split("\n\n")
        )


def page(url: str, body: str, run_id: str) -> Brought:
    """Return what is brought to the store of a page."""
    source = url.split("/")[2].partition(".")[0]
    told = {"published": NOW, "language": "en", "site_name": source, "summary": body[:160], "tags": ["a", "b"]}
    article = ExtractedArticle(url=url, title=body[:70], text=body, fetched_at=NOW, extractor="bench", **told)
    return worker_pool.collected(article, [url]), Entry(run_id, source, url, "feed", url_key(url))


def address(number: int) -> str:
    """Return where the article of a number is."""
    return f"https://site{number % SITES}.example/story/{number}"


def genuine() -> list[str]:
    """Return the texts of the genuine articles, by their numbers."""
    prose = Prose("genuine")
    return [prose.text() for _ in range(GENUINE)]


# --- Filling -------------------------------------------------------------------------------------


def begin(engine: Engine, server: psycopg.Connection[Any]) -> None:
    """Store the genuine articles, and keep what the others are made of."""
    for number, body in enumerate(genuine()):
        collected, entry = page(address(number), body, "genuine")
        articles.save(engine, collected, entry, now=NOW)
    server.execute("update outbox set export_id = 1")
    server.execute(
        "create unlogged table genuine as select row_number() over (order by r.article_id) - 1 as k, a.title, "
        "a.evidence, r.document, s.words from articles a join revisions r on r.article_id = a.id "
        "join searched s on s.article_id = a.id"
    )
    server.execute("create index on genuine (k)")
    server.execute(STAGED)


def fill(server: psycopg.Connection[Any], start: int, stop: int) -> None:
    """Bring a store from so many articles to so many more."""
    tables = "'articles', 'revisions', 'searched', 'frontier', 'ledger', 'sketches', 'outbox', 'visits', 'clusters'"
    indexes = server.execute(
        f"select i.indexname, i.indexdef from pg_indexes i left join pg_constraint c on c.conname = i.indexname "
        f"where i.schemaname = current_schema() and i.tablename in ({tables}) and c.conname is null"
    ).fetchall()
    for name, _ in indexes:
        server.execute(f"drop index {name}")
    for first in range(start, stop, BATCH):
        last = min(first + BATCH, stop)
        server.execute("truncate staged")
        with server.cursor() as cursor, cursor.copy("copy staged from stdin") as rows:
            for some in (range(part, min(part + 2_000, last)) for part in range(first, last, 2_000)):
                rows.write("".join(map(_staged, some)))
        into = "copy sketches (article_id, version, slots) from stdin (format binary)"
        with server.cursor() as cursor, cursor.copy(into) as rows:
            rows.write(_sketches(first, last))
        for statement in FILL:
            server.execute(statement.format(genuine=GENUINE))
        told(f"  {last:,} articles")
    for _, definition in indexes:
        server.execute(definition)
    server.execute("vacuum analyze")


def _staged(number: int) -> str:
    url = address(number)
    identity = key_id(url[8:])
    of = key_id(address(number - 3)[8:]) if _is_copy(number) else None
    day = 1 + number * 300 // TARGET % 300
    first_seen = f"2026-{1 + day // 28:02}-{1 + day % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
    run_id = f"2026{1 + day // 28:02}{1 + day % 28:02}T{number % 24:02}0000Z-{number // 500 % 65536:08x}"
    site = f"site{number % SITES}"
    copied = (of or identity, of or "\\N")
    values = (number, identity, url, site, f"{site}.example", f"{number:064x}", *copied, first_seen, run_id)
    return "\t".join(map(str, values)) + "\n"


def _is_copy(number: int) -> bool:
    return number % 7 == 6 and number - 3 >= GENUINE


def _sketches(first: int, last: int) -> bytes:
    """Return sketches as COPY takes them in binary: a slot is the least of some 300 hashes, or a common phrase's."""
    dice = numpy.random.default_rng(first)
    numbers = range(first, last)
    slots = (dice.exponential(2**32 / 300, (len(numbers), SLOTS)) % 2**32).astype(">u4")
    phrases = dice.random(slots.shape) < 0.02
    slots[phrases] = dice.integers(0, 500, phrases.sum()) * 65_537
    copies = numpy.array([index for index, number in enumerate(numbers) if _is_copy(number) and index >= 3])
    shared = dice.random((len(copies), SLOTS)) < 0.5
    slots[copies] = numpy.where(shared, slots[copies - 3], slots[copies])
    fields = [("fields", ">i2"), ("of_id", ">i4"), ("id", "S20"), ("of_version", ">i4"), ("version", ">i4")]
    rows = numpy.empty(len(numbers), [*fields, ("of_slots", ">i4"), ("slots", ">u4", SLOTS)])
    rows["fields"], rows["of_id"], rows["of_version"], rows["of_slots"] = 3, 20, 4, 4 * SLOTS
    rows["id"] = [key_id(address(number)[8:]).encode() for number in numbers]
    rows["version"], rows["slots"] = SKETCH_VERSION, slots
    head = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    return head + rows.tobytes() + b"\xff\xff"


# --- Deciding ------------------------------------------------------------------------------------


def pages(texts: list[str], step: str, who: int, count: int) -> list[Brought]:
    """Return what a process brings."""
    prose = Prose(f"{step} {who}")
    brought = []
    for number in range(count):
        kind = prose.dice.random()
        which = prose.dice.randrange(len(texts))
        url, body = f"https://site{prose.dice.randrange(SITES)}.example/{step}/{who}-{number}", texts[which]
        if kind < 0.6:
            body = prose.text()
        elif kind < 0.8:
            body = prose.copy(body)
        else:
            url = address(which)
            body = body.replace(".", f" {step} {who} {number} said otherwise this time.", 1) if kind < 0.85 else body
        brought.append(page(url, body, f"{step}-{who}-{number}"))
    return brought


def decide(url: str, texts: list[str], step: str, who: int, count: int, gap: float, together: Any, told: Any) -> None:
    """Bring pages one by one, and tell the milliseconds of each, and the CPU of this process and of its server.

    ``gap``: seconds between the beginnings of two, in the mean; 0: each begins when the one before has ended.
    """
    engine = open_engine(url)
    for collected, entry in pages(texts, f"{step}-first", who, 8):  # so that statements are made
        articles.save(engine, collected, entry, now=NOW)
    brought = pages(texts, step, who, count)
    with engine.begin() as connection:
        found = [(entry.key, Candidate(url=entry.url, via="feed", title=page.article.title)) for page, entry in brought]
        frontier.enqueue(connection, "bench", sorted(found, key=lambda one: one[0]), now=NOW)
        backend = connection.execute(text("select pg_backend_pid()")).scalar_one()
    together.wait()
    wall, begun, cpu, served = [], time.perf_counter(), time.process_time(), cpu_of(backend)
    dice, due = random.Random(who), begun
    for collected, entry in brought:
        due += dice.expovariate(1 / gap) if gap else 0.0
        time.sleep(max(0.0, due - time.perf_counter()))
        before = time.perf_counter()
        articles.save(engine, collected, entry, now=NOW)
        wall.append(1000 * (time.perf_counter() - before))
    ends = (time.process_time() - cpu, cpu_of(backend) - served, time.perf_counter() - begun)
    told.put((wall, *ends))
    engine.dispose()


def cpu_of(process: int) -> float:
    """Return the CPU seconds of a process so far."""
    ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def measure(url: str, texts: list[str], step: str, processes: int, count: int, pace: float) -> dict[str, float]:
    """Let processes decide at once, so many times a second in all (0: as fast as they can); return what they took."""
    context = multiprocessing.get_context("fork")
    together, told = context.Barrier(processes), context.Queue()
    children = [
        context.Process(
            target=decide, args=(url, texts, step, who, count, processes / pace if pace else 0.0, together, told)
        )
        for who in range(processes)
    ]
    for child in children:
        child.start()
    found = [told.get(timeout=600) for _ in children]
    for child in children:
        child.join()
    wall = sorted(one for some in found for one in some[0])
    decisions = len(wall)
    return {
        "median": statistics.median(wall),
        "p95": wall[int(0.95 * decisions)],
        "p99": wall[int(0.99 * decisions)],
        "cpu": 1000 * sum(some[1] for some in found) / decisions,
        "server": 1000 * sum(some[2] for some in found) / decisions,
        "rate": sum(len(some[0]) / some[3] for some in found),
    }


# --- The tables ----------------------------------------------------------------------------------


def sizes(server: psycopg.Connection[Any], count: int) -> None:
    """Print what each table and its indexes take, in bytes an article."""
    query = (
        "select relname, pg_table_size(oid), pg_indexes_size(oid) from pg_class where relkind = 'r' "
        "and relnamespace = current_schema()::regnamespace and relname not in ('staged', 'genuine') "
        "and pg_total_relation_size(oid) > %s order by pg_total_relation_size(oid) desc"
    )
    print("\n| table | bytes an article | its indexes |\n| --- | ---: | ---: |")
    for name, table, indexes in server.execute(query, [2 * count]):
        print(f"| {name} | {table / count:,.0f} | {indexes / count:,.0f} |")


def index_sizes(server: str, count: int) -> None:
    """Print what the index of near-duplicates takes in both databases, filled by the call that fills it."""
    dice = numpy.random.default_rng(7)
    print(f"\n| index of near-duplicates, {count:,} sketches put in one by one | bytes an article |\n| --- | ---: |")
    with tempfile.TemporaryDirectory() as folder, database_of(server, "newsbot_sizes") as made:
        for url in (f"sqlite:///{folder}/newsbot.db", made):
            engine = open_engine(url)
            for start in range(0, count, 1000):
                slots = (dice.exponential(2**32 / 300, (1000, SLOTS)) % 2**32).astype("int64").tolist()
                with engine.begin() as connection:
                    for number, some in enumerate(slots, start):
                        sketches.remember(connection, key_id(str(number)), Sketch(tuple(some), SKETCH_VERSION))
            lite = (
                "select sum(pgsize) from dbstat where aggregate = 1 "
                "and name in ('bands', 'sketches', 'sqlite_autoindex_sketches_1')"
            )
            query = lite if engine.dialect.name == "sqlite" else "select pg_total_relation_size('sketches')"
            with engine.connect() as connection:
                size = connection.execute(text(query)).scalar_one() / count
            print(f"| {engine.dialect.name} | {size:,.0f} |", flush=True)
            engine.dispose()


def extrapolated(points: dict[int, float]) -> float:
    """Return where a line through values by the logarithm of the number of articles is at TARGET."""
    slope, start = numpy.polyfit([math.log10(count) for count in points], list(points.values()), 1)
    return float(start + slope * math.log10(TARGET))


def export(url: str, wanted: list[int]) -> None:
    """Print what `scrapy export` takes for the articles up to a day, and how much of what it reads it holds at once."""
    print("\n| exported | s | articles a second | peak memory MB |\n| ---: | ---: | ---: | ---: |")
    for count in wanted:
        day = count * 300 // TARGET
        until = f"2026-{1 + day // 28:02}-{1 + day % 28:02}"
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/lines.jsonl"
            code = (
                "import resource, sys; from scrapy.cmdline import execute\ntry: execute(['scrapy', *sys.argv[1:]])\n"
                "except SystemExit: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
            )
            arguments = ["export", path, "--until", until, "--duplicates", "-s", f"NEWSBOT_DATABASE_URL={url}"]
            begun = time.perf_counter()
            said = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
            took = time.perf_counter() - begun
            with Path(path).open("rb") as file:
                lines = sum(1 for _ in file)
            print(f"| {lines:,} | {took:.0f} | {lines / took:,.0f} | {said.stdout.split()[-1]} |", flush=True)


@contextmanager
def database_of(server: str, name: str) -> Iterator[str]:
    """Make an empty database, and drop it in the end; yield its address."""
    maintenance = create_engine(database_url(server), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
        connection.execute(text(f"create database {name}"))
        try:
            yield database_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"drop database {name} with (force)"))
    maintenance.dispose()


def told(what: str) -> None:
    """Say on standard error how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def run(url: str, options: argparse.Namespace) -> None:
    """Fill a database step by step, and print what is measured at each."""
    steps = [int(step) for step in options.at.split(",")]
    texts = genuine()
    points: dict[str, dict[int, dict[str, float]]] = {}
    engine = open_engine(url)
    address_of_it = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address_of_it, autocommit=True) as server:
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '1GB'"):
            server.execute(f"set {setting}")
        begin(engine, server)
        engine.dispose()
        print(
            "| articles | decided | processes | median ms | p95 | p99 | CPU ms, process | CPU ms, server | a second |\n"
            "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        )
        start = GENUINE
        for step in steps:
            fill(server, start, step)
            start = step
            server.execute("checkpoint")
            many = options.processes
            modes = ((ONE, 1, 0), (PACED, many, options.pace), (FLAT_OUT, many, 0), (ALONE, many, 0))
            for how, processes, pace in modes:
                deciding.TURNS = 0 if how == ALONE else 4
                name = f"{step}-{how.replace(' ', '')}"
                found = measure(url, texts, name, processes, options.decisions // processes, pace)
                values = [found[name] for name in ("median", "p95", "p99", "cpu", "server")]
                cells = [f"{step:,}", how, str(processes), *(f"{value:.1f}" for value in values)]
                print(f"| {' | '.join(cells)} | {found['rate']:.0f} |", flush=True)
                points.setdefault(how, {})[step] = found
        for how in (PACED, FLAT_OUT) if len(steps) > 1 else ():
            far = [
                extrapolated({step: found[name] for step, found in points[how].items()})
                for name in ("median", "p95", "p99", "cpu", "server")
            ]
            cells = [f"{TARGET:,}, by a line", how, str(options.processes), *(f"{value:.1f}" for value in far)]
            print(f"| {' | '.join(cells)} | |")
        sizes(server, start)
    if options.export:
        export(url, [int(count) for count in options.export.split(",")])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="postgresql://postgres@127.0.0.1/postgres", help="default: %(default)s")
    parser.add_argument("--at", default="100000,500000,2000000", help="articles to measure at; default: %(default)s")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--pace", type=float, default=200, help="decisions a second of all processes; default: 200")
    parser.add_argument("--decisions", type=int, default=2400, help="of all processes together, at each size")
    parser.add_argument("--export", default="", metavar="N,N", help="measure `scrapy export` of so many articles too")
    parser.add_argument("--sketches", type=int, default=100_000, help="how many for the size of the index; 0: none")
    options = parser.parse_args()
    if options.sketches:
        index_sizes(options.server, options.sketches)
    with database_of(options.server, "newsbot_scale") as url:
        run(url, options)


if __name__ == "__main__":
    main()
