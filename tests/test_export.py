"""`scrapy export` as an analyst types it: what it takes, refuses, prints and leaves behind."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from conftest import NOW, ROOT, collected, scrapy_environment, scrapy_here
from sqlalchemy import Engine
from stocked import stock, stock_runs

from newsbot.export.tables import CLUSTERS, COVERAGE, DROPPED, REVISIONS
from newsbot.store import articles
from newsbot.store.ledger import Entry

Export = Callable[..., tuple[int, str, str]]


@pytest.fixture
def export(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Export:
    """Run the command in a folder with a stocked store; return its status, and what it says on either stream."""
    stock(engine)
    stock_runs(engine)
    engine.dispose()
    monkeypatch.chdir(tmp_path)

    def run(command: str) -> tuple[int, str, str]:
        status = scrapy_here(monkeypatch, tmp_path, "export", *shlex.split(command))
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


def test_the_command_writes_what_its_options_say(export: Export, tmp_path: Path) -> None:
    told = export(
        "new/x.jsonl --since 2026-11-02 --source a b,c --language DE,fr --revisions all -s NEWSBOT_SOURCES=c.toml"
    )
    assert told == (2, "", "c.toml: cannot be read (No such file or directory)\n"), "c may be a source of the file"
    told = export("new/x.jsonl --since 2026-11-02 --source a b,a --language DE,fr --revisions all --query küste")
    assert told == (0, "new/x.jsonl: 2 articles\n", ""), "no progress bar away from a terminal"
    assert [orjson.loads(line)["revision"] for line in (tmp_path / "new" / "x.jsonl").read_bytes().splitlines()] == [
        1,
        2,
    ]
    assert export("y.csv --section 'World, Asia' Politik --kind article,opinion --fields id,url") == (
        0, "y.csv: 2 articles\n", "",
    )  # fmt: skip
    assert export("news --duplicates") == (
        0, "news: 4 articles; beside them clusters 3, revisions 5, coverage 1, dropped 2\n", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("x.csv --since 2026-11-02 --until 2026-11-01", "--since 2026-11-02 is later than --until 2026-11-01"),
        (
            "x.csv --language German",
            "'german' is no code of ISO 639, such as de, en, zh; articles are there in: de, en",
        ),
        ("x.csv --language xx", "'xx' is no code of ISO 639"),
        (
            "x.csv --section Politics",
            "no section is named Politics (did you mean Politik?); there are: Politik, World, Asia",
        ),
        (
            "x.csv --kind opinions",
            "no kind is named opinions (did you mean opinion?); there are: article, audio, gallery, ",
        ),
        ("x.csv --fields id,tilte", "no field is named tilte (did you mean title?); there are: id, url, source, "),
        ("x.csv --fields duplicate_of", "duplicate_of is a field of copies: add --duplicates"),
        ("x.csv --query '(mill'", "'(mill'"),
        ("x.csv --query ''", "'' has no word to look for"),
        ("x.csv --source ,", "argument --source: a name, or several parted by commas, not ','"),
        ("x.csv --format csv", "--format is for standard output (-); the name 'x.csv' says its format itself"),
        (
            "- --format sqlite",
            "sqlite cannot go to standard output; what can: jsonl, jsonl.gz, jsonl.zst, csv, parquet",
        ),
        ("x.xml", "'x.xml' does not say what to write; let the name end in .jsonl, .jsonl.gz, .jsonl.zst, .csv, "),
        (".", "holds something else than an export; name another folder"),
        ("nosuch://x/y.csv", "nosuch://x/y.csv: Protocol not known: nosuch"),
        ("s3://y.csv", "s3://y.csv names no file: give it as s3://y.csv/articles.parquet"),
    ],
)
def test_what_cannot_be_meant_is_2_and_leaves_nothing(export: Export, tmp_path: Path, options: str, line: str) -> None:
    before = sorted(tmp_path.iterdir())
    status, out, err = export(options)
    assert (status, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_standard_output_has_the_articles_alone(export: Export) -> None:
    status, out, err = export("- --language de")
    assert (status, err, orjson.loads(out)["url"]) == (0, "", "https://b.example/2")
    assert export("- --format csv --fields source,word_count --source a") == (0, "source,word_count\r\na,2\r\n", "")


def fill(engine: Engine, articles_: int) -> None:
    for number in range(articles_):
        url, text = f"https://a.example/{number}", " ".join(f"{number}x{word}" for word in range(900))
        articles.save(engine, collected(url, text), Entry("r", "a", url, "feed", url), now=NOW)
    engine.dispose()


def test_a_reader_that_has_had_enough_and_a_bar_for_who_waits(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 60)
    mine, its = pty.openpty()
    command = [sys.executable, "-m", "scrapy", "export", "-"]
    with subprocess.Popen(
        command, cwd=ROOT, env=scrapy_environment(tmp_path, TERM="xterm"), stdout=subprocess.PIPE, stderr=its
    ) as writer:
        os.close(its)
        assert writer.stdout is not None
        assert orjson.loads(writer.stdout.readline())["id"]
        writer.stdout.close()
        seen = b""
        while piece := _read(mine):
            seen += piece
    os.close(mine)
    assert writer.returncode == 0
    assert b"articles" in seen
    assert b"/60" in seen
    assert b"Traceback" not in seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize("name", ["x.duckdb", "news"])
def test_an_export_that_is_stopped_leaves_nothing(engine: Engine, tmp_path: Path, name: str) -> None:
    fill(engine, 3)
    slow = (
        "import sys, time\n"
        "from newsbot.store.views import selection\n"
        "from newsbot.export import tables\n"
        "from scrapy.cmdline import execute\n"
        "def selected(*args, by_day=False):\n"
        "    for document in selection.selected(*args, by_day=by_day):\n"
        "        print('reading', flush=True)\n"
        "        time.sleep(0.1)\n"
        "        yield document\n"
        "    time.sleep(60)\n"
        "tables.selected = selected\n"
        "execute(['scrapy', 'export', sys.argv[1]])"
    )
    path = tmp_path / "exports" / name
    writer = subprocess.Popen(
        [sys.executable, "-c", slow, str(path)],
        cwd=ROOT, env=scrapy_environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdout is not None
    assert writer.stdout.readline() == "reading\n"
    time.sleep(0.2)
    writer.send_signal(signal.SIGINT)
    _, err = writer.communicate(timeout=60)
    assert (writer.returncode, err) == (130, "stopped\n")
    assert list((tmp_path / "exports").iterdir()) == []


def test_the_examples_of_the_page_run(export: Export, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "data.md").read_text("utf-8")
    examples = re.findall(r"<!-- example: scrapy export ([^>]+) -->\n```python\n(.+?)```", page, re.S)
    assert len(examples) == 3
    for command, code in examples:
        assert export(command)[0] == 0
        exec(compile(code, "docs/data.md", "exec"), {})


def test_every_field_of_every_table_is_on_the_page() -> None:
    page = (ROOT / "docs" / "data.md").read_text("utf-8")
    for table in (REVISIONS, CLUSTERS, COVERAGE, DROPPED):
        assert f"| `{table.name}` | " in page
        assert [name for name in table.names if not re.search(rf"\b{name}\b", page)] == []
