"""Dates: one text is one moment, wherever it stands and in whatever language it is written."""

import html
import json
import re
import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.discovery import article_links, parse_feed, parse_sitemap
from newsbot.extraction import extract_article
from newsbot.items import Candidate
from newsbot.web.__main__ import LANGUAGES, date_names, written
from newsbot.web.dates import NAMES_FILE, as_instant, day_of, month_of, parse_date, parse_moment, period_of

URL = "https://www.harbour.example/town/ferry"
STORY = "The council voted on Tuesday evening to keep the ferry, after a debate that ran for more than four hours. "


def in_feed(text: str) -> str | None:
    body = f"<rss><channel><item><link>{URL}</link><pubDate>{html.escape(text)}</pubDate></item></channel></rss>"
    return parse_feed(body.encode(), URL).candidates[0].published


def in_json_feed(text: str) -> str | None:
    return (
        parse_feed(json.dumps({"items": [{"url": URL, "date_published": text}]}).encode(), URL).candidates[0].published
    )


def in_sitemap(text: str) -> str | None:
    body = f"<urlset><url><loc>{URL}</loc><lastmod>{html.escape(text)}</lastmod></url></urlset>"
    return parse_sitemap(body.encode(), URL).candidates[0].modified


def in_meta(text: str) -> str | None:
    return published(f'<meta name="date" content="{html.escape(text)}">', "")


def in_time(text: str) -> str | None:
    return published("", f'<time datetime="{html.escape(text)}">then</time>')


def in_line(text: str) -> str | None:
    return published("", f'<p class="date">{html.escape(text)}</p>')


def published(head: str, line: str) -> str | None:
    page = (
        f"<html><head>{head}</head><body><article><h1>Ferry stays</h1>{line}<p>{STORY * 3}</p></article></body></html>"
    )
    return extract_article(page.encode(), URL).published


PLACES = (in_feed, in_json_feed, in_sitemap, in_meta, in_time, in_line)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T10:00:00+02:00", "2026-11-20T10:00:00+02:00"),
        ("2026-11-20T10:00:00 IST", "2026-11-20T10:00:00+05:30"),
        ("Fri, 20 Nov 2026 10:00:00 IST", "2026-11-20T10:00:00+05:30"),
        ("Fri Nov 20 10:00:00 +0000 2026", "2026-11-20T10:00:00+00:00"),
        ("04/13/2026 10:00", "2026-04-13T10:00:00"),
        ("10:00 20-11-2026", "2026-11-20T10:00:00"),
        ("20.11.26", "2026-11-20"),
        ("2569-11-20", "2026-11-20"),
        ("mar., 20 oct. 2026", "2026-10-20"),
        ("20. März 2026, 7.30 Uhr", "2026-03-20T07:30:00"),
        ("2026年11月20日 下午3:05", "2026-11-20T15:05:00"),
        ("20 كانون الأول 2026", "2026-12-20"),
        ("31.02.2026", None),
        ("20.11.2026 25:61", None),
    ],
)
def test_a_text_is_one_moment_wherever_it_stands(text: str, moment: str | None) -> None:
    assert {place.__name__: place(text) for place in PLACES} == {place.__name__: moment for place in PLACES}


def test_short_years_come_first_in_the_far_east() -> None:
    assert [parse_date("26.11.20", language=tag) for tag in ("ko-KR", "ja", "de")] == ["2026-11-20"] * 2 + [
        "2020-11-26"
    ]
    assert parse_date("20.11.2026", language="ko") == "2026-11-20"


def test_the_language_of_feed_and_page_tells_whether_the_month_comes_first() -> None:
    for tag, day in (("en-US", "2026-03-04"), ("en-GB", "2026-04-03"), ("en", "2026-04-03"), ("de", "2026-04-03")):
        feed = f"<rss><channel><language>{tag}</language><item><link>{URL}</link><pubDate>3/4/2026</pubDate></item>"
        assert parse_feed(f"{feed}</channel></rss>".encode(), URL).candidates[0].published == day
        page = (
            f'<html lang="{tag}"><head><meta name="date" content="3/4/2026"></head><body><h1>Ferry</h1><p>{STORY * 3}'
        )
        assert extract_article(page.encode(), URL).published == day


def test_dates_of_one_listing_have_one_order() -> None:
    for dates, days in (
        (("3/4/2026", "11/20/2026"), ["2026-03-04", "2026-11-20"]),
        (("3/4/2026", "20/11/2026"), ["2026-04-03", "2026-11-20"]),
        (("3/4/2026 10:00", "3/13/2026 10:00"), ["2026-03-04T10:00:00", "2026-03-13T10:00:00"]),
        (("11.12.10", "26.11.31", "26.12.99"), ["2010-12-11", "2031-11-26", "1999-12-26"]),
        (("26-11-12", "99-12-31"), ["2026-11-12", "1999-12-31"]),
        (("3/4/2026", "11/20/2026", "20/11/2026"), ["2026-04-03", "2026-11-20", "2026-11-20"]),
    ):
        items = "".join(f"<item><link>/{text}</link><pubDate>{text}</pubDate></item>" for text in dates)
        feed = parse_feed(f"<rss><channel>{items}</channel></rss>".encode(), URL)
        assert [candidate.published for candidate in feed.candidates] == days
        objects = [{"url": f"{URL}/{number}", "date_published": text} for number, text in enumerate(dates)]
        feed = parse_feed(json.dumps({"items": objects}).encode(), URL)
        assert [candidate.published for candidate in feed.candidates] == days
        stories = "".join(
            f'<article><time datetime="{text}">then</time><h2><a href="/2026/11/20/ferry-stays-in-town-{number}">'
            f"Ferry stays in town for {number} more years</a></h2></article>"
            for number, text in enumerate(dates * 2)
        )
        assert [candidate.published for candidate in article_links(stories.encode(), URL)] == days * 2


def test_the_date_of_a_feed_tells_the_order_of_its_entries() -> None:
    item = "<item><link>/a</link><pubDate>11/12/2026</pubDate></item>"
    body = f"<rss><channel><lastBuildDate>11/28/2026 10:00</lastBuildDate>{item}</channel></rss>"
    assert parse_feed(body.encode(), URL).candidates[0].published == "2026-11-12"


def test_a_day_that_is_still_to_come_is_read_month_first() -> None:
    page = f'<html lang="en"><meta name="date" content="11/12/2026"><h1>Ferry stays</h1><p>{STORY * 3}</p></html>'
    assert extract_article(page.encode(), URL, fetched_at="2026-11-20T10:00:00Z").published == "2026-11-12"
    assert extract_article(page.encode(), URL, fetched_at="2026-12-20T10:00:00Z").published == "2026-12-11"


def test_the_listing_tells_the_order_of_a_pages_figures() -> None:
    page = f'<html lang="en"><meta name="date" content="3/4/2026 10:00"><h1>Ferry stays</h1><p>{STORY * 3}</p></html>'
    for listed, published in (
        ("2026-03-04T10:00:00-05:00", "2026-03-04T10:00:00-05:00"), ("2026-04-03", "2026-04-03T10:00:00"),
        ("2026-03-09", "2026-04-03T10:00:00"),
    ):  # fmt: skip
        candidate = Candidate(url=URL, via="feed", published=listed)
        assert extract_article(page.encode(), URL, candidate=candidate).published == published


def test_words_for_halves_of_the_day_count_in_their_language() -> None:
    for text, tag in (
        ("12 tháng 5, 2026 9:40 CH", "vi"), ("12 May 2026 ÖS 9:40", "tr"), ("12 maj 2026 9:40 em", "sv"),
        ("12. 5. 2026 9:40 odp.", "cs"), ("12. maí 2026, 9:40 e.h.", "is"),
    ):  # fmt: skip
        assert parse_date(text, language=tag) == "2026-05-12T21:40:00"
        assert parse_date(text) == "2026-05-12T09:40:00"


def test_words_of_english_are_no_months_in_it() -> None:
    for text in ("Top 10 led 2026", "20 people, 10 out 2026", "iPhone 20 pro 2026"):
        assert parse_date(text, language="en-GB") is None
    assert parse_date("10 led 2026", language="cs") == parse_date("10 led 2026") == "2026-01-10"
    assert parse_date("10-led-2026", language="en-GB") == "2026-01-10"


def test_short_years_count_from_the_epoch_of_their_language() -> None:
    assert parse_date("R8.11.20", language="ja") == "2026-11-20"
    assert parse_date("12/5/69", language="th") == "2026-05-12"
    assert (parse_date("03-12-31"), parse_date("31.12.26"), parse_date("20/11/99")) == (
        "2003-12-31", "2026-12-31", "1999-11-20",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("2026-05-12T21:40:05+02:00", "2026-05-12T21:40:05+02:00", "second"),
        ("2026-05-12T21:40:05.123Z", "2026-05-12T21:40:05+00:00", "second"),
        ("2026-05-12 21:40:05 -0300", "2026-05-12T21:40:05-03:00", "second"),
        ("2026-05-12T21:40+0530", "2026-05-12T21:40:00+05:30", "minute"),
        ("2026-05-12 21:40", "2026-05-12T21:40:00", "minute"),
        ("2026-05-12T24:00:00Z", "2026-05-13T00:00:00+00:00", "second"),
        ("2026-05-12T23:59:60Z", "2026-05-12T23:59:59+00:00", "second"),
        ("2026-05-12T10:00:00+01:00[Europe/Berlin]", "2026-05-12T10:00:00+01:00", "second"),
        ("2026-05-12T10:00:00+01:00Z", "2026-05-12T10:00:00+01:00", "second"),
        ("2026-május-12T9:15-05:00", "2026-05-12T09:15:00-05:00", "minute"),
        ("2026-012-31T10:14:55Z", "2026-12-31T10:14:55+00:00", "second"),
        ("2026-05-12 00:00:00.0 21:40:05.0 -0700", "2026-05-12T21:40:05-07:00", "second"),
        ("Tue, 12 May 2026 21 -0700", "2026-05-12T21:00:00-07:00", "minute"),
        ("Tue, 12 May 2026 14:7:9 -0500", "2026-05-12T14:07:09-05:00", "second"),
        ("Tue, 12 May 2026 21:40:05 0200", "2026-05-12T21:40:05+02:00", "second"),
        ("2026-05-12T21:40:05 02:00", "2026-05-12T21:40:05+02:00", "second"),
        ("2026-05-12T21:40:05+2:00", "2026-05-12T21:40:05+02:00", "second"),
        ("2026-05-12T21:40:05.123456789+02:00[Europe/Berlin][u-ca=gregory]", "2026-05-12T21:40:05+02:00", "second"),
        ("2026-05-12T21:40:05[Europe/Berlin]", "2026-05-12T21:40:05+02:00", "second"),
        ("Tue May 12 21:40:05 XYZT 2026", "2026-05-12T21:40:05", "second"),
        ("Tue May 12 21:40:05 GMT+02:00 2026", "2026-05-12T21:40:05+02:00", "second"),
        ("Tue May 12 2026 21:40:05 GMT+0200 (heure d’été d’Europe centrale)", "2026-05-12T21:40:05+02:00", "second"),
        ("12 Tuesday, May 2026 21:40", "2026-05-12T21:40:00", "minute"),
        ("12-MAY-26 09.40.05.000000 PM", "2026-05-12T21:40:05", "second"),
        ("21:40 12-05-2026", "2026-05-12T21:40:00", "minute"),
        ("21:40 (GMT+7) 12/05/2026", "2026-05-12T21:40:00+07:00", "minute"),
        ("May 12, 2026 2140 GMT", "2026-05-12T21:40:00+00:00", "minute"),
        ("May 12, 2026, 12 noon", "2026-05-12T12:00:00", "minute"),
        ("/Date(1778614800000+0200)/", "2026-05-12T19:40:00+00:00", "second"),
        ("2026051221", "2026-05-12T21:00:00", "minute"),
        ("2026-05-12CET21:40:05+0100", "2026-05-12T21:40:05+01:00", "second"),
        ("2026-05-12T21Z", "2026-05-12T21:00:00+00:00", "minute"),
        ("2026-05-12+02:00", "2026-05-12", "day"),
        ("2026-05-12-05:00", "2026-05-12", "day"),
        ("2026:05:12 21:40:05", "2026-05-12T21:40:05", "second"),
        ("火, 12 5月 2026 21:40:05 +0900", "2026-05-12T21:40:05+09:00", "second"),
        ("12&nbsp;May&nbsp;2026", "2026-05-12", "day"),
        ("20260512", "2026-05-12", "day"),
        ("20260512T214005Z", "2026-05-12T21:40:05+00:00", "second"),
        ("202605122140", "2026-05-12T21:40:00", "minute"),
        ("2026/05/12", "2026-05-12", "day"),
        ("1778614800", "2026-05-12T19:40:00+00:00", "second"),
        ("1778614800000", "2026-05-12T19:40:00+00:00", "second"),
        ("Tue, 12 May 2026 21:40:00 GMT", "2026-05-12T21:40:00+00:00", "second"),
        ("Tue, 12 May 2026 9:4:7 -0500", "2026-05-12T09:04:07-05:00", "second"),
        ("Tue, 12 May 2026 21.40.05 +0100", "2026-05-12T21:40:05+01:00", "second"),
        ("Tuesday, 12-May-26 21:40:05 GMT", "2026-05-12T21:40:05+00:00", "second"),
        ("Tue May 12 21:40:05 CEST 2026", "2026-05-12T21:40:05+02:00", "second"),
        ("Tue May 12 2026 21:40:05 GMT+0200 (CEST)", "2026-05-12T21:40:05+02:00", "second"),
        ("12/May/2026:21:40:05 +0200", "2026-05-12T21:40:05+02:00", "second"),
        ("12.05.2026, 21:40 Uhr", "2026-05-12T21:40:00", "minute"),
        ("12.05.2026, 9 Uhr", "2026-05-12T09:00:00", "minute"),
        ("Stand: 12.05.26, 21:40 Uhr", "2026-05-12T21:40:00", "minute"),
        ("Updated 2140 GMT (0540 HKT) May 12, 2026", "2026-05-12T21:40:00+00:00", "minute"),
        ("12. Mai 2026 um 21:40", "2026-05-12T21:40:00", "minute"),
        ("May 12, 2026 9:40 PM", "2026-05-12T21:40:00", "minute"),
        ("May 12, 2026, 12 a.m. EST", "2026-05-12T00:00:00-05:00", "minute"),
        ("Published 11:34 PM EST May 12th, 2026", "2026-05-12T23:34:00-05:00", "minute"),
        ("mardi 12 mai 2026 à 21h40", "2026-05-12T21:40:00", "minute"),
        ("LE 8 DÉCEMBRE 2026 À 10H30", "2026-12-08T10:30:00", "minute"),
        ("1er mai 2026", "2026-05-01", "day"),
        ("12 de mayo de 2026", "2026-05-12", "day"),
        ("1º de maio de 2026", "2026-05-01", "day"),
        ("12 мая 2026, 21:40", "2026-05-12T21:40:00", "minute"),
        ("ΤΡΙΤΗ 12 ΜΑΪΟΥ 2026", "2026-05-12", "day"),
        ("12 KASIM 2026", "2026-11-12", "day"),
        ("١٢ مايو ٢٠٢٦ ٣:٠٥ م", "2026-05-12T15:05:00", "minute"),
        ("12 พฤษภาคม 2569", "2026-05-12", "day"),
        ("१२ मई २०२६", "2026-05-12", "day"),
        ("2026年5月12日 21時40分", "2026-05-12T21:40:00", "minute"),
        ("令和8年5月12日(火) 午後9時", "2026-05-12T21:00:00", "minute"),
        ("民國115年5月12日", "2026-05-12", "day"),
        ("2026년 5월 12일 오후 9:40", "2026-05-12T21:40:00", "minute"),
        ("二〇二六年五月十二日", "2026-05-12", "day"),
        ("令和8年(2026年)5月12日", "2026-05-12", "day"),
        ("2026年(令和8年)5月12日", "2026-05-12", "day"),
        ("12 พ.ค. 69", "2026-05-12", "day"),
        ("12 พ.ค. 2569", "2026-05-12", "day"),
        ("ngày 12 tháng 5 năm 2026", "2026-05-12", "day"),
        ("12 Tháng Năm, 2026", "2026-05-12", "day"),
        ("12 Tháng Mười Một, 2026", "2026-11-12", "day"),
        ("12 أيار / مايو 2026", "2026-05-12", "day"),
        ("12 تشرين الثاني/نوفمبر 2026", "2026-11-12", "day"),
        ("12 мая 2026, 21:40 мск", "2026-05-12T21:40:00+03:00", "minute"),
        ("12 Μαΐου 2026 9:40 μμ", "2026-05-12T21:40:00", "minute"),
        ("ma 12. toukok. 2026", "2026-05-12", "day"),
        ("12 Nopember 2026", "2026-11-12", "day"),
        ("ב-12 במאי 2026", "2026-05-12", "day"),
        ("2026 m. gegužės 12 d. 21:40", "2026-05-12T21:40:00", "minute"),
        ("Stand: 12.05.2026 – Version 1.2.10", "2026-05-12", "day"),
        ("12.05.2026 - 14.05.2026", "2026-05-12", "day"),
        ("12.05.2026 10:30-11:30", "2026-05-12T10:30:00", "minute"),
        ("Day 3 May 12, 2026", "2026-05-12", "day"),
    ],
)
def test_what_is_stated_is_kept_and_nothing_more(text: str, expected: str, precision: str) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert (moment.isoformat(), moment.precision) == (expected, precision)
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "5 min read",
        "© 2019",
        "May 2026",
        "20 people 2026",
        "2026-13-45",
        "99/99/2026",
        "13/13/2026",
        "0001-01-01T00:00:00Z",
        "1899-12-30T00:00:00",
        "1970-01-01T00:00:00Z",
        "2126-05-12",
        "2026-05-12T25:61:00",
        "Wed, 30 Nov -0001 00:00:00 +0000",
        "NaN-NaN-NaN",
        "Invalid date 2026",
        "12/2026/20",
        "11/20/2026/5",
        "v2.11.2026.1",
        "v2.11.26",
        "4930123456",
        "2026-05-12T09:xx:00Z",
        "2026-05-12T09:00:00+00:xx",
        "2026-05-12T09:00:xxZ",
        "2026-05-12T0x:00:00Z",
        "2026-05-12Thh:mm:ssZ",
        "2026-05-1xT09:00:00Z",
        "026-05-12",
        "2026051210506",
        "2026-05-12T09:00:00-06:00Textra",
        "2026-05-12-01",
        "Tue, 12 May 2026 1:2:3:4 GMT",
        "Tue, 12 May 2026 11:47:32 +zz:00",
        "version 1.2.10",
        "10.11.12.13",
        "Room 20.11.26",
        "0612345678",
        "2026-W47-5",
        "May 12-14, 2026",
        "x" * 400,
        "12 May 2026" + " and so on" * 40,
    ],
)
def test_what_is_no_date_is_refused(text: str | None) -> None:
    assert parse_moment(text) is None
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mar., 20 oct. 2026", "2026-10-20"),
        ("mar, 20 gennaio 2026, 10:00", "2026-01-20T10:00:00"),
        ("mar 20 de octubre de 2026", "2026-10-20"),
        ("pe 20 marras 2026", "2026-11-20"),
        ("By April Jones 20 October 2026", "2026-10-20"),
        ("April Jones, May 3, 2026", "2026-05-03"),
        ("mar. 20, 2026", "2026-03-20"),
        ("mar. 3 nov. 2026", "2026-11-03"),
        ("mar. 20/10/2026 - 10:00", "2026-10-20T10:00:00"),
        ("Mar, 20 Oct 2026 10:00:00 +0200", "2026-10-20T10:00:00+02:00"),
        ("mar oct 20 10:00:00 CEST 2026", "2026-10-20T10:00:00+02:00"),
        ("2026-10-20 (mar.)", "2026-10-20"),
        ("Sen, 21 Sep 2026", "2026-09-21"),
        ("Paz, 18 Eki 2026", "2026-10-18"),
        ("sub 20 mart 2026", "2026-03-20"),
        ("Aoine 20 Samhain 2026", "2026-11-20"),
        ("June Smith, 3 min read, 20 October 2026", "2026-10-20"),
        ("Jan Novak 3. května 2026", "2026-05-03"),
    ],
)
def test_a_weekday_and_a_person_are_no_month(text: str, day: str) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("3 Jul 2026 10:00:00 ET", "-04:00"),
        ("8 Mar 2026 01:59:00 ET", "-05:00"),
        ("8 Mar 2026 02:00:00 ET", "-04:00"),
        ("1 Nov 2026 02:00:00 PT", "-08:00"),
        ("20 Nov 2026 10:00:00 CT", "-06:00"),
        ("20 Nov 2026 10:00:00 MT", "-07:00"),
        ("30 Oct 2005 10:00:00 ET", "-05:00"),
        ("20 Nov 2026 10:00:00 AT", "-04:00"),
        ("20 Nov 2026 10:00 AET", "+11:00"),
        ("20 Jul 2026 10:00 NZT", "+12:00"),
        ("20 Nov 2026 10:00 a.m. U.S. ET", "-05:00"),
        ("20 Jul 2026 10:00 AM Pacific Time", "-07:00"),
        ("20 Jul 2026 at 10:00 (Central European Summer Time)", "+02:00"),
        ("20 Nov 2026 at 10:00 Central European Standard Time", "+01:00"),
        ("20 Nov 2026 at 10:00 Moscow Standard Time", "+03:00"),
        ("20 Nov 2026 at 10:00 Arabian Standard Time", "+03:00"),
        ("20 Nov 2026 at 10:00 China Standard Time", "+08:00"),
        ("20 Nov 2026 10:00:00, GMT+05:30", "+05:30"),
        ("20 Nov 2026 10:00:00 [GMT]+05:30", "+05:30"),
        ("20 Nov 2026 GMT+05:30 10:00:00", "+05:30"),
        ("20 Nov 2026 10:00 +100", "+01:00"),
        ("20 Nov 2026 10:00 +010", ""),
        ("20 Nov 2026 10:00 prime time", ""),
        ("am 20 Nov 2026 10:00 hat", ""),
        ("20 Nov 2026 10:00 CAT", "+02:00"),
        ("20 Nov 2026 10:00 Central bank", ""),
        ("20 Nov 2026 10:00 America/New_York", "-05:00"),
        ("20 Jul 2026 10:00 america/new_york", "-04:00"),
        ("20 Nov 2026 10:00 Etc/GMT", "+00:00"),
        ("20 Nov 2026 10:00 NOVT", "+07:00"),
        ("20 Nov 2026 10:00 HNE", "-05:00"),
        ("20 Nov 2026 10:00 - 1200 people", ""),
        ("20 Nov 2026 10:00 MEZ", "+01:00"),
        ("20 Nov 2026 10:00 WIB", "+07:00"),
        ("20 Nov 2026 10:00 utc", "+00:00"),
        ("20 Nov 2026 10:00 GMT+10", "+10:00"),
        ("20 Nov 2026 10:00 −03:30", "-03:30"),
        ("20 Nov 2026 10:00 Mars/Olympus", ""),
        ("20 nov 2026 10:00 et mis à jour", ""),
        ("20 Nov 2026 10:00 +25:00", ""),
    ],
)
def test_zones_by_name_and_by_figures(text: str, offset: str) -> None:
    assert (parse_date(text) or "")[19:] == offset


def test_a_zone_of_two_meanings_is_what_its_language_says() -> None:
    for tag, name, offset in (
        ("zh-CN", "CST", "+08:00"), ("en-US", "CST", "-06:00"), ("he", "IST", "+02:00"), ("en-IN", "IST", "+05:30"),
        ("en_AU", "EST", "+10:00"), ("ar", "AST", "+03:00"), ("bn", "BST", "+06:00"), ("en-GB", "BST", "+01:00"),
    ):  # fmt: skip
        for text in (f"Fri Nov 20 10:00:00 {name} 2026", f"Fri, 20 Nov 2026 10:00:00 {name}"):
            assert parse_date(text, language=tag) == f"2026-11-20T10:00:00{offset}"


@pytest.mark.parametrize(
    ("text", "future"),
    [
        ("2026-05-12T12:04:00Z", False),
        ("2026-05-12T12:06:00Z", True),
        ("2026-05-13", False),
        ("2026-05-14", True),
        ("2026-05-12T23:00", False),
    ],
)
def test_future(text: str, future: bool) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert moment.in_future(datetime(2026, 5, 12, 12, tzinfo=UTC)) is future


def test_moments_without_offset_are_compared_as_utc() -> None:
    moment = parse_moment("2026-05-12 21:40")
    assert moment is not None
    assert moment.instant == as_instant("2026-05-12T23:40:00+02:00")
    assert as_instant("soon") is None


# Names of months, weekdays and halves of the day, with CLDR as the oracle.


def test_names_are_those_of_cldr() -> None:
    assert NAMES_FILE.read_text(encoding="utf-8") == written(date_names()), "renew: make dates"


def test_every_language_of_the_bundled_outlets_is_known() -> None:
    sources = tomllib.loads(Path("newsbot/sources.toml").read_text(encoding="utf-8"))["source"]
    published_in = {source["language"].partition("-")[0] for source in sources if "language" in source}
    assert published_in <= {code.partition("_")[0] for code in LANGUAGES}


def test_a_name_of_two_months_is_what_its_language_says() -> None:
    assert (month_of("listopada"), month_of("listopada", "pl"), month_of("Listopada", "hr-HR")) == (11, 11, 10)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(LANGUAGES),
    st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 31)).map(lambda when: when.replace(microsecond=0)),
)
def test_what_cldr_writes_is_read(code: str, when: datetime) -> None:
    locale, language = Locale.parse(code), code.replace("_", "-")
    for form in ("medium", "long", "full"):
        assert parse_date(format_date(when.date(), form, locale), language=language) == when.date().isoformat()
    written_out = format_datetime(when, "medium", locale=locale)
    assert parse_date(written_out, language=language) == when.isoformat()
    line = f"{format_date(when.date(), 'full', locale)} {format_time(when.time(), 'short', locale=locale)}"
    assert parse_date(line, language=language) == datetime.combine(when, time(when.hour, when.minute)).isoformat()


LAYOUTS = (
    "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S {z} %Y", "%a %b %d %H:%M:%S {name} %Y", "%a %b %d %Y %H:%M:%S GMT{z}",
    "%a %b %d %Y %H:%M:%S GMT{z} ({name})", "%a, %d %b %Y %H:%M:%S {z}", "%a, %d %b %Y %H.%M.%S {z}",
    "%A, %d-%b-%y %H:%M:%S {name}", "%d %b %Y %H:%M:%S {name}", "%d/%b/%Y:%H:%M:%S {z}", "%Y-%m-%dT%H:%M:%S{z}",
    "%Y-%m-%dT%H:%M:%S{z:}", "%Y-%m-%dT%H:%M:%S{z:}[Europe/Berlin]", "%Y-%m-%dT%H:%M:%S{z:}Z", "%Y%m%dT%H%M%S{z}",
    "%Y-%m-%d %H:%M:%S {z} {name}", "%Y-%m-%d %H:%M:%S.000 {z:}", "%H:%M:%S {name} %d.%m.%Y", "%H:%M:%S %d-%m-%Y",
    "%B %d, %Y %I:%M:%S %p {name}", "%B %d, %Y, at %I:%M:%S %p ({name})", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S",
    "%d-%b-%y %I.%M.%S.000000 %p", "%Y%m%d%H%M%S", "%d %A, %b %Y %H:%M:%S", "%A %d %B %Y %H:%M:%S",
)  # fmt: skip
"""As programs write moments, with an offset or a zone's name in brackets."""


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(LAYOUTS),
    st.datetimes(datetime(1972, 1, 2), datetime(2069, 12, 31)).map(lambda when: when.replace(microsecond=0)),
    st.sampled_from([("+0100", "CET"), ("-0500", "EST"), ("+0530", "IST"), ("+0000", "GMT"), ("+0900", "JST")]),
    st.booleans(),
)
def test_what_programs_write_is_read(layout: str, when: datetime, zone: tuple[str, str], padded: bool) -> None:
    text = when.strftime(layout)
    if not padded and "%m%d" not in layout and "%y" not in layout:
        text = re.sub(r"(?<![\d.])0(?=\d)", "", text)
    offset = f"{zone[0][:3]}:{zone[0][3:]}"
    told = text.replace("{z}", zone[0]).replace("{z:}", offset).replace("{name}", zone[1])
    expected = when.isoformat() + (offset if "{" in layout else "")
    assert parse_date(told) == expected, told


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("0123456789-/.:, TZ+年月日NovMarFripm"), max_size=40))
def test_what_is_read_is_read_again_as_the_same(text: str) -> None:
    read = parse_date(text)
    assert read is None or (as_instant(read) is not None and parse_date(read) == read)


# Addresses.


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2025/11/28/ferry", "2025-11-28"),
        ("2025/12/1/ferry", "2025-12-01"),
        ("news/2025-11-28-ferry", "2025-11-28"),
        ("news/ferry-20251128.html", "2025-11-28"),
        ("a/202511/28/WS65", "2025-11-28"),
        ("2025/12/ferry", None),
        ("2023/10/3-questions", None),
        ("wissen/2014113", None),
        ("story/120251128", None),
        ("2025/22/ferry", None),
        ("ferry", None),
    ],
)
def test_the_day_in_an_articles_address(path: str, day: str | None) -> None:
    assert day_of(f"https://e.example/{path}") == (date.fromisoformat(day) if day else None)
    assert published_at(f"https://e.example/{path}") == day


def published_at(url: str) -> str | None:
    page = f"<html><body><article><h1>Ferry stays</h1><p>{STORY * 3}</p></article></body></html>"
    return extract_article(page.encode(), url).published


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("archiv/november-2026/", "2026-11-01", "2026-11-30"),
        ("archives/2026/août/", "2026-08-01", "2026-08-31"),
        ("2026/nov/20/", "2026-11-20", "2026-11-20"),
        ("news/mars-2026-mission", "2026-01-01", "2026-12-31"),
    ],
)
def test_months_by_name_in_the_addresses_of_archives(path: str, first: str, last: str) -> None:
    assert period_of(f"https://e.example/{path}") == (date.fromisoformat(first), date.fromisoformat(last))
