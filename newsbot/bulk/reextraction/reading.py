"""What today's newsbot makes of an archived page: the work that is done in processes of its own, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsbot.archive.provenance import Provenance
from newsbot.bulk.reextraction.yardstick import Yardstick, yardstick_of
from newsbot.crawl.worker_pool import Extraction, make_article_in_worker
from newsbot.items import Candidate, Collected, Page, Rejection, digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which archived pages are read. A page that is not chosen costs no extraction."""

    since: str | None = None
    """The first day (YYYY-MM-DD, UTC) on which it may have been fetched."""
    until: str | None = None
    """The last one."""
    sources: Sequence[str] = ()
    """The sources that it may have been fetched for; none for any."""

    def has(self, source: str, fetched_at: str | None) -> bool:
        """Whether a page is chosen. One that does not say when it was fetched is of no day.

        >>> Choice(since="2026-11-20", sources=["bbc"]).has("bbc", "2026-11-20T00:00:00Z"), Choice().has("npr", None)
        (True, True)
        >>> Choice(until="2026-11-20").has("bbc", "2026-11-21T00:00:00Z"), Choice(until="2026-11-20").has("bbc", None)
        (False, False)
        """
        if self.sources and source not in self.sources:
            return False
        if not (self.since or self.until):
            return True
        return fetched_at is not None and (self.since or "") <= fetched_at[:10] <= (self.until or "9999")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An archived page as today's newsbot reads it."""

    made: Collected | Rejection
    states: Yardstick
    """What the page states itself."""
    source: str
    """The source that it was fetched for."""
    candidate: Candidate
    """How it was found; without the body that its feed carried."""
    aliases: Sequence[str]
    """Every address that led to it, the discovered one first, its own last."""
    fetched_at: str | None
    digest: str
    """Of the page, as rejections keep it."""
    is_own: bool
    """Whether newsbot archived it, so that it is known what its listing said."""
    continues: str | None = None
    """The discovered address of the article that this is a further page of."""


def read_again(page: Page, own: Provenance | None, choice: Choice, extraction: Extraction) -> Read | None:
    """Make of a chosen page what a crawl would make of it today, but for what its site has taught; None for others.

    ``own``: how newsbot came to it, where it archived it.
    """
    if not choice.has(page.source, page.fetched_at):
        return None
    return Read(
        made=make_article_in_worker(page, extraction),
        states=yardstick_of(page.html, page.url, page.charset),
        source=page.source,
        candidate=replace(page.candidate, html=None),
        aliases=page.aliases,
        fetched_at=page.fetched_at,
        digest=digest_of(page.html),
        is_own=own is not None,
        continues=own.continues if own else None,
    )
