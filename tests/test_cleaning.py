"""The cleaning stage as users call it: clean_text() and clean_article()."""

from __future__ import annotations

import random
from typing import Any

import pytest
from conftest import extracted

from newsbot.cleaning import CleaningError, clean_article, clean_text, without_blocks
from newsbot.cleaning.boilerplate import blocks_of, learn, site_blocks
from newsbot.cleaning.patterns import table
from newsbot.cleaning.site_state import SiteState
from newsbot.items import ExtractedArticle, Removed

TITLE = "Two towns quarrel over a bridge nobody crosses"
BODY = [
    "The mayors of two river towns accused each other on Tuesday of letting their only bridge fall into ruin, "
    "though a count last month found that it carries eleven cars a day.",
    "“We have painted our half,” said Mayor Ines Holm of Overbank. “Theirs is rust with a view.”",
    "Nether, on the south side, has spent its share of the county’s money on a new school roof, and says so.",
    "Talks in the county hall ended after twenty minutes. Neither side wished to name a next date.",
    "“There is a ‘coordination of brushes’ to be done before anything else,” the county engineer said.",
]
RESIDUE = {
    "Daily River ||": "navigation",
    "RELATED:  School roof wins a prize for its tiles": "related_link",
    "RELATED:  River swimmers ask for warmer water": "related_link",
    "More Culture Town News Updates of Today Check Below": "related_link",
    "Daily River || Town Today || County News || Headlines || Garden || Machine News": "navigation",
    "Show More": "read_more",
    "Related Articles": "related_link",
    "Back to top button": "page_tool",
}


def as_extracted() -> str:
    top, first, second, more, row, show, related, back = RESIDUE
    lines = [TITLE, top, *BODY[:2], "", first, *BODY[2:4], second, BODY[4], more, row, "\n", show, related, back]
    return "\n\n".join(lines)


def article(**fields: Any) -> ExtractedArticle:
    return extracted("https://example.org/x", **{"title": TITLE, "text": as_extracted(), **fields})


def test_of_a_text_full_of_residue_the_article_alone_is_left() -> None:
    cleaned = clean_text(as_extracted(), title=TITLE)
    assert cleaned.text == "\n\n".join(BODY)
    reasons = {" ".join(line.split()): reason for line, reason in RESIDUE.items()}
    assert {removed.text: removed.reason for removed in cleaned.removed} == {TITLE: "title_repeated"} | reasons
    assert all(removed.pattern for removed in cleaned.removed)


def test_cleaning_again_changes_nothing() -> None:
    once = clean_text(as_extracted(), title=TITLE)
    again = clean_text(once.text, title=TITLE)
    assert again.text == once.text
    assert again.removed == []


@pytest.mark.parametrize(
    "first_line",
    [
        TITLE.upper(),
        f"{TITLE} | Daily River",
        f"Bridges: {TITLE}",
        "River countyTwo towns quarrel over a bridge nobody crosses",
        "Two towns quarrel over bridge nobody crosses",
    ],
)
def test_the_title_repeated_above_the_text_goes(first_line: str) -> None:
    assert clean_text(f"{first_line}\n\n{BODY[0]}", title=TITLE, site_name="Daily River").text == BODY[0]


def test_a_heading_that_only_shares_words_with_the_title_stays() -> None:
    text = f"A bridge nobody painted\n\n{BODY[0]}"
    assert clean_text(text, title=TITLE).text == text


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        ("The cafÃ© says itâ€™s closed.", "The café says it’s closed."),
        ("Ð\x9fÑ\x80Ð¸Ð²ÐµÑ\x82, Ð¼Ð¸Ñ\x80", "Привет, мир"),
        ("Fish &amp;amp; chips &amp;quot;today&amp;quot;", 'Fish & chips "today"'),
        ("A co\u00adop\u00ader\u00ada\u00adtive", "A cooperative"),
        ("zero\u200bwidth and\ufeff bom", "zerowidth and bom"),
        ("non\u00a0breaking\u2009thin\u3000wide", "non breaking thin wide"),
        ("Cafe\u0301 in NFC", "Café in NFC"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🚀 lands", "👩\u200d🚀 lands"),
        ("pay \u202elive\u202c now", "pay live now"),
        ("São Paulo’s “naïve” plan – 5 °C", "São Paulo’s “naïve” plan – 5 °C"),
        ("a < b && c > d", "a < b && c > d"),
    ],
)
def test_characters_are_repaired_and_right_ones_left(broken: str, repaired: str) -> None:
    assert clean_text(broken).text == repaired
    assert clean_text(repaired).text == repaired


def test_hard_wrapped_lines_are_joined_and_lists_are_not() -> None:
    wrapped = (
        "The mayors of two river towns accused each\nother on Tuesday of letting their only bridge\n"
        "fall into ruin, though a count found that it\ncarries eleven cars a day.\n\n"
        "Talks ended after twenty minutes, and nobody\nnamed a next date."
    )
    assert clean_text(wrapped).text.split("\n\n") == [
        "The mayors of two river towns accused each other on Tuesday of letting their only bridge "
        "fall into ruin, though a count found that it carries eleven cars a day.",
        "Talks ended after twenty minutes, and nobody named a next date.",
    ]
    listed = "What to bring:\n- a brush\n- a bucket of grey paint\n- boots"
    assert clean_text(listed).text.split("\n\n") == listed.split("\n")


def test_an_article_is_cleaned_in_all_its_fields() -> None:
    dirty = article(
        title="Two towns quarrel\u00a0over a bridge nobody crosses ",
        summary="Mayors &amp;amp; paint",
        text=f"By Ana Lind and Bo Ek\n\n{as_extracted()}",
        tags=["bridges ", " "],
        removed=[Removed(text="x", reason="earlier")],
    )
    clean = clean_article(dirty)
    assert clean.title == TITLE
    assert clean.summary == "Mayors & paint"
    assert clean.authors == ["Ana Lind", "Bo Ek"]
    assert clean.origins["authors"] == "html"
    assert clean.tags == ["bridges"]
    assert clean.text == "\n\n".join(BODY)
    assert [removed.reason for removed in clean.removed][:3] == ["earlier", "byline", "title_repeated"]
    assert (dirty.authors, dirty.text[:6]) == ((), "By Ana")


def test_known_authors_stay_and_their_line_goes() -> None:
    clean = clean_article(article(authors=["Ana Lind"], text=f"Ana Lind\n\n{BODY[0]}"))
    assert clean.authors == ["Ana Lind"]
    assert clean.text == BODY[0]


def test_section_and_tags_beside_the_text_go() -> None:
    text = "\n\n".join(["114 Culture", "River towns", *BODY, "Bridges", "Paint"])
    clean = clean_article(article(section="River towns", tags=["bridges", "paint"], text=text))
    assert clean.text == "\n\n".join(BODY)


def test_a_text_of_residue_alone_is_refused() -> None:
    with pytest.raises(CleaningError) as caught:
        clean_article(article(text="Show More\n\nRelated Articles\n\nBack to top"))
    assert caught.value.reason == "all_residue"


def test_what_was_learned_of_the_site_is_taken_out_too() -> None:
    pitch = "The Daily River is printed on paper that was once a willow, and it is proud of that."
    state = SiteState()
    for place in ("Overbank", "Nether", "Middleton"):
        fair = f"The fair at {place} opened on Sunday in the rain, with two donkeys.\n\n{pitch}"
        state = learn(state, blocks_of(fair))
    blocks = site_blocks(state)
    clean = clean_text(f"{as_extracted()}\n\nPrint\n\n{pitch}", title=TITLE, site_blocks=blocks)
    assert clean.text == "\n\n".join(BODY)
    assert {"site_boilerplate", "page_tool"} <= {removed.reason for removed in clean.removed}
    assert clean_text(clean.text, title=TITLE, site_blocks=blocks).text == clean.text
    dirty = article(text="\n\n".join([*BODY, pitch]), removed=[Removed(text="x", reason="earlier")])
    stripped = without_blocks(dirty, blocks)
    assert stripped.text == "\n\n".join(BODY)
    assert [(removed.text, removed.reason) for removed in stripped.removed] == [
        ("x", "earlier"), (pitch, "site_boilerplate"),
    ]  # fmt: skip
    assert without_blocks(stripped, blocks) is stripped


@pytest.mark.parametrize("seed", range(40))
def test_any_mixture_of_lines_comes_out_the_same_when_cleaned_twice(seed: int) -> None:
    dice = random.Random(seed)
    rules = table()
    pool = [*dice.sample(sorted(rules.lines), 30), *dice.sample(sorted(rules.sections), 5), *BODY, *BODY, *RESIDUE]
    pool += [f"{label}: The swans are back" for label in dice.sample(sorted(rules.labels), 10)]
    pool += [f"{label} 3 March 2026" for label in dice.sample(sorted(rules.labels), 5)]
    pool += ["By Ana Lind", "—", "• a point", "A | B | C", "\u202eodd\u202c", "&amp;amp;lt;", "caf\u00c3\u00a9"]
    for _ in range(10):
        text = dice.choice(["\n", "\n\n"]).join(dice.choices(pool, k=dice.randint(1, 25)))
        once = clean_text(text, title=TITLE)
        assert clean_text(once.text, title=TITLE).text == once.text
