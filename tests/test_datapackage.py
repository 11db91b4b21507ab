"""Data packages of exports, as frictionless judges them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
from sqlalchemy import Engine
from stocked import stock, stock_runs, store

from newsbot.export.destination import destination_of
from newsbot.export.tables import contents
from newsbot.store.views.selection import Selection, snapshot

JUDGE = """
import json, sys
from pathlib import Path
import pyarrow.parquet as pq
from frictionless import Package, Resource

def read(resource, folder):
    "Rows of all parts: frictionless reads Parquet by pandas, to which lists are arrays and null is NaN."
    parts = [resource.path, *resource.extrapaths]
    rows = [row for part in parts for row in pq.ParquetFile(folder / part).read().to_pylist(maps_as_pydicts="strict")]
    return Resource(name=resource.name, data=rows, schema=resource.schema)

found = {}
for path in map(Path, sys.argv[1:]):
    package = Package(str(path))  # raises where the description itself breaks the standard
    formats = {resource.format for resource in package.resources}
    if formats == {"parquet"}:
        package = Package(resources=[read(resource, path.parent) for resource in package.resources])
    if not formats & {"sqlite", "duckdb"} and "zst" not in path.name:  # frictionless reads none of these
        report = package.validate()
        found[path.name] = {"errors": report.flatten(["title", "fieldName", "rowNumber", "note"])}
        found[path.name]["rows"] = {task.name: task.stats["rows"] for task in report.tasks}
print(json.dumps(found))
"""


def test_frictionless_finds_exports_as_their_data_packages_say(engine: Engine, tmp_path: Path) -> None:
    stock(engine)
    store(
        engine, "https://c.example/1", 'Said "no";\r\nthen, "yes".', source='c; "x", y',
        title='A "quoted"; line\nand, so', authors=['O"Neill; Jr.', "Li, Wei"], tags=["a; b", '"'],
    )  # fmt: skip
    stock_runs(engine)
    packages = []
    for name in ("My news (1).csv", "x.jsonl", "x.jsonl.zst", "x.parquet", "x.sqlite", "x.duckdb", "folder"):
        path = tmp_path / name
        with destination_of(str(path)) as to, snapshot(engine) as connection:
            selection = Selection(duplicates=True)
            to.write(contents(connection, selection, takes_all=to.takes_all, by_day=to.by_day))
        packages.append(path / "datapackage.json" if path.is_dir() else tmp_path / f"{name}.datapackage.json")
    judge = [sys.executable, "-W", "ignore", "-c", JUDGE, *map(str, packages)]
    judged = subprocess.run(judge, capture_output=True, cwd=tmp_path, check=False)
    assert judged.returncode == 0, judged.stderr.decode()
    alone = {"errors": [], "rows": {"articles": 5}}
    assert orjson.loads(judged.stdout) == {
        "My news (1).csv.datapackage.json": alone,
        "x.jsonl.datapackage.json": alone,
        "x.parquet.datapackage.json": alone,
        "datapackage.json": {
            "errors": [],
            "rows": {"clusters": 4, "articles": 5, "revisions": 6, "coverage": 1, "dropped": 2},
        },
    }
