"""The text by trafilatura alone: its options, and all that stays as it is whoever makes the text."""

from __future__ import annotations

import inspect
from configparser import ConfigParser

import pytest
import trafilatura

from newsbot.extraction import ExtractionError, check_options, extract_article
from newsbot.extraction.witnesses import OPTIONS, WITHHELD
from newsbot.items import CONFIDENCES, EXTRACTORS

URL = "https://harbour.example/local/wall"
DEPRECATED = {"max_tree_size", "no_fallback"}
SENTENCES = (
    "The council voted on Tuesday to raise the harbour wall by a metre before the winter storms arrive.",
    "Work on the northern arm begins in March, the mayor said, and is to cost eleven million in all.",
    "Fishermen had asked for a gate in place of the old slipway, which floods several times a year.",
    "An earlier plan was given up in May, after the insurers had declined to cover the building site.",
)
LEAD = "Nach langem Streit steht der Plan, und die Arbeit beginnt schon im nächsten Frühjahr am Hafen."
PAGE = f"""<html lang="en"><head><title>Harbour wall to be raised - The Harbour</title>
<meta property="og:site_name" content="The Harbour"><meta name="author" content="Ana Silva">
<meta property="article:published_time" content="2026-11-20T08:30:00+01:00"></head>
<body><h1>Harbour wall to be raised</h1><p class="lead">{LEAD}</p><article>
{"".join(f"<p>{sentence}</p>" for sentence in SENTENCES)}
<table><tr><td>Metres of wall</td><td>412</td></tr></table></article></body></html>"""


def by_trafilatura(page: str = PAGE, **options: object) -> str:
    return extract_article(page.encode(), URL, extractor="trafilatura", trafilatura=options).text


def test_the_text_is_trafilaturas_and_the_fields_are_newsbots() -> None:
    own = extract_article(PAGE.encode(), URL)
    asked = extract_article(PAGE.encode(), URL, extractor="trafilatura")
    for name in ("url", "title", "authors", "published", "site_name", "language", "kind", "image", "summary"):
        assert getattr(asked, name) == getattr(own, name), name
    assert all(sentence in asked.text for sentence in SENTENCES)
    assert asked.origins["text"] == "html"
    assert {own.text_confidence, asked.text_confidence} <= set(CONFIDENCES)


def test_the_record_says_who_decided_of_the_text() -> None:
    for extractor, name in EXTRACTORS.items():
        assert extract_article(PAGE.encode(), URL, extractor=extractor).extractor == name
    assert [name.split("/")[0] for name in EXTRACTORS.values()] == ["newsbot", "trafilatura"]


def test_options_reach_trafilatura() -> None:
    assert "412" in by_trafilatura()
    assert "412" not in by_trafilatura(include_tables=False)
    assert SENTENCES[0] not in by_trafilatura(prune_xpath="//article/p[1]")


def test_two_pages_with_the_same_text_both_keep_it() -> None:
    assert by_trafilatura() == by_trafilatura() == by_trafilatura()


def test_where_trafilatura_finds_nothing_there_is_no_body() -> None:
    assert len(extract_article(PAGE.encode(), URL).text) > 300
    with pytest.raises(ExtractionError) as caught:
        by_trafilatura(prune_xpath="//body/*")
    assert (caught.value.reason, caught.value.detail) == ("no_body", "0 characters of text, by trafilatura")
    with pytest.raises(ExtractionError, match="no_body"):
        by_trafilatura(target_language="fi")


def test_refusals_are_as_ever() -> None:
    page = "<html><head><title>Page not found</title></head><body><h1>Page not found</h1><p>Sorry.</p></body></html>"
    with pytest.raises(ExtractionError, match="error_page"):
        by_trafilatura(page)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"favour_recall": True}, "no option 'favour_recall' (did you mean favor_recall?); there are: config, fast, "),
        ({"no_fallback": True}, "no option 'no_fallback'; there are: "),
        ({"deduplicate": True}, "deduplicate cannot be chosen: it remembers earlier pages"),
        ({"with_metadata": True}, "with_metadata cannot be chosen: newsbot reads the fields itself"),
        ({"output_format": "xml"}, "output_format cannot be chosen: newsbot hands the page over and takes the text"),
        ({"favor_precision": "yes"}, "favor_precision: a bool, not 'yes'"),
        ({"prune_xpath": "//["}, "prune_xpath: '//[': Invalid expression"),
        ({"prune_xpath": ["//p", 1]}, "prune_xpath: 1: "),
    ],
)  # fmt: skip
@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_an_option_that_cannot_be_meant_is_an_error(extractor: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        extract_article(PAGE.encode(), URL, extractor=extractor, trafilatura=options)
    assert message in str(caught.value)


def test_another_extractor_is_an_error() -> None:
    with pytest.raises(ValueError, match="one of auto, trafilatura, not 'readability'"):
        extract_article(PAGE.encode(), URL, extractor="readability")


def test_every_option_of_trafilatura_is_passed_on_or_withheld_for_a_reason() -> None:
    parameters = set(inspect.signature(trafilatura.bare_extraction).parameters)
    assert parameters == OPTIONS.keys() | WITHHELD.keys() | DEPRECATED
    check_options({"config": ConfigParser(), "prune_xpath": ["//aside"], "target_language": "en", "fast": False})
