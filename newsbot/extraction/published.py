"""When an article was published and last modified: the page's witnesses, and what becomes of them where they disagree.

    stated      JSON-LD and meta tags whose names speak of publication
    loose       meta tags that are called "date", "created" or the like: some sites keep a plan or a change there
    shown       <time> and lines that readers see beside the headline
    the feed
    address     a day among the parts of the address
    elsewhere   lines in what is called a date or byline; the one day that stands alone on lines of the page

The first that says a day is believed, with these exceptions: what is shown beside the headline is believed before what
is loosely stated, and before a publication that is not before the last change; and a day that nobody else confirms
gives way to one on which two others agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta, timezone
from functools import cache, lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from lxml import etree

from newsbot.extraction.class_names import words_of
from newsbot.extraction.document import Document, MetaTags, headline_of, lines_after, lines_before, origin_of
from newsbot.web import jsonld
from newsbot.web.dates import Moment, as_instant, day_of, parse_moment, period_of, proven_order
from newsbot.web.text import text_content

Dated: TypeAlias = tuple[Moment | None, str]
"""A moment and the origin of its witness."""

OLDEST_SHOWN = 1971
"""A day of before, in a line that people read, is what the article is about."""
SHORTEST = 5
"""Characters of a text with a date in it; it has more."""
NEARBY, NAMED = 80, 160
"""Characters of a line with a date near the headline, and in what is called a date or byline; they have fewer."""
BESIDE = 600
"""Characters of text between the headline and a line that is beside it; there are fewer."""
MOST_WORDS = 9
"""Words of a line with a date in it; more are a sentence."""
LABEL = 25
"""Characters of a label on a line of its own; it has fewer."""
ALONE = 60
"""Characters of a line that has a date and little else; it has fewer."""
ASIDE = 1_000
"""As how far from the headline counts what stands in an <aside> or <nav>."""
MOST_TIMES = 100
"""<time> elements that are looked at."""
NO_TIME, MINUTE, DAY = timedelta(0), timedelta(minutes=1), timedelta(days=1)
OFFSETS = frozenset(timedelta(hours=hours) for hours in (
    *range(-12, 15), -9.5, -3.5, -2.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13.75,
)) - {NO_TIME}  # fmt: skip
"""The offsets from UTC that are in use anywhere."""

# Where a witness stands.
STATED, LOOSE, SHOWN, LISTED, ADDRESS, ELSEWHERE = range(6)


class Witness(NamedTuple):
    """What says a date."""

    text: str
    origin: str
    place: int


class Told(NamedTuple):
    """What a witness says."""

    moment: Moment
    origin: str
    place: int

    @property
    def day(self) -> date:
        """The day that it names, in its own zone."""
        return self.moment.when.date()


_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "datepublished",
    "itemprop:datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued",
    "dcterms.issued", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
    "article_date_original", "og:pubdate", "originalpublicationdate", "article.published", "published_at",
    "citation_publication_date", "bt:pubdate", "og:published_time", "rnews:datepublished",
)  # fmt: skip
_LOOSE = (
    "dcterms.created", "dc.date", "dc.date.created", "dcterms.date", "citation_date", "displaydate", "date",
    "itemprop:datecreated", "created",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "itemprop:datemodified", "datemodified", "dc.date.modified",
    "dcterms.modified", "lastmod", "last-modified", "article:updated_time", "modified", "updated_time", "revised",
    "bt:moddate",
)  # fmt: skip
_KNOWN = frozenset((*_PUBLISHED, *_LOOSE, *_MODIFIED))
_MORE = re.compile(
    r"(?P<published>publi(?:sh|c)\w*?[-_. ]?(?:date|time|day|on|at)|publi(?:shed|cation)$|pub[-_. ]?(?:date|time|day)|"
    r"date[-_. ]?(?:pub|issued|available)|release[-_]?date|first[-_]?create)"
    r"|[-_.: ](?:date|datetime)$|^date[-_.]?created|creat(?:ion|ed?)[-_]?(?:date|time|on|at)"
)
"""Other names of meta tags that speak of publication, or loosely of a date."""
_OF_ANOTHER = re.compile(r"modif|updat|expir|last|render|embargo|event|start|end")
_DATE_IN_TEXT = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d\b|\b(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}\b|"
    r"[^\W\d]{3,}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d\b"
    r"|\b\d{1,2}(?:st|nd|rd|th|\.)?\s[^\W\d]{3,}\.?,?\s(?:19|20)\d\d\b"
)
_FIGURE = re.compile(r"\d")
_FIGURES = re.compile(r"\d+")
_CLOCK = re.compile(r"(?<![\d.])\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?![\d.])")
_WORD = re.compile(r"[^\W\d_]+")
_EITHER_ORDER = re.compile(r"(?<!\d)(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|1[0-2])[/-](?:\d\d){1,2}(?!\d)")
"""Figures that are a day whichever is the month; with dots the day is always first."""
_CHANGED = re.compile(
    r"updat|modifi|edited|revis|correct|aktuali[sz]|geändert|überarbeitet|mise? à jour|\bmàj|actuali[sz]|atualiz|"
    r"aggiorna|bijgewerkt|gewijzigd|uppdater|ändrad|opdater|oppdater|endret|ændret|päivit|muokattu|frissít|módosít|ažurir|ажурир|"
    r"обновл|обновен|актуализ|изменен|оновлен|змінен|ενημερώ|τροποπο|güncel|تحديث|به.?روز|עודכן|עדכון|अपडेट|"
    r"আপডেট|হালনাগাদ|อัปเดต|อัพเดท|ปรับปรุง|cập nhật|diperba|dikemas ?kini|更新|修订|修訂|수정|업데이트|갱신",
    re.IGNORECASE,
)
_CHANGED_BEHIND = ("更新", "수정", "업데이트")
_RIGHTS = re.compile(r"©|\(c\)|copyright|e-?pub", re.IGNORECASE)
_DATED = re.compile(r"\b(?:date\w*|datetime|publish\w*|pub|posted|time|timestamp|meta|byline|info)\b")
_OTHERS = re.compile(r"\b(?:comments?|kommentare?|comentarios?|commentaires?|related|recommend\w*|teasers?)\b")
_ATTRIBUTES = ("content", "title", "data-date", "data-datetime", "data-timestamp", "data-time")
"""Where an element that is called a date may say it to programs."""
_HOLDERS = ("div", "span", "p", "li", "ul", "td", "small", "em", "i", "abbr", "section", "dd")


def read_dates(
    document: Document,
    meta: MetaTags,
    node: jsonld.Node | None,
    nodes: list[jsonld.Node],
    url: str,
    title: str,
    hints: tuple[str | None, str | None],
    fetched_at: str | None,
) -> tuple[Dated, Dated]:
    """Return when the article was published and modified, each with its origin.

    A witness later than fetched_at is not believed. hints are the feed's two dates.
    """
    published, modified = _structured(meta, node, nodes)
    timed, changed = _timed(document, title)
    lines, changed_lines = _beside(document, title)
    published += [*timed, Witness(hints[0] or "", "feed", LISTED), *lines]
    modified += [*changed, *changed_lines, Witness(hints[1] or "", "feed", LISTED)]
    if day := day_of(url):
        published.append(Witness(day.isoformat(), "url", ADDRESS))
    read = _reader(document.root.get("lang"), fetched_at, [*published, *modified])
    last = _first(_told(modified, read))
    published.sort(key=lambda witness: witness.place == ELSEWHERE)
    told = list(_told(published, read)) or list(_told(chain(changed, changed_lines, _elsewhere(document)), read))[:1]
    if not told:
        return (None, "none"), last
    day = _believed_day(told, last[0], period_of(url))
    return _first([*(one for one in told if one.day == day), *told]), last


def _structured(
    meta: MetaTags, node: jsonld.Node | None, nodes: list[jsonld.Node]
) -> tuple[list[Witness], list[Witness]]:
    """Return what data and meta tags state of both dates, the article's own data first."""
    published: list[Witness] = []
    modified: list[Witness] = []
    if node:
        published.append(Witness(jsonld.text(node.get("datePublished")), "json-ld", STATED))
        modified.append(Witness(jsonld.text(node.get("dateModified")), "json-ld", STATED))
    for other in nodes:
        if other is not node and "webpage" in jsonld.types(other):
            published.append(Witness(jsonld.text(other.get("datePublished")), "json-ld", STATED))
            modified.append(Witness(jsonld.text(other.get("dateModified")), "json-ld", STATED))
    told = meta.values
    names: dict[int, list[str]] = {STATED: [], LOOSE: []}
    for name in told:
        if (place := _place_of(name)) is not None:
            names[place].append(name)
    stated = (*_PUBLISHED, *names[STATED])
    published += [Witness(value, origin_of(name), STATED) for name in stated for value in told.get(name, ())]
    modified += [Witness(value, origin_of(name), STATED) for name in _MODIFIED for value in told.get(name, ())]
    if node:
        published += [Witness(jsonld.text(node.get(key)), "json-ld", LOOSE) for key in ("dateCreated", "uploadDate")]
    published += [
        Witness(value, origin_of(name), LOOSE) for name in (*_LOOSE, *names[LOOSE]) for value in told.get(name, ())
    ]
    return published, modified


@lru_cache(maxsize=2_000)
def _place_of(name: str) -> int | None:
    """Return as what a meta tag of a name that is not known counts, if it speaks of publication."""
    if name in _KNOWN or _OF_ANOTHER.search(name):
        return None
    found = _MORE.search(name)
    return None if found is None else STATED if found["published"] else LOOSE


def _timed(document: Document, title: str) -> tuple[list[Witness], list[Witness]]:
    """Return what the <time> elements that are no other item's say of both dates, the nearest to the headline first."""
    heading = headline_of(document, title) if document.times else None
    levels = {} if heading is None else {above: level for level, above in enumerate(heading.iterancestors())}
    placed = []
    for element in document.times[:MOST_TIMES]:
        level = _level(element, levels)
        if level is not None:
            placed.append((level, element))
    published: list[Witness] = []
    modified: list[Witness] = []
    placed.sort(key=itemgetter(0))
    nearest = [element for level, element in placed if level == placed[0][0]]
    only_updated = all("update" in (element.get("class") or "").lower() for element in nearest)
    for level, element in placed:
        place = SHOWN if level == placed[0][0] < ASIDE else ELSEWHERE
        prop = (element.get("itemprop") or "").lower()
        names = (element.get("class") or "").lower()
        updated = "update" in names and "publish" not in names and not (place == SHOWN and only_updated)
        changed = updated or "modified" in prop or _label_tells_change(element)
        for words in (element.get("datetime"), "".join(element.itertext()), element.get("title")):
            if words:
                told = modified if changed or _tells_change(words) else published
                told.append(Witness(words, "microdata" if prop else "html", place))
    return published, modified


def _label_tells_change(element: etree._Element) -> bool:
    """Whether what stands before an element, in it or in the one around it, says that its date is of a change."""
    above, before = element.getparent(), element.getprevious()
    if before is not None:
        label = (before.tail or "").strip() or "".join(before.itertext())
    else:
        label = (above.text or "") if above is not None else ""
    return _is_label_of_change(label.strip())


def _level(element: etree._Element, levels: dict[etree._Element, int]) -> int | None:
    """Return how far above the headline an element's branch begins, or None where it is another item's."""
    aside = 0
    for above in chain((element,), element.iterancestors()):
        if (level := levels.get(above)) is not None:
            return max(level, aside)
        if above.tag in ("aside", "nav"):
            aside = ASIDE
        if above.tag == "article" and levels and _is_linked(above):
            return None
        name = above.get("class") or above.get("id")
        if name and _names_others(name):
            return None
    return aside


def _is_linked(article: etree._Element) -> bool:
    """Whether the first heading of an <article> is a link."""
    heading = next(article.iter("h2", "h3", "h4"), None)
    if heading is None:
        return False
    above = heading.getparent()
    return (above is not None and above.tag == "a") or next(heading.iter("a"), None) is not None


@lru_cache(maxsize=20_000)
def _names_others(name: str) -> bool:
    return _OTHERS.search(words_of(name)) is not None


def _beside(document: Document, title: str) -> tuple[list[Witness], list[Witness]]:
    """Return the date lines after the headline, or before it where none is there, and those that tell of a change."""
    after = lines_after(document, title)
    published, changed = _sorted(after, ["", *after])
    if not any(parse_moment(witness.text) for witness in published):
        before = lines_before(document, title)
        told, earlier = _sorted(before, [*before[1:], ""])
        published, changed = published + told, changed + earlier
    return published, changed


def _sorted(lines: list[str], labels: list[str]) -> tuple[list[Witness], list[Witness]]:
    """Sort the date lines beside the headline by what they tell of; labels are the lines before them."""
    published: list[Witness] = []
    changed: list[Witness] = []
    length = 0
    for line, label in zip(lines, labels, strict=False):
        if length > BESIDE:
            break
        if _may_be_dated(line, NEARBY):
            told = changed if _tells_change(line) or _is_label_of_change(label) else published
            told.append(Witness(line, "html", SHOWN))
        length += len(line)
    return published, changed


def _tells_change(line: str) -> bool:
    """Whether a date line says that it is of a change: before the date, or behind it in languages that do so."""
    figure = _FIGURE.search(line)
    return _CHANGED.search(line, 0, figure.start() if figure else 0) is not None or line.endswith(_CHANGED_BEHIND)


def _is_label_of_change(line: str) -> bool:
    """Whether a line is a label such as "Last updated:"."""
    return len(line) < LABEL and _FIGURE.search(line) is None and _CHANGED.search(line) is not None


def _may_be_dated(line: str, longest: int) -> bool:
    """Whether a line that people read may hold a date; figures alone are a telephone number, unless there are eight."""
    return (
        SHORTEST < len(line) < longest
        and _FIGURE.search(line) is not None
        and (not line.isdigit() or len(line) == 8)
        and len(_WORD.findall(line)) < MOST_WORDS
        and _RIGHTS.search(line) is None
    )


def _elsewhere(document: Document) -> Iterator[Witness]:
    """Give the dates of a page that has none in its head, its data and beside the headline."""
    for element in document.elements:
        name = element.get("class") or element.get("itemprop")
        if not name or element.tag not in _HOLDERS or not _names_date(name):
            continue
        for line in (*(told for name in _ATTRIBUTES if (told := element.get(name))), text_content(element)):
            if _may_be_dated(line, NAMED) and _level(element, {}) is not None:
                yield Witness(line, "html", ELSEWHERE)
    alone = [
        text
        for element, text in _dated_texts(document)
        if _may_be_dated(text, ALONE) and _is_plain(text) and _level(element, {}) is not None
    ]
    days = {moment.when.date(): text for text in alone if (moment := parse_moment(text))}
    if len(days) == 1:
        yield Witness(days.popitem()[1], "html", ELSEWHERE)


def _dated_texts(document: Document) -> Iterator[tuple[etree._Element, str]]:
    """Give the short texts that have a date in them, each with an element in or behind which it stands."""
    for element in document.elements:
        for text in (element.text, element.tail):
            if text and len(text) > SHORTEST and ("20" in text or "19" in text):
                line = " ".join(text.split())
                if len(line) < ALONE and _DATE_IN_TEXT.search(text):
                    yield element, line


def _is_plain(line: str) -> bool:
    """Whether a line has no more figures than a day and a clock: 2012-11-10 44 is a telephone number."""
    return len(_FIGURES.findall(_CLOCK.sub("", line))) <= 3


@lru_cache(maxsize=20_000)
def _names_date(name: str) -> bool:
    return _DATED.search(words_of(name)) is not None


def _reader(
    language: str | None, fetched_at: str | None, witnesses: list[Witness]
) -> Callable[[Witness], Moment | None]:
    """Return what reads a witness: figures in the order that others confirm, and nothing that is still to come."""
    now = as_instant(fetched_at)
    either = [witness.text for witness in witnesses if _EITHER_ORDER.search(witness.text)]
    order, sure = None, set[date]()
    if either:
        texts = [witness.text for witness in witnesses if witness.text]
        order = proven_order(texts)
        others = (parse_moment(text, language=language) for text in texts if text not in either)
        sure = {moment.when.date() for moment in others if moment}

    parse = cache(partial(parse_moment, language=language, order=order))  # many witnesses say the same

    def read(witness: Witness) -> Moment | None:
        text = witness.text
        moment = parse(text)
        if moment is None or (witness.place >= SHOWN and moment.when.year < OLDEST_SHOWN):
            return None
        to_come = now is not None and moment.in_future(now)
        if to_come or (sure and text in either and moment.when.date() not in sure):
            others = [parse_moment(text, language=language, order=other) for other in ("mdy", "dmy")]
            for other in others:
                if other and other.when.date() in sure:
                    return other
            if to_come:
                return next((other for other in others if other and now and not other.in_future(now)), None)
        return moment

    return read


def _told(witnesses: Iterable[Witness], read: Callable[[Witness], Moment | None]) -> Iterator[Told]:
    for witness in witnesses:
        if witness.text and (moment := read(witness)):
            yield Told(moment, witness.origin, witness.place)


def _believed_day(told: list[Told], changed: Moment | None, period: tuple[date, date] | None) -> date:
    """Return the day of the first witness, unless others speak against it.

    changed is when the page says that it was modified, period what its address tells of the time.
    """
    best, first = told[0], told[0].day
    last = changed.when.date() if changed else None
    said: dict[date, set[str]] = {first: {best.origin}}
    for one in told:
        if one.place != ELSEWHERE:
            said.setdefault(one.day, set()).add("shown" if one.place == SHOWN else one.origin)
    others = [day for day in said if abs(day - first) > DAY or best.place == LOOSE]
    shown = next((day for day in said if "shown" in said[day]), first)
    if shown in others and shown != last:
        only_change = changed is not None and changed.instant <= best.moment.instant and shown < first
        months = [(day.year, day.month) for day in (*(period or (shown, shown)), first, shown)]
        elsewhen = months[0] <= months[2] <= months[1] and not months[0] <= months[3] <= months[1]
        if (best.place == LOOSE or only_change) and not elsewhen and "url" not in said[first]:
            return shown
    agreed = (day for day in others if day != last and len(said[day]) > 1)
    return first if len(said[first]) > 1 else next(agreed, first)


def _first(told: Iterable[Told]) -> Dated:
    """Return the first witness's moment, as a later one of the same day or hour knows it more exactly."""
    best: Dated = (None, "none")
    clock = False  # the first is the article's own; those below it may be other articles'
    for moment, origin, _ in told:
        if best[0] is None:
            best = (moment, origin)
        elif moment.precision != "day":
            is_clock = moment.when.utcoffset() is None
            if not (is_clock and clock) and (local := _in_local_time(best[0], moment)) is not None:
                return local, best[1]
            clock = clock or is_clock
            if _refines(moment, best[0]):
                best = (moment, origin)
    return best


def _in_local_time(universal: Moment, shown: Moment) -> Moment | None:
    """Return a moment of UTC with the offset that another statement of the same moment has, or that its clock shows.

    >>> read = parse_moment
    >>> _in_local_time(read("2026-11-09T03:28:35Z"), read("Nov. 8, 2026, 10:28 p.m.")).isoformat()
    '2026-11-08T22:28:35-05:00'
    """
    if universal.precision == "day" or universal.when.utcoffset() != NO_TIME:
        return None
    when = universal.when.replace(tzinfo=None)
    offset = shown.when.utcoffset()
    if offset is None:
        if shown.precision == "minute":
            when = when.replace(second=0, microsecond=0)
        offset = shown.when - when
        if offset not in OFFSETS:
            return None
    elif not offset or abs(shown.when - universal.when) >= MINUTE:
        return None
    zone = timezone(offset)
    return Moment(universal.when.astimezone(zone), universal.precision)


def _refines(moment: Moment, coarse: Moment) -> bool:
    """Whether a moment says the same as another one, with the hour or the offset that that lacks."""
    if coarse.precision == "day":
        return moment.when.date() == coarse.when.date()
    return (
        coarse.when.tzinfo is None
        and moment.when.tzinfo is not None
        and moment.when.replace(tzinfo=None) == coarse.when.replace(tzinfo=None)
    )
