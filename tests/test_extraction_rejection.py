"""Pages that a feed names and that are no article: what the feed says of them does not make them one."""

from pathlib import Path

import pytest

from newsbot.extraction import ExtractionError, extract_article
from newsbot.items import Candidate

PAGES = Path(__file__).parent / "pages"
HINT = {"title": "Ferry returns after nine winters", "published": "2026-05-12T08:00:00+02:00"}


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("teasers-with-dates", "section_page"),
        ("section-page", "section_page"),
        ("soft-404", "error_page"),
        ("soft-404-title-kept", "error_page"),
        ("video-shell-consent-text", "video_shell"),
    ],
)
def test_a_feeds_hint_makes_no_article_of_a_page(case: str, reason: str) -> None:
    url = f"https://quay.example/{case}/"
    hint = Candidate(url=url, via="feed", **HINT)
    with pytest.raises(ExtractionError) as caught:
        extract_article((PAGES / case / "page.html").read_bytes(), url, candidate=hint)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "heading",
    ["Seite nicht gefunden", "Page introuvable", "Страница не найдена", "ページが見つかりません", "الصفحة غير موجودة",
     "Sivua ei löydy", "Sayfa bulunamadı", "페이지를 찾을 수 없습니다", "Error 404", "Database Error",
     "Under maintenance", "We’ll be right back!", "429 Too Many Requests"],
)  # fmt: skip
def test_an_error_page_is_known_in_any_language(heading: str) -> None:
    text = "So sorry, dear reader. " * 9
    page = f"<html><title>Ferry returns</title><body><h1>{heading}</h1><p>{text}</p></body></html>"
    with pytest.raises(ExtractionError) as caught:
        extract_article(page.encode(), "https://quay.example/a")
    assert caught.value.reason == "error_page"


@pytest.mark.parametrize(
    "beginning",
    ["Fatal error: Uncaught PDOException in /var/www/db.php:12", "Traceback (most recent call last):",
     "SQLSTATE[HY000] [2002] Connection refused", "java.lang.NullPointerException at org.quay.Page(Page.java:12)"],
)  # fmt: skip
def test_what_a_program_says_when_it_fails_is_no_article(beginning: str) -> None:
    lines = "".join(f"<br>#{n} /var/www/lib/part{n}.php({n}): load the page" for n in range(90))
    page = f"<html><body><h1>Ferry returns</h1><p>{beginning}{lines}</p></body></html>"
    with pytest.raises(ExtractionError) as caught:
        extract_article(page.encode(), "https://quay.example/a")
    assert caught.value.reason == "error_page"


@pytest.mark.parametrize(
    "heading",
    [
        "Database error costs harbour a week",
        "Swimmers back soon, says mayor",
        "500 jobs to go at the harbour",
        "Climber not found after a week of searching",
    ],
)
def test_news_about_things_not_found_is_news(heading: str) -> None:
    text = "The council voted on Tuesday evening to keep the ferry, after a debate that ran for more than four hours. "
    page = f"<html><title>{heading}</title><body><h1>{heading}</h1><p>{text * 3}</p></body></html>"
    assert extract_article(page.encode(), "https://quay.example/a").title == heading


def test_a_list_whose_data_describes_other_pages_is_a_section() -> None:
    data = ",".join(
        f'{{"@type":"NewsArticle","headline":"Story number {n} of the day","url":"https://quay.example/{n}",'
        f'"datePublished":"2026-05-1{n}"}}'
        for n in range(5)
    )
    teasers = "".join(
        f'<div><h2><a href="/{n}">Story number {n} of the day, told at length</a></h2><p>What happened on day {n}, and '
        f"what may happen next, in the words of those who saw it.</p></div>"
        for n in range(5)
    )
    page = (
        f'<html><head><title>Town</title><script type="application/ld+json">[{data}]</script></head>'
        f"<body><h1>Town</h1>{teasers}</body></html>"
    )
    with pytest.raises(ExtractionError) as caught:
        extract_article(page.encode(), "https://quay.example/town/")
    assert caught.value.reason == "section_page"


def test_an_article_above_many_teasers_is_an_article() -> None:
    news = "".join(f"<p>On day {n} the ferry stayed in port, as waves of {n} metres were told.</p>" for n in range(9))
    teasers = "".join(f'<h3><a href="/{n}">Story number {n} of the day, told at length</a></h3>' for n in range(12))
    page = f"<title>Ferry stays</title><div><h1>Ferry stays</h1>{news}<h2>Also today</h2>{teasers}</div>"
    text = extract_article(page.encode(), "https://quay.example/town/ferry").text
    assert text.startswith("On day 0")
    assert text.endswith("as waves of 8 metres were told.")


PASSWORD = '<form action="/login"><input name="user"><input type="password" name="word"><button>Log in</button></form>'
SHORT_NEWS = (
    "<p>The ferry to the island stayed in port on Tuesday, since waves of four metres were told for the bay.</p>"
    "<p>It is to sail again on Thursday at eight, said the harbour master.</p>"
)
NEWS_DATA = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-05-12"}</script>'


@pytest.mark.parametrize(
    "place",
    [
        f"<header><div class=menu>{PASSWORD}</div></header>BODY",
        f"<div id=mobile><h3>Sign in</h3><div class=form>{PASSWORD}</div><p>Log into your account</p></div>BODY",
        f"BODY<div class=modal>{PASSWORD}<p>Forgot your password? Get help</p></div>",
        f"BODY<aside><h3>Members</h3>{PASSWORD}</aside>",
    ],
)
@pytest.mark.parametrize("data", ["", NEWS_DATA])
def test_a_password_field_beside_a_short_article_makes_no_login_wall(place: str, data: str) -> None:
    body = f"<main><article><h1>Ferry stays in port</h1>{SHORT_NEWS}</article></main>"
    page = (
        f"<html><head><title>Ferry stays in port</title>{data}</head><body>{place.replace('BODY', body)}</body></html>"
    )
    assert "four metres" in extract_article(page.encode(), "https://quay.example/town/ferry").text


@pytest.mark.parametrize("data", ["", NEWS_DATA])
@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Log in", "Welcome to the Quay. With one account you can read it all, on every device."),
        ("Anmelden", "Bitte melden Sie sich an, um weiterzulesen. Noch kein Konto? Jetzt registrieren."),
        ("Connexion", "Cet article est réservé à nos abonnés. Saisissez votre mot de passe pour le lire."),
        ("Вход на сайт", "Введите адрес электронной почты и пароль, чтобы читать дальше."),
        ("Iniciar sesión", "Introduzca su correo electrónico y su contraseña para seguir leyendo."),
        ("会員の方へ", "この記事は会員限定です。続きを読むには、メールアドレスを入力してログインしてください。"),
        ("Ferry stays", "To read on, please log in or subscribe: every story for less than a cup of coffee."),
    ],
)  # fmt: skip
def test_a_page_that_asks_to_log_in_is_no_article(heading: str, words: str, data: str) -> None:
    page = (
        f"<html><head><title>{heading} | Quay</title>{data}</head><body><main><h1>{heading}</h1>"
        f"<p>{words}</p><p>Quay, {words}</p>{PASSWORD}</main></body></html>"
    )
    with pytest.raises(ExtractionError) as caught:
        extract_article(page.encode(), "https://quay.example/town/ferry")
    assert caught.value.reason == "login_wall"


TEASERS = "".join(
    f'<div><h3><a href="/town/{n}">{headline}</a></h3><p>{told}</p></div>'
    for n, (headline, told) in enumerate(
        [
            ("Ferry stays in port as waves rise to four metres", "The harbour master hopes for Thursday morning."),
            ("Council votes to keep the old lighthouse open", "Nine members were for it, and three against."),
            ("School at the quay gets a roof before the winter", "Work is to begin in the first week of October."),
            ("Fishermen ask for a later start of the season", "They say that the herring is not there yet."),
            ("A bridge to the second island is measured again", "It would be 400 metres longer than was thought."),
        ]
    )
)


@pytest.mark.parametrize(
    ("path", "title", "heading"),
    [
        ("/", "Quay: news of the island", "Quay"),
        ("/", "Startseite | Der Kai", "Nachrichten von der Insel"),
        ("/town/", "Town | Quay", "Town"),
        ("/tag/ferry", "All stories about the ferry to the island | Quay", "All stories about the ferry to the island"),
        ("/stichwort/hafen/", "Alles zum Thema Hafen - Der Kai", "Alles zum Thema Hafen"),
        ("/search?q=ferry", "Results for “ferry” | Quay", "5 results for “ferry”"),
        ("/buscar?q=ferry", "Resultados de la búsqueda: ferry", "Resultados de la búsqueda: ferry"),
        ("/author/ann-lee/", "Ann Lee, Author at Quay", "Ann Lee"),
        ("/2026/05/", "May 2026 - Quay", "Archive: May 2026"),
        ("/页/港口", "港口_新闻_码头网", "港口"),
    ],
)
@pytest.mark.parametrize("password", ["", PASSWORD])
def test_a_page_of_teasers_is_a_section_whatever_its_headline(
    path: str, title: str, heading: str, password: str
) -> None:
    page = (
        f"<html><head><title>{title}</title></head><body><header>{password}</header><main><h1>{heading}</h1>{TEASERS}"
        "</main></body></html>"
    )
    with pytest.raises(ExtractionError) as caught:
        extract_article(page.encode(), f"https://quay.example{path}")
    assert caught.value.reason == "section_page"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("", "<h2>Ferry stays in port</h2>", "Ferry stays in port"),
        ("", "<h1></h1>", "The ferry to the island stayed in port on Tuesday, since waves of four metres were told."),
        ("<title>quay.example</title>", "", "quay.example"),
    ],
)
def test_an_article_with_a_whole_text_is_not_refused_for_its_headline(head: str, body: str, title: str) -> None:
    text = (
        "<p>The ferry to the island stayed in port on Tuesday, since waves of four metres were told. It is to sail "
        "again on Thursday at eight, said the harbour master, if the wind goes down by then.</p><p>Passengers had "
        "waited since the morning, and were sent home with a bowl of soup and a new ticket for every one of them.</p>"
    )
    page = f"<html><head>{head}</head><body><main>{body}{text}</main></body></html>"
    assert extract_article(page.encode(), "https://quay.example/town/ferry").title == title


def test_a_few_words_without_a_headline_are_no_article() -> None:
    text = "<p>The ferry to the island stayed in port on Tuesday, since waves of four metres were told for the day.</p>"
    page = f"<html><body><main>{text}<p>It is to sail again on Thursday.</p></main></body></html>"
    with pytest.raises(ExtractionError) as caught:
        extract_article(page.encode(), "https://quay.example/town/ferry")
    assert caught.value.reason == "no_title"
