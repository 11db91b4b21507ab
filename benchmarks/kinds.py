"""How many forms of each kind of fault are still read wrong? On pages of our own, of which the right record is known.

    python benchmarks/kinds.py [--kinds dates,inline,...] [--show] [--seed 1] [--pages 3 | --all] [--engine trafilatura]

Each variant of a kind is put into a page alone, in --pages pages drawn with the seed (with --all, into every page that
takes it; that takes hours): a story in one of 18 languages, in one of 7 layouts, that states its fields in JSON-LD, in
meta tags or only to readers; and, where words or blocks are changed, pages of the newsroom and of tests/pages too.

    plain       the pages without a fault; only those that are read right take one
    dates       1  days in addresses, of other items, of telephone numbers; forms in meta tags and in date lines
    inline      2  furniture's names on an element in mid-sentence
    parts       3  bodies in parts: walls, columns, adverts, class names that differ, a headline that is no <h1>
    titles      4  kickers and dates in the headline, the site's name in an <h1>, tails and heads
    refusals    5  good short articles that look like a login, an error, a list or a video
    authors     6  forms of data and bylines; names of others, labels and counts that are no authors
    blocks      7  linked sentences, anchors, lists of links, pictures with text, components
    beside      8  shops, staff, comments, lists, the text twice, figures, notices of walls and accounts

Measure. A page is right if the record (extraction and cleaning) is right in what the kind is about: the day, the title
(folded), the authors as a set, or the text, which has the article's words and no others, in their order; of refusals
only that the page is taken and none of its paragraphs missing. Of plain pages all is asked. The table gives pages,
those right and their share; a variant that is wrong on any page counts as failing, and --show prints it with one.
"""

from __future__ import annotations

import argparse
import logging
import random
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

from babel.dates import format_date
from extraction import ENGINES, take
from made_pages import DAY, MadePage, made_pages, unstated, whole_pages
from scored_pages import WORD, Page, fold

Change: TypeAlias = Callable[[MadePage], object]

FORMS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""Kind -> its forms."""
ANOTHER_DAY = "2025-12-02"
"""A day that a line shows, where the address has another."""
WRITER, SECOND, STRANGER = "Hanna Northcott", "Bernard Quill", "Otto Steinmann"
"""Who wrote an article, with whom, and who has not."""
HOUSE = "Island Broadcasting Corporation"
SHORTEST = 130
"""Characters of a short article, at least."""
ITEMS = range(1, 9)
"""Of a column."""


class Unfit(Exception):
    """A page that does not take a variant."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of a kind of fault."""

    kind: str
    name: str
    change: Change
    whole: bool = False
    """Whether pages that are taken whole take it too."""
    judged: tuple[str, ...] = ()
    """What has to be right, if it is not what the kind is about."""


# The kinds.


def dates() -> Iterator[Variant]:
    """Give the variants of days: of addresses, of other items, of figures that are none, and their forms."""
    forms = FORMS["dates"]
    variant = partial(Variant, "dates")
    for path in forms["addresses_of_day"]:
        at = both(unstated, address(path))
        yield variant(f"address {path}", both(at, of_day(DAY)))
        yield variant(f"address {path}, line of its day", both(at, date_line("long")))
        yield variant(f"address {path}, line of another day", both(at, date_line("long", day=ANOTHER_DAY)))
    for path in forms["addresses_of_none"]:
        yield variant(f"address {path}", both(unstated, address(path)))
        yield variant(f"address {path}, line", both(unstated, address(path), date_line("long")))
    for place, (part, form) in forms["elsewhere"].items():
        for what, time in (
            ("time", '<time datetime="2024-03-09T08:00:00Z">9 March 2024</time>'),
            ("text", "9 March 2024"),
        ):
            there = adding(part, form.format(time))
            yield variant(f"{what} in {place}, no day", both(unstated, there))
            yield variant(f"{what} in {place}, line", both(unstated, date_line("long"), there))
            yield variant(f"{what} in {place}, own time", there)
    for number in forms["telephones"]:
        for part in ("header", "aside", "below", "foot"):
            yield variant(f"{number} in {part}", both(unstated, adding(part, f"<p>{number}</p>")))
    for locale in forms["locales"]:
        for form in ("full", "long", "medium"):
            line = both(unstated, date_line(form, locale))
            yield variant(f"line {locale} {form}", line, judged=("day", "text"))
        yield variant(f"byline and line {locale}", both(unstated, date_line("long", locale, beside_author=True)))
    for value in forms["meta_forms"]:
        for name in forms["meta_names"]:
            yield variant(f"meta {name} {value}", both(unstated, of_day(DAY), stating(name, value)))


def inline() -> Iterator[Variant]:
    """Give furniture's names on elements in mid-sentence."""
    forms = FORMS["inline"]
    variant = partial(Variant, "inline")
    for name in forms["names"]:
        for tag in forms["tags"]:
            yield variant(f'<{tag} class="{name}">', wrapped(tag, f'class="{name}"'), whole=tag == "span")
        yield variant(f'<span id="{name}">', wrapped("span", f'id="{name}"'), whole=True)
    for role in forms["roles"]:
        yield variant(f'<span role="{role}">', wrapped("span", f'role="{role}"'), whole=True)
    for tag in forms["bare"]:
        yield variant(f"<{tag}>", wrapped(tag, ""), whole=True)


def parts() -> Iterator[Variant]:
    """Give the ways in which a body is parted."""
    forms = FORMS["parts"]
    variant = partial(Variant, "parts")
    for name in forms["walls"]:
        for form in (
            '{1}<div class="%s">{rest}</div>',
            '{2}<div class="%s">{rest}</div>',
            '{1}<div id="%s">{rest}</div>',
        ):
            yield variant(f"wall: {form % name}", parted(form % name))
    for first, middle, last in forms["names"]:
        ends = f'<div class="{first}">{{1}}</div>%s<div class="{last}">{{last}}</div>'
        inner = f'<div class="{middle}">{{rest}}</div>'
        for between, html in forms["between"].items():
            yield variant(f"{first} | {middle} | {last}, {between} between", parted(ends % f"{html}{inner}{html}"))
        yield variant(f"{first} | {middle} | {last}, nested", parted(ends % f"<section>{inner}</section>"))
    for name, form in forms["layouts"].items():
        yield variant(name, parted(form))
        yield variant(f"{name}, headline h2", both(headline_as(forms["headlines"]["h2"]), parted(form)))
    for name, html in forms["headlines"].items():
        for form in ("{1}<div>{rest}</div>", "{2}<div class='w'>{rest}</div>", "<div>{1}</div><div>{rest}</div>"):
            yield variant(f"headline {name}, {form}", both(headline_as(html), parted(form)))


def titles() -> Iterator[Variant]:
    """Give kickers, sites' names, tails and heads."""
    forms = FORMS["titles"]
    variant = partial(Variant, "titles")
    for form in forms["kickers"]:
        kicked = headline_as(form)
        yield variant(f"{form}, stated", kicked)
        yield variant(f"{form}, <title> and site", both(kicked, without_data))
        yield variant(f"{form}, plain <title>", both(kicked, without_data, untailed))
    for logo in forms["logos"]:
        for name, html in FORMS["parts"]["headlines"].items():
            if "h1" not in name:
                shown = both(headline_as(html), site_above(logo))
                yield variant(f"{logo}, headline {name}", shown)
                yield variant(f"{logo}, headline {name}, no data", both(shown, without_data))
    for separator in (*forms["separators"], *forms["glued"]):
        for form in ("{t}{x}{s}", "{s}{x}{t}", "{t}{x}{k}{x}{s}"):
            titled = both(dense(separator in forms["glued"]), without_data, page_titled(form, separator))
            what = form.replace("{x}", separator)
            yield variant(f"{what}, h1", titled)
            yield variant(f"{what}, h1, unnamed site", both(titled, unnamed))
            yield variant(f"{what}, div", both(titled, headline_as("<div>{t}</div>")))
            yield variant(f"{what}, og:title", both(titled, headline_as("<p>{t}</p>"), titled_in_og))


def refusals() -> Iterator[Variant]:
    """Give good articles, short ones, that look like something else."""
    variant = partial(Variant, "refusals")
    form = '<form action="/login"><input type="email"><input type="password"><button>Sign in</button></form>'
    places = {
        f"password in {name}": (part, html.format(form)) for name, (part, html) in FORMS["refusals"]["password"].items()
    }
    for data in (stay, without_data):
        for name, (part, html) in (places | FORMS["refusals"]["lookalikes"]).items():
            for count in (1, 2):
                what = f"{name}, {count} paragraphs, {data.__name__}"
                yield variant(what, both(data, short(count), adding(part, html)))
        for name in ("application-name", "apple-mobile-web-app-title", "og:site_name"):
            yield variant(f"{name} is the headline, {data.__name__}", both(data, named_as_headline(name)))
            yield variant(
                f"{name} is the headline and <title>, {data.__name__}", both(data, untailed, named_as_headline(name))
            )
        for logo in FORMS["titles"]["logos"]:
            for headline in ("<h2>{t}</h2>", "<div class='hl'>{t}</div>"):
                what = f"{logo} above a short article, {headline}, {data.__name__}"
                yield variant(what, both(data, headline_as(headline), site_above(logo), short(2)))
    for count in (4, 8, 12):
        for part in ("before", "aside", "foot", "below"):
            yield variant(f"{count} teasers {part}", both(short(2), without_data, adding(part, teasers(count))))
            yield variant(f"{count} teasers {part}, whole article", both(without_data, adding(part, teasers(count))))


def authors() -> Iterator[Variant]:
    """Give the forms in which a page states its authors, and names on it that are no authors."""
    forms = FORMS["authors"]
    variant = partial(Variant, "authors")
    person = {"@type": "Person", "name": WRITER}
    for what, data, right in (
        ("string", WRITER, 1), ("person", person, 1), ("list", [person], 1), ("untyped", {"name": WRITER}, 1),
        ("two", [person, {"@type": "Person", "name": SECOND}], 2), ("two strings", [WRITER, SECOND], 2),
        ("by", f"By {WRITER}", 1), ("given and family", {"givenName": "Hanna", "familyName": "Northcott"}, 1),
        ("job", {**person, "jobTitle": "Reporter"}, 1), ("name with job", f"{WRITER}, Staff Writer", 1),
        ("with url", {**person, "url": "/people/1"}, 1), ("array name", {"@type": "Person", "name": [WRITER]}, 1),
        ("comma", f"{WRITER}, {SECOND}", 2), ("and", f"{WRITER} and {SECOND}", 2), ("upper case", WRITER.upper(), 1),
        ("thing", {"@type": "Thing", "name": WRITER}, 1), ("types", {"@type": ["Person"], "name": WRITER}, 1),
    ):  # fmt: skip
        for key in ("author", "creator"):
            yield variant(f"json-ld {key} {what}", written_by(right, {key: data}))
    house = {"@type": "Organization", "name": HOUSE}
    for html in forms["shown"]:
        shown = partial(written_by, 1, html=html.format(a=WRITER))
        yield variant(f"organization, {html}", shown({"author": house}))
        yield variant(f"organization in a list, {html}", shown({"author": [house]}))
        for key in ("author", "article:author", "dc.creator", "byl"):
            yield variant(f"publisher in {key}, {html}", shown(meta={key: HOUSE}))
        both_named = {"author": HOUSE, "article:author": WRITER}
        yield variant(f"publisher in author, person in article:author, {html}", shown(meta=both_named))
        for label, value in forms["counts"].items():
            yield variant(f"twitter {label}, {html}", shown(meta={"twitter:label1": label, "twitter:data1": value}))
        for key in ("article:author", "og:article:author"):
            yield variant(f"address in {key}, {html}", shown(meta={key: "https://www.facebook.com/harbournews"}))
        for value in forms["accounts"]:
            yield variant(f"{value} in author, {html}", shown(meta={"author": value}))
    for key in forms["meta"]:
        label = {"twitter:label1": "Written by"} if key == "twitter:data1" else {}
        for form, right in (("{}", 1), ("By {}", 1), ("{}, Staff Writer", 1), (f"{{}} and {SECOND}", 2), (" {} ", 1)):
            yield variant(f"meta {key} {form}", written_by(right, meta={key: form.format(WRITER), **label}))
    for label in forms["labels"]:
        yield variant(f"twitter 1 {label}", written_by(1, meta={"twitter:label1": label, "twitter:data1": WRITER}))
        meta = {"twitter:label1": "Est. reading time", "twitter:data1": "2 minutes"}
        yield variant(
            f"twitter 2 {label}", written_by(1, meta={**meta, "twitter:label2": label, "twitter:data2": WRITER})
        )
    for language, (by, author) in forms["names"].items():
        for what, form in forms["bylines"].items():
            yield variant(f"{language} {what}", byline_in(language, form, by, author))
    for what, (part, form) in forms["others"].items():
        there = adding(part, form.format(x=STRANGER))
        yield variant(f"{what}, none", both(written_by(0), there))
        yield variant(f"{what}, data", both(written_by(1, {"author": person}), there))
        for html in forms["shown"]:
            yield variant(f"{what}, {html}", both(written_by(1, html=html.format(a=WRITER)), there))


def blocks() -> Iterator[Variant]:
    """Give blocks of the article that look like others."""
    forms = FORMS["blocks"]
    variant = partial(Variant, "blocks")
    for name, form in forms["paragraphs"].items():
        yield variant(f"paragraph: {name}", in_paragraph(form), whole=True)
    for name in forms["containers"]:
        picture = '<img src="/p.jpg" alt="">' if {"image", "media", "picture"} & set(name.split("-")) else ""
        form = f'<div class="{name}">{picture}{{}}</div>'
        yield variant(f"{form} for all", around(form, slice(None), together=True))
        yield variant(f"{form} for each", around(form, slice(None)))
        yield variant(f"{form} for one", around(form, slice(2, 3)))
    for name in forms["in_quotes"]:
        for form in (
            f'<blockquote><div class="{name}">{{}}</div></blockquote>',
            f'<blockquote class="{name}">{{}}</blockquote>',
        ):
            yield variant(form, around(form, slice(2, 3)))
    for name, form in forms["around"].items():
        yield variant(f"one in {name}", around(form, slice(2, 3)))
    for count in (4, 8, 16):
        for form in ("<p>{}</p>", "<div><h3>Gifts</h3><p>{}</p></div>", "<li>{}</li>", "<h2>Gifts</h2><p>{}</p>"):
            yield variant(f"guide of {count} {form}", guide(count, form))


def beside() -> Iterator[Variant]:
    """Give what stands beside an article and is none of it."""
    forms = FORMS["beside"]
    variant = partial(Variant, "beside")
    for name, (above, item) in forms["columns"].items():
        html = f'<div class="k2">{above}{"".join(item.format(n=number) for number in ITEMS)}</div>'
        for part in ("before", "aside", "foot"):
            there = adding(part, html)
            yield variant(f"{name} in {part}", there, whole=part == "foot")
            yield variant(f"{name} in {part}, short article", both(short(2), there))
    for name, (above, item) in forms["below"].items():
        html = f'<div class="k3">{above}{"".join(item.format(n=number) for number in ITEMS)}</div>'
        for part in ("before", "aside", "foot", "below"):
            yield variant(f"{name} in {part}", adding(part, html))
    for name, html in forms["lines"].items():
        yield variant(f"{name} line above", adding("dateline", html))
        yield variant(f"{name} line at the end", adding("below", html))
    for notice in forms["notices"]:
        for form in ("<p>{}</p>", '<div class="z1"><p>{}</p></div>', '<div class="wall"><h3>{}</h3></div>'):
            yield variant(f"{form.format(notice)} at the end", adding("below", form.format(notice)))
        yield variant(f"{notice} above", adding("dateline", f"<p>{notice}</p>"))
        yield variant(f"{notice} amid", amid(f"<div><p>{notice}</p></div>"))
    copies = {
        " and ".join(pair): '<div class="{}">{{x}}</div><div class="{}">{{x}}</div>'.format(*pair)
        for pair in forms["copies"]
    }
    for name, form in (copies | forms["twice"]).items():
        yield variant(f"twice: {name}", twice(form))
    for figure in forms["figures"]:
        for form in ("<div>{}</div>", "<p>{}</p>", "<span>{}</span>"):
            yield variant(f"{form.format(figure)} at the end", adding("below", form.format(figure)))
            yield variant(f"{form.format(figure)} above", adding("dateline", form.format(figure)))
    for form in ("<div>{}</div>", "<p>{}</p>", "<p>Tags: {}</p>"):
        listed = form.format(forms["tags"])
        yield variant(f"{listed} at the end", both(stating("keywords", forms["tags"]), adding("below", listed)))


# Changes of a page.


def both(*changes: Change) -> Change:
    """Return the change that does all of these."""

    def change(page: MadePage) -> None:
        for one in changes:
            one(page)

    return change


def stay(page: MadePage) -> None:
    """Leave the page."""


def adding(part: str, html: str) -> Change:
    """Return the change that adds HTML to a part of a page; a page taken whole has an end alone."""

    def change(page: MadePage) -> None:
        if page.source:
            page.at_end(html)
        else:
            setattr(page, part, getattr(page, part) + html)

    return change


def stating(name: str, value: str) -> Change:
    """Return the change that states something in a meta tag."""
    return lambda page: page.meta.update({name: value})


def address(path: str) -> Change:
    """Return the change that moves a page."""

    def change(page: MadePage) -> None:
        page.url = f"https://www.kinds-{page.story.language}.example{path}"

    return change


def of_day(day: str) -> Change:
    """Return the change of the right day."""

    def change(page: MadePage) -> None:
        page.days = (day,)

    return change


def date_line(form: str, locale: str | None = None, *, day: str = DAY, beside_author: bool = False) -> Change:
    """Return the change that shows the day beside the headline, as a language writes it by the data of CLDR."""

    def change(page: MadePage) -> None:
        line = format_date(date.fromisoformat(day), form, locale=locale or page.language)
        page.language = (locale or page.language).partition("_")[0]
        page.days = (day,)
        page.dateline = f'<div class="x5">{line}</div>'
        if beside_author:
            page.byline, page.dateline = "", f"<p>{escape(page.story.author)} · {line}</p>"

    return change


def wrapped(tag: str, attribute: str) -> Change:
    """Return the change that puts words in mid-sentence of a paragraph into an element."""

    def change(page: MadePage) -> None:
        found = page.paragraphs()
        paragraph = found[len(page.name) % len(found)]
        words = paragraph.split(" ")
        if len(words) < 6:  # a script without blanks
            at = len(paragraph) // 3
            pieces = [paragraph[:at], paragraph[at : at + 4], paragraph[at + 4 :]]
        else:
            at = len(words) // 3
            pieces = [" ".join(words[:at]) + " ", " ".join(words[at : at + 2]), " " + " ".join(words[at + 2 :])]
        before, inside, after = (escape(piece, quote=False) for piece in pieces)
        opened = f"{tag} {attribute}".strip() + (' href="/topic/ferry"' if tag == "a" else "")
        page.swap(paragraph, f"{before}<{opened}>{inside}</{tag}>{after}")

    return change


def parted(form: str) -> Change:
    """Return the change that lays the body out in a form of kinds.toml."""

    def change(page: MadePage) -> None:
        left = list(page.blocks)
        html = form
        if "{last}" in html:
            html = html.replace("{last}", left.pop())
        for slot, count in (("{1}", 1), ("{2}", 2), ("{half}", len(left) // 2), ("{bare}", 1), ("{each}", len(left))):
            if slot in html:
                taken = left[:count]
                del left[:count]
                if slot == "{bare}":
                    taken = [taken[0].removeprefix("<p>").removesuffix("</p>")]
                elif slot == "{each}":
                    taken = [f'<div class="x{number}"><div>{one}</div></div>' for number, one in enumerate(taken)]
                html = html.replace(slot, "".join(taken))
        page.blocks = [html.replace("{rest}", "".join(left))]

    return change


def headline_as(html: str) -> Change:
    """Return the change that shows the headline in other HTML, with the section as its kicker."""

    def change(page: MadePage) -> None:
        page.headline = html.format(t=escape(page.story.title), k=escape(page.story.section))

    return change


def without_data(page: MadePage) -> None:
    """Take JSON-LD and the stated title from a page."""
    page.jsonld = {}
    page.meta.pop("og:title", None)


def untailed(page: MadePage) -> None:
    """Take the site's name from a page's title."""
    page.page_title = page.story.title


def unnamed(page: MadePage) -> None:
    """Take what states the site's name from a page."""
    page.site_name = ""


def titled_in_og(page: MadePage) -> None:
    """State the page's title as og:title too."""
    page.meta["og:title"] = page.page_title


def dense(needed: bool) -> Change:
    """Return the check that a page is in Chinese or Japanese, where titles have separators without blanks."""

    def change(page: MadePage) -> None:
        if needed and page.story.language not in ("zh", "ja"):
            raise Unfit

    return change


def site_above(logo: str) -> Change:
    """Return the change that puts the site's name into an <h1> above."""
    return lambda page: adding("header", logo.format(s=escape(page.story.site)))(page)


def page_titled(form: str, separator: str) -> Change:
    """Return the change that gives the page's title a tail or a head."""

    def change(page: MadePage) -> None:
        page.page_title = form.format(t=page.story.title, s=page.story.site, k=page.story.section, x=separator)

    return change


def short(count: int) -> Change:
    """Return the change that leaves so many paragraphs, or as many as an article must have."""

    def change(page: MadePage) -> None:
        enough = count
        while sum(map(len, page.text[:enough])) < SHORTEST and enough < len(page.text):
            enough += 1
        if sum(map(len, page.text[:enough])) < SHORTEST:
            raise Unfit
        del page.text[enough:], page.blocks[enough:]

    return change


def named_as_headline(name: str) -> Change:
    """Return the change that names the site, or its application, as the headline reads."""

    def change(page: MadePage) -> None:
        if name == "og:site_name":
            page.site_name = page.story.title
        else:
            page.meta[name] = page.story.title

    return change


def teasers(count: int) -> str:
    """Write teasers of other articles: a linked headline with a line below each."""
    return "".join(
        f'<div class="t"><h3><a href="/o{number}.html">Harbour plans of the year, part {number}</a></h3>'
        f"<p>What the council wants to build beside quay {number} next year.</p></div>"
        for number in range(count)
    )


def written_by(
    right: int, data: dict[str, Any] | None = None, meta: dict[str, str] | None = None, html: str = ""
) -> Change:
    """Return the change that states so many authors in data, meta tags and a byline, and nowhere else."""

    def change(page: MadePage) -> None:
        page.jsonld.pop("author", None)
        page.meta.pop("author", None)
        if data:
            headline = {"@type": "NewsArticle", "headline": page.story.title, "datePublished": f"{DAY}T10:00:00+00:00"}
            page.jsonld = (page.jsonld or headline) | data
        page.meta |= meta or {}
        page.byline, page.authors = html, [WRITER, SECOND][:right]

    return change


def byline_in(language: str, form: str, by: str, author: str) -> Change:
    """Return the change that shows a byline as a language has it."""

    def change(page: MadePage) -> None:
        written_by(1, html=form.format(b=by, a=author))(page)
        page.authors, page.language = [author.removesuffix(" 기자")], language

    return change


def in_paragraph(form: str) -> Change:
    """Return the change that puts the whole text of a paragraph in the middle into an element."""

    def change(page: MadePage) -> None:
        inside = [one for one in page.paragraphs() if one not in (page.text[0], page.text[-1])]
        if not inside:
            raise Unfit
        paragraph = inside[len(inside) // 2]
        page.swap(paragraph, form.format(escape(paragraph, quote=False)))

    return change


def around(form: str, which: slice, *, together: bool = False) -> Change:
    """Return the change that puts some blocks into an element, or each into one of its own."""

    def change(page: MadePage) -> None:
        inside = page.blocks[which]
        page.blocks[which] = [form.format(block) for block in (["".join(inside)] if together else inside)]

    return change


def guide(count: int, form: str) -> Change:
    """Return the change that gives the article items to buy, each a linked line, below its second paragraph."""

    def change(page: MadePage) -> None:
        lines = [
            f"Lantern {number} with a long brass handle, 40 watts, for $ {number}9" for number in range(1, count + 1)
        ]
        html = "".join(form.format(f'<a href="https://shop.example/{line[8:10]}">{line}</a>') for line in lines)
        page.blocks.insert(2, f"<ul>{html}</ul>" if form.startswith("<li>") else html)
        page.text[2:2] = [text for line in lines for text in (["Gifts", line] if "Gifts" in form else [line])]

    return change


def amid(html: str) -> Change:
    """Return the change that puts HTML between two paragraphs."""
    return lambda page: page.blocks.insert(2, html)


def twice(form: str) -> Change:
    """Return the change that has the body on the page twice."""

    def change(page: MadePage) -> None:
        page.blocks = [form.replace("{x}", "".join(page.blocks))]

    return change


# The measure.

KINDS: dict[str, Callable[[], Iterator[Variant]]] = {
    "dates": dates, "inline": inline, "parts": parts, "titles": titles, "refusals": refusals, "authors": authors,
    "blocks": blocks, "beside": beside,
}  # fmt: skip
ABOUT = {
    "dates": ("day",), "inline": ("text",), "parts": ("text",), "titles": ("title",), "refusals": ("words",),
    "authors": ("authors",), "blocks": ("text",), "beside": ("text",),
}  # fmt: skip
EVERYTHING = ("text", "title", "authors", "day")


def faults(page: MadePage, judged: tuple[str, ...] = EVERYTHING, engine: str = "newsbot") -> list[str]:
    """Read a page and return what is wrong in its record, of what is judged: of EVERYTHING, and "words"."""
    found, _ = take(engine, Page(page.name, page.url, page.render(), {}), 1)
    if "rejected" in found:
        return [f"rejected: {found['rejected']}"]
    wrong = {}
    text, names, whole = found.get("text") or "", found.get("authors") or [], fold(found.get("text") or "")
    if WORD.findall(text) != WORD.findall("\n\n".join(page.text)):
        wrong["text"] = difference(page.text, text)
    if any(fold(one) not in whole for one in page.text):
        wrong["words"] = difference(page.text, text)
    if page.title is not None and fold(found.get("title") or "") != fold(page.title):
        wrong["title"] = repr(found.get("title"))
    if page.authors is not None and {fold(one) for one in names} != {fold(one) for one in page.authors}:
        wrong["authors"] = f"{names}, not {page.authors}"
    when = str(found.get("published") or "")[:10] or None
    if page.days and when not in page.days:
        wrong["day"] = f"{when}, not {page.days[0]}"
    return [f"{name}: {what}" for name, what in wrong.items() if name in judged]


def difference(right: list[str], text: str) -> str:
    """Say what is missing of a text's paragraphs and what is in it beyond them."""
    flat = fold(text)
    missing = [one for one in right if fold(one) not in flat]
    whole = fold("\n".join(right))
    beyond = [line for line in text.split("\n") if line and fold(line) not in whole]
    twice = len(text) > 1.5 * sum(map(len, right))
    return f"{len(missing)} of {len(right)} missing {missing[:1]}, beyond {beyond[:2]}{', twice' if twice else ''}"


def drawn(variant: Variant, pages: Sequence[MadePage], count: int | None, seed: int) -> Iterator[MadePage]:
    """Give copies of so many pages that take a variant, drawn with the seed, or of all, each with the variant in it."""
    dice = random.Random(f"{seed} {variant.kind} {variant.name}")
    found = 0
    for page in pages if count is None else dice.sample(pages, len(pages)):
        changed = deepcopy(page)
        try:
            variant.change(changed)
        except Unfit:
            continue
        yield changed
        found += 1
        if found == count:
            break


def right_pages(pages: Iterable[MadePage], engine: str = "newsbot") -> tuple[list[MadePage], list[str]]:
    """Return the pages that are read right as they are, and what is wrong with each other one."""
    right, wrong = [], []
    for page in pages:
        if found := faults(page, engine=engine):
            wrong.append(f"{page.name}\n          {'; '.join(found)}")
        else:
            right.append(page)
    return right, wrong


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=",".join(KINDS), help="only these")
    parser.add_argument("--pages", type=int, default=1, help="pages that each variant is put into")
    parser.add_argument("--all", action="store_true", help="put each variant into every page that takes it")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other pages")
    parser.add_argument("--engine", default="newsbot", choices=list(ENGINES))
    parser.add_argument("--show", action="store_true", help="print every failing variant")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    asked = options.kinds.split(",")
    if unknown := set(asked) - KINDS.keys():
        parser.error(f"no such kind: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    made, wrong = right_pages(made_pages(), options.engine)
    whole, wrong_whole = right_pages(whole_pages(), options.engine)
    shown = [f"plain: {line}" for line in (*wrong, *wrong_whole)]
    right = len(made) + len(whole)
    print(f"{'kind':10}{'variants':>9}{'failing':>9}{'pages':>8}{'right':>8}{'share':>8}")
    print(f"{'plain':10}{'':18}{right + len(shown):8}{right:8}{right / (right + len(shown)):8.3f}")
    for kind in asked:
        variants = list(KINDS[kind]())
        pages = right = 0
        failing: dict[str, str] = {}
        for variant in variants:
            for source in (made, whole) if variant.whole else (made,):
                for page in drawn(variant, source, None if options.all else options.pages, options.seed):
                    found = faults(page, variant.judged or ABOUT[kind], options.engine)
                    pages, right = pages + 1, right + (not found)
                    if found:
                        failing.setdefault(variant.name, f"{page.name}: {'; '.join(found)}")
        print(f"{kind:10}{len(variants):9}{len(failing):9}{pages:8}{right:8}{right / pages:8.3f}", flush=True)
        shown += [f"{kind}: {name}\n          {where}" for name, where in failing.items()]
    if options.show:
        print("", *shown, sep="\n")


if __name__ == "__main__":
    main()
