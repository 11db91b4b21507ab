"""What of an article's element becomes its text, block by block."""

import pytest

from newsbot.extraction import extract_article

FIRST = "The council decided on Tuesday that the ferry will run again from the first of the month, after a long winter."
LAST = "Passengers had asked for months when the boats would come back, and the harbour master said he was glad of it."
LONG = (
    "Work on the second pier begins in the spring. It will take about nine weeks, during which lorries have to use "
    "the northern quay, the engineers in charge of the works explained to reporters at the site, and nobody objected."
)


def lines(inner: str, *, wrapper: str = "article") -> list[str]:
    """Extract a page whose article holds the markup between two paragraphs; return the paragraphs between."""
    page = (
        f"<html lang=en><title>Ferry resumes</title><meta property=article:published_time content=2025-11-28>"
        f"<body><{wrapper}><h1>Ferry resumes</h1><p>{FIRST}</p><p>{LONG}</p>{inner}<p>{LAST}</p></{wrapper}></html>"
    )
    found = extract_article(page.encode(), "https://quay.example/2025/ferry").text.split("\n\n")
    assert (found[:2], found[-1]) == ([FIRST, LONG], LAST)
    return found[2:-1]


NAMES = (
    "searchLink keywords meta tooltip author author-link related related-link teaser promo share social tags topic nav "
    "popup recommendation btn button player rating comment byline affiliate-link modal caption cta listen newsletter "
    "sponsored read-more cookie login account donate slider gallery credit published timestamp banner bio legend toc ad"
)
NUMBERED = list(enumerate(NAMES.split(), 100))


@pytest.mark.parametrize(
    "tag", ["a href=/x", "span", "b", "em", "mark", "q", "cite", "abbr", "time", "small", "label", "font"]
)
def test_no_name_takes_words_out_of_a_sentence(tag: str) -> None:
    end = tag.partition(" ")[0]
    said = [f"<p>The {n}th boat of <{tag} class={name}>Borno & Sons</{end}> will sail.</p>" for n, name in NUMBERED]
    assert lines("".join(said)) == [f"The {n}th boat of Borno & Sons will sail." for n, _ in NUMBERED]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<a class=author href=/ob>Otto Beck</a> built the pier.", "Otto Beck built the pier."),
        ("The pier was built by <a class=author href=/ob>Otto Beck</a>.", "The pier was built by Otto Beck."),
        ("Nobody but the master saw <span class=promo>Hanna Berg</span>", "Nobody but the master saw Hanna Berg"),
        ("The firm <b><a class=search href=/s>Borno Lines</a></b> did it.", "The firm Borno Lines did it."),
        ("The firm <a class=ad href=/b><i class=author>Borno</i></a> did it.", "The firm Borno did it."),
        ("Its mark<a role=button href=#1>1</a> is old.", "Its mark1 is old."),
        # what is hidden, and what opens above the text, is none of it
        ("The firm <span class=sr-only>opens a window</span>did it.", "The firm did it."),
        ("The firm <span class=author hidden>Borno</span>did it.", "The firm did it."),
        ("The firm <span class=author style='display: none'>Borno</span>did it.", "The firm did it."),
        ("The firm<span class=note role=tooltip>A company of the town.</span> did it.", "The firm did it."),
        ("The firm <button class=share>Share</button>did it.", "The firm did it."),
        # what stands below or beside a finished sentence is no part of it
        ("The council of the town agreed. <a class=btn href=/x>Read on</a>", "The council of the town agreed."),
    ],
)  # fmt: skip
def test_what_is_part_of_a_sentence_stays_in_it(markup: str, text: str) -> None:
    assert lines(f"<p>{markup}</p>") == [text]


def test_highlighted_code_keeps_its_comments_and_keywords() -> None:
    code = "<pre><code><span class=comment># take the boats</span>\n<span class=meta>@quay</span>\nsail()</code></pre>"
    assert " ".join(" ".join(lines(code)).split()) == "# take the boats @quay sail()"


def test_an_anchor_that_leads_nowhere_is_no_link() -> None:
    sentence = "The boats are painted in green and white and carry forty cars each way"
    assert lines(f"<p><a name=boats>{sentence}</a></p>") == [sentence]
    assert lines(f"<p><a href=/boats>{sentence}</a></p>") == []
