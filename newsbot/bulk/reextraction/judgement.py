"""Which of two readings of a page looks better, by rules that are stated.

A rule looks at one thing and says BETTER, WORSE or UNDECIDED. Where rules of a field contradict each other, or none of
them has anything to say, the field is undecided; so it is with the fields of a page. No rule knows which reading is
the new one, but for what it is told as ``before`` and ``after``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from newsbot.bulk.reextraction.comparison import PRECISION, Said
from newsbot.bulk.reextraction.yardstick import Yardstick
from newsbot.cleaning import clean_text
from newsbot.dedupe.tokens import tokens_of
from newsbot.items import CONFIDENCES, PRECISIONS
from newsbot.web.dates import as_instant
from newsbot.web.text import fold

BETTER, WORSE, UNDECIDED = VERDICTS = ("better", "worse", "undecided")
A_LITTLE = 0.005
"""Share of words in common by which two texts have to differ before one is nearer: a word in two hundred."""

Rule = Callable[[str, Said, Said, Yardstick], str]
"""Takes the field's name, what was said of the page, what is said now, and what the page states."""


def articlebody(_field: str, before: Said, after: Said, page: Yardstick) -> str:
    """A text is better that has more of the words of the JSON-LD's articleBody, and fewer others.

    >>> page = Yardstick(body="The wall will rise. Five were hurt.")
    >>> articlebody("text", {"text": "The wall will rise."}, {"text": "The wall will rise. Five were hurt."}, page)
    'better'
    """
    if not page.body:
        return UNDECIDED
    stated = tokens_of(page.body)
    old, new = (_in_common(tokens_of(said["text"]), stated) for said in (before, after))
    return _more(old, new, at_least=A_LITTLE)


def residue(_field: str, before: Said, after: Said, page: Yardstick) -> str:
    """A text is better that has fewer lines which today's cleaning, or what was learned of the site, takes out.

    >>> told = {"title": "A", "site_name": None, "authors": [], "section": None, "tags": []}
    >>> text = "The bridge closes on Monday for a year.\\n\\nRELATED: Ferry fares to rise"
    >>> residue("text", told | {"text": text}, told | {"text": text.partition("\\n")[0]}, Yardstick())
    'better'
    """
    return _more(_residue_lines(after, page), _residue_lines(before, page))


def title_as_stated(_field: str, before: Said, after: Said, page: Yardstick) -> str:
    """A title is better that is nearer to og:title or the JSON-LD's headline.

    >>> page = Yardstick(headlines=("Harbour wall to rise",))
    >>> title_as_stated("title", {"title": "News"}, {"title": "Harbour wall to rise"}, page)
    'better'
    """
    old, new = (
        max((_in_common(tokens_of(said["title"]), tokens_of(stated)) for stated in page.headlines), default=0.0)
        for said in (before, after)
    )
    return _more(old, new, at_least=A_LITTLE)


def title_without_site(_field: str, before: Said, after: Said, _page: Yardstick) -> str:
    """A title is better without the site's name in it.

    >>> site = {"site_name": "The Courier"}
    >>> title_without_site("title", site | {"title": "Rain | The Courier"}, site | {"title": "Rain"}, Yardstick())
    'better'
    """
    names = {fold(said["site_name"]) for said in (before, after) if said["site_name"]}
    old, new = (any(name in fold(said["title"]) for name in names) for said in (before, after))
    return _more(new, old)


def filled(field: str, before: Said, after: Said, _page: Yardstick) -> str:
    """A field is better that says something where it said nothing; worse that says nothing any more.

    >>> filled("authors", {"authors": []}, {"authors": ["Ana Silva"]}, Yardstick())
    'better'
    """
    old, new = (said[field] not in (None, "", []) for said in (before, after))
    return _more(old, new)


def authors_as_stated(_field: str, before: Said, after: Said, page: Yardstick) -> str:
    """Authors are better that have more of the names which the JSON-LD states, and fewer others.

    >>> page = Yardstick(authors=("Ana Silva",))
    >>> authors_as_stated("authors", {"authors": ["Ana Silva", "Sports"]}, {"authors": ["Ana Silva"]}, page)
    'better'
    """
    stated = list(map(fold, page.authors))
    if not stated:
        return UNDECIDED
    old, new = (_in_common(list(map(fold, said["authors"])), stated) for said in (before, after))
    return _more(old, new)


def offset(field: str, before: Said, after: Said, _page: Yardstick) -> str:
    """A time of the same day is better that states its offset from UTC.

    >>> old, new = {"published": "2026-11-20T08:30:00"}, {"published": "2026-11-20T08:30:00+01:00"}
    >>> offset("published", old, new, Yardstick()), offset("published", new, old, Yardstick())
    ('better', 'worse')
    """
    if not _is_near(before[field], after[field]):
        return UNDECIDED
    old, new = (len(said[field]) > len("2026-11-20T08:30:00") for said in (before, after))
    return _more(old, new)


def precision(_field: str, before: Said, after: Said, _page: Yardstick) -> str:
    """A publication on the same day is better that is told more exactly: to the second, the minute, the day.

    >>> old = {"published": "2026-11-20", "published_precision": "day"}
    >>> new = {"published": "2026-11-20T08:30:00+01:00", "published_precision": "minute"}
    >>> precision("published", old, new, Yardstick())
    'better'
    """
    if not _is_near(before["published"], after["published"]):
        return UNDECIDED
    old, new = (PRECISIONS.index(said[PRECISION]) if said[PRECISION] else len(PRECISIONS) for said in (before, after))
    return _more(new, old)


def date_as_stated(field: str, before: Said, after: Said, page: Yardstick) -> str:
    """A time is better that is the one which the JSON-LD or the meta tags state; or at least its day.

    >>> page, old, new = Yardstick(published="2026-11-20"), {"published": "2026-11-02"}, {"published": "2026-11-20"}
    >>> date_as_stated("published", old, new, page)
    'better'
    """
    stated = page.published if field == "published" else page.modified
    if not stated:
        return UNDECIDED
    old, new = (_nearness(said[field], stated) for said in (before, after))
    return _more(old, new)


def language_as_stated(_field: str, before: Said, after: Said, page: Yardstick) -> str:
    """A language is better that is the one which <html> states.

    >>> language_as_stated("language", {"language": "no"}, {"language": "da"}, Yardstick(language="da"))
    'better'
    """
    old, new = (bool(page.language) and said["language"] == page.language for said in (before, after))
    return _more(old, new)


def surer(field: str, before: Said, after: Said, _page: Yardstick) -> str:
    """A text is better of which newsbot is surer (docs/data.md says how often it is wrong).

    >>> surer("text_confidence", {"text_confidence": "low"}, {"text_confidence": "high"}, Yardstick())
    'better'
    """
    old, new = (CONFIDENCES.index(said[field]) if said[field] else len(CONFIDENCES) for said in (before, after))
    return _more(new, old)


RULES: dict[str, tuple[Rule, ...]] = {
    "title": (title_as_stated, title_without_site),
    "text": (articlebody, residue),
    "authors": (filled, authors_as_stated),
    "published": (filled, offset, precision, date_as_stated),
    "modified": (filled, offset, date_as_stated),
    "language": (filled, language_as_stated),
    "text_confidence": (surer,),
    **dict.fromkeys(("section", "tags", "site_name", "summary", "image", "paywalled", "opt_outs", "agency"), (filled,)),
}
"""The rules of each field; of one that is not here nothing can be told."""
_BY_NAME = {rule.__name__: rule for rules in RULES.values() for rule in rules}


def judged(field: str, before: Said, after: Said, page: Yardstick) -> tuple[str, dict[str, str]]:
    """Return the verdict on a field that differs, and what each rule said that had something to say.

    >>> judged("authors", {"authors": ["Sports"]}, {"authors": []}, Yardstick())
    ('worse', {'filled': 'worse'})
    """
    said = {rule.__name__: rule(field, before, after, page) for rule in RULES.get(field, ())}
    said = {name: verdict for name, verdict in said.items() if verdict != UNDECIDED}
    return together(said.values()), said


def together(verdicts: Iterable[str]) -> str:
    """Return what several verdicts come to: one that none contradicts.

    >>> together(["better", "undecided"]), together(["better", "worse"]), together([])
    ('better', 'undecided', 'undecided')
    """
    told = set(verdicts) - {UNDECIDED}
    return told.pop() if len(told) == 1 else UNDECIDED


def stated(rule: str) -> str:
    """Return a rule in words: the first line of its docstring.

    >>> stated("filled")
    'A field is better that says something where it said nothing; worse that says nothing any more.'
    """
    return (_BY_NAME[rule].__doc__ or "").partition("\n")[0]


def _more(old: float, new: float, *, at_least: float = 0.0) -> str:
    """Return BETTER for more, WORSE for less."""
    if abs(new - old) <= at_least:
        return UNDECIDED
    return BETTER if new > old else WORSE


def _in_common(some: Sequence[str], stated: Sequence[str]) -> float:
    """Return how much two lists have in common, order aside: F1, 0 to 1."""
    return 2 * (Counter(some) & Counter(stated)).total() / ((len(some) + len(stated)) or 1)


def _residue_lines(said: Said, page: Yardstick) -> int:
    """Return how many lines of a text are the site's."""
    labels = [label for label in (said["section"], *said["tags"]) if label]
    heading = {"title": said["title"], "site_name": said["site_name"], "authors": said["authors"], "labels": labels}
    of_site = sum(line in page.site_lines for line in said["text"].split("\n"))
    return of_site + len(clean_text(said["text"], **heading).removed)


def _is_near(one: str | None, other: str | None) -> bool:
    """Whether two times are of one day, or of neighbouring days of different zones."""
    if not one or not other:
        return False
    return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days) <= 1


def _nearness(moment: str | None, stated: str) -> int:
    """Return 2 for the moment that is stated, 1 for its day, 0 for another one."""
    if not moment:
        return 0
    same_form = len(moment) == len(stated) or min(len(moment), len(stated)) > len("2026-11-20")
    if same_form and as_instant(moment) == as_instant(stated):
        return 2
    return int(moment[:10] == stated[:10])
