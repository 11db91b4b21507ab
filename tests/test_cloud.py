"""`scrapy export` to other storages: S3 (moto's server) and what else fsspec knows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import orjson
import pytest
from conftest import run_scrapy, scrapy_here
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy import Engine
from stocked import stock, stock_runs

Export = Callable[[str], tuple[int, str, str]]
KEYS = {
    "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
}  # fmt: skip
HEADERS = {"Content-Type": "text/plain", "Authorization": "AWS id:secret"}
SAID = "news: 3 articles; beside them clusters 3, revisions 4, coverage 1, dropped 2\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of an S3 that has a bucket of the name "bucket"."""
    log = tmp_path_factory.mktemp("moto") / "log"
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdout=file, stderr=file
        ) as process,
    ):
        try:
            while not (found := re.search(r"Running on (http://[\d.:]+)", log.read_text("utf-8"))):
                assert process.poll() is None, log.read_text("utf-8")
                time.sleep(0.05)
            ask(f"{found[1]}/bucket", "PUT")
            yield found[1]
        finally:
            process.terminate()


def ask(url: str, method: str = "GET", data: bytes | None = None) -> bytes:
    with urlopen(Request(url, data, HEADERS, method=method), timeout=60) as response:
        return bytes(response.read())


def objects(server: str, prefix: str) -> dict[str, bytes]:
    """Return what is in the bucket below a prefix, by its name there."""
    names = re.findall(r"<Key>(.+?)</Key>", ask(f"{server}/bucket?prefix={prefix}").decode())
    return {name.removeprefix(prefix): ask(f"{server}/bucket/{name}") for name in names}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_times(contents: dict[str, bytes]) -> dict[str, object]:
    """Return what is to be the same in every export of the same articles: all but the time that a package states."""
    return {
        name: {**orjson.loads(content), "created": None} if name.endswith(".json") else content
        for name, content in contents.items()
    }


@pytest.fixture
def output(engine: Engine, tmp_path: Path) -> Path:
    """A folder with a stocked store."""
    stock(engine)
    stock_runs(engine)
    engine.dispose()
    return tmp_path


@pytest.fixture
def export(output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Export:
    """Run the command in this process; return its status, and what it says on either stream."""
    monkeypatch.chdir(output)

    def run(command: str) -> tuple[int, str, str]:
        status = scrapy_here(monkeypatch, output, "export", *shlex.split(command))
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    memory = MemoryFileSystem()
    yield memory
    memory.store.clear()


def to_s3(server: str, output: Path, command: str, **environment: str) -> tuple[int, str, str]:
    """Run the command in a process of its own."""
    told = run_scrapy(output, "export", *shlex.split(command), **{**KEYS, "AWS_ENDPOINT_URL": server, **environment})
    return told.returncode, told.stdout, told.stderr


def test_a_file_on_s3_is_the_local_one(server: str, output: Path, export: Export) -> None:
    assert export("here/x.jsonl.gz")[0] == 0
    assert to_s3(server, output, "s3://bucket/file/x.jsonl.gz") == (0, "s3://bucket/file/x.jsonl.gz: 3 articles\n", "")
    assert without_times(objects(server, "file/")) == without_times(files(output / "here"))


def test_a_folder_on_s3_is_replaced_by_a_newer_one(server: str, output: Path, export: Export) -> None:
    assert export("older/news/")[0] == export("newer/news/ --source a")[0] == 0
    for name, content in files(output / "older").items():
        ask(f"{server}/bucket/folder/{name}", "PUT", content)
    assert to_s3(server, output, "s3://bucket/folder/news/ --source a")[0] == 0
    assert without_times(objects(server, "folder/")) == without_times(files(output / "newer"))
    assert set(files(output / "older")) > set(files(output / "newer"))


@pytest.mark.parametrize(
    ("address", "environment", "line"),
    [
        ("s3://nosuch/x.csv", {}, "s3://nosuch/x.csv cannot be written: The specified bucket does not exist\n"),
        (
            "s3://bucket/no/x.csv", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            "s3://bucket/no/x.csv cannot be written: Unable to locate credentials\n",
        ),
    ],
)  # fmt: skip
def test_what_s3_refuses_is_one_line(
    server: str, output: Path, address: str, environment: dict[str, str], line: str
) -> None:
    assert to_s3(server, output, address, **environment) == (1, "", line)
    assert objects(server, "no/") == {}


def test_what_is_not_permitted_is_one_line(server: str, output: Path) -> None:
    ask(f"{server}/moto-api/reset-auth", "POST", b"0")
    try:
        status, out, err = to_s3(server, output, "s3://bucket/no/x.csv")
    finally:
        ask(f"{server}/moto-api/reset-auth", "POST", b"inf")
    assert (status, out) == (1, "")
    assert err == (
        "s3://bucket/no/x.csv cannot be written: The AWS Access Key Id you provided does not exist in our records.\n"
    )
    assert objects(server, "no/") == {}


def test_other_addresses_of_fsspec_are_the_same(export: Export, output: Path) -> None:
    address = f"file://{output}/there/news"
    assert export("here/news")[0] == export("here/x.parquet")[0] == 0
    assert export(address) == (0, SAID.replace("news", address), "")
    assert export(f"file://{output}/there/x.parquet")[0] == 0
    assert without_times(files(output / "there")) == without_times(files(output / "here"))


def test_a_folder_of_something_else_is_left_alone(export: Export, memory: MemoryFileSystem) -> None:
    memory.pipe_file("/a/photos/1.jpeg", b"")
    assert export("memory://a/photos") == (
        2, "", "memory://a/photos holds something else than an export; name another folder\n",
    )  # fmt: skip
    assert memory.find("/") == ["/a/photos/1.jpeg"]


def test_an_upload_that_fails_is_taken_back(
    export: Export, memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_file(_: MemoryFileSystem, path: str, place: str) -> None:
        if place.endswith("datapackage.json"):
            raise ConnectionResetError("the line is cut\nand this is nobody's")
        memory.pipe_file(place, Path(path).read_bytes())

    memory.pipe_file("/a/old.csv", b"old")
    monkeypatch.setattr(MemoryFileSystem, "put_file", put_file)
    for address in ("memory://a/x.csv", "memory://a/news", "memory://a/old.csv"):
        assert export(address) == (1, "", f"{address} cannot be written: the line is cut\n")
        assert memory.find("/a") == ["/a/old.csv"]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("fsspec", "addresses such as s3:// need an extra: pip install 'newsbot[cloud]'\n"),
        ("s3fs", "s3:// addresses need an extra: pip install 'newsbot[cloud]'\n"),
    ],
)
def test_the_extra_is_named(export: Export, monkeypatch: pytest.MonkeyPatch, module: str, line: str) -> None:
    monkeypatch.delitem(sys.modules, "newsbot.export.cloud", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    assert export("s3://bucket/x.csv") == (1, "", line)
