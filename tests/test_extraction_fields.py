"""Fields and their witnesses, on small pages."""

import pytest

from newsbot.extraction import EXTRACTOR, ExtractionError, extract_article
from newsbot.extraction.authors import people
from newsbot.items import Candidate

URL = "https://www.harbour.example/town/ferry"
TEXT = "The council voted on Tuesday evening to keep the ferry, after a debate that ran for more than four hours. "


def page(head: str = "", body: str = "", title: str = "Ferry stays") -> bytes:
    article = f"<article><h1>Ferry stays</h1>{body}<p>{TEXT * 3}</p></article>"
    return f'<html lang="en"><head><title>{title}</title>{head}</head><body>{article}</body></html>'.encode()


def test_record_is_filled_and_every_field_tells_its_origin() -> None:
    article = extract_article(
        page('<meta property="og:site_name" content="Harbour"><meta property="og:image" content="/i.jpg">'),
        URL,
        fetched_at="2026-05-13T00:00:00+00:00",
    )
    assert article.url == URL
    assert article.extractor == EXTRACTOR
    assert article.extractor.startswith("newsbot/")
    assert article.image == "https://www.harbour.example/i.jpg"
    assert article.fetched_at == "2026-05-13T00:00:00+00:00"
    assert article.origins.keys() >= {
        "url",
        "title",
        "authors",
        "published",
        "modified",
        "language",
        "section",
        "tags",
        "image",
        "summary",
        "text",
        "site_name",
    }
    assert article.origins["title"] == "html"
    assert article.origins["authors"] == "none"


@pytest.mark.parametrize("given", ["", "saved/ferry.html", "file:///home/reader/ferry.html", "archive::harbour.html"])
@pytest.mark.parametrize(
    ("head", "known"),
    [
        (f'<link rel="canonical" href="{URL}">', URL),
        (f'<link rel="canonical" href="/town/ferry"><meta property="og:url" content="{URL}?utm_source=x">', URL),
        ('<link rel="canonical" href="/town/ferry">', None),
    ],
)
def test_a_saved_page_says_itself_where_it_was(given: str, head: str, known: str | None) -> None:
    if known:
        assert extract_article(page(head), given).url == known
        return
    with pytest.raises(ExtractionError) as caught:
        extract_article(page(head), given)
    assert caught.value.reason == "unreadable"


def test_feed_is_the_last_witness() -> None:
    hint = Candidate(
        url=URL,
        via="feed",
        title="Other",
        published="2026-05-12T08:00:00+02:00",
        authors=["Ann Lee"],
        tags=["bay"],
        summary="In short.",
    )
    alone = extract_article(page(), URL, candidate=hint)
    assert (alone.title, alone.published, alone.authors, alone.tags, alone.summary) == (
        "Ferry stays",
        "2026-05-12T08:00:00+02:00",
        ["Ann Lee"],
        ["bay"],
        "In short.",
    )
    assert {alone.origins[name] for name in ("published", "authors", "tags", "summary")} == {"feed"}
    beside = extract_article(
        page('<meta name="author" content="Bo Berg"><meta name="date" content="2026-05-12T09:00:00Z">'),
        URL,
        candidate=hint,
    )
    assert (beside.authors, beside.published) == (["Bo Berg"], "2026-05-12T09:00:00+00:00")


def test_offset_is_taken_from_the_witness_that_states_it() -> None:
    data = '{"@type":"NewsArticle","headline":"Ferry stays","datePublished":"2026-05-12 21:40:00"}'
    head = (
        f'<script type="application/ld+json">{data}</script>'
        '<meta property="article:published_time" content="2026-05-12T21:40:00+02:00">'
    )
    assert extract_article(page(head), URL).published == "2026-05-12T21:40:00+02:00"


def test_feed_body_speaks_where_the_page_has_none() -> None:
    hint = Candidate(url=URL, via="feed", html=f"<p>{TEXT * 3}</p><p>{TEXT}</p>")
    article = extract_article(b"<html><body><h1>Ferry stays</h1><div id=app></div></body></html>", URL, candidate=hint)
    assert article.text.startswith("The council voted")
    assert article.origins["text"] == "feed"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("By Jane Doe and John Roe", ["Jane Doe", "John Roe"]),
        ("JANE DOE, STAFF WRITER", ["JANE DOE"]),
        ("Von Anna Müller, Berlin", ["Anna Müller"]),
        ("Par Luc Martin et Zoé Petit", ["Luc Martin", "Zoé Petit"]),
        ("Иван Петров и Анна Сидорова", ["Иван Петров", "Анна Сидорова"]),
        ("山田太郎、佐藤花子", ["山田太郎", "佐藤花子"]),
        ("김철수 기자", ["김철수"]),
        ("بقلم: محمد علي، أحمد حسن", ["محمد علي", "أحمد حسن"]),
        ("AFP", ["AFP"]),
        ("Associated Press", ["Associated Press"]),
        ("admin", []),
        ("Redaktion", []),
        ("jane@harbour.example", []),
        ("https://www.facebook.com/harbour", []),
        ("Jane Doe Published on July 18, 2024", ["Jane Doe"]),
        ("", []),
    ],
)
def test_people(value: str, names: list[str]) -> None:
    assert people([value]) == names


LINKS = "".join(f'<a href="{href}">{n}</a> ' for n, href in enumerate(["/town/ferry?page=2", "/town/ferry?page=3"], 2))


@pytest.mark.parametrize(
    ("url", "links", "following"),
    [
        (URL, '<link rel="next" href="/town/ferry?page=2">', URL + "?page=2"),
        (URL, LINKS, URL + "?page=2"),
        (URL + "?page=2", LINKS, URL + "?page=3"),
        (URL + "?page=3", LINKS, None),
        (URL + ".html", '<a href="/town/ferry-2.html">next page</a>', "https://www.harbour.example/town/ferry-2.html"),
        (URL, '<a href="/town/ferry-2"><h3>The ferry is back, and so are its passengers</h3></a>', None),
        (URL, '<a href="/town/ferry-2"><b>2</b></a>', URL + "-2"),
        (URL, '<a rel="next" href="/town/bridge">next article</a>', None),
        ("https://www.harbour.example/", '<a rel="next" href="/page/2">next page</a>', None),
        (URL, '<a href="https://other.example/town/ferry?page=2">next page</a>', None),
    ],
)
def test_next_page(url: str, links: str, following: str | None) -> None:
    assert extract_article(page(body=links), url).next_page == following
