"""What kind of article a page is, whether it is behind a paywall, and whether it is an article at all."""

from __future__ import annotations

import re
from typing import Any

from newsbot.extraction import jsonld
from newsbot.extraction.body import Body
from newsbot.extraction.document import Document
from newsbot.extraction.errors import ExtractionError
from newsbot.extraction.fields import Facts

MIN_ARTICLE = 120
"""Characters of text (half as many in scripts written without spaces) below which a page is no article."""
_ERROR = re.compile(
    r"""\b(?:404|403|410|500|502|503)\b|not\ found|page\ (?:does\ not|doesn.t)\ exist|access\ denied|forbidden|server\ error|
    no\ longer\ (?:available|exists)|nicht\ gefunden|introuvable|no\ encontrada|non\ trovata|niet\ gevonden|не\ найдена|
    attention\ required|just\ a\ moment|are\ you\ (?:a\ )?(?:robot|human)|enable\ javascript|service\ unavailable|bad\ gateway|
    nie\ znaleziono|não\ encontrada|sayfa\ bulunamad|غير\ موجودة|見つかりません|找不到|찾을\ 수\ 없""",
    re.IGNORECASE | re.VERBOSE,
)
_LOGIN = re.compile(r"log\s?in|sign\s?in|subscribe|register|anmelden|einloggen|abonn|connexion|iniciar sesión|suscr|accedi|войти|подписк|ログイン|会員|登录|登入|로그인", re.IGNORECASE)


def kind_of(document: Document, facts: Facts, text: str) -> str:
    """Return one of items.KINDS."""
    names = {name for node in ([facts.node] if facts.node else []) for name in jsonld.types(node)}
    section = f"{facts.section or ''} {facts.url}".lower()
    if "liveblogposting" in names:
        return "liveblog"
    if "opinionnewsarticle" in names or re.search(r"\b(?:opinion|opinions|kommentar|tribune|editorial|comment|op-ed|columnist)s?\b", section):
        return "opinion"
    if names & {"review", "criticreview", "reviewnewsarticle"}:
        return "review"
    og = facts.tags_of_head.first("og:type").lower()
    if og.startswith("video"):
        return "video"
    if "interview" in facts.title.lower():
        return "interview"
    return "article"


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
    short = length < (MIN_ARTICLE // 3 if re.search(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", text) else MIN_ARTICLE)
    heading = f"{facts.title} {facts.tags_of_head.title}"
    if length < 1200 and facts.published is None and _ERROR.search(heading):
        raise ExtractionError("error_page", heading[:200])
    if document.password and length < 600 and _LOGIN.search(" ".join(document.body.itertext())[:20000]):
        raise ExtractionError("login_wall", f"{length} characters of text and a password field")
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
