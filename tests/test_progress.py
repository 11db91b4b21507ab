"""What a person sees of a crawl: a live display on a terminal, plain lines under cron."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, run_scrapy, scrapy_environment, sources_file
from local_web import LocalWeb, article_page, local_web
from rich.console import Console
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from newsbot.crawl.context import FilesRead, Pace
from newsbot.extensions.display import CrawlPicture
from newsbot.extensions.progress import Progress
from newsbot.extensions.standing import Standing, Standings, standings
from newsbot.store.ledger import Ledger

QUICK = ("-s", "NEWSBOT_EXTRACT_WORKERS=0")
"""Worker processes would take longer to start than this crawl takes."""
LABELS = ("source", "pages", "new", "duplicates", "rejected", "errors", "left", "about")


def small_web(web: LocalWeb, folder: Path, **more: dict[str, object]) -> Path:
    urls = [web.put(f"/{n}", article_page(f"Money for {n}", f"project {n}")) for n in ("one", "two", "six")]
    return sources_file(folder, a={"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]}, **more)


def on_a_terminal(output: Path, *command: str, columns: int = 80) -> tuple[int, str]:
    """Run `scrapy` with a terminal for its stderr; return its status and all that it wrote there."""
    master, slave = pty.openpty()
    crawl = subprocess.Popen(
        [sys.executable, "-m", "scrapy", *command],
        cwd=ROOT,
        env=scrapy_environment(output, TERM="xterm-256color", COLUMNS=str(columns), LINES="24"),
        stdout=subprocess.DEVNULL,
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
    return crawl.wait(), shown.decode()


def screen(shown: str) -> list[str]:
    """Return the lines that a terminal has in the end: as far as rich moves its cursor, and nothing wraps."""
    lines, row = [""], 0
    for number, order, text in re.findall(r"\x1b\[\??([\d;]*)([A-Za-z])|(\r|\n|[^\x1b\r\n]+)", shown):
        if order == "A":
            row -= int(number)
        elif order == "K":
            lines[row] = ""
        elif text == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif text != "\r":
            lines[row] += text
    return lines


def test_a_terminal_shows_live_progress_and_the_log_above_it(tmp_path: Path) -> None:
    with local_web() as web:
        gone = {"home": f"{web.base}/", "feeds": [f"{web.base}/gone"]}
        sources = small_web(web, tmp_path, gone=gone)
        status, shown = on_a_terminal(
            tmp_path / "output", "crawl", "news", "-a", f"sources={sources}", "-s", "DOWNLOAD_DELAY=0.7", *QUICK
        )
    assert status == 3
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    drawn = [line for line in re.split(r"[\r\n]+", text) if not re.match(r"\d{4}-\d\d-\d\d ", line)]
    assert max(map(len, drawn)) <= 80
    assert tuple(drawn[0].split()) == LABELS, "whole, and in one line"
    assert re.search(r"^a +[123] +[123] +0 +0 +0 +[12] +\d s", "\n".join(drawn), re.M), "a line for the source"
    assert re.search(r"^1 of 2 done, \d+\.\d/s +[123] +[123] +0 +0 +1 +[12] +\d s", "\n".join(drawn), re.M), (
        "the sums, with an error for the feed that is gone"
    )
    left = screen(shown)
    assert all(re.match(r"\d{4}-\d\d-\d\d ", line) for line in left if line), "nothing is left of the display"
    assert any("discovered 3 = fetched 3; fetched 3 = new 3" in line for line in left)
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l"), "the cursor is shown again"
    assert shown.rfind("\x1b[2K") < shown.rfind("source gone: unreachable"), "and all that before the summary"


def test_a_check_of_sources_says_what_it_waits_for(tmp_path: Path) -> None:
    with local_web() as web:
        check = ("sources", "check", "--file", str(small_web(web, tmp_path)), "-s", "DOWNLOAD_DELAY=0", *QUICK)
        status, shown = on_a_terminal(tmp_path / "output", *check)
    assert status == 0
    assert "0 of 1 sources checked, waiting for a" in shown
    assert all(" INFO " in line for line in screen(shown) if line), "nothing is left of it"


def test_without_a_terminal_there_are_plain_lines(tmp_path: Path) -> None:
    with local_web() as web:
        command = ("crawl", "news", "-a", f"sources={small_web(web, tmp_path)}", "-s", "DOWNLOAD_DELAY=0.7", *QUICK)
        run = run_scrapy(tmp_path / "output", *command, "-s", "LOGSTATS_INTERVAL=0.5")
    assert "\x1b" not in run.stderr
    assert re.search(
        r"INFO sources 0 of 1 done, pages [123], new [123], duplicates 0, rejected 0, errors 0", run.stderr
    )
    assert re.search(r"left [12], about \d s", run.stderr), "how long it will take"
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (INFO|WARNING) ", line) for line in run.stderr.splitlines())


def test_no_lines_are_wanted_where_their_interval_is_0() -> None:
    with pytest.raises(NotConfigured):
        Progress.from_crawler(get_crawler(settings_dict={"LOGSTATS_INTERVAL": 0}))


def test_the_figures_are_the_ledgers() -> None:
    ledger = Ledger("run", ["a", "b", "c"])
    for number, outcome in enumerate(["new", "revised", "duplicate", "rejected"]):
        entry = ledger.discover("a", f"https://example.org/{number}", "feed")
        assert entry
        ledger.fetched(entry)
        ledger.close(entry, outcome)
    ledger.listing_asked("a")
    ledger.listing("a", "read")
    ledger.listing_asked("b")
    now = standings(ledger, 2.0, None)
    assert [source.name for source in now.at_work] == ["b"]
    ledger.listing("b", "failed")
    now = standings(ledger, 2.0, None)
    assert now.figures() == {
        "sources": "2 of 3 done",
        "pages": "4",
        "new": "2",
        "duplicates": "1",
        "rejected": "1",
        "errors": "1",
        "rate": "2.0 pages/s",
        "left": "0",
    }


def test_of_files_the_bytes_that_are_left_tell_how_long_it_will_take() -> None:
    ledger = Ledger("run", ["archive"])
    entry = ledger.discover("example.org", "https://example.org/1", "archive")
    assert entry
    ledger.fetched(entry)
    now = standings(ledger, 60.0, None, FilesRead(done=3, files=8, read=25_000_000, size=100_000_000))
    assert now.figures() == {
        "files": "3 of 8 read",
        "size": "25.0 of 100.0 MB",
        "pages": "1",
        "new": "0",
        "duplicates": "0",
        "rejected": "0",
        "errors": "0",
        "rate": "0.0 pages/s",
        "left": "5, about 3 min",
    }
    console = Console(width=80, height=24, record=True, file=io.StringIO())
    console.print(CrawlPicture(now, ["archive", "example.org"]))
    head, sums = console.export_text().splitlines()
    assert sums.startswith("3 of 8 read, 25.0 of 100.0 MB, 0.0/s") and sums.split()[-3:] == ["5", "3", "min"]
    assert {"left", "about"} <= set(head.split())
    assert "about" not in standings(ledger, 1.0, None, FilesRead(0, 8, 0, 100)).figures()["left"], "nothing is read yet"


class Paces(Pace):
    """Seconds a page, by host."""

    def __init__(self, **seconds: float) -> None:
        self.seconds = seconds

    def seconds_for(self, host: str, pages: int) -> float:
        return pages * self.seconds[host]


def test_the_estimate_counts_what_waits_behind_a_slow_host() -> None:
    ledger = Ledger("run", ["quick", "slow", "both"])
    for source, host, count in (("quick", "q", 100), ("slow", "s", 6), ("both", "q", 10), ("both", "s", 4)):
        for number in range(count):
            ledger.discover(source, f"https://{host}/{source}/{number}", "feed")
    on_its_way = ledger.entry("https://q/quick/0")
    assert on_its_way
    ledger.fetched(on_its_way)
    now = standings(ledger, 1.0, Paces(q=0.1, s=60.0))
    assert [(source.name, source.left, source.about) for source in now.at_work] == [
        ("both", 14, "10 min"),
        ("slow", 6, "10 min"),
        ("quick", 99, "11 s"),
    ], "a host is asked for one source after the other"
    assert (now.total.left, now.total.about) == (119, "10 min"), "119 s at the rate so far"
    assert standings(ledger, 100.0, Paces(q=0.1, s=60.0)).total.about == "3 h", "no sooner than at the rate so far"
    assert standings(ledger, 1.0, None).total.about == "2 min"


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 50), (60, 24), (48, 24), (20, 10), (5, 2)])
def test_the_display_fits_the_terminal_and_shows_those_that_take_longest(width: int, height: int) -> None:
    names = ["die-neue-sudtiroler-tageszeitung", *(f"outlet-{number}" for number in range(40))]
    at_work = [Standing(name, 1_234, 1_100, 30, 12, 3, 99 - number, 175.0) for number, name in enumerate(names)]
    total = Standing("", 45_678, 40_000, 3_456, 1_234, 123, 9_876, 7_300.0)
    console = Console(width=width, height=height, record=True, file=io.StringIO())
    console.print(CrawlPicture(Standings(130, 173, 12.34, total, at_work), names))
    head, *sources, more, sums = console.export_text().splitlines()
    assert all(len(line) <= width for line in (head, *sources, more, sums))
    assert len(sources) == max(0, min(8, height - 4))
    if width >= 80:
        assert [line.split()[0] for line in sources] == names[:8], "whole"
        assert more.split() == ["and", "33", "more"]
        assert {"errors", "left", "about", "pages", "new", "duplicates"} <= set(head.split()) <= set(LABELS)
        assert sums.split()[:5] == ["130", "of", "173", "done,", "12.3/s"]
        assert sums.endswith("9876    2 h")
    elif width >= 48:
        assert {"source", "errors", "left", "about"} <= set(head.split()) <= set(LABELS), "fewer of them, and whole"
        assert sums.split()[-2:] == ["2", "h"]


def test_all_figures_have_room_on_80_columns() -> None:
    total = Standing("", 9_999, 9_000, 999, 100, 99, 9_999, 5_000.0)
    console = Console(width=80, height=24, record=True, file=io.StringIO())
    console.print(CrawlPicture(Standings(12, 40, 1.0, total, []), ["westdeutscher-rundfunk"]))
    assert tuple(console.export_text().splitlines()[0].split()) == LABELS
