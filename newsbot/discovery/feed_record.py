"""What reading a feed gives: a Feed, or a FeedError with the reason that there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsbot.items import Candidate

MAX_NOTES = 40

FEED_REASONS = {
    "empty": "the body has nothing in it",
    "too_large": "the body is larger than a feed may be",
    "html_page": "the body is an HTML page; autodiscover.feed_links() may find the feed that it names",
    "unsafe_xml": "the document declares entities that would expand without bound or read local files",
    "not_a_feed": "the body is neither RSS, Atom nor JSON Feed",
}


class FeedError(ValueError):
    """The body is no feed that could be read.

    reason is a name from FEED_REASONS, detail says what was there instead.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{FEED_REASONS[reason]}{': ' if detail else ''}{detail}")
        self.reason = reason
        self.detail = detail


@dataclass(slots=True, kw_only=True)
class Feed:
    """A feed as it was read: its entries as candidates, and what it says of itself."""

    kind: str
    """rss, rdf, atom or json."""
    candidates: list[Candidate] = field(default_factory=list)
    title: str | None = None
    language: str | None = None
    home: str | None = None
    """The page the feed belongs to."""
    hub: str | None = None
    """Address of a WebSub hub, where changes are pushed from."""
    self_url: str | None = None
    """The address that the feed gives as its own; a moved feed shows here."""
    next_url: str | None = None
    """The next page of a paged feed or the previous document of an archived one (RFC 5005)."""
    ttl_minutes: int | None = None
    """How long the feed says that it may be cached."""
    notes: list[str] = field(default_factory=list)
    """What was wrong, each "kind: detail", in the words of a ledger."""

    def note(self, text: str) -> None:
        """Remember what was wrong, up to a bound: a feed of garbage must not fill the ledger."""
        if len(self.notes) < MAX_NOTES and text not in self.notes:
            self.notes.append(text)
