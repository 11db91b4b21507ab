"""Pages that are no article: error pages, login walls, lists of articles, players without a text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree

from newsbot.extraction.body import Body
from newsbot.extraction.class_names import names_error
from newsbot.extraction.document import Document, ExtractionError
from newsbot.extraction.fields import Facts
from newsbot.extraction.kinds import paywalled
from newsbot.extraction.render import Block
from newsbot.web import jsonld

# How sites say, in a headline, that there is no such page or that it cannot be shown.

_CODE = "(?:404|403|410|500|502|503)"
_PATTERNS = (
    rf"\b(?:error|http|status)\W{{0,3}}{_CODE}\b|\b{_CODE}\W{{0,3}}(?:error|not|page)\b|^\W*{_CODE}\W*(?:$|[|:–—-])",
    rf"[|:–—-]\s*{_CODE}\W*$",
    # English
    r"\b(?:page|article|story|content|document|file|url|address)\b.{0,40}\b(?:not (?:be )?found|does(?:n.t| not) exist|"
    r"no longer (?:available|exists)|isn.t (?:here|available)|unavailable|gone missing)",
    r"^\W*(?:sorry\W+)?not found\W*$",
    r"(?:can.t|can ?not|couldn.t|could not) (?:be )?f(?:ind|ound)\b.{0,30}(?:page|looking)",
    r"access denied|^\W*forbidden\W*$|server error|service unavailable|bad gateway|attention required|"
    r"just a moment|are you (?:a )?(?:robot|human)|enable javascript",
    # German, French
    r"seite.{0,30}(?:nicht (?:gefunden|vorhanden|verfügbar)|existiert nicht)|^\W*nicht gefunden\W*$",
    r"page.{0,30}(?:introuvable|n.existe (?:pas|plus))|^\W*introuvable\W*$",
    # Spanish, Portuguese, Italian, Romanian
    r"p[áa]gina.{0,40}n(?:o|ão) (?:(?:ha sido|foi|se ha) )?(?:exist[ei]|encontrad[oa]|disponible|disponível|encontra)",
    r"\bn(?:o|ão) encontrad[oa]\W*$|no (?:se )?(?:ha )?enc(?:uentra|ontr(?:ó|ado|amos)).{0,4} la página",
    r"pagina (?:non (?:è stata )?(?:trovata|esiste|disponibile)|nu (?:a fost|există|poate))",
    # Dutch, Swedish, Danish, Norwegian, Finnish
    r"pagina.{0,20}(?:niet (?:gevonden|beschikbaar)|bestaat niet)",
    r"sid(?:an|en)\b.{0,20}(?:hittades inte|hitta|finns inte|ikke (?:funnet|fundet|finnes|findes|finde))",
    r"sivua ei (?:löyd|ole)",
    # Polish, Czech, Slovak, Hungarian, Croatian, Serbian
    r"nie znaleziono|strona nie (?:istnieje|została)|stránk[ay] (?:ne(?:byla|existuje|bola)|sa nena)|"
    r"nem található|stranica (?:nije|ne postoji)",
    # Russian, Ukrainian, Bulgarian, Greek, Turkish, Indonesian, Vietnamese
    r"страниц[аы] (?:не (?:найден|существует)|удалена)|сторінк[аиу] не (?:знайден|існує)|страницата не",
    r"δεν (?:βρέθηκε|υπάρχει)|sayfa bulunama|halaman.{0,20}tidak (?:ditemukan|tersedia)|không tìm thấy (?:trang|nội)",
    # Hebrew, Arabic, Persian, Hindi, Bengali, Thai
    r"(?:ה?דף|העמוד) .{0,12}לא נמצא|العثور على الصفحة|الصفحة.{0,20}(?:غير موجودة|لا توجد)|غير موجودة\W*$",
    r"صفحه.{0,20}(?:یافت|پیدا) نشد|(?:पृष्ठ|पेज) नहीं|পাতাটি পাওয়া|পৃষ্ঠা.{0,10}পাওয়া|ไม่พบหน้า",
    # Japanese, Chinese, Korean
    r"(?:ページ|記事|お探し).{0,20}(?:見つかりません|存在しません|ありません)|(?:页面|頁面|网页|網頁|文章).{0,8}(?:找不到|不存在)|"
    r"(?:找不到|未找到).{0,8}(?:页面|頁面|网页|網頁|文章)|페이지.{0,10}(?:찾을 수 없|존재하지 않)",
)
_ERROR = re.compile("|".join(_PATTERNS), re.IGNORECASE)
_LONGEST = 120


def says_error(heading: str) -> bool:
    """Whether a headline is an error page's.

    >>> says_error("404"), says_error("Error 404 - Page not found"), says_error("Die Seite wurde nicht gefunden")
    (True, True, True)
    >>> says_error("500 jobs to go at the harbour"), says_error("Missing climber not found after a week")
    (False, False)
    """
    return len(heading) < _LONGEST and _ERROR.search(heading) is not None


MIN_ARTICLE = 120
"""Characters of text (a third of it in scripts written without spaces) below which a page is no article."""
MAX_ERROR = 2500
"""Characters of text with which a page is no error page, whatever its headline says."""
_LOGIN = re.compile(
    r"log\s?in|sign\s?in|subscribe|register|anmelden|einloggen|abonn|connexion|iniciar sesión|suscr|"
    r"accedi|войти|подписк|ログイン|会員|登录|登入|로그인",
    re.IGNORECASE,
)
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_STOP = re.compile(r"[.!?…。！？؟।۔]|[\u0e00-\u0e7f]{20}")
_COPYRIGHT = re.compile(r"©|\(c\)|copyright", re.IGNORECASE)
_TOLD = ("json-ld", "opengraph", "meta")
"""Origins of a date that the page states of itself; lists have dates of others, and a feed is not the page."""
_LISTS = frozenset({"collectionpage", "itemlist", "searchresultspage", "profilepage"})


def refuse(document: Document, facts: Facts, body: Body) -> None:
    """Raise ExtractionError for a page that is no article."""
    text = body.text
    length = len(text)
    dated = facts.origins["published"] in _TOLD
    told = dated or facts.node is not None
    if length < MAX_ERROR and not told:
        for heading in (*facts.headings, facts.tags_of_head.title):
            if says_error(heading):
                raise ExtractionError("error_page", heading)
        names = f"{document.body.get('class') or ''} {document.body.get('id') or ''}"
        if names_error(names):
            raise ExtractionError("error_page", f"the page is of class {names.strip():.80}")
    if document.password and length < 600 and _LOGIN.search(" ".join(document.body.itertext())[:20000]):
        raise ExtractionError("login_wall", f"{length} characters of text and a password field")
    if not told and _is_section(facts, body):
        raise ExtractionError("section_page", f"{body.weights.linked:.0f} characters of links, {length} of text")
    video = _shows_video(document, facts)
    if video and facts.node is None and body.origin == "html" and _prose(body.own) < MIN_ARTICLE:
        raise ExtractionError("video_shell", f"{_prose(body.own)} characters of sentences beside a player")
    if length < (MIN_ARTICLE // 3 if _UNSPACED.search(text) else MIN_ARTICLE):
        if paywalled(facts):
            raise ExtractionError("login_wall", f"{length} characters of text, and the page says that it is not free")
        if video:
            raise ExtractionError("video_shell", f"{length} characters of text beside a player")
        if body.weights.linked > 3 * body.weights.total and body.weights.linked > 300:
            raise ExtractionError("section_page", f"{body.weights.linked:.0f} characters of links, {length} of text")
        raise ExtractionError("too_short" if text else "no_body", f"{length} characters of text")
    if not facts.title:
        raise ExtractionError("no_title", text[:100])


def _shows_video(document: Document, facts: Facts) -> bool:
    declared = facts.tags_of_head.first("og:type").lower().startswith("video")
    return declared or document.players > 0 or any("videoobject" in jsonld.types(node) for node in facts.nodes)


def _prose(text: str) -> int:
    """Count the characters of a text's sentences: not of labels, menus and copyright notices."""
    least = 15 if _UNSPACED.search(text) else 40
    return sum(
        len(line)
        for line in text.split("\n")
        if len(line) >= least and _STOP.search(line) and not _COPYRIGHT.search(line)
    )


def _is_section(facts: Facts, body: Body) -> bool:
    """Whether a page lists articles: a home page, or linked headlines with a line or two below each."""
    if facts.tags_of_head.first("og:type").lower() == "article":
        return False
    linked = [h for h in body.container.iter("h2", "h3", "h4") if _is_linked(h)]
    if urlsplit(facts.url).path.strip("/") == "" and not urlsplit(facts.url).query:
        return len(linked) >= 3 or body.weights.linked > body.weights.total
    longest = max(map(len, body.text.split("\n")), default=0)
    if len(linked) >= 4 and longest < 250 and len(body.text) < 150 * len(linked):
        return True
    teasers = _teasers(body.blocks)
    listed = any(name in _LISTS for node in facts.nodes for name in jsonld.types(node))
    return teasers >= (3 if listed else 4)


def _teasers(blocks: list[Block]) -> int:
    """Count the linked headlines that have a few lines of their own below them; 0 where any of them has more."""
    headlines: set[str] = set()
    open_, length, sections = "", 0, 0
    for block in blocks:
        if block.link_share > 0.8 and not block.text.endswith("."):
            if len(block.text) >= (10 if _UNSPACED.search(block.text) else 25):
                if length >= 20:
                    headlines.add(open_)
                open_, length = block.text, 0
            continue
        length += len(block.text)
        sections += block.kind in ("h2", "h3", "h4")
        if length > 450:
            return 0
    teasers = len(({*headlines, open_} if length >= 20 else headlines) - {""})
    return teasers if teasers > sections else 0


def _is_linked(heading: etree._Element) -> bool:
    above = heading.getparent()
    if above is not None and above.tag == "a":
        return True
    words = len("".join(heading.itertext()).split())
    return any(2 * len("".join(a.itertext()).split()) > words > 2 for a in heading.iter("a"))
