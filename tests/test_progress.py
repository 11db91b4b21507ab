"""What a person sees of a crawl: a live display on a terminal, plain lines under cron."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, run_scrapy, scrapy_environment, sources_file
from local_web import LocalWeb, article_page, local_web
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from newsbot.extensions.progress import Progress, figures_of
from newsbot.store.ledger import Ledger

QUICK = ("-s", "NEWSBOT_EXTRACT_WORKERS=0")
"""Worker processes would take longer to start than this crawl takes."""


def small_web(web: LocalWeb, folder: Path) -> Path:
    urls = [web.put(f"/{n}", article_page(f"Money for {n}", f"project {n}")) for n in ("one", "two", "six")]
    return sources_file(folder, a={"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]})


def test_a_terminal_shows_live_progress_and_the_log_above_it(tmp_path: Path) -> None:
    with local_web() as web:
        command = ["crawl", "news", "-a", f"sources={small_web(web, tmp_path)}", "-s", "DOWNLOAD_DELAY=0.7", *QUICK]
        master, slave = pty.openpty()
        crawl = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *command],
            cwd=ROOT,
            env=scrapy_environment(tmp_path / "output", TERM="xterm-256color", COLUMNS="160"),
            stderr=slave,
        )
        os.close(slave)
        shown = b""
        try:
            while chunk := os.read(master, 65536):
                shown += chunk
        except OSError:
            pass  # the terminal closes with the process
        os.close(master)
        assert crawl.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    assert re.search(
        r"sources 0 of 1 done\s+pages [123]\s+new [123]\s+duplicates 0\s+rejected 0\s+errors 0\s+rate", text
    )
    assert re.search(r"left [12], about \d+ (s|min)", text), "how long it will take"
    assert "━━━" in text, "and a bar that shows it"
    assert "discovered 3 = fetched 3; fetched 3 = new 3" in text
    assert "\x1b[?25h" in shown.decode(), "the cursor is shown again"


def test_without_a_terminal_there_are_plain_lines(tmp_path: Path) -> None:
    with local_web() as web:
        command = ("crawl", "news", "-a", f"sources={small_web(web, tmp_path)}", "-s", "DOWNLOAD_DELAY=0.7", *QUICK)
        run = run_scrapy(tmp_path / "output", *command, "-s", "LOGSTATS_INTERVAL=0.5")
    assert "\x1b" not in run.stderr
    assert re.search(
        r"INFO sources 0 of 1 done, pages [123], new [123], duplicates 0, rejected 0, errors 0", run.stderr
    )
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (INFO|WARNING) ", line) for line in run.stderr.splitlines())


def test_no_lines_are_wanted_where_their_interval_is_0() -> None:
    with pytest.raises(NotConfigured):
        Progress.from_crawler(get_crawler(settings_dict={"LOGSTATS_INTERVAL": 0}))


def test_the_figures_are_the_ledgers() -> None:
    ledger = Ledger("run", ["a", "b"])
    for number, outcome in enumerate(["new", "revised", "duplicate", "rejected"]):
        entry = ledger.discover("a", f"https://example.org/{number}", "feed")
        assert entry
        ledger.fetched(entry)
        ledger.close(entry, outcome)
    ledger.listing_asked("a")
    ledger.listing("a", "read")
    assert figures_of(ledger, 2.0) == {
        "sources": "1 of 2 done",
        "pages": "4",
        "new": "2",
        "duplicates": "1",
        "rejected": "1",
        "errors": "0",
        "rate": "2.0 pages/s",
        "left": "0",
    }
