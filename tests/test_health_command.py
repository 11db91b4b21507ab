"""`scrapy health`: every source in one state, what is wrong first, on 80 columns and for programs."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import scrapy_here
from sqlalchemy import Engine, insert

from newsbot.health import CHANGED, FAILING, Finding, Measures
from newsbot.health.measures import step_of
from newsbot.process import utc_now
from newsbot.store import health, schema
from newsbot.store.database import as_json

TODAY = utc_now()[:10]
NOW = f"{TODAY}T00:00:00Z"
AUTHORS = Finding(
    "the-very-long-name-of-an-outlet-of-the-harbour",
    "field",
    "authors",
    CHANGED,
    "0 % of 24 articles",
    "97 %",
    "2026-11-20",
    ("https://example.org/2026/11/20/a-very-long-address-that-no-terminal-of-eighty-columns-shows-in-one-line/1.html",),
    "look at an example's page: if it states that no more, nothing is to be done; if it does, report it",
)
DEAD = Finding("dead", "unreachable", "", FAILING, "its listing cannot be read (http_404)", "", NOW)
DAY = Measures(
    runs=24,
    first_tries=Counter({"tried": 10, "rejected:no_body": 1}),
    listings=Counter(read=18, failed=6),
    articles=9,
    near_empty=3,
    lengths=Counter({step_of(500): 9}),
    delays=Counter({step_of(15): 9}),
    filled=Counter(authors=6),
)


def stocked(engine: Engine, *sources: str, days: int = 10) -> None:
    """Let sources have days up to today."""
    rows = [
        {
            "source": source,
            "day": (date.fromisoformat(TODAY) - timedelta(number)).isoformat(),
            "measures": as_json(DAY.as_dict()),
        }
        for source in sources
        for number in range(days)
    ]
    with engine.begin() as connection:
        connection.execute(insert(schema.days), rows)


def shown(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str], *args: str
) -> tuple[int, str]:
    status = scrapy_here(monkeypatch, folder, "health", *args)
    printed = capsys.readouterr()
    assert printed.err == ""
    return status, printed.out


def test_findings_come_first_then_every_source_in_one_state_on_80_columns(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stocked(engine, "well", "dead", AUTHORS.source)
    stocked(engine, "young", days=2)
    health.settle(engine, ["dead", "well", AUTHORS.source], [DEAD, AUTHORS], now=NOW)
    status, out = shown(monkeypatch, tmp_path, capsys)
    assert status == 3
    assert all(len(line) <= 80 or "https://" in line for line in out.splitlines())
    assert out.splitlines()[:3] == [
        f"4 sources: 1 failing, 1 changed, 1 new, 1 well (asked last on {TODAY})",
        "",
        "failing",
    ]
    assert f"\n  {AUTHORS.examples[0]}\n  try: look at" in out, "an address is whole, to be opened"
    figures = ["9.0", "10", "%", "33", "%", "512", "16", "25", "%", TODAY[5:]]
    assert [line.split() for line in out.splitlines()[-6:]] == [
        ["source", "state", "day", "rejected", "empty", "words", "min", "read", "day"],
        ["dead", "failing", *figures],
        [AUTHORS.source],
        ["changed", *figures],
        ["young", "new", *figures],
        ["well", "well", *figures],
    ]


def test_json_has_all_of_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stocked(engine, "well", "dead")
    health.settle(engine, ["dead", "well"], [DEAD, Finding("well", "delay", "", CHANGED, "a", "b", NOW)], now=NOW)
    health.settle(engine, ["well"], [], now=NOW)
    status, out = shown(monkeypatch, tmp_path, capsys, "--json")
    told = json.loads(out)
    assert status == 3
    assert told["states"] == {"failing": 1, "silent": 0, "changed": 0, "new": 0, "well": 1}
    assert [(one["source"], one["sentence"], one["cleared_at"]) for one in told["findings"]] == [
        ("dead", DEAD.sentence(), None)
    ]
    assert [(one["source"], one["kind"], one["cleared_at"]) for one in told["cleared"]] == [("well", "delay", NOW)]
    assert told["sources"][0] == {
        "source": "dead",
        "state": "failing",
        "last_day": TODAY,
        "articles_a_day": 9.0,
        "rejected": 0.1,
        "near_empty": 0.333,
        "words": 512,
        "delay_minutes": 16,
        "filled": {"authors": 0.667},
        "listings_failed": 0.25,
        "gaps": 0,
    }


def test_sources_can_be_chosen_and_one_that_fails_elsewhere_does_not_count(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stocked(engine, "well", "dead")
    health.settle(engine, ["dead"], [DEAD], now=NOW)
    status, out = shown(monkeypatch, tmp_path, capsys, "--source", "well")
    assert status == 0 and "dead" not in out
    assert shown(monkeypatch, tmp_path, capsys, "--source", "dead,well")[0] == 3
    assert scrapy_here(monkeypatch, tmp_path, "health", "--source", "wel") == 2
    assert capsys.readouterr().err.startswith("no source is named wel")


def test_a_store_without_days_says_so(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del engine
    assert shown(monkeypatch, tmp_path, capsys) == (
        0,
        "nothing is known of any source yet; scrapy crawl news collects\n",
    )


def test_what_is_over_is_told_for_a_week(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stocked(engine, "dead")
    health.settle(engine, ["dead"], [DEAD], now=NOW)
    health.settle(engine, ["dead"], [], now=NOW)
    status, out = shown(monkeypatch, tmp_path, capsys)
    assert status == 0
    assert "well again\ndead: unreachable" in out
