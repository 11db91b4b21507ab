"""Which of the sitemaps that an index or a robots.txt names are asked in a run.

A lastmod that has moved says that there is something new; one that has not says nothing: many state a day and no time,
or when somebody made the file. What tells is what a sitemap has shown. It is

    unread     not all that it names is known yet
    changed    its index states another lastmod than when it was read
    open       its name's days are not over, its newest entry is young, it is an index, or it stands at the end of a
               numbering: it may have more now
    unknown    neither its name nor its entries state a day, or only old ones though it stands at such an end
    closed     the days of its name, or of its newest entry, are long over

Open ones are asked in every run, closed ones about once a week. Where there is room for some only, nobody waits for
ever: what was left is first the next time, and the others take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from newsbot.discovery import Child
from newsbot.web.dates import as_instant

if TYPE_CHECKING:  # `scrapy list` has no use for the store
    from newsbot.store.listings import Listing

OPEN_AFTER_PERIOD = timedelta(days=7)
"""How long a sitemap stays open after the days in its name: what is filed late, and written by a nightly job."""
OPEN_AFTER_NEWS = timedelta(days=30)
"""How long a sitemap stays open after its newest entry: a monthly is not over before its next number."""
CLOSED_REST = timedelta(days=7)
"""How long a closed sitemap is left alone."""
TURNS = 50
"""Of those that take turns, how many are asked in a run without a bound."""
UNSETTLED, UNSETTLED_DAY = timedelta(hours=1), timedelta(days=2)
"""A sitemap that was read so shortly after its lastmod may be newer than that; the second for one without a time."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The sitemaps whose turn it is in a run."""

    asked: list[Child]
    left: int
    """How many more may have something new, for which there was no room."""


def turn_of(
    named: Sequence[Child],
    known: Callable[[Child], Listing],
    *,
    now: str,
    room: int | None = None,
    with_closed: bool = True,
    is_due: Callable[[Child], bool] = lambda _child: True,
) -> Turn:
    """Choose from the sitemaps of one index, the newest first, those that are asked now.

    ``known`` tells what is known of each; ``room`` is how many may be asked, None without a bound. Closed ones that
    have rested are asked only ``with_closed``. Those that have changed, or were never asked, are due; of the others
    ``is_due`` tells.

    >>> from newsbot.store.listings import Listing
    >>> pages = [Child(f"https://example.org/page-{number}.xml") for number in range(5)]
    >>> turn = turn_of(pages, lambda child: Listing("example", child.url), now="2026-11-20T08:00:00Z", room=2)
    >>> [child.url[-5:] for child in turn.asked], turn.left
    (['0.xml', '1.xml'], 3)
    """
    unread: list[Child] = []
    young: list[Child] = []
    others: list[Child] = []
    for child in named:
        listing = known(child)
        state = state_of(child, listing, now)
        if listing.errors or state in ("open", "unknown"):
            is_wanted = is_due(child)
        else:
            is_wanted = state != "closed" or (with_closed and _is_rested(listing, now))
        if is_wanted:
            kind = "failing" if listing.errors else state
            {"unread": unread, "changed": young, "open": young}.get(kind, others).append(child)

    def longest_ago(child: Child) -> str:
        return known(child).due_at or ""

    others.sort(key=longest_ago)
    if room is None:
        return Turn([*young, *unread, *others[:TURNS]], 0)
    # A quarter is for those who would wait for ever behind what is open.
    kept = min(room // 4, len(unread) + len(others))
    if len(young) > room - kept:
        young.sort(key=longest_ago)
    asked = young[: room - kept]
    asked += unread[: room - len(asked)]
    left = len(young) + len(unread) - len(asked)
    return Turn([*asked, *others[: room - len(asked)]], left)


def state_of(child: Child, known: Listing, now: str) -> str:
    """Return the state of a sitemap: unread, changed, open, unknown or closed.

    >>> from newsbot.store.listings import Listing
    >>> october = Child("https://e.org/sitemap-2026-10.xml")
    >>> read = Listing("e", october.url, read_at="2026-11-20T08:00:00Z")
    >>> [state_of(october, read, f"{day}T08:00:00Z") for day in ("2026-11-07", "2026-11-08")]
    ['open', 'closed']
    """
    if known.read_at is None:
        return "unread"
    if child.lastmod and child.lastmod != known.lastmod:
        return "changed"
    if child.lastmod and _is_unsettled(child.lastmod, known.read_at):
        return "open"
    moment = datetime.fromisoformat(now)
    if child.period:
        end = datetime.combine(child.period[1], time.max, moment.tzinfo) + OPEN_AFTER_PERIOD
        return "open" if moment <= end else "closed"
    if child.is_news or known.sub_sitemaps:
        return "open"
    over = "unknown" if child.is_end else "closed"  # what comes has to come somewhere, dated or not
    stated = [instant for text in (known.newest_at, child.lastmod) if (instant := as_instant(text))]
    if stated:
        return "open" if moment <= max(stated) + OPEN_AFTER_NEWS else over
    came = as_instant(known.news_at)
    if came and moment > came + OPEN_AFTER_NEWS:
        return over
    return "open" if child.is_end else "unknown"


def _is_unsettled(lastmod: str, read_at: str) -> bool:
    """Whether a sitemap was read so early that its lastmod may still have been true afterwards."""
    changed = as_instant(lastmod)
    grace = UNSETTLED if "T" in lastmod else UNSETTLED_DAY
    return changed is not None and datetime.fromisoformat(read_at) < changed + grace


def _is_rested(known: Listing, now: str) -> bool:
    answered = as_instant(known.answered_at or known.read_at)
    return answered is None or answered + CLOSED_REST <= datetime.fromisoformat(now)
