"""Which sub-sitemaps are asked in a run: what may have news always, what is over rarely, and nobody never."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest

from newsbot.crawl.polling.sitemaps import Turn, state_of, turn_of
from newsbot.discovery import Child, as_siblings, newest_first
from newsbot.store.listings import Listing

NOW = "2026-11-20T08:00:00Z"
EARLIER = "2026-11-20T07:00:00Z"
LONG_AGO = "2026-09-01T08:00:00Z"


def listing(url: str, **known: object) -> Listing:
    return Listing("e", url, **{"read_at": EARLIER, "answered_at": EARLIER, "news_at": EARLIER, **known})  # type: ignore[arg-type]


def test_what_stands_alone_or_at_an_end_is_never_closed_by_the_dates_of_its_entries() -> None:
    for known in ({"newest_at": LONG_AGO}, {"news_at": LONG_AGO}):
        child = Child("https://e.org/posts.xml", is_end=True)
        assert state_of(child, listing(child.url, **known), NOW) == "unknown"


@pytest.mark.parametrize(
    ("name", "lastmod", "known", "state"),
    [
        ("posts.xml", None, {"read_at": None}, "unread"),
        ("posts.xml", "2026-11-20", {"lastmod": "2026-11-19"}, "changed"),
        ("posts.xml", "2026-11-20", {"lastmod": "2026-11-20"}, "open"),  # the day is not over
        ("posts.xml", "2020-01-01", {"lastmod": "2020-01-01", "newest_at": EARLIER}, "open"),  # it never moves
        ("posts.xml", None, {"newest_at": EARLIER}, "open"),
        ("posts.xml", None, {"newest_at": LONG_AGO}, "closed"),
        ("posts.xml", None, {}, "unknown"),
        ("posts.xml", None, {"news_at": LONG_AGO}, "closed"),  # nothing came in all that time
        ("news.xml", None, {"newest_at": LONG_AGO}, "open"),
        ("inner.xml", None, {"sub_sitemaps": (("https://e.org/a.xml", None),), "news_at": LONG_AGO}, "open"),
        ("2026-11.xml", "2026-11-01T08:00:00Z", {"lastmod": "2026-11-01T08:00:00Z"}, "open"),
        ("2026-10.xml", None, {"newest_at": EARLIER}, "closed"),  # a correction of an old story
        ("2026-10.xml", "2026-11-19", {"lastmod": "2026-11-19"}, "open"),  # read before that day was well over
        ("2026-11-20.xml", "2026-11-20", {"lastmod": "2026-11-20"}, "open"),
    ],
)
def test_what_a_sitemap_showed_tells_whether_it_may_have_more(
    name: str, lastmod: str | None, known: dict[str, object], state: str
) -> None:
    child = Child(f"https://e.org/{name}", lastmod)
    assert state_of(child, listing(child.url, **known), NOW) == state


class Runs:
    """Runs over one index, each an hour after the last, in which every sitemap that is asked is read or fails."""

    def __init__(self, children: list[Child], *, room: int, newest_at: str | None = None, failing: int = 0) -> None:
        self.children, self.room, self.newest_at = children, room, newest_at
        self.failing = {child.url for child in children[:failing]}
        self.known: dict[str, Listing] = {}
        self.now = datetime.fromisoformat(NOW)

    def known_of(self, child: Child) -> Listing:
        return self.known.get(child.url, Listing("e", child.url))

    def go(self) -> Turn:
        self.now += timedelta(hours=1)
        now = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        due = (self.now + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        turn = turn_of(
            self.children, lambda child: self.known.get(child.url, Listing("e", child.url)), now=now, room=self.room
        )
        for child in turn.asked:
            fails = child.url in self.failing
            self.known[child.url] = listing(
                child.url, read_at=None if fails else now, answered_at=None if fails else now, news_at=now,
                lastmod=child.lastmod, newest_at=self.newest_at, due_at=due, errors=int(fails),
            )  # fmt: skip
        return turn


def test_undated_sitemaps_beyond_the_bound_come_in_later_runs_and_then_take_turns() -> None:
    runs = Runs([Child(f"https://e.org/part-{number}.xml") for number in range(23)], room=10)
    turns = [runs.go() for _ in range(5)]
    assert [turn.left for turn in turns[:2]] == [13, 3]
    first_pass = [child.url for turn in turns[:3] for child in turn.asked]
    assert len(set(first_pass[:23])) == 23, "those never read come first"
    assert {child.url for turn in turns[2:] for child in turn.asked} == set(first_pass), "and then nobody is left out"


def test_six_hundred_closed_months_cost_a_bounded_share_of_a_quiet_run() -> None:
    months = [f"{year}-{month:02}" for year in range(1976, 2026) for month in range(1, 13)]
    children = [Child("https://e.org/2026-11.xml"), *(Child(f"https://e.org/{month}.xml") for month in months)]
    runs = Runs(children, room=50)
    while runs.go().left:
        pass
    quiet = [runs.go() for _ in range(24 * 8)]
    assert all(turn.asked[0] == children[0] for turn in quiet), "the open one, in every run"
    assert all(len(turn.asked) <= 50 for turn in quiet)
    asked = [child.url for turn in quiet for child in turn.asked if child != children[0]]
    assert len(months) <= len(asked) <= 1.2 * len(months), "every closed one about once a week"


def test_of_an_undated_numbering_both_ends_are_asked_in_every_run() -> None:
    numbered = as_siblings([Child(f"https://e.org/part-{number}.xml") for number in range(90)], date(2026, 11, 20))
    runs = Runs(newest_first(numbered), room=10)
    for _ in range(15):
        assert {numbered[0], numbered[-1]} <= {*runs.go().asked}


def test_what_is_open_beyond_the_bound_does_not_keep_the_unread_out() -> None:
    runs = Runs([Child(f"https://e.org/part-{number}.xml") for number in range(100)], room=20, newest_at=NOW)
    for _ in range(20):
        runs.go()
    assert len(runs.known) == 100
    runs.children.append(Child("https://e.org/part-100.xml"))
    assert runs.children[-1] in runs.go().asked
    assert {child.url for _ in range(8) for child in runs.go().asked} == {child.url for child in runs.children}


def test_sitemaps_that_fail_for_ever_hide_no_other() -> None:
    runs = Runs([Child(f"https://e.org/part-{number}.xml") for number in range(30)], room=5, failing=20)
    for _ in range(10):
        runs.go()
    assert len(runs.known) == 30


def test_without_a_bound_those_that_nothing_dates_take_turns_all_the_same() -> None:
    children = [Child(f"https://e.org/part-{number}.xml") for number in range(300)]
    assert len(turn_of(children, lambda child: Listing("e", child.url), now=NOW).asked) == 300
    again = [turn_of(children, lambda child: listing(child.url), now=NOW) for _ in range(2)]
    assert [len(turn.asked) for turn in again] == [50, 50]


def test_a_backfill_reads_nothing_twice() -> None:
    runs = Runs([Child(f"https://e.org/2025-{month:02}.xml") for month in range(1, 13)], room=50)
    runs.go()
    turn = turn_of(runs.children, lambda child: runs.known[child.url], now="2027-01-01T08:00:00Z", with_closed=False)
    assert turn == Turn([], 0)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_an_index_says_nobody_waits_for_more_than_days(seed: int) -> None:
    dice = random.Random(seed)
    names = ("part-{}.xml", "{}/posts.xml", "2026-{}.xml", "2019-{}.xml", "news-{}.xml", "2025-11-{}.xml")
    lastmods = (None, "2020-01-01", "2026-11-19", "2026-11-19T08:00:00Z", "2019-05-05T08:00:00+02:00", "2030-01-01")
    children = [
        Child(f"https://e.org/{dice.choice(names).format(number)}", dice.choice(lastmods)) for number in range(1, 61)
    ]
    named = newest_first(as_siblings(children, date(2026, 11, 20)))
    runs = Runs(named, room=dice.randrange(4, 80), newest_at=dice.choice((None, EARLIER, LONG_AGO)))
    last = dict.fromkeys(named, 0)
    for hour in range(24 * 12):
        turn = runs.go()
        assert len(turn.asked) <= runs.room
        assert len(set(turn.asked)) == len(turn.asked)
        last |= dict.fromkeys(turn.asked, hour)
        assert hour - min(last.values()) <= 24 * 8, [child for child in named if last[child] < hour - 24 * 8]
