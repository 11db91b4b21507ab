"""What kind of article a page is, whether it is behind a paywall, and whether it is an article at all."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from newsbot.extraction import jsonld
from newsbot.extraction.body import Body
from newsbot.extraction.document import Document
from newsbot.extraction.errors import ExtractionError
from newsbot.extraction.fields import Facts

MIN_ARTICLE = 120
"""Characters of text (half as many in scripts written without spaces) below which a page is no article."""
_ERROR = re.compile(
    r"""\b(?:404|403|410|500|502|503)\b|not\ found|page\ (?:does\ not|doesn.t)\ exist|access\ denied|
    forbidden|server\ error|
    no\ longer\ (?:available|exists)|nicht\ gefunden|introuvable|no\ encontrada|non\ trovata|niet\ gevonden|
    не\ найдена|
    attention\ required|just\ a\ moment|are\ you\ (?:a\ )?(?:robot|human)|enable\ javascript|
    service\ unavailable|bad\ gateway|
    nie\ znaleziono|não\ encontrada|sayfa\ bulunamad|غير\ موجودة|見つかりません|找不到|찾을\ 수\ 없""",
    re.IGNORECASE | re.VERBOSE,
)
_VIDEO_PLACE = re.compile(r"\b(?:videos?|watch|mediathek|tv)\b")
_GALLERY_PLACE = re.compile(
    r"\b(?:galler(?:y|ies)|fotogaleria|fotostrecke|bilderstrecke|diaporama|photo-essay|in-pictures)\b"
)
_OPINION_PLACE = re.compile(
    r"\b(?:opinions?|comment(?:ary|isfree)?|op-ed|editorials?|columnists?|columns?|kommentar(?:e)?|"
    r"meinung|tribunes?|"
    r"debats?|debatt|opinión|columnas|opiniao|opinião|opinioni|opinie|мнения|мнение|社説|評論|사설|رأي|"
    r"آراء|דעות)\b"
)
_INTERVIEW = re.compile(
    r"\b(?:interviews?|entrevistas?|intervista|intervju|wywiad|интервью)\b|インタビュー|인터뷰|专访|專訪", re.I
)
_LOGIN = re.compile(
    r"log\s?in|sign\s?in|subscribe|register|anmelden|einloggen|abonn|connexion|iniciar sesión|suscr|"
    r"accedi|войти|подписк|ログイン|会員|登录|登入|로그인",
    re.IGNORECASE,
)


def kind_of(facts: Facts) -> str:
    """Return one of items.KINDS: what the data and the address say of the article, "article" where they say nothing."""
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
    """Return what the page says of its accessibility; None where it says nothing."""
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


def refuse(document: Document, facts: Facts, body: Body, text: str) -> None:
    """Raise ExtractionError for a page that is no article."""
    length = len(text)
    short = length < (
        MIN_ARTICLE // 3 if re.search(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", text) else MIN_ARTICLE
    )
    heading = f"{facts.title} {facts.tags_of_head.title}"
    dated = facts.origins["published"] in ("json-ld", "opengraph", "meta", "microdata", "feed")
    if length < 1200 and not dated and _ERROR.search(heading):
        raise ExtractionError("error_page", heading[:200])
    if document.password and length < 600 and _LOGIN.search(" ".join(document.body.itertext())[:20000]):
        raise ExtractionError("login_wall", f"{length} characters of text and a password field")
    if not dated and facts.node is None and _is_section(facts, body):
        raise ExtractionError("section_page", f"{body.weights.linked:.0f} characters of links, {length} of text")
    if short:
        if paywalled(facts):
            raise ExtractionError("login_wall", f"{length} characters of text, and the page says that it is not free")
        if document.players or facts.tags_of_head.first("og:type").lower().startswith("video"):
            raise ExtractionError("video_shell", f"{length} characters of text beside a player")
        if body.weights.linked > 3 * body.weights.total and body.weights.linked > 300:
            raise ExtractionError("section_page", f"{body.weights.linked:.0f} characters of links, {length} of text")
        raise ExtractionError("too_short" if text else "no_body", f"{length} characters of text")
    if not facts.title:
        raise ExtractionError("no_title", text[:100])


def _is_section(facts: Facts, body: Body) -> bool:
    """Whether a page lists articles: a home page, or linked headlines with a line or two below each."""
    if facts.tags_of_head.first("og:type").lower() == "article":
        return False
    linked = [h for h in body.container.iter("h2", "h3", "h4") if _is_linked(h)]
    if urlsplit(facts.url).path.strip("/") == "" and not urlsplit(facts.url).query:
        return len(linked) >= 3 or body.weights.linked > body.weights.total
    longest = max(map(len, body.text.split("\n")), default=0)
    return len(linked) >= 4 and longest < 250 and len(body.text) < 150 * len(linked)


def _is_linked(heading: etree._Element) -> bool:
    above = heading.getparent()
    if above is not None and above.tag == "a":
        return True
    words = len("".join(heading.itertext()).split())
    return any(2 * len("".join(a.itertext()).split()) > words > 2 for a in heading.iter("a"))
