"""What no site may do to a collection with the values that it states, whatever they are and wherever they stand."""

from __future__ import annotations

import json

import pytest

from newsbot.discovery import parse_feed
from newsbot.extraction import extract_article
from newsbot.store.ledger import Ledger
from newsbot.web.tdmrep import is_reserved
from newsbot.web.text import well_formed
from newsbot.web.urls import InvalidURL, canonical_url

PAGE = """<!doctype html><html lang="en"><head><title>Wall raised</title>
<script type="application/ld+json">%s</script></head>
<body><article><h1>Wall raised</h1><p>The council voted on Tuesday to raise the wall by a metre after two storms.</p>
<p>Work begins in March, the engineers of the harbour said in the library.</p></article></body></html>"""
ADDRESS = "https://example.org/2026/11/24/wall"


@pytest.mark.parametrize(
    ("text", "formed"),
    [
        ("half \ud83d of one", "half \ufffd of one"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\ud83d\ud83d\ude00\ude00", "\ufffd\U0001f600\ufffd"),
        ("a\0b", "ab"),
        ("\U0010ffff\ufffe", "\U0010ffff\ufffe"),
    ],
)
def test_a_text_becomes_one_that_can_be_stored(text: str, formed: str) -> None:
    assert well_formed(text) == formed
    assert well_formed(formed) == formed


def test_half_an_emoji_in_the_data_of_a_page_costs_nothing_but_itself() -> None:
    node = {
        "@type": "NewsArticle",
        "headline": "Half \ud83d of it",
        "description": "\0Two \ud83d\ude00",
        "author": {"name": "Ann \ude00 Lee"},
        "articleSection": "Ci\0ty",
        "keywords": ["\ud83d", "sea"],
        "datePublished": "2026-11-24T10:00:00Z",
        "wordCount": int("9" * 4000),
    }
    script = json.dumps(node).replace('"wordCount": 9', '"wordCount": 9' + "9" * 2000)
    article = extract_article((PAGE % script).encode(), ADDRESS)
    assert (article.title, article.summary, article.section) == ("Half \ufffd of it", "Two \U0001f600", "City")
    assert article.authors == ["Ann \ufffd Lee"]
    assert article.tags == ["\ufffd", "sea"]
    assert article.published == "2026-11-24T10:00:00+00:00"


@pytest.mark.parametrize(
    "value", ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000, "9" * 5_000, "1e400"]
)
def test_an_entry_of_a_json_feed_that_no_parser_takes_costs_no_other(value: str) -> None:
    odd = f'{{"url": "https://example.org/odd", "title": {value}}}'
    genuine = '{"url": "https://example.org/genuine", "title": "Half \\ud83d of it"}'
    feed = parse_feed(f'{{"title": "T", "items": [{odd}, {genuine}]}}'.encode(), "https://example.org/feed.json")
    assert feed.candidates[-1].url == "https://example.org/genuine"
    assert feed.candidates[-1].title == "Half \ufffd of it"


def test_an_address_is_measured_as_it_is_asked() -> None:
    assert canonical_url("https://example.org/" + "ü" * 300)
    for address in (
        "https://example.org/" + "ü" * 1000,
        f"https://{'a' * 64}.example/x",
        f"https://{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.example/",
        f"https://{'ü' * 60}.example/x",
    ):
        with pytest.raises(InvalidURL):
            canonical_url(address)


def test_what_is_no_address_has_a_short_name_in_the_ledger() -> None:
    ledger = Ledger("run", ["a"])
    entries = [ledger.discover("a", "data:\ud83d\0," + "x" * length, "archive") for length in (10**6, 10**6 + 1)]
    keys = {entry.key for entry in entries if entry}
    assert len(keys) == 2
    assert all(len(key) < 100 and key.isascii() for key in keys)


def test_a_pattern_of_many_stars_is_no_trap() -> None:
    assert not is_reserved([("/*a" * 500 + "b$", True)], "/" + "/a" * 1000)
    assert is_reserved([("/*a" * 500 + "*$", True)], "/" + "/a" * 1000)
    assert [is_reserved([("/*.pdf$", True)], path) for path in ("/.pdf.pdf", "/a.pdf/", "/.pd")] == [True, False, False]
