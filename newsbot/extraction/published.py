"""When an article was published and last modified: the page's witnesses, and what becomes of them where they disagree.

    stated      JSON-LD and meta tags whose names speak of publication
    loose       meta tags that are called "date", "created" or the like: some sites keep a plan or a change there
    shown       <time> and lines that readers see beside the headline
    the feed
    address     a day among the parts of the address
    elsewhere   lines in what is called a date or byline; the one day that stands alone on lines of the page

The first that says a day is believed, with three exceptions: what is shown beside the headline is believed before what
is loosely stated, and before a statement that is nothing but the last change; and a statement that nobody confirms
gives way to a day on which two others agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta, timezone
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from lxml import etree

from newsbot.extraction.class_names import words_of
from newsbot.extraction.document import Document, MetaTags, headlines, lines_around, origin_of
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
ALONE = 40
"""Characters of a line that has a date and little else; it has fewer."""
MOST_TIMES = 100
"""<time> elements that are looked at."""
NO_TIME, MINUTE, DAY = timedelta(0), timedelta(minutes=1), timedelta(days=1)
OFFSETS = frozenset(timedelta(hours=hours) for hours in (
    *range(-12, 15), -9.5, -3.5, -2.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13.75,
)) - {NO_TIME}  # fmt: skip
"""The offsets from UTC that are in use anywhere."""

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
    published += [Witness(value, origin_of(name), STATED) for name in _PUBLISHED for value in meta.all(name)]
    modified += [Witness(value, origin_of(name), STATED) for name in _MODIFIED for value in meta.all(name)]
    if node:
        published += [Witness(jsonld.text(node.get(key)), "json-ld", LOOSE) for key in ("dateCreated", "uploadDate")]
    published += [Witness(value, origin_of(name), LOOSE) for name in _LOOSE for value in meta.all(name)]
    return published, modified


def _timed(document: Document, title: str) -> tuple[list[Witness], list[Witness]]:
    """Return what the <time> elements that are no other item's say of both dates, the nearest to the headline first."""
    heading = next(headlines(document.body.iter("h1", "h2"), title), None) if document.times else None
    levels = {} if heading is None else {above: level for level, above in enumerate(heading.iterancestors())}
    placed = []
    for element in document.times[:MOST_TIMES]:
        level = _level(element, levels)
        if level is not None:
            placed.append((level, element))
    published: list[Witness] = []
    modified: list[Witness] = []
    placed.sort(key=itemgetter(0))
    for level, element in placed:
        place = SHOWN if level == placed[0][0] else ELSEWHERE
        prop = (element.get("itemprop") or "").lower()
        names = (element.get("class") or "").lower()
        changed = "modified" in prop or ("update" in names and "publish" not in names)
        for words in (element.get("datetime"), "".join(element.itertext())):
            if words:
                told = modified if changed or _tells_change(words) else published
                told.append(Witness(words, "microdata" if prop else "html", place))
    return published, modified


def _level(element: etree._Element, levels: dict[etree._Element, int]) -> int | None:
    """Return how far above the headline an element's branch begins, or None where it is another item's."""
    for above in chain((element,), element.iterancestors()):
        if (level := levels.get(above)) is not None:
            return level
        if above.tag == "article" and levels and _is_linked(above):
            return None
        name = above.get("class") or above.get("id")
        if name and _names_others(name):
            return None
    return 0


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
    """Return the date lines beside the headline, those after it first, and those that tell of a change."""
    published: list[Witness] = []
    changed: list[Witness] = []
    for lines in lines_around(document, title):
        length = 0
        for line in lines:
            if _may_be_dated(line, NEARBY):
                (changed if _tells_change(line) else published).append(Witness(line, "html", SHOWN))
            length += len(line)
            if length > BESIDE:
                break
    return published, changed


def _tells_change(line: str) -> bool:
    """Whether a date line says that it is of a change: before the date, or behind it in languages that do so."""
    figure = _FIGURE.search(line)
    return _CHANGED.search(line, 0, figure.start() if figure else 0) is not None or line.endswith(_CHANGED_BEHIND)


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
        if not name or not _names_date(name) or element.tag not in _HOLDERS:
            continue
        line = text_content(element)
        if _may_be_dated(line, NAMED):
            yield Witness(line, "html", ELSEWHERE)
    alone = [text for text in _dated_texts(document) if _may_be_dated(text.strip(), ALONE) and _is_plain(text)]
    days = {moment.when.date(): text for text in alone if (moment := parse_moment(text))}
    if len(days) == 1:
        yield Witness(days.popitem()[1], "html", ELSEWHERE)


def _dated_texts(document: Document) -> Iterator[str]:
    """Give the texts that have a date in them."""
    for element in document.elements:
        for text in (element.text, element.tail):
            if text and len(text) > SHORTEST and ("20" in text or "19" in text) and _DATE_IN_TEXT.search(text):
                yield text


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

    def read(witness: Witness) -> Moment | None:
        text = witness.text
        moment = parse_moment(text, language=language, order=order)
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
    """Return the day of the first witness, unless what is shown beside the headline speaks against it.

    changed is when the page says that it was modified, period what its address tells of the time.
    """
    best, first = told[0], told[0].day
    shown = [one.day for one in told if one.place == SHOWN]
    if best.place > LOOSE or not shown or first in shown or (changed and shown[0] == changed.when.date()):
        return first
    if period and period[0] <= first <= period[1] and not period[0] <= shown[0] <= period[1]:
        return first
    only_change = changed is not None and changed.instant == best.moment.instant and first - shown[0] > DAY
    return shown[0] if best.place == LOOSE or only_change else first


def _first(told: Iterable[Told]) -> Dated:
    """Return the first witness's moment, as a later one of the same day or hour knows it more exactly."""
    best: Dated = (None, "none")
    for moment, origin, _ in told:
        if best[0] is None:
            best = (moment, origin)
        elif moment.precision != "day":
            if (local := _in_local_time(best[0], moment)) is not None:
                return local, best[1]
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
