"""Health: each source is judged by its own normal; what breaks is named, what is only a quiet day is left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from newsbot.health import Day, Finding, ListingState, Measures, examine, state_of
from newsbot.health.measures import step_of

FIRST = date(2026, 9, 7)
"""A Monday."""
FEED = "https://example.org/feed"
SOUND = ListingState(FEED, answered_at="2026-12-31T00:00:00Z", news_at="2026-12-31T00:00:00Z")
Change = Callable[[Measures], None]


def measured(number: int, *, weekend: float = 0.5) -> Measures:
    """Return an ordinary day of an outlet of twelve articles a day, six on days of the weekend."""
    articles = 12 + number % 3 - 1 if number % 7 < 5 else round(12 * weekend)
    return Measures(
        runs=24,
        counts=Counter(discovered=240 + articles, fetched=articles, new=articles),
        first_tries=Counter({"tried": articles + 1, "rejected:no_body": 1}),
        listings=Counter(read=24),
        revisits=Counter(unchanged=2 * articles),
        articles=articles,
        lengths=Counter(step_of(500 + 40 * (n % 5)) for n in range(articles)),
        delays=Counter(step_of(12 + 3 * (n % 4)) for n in range(articles)),
        filled=Counter(authors=articles, tags=articles // 2, image=articles),
        hours=Counter(f"{6 + n:02}" for n in range(articles)),
        examples={"article": [f"https://example.org/{number}/{n}" for n in range(3)]},
    )


def history(days: int = 40, *, broken: int = 0, change: Change | None = None) -> list[Day]:
    """Return days of which the last ones are changed."""
    told = []
    for number in range(days):
        measures = measured(number)
        if change and number >= days - broken:
            change(measures)
        told.append(Day((FIRST + timedelta(number)).isoformat(), measures))
    return told


def found(days: list[Day], *, opened: list[Finding] | None = None, listing: ListingState = SOUND) -> list[Finding]:
    listing = replace(listing, answered_at=f"{days[-1].day}T22:50:00Z") if not listing.errors else listing
    return examine("example", days, [listing], now=f"{days[-1].day}T23:00:00Z", opened=opened or [])


def only(days: list[Day], **asked: list[Finding]) -> Finding:
    (finding,) = found(days, **asked)
    return finding


def nothing_comes(measures: Measures) -> None:
    measures.articles = 0
    measures.counts = Counter(discovered=240)
    for sums in (measures.first_tries, measures.revisits, measures.lengths, measures.delays, measures.hours):
        sums.clear()
    measures.filled.clear()


def all_rejected(measures: Measures) -> None:
    tried = measures.first_tries["tried"]
    nothing_comes(measures)
    measures.first_tries = Counter({"tried": tried, "rejected:no_body": tried})
    measures.examples["rejected:no_body"] = ["https://example.org/shell"]


def without_authors(measures: Measures) -> None:
    measures.filled["authors"] = 0
    measures.examples["missing:authors"] = ["https://example.org/anonymous"]


def test_an_outlet_as_ever_is_well_on_weekends_holidays_and_days_of_many_articles() -> None:
    days = history()
    opened: list[Finding] = []
    for end in range(1, len(days)):
        opened = found(days[:end], opened=opened)
        assert opened == [], days[end - 1].day
    for change in (lambda measures: holiday(measures, 3), lambda measures: holiday(measures, 60)):
        assert found(history(broken=1, change=change)) == []


def holiday(measures: Measures, articles: int) -> None:
    measures.articles = articles
    measures.first_tries = Counter(tried=articles)
    measures.filled = Counter(authors=articles, tags=articles // 2, image=articles)
    measures.lengths, measures.delays = Counter({step_of(560): articles}), Counter({step_of(15): articles})
    measures.hours = Counter({"08": articles})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (all_rejected, "example: no_body: 100 % of 12 new pages, usually 9 %, since 2026-10-16"),
        (without_authors, "example: authors: 0 % of 11 articles, usually 100 %, since 2026-10-16"),
        (
            lambda measures: setattr(measures, "near_empty", measures.articles // 2),
            "example: near empty: 45 % of 11 articles, usually 0 %, since 2026-10-16",
        ),
        (
            lambda measures: setattr(measures, "lengths", Counter({step_of(260): measures.articles})),
            "example: length: 256 words in the middle of 11 articles, usually 609 words, since 2026-10-16",
        ),
        (
            lambda measures: setattr(measures, "delays", Counter({step_of(300): measures.articles})),
            "example: delay: 304 min in the middle of 11 articles, usually 16 min, since 2026-10-16",
        ),
        (
            lambda measures: setattr(measures, "first_tries", Counter({"tried": 12, "failed:http_403": 12})),
            "example: http_403: 100 % of 12 new pages, usually 0 %, since 2026-10-16",
        ),
        (
            lambda measures: setattr(measures, "revisits", Counter(failed=20, unchanged=2)),
            "example: revisits: 91 % of 22 second looks, usually 0 %, since 2026-10-16",
        ),
        (
            lambda measures: setattr(measures, "gaps", 3),
            "example: gap: 3 in 2 days, usually 0 in 37 days, since 2026-10-16",
        ),
    ],
)
def test_what_breaks_is_named_within_a_day_with_before_and_now(change: Change, sentence: str) -> None:
    finding = only(history(broken=1, change=change))
    assert finding.sentence() == sentence
    assert finding.advice


def test_examples_show_what_is_found() -> None:
    assert only(history(broken=1, change=all_rejected)).examples == ("https://example.org/shell",)
    assert only(history(broken=1, change=without_authors)).examples == ("https://example.org/anonymous",)


def test_silence_is_told_with_what_was_to_be_expected_and_ends_with_the_next_article() -> None:
    days = history(broken=2, change=nothing_comes)
    silent = only(days)
    assert (silent.kind, silent.state) == ("silent", "silent")
    assert silent.since == "2026-10-14T18:00:00Z"
    again = Day("2026-10-17", measured(40))
    assert found([*days, again], opened=[silent]) == []


def test_days_on_which_nobody_asked_are_no_silence() -> None:
    days = history(60)
    assert found([*days[:40], days[59]]) == []


def test_a_feed_that_is_gone_is_failing_from_the_first_time_on_and_until_it_answers() -> None:
    gone = ListingState(FEED, errors=1, error="http_404", answered_at="2026-10-16T09:00:00Z")
    dead = found(history(), listing=gone)
    assert [(one.kind, one.state, one.examples) for one in dead] == [("unreachable", "failing", (FEED,))]
    assert found(history(1), listing=replace(gone, answered_at=None))[0].state == "failing", "of one never read, too"
    assert found(history(), listing=replace(gone, error="timeout")) == [], "a time-out may pass by itself"
    assert found(history(), listing=replace(gone, error="timeout"), opened=dead)[0].key == dead[0].key
    assert found(history(), opened=dead) == []


def test_what_follows_from_something_else_is_not_told_apart() -> None:
    def redesign(measures: Measures) -> None:
        all_rejected(measures)
        measures.filled.clear()

    assert [one.kind for one in found(history(broken=3, change=redesign))] == ["rejected"]

    def bare(measures: Measures) -> None:
        measures.filled.clear()

    finding = only(history(broken=2, change=bare))
    assert (finding.kind, finding.subject) == ("field", "authors, tags, image")


def test_a_finding_stays_until_it_is_clearly_over_and_a_lasting_change_becomes_the_normal() -> None:
    days = history(80, broken=40, change=without_authors)
    opened = found(days[:41])
    assert [one.subject for one in opened] == ["authors"]
    since = opened[0].since
    for end in range(42, 80):
        opened = found(days[:end], opened=opened)
        age = (date.fromisoformat(days[end - 1].day) - date.fromisoformat(since)).days
        assert [one.since for one in opened] == ([since] if age < 28 else []), age
    healed = [*days[:45], *history(60)[45:47]]
    opened = found(days[:41])
    assert found(healed[:45], opened=opened) != []
    assert found(healed, opened=opened) == []


def test_few_articles_a_day_are_taken_together_until_they_can_tell() -> None:
    days = [Day(day.day, Measures(1, listings=Counter(read=1), articles=1)) for day in history(60)]
    for day in days[:-6]:
        day.measures.filled["authors"] = 1
    told = [len(found(days[: 54 + number])) for number in range(7)]
    assert told == [0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("states", "days", "state"),
    [
        (["changed", "failing"], 40, "failing"),
        (["changed", "silent"], 40, "silent"),
        (["changed"], 2, "changed"),
        ([], 2, "new"),
        ([], 40, "well"),
    ],
)
def test_a_source_is_in_one_state_the_worst_of_its_findings(states: list[str], days: int, state: str) -> None:
    findings = [Finding("example", "kind", "", one, "", "", "") for one in states]
    assert state_of(findings, days) == state


def run_of(bad: int, of: int) -> Measures:
    """Return what one run brought: new pages, some of them rejected."""
    return Measures(
        runs=1,
        counts=Counter(discovered=of),
        first_tries=+Counter({"tried": of, "rejected:no_body": bad}),
        listings=Counter(read=1),
        articles=of - bad,
    )


def test_a_redesign_is_told_of_by_the_run_that_meets_it_and_over_by_the_run_that_finds_it_mended() -> None:
    today = Measures()
    opened: list[Finding] = []
    told = []
    for bad, of in ((0, 10), (10, 10), (0, 0), (0, 2), (0, 6)):
        today.add(run_of(bad, of))
        opened = found([Day("2026-11-20", Measures.from_dict(today.as_dict()))], opened=opened)
        told += [[f"{one.state}: {one.sentence()}" for one in opened]]
    redesign = "failing: example: no_body: 100 % of 10 new pages, usually 0 %, since 2026-11-20"
    assert told[:2] == [[], [redesign]]
    assert [len(some) for some in told[2:]] == [1, 1, 0], "until enough good pages have come"


def test_a_source_is_well_as_soon_as_the_pages_that_it_lost_are_articles_when_they_are_tried_again() -> None:
    tries = Counter({"tried": 6, "rejected:not_html": 6})
    broken = Measures(1, Counter(discovered=6, fetched=6, rejected=6), first_tries=tries)
    (finding,) = examine("a", [Day("2026-11-20", broken)], [], now="2026-11-20T09:00:00Z")
    day = Measures()
    for some in (broken, Measures(1, Counter(discovered=6, fetched=6, new=6), articles=6)):
        day.add(some)
    assert examine("a", [Day("2026-11-20", day)], [], now="2026-11-20T12:00:00Z", opened=[finding]) == []


def test_a_field_that_is_away_for_a_day_now_and_then_is_told_of_when_it_stays_away() -> None:
    days = history()
    without_authors(days[22].measures)
    for number in (1, 2, 3):
        without_authors(days[-number].measures)
        findings = found(days) if number == 1 else found(days[: len(days) - number + 1])
        assert findings == [], "as it was before, and passed"
    assert only(days).subject == "authors"


def test_half_of_a_field_gone_has_to_last_longer_than_a_weekend() -> None:
    def half(measures: Measures) -> None:
        measures.filled["authors"] = measures.articles // 2

    assert found(history(broken=1, change=half)) == []
    assert only(history(broken=4, change=half)).subject == "authors"


def test_a_field_that_weekends_lack_is_told_of_when_weekdays_lack_it_and_not_on_weekends() -> None:
    days = history(42)  # up to a Sunday
    for day in days[5::7] + days[6::7]:
        without_authors(day.measures)
    for end in range(15, len(days) + 1):
        assert found(days[:end]) == [], days[end - 1].day
    without_authors(days[39].measures)
    assert only(days[:40]).subject == "authors"
