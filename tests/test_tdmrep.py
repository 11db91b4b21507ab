"""What a page reserves in its own markup: what its head says, and nothing that only looks like it."""

from __future__ import annotations

import pytest
from local_web import article_page

from newsbot.extraction import ExtractionError, extract_article

URL = "https://example.org/harbour"


def with_head(markup: str) -> bytes:
    """Return an article's page with some more markup in its head."""
    return article_page("Money for the harbour", "the harbour wall").replace("</head>", f"{markup}</head>").encode()


@pytest.mark.parametrize(
    ("markup", "reserved"),
    [
        ('<META CONTENT="NOAI, noimageai" NAME="Robots">', ["noai", "noimageai"]),
        ("<meta name='newsbot' content=noarchive>", ["noarchive"]),
        ('<meta\n name="tdm-reservation"\n content=" 1 "><meta name="tdm-policy" content="/p">', ["tdm-reservation"]),
        ('<meta name="tdm-reservation" content="0"><meta name="otherbot" content="noai">', []),
        ('<meta name="description" content="noai">', []),
        ('<!-- <meta name="robots" content="noai"> -->', []),
        ("""<script>document.write('<meta name="robots" content="noarchive">');</script>""", []),
        ("""<style>/* <meta name="tdm-reservation" content="1"> */</style>""", []),
        ("""<meta name="author" content='<meta name="robots" content="noai">'>""", []),
    ],
)
def test_meta_tags_reserve_and_what_only_looks_like_them_does_not(markup: str, reserved: list[str]) -> None:
    assert extract_article(with_head(markup), URL).opt_outs == reserved


def test_what_headers_and_head_reserve_is_one_list_in_one_order() -> None:
    page = with_head('<meta name="robots" content="noarchive"><meta name="tdm-reservation" content="1">')
    assert extract_article(page, URL, opt_outs=["noai", "noarchive"]).opt_outs == [
        "tdm-reservation",
        "noai",
        "noarchive",
    ]


def test_a_reserved_text_is_refused_and_a_reserved_picture_left_out_where_that_is_respected() -> None:
    picture = '<meta property="og:image" content="https://example.org/wall.jpg">'
    page = with_head(f'{picture}<meta name="robots" content="noimageai">')
    assert extract_article(page, URL).image == "https://example.org/wall.jpg"
    assert extract_article(page, URL, respect_tdm=True).image is None
    for head, header in (('<meta name="robots" content="noai">', []), ("", ["noai"])):
        with pytest.raises(ExtractionError) as refused:
            extract_article(with_head(head), URL, opt_outs=header, respect_tdm=True)
        assert (refused.value.reason, refused.value.detail) == ("tdm_reserved", "noai")
