"""Choose the headline that readers see, without the site's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsbot.extraction.document import MetaTags
from newsbot.web import jsonld
from newsbot.web.text import fold

_SEPARATOR = re.compile(r"\s+[|\-–—‒·•»«:/~]+\s+|\s*[|｜»]\s*|(?<=\S)\s*_\s+|\s+::\s+")
MAX_TITLE = 500
"""Characters after which a headline is cut: what is longer is no headline."""
SHORTEST = 8
"""Characters that are left of a headline, at least, when a name is cut off."""


def read_title(
    meta: MetaTags, node: jsonld.Node | None, headings: Sequence[str], names: Sequence[str], hint: str | None
) -> tuple[str, str]:
    """Return the headline, without the site's name, and the origin of the best witness that has one.

    node is the article's JSON-LD, headings the page's <h1>, names what the site is called, hint what a feed says.

    >>> read_title(MetaTags(title="Rain falls | The Daily Planet"), None, ["Rain falls"], ["The Daily Planet"], None)
    ('Rain falls', 'html')
    """
    said = node or {}
    headline = jsonld.text(said.get("headline"))
    shown = [heading for heading in headings if _resembles(heading, (headline, meta.first("og:title"), meta.title))]
    is_news = any("news" in name or "live" in name for name in jsonld.types(said))
    folded_names = {fold(name) for name in names}
    for text, origin in (
        (headline if is_news else "", "json-ld"),
        (shown[0] if len(shown) == 1 else "", "html"),
        (headline, "json-ld"),
        (meta.first("og:title"), "opengraph"),
        (meta.first("twitter:title", "dc.title", "title", "parsely-title", "sailthru.title"), "meta"),
        *((text, "html") for text in (*shown, meta.title, *headings)),
        (jsonld.text(said.get("name")), "json-ld"),
        (hint or "", "feed"),
    ):
        title = without_site(text, names, headings)
        folded = fold(title)
        if folded and folded not in folded_names:
            return title, origin
    return "", "none"


def _resembles(heading: str, others: tuple[str, ...]) -> bool:
    """Whether a heading says what one of the other titles says, in other words perhaps: a third of its words."""
    words = set(fold(heading).split())
    return any(len(words & set(fold(other).split())) * 3 >= len(words) > 0 for other in others if other)


def without_site(title: str, names: Sequence[str], headings: Sequence[str] = ()) -> str:
    """Cut the site's name (and a section before it) from the end or the start of a title.

    names are what the site is called; headings are other headlines of the page, which show where to cut.

    >>> without_site("Rain falls - Sports - The Daily Planet", ["The Daily Planet"], ["Rain falls"])
    'Rain falls'
    >>> without_site("The Daily Planet: rain falls", ["The Daily Planet"])
    'rain falls'
    >>> without_site("Spider-Man - far from home", ["Example"])
    'Spider-Man - far from home'
    """
    title = " ".join(title[:2000].split())[:MAX_TITLE]
    folded_names = {fold(name) for name in names if name}
    folded_headings = [fold(heading) for heading in headings if heading]
    cuts = list(_SEPARATOR.finditer(title))
    for cut in cuts:
        if fold(title[: cut.start()]) in folded_headings:
            return title[: cut.start()].strip()
    for cut in reversed(cuts):
        tail = fold(title[cut.end() :])
        if tail and _names_site(tail, folded_names):
            return without_site(title[: cut.start()].strip(), names, headings) if cut.start() > SHORTEST else title
    for cut in cuts[:1]:
        if fold(title[: cut.start()]) in folded_names and len(title) - cut.end() > SHORTEST:
            return title[cut.end() :].strip()
    for name in names:
        if name and title.lower().startswith(name.lower() + ":") and len(title) > len(name) + SHORTEST:
            return title[len(name) + 1 :].strip()
    return title


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
