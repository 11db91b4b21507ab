"""What one newsbot makes of a page and what another one does, field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from newsbot.items import Article, ExtractedArticle

FIELDS = (
    "title", "text", "authors", "published", "modified", "language", "section", "tags", "site_name", "summary", "image",
    "kind", "paywalled", "opt_outs", "agency", "text_confidence",
)  # fmt: skip
"""Fields that are compared: those that a page decides of. What follows from them, or says how they were had, does not
make a record another one (word_count, content_hash, published_at, origins, removed, extractor)."""
PRECISION = "published_precision"
"""A part of the field published: 08:30 to the minute and 08:30:00 are two statements."""
HINTED = "feed"
"""The origin of what the page does not say itself, and a listing did."""

Said = Mapping[str, Any]
"""What a newsbot says of a page: FIELDS and PRECISION."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that says something else now."""

    field: str
    before: Any
    after: Any


def said_of(article: Article | ExtractedArticle, agency: str | None = None) -> Said:
    """Return what is said of a page; ``agency`` is whose copy it is, where the article itself does not tell.

    >>> from newsbot.items import ExtractedArticle
    >>> said = said_of(ExtractedArticle(url="https://e.org/a", title="A", text="B.", fetched_at=None, extractor="x"))
    >>> said["title"], said["authors"]
    ('A', [])
    """
    said = {name: getattr(article, name) for name in (*FIELDS, PRECISION) if name != "agency"}
    told = article.agency if isinstance(article, Article) else agency
    plain = {name: list(value) if isinstance(value, tuple | list) else value for name, value in said.items()}
    return plain | {"agency": told}


def differences(before: Said, after: Said, wanted: Collection[str] = FIELDS) -> list[Difference]:
    """Return which of the wanted fields differ, in the order of FIELDS.

    >>> day = {"title": "A", "published": "2026-11-20", "published_precision": "day"}
    >>> minute = day | {"published": "2026-11-20T08:30:00+01:00", "published_precision": "minute"}
    >>> differences(day, minute, ["title", "published"])
    [Difference(field='published', before='2026-11-20 (day)', after='2026-11-20T08:30:00+01:00 (minute)')]
    """
    return [
        Difference(name, _shown(before, name), _shown(after, name))
        for name in FIELDS
        if name in wanted and any(before[part] != after[part] for part in parts_of(name))
    ]


def parts_of(name: str) -> tuple[str, ...]:
    """Return what of Said belongs to a field."""
    return (name, PRECISION) if name == "published" else (name,)


def _shown(said: Said, name: str) -> Any:
    """Return the value of a field as people are to see it."""
    return f"{said[name]} ({said[PRECISION]})" if name == "published" and said[name] else said[name]
