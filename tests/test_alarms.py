"""Each channel is told each finding once until it clears, by mail, webhook or program; a dead one harms none."""

from __future__ import annotations

import io
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from conftest import ROOT, lines_of, run_scrapy, scrapy_environment, scrapy_here, sources_file
from local_web import article_page, local_web
from sqlalchemy import Engine

from newsbot.alarms.channels import channels
from newsbot.alarms.telling import tell
from newsbot.health import CHANGED, FAILING, SILENT, Finding
from newsbot.process import utc_now
from newsbot.store import health, told
from newsbot.store.ledger import Account

NOON, LATER, NEXT = "2026-11-20T12:00:00Z", "2026-11-20T12:30:00Z", "2026-11-20T13:00:00Z"
AUTHORS = Finding(
    "bbc", "field", "authors", CHANGED, "0 % of 24 articles", "97 %", "2026-11-20",
    ("https://bbc.example/a", "https://bbc.example/b"), "Open one of them in a browser.",
)  # fmt: skip
DEAD = Finding("npr", "unreachable", "", FAILING, "none of 3 listings can be read", "", "2026-11-20")
QUIET = Finding("le-monde", "silent", "", SILENT, "no article for 3 days", "40 a day", "2026-11-17")


@pytest.fixture
def pager(tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    """A program that keeps what it gets, at FOLDER/page-me; returns that."""
    program(tmp_path / "page-me", f"cat >> '{tmp_path}/paged'; echo >> '{tmp_path}/paged'")

    def paged() -> list[dict[str, Any]]:
        path = tmp_path / "paged"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    return paged


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return f"exec:{path}"


def settled(engine: Engine, *findings: Finding, now: str = NOON) -> None:
    health.settle(engine, ["bbc", "npr", "le-monde"], findings, now=now)


@pytest.fixture
def received() -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """A receiver of webhooks: its address without a scheme, and what was posted where."""
    posted: list[tuple[str, dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"127.0.0.1:{server.server_port}", posted
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_mail_says_in_its_subject_what_matters_and_in_its_text_what_to_do(engine: Engine) -> None:
    mails = []

    class Inbox:
        async def handle_DATA(  # noqa: N802 (aiosmtpd's interface)
            self, _server: object, _session: object, envelope: Any
        ) -> str:
            mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    inbox = Controller(Inbox(), hostname="127.0.0.1", port=port)
    inbox.start()
    try:
        settled(engine, AUTHORS, DEAD, QUIET)
        tell(engine, f"mailto://127.0.0.1:{port}?from=newsbot@example.org&to=ops@example.org", now=NOON)
        settled(engine, now=NEXT)
        tell(engine, f"mailto://127.0.0.1:{port}?from=newsbot@example.org&to=ops@example.org", now=NEXT)
    finally:
        inbox.stop()
    (to, first), (_, second) = mails
    assert to == ["ops@example.org"]
    assert first["Subject"] == "newsbot: npr fails, le-monde is silent, bbc has changed"
    assert first.get_payload(decode=True).decode().splitlines() == [
        "Failing",
        "- npr: unreachable: none of 3 listings can be read, since 2026-11-20",
        "",
        "Silent",
        "- le-monde: silent: no article for 3 days, usually 40 a day, since 2026-11-17",
        "",
        "Changed",
        "- bbc: authors: 0 % of 24 articles, usually 97 %, since 2026-11-20",
        "  https://bbc.example/a",
        "  https://bbc.example/b",
        "  Open one of them in a browser.",
        "",
        "scrapy health shows every source.",
    ]
    assert second["Subject"] == "newsbot: 3 recovered"


def test_webhooks_and_chats_are_told_too(
    engine: Engine, received: tuple[str, list[tuple[str, dict[str, Any]]]]
) -> None:
    host, posted = received
    settled(engine, DEAD)
    tell(engine, [f"json://me:p4ssword@{host}/hook", f"mmost://{host}/t0ken-of-a-channel"], now=NOON)
    by_path = dict(posted)
    assert by_path["/hook"]["title"] == "newsbot: npr fails"
    assert by_path["/hook"]["type"] == "failure"
    chat = by_path["/hooks/t0ken-of-a-channel"]["text"]
    assert "newsbot: npr fails" in chat
    assert "- npr: unreachable: none of 3 listings can be read" in chat


def test_a_program_gets_values(engine: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]) -> None:
    settled(engine, AUTHORS, DEAD)
    tell(engine, f"exec:{tmp_path}/page-me --urgent", now=NOON)
    (digest,) = pager()
    assert (digest["subject"], digest["gravity"]) == ("newsbot: npr fails, bbc has changed", "failure")
    gravest, other = digest["findings"]
    assert (gravest["source"], gravest["state"], gravest["events"]) == ("npr", "failing", ["opened"])
    assert other | AUTHORS.as_dict() | {"examples": list(AUTHORS.examples)} == other
    assert other["opened_at"] == NOON


def test_each_finding_is_told_once_a_digest_comes_at_most_hourly_and_recovery_is_told(
    store: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]
) -> None:
    def tell_at(now: str, *findings: Finding) -> list[tuple[str, list[tuple[str, list[str]]]]]:
        before = len(pager())
        settled(store, *findings, now=now)
        tell(store, f"exec:{tmp_path}/page-me", now=now)
        return [(d["subject"], [(f["source"], f["events"]) for f in d["findings"]]) for d in pager()[before:]]

    assert tell_at("2026-11-20T11:00:00Z") == []
    assert tell_at(NOON, DEAD) == [("newsbot: npr fails", [("npr", ["opened"])])]
    assert tell_at("2026-11-20T12:20:00Z", DEAD, AUTHORS) == [], "within the hour it waits"
    assert tell_at("2026-11-20T12:40:00Z", DEAD, QUIET) == []
    assert tell_at(NEXT, DEAD, QUIET) == [
        ("newsbot: le-monde is silent", [("le-monde", ["opened"]), ("bbc", ["opened", "cleared"])])
    ], "what came and went meanwhile is told in one line"
    assert "Told before and still so: npr." in pager()[-1]["text"]
    assert tell_at("2026-11-20T15:00:00Z", DEAD, QUIET) == []
    assert tell_at("2026-11-20T16:00:00Z", QUIET) == [("newsbot: npr recovered", [("npr", ["cleared"])])]
    assert tell_at("2026-11-20T18:00:00Z", QUIET, DEAD) == [("newsbot: npr fails", [("npr", ["opened"])])], "anew"
    assert tell_at("2026-11-19T00:00:00Z", QUIET, DEAD, AUTHORS), "nor does a clock that was set back keep it quiet"


def test_a_new_channel_is_told_what_holds_and_nothing_of_what_is_over(
    engine: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]
) -> None:
    settled(engine, DEAD)
    settled(engine, QUIET, now=LATER)
    for now in (LATER, "2026-11-21T12:00:00Z"):
        tell(engine, f"exec:{tmp_path}/page-me", now=now)
    assert [digest["subject"] for digest in pager()] == ["newsbot: le-monde is silent"]


def test_a_channel_that_fails_is_told_through_the_others_and_shows_no_secret(
    engine: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    dead = program(tmp_path / "dead", f"test -e {tmp_path}/mended && exit 0; echo 'no user S3CR3T-t0ken' >&2; exit 7")
    both = [f"{dead} --token=S3CR3T-t0ken", f"exec:{tmp_path}/page-me"]
    name = channels(both)[0].name
    settled(engine, DEAD)
    tell(engine, both, now=NOON)
    assert [digest["subject"] for digest in pager()] == ["newsbot: npr fails"]
    tell(engine, both, now=NEXT)
    assert pager()[-1]["subject"] == f"newsbot: channel {name} fails"
    assert "exit status 7: no user ***" in pager()[-1]["text"]
    (tmp_path / "mended").touch()
    tell(engine, both, now="2026-11-20T14:00:00Z")
    assert f"Recovered\n- channel {name}: cannot be told" in pager()[-1]["text"]
    assert health.open_findings(engine, [""]) == []
    with engine.connect() as connection:
        stored = "\n".join(connection.connection.dbapi_connection.iterdump())  # type: ignore[union-attr]
    assert "S3CR3T" not in stored + caplog.text + json.dumps(pager())
    assert f"channel {name}: takes alarms again" in caplog.text


def test_a_channel_that_hangs_is_ended_with_its_children(
    engine: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]
) -> None:
    hangs = program(tmp_path / "hangs", f"sleep 300 & echo $! > {tmp_path}/child; sleep 300")
    settled(engine, DEAD)
    tell(engine, [hangs, f"exec:{tmp_path}/page-me"], now=NOON, time_limit=2)
    assert [digest["subject"] for digest in pager()] == ["newsbot: npr fails"]
    (finding,) = (one.finding for one in health.open_findings(engine, [""]))
    assert (finding.kind, finding.now) == ("channel", "cannot be told: not delivered within 2 s")
    child = int((tmp_path / "child").read_text())
    assert gone(child), "nor does its child live on"


def test_what_a_program_leaves_running_holds_up_nothing(engine: Engine, tmp_path: Path) -> None:
    leaves = program(tmp_path / "leaves", "sleep 300 & exit 0")
    settled(engine, DEAD)
    tell(engine, leaves, now=NOON)
    assert told.last_told(engine) == {channels(leaves)[0].name: NOON}


def gone(process: int) -> bool:
    """Whether a process has ended, or is about to be buried."""
    for _ in range(600):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_of_two_runs_at_once_one_tells(
    store: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]
) -> None:
    settled(store, DEAD, AUTHORS)
    at_once = threading.Barrier(4)

    def run(_number: int) -> None:
        at_once.wait()
        tell(store, f"exec:{tmp_path}/page-me", now=NOON)

    with ThreadPoolExecutor(4) as runs:
        list(runs.map(run, range(4)))
    assert [len(digest["findings"]) for digest in pager()] == [2]


def test_what_a_killed_run_was_telling_is_told_by_the_next_and_nothing_twice(
    engine: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]
) -> None:
    slow = program(
        tmp_path / "slow", f"test -e {tmp_path}/go && exec {tmp_path}/page-me; touch {tmp_path}/at; sleep 300"
    )
    both = [f"exec:{tmp_path}/page-me", slow]
    settled(engine, DEAD)
    tell(engine, both[0], now=NOON)
    code = (
        "import sys; from newsbot.alarms.telling import tell; from newsbot.store.database import open_engine; "
        "tell(open_engine(sys.argv[1]), sys.argv[3:], now=sys.argv[2])"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", code, str(engine.url), LATER, *both], cwd=ROOT, env=scrapy_environment(tmp_path)
    )
    while not (tmp_path / "at").exists():
        assert killed.poll() is None
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    (tmp_path / "go").touch()
    tell(engine, both, now=LATER)
    assert len(pager()) == 1, "it may be at it still"
    for now in (NEXT, "2026-11-20T15:00:00Z"):
        tell(engine, both, now=now)
    assert [digest["subject"] for digest in pager()] == ["newsbot: npr fails"] * 2, "once a channel"


@pytest.mark.parametrize(
    ("addresses", "line"),
    [
        ("nonsense", "address 1 has no scheme; there are mailto://, slack://, json:// ... and exec:PROGRAM"),
        ("json://x.org jsno://x.org/S3CR3T", "address 2: there is no service jsno:// (did you mean json?)"),
        ("slack://S3CR3T", "address 1: slack:// takes no such address; https://appriseit.com/services/slack/ shows"),
        ("exec:/none/page-me", "address 1: there is no program '/none/page-me' that can be run"),
        ("exec:", "address 1: there is no program '' that can be run"),
        ("exec:'page", "address 1: No closing quotation"),
    ],
)
def test_a_wrong_address_is_one_line_and_2_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, addresses: str, line: str
) -> None:
    assert scrapy_here(monkeypatch, tmp_path, "alarms", "-s", f"NEWSBOT_ALARMS={addresses}") == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert line in said
    assert "S3CR3T" not in said
    assert not list(tmp_path.iterdir())


def test_a_crawl_is_refused_before_it_begins_if_it_could_not_tell_anybody(tmp_path: Path) -> None:
    ran = run_scrapy(tmp_path, "crawl", "news", NEWSBOT_ALARMS="json://x.org slack://S3CR3T")
    assert ran.returncode == 2
    assert "NEWSBOT_ALARMS: address 2: slack:// takes no such address; " in ran.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_without_the_extra_it_says_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert scrapy_here(monkeypatch, tmp_path, "alarms", "-s", "NEWSBOT_ALARMS=json://x.org") == 1
    assert capsys.readouterr().err == "NEWSBOT_ALARMS (json://) needs an extra: pip install 'newsbot[alarms]'\n"


def test_addresses_are_parted_where_the_next_one_begins() -> None:
    setting = " mailto://u:p@x.org?to=a@x.org,b@x.org, json://x.org/a  exec:sh -c 'true, false'\njsons://x.org "
    assert [channel.address for channel in channels(setting)] == [
        "mailto://u:p@x.org?to=a@x.org,b@x.org", "json://x.org/a", "exec:sh -c 'true, false'", "jsons://x.org",
    ]  # fmt: skip
    names = [channel.name.partition("-")[0] for channel in channels(setting)]
    assert names == ["mailto", "json", "sh", "jsons"]
    assert channels("json://x.org json://x.org") == channels("json://x.org")


def test_a_run_tells_and_a_dead_channel_costs_it_a_line(
    engine: Engine, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]
) -> None:
    settled(engine, DEAD)
    with engine.begin() as connection:  # it was asked for today, by another run
        health.add_run(connection, utc_now().replace("-", ""), {"npr": Account(listings_asked=1)}, {})
    engine.dispose()
    with local_web() as web:
        feed = web.feed("/feed", [web.put("/news/one-of-them", article_page("One of them", "harbour"))])
        sources = sources_file(tmp_path, herald={"home": web.base, "feeds": [feed]})
        alarms = f"exec:{tmp_path}/page-me json://127.0.0.1:1/S3CR3T"
        ran = run_scrapy(
            tmp_path,
            "crawl",
            "news",
            "-a",
            f"sources={sources}",
            *("-s", "DOWNLOAD_DELAY=0"),
            "-s",
            f"NEWSBOT_ALARMS={alarms}",
        )
    assert ran.returncode == 0, ran.stderr
    assert len(lines_of(tmp_path, "articles")) == 1
    assert [digest["subject"] for digest in pager()] == ["newsbot: npr fails"]
    (line,) = [line for line in ran.stderr.splitlines() if " ERROR " in line]
    assert "channel json-" in line
    assert "S3CR3T" not in ran.stderr


def test_the_channels_are_listed_and_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], engine: Engine, tmp_path: Path,
    pager: Callable[[], list[dict[str, Any]]],
) -> None:  # fmt: skip
    good, bad = f"exec:{tmp_path}/page-me", program(tmp_path / "bad", "exit 3")
    names = [channel.name for channel in channels([good, bad])]
    settled(engine, DEAD)
    tell(engine, [good, bad], now=NOON)
    given = ("-s", f"NEWSBOT_ALARMS={good} {bad}")
    assert scrapy_here(monkeypatch, tmp_path, "alarms", *given) == 0
    told_line, failed_line = capsys.readouterr().out.splitlines()
    assert told_line.startswith(f"{names[0]}: told 2026-11-20 12:00 UTC (")
    assert failed_line == f"{names[1]}: never told anything; cannot be told: exit status 3"
    assert scrapy_here(monkeypatch, tmp_path, "alarms", "--test", *given) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{names[0]}: has taken the message", f"{names[1]}: failed: exit status 3",
    ]  # fmt: skip
    assert pager()[-1]["subject"] == "newsbot: a test"
    assert scrapy_here(monkeypatch, tmp_path, "alarms") == 2
    assert "there is no channel: set NEWSBOT_ALARMS" in capsys.readouterr().err


def test_what_newsbot_cannot_say_itself_is_sent_for_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pager: Callable[[], list[dict[str, Any]]]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("the database is gone\nexit status 1\n"))
    given = ("--say", "newsbot failed on this host", "-s", f"NEWSBOT_ALARMS=exec:{tmp_path}/page-me")
    assert scrapy_here(monkeypatch, tmp_path, "alarms", *given) == 0
    (message,) = pager()
    assert message["subject"] == "newsbot failed on this host"
    assert (message["text"], message["gravity"]) == ("the database is gone\nexit status 1", "failure")
