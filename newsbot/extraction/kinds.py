"""What kind of article a page is, and whether it is behind a paywall."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from newsbot.extraction.fields import Facts
from newsbot.web import jsonld

_VIDEO_PLACE = re.compile(r"\b(?:videos?|watch|mediathek|tv)\b")
_GALLERY_PLACE = re.compile(
    r"\b(?:galler(?:y|ies)|fotogaleria|fotostrecke|bilderstrecke|diaporama|photo-essay|in-pictures)\b"
)
_OPINION_PLACE = re.compile(
    r"\b(?:opinions?|comment(?:ary|isfree)?|op-ed|editorials?|columnists?|columns?|kommentar(?:e)?|meinung|tribunes?|"
    r"debats?|debatt|opinión|columnas|opiniao|opinião|opinioni|opinie|мнения|мнение|社説|評論|사설|رأي|آراء|דעות)\b"
)
_INTERVIEW = re.compile(
    r"\b(?:interviews?|entrevistas?|intervista|intervju|wywiad|интервью)\b|インタビュー|인터뷰|专访|專訪", re.I
)


def kind_of(facts: Facts) -> str:
    """Return one of items.KINDS: what the data and the address say of the article, "article" where they say nothing.

    >>> kind_of(Facts(url="https://example.org/opinion/rain")), kind_of(Facts(url="https://example.org/rain"))
    ('opinion', 'article')
    """
    names = set(jsonld.types(facts.node)) if facts.node else set()
    others = {name for node in facts.nodes for name in jsonld.types(node)}
    place = f"{facts.section or ''} {urlsplit(facts.url).path}".lower()
    declared = facts.tags_of_head.first("og:type").lower()
    if "liveblogposting" in names:
        return "liveblog"
    if declared.startswith("video") or ("videoobject" in others and _VIDEO_PLACE.search(place)):
        return "video"
    if others & {"podcastepisode", "radioepisode"} or declared.startswith(("audio", "music")):
        return "audio"
    if others & {"imagegallery", "mediagallery"} or _GALLERY_PLACE.search(place):
        return "gallery"
    if "opinionnewsarticle" in names or _OPINION_PLACE.search(place):
        return "opinion"
    if names & {"review", "criticreview", "reviewnewsarticle"}:
        return "review"
    return "interview" if _INTERVIEW.search(f"{facts.title} {place}") else "article"


def paywalled(facts: Facts) -> bool | None:
    """Return what the page says of its accessibility; None where it says nothing.

    >>> paywalled(Facts(node={"isAccessibleForFree": "http://schema.org/False"})), paywalled(Facts())
    (True, None)
    """
    if facts.node is not None:
        free = _boolean(facts.node.get("isAccessibleForFree"))
        if free is not None:
            return not free
    tier = facts.tags_of_head.first("article:content_tier", "og:article:content_tier").lower()
    if tier:
        return tier in ("locked", "metered", "premium")
    return None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    folded = jsonld.text(value).lower()
    return {"true": True, "false": False, "yes": True, "no": False}.get(folded.rsplit("/", 1)[-1])
