"""Who wrote an article: names in bylines, and whom a page's witnesses name."""

import json

import pytest

from newsbot.extraction import extract_article
from newsbot.extraction.authors import people

URL = "https://www.harbour.example/town/ferry"
TEXT = "The council voted on Tuesday evening to keep the ferry, after a debate that ran for more than four hours. "


def page(head: str = "", body: str = "") -> bytes:
    article = f"<article><h1>Ferry stays</h1>{body}<p>{TEXT * 3}</p></article>"
    return f'<html lang="en"><head><title>Ferry stays</title>{head}</head><body>{article}</body></html>'.encode()


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
        ("Redaktion", ["Redaktion"]),
        ("Teksti: Päivi Mäkelä", ["Päivi Mäkelä"]),
        ("Szerző: Kovács Zsófia", ["Kovács Zsófia"]),
        ("Napisała Ana Horvat", ["Ana Horvat"]),
        ("Tác giả: Nguyễn Minh Anh", ["Nguyễn Minh Anh"]),
        ("نویسنده: مریم احمدی", ["مریم احمدی"]),
        ("लेखक: मीरा जोशी", ["मीरा जोशी"]),
        ("โดย สมชาย ใจดี", ["สมชาย ใจดี"]),
        ("Por 19 de noviembre de 2026", []),
        ("jane@harbour.example", []),
        ("https://www.facebook.com/harbour", []),
        ("Jane Doe Published on July 18, 2024", ["Jane Doe"]),
        ("Jane Doe, MD, RD and John Roe, Ph.D.", ["Jane Doe, MD, RD", "John Roe, Ph.D."]),
        ("Jane Doe, Political Editor", ["Jane Doe"]),
        ("Jane (Ann) Doe", ["Jane (Ann) Doe"]),
        ("Jane Doe (AFP)", ["Jane Doe"]),
        ("View all posts by Jane Doe", ["Jane Doe"]),
        ("Zeige alle Beiträge von Anna Müller", ["Anna Müller"]),
        ("Erstellt von Anna Müller", ["Anna Müller"]),
        ("Ludwig von Beethoven", ["Ludwig von Beethoven"]),
        ("det/dpa", ["det/dpa"]),
        ("Jane Doe/John Roe", ["Jane Doe", "John Roe"]),
        ("", []),
    ],
)
def test_people(value: str, names: list[str]) -> None:
    assert people([value]) == names


def said(**author: object) -> str:
    """Return JSON-LD of an article by an author."""
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "author": author})}</script>'


def shows(name: str) -> str:
    return f'<span class="byline">By {name}</span>'


CARD = (
    '<meta name="twitter:label1" content="Est. reading time"><meta name="twitter:data1" content="2 minutes">'
    '<meta name="twitter:label2" content="{label}"><meta name="twitter:data2" content="Ana Lind">'
)
DOUBTFUL = '<meta name="author" content="Northern Media">'
COMMENTS = '<div class="comments"><div class="comment"><span class="author">Otto Stein</span><p>Good.</p></div></div>'
TEASER = '<aside class="latest-news"><a href="/x">Rain falls</a><span class="author">Otto Stein</span></aside>'
SENTENCE = (
    f'<p>The boat will carry the <i>mayor</i>, <a class="author-link">Otto Stein</a> and forty guests. {TEXT}</p>'
)


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (CARD.format(label="Written by"), "", ["Ana Lind"]),
        (CARD.format(label="Verfasst von"), "", ["Ana Lind"]),
        (CARD.format(label="Автор"), "", ["Ana Lind"]),
        (CARD.format(label="Filed under"), "", []),
        (said(**{"@type": "Person", "givenName": "Ana", "familyName": "Lind"}), "", ["Ana Lind"]),
        (said(**{"@type": "Organization", "name": "Northern Media"}), shows("Ana Lind"), ["Ana Lind"]),
        (said(**{"@type": "Organization", "name": "Northern Media"}), "", ["Northern Media"]),
        (said(**{"@type": "Person", "name": "Bo Ek"}), shows("Ana Lind"), ["Bo Ek"]),
        (DOUBTFUL + '<meta property="article:author" content="Ana Lind">', "", ["Ana Lind"]),
        (DOUBTFUL, shows("Ana Lind"), ["Ana Lind"]),
        (DOUBTFUL, "<p>By Ana Lind</p>", ["Ana Lind"]),
        (DOUBTFUL, "<p>By Northern Media</p>" + shows("Ana Lind"), ["Northern Media"]),
        (DOUBTFUL, "", ["Northern Media"]),
        ("", '<a rel="author">Harbour Desk</a>', ["Harbour Desk"]),
        ("", '<span class="author">Staff</span>', ["Staff"]),
        ("", "<p>By 3i Global</p>", ["3i Global"]),
        ("", '<div class="author"><a>Ana Lind</a><a>Copy Link URL</a><a>Twitter Facebook</a></div>', ["Ana Lind"]),
        ("", '<div class="author"><div>Ana Lind</div><div>Marketing Director</div></div>', ["Ana Lind"]),
        ("", '<p><a href="/authors/ana-lind">Ana Lind</a> 3 May 2026</p>', ["Ana Lind"]),
        ("", f'<p><a href="/authors/ana-lind">Ana Lind</a> {TEXT * 2}</p>', []),
        ("", f"<p>{TEXT}</p>{COMMENTS}", []),
        ("", f"<p>{TEXT}</p>{TEASER}", []),
        ("", f"{SENTENCE}{COMMENTS}{shows('Ana Lind')}", ["Ana Lind"]),
        ("", f'<figure><span class="author">Otto Stein</span></figure>{shows("Ana Lind")}', ["Ana Lind"]),
    ],
)
def test_a_person_who_is_the_articles_by_word_and_place_is_its_author(head: str, body: str, authors: list[str]) -> None:
    assert extract_article(page(head, body), URL).authors == authors


@pytest.mark.parametrize("line", ["By", "By ,", "Von:", "Par |"])
def test_nothing_is_left_of_a_byline_without_a_name(line: str) -> None:
    assert extract_article(page(body=f"<div>{line}<a></a></div>"), URL).text.startswith("The council")
