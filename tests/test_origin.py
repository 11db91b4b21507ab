"""Whose is a story? Evidence decides, the strongest first; in doubt it stays whose it was."""

from __future__ import annotations

from typing import Any

import pytest

from newsbot.dedupe import Member, origin_of

TEXT = "The council voted to raise the wall.\n\nIt will be a metre higher.\n\nWork begins in May."


def page(outlet: str, **stated: Any) -> Member:
    values: dict[str, Any] = {"url": f"https://{outlet}.example/story", "source": outlet, "text": TEXT}
    return Member(**{**values, "seen_at": "2026-11-20T09:00:00Z", **stated})


def evidence(known: dict[str, Any], new: dict[str, Any]) -> tuple[str, str]:
    """Return who is the origin of the two pages, and what told."""
    found = origin_of(page("harbour", **known), page("valley", **new))
    return ("valley" if found.is_new else "harbour"), found.evidence


def test_in_doubt_it_is_the_one_that_was_stored_first() -> None:
    assert evidence({}, {}) == ("harbour", "stored")


@pytest.mark.parametrize(
    "credit",
    [
        {"text": TEXT + "\n\nFirst published by the Valley Times on 20 November 2026"},
        {"text": TEXT + "\n\nThis article originally appeared on Valley Times."},
        {"text": TEXT + "\n\nSource: https://www.valley.example/story"},
        {"text": TEXT + "\n\nQuelle: Valley Times"},
        {"text": TEXT + "\n\n(via Valley Times)"},
        {"text": "Source: Valley Times | 20 November\n\n" + TEXT},
        {"removed": ["via valley.example"]},
        {"authors": ["Valley Times"]},
        {"authors": ["Ana Silva", "By Valley Times Staff"]},
        {"canonical": "https://valley.example/story?utm_source=x"},
    ],
    ids=str,
)
def test_a_page_that_credits_the_other_is_a_copy_whenever_it_says_that_it_was_published(credit: dict[str, Any]) -> None:
    known = {"published": "2026-11-20T07:00:00Z", "announced": True, **credit}
    assert evidence(known, {"site_name": "The Valley Times"})[0] == "valley"
    back = origin_of(page("valley", site_name="The Valley Times"), page("harbour", **known))
    assert not back.is_new


@pytest.mark.parametrize(
    ("known", "rival"),
    [
        ({"text": TEXT + "\n\nSource: Harbour News", "site_name": "Harbour News"}, {"site_name": "Harbour News"}),
        ({"authors": ["Harbour News"]}, {"site_name": "Harbour News"}),
        ({"authors": ["Ana Silva"]}, {"site_name": "Ana Silva"}),
        ({"text": TEXT + "\n\nThe road leads on via Valley Times Square to the sea."}, {"site_name": "Valley Times"}),
        ({"text": TEXT + "\n\nSource: Reuters", "agency": "Reuters"}, {"site_name": "Reuters"}),
        ({}, {"text": TEXT + "\n\nFirst published by Valley Times", "site_name": "Valley Times"}),
    ],
    ids=str,
)
def test_what_a_rival_calls_itself_wins_nothing(known: dict[str, Any], rival: dict[str, Any]) -> None:
    known = {"published": "2026-11-20T08:30:00Z", "announced": True, **known}
    assert evidence(known, {"published": "2026-11-18T08:30:00Z", "announced": True, **rival})[0] == "harbour"


def test_an_agencys_own_site_is_the_origin_of_what_others_credit_it_for() -> None:
    subscriber = {"agency": "Reuters", "published": "2026-11-20T07:00:00Z"}
    own = {"agency": "Reuters", "published": "2026-11-20T07:30:00Z"}
    assert evidence(subscriber, own | {"url": "https://www.reuters.com/world/1"}) == ("valley", "agency")
    assert evidence(subscriber, own | {"source": "reuters"}) == ("valley", "agency")
    assert evidence(subscriber, own) == ("harbour", "time")


def test_of_two_subscribers_of_an_agency_it_is_the_earlier_one() -> None:
    later, earlier = ({"agency": "dpa", "published": f"2026-11-20T0{hour}:00:00Z"} for hour in (8, 7))
    assert evidence(later, earlier) == ("valley", "time")


def test_a_page_without_an_agencys_credit_is_the_origin_where_nothing_else_tells() -> None:
    assert evidence({"agency": "dpa"}, {}) == ("valley", "unsigned")
    assert evidence({"agency": "dpa", "published": "2026-11-20T08:00:00Z", "announced": True}, {"announced": True}) == (
        "harbour",
        "stored",
    ), "whoever strips the credit line of a copy gains nothing"


@pytest.mark.parametrize(
    ("known", "new", "told"),
    [
        ("2026-11-20T08:00:00Z", "2026-11-20T07:00:00Z", True),
        ("2026-11-20T08:00:00+02:00", "2026-11-20T07:00:00+00:00", False),
        ("2026-11-20T08:00:00Z", "2026-11-20", False),
        ("2026-11-20T08:00:00Z", "2026-11-20T07:00:00", False),
        ("2026-11-20T08:00:00", "2026-11-20T07:00:00", False),
        ("2026-11-20", "2026-11-19", True),
        ("2026-11-20T08:00:00Z", "2026-11-20T09:30:00Z", False),
        ("2026-11-20T09:30:00Z", "2026-11-20T07:00:00Z", False),
        ("2026-11-20T08:00:00Z", "1990-01-01T00:00:00Z", False),
        ("2026-11-20T08:00:00Z", "2026-11-18T08:00:00Z", False),
        ("2026-11-18T08:00:00Z", "2026-11-17T08:00:00Z", True),
    ],
)
def test_times_tell_as_far_as_they_are_exact_and_can_be(known: str, new: str, told: bool) -> None:
    assert evidence({"published": known}, {"published": new})[0] == ("valley" if told else "harbour")


def test_local_times_of_one_site_can_be_compared() -> None:
    one, other = (page("harbour", published=f"2026-11-20T0{hour}:00:00") for hour in (8, 7))
    assert origin_of(one, other).is_new


def test_a_feed_that_was_read_without_a_page_tells_when_it_came() -> None:
    known = {"published": "2026-11-20T08:00:00Z"}
    backdated = {"published": "2026-11-20T06:30:00Z", "absent_at": "2026-11-20T08:45:00Z"}
    assert evidence(known, backdated)[0] == "harbour"
    assert evidence(backdated, known) == ("valley", "time")
    assert evidence(known, backdated | {"absent_at": "2026-11-20T07:00:00Z"}) == ("valley", "time"), "feeds are cached"


def test_what_the_outlets_own_feed_announced_is_the_origin_where_times_tell_nothing() -> None:
    same = {"published": "2026-11-20T08:00:00Z"}
    assert evidence(same, same | {"announced": True}) == ("valley", "announced")
    assert evidence({"published": "2026-11-20T07:00:00Z"}, same | {"announced": True}) == ("harbour", "time")


LONG = "\n\n".join([TEXT, *(" ".join(f"word{n}of{place}" for place in range(15)) + "." for n in range(20))])


@pytest.mark.parametrize(
    ("part", "whole", "origin"),
    [
        ({}, {}, "whole"),
        ({"published": "2026-11-20T08:30:00Z", "announced": True}, {"published": "2026-11-20T07:30:00Z"}, "whole"),
        ({"published": "2026-11-20T07:30:00Z"}, {"published": "2026-11-20T08:30:00Z"}, "part"),
        (
            {"published": "2026-11-20T07:30:00Z", "text": TEXT + " Read more"},
            {"published": "2026-11-20T08:30:00Z"},
            "whole",
        ),
        ({"text": "\n\n".join(LONG.split("\n\n")[14:])}, {}, "stored"),
    ],
    ids=str,
)
@pytest.mark.parametrize("part_first", [True, False])
def test_of_a_part_and_a_whole(part: dict[str, Any], whole: dict[str, Any], origin: str, part_first: bool) -> None:
    short, long = page("harbour", **part), page("valley", **{"text": LONG, **whole})
    known, new = (short, long) if part_first else (long, short)
    found = origin_of(known, new, longer=long)
    winner = {"whole": long, "part": short, "stored": known}[origin]
    assert (new if found.is_new else known) is winner


def test_the_whole_is_the_article_of_its_site_whenever_it_came() -> None:
    short = page("harbour", published="2026-11-20T07:00:00Z", announced=True)
    long = page("harbour", text=LONG, published="2026-11-20T08:00:00Z")
    assert origin_of(short, long, longer=long).is_new


def test_a_credit_is_looked_for_in_short_lines_alone_and_soon() -> None:
    blanks = page("harbour", text="via " + " " * 1_000_000 + "valley\n" * 1000)
    assert not origin_of(blanks, page("valley")).is_new
