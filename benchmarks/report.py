"""How long does the report take, and how large is it, for many sources and days?

    python benchmarks/report.py [--sources 500] [--days 90] [--database URL] [--keep FILE]

Fills a store with days, findings, runs and articles as a quarter of scheduled runs leaves them, and writes the report
as a run does: first where there is none, then over it. Each is a process of its own, as the end of a crawl is: its
loading counts. Without --database the store is SQLite in a temporary folder; a PostgreSQL database must be empty.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from newsbot.health.findings import CHANGED, FAILING, SILENT, Finding
from newsbot.health.measures import Measures
from newsbot.store import schema
from newsbot.store.database import as_json, open_engine
from newsbot.store.ledger import Account

NOW = datetime(2026, 11, 20, 14, 25, tzinfo=UTC)
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
ARTICLE_DAYS = 30
"""Days of which there are articles; the rest is pruned."""
RUNS = 288
TITLES = (
    ("en", "Harbour wall to be raised by a metre, council says"),
    ("de", "Der Hafen bekommt eine höhere Mauer"),
    ("ar", "المجلس يقرر رفع جدار الميناء مترا واحدا"),
    ("ja", "港の防潮堤を一メートルかさ上げへ"),
    ("en", "</script><script>alert(1)</script> \"quoted\" & 'so on'"),
)
AGENCIES = ("Reuters", "AFP", "dpa", None, None)


def measures(dice: random.Random, source: str, rate: float, day: datetime, until: int) -> Measures:
    """Return a day of a source, up to an hour, as its runs leave it."""
    rate *= 0.5 if day.weekday() > 4 else 1.1
    noon = 8 + sum(map(ord, source)) % 7
    shares = [0.2 + 1.8 * math.exp(-(((hour - noon) / 4) ** 2)) for hour in range(24)]
    hours = Counter({f"{hour:02}": n for hour in range(until) if (n := _poisson(dice, rate / 24 * shares[hour]))})
    articles = hours.total()
    rejected, known, asked = _poisson(dice, articles * 0.04), articles * 3, articles + 90
    fetched = articles + rejected
    return Measures(
        runs=40,
        counts=Counter(
            discovered=fetched + known, fetched=fetched, new=articles, rejected=rejected, already_known=known
        ),
        reasons=Counter({"rejected:no_body": rejected, "already_known:known": known}),
        first_tries=Counter({"tried": fetched, "rejected:no_body": rejected}),
        listings=Counter(read=20, not_modified=70, failed=dice.randrange(2)),
        spent=Counter(requests=asked, bytes=articles * 180_000, seconds=round(asked * dice.uniform(0.1, 1.5))),
        revisits=Counter(not_modified=articles, unchanged=articles // 2, revised=articles // 9),
        articles=articles,
        near_empty=articles // 40,
        lengths=Counter({str(step): n for step in range(28, 42) if (n := _poisson(dice, articles / 14))}),
        delays=Counter({str(step): n for step in range(6, 26, 2) if (n := _poisson(dice, articles / 10))}),
        filled=Counter(authors=round(articles * 0.9), published=articles, section=articles // 2, language=articles),
        hours=hours,
        examples={
            "article": [f"https://{source}.example/{day:%Y/%m/%d}/{n}" for n in range(3)],
            "rejected:no_body": [f"https://{source}.example/live/{n}" for n in range(3)],
        },
    )


def quarter(engine: Engine, rates: dict[str, float], days: int, now: datetime) -> None:
    """Give sources days up to a moment; ``rates``: how many articles each brings on one of them."""
    dice = random.Random(2)
    for ago in reversed(range(days)):
        day = now - timedelta(days=ago)
        rows = [
            {"source": name, "day": f"{day:%Y-%m-%d}", "measures": as_json(one.as_dict())}
            for name, rate in rates.items()
            if dice.random() > 0.02 and (one := measures(dice, name, rate, day, 24 if ago else now.hour + 1))
        ]
        with engine.begin() as connection:
            connection.execute(insert(schema.days), rows)


def fill(engine: Engine, sources: int, days: int) -> None:
    """Put a quarter of scheduled runs into a store."""
    dice = random.Random(1)
    rates = {f"outlet-{number:03}": 3 * math.exp(dice.gauss(1.5, 1.1)) for number in range(sources)}
    quarter(engine, rates, days, NOW)
    _fill_findings(engine, dice, list(rates))
    _fill_runs(engine, dice, list(rates))
    _fill_articles(engine, dice, rates)


def _fill_findings(engine: Engine, dice: random.Random, names: list[str]) -> None:
    kinds = (
        ("field", "authors", CHANGED, "0 % of 24 articles", "97 %", "Look at one of them."),
        ("rejected", "no_body", FAILING, "100 % of 18 pages", "3 %", "Perhaps render = true helps."),
        ("silent", "", SILENT, "no article in 31 hours", "12 a day", "Look at its feed."),
    )
    rows = []
    for number, name in enumerate(dice.sample(names, min(len(names), 18))):
        kind, subject, state, now, before, advice = kinds[number % 3]
        since = f"{NOW - timedelta(days=2):%Y-%m-%d}"
        examples = tuple(f"https://{name}.example/{n}" for n in range(3))
        finding = Finding(name, kind, subject, state, now, before, since, examples, advice)
        at = (NOW - timedelta(hours=5 * number)).strftime(MOMENT)
        cleared = at if number % 3 == 2 and number > 6 else None
        row = {"source": name, "kind": kind, "subject": subject, "opened_at": at, "seen_at": at, "cleared_at": cleared}
        rows.append({**row, "document": as_json(finding.as_dict())})
    with engine.begin() as connection:
        connection.execute(insert(schema.findings), rows)


def _fill_runs(engine: Engine, dice: random.Random, names: list[str]) -> None:
    with engine.begin() as connection:
        for number in reversed(range(RUNS)):
            began = NOW - timedelta(minutes=5 * number)
            run_id = f"{began:%Y%m%dT%H%M%SZ}-1c9a07e3"
            ended = (began + timedelta(seconds=dice.randrange(20, 200))).strftime(MOMENT)
            values = {"id": run_id, "place": "x", "spider": "news", "version": "1", "status": "finished"}
            values |= {"started_at": began.strftime(MOMENT), "finished_at": ended}
            connection.execute(insert(schema.runs).values(values))
            rows = []
            for name in dice.sample(names, len(names) // 3):
                new = _poisson(dice, 0.6)
                account = Account(Counter(discovered=new + 20, fetched=new, new=new, already_known=20))
                rows.append({"run_id": run_id, "source": name, "counts": as_json(account.as_dict())})
            connection.execute(insert(schema.coverage), rows)


def _fill_articles(engine: Engine, dice: random.Random, rates: dict[str, float]) -> None:
    number = 0
    for ago in reversed(range(ARTICLE_DAYS)):
        began = NOW - timedelta(days=ago + 1)
        rows, stories = [], []
        for name, rate in rates.items():
            for _ in range(_poisson(dice, rate)):
                number += 1
                language, title = TITLES[number % len(TITLES)]
                identity = f"{number:020x}"
                seen = (began + timedelta(seconds=dice.randrange(86_400))).strftime(MOMENT)
                row = {
                    "id": identity,
                    "url": f"https://{name}.example/{number}",
                    "source": name,
                    "site": f"{name}.example",
                    "title": f"{title} ({number})",
                    "content_hash": identity,
                    "revision": 1,
                    "cluster_id": identity,
                    "first_seen": seen,
                    "run_id": "x",
                    "language": language,
                    "duplicate_of": None,
                    "relation": None,
                }
                if rows and dice.random() < 0.15:
                    of = rows[-dice.randrange(1, min(len(rows), 400) + 1)]["cluster_id"]
                    row |= {"cluster_id": of, "duplicate_of": of, "relation": "syndicated"}
                    stories.append({"id": of, "origin": of, "agency": dice.choice(AGENCIES), "members": 2})
                rows.append(row)
        rows.sort(key=lambda row: str(row["first_seen"]))
        with engine.begin() as connection:
            connection.execute(insert(schema.articles), rows)
            connection.execute(insert(schema.clusters), list({story["id"]: story for story in stories}.values()))


def _poisson(dice: random.Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    bound, count, product = math.exp(-mean), 0, dice.random()
    while product > bound:
        count += 1
        product *= dice.random()
    return count


def write(database: str, path: Path, without: str) -> None:
    """Write the report as the end of a run does, and print what it cost; ``without`` a package, if one is named."""
    if without:
        sys.modules[without] = None  # type: ignore[assignment]
    engine = open_engine(database)
    before, begun = time.process_time(), time.perf_counter()
    from newsbot.report import write as write_report

    loaded = time.process_time()
    octets = write_report(engine, path, now=NOW.strftime(MOMENT))
    cpu, seconds = time.process_time(), time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{octets / 1e6:6.2f} MB {seconds - begun:6.2f} s {cpu - before:6.2f} s CPU", end="")
    print(f" ({loaded - before:.2f} to load) {memory:6.0f} MB of memory")
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--database", help="address of an empty database (SQLite in a temporary folder)")
    parser.add_argument("--keep", type=Path, help="keep the report, and the SQLite store beside it")
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        write(arguments.write[0], Path(arguments.write[1]), arguments.write[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or Path(folder) / "report.html"
        database = arguments.database or f"sqlite:///{path.with_suffix('.db').absolute()}"
        if not path.with_suffix(".db").exists():
            engine = open_engine(database)
            fill(engine, arguments.sources, arguments.days)
            engine.dispose()
        for what, without, fresh in (
            ("without altair", "altair", True), ("with altair, first", "", True), ("with altair, again", "", False)
        ):  # fmt: skip
            if fresh:
                path.unlink(missing_ok=True)
            print(f"{what:20}", end="", flush=True)
            subprocess.run([sys.executable, __file__, "--write", database, path, without], check=True)


if __name__ == "__main__":
    main()
