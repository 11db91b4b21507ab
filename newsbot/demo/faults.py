"""What can go wrong with a site of the newsroom until it is mended: it is down, refuses, falls silent, moves, forgets.

A fault hides what a site has published and takes nothing of it away: what is true of the articles stays true, and is
to be read again once the site is mended. The truth names its authors even while a redesign has forgotten them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a site is broken."""

    kind: str
    connection: Literal["", "drops", "hangs"] = ""
    """What becomes of every connection: closed without an answer, or left waiting for one."""
    status: int = 0
    """What every address answers instead; articles alone if ``of_articles``."""
    of_articles: bool = False
    is_redesigned: bool = False
    """Whether articles stand in templates other than before."""
    forgets: Literal["", "text", "authors", "dates"] = ""
    """What the new templates leave out; lists leave out authors and dates too."""
    lists: Literal["", "moved", "gone", "frozen"] = ""
    """Feeds answer at a new address, to which the old one redirects or not; or no list names what is published now."""


FAULTS = {
    fault.kind: fault
    for fault in (
        Fault(kind="error_500", status=500),
        Fault(kind="error_503", status=503),
        Fault(kind="drops", connection="drops"),
        Fault(kind="hangs", connection="hangs"),
        Fault(kind="blocked", status=403, of_articles=True),
        Fault(kind="redesign", is_redesigned=True),
        Fault(kind="text_gone", is_redesigned=True, forgets="text"),
        Fault(kind="authors_gone", is_redesigned=True, forgets="authors"),
        Fault(kind="dates_gone", is_redesigned=True, forgets="dates"),
        Fault(kind="silent", lists="frozen"),
        Fault(kind="feed_moved", lists="moved"),
        Fault(kind="feed_gone", lists="gone"),
    )
}
WELL = Fault(kind="")
"""Nothing is wrong."""
