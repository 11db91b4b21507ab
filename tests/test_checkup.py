"""What the store keeps of its sources' health, and what the end of a run says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from newsbot.crawl import checkup
from newsbot.health import CHANGED, FAILING, Day, Finding, Measures
from newsbot.store import frontier, health, listings
from newsbot.store.ledger import Account, Entry
from newsbot.store.listings import Listing

NOW, LATER = "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"
AUTHORS = Finding("alpha", "field", "authors", CHANGED, "0 % of 24 articles", "97 %", "2026-11-20")
DEAD = Finding("beta", "unreachable", "", FAILING, "http_404 since 3 visits", "", "2026-11-19")


def asked(**counts: int) -> Account:
    return Account(Counter(counts), listings_asked=1)


def test_a_day_is_the_sum_of_the_runs_that_began_on_it(store: Engine) -> None:
    with store.begin() as connection:
        seen = {"alpha": Measures(articles=2, filled=Counter(authors=1), examples={"article": ["https://a/1"]})}
        health.add_run(connection, "20261120T080000Z-1", {"alpha": asked(new=2), "beta": Account()}, seen)
        health.add_run(connection, "20261120T090000Z-2", {"alpha": asked(new=3)}, {"alpha": Measures(articles=3)})
        health.add_run(connection, "20261121T090000Z-3", {"alpha": asked(new=1)}, {})
    first, second = health.histories(store, since="2026-11-20")["alpha"]
    assert (first.day, first.measures.runs, first.measures.counts["new"], first.measures.articles) == (
        "2026-11-20", 2, 5, 5,
    )  # fmt: skip
    assert first.measures.examples == {"article": ["https://a/1"]}
    assert second.measures.runs == 1
    assert set(health.histories(store, since="2026-11-20")) == {"alpha"}  # of beta nothing was asked


@pytest.mark.parametrize(("asked_for", "told"), [(1, ["names_nothing"]), (2, [])])
def test_a_run_that_was_ended_before_it_had_read_all_does_not_tell_what_they_name(
    engine: Engine, asked_for: int, told: list[str]
) -> None:
    account = Account(listings=Counter(read=1), listings_asked=asked_for)
    with engine.begin() as connection:
        health.add_run(connection, "20261120T080000Z-1", {"alpha": account}, {})
    assert [one.kind for one in checkup.checkup(engine, ["alpha"], {"alpha"}, now=NOW).opened] == told


def test_a_finding_is_opened_once_and_cleared_once(store: Engine) -> None:
    opened = health.settle(store, ["alpha"], [AUTHORS], now=NOW)
    assert ([one.finding for one in opened.opened], opened.cleared, opened.still) == ([AUTHORS], [], [])
    still = health.settle(store, ["alpha"], [AUTHORS], now=LATER)
    assert [one.opened_at for one in still.still] == [NOW] and not still.opened
    over = health.settle(store, ["alpha"], [], now=LATER)
    assert [one.cleared_at for one in over.cleared] == [LATER]
    assert health.open_findings(store) == [] and len(health.findings_since(store, NOW)) == 1
    again = health.settle(store, ["alpha"], [AUTHORS], now=LATER)
    assert again.opened and again.opened[0].id != opened.opened[0].id


def test_a_finding_of_no_source_is_left_alone_by_the_runs(store: Engine) -> None:
    channel = Finding("", "channel", "mailto", FAILING, "refused", "", NOW)
    health.raise_finding(store, channel, now=NOW)
    health.raise_finding(store, channel, now=LATER)
    health.settle(store, ["alpha"], [], now=LATER)
    assert [one.seen_at for one in health.open_findings(store)] == [LATER]
    assert health.clear_finding(store, channel.key, now=LATER)
    assert not health.clear_finding(store, channel.key, now=LATER)


def test_a_source_that_fails_fails_in_runs_too_that_ask_nothing_of_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"beta": [DEAD]}
    monkeypatch.setattr(checkup, "examine", lambda name, *_args, **_kwargs: found.get(name, []))
    with engine.begin() as connection:
        health.add_run(connection, "20261120T080000Z-1", {"alpha": asked(), "beta": asked()}, {})
    everyone: Collection[str] = ["alpha", "beta"]
    assert checkup.checkup(engine, everyone, everyone, now=NOW).opened == [DEAD]
    resting = checkup.checkup(engine, everyone, ["alpha"], now=LATER)
    assert (resting.opened, resting.failing) == ([], {"beta"})
    found.clear()
    over = checkup.checkup(engine, everyone, everyone, now=LATER)
    assert over.failing == set() and [one.finding for one in over.cleared] == [DEAD]


def test_what_was_found_of_a_source_that_nobody_asks_any_more_is_cleared(engine: Engine) -> None:
    with engine.begin() as connection:
        health.add_run(connection, "20261101T080000Z-1", {"beta": asked()}, {})
    health.settle(engine, ["beta"], [DEAD], now=NOW)
    assert [one.finding for one in checkup.checkup(engine, ["alpha"], ["alpha"], now=NOW).cleared] == [DEAD]


def test_what_was_open_is_given_back_to_the_examination(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Sequence[Finding]] = []

    def examine(name: str, _days: Sequence[Day], _listings: object, **kwargs: Any) -> Sequence[Finding]:
        given.append(kwargs["opened"])
        return [AUTHORS] if name == "alpha" else []

    monkeypatch.setattr(checkup, "examine", examine)
    with engine.begin() as connection:
        health.add_run(connection, "20261120T080000Z-1", {"alpha": asked()}, {})
    checkup.checkup(engine, ["alpha"], ["alpha"], now=NOW)
    checkup.checkup(engine, ["alpha"], ["alpha"], now=LATER)
    assert given == [[], [AUTHORS]]


def test_what_came_to_nothing_while_a_source_was_broken_is_tried_again_when_it_is_well(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Finding("alpha", "rejected", "no_body", FAILING, "100 % of 9 new pages", "4 %", "2026-11-10")
    monkeypatch.setattr(checkup, "examine", lambda *_args, **_kwargs: [])
    lost, older = (Entry("1", "alpha", f"https://alpha.example/{name}", "feed", name) for name in ("lost", "older"))
    with store.begin() as connection:
        for entry, day in ((older, "2026-11-01"), (older, "2026-11-02"), (lost, "2026-11-11"), (lost, "2026-11-12")):
            values = {"digest": "d", "extractor": "e", "hours": (1,)}
            frontier.reject(connection, entry, reason="no_body", now=f"{day}T08:00:00Z", **values)
    assert frontier.due(store, "alpha", extractor="e", now=NOW) == []
    health.settle(store, ["alpha"], [gone], now=NOW)
    over = checkup.checkup(store, ["alpha"], ["alpha"], now=NOW)
    assert [one.finding for one in over.cleared] == [gone] and over.again == {"alpha": 1}
    assert [candidate.url for candidate, _ in frontier.due(store, "alpha", extractor="e", now=NOW)] == [lost.url]


def test_a_listing_that_the_sources_file_names_no_more_is_no_concern_of_its_source(engine: Engine) -> None:
    with engine.begin() as connection:
        for name, due_at in (("old", "2026-11-17T08:00:00Z"), ("new", "2026-11-20T09:00:00Z")):
            listing = Listing("alpha", f"https://alpha.example/{name}", answered_at="2026-11-16T08:00:00Z")
            listings.save(connection, replace(listing, due_at=due_at, errors=7, error="http_404"))
    known = health.listing_states(engine, ["alpha"])["alpha"]
    asked_for = health.listing_states(engine, ["alpha"], due_since="2026-11-18")["alpha"]
    assert [one.url[-3:] for one in known] == ["new", "old"]
    assert [one.url[-3:] for one in asked_for] == ["new"]


def test_what_was_over_is_not_told_again_for_the_days_before(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Finding] = []
    monkeypatch.setattr(checkup, "examine", lambda *_args, **_kwargs: found)
    health.settle(engine, ["alpha"], [replace(AUTHORS, since="2026-11-15")], now="2026-11-17T08:00:00Z")
    health.settle(engine, ["alpha"], [], now="2026-11-18T08:00:00Z")
    found[:] = [replace(AUTHORS, since="2026-11-10", now="20 % of 60 articles")]
    assert checkup.checkup(engine, ["alpha"], ["alpha"], now=NOW).opened == []
    found[:] = [replace(AUTHORS, since="2026-11-19")]
    assert checkup.checkup(engine, ["alpha"], ["alpha"], now=NOW).opened == found
    found[:] = [replace(AUTHORS, since="2026-11-12")]
    assert checkup.checkup(engine, ["alpha"], ["alpha"], now=LATER).still == found
