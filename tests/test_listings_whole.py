"""The law of listings: of distinct articles on distinct addresses as many come out as went in, each as it stands."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.discovery import article_links, parse_feed, parse_sitemap
from newsbot.discovery.url_shape import QUERY_SERVICE, is_page
from newsbot.items import Candidate
from newsbot.web.trackers import AMBIGUOUS
from newsbot.web.urls import url_key

SITE = "https://bote.example"
LETTERS = "abcdefghijklmnopqrstuvwxyzABXYZ0123456789-_~äöçñşł"
TITLES = st.lists(
    st.sampled_from(
        [
            "Harbour",
            "strike",
            "ends",
            "café",
            "straße",
            "R&D",
            "3 < 4",
            "’tis",
            "Мост",
            "открыт",
            "東京",
            "橋が開通",
            "다리",
            "γέφυρα",
        ]
    ),
    min_size=2,
    max_size=7,
).map(" ".join)
SEGMENTS = st.text(LETTERS + " .,()!$*+;:@%", min_size=1, max_size=12).filter(
    lambda text: (
        text.strip(" .;") == text
        and is_page(f"{SITE}/{text}/a-b-c-d.js")
        and ("." not in text or is_page(f"{SITE}/{text}", listed=True))  # 0.gz is a file
    )
)
NAMES = st.sampled_from(
    [
        *sorted(AMBIGUOUS),
        "id",
        "p",
        "page",
        "section",
        "copy",
        "region",
        "lang",
        "order",
        "curren",
        "gameId",
        "artikel[nr]",
    ]
)
VALUES = st.text("abcxyz0189-._~ é/:@", max_size=8).filter(lambda text: not text.isalpha() or len(text) > 3)
ENDINGS = (
    "",
    ".html",
    ".php",
    ".aspx",
    ".net",
    ".io",
    "-story-1234567",
    "/a-b-c-d.js",
    "/one-two-three.zip",
    "/x-y-z-1.xml",
)


@dataclass(frozen=True)
class Item:
    """An article as a listing names it."""

    path: str
    """Escaped as it has to be."""
    fragment: str
    title: str
    date: str

    @property
    def url(self) -> str:
        return SITE + self.path


@st.composite
def items(draw: st.DrawFn) -> Item:
    folders = draw(st.lists(SEGMENTS, max_size=3))
    path = "/" + "/".join(quote(folder, safe="~,()!$*+;:@'") for folder in folders) + draw(st.sampled_from(ENDINGS))
    pairs = draw(st.lists(st.tuples(NAMES, VALUES), max_size=3))
    query = "&".join(
        f"{quote(name, safe='[]')}={quote(value, safe='/:@')}" if value else quote(name) for name, value in pairs
    )
    fragment = draw(st.sampled_from(["", "", "#top", "#ref=rss", "#!/1"]))
    day = draw(st.integers(1, 28))
    return Item(path + ("?" + query if query else ""), fragment, draw(TITLES), f"2026-11-{day:02}T10:00:00+00:00")


def distinct(item: Item) -> str:
    """What tells an address from its twins: those of one page at another place, as /a/ is of /a."""
    return url_key(item.url)


@st.composite
def writings(draw: st.DrawFn) -> Callable[[str], str]:
    """A way to write an address into XML."""
    around = draw(st.sampled_from(["", " ", "\n\t", "\ufeff", "\u200b ", "&#160;"]))
    how = draw(st.sampled_from(["escaped", "section", "twice", "number", "bare"]))
    write: Callable[[str], str] = {
        "escaped": html.escape,
        "section": lambda url: f"<![CDATA[{url}]]>",
        "twice": lambda url: html.escape(html.escape(url)),
        "number": lambda url: url.replace("&", "&#x26;").replace("'", "&#39;"),
        "bare": lambda url: url,
    }[how]
    return lambda url: f"{around}{write(url)}{around}"


LISTINGS = st.lists(items(), min_size=1, max_size=12, unique_by=(distinct, lambda item: item.title))
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"])


def rss(listed: list[Item], write: Callable[[str], str]) -> str:
    entries = "".join(
        f"<item><title>{html.escape(item.title)}</title><link>{write(item.url + item.fragment)}</link>"
        f"<pubDate>{item.date}</pubDate></item>"
        for item in listed
    )
    return f"<rss version='2.0'><channel><title>Bote</title><link>{SITE}</link>{entries}</channel></rss>"


def rdf(listed: list[Item], write: Callable[[str], str]) -> str:
    spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://nobody.example/ns"'
    body = rss(listed, write).partition("</link>")[2].rpartition("</channel>")[0].replace("pubDate", "date")
    return f"<rdf:RDF {spaces}><channel><title>Bote</title></channel>{body}</rdf:RDF>"


def broken_rss(listed: list[Item], write: Callable[[str], str]) -> str:
    return rss(listed, write).replace("</item>", "<description>a < b & c<br></description></item>")


def atom(listed: list[Item], write: Callable[[str], str]) -> str:
    entries = "".join(
        f"<entry><title>{html.escape(item.title)}</title><link rel='replies' href='/comments'/>"
        f"<link href='{html.escape(item.url + item.fragment)}'/><updated>{item.date}</updated></entry>"
        for item in listed
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Bote</title>{entries}</feed>"


def json_feed(listed: list[Item], write: Callable[[str], str]) -> str:
    entries = [{"url": item.url + item.fragment, "title": item.title, "date_published": item.date} for item in listed]
    return json.dumps({"title": "Bote", "home_page_url": SITE, "items": entries}, ensure_ascii=False)


@settings(max_examples=300)
@given(LISTINGS, writings(), st.sampled_from([rss, rdf, broken_rss, atom, json_feed]), ENCODINGS)
def test_of_a_feed_as_many_come_out_as_went_in(
    listed: list[Item],
    write: Callable[[str], str],
    make: Callable[[list[Item], Callable[[str], str]], str],
    encoding: str,
) -> None:
    text = make(listed, write)
    declared = "" if text[0] == "{" else f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    feed = parse_feed((declared + text).encode(encoding), f"{SITE}/feed", charset=encoding.removesuffix("-sig"))
    assert_whole(feed.candidates, listed)
    for candidate, item in zip(feed.candidates, listed, strict=True):
        assert "".join((candidate.title or "").split()) == "".join(item.title.split())
        assert item.date in (candidate.published, candidate.modified)


@settings(max_examples=200)
@given(LISTINGS, writings(), st.sampled_from(["xml", "broken", "news", "text"]), ENCODINGS)
def test_of_a_sitemap_as_many_come_out_as_went_in(
    listed: list[Item], write: Callable[[str], str], kind: str, encoding: str
) -> None:
    if kind == "text":
        text = "\n".join(item.url for item in listed)
    else:
        news = "<news:news><news:title>T</news:title></news:news>" if kind == "news" else ""
        entries = "".join(f"<url><loc>{write(item.url + item.fragment)}</loc>{news}</url>" for item in listed)
        spaces = 'xmlns="http://www.sitemap.example/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        text = f"<urlset {spaces}>{entries}{'</br>' if kind == 'broken' else ''}</urlset>"
    sitemap = parse_sitemap(text.encode(encoding), f"{SITE}/map", charset=encoding.removesuffix("-sig"))
    assert_whole(sitemap.candidates, listed)


@settings(max_examples=100)
@given(
    st.sampled_from(["/view.php?{name}={id}", "/n?copy=1&{name}={id}", "/{id}-{slug}{end}", "/2026/11/20/{slug}{end}"]),
    st.sampled_from(sorted(AMBIGUOUS - QUERY_SERVICE)),
    st.lists(st.integers(10_000, 9_999_999), min_size=3, max_size=12, unique=True),
    st.sampled_from(["", ".html", ".js", ".zip", ".io"]),
)
def test_of_a_section_page_as_many_come_out_as_went_in(pattern: str, name: str, ids: list[int], end: str) -> None:
    paths = [pattern.format(name=name, id=id_, slug=f"a-new-bridge-of-{id_}-stones", end=end) for id_ in ids]
    cards = "".join(
        f"<article><h2><a href='{html.escape(path)}'>A new bridge of {id_} stones opens today</a></h2></article>"
        for path, id_ in zip(paths, ids, strict=True)
    )
    page = f"<html><body><nav><a href='/'>Home</a><a href='/tag/rain'>Rain</a></nav><main>{cards}</main></body></html>"
    found = article_links(page.encode(), f"{SITE}/news")
    assert sorted(candidate.url for candidate in found) == sorted(SITE + path for path in paths)


def assert_whole(candidates: list[Candidate], listed: list[Item]) -> None:
    """Every address is there as it was written, and none is taken for another one afterwards."""
    assert [candidate.url for candidate in candidates] == [
        item.url.replace("[", "%5B").replace("]", "%5D") for item in listed
    ]
    assert len({url_key(candidate.url) for candidate in candidates}) == len(listed)
