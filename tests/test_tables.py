"""Stored articles as JSON lines, CSV and Parquet: which ones, in what form, and never half a file."""

from __future__ import annotations

import csv
import errno
import gzip
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from conftest import NOW, ROOT, collected, run_scrapy, scrapy_environment
from sqlalchemy import Engine

from newsbot.export import NAMES, parquet, to_record
from newsbot.export.tables import FORMATS, FormatError, table_writer
from newsbot.items import Removed
from newsbot.process import MissingExtra
from newsbot.store import articles
from newsbot.store.database import open_engine
from newsbot.store.documents import Selection, count, selected
from newsbot.store.ledger import Entry
from newsbot.web.urls import url_key

FORMULA = '=HYPERLINK("http://evil.example","x")'


def store(engine: Engine, url: str, text: str, *, source: str, **fields: Any) -> None:
    brought = collected(url, text, **fields)
    articles.save(engine, brought, Entry(text, source, url, "feed", url_key(url)), now=NOW)


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    return stock(engine)


def stock(engine: Engine) -> Engine:
    """Fill a store with three articles, one of them in two revisions, and a copy of the first."""
    store(
        engine, "https://a.example/1", "First text.", source="a", language="en", title=FORMULA,
        authors=["Ana Silva", "Li Wei"], published="2026-11-01T23:30:00-02:00", origins={"title": "meta"},
        removed=[Removed(text="RELATED: x", reason="related_link")],
    )  # fmt: skip
    store(engine, "https://b.example/1", "First text.", source="b", language="en", published="2026-11-02")
    store(engine, "https://b.example/2", "Zweiter Text.", source="b", language="de", published="2026-11-03T08:00:00")
    store(engine, "https://b.example/3", "No date.", source="b", language="en")
    store(
        engine, "https://b.example/2", "Zweiter Text, neu.", source="b", language="de", published="2026-11-03T08:00:00"
    )
    return engine


def urls(engine: Engine, **wanted: Any) -> list[str]:
    selection = Selection(**wanted)
    found = [str(document["url"]).removeprefix("https://") for document in selected(engine, selection)]
    assert count(engine, selection) == len(found)
    return sorted(found)


@pytest.fixture
def postgres() -> Iterator[Engine]:
    psycopg = pytest.importorskip("psycopg")
    server = {"host": "127.0.0.1", "user": "postgres", "dbname": "postgres", "connect_timeout": 2}
    name = f"newsbot_test_{secrets.token_hex(4)}"
    try:
        connection = psycopg.connect(**server, autocommit=True)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL for user postgres at 127.0.0.1: {error}")
    with connection:
        connection.execute(f"create database {name}")
        engine = open_engine(f"postgresql+psycopg://postgres@127.0.0.1/{name}")
        yield engine
        engine.dispose()
        connection.execute(f"drop database {name}")


@pytest.mark.services
def test_a_selection_is_the_same_in_postgresql(postgres: Engine) -> None:
    test_a_selection_takes_what_is_asked_for(stock(postgres))


def test_a_selection_takes_what_is_asked_for(stocked: Engine) -> None:
    everything = ["a.example/1", "b.example/2", "b.example/3"]
    assert urls(stocked) == everything
    assert urls(stocked, duplicates=True) == [everything[0], "b.example/1", *everything[1:]]
    assert urls(stocked, all_revisions=True) == [everything[0], everything[1], *everything[1:]]
    assert urls(stocked, sources=["a", "none"]) == everything[:1]
    assert urls(stocked, language="de") == ["b.example/2"]
    assert urls(stocked, since="2026-11-02", until="2026-11-19") == ["b.example/2"], "the page's own day"
    assert urls(stocked, since="2026-11-20") == ["b.example/3"], "undated: the day of first sight"
    (german,) = selected(stocked, Selection(language="de"))
    assert (german["text"], german["revision"]) == ("Zweiter Text, neu.", 2)


def write(engine: Engine, path: Path, **wanted: Any) -> int:
    records = (to_record(document) for document in selected(engine, Selection(**wanted)))
    return table_writer(path, duplicates=wanted.get("duplicates", False))(records)


def test_json_lines_are_the_records_plain_or_gzipped(stocked: Engine, tmp_path: Path) -> None:
    assert write(stocked, tmp_path / "x.jsonl", duplicates=True) == 4
    write(stocked, tmp_path / "x.jsonl.gz", duplicates=True)
    lines = (tmp_path / "x.jsonl").read_bytes()
    assert gzip.decompress((tmp_path / "x.jsonl.gz").read_bytes()) == lines
    copy = next(record for line in lines.splitlines() if "duplicate_of" in (record := orjson.loads(line)))
    assert list(copy) == [*NAMES, "duplicate_of", "similarity", "relation", "origin"]
    assert copy["url"] == "https://b.example/1"


def test_csv_is_safe_to_open_in_a_spreadsheet(stocked: Engine, tmp_path: Path) -> None:
    write(stocked, tmp_path / "x.csv", duplicates=True)
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*NAMES, "duplicate_of", "similarity", "relation", "origin"]
    first = next(row for row in rows if row["source"] == "a")
    assert first["title"] == f"'{FORMULA}"
    assert first["authors"] == "Ana Silva; Li Wei"
    assert orjson.loads(first["removed"]) == [{"text": "RELATED: x", "reason": "related_link", "pattern": None}]
    assert (first["word_count"], first["modified"], first["duplicate_of"]) == ("2", "", "")


def test_parquet_has_types_and_exact_times(stocked: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    path = tmp_path / "x.parquet"
    assert write(stocked, path, duplicates=True) == 4
    assert pq.ParquetFile(path).num_row_groups == 2
    table = pq.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    assert set(types) == {*NAMES, "published_at", "modified_at", "duplicate_of", "similarity", "relation", "origin"}
    assert types["published_at"] == types["fetched_at"] == "timestamp[us, tz=UTC]"
    assert (
        types["authors"].startswith("list<") and types["removed"].startswith("list<") and types["word_count"] == "int64"
    )
    rows = {row["url"].removeprefix("https://"): row for row in table.to_pylist()}
    first = rows["a.example/1"]
    assert first["authors"] == ["Ana Silva", "Li Wei"]
    assert first["origins"] == [("title", "meta")]
    assert first["removed"] == [{"text": "RELATED: x", "reason": "related_link", "pattern": None}]
    assert first["published"] == "2026-11-01T23:30:00-02:00"
    assert first["published_at"] == datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
    assert first["title"] == FORMULA
    inexact = rows["b.example/2"]
    assert (inexact["published"], inexact["published_at"]) == ("2026-11-03T08:00:00", None)


def test_nothing_selected_is_an_empty_table(engine: Engine, tmp_path: Path) -> None:
    for suffix in FORMATS:
        assert write(engine, tmp_path / f"x{suffix}") == 0
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 0
    assert (tmp_path / "x.csv").read_text("utf-8").startswith("id,url,source,")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_failure_in_the_middle_leaves_the_older_file_as_it_was(stocked: Engine, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "tables" / f"x{suffix}"
    path.parent.mkdir()
    path.write_bytes(b"older")

    def records() -> Iterator[dict[str, object]]:
        yield to_record(next(selected(stocked, Selection())))
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        table_writer(path)(records())
    assert path.read_bytes() == b"older"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"

    def records() -> Iterator[dict[str, object]]:
        with pytest.raises(BlockingIOError, match=r"another process is writing x\.jsonl"):
            table_writer(path)([{"id": "second"}])
        yield {"id": "first"}

    assert table_writer(path)(records()) == 1
    assert path.read_bytes() == b'{"id":"first"}\n'


def test_an_unknown_suffix_and_a_missing_extra_are_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FormatError, match=r"'x\.xlsx' does not say what to write; let the name end in \.jsonl, "):
        table_writer(tmp_path / "x.xlsx")
    monkeypatch.delitem(sys.modules, "newsbot.export.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'newsbot\[parquet\]'"):
        table_writer(tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []


def test_memory_is_bounded_by_the_text_of_a_batch() -> None:
    size = parquet.BATCH_CHARACTERS // 4
    record = {"text": "x" * size}
    assert [len(batch) for batch in parquet.batches([record] * 6)] == [4, 2]


@pytest.fixture
def export(stocked: Engine, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    stocked.dispose()
    return lambda *args: run_scrapy(tmp_path, "export", *args)


def test_the_command_writes_what_its_options_say(export: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.jsonl"
    done = export(str(path), "--since", "2026-11-02", "--source", "a", "b", "--language", "DE", "--revisions", "all")
    assert (done.returncode, done.stdout) == (0, f"{path}: 2 articles\n"), done.stderr
    assert [orjson.loads(line)["revision"] for line in path.read_bytes().splitlines()] == [1, 2]
    assert done.stderr == "", "no progress bar away from a terminal"


def test_a_killed_export_leaves_the_older_file_and_the_next_one_succeeds(stocked: Engine, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"older")
    slow = (
        "import sys, time; from pathlib import Path; from newsbot.export.tables import table_writer\n"
        "def records():\n"
        "    for number in range(10**9):\n"
        "        yield {'id': str(number), 'text': 'x' * 1000}\n"
        "table_writer(Path(sys.argv[1]))(records())"
    )
    writer = subprocess.Popen([sys.executable, "-c", slow, str(path)], env=scrapy_environment(tmp_path), cwd=ROOT)
    temporary = tmp_path / ".x.jsonl.tmp"
    deadline = time.monotonic() + 60
    while not (temporary.exists() and temporary.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert path.read_bytes() == b"older"
    assert write(stocked, path) == 3
    assert len(path.read_bytes().splitlines()) == 3
    assert not temporary.exists()
