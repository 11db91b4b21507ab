"""Stored articles as JSON lines, CSV, Parquet, databases and folders: in what form, and never half of one."""

from __future__ import annotations

import csv
import errno
import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, scrapy_environment
from sqlalchemy import Engine
from stocked import FORMULA, RUN, stock, stock_runs

from newsbot.export import NAMES, parquet
from newsbot.export.destination import destination_of
from newsbot.export.formats import DATABASES, LINES, FormatError, zstd
from newsbot.export.record import DUPLICATE_FIELDS
from newsbot.export.tables import Content, contents
from newsbot.process import MissingExtra, UsageError
from newsbot.store.views.selection import Selection, snapshot

ALL_NAMES = [*NAMES, *(field.name for field in DUPLICATE_FIELDS)]
FILES = [*(f"x.{name}" for name in LINES), *(f"x.{name}" for name in DATABASES), "x"]
TABLES = ["articles", "clusters", "coverage", "dropped", "revisions"]


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    stock(engine)
    stock_runs(engine)
    return engine


def write(engine: Engine, path: Path, *fields: str, **wanted: Any) -> dict[str, int]:
    with destination_of(str(path)) as to, snapshot(engine) as connection:
        selection = Selection(**wanted)
        return to.write(contents(connection, selection, fields, takes_all=to.takes_all, by_day=to.by_day))


def test_json_lines_are_the_records_plain_or_packed(stocked: Engine, tmp_path: Path) -> None:
    assert write(stocked, tmp_path / "x.jsonl", duplicates=True) == {"articles": 4}
    write(stocked, tmp_path / "x.jsonl.gz", duplicates=True)
    write(stocked, tmp_path / "x.JSONL.zst", duplicates=True)
    lines = (tmp_path / "x.jsonl").read_bytes()
    assert gzip.decompress((tmp_path / "x.jsonl.gz").read_bytes()) == lines
    assert zstd.decompress((tmp_path / "x.JSONL.zst").read_bytes()) == lines
    copy = next(record for line in lines.splitlines() if "duplicate_of" in (record := orjson.loads(line)))
    assert list(copy) == ALL_NAMES
    assert copy["url"] == "https://b.example/1"


def test_fields_are_those_named_in_that_order(stocked: Engine, tmp_path: Path) -> None:
    write(stocked, tmp_path / "x.jsonl", "url", "id", sources=["a"])
    assert list(orjson.loads((tmp_path / "x.jsonl").read_bytes())) == ["url", "id"]
    write(stocked, tmp_path / "x.csv", "source", "word_count", sources=["a"])
    assert (tmp_path / "x.csv").read_bytes() == b"source,word_count\r\na,2\r\n"
    write(stocked, tmp_path / "x.duckdb", "title")
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        assert sorted(connection.sql("from articles").fetchall()) == [
            ("=HYPERLINK" + FORMULA[10:],),
            ("A headline",),
            ("Neu",),
        ]


def test_csv_is_safe_to_open_in_a_spreadsheet(stocked: Engine, tmp_path: Path) -> None:
    write(stocked, tmp_path / "x.csv", duplicates=True)
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ALL_NAMES
    first = next(row for row in rows if row["source"] == "a")
    assert first["title"] == f"'{FORMULA}"
    assert first["authors"] == "Ana Silva; Li Wei"
    assert orjson.loads(first["removed"]) == [{"text": "RELATED: x", "reason": "related_link", "pattern": None}]
    assert (first["word_count"], first["modified"], first["duplicate_of"]) == ("2", "", "")


def test_parquet_has_types_and_exact_times(stocked: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    path = tmp_path / "x.parquet"
    assert write(stocked, path, duplicates=True) == {"articles": 4}
    assert pq.ParquetFile(path).num_row_groups == 2
    table = pq.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    assert list(types) == ALL_NAMES
    assert types["published_at"] == types["fetched_at"] == "timestamp[us, tz=UTC]"
    assert (types["published_day"], types["word_count"]) == ("date32[day]", "int64")
    assert types["authors"].startswith("list<")
    assert types["removed"].startswith("list<")
    rows = {row["url"].removeprefix("https://"): row for row in table.to_pylist()}
    first = rows["a.example/1"]
    assert first["authors"] == ["Ana Silva", "Li Wei"]
    assert first["origins"] == [("title", "meta")]
    assert first["removed"] == [{"text": "RELATED: x", "reason": "related_link", "pattern": None}]
    assert first["published"] == "2026-11-01T23:30:00-02:00"
    assert first["published_at"] == datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
    assert first["published_day"] == date(2026, 11, 1)
    assert first["title"] == FORMULA
    inexact = rows["b.example/2"]
    assert (inexact["published"], inexact["published_at"]) == ("2026-11-03T08:00:00", None)


def test_a_large_duckdb_has_no_keys_to_hold_in_memory(
    stocked: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsbot.export.database.DUCKDB_KEYED", 3)
    write(stocked, tmp_path / "x.duckdb", duplicates=True)
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        tables = "select distinct table_name from duckdb_constraints() where constraint_type like '%KEY%'"
        assert connection.execute(tables).fetchall() == []
        assert connection.execute(
            "select count(*) from articles join clusters on cluster_id = clusters.id"
        ).fetchone() == (4,)


def test_times_are_times_to_pandas_and_duckdb_whatever_pages_state(stocked: Engine, tmp_path: Path) -> None:
    for name in ("x.jsonl", "x.csv", "x.parquet"):
        path = tmp_path / name
        write(stocked, path, "published_at", "published_day", "first_seen")
        types = dict(duckdb.sql(f"select column_name, column_type from (describe from '{path}')").fetchall())
        instant = "TIMESTAMP WITH TIME ZONE"
        assert types == {
            "published_at": instant,
            "published_day": "DATE",
            "first_seen": instant,
        }
    for frame in (
        pd.read_json(tmp_path / "x.jsonl", lines=True),
        pd.read_csv(tmp_path / "x.csv"),
        pd.read_parquet(tmp_path / "x.parquet"),
    ):
        for name in ("published_at", "published_day", "first_seen"):
            assert pd.to_datetime(frame[name]).dtype.kind in "M", name


def test_a_database_holds_all_tables_with_their_keys_and_views(stocked: Engine, tmp_path: Path) -> None:
    counts = {"clusters": 3, "articles": 4, "revisions": 5, "coverage": 1, "dropped": 2}
    assert write(stocked, tmp_path / "x.sqlite", duplicates=True) == counts
    assert write(stocked, tmp_path / "x.duckdb", duplicates=True) == counts
    questions = {
        "articles_per_day": "select cast(published_day as text), articles from articles_per_day where source = 'b'",
        "syndication": "select source, articles, syndicated, share from syndication",
        "headline_changes": "select url, revision, old_title, new_title from headline_changes",
        "clusters": "select members, sources from clusters join articles on articles.cluster_id = clusters.id "
        "where articles.url = 'https://a.example/1'",
        "coverage": "select run_id, source, new, rejected from coverage",
        "dropped": "select source, url, outcome, reason, detail from dropped",
    }
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as lite, duckdb.connect(tmp_path / "x.duckdb") as duck:
        answers: dict[str, list[Any]] = {}
        for name, question in questions.items():
            answers[name] = sorted(lite.execute(question).fetchall(), key=str)
            assert sorted(duck.execute(question).fetchall(), key=str) == answers[name], name
        assert lite.execute("pragma foreign_key_check").fetchall() == []
        assert lite.execute("select removed, paywalled from articles where source = 'a'").fetchall() == [
            ('[{"text":"RELATED: x","reason":"related_link","pattern":null}]', None)
        ]
        keys = "select table_name, constraint_type from duckdb_constraints() where constraint_type like '%KEY%'"
        assert sorted(duck.execute(keys).fetchall()) == [
            ("articles", "FOREIGN KEY"), ("articles", "PRIMARY KEY"), ("clusters", "PRIMARY KEY"),
            ("coverage", "PRIMARY KEY"), ("revisions", "FOREIGN KEY"), ("revisions", "PRIMARY KEY"),
        ]  # fmt: skip
        assert duck.execute("select typeof(started_at), reasons from coverage").fetchall() == [
            ("TIMESTAMP WITH TIME ZONE", {"rejected:no_body": 1})
        ]
    assert answers == {
        "articles_per_day": [("2026-11-02", 1), ("2026-11-03", 1), (None, 1)],
        "syndication": [("a", 1, 1, 1.0), ("b", 3, 1, 0.3333)],
        "headline_changes": [("https://b.example/2", 2, "Alt", "Neu")],
        "clusters": [(2, 2)],
        "coverage": [(RUN, "b", 3, 1)],
        "dropped": [
            ("b", "https://b.example/4", "rejected", "no_body", None),
            (None, "https://b.example/5", "forgotten", "forgotten", "asked for"),
        ],
    }


def test_every_table_heeds_the_days_and_sources_that_were_asked_for(stocked: Engine, tmp_path: Path) -> None:
    counts = {"clusters": 1, "articles": 1, "revisions": 1, "coverage": 0, "dropped": 0}
    assert write(stocked, tmp_path / "x.sqlite", sources=["a"]) == counts
    assert write(stocked, tmp_path / "y.sqlite", until="2026-11-02") == counts
    assert write(stocked, tmp_path / "z.sqlite", since="2026-11-21") == dict.fromkeys(counts, 0) | {"dropped": 1}


def test_all_revisions_of_a_database_have_their_texts(stocked: Engine, tmp_path: Path) -> None:
    write(stocked, tmp_path / "x.sqlite", all_revisions=True)
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as connection:
        texts = connection.execute(
            "select text from revisions where title in ('Alt', 'Neu') order by revision"
        ).fetchall()
        assert texts == [("Zweiter Text von der Küste.",), ("Zweiter Text von der Küste, neu.",)]
        assert connection.execute("select count(*) from articles").fetchone() == (3,)


def test_a_folder_is_partitioned_by_day_and_read_by_all(stocked: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    write(stocked, folder, duplicates=True)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*TABLES, "datapackage.json"])
    days = ["day=2026-11-01", "day=2026-11-02", "day=2026-11-03", "day=2026-11-20"]
    assert sorted(path.name for path in (folder / "articles").iterdir()) == days
    frame = pd.read_parquet(folder / "articles")
    assert len(frame) == 4
    assert pd.to_datetime(frame["day"]).dt.day.tolist() == [1, 2, 3, 20]
    found = duckdb.sql(f"select day, published_day from '{folder}/articles/*/*.parquet' order by day").fetchall()
    assert found[2:] == [(date(2026, 11, 3), date(2026, 11, 3)), (date(2026, 11, 20), None)]
    assert duckdb.sql(f"select title from '{folder}/revisions/*.parquet'").fetchall().count(("Alt",)) == 1


def test_only_an_export_is_replaced_by_a_folder(stocked: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    write(stocked, folder)
    write(stocked, folder, sources=["a"])
    assert [path.name for path in (folder / "articles").iterdir()] == ["day=2026-11-01"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="mine holds something else than an export; name another folder"):
        write(stocked, tmp_path / "mine")
    with pytest.raises(UsageError, match="file is a file; name a folder"):
        write(stocked, tmp_path / "file")


@pytest.mark.parametrize("name", FILES)
def test_nothing_selected_is_an_empty_table(engine: Engine, tmp_path: Path, name: str) -> None:
    assert not any(write(engine, tmp_path / name).values())
    if name == "x":
        assert len(pd.read_parquet(tmp_path / "x" / "articles")) == 0
    elif name == "x.csv":
        assert (tmp_path / "x.csv").read_text("utf-8").startswith("id,url,source,")


def failing(contents: Sequence[Content]) -> list[Content]:
    """Return tables whose rows break off, as those of a full disk do."""

    def rows(content: Content) -> Iterator[Any]:
        yield next(iter(content.rows))
        raise OSError(errno.ENOSPC, "No space left on device")

    return [replace(content, rows=rows(content)) for content in contents]


@pytest.mark.parametrize("name", FILES)
def test_a_failure_in_the_middle_leaves_the_older_one_as_it_was(stocked: Engine, tmp_path: Path, name: str) -> None:
    path = tmp_path / "tables" / name
    write(stocked, path)
    before = {entry: entry.read_bytes() for entry in path.parent.rglob("*") if entry.is_file()}
    with destination_of(str(path)) as to, snapshot(stocked) as connection:
        tables = contents(connection, Selection(), takes_all=to.takes_all, by_day=to.by_day)
        with pytest.raises(OSError, match="No space"):
            to.write(failing(tables))
    assert {entry: entry.read_bytes() for entry in path.parent.rglob("*") if entry.is_file()} == before


@pytest.mark.parametrize("name", ["x.jsonl", "x.sqlite", "x"])
def test_two_writers_of_one_file_do_not_mix(stocked: Engine, tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    def rows(content: Content) -> Iterator[Any]:
        with pytest.raises(BlockingIOError, match=f"another process is writing {name}"):
            write(stocked, path)
        yield from content.rows

    with destination_of(str(path)) as to, snapshot(stocked) as connection:
        first, *others = contents(connection, Selection(), takes_all=to.takes_all, by_day=to.by_day)
        to.write([replace(first, rows=rows(first)), *others])
    assert path.exists()


def test_an_unknown_suffix_and_a_missing_extra_are_said_before_anything_is_written(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FormatError, match=r"'x\.xlsx' does not say what to write; let the name end in \.jsonl, "):
        write(engine, tmp_path / "x.xlsx")
    monkeypatch.delitem(sys.modules, "newsbot.export.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    for name, extra in (("x.parquet", "parquet"), ("x.duckdb", "duckdb"), ("x", "parquet")):
        with pytest.raises(MissingExtra, match=rf"pip install 'newsbot\[{extra}\]'"):
            write(engine, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir() if "newsbot.db" not in path.name] == []


def test_memory_is_bounded_by_the_text_of_a_batch() -> None:
    size = parquet.BATCH_CHARACTERS // 4
    record = {"text": "x" * size}
    assert [len(batch) for batch in parquet.batches([record] * 6)] == [4, 2]


@pytest.mark.parametrize(("name", "temporary"), [("x.jsonl", ".x.jsonl.tmp"), ("x.sqlite", ".x.sqlite.tmp/x.sqlite")])
def test_a_killed_export_leaves_the_older_file_and_the_next_one_succeeds(
    stocked: Engine, tmp_path: Path, name: str, temporary: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"older")
    slow = (
        "import sys\n"
        "from newsbot.export.destination import destination_of\n"
        "from newsbot.export.tables import CLUSTERS, REVISIONS, ARTICLES, Content\n"
        "def rows():\n"
        "    for number in range(10**9):\n"
        "        yield {'id': str(number), 'text': 'x' * 1000}\n"
        "with destination_of(sys.argv[1]) as to: to.write([Content(ARTICLES, rows(), int)])"
    )
    writer = subprocess.Popen([sys.executable, "-c", slow, str(path)], env=scrapy_environment(tmp_path), cwd=ROOT)
    half = tmp_path / temporary
    deadline = time.monotonic() + 60
    while not (half.exists() and half.stat().st_size > 100_000) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert half.exists()
    assert path.read_bytes() == b"older"
    assert write(stocked, path)["articles"] == 3
    assert path.read_bytes() != b"older"
    assert not (tmp_path / f".{name}.tmp").exists()
