"""One page, one identity; two pages, two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.sources import Source
from newsbot.web.endpoints import endpoint_of, is_private
from newsbot.web.urls import InvalidURL, article_id, canonical_url, site_of, url_key


@pytest.mark.parametrize(
    "twin",
    [
        "http://www.example.org/2026/story",
        "https://example.org/2026/story/",
        "https://example.org:443/2026/story#comments",
        "https://EXAMPLE.org/2026/story?utm_source=rss&utm_medium=feed",
        "https://m.example.org/2026/story?fbclid=abc",
        "https://example.org/2026/story/amp/",
        "https://example.org/2026/story?amp=1",
        "https://example.org/2026/story;jsessionid=ABC123",
        "https://example.org/2026/./x/../story",
        "https://example.org/2026/story/index.html",
        "https://example.org/2026/story?view=print",
        "https://example.org/print/2026/story",
        "https://www.google.com/amp/s/www.example.org/2026/story",
        "https://example-org.cdn.ampproject.org/v/s/example.org/2026/story/amp/?amp_gsa=1",
    ],
)
def test_twins_of_one_article_share_their_key(twin: str) -> None:
    assert url_key(twin) == "example.org/2026/story"
    assert article_id(twin) == article_id("https://example.org/2026/story")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/story?id=1", "https://example.org/story?id=2"),
        ("https://example.org/story.php?1", "https://example.org/story.php?2"),
        ("https://example.org/story?page=1", "https://example.org/story?page=2"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://de.example.org/a", "https://fr.example.org/a"),
        ("http://127.0.0.1:8601/a", "http://127.0.0.1:8602/a"),
        ("https://example.org/story?view=1", "https://example.org/story?view=2"),
        ("https://www.google.com/amp/s/example.org/a", "https://www.google.com/amp/s/example.net/a"),
    ],
)
def test_different_pages_keep_different_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mailto:a@example.org",
        "javascript:void(0)",
        "http://",
        "//",
        "http://a b/",
        "http://x:99999/",
        "x" * 3000,
    ],
)
def test_what_cannot_be_fetched_is_no_url(text: str) -> None:
    with pytest.raises(InvalidURL):
        canonical_url(text)


def test_the_site_of_an_address_is_its_registrable_domain_or_its_host_and_port() -> None:
    assert site_of("https://www.news.example.co.uk/") == "example.co.uk"
    assert site_of("http://127.0.0.1:8601/x") == "127.0.0.1:8601"
    assert site_of("http://intranet/x") == "intranet"


@given(st.text(max_size=80))
def test_any_text_is_canonical_once_and_for_all_or_refused(text: str) -> None:
    try:
        url = canonical_url(f"https://example.org/{text}")
    except InvalidURL:
        return
    assert canonical_url(url) == url
    assert url.isascii()
    assert url_key(url) == url_key(canonical_url(url))


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("groß-zeitung.example", "xn--gro-zeitung-x6a.example"),
        ("GROẞ-ZEITUNG.example", "xn--gro-zeitung-x6a.example"),
        ("ΛΟΓΟΣ.example", "xn--oxapmbu.example"),
        ("λογος.example", "xn--oxapmbp.example"),
        ("روزنامه‌ها.example", "xn--mgba2ae0hejad9707d.example"),
        ("क्\u200dष.example", "xn--11b2ezcw70k.example"),
        ("ｚｅｉｔｕｎｇ。ｅｘａｍｐｌｅ", "zeitung.example"),
        ("نبأ.example。", "xn--igbj3g.example"),
        ("📰.example", "xn--mu8h.example"),
        ("ex\u00adample.org.", "example.org"),
        ("z%C3%BCrich.example", "xn--zrich-kva.example"),
        ("under_score.zürich.example", "under_score.xn--zrich-kva.example"),
        ("XN--ZRICH-KVA.example", "xn--zrich-kva.example"),
    ],
)
def test_a_host_is_asked_where_a_browser_would_ask(host: str, asked: str) -> None:
    url = f"https://{host}:8443/a"
    assert canonical_url(url) == f"https://{asked}:8443/a"
    assert url_key(url) == f"{asked}:8443/a"
    assert endpoint_of(url) == (asked, 8443)
    assert site_of(url) == site_of(f"https://{asked}:8443/a")


@pytest.mark.parametrize(
    "host",
    [
        "a／b.example",
        "a＠b.example",
        "a％b.example",
        "👩\u200d💻.example",
        "\u200dab.example",
        "\u0301a.example",
        "xn--ü.example",
        "אa.example",
        "a\ufffdb.example",
        "a%ff.example",
        "ü" * 60 + ".example",
        "\u00ad",
        "%20",
    ],
)
def test_a_host_that_no_browser_would_ask_is_none(host: str) -> None:
    with pytest.raises(InvalidURL):
        canonical_url(f"http://{host}/")


def test_wide_digits_lead_inside_as_plain_ones_do() -> None:
    assert canonical_url("http://①②⑦.0.0.１:8600/a") == "http://127.0.0.1:8600/a"
    assert is_private("①②⑦。0。0。1")


def test_a_sources_file_names_the_host_that_is_asked() -> None:
    source = Source(name="z", home="https://www.groß-zeitung.de/", feeds=["https://Example.org/Feed?b=1&a=2#x"])
    assert source.home == "https://www.xn--gro-zeitung-x6a.de/"
    assert source.feeds == ["https://Example.org/Feed?b=1&a=2#x"], "nothing else of an address is touched"
    assert source.sites() == {"xn--gro-zeitung-x6a.de", "example.org"}
