"""Where the listings of a site are looked for, and what the site says of itself: name, language, country."""

from __future__ import annotations

import pytest

from newsbot.discovery import (
    WELL_KNOWN_FEEDS,
    WELL_KNOWN_SITEMAPS,
    ListingSearch,
    SiteFacts,
    feed_links,
    site_facts,
    sitemaps_in_robots,
)

HOME = "https://www.bote.example/"


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<link rel="alternate" type="application/rss+xml" title="Bote" href="/feed/">', ["feed/"]),
        (
            '<link rel="alternate" type="application/atom+xml" href="https://www.bote.example/atom.xml">',
            ["atom.xml"],
        ),
        ('<link rel="alternate" type="application/feed+json" href="feed.json">', ["feed.json"]),
        ('<link rel="alternate" type="application/json" href="/feed.json">', ["feed.json"]),
        ('<LINK REL="ALTERNATE" TYPE="APPLICATION/RSS+XML; charset=utf-8" HREF="/Feed">', ["Feed"]),
        ('<link rel="feed" href="/all">', ["all"]),
        (
            '<link type="application/rss+xml" rel="alternate nofollow" href="feed:https://www.bote.example/f">',
            ["f"],
        ),
        ('<link rel="alternate" type="text/xml" href="/rss">', ["rss"]),
        ('<base href="/de/"><link rel="alternate" type="application/rss+xml" href="feed">', ["de/feed"]),
        ('<a href="/rss/politik.xml">Politik</a>', ["rss/politik.xml"]),
        ('<a href="/feeds/latest" class="rss">Subscribe</a>', ["feeds/latest"]),
        ('<a href="/?feed=rss2">RSS</a>', ["?feed=rss2"]),
        ('<a href="feed://www.bote.example/x">x</a>', ["x"]),
        ('<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">', []),
        ('<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed?url=x">', []),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">', []),
        ('<link rel="alternate" hreflang="de" href="/de/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/rss.html">', ["rss.html"]),
        ('<link rel=alternate type=application/rss+xml href=/comment/feed title="Comment">', ["comment/feed"]),
        ('<link rel=alternate type=application/rss+xml href=/f title="Kommentare">', ["f"]),
        ('<link rel=alternate type=application/rss+xml href=/f title="Opinion & Comment RSS feed">', ["f"]),
        ('<link rel=alternate type=application/rss+xml href=/2026/a/feed/ title="Bote &raquo; A Comments Feed">', []),
        ('<link rel=alternate type=application/rss+xml href=/a/feed/ title="Bote &raquo; Kommentar-Feed zu A">', []),
        ("<link rel=alternate type=application/rss+xml href=/feeds/77/comments/default>", []),
        ('<link rel=alternate type=application/rss+xml href="/?feed=comments-rss2">', []),
        ('<link rel=alternate type="application/xml+rss" href=/f2>', ["f2"]),
        ('<link rel=alternate type="application/x-rss+xml" href=/f2>', ["f2"]),
        ('<link rel=alternate type="text/rss+xml" href=/f2>', ["f2"]),
        ('<link type="application/atom+xml" href=/f2>', ["f2"]),
        ('<link rel="stylesheet" type="application/rss+xml" href=/f2>', []),
        ('<a type="application/rss+xml" href="/x?id=5">X</a>', ["x?id=5"]),
        ('<a href="/rss.html">RSS</a>', ["rss.html"]),
        ('<a href="/service/abo">RSS-Feeds</a>', ["service/abo"]),
        ('<a href="/feed/"><i class="fa fa-rss"></i></a>', ["feed/"]),
        ('<a href="/feeds/all"><img src="/i.png" alt="RSS"></a>', ["feeds/all"]),
        ('<a href="/sport/rss">Sport</a>', ["sport/rss"]),
        ('<a href="/news/feed/"><svg><title>RSS Feed</title></svg></a>', ["news/feed/"]),
        ('<a href="/2026/strike-ends/feed">RSS feed for comments on this post</a>', []),
        ('<link rel="alternate" href="/feed.xml">', ["feed.xml"]),
        ('<link rel="alternate" hreflang="en" href="/feed/en/">', []),
        ('<a href="/2026/rss-at-twenty">RSS is twenty years old and alive in many places</a>', []),
        ('<link rel="alternate" type="application/rss+xml">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', []),
        ('<a href="/feedback">Feedback</a><a href="/2026/how-to-feed-a-cat">How to feed a cat</a>', []),
        ("", []),
    ],
)
def test_the_feeds_that_a_page_names(html: str, wanted: list[str]) -> None:
    assert feed_links(html.encode(), HOME) == [HOME + path for path in wanted]


def test_each_feed_once_and_those_of_the_head_first() -> None:
    page = b"""<body><a href="/rss/sport.xml">RSS</a><link rel="alternate" type="application/rss+xml" href="/feed">
    <a href="/feed">RSS</a></body>"""
    assert feed_links(page, HOME) == [f"{HOME}feed", f"{HOME}rss/sport.xml"]


def test_a_feed_on_another_host_is_named_all_the_same() -> None:
    page = b'<link rel="alternate" type="application/rss+xml" href="https://feeds.other.example/bote?format=xml">'
    assert feed_links(page, HOME) == ["https://feeds.other.example/bote?format=xml"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("User-agent: *\nDisallow: /x\n\nSitemap: https://b.example/s.xml\n", ["https://b.example/s.xml"]),
        ("\ufeffsitemap:https://b.example/s.xml#x", ["https://b.example/s.xml"]),
        (
            "SITEMAP : https://b.example/s.xml # all of it\r\nSite-map: https://b.example/t.xml",
            ["https://b.example/s.xml", "https://b.example/t.xml"],
        ),
        ("Sitemap: https://b.example/s.xml\rSitemap: https://b.example/s.xml", ["https://b.example/s.xml"]),
        ("# Sitemap: https://b.example/s.xml", []),
        ("Sitemap:\nSitemap: not an address\nSitemap: ftp://b.example/s", []),
        ("<html>404</html>", []),
        ("Sitemap: <https://b.example/s.xml>", ["https://b.example/s.xml"]),
        ("Sitemap: [https://b.example/s.xml]", ["https://b.example/s.xml"]),
        ("Sitemap: '//b.example/s.xml'", []),
        ('Sitemap: "https://b.example/s.xml", "https://b.example/t.xml"', ["https://b.example/s.xml", "https://b.example/t.xml"]),
        ("Sitemap: https://b.example/s.xml,https://b.example/t.xml", ["https://b.example/s.xml", "https://b.example/t.xml"]),
        ("Sitemap: https://b.example/s.xml https://b.example/t.xml", ["https://b.example/s.xml", "https://b.example/t.xml"]),
        ("Sitemap: b.example/s.xml,b.example/t.xml", ["https://b.example/s.xml", "https://b.example/t.xml"]),
        ("Sitemap: https://b.example/s?ids=1,2", ["https://b.example/s?ids=1,2"]),
        ("Sitemap: www.b.example/s.xml", ["https://www.b.example/s.xml"]),
        ("Sitemap: b.example:8080/s.xml", ["https://b.example:8080/s.xml"]),
        ("Sitemap: https:/b.example/s.xml", ["https://b.example/s.xml"]),
        ("Sitemap: https//b.example/s.xml", ["https://b.example/s.xml"]),
        ("Sitemap https://b.example/s.xml", ["https://b.example/s.xml"]),
        ("Sitemaps: https://b.example/s.xml;", ["https://b.example/s.xml"]),
        ("<p>Sitemap: https://b.example/s.xml</p>", ["https://b.example/s.xml"]),
        ("User-agent: x<br>Sitemap: https://b.example/s.xml<br/>", ["https://b.example/s.xml"]),
        ("Sitemap-of-all: https://b.example/s.xml", []),
        ("Sitemap: https://b.example/s.xml Disallow: /x", ["https://b.example/s.xml"]),
    ],
)  # fmt: skip
def test_the_sitemaps_of_a_robots_txt(text: str, wanted: list[str]) -> None:
    assert sitemaps_in_robots(text) == wanted


def test_relative_sitemaps_need_the_address_of_the_robots_txt() -> None:
    for line in ("/s.xml", "s.xml", "//b.example/s.xml", "[/s.xml]", "./s.xml"):
        found = sitemaps_in_robots(f"Sitemap: {line}", "https://b.example/robots.txt")
        assert found == ["https://b.example/s.xml"], line
    assert sitemaps_in_robots("Sitemap: none", "https://b.example/robots.txt") == []


def tried(search: ListingSearch, *listings: str) -> list[str]:
    """Run a search in which these paths are listings; return the paths tried, with the kind of the unnamed ones."""
    found = []
    for attempt in search:
        path = attempt.url.removeprefix(HOME)
        found.append(path if attempt.is_named else f"{attempt.channel}: {path}")
        if path in listings:
            search.found(attempt)
    return found


HOME_PAGE = b"""<link rel="alternate" type="application/rss+xml" href="/news.rss"><nav><a href="/sport/">Sport</a>
<a href="/culture/">Culture</a><a href="/economy/">Economy</a></nav>"""


def test_what_a_site_names_is_tried_first_and_where_one_works_nothing_else_of_its_kind() -> None:
    search = ListingSearch(HOME_PAGE, HOME, [f"{HOME}map.xml"], sections=2)
    assert tried(search, "news.rss", "map.xml") == ["news.rss", "map.xml", "", "sport/", "culture/"]


def test_the_usual_addresses_are_tried_up_to_the_first_listing_where_what_is_named_is_none() -> None:
    search = ListingSearch(HOME_PAGE, HOME, [f"{HOME}sitemap.xml"])
    assert tried(search, "rss", "news-sitemap.xml") == [
        "news.rss", "sitemap.xml",
        "feed: feed", "feed: feed/", "feed: rss",
        "sitemap: sitemap_index.xml", "sitemap: news-sitemap.xml",
    ]  # fmt: skip
    everything = tried(ListingSearch(b"", HOME))
    assert len(everything) == len(WELL_KNOWN_FEEDS) + len(WELL_KNOWN_SITEMAPS), "no address is given up for another"


def test_feeds_behind_a_page_are_tried_once_and_before_the_usual_ones() -> None:
    search = ListingSearch(HOME_PAGE, HOME, most_feeds=3)
    paths = []
    for attempt in search:
        paths.append(attempt.url.removeprefix(HOME))
        search.add_feeds([f"{HOME}news.rss", f"{HOME}a.rss", f"{HOME}b.rss", f"{HOME}c.rss"])
        if attempt.is_named:
            search.found(attempt)
    assert [path for path in paths if path.endswith(".rss")] == ["news.rss", "a.rss", "b.rss"]
    assert search.feeds_left == {f"{HOME}c.rss"}
    assert "feed" not in paths


def test_the_usual_addresses_are_tried_in_the_folder_of_the_home_page_too_and_what_was_read_before_first() -> None:
    search = ListingSearch(b"", f"{HOME}en/", known={f"{HOME}atom.xml"})
    urls = [attempt.url.removeprefix(HOME) for attempt in search]
    assert urls[:4] == ["atom.xml", "en/feed", "en/feed/", "en/rss"]
    assert urls.index("en/sitemap.xml") < urls.index("sitemap.xml")
    urls = [attempt.url for attempt in ListingSearch(b"", "https://consent.example/ask", asked=HOME)]
    assert urls.index("https://consent.example/feed") < urls.index(f"{HOME}feed"), "it leads to another site"


@pytest.mark.parametrize(
    ("body", "channel"),
    [
        ('<?xml version="1.0"?>\n<!-- made by us --><rss version="2.0"><channel/></rss>', "feed"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', "feed"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "feed"),
        ("\ufeff<urlset></urlset>", "sitemap"),
        ("<!doctype html><html><body><rss ></html>", None),
        ('{"error": "none"}', None),
    ],
)
def test_an_address_that_is_a_listing_itself_is_tried_first(body: str, channel: str | None) -> None:
    first = next(iter(ListingSearch(body.encode(), f"{HOME}all", sections=1)))
    assert (first.channel if first.url == f"{HOME}all" and first.channel != "section" else None) == channel


def test_of_many_sitemaps_those_that_are_chosen_are_tried_and_no_others() -> None:
    robots = [f"{HOME}part-{number}.xml" for number in range(9)]
    known = {f"{HOME}part-8.xml"}
    search = ListingSearch(b"", HOME, robots, choose=lambda named: named[2:4], known=known)
    urls = [attempt.url.removeprefix(HOME) for attempt in search if attempt.channel == "sitemap"]
    assert urls == ["part-2.xml", "part-3.xml"], "one that was read before is left for later: no need to guess"


@pytest.mark.parametrize(
    ("html", "url", "facts"),
    [
        (
            '<html lang="de-AT"><meta property="og:site_name" content="Der Bote"><title>x</title>',
            "https://bote.example/",
            SiteFacts(name="Der Bote", language="de-AT", country="at"),
        ),
        (
            "<html lang=en-US><title>Home - The Bote</title>",
            "https://bote.co.za/",
            SiteFacts(name="The Bote", language="en-US", country="za"),
        ),
        (
            '<html><meta property="og:locale" content="pt_BR"><title>O Bote</title>',
            "https://obote.com/",
            SiteFacts(name="O Bote", language="pt-BR", country="br"),
        ),
        (
            '<html lang="en"><script type="application/ld+json">{"@graph":[{"@type":"NewsMediaOrganization",'
            '"name":"Bote &amp; Co","address":{"addressCountry":"UK"}}]}</script>',
            "https://bote.io/",
            SiteFacts(name="Bote & Co", language="en", country="gb"),
        ),
        (
            '<html lang="en"><script type="application/ld+json">{broken</script>',
            "https://bote.uk/",
            SiteFacts(language="en", country="gb"),
        ),
        ("", "https://bote.jp/", SiteFacts(country="jp")),
        ("<p>x", "http://127.0.0.1:8600/", SiteFacts()),
    ],
)  # fmt: skip
def test_what_a_home_page_tells_of_its_outlet(html: str, url: str, facts: SiteFacts) -> None:
    assert site_facts(html.encode(), url) == facts


def test_well_known_paths_are_absolute_and_distinct() -> None:
    for paths in (WELL_KNOWN_FEEDS, WELL_KNOWN_SITEMAPS):
        assert all(path.startswith("/") for path in paths)
        assert len(set(paths)) == len(paths)
