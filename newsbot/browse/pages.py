"""The pages, as a plugin of Datasette: what each asks of the store, and what is said where there is nothing to show.

Every view reads in a thread of its own, so that a slow look-up holds up no other reader.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from datasette import Response, hookimpl
from datasette.utils.asgi import NotFound
from jinja2 import Environment
from sqlalchemy import Engine

from newsbot.crawl.accounting import USUAL_DAYS, complaint_on, is_suspicious
from newsbot.dedupe.differences import SAME, Line, differences
from newsbot.items import RE_EXTRACTED, Article
from newsbot.process import NewsbotError, UsageError
from newsbot.store import runs
from newsbot.store.documents import versions_of
from newsbot.store.search import hits, marks, query
from newsbot.store.views import front
from newsbot.store.views.address import address_of, article_named
from newsbot.store.views.stories import story_of
from newsbot.web.text import well_formed
from newsbot.web.urls import InvalidURL

if TYPE_CHECKING:
    from datasette.utils.asgi import Request

    from newsbot.browse.site import Site

LONGEST_VALUE = 16_000_000
"""Bytes of one value that a reader's SQL may make: several times the longest article."""
FEWEST = 20
"""Articles that the front page shows if there are so many: of the last day that has any, and days before it."""
MOST_DAYS = 3
OUTLETS, EACH = 24, 4
"""Outlets of a day on the front page, and headlines of each."""
RUNS = 5
GAP_DAYS = 7
PICTURED = 30
"""Days in the picture of the front page."""
PER_PAGE = 20
SHOWN_VALUES = 8
"""Values of a facet that are shown at once; the rest is folded away."""
MOST_MEMBERS = 100
RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"])
FACETS = {
    "source": "Outlet",
    "language": "Language",
    "section": "Section",
    "kind": "Kind",
    "day": "Day",
    "agency": "Agency",
}

logger = logging.getLogger("newsbot")


# Datasette's hooks.


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Put our pages in front of Datasette's."""
    return [("^/$", front_page), ("^/search$", search_page), (r"^/article/(?P<id>[^/]+)$", article_page)]


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Environment) -> None:
    """Let templates write times and directions."""
    env.filters |= {"moment": moment, "day": day_in_words, "direction": direction, "number": "{:,}".format}
    env.globals["search_url"] = search_url


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Let no query make a value that fills the memory."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)


@hookimpl  # type: ignore[untyped-decorator]
def extra_template_vars(datasette: Site) -> dict[str, object]:
    """Tell every page whether there is SQL to go to."""
    return {"has_sql": datasette.has_sql}


@hookimpl(hookwrapper=True)  # type: ignore[untyped-decorator]
def handle_exception(datasette: Site, request: Request, exception: Exception) -> Iterator[None]:
    """Say what went wrong on a page of ours; Datasette's own way prints all variables of a page that is not there."""
    outcome: Any = yield
    outcome.force_result([lambda: _sorry(datasette, request, exception)])


# The pages.


async def front_page(datasette: Site, request: Request) -> Response:
    """Show the search box, the latest articles, the last days as a picture, and how the last runs went."""
    told = await asyncio.to_thread(_front, datasette.engine, datasette.now())
    return await _page(datasette, request, "front.html", told)


async def search_page(datasette: Site, request: Request) -> Response:
    """Show what a query finds, with what it can be narrowed by."""
    asked = Asked.of(request.args)
    if known := await asyncio.to_thread(_named, datasette.engine, asked.words):
        return Response.redirect(f"/article/{known}")
    try:
        told = await asyncio.to_thread(_results, datasette.engine, asked)
    except UsageError as fault:
        told = {"asked": asked, "fault": str(fault)}
    return await _page(datasette, request, "results.html", told, status=400 if "fault" in told else 200)


async def article_page(datasette: Site, request: Request) -> Response:
    """Show an article, set for reading, with all that is known of it."""
    identity = well_formed(request.url_vars["id"])
    words = well_formed(request.args.get("q") or "")
    told = await asyncio.to_thread(_article, datasette.engine, identity, words)
    if told is not None:
        return await _page(datasette, request, "article.html", told)
    if removed := await asyncio.to_thread(front.forgotten, datasette.engine, identity):
        when, why = removed
        said = (
            f"This article was removed from the store on {day_in_words(when[:10])}, and is never fetched again: {why}"
        )
        return await _page(datasette, request, "sorry.html", {"status": 410, "why": said}, status=410)
    raise NotFound(f"There is no article {identity} in this store.")


async def _page(
    datasette: Site, request: Request, template: str, told: Mapping[str, object], *, status: int = 200
) -> Response:
    return Response.html(await datasette.render_template(template, dict(told), request=request), status=status)


async def _sorry(datasette: Site, request: Request, exception: Exception) -> Response:
    status = getattr(exception, "status", 500)
    title, why = getattr(exception, "title", None), str(exception)
    if status == 404 and why == "404":
        why = "There is no page of that address."
    elif title == "SQL Interrupted":  # its message is markup, with a script
        why = f"The query took longer than {datasette.setting('sql_time_limit_ms') / 1000:g} seconds, and was stopped."
    elif status == 500 and not isinstance(exception, NewsbotError):
        logger.error("%s failed", request.path, exc_info=exception)
        why = f"newsbot failed on this page ({type(exception).__name__}); the terminal that it runs in says how."
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": why, "status": status, "title": title}, status=status)
    return await _page(datasette, request, "sorry.html", {"status": status, "why": why}, status=status)


# What the front page shows.


@dataclass(frozen=True, slots=True)
class Day:
    """A day on the front page."""

    day: str
    articles: int
    outlets: list[list[front.Headline]]


def _front(engine: Engine, now: str) -> dict[str, object]:
    today = date.fromisoformat(now[:10])
    # A page may be dated ahead; its day is the last if there is no other.
    last = date.fromisoformat(
        front.last_day(engine, until=now[:10]) or front.last_day(engine, until="9999") or now[:10]
    )
    # The last days, or, where none of them has an article, those up to the last that has one.
    end = today if timedelta(0) <= today - last < timedelta(days=PICTURED) else last
    first = end - timedelta(days=PICTURED - 1)
    counts = front.days(engine, since=first.isoformat(), until=end.isoformat())
    return {
        "articles": front.count_articles(engine),
        "days": list(_days(engine, counts)),
        "most_outlets": OUTLETS,
        "picture": _picture(first, counts),
        "runs": front.last_runs(engine, limit=RUNS),
        "troubles": _troubles(engine, now),
    }


def _days(engine: Engine, counts: Mapping[str, int]) -> Iterator[Day]:
    """Yield the last days, until there is enough to read."""
    shown = 0
    for day in sorted(counts, reverse=True)[:MOST_DAYS]:
        if shown < FEWEST:
            yield Day(day, counts[day], front.headlines(engine, day, each=EACH))
            shown += counts[day]


def _picture(first: date, counts: Mapping[str, int]) -> dict[str, object]:
    """Return the bars of the last days, in the units of the picture: 20 a day wide, 100 high."""
    most = max(counts.values(), default=0)
    bars = []
    for number in range(PICTURED):
        day = (first + timedelta(days=number)).isoformat()
        count = counts.get(day, 0)
        height = max(100 * count / most, 2) if count else 0
        bars.append({"day": day, "count": count, "x": 20 * number, "y": 100 - height, "height": height})
    return {"bars": bars, "most": most, "width": 20 * PICTURED}


def _troubles(engine: Engine, now: str) -> list[tuple[str, str]]:
    """Return what is wrong, as (source, what): how its last run went, and gaps of the last days."""
    since = _days_before(now, USUAL_DAYS)
    found = []
    for source, account in front.last_accounts(engine, since=since).items():
        if account.is_unreachable():
            found.append((source, f"could not be reached: {account.notes[0] if account.notes else 'no listing'}"))
        elif is_suspicious(account.first_tries):
            earlier = runs.first_tries(engine, source, since=since)[1:]
            if complaint := complaint_on(account.first_tries, earlier):
                found.append((source, complaint))
    for source, note in front.gaps(engine, since=_days_before(now, GAP_DAYS)).items():
        found.append((source, f"articles may have been missed: {note}"))
    return found


def _days_before(now: str, days: int) -> str:
    return (datetime.fromisoformat(now) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _named(engine: Engine, words: str) -> str | None:
    """Return the article that an address or id means, pasted into the search box; None for words."""
    if "://" not in words and address_of(words):
        return None
    try:
        return article_named(engine, words)
    except InvalidURL:
        return None


# What the results show.


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for."""

    words: str
    where: hits.Filters
    page: int

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Asked:
        """Read the arguments of an address."""
        given = {name: well_formed(arguments.get(name) or "").strip() for name in ("q", "page", *FACETS)}
        page = int(given["page"]) if given["page"].isdecimal() and len(given["page"]) < 6 else 1
        return cls(given["q"], hits.Filters(**{name: given[name] or None for name in FACETS}), max(1, page))

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name, value in asdict(self.where).items() if value}

    def url(self, page: int = 1, **changes: str | None) -> str:
        """Return the address of the same search with other filters, or another page of it."""
        return search_url(q=self.words, **{**self.chosen, **changes}, page=str(page) if page > 1 else None)


def search_url(**arguments: str | None) -> str:
    """Return the address of a search.

    >>> search_url(q="a & b", source=None, day="2026-11-20")
    '/search?q=a+%26+b&day=2026-11-20'
    """
    given = urlencode({name: value for name, value in arguments.items() if value})
    return f"/search?{given}" if given else "/search"


def _results(engine: Engine, asked: Asked) -> dict[str, object]:
    wanted = query.parsed(asked.words) if asked.words else None
    start = (asked.page - 1) * PER_PAGE
    found = hits.found(engine, wanted, where=asked.where, limit=PER_PAGE, offset=start)
    pages = max(1, -(-found.total // PER_PAGE))
    told = [
        {"hit": hit, "title": _marked(hit.title, wanted), "lines": _excerpt(hit.text, wanted)} for hit in found.hits
    ]
    facets = [
        (name, label, values)
        for name, label in FACETS.items()
        if name not in asked.chosen and _divides(values := found.facets.get(name, []), found.total)
    ]
    return {"asked": asked, "found": found, "hits": told, "start": start, "pages": pages, "facets": facets,
            "labels": FACETS, "shown_values": SHOWN_VALUES}  # fmt: skip


def _divides(values: Sequence[tuple[str, int]], total: int) -> bool:
    """Whether a choice among some values would leave anything out."""
    return bool(values) and values[0][1] < total


def _marked(text: str, wanted: query.Query | None) -> Sequence[tuple[str, bool]]:
    return marks.marked(text, wanted) if wanted else [(text, False)]


def _excerpt(text: str, wanted: query.Query | None) -> Sequence[tuple[str, bool]]:
    if wanted:
        return marks.excerpt(text, wanted)
    return [(shorter, False)] if (shorter := " ".join(text[:300].split())) else []


# What the page of an article shows.


@dataclass(frozen=True, slots=True)
class Change:
    """What a version of an article made of the one before."""

    version: Article
    title: list[Line]
    text: list[Line | int]
    """Paragraphs, or how many that did not change are left out."""


def _article(engine: Engine, identity: str, words: str) -> dict[str, object] | None:
    """Return what the page of an article shows; None if it is not known."""
    versions = versions_of(engine, identity)
    if not versions:
        return None
    article = versions[-1]
    try:
        wanted = query.parsed(words) if words else None
    except UsageError:
        wanted = None
    story = story_of(engine, identity)
    members = story.members if story else []
    return {
        "article": article,
        "words": words,
        "title": _marked(article.title, wanted),
        "paragraphs": [_marked(paragraph, wanted) for paragraph in article.text.split("\n\n")],
        "changes": [_change(before, after) for before, after in pairwise(versions) if after.change != RE_EXTRACTED],
        "extracted_again": [version for version in versions if version.change == RE_EXTRACTED],
        "first_version": versions[0],
        "members": members,
        "most_members": MOST_MEMBERS,
        "standing": next((member for member in members if member.id == identity), None),
        "titles": {member.id: member.title for member in members},
        "host": urlsplit(article.url).hostname,
        "is_linked": urlsplit(article.url).scheme in ("http", "https"),
        "origins": _origins(article),
    }


def _change(before: Article, after: Article) -> Change:
    old, new = (version.text.split("\n\n") for version in (before, after))
    return Change(after, list(differences([before.title], [after.title])), _passages(list(differences(old, new))))


def _passages(paragraphs: Sequence[Line]) -> list[Line | int]:
    """Return paragraphs that changed, one on each side of them, and how many are left out in between.

    >>> from newsbot.dedupe.differences import NEW, Piece
    >>> same, new = ([Piece(kind, "A mill.")] for kind in (SAME, NEW))
    >>> [passage if isinstance(passage, int) else passage[0].kind for passage in _passages([same] * 4 + [new, same])]
    [3, 'same', 'new', 'same']
    """
    changed = [any(piece.kind != SAME for piece in paragraph) for paragraph in paragraphs]
    shown: list[Line | int] = []
    for number, paragraph in enumerate(paragraphs):
        if any(changed[max(0, number - 1) : number + 2]):
            shown.append(paragraph)
        elif shown and isinstance(shown[-1], int):
            shown[-1] += 1
        else:
            shown.append(1)
    return shown


def _origins(article: Article) -> list[tuple[str, str, str]]:
    """Return every field whose origin is known, as (name, value as it is shown, origin)."""
    shown = []
    for name in (field.name for field in fields(article)):
        if origin := article.origins.get(name):
            value = getattr(article, name)
            text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value or "")
            shown.append((name, text if len(text) <= 120 else f"{text[:119]}…", origin))
    return shown


# What templates write.


def moment(stated: str | None, *, zone: bool = True) -> str:
    """Return a time of the record as people write it, with the offset that it states unless that does not matter.

    >>> moment("2026-11-20T11:51:31+01:00"), moment("2026-11-20T08:41:02Z"), moment("2026-11-20")
    ('20 November 2026, 11:51 (UTC+01:00)', '20 November 2026, 08:41 UTC', '20 November 2026')
    """
    if not stated:
        return "at an unknown time"
    day, _, clock = stated.partition("T")
    if not clock:
        return day_in_words(day)
    offset = ""
    if zone and clock.endswith(("Z", "+00:00")):
        offset = " UTC"
    elif zone and clock[-6:-5] in ("+", "-"):
        offset = f" (UTC{clock[-6:]})"
    return f"{day_in_words(day)}, {clock[:5]}{offset}"


def day_in_words(day: str) -> str:
    """Return a day as people write it; what is none as it stands.

    >>> day_in_words("2026-11-05")
    '5 November 2026'
    """
    try:
        stated = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{stated.day} {stated:%B %Y}"


def direction(language: str | None) -> str:
    """Return the direction of a language's writing, as HTML's dir has it.

    >>> direction("ar"), direction("ja"), direction(None)
    ('rtl', 'ltr', 'auto')
    """
    if language is None:
        return "auto"
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
