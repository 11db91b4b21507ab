"""A run takes candidates in, gives every one its outcome, and leaves whole files; a dead run is healed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import collected, lines_of
from sqlalchemy import Engine

from newsbot.crawl.recovery import RunLock, heal, place_of
from newsbot.crawl.run import Run
from newsbot.crawl.verdicts import OWN_FAULTS
from newsbot.items import Candidate, Rejection
from newsbot.sources import Source
from newsbot.store import runs
from newsbot.store.frontier import MAX_TRIES
from newsbot.store.listings import Listing

SOURCE = Source(name="example", home="https://example.org/", deny=["/shop/"])
FEED = Listing("example", "https://example.org/feed", etag='"1"')
NOW = "2026-11-20T08:00:00Z"

Start = Callable[..., Run]


@pytest.fixture
def start(engine: Engine, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    opened = []

    def start(**options: Any) -> Run:
        opened.append(Run(engine, tmp_path, [SOURCE], spider="news", now=lambda: NOW, **options))
        return opened[-1]

    yield start
    for run in opened:
        run.abandon()


def candidates(*paths: str) -> list[Candidate]:
    return [Candidate(url=f"https://example.org{path}", via="feed") for path in paths]


def bring(run: Run, path: str, text: str) -> None:
    url = f"https://example.org{path}"
    assert run.verdicts.fetched(url)
    run.verdicts.save(collected(url, text=text))


def test_a_run_ends_in_whole_files_and_its_sums(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start()
    fresh = run.intake.discover(SOURCE, candidates("/a", "/b", "/c", "/gone", "/shop/x"), FEED)
    assert [candidate.url[-2:] for candidate in fresh] == ["/a", "/b", "/c", "ne"]
    bring(run, "/a", "Text of a.")
    bring(run, "/b", "Text of a.")
    run.verdicts.fetched("https://example.org/c")
    run.verdicts.reject(Rejection(url="https://example.org/c", reason="section_page"))
    run.verdicts.fail("https://example.org/gone", "http_404")
    summary = run.finish()

    assert summary.total.counts == {
        "discovered": 5, "fetched": 3, "new": 1, "duplicate": 1, "rejected": 1, "skipped": 1, "failed": 1,
    }  # fmt: skip
    (article,) = lines_of(tmp_path, "articles")
    (duplicate,) = lines_of(tmp_path, "duplicates")
    assert article["url"] == "https://example.org/a"
    assert (duplicate["duplicate_of"], duplicate["similarity"]) == (article["id"], 1.0)
    (sums,) = lines_of(tmp_path, "coverage", f"*/{run.id}.jsonl")
    assert sums["discovered"] == 5
    dropped = lines_of(tmp_path, "coverage", "*/*.dropped.jsonl")
    assert {line["url"].rpartition("/")[2]: line["reason"] for line in dropped} == {
        "c": "section_page", "gone": "http_404", "x": "denied_by_pattern",
    }  # fmt: skip
    assert not list(tmp_path.glob(".runs/*"))
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_next_run_knows_what_is_stored_and_tries_what_failed(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start()
    run.intake.discover(SOURCE, candidates("/a", "/b"), FEED)
    bring(run, "/a", "Text.")
    run.verdicts.fail("https://example.org/b", "timeout")
    run.finish()
    again = start()
    assert [candidate.url for candidate in again.intake.resume(SOURCE)] == ["https://example.org/b"]
    assert again.intake.discover(SOURCE, candidates("/a", "/b"), FEED) == []
    bring(again, "/b", "Other text.")
    counts = again.finish().total.counts
    assert counts == {"discovered": 2, "already_known": 1, "fetched": 1, "new": 1}


def test_what_is_over_the_limit_is_left_for_the_next_run(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start(max_new=2)
    assert len(run.intake.discover(SOURCE, candidates("/a", "/b", "/c"), FEED)) == 2
    assert run.schedule.listing(SOURCE.name, FEED.url).etag is None, "the feed must be read in full again"
    bring(run, "/a", "Text a.")
    bring(run, "/b", "Text b.")
    assert run.finish().total.reasons == {"skipped:over_limit": 1}
    again = start(max_new=2)
    assert [c.url for c in again.intake.discover(SOURCE, candidates("/a", "/b", "/c"), FEED)] == [
        "https://example.org/c"
    ]
    assert again.schedule.listing(SOURCE.name, FEED.url).etag == '"1"'


def test_a_dead_run_is_healed_by_the_next(start: Start, engine: Engine, tmp_path: Path) -> None:
    dead = start()
    dead.intake.discover(SOURCE, candidates("/a", "/b"), FEED)
    bring(dead, "/a", "Text.")
    assert heal(engine, tmp_path, now=NOW) == {}, "its lock is held: it lives"
    dead.abandon()
    assert dead.id in heal(engine, tmp_path, now=NOW)
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == ["https://example.org/a"]
    (sums,) = lines_of(tmp_path, "coverage", f"*/{dead.id}.jsonl")
    assert (sums["discovered"], sums["fetched"], sums["new"]) == (1, 1, 1)
    assert heal(engine, tmp_path, now=NOW) == {}
    run = start()
    assert [candidate.url for candidate in run.intake.resume(SOURCE)] == ["https://example.org/b"]


@pytest.mark.parametrize("step", ["close_books", "rename", "mark_done", "end_run"])
def test_a_death_at_any_step_of_export_changes_no_line(
    start: Start, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: object, **_kwargs: object) -> None:
        raise Killed

    run = start()
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    bring(run, "/a", "Text.")
    target = {
        "close_books": "newsbot.store.runs.close_books",
        "rename": "pathlib.Path.replace",
        "mark_done": "newsbot.store.runs.mark_done",
        "end_run": "newsbot.store.runs.end_run",
    }[step]
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(target, die)
        run.finish()
    run.abandon()
    heal(engine, tmp_path, now=NOW)
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == ["https://example.org/a"]
    assert not list(tmp_path.rglob("*.tmp"))
    assert runs.unfinished_runs(engine, place_of(tmp_path)) == []
    start().finish()
    assert len(lines_of(tmp_path, "articles")) == 1


def test_a_death_after_all_was_done_leaves_no_lock(
    start: Start, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start()
    with monkeypatch.context() as patch:
        patch.setattr(RunLock, "release", RunLock.let_go)
        run.finish()
    alive = start()
    assert len(list(tmp_path.glob(".runs/*"))) == 2
    heal(engine, tmp_path, now=NOW)
    assert [path.name for path in tmp_path.glob(".runs/*")] == [alive.id]


@pytest.mark.parametrize("reason", sorted(OWN_FAULTS))
def test_what_may_be_newsbots_own_fault_is_tried_again_a_few_times(start: Start, reason: str) -> None:
    url = "https://example.org/a"
    start().intake.discover(SOURCE, candidates("/a"), FEED)
    for _ in range(MAX_TRIES):
        run = start()
        assert [candidate.url for candidate in run.intake.resume(SOURCE)] == [url]
        run.verdicts.fetched(url)
        run.verdicts.reject(Rejection(url=url, reason=reason))
        assert run.finish().total.reasons == {f"rejected:{reason}": 1}
    assert list(start().intake.resume(SOURCE)) == []


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    lock = RunLock(tmp_path, "r")
    with pytest.raises(BlockingIOError):
        RunLock(tmp_path, "r")
    lock.release()
    RunLock(tmp_path, "r").release()


def test_a_run_is_healed_once_by_two_crawls_that_find_it_dead(
    start: Start, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = start()
    dead.intake.discover(SOURCE, candidates("/a"), FEED)
    bring(dead, "/a", "Text.")
    dead.abandon()
    found = runs.unfinished_runs(engine, place_of(tmp_path))
    assert dead.id in heal(engine, tmp_path, now=NOW)
    late = iter([found])
    still = runs.unfinished_runs
    monkeypatch.setattr("newsbot.store.runs.unfinished_runs", lambda *place: next(late, None) or still(*place))
    assert heal(engine, tmp_path, now=NOW) == {}
    assert len(lines_of(tmp_path, "articles")) == 1


def test_removed_lines_can_be_left_out_of_the_files(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start(with_removed=False)
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    bring(run, "/a", "Text.")
    run.finish()
    assert lines_of(tmp_path, "articles")[0]["removed"] == []
