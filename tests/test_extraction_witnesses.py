"""Where the page's own text, trafilatura, JSON-LD and the feed disagree: whom the record believes."""

from __future__ import annotations

import json
from html import escape

import pytest

from newsbot.extraction import extract_article
from newsbot.items import Candidate

URL = "https://news.example.org/2026/harbour-wall"
WALL = [
    "The harbour wall will be rebuilt before the winter, the town council decided on Monday night after a long debate.",
    "Engineers had warned for years that the stones above the water line were held by little more than habit.",
    "The work is to cost four million and to begin in August, when the last of the summer ferries has left the quay.",
    "Fishermen asked for a second crane at the northern pier, which the council will talk about when it meets again.",
    "Until then boats of more than twelve metres have to tie up at the old mill, on the other side of the estuary.",
]
STRANGER = "Seven recipes for the first pumpkins of the year, from a soup with ginger to a cake that keeps for a week."


def page(*blocks: str, told: str = "", title: str = "Harbour wall to be rebuilt", summary: str = "") -> bytes:
    data = {"@type": "NewsArticle", "headline": title, "articleBody": told, "datePublished": "2026-05-12"}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if told else ""
    description = f'<meta name="description" content="{escape(summary)}">' if summary else ""
    return (
        f"<html lang=en><head><title>{title}</title>{description}{script}</head><body><main><h1>{title}</h1>"
        f"{''.join(blocks)}</main></body></html>"
    ).encode()


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_a_paragraph_that_the_pages_data_does_not_know_is_not_the_articles() -> None:
    told = " ".join(WALL * 2)
    text = extract_article(page(paragraphs(*WALL, STRANGER, *WALL), told=told), URL).text
    assert STRANGER not in text
    assert WALL[-1] in text


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (" ".join(WALL[:2]), "a teaser is no witness of the whole"),
        (" ".join(WALL * 5), "nor is what is far longer than the page"),
        (" ".join([STRANGER] * 8), "nor is another text"),
    ],
)
def test_data_that_is_not_the_pages_text_takes_nothing_from_it(told: str, why: str) -> None:
    assert STRANGER in extract_article(page(paragraphs(*WALL, STRANGER, *WALL), told=told), URL).text, why


def test_what_the_data_leaves_out_at_the_top_stays() -> None:
    text = extract_article(page(paragraphs(STRANGER, *WALL, *WALL), told=" ".join(WALL * 2)), URL).text
    assert text.startswith(STRANGER), "a lead is often no part of articleBody"


def test_a_short_report_that_is_all_of_the_page_is_not_given_up_for_something_longer() -> None:
    summary = "Harbour master council ferry crane estuary engineers winter decision"
    offers = "".join(f"<li><a href=/offer/{n}>{STRANGER[:60]} {n}</a></li>" for n in range(40))
    text = extract_article(page(paragraphs(*WALL[:2]), f"<ul>{offers}</ul>", summary=summary), URL).text
    assert text == "\n\n".join(WALL[:2])


def test_an_excerpt_that_repeats_the_summary_does_not_replace_the_article() -> None:
    summary = "Pumpkins recipes ginger soup cake keeps week first seven year harvest market autumn"
    feed = Candidate(url=URL, via="feed", html=paragraphs(f"{summary}. {STRANGER} {summary}. {STRANGER} {summary}."))
    whole = [f"{sentence} ({day} May)" for day in range(1, 5) for sentence in WALL]
    text = extract_article(page(paragraphs(*whole), summary=summary), URL, candidate=feed).text
    assert WALL[0] in text


ROWS = "".join(f"<li>Pier {n}, berth {n + 3}, depth {n} m</li>" for n in range(40))
ASIDE = f"<aside>{paragraphs(*[f'{sentence} ({n})' for n in range(2) for sentence in WALL])}</aside>"


@pytest.mark.parametrize(
    ("blocks", "confidence"),
    [
        ((paragraphs(*WALL), paragraphs(STRANGER, *WALL[::-1])), "high"),
        ((paragraphs(*WALL), f"<ul>{ROWS}</ul>"), "medium"),
        ((paragraphs(WALL[0]), f"<ul>{ROWS}</ul>", ASIDE), "low"),
    ],
)
def test_a_record_says_how_sure_its_text_is(blocks: tuple[str, ...], confidence: str) -> None:
    assert extract_article(page(*blocks), URL).text_confidence == confidence
