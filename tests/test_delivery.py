"""What a source that is done has brought is in a file while slower ones go on, and every line is there once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import collected, lines_of, run_scrapy, sources_file
from local_web import Answer, LocalWeb, article_page, local_web, paragraphs_on
from sqlalchemy import Engine

from newsbot.crawl.outbox.delivery import Delivery
from newsbot.crawl.outbox.recovery import heal
from newsbot.crawl.run import Run
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store import runs
from newsbot.store.listings import Listing
from newsbot.store.runs import RunEnded

NOW = "2026-11-20T08:00:00Z"
QUICK, SLOW = (Source(name=name, home=f"https://{name}.example/") for name in ("quick", "slow"))
AFTER = 10.0


@pytest.fixture
def start(store: Engine, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    opened: list[Run] = []

    def start(**options: Any) -> Run:
        opened.append(Run(store, tmp_path, [QUICK, SLOW], spider="news", now=lambda: NOW, **options))
        return opened[-1]

    yield start
    for run in opened:
        run.abandon()


def find(run: Run, source: Source, *paths: str, home: str = "") -> None:
    """Let a source's feed name addresses, on its own site or another."""
    found = [Candidate(url=(home or source.home) + path, via="feed") for path in paths]
    run.ledger.listing_asked(source.name)
    run.intake.discover(source, found, Listing(source.name, f"{source.home}feed"))
    run.ledger.listing(source.name, "read")


def bring(run: Run, url: str, topic: str = "", **fields: Any) -> None:
    """Let the page of an address be an article on a topic."""
    assert run.verdicts.fetched(url)
    text = paragraphs_on(topic or url).replace("<p>", "").replace("</p>", "\n\n").strip()
    run.verdicts.save(collected(url, text=text, title=topic or url, **fields))


def files_of(output: Path) -> dict[str, list[str]]:
    """Return the addresses on the lines of each file of articles, by its number."""
    parts = {}
    for path in sorted((output / "articles").glob("*/*.jsonl"), key=lambda path: path.stat().st_mtime_ns):
        parts[path.name.partition(".")[2]] = [line["url"] for line in lines_of(output, "articles", f"*/{path.name}")]
    return parts


class Clock:
    """A run's delivery, by a clock that the test moves."""

    def __init__(self, run: Run, after: float = AFTER) -> None:
        self.at = 1000.0
        delivery = run.delivery
        self.delivery = Delivery(
            run.engine, run.output, run._life, run.ledger, run.claims, run.boilerplate,
            with_removed=True, after=after, clock=lambda: self.at,
        )  # fmt: skip
        run.delivery = self.delivery
        assert delivery.pause is None, "all at the end, where nobody says otherwise"

    def due_after(self, seconds: float, *, has_started: bool = False) -> set[str]:
        self.at += seconds
        return self.delivery.due(has_started=has_started)


def test_a_source_is_due_once_it_has_been_done_for_a_while_and_again_with_what_is_new(
    start: Callable[..., Run],
) -> None:
    run = start()
    clock = Clock(run)
    find(run, QUICK, "1")
    find(run, SLOW, "1", "2")
    assert clock.due_after(AFTER) == set(), "nothing is done"
    bring(run, f"{QUICK.home}1")
    bring(run, f"{SLOW.home}1")
    assert clock.due_after(1) == set(), "it has only just been done"
    assert clock.due_after(AFTER) == {"quick"}
    run.delivery.early({"quick"})
    assert clock.due_after(AFTER) == set(), "it has been told"
    find(run, QUICK, "2")
    assert clock.due_after(AFTER) == set()
    bring(run, f"{QUICK.home}2")
    assert clock.due_after(1) == set()
    find(run, QUICK, "3")
    bring(run, f"{QUICK.home}3")
    assert clock.due_after(AFTER - 1) == set(), "it has moved meanwhile"
    assert clock.due_after(AFTER) == {"quick"}
    run.ledger.listing_asked("quick")
    assert clock.due_after(AFTER) == set(), "a listing has not answered"


def test_a_source_with_nothing_to_ask_for_is_done_once_the_spider_has_started(start: Callable[..., Run]) -> None:
    clock = Clock(start())
    assert clock.due_after(AFTER) == set()
    assert clock.due_after(AFTER) == set()
    assert clock.due_after(1, has_started=True) == set()
    assert clock.due_after(AFTER, has_started=True) == {"quick", "slow"}


def test_long_runs_deliver_more_and_more_seldom(start: Callable[..., Run]) -> None:
    run = start()
    clock = Clock(run)
    at = []
    while clock.at < 1000 + 3600:
        find(run, QUICK)  # it asks for one more listing every 20 seconds, which names nothing
        clock.due_after(1)
        if clock.due_after(2 * AFTER - 1):
            run.delivery.early({"quick"})
            at.append(clock.at)
    assert 20 < len(at) < 50
    assert at[1] - at[0] < 30 < 300 < at[-1] - at[-2]


def test_what_is_held_is_decided_on_with_its_source(start: Callable[..., Run]) -> None:
    run = start()
    clock = Clock(run)
    find(run, QUICK, "1")
    find(run, SLOW, "1")
    for source in (QUICK, SLOW):
        assert run.verdicts.fetched(f"{source.home}1")
        unsigned = collected(f"{source.home}1", text=f"Nobody has signed what {source.name} says of the sea.")
        assert run.claims.judge(unsigned) is None
    assert clock.due_after(AFTER) == set()
    run.ledger.listing_asked("slow")
    assert clock.due_after(AFTER) == {"quick"}, "what is held holds up nobody"
    assert [one.discovered for one in run.claims.of({"quick"})] == [f"{QUICK.home}1"]
    assert [one.discovered for one in run.claims.rest()] == [f"{SLOW.home}1"]


def test_what_a_source_brings_is_in_a_file_of_its_own_and_the_rest_follows(
    start: Callable[..., Run], tmp_path: Path
) -> None:
    run = start()
    find(run, QUICK, "1", "2")
    find(run, SLOW, "1")
    bring(run, f"{QUICK.home}1", "mills")
    bring(run, f"{QUICK.home}2", "mills")
    bring(run, f"{SLOW.home}1")
    assert run.delivery.early({"quick"}) == {
        f"articles/2026-11-20/{run.id}.jsonl": 1,
        f"duplicates/2026-11-20/{run.id}.jsonl": 1,
    }
    assert files_of(tmp_path) == {"jsonl": [f"{QUICK.home}1"]}
    assert not list(tmp_path.glob("coverage/*/*")), "the books are open"
    assert run.delivery.early({"quick"}) == {}
    find(run, QUICK, "3")
    bring(run, f"{QUICK.home}3")
    run.delivery.early({"quick"})
    summary = run.finish()
    assert files_of(tmp_path) == {
        "jsonl": [f"{QUICK.home}1"], "2.jsonl": [f"{QUICK.home}3"], "3.jsonl": [f"{SLOW.home}1"]
    }  # fmt: skip
    assert sorted(summary.files) == sorted(
        str(path.relative_to(tmp_path)) for path in tmp_path.glob("[acd]*/*/*.jsonl")
    ), "the report names all files of the run"
    assert [line["new"] for line in lines_of(tmp_path, "coverage", f"*/{run.id}.jsonl")] == [2, 1]


def test_a_site_waits_for_every_source_of_the_run_whose_articles_are_on_it(
    start: Callable[..., Run], tmp_path: Path
) -> None:
    agency = "https://agency.example/"
    run = start()
    find(run, QUICK, "1", home=agency)
    find(run, SLOW, "2", home=agency)
    find(run, SLOW, "1", "2", home=QUICK.home)
    for url in (f"{agency}1", f"{agency}2", f"{QUICK.home}1"):
        bring(run, url)
    run.delivery.early({"quick"})
    assert files_of(tmp_path) == {"jsonl": [f"{QUICK.home}1"]}, "whoever found it, it is of an outlet that is done"
    run.delivery.early({"quick", "slow"})
    assert files_of(tmp_path)["2.jsonl"] == [f"{agency}1", f"{agency}2"]


def test_an_article_that_turns_out_to_be_a_copy_after_its_delivery_is_told_again(
    start: Callable[..., Run], tmp_path: Path
) -> None:
    run = start()
    find(run, QUICK, "1")
    bring(run, f"{QUICK.home}1", "mills", published="2026-11-20T07:30:00Z")
    run.delivery.early({"quick"})
    find(run, SLOW, "1")
    bring(run, f"{SLOW.home}1", "mills", published="2026-11-20T06:30:00Z", copied_from=None)
    run.finish()
    lines = [*lines_of(tmp_path, "articles"), *lines_of(tmp_path, "duplicates")]
    told = [(line["url"], line["revision"], line["change"], "duplicate_of" in line) for line in lines]
    assert sorted(told) == [
        (f"{QUICK.home}1", 1, None, False),
        (f"{QUICK.home}1", 2, "copy", True),
        (f"{SLOW.home}1", 1, None, False),
    ]


STEPS = {
    "learning": "newsbot.store.sites.save_blocks",
    "planning": "newsbot.store.runs.plan_part",
    "writing": "pathlib.Path.replace",
    "noting": "newsbot.store.runs.mark_done",
}


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_dies_at_any_step_of_a_delivery_is_finished_by_the_next(
    start: Callable[..., Run], store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: object, **_kwargs: object) -> None:
        raise Killed

    run = start()
    find(run, QUICK, "1")
    bring(run, f"{QUICK.home}1")
    run.delivery.early({"quick"})
    find(run, QUICK, "2")
    find(run, SLOW, "1", "2")
    bring(run, f"{QUICK.home}2")
    bring(run, f"{SLOW.home}1")
    run.boilerplate.learn_section(QUICK.home, ["Home", "Imprint"])
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(STEPS[step], die)
        run.delivery.early({"quick"})
    run.abandon()
    assert run.id in heal(store, tmp_path, now=NOW)
    lines = Counter(line["url"] for line in lines_of(tmp_path, "articles"))
    assert lines == Counter([f"{QUICK.home}1", f"{QUICK.home}2", f"{SLOW.home}1"])
    assert not list(tmp_path.rglob("*.tmp"))
    assert runs.undelivered(store) == []
    assert [line["new"] for line in lines_of(tmp_path, "coverage", f"*/{run.id}.jsonl")] == [2, 1]


def test_a_run_that_was_taken_for_dead_delivers_nothing_more(
    start: Callable[..., Run], store: Engine, tmp_path: Path
) -> None:
    run = start()
    find(run, QUICK, "1")
    bring(run, f"{QUICK.home}1")
    run.abandon()
    heal(store, tmp_path, now=NOW)
    with pytest.raises(RunEnded):
        runs.plan_part(store, run.id, ["quick.example"], {"article": "a", "duplicate": "d"}, place="here")
    assert Counter(line["url"] for line in lines_of(tmp_path, "articles")) == Counter([f"{QUICK.home}1"])


def test_a_file_that_could_not_be_written_is_written_by_the_next_delivery(
    start: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError("No space left on device")

    run = start()
    clock = Clock(run)
    find(run, QUICK, "1")
    find(run, SLOW, "1")
    bring(run, f"{QUICK.home}1")
    clock.due_after(0)
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr("pathlib.Path.replace", full)
        run.delivery.early(clock.due_after(AFTER))
    assert clock.due_after(1) == {"quick"}
    run.delivery.early({"quick"})
    assert files_of(tmp_path) == {"jsonl": [f"{QUICK.home}1"]}


def test_the_articles_of_quick_outlets_are_there_while_a_slow_one_is_asked(tmp_path: Path) -> None:
    output = tmp_path / "output"
    seen: list[str] = []

    def slow_page(_web: LocalWeb) -> Answer:
        """Answer once there is a file, or after a long time."""
        for _ in range(300):
            if list(output.glob("articles/*/*.jsonl")):
                break
            time.sleep(0.1)
        seen.extend(line["title"] for line in lines_of(output, "articles"))
        return 200, {"Content-Type": "text/html"}, article_page("The last one of all", "the last").encode()

    with local_web() as slow, local_web() as quick:
        slow.pages["/slow"] = slow_page
        for n in range(3):
            quick.put(f"/{n}", article_page(f"What was sold in ward {n}", f"ward {n}"))
        quick.put("/moved", article_page("What was moved from ward to ward", "moving"))
        quick.redirect("/old", f"{quick.base}/moved")
        quick_ones = [f"{quick.base}/{path}" for path in (0, 1, 2, "old")]
        sources = sources_file(
            tmp_path,
            quick={"home": f"{quick.base}/", "feeds": [quick.feed("/feed", quick_ones)]},
            slow={"home": f"{slow.base}/", "feeds": [slow.feed("/feed", [f"{slow.base}/slow"])]},
        )
        crawl = run_scrapy(
            output, "crawl", "news", "-a", f"sources={sources}", "-s", "DOWNLOAD_DELAY=0",
            "-s", "DOWNLOAD_TIMEOUT=60", "-s", "NEWSBOT_DELIVER_AFTER=0.5", "-s", "NEWSBOT_EXTRACT_WORKERS=0",
        )  # fmt: skip
    assert crawl.returncode == 0, crawl.stderr
    assert sorted(seen) == ["What was moved from ward to ward", *(f"What was sold in ward {n}" for n in range(3))]
    assert "while the run goes on: articles/" in crawl.stderr
    assert list(files_of(output)) == ["jsonl", "2.jsonl"]
    assert [line["title"] for line in lines_of(output, "articles", "*/*.2.jsonl")] == ["The last one of all"]
