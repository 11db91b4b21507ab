"""What the newsroom knows of itself, for tests to compare with what a crawl brought home."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One article as its site published it: the answer to a crawl."""

    url: str
    """The address that the page itself calls canonical."""
    source: str
    title: str
    """The headline, its white space as single plain spaces."""
    authors: list[str]
    published: str
    """RFC 3339 with the offset that the page states (+00:00 for Z); a bare date where it gives only the day."""
    published_precision: str
    modified: str | None
    """When the page says it was last changed: None where it says nothing, the time of publishing if it says that."""
    language: str
    section: str
    tags: list[str]
    text: str
    """Standfirst, if the page shows one, paragraphs, subheadings, list items, quotations; parted by blank lines."""
    discovered_via: str
    duplicate_of: str | None = None
    """Canonical address of the agency's article that this one repeats word for word."""
    twins: list[str] = field(default_factory=list)
    """Other addresses under which the site lists and serves the same article."""
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NonArticle:
    """A listed address that must not become an article."""

    url: str
    source: str
    outcome: str
    """skipped | failed | rejected"""
    reason: str
    """robots_txt, http_404 or a name from items.REJECTION_REASONS."""
    title: str
    discovered_via: str
