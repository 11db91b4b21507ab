"""Fields and their witnesses, on small pages."""

import pytest

from newsbot.extraction import EXTRACTOR, ExtractionError, extract_article
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


# When it was published.

PLACE = "https://www.harbour.example/"
SAID = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry stays",%s}</script>'
SAVED = SAID % '"datePublished":"2026-05-12T09:00:00Z","dateModified":"2026-05-12T09:00:00Z"'
PUBLISHED = SAID % '"datePublished":"2026-05-12"'
SENTENCES = f"<p>{TEXT * 3}</p>" * 3


def dated(head: str, above: str, below: str, after: str, path: str = "town/ferry") -> str | None:
    html = (
        f'<html lang="en"><head>{head}</head><body><div class=top>{above}</div><main><h1>Ferry stays</h1>{below}'
        f"{SENTENCES}{after}</main></body></html>"
    )
    return extract_article(html.encode(), PLACE + path).published


@pytest.mark.parametrize(
    ("above", "below", "after", "published"),
    [
        ("", "<p>15 December 2025", "", "2025-12-15"),
        ("", "<p>15 December 2025<p>Updated 3 March 2026", "", "2025-12-15"),
        ("", "<p>Mis à jour le 3 mars 2026", "", "2026-03-03"),
        ("15 December 2025", "<p>Aktualisiert am 3. März 2026", "", "2025-12-15"),
        ("", "<p>Ann Lee<p>On 3 March 2026 the council of the town will hear the captains", "", None),
        ("", "", "<footer>Page generated 3 March 2024. © 2024</footer>", None),
        ("", "", "<p>Questions: telephone 2012-11-10 44.", None),
        ("", "<time datetime=2026-05-12></time>", "<time datetime=2026-05-14></time>", "2026-05-12"),
        ("<nav><p><time datetime=2026-05-14></time></nav>", "<time datetime=2026-05-12></time>", "", "2026-05-12"),
        ("", "", "<article><h3><a href=/b>Bus</a></h3><time datetime=2026-05-14></time></article>", None),
        ("", "", "<ul class=comments><li><time datetime=2026-05-14></time></ul>", None),
        ("", "<time class='entry-date updated' datetime=2026-05-12></time>", "", "2026-05-12"),
        (
            "", "<time class=published datetime=2026-05-11></time><time class=updated datetime=2026-05-12></time>", "",
            "2026-05-11",
        ),
        ("", "<time datetime=12051778592400>12 May 2026, 9:40 am</time>", "", "2026-05-12T09:40:00"),
        ("", "<abbr class=published title=2026-05-12T09:40:00Z>Tuesday</abbr>", "", "2026-05-12T09:40:00+00:00"),
        ("", "<span class=date data-timestamp=2026-05-12>2 days ago</span>", "", "2026-05-12"),
        ("", "<time title='12 May 2026'>2 days ago</time>", "", "2026-05-12"),
        ("", "<p>Last updated<p>3 March 2026<p>15 December 2025", "", "2025-12-15"),
        ("", "<p>Updated <time datetime=2026-05-14></time><p><time datetime=2026-05-12></time>", "", "2026-05-12"),
        ("", "<ul><li>12 May 2026</ul>", "</main><aside><time datetime=2026-05-14></time></aside>", "2026-05-12"),
        ("", "", "<p class=postmeta>12 May 2026 · by Ann<p class=comment><a>14 May 2026 at 9:40</a>", "2026-05-12"),
        ("", "", "<ul><li class=comment><p class=meta>14 May 2026 at 9:40</ul>", None),
    ],
)  # fmt: skip
def test_a_date_counts_where_it_stands_beside_the_headline(
    above: str, below: str, after: str, published: str | None
) -> None:
    assert dated("", above, below, after) == published


@pytest.mark.parametrize(
    ("head", "below", "path", "published"),
    [
        (SAVED, "<p>3 May 2026", "ferry", "2026-05-03"),
        (SAVED, "<p>11 May 2026", "ferry", "2026-05-12T09:00:00+00:00"),
        (SAVED, "<p>3 April 2026", "2026/05/ferry", "2026-05-12T09:00:00+00:00"),
        (SAVED, "<p>3 May 2026", "2026/05/12/ferry", "2026-05-12T09:00:00+00:00"),
        (SAVED, "<p>3 April 2026", "2026/05/3-questions", "2026-05-12T09:00:00+00:00"),
        (SAVED, "<p>12 May 2026<p>3 May 2026", "ferry", "2026-05-12T09:00:00+00:00"),
        (PUBLISHED, "<p>3 May 2026", "ferry", "2026-05-12"),
        ("<meta name=date content=2026-05-12>", "<p>3 May 2026", "ferry", "2026-05-03"),
        ("<meta name=pubdate content=2026-05-12>", "<p>3 May 2026", "ferry", "2026-05-12"),
        (SAID % '"datePublished":"2026-05-12","dateModified":"2026-05-10"', "<p>3 May 2026", "ferry", "2026-05-03"),
        (PUBLISHED + "<meta name=pubdate content=2026-05-03>", "<p>3 May 2026", "ferry", "2026-05-03"),
        (PUBLISHED + "<meta name=pubdate content=2026-05-12>", "<p>3 May 2026", "ferry", "2026-05-12"),
        ("<meta name=w-published-date content=2026-05-12>", "", "ferry", "2026-05-12"),
        ("<meta name=article:expiration_time content=2026-05-12>", "", "ferry", None),
        ("", "<p>3 May 2026", "2026/05/12/ferry", "2026-05-03"),
        ("", "", "2026/05/12/ferry", "2026-05-12"),
        ("", "", "2026/05/ferry", None),
        ("<meta name=pubdate content='3/4/2026'>", "<p>March 4, 2026", "ferry", "2026-03-04"),
        ("<meta name=pubdate content='11/01/2026 12:43'>", "<p>Created 01.11.2026", "ferry", "2026-11-01T12:43:00"),
        ("<meta name=pubdate content='3/4/2026'>", "<p>Updated 11/20/2026", "ferry", "2026-03-04"),
    ],
)
def test_a_statement_stands_until_others_speak_against_it(
    head: str, below: str, path: str, published: str | None
) -> None:
    assert dated(head, "", below, "", path) == published


@pytest.mark.parametrize(
    ("shown", "published"),
    [
        ("<p>May 11, 2026, 10:28 p.m.", "2026-05-11T22:28:35-05:00"),
        ("<time datetime='2026-05-11T22:28:35-05:00'></time>", "2026-05-11T22:28:35-05:00"),
        ("<time datetime='2026-05-12T03:28:35Z'>12 May 2026 08:58</time>", "2026-05-12T08:58:35+05:30"),
        ("<p>May 12, 2026, 3:28 a.m.", "2026-05-12T03:28:35+00:00"),
        ("<p>May 12, 2026, 3:58 a.m.", "2026-05-12T03:28:35+00:00"),
        ("<p>May 12, 2026", "2026-05-12T03:28:35+00:00"),
    ],
)
def test_a_moment_of_utc_takes_the_offset_of_the_clock_that_readers_see(shown: str, published: str) -> None:
    assert dated(SAID % '"datePublished":"2026-05-12T03:28:35Z"', "", shown, "") == published


HEAD, SITE = "Ferry to the island resumes", "Harbour Gazette"


def titled(head: str, headline: str, url: str = URL, **hint: str) -> tuple[str, str | None]:
    html = f"<html><head>{head}</head><body>{headline}<div><p>{TEXT * 3}</p></div></body></html>"
    article = extract_article(html.encode(), url, candidate=Candidate(url=url, via="feed", **hint) if hint else None)
    return article.title, article.site_name


@pytest.mark.parametrize(
    ("head", "headline"),
    [
        # a label, date or counter within the heading, and another witness without it
        (f"<title>{HEAD} | {SITE}</title>", f"<h1><span>Transport</span><span>{HEAD}</span></h1>"),
        (f"<title>{HEAD} | {SITE}</title>", f"<h1><div>Transport</div>{HEAD}</h1>"),
        (f'<meta property="og:title" content="{HEAD}">', f"<h1><strong>Transport:</strong> {HEAD}</h1>"),
        (f"<title>{HEAD}</title>", f"<h1><a href=/a>{HEAD}</a> <span class=comments>87</span></h1>"),
        # the site's name in an <h1>, in <title>, in both
        (f"<title>{HEAD} – {SITE}</title>", f'<h1><a href="/">{SITE}</a></h1><h2>{HEAD}</h2>'),
        (f"<title>{SITE}: {HEAD}</title>", f'<a href="/"><h1>{SITE}</h1></a><h2>{HEAD}</h2>'),
        (f"<title>{SITE} » {HEAD}</title>", f'<h1><a href="https://www.harbour.example">{SITE}</a></h1><h2>{HEAD}</h2>'),
        (f"<title>{SITE}</title><meta property='og:site_name' content='{SITE}'>", f"<h1>{HEAD}</h1>"),
        # tails and heads that name nothing known, where another witness has the headline alone
        (f"<title>{HEAD} | Harbours and more</title>", f"<h2>{HEAD}</h2>"),
        (f"<title>{HEAD} | Harbours and more</title>", f"<div class=big>{HEAD}</div>"),
        (f'<title>{HEAD} - Town</title><meta name="twitter:title" content="{HEAD}">', ""),
        (f'<title>Town: {HEAD}</title><meta property="og:title" content="{HEAD}">', f"<h1>{HEAD}</h1>"),
        (f"<title>{HEAD} - </title>", ""),
        # an <h1> of breadcrumbs, one that is about something else
        (f'<title>{HEAD}</title><meta property="og:title" content="{HEAD}">',
         f"<nav><h1>Harbour: when the ferry to the island runs</h1></nav><h2>{HEAD}</h2>"),
        (f'<meta property="og:title" content="{HEAD} | {SITE}"><meta property="og:site_name" content="{SITE}">',
         f"<h1>The island ferries</h1><h2>{HEAD}</h2>"),
        # what cannot be seen, what was escaped twice, what is parted by breaks
        ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"\\u200b\\u200b"}</script>',
         f"<h1>{HEAD}</h1>"),
        (f"<title>{HEAD}</title>", "<h1>Fer\u00adry to the is\u00adland re\u00adsumes</h1>"),
        ("", "<h1>Ferry to<br>the island<br>resumes</h1>"),
        ("", "<h1>Ferry&amp;#32;to the island resumes</h1>"),
        ("", f"<h1>{''.join(f'<i>{letter}</i>' for letter in HEAD)}</h1>"),
    ],
)  # fmt: skip
def test_the_headline_is_what_readers_see_and_nothing_beside_it(head: str, headline: str) -> None:
    assert titled(head, headline)[0] == HEAD


@pytest.mark.parametrize(
    ("title", "shown", "wanted"),
    [
        ("岛上渡轮恢复运营_时政_岛屿新闻网", "<div>岛上渡轮恢复运营</div>", "岛上渡轮恢复运营"),
        ("岛上渡轮恢复运营-岛屿新闻网", "<h1>岛上渡轮恢复运营</h1>", "岛上渡轮恢复运营"),
        ("渡し船の運航が再開へ：島の日誌", "<h3>渡し船の運航が再開へ</h3>", "渡し船の運航が再開へ"),
        ("섬 여객선 운항 재개-정치ㅣ섬일보", "<h2>섬 여객선 운항 재개</h2>", "섬 여객선 운항 재개"),
        ("渡し船の運航が再開へ", "", "渡し船の運航が再開へ"),
        ("Spider-Man_2 and e-mail - how it works", "", "Spider-Man_2 and e-mail - how it works"),
        ("Rain: who gets wet", "<p>Rain</p>", "Rain: who gets wet"),
    ],
)
def test_a_title_is_cut_where_the_page_shows_the_headline_alone(title: str, shown: str, wanted: str) -> None:
    assert titled(f"<title>{title}</title>", shown)[0] == wanted


def test_what_is_both_headline_and_claimed_name_is_the_headline() -> None:
    head = f'<title>{HEAD}</title><meta name="application-name" content="{HEAD}">'
    assert titled(head, f"<h1>{HEAD}</h1>") == (HEAD, None)
    assert titled(head, "") == (HEAD, HEAD)


def test_json_ld_alone_against_all_that_is_shown_is_not_believed() -> None:
    data = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry back, says mayor"}</script>'
    head = f'<title>{HEAD}</title><meta property="og:title" content="{HEAD}">{data}'
    assert titled(head, f"<h1>{HEAD}</h1>")[0] == HEAD
    assert titled(head, f"<h1>{HEAD}</h1><h2>Ferry back, says mayor</h2>")[0] == "Ferry back, says mayor"
    assert titled(f"<title>{HEAD}</title>{data}", "<h1>The island's ferry resumes</h1>")[0] == "Ferry back, says mayor"


def test_where_there_is_no_other_headline_the_sites_name_is_it() -> None:
    assert titled(f"<title>{SITE}</title>", f'<h1><a href="/">{SITE}</a></h1>')[0] == SITE


def test_the_clock_of_another_article_gives_no_offset() -> None:
    page = (
        '<html lang=en><head><meta property="article:published_time" content="2026-11-19T15:33:04Z"></head><body>'
        "<article><h1>Whale cut loose</h1><p>19 November 2026, 15:33</p><ul><li>20 November 2026, 00:18</ul>"
        f"<p>{'Rescuers cut a whale loose off the northern pier on Thursday afternoon. ' * 5}</p></article></html>"
    )
    assert extract_article(page.encode(), "https://wire.example/item/1").published == "2026-11-19T15:33:04+00:00"
