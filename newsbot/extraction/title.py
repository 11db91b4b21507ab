"""Choose the headline that readers see, without the site's name, the section's or a label.

A page has several witnesses of its headline (JSON-LD, og:title, <title>, headings), and each may say more than that.
What one says alone shows where another is to be cut: of 67 pairs of witnesses of which one has a label before what the
other has, readers name the headline without it in 52.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import etree

from newsbot.extraction.document import MetaTags
from newsbot.web import jsonld
from newsbot.web.text import HAN_AND_KANA
from newsbot.web.text import fold as folded_anew

fold = lru_cache(maxsize=2_000)(folded_anew)
"""Witnesses and names are compared many times over, each with each."""
_DENSE = f"{HAN_AND_KANA}\uac00-\ud7a3"
_IS_DENSE = re.compile(f"[{_DENSE}]")
_SEPARATOR = re.compile(
    r"\s+[|\-–—‒·•»«:/~]+\s+|\s*[|｜»]\s*|(?<=\S)\s*_\s+|\s+::\s+|\s*：\s*|\s*－\s*"
    rf"|(?<=[{_DENSE}）」』】!?！？…])\s*[-_–—:]+\s*(?=\S)|(?<=\S)\s*[-_–—:]+\s*(?=[{_DENSE}])"
)
"""Between a headline and a name; where words have no blanks between them, signs have none around them either."""
_HEAD = re.compile(rf"{_SEPARATOR.pattern}|\s*:\s+")
"""Between a label and a headline."""
_SIGN = re.compile(r"[|｜:：\-－–—‒»«·•/~_]")
"""What separators and loose ends have in them."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\x00-\x08\x0e-\x1f\x7f]")
_LOOSE_ENDS = re.compile(r"^[\s|｜:：\-–—»«·•]+(?=\w)|\s+[|｜\-–—»«·•:/]+\s*$")
_ENTITY = re.compile(r"&(?:#\w{1,8}|[A-Za-z]\w{1,30});")
_BREAKS = frozenset({"br", "div", "p", "li", "td", "tr", "h1", "h2", "h3", "h4", "h5", "small", "hr", "section"})
"""Elements that part the words on their two sides."""
_MENU = re.compile(r"\bnav\b|bread-?crumb", re.IGNORECASE)
_INDEX = re.compile(r"(?:^|/)(?:index|default)\.\w{3,5}$", re.IGNORECASE)
_FURTHER_PAGE = re.compile(r"(?:/|^)(?:page|p|seite)?-?\d*/?$")
_SENTENCE = re.compile(r".*?(?:[。！？]|[.!?…](?=\s))")
Witness: TypeAlias = tuple[str, str]
"""A headline and its origin."""

UNTITLED, UNTITLED_DENSE, LONGEST_OPENING = 250, 80, 120
"""Characters of a text, at least, whose opening stands in for a headline that nobody says; of the opening, at most."""
MAX_TITLE = 500
"""Characters after which a headline is cut: what is longer is no headline."""
SHORTEST = 8
"""Characters that are left of a headline, at least, when a name is cut off; in dense scripts, SHORTEST_DENSE."""
SHORTEST_DENSE = 4
LONG_PART = 0.4
"""Share of a title that a part of it has at least to be the headline because the page shows it somewhere."""
MAX_PIECES = 8
"""Pieces of a heading that are compared with what other witnesses say."""
MENU_HEIGHT = 3
"""Elements up to which a heading stands in a menu."""
MAX_HEADINGS, MAX_NODES = 100, 500
"""Headings of a page, and starts and ends of elements in each, that are looked at."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as readers see it."""

    text: str
    pieces: tuple[str, ...] = ()
    """Its texts in order, as the elements in it part them; none where it is of one piece."""
    leads_up: bool = False
    """It links to the first page of the site or of a part of it: a logo, whose text is a name."""
    in_menu: bool = False
    """It stands in a menu, as breadcrumbs do."""


def read_headings(elements: Iterable[etree._Element], address: str) -> list[Heading]:
    """Return the headings of a page at an address, in order.

    >>> page = etree.HTML('<h1><a href="/">Harbour</a></h1><h1><span>Ferries</span><span>Wharf closes</span></h1>')
    >>> [(heading.text, heading.leads_up) for heading in read_headings(page.iter("h1"), "https://example.org/a/b")]
    [('Harbour', True), ('Ferries Wharf closes', False)]
    """
    return [_heading(element, address) for element in islice(elements, MAX_HEADINGS)]


def _heading(element: etree._Element, address: str) -> Heading:
    place = _leads_up(element, address), _stands_in_menu(element)
    if len(element) == 0:
        return Heading(_clean(element.text or ""), (), *place)
    chunks = list(_chunks(element))
    if len(chunks) > MAX_PIECES and all(len(chunk.strip()) < 3 for chunk in chunks):
        return Heading(_clean("".join(element.itertext())), (), *place)  # an element for every letter
    pieces = tuple(piece for chunk in chunks if (piece := _clean(chunk)))
    return Heading(_clean("".join(chunks)), pieces if len(pieces) > 1 else (), *place)


def _chunks(element: etree._Element) -> Iterator[str]:
    """Give the texts of an element one by one, with a blank before what is parted from the text that precedes it.

    Elements side by side part their texts, and so do breaks; one amid a text is a part of it.
    """
    parted = closed = False
    for event, node in islice(etree.iterwalk(element, events=("start", "end")), MAX_NODES):
        parted = parted or node.tag in _BREAKS or (closed and event == "start")
        closed = event == "end"
        if closed and node is element:
            return
        text = (node.tail if closed else node.text) or ""
        if text.strip():
            yield " " + text if parted else text
            parted = closed = False
        parted = parted or bool(text)


def _clean(text: str) -> str:
    """Return a title on one line: entities resolved, however often they were escaped, nothing that cannot be seen."""
    text = text[: 4 * MAX_TITLE]
    for _ in range(2):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = unescape(text)
    return " ".join(_INVISIBLE.sub("", text).split())


def _stands_in_menu(element: etree._Element) -> bool:
    near = islice(element.iterancestors(), MENU_HEIGHT)
    return any(above.tag == "nav" or _MENU.search(above.get("class") or "") is not None for above in near)


def _leads_up(element: etree._Element, address: str) -> bool:
    """Whether a heading links to the first page of its site, or of the part of it that the page is in."""
    above = element.getparent()
    link = above if above is not None and above.tag == "a" else next(element.iter("a"), None)
    href = (link.get("href") or "").strip() if link is not None else ""
    if not href or href.startswith("#"):
        return False
    try:
        there, here = urlsplit(urljoin(address, href)), urlsplit(address)
    except ValueError:
        return False
    if there.query or _bare(there.netloc) != _bare(here.netloc):
        return False
    path = _INDEX.sub("", there.path).strip("/")
    if "/" in path or not path:
        return not path
    return here.path.startswith(f"/{path}/") and not _FURTHER_PAGE.fullmatch(here.path[len(path) + 2 :])


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def read_title(
    meta: MetaTags,
    node: jsonld.Node | None,
    headings: Sequence[Heading],
    names: Sequence[str],
    hint: str | None,
    lesser: Callable[[], Iterable[str]] = tuple,
    lines: Callable[[], Iterable[str]] = tuple,
) -> tuple[str, str]:
    """Return the headline, without the site's name, and the origin of the best witness that has one.

    node is the article's JSON-LD, headings the page's <h1>, names what the site is called, hint what a feed says;
    lesser gives the headings below <h1>, lines what else the page shows; they are asked where the others do not agree.

    >>> told = MetaTags(title="Rain falls | The Daily Planet")
    >>> read_title(told, None, [Heading("Rain falls")], ["The Daily Planet"], None)
    ('Rain falls', 'html')
    """
    said = node or {}
    headline = _clean(jsonld.text(said.get("headline")))
    social, twitter, own = (_clean(text) for text in (meta.first("og:title"), meta.first("twitter:title"), meta.title))
    logos = (heading.text for heading in headings if heading.leads_up and heading.text not in (headline, social))
    names = [*names, *logos]
    seen = _seen(headline, (social, own), twitter, headings, names, lesser, lines)
    alone = [*seen, headline]
    headline = without_site(headline, names, ends=[social, twitter])
    social = without_site(social, names, alone, [*alone, twitter])
    twitter = without_site(twitter, names, alone, [*alone, social])
    own = without_site(own, names, [*alone, social], [*alone, social, twitter])
    seen = [without_site(text, names, ends=[social]) for text in seen]
    one = seen[0] if len(seen) == 1 else ""
    is_news = any("news" in name or "live" in name for name in jsonld.types(said))
    if is_news and one and fold(one) == fold(social) == fold(own) != fold(headline):
        is_news = fold(headline) in map(fold, lesser())  # nobody but JSON-LD says so, and all others agree
    candidates: list[Witness] = [
        (headline if is_news else "", "json-ld"),
        (one, "html"),
        (headline, "json-ld"),
        (social, "opengraph"),
        (twitter or meta.first("dc.title", "title", "parsely-title", "sailthru.title"), "meta"),
        *((text, "html") for text in (*seen, own, *(heading.text for heading in headings if _is_headline(heading)))),
        (jsonld.text(said.get("name")), "json-ld"),
        (hint or "", "feed"),
        *((heading.text, "html") for heading in headings),
    ]
    folded_names = {fold(name) for name in names}
    of_site: Witness = ("", "none")
    for text, origin in candidates:
        title = without_site(_clean(text), names)
        folded = fold(title)
        if folded and folded not in folded_names:
            return title, origin
        if folded and not of_site[0]:
            of_site = title, origin
    return of_site


def _seen(
    headline: str,
    titles: tuple[str, str],
    twitter: str,
    headings: Sequence[Heading],
    names: Sequence[str],
    lesser: Callable[[], Iterable[str]],
    lines: Callable[[], Iterable[str]],
) -> list[str]:
    """Return what readers see as the headline: the <h1> that say what the titles say, or what the page shows of those.

    A smaller heading that is one of the titles word for word is believed before an <h1> that is none.
    """
    told = [text for text in (headline, *titles, twitter) if text]
    shown = [heading for heading in headings if _is_headline(heading) and _resembles(heading.text, told)]
    seen = [_without_label(heading, told, titles[-1], names) for heading in shown]
    wanted = {fold(without_site(text, names)) for text in told} - {fold(name) for name in names}
    if not wanted.isdisjoint(map(fold, seen)):
        return seen
    parts = _parts(titles) if not (seen or headline) else frozenset()
    below = next((text for text in lesser() if (folded := fold(text)) in wanted or folded in parts), "")
    if parts and not below:
        long = {part for part in parts if len(part) >= LONG_PART * max(map(len, titles))}
        below = max((line for line in lines() if len(line) < MAX_TITLE and fold(line) in long), key=len, default="")
    return [_clean(below)] if below else seen


def opening(text: str) -> str:
    """Return the first line of a whole text, or the first sentence of it, for an article without any headline.

    >>> opening("Rain falls in Avon. " + "More is to come, and more after that. " * 8)
    'Rain falls in Avon.'
    >>> opening("Rain falls in Avon.")
    ''
    """
    if len(text) < (UNTITLED_DENSE if _IS_DENSE.search(text, 0, LONGEST_OPENING) else UNTITLED):
        return ""
    line = text.strip().partition("\n")[0][:MAX_TITLE]
    if len(line) <= LONGEST_OPENING:
        return line
    sentence = _SENTENCE.match(line, 0, LONGEST_OPENING)
    return sentence[0] if sentence else f"{line[:LONGEST_OPENING].rpartition(' ')[0] or line[:LONGEST_OPENING]}…"


def _is_headline(heading: Heading) -> bool:
    return not heading.leads_up and not heading.in_menu and bool(heading.text)


def _resembles(heading: str, others: Iterable[str]) -> bool:
    """Whether a heading says what one of the other titles says, in other words perhaps: a third of its words."""
    words, squeezed = set(fold(heading).split()), _squeezed(heading)
    return any(
        len(words.intersection(fold(other).split())) * 3 >= len(words) > 0
        or (len(squeezed) >= SHORTEST_DENSE and squeezed in _squeezed(other))
        for other in others
    )


def _parts(titles: Iterable[str]) -> frozenset[str]:
    """Return what titles have before and after each separator, folded."""
    ends = (title[cut.end() :] for title in titles for cut in _SEPARATOR.finditer(title))
    beginnings = (beginning for title in titles for beginning in _beginnings(title))
    return frozenset(part for part in map(fold, (*beginnings, *ends)) if len(part) >= SHORTEST_DENSE)


def _beginnings(title: str) -> Iterator[str]:
    return (title[: cut.start()] for cut in _SEPARATOR.finditer(title))


def _without_label(heading: Heading, told: Sequence[str], own: str, names: Sequence[str]) -> str:
    """Return a heading without a label, date or counter beside the headline, where another witness has that alone.

    What follows the headline goes only if the page's own title leaves it out, too.
    """
    if not heading.pieces:
        return heading.text
    wanted = {_squeezed(title): title for text in told for title in (without_site(text, names), *_beginnings(text))}
    alone = _squeezed(without_site(own, names))
    pieces = heading.pieces[:MAX_PIECES]
    for length in range(len(pieces) - 1, 0, -1):
        for start in range(len(pieces) - length + 1):
            squeezed = _squeezed(" ".join(pieces[start : start + length]))
            if len(squeezed) >= SHORTEST and squeezed in wanted and (start or squeezed == alone):
                return wanted[squeezed]
    return wanted.get(_squeezed(heading.text), heading.text)  # with the right blanks


def _squeezed(text: str) -> str:
    return fold(text).replace(" ", "")


def without_site(title: str, names: Sequence[str], starts: Iterable[str] = (), ends: Iterable[str] = ()) -> str:
    """Cut the site's name (and a section before it) from the end or the start of a title.

    names are what the site is called; starts and ends are what other witnesses say alone: where the title goes on after
    one of starts, or leads up to one of ends, that is cut.

    >>> without_site("Rain falls - Sports - Herald", ["The Daily Planet"], ["Rain falls"])
    'Rain falls'
    >>> without_site("The Daily Planet: rain falls", ["The Daily Planet"])
    'rain falls'
    >>> without_site("Spider-Man - far from home", ["Example"])
    'Spider-Man - far from home'
    """
    title, cuts = _parted(title)
    if not cuts and ":" not in title:
        return title
    folded_names = {fold(name) for name in names if name}
    wanted = {fold(start) for start in starts if len(start) >= SHORTEST_DENSE} - folded_names
    for cut in cuts if wanted else ():
        if fold(title[: cut.start()]) in wanted:
            return title[: cut.start()].strip()
    wanted = {fold(end) for end in ends if len(end) >= SHORTEST_DENSE} - folded_names
    for cut in _HEAD.finditer(title) if wanted else ():
        if fold(title[cut.end() :]) in wanted:
            return title[cut.end() :].strip()
    for cut in reversed(cuts):
        tail = fold(title[cut.end() :])
        if tail and _names_site(tail, folded_names):
            rest = title[: cut.start()].strip()
            return without_site(rest, names, starts, ends) if cut.start() > _shortest(title) else title
    for cut in cuts[:1]:
        if fold(title[: cut.start()]) in folded_names and len(title) - cut.end() > _shortest(title):
            return title[cut.end() :].strip()
    for name in names:
        if name and title.lower().startswith(name.lower() + ":") and len(title) > len(name) + SHORTEST:
            return title[len(name) + 1 :].strip()
    return title


@lru_cache(maxsize=2_000)
def _parted(title: str) -> tuple[str, tuple[re.Match[str], ...]]:
    """Return a title without loose ends, and where it may be cut."""
    title = " ".join(title[:2000].split())[:MAX_TITLE]
    if not _SIGN.search(title):
        return title, ()
    title = _LOOSE_ENDS.sub("", title)
    return title, tuple(_SEPARATOR.finditer(title))


def _shortest(title: str) -> int:
    return SHORTEST_DENSE if _IS_DENSE.search(title) else SHORTEST


def _names_site(tail: str, names: set[str]) -> bool:
    """Whether a part of a title, folded, is one of the site's names, a part of one, or one with a little more."""
    squeezed = tail.replace(" ", "")
    for name in names:
        other = name.replace(" ", "")
        if squeezed == other:
            return True
        alike = squeezed in other or other in squeezed
        if alike and min(len(squeezed), len(name)) > 3 and len(squeezed) < 3 * len(name):
            return True
    return False
