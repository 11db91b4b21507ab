"""`scrapy demo`, as whoever tries newsbot first meets it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from conftest import ROOT, lines_of, scrapy_environment

from newsbot.process import ExitStatus


def addresses_met(database: Path) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError):  # no table yet
        return int(connection.execute("select count(*) from frontier").fetchone()[0])
    return 0


def test_a_demo_that_is_asked_to_end_ends_its_crawl_in_good_order(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scrapy", "demo", "--sites", "6", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=scrapy_environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        deadline = time.monotonic() + 60
        while not addresses_met(tmp_path / "demo" / "newsbot.db") and time.monotonic() < deadline:
            time.sleep(0.05)  # until the crawl is at work
        demo.send_signal(signal.SIGTERM)
        said, _ = demo.communicate(timeout=60)
    assert demo.returncode == ExitStatus.ENDED_EARLY, said
    assert "what the demo brought home" in said
    assert "Ended early" in said
    assert "Nothing new" not in said
    assert "nothing will be new" not in said
    assert lines_of(tmp_path / "demo", "coverage")
