"""Read <meta>, <link> and <title>: OpenGraph, article:, Dublin Core, parsely, sailthru, twitter and plain names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from newsbot.extraction.document import Document


@dataclass(slots=True)
class MetaTags:
    """What the head says, by folded name, in document order."""

    values: dict[str, list[str]] = field(default_factory=dict)
    canonical: str | None = None
    amp: str | None = None
    title: str = ""

    def first(self, *names: str) -> str:
        """Return the first value of the first name that has one, or an empty string."""
        return next(self.all(*names), "")

    def all(self, *names: str) -> Iterator[str]:
        """Give the values of the names, in the order of the names."""
        for name in names:
            yield from self.values.get(name, ())


def origin_of(name: str) -> str:
    """Return the family of a meta name as the record's origins call it.

    >>> origin_of("og:title"), origin_of("dc.creator")
    ('opengraph', 'meta')
    """
    return "opengraph" if name.startswith(("og:", "article:", "books:", "video:")) else "meta"


def read_metatags(document: Document) -> MetaTags:
    """Collect the page's meta tags."""
    tags = MetaTags()
    for element in document.head:
        if element.tag == "meta":
            content = (element.get("content") or "").strip()
            if not content:
                continue
            if "&" in content:
                content = unescape(content).strip()
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                if name := element.get(attribute):
                    key = name.strip().lower()
                    tags.values.setdefault(f"itemprop:{key}" if attribute == "itemprop" else key, []).append(content)
        elif element.tag == "title":
            if not tags.title:
                tags.title = " ".join("".join(element.itertext()).split())
        elif href := (element.get("href") or "").strip():
            rel = (element.get("rel") or "").lower().split()
            if "canonical" in rel and tags.canonical is None:
                tags.canonical = href
            elif "amphtml" in rel:
                tags.amp = href
    return tags
