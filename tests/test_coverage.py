"""`scrapy coverage`: a day without news is told from a day that was missed, and from one on which nobody asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import collected, scrapy_here
from sqlalchemy import Engine, insert

from newsbot.store import articles, listings, schema
from newsbot.store.database import as_json
from newsbot.store.ledger import Account, Entry
from newsbot.store.listings import Listing
from newsbot.store.views.coverage import SourceCoverage, coverage
from newsbot.web.urls import url_key

TODAY = "2026-11-20"
FEED = "https://example.org/feed"
OVERRUN = (
    f"feed {FEED}: gap: names nothing of what it named at 2026-11-12T08:00:00Z; it is asked more often from now on"
)


def ran(engine: Engine, day: str, source: str = "example", *, note: str = "", rejected: int = 0, **read: int) -> None:
    """Let a run on a day have read listings of a source, or not."""
    account = Account()
    account.listings.update(read)
    account.counts.update(rejected=rejected)
    account.notes += [note] if note else []
    run_id = f"{day.replace('-', '')}T080000Z-0000000{len(read)}"
    with engine.begin() as connection:
        values = {"run_id": run_id, "source": source, "counts": as_json(account.as_dict())}
        connection.execute(insert(schema.coverage).values(values))


def bring(engine: Engine, day: str, path: str, text: str, source: str = "example") -> None:
    url = f"https://{source}.org/{path}"
    articles.save(engine, collected(url, text), Entry("", source, url, "feed", url_key(url)), now=f"{day}T08:00:09Z")


def of(engine: Engine, days: int = 7, source: str = "example") -> SourceCoverage:
    (told,) = coverage(engine, days, today=TODAY, sources=[source])
    return told


def states(engine: Engine, days: int = 7) -> dict[str, str]:
    return {day.day[8:]: day.state for day in of(engine, days).days}


def test_no_news_is_told_from_what_was_missed_and_from_what_nobody_asked(store: Engine) -> None:
    ran(store, "2026-11-14", read=1)
    bring(store, "2026-11-14", "a", "The choir sang on the square.")
    ran(store, "2026-11-15", not_modified=2)
    ran(store, "2026-11-16", failed=2, postponed=1)
    ran(store, "2026-11-18", read=1, note=OVERRUN)
    bring(store, "2026-11-18", "b", "A ship came into the harbour at noon.")
    ran(store, "2026-11-19", read=1, failed=1, rejected=3)
    assert states(store, 8) == {
        "13": "not_yet", "14": "news", "15": "no_news", "16": "missed", "17": "not_run", "18": "missed",
        "19": "no_news", "20": "not_yet",
    }  # fmt: skip
    told = of(store).as_dict()
    assert (told["gaps"], told["missed"], told["not_run"], told["overruns"]) == (3, 2, 1, 1)
    assert (told["days_with_news"], told["articles"], told["rejected"]) == (2, 2, 3)
    assert told["last_article"] == "2026-11-18T08:00:09Z"


def test_a_day_that_was_read_by_any_of_its_runs_was_not_missed(store: Engine) -> None:
    ran(store, "2026-11-19", failed=1)
    ran(store, "2026-11-19", read=1, failed=1)
    assert states(store, 2) == {"19": "no_news", "20": "not_yet"}


def test_today_is_not_over_and_no_gap_as_long_as_nobody_asked(store: Engine) -> None:
    ran(store, "2026-11-18", read=1)
    assert of(store, 3).number_of("not_run") == 1
    ran(store, TODAY, failed=1)
    assert states(store, 1) == {"20": "missed"}


def test_articles_and_copies_count_as_they_stand_now_for_their_outlet(store: Engine) -> None:
    text = "The council voted on Tuesday to raise the harbour wall by a metre before the winter storms."
    bring(store, TODAY, "a", text)
    bring(store, TODAY, "b", text)
    bring(store, TODAY, "c", text, source="other")
    assert [(one.source, one.total("articles"), one.total("copies")) for one in coverage(store, 1, today=TODAY)] == [
        ("example", 1, 1), ("other", 0, 1),
    ]  # fmt: skip
    (other,) = of(store, 1, "other").days
    assert other.state == "news", "a day that brought copies was read"


@pytest.fixture
def shown(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """Return what `scrapy coverage` prints of a week of two sources, one of which has a long name."""
    monkeypatch.setattr("newsbot.process.utc_now", lambda: f"{TODAY}T10:00:00Z")
    long = "the-extraordinarily-long-named-gazette-of-the-outer-islands"
    for day in range(14, 21):
        ran(engine, f"2026-11-{day}", long, read=1)
    for day, count in ((14, 4), (15, 1), (16, 2)):
        ran(engine, f"2026-11-{day}", read=1)
        for number in range(count):
            bring(engine, f"2026-11-{day}", f"{day}-{number}", f"Number {number} of day {day} stands for itself alone.")
    ran(engine, "2026-11-17", failed=1)
    ran(engine, "2026-11-19", read=1)
    with engine.begin() as connection:
        failing = Listing("example", FEED, errors=7, error="http_503", answered_at="2026-11-20T07:30:00Z")
        listings.save(connection, failing)
    engine.dispose()
    assert scrapy_here(monkeypatch, tmp_path, "coverage", "--days", "9") == 0
    return capsys.readouterr().out.splitlines()


def test_the_table_and_the_map_fit_a_page_and_cut_no_name(shown: list[str]) -> None:
    long = "the-extraordinarily-long-named-gazette-of-the-outer-islands"
    assert [line for line in shown if line == long or line.startswith(f"{long} ")], "whole, on a line of its own"
    assert max(map(len, shown)) <= 80
    assert "\x1b" not in "\n".join(shown)
    figures = next(line for line in shown if line.startswith("example "))
    assert figures.split() == ["example", "3", "7", "0", "0", "0", "2", "4", "d", "2", "h"]
    row = [line for line in shown if line.startswith("example ")][1]
    assert row.split(maxsplit=1)[1].rstrip() == "#:+!-.", (
        "a shade a day by its share of the busiest, gaps and no news apart"
    )
    assert f"example: {FEED}" in shown
    assert "  http_503 (7 in a row, last read 2026-11-20T07:30:00Z)" in shown


def test_programs_get_every_day_with_its_state_and_counts(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(engine, "2026-11-19", read=1)
    ran(engine, "2026-11-19", "other", read=1)
    engine.dispose()
    assert scrapy_here(monkeypatch, tmp_path, "coverage", "--json", "--source", "example") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["source"] == "example"
    assert len(told["days"]) == 30
    assert {"day", "state", "articles", "copies", "read", "unread", "overruns"} <= set(told["days"][0])
