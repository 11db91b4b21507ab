"""Article links told from navigation on listing pages of many makes, and where a list goes on."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from newsbot.discovery import article_links, next_pages, section_links

HOME = "https://www.bote.example/"

ENGLISH = [
    "Harbour strike ends after nine days of talks",
    "Why the old tram line may return",
    "Council votes to close three libraries",
    "Storm leaves 4,000 homes without power",
    "Opinion: The bridge that nobody asked for",
    "Prices fall",
    "A bakery, two brothers and a lawsuit over the name of a bun",
    "Rovers lose again",
    "Inside the archive that floods every spring",
    "Hospital admits error in billing patients twice",
]
JAPANESE = [
    "港湾ストライキ、九日間の協議の末に終結",
    "路面電車の復活案が浮上",
    "市議会、図書館三館の閉鎖を決定",
    "嵐で四千世帯が停電",
    "誰も望まなかった橋をめぐって",
    "物価が下落",
    "兄弟のパン屋、商標をめぐり提訴",
    "地元チームがまた敗れる",
    "毎春水没する公文書館の内側",
    "病院が二重請求の誤りを認める",
]
ARABIC = [
    "انتهاء إضراب الميناء بعد تسعة أيام من المحادثات",
    "لماذا قد يعود خط الترام القديم",
    "المجلس يصوت على إغلاق ثلاث مكتبات",
    "العاصفة تترك أربعة آلاف منزل بلا كهرباء",
    "رأي: الجسر الذي لم يطلبه أحد",
    "الأسعار تنخفض",
    "مخبز وشقيقان ودعوى قضائية حول الاسم",
    "خسارة جديدة للفريق",
    "داخل الأرشيف الذي تغمره المياه كل ربيع",
    "المستشفى يعترف بخطأ في الفواتير",
]


def _slug(title: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())


STYLES = {
    "date-slug": (ENGLISH, lambda n, t: f"/2026/11/{n + 10}/{_slug(t)}"),
    "date-slug-html": (ENGLISH, lambda n, t: f"/world/2026/nov/{n + 10}/{_slug(t)}.html"),
    "section-slug-id": (
        ENGLISH,
        lambda n, t: f"/{['world', 'sport', 'city'][n % 3]}/{_slug(t)}-{84057530 + n * 37}",
    ),
    "word-number": (ENGLISH, lambda n, _t: f"/news/{['world', 'uk', 'business'][n % 3]}-{61234500 + n * 13}"),
    "slug-id-html": (ENGLISH, lambda n, t: f"/a/{_slug(t)}-a{4711 + n}b{n}.html"),
    "opaque": (ENGLISH, lambda n, _t: f"/articles/c{n}g8x{n * 7}yzk{n}o"),
    "query-id": (ENGLISH, lambda n, _t: f"/news_view.php?cat=03&id={8570 + n}"),
    "number": (ENGLISH, lambda n, _t: f"/story/{275200 + n}/"),
    "root-slug": (ENGLISH, lambda _n, t: f"/{_slug(t)}/"),
    "id-then-slug": (ENGLISH, lambda n, t: f"/news/{11862251 + n}/{_slug(t)}/"),
    "uuid-tail": (ENGLISH, lambda n, t: f"/city/{_slug(t)}/141e61e9-8a07-42e4-a527-2f03f45e7e{n:02d}"),
    "compact-date": (ENGLISH, lambda n, _t: f"/cnt/dmf202611{n + 10}_{96887132 + n}"),
    "japanese-opaque": (JAPANESE, lambda n, _t: f"/articles/ASV{n}C7G{n * 3}KUTFK0{n}.html"),
    "japanese-date-number": (JAPANESE, lambda n, _t: f"/article/202611{n + 10}-{n}YIUS{n}AWE/"),
    "japanese-slug": (JAPANESE, lambda _n, t: f"/news/{quote(t)}/"),
    "arabic-slug": (ARABIC, lambda _n, t: f"/news/{quote(_slug(t))}"),
    "arabic-number": (ARABIC, lambda n, t: f"/ar/{100200 + n}/{quote(_slug(t))}"),
}

NAVIGATION = """
<a href="/">Home</a> <a href="/world">World</a> <a href="/sport/">Sport</a> <a href="/city">City</a>
<a href="/business/">Business</a> <a href="/world/middle-east-and-africa">Middle East and Africa</a>
<a href="/video">Video</a> <a href="/live">Live</a> <a href="/news/opinion">Opinion</a>"""
FOOTER = """
<a href="/about-us">About us</a> <a href="/contact">Contact</a> <a href="/privacy-policy">Privacy policy</a>
<a href="/help/terms-and-conditions-of-use">Terms and conditions of use</a> <a href="/jobs">Jobs</a>
<a href="/newsletters/the-morning-brief">Sign up for The Morning Brief</a>
<a href="/login?return=%2F">Log in</a> <a href="/rss.xml">RSS</a>
<a href="https://other.example/2026/11/20/a-partner-has-a-long-story">A partner has a long story</a>"""
TOPICS = """
<ul class="tags"><li><a href="/tag/harbour-strike-2026">Harbour strike</a></li>
<li><a rel="tag" href="/topics/c77jz3mdkzyo">Libraries</a></li>
<li><a href="/author/mary-jane-major">Mary Jane Major</a></li></ul>"""
PAGES = """
<div class="pagination"><a href="?page=1">1</a> <a href="?page=2">2</a> <a href="?page=2">Next</a></div>"""


def semantic(items: list[tuple[str, str]]) -> str:
    cards = "".join(
        f'<article class="card"><a href="{u}"><img src="/i.jpg" alt=""></a><header><span class="kicker">'
        f'<a href="/city">City</a></span><h3><a href="{u}">{t}</a></h3></header><p>What happened and why.</p>'
        f'<a class="author" href="/author/jo-roe-reporter">Jo Roe</a> <a href="{u}#comments">12 comments</a>'
        "</article>"
        for u, t in items
    )
    return f"""<header><nav>{NAVIGATION}</nav></header><main>{cards}{TOPICS}{PAGES}</main>
    <footer>{FOOTER}</footer>"""


def div_soup(items: list[tuple[str, str]]) -> str:
    rows = "".join(
        f'<div class="r7 x-{n}"><div class="pic"><a href="{u}"><img src="/i.jpg" alt="{t}"></a></div>'
        f'<div class="tx"><a class="t" href="{u}">{t}</a><span>20.11.</span><div>A line of text. '
        f'<a href="{u}">Read more</a></div></div></div>'
        for n, (u, t) in enumerate(items)
    )
    return f"""<div id="top-nav">{NAVIGATION}</div><div id="w"><div class="c">{rows}</div>{TOPICS}{PAGES}</div>
    <div class="footer-links">{FOOTER}</div>"""


def old_table(items: list[tuple[str, str]]) -> str:
    rows = "".join(f'<tr><td><font size="2">20/11</font></td><td><a href="{u}">{t}</a></td></tr>' for u, t in items)
    return f"""<table><tr><td>{NAVIGATION}</td></tr></table><table>{rows}</table><p>{TOPICS}{PAGES}</p>
    <center>{FOOTER}</center>"""


def linked_cards(items: list[tuple[str, str]]) -> str:
    cards = "".join(
        f'<li><a href="{u}"><div class="teaser__image"></div><h2>{t}</h2><p>A sentence to tease.</p></a></li>'
        for u, t in items
    )
    return f"""<div role="navigation">{NAVIGATION}</div><ul class="teaser-list">{cards}</ul>
    <aside>{TOPICS}</aside>{PAGES}<div role="contentinfo">{FOOTER}</div>"""


LAYOUTS = {layout.__name__: layout for layout in (semantic, div_soup, old_table, linked_cards)}


def _listing(style: str, layout: str) -> tuple[bytes, dict[str, str]]:
    titles, address = STYLES[style]
    items = [(address(n, title), title) for n, title in enumerate(titles)]
    body = LAYOUTS[layout](items)
    page = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>News</title></head><body>{body}</body></html>"
    return page.encode(), {HOME.rstrip("/") + path: title for path, title in items}


def _scores(style: str, layout: str, known: int = 0) -> tuple[set[str], set[str]]:
    page, truth = _listing(style, layout)
    learned = [HOME.rstrip("/") + STYLES[style][1](n + 20, title) for n, title in enumerate(STYLES[style][0])][:known]
    found = article_links(page, f"{HOME}news", known=learned)
    return {candidate.url for candidate in found}, set(truth)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("style", STYLES)
def test_articles_are_told_from_navigation(style: str, layout: str) -> None:
    found, truth = _scores(style, layout)
    assert found == truth


def test_an_address_carries_its_headline_as_hint() -> None:
    page, truth = _listing("date-slug", "semantic")
    assert {c.url: c.title for c in article_links(page, HOME)} == truth
    assert {c.via for c in article_links(page, HOME)} == {"section"}


HARD = [(style, layout) for style in ("opaque", "root-slug", "japanese-slug", "arabic-slug") for layout in LAYOUTS]


@pytest.mark.parametrize(("style", "layout"), HARD)
def test_known_articles_teach_the_pattern_of_a_site(style: str, layout: str) -> None:
    page, truth = _listing(style, layout)
    known = [HOME.rstrip("/") + STYLES[style][1](n + 40, f"{title} again") for n, title in enumerate(STYLES[style][0])]
    found = {c.url for c in article_links(page, f"{HOME}news", known=known)}
    assert found <= set(truth)
    assert len(found) >= len(truth) - 1


def test_what_looks_like_an_article_elsewhere_is_none_where_the_site_is_known() -> None:
    known = [f"{HOME}articles/c{n}kq{n}x8zz{n}o" for n in range(10, 30)]
    page = b"""<ul><li><a href="/articles/c77kq12x8yyo">Ferry service suspended until the end of the month</a></li>
    <li><a href="/topics/c77jz3mdkzyo">All there is to know about the harbour strike of this year</a></li>
    <li><a href="/guides/the-ten-best-places-to-eat-by-the-sea">The ten best places to eat by the sea</a></li></ul>"""
    assert [c.url for c in article_links(page, HOME, known=known)] == [f"{HOME}articles/c77kq12x8yyo"]
    assert len(article_links(page, HOME)) >= 2


def test_known_articles_of_another_site_teach_nothing() -> None:
    page, truth = _listing("date-slug", "semantic")
    known = [f"https://other.example/articles/c{n}kq{n}x8zz{n}o" for n in range(10, 30)]
    assert {c.url for c in article_links(page, HOME, known=known)} == set(truth)


def test_a_page_of_an_article_is_not_its_own_further_article() -> None:
    page = b"""<p><a href="?share=facebook">Share this long story with all of your friends</a>
    <a href="/2026/11/20/the-bridge-that-nobody-asked-for?print=1">Print the whole of this article now</a></p>"""
    assert article_links(page, f"{HOME}2026/11/20/the-bridge-that-nobody-asked-for") == []


def test_base_element_charset_and_broken_markup() -> None:
    page = (
        '<html><head><meta charset="iso-8859-1"><base href="https://www.bote.example/archiv/"><body><div><h2>'
        '<a href="2026/11/20/bürgermeister-tritt-zurück">Bürgermeister tritt zurück</h2><p><a href="::bad::">x</a>'
        '<a href="http://[::1">y</a>'
    ).encode("latin-1")
    found = article_links(page, HOME)
    assert [(c.url, c.title) for c in found] == [
        (
            "https://www.bote.example/archiv/2026/11/20/b%C3%BCrgermeister-tritt-zur%C3%BCck",
            "Bürgermeister tritt zurück",
        )
    ]


@pytest.mark.parametrize("page", [b"", b"   ", b"\x00\x00", b"plain words", b"<!-- -->", b"\xff\xfe\x00"])
def test_a_page_without_links_has_none(page: bytes) -> None:
    assert article_links(page, HOME) == []
    assert section_links(page, HOME) == []
    assert next_pages(page, HOME) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sections_are_the_navigation_without_services_and_articles(layout: str) -> None:
    page, truth = _listing("section-slug-id", layout)
    sections = section_links(page, HOME)
    wanted = {f"{HOME}{path}" for path in ("world", "sport/", "city", "business/")}
    assert wanted <= set(sections)
    assert not set(sections) & set(truth)
    services = ("privacy", "about", "login", "author", "jobs", "rss")
    assert not [url for url in sections if any(word in url for word in services)]


@pytest.mark.parametrize(
    ("html", "here", "wanted"),
    [
        ('<link rel="next" href="/news/page/2/">', "news/", ["news/page/2/"]),
        ('<a rel="next" href="/news?page=3">more</a><a href="/news?page=1">1</a>', "news?page=2", ["news?page=3"]),
        ('<a href="/news?page=1">1</a><a href="/news?page=2">2</a>', "news", ["news?page=2"]),
        ('<a class="pagination__next" href="/news?after=c3Vy"><svg/></a>', "news", ["news?after=c3Vy"]),
        ('<a href="/news/page/2" aria-label="Next page">&gt;</a>', "news", ["news/page/2"]),
        ('<a href="/nachrichten?seite=2">Nächste Seite ›</a>', "nachrichten", ["nachrichten?seite=2"]),
        ('<a href="/news/list?p=4">次へ</a><a href="/news/list?p=2">前へ</a>', "news/list?p=3", ["news/list?p=4"]),
        ('<a href="/ar/news?page=2">التالي</a>', "ar/news", ["ar/news?page=2"]),
        ('<a href="/2026/10/">Older</a>', "2026/11/", ["2026/10/"]),
        ('<a href="/news?page=1">« Previous</a><a href="/news?page=2">Next</a>', "news?page=2", []),
        ('<a rel="next" href="/2026/11/20/the-next-article-of-all/">Next</a>', "2026/11/19/this-one-here/", []),
        ('<a href="https://other.example/news?page=2">Next</a>', "news", []),
        ('<a href="#">Next</a><a href="javascript:more()">Load more</a>', "news", []),
        ('<a href="/news">Next stop: the harbour and what will become of it</a>', "sport", []),
    ],
)  # fmt: skip
def test_the_next_page_of_a_list(html: str, here: str, wanted: list[str]) -> None:
    assert next_pages(html.encode(), HOME + here) == [HOME + path for path in wanted]


def test_a_list_in_json_ld_counts_as_links_and_breadcrumbs_do_not() -> None:
    page = b"""<script type="application/ld+json">{"@graph": [
    {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "item": "https://www.bote.example/city"}]},
    {"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": [
      {"@type": "ListItem", "position": 1, "url": "/2026/11/20/harbour-strike-ends", "name": "Harbour strike ends"},
      {"@type": "ListItem", "item": {"@type": "NewsArticle", "url": "https://www.bote.example/2026/11/19/tram-returns",
       "headline": "Tram returns", "datePublished": "2026-11-19T08:00:00+01:00"}}]}}]}</script>
    <script type="application/ld+json">{broken</script><div id="app"></div>"""
    found = article_links(page, HOME)
    assert [(c.url[len(HOME) :], c.title, c.published) for c in found] == [
        ("2026/11/20/harbour-strike-ends", "Harbour strike ends", None),
        ("2026/11/19/tram-returns", "Tram returns", "2026-11-19T08:00:00+01:00"),
    ]


def test_the_time_beside_a_headline_is_its_hint() -> None:
    card = """<div class="card"><h3><a href="/2026/11/{0}/story-of-the-day">Story of the day {0}</a></h3>
    <time datetime="2026-11-{0}T09:00:00+01:00">today</time><a href="/city">City</a></div>"""
    page = f"<main>{''.join(card.format(day) for day in range(10, 16))}</main>".encode()
    assert [c.published for c in article_links(page, HOME)] == [
        f"2026-11-{day}T09:00:00+01:00" for day in range(10, 16)
    ]


def test_class_names_of_a_content_system_do_not_hide_its_posts() -> None:
    post = """<div class="post-{0} post type-post category-city tag-harbour author-jo"><h2 class="entry-title">
    <a href="/harbour-news-of-day-{0}/">Harbour news of day {0}</a></h2></div>"""
    page = f"<div id=content>{''.join(post.format(n) for n in range(10, 20))}</div>".encode()
    assert len(article_links(page, HOME)) == 10


def test_a_page_that_never_closes_its_tags_is_read_to_its_depths() -> None:
    page = b"<div>" * 400 + b'<h2><a href="/2026/11/20/harbour-strike-ends">Harbour strike ends</a></h2>'
    assert len(article_links(page, HOME)) == 1
