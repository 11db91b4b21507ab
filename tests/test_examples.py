"""The examples for analysts: each runs on an export of the newsroom, finds what happened there, and draws it."""

from __future__ import annotations

import importlib.util
import re
import runpy
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import duckdb
import pyarrow.dataset
import pytest
from conftest import ROOT, scrapy_here

EXAMPLES = ROOT / "docs" / "examples"
TITLES = {
    "articles_per_day": "Articles a day by outlet",
    "syndication": "Own and syndicated articles by outlet",
    "headline_changes": "The last headline that each outlet changed",
    "gaps": "What each run came to, source by source",
    "a_word_over_time": "English articles with the word “water”",
}

Run = Callable[[str], str]


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make", EXAMPLES / "make.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def exports(make: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every export of a newsroom that was crawled twice."""
    folder = tmp_path_factory.mktemp("examples")
    make.collect(folder, articles=4, runs=2)
    with pytest.MonkeyPatch.context() as patched:
        for export in make.EXPORTS:
            assert scrapy_here(patched, folder / "output", "export", str(folder / export), "--duplicates") == 0
    return folder


@pytest.fixture
def run(
    make: ModuleType, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run an example as its documentation says, in this process, and return what it prints."""

    def run(example: str) -> str:
        export, *more = make.EXAMPLES[example]
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [example, str(exports / export), *more])
        runpy.run_path(str(EXAMPLES / f"{example}.py"), run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("example", TITLES)
def test_an_example_prints_and_draws_what_it_finds(run: Run, tmp_path: Path, example: str) -> None:
    assert len(run(example).splitlines()) > 3
    drawn = (tmp_path / f"{example}.svg").read_text("utf-8")
    ElementTree.fromstring(drawn)
    assert TITLES[example] in drawn


def test_what_happened_in_the_newsroom_is_found(run: Run) -> None:
    (copied,) = [line.split() for line in run("syndication").splitlines() if "eastbank-echo" in line]
    assert float(copied[-1]) > 0, "it takes copy of northwire"
    (missed,) = [line for line in run("gaps").splitlines() if "not reached" in line]
    assert "prairie-today" in missed
    assert re.search("El tranvía vuelve .* Una línea de tranvía", run("headline_changes"))
    assert "2026-11-21" in run("articles_per_day"), "what was published between the runs"


def test_queries_run_in_the_shells_of_their_databases(exports: Path) -> None:
    """They end as these need it, and say every name as the export does."""
    with closing(sqlite3.connect(exports / "news.sqlite")) as database:
        database.executescript((EXAMPLES / "headline_changes.sql").read_text("utf-8"))
    with duckdb.connect(exports / "news.duckdb", read_only=True) as connection:
        assert len(connection.sql((EXAMPLES / "gaps.sql").read_text("utf-8")).columns) == 5


def test_the_script_for_r_names_columns_that_there_are(exports: Path) -> None:
    """Where R is, with arrow and dplyr, it is run as well."""
    script = EXAMPLES / "articles_per_day.R"
    counted = re.search(r"count\((.*), name = ", script.read_text("utf-8"))
    assert counted
    folder = exports / "news" / "articles"
    assert set(counted[1].split(", ")) <= set(pyarrow.dataset.dataset(folder, partitioning="hive").schema.names)
    packages = 'q(status = !all(c("arrow", "dplyr") %in% rownames(installed.packages())))'
    if shutil.which("Rscript") and subprocess.run(["Rscript", "-e", packages], check=False).returncode == 0:
        done = subprocess.run(["Rscript", script, exports / "news"], capture_output=True, text=True, check=True)
        assert "prairie-today" in done.stdout


def test_every_example_is_shown_with_its_picture(make: ModuleType) -> None:
    shown = (EXAMPLES / "README.md").read_text("utf-8")
    assert list(make.EXAMPLES) == re.findall(r"\n!\[.{20,}\]\((\w+)\.svg\)", shown)
    for path in EXAMPLES.iterdir():
        if path.suffix in (".py", ".R", ".sql", ".svg") and path.name != "make.py":
            assert f"({path.name})" in shown, path.name
