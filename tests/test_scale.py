"""Many machines: no two workers at one site, a crawl dies with its worker, and nothing is lost or doubled."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from conftest import ROOT, lines_of, scrapy_environment, scrapy_here, sources_file
from kombu import Connection
from test_crawl_killed import processes_of, wait_for_articles

from newsbot.demo import Newsroom, serve
from newsbot.scale import tasks
from newsbot.scale.lease import Lease, LeaseLost, leased
from newsbot.scale.tasks import application, enqueue
from newsbot.sources import load_sources

BROKER = os.environ.get("NEWSBOT_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")


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
        connection.default_channel.queue_delete(name)
        connection.default_channel.exchange_delete(name)


def start_worker(output: Path, queue: str, log: Path) -> subprocess.Popen[bytes]:
    options = ["--concurrency", "1", "-s", "DOWNLOAD_DELAY=0.05", "-s", "NEWSBOT_EXTRACT_WORKERS=0"]
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "scrapy", "scale", "work", *options],
            cwd=ROOT,
            env=scrapy_environment(output, NEWSBOT_BROKER_URL=BROKER, NEWSBOT_QUEUE=queue),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


@pytest.mark.services
@pytest.mark.skipif(sys.platform != "linux", reason="crawls die with their worker on Linux alone")
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(tmp_path: Path, queue: str) -> None:
    output, sources, log = tmp_path / "output", tmp_path / "sources.toml", tmp_path / "log"
    workers = []
    with serve(Newsroom(sites=2)) as running:
        sources.write_text(running.newsroom.sources_toml(), "utf-8")
        truth = {expected.url for expected in running.newsroom.truth()}
        enqueue(application(BROKER, queue), load_sources(sources), str(sources))
        try:
            workers = [start_worker(output, queue, log) for _ in range(2)]
            wait_for_articles(output, 8)
            workers[0].kill()
            workers[0].wait()
            deadline = time.monotonic() + 60
            while processes_of(workers[0].pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert processes_of(workers[0].pid) == [], "its crawls died with it"
            deadline = time.monotonic() + 120
            while not truth <= set(urls_in(output)) and time.monotonic() < deadline:
                time.sleep(0.1)
            workers[1].terminate()
            assert workers[1].wait(timeout=60) == 0, log.read_text()
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        urls = urls_in(output)
        assert truth <= set(urls), log.read_text()
        assert len(urls) == len(set(urls))
        assert not list(output.rglob("*.tmp"))
        assert log.read_text().count("crawl begins") == 3, "two sources, and the killed one again"


def urls_in(output: Path) -> list[str]:
    return [line["url"] for folder in ("articles", "duplicates") for line in lines_of(output, folder)]


@pytest.mark.services
def test_one_worker_at_a_site(queue: str) -> None:
    names = [f"{queue}.site.{site}" for site in ("a.example", "b.example", "c.example")]
    with leased(Connection(BROKER, heartbeat=10), names[:2]), Connection(BROKER) as other:
        assert not Lease(other, names[1:]).take()
        assert Lease(other, names[2:]).take(), "what it had taken before the refusal was given back"
    connection = Connection(BROKER, heartbeat=10)
    with leased(connection, names[:2], retry_every=0.1) as lease:
        lease.keep(0.01)
        connection.connection.transport.sock.shutdown(socket.SHUT_RDWR)
        with pytest.raises(LeaseLost):
            lease.keep(1)


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
        assert orjson.loads(message.body)[0] == ["b", ["b.example"], str(sources)]


@pytest.mark.services
@pytest.mark.parametrize(("status", "again"), [(0, False), (3, False), (1, True), (2, True), (4, True), (-9, True)])
def test_a_crawl_that_did_not_come_to_its_end_goes_back_into_the_queue(
    queue: str, monkeypatch: pytest.MonkeyPatch, status: int, again: bool
) -> None:
    monkeypatch.setattr(tasks, "run_crawl", lambda *_: status)
    monkeypatch.setattr(tasks, "PAUSE_SECONDS", 0)
    app = application(BROKER, queue)
    result = app.tasks["newsbot.crawl_source"].apply(["a", ["a.example"], ""])
    assert (result.state == "REJECTED") == again


@pytest.mark.services
@pytest.mark.parametrize("error", [LeaseLost("gone"), ConnectionResetError("reset")])
def test_a_crawl_whose_broker_is_lost_goes_back_into_the_queue(
    queue: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def lose(*_: object) -> int:
        raise error

    monkeypatch.setattr(tasks, "run_crawl", lose)
    monkeypatch.setattr(tasks, "PAUSE_SECONDS", 0)
    result = application(BROKER, queue).tasks["newsbot.crawl_source"].apply(["a", ["a.example"], ""])
    assert result.state == "REJECTED"


def test_a_crawl_that_runs_too_long_is_asked_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CRAWL_SECONDS", 0)
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert tasks.run_crawl(sleeper, lambda _: time.sleep(0.2)) in (-signal.SIGTERM, 1)


def test_a_lost_lease_ends_the_crawl_at_once(tmp_path: Path) -> None:
    mark, end = tmp_path / "mark", tmp_path / "end"
    code = f"import time; open({str(mark)!r}, 'w').close(); time.sleep(60); open({str(end)!r}, 'w').close()"

    def wait(seconds: float) -> None:
        if mark.exists():
            raise LeaseLost("gone")
        time.sleep(0.05)

    with pytest.raises(LeaseLost):
        tasks.run_crawl([sys.executable, "-c", code], wait)
    assert not end.exists(), "it was not waited for"


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_child_that_asks_for_it_dies_with_its_parent() -> None:
    code = (
        "import subprocess, sys, time; from newsbot.process import dying_with_parent\n"
        "sleeper = 'import time; print(1, flush=True); time.sleep(60)'\n"
        "child = subprocess.Popen(dying_with_parent([sys.executable, '-c', sleeper]))\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == b"1\n"
        assert len(processes_of(parent.pid)) == 2
        parent.kill()
        parent.wait()
        assert parent.stdout.read() == b"", "the pipe ends when the last process that holds it is gone"


@pytest.mark.parametrize("command", ["enqueue", "work"])
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
