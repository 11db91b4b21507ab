"""Measure near-duplicates: newsbot beside datasketch and rensa's own LSH, and newsbot's store at scale.

    python benchmarks/dedupe.py --dataset FOLDER [--dataset FOLDER ...] [--seed 1]
    python benchmarks/dedupe.py --dataset FOLDER --scale 1000000 [--at 10000,100000] [--database URL]

A dataset is a folder with pages.jsonl (one JSON object a line with id and text). Public sets of this form:
scrapinghub/article-extraction-benchmark, the parser tests of flairNLP/fundus, WCXB.

Recall. Every text is stored; then every text is edited in six ways, and newsbot is asked what it is, without
storing it. Found means: a duplicate of the text that it was made of. The others index the same texts with the
same word shingles (three words) at a threshold of 0.5, 128 permutations, and have found what they return.
False merges. Of the texts themselves: pairs that are said to be copies (of all pairs: newsbot's judgement
on every one, and what each index returns). Of templates: 500 pairs of the same text with other numbers,
and the texts themselves with other numbers.

Scale. The store is filled with generated sketches through the call that stores articles; then articles made
of the datasets' sentences are brought to it one by one, every second one a copy of an earlier one with every
twelfth word replaced. A verdict is the whole call: sketch, look-up, comparison in full, the transaction.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import datasketch
import rensa
from sqlalchemy import Engine, text

from newsbot.crawl import worker_pool
from newsbot.dedupe import SKETCH_VERSION, likeness
from newsbot.dedupe.minhash import SLOTS
from newsbot.items import Article, Collected, ExtractedArticle, Sketch
from newsbot.store import articles
from newsbot.store.articles import Policy
from newsbot.store.database import open_engine
from newsbot.store.ledger import Entry
from newsbot.web.urls import article_id

NOW = "2026-11-20T08:00:00Z"
THRESHOLD, PERMUTATIONS = 0.5, 128
PLACES = ("LONDON", "PARIS", "NAIROBI", "LIMA", "OSLO", "SEOUL")
AGENCIES = ("Reuters", "AFP", "AP", "dpa", "EFE")
Edit = Callable[[str, random.Random, list[str]], str]


def load(folders: list[str]) -> dict[str, str]:
    """Return the texts of the datasets by name."""
    texts = {}
    for folder in folders:
        path = Path(folder)
        for line in (path / "pages.jsonl").read_text("utf-8").splitlines():
            page = json.loads(line)
            if page["text"].strip():
                texts[f"{path.name}/{page['id']}"] = page["text"]
    return texts


# --- The edits -----------------------------------------------------------------------------------


def dateline(body: str, dice: random.Random, _texts: list[str]) -> str:
    """Another headline (the caller's) and dateline."""
    return f"{dice.choice(PLACES)}, {dice.randint(1, 28)} March ({dice.choice(AGENCIES)}) — {body}"


def first_part(body: str, _dice: random.Random, _texts: list[str]) -> str:
    """The first 60 % of the words."""
    words = list(re.finditer(r"\S+", body))
    return body[: words[max(0, int(len(words) * 0.6) - 1)].end()]


def three_paragraphs(body: str, dice: random.Random, texts: list[str]) -> str:
    """Three paragraphs of other texts, at random places."""
    paragraphs = body.split("\n\n")
    others = [p for other in dice.sample(texts, 12) if other != body for p in other.split("\n\n") if len(p) > 80]
    for paragraph in dice.sample(others, min(3, len(others))):
        paragraphs.insert(dice.randint(1, len(paragraphs)), paragraph[:600])
    return "\n\n".join(paragraphs)


def every_twelfth(body: str, dice: random.Random, texts: list[str]) -> str:
    """Every twelfth word replaced by a word of another text."""
    words = [word for word in dice.choice(texts).split() if len(word) < 20] or ["other"]
    count = itertools.count(1)
    return re.sub(r"\S+", lambda word: dice.choice(words) if next(count) % 12 == 0 else word[0], body)


def agency_lines(body: str, dice: random.Random, _texts: list[str]) -> str:
    """A byline before and credits behind."""
    one, other = dice.sample(AGENCIES, 2)
    credit = (
        f"(Reporting by Jo Roe in {dice.choice(PLACES).title()}; editing by Sam Doe and Kim Poe, additional {other})"
    )
    year = dice.randint(2019, 2026)
    return f"By Jo Roe and Kim Poe, {one}\n\n{body}\n\n{credit}\n\n© {year} {one}. All rights reserved."


def punctuation(body: str, _dice: random.Random, _texts: list[str]) -> str:
    """Other quotes, dashes and spaces."""
    marks = {'"': "”", "“": "«", "”": "»", "'": "’", "’": "'", "–": "-", "—": "–", ",": " ,", ";": ","}
    table = str.maketrans(marks)
    return re.sub(r"[ \t]+", "  ", body.translate(table))


EDITS: dict[str, Edit] = {
    "other headline and dateline": dateline,
    "first 60 % only": first_part,
    "3 paragraphs added": three_paragraphs,
    "every 12th word replaced": every_twelfth,
    "agency lines changed": agency_lines,
    "other punctuation and quotes": punctuation,
}

TEMPLATES = (
    "Rain reaches the coast on {} March with highs of {} degrees in the north and {} degrees in the south. Winds "
    "of {} knots turn west during the evening, and {} millimetres of rain are expected by {}:{}0. The night "
    "brings lows of {} degrees, fog in the valleys and a {} percent chance of frost above {} metres, the weather "
    "service said.",
    "The leading index closed at {}.{} points on Tuesday, {} points above its close of the day before. Trading "
    "volume was {} million shares. The bank gained {} percent to {}.{}, while the car maker lost {} percent. The "
    "euro stood at 1.{} dollars in late trading, and a barrel of crude oil for delivery in May cost {}.{} "
    "dollars.",
    "{}' The home side open the scoring after a corner from the left. {}' The visitors equalise from the penalty "
    "spot in front of {} spectators. {}' A second yellow card reduces the guests to ten players. {}' The "
    "substitute hits the post from {} metres. Full time: the match ends {}-{}, shots on target {} to {}.",
    "Ein Erdbeben der Stärke {},{} hat am Morgen um {}.{} Uhr die Küste erschüttert. Das Zentrum lag nach Angaben"
    " der Warte in {} Kilometern Tiefe, etwa {} Kilometer von der Hauptstadt entfernt. Berichte über Schäden "
    "lagen zunächst nicht vor. Im laufenden Jahr wurden dort {} Beben über der Stärke {} gezählt, im Vorjahr "
    "waren es {}.",
    "Los números ganadores del sorteo de este sábado son {}, {}, {}, {}, {} y {}, y el complementario es el {}. "
    "El bote asciende a {} millones de euros y se han registrado {} acertantes de segunda categoría, que cobrarán"
    " {} euros cada uno. El próximo sorteo se celebrará el martes a las {} horas.",
    "中央气象台今天发布预报，北方地区明天白天最高气温{}度，夜间最低气温{}度，风力{}到{}级。南"
    "方部分地区有小到中雨，降雨量约{}毫米。预计未来三天气温将下降{}度，山区海拔{}米以上有雨夹雪"
    "，请公众注意防寒保暖，出行时留意道路结冰情况。",
)


def template_pairs(dice: random.Random, pairs: int = 500) -> Iterator[tuple[str, str]]:
    """Yield pairs of one template with other numbers; in every third pair half of the numbers stay."""
    for number in range(pairs):
        template = TEMPLATES[number % len(TEMPLATES)]
        values = [dice.randint(1, 99) for _ in range(template.count("{}"))]
        others = [value if number % 3 == 0 and dice.random() < 0.5 else value + dice.randint(1, 50) for value in values]
        yield template.format(*values), template.format(*others)


def with_other_numbers(bodies: list[str], dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield every text that holds at least three numbers, and itself with other numbers throughout."""
    for body in bodies:
        if len(re.findall(r"\d+", body)) >= 3:
            yield body, re.sub(r"\d{1,9}", lambda number: str(int(number[0]) + dice.randint(1, 40)), body)


# --- The engines ---------------------------------------------------------------------------------


class Newsbot:
    """newsbot's store, asked and rolled back."""

    name = "newsbot"

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.texts: dict[str, str] = {}

    def add(self, name: str, body: str) -> str | None:
        """Store a text; return the name of what it is said to be a copy of."""
        collected = collect(name, body)
        decision = articles.save(self.engine, collected, entry_of(collected), now=NOW)
        self.texts[decision.article.id] = name
        return self._name(decision.article)

    def find(self, body: str) -> list[str]:
        """Say what a text is a copy of."""
        collected = collect("asked", body)
        with self.engine.connect() as connection, connection.begin() as transaction:
            decision = articles.decide(connection, collected, entry_of(collected), now=NOW, policy=Policy())
            transaction.rollback()
        found = self._name(decision.article)
        return [found] if found else []

    def _name(self, article: Article) -> str | None:
        """Return the text that founded the story of an article, whichever is its origin now."""
        return self.texts[article.cluster_id] if article.cluster_id != article.id else None


class Datasketch:
    """datasketch.MinHashLSH."""

    name = "datasketch"

    def __init__(self) -> None:
        self.lsh = datasketch.MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)

    def add(self, name: str, body: str) -> str | None:
        """Index a text; return a text that it collides with."""
        minhash = self._minhash(body)
        found = self.lsh.query(minhash)
        self.lsh.insert(name, minhash)
        return str(found[0]) if found else None

    def find(self, body: str) -> list[str]:
        """Return what a text collides with."""
        return [str(name) for name in self.lsh.query(self._minhash(body))]

    def _minhash(self, body: str) -> datasketch.MinHash:
        minhash = datasketch.MinHash(num_perm=PERMUTATIONS, seed=1)
        minhash.update_batch([shingle.encode() for shingle in word_shingles(body)])
        return minhash


class Rensa:
    """rensa.RMinHashLSH, its candidates kept where the estimated resemblance reaches the threshold."""

    name = "rensa"

    def __init__(self) -> None:
        self.lsh = rensa.RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32)
        self.minhashes: list[rensa.RMinHash] = []
        self.names: list[str] = []

    def add(self, name: str, body: str) -> str | None:
        """Index a text; return a text that it collides with."""
        found = self.find(body)
        self.lsh.insert(len(self.names), self._minhash(body))
        self.minhashes.append(self._minhash(body))
        self.names.append(name)
        return found[0] if found else None

    def find(self, body: str) -> list[str]:
        """Return what a text collides with."""
        minhash = self._minhash(body)
        return [self.names[n] for n in self.lsh.query(minhash) if self.minhashes[n].jaccard(minhash) >= THRESHOLD]

    def _minhash(self, body: str) -> rensa.RMinHash:
        minhash = rensa.RMinHash(num_perm=PERMUTATIONS, seed=1)
        minhash.update(word_shingles(body))
        return minhash


def word_shingles(body: str, size: int = 3) -> list[str]:
    """Return the shingles of the other engines."""
    words = re.findall(r"\w+", body.casefold())
    return list({" ".join(words[n : n + size]) for n in range(max(1, len(words) - size + 1))})


def collect(name: str, body: str) -> Collected:
    """Return an article with a text, on a site of its own."""
    url = f"https://{article_id('https://x.org/' + name)[:12]}.example/{name}"
    article = ExtractedArticle(url=url, title=f"Headline of {name}", text=body, fetched_at=NOW, extractor="bench")
    return worker_pool.collected(article, [url])


def entry_of(collected: Collected) -> Entry:
    """Return the ledger's entry for an article."""
    url = collected.aliases[0]
    return Entry("bench", "bench", url, "feed", url)


# --- The tables ----------------------------------------------------------------------------------


def quality(texts: dict[str, str], seed: int) -> None:
    """Print recall by edit, false merges and template pairs, engine beside engine."""
    bodies = list(texts.values())
    with tempfile.TemporaryDirectory() as folder:
        engines: list[Newsbot | Datasketch | Rensa] = [
            Newsbot(open_engine(f"sqlite:///{folder}/newsbot.db")), Datasketch(), Rensa(),
        ]  # fmt: skip
        merged = {
            engine.name: sum(engine.add(name, body) is not None for name, body in texts.items()) for engine in engines
        }
        print(f"{len(texts)} texts\n\n| recall | {' | '.join(engine.name for engine in engines)} |")
        print("| --- |" + " ---: |" * len(engines))
        for edit, change in EDITS.items():
            dice = random.Random(f"{seed}{edit}")
            edited = {name: change(body, dice, bodies) for name, body in texts.items()}
            shares = [
                sum(name in engine.find(body) for name, body in edited.items()) / len(edited) for engine in engines
            ]
            print(f"| {edit} | {' | '.join(f'{share:.4f}' for share in shares)} |", flush=True)
    pairs = sum(likeness(one, other) is not None for one, other in itertools.combinations(bodies, 2))
    count = len(bodies) * (len(bodies) - 1) // 2
    print(f"\n| false merges | {' | '.join(engine.name for engine in engines)} |\n| --- |" + " ---: |" * len(engines))
    print(f"| texts of {len(texts)} | {' | '.join(str(merged[engine.name]) for engine in engines)} |")
    print(f"| pairs of {count}, judged in full | {pairs} | | |")
    dice = random.Random(seed)
    templates, renumbered = list(template_pairs(dice)), list(with_other_numbers(bodies, dice))
    for what, doubles in (("template pairs", templates), ("texts, every number changed", renumbered)):
        alike = {engine.name: 0 for engine in engines}
        for one, other in doubles:
            with tempfile.TemporaryDirectory() as folder:
                for engine in (Newsbot(open_engine(f"sqlite:///{folder}/newsbot.db")), Datasketch(), Rensa()):
                    engine.add("one", one)
                    alike[engine.name] += bool(engine.find(other))
                    if isinstance(engine, Newsbot):
                        engine.engine.dispose()
        print(f"| {len(doubles)} {what} | {' | '.join(str(alike[engine.name]) for engine in engines)} |", flush=True)


def scale(options: argparse.Namespace, database: str) -> None:
    """Print what a verdict costs at every size, and what an article takes on disk."""
    dice = random.Random(options.seed)
    print(
        "| articles | median ms | p95 ms | median CPU ms | p95 CPU ms | memory MB | fill s | index bytes | all bytes |"
    )
    print("| ---: |" + " ---: |" * 8, flush=True)
    stored = 0
    for step in sorted({*(int(step) for step in options.at.split(",") if step), options.scale}):
        begun = time.perf_counter()
        fill(database, stored, step, dice)
        took = time.perf_counter() - begun
        stored = step
        # A process of its own: what the filling holds in memory is not the crawl's.
        child = [sys.executable, __file__, *sys.argv[1:], "--database", database, "--measure", str(step)]
        print(
            f"| {step} | {subprocess.run(child, check=True, capture_output=True, text=True).stdout.strip()} | ", end=""
        )
        engine = open_engine(database)
        index, everything = disk(engine)
        engine.dispose()
        print(f"{took:.0f} | {index / stored:.0f} | {everything / stored:.0f} |", flush=True)


def measure(texts: dict[str, str], database: str, step: int, seed: int) -> str:
    """Return the cells of the table that one process can tell."""
    sentences = [s for body in texts.values() for s in re.split(r"(?<=[.!?])\s+", body) if 40 < len(s) < 400]
    engine = open_engine(database)
    dice = random.Random(f"{seed} {step}")
    verdicts(engine, sentences, texts, dice, f"warm-{step}", 20)
    before = memory()
    wall, cpu = verdicts(engine, sentences, texts, dice, str(step))
    cells = [f"{value:.2f}" for times in (wall, cpu) for value in (statistics.median(times), percentile(times, 0.95))]
    return " | ".join([*cells, f"{memory() - before:.0f}"])


def percentile(values: list[float], share: float) -> float:
    """Return the value that a share of all does not exceed."""
    return sorted(values)[int(len(values) * share)]


def fill(database: str, start: int, stop: int, dice: random.Random, batch: int = 50_000) -> None:
    """Store articles with generated sketches; one slot in fifty holds one of the values that many texts share."""
    engine = open_engine(database)
    policy = Policy()
    common = [[int(dice.random() * 2**20) for _ in range(500)] for _ in range(SLOTS)]
    for begin in range(start, stop, batch):
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":  # nothing is lost but the benchmark if this process dies
                for pragma in ("cache_size=-3000000", "synchronous=OFF"):
                    connection.connection.cursor().execute(f"PRAGMA {pragma}")
            with connection.begin():
                for number in range(begin, min(begin + batch, stop)):
                    slots = tuple(
                        dice.choice(common[slot])
                        if dice.random() < 0.02
                        else int(dice.expovariate(1) * 2**32 / 700) % 2**32
                        for slot in range(SLOTS)
                    )
                    body = f"Generated {number}. " * 4
                    collected = collect(f"fill-{number}", body)
                    sketched = replace(collected.facts, sketch=Sketch(slots, SKETCH_VERSION))
                    collected = replace(collected, facts=sketched)
                    articles.decide(connection, collected, entry_of(collected), now=NOW, policy=policy)
    engine.dispose()


def verdicts(
    engine: Engine, sentences: list[str], texts: dict[str, str], dice: random.Random, step: str, count: int = 600
) -> tuple[list[float], list[float]]:
    """Bring new articles and copies, and return the milliseconds of every verdict: wall and CPU."""
    wall, cpu, bodies = [], [], list(texts.values())
    known: list[str] = []
    wrong = 0
    for number in range(count):
        copy = number % 2 == 1
        body = every_twelfth(known[-1], dice, bodies) if copy else "\n\n".join(dice.sample(sentences, 30))
        known.append(body)
        collected = collect(f"verdict-{step}-{number}", body)
        entry = entry_of(collected)
        begun, begun_cpu = time.perf_counter(), time.process_time()
        article = articles.save(engine, collected, entry, now=NOW).article
        cpu.append(1000 * (time.process_time() - begun_cpu))
        wall.append(1000 * (time.perf_counter() - begun))
        wrong += (article.cluster_id != article.id) != copy
    if wrong:
        print(f"at {step}: {wrong} of {count} verdicts are wrong", file=sys.stderr)
    return wall, cpu


def memory() -> float:
    """Return the largest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def disk(engine: Engine) -> tuple[int, int]:
    """Return the bytes of the index of near-duplicates, and of the whole store."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            one = "select pg_total_relation_size('sketches')"
            everything = "select pg_database_size(current_database())"
        else:
            one = (
                "select sum(pgsize) from dbstat where aggregate = 1 "
                "and name in ('bands', 'sketches', 'sqlite_autoindex_sketches_1')"
            )
            everything = "select page_count * page_size from pragma_page_count(), pragma_page_size()"
        return int(connection.execute(text(one)).scalar_one()), int(connection.execute(text(everything)).scalar_one())


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", action="append", required=True, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=int, metavar="N", help="measure the store with N articles instead")
    parser.add_argument("--at", default="10000,100000", help="further sizes to measure at")
    parser.add_argument("--database", help="an empty database; default: SQLite in a temporary folder")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    texts = load(options.dataset)
    if options.measure:
        print(measure(texts, options.database, options.measure, options.seed))
        return
    if not options.scale:
        quality(texts, options.seed)
        return
    with tempfile.TemporaryDirectory() as folder:
        scale(options, options.database or f"sqlite:///{folder}/newsbot.db")


if __name__ == "__main__":
    main()
