"""What is remembered of a listing comes back as it was, and so does the page that a dead run still owes."""

from __future__ import annotations

import dataclasses
from typing import Any

from conftest import NOW
from sqlalchemy import Engine

from newsbot.crawl.polling.schedule import Bounds, Schedule
from newsbot.items import Candidate
from newsbot.store import frontier
from newsbot.store.listings import Listing, load, owed, save

PAGES = [f"https://example.org/news?page={number}" for number in range(4)]


def schedule_of(engine: Engine) -> Schedule:
    return Schedule(engine, ["example"], Bounds(), lambda: NOW)


def chain(*read: bool) -> dict[tuple[str, str], Listing]:
    """Return pages of which each names the next, the last one the first, and of which some were read."""
    return {
        ("example", url): Listing("example", url, next_page=following, read_at=NOW if is_read else None)
        for url, following, is_read in zip(PAGES, [*PAGES[1:], PAGES[0]], read, strict=False)
    }


def test_a_listing_comes_back_as_it_was_and_without_those_of_other_sources(store: Engine) -> None:
    index = Listing(
        "example",
        "https://example.org/sitemap.xml",
        etag='"1"',
        digest="d",
        sub_sitemaps=(("https://example.org/1.xml", "2026-11-20"), ("https://example.org/2.xml", None)),
        read_at=NOW,
    )
    page = Listing("example", PAGES[0], next_page=PAGES[1], due_at=NOW, interval=12.5, errors=2, error="http_500")
    with store.begin() as connection:
        for listing in (Listing("example", PAGES[0]), index, page, Listing("other", PAGES[0])):
            save(connection, listing)
    assert load(store, ["example", "third"]) == {("example", index.url): index, ("example", page.url): page}


def test_the_first_page_that_was_wanted_and_not_read_is_owed() -> None:
    assert owed(chain(True, True, True), "example", PAGES[0]) == (PAGES[3], 3), "it was never met"
    assert owed(chain(True, False, False), "example", PAGES[0]) == (PAGES[1], 1)
    assert owed(chain(True, True, False), "example", PAGES[1]) == (PAGES[2], 1)
    assert owed({}, "example", PAGES[0]) is None
    assert owed(chain(True), "other", PAGES[0]) is None


def test_pages_that_name_each_other_in_a_ring_end() -> None:
    assert owed(chain(True, True, True, True), "example", PAGES[2]) is None


def test_a_page_is_owed_from_the_reading_that_wanted_it_until_its_own(engine: Engine) -> None:
    first, second = (
        Listing("example", PAGES[0], digest="1", next_page=PAGES[1]),
        Listing("example", PAGES[1], digest="2"),
    )
    schedule = schedule_of(engine)
    schedule.read(second)
    schedule.read(first)
    for known in (schedule, schedule_of(engine)):
        assert known.owed("example", first.url) == (second.url, 1), "whatever the clock says"
    schedule.unchanged(second)
    for known in (schedule, schedule_of(engine)):
        assert known.owed("example", first.url) is None


def test_a_page_that_is_not_wanted_is_not_owed(engine: Engine) -> None:
    first = Listing("example", PAGES[0], digest="1", next_page=PAGES[1])
    schedule_of(engine).read(first, goes_on=lambda new, gap: new > 0 or gap)
    assert schedule_of(engine).owed("example", first.url) is None


def test_what_was_not_read_in_whole_keeps_what_it_said_before_and_is_due_later(engine: Engine) -> None:
    url, found = "https://example.org/feed", ("example.org/a", Candidate(url="https://example.org/a", via="feed"))
    schedule_of(engine).read(Listing("example", url, etag='"1"', digest="1"))
    schedule_of(engine).read(Listing("example", url, etag='"2"', digest="2"), [found], is_whole=False)
    known = schedule_of(engine).listing("example", url)
    assert (known.etag, known.digest) == ('"1"', "1")
    assert not schedule_of(engine).is_due("example", url)
    assert frontier.pending(engine, "example") == [found[1]]


def test_an_index_is_due_with_the_first_of_its_open_sitemaps_however_deep(engine: Engine) -> None:
    index, inner = "https://example.org/index.xml", "https://example.org/inner.xml"
    month, old = "https://example.org/2026-11.xml", "https://example.org/2019-11.xml"
    later = "2026-11-20T20:00:00Z"

    def is_due(**due_at: str) -> bool:
        rest: dict[str, Any] = {"interval": 60.0, "read_at": NOW, "answered_at": NOW}
        due = {"index": later, "inner": later, "month": later, "old": NOW} | due_at
        with engine.begin() as connection:
            for listing in (
                Listing("example", index, sub_sitemaps=((inner, "2020-01-01"),), due_at=due["index"], **rest),
                Listing(
                    "example",
                    inner,
                    sub_sitemaps=((index, None), (month, None), (old, None)),
                    due_at=due["inner"],
                    **rest,
                ),
                Listing("example", month, due_at=due["month"], **rest),
                Listing("example", old, due_at=due["old"], **rest),
            ):
                save(connection, listing)
        return schedule_of(engine).is_due("example", index)

    assert not is_due(), "what is closed does not count"
    assert is_due(month=NOW)
    assert is_due(inner=NOW)
    assert is_due(index=NOW)
    with engine.begin() as connection:
        listing = Listing("example", index, sub_sitemaps=((month, None), (f"{month}.gz", None)), due_at=later)
        save(connection, dataclasses.replace(listing, interval=60.0, read_at=NOW))
    assert schedule_of(engine).is_due("example", index), "one of them was never asked"
