"""Prometheus reads what newsbot writes after each run and serves during one; names and labels are as documented."""

from __future__ import annotations

import os
import re
import socket
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

import pytest
from conftest import ROOT, run_scrapy, sources_file
from local_web import Answer, LocalWeb, article_page, local_web
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from newsbot.extensions.metrics import text_of, write_file
from newsbot.health import CHANGED, FAILING, Finding
from newsbot.process import utc_now
from newsbot.store import health
from newsbot.store.ledger import Account
from newsbot.store.told import CHANNEL
from newsbot.store.views.figures import Figures, LastRun

AUTHORS = Finding("bbc", "field", "authors", CHANGED, "0 %", "97 %", "2026-11-20")
DEAD = Finding("bbc", "unreachable", "", FAILING, "none of 3 listings", "", "2026-11-20")
MUTE = Finding("", CHANNEL, "slack-1f0c2a", FAILING, "cannot be told", "", "2026-11-20")
ACCOUNT = Account(
    Counter(discovered=3, fetched=2, skipped=1, new=1, rejected=1),
    Counter({"rejected:no_body": 1, "skipped:robots_txt": 1}),
    listings=Counter(read=1, failed=1),
    spent=Counter(requests=5, bytes=9000, seconds=3),
)
FIGURES = Figures(
    7, 4096, 0, [AUTHORS, DEAD, MUTE], {"bbc": 40, "npr": 2, "le-monde": 40},
    LastRun("2026-11-20T08:00:00Z", "2026-11-20T08:01:30Z", {"bbc": ACCOUNT}),
)  # fmt: skip

LABELS = ("version", "source", "outcome", "reason", "state", "what")
Samples = dict[tuple[str, ...], float]


def samples_of(text: str) -> Samples:
    """Return the values by name and labels' values, in the order of LABELS, as Prometheus' own parser reads them."""
    return {
        (sample.name, *(sample.labels[label] for label in LABELS if label in sample.labels)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_store_and_its_last_run_are_read_back_by_prometheus() -> None:
    read = samples_of(text_of(FIGURES).decode())
    assert read["newsbot_articles",] == 7
    assert read["newsbot_run_duration_seconds",] == 90
    assert read["newsbot_last_success_timestamp_seconds",] == 1795161690
    assert read["newsbot_run_addresses", "bbc", "new"] == 1
    assert read["newsbot_run_addresses", "bbc", "failed"] == 0, "those of 0 are there, so that nothing vanishes"
    assert read["newsbot_run_reasons", "bbc", "rejected", "no_body"] == 1
    assert read["newsbot_run_listings", "bbc", "failed"] == 1
    assert read["newsbot_run_spent", "bbc", "bytes"] == 9000
    assert [read["newsbot_findings", state] for state in ("failing", "silent", "changed")] == [1, 0, 1]
    assert read["newsbot_channels_failing",] == 1
    states = [key[1:] for key, value in read.items() if key[0] == "newsbot_source_state" and value]
    assert states == [("bbc", "failing"), ("le-monde", "well"), ("npr", "new")], "each source has one, the gravest"


def test_what_stands_in_a_label_cannot_break_the_file() -> None:
    name = 'a"b\\c\nnewsbot_articles 9'
    account = Account(Counter(new=1))
    read = samples_of(text_of(Figures(1, 1, 0, [], {}, LastRun(utc_now(), utc_now(), {name: account}))).decode())
    assert read["newsbot_run_addresses", name, "new"] == 1
    assert read["newsbot_articles",] == 1


def test_names_and_labels_are_those_of_the_manual() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    rows = re.findall(r"^\| `(newsbot_\w+)`\*? \| (.*?) \|", page, re.M)
    documented = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    told: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text_of(FIGURES).decode()):
        assert family.documentation
        for sample in family.samples:
            told.setdefault(sample.name, set()).update(sample.labels)
    assert told == documented


def test_the_file_is_of_the_store_and_replaced_in_one_step(store: Engine, tmp_path: Path) -> None:
    path = tmp_path / "newsbot.prom"
    path.write_text("older", "utf-8")
    with store.begin() as connection:
        health.add_run(connection, "20261120T080000Z-x", {"bbc": Account(listings_asked=1)}, {})
    health.settle(store, ["bbc"], [AUTHORS], now="2026-11-20T08:00:00Z")
    write_file(path, store, "2026-11-20T09:00:00Z")
    read = samples_of(path.read_text("utf-8"))
    assert read["newsbot_source_state", "bbc", "changed"] == 1
    assert read["newsbot_store_bytes",] > 10_000
    assert read["newsbot_articles",] == read["newsbot_outbox_lines",] == 0
    assert ("newsbot_last_success_timestamp_seconds",) not in read, "no run has ended yet"
    assert [entry.name for entry in tmp_path.iterdir() if "prom" in entry.name] == ["newsbot.prom"]


def test_a_crawl_serves_its_metrics_while_it_goes_on_and_writes_them_at_its_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served: list[str] = []

    def page(_web: LocalWeb) -> Answer:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            served.append(answer.read().decode())
        return 200, {"Content-Type": "text/html"}, article_page("One", "harbour").encode()

    file = tmp_path / "newsbot.prom"
    with local_web() as web:
        web.pages["/news/one-of-them"] = page
        sources = sources_file(
            tmp_path, herald={"home": web.base, "feeds": [web.feed("/feed", [f"{web.base}/news/one-of-them"])]}
        )
        given = ("-s", "DOWNLOAD_DELAY=0", "-s", f"NEWSBOT_METRICS_PORT={port}", "-s", f"NEWSBOT_METRICS_FILE={file}")
        ran = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={sources}", *given)
    assert ran.returncode == 0, ran.stderr
    during, after = samples_of(served[0]), samples_of(file.read_text("utf-8"))
    assert (
        during["newsbot_run_addresses", "herald", "discovered"],
        during["newsbot_run_addresses", "herald", "new"],
    ) == (1, 0)
    assert during["process_resident_memory_bytes",] > 1_000_000
    assert after["newsbot_run_addresses", "herald", "new"] == after["newsbot_articles",] == 1
    assert after["newsbot_outbox_lines",] == 0
    assert "metrics" not in ran.stderr


def test_a_port_that_is_taken_is_one_line_and_costs_no_crawl(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, local_web() as web:
        port = taken.getsockname()[1]
        feed = web.feed("/feed", [web.put("/news/one-of-them", article_page("One", "harbour"))])
        sources = sources_file(tmp_path, herald={"home": web.base, "feeds": [feed]})
        given = ("-s", "DOWNLOAD_DELAY=0", "-s", f"NEWSBOT_METRICS_PORT={port}")
        ran = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={sources}", *given)
    assert ran.returncode == 0, ran.stderr
    (line,) = (line for line in ran.stderr.splitlines() if "NEWSBOT_METRICS_PORT" in line)
    assert f"WARNING no metrics are served: port {port} cannot be used (Address already in use)" in line
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        (
            "NEWSBOT_METRICS_FILE=/none/newsbot.prom",
            "NEWSBOT_METRICS_FILE: no file can be written at /none/newsbot.prom",
        ),
        ("NEWSBOT_METRICS_PORT=70000", "NEWSBOT_METRICS_PORT: 0 to 65535, not 70000"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_2_before_anything_is_crawled(
    tmp_path: Path, setting: str, line: str
) -> None:
    ran = run_scrapy(tmp_path, "crawl", "news", "-s", setting)
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (2, line)
    assert not list(tmp_path.iterdir())


def test_without_the_extra_it_says_which_one_is_needed(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['prometheus_client'] = None", "utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    ran = run_scrapy(tmp_path / "output", "crawl", "news", "-s", "NEWSBOT_METRICS_PORT=9410", PYTHONPATH=path)
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (1, "metrics need an extra: pip install 'newsbot[metrics]'")
