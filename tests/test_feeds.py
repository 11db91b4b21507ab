"""Feeds of every make and in every state of repair: what a person would read out of them, or a clear note."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import not_hanging
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.discovery import Feed, FeedError, Sitemap, SitemapError, parse_feed, parse_sitemap
from newsbot.items import Candidate
from newsbot.web.dates import parse_date
from newsbot.web.text import plain_text

CASES = Path(__file__).with_name("feeds")
BODIES = {path.name: path.read_bytes() for path in sorted(CASES.iterdir()) if not path.name.endswith(".expected.json")}
URL = "https://bote.example/feed"
SITEMAP_URL = "https://bote.example/sitemap.xml"


def described(name: str, body: bytes) -> dict[str, Any]:
    """All that came out of a feed or sitemap, without what is empty."""
    is_sitemap = name.startswith("sitemap")
    try:
        found = parse_sitemap(body, SITEMAP_URL) if is_sitemap else parse_feed(body, URL)
    except (FeedError, SitemapError) as error:
        return {"error": error.reason}
    result: dict[str, Any] = {"kind": found.kind}
    if isinstance(found, Feed):
        about = ("title", "language", "home", "hub", "next_url")
        result |= {name: getattr(found, name) for name in about if getattr(found, name)}
    elif found.children:
        result["children"] = [[child.url, child.lastmod] for child in found.children]
    result["entries"] = [_entry(candidate) for candidate in found.candidates]
    if found.notes:
        result["notes"] = [_note(note) for note in found.notes]
    return result


def _note(note: str) -> str:
    """A note without the parser's own words, which change from version to version."""
    kind = note.partition(":")[0]
    return kind if kind in ("not_well_formed", "json_error") else note


def _entry(candidate: Candidate) -> dict[str, Any]:
    entry = {key: value for key, value in dataclasses.asdict(candidate).items() if value}
    if entry["via"] != "news_sitemap":
        del entry["via"]
    return entry


@pytest.mark.parametrize("name", BODIES)
def test_each_case_gives_what_a_person_would_read(name: str) -> None:
    expected = json.loads((CASES / f"{name.partition('.')[0]}.expected.json").read_text())
    assert described(name, BODIES[name]) == expected


def test_no_case_is_without_expectation_and_there_are_enough() -> None:
    assert {name.partition(".")[0] for name in BODIES} == {
        p.name.partition(".")[0] for p in CASES.glob("*.expected.json")
    }
    assert len(BODIES) >= 60


def rss(*items: str) -> bytes:
    entries = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss><channel><link>https://bote.example/</link>{entries}</channel></rss>".encode()


def urls(feed: Feed | Sitemap) -> list[str]:
    return [candidate.url for candidate in feed.candidates]


GUID = "<guid isPermaLink='{permanent}'>https://bote.example/a/{number}</guid>"


@pytest.mark.parametrize("permanent", ["true", "false"])
@pytest.mark.parametrize(
    "link",
    [
        "",
        "N/A",
        "none",
        "#",
        "javascript:void(0)",
        "http://",
        "http://N/A",
        "see below",
        "https://bote.example/",
        "http://www.bote.example",
        "/",
        "https://bote.example/feed",
        "https://bote.example/news",
        "https://bote.example/news#top",
    ],
)
def test_a_link_of_no_use_gives_way_to_a_guid_that_is_an_address(link: str, permanent: str) -> None:
    items = [
        f"<title>Story {number}</title><link>{link}</link>{GUID.format(permanent=permanent, number=number)}"
        for number in range(3)
    ]
    assert urls(parse_feed(rss(*items), URL)) == [f"https://bote.example/a/{number}" for number in range(3)]
    shared = [{"url": link, "id": f"https://bote.example/a/{number}", "title": f"S {number}"} for number in range(3)]
    assert urls(parse_feed(json.dumps(shared).encode(), URL)) == [f"https://bote.example/a/{n}" for n in range(3)]


@pytest.mark.parametrize(
    ("link", "guid"),
    [
        ("http://https://bote.example/a/1", "http://bote.example/a/1"),
        ("bote.example/a/1", "http://bote.example/a/1"),
        ("http://feedproxy.google.com/~r/bote/~3/x1y/1", "http://bote.example/a/1"),
        ("https://t.co/x1y", "http://bote.example/a/1"),
        ("http://rss.feedsportal.com/c/1/f/2/s/3/l/0L0Sbote0Bexample/story01.htm", "http://bote.example/a/1"),
        ("http://bote.example/a/1\nhttp://bote.example/b", "x"),
        ("http://bote.example/a/1", "https://bote.example/?p=1"),
        ("/a/1", "https://bote.example/?p=1"),
    ],
)
def test_a_link_that_has_to_be_guessed_gives_way_to_a_guid_that_says_it(link: str, guid: str) -> None:
    (url,) = urls(parse_feed(rss(f"<title>One</title><link>{link}</link><guid>{guid}</guid>"), URL))
    assert url.partition("://")[2] == "bote.example/a/1"
    assert url.startswith("http://") or link[0] == "/"


@pytest.mark.parametrize(
    "link", ["view.do?id=5", "article.pl?sid=06/11/20", "article.pl/2026/11", "v1.2/a", "a.b", "node.js/x"]
)
def test_a_file_is_no_host(link: str) -> None:
    assert urls(parse_feed(rss(f"<link>{link}</link>"), URL)) == [f"https://bote.example/{link}"]


def test_a_session_that_all_links_of_a_feed_share_is_left_out_and_ids_are_kept() -> None:
    session = "6d61fb14555341879a76bc30a3ddb8a1"
    links = [f"https://bote.example/t.php?t={number}&amp;sid={session}" for number in range(3)]
    feed = parse_feed(rss(*(f"<link>{link}</link>" for link in links)), URL)
    assert urls(feed) == [f"https://bote.example/t.php?t={number}" for number in range(3)]
    own = [f"https://bote.example/t.php?sid={number}{session[1:]}" for number in range(3)]
    assert urls(parse_feed(rss(*(f"<link>{link}</link>" for link in own)), URL)) == own


def test_a_story_that_stands_twice_in_a_feed_keeps_its_link() -> None:
    items = [
        f"<title>One</title><link>/a/1</link><guid>https://bote.example/?p=1&amp;v={version}</guid>"
        for version in (1, 2)
    ]
    feed = parse_feed(rss(*items), URL)
    assert (urls(feed), feed.notes) == (["https://bote.example/a/1"], ["repeated: https://bote.example/a/1"])


def test_entries_that_nothing_but_fragments_tell_apart_are_one_page_and_noted() -> None:
    for hash_ in ("#entry-{}", "#!/live/{}"):
        feed = parse_feed(rss(*(f"<title>{n}</title><link>/live{hash_.format(n)}</link>" for n in range(3))), URL)
        assert urls(feed) == ["https://bote.example/live"]
        assert [note.partition(":")[0] for note in feed.notes] == ["one_page"]


@pytest.mark.parametrize(
    "link",
    [
        "\ufeffhttps://bote.example/a?id=1&amp;section=2",
        "&#x200b;&#xfeff; https://bote.example/a?id=1&amp;section=2 &#x200e;",
        "&#160;\nhttps://bote.example/a?\n  id=1&amp;section=2\n",
        "https://bote.example/a?id=1&amp;amp;section=2",
        "https://bote.example/a?id=1&amp;amp;amp;section=2",
        "https://bote.example/a?id=1&amp;#038;section=2",
        "<![CDATA[ https://bote.example/a?id=1&section=2 ]]>",
        "<![CDATA[https://bote.example/a?id=1&amp;section=2]]>",
        "'https://bote.example/a?id=1&amp;section=2'",
        "&lt;https://bote.example/a?id=1&amp;section=2&gt;",
        "&lt;a href='https://bote.example/a?id=1&amp;section=2'>here&lt;/a>",
        "http://https://bote.example/a?id=1&amp;section=2",
        "https://https//bote.example/a?id=1&amp;section=2",
        "https:/bote.example/a?id=1&amp;section=2",
        "https:bote.example/a?id=1&amp;section=2",
        "https//bote.example/a?id=1&amp;section=2",
        "ttps://bote.example/a?id=1&amp;section=2",
        "https:\\\\bote.example/a?id=1&amp;section=2",
        "https:// bote.example/a?id=1&amp;section=2",
        "feed:https://bote.example/a?id=1&amp;section=2",
        "https://bote.example/https://bote.example/a?id=1&amp;section=2",
        "https://proxy.example/?url=https%3A%2F%2Fbote.example%2Fa%3Fid%3D1%26section%3D2",
        "//bote.example/a?id=1&amp;section=2",
        "bote.example/a?id=1&amp;section=2",
        "/a?id=1&amp;section=2",
        "a?id=1&amp;section=2",
        "?id=1&amp;section=2",
    ],
)
@pytest.mark.parametrize("broken", ["", "<title>A & B</title>", "<title>A<"])
def test_a_link_is_read_as_it_was_meant(link: str, broken: str) -> None:
    expected = "https://bote.example/feed?id=1&section=2" if link[0] == "?" else "https://bote.example/a?id=1&section=2"
    feed = parse_feed(rss(f"{broken}<link>{link}</link>"), URL)
    assert urls(feed) == [expected]


NAMES = (
    "section",
    "region",
    "copy",
    "current",
    "parameter",
    "notify",
    "timestamp",
    "degree",
    "cent",
    "micro",
    "lang",
    "order",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ampersand", ["&", "&amp;", "&amp;amp;"])
def test_no_parameter_is_read_as_a_sign_of_html(name: str, ampersand: str) -> None:
    wanted = [f"https://bote.example/a.php?id=7&{name}=x"]
    link = f"https://bote.example/a.php?id=7{ampersand}{name}=x"
    assert urls(parse_feed(rss(f"<title>T</title><link>{link}</link>"), URL)) == wanted
    assert urls(parse_feed(rss(f"<title>T</title><link>{link}</link><description><p></description>"), URL)) == wanted
    assert urls(parse_feed(f"<feed><entry><link href='{link}'/><title>A<</entry></feed>".encode(), URL)) == wanted
    assert urls(parse_feed(json.dumps([{"url": link}]).encode(), URL)) == wanted
    assert urls(parse_sitemap(f"<urlset><url><loc>{link}</loc></url></urlset>".encode(), URL)) == wanted


SPACES = (
    "http://blogs.law.harvard.edu/tech/rss",
    "http://www.w3.org/2005/Atmo",
    "https://bote.example/ns",
    "urn:feed",
    "rss",
    "http://purl.org/dc/elements/1.1/",
    "http://search.yahoo.com/mrss/",
    "http://www.sitemap.org/schemas/sitemap/0.9",
    "https://www.sitemaps.org/schemas/sitemap/0.9/",
)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize("broken", ["", "<!-- -- -->"])
def test_the_namespace_of_the_root_is_the_vocabulary_whatever_it_is(space: str, prefix: str, broken: str) -> None:
    declared = f'xmlns{":x" if prefix else ""}="{space}"'

    def marked(text: str) -> bytes:
        return text.replace("</", f"</{prefix}").replace("<:", f"<{prefix}").replace("<^", "</").encode()

    title = "<:title>A</title><:description>Words.</description><:pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>"
    item = f"<:item><:link>/1</link>{title}</item>"
    feed = parse_feed(marked(f'<:rss version="2.0" {declared}><:channel>{broken}{item}</channel></rss>'), URL)
    words = "<:summary>Words.</summary><:published>2026-11-20T10:00:00+00:00</published>"
    entry = f"<:entry><:link href='/1'/><:title>A</title>{words}</entry>"
    atom = parse_feed(marked(f"<:feed {declared}>{broken}{entry}</feed>"), URL)
    for found in (feed, atom):
        (candidate,) = found.candidates
        assert (candidate.url, candidate.title, candidate.summary, candidate.published) == (
            "https://bote.example/1", "A", "Words.", "2026-11-20T10:00:00+00:00",
        )  # fmt: skip
    loc = "<:url><:loc>/1</loc><:lastmod>2026-11-20</lastmod></url>"
    sitemap = parse_sitemap(marked(f"<:urlset {declared}>{broken}{loc}</urlset>"), SITEMAP_URL)
    assert [(one.url, one.modified) for one in sitemap.candidates] == [("https://bote.example/1", "2026-11-20")]


def test_what_gives_no_candidate_says_why() -> None:
    for body in (
        b"<rss><channel></channel></rss>",
        b"<feed xmlns='x'/>",
        b'{"items": []}',
        b"<rss><channel><item/></channel></rss>",
    ):
        feed = parse_feed(body, URL)
        assert not feed.candidates and feed.notes, body
    for body in (b"<urlset></urlset>", b"<sitemapindex/>", b"<urlset><url/></urlset>"):
        sitemap = parse_sitemap(body, SITEMAP_URL)
        assert not sitemap.candidates and sitemap.notes, body


@pytest.mark.parametrize("broken", ["", "<summary>A & B</summary>", "<title>A<b>"])
def test_the_base_of_a_document_holds_in_a_broken_one_too(broken: str) -> None:
    start = '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bote.example/" xml:lang="de">'
    body = f"{start}<entry xml:base='news/'><link href='1.html'/>{broken}</entry></feed>"
    feed = parse_feed(body.encode(), "https://feeds.example/bote")
    assert (urls(feed), feed.language) == (["https://bote.example/news/1.html"], "de")


@pytest.mark.parametrize(
    ("attributes", "text", "title"),
    [
        ("mode='base64'", "RXhhbXBsZSA8Yj5BdG9tPC9iPg==", "Example Atom"),
        ("mode='base64' type='text/html'", "\n  RXhhbXBsZSA8Yj5B\n  dG9tPC9iPg==\n", "Example Atom"),
        ("type='application/octet-stream'", "RXhhbXBsZSA8Yj5BdG9tPC9iPg==", "Example Atom"),
        ("type='application/xhtml+base64'", "0JzQvtGB0YIg0L7RgtC60YDRi9GC", "Мост открыт"),
        ("type='application/x-custom'", "test", "test"),
        ("type='text/plain'", "Harbour", "Harbour"),
        ("type='html'", "Harbour", "Harbour"),
    ],
)
def test_base64_is_read_where_an_element_says_that_it_has_it(attributes: str, text: str, title: str) -> None:
    content = f"<content {attributes}>{text}</content>"
    entry = f"<entry><link href='/1'/><title {attributes}>{text}</title>{content}</entry>"
    (candidate,) = parse_feed(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode(), URL).candidates
    assert candidate.title == title
    assert plain_text(candidate.html) == title


def test_the_link_of_an_entry_is_the_one_to_its_page() -> None:
    others = "".join(
        f"<link rel='{relation}' href='/{relation}'/>"
        for relation in ("self", "enclosure", "replies", "edit", "via", "related")
    )
    json_view = "<link rel='alternate' type='application/json' href='/json'/>"
    entries = (
        f"<entry>{others}{json_view}<link rel='alternate' type='text/html' href='/1'/></entry>",
        f"<entry><link rel='http://www.iana.org/assignments/relation/alternate' href='/2'/>{json_view}{others}</entry>",
        f"<entry>{others}<link href='/3'/></entry>",
        "<entry><link rel='edit' href='/edit'/><link rel='self' href='/4'/></entry>",
        "<entry><link rel='enclosure' href='/5.mp3'/></entry>",
    )
    feed = parse_feed(f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(entries)}</feed>".encode(), URL)
    assert urls(feed) == [f"https://bote.example/{number}" for number in range(1, 5)]
    assert feed.notes == ["link_from_id: entry 4", "no_link: entry 5"]


@pytest.mark.parametrize(
    ("url", "is_article"),
    [
        ("/2026/11/moving-to-node.js", True),
        ("/2026/11/the-end-of.zip", True),
        ("/2026/11/harbour.xml", True),
        ("/news/why-we-left-json.json", True),
        ("/news/who-invented-the.mp3", True),
        ("/news/asp.net", True),
        ("/a-company-called-socket.io", True),
        ("/assets/2026/11/the-end-of.zip", False),
        ("/wp-content/uploads/2026/11/annual-report-2026.zip", False),
        ("/static/app.bundle.min.js", False),
        ("/photo-of-the-day.jpg", False),
        ("/annual-report-of-the-bank.pdf", False),
        ("/data.json", False),
        ("/feeds/world-news-headlines.xml", False),
        ("/sitemaps/2026/11/posts.xml", False),
        ("/articles-2026-11.xml", False),
    ],
)
def test_a_slug_that_ends_like_a_file_is_an_article_where_the_listing_says_so(url: str, is_article: bool) -> None:
    body = f"<urlset><url><loc>https://bote.example{url}</loc></url></urlset>".encode()
    assert len(parse_sitemap(body, SITEMAP_URL).candidates) == is_article
    assert urls(parse_feed(rss(f"<link>{url}</link>"), URL)) == [f"https://bote.example{url}"]


TOKENS = [
    b"<", b">", b"&", b"</item>", b"<item>", b"<entry>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&amp;", b"&nbsp;",
    b"\x00", b"\xff", b"<!DOCTYPE x [", b'<!ENTITY a "b">', b"&a;", b"</channel>", b"{", b"]", b'"', b"<link>",
    b"</loc>", b"<url>", b"\x1f\x8b", b"<?xml", b"xmlns=", b"\xe2\x80\xa8", b"https://[::1", b"\\u", b'<link 0href="x',
]  # fmt: skip

edits = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "cut", "repeat", "flip"]),
        st.integers(0, 10_000),
        st.integers(1, 200),
        st.sampled_from(TOKENS),
    ),
    min_size=1,
    max_size=6,
)


def mutated(body: bytes, changes: list[tuple[str, int, int, bytes]]) -> bytes:
    for kind, place, length, token in changes:
        at = place % (len(body) + 1)
        if kind == "insert":
            body = body[:at] + token + body[at:]
        elif kind == "delete":
            body = body[:at] + body[at + length :]
        elif kind == "cut":
            body = body[:at]
        elif kind == "repeat":
            body = body[:at] + body[at : at + length] * 2 + body[at + length :]
        elif body:
            at %= len(body)
            body = body[:at] + bytes([body[at] ^ (1 << length % 8)]) + body[at + 1 :]
    return body


@settings(max_examples=300)
@given(st.sampled_from(sorted(BODIES)), edits)
def test_a_mutated_feed_gives_entries_or_a_named_reason(name: str, changes: list[tuple[str, int, int, bytes]]) -> None:
    body = mutated(BODIES[name], changes)
    for parse in (parse_feed, parse_sitemap):
        try:
            found = parse(body, URL)
        except (FeedError, SitemapError) as error:
            assert error.reason in str(error) or str(error)
            continue
        for candidate in found.candidates:
            assert candidate.url.startswith(("http://", "https://"))
            for date in (candidate.published, candidate.modified):
                assert date is None or parse_date(date) == date
            assert candidate.title is None or candidate.title.strip()
            json.dumps(dataclasses.asdict(candidate)).encode()


ITEM = "<item><title>Story {0}</title><link>https://bote.example/story-{0}</link><description><![CDATA[<p>{0}</p>]]></description></item>\n"


@pytest.mark.parametrize("name", ["vers\u00aaion", "\u2160d", "a\u0387b", "\u0663", "a:\u00ba", "m\u00fcde"])
def test_no_name_of_an_attribute_costs_a_broken_feed_its_entries(name: str) -> None:
    item = f'<item {name}="1"><title>A & B<b></title><link {name}="2">https://bote.example/a</link></item>'
    feed = parse_feed(f'<rss {name}="3"><channel><title>T</title>{item}</channel></rss>'.encode(), URL)
    assert [candidate.url for candidate in feed.candidates] == ["https://bote.example/a"]


@settings(max_examples=150)
@given(st.integers(0, 9), st.integers(0, 120), st.sampled_from(TOKENS[:18]))
def test_one_broken_entry_never_loses_the_others(broken: int, place: int, token: bytes) -> None:
    items = [ITEM.format(n).encode() for n in range(10)]
    at = place % (items[broken].index(b"</item>"))
    at = max(at, 7)
    items[broken] = items[broken][:at] + token + items[broken][at:]
    feed = parse_feed(b'<rss version="2.0"><channel><title>T</title>' + b"".join(items) + b"</channel></rss>", URL)
    urls = {candidate.url for candidate in feed.candidates}
    assert {f"https://bote.example/story-{n}" for n in range(10) if n != broken} <= urls


@pytest.mark.parametrize("cut", range(0, 1200, 23))
def test_a_feed_cut_anywhere_gives_the_entries_that_had_arrived(cut: int) -> None:
    whole = b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>' + b"".join(
        ITEM.format(n).encode() for n in range(9)
    )
    body = whole[:cut]
    try:
        found = [candidate.url for candidate in parse_feed(body, URL).candidates]
    except FeedError as error:
        assert error.reason in ("empty", "not_a_feed")
        assert cut < 30
        return
    arrived = body.count(b"</link>")
    assert found == [f"https://bote.example/story-{n}" for n in range(arrived)]


def test_the_charset_of_the_header_counts_where_the_document_says_nothing() -> None:
    body = "<rss><channel><title>Мост</title><item><title>Открыт</title><link>/a</link></item></channel></rss>".encode(
        "koi8-r"
    )
    feed = parse_feed(body, URL, charset="KOI8-R")
    assert (feed.title, feed.candidates[0].title) == ("Мост", "Открыт")


def test_too_large_a_feed_is_refused_before_it_is_read() -> None:
    with pytest.raises(FeedError) as caught:
        parse_feed(b"<rss>" + b" " * 20_000_001, URL)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel>" + b"<title>" * 200_000,
        b"<rss><channel><item>" + b"<![CDATA[" * 200_000,
        b"<rss><channel><item><title>" + b"<b>" * 300_000,
        b"<rss><channel>" + b"<item>" * 100_000,
        b"<!--" * 200_000 + b"<rss>",
        b"<rss><channel><item><description>" + b"&" * 500_000,
        b'{"items": [' + b'{"a":' * 100_000,
        b'{"items": [' + b'{"url": "x' * 50_000,
        b"<rss><channel><item><title>" + b"&lt;script&gt;" * 50_000,
        b"<rss><channel><item><link>" + b"&lt;a href " * 300_000,
        b"<rss><channel>" + b"<item><link>http://%b\n%b</link></item>" % (b" " * 4000, b"&lt;a " * 800) * 200,
        b"<rss><channel>" + b"<item><link>%b</link></item>" % (b"http" * 2000) * 200,
        b"<!DOCTYPE rss [" + b'<!ENTITY x "y">' * 20_000 + b"]><rss>" + b"&x;" * 100_000,
    ],
    ids=[
        "titles",
        "cdata",
        "tags",
        "items",
        "comments",
        "ampersands",
        "json-deep",
        "json-open",
        "scripts",
        "links",
        "links-spaced",
        "links-schemes",
        "entities",
    ],
)
def test_a_hostile_feed_holds_up_nothing(body: bytes) -> None:
    with not_hanging():
        try:
            parse_feed(body, URL)
        except FeedError as error:
            assert error.reason


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Fri, 20 Nov 2026 10:00:00 GMT", "2026-11-20T10:00:00+00:00"),
        ("Fri, 20 Nov 2026 10:00:00 PDT", "2026-11-20T10:00:00-07:00"),
        ("Fri, 20 Nov 26 10:00 +0530", "2026-11-20T10:00:00+05:30"),
        ("20 de noviembre de 2026, 10:30 h", "2026-11-20T10:30:00"),
        ("20 พฤศจิกายน 2569", "2026-11-20"),
        ("٢٠ نوفمبر ٢٠٢٦", "2026-11-20"),
        ("2026년 11월 20일 오후 3:05", "2026-11-20T15:05:00"),
        ("20 tháng 11, 2026", "2026-11-20"),
        ("115/11/20", "2026-11-20"),
        ("2026-11-20T10:00:60Z", "2026-11-20T10:00:59+00:00"),
        ("12:30 AM, Nov 20 2026", "2026-11-20T00:30:00"),
        ("Fri Nov 20 10:00:00 UTC 2026", "2026-11-20T10:00:00+00:00"),
        ("2026-11-20 10:00:00 GMT+2", "2026-11-20T10:00:00+02:00"),
        ("Fri, 20 Nov 2026 10:00:00 Mars/Olympus", "2026-11-20T10:00:00"),
        ("soon", None),
        ("", None),
        ("2026-13-40", None),
        ("9999-99-99T99:99:99Z", None),
        ("-0001-11-30T00:00:00+00:00", None),
        ("1969-12-31T19:00:00-05:00", None),
        ("1" * 500, None),
    ],
)
def test_dates_as_people_and_machines_write_them(text: str, date: str | None) -> None:
    assert parse_date(text) == date


def test_the_month_comes_first_in_american_english_only() -> None:
    assert parse_date("3/4/2026", language="en-US") == "2026-03-04"
    assert parse_date("3/4/2026") == "2026-04-03"
    entry = "<item><link>/a</link><pubDate>3/4/2026 9:00</pubDate></item>"
    body = f"<rss><channel><language>{{}}</language>{entry}</channel></rss>"
    dates = [parse_feed(body.format(tag).encode(), URL).candidates[0].published for tag in ("en-US", "en-GB")]
    assert dates == ["2026-03-04T09:00:00", "2026-04-03T09:00:00"]


@settings(max_examples=300)
@given(
    st.text(max_size=40)
    | st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( [0-9]{1,2}:[0-9]{2})?", fullmatch=True)
)
def test_any_text_is_a_date_or_none(text: str) -> None:
    date = parse_date(text)
    assert date is None or parse_date(date) == date
