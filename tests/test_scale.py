"""Many machines: no two workers at one site, a crawl ends with its worker, and nothing is lost or doubled."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import orjson
import pytest
from celery.exceptions import Reject
from conftest import ROOT, lines_of, postgres_server, scrapy_environment, scrapy_here, sources_file
from kombu import Connection
from lines import line_to
from sqlalchemy import Engine
from test_crawl_killed import processes_of, wait_for_articles

from newsbot.crawl.polling.publishing import Bounds
from newsbot.demo import Newsroom, serve
from newsbot.demo.running import Running
from newsbot.process import utc_now
from newsbot.scale import leash, presence
from newsbot.scale.beat import DueScheduler, enqueue
from newsbot.scale.broker import application, connected, connection_of, publish_roster, put, queued
from newsbot.scale.fork_server import ForkServer
from newsbot.scale.job import Job
from newsbot.scale.lease import Lease, LeaseLost, leased
from newsbot.scale.leash import Crawl
from newsbot.scale.roster import Roster
from newsbot.scale.worker import Worker
from newsbot.sources import Source, load_sources
from newsbot.store import StoreError, fleet, health
from newsbot.store.database import open_engine

BROKER = os.environ.get("NEWSBOT_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
ENDS = ("", ".later", ".refused", ".roster")
"""Of the names of a queue's queues."""
BEGINS = "crawl begins"
PATIENCE = 180.0
"""Seconds to wait for what takes some on a machine that has nothing else to do."""


@pytest.fixture
def queue() -> Iterator[str]:
    """Return the name of a queue of the test's own on a RabbitMQ that is there."""
    name = f"newsbot-test-{secrets.token_hex(4)}"
    try:
        with socket.create_connection(("127.0.0.1", 5672), timeout=1):
            pass
    except OSError:
        pytest.skip(f"no RabbitMQ at {BROKER}")
    yield name
    with Connection(BROKER) as connection:
        for end in ENDS:
            connection.default_channel.queue_delete(f"{name}{end}")
        connection.default_channel.exchange_delete(name)


@pytest.fixture
def database() -> Iterator[Callable[[int], str]]:
    """Return what tells the address of a PostgreSQL store of our own, through a port that leads to the server."""
    server, _ = postgres_server()
    schema = f"newsbot_{secrets.token_hex(4)}"
    with server.begin() as connection:
        connection.exec_driver_sql(f"create schema {schema}")
        name = connection.engine.url.database
    yield lambda port: f"postgresql://127.0.0.1:{port}/{name}?options=-csearch_path%3D{schema}"
    with server.begin() as connection:
        connection.exec_driver_sql(f"drop schema {schema} cascade")
    server.dispose()


def start_worker(output: Path, queue: str, log: Path, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    settings = ["--concurrency", "1", "-s", "NEWSBOT_EXTRACT_WORKERS=0", *options]
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "scrapy", "scale", "work", *settings],
            cwd=ROOT,
            env=scrapy_environment(output, **{"NEWSBOT_BROKER_URL": BROKER, "NEWSBOT_QUEUE": queue, **environment}),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def wait_for(what: Callable[[], bool], seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def urls_in(output: Path) -> list[str]:
    return [line["url"] for folder in ("articles", "duplicates") for line in lines_of(output, folder)]


@contextmanager
def served(tmp_path: Path, queue: str, sites: int) -> Iterator[tuple[Running, set[str]]]:
    """Serve a newsroom, put its sites into the queue, and tell the addresses of all of its articles."""
    sources = tmp_path / "sources.toml"
    with serve(Newsroom(sites=sites)) as running:
        sources.write_text(running.newsroom.sources_toml(), "utf-8")
        outlets = load_sources(sources)
        enqueue(application(BROKER, queue), outlets, outlets, only_due=False)
        sources.unlink()  # no worker needs it
        yield running, {expected.url for expected in running.newsroom.truth()}


@pytest.mark.services
@pytest.mark.skipif(sys.platform != "linux", reason="crawls die with their worker on Linux alone")
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(tmp_path: Path, queue: str) -> None:
    output, log = tmp_path / "output", tmp_path / "log"
    workers = []
    with served(tmp_path, queue, 2) as (_, truth):
        try:
            workers = [start_worker(output, queue, log, "-s", "DOWNLOAD_DELAY=0.05") for _ in range(2)]
            wait_for_articles(output, 8)
            workers[0].kill()
            workers[0].wait()
            wait_for(lambda: not processes_of(workers[0].pid), PATIENCE, log)  # its crawls died with it
            wait_for(lambda: truth <= set(urls_in(output)), PATIENCE, log)
            workers[1].terminate()
            assert workers[1].wait(timeout=PATIENCE) == 0, log.read_text()
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    urls = urls_in(output)
    assert len(urls) == len(set(urls))
    assert not list(output.rglob("*.tmp"))
    assert log.read_text().count(BEGINS) == 3, "two sources, and the killed one again"


@pytest.mark.services
@pytest.mark.skipif(sys.platform != "linux", reason="the alarm outlives a stop on Linux alone")
def test_a_machine_that_stands_still_is_replaced_and_asks_nobody_when_it_goes_on(
    tmp_path: Path, queue: str, database: Callable[[int], str]
) -> None:
    output, log = tmp_path / "output", tmp_path / "log"
    options = {"NEWSBOT_BROKER_URL": f"{BROKER}?heartbeat=3", "NEWSBOT_DATABASE_URL": database(5432)}
    workers = []
    with served(tmp_path, queue, 1) as (running, truth):
        try:
            workers = [start_worker(output, queue, log, "-s", "DOWNLOAD_DELAY=0.2", **options)]
            wait_for(lambda: len(running.requests()) > 6, PATIENCE, log)
            os.killpg(
                workers[0].pid, signal.SIGSTOP
            )  # the worker and its crawl: its sessions and connections stay open
            workers.append(start_worker(output, queue, log, "-s", "DOWNLOAD_DELAY=0.2", **options))
            wait_for(lambda: truth <= set(urls_in(output)), PATIENCE, log)
            asked = len(running.requests())
            os.killpg(workers[0].pid, signal.SIGCONT)
            wait_for(lambda: "the broker was lost" in log.read_text(), PATIENCE, log)
            assert len(running.requests()) == asked
            for worker in workers:
                worker.terminate()
                assert worker.wait(timeout=PATIENCE) == 0, log.read_text()
        finally:
            for worker in workers:
                os.killpg(worker.pid, signal.SIGKILL) if worker.poll() is None else None
                worker.wait()
    urls = urls_in(output)
    assert len(urls) == len(set(urls))
    assert "Traceback" not in log.read_text()


@pytest.mark.services
def test_a_worker_cut_off_from_the_database_leaves_its_jobs_to_others_and_comes_back(
    tmp_path: Path, queue: str, database: Callable[[int], str]
) -> None:
    output, log = tmp_path / "output", tmp_path / "log"
    workers = []
    with served(tmp_path, queue, 1) as (running, truth), line_to(5432) as line:
        try:
            through, direct = database(line.port), database(5432)
            workers = [start_worker(output, queue, log, "-s", "DOWNLOAD_DELAY=0.1", NEWSBOT_DATABASE_URL=through)]
            wait_for(lambda: len(running.requests()) > 6, PATIENCE, log)
            line.cut()
            wait_for(lambda: "takes nothing until that is over" in log.read_text(), PATIENCE, log)
            workers.append(start_worker(output, queue, log, "-s", "DOWNLOAD_DELAY=0.1", NEWSBOT_DATABASE_URL=direct))
            wait_for(lambda: truth <= set(urls_in(output)), PATIENCE, log)
            line.mend()
            wait_for(lambda: "all is well again" in log.read_text(), PATIENCE, log)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    urls = urls_in(output)
    assert len(urls) == len(set(urls))
    assert log.read_text().count(BEGINS) == 2
    assert "Traceback" not in log.read_text()


@pytest.mark.services
def test_one_worker_at_a_site(queue: str) -> None:
    names = [f"{queue}.site.{site}" for site in ("a.example", "b.example", "c.example")]
    app = application(f"{BROKER}?heartbeat=4", queue)
    with leased(connection_of(app), names[:2], within=0) as lease, Connection(BROKER) as other:
        assert not Lease(other, names[1:]).take()
        assert Lease(other, names[2:]).take(), "what it had taken before the refusal was given back"
        with leased(connection_of(app), names[:2], within=0) as second:
            assert second is None
        assert lease
        assert lease.confirm() <= time.monotonic() + 6, "less than the two heartbeats after which the broker frees it"
        lease.connection.connection.transport.sock.shutdown(socket.SHUT_RDWR)
        with pytest.raises(LeaseLost):
            lease.confirm()


@pytest.mark.services
def test_a_broker_that_answers_no_more_is_a_lease_that_is_lost(queue: str) -> None:
    with line_to(5672) as line:
        app = application(f"amqp://guest:guest@127.0.0.1:{line.port}//", queue)
        app.conf.broker_transport_options = {}
        connection = connection_of(app)
        connection.transport_options |= {"read_timeout": 1}
        with pytest.raises(LeaseLost), leased(connection, [f"{queue}.site.a"], within=0) as lease:
            assert lease
            line.hang()
            lease.confirm()


@pytest.mark.skipif(sys.platform != "linux", reason="the alarm outlives a stop on Linux alone")
def test_a_crawl_that_was_stopped_beyond_its_time_does_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "ticking.py").write_text(
        "import pathlib, time\nwhile True:\n    pathlib.Path('ticks').open('a').write('.')\n    time.sleep(0.01)\n"
    )
    ticks = tmp_path / "ticks"
    until = time.monotonic() + 60
    with ForkServer([]) as server, Crawl(server, "ticking", [], os.environ, until=until, folder=tmp_path) as crawl:
        while not ticks.exists():
            assert crawl.ended(0.1) is None
        crawl.go_on(time.monotonic() + 1)
        assert crawl.ended(0.2) is None
        crawl.send(signal.SIGSTOP)
        assert crawl.ended(1.2) is None
        before = ticks.stat().st_size
        crawl.send(signal.SIGCONT)
        assert crawl.ended(10) == -signal.SIGALRM
        assert ticks.stat().st_size == before


@pytest.mark.skipif(sys.platform != "linux", reason="the alarm outlives a stop on Linux alone")
def test_a_crawl_that_stands_still_is_not_waited_for_beyond_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "LATE", 0.2)
    sleep, until = ["-n", "1", "import time; time.sleep(60)"], time.monotonic() + 0.5
    with ForkServer([]) as server, Crawl(server, "timeit", sleep, os.environ, until=until) as crawl:
        crawl.send(signal.SIGSTOP)
        crawl.go_on(time.monotonic() + 60)
        assert crawl.ended(0.1) is None
        time.sleep(0.7)
        assert crawl.ended(0) == -signal.SIGALRM


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_crawl_dies_with_its_worker() -> None:
    code = (
        "import os, sys, time\n"
        "from newsbot.scale.leash import Crawl\n"
        "from newsbot.scale.fork_server import ForkServer\n"
        "server, sleep = ForkServer([]), ['-n', '1', 'print(1, flush=True); import time; time.sleep(60)']\n"
        "crawl = Crawl(server, 'timeit', sleep, os.environ, until=1e9)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == b"1\n"
        assert len(processes_of(parent.pid)) == 4, "the server, and who waits for the crawl"
        parent.kill()
        parent.wait()
        assert parent.stdout.read() == b"", "the pipe ends when the last process that holds it is gone"


def test_what_needs_an_extra_that_is_not_installed_keeps_no_crawl_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for extra in (
        "altair",
        "apprise",
        "datasette",
        "duckdb",
        "prometheus_client",
        "pyarrow",
        "ray",
        "scrapy_playwright",
    ):
        (tmp_path / f"{extra}.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    with ForkServer() as server:
        child = server.start("scrapy", ["list"], {**os.environ, "SCRAPY_SETTINGS_MODULE": "newsbot.settings"}, ROOT)
        assert child.ended(60) == 0
        child.close()


def test_a_crawl_that_dies_with_the_server_is_an_error_and_the_next_one_has_a_new_server(tmp_path: Path) -> None:
    (tmp_path / "told.py").write_text("import os, sys\nsys.exit(int(os.environ['STATUS']))\n")
    with ForkServer([]) as server:
        with Crawl(server, "timeit", ["-n", "1", "import time; time.sleep(60)"], os.environ, until=1e9) as crawl:
            assert crawl.ended(0) is None
            assert server._server
            server._server.kill()
            with pytest.raises(ConnectionResetError):
                crawl.ended(30)
        for status in (3, 4):
            environment = {**os.environ, "STATUS": str(status)}
            with Crawl(server, "told", [], environment, until=1e9, folder=tmp_path) as crawl:
                assert crawl.ended(30) == status


@pytest.fixture
def worker(queue: str, engine: Engine, tmp_path: Path) -> Worker:
    app = application(BROKER, queue)
    with connected(app):
        pass
    return Worker(app, engine, tmp_path / "output", [])


def job_of(name: str, **fields: Any) -> Job:
    return Job(Source(name=name, home=f"https://{name}.example/", **fields), only_due=True, roster="")


def waiting_later(worker: Worker) -> int:
    with connected(worker._app) as connection:
        return queued(worker._app, connection).later


@pytest.mark.services
def test_what_becomes_of_a_job_is_told_by_how_its_crawl_ended(
    worker: Worker, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = job_of("a").as_message()
    for status, put_off, tries in (
        (0, 0, 0),
        (3, 0, 0),
        (4, 1, 0),
        (5, 2, 0),
        (1, 2, 1),
        (-9, 3, 2),
        (4, 4, 2),
        (0, 4, 0),
    ):
        monkeypatch.setattr(worker, "_crawl", lambda *_, status=status: status)
        with pytest.raises(Reject, match="exit status 1") if status == 1 else nullcontext():
            worker.carry_out(message)
        assert waiting_later(worker) == put_off, status
        assert fleet.poison(engine).get("a", fleet.Poison("a", "", 0, 0, "", "")).tries == tries, status


@pytest.mark.services
@pytest.mark.parametrize("error", [LeaseLost("gone"), ConnectionResetError("reset"), StoreError("no such server"), 2])
def test_a_job_whose_worker_is_at_fault_goes_back_at_once_and_says_nothing_against_its_source(
    worker: Worker, engine: Engine, monkeypatch: pytest.MonkeyPatch, error: object
) -> None:
    def fail(*_: object) -> int:
        if isinstance(error, Exception):
            raise error
        return int(str(error))

    monkeypatch.setattr(worker, "_crawl", fail)
    with pytest.raises(Reject) as given_back:
        worker.carry_out(job_of("a").as_message())
    assert given_back.value.requeue
    assert not fleet.poison(engine)
    assert not waiting_later(worker)


class Consuming:
    """What Celery has of its connection, and what waits for the thread that uses it."""

    def __init__(self) -> None:
        self.task_consumer = self
        self.is_consuming, self.is_lost = True, False
        self.call_soon = (calls := []).append  # type: ignore[var-annotated]
        self.calls: list[Callable[[], None]] = calls

    def cancel_by_queue(self, _: str) -> None:
        if self.is_lost:
            raise BrokenPipeError(32, "Broken pipe")
        self.is_consuming = False

    def consuming_from(self, _: str) -> bool:
        return self.is_consuming

    def add_queue(self, _: object) -> None:
        pass

    def consume(self) -> None:
        self.is_consuming = True


@pytest.mark.services
def test_a_worker_that_was_unwell_while_it_connected_takes_jobs_again_whatever_comes_first(worker: Worker) -> None:
    consumer = Consuming()
    worker._presence.connected(consumer)
    worker._presence.rest("the broker was lost")
    worker._presence._resume()
    for call in reversed(consumer.calls):  # they are a set there
        call()
    assert consumer.is_consuming
    worker._presence.rest("the broker was lost")
    consumer.is_lost = True
    consumer.calls[-1]()
    consumer.is_lost = False
    worker._presence.connected(consumer)
    assert not consumer.is_consuming


@pytest.mark.services
@pytest.mark.parametrize("status", [5, -signal.SIGTERM])
def test_a_worker_that_ends_gives_back_what_is_left_and_holds_nothing_against_a_source(
    worker: Worker, engine: Engine, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    crawl = Mock(ended=Mock(side_effect=[None, status]))
    monkeypatch.setattr("newsbot.scale.worker.Crawl", lambda *_, **__: nullcontext(crawl))
    worker._presence.stop_at = time.monotonic() - 1
    with pytest.raises(Reject) as given_back:
        worker.carry_out(job_of("a").as_message())
    assert given_back.value.requeue
    crawl.send.assert_called_once_with(signal.SIGTERM)
    assert not fleet.poison(engine)


@pytest.mark.services
def test_of_many_crawls_one_writes_the_report(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def start(_: object, _module: str, arguments: list[str], *_args: object, **_more: object) -> Any:
        started.append(arguments)
        return nullcontext(Mock(ended=lambda _: 0))

    monkeypatch.setattr("newsbot.scale.worker.Crawl", start)
    for name in ("a", "b", "c"):
        worker.carry_out(job_of(name).as_message())
    assert ["NEWSBOT_REPORT=" in arguments for arguments in started] == [False, True, True]


@pytest.mark.services
def test_a_store_that_answers_no_more_is_a_fault_that_is_told_and_not_waited_for(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "STORE_PATIENCE", 0.5)
    monkeypatch.setattr(fleet, "begin_try", lambda *_, **__: time.sleep(30))
    started = time.monotonic()
    with pytest.raises(Reject, match="no answer"):
        worker.carry_out(job_of("a").as_message())
    assert time.monotonic() - started < 10


@pytest.mark.services
def test_a_source_whose_crawls_never_end_is_set_aside_until_its_block_changes(
    worker: Worker, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawled = []

    def die(job: Job, *_: object) -> int:
        crawled.append(job.source.delay)
        return -9

    monkeypatch.setattr(worker, "_crawl", die)
    for _ in range(fleet.TRIES + 2):
        with suppress(Reject):
            worker.carry_out(job_of("a").as_message())
    assert len(crawled) == fleet.TRIES
    (finding,) = health.open_findings(engine)
    assert (finding.finding.kind, finding.finding.state) == ("crashes", "failing")
    assert f"{fleet.TRIES} crawls in a row did not come to their end (ended by SIGKILL)" in finding.finding.sentence()
    with pytest.raises(Reject):
        worker.carry_out(job_of("a", delay=2).as_message())
    assert crawled[fleet.TRIES :] == [2.0]
    monkeypatch.setattr(worker, "_crawl", lambda *_: 0)
    worker.carry_out(job_of("a", delay=2).as_message())
    assert not health.open_findings(engine)
    assert not fleet.poison(engine)


@pytest.mark.services
def test_the_newest_block_of_a_source_is_crawled_and_one_that_cannot_be_read_is_put_off(
    worker: Worker, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    crawled: list[tuple[float | None, list[str]]] = []

    def note(job: Job, outlets: list[Source], _: Lease) -> int:
        crawled.append((job.source.delay, [outlet.name for outlet in outlets]))
        return 0

    monkeypatch.setattr(worker, "_crawl", note)
    old, new = ([job_of("a", delay=delay).source, job_of("b").source] for delay in (1, 2))
    rosters = [Roster(old, at=1.0), Roster(new, at=2.0)]
    with connected(worker._app) as connection:
        for roster in rosters:
            publish_roster(worker._app, connection, roster)
    for roster in rosters:
        worker.carry_out(Job(roster.sources["a"], only_due=True, roster=roster.digest).as_message())
    assert crawled == [(2.0, ["a", "b"])] * 2
    message = job_of("a").as_message()
    worker.carry_out({**message, "source": {**message["source"], "of_a_newer_newsbot": 1}})
    assert waiting_later(worker) == 1
    assert "this newsbot may be older" in caplog.text


@pytest.mark.services
def test_of_two_schedules_one_works_and_enqueues_each_source_that_is_due_once(
    queue: str, engine: Engine, tmp_path: Path
) -> None:
    file = sources_file(tmp_path, a={"home": "https://a.example/"}, b={"home": "https://b.example/"})
    fleet.begin_try(engine, "b", job_of("b").block, now=utc_now())
    for _ in range(fleet.TRIES):
        fleet.begin_try(engine, "b", job_of("b").block, now=utc_now())
    fleet.fail_try(engine, "b", status=1, why="exit status 1", now=utc_now())
    app = application(BROKER, queue)
    read = lambda: load_sources(file)  # noqa: E731
    beats = [DueScheduler(app, engine=engine, bounds=Bounds(), read=read, file=file) for _ in range(2)]
    with connected(app) as connection:
        waiting = []
        for beat in (beats[0], beats[1], beats[0]):
            beat.tick()
            waiting.append(queued(app, connection).waiting)
        assert waiting == [1, 1, 1], "b is set aside, and a waits already"
        beats[0].close()
        beats[1].tick()
        assert queued(app, connection).waiting == 1, "it cannot know what waits"
        connection.default_channel.queue_purge(queue)
        file.write_text(file.read_text("utf-8").replace("b.example/", "b.example/news"), "utf-8")
        beats[1].tick()
        assert queued(app, connection).waiting == 2, "a is due still, and the block of b has changed"
        beats[1].close()


@pytest.mark.services
def test_a_round_is_not_put_on_top_of_one_that_waits(
    tmp_path: Path, queue: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = sources_file(tmp_path, a={"home": "https://a.example/"}, b={"home": "https://b.example/"})
    options = ["-s", f"NEWSBOT_BROKER_URL={BROKER}", "-s", f"NEWSBOT_QUEUE={queue}"]
    put = ["scale", "enqueue", "--file", str(sources), "--only", "b", *options]
    assert scrapy_here(monkeypatch, tmp_path, *put) == 0
    assert scrapy_here(monkeypatch, tmp_path, *put) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 sources put into the queue",
        "1 sources of the last round still wait in the queue; nothing was added",
    ]
    with Connection(BROKER) as connection:
        message = connection.default_channel.basic_get(queue)
        assert Job.from_message(orjson.loads(message.body)[0][0]).source == load_sources(sources, ["b"])[0]


@pytest.mark.services
def test_status_tells_the_queue_the_workers_and_what_is_late(
    tmp_path: Path, queue: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = sources_file(tmp_path, a={"home": "https://a.example/"}, b={"home": "https://b.example/"})
    engine, now = open_engine(f"sqlite:///{tmp_path / 'newsbot.db'}"), utc_now()
    at_work = [{"source": "a", "sites": ["a.example"], "since": now}]
    fleet.beat(engine, fleet.Worker("one@here", "here", "1.0", now, now, at_work))
    fleet.beat(engine, fleet.Worker("two@there", "there", "1.0", now, "2026-01-01T00:00:00Z"))
    fleet.begin_try(engine, "b", "", now=now)
    fleet.fail_try(engine, "b", status=-9, why="ended by SIGKILL", now=now)
    engine.dispose()
    app = application(BROKER, queue)
    with connected(app) as connection:
        put(app, connection, [job_of("b").as_message()])
    options = ["-s", f"NEWSBOT_BROKER_URL={BROKER}", "-s", f"NEWSBOT_QUEUE={queue}"]
    status = ["scale", "status", "--file", str(sources), *options]
    assert scrapy_here(monkeypatch, tmp_path, *status, "--json") == 0
    told = orjson.loads(capsys.readouterr().out)
    assert (told["queue"]["waiting"], told["queue"]["has_beat"], told["leases"]) == (1, False, {})
    assert [(one["name"], one["at_work"], one["silent"]) for one in told["workers"]] == [("one@here", at_work, False)]
    assert [(one["source"], one["tries"], one["why"]) for one in told["poison"]] == [("b", 1, "ended by SIGKILL")]
    assert [(one["source"], one["minutes"]) for one in told["lags"]] == [("a", None), ("b", None)]
    assert scrapy_here(monkeypatch, tmp_path, *status) == 0
    shown = capsys.readouterr().out
    assert "queue: 1 sources wait; 0 workers take from it" in shown
    assert "ended by SIGKILL" in shown
    assert "never asked: a, b" in shown


@pytest.mark.parametrize("command", ["enqueue", "work", "beat", "status"])
@pytest.mark.parametrize("port", [1, pytest.param(5672, marks=pytest.mark.services)], ids=["nobody", "wrong password"])
def test_a_broker_that_cannot_be_used_is_one_line_with_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, port: int
) -> None:
    broker = f"NEWSBOT_BROKER_URL=amqp://me:secret@127.0.0.1:{port}//"
    assert scrapy_here(monkeypatch, tmp_path, "scale", command, "-s", broker) == 1
    printed = capsys.readouterr()
    assert f"the broker amqp://me:**@127.0.0.1:{port}" in printed.err
    assert len(printed.err.splitlines()) == 1
    assert "secret" not in printed.out + printed.err


@pytest.mark.services
def test_a_queue_that_is_made_otherwise_is_refused(
    tmp_path: Path, queue: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Connection(BROKER) as connection:
        connection.default_channel.queue_declare(queue, durable=True, auto_delete=False)
    options = ["-s", f"NEWSBOT_BROKER_URL={BROKER}", "-s", f"NEWSBOT_QUEUE={queue}"]
    assert scrapy_here(monkeypatch, tmp_path, "scale", "work", *options) == 1
    assert "inequivalent arg" in capsys.readouterr().err
