"""What cleaning hands back: Cleaned, or CleaningError if nothing of the article is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsbot.items import Removed


@dataclass(slots=True, kw_only=True)
class Cleaned:
    """A cleaned text and what was taken out of it."""

    text: str
    """Paragraphs, each on one line, parted by a blank line."""
    removed: list[Removed] = field(default_factory=list)
    """In the order of the text."""
    authors: list[str] = field(default_factory=list)
    """Names found in byline lines that were removed."""


class CleaningError(Exception):
    """Cleaning left nothing: the text was the site's alone."""

    def __init__(self, reason: str = "all_residue") -> None:
        super().__init__(reason)
        self.reason = reason
        """A name from items.REJECTION_REASONS."""
