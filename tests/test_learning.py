"""Blocks that stand in many articles of a site are the site's: they leave its articles, later and earlier ones."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import NOW, collected, empty, lines_of, run_scrapy
from sqlalchemy import Engine, event, select

from newsbot.crawl.run import Run
from newsbot.items import Article, Candidate, Collected, Decision, Unchanged
from newsbot.sources import Source
from newsbot.store import documents, schema, sites
from newsbot.store.listings import Listing
from newsbot.store.runs import COPY_FIELDS

SOURCE = Source(name="example", home="https://example.org/")
OTHER = Source(name="other", home="https://other.example/")
BOX = "The Harbour Letter"
WORDS = (
    "anchor", "barley", "candle", "daylight", "engine", "feather", "garden", "harvest", "island", "jacket",
    "kettle", "lantern", "meadow", "needle", "orchard", "pepper", "quarry", "ribbon", "saddle", "timber",
    "umbrella", "velvet", "willow", "yonder", "zephyr",
)  # fmt: skip


def story(number: int, *, box: bool = True) -> str:
    """Return a text whose two paragraphs no other number shares, with or without the site's box below."""
    pick = [WORDS[(number * step + step) % len(WORDS)] for step in range(1, 9)]
    first = f"The {pick[0]} of the {pick[1]} was sold to the {pick[2]} for {number + 3} thousand on Monday."
    second = (
        f"Nobody had seen the {pick[3]} before {pick[4]}, and its {pick[5]} was lost in the {pick[6]} of {pick[7]}."
    )
    return "\n\n".join([first, second, *([BOX] if box else [])])


def texts(output: Path) -> dict[str, str]:
    return {line["title"]: line["text"] for line in lines_of(output, "articles")}


PITCH = "The Harbour Letter is written by the people of the harbour, and it is read by them too."
BIO = "Ana Lind writes of boats and of those who mend them in the winter."
LABEL = "Tide tables"


def article(number: int) -> Collected:
    """Return a page of a web in which two sites repeat blocks, in texts short and long, here and there.

    40 and 41 are copies of 0 and 1, one on the same site and one on the other.
    """
    dice = random.Random(number % 40)
    home = OTHER.home if number in (0, 40, 41) or number % 3 == 0 else SOURCE.home
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(100)]
    own = [
        f"{words[i].title()} said {' '.join(words[i : i + 8])} again." for i in range(0, 96 if number % 4 else 40, 8)
    ]
    above = [f"{LABEL} {number}"] if number % 2 else []
    inside = ["What the tide brings"] if number % 5 else []
    below = [PITCH, *([BIO] if number % 4 < 2 else []), BOX, *([f"Printed on {number} May"] if number % 3 else [])]
    return collected(
        f"{home}{number}",
        text="\n\n".join([*above, own[0], *inside, *own[1:], *below]),
        title=f"Story {words[0]}",
        published=f"2026-11-{number % 9 + 10}T10:00:00Z",
    )


SECTIONS = [
    (SOURCE.home, ["Home", BOX, story(1).split("\n\n")[0], "Imprint"]),
    (f"{SOURCE.home}boats", ["Home", *(f"{LABEL} {word}" for word in WORDS), *map(str.title, WORDS), PITCH]),
    (OTHER.home, ["Home", "What the tide brings", *(f"{word} and {word}" for word in WORDS)]),
]


def brought(
    engine: Engine, output: Path, articles: Sequence[Collected], sections: Sequence[tuple[str, list[str]]] = ()
) -> list[Decision]:
    """Run a crawl that brings articles and section pages in this order, and return the decisions."""
    run = Run(engine, output, [SOURCE, OTHER], spider="news", now=lambda: NOW)
    for url, page in sections:
        run.boilerplate.learn_section(url, page)
    decisions = bring(run, articles)
    run.finish()
    return decisions


def bring(run: Run, articles: Sequence[Collected]) -> list[Decision]:
    """Bring articles to a run, each found by the source on whose site it is, and return the decisions."""
    decisions = []
    for one in articles:
        url = one.aliases[0]
        source = SOURCE if url.startswith(SOURCE.home) else OTHER
        run.intake.discover(source, [Candidate(url=url, via="feed")], Listing(source.name, "f"))
        if run.verdicts.fetched(url):
            decisions.append(run.verdicts.save(one))
    return decisions


def memory(engine: Engine) -> dict[str, list[Any]]:
    """Return all that a store has of texts and of what was learned; not which of two equal copies is the article."""
    of_run = {"run_id", "cluster_id", *COPY_FIELDS}
    kept = {}
    with engine.connect() as connection:
        for table in (schema.sites, schema.site_blocks, schema.sketches):
            columns = [column for column in table.c if column.name != "number"]
            kept[table.name] = sorted(map(repr, connection.execute(select(*columns))))
        versions = map(orjson.loads, connection.execute(select(schema.revisions.c.document)).scalars())
        kept["documents"] = sorted(
            ({name: value for name, value in version.items() if name not in of_run} for version in versions),
            key=lambda version: (version["id"], version["revision"]),
        )
        coverage = select(schema.coverage.c.source, schema.coverage.c.counts)
        kept["notes"] = sorted(
            (source, orjson.loads(counts)["notes"]) for source, counts in connection.execute(coverage)
        )
    return kept


@pytest.mark.parametrize("seed", range(2))
def test_the_order_in_which_pages_arrive_changes_nothing(store: Engine, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    runs = [*range(15), 40, 41], range(15, 40)
    kept = []
    for shuffle in (list, lambda values: dice.sample(values, len(values))):
        empty(store)
        for numbers in runs:
            brought(store, tmp_path, [article(number) for number in shuffle(numbers)], shuffle(SECTIONS))
        kept.append(memory(store))
    one, other = kept
    assert any(notes for _, notes in one["notes"])
    removed = {gone["text"] for version in one["documents"] for gone in version["removed"]}
    assert {BOX, PITCH, BIO, "What the tide brings", f"{LABEL} 1", "Printed on 4 May"} <= removed
    for name, values in one.items():
        assert other[name] == values, name


def test_what_is_delivered_while_a_run_goes_on_is_learned_from_as_what_an_earlier_run_brought(
    engine: Engine, tmp_path: Path
) -> None:
    parts = [*range(15), 40], [*range(15, 30), 41], range(30, 40)
    for numbers in parts:
        brought(engine, tmp_path, [article(number) for number in numbers], SECTIONS if numbers is parts[0] else ())
    in_runs = memory(engine)
    empty(engine)
    run = Run(engine, tmp_path, [SOURCE, OTHER], spider="news", now=lambda: NOW)
    for url, page in SECTIONS:
        run.boilerplate.learn_section(url, page)
    for numbers in parts:
        bring(run, [article(number) for number in numbers])
        run.delivery.early({SOURCE.name, OTHER.name})
    run.finish()
    in_parts = memory(engine)
    for name in ("sites", "site_blocks", "sketches", "documents"):
        assert in_parts[name] == in_runs[name], name


def test_the_end_reads_and_writes_what_has_changed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    written: Counter[str] = Counter()
    article_from = documents.article_from

    def reading(document: dict[str, Any]) -> Article:
        read.append(document["title"])
        return article_from(document)

    def writing(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        words = statement.replace("FROM ", "").split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            table = words[2] if words[0] == "INSERT" else words[1]
            written[f"{words[0]} {table}"] += len(parameters) if isinstance(parameters, list) else 1

    def run(*numbers: int, text: Callable[[int], str] = story) -> Counter[str]:
        """Bring articles, and return what the end of the run has written of texts and blocks."""
        at_work = Run(engine, tmp_path, [SOURCE], spider="news")
        bring(at_work, [collected(f"{SOURCE.home}{n}", text=text(n), title=str(n)) for n in numbers])
        read.clear()
        written.clear()
        at_work.finish()
        return Counter({name: n for name, n in written.items() if name.split()[1] in ("revisions", "site_blocks")})

    monkeypatch.setattr(documents, "article_from", reading)
    event.listen(engine, "before_cursor_execute", writing)
    assert run(0, 1) == {"INSERT site_blocks": 5}  # two own paragraphs each, and the box
    assert read == ["0"]  # which shows how the box reads
    assert run(2, 3, 4) == {"INSERT site_blocks": 7, "UPDATE revisions": 3}
    assert read == ["2", "3", "4"]
    assert run(5, 6) == {"INSERT site_blocks": 5}  # what is known leaves them before they are stored
    assert not read
    assert run(5, 6) == {}
    assert run(*range(7, 30), text=lambda n: story(n, box=n == 9)).keys() == {"INSERT site_blocks"}
    assert not read


def test_an_article_that_is_looked_at_again_is_the_same_whatever_was_learned_meanwhile(
    engine: Engine, tmp_path: Path
) -> None:
    def page(number: int, *below: str) -> Collected:
        text = "\n\n".join([article(number).article.text.split(f"\n\n{PITCH}")[0], *below])
        return collected(f"{SOURCE.home}{number}", text=text, title=f"Story {number}")

    def again(one: Collected) -> Collected:
        return replace(one, aliases=[f"{SOURCE.home}again{one.article.url[len(SOURCE.home) :]}"])

    numbers = [4, 8, 16, 20, 24, 28]  # of five sentences: one more may go, and no two
    brought(engine, tmp_path, [page(number, PITCH) for number in (1, 2, 3, 5)])
    later = [page(number, PITCH, BIO) for number in numbers]
    brought(engine, tmp_path, later)
    decisions = brought(engine, tmp_path, list(map(again, later)))
    assert [type(decision.verdict) for decision in decisions] == [Unchanged] * len(numbers)
    assert all(decision.article.text.endswith(f"{PITCH}\n\n{BIO}") for decision in decisions)


@pytest.fixture
def crawl(engine: Engine, tmp_path: Path) -> Callable[..., Run]:
    def crawl(numbers: range, *, sections: tuple[list[str], ...] = ()) -> Run:
        run = Run(engine, tmp_path, [SOURCE], spider="news")
        for page in sections:
            run.boilerplate.learn_section(SOURCE.home, page)
        urls = {number: f"https://example.org/{number}" for number in numbers}
        run.intake.discover(
            SOURCE,
            [Candidate(url=url, via="feed") for url in urls.values()],
            Listing(SOURCE.name, "https://example.org/f"),
        )
        for number, url in urls.items():
            run.verdicts.fetched(url)
            run.verdicts.save(collected(url, text=story(number), title=f"Story {number}"))
        run.finish()
        return run

    return crawl


def test_what_was_learned_late_in_a_run_leaves_its_earlier_articles_too(
    crawl: Callable[..., Run], tmp_path: Path
) -> None:
    crawl(range(8))
    lines = lines_of(tmp_path, "articles")
    assert [line["text"] for line in lines] == [story(number, box=False) for number in range(8)]
    assert all(line["removed"][-1]["text"] == BOX for line in lines)
    assert all(line["removed"][-1]["reason"] == "site_boilerplate" for line in lines)
    assert len({line["content_hash"] for line in lines}) == 8


def test_the_next_run_knows_it_from_the_first_article_on(crawl: Callable[..., Run], tmp_path: Path) -> None:
    crawl(range(8))
    crawl(range(8, 9))
    assert texts(tmp_path)["Story 8"] == story(8, box=False)


def test_what_stands_on_a_section_page_is_the_sites_at_once(crawl: Callable[..., Run], tmp_path: Path) -> None:
    crawl(range(1), sections=(["Home", BOX, "Imprint"],))
    assert [line["text"] for line in lines_of(tmp_path, "articles")] == [story(0, box=False)]


def test_an_article_that_would_lose_too_much_keeps_it_and_the_ledger_says_so(engine: Engine, tmp_path: Path) -> None:
    run = Run(engine, tmp_path, [SOURCE], spider="news")
    pitch = "The Harbour Letter is written by the people of the harbour, and it is read by them too."
    urls = {number: f"https://example.org/{number}" for number in range(8)}
    run.intake.discover(SOURCE, [Candidate(url=url, via="feed") for url in urls.values()], Listing("example", "f"))
    for number, url in urls.items():
        run.verdicts.fetched(url)
        run.verdicts.save(collected(url, text=f"{story(number)}\n\n{pitch}", title=f"Story {number}"))
    run.finish()
    lines = lines_of(tmp_path, "articles")
    assert [pitch in line["text"] for line in lines] == [True] * 8
    assert all(pitch not in [removed["text"] for removed in line["removed"]] for line in lines)
    (account,) = lines_of(tmp_path, "coverage")
    assert len(account["notes"]) == 5
    assert "1 of its 3 sentences were learned to be its site's" in account["notes"][0]


def test_a_page_teaches_and_is_cleaned_by_the_site_that_served_it(engine: Engine, tmp_path: Path) -> None:
    run = Run(engine, tmp_path, [SOURCE], spider="news")
    urls = {number: f"https://example.org/{number}" for number in range(8)}
    run.intake.discover(SOURCE, [Candidate(url=url, via="feed") for url in urls.values()], Listing("example", "f"))
    for number, url in urls.items():
        claimed = f"https://other.example/{number}"
        run.verdicts.fetched(url)
        run.verdicts.save(collected(claimed, text=story(number), title=f"Story {number}", aliases=[url]))
    run.finish()
    assert all(BOX not in line["text"] for line in lines_of(tmp_path, "articles"))
    assert not len(sites.load_blocks(engine, ["other.example"])["other.example"])
    assert len(sites.load_blocks(engine, ["example.org"])["example.org"])


def test_a_persons_word_overrules_what_was_learned(crawl: Callable[..., Run], engine: Engine, tmp_path: Path) -> None:
    crawl(range(8))
    (block,) = [block for block in sites.load_blocks(engine, ["example.org"])["example.org"] if block.sample == BOX]
    shown = run_scrapy(tmp_path, "sources", "boilerplate", "example", NEWSBOT_OUTPUT=str(tmp_path))
    assert f"{block.fingerprint:016x}" in shown.stdout
    assert "removed" in shown.stdout
    kept = run_scrapy(tmp_path, "sources", "boilerplate", "example", "--keep", f"{block.fingerprint:016x}")
    assert "keep kept" in kept.stdout, kept.stderr
    crawl(range(8, 9))
    assert texts(tmp_path)["Story 8"] == story(8)
    wrong = run_scrapy(tmp_path, "sources", "boilerplate", "example", "--drop", "0000000000000000")
    assert wrong.returncode == 2
    assert "no block 0000000000000000 is known" in wrong.stdout + wrong.stderr


def test_what_is_remembered_of_a_site_stays_bounded(crawl: Callable[..., Run], engine: Engine) -> None:
    crawl(range(300))
    assert len(sites.load_blocks(engine, ["example.org"])["example.org"]) <= 200
