"""`scrapy demo`, as whoever tries newsbot first meets it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from conftest import ROOT, lines_of, run_scrapy, scrapy_environment

from newsbot.process import ExitStatus


def addresses_met(database: Path) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError):  # no table yet
        return int(connection.execute("select count(*) from frontier").fetchone()[0])
    return 0


def test_the_crawl_of_a_demo_has_the_settings_that_are_given(tmp_path: Path) -> None:
    size = ("--sites", "1", "--articles", "2", "--port", "0")
    settings = {"NEWSBOT_EXTRACT_WORKERS": "0", "NEWSBOT_ARCHIVE": str(tmp_path / "kept"), "DOWNLOAD_DELAY": "0"}
    demo = run_scrapy(tmp_path, "demo", *size, *(word for one in settings.items() for word in ("-s", "=".join(one))))
    assert demo.returncode == 0, demo.stderr
    assert f"-s NEWSBOT_ARCHIVE={tmp_path}/kept -s DOWNLOAD_DELAY=0 -s NEWSBOT_OUTPUT={tmp_path}/demo" in demo.stdout
    assert list((tmp_path / "kept").rglob("*.warc.gz"))
    assert len(lines_of(tmp_path / "demo", "articles")) > 1


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
