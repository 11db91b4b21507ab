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
