"""Sitemaps: their bounds, their order, what their names and dates say (odd ones: tests/feeds/)."""

from __future__ import annotations

import gzip
from datetime import date

import pytest
from conftest import not_hanging

from newsbot.discovery import Child, SitemapError, as_siblings, in_range, newest_first, parse_sitemap
from newsbot.web.dates import period_of

URL = "https://bote.example/sitemap.xml"


def test_a_gzip_bomb_is_refused_after_50_megabytes() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * 60_000_000)
    with pytest.raises(SitemapError) as caught:
        parse_sitemap(bomb, URL)
    assert caught.value.reason == "too_large"


def test_a_damaged_gzip_gives_what_could_be_read() -> None:
    whole = b"<urlset>" + b"".join(
        b"<url><loc>https://bote.example/%d-%d</loc></url>" % (n, n * 7919 % 977) for n in range(2000)
    )
    sitemap = parse_sitemap(gzip.compress(whole + b"</urlset>")[:-400], URL)
    assert 1000 < len(sitemap.candidates) < 2000
    assert sitemap.notes[0] == "gzip: cut or damaged"


def test_the_largest_sitemap_that_is_allowed_is_read_whole_or_cut() -> None:
    row = b"<url><loc>https://bote.example/news/2026/11/20/an-article-%d.html</loc><lastmod>2026-11-20T10:00:00Z</lastmod></url>"
    body = (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        + b"".join(row % n for n in range(50_000))
        + b"</urlset>"
    )
    for text in (body, body[:-20]):
        with not_hanging():
            assert len(parse_sitemap(text, URL).candidates) >= 49_999


def test_an_index_that_names_itself_is_cut_and_noted() -> None:
    body = b"<sitemapindex><sitemap><loc>https://bote.example/sitemap.xml</loc></sitemap></sitemapindex>"
    sitemap = parse_sitemap(body, URL)
    assert (sitemap.children, sitemap.notes) == ([], ["loop: the index names itself"])


@pytest.mark.parametrize(
    ("address", "period"),
    [
        ("sitemap-2026-11.xml.gz", ("2026-11-01", "2026-11-30")),
        ("sitemap_202602.xml", ("2026-02-01", "2026-02-28")),
        ("2026/11/20/sitemap.xml", ("2026-11-20", "2026-11-20")),
        ("sitemaps/20261120.xml", ("2026-11-20", "2026-11-20")),
        ("sitemap/2024.xml", ("2024-01-01", "2024-12-31")),
        ("sitemap-2019-2021.xml", ("2019-01-01", "2021-12-31")),
        ("archive-2024-5.xml", ("2024-05-01", "2024-05-31")),
        ("sitemap-articles-2026-w47.xml", ("2026-11-16", "2026-11-22")),
        ("sitemap-2026-q4.xml", ("2026-10-01", "2026-12-31")),
        ("sitemap/2026/november.xml", ("2026-11-01", "2026-11-30")),
        ("sitemap.xml?yyyy=2026&mm=11&dd=20", ("2026-11-20", "2026-11-20")),
        ("sitemap.xml?year=2026&month=11", ("2026-11-01", "2026-11-30")),
        ("sitemap?from=2026-11-01&to=2026-11-07", ("2026-11-01", "2026-11-07")),
        ("sitemap?date=2026-11-20", ("2026-11-20", "2026-11-20")),
        ("posts-2026-11-01-2026-11-15.xml", ("2026-11-01", "2026-11-15")),
        ("post-sitemap2019.xml", None),
        ("post-sitemap12.xml", None),
        ("sitemap-3.xml", None),
        ("sitemap-20261399.xml", None),
        ("sitemap.xml?page=2026", None),
        ("articles/12020261120999.xml", None),
    ],
)
def test_the_days_that_a_name_states(address: str, period: tuple[str, str] | None) -> None:
    expected = tuple(map(date.fromisoformat, period)) if period else None
    assert period_of(f"https://bote.example/{address}") == expected


SINCE, UNTIL = date(2026, 11, 10), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("address", "lastmod", "wanted"),
    [
        ("sitemap-2026-11.xml", None, True),
        ("sitemap-2026-10.xml", None, False),
        ("sitemap-2026-12.xml", None, False),
        ("sitemap-2026-11-09.xml", None, True),  # a day's grace for time zones
        ("sitemap-2026-11-08.xml", None, False),
        ("sitemap-2026-10.xml", "2026-11-15T00:00:00Z", False),  # touched again, still October's
        ("sitemap-7.xml", "2026-11-15T00:00:00Z", True),
        ("sitemap-7.xml", "2026-11-01", False),
        ("sitemap-7.xml", "2027-01-01", True),  # changed later, may hold all the same
        ("sitemap-7.xml", None, True),
    ],
)
def test_sitemaps_out_of_the_range_are_left_alone(address: str, lastmod: str | None, wanted: bool) -> None:
    assert in_range(Child(f"https://bote.example/{address}", lastmod), SINCE, UNTIL) is wanted


def test_open_ranges_take_all_on_their_open_side() -> None:
    child = Child("https://bote.example/sitemap-2026-10.xml")
    assert in_range(child)
    assert in_range(child, until=UNTIL)
    assert not in_range(child, since=SINCE)


def test_the_newest_come_first_and_news_before_all() -> None:
    children = [
        Child("https://bote.example/page-1.xml"),
        Child("https://bote.example/posts-1.xml", "2026-11-01T00:00:00+00:00"),
        Child("https://bote.example/sitemap-2024.xml", "2026-11-22T00:00:00+00:00"),
        Child("https://bote.example/posts-2.xml", "2026-11-20T08:00:00+09:00"),
        Child("https://bote.example/page-2.xml"),
        Child("https://bote.example/news-sitemap.xml"),
        Child("https://bote.example/posts-3.xml", "2026-11-19T23:30:00+00:00"),
    ]
    order = [child.url.rpartition("/")[2] for child in newest_first(children)]
    assert order == [
        "news-sitemap.xml", "posts-3.xml", "posts-2.xml", "posts-1.xml", "sitemap-2024.xml", "page-1.xml", "page-2.xml",
    ]  # fmt: skip


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("names", "periods"),
    [
        ([f"sitemap-{number}.xml" for number in range(1997, 2003)], None),  # six pages of a list
        ([f"sitemap-{year}.xml" for year in (2024, 2025)], ("2025-01-01", "2025-12-31")),
        ([f"sitemap-{number}.xml" for number in range(1, 2027)], None),
        ([f"sitemap-{number}.xml" for number in range(2019, 2040)], None),
        ([f"{number}/posts.xml" for number in range(1851, 2027)], ("2026-01-01", "2026-12-31")),  # an archive
        ([f"map_{number}.xml" for number in range(202601, 202621)], None),
        ([f"map_{number}.xml" for number in range(202601, 202612)], ("2026-11-01", "2026-11-30")),
        ([f"posts-2026-{number}.xml" for number in range(1, 41)], ("2026-01-01", "2026-12-31")),  # its parts
        ([f"posts-2026-{number}.xml" for number in range(1, 12)], ("2026-11-01", "2026-11-30")),
    ],
)
def test_numbers_are_days_only_as_far_as_the_siblings_say_so(names: list[str], periods: tuple[str, str] | None) -> None:
    last = as_siblings([Child(f"https://bote.example/{name}") for name in names], TODAY)[-1]
    assert last.period == (tuple(map(date.fromisoformat, periods)) if periods else None)


def test_a_lastmod_that_is_the_indexs_own_tells_nothing_of_a_sitemap() -> None:
    def lastmods(*stated: str) -> list[str | None]:
        children = [Child(f"https://bote.example/part-{n}.xml", lastmod) for n, lastmod in enumerate(stated)]
        return [child.lastmod for child in as_siblings(children, TODAY)]

    assert lastmods(*["2026-11-25T08:00:00Z"] * 200, "2026-11-24") == [*[None] * 200, "2026-11-24"]
    assert lastmods("2020-01-01", "2020-05-05") == [None, None], "when somebody made the index"
    assert lastmods("2020-01-01", "2026-11-24") == ["2020-01-01", "2026-11-24"]
    assert lastmods("2020-01-01", "2030-01-01") == [None, None], "a wrong clock says nothing of the others"


def test_of_undated_sitemaps_both_ends_of_each_numbering_come_first() -> None:
    names = [f"{kind}-{number}.xml" for kind in ("post", "page") for number in (1, 10, 11, 2)]  # by their letters
    order = [child.url.rpartition("/")[2] for child in newest_first(Child(f"https://e.org/{name}") for name in names)]
    assert order[:4] == ["post-1.xml", "page-1.xml", "post-11.xml", "page-11.xml"]
    assert sorted(order) == sorted(names)


def test_a_news_entry_keeps_its_hints_apart_from_the_page_entry_beside_it() -> None:
    body = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
      xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
    <url><loc>https://bote.example/talks</loc><lastmod>2026-11-20T12:00:00Z</lastmod>
    <n:news><n:publication><n:name>Der Bote
    </n:name><n:language>de</n:language></n:publication><n:publication_date>2026-11-20T11:00:00+01:00</n:publication_date>
    <n:title><![CDATA[Gespräche &amp; mehr]]></n:title><n:keywords>Hafen, Streik</n:keywords></n:news></url>
    <url><loc>https://bote.example/impressum</loc></url></urlset>""".encode()
    talks, imprint = parse_sitemap(body, URL).candidates
    assert (talks.via, talks.title, talks.published) == (
        "news_sitemap",
        "Gespräche & mehr",
        "2026-11-20T11:00:00+01:00",
    )
    assert (talks.modified, talks.language, talks.tags) == (
        "2026-11-20T12:00:00+00:00",
        "de",
        ["Hafen", "Streik"],
    )
    assert (imprint.via, imprint.title) == ("sitemap", None)
