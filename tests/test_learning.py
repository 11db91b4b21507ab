"""Blocks that stand in many articles of a site are the site's: they leave its articles, later and earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import collected, lines_of, run_scrapy
from sqlalchemy import Engine

from newsbot.crawl.run import Run
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store import sites
from newsbot.store.listings import Listing

SOURCE = Source(name="example", home="https://example.org/")
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
    assert not len(sites.load_blocks(engine, "other.example"))
    assert len(sites.load_blocks(engine, "example.org"))


def test_a_persons_word_overrules_what_was_learned(crawl: Callable[..., Run], engine: Engine, tmp_path: Path) -> None:
    crawl(range(8))
    (block,) = [block for block in sites.load_blocks(engine, "example.org") if block.sample == BOX]
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
    assert len(sites.load_blocks(engine, "example.org")) <= 200
