"""Whatever bytes come, extraction soon ends in an ExtractedArticle or an ExtractionError."""

import pickle
import random

import pytest
from conftest import not_hanging
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.extraction import ExtractionError, extract_article
from newsbot.items import EXTRACTORS, REJECTION_REASONS, ExtractedArticle

URL = "https://harbour.example/2026/05/12/ferry"
P = (
    b"<p>The council of the town voted on Tuesday evening to keep the ferry, after a debate that ran for more "
    b"than four hours in the hall.</p>"
)
LD = (
    b'<script type="application/ld+json">'
    b'{"@type":"NewsArticle","headline":"Ferry stays","datePublished":"2026-05-12"}</script>'
)
GOOD = (
    b"<html><head><title>Ferry stays</title>"
    + LD
    + b"</head><body><article><h1>Ferry stays</h1>"
    + P * 4
    + b"</article></body></html>"
)
ENTITIES = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))


def inside(more: bytes) -> bytes:
    return GOOD.replace(b"</article>", more + b"</article>")


CASES = {
    "nothing": b"",
    "blanks": b" \n" * 1000,
    "fifty megabytes": GOOD + b"x" * 50_000_000,
    "eleven megabytes of text": inside(b"<p>" + b"word, " * 1_800_000),
    "eleven megabytes of tags": GOOD + b"<p>x" * 2_700_000,
    "many paragraphs": inside(b"<p>hello there, friend of the house.</p>" * 25_000),
    "random bytes": random.Random(1).randbytes(300_000),
    "cut off": GOOD[:-700],
    "10,000 deep": b"<html><body>" + b"<div>" * 10_000 + P * 3 + b"</div>" * 10_000,
    "200,000 deep inline": b"<html><body>" + b"<b><i>" * 100_000 + P * 3,
    "a million attributes": b"<html><body><div " + b" ".join(b"a%d=1" % i for i in range(1_000_000)) + b">" + P * 3,
    "a million bare attributes": b"<html><body><div " + b" ".join(b"a%d" % i for i in range(1_000_000)) + b">" + P * 3,
    "attributes with > in quotes": b"<html><body><div " + b" ".join(b'a%d=">"' % i for i in range(100_000)) + b">" + P,
    "attributes on many elements": b"<html><body>" + b"<p a=1 b=2 c=3 d=4>x</p>" * 50_000,
    "NUL bytes only": b"\0" * 100_000,
    "NUL bytes": GOOD.replace(b"council", b"coun\0cil"),
    "UTF-7": b'<html><head><meta charset="utf-7"></head><body>+ADw-script+AD4-' + P * 4,
    "UTF-16 without mark": GOOD.decode().encode("utf-16-be"),
    "UTF-32": GOOD.decode().encode("utf-32"),
    "billion laughs": b'<!DOCTYPE x [<!ENTITY l0 "lol">' + ENTITIES + b"]><html><body><h1>T</h1><p>&l9;</p>" + P * 4,
    "unclosed script": b"<html><body><article><h1>T</h1>" + P * 4 + b'<script>var a="' + b"x" * 100_000,
    "unclosed comment": b"<html><body><h1>T</h1><!-- " + P * 100,
    "unclosed quote": b'<html><body><a href="' + P * 4,
    "deep JSON-LD": b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>" + GOOD,
    "huge number in JSON-LD": b'<script type="application/ld+json">{"@type":"Article","datePublished":'
    + b"9" * 5000
    + b"}</script>"
    + GOOD,
    "many links": inside(b"<ul>" + b'<li><a href="/x">a link text that is quite long</a></li>' * 15_000 + b"</ul>"),
    "many list items": inside(b"<ol>" + b"<li>item</li>" * 40_000 + b"</ol>"),
    "many breaks": inside(b"a<br> " * 30_000),
    "long title": b"<title>" + b"a - b | " * 100_000 + b"</title>" + GOOD,
    "long class": b'<div class="' + b"author related " * 200_000 + b'">' + GOOD,
    "long author": b'<meta name=author content="' + b"A B, " * 50_000 + b'">' + GOOD,
    "months": inside(b'<span class="date">' + b"May " * 20_000 + b"</span>"),
    "odd charset": b"<meta charset=unicode_escape>" + GOOD + b"\xff\\x",
    "control characters after a menu": inside(b"<nav><a href=/>Home</a></nav>\x01\x0b" + P),
    "control characters after a sign-up": inside(b"<div><form><input type=email></form></div>\x02\x1f" + P),
    "control characters in a date": inside(b"<div class='a\x01'>Posted May 12, 2026\x01</div>"),
    "streamed content around its own place": GOOD.replace(
        b"<article>", b'<div hidden id="S:0"><template id="B:0"></template><article>'
    ),
    "surrogates": inside(b"&#xD800;&#xDFFF;&#0;&#x110000;&#xFFFF;"),
    "strings without end": b"<html><body><h1>T</h1><script>" + b'"\\u003cp\\' * 100_000 + b"</script>",
}


@pytest.mark.parametrize("extractor", EXTRACTORS)
@pytest.mark.parametrize("name", CASES)
def test_no_page_holds_up_the_others(name: str, extractor: str) -> None:
    with not_hanging():
        try:
            article = extract_article(CASES[name], URL, extractor=extractor)
        except ExtractionError as error:
            assert error.reason in REJECTION_REASONS
            assert error.detail
        else:
            assert isinstance(article, ExtractedArticle)
            assert article.text.strip()


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://harbour.example/x", "http://[::1", "https://"])
def test_no_address_is_a_rejection(url: str) -> None:
    with pytest.raises(ExtractionError):
        extract_article(GOOD, url)


def test_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ExtractionError("login_wall", "a form")))
    assert (error.reason, error.detail, str(error)) == ("login_wall", "a form", "login_wall: a form")


MARKUP = [
    b"<",
    b">",
    b"</p>",
    b"<div>",
    b'"',
    b"\xff",
    b"\0",
    b"<!--",
    b"<script>",
    b"<table><tr>",
    b"&#",
    b"<h1>",
    b"]]>",
    b"{",
    b"\\",
]


@settings(max_examples=120)
@given(data=st.data())
def test_mutated_pages_never_raise_anything_else(data: st.DataObject) -> None:
    page = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(page)))
        piece = data.draw(st.one_of(st.sampled_from(MARKUP), st.binary(max_size=12)))
        page[at : at + data.draw(st.integers(0, 40))] = piece
    try:
        article = extract_article(bytes(page), URL, charset=data.draw(st.sampled_from([None, "utf-8", "koi8-r", "x"])))
    except ExtractionError as error:
        assert error.reason in REJECTION_REASONS
    else:
        assert article.title
        assert article.text
