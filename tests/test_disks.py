"""Full disks, databases that are locked, damaged or gone, clocks set back: a clear word, nothing lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT, collected, lines_of, postgres_server, run_scrapy, scrapy_environment, sources_file
from local_web import LocalWeb, article_page, local_web
from sqlalchemy import Engine, create_engine, text

from newsbot.crawl.outbox.recovery import heal
from newsbot.crawl.run import Run
from newsbot.items import Candidate
from newsbot.sources import Source
from newsbot.store.listings import Listing

ARTICLES = 24
LIMITED = (
    "import os, resource, sys; size = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
)


@pytest.fixture
def web() -> Iterator[LocalWeb]:
    with local_web() as web:
        urls = []
        for n in range(ARTICLES):
            page = article_page(f"Money for {n}", f"project number {n}")
            padding = "".join(f"<p>Point {n}.{k} of the plan was carried {n * k} to {k}.</p>" for k in range(150))
            urls.append(web.put(f"/{n}", page.replace("</article>", f"{padding}</article>")))
        web.feed("/feed", urls)
        yield web


def news(web: LocalWeb, folder: Path, delay: float = 0.0) -> tuple[str, ...]:
    sources = sources_file(folder, a={"home": f"{web.base}/", "feeds": [f"{web.base}/feed"]})
    return ("crawl", "news", "-a", f"sources={sources}", "-s", f"DOWNLOAD_DELAY={delay}")


def assert_healed(web: LocalWeb, folder: Path, output: Path, **environment: str) -> None:
    """Run once more, undisturbed: every article is on exactly one line, and none that was stored is fetched again."""
    address = environment.get("NEWSBOT_DATABASE_URL") or f"sqlite:///{output / 'newsbot.db'}"
    store = create_engine(address)
    with store.connect() as connection:
        stored = set(connection.execute(text("select url from articles")).scalars())
    store.dispose()
    asked = len(web.asked)
    run = run_scrapy(output, *news(web, folder), **environment)
    assert run.returncode == 0, run.stderr
    lines = [*lines_of(output, "articles"), *lines_of(output, "duplicates")]
    assert Counter(line["url"] for line in lines) == Counter(f"{web.base}/{n}" for n in range(ARTICLES))
    assert not list(output.rglob("*.tmp"))
    assert not list(output.glob("newsbot.db-crawls/*"))
    assert stored
    assert stored.isdisjoint(web.base + path for path in web.paths()[asked:])


def assert_one_clear_error(stderr: str, *words: str) -> None:
    errors = [line for line in stderr.splitlines() if " ERROR " in line]
    assert len(errors) == 1, stderr
    assert all(word in errors[0] for word in words), errors
    assert "Traceback" not in stderr


def start(output: Path, *args: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", *args],
        cwd=ROOT,
        env=scrapy_environment(output, **environment),
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_disk_that_fills_up_ends_the_run_and_loses_nothing(tmp_path: Path, web: LocalWeb) -> None:
    output = tmp_path / "output"
    run_scrapy(output, *news(web, tmp_path), "-s", "NEWSBOT_MAX_NEW=1")
    size = (output / "newsbot.db").stat().st_size + 120_000
    command = [sys.executable, "-c", LIMITED, str(size), "-m", "scrapy", *news(web, tmp_path)]
    full = subprocess.run(
        command, cwd=ROOT, env=scrapy_environment(output), capture_output=True, text=True, timeout=120, check=False
    )
    assert full.returncode == 1, full.stderr
    assert "nothing that was stored is lost" in full.stderr
    assert "Traceback" not in full.stderr
    assert_healed(web, tmp_path, output)


def test_files_that_cannot_be_written_are_written_by_the_next_run(tmp_path: Path, web: LocalWeb) -> None:
    output = tmp_path / "output"
    output.mkdir()
    (output / "articles").write_text("a file where a folder should be")
    run = run_scrapy(output, *news(web, tmp_path))
    assert run.returncode == 1
    assert_one_clear_error(run.stderr, "files could not be written", "the next run writes them")
    (output / "articles").unlink()
    asked = len(web.asked)
    assert_healed(web, tmp_path, output)
    assert not [path for _, path in web.asked[asked:] if path.strip("/").isdigit()], "no article is fetched again"


def test_a_locked_database_is_waited_for(tmp_path: Path, web: LocalWeb) -> None:
    output = tmp_path / "output"
    crawl = start(output, *news(web, tmp_path, delay=0.1))
    wait_until(lambda: "/3" in web.paths())
    with closing(sqlite3.connect(output / "newsbot.db", timeout=30, isolation_level=None)) as other:
        other.execute("begin immediate")
        time.sleep(4)
        other.execute("rollback")
    _, stderr = crawl.communicate(timeout=60)
    assert crawl.returncode == 0, stderr
    assert_healed(web, tmp_path, output)


def test_a_damaged_database_is_refused(tmp_path: Path, web: LocalWeb) -> None:
    output = tmp_path / "output"
    assert run_scrapy(output, *news(web, tmp_path)).returncode == 0
    path = output / "newsbot.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    for leftover in output.glob("newsbot.db-[sw]*"):
        leftover.unlink()
    run = run_scrapy(output, *news(web, tmp_path))
    assert run.returncode == 1, run.stderr
    assert "malformed" in run.stderr
    assert "Traceback" not in run.stderr
    assert len(lines_of(output, "articles")) + len(lines_of(output, "duplicates")) == ARTICLES, (
        "files stay what they are"
    )


LOSING = """
import importlib, os, sys
from scrapy.cmdline import execute
from sqlalchemy import create_engine, text
call, turn, *arguments = sys.argv[1:]
turn = int(turn)
module = importlib.import_module(call.rpartition(".")[0])
name = call.rpartition(".")[2]
real = getattr(module, name)
def losing(*args, **kwargs):
    global turn
    turn -= 1
    if turn:
        return real(*args, **kwargs)
    if call == "newsbot.store.frontier.due":
        raise ValueError("a bug")
    with create_engine(os.environ["SERVER"]).begin() as connection:
        gone = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = :schema"
        connection.execute(text(gone), {"schema": os.environ["SCHEMA"]})
    return real(*args, **kwargs)
setattr(module, name, losing)
execute(["scrapy", *arguments])
"""
"""Runs `scrapy` so that the database server drops all connections at the so-manieth call of a function."""
CALLS = {
    "newsbot.store.runs.begin_run": 1,  # while it opens
    "newsbot.store.frontier.pending": 1,  # in the spider's start()
    "newsbot.store.sites.robots": 1,  # in a downloader middleware, and so in the errback of a listing
    "newsbot.store.articles.decide": 4,  # in the pipelines, when pages that did not come together are stored
    "newsbot.store.runs.close_books": 1,  # while it closes
}
STORED, BUG = "newsbot.store.articles.decide", "newsbot.store.frontier.due"


@pytest.mark.services
def test_a_connection_lost_at_any_call_ends_the_run_with_one_message_and_status_1_and_the_next_heals(
    tmp_path: Path, web: LocalWeb
) -> None:
    server, url = postgres_server()
    stamp = time.time_ns()
    crawls, places = {}, {}
    for call, turn in (CALLS | {BUG: 1}).items():
        schema = f"lost_{stamp}_{call.rpartition('.')[2]}"
        with server.begin() as connection:
            connection.execute(text(f"create schema {schema}"))
        address = f"{url}?options=-csearch_path%3D{schema}&application_name={schema}"
        places[call] = schema, address
        (tmp_path / schema).mkdir()
        bounds = ("-s", "NEWSBOT_EXTRACT_WORKERS=0", "-s", f"NEWSBOT_MAX_NEW={turn}")
        crawls[call] = subprocess.Popen(
            [sys.executable, "-c", LOSING, call, str(turn), *news(web, tmp_path, delay=0.3), *bounds],
            cwd=ROOT,
            env=scrapy_environment(tmp_path / schema, NEWSBOT_DATABASE_URL=address, SERVER=url, SCHEMA=schema),
            stderr=subprocess.PIPE,
            text=True,
        )
    try:
        said = {call: crawl.communicate(timeout=100)[1] for call, crawl in crawls.items()}
        assert {call: crawl.returncode for call, crawl in crawls.items()} == dict.fromkeys(crawls, 1)
        assert "ValueError: a bug" in said.pop(BUG)
        for stderr in said.values():
            assert_one_clear_error(stderr, "terminating connection")
            assert "unreachable" not in stderr
        schema, address = places[STORED]
        assert_healed(web, tmp_path, tmp_path / schema, NEWSBOT_DATABASE_URL=address)
    finally:
        for call, crawl in crawls.items():
            crawl.kill()
            with server.begin() as connection:
                connection.execute(text(f"drop schema {places[call][0]} cascade"))
        server.dispose()


def test_a_clock_set_back_loses_and_doubles_nothing(tmp_path: Path, engine: Engine) -> None:
    source = Source(name="a", home="https://example.org/")

    def run_at(now: str, *urls: str, dies: bool = False) -> None:
        heal(engine, tmp_path, now=now)
        run = Run(engine, tmp_path, [source], spider="news", now=lambda: now)
        named = [Candidate(url=url, via="feed") for url in urls]
        for candidate in run.intake.discover(
            source, named, Listing(source.name, "https://example.org/feed", digest=now)
        ):
            run.verdicts.fetched(candidate.url)
            run.verdicts.save(collected(candidate.url, text=f"About {candidate.url}.\n\nAnd more of {candidate.url}."))
        if dies:
            run.abandon()
        else:
            run.finish()

    run_at("2026-11-20T08:00:00Z", "https://example.org/1", dies=True)
    run_at("2026-11-20T07:00:00Z", "https://example.org/1", "https://example.org/2", dies=True)
    run_at("2026-11-20T06:59:00Z", "https://example.org/2", "https://example.org/3")
    urls = [line["url"] for line in lines_of(tmp_path, "articles")]
    assert sorted(urls) == ["https://example.org/1", "https://example.org/2", "https://example.org/3"]
