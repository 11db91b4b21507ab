"""Choose the headline that readers see, without the site's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from newsbot.web.text import fold

_SEPARATOR = re.compile(r"\s+[|\-–—‒·•»«:/~]+\s+|\s*[|｜»]\s*|(?<=\S)\s*_\s+|\s+::\s+")
MAX_TITLE = 500
"""Characters after which a headline is cut: what is longer is no headline."""


def headlines(elements: Iterable[etree._Element], title: str) -> Iterator[etree._Element]:
    """Give the elements whose text is the title, case and punctuation aside; none where there is no title."""
    if folded := fold(title):
        yield from (element for element in elements if fold("".join(element.itertext())) == folded)


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
            return without_site(title[: cut.start()].strip(), names, headings) if cut.start() > 8 else title
    for cut in cuts[:1]:
        if fold(title[: cut.start()]) in folded_names and len(title) - cut.end() > 8:
            return title[cut.end() :].strip()
    for name in names:
        if name and title.lower().startswith(name.lower() + ":") and len(title) > len(name) + 8:
            return title[len(name) + 1 :].strip()
    return title


def _names_site(tail: str, names: set[str]) -> bool:
    if tail in names:
        return True
    squeezed = tail.replace(" ", "")
    return any(
        squeezed == name.replace(" ", "")
        or (
            len(squeezed) > 3
            and len(name) > 3
            and (squeezed in name.replace(" ", "") or name.replace(" ", "") in squeezed)
            and len(squeezed) < 3 * len(name)
        )
        for name in names
    )
