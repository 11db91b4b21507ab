"""How sites say, in a headline, that there is no such page or that it cannot be shown."""

from __future__ import annotations

import re

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
