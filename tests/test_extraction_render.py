"""What of an article's element becomes its text, block by block."""

import re

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


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        # a sentence between paragraphs, in any script
        ("<p><a href=/pier><b>The pier was closed in January after divers had found cracks in it.</b></a></p>", True),
        ("<p><a href=/pier>この桟橋は一月に閉鎖されたと港湾当局が火曜日に明らかにした。</a></p>", True),
        # teasers and calls
        ("<p><a href=/pier>Divers find cracks in two pillars of the old pier</a></p>", False),
        ("<p><a href=/pier>Read also: Divers have found cracks in the old pier.</a></p>", False),
        (
            "<p><a href=/pier>Lire aussi : Des plongeurs ont découvert des fissures dans la vieille jetée.</a></p>",
            False,
        ),
        ("<p><a href=/pier>Learn more.</a></p>", False),
        ("<p><a href=/a>Rain falls on the old harbour.</a></p><p><a href=/b>Snow falls on the hills.</a></p>", False),
        ("<p>https://quay.example/old-pier/and/its.pillars.</p>", False),
        # an item of a list that is no list of links
        ("<ul><li>green paint</li><li><a href=/oars>oars</a></li><li>white paint</li></ul>", True),
        ("<ul><li><a href=/oars>oars</a></li><li><a href=/sails>sails</a></li><li>white paint</li></ul>", False),
        # a heading among the article's paragraphs, and one of a card
        (f"<h2><a href=/north>The northern quay</a></h2><p>{LONG}</p>", True),
        (f"<div><h2><a href=/north>The northern quay</a></h2><p>{LONG[:90]}</p></div>", False),
    ],
)
def test_a_link_is_text_where_it_is_a_part_of_the_text(markup: str, kept: bool) -> None:
    words = " ".join(re.sub("<[^>]+>", " ", markup).split())
    linked = [" ".join(found.split()) for found in re.findall(r"<a[^>]*>(?:<b>)?([^<]*)", markup)] or [words]
    text = "\n".join(lines(markup))
    assert [link in text for link in linked] == [kept] * len(linked)


def test_the_offers_of_a_gift_guide_are_its_text() -> None:
    offers = [f"Lantern {n} with a long handle, made of brass, 40 watts for $ {n}.99" for n in range(20, 36)]
    linked = [f"<a href=https://shop.example.org/{n}>{offer}</a>" for n, offer in enumerate(offers)]
    rows = [f"<p>{''.join(linked[at : at + 4])}</p>" for at in range(0, 16, 4)]
    assert lines("".join(rows)) == ["\n".join(offers[at : at + 4]) for at in range(0, 16, 4)]
    teasers = [one.replace("https://shop.example.org", "") for one in linked]
    assert lines("".join(f"<p>{one}</p>" for one in teasers)) == []


SAID = "The boats will sail again from the first of the month, and nobody is gladder of it than the harbour master is."


@pytest.mark.parametrize(
    "markup",
    [
        f"<blockquote><p>{SAID}</p><footer>Otto Beck</footer></blockquote>",
        f"<blockquote><p class=caption>{SAID}</p><p><span class=author>Otto Beck</span></p></blockquote>",
        f"<div class='accordion hidden'><p>{SAID}</p></div>",
        f"<section class='faq related'><p>{SAID}</p></section>",
        f"<div class='cmp-container' id=container-1><div class='cmp-text'><p>{SAID}</p></div></div>",
        f"<div class='text-image'><div class='image-text'><p>{SAID}</p></div></div>",
        f"<div class='textImage bildtext-block'><p>{SAID}</p></div>",
        f"<div class='wp-block-media-text image-with-text'><p>{SAID}</p></div>",
        f"<section class='overflow-hidden rounded'><p>{SAID}</p></section>",
        f"<div class='field field--label-hidden field__item'><p>{SAID}</p></div>",
        f"<p class='article-teaser-text'>{SAID}</p>",
        f"<div class='paragraph paragraph--published'><p>{SAID}</p></div>",
        f"<section id=toc-why-it-matters><p>{SAID}</p></section>",
        f"<div class='read-more-content'><p>{SAID}</p></div>",
        f"<div class='w-embed'><p>{SAID}</p></div>",
    ],
)
def test_names_that_mean_something_else_hide_no_text(markup: str) -> None:
    assert SAID in lines(markup)


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class=hidden><p>{SAID}</p></div>",
        f"<div class='box is-hidden'><p>{SAID}</p></div>",
        f"<div class='md:hidden'><p>{SAID}</p></div>",
        "<h2 class=visually-hidden>Article content</h2>",
        f"<div class='cmp-banner'><p>{SAID}</p></div>",
        f"<div id=cmp><p>{SAID}</p></div>",
        "<div class=toc><ul><li>Boats</li><li>Piers</li></ul></div>",
        "<p class=published>Published on Friday</p>",
        "<div class='read-more'>Read more of it</div>",
        "<div class='image-text'>The pier in winter</div>",
        f"<p class=disclaimer>{SAID}</p>",
        f"<blockquote class=newsletter><p class=sr-only>{SAID}</p></blockquote>",
    ],
)
def test_names_of_furniture_hide_it(markup: str) -> None:
    assert lines(markup) == []


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p>Über den Autor</p>", False),
        ("<p>Photo: Borno Picture Agency</p>", False),
        ("<h3>More</h3>", False),
        ("<p>And so they sailed.</p>", True),
        ("<ul><li>Monday, nine in the morning</li></ul>", True),
        ("<p>Yours,<br>Otto Beck</p>", True),
        ("<p>เรือจะแล่นอีกครั้ง</p>", True),
    ],
)
def test_a_line_that_trails_behind_the_text_is_none_of_it(markup: str, kept: bool) -> None:
    page = f"<html lang=en><title>Ferry resumes</title><body><article><h1>Ferry resumes</h1><p>{FIRST}</p><p>{LONG}</p>"
    text = extract_article(f"{page}<p>{LAST}</p>{markup}</article>".encode(), "https://quay.example/2025/ferry").text
    assert text.endswith(LAST) is not kept
