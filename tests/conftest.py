"""What the tests share: articles of our own, a store in a temporary folder, `scrapy` in a child process."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from newsbot.crawl import worker_pool
from newsbot.items import Collected, ExtractedArticle
from newsbot.scale.fork_server import CRAWLS, ForkServer
from newsbot.store import StoreError
from newsbot.store.database import NUMBERED, current_schema, open_engine
from newsbot.store.schema import metadata

ROOT = Path(__file__).parents[1]
NOW = "2026-11-20T08:00:00Z"
HANGS = 60.0
"""Seconds of processor time that nothing sane takes, on however slow a machine: what takes them has blown up."""

# The same examples in every run, so that what fails is the change's own doing; new ones are looked for with
# --hypothesis-profile=default. Without deadlines: they tell how busy the machine is.
settings.register_profile(
    "newsbot", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("newsbot")


def pytest_configure() -> None:
    """Let tests run alike and fast wherever they are started."""
    # Images of containers keep Python from it, and each of some hundred processes would compile all of newsbot.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A shell lets what it starts in the background ignore it, and what that starts in turn.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Let go of the connection that datasette's import leaves open, before Python 3.13 warns of it in some test.
    if sys.version_info >= (3, 13):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            importlib.import_module("datasette.app")
            gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that start processes, where several run: they take longest, and the others fill the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: {"run_scrapy", "subprocess"}.isdisjoint(dir(getattr(item, "module", None))))


def pytest_collection_finish() -> None:
    """Look for garbage in what tests leave alone, not in all that was loaded for them."""
    gc.freeze()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a SQLite store with nothing in it, to be copied: that takes a twentieth of making one."""
    path = tmp_path_factory.mktemp("empty") / "newsbot.db"
    open_engine(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(empty_store: Path, tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{shutil.copy(empty_store, tmp_path)}")
    yield engine
    engine.dispose()


POSTGRES = [
    os.environ.get("NEWSBOT_TEST_POSTGRES") or "postgresql+psycopg:///test",
    "postgresql+psycopg://127.0.0.1/test",
]


@pytest.fixture(scope="session")
def postgres_schema() -> Iterator[str]:
    """The address of a PostgreSQL schema for the tests of this process, one after another."""
    server, url = postgres_server()
    name = f"newsbot_{uuid.uuid4().hex}"
    with server.begin() as connection:
        connection.execute(text(f"create schema {name}"))
    yield f"{url}?options=-csearch_path%3D{name}"
    with server.begin() as connection:
        connection.execute(text(f"drop schema {name} cascade"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty store on every database that newsbot runs on; skips where no PostgreSQL server answers."""
    if request.param == "sqlite":
        yield request.getfixturevalue("engine")
        return
    engine = open_engine(request.getfixturevalue("postgres_schema"))
    yield engine
    try:
        empty(engine)
    except StoreError:  # the test took a table away; who opens the store next makes them all
        name = current_schema(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"drop schema {name} cascade; create schema {name}")
    engine.dispose()


def empty(engine: Engine) -> None:
    """Let a store have nothing in it, and its numbers begin anew."""
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("delete from bands")
            return
        for table, column in NUMBERED:
            connection.exec_driver_sql(f"select setval(pg_get_serial_sequence('{table}', '{column}'), 1, false)")


def postgres_server() -> tuple[Engine, str]:
    """Return a server that the tests may make schemas on, and its address; skip the test where there is none."""
    reasons = []
    for url in POSTGRES:
        server = create_engine(url)
        try:
            with server.connect():
                return server, url
        except OperationalError as error:
            server.dispose()
            reasons.append(str(error.orig).strip().partition("\n")[0])
    pytest.skip(f"no PostgreSQL server answers (NEWSBOT_TEST_POSTGRES names one): {'; '.join(reasons)}")


@contextmanager
def not_hanging() -> Iterator[None]:
    """Fail if what is inside takes time that grows with the square of its input; how fast it is, benchmarks/ tell."""
    started = time.process_time()
    yield
    spent = time.process_time() - started
    assert spent < HANGS, f"{spent:.0f} s"


def run_scrapy(output: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real `scrapy` in a child process, writing to an output folder of the test's own."""
    whole = scrapy_environment(output, **environment)
    if not any(name.startswith("PYTHON") for name in environment):
        return forked("scrapy", *args, folder=ROOT, environment=whole)
    command = [sys.executable, "-m", "scrapy", *args]
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True, timeout=300, check=False)


@cache
def fork_server() -> ForkServer:
    """Return what has loaded all that a crawl needs: to load it takes a short one most of its time."""
    server = ForkServer([*CRAWLS, "newsbot.report", "tests.warmed"])
    atexit.register(server.close)
    return server


def forked(program: str, *args: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Return what `python -m PROGRAM` came to and what it said."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        streams = {"stdout": out.fileno(), "stderr": err.fileno()}
        with closing(fork_server().start(program, args, environment, folder, **streams)) as child:
            if (status := child.ended(300)) is None:
                child.send(signal.SIGKILL)
                raise TimeoutError(f"{program} {' '.join(args)} goes on")
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([program, *args], status, out.read(), err.read())


def typed(folder: Path, program: str, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `newsbot` or `scrapy` as one types it who stands in a folder, with nothing set but what is given."""
    return forked(program, *args, folder=folder, environment=fresh_environment(**environment))


def fresh_environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSBOT_", "SCRAPY_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def scrapy_environment(output: Path, **more: str) -> dict[str, str]:
    """Return the environment of a `scrapy` that writes to an output folder, and no report unless it is told to.

    The first one in a folder takes longer than all else that a short crawl does.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
    return {**kept, "NEWSBOT_OUTPUT": str(output), "NEWSBOT_REPORT": "", **more}


def scrapy_here(monkeypatch: pytest.MonkeyPatch, output: Path, *args: str) -> int:
    """Run a command of `scrapy` that starts no crawl in this process, and return its exit status."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "newsbot.settings")
    settings = get_project_settings()
    settings.set("NEWSBOT_OUTPUT", str(output), priority="project")
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", *args], settings)
    return int(ended.value.code or 0)


def extracted(url: str = "https://example.org/a", text: str = "One.\n\nTwo.", **fields: Any) -> ExtractedArticle:
    """Return an article as extraction and cleaning leave it."""
    values: dict[str, Any] = {"title": "A headline", "fetched_at": NOW, "extractor": "test"}
    return ExtractedArticle(url=url, text=text, **{**values, **fields})


def collected(*page: str, aliases: Sequence[str] = (), **fields: Any) -> Collected:
    """Return an article as it is brought to the store: ``extracted`` at its own address, or as ``aliases`` say."""
    article = extracted(*page, **fields)
    return worker_pool.collected(article, aliases or [article.url])


def lines_of(output: Path, folder: str, pattern: str = "*/*.jsonl") -> list[dict[str, Any]]:
    """Return every JSON line of a folder of the output, file by file in the order of their runs."""

    def turn(path: Path) -> tuple[Path, str, int]:
        return path.parent, path.name[: len("20261120T080000Z")], path.stat().st_mtime_ns

    paths = sorted((output / folder).glob(pattern), key=turn)
    return [orjson.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def sources_file(folder: Path, **sources: dict[str, object]) -> Path:
    """Write a sources file: name -> fields."""
    lines = []
    for name, fields in sources.items():
        lines += ["[[source]]", f'name = "{name}"']
        lines += [f"{field} = {orjson.dumps(value).decode()}" for field, value in fields.items()]
    path = folder / "sources.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path
