"""Which parts of a page are the article's text."""

import pytest

from newsbot.extraction import extract_article

STORY = [
    "The council decided on Tuesday that the ferry will run again from the first of the month, after a long winter.",
    "Passengers had asked for months when the boats would come back, and the harbour master said he was glad of it.",
    "Work on the second pier begins in the spring. It will take about nine weeks, during which lorries have to use "
    "the northern quay, the engineers in charge of the works explained to reporters at the site on Monday.",
    "Nobody on the council spoke against it, and the two hotels of the island have hired their cooks for the summer.",
]
BODY = "".join(f"<p>{words}</p>" for words in STORY)


def paragraphs(inner: str, title: str = "Ferry resumes", language: str = "en") -> list[str]:
    """Extract a page with that in its <body>; return the text's paragraphs."""
    page = (
        f"<html lang={language}><title>{title}</title><meta property=og:title content='{title}'>"
        f"<meta property=article:published_time content=2025-11-28><body>{inner}</body></html>"
    )
    return extract_article(page.encode(), "https://quay.example/2025/ferry").text.split("\n\n")


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class=wide><h2>The pier</h2>{BODY}</div><div class=narrow><h2>The pier</h2>{BODY}</div>",
        f"<div class=wide><h2>The pier</h2>{BODY}</div>" + f"<div class=narrow><h2>The pier</h2>{BODY}</div>" * 2,
        "<h2>The pier</h2>" + "".join(f"<p>{words}</p><p class=narrow>{words}</p>" * 2 for words in STORY),
    ],
    ids=["two layouts", "three layouts", "each paragraph in two"],
)
def test_what_the_page_has_in_two_layouts_is_taken_once(markup: str) -> None:
    assert paragraphs(f"<article><h1>Ferry resumes</h1>{markup}</article>") == ["The pier", *STORY]


QUESTION = "Which boat would you take, and where would you go with it if you had the whole day for yourself?"
REFRAIN = "And the boats go out, the boats go out at four."


@pytest.mark.parametrize("again", [QUESTION, REFRAIN])
def test_what_comes_again_alone_stays(again: str) -> None:
    lines = [again, *STORY[:2], again, *STORY[2:]]
    markup = "".join(f"<p>{line}</p>" for line in lines)
    assert paragraphs(f"<article><h1>Ferry resumes</h1>{markup}</article>") == lines


def test_rows_of_a_list_may_be_alike() -> None:
    weeks = "Run two kilometres at an easy pace, rest for a day, then run three more and stretch your legs."
    rows = [*STORY[:3], "\n".join([weeks] * 3), STORY[3]]
    markup = f"{BODY[: BODY.rindex('<p>')]}<ul>{f'<li>{weeks}</li>' * 3}</ul><p>{STORY[3]}</p>"
    assert paragraphs(f"<article><h1>Ferry resumes</h1>{markup}</article>") == rows


TEASER = (
    "<h3><a href=/2025/{0}>{0} is news as well</a></h3><p>What the {0} did on Monday took all the town by surprise.</p>"
)
TEASERS = "".join(TEASER.format(name) for name in ("mayor", "miller", "baker"))


def test_what_other_articles_begin_with_is_no_end_of_this_one() -> None:
    assert paragraphs(f"<article><h1>Ferry resumes</h1>{BODY}{TEASERS}</article>") == STORY


def test_a_list_whose_items_are_linked_stays() -> None:
    items = [f"<h3><a href=/hotels/{n}>Hotel {n}</a></h3><p>{words}</p>" for n, words in enumerate(STORY * 2, 1)]
    text = paragraphs(f"<article><h1>Ferry resumes</h1>{'<h2>Here they are</h2>'.join(items)}</article>")
    assert [words for words in text if words in STORY] == STORY * 2


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class=part><p>{STORY[0]}</p><p>{STORY[1]}</p><p>{STORY[3]}</p></div><div id=main-part>{BODY * 2}</div>",
        f"<div id=main-part>{BODY * 2}</div><div class=answers>{BODY}</div>",
    ],
    ids=["before", "after"],
)
def test_running_text_beside_what_is_named_the_main_part_stays(markup: str) -> None:
    words = [p for part in markup.split("<p>")[1:] for p in [part.partition("</p>")[0]]]
    marked = [f"{number}. {line}" for number, line in enumerate(words)]
    for line, mark in zip(words, marked, strict=True):
        markup = markup.replace(f"<p>{line}</p>", f"<p>{mark}</p>", 1)
    assert paragraphs(f"<article><h1>Ferry resumes</h1>{markup}</article>") == marked


def test_a_heavier_column_of_teasers_is_not_the_article() -> None:
    column = "".join(TEASER.format(name) * 4 for name in ("mayor", "miller", "baker", "smith"))
    assert paragraphs(f"<div><h1>Ferry resumes</h1>{BODY}</div><div class=articles>{column}</div>") == STORY


def test_paragraphs_above_a_paywall_open_the_text() -> None:
    opening = [
        "The boats are back on the water, as the mayor said.",
        "Tickets are sold at the old pier from Monday on.",
    ]
    free = "".join(f"<p>{words}</p>" for words in opening)
    markup = f"<article><h1>Ferry resumes</h1>{free}<div class=paywall-part>{BODY}</div></article>"
    assert paragraphs(markup) == [*opening, *STORY]


FIRST, LAST = (
    "Captains welcomed the decision on Tuesday, and the owners of both hotels did, too.",
    "The first boat carries the children of the school choir to the mainland and back.",
)


@pytest.mark.parametrize(
    ("first", "middle", "last"),
    [
        ("RichText opening", "RichText", "RichText end"),
        ("copy-1 story-copy", "copy-2 story-copy", "copy-3 story-copy"),
        ("text-block block", "text-block block wide", "block text-block"),
    ],
)
def test_the_parts_of_a_text_belong_together_though_their_names_differ_by_a_word(
    first: str, middle: str, last: str
) -> None:
    advert = "<div class=slot><a href=/offer>Cheap crossings all summer long</a></div>"
    long = BODY + BODY.replace("ferry", "boat").replace("about", "some")
    found = paragraphs(
        f"<article><h1>Ferry resumes</h1><div class='{first}'><p>{FIRST}</p></div>{advert}"
        f"<section><div class='{middle}'>{long}</div></section>"
        f"{advert}<div class='{last}'><p>{LAST}</p></div></article>"
    )
    assert (found[0], found[-1]) == (FIRST, LAST)


@pytest.mark.parametrize(
    "beside",
    [
        f"<div class='row last'><p>{LAST}</p></div>",
        f"<div class='row story-text'><h1>Another day</h1><p>{LAST}</p></div>",
        f"<div class='row story-text'><h3><a href=/other>Hotels are full</a></h3><p>{LAST}</p></div>",
    ],
    ids=["a name that says nothing", "a headline of its own", "another article's"],
)
def test_what_has_a_name_in_common_alone_is_no_part_of_the_text(beside: str) -> None:
    long = BODY + BODY.replace("ferry", "boat").replace("about", "some")
    text = f"<section><div class='row story-text'>{long}{long.upper()}</div></section>"
    found = paragraphs(f"<article><h1>Ferry resumes</h1>{text}{beside}</article>")
    assert LAST not in found
