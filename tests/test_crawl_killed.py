"""kill -9 in the middle of a crawl, then a normal run: the same lines as an undisturbed crawl."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest
from conftest import ROOT, lines_of, run_scrapy, scrapy_environment

from newsbot.demo import Newsroom, serve

DELAY = "0.05"


def start_crawl(output: Path, sources: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}"]
    return subprocess.Popen(
        [*command, "-s", f"DOWNLOAD_DELAY={DELAY}"],
        cwd=ROOT,
        env=scrapy_environment(output),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_articles(output: Path, count: int) -> None:
    """Wait until so many articles are stored."""
    deadline = time.monotonic() + 60
    while stored(output / "newsbot.db") < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def stored(database: Path) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError):  # no table yet
        return int(connection.execute("select count(*) from articles").fetchone()[0])
    return 0


def processes_of(group: int) -> list[int]:
    """Return the living processes of a process group or session that a crawl began."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and group in (int(fields[2]), int(fields[3])):
            found.append(int(entry.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_killed_crawl_is_healed_by_the_next_run(tmp_path: Path) -> None:
    output, sources = tmp_path / "output", tmp_path / "sources.toml"
    with serve(Newsroom()) as running:
        sources.write_text(running.newsroom.sources_toml(), "utf-8")
        for articles in (5, 40, 80):
            crawl = start_crawl(output, sources)
            wait_for_articles(output, articles)
            crawl.send_signal(signal.SIGKILL)
            crawl.wait()
            deadline = time.monotonic() + 60
            while processes_of(crawl.pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert processes_of(crawl.pid) == [], "worker processes die with their parent"
        written = lines_of(output, "articles")
        last = run_scrapy(output, "crawl", "news", "-a", f"sources={sources}", "-s", "DOWNLOAD_DELAY=0")
        truth = Counter(expected.url for expected in running.newsroom.truth())
    assert last.returncode == 0, last.stderr
    assert written, "the first runs' articles were written by the runs after them"
    lines = [*lines_of(output, "articles"), *lines_of(output, "duplicates")]
    assert Counter(line["url"] for line in lines if line["revision"] == 1) == truth
    # Which of two copies came first, a killed run may have told before the origin was there.
    assert {line["change"] for line in lines if line["revision"] > 1} <= {"copy", "original"}
    assert len({(line["id"], line["revision"]) for line in lines}) == len(lines)
    assert not list(output.rglob("*.tmp"))
    assert not list(output.glob("newsbot.db-crawls/*"))
