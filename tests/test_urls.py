"""One page, one identity; two pages, two."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tldextract import TLDExtract

from newsbot.sources import Source
from newsbot.web.endpoints import endpoint_of, is_private
from newsbot.web.trackers import AMBIGUOUS, TRACKER_PREFIXES, TRACKERS, UNLESS_NUMBERED
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
        ("https://example.org/article.php?sid=1", "https://example.org/article.php?sid=2"),
        ("https://example.org/recap?gameId=401", "https://example.org/recap?gameId=402"),
        ("https://example.org/n?refNo=7", "https://example.org/n?refNo=8"),
        ("https://example.org/show?gallery=bridge", "https://example.org/show?gallery=harbour"),
        ("https://example.org/n?source=twitter-files", "https://example.org/n?source=panama-papers"),
        ("https://example.org/q?keywordId=1", "https://example.org/q?keywordId=2"),
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


@pytest.mark.parametrize(
    "host",
    [
        "example.com", "com", "a.b.example.com.", "x.blogspot.com", "blogspot.com", "www.ck", "a.www.ck", "a.b.ck",
        "b.ck", "a.city.kawasaki.jp", "a.b.c.kawasaki.jp", "kawasaki.jp", "x.s3.amazonaws.com", "xn--.com", "a..com",
        "a.compute.amazonaws.com", "xn--85x722f.xn--55qx5d.cn", "xn--55qx5d.cn", "a.xn--p1ai", "news.internal",
    ],
)  # fmt: skip
def test_sites_are_those_of_the_public_suffix_list(host: str) -> None:
    expected = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)(host)
    assert site_of(f"https://{host}/a") == (expected.top_domain_under_public_suffix or host)


@pytest.mark.parametrize("name", sorted(AMBIGUOUS))
def test_an_ambiguous_parameter_is_a_mark_where_its_value_names_a_channel_alone(name: str) -> None:
    for mark in ("rss", "RSS-Feed", "article_share_facebook", "home", "twitter.com", "newsletter"):
        assert canonical_url(f"https://example.org/a?id=7&{name.upper()}={mark}") == "https://example.org/a?id=7"
    for value in ("17", "6d61fb14555341879a76bc30a3ddb8a1", "harbour-strike", "twitter-files", "news", ""):
        url = f"https://example.org/a?{name}={value}&b=1"
        assert canonical_url(url) == url


@pytest.mark.parametrize("name", [*sorted(TRACKERS), *(f"{prefix}x" for prefix in TRACKER_PREFIXES)])
def test_a_well_known_tracker_is_told_by_its_whole_name(name: str) -> None:
    assert canonical_url(f"https://example.org/a?z=1&{name}=x17&b=2") == "https://example.org/a?z=1&b=2"
    for other in (
        f"x{name}=x17",
        f"x.{name}=x17",
        *(f"{name}={number}" for number in (1, 2) if name in UNLESS_NUMBERED),
    ):
        assert canonical_url(f"https://example.org/a?{other}") == f"https://example.org/a?{other}"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/show?z=1&a=2",
        "https://example.org/show?a&&b=&c",
        "https://example.org/a%2fb/%d0%bd?q=a%26b+c",
        "https://example.org/?p=17",
        "https://example.org/a;v=1/b",
    ],
)
def test_what_names_a_page_is_asked_as_it_is_written(url: str) -> None:
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    "outer",
    [
        "https://www.google.com/url?rct=j&sa=t&url={inside}&ct=ga&usg=A",
        "https://www.google.co.uk/url?q={inside}&sa=D",
        "https://news.google.com/news/url?sa=t&fd=R&ct2=us&url={inside}",
        "https://news.google.com/rss/articles/CBMiHWh0dHBzOi8vZXhhbXBsZS5vcmcvYT9pZD03Jmw9ZW7SAQA?oc=5",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url={inside}&c=1&mkt=en-us",
        "https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9leGFtcGxlLm9yZy9hP2lkPTcmbD1lbg&ntb=1",
        "https://l.facebook.com/l.php?u={inside}&h=AT0",
        "https://www.youtube.com/redirect?event=x&q={inside}",
        "https://vk.com/away.php?to={inside}",
        "https://eur01.safelinks.protection.outlook.com/?url={inside}&data=05",
        "https://example-org.cdn.ampproject.org/c/s/example.org/a?id=7&l=en",
        "https://www.bing-amp.com/c/s/example.org/a?id=7&l=en",
        "http://feedproxy.google.com/~r/bote/~3/x1y/?url={inside}",
        "https://www.google.com/url?url=https%3A%2F%2Fwww.bing.com%2Fnews%2Fapiclick.aspx%3Furl%3D{twice}",
    ],
)
def test_an_address_that_only_leads_to_another_is_the_other(outer: str) -> None:
    inside = "https://example.org/a?id=7&l=en"
    url = outer.format(inside=quote(inside, safe=""), twice=quote(quote(inside, safe=""), safe=""))
    assert canonical_url(url) == inside


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/search?q=https://example.org/",
        "https://www.google.com/url?q=no+address",
        "https://www.facebook.com/sharer.php?u=https%3A%2F%2Fexample.org%2F",
        "https://example.org/redirect?url=https://example.net/",
        "https://news.google.com/rss/articles/CBMiAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_an_address_that_wraps_no_page_is_itself(url: str) -> None:
    assert canonical_url(url) == url


@given(st.text(st.characters(exclude_categories=()), max_size=80))
@example("a/..\\b")
def test_any_text_is_canonical_once_and_for_all_or_refused(text: str) -> None:
    try:
        url = canonical_url(f"https://example.org/{text}")
    except InvalidURL:
        return
    assert canonical_url(url) == url
    assert url.isascii()
    assert url_key(url) == url_key(canonical_url(url))


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        (r"\news\1", "https://example.org/news/1"),
        (r"..\1", "https://example.org/1"),
        (r"\\example.com\a", "https://example.com/a"),
        (r"http:\\example.com\a\..\b", "http://example.com/b"),
        (r"/a?file=\b", "https://example.org/a?file=%5Cb"),
    ],
)
def test_a_backslash_before_the_query_is_a_slash_as_in_browsers(written: str, asked: str) -> None:
    assert canonical_url(written, "https://example.org/feeds/rss") == asked


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
