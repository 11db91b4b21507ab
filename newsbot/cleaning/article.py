"""The stage itself: clean_text() for a plain text, clean_article() for what a page says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from newsbot.cleaning.boilerplate import SiteBlocks, Spared, paragraphs_of, strip_within
from newsbot.cleaning.heading import Heading
from newsbot.cleaning.residue import strip_residue
from newsbot.cleaning.text import repair, repair_line
from newsbot.items import AnyArticle, Blocks, ExtractedArticle, Removed


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
    """Cleaning left nothing: the text was the site's alone, or the title had nothing that can be seen."""

    def __init__(self, reason: str = "all_residue") -> None:
        super().__init__(reason)
        self.reason = reason
        """A name from items.REJECTION_REASONS."""


def clean_text(
    text: str,
    *,
    title: str | None = None,
    site_name: str | None = None,
    authors: Sequence[str] = (),
    labels: Sequence[str] = (),
    site_blocks: SiteBlocks | None = None,
) -> Cleaned:
    """Repair a text and take the site's residue out of it.

    Args:
        text: paragraphs parted by line ends or blank lines.
        title: the article's title; a first line that repeats it goes.
        site_name: the outlet's name; a line that is nothing else goes.
        authors: names already known; a line above or below the text that is nothing else goes.
        labels: the article's section and tags; a line above or below the text that is nothing else goes.
        site_blocks: the site's own blocks, as boilerplate.site_blocks() decided them.

    >>> cleaned = clean_text("Bridge closes\\n\\nBy Ana Pérez\\n\\nThe bridge closes on Monday for a "
    ...                      "year.\\n\\nRELATED: Ferry fares to rise\\n\\nShow More", title="Bridge closes")
    >>> cleaned.text, cleaned.authors
    ('The bridge closes on Monday for a year.', ['Ana Pérez'])
    >>> [(removed.reason, removed.text) for removed in cleaned.removed][2]
    ('related_link', 'RELATED: Ferry fares to rise')
    """
    heading = Heading(title, site_name, authors, labels)
    kept, removed, names = strip_residue(repair(text), heading)
    cleaned = Cleaned(text="\n\n".join(kept), removed=removed, authors=names)
    # Without the site's blocks the text has other ends, and residue strikes at those: again, until none goes.
    while site_blocks:
        stripped, blocks, _ = strip_within(cleaned.text, site_blocks, cleaned.removed)
        if not blocks:
            break
        kept, removed, names = strip_residue(stripped.split("\n\n"), heading)
        cleaned = Cleaned(
            text="\n\n".join(kept),
            removed=[*cleaned.removed, *blocks, *removed],
            authors=[*cleaned.authors, *names],
        )
    return cleaned


def clean_article(article: ExtractedArticle) -> ExtractedArticle:
    """Return the article with its text cleaned and its other fields repaired.

    Raises CleaningError if nothing is left of the title (reason "no_title") or of the text ("all_residue").
    """
    title = repair_line(article.title)
    if not title:
        raise CleaningError("no_title")
    authors = [name for name in map(repair_line, article.authors) if name]
    cleaned = clean_text(
        article.text,
        title=title,
        site_name=article.site_name,
        authors=authors,
        labels=[label for label in (article.section, *article.tags) if label],
    )
    if not cleaned.text:
        raise CleaningError
    origins = dict(article.origins)
    if not authors and cleaned.authors:
        authors = cleaned.authors
        origins["authors"] = "html"
    return replace(
        article,
        title=title,
        authors=authors,
        origins=origins,
        site_name=_repaired(article.site_name),
        summary=_repaired(article.summary),
        section=_repaired(article.section),
        tags=[tag for tag in map(repair_line, article.tags) if tag],
        text=cleaned.text,
        removed=[*article.removed, *cleaned.removed],
    )


def _repaired(text: str | None) -> str | None:
    """Repair a field that may be missing; None where nothing is left of it."""
    return repair_line(text) or None if text else text


def without_blocks(
    article: AnyArticle,
    site: SiteBlocks,
    blocks: Blocks | None = None,
    *,
    spared: Callable[[Spared], None] | None = None,
) -> AnyArticle:
    """Return an article without the blocks of its site; the very same if it has none of them.

    ``blocks``: those of its text, where they are known. ``spared`` is told of an article that keeps the site's blocks,
    because they are too much of it. What follows from the text (word_count, content_hash) is for the caller to make
    anew.
    """
    found: list[Removed]
    text, found, too_many = strip_within(article.text, site, article.removed, blocks)
    if too_many and spared:
        spared(too_many)
    return replace(article, text=text, removed=[*article.removed, *found]) if found else article


def with_blocks(article: AnyArticle, places: Sequence[int]) -> AnyArticle:
    """Return an article as it was before without_blocks() took paragraphs from some places of it."""
    if not places:
        return article
    before, taken = article.removed[: -len(places)], article.removed[-len(places) :]
    paragraphs = paragraphs_of(article.text)
    kept, gone = iter(paragraphs), dict(zip(places, taken, strict=True))
    whole = [gone[i].text if i in gone else next(kept) for i in range(len(paragraphs) + len(gone))]
    return replace(article, text="\n\n".join(whole), removed=before)
