"""schema.org records as the themes print them in their JSON-LD scripts."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from newsbot.demo.feeds import stamp
from newsbot.demo.outlet import Outlet, Piece


def news_article(outlet: Outlet, piece: Piece, **changes: Any) -> dict[str, Any]:
    """Return the NewsArticle record of a piece; ``changes`` replace fields, None drops one."""
    spec = outlet.spec
    people = [{"@type": "Person", "name": name} for name in piece.authors]
    record: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": outlet.url(piece.path)},
        "headline": piece.headline,
        "description": piece.story.summary,
        "image": [outlet.url(piece.image)],
        "datePublished": stamp(piece.published),
        "dateModified": stamp(piece.modified or piece.published),
        "author": people[0] if len(people) == 1 else people or None,
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": spec.title,
            "url": f"{outlet.base}/",
            "logo": {"@type": "ImageObject", "url": outlet.url("/media/logo.svg")},
        },
        "articleSection": piece.story.section,
        "keywords": list(piece.story.tags),
        "inLanguage": spec.language,
        "isAccessibleForFree": not piece.walled,
    }
    record |= changes
    return {key: value for key, value in record.items() if value is not None}


def graph(outlet: Outlet, piece: Piece) -> dict[str, Any]:
    """Return the @graph that WordPress SEO plugins write: article, page, site, people by reference."""
    url = outlet.url(piece.path)
    people = [
        {"@type": "Person", "@id": f"{outlet.base}/#/schema/person/{number}", "name": name}
        for number, name in enumerate(piece.authors, start=1)
    ]
    article = news_article(
        outlet,
        piece,
        **{"@context": None, "@id": f"{url}#article", "isPartOf": {"@id": url}, "isAccessibleForFree": None},
        author=[{"name": person["name"], "@id": person["@id"]} for person in people] or None,
        publisher={"@id": f"{outlet.base}/#organization"},
    )
    page = {
        "@type": "WebPage",
        "@id": url,
        "url": url,
        "name": f"{piece.headline} - {outlet.spec.title}",
        "isPartOf": {"@id": f"{outlet.base}/#website"},
        "datePublished": stamp(piece.published),
        "inLanguage": "en-US",
    }
    site = {
        "@type": "WebSite",
        "@id": f"{outlet.base}/#website",
        "url": f"{outlet.base}/",
        "name": outlet.spec.title,
        "description": outlet.spec.tagline,
    }
    organization = {"@type": "Organization", "@id": f"{outlet.base}/#organization", "name": outlet.spec.title}
    return {"@context": "https://schema.org", "@graph": [article, page, site, organization, *people]}


def script(record: dict[str, Any] | list[dict[str, Any]]) -> Markup:
    """Return a JSON-LD script element; ``</`` cannot close it early."""
    body = json.dumps(record, ensure_ascii=False).replace("</", "<\\/")
    return Markup(f'<script type="application/ld+json">{body}</script>')  # noqa: S704 # nosec B704
