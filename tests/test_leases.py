"""Lives of runs: a living one is left alone, a dead one is finished, and neither depends on names, paths or files."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT, collected, lines_of, run_scrapy, scrapy_environment, sources_file
from local_web import article_page, local_web
from sqlalchemy import Engine, text

from newsbot.crawl.outbox.recovery import heal, names_of, place_at, place_of
from newsbot.crawl.polling.schedule import shifted
from newsbot.crawl.run import Run
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store import runs
from newsbot.store.database import open_engine
from newsbot.store.leases import STALE, Life, claimed, marks_of, take_all
from newsbot.store.listings import Listing
from newsbot.store.runs import RunEnded

NOW = "2026-11-20T08:00:00Z"
SOURCE = Source(name="example", home="https://example.org/")
FEED = Listing("example", "https://example.org/feed")


def later(seconds: float) -> str:
    return shifted(NOW, seconds / 60)


def hold(url: str, names: list[str], ready: object) -> None:
    """Take sources and keep them until killed, in another process."""
    life = Life(open_engine(url), "other", place="there", spider="news")
    assert not take_all(life, names)
    ready.set()  # type: ignore[attr-defined]
    time.sleep(600)


@pytest.fixture
def begin(store: Engine) -> Iterator[Callable[..., Life]]:
    """Begin lives that are over when the test is."""
    begun = []

    def begin(run_id: str, now: Callable[[], str] = lambda: NOW) -> Life:
        begun.append(Life(store, run_id, place="here", spider="news", now=now))
        return begun[-1]

    yield begin
    for life in begun:
        life.abandon()


@pytest.fixture
def start(store: Engine, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start runs, each with an article, that are over when the test is."""
    started = []

    def start(number: int = 0, output: Path = tmp_path / "output", now: Callable[[], str] = lambda: NOW) -> Run:
        run = Run(store, output, [SOURCE], spider="news", now=now)
        started.append(run)
        run.intake.discover(SOURCE, [Candidate(url=f"https://example.org/{number}", via="feed")], FEED)
        bring(run, number)
        return run

    yield start
    for run in started:
        run.abandon()


def bring(run: Run, number: int) -> None:
    url = f"https://example.org/{number}"
    run.verdicts.fetched(url)
    run.verdicts.save(collected(url, text=f"What was said on the day number {number}, in words of its own."))


def written(*outputs: Path) -> list[str]:
    """Return the addresses on the lines of some output folders."""
    folders = ("articles", "duplicates")
    return sorted(line["url"] for output in outputs for folder in folders for line in lines_of(output, folder))


def test_a_source_is_one_run_s_for_as_long_as_that_lives(store: Engine, begin: Callable[..., Life]) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    url = store.url.render_as_string(hide_password=False)
    other = context.Process(target=hold, args=(url, ["a", "b"], ready))
    other.start()
    try:
        assert ready.wait(120)
        life = begin("life")
        assert take_all(life, ["a", "b", "c"], patience=0.1) == {"a", "b"}
        other.kill()
        assert take_all(life, ["a", "b"]) == frozenset(), "however the holder died"
        again = begin("again")
        assert take_all(again, ["b", "c", "d"], patience=0.1) == {"b", "c"}, "of the same process, too"
        life.abandon()
        assert take_all(again, ["b", "c"]) == frozenset()
    finally:
        other.kill()
        other.join()
        other.close()


def test_nobody_waits_for_the_sources_of_a_dead_run_while_it_is_finished(
    store: Engine, begin: Callable[..., Life]
) -> None:
    dead, life = begin("dead"), begin("life")
    assert not dead.take(["a"])
    dead.abandon()
    marks = marks_of(store)
    with claimed(store, marks, "dead", now=NOW) as is_dead:
        assert is_dead
        assert not life.take(["a"])
    marks.let_go()


def test_of_runs_that_start_at_once_one_gets_each_source(begin: Callable[..., Life]) -> None:
    names = [f"source-{number}" for number in range(40)]
    lives = [begin(f"life-{number}") for number in range(4)]
    with ThreadPoolExecutor(len(lives)) as pool:
        for name in names:
            kept = pool.map(lambda life, name=name: life.take([name]), lives)
            assert sorted(kept, key=len) == [set(), *[{name}] * (len(lives) - 1)]


def test_a_run_of_many_sources_keeps_one_file_open_and_leaves_none(engine: Engine) -> None:
    folder = Path(f"{engine.url.database}-crawls")
    names = [f"source-{number}" for number in range(2000)]
    life = Life(engine, "life", place="here", spider="news")
    assert take_all(life, names) == frozenset()
    assert [path.name for path in folder.iterdir()] == ["life"]
    other = Life(engine, "other", place="here", spider="news")
    assert take_all(other, names, patience=0) == set(names)
    other.withdraw()
    life.close()
    assert list(folder.iterdir()) == []
    assert runs.undelivered(engine) == ["life"], "what was withdrawn has never been"


@pytest.mark.parametrize("clock", [1.0, -3600.0, 3600.0], ids=["right", "set back", "set forward"])
def test_a_run_whose_file_was_deleted_lives_while_it_beats(engine: Engine, tmp_path: Path, clock: float) -> None:
    folder, time = tmp_path / "newsbot.db-crawls", [NOW]
    life = Life(engine, "life", place="here", spider="news", now=lambda: time[0])
    other = Life(engine, "other", place="here", spider="news", now=lambda: time[0])
    assert not life.take(["a"])
    for _ in range(2):
        shutil.rmtree(folder)
        assert other.take(["a"]) == {"a"}
        assert heal(engine, tmp_path, now=time[0]) == {}
        time[0] = shifted(time[0], clock / 60)
        for living in (life, other):
            living.beat()
        assert (folder / "life").exists()
        assert other.take(["a"]) == {"a"}
    shutil.rmtree(folder)
    folder.touch()
    for living in (life, other, life):
        living.beat()
        assert other.take(["a"]) == {"a"}, "by its beats alone"
    time[0] = shifted(time[0], clock + 2 * STALE)
    other.beat()
    folder.unlink()
    assert not other.take(["a"])
    other.beat()
    assert list(heal(engine, tmp_path, now=time[0])) == ["life"], "it has said nothing for too long"
    with pytest.raises(RunEnded, match="run life was ended by another crawl"):
        life.beat()
    other.abandon()
    life.abandon()
    assert list(heal(engine, tmp_path, now=shifted(time[0], 1e6))) == ["other"], "at once: its file says that it died"


def test_a_run_keeps_its_life_when_its_folder_is_renamed(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    engine = open_engine(f"sqlite:///{before / 'newsbot.db'}")
    run = Run(engine, before, [SOURCE], spider="news", now=lambda: NOW)
    run.intake.discover(SOURCE, [Candidate(url="https://example.org/0", via="feed")], FEED)
    place = place_at(before)
    before.rename(after)
    (after / ".place").rename(after / ".gone")
    assert place_of(after, lost=place) == place, "a run that has it knows better"
    renamed = open_engine(f"sqlite:///{after / 'newsbot.db'}")
    run._life.beat()
    bring(run, 0)
    assert heal(renamed, after, now=later(2 * STALE)) == {}
    with pytest.raises(OSError, match="is not the folder any more"):
        run.finish()
    run.abandon()
    assert not before.exists()
    assert place_of(after) == place != place_of(tmp_path / "other")
    assert list(heal(renamed, after, now=NOW)) == [run.id]
    assert written(after) == ["https://example.org/0"]
    engine.dispose()
    renamed.dispose()


def test_a_run_whose_folder_has_lost_its_mark_ends_well(engine: Engine, tmp_path: Path) -> None:
    run = Run(engine, tmp_path, [SOURCE], spider="news", now=lambda: NOW)
    (tmp_path / ".place").unlink()
    other = Run(engine, tmp_path, [SOURCE], spider="news", now=lambda: NOW)
    (tmp_path / ".place").write_bytes(b"")
    other.finish()
    run.finish()
    assert place_at(tmp_path) == other._life.place != run._life.place


def lose_session(store: Engine) -> None:
    """Let the server end the sessions that hold lives, as a restart does, or a machine that was asleep."""
    query = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
    with store.connect() as connection:
        schema = str(connection.execute(text("select current_schema()")).scalar())
        query += " and (classid::bigint << 32) + objid::bigint = any(select hashtextextended(:s || id, 0) from runs)"
        assert connection.execute(text(query), {"s": f"{schema} newsbot "}).all()


def lose_life(run: Run) -> None:
    """Let a run be found dead while it lives."""
    if run.engine.dialect.name == "sqlite":
        shutil.rmtree(f"{run.engine.url.database}-crawls")
    else:
        lose_session(run.engine)


@pytest.mark.parametrize("store", [pytest.param("postgresql", marks=pytest.mark.services)], indirect=True)
def test_a_session_that_is_lost_is_had_again_unless_somebody_acted_on_it(
    store: Engine, begin: Callable[..., Life]
) -> None:
    life, other = begin("life"), begin("other")
    assert not life.take(["a", "b"])
    lose_session(store)
    life.beat()
    other.beat()
    assert other.take(["a"]) == {"a"}
    life._marks.let_go()
    deadline = time.monotonic() + 60
    while other.take(["a"]):  # until the server has noticed
        assert time.monotonic() < deadline
    with pytest.raises(RunEnded, match="run life was ended by another crawl"):
        life.beat()


def test_a_run_that_is_ended_by_another_while_it_lives_can_store_nothing_more(
    store: Engine, tmp_path: Path, start: Callable[..., Run]
) -> None:
    output, twin = tmp_path / "output", tmp_path / "twin"
    run = start(0)
    run.intake.discover(SOURCE, [Candidate(url="https://example.org/1", via="feed")], FEED)
    lose_life(run)
    assert list(heal(store, twin, now=later(2 * STALE))) == [run.id]
    for act in (partial(bring, run, 1), run._life.beat, run.finish):
        with pytest.raises(RunEnded, match="was ended by another crawl"):
            act()
    run.abandon()
    assert heal(store, output, now=NOW) == {}
    assert written(output, twin) == ["https://example.org/0"]
    (sums,) = lines_of(twin, "coverage", f"*/{run.id}.jsonl")
    assert (sums["discovered"], sums["new"]) == (1, 1)
    start(1).finish()
    assert written(output, twin) == ["https://example.org/0", "https://example.org/1"]


def test_what_is_stored_and_in_no_file_is_delivered_whatever_its_run_says(
    store: Engine, tmp_path: Path, start: Callable[..., Run]
) -> None:
    output = tmp_path / "output"
    run = start(0)
    run.finish()
    with store.begin() as connection:
        connection.execute(text("update runs set status = 'running'"))
    run.intake.discover(SOURCE, [Candidate(url="https://example.org/1", via="feed")], FEED)
    bring(run, 1)
    with store.begin() as connection:
        connection.execute(text("update runs set status = 'finished'"))
    assert heal(store, output, now=NOW)[run.id] == {f"articles/2026-11-20/{run.id}.2.jsonl": 1}
    assert written(output) == ["https://example.org/0", "https://example.org/1"]
    with store.begin() as connection:
        connection.execute(text("update exports set done = 0"))
    for path in output.glob("articles/*/*"):
        path.unlink()
    heal(store, output, now=NOW)
    assert written(output) == ["https://example.org/0", "https://example.org/1"]
    assert heal(store, output, now=NOW) == {}


def test_files_that_a_dead_run_has_planned_are_written_where_they_may_be_already(
    store: Engine, tmp_path: Path, start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, twin = tmp_path / "output", tmp_path / "twin"
    for number in range(3):
        run = start(number)
        with monkeypatch.context() as patch:
            patch.setattr("newsbot.store.runs.mark_done", lambda *_args: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                run.finish()
        run.abandon()
        if number == 0:
            assert heal(store, twin, now=later(3600)) == {}
            output = output.rename(tmp_path / "renamed")
            assert list(heal(store, output, now=NOW)) == [run.id]
            output = output.rename(tmp_path / "output")
        elif number == 1:
            with store.begin() as connection:
                old = sorted(names_of(output) - {place_of(output)})
                connection.execute(text("update runs set place = :p, alive_at = null"), {"p": old[0]})
            assert heal(store, twin, now=NOW) == {}
            assert list(heal(store, output, now=NOW)) == [run.id]
        else:
            shutil.rmtree(output)
            assert list(heal(store, twin, now=later(25 * 3600))) == [run.id]
    assert written(twin) == ["https://example.org/2"]
    assert heal(store, output, now=NOW) == heal(store, twin, now=NOW) == {}


def test_crawls_of_one_store_share_its_sources_whatever_becomes_of_their_files(store: Engine, tmp_path: Path) -> None:
    output, twin = tmp_path / "output", tmp_path / "twin"
    stored = {"NEWSBOT_DATABASE_URL": store.url.render_as_string(hide_password=False)}
    with local_web() as web:
        urls = [web.put(f"/{n}", article_page(f"Money for {n}", f"project number {n}")) for n in range(3)]
        page, released = web.pages["/2"], threading.Event()
        web.pages["/2"] = lambda _web: (released.wait(300), page)[1]  # type: ignore[return-value]
        feeds = {"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]}
        other = {"home": f"{web.base}/", "feeds": [web.feed("/other", urls[:1])]}
        path = sources_file(tmp_path, slow=feeds, other=other)
        news = ("crawl", "news", "-a", f"sources={path}", "-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
        first = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *news, "-a", "only=slow", "-s", "DOWNLOAD_TIMEOUT=300"],
            cwd=ROOT,
            env=scrapy_environment(output, **stored),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 120
        while "/2" not in web.paths():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        shutil.rmtree(tmp_path / "newsbot.db-crawls", ignore_errors=True)
        shutil.rmtree(output / ".runs", ignore_errors=True)
        if store.dialect.name == "sqlite":
            second = run_scrapy(output, *news, "-a", "only=slow", **stored)
            said = "other crawls on this store are at every source"
        else:
            second = run_scrapy(twin, *news, **stored)
            said = "source slow: left out, another crawl on this store is at it"
        released.set()
        assert first.wait(120) == 0
    assert second.returncode == 4, second.stderr
    assert said in second.stderr
    assert "Traceback" not in second.stderr
    assert web.paths().count("/feed") == 1
    assert written(output, twin) == urls
    assert runs.undelivered(store) == []
