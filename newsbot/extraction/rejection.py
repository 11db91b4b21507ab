"""Pages that are no article: error pages, login walls, lists of articles, players without a text.

A page is judged by what it says itself; a feed's title and date are hints and make no article of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import urlsplit

from lxml import etree

from newsbot.extraction.body import Body
from newsbot.extraction.class_names import names_error
from newsbot.extraction.document import Document, ExtractionError
from newsbot.extraction.fields import Facts, paywalled
from newsbot.extraction.render import Block
from newsbot.web import jsonld
from newsbot.web.text import DENSE, raw_text


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides, in characters of text or numbers of headlines.

    None of 376 real articles is refused by them (docs/decisions/0002-extraction.md).
    """

    article: int = 120
    """A shorter text is no article; in dense scripts, article_dense."""
    article_dense: int = 40
    error_text: int = 2500
    """A page with a longer text is no error page, whatever its headline says."""
    error_headline: int = 120
    """A headline that tells of an error is shorter."""
    login_text: int = 600
    """A page with a field for a password and a longer text is no login wall."""
    login_headline: int = 40
    """A headline with words of a login makes it one, if it is shorter: news can be about passwords."""
    links: int = 300
    """A page without an article, and with more characters of links than this and than links_share times its text, is a
    section page."""
    links_share: float = 3.0
    sentence: int = 40
    """A shorter line is no sentence; in dense scripts, sentence_dense."""
    sentence_dense: int = 15
    home_headlines: int = 3
    """Linked headlines with which a site's first page is a list."""
    headlines: int = 4
    """Linked headlines with which another page is a list, if no line of its text has paragraph characters and there are
    not text_a_headline characters of text for each."""
    paragraph: int = 250
    text_a_headline: int = 150
    teasers: int = 4
    """Linked headlines with a few lines each with which a page is a list; where its data says so, teasers_of_list."""
    teasers_of_list: int = 3
    teaser_link: float = 0.8
    """A teaser's headline has a larger share of links ..."""
    teaser_headline: int = 25
    """... and so many characters; in dense scripts, teaser_headline_dense."""
    teaser_headline_dense: int = 10
    teaser_text: int = 20
    """Its text has so many; where one has more than longest_teaser, or what stands above the first has, the page is no
    list."""
    longest_teaser: int = 450


LIMITS = Limits()
_STOP = re.compile(r"[.!?…。！？؟।۔]|[\u0e00-\u0e7f]{20}")
_COPYRIGHT = re.compile(r"©|\(c\)|copyright", re.IGNORECASE)
_LOGIN = re.compile(
    r"log[\s-]?(?:in|on)\b|sign[\s-]?in\b|subscrib|subscription|\bregister\b|registrier|passwor[td]|kennwort|"
    r"welcome back|anmelde[nt]|anmeldung|einloggen|abonn|connexion|connecte[rz]|mot de passe|iniciar sesi[oó]n|suscr|"
    r"contraseña|accedi\b|registrati\b|iniciar sessão|assin(?:e|ar|ante)\b|senha\b|inloggen|wachtwoord|logga in|"
    r"lösenord|log(?:g|ge) ind?\b|adgangskode|kirjaudu|salasana|zaloguj|hasło|přihlá|heslo\b|prihlás|bejelentkez|"
    r"jelszó|autentificar|parola (?:ta|dvs)|prijavi se|lozink|войти|вход на сайт|подписк|пароль|увійти|передплат|"
    r"абонамент|σύνδεση|συνδεθείτε|κωδικό|giriş yap|üye ol|şifre|تسجيل الدخول|كلمة المرور|اشتر[كا]|ورود به|رمز عبور|"
    r"התחבר|סיסמ|लॉग ?इन|पासवर्ड|লগ ?ইন|เข้าสู่ระบบ|รหัสผ่าน|đăng nhập|mật khẩu|kata sandi|"
    r"ログイン|会員|パスワード|登录|登入|密码|密碼|로그인|비밀번호",
    re.IGNORECASE,
)
_STATED = ("json-ld", "opengraph", "meta")
"""Origins of a date that the page states of itself; lists have dates of others, and a feed is not the page."""
_HEADLINES = ("h2", "h3", "h4")
_LISTS = frozenset({"collectionpage", "itemlist", "searchresultspage", "profilepage"})

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
    r"just a moment|are you (?:a )?(?:robot|human)|enable javascript|web server is down\W*$|"
    r"error establishing a database|^\W*database (?:connection )?error\W*$|^\W*(?:429\W*)?too many requests\W*$|"
    r"unusual traffic from your|pardon our interruption|"
    r"^\W*(?:we.ll be )?(?:right back|back (?:soon|shortly))\W*$|^\W*(?:under|scheduled|site) maintenance\W*$",
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
_TRACE = re.compile(
    r"\b(?:fatal|parse) error\b\W*:|\buncaught \w*(?:error|exception)\b|traceback \(most recent call last\)|"
    r"\bstack ?trace\s*:|\bSQLSTATE\[|\berror in your SQL syntax\b|\bat [\w.$]+\(\w+\.\w+:\d+\)",
    re.IGNORECASE,
)
TRACE_REACH = 300
"""Characters at the beginning of a text in which a program that has failed says so."""


def refuse(document: Document, facts: Facts, body: Body) -> None:
    """Raise ExtractionError for a page that is no article."""
    text, length = body.text, len(body.text)
    stated = facts.origins["published"] in _STATED or facts.node is not None
    if not stated and length < LIMITS.error_text:
        _refuse_error_page(document, facts)
    if not stated and (trace := _TRACE.search(text, 0, TRACE_REACH)):
        raise ExtractionError("error_page", f"the text begins with {trace[0]}")
    if document.password and length < LIMITS.login_text and _asks_to_log_in(facts, text, stated):
        raise ExtractionError("login_wall", f"{length} characters of text and a password field")
    links = f"{body.weights.linked:.0f} characters of links, {length} of text"
    if not stated and _is_section(facts, body):
        raise ExtractionError("section_page", links)
    video = _shows_video(document, facts)
    if video and facts.node is None and body.origin == "html" and _prose(body.own) < LIMITS.article:
        raise ExtractionError("video_shell", f"{_prose(body.own)} characters of sentences beside a player")
    if length < LIMITS.article and (length < LIMITS.article_dense or not DENSE.search(text)):
        if paywalled(facts):
            raise ExtractionError("login_wall", f"{length} characters of text, and the page says that it is not free")
        if video:
            raise ExtractionError("video_shell", f"{length} characters of text beside a player")
        if body.weights.linked > max(LIMITS.links_share * body.weights.total, LIMITS.links):
            raise ExtractionError("section_page", links)
        raise ExtractionError("too_short" if text else "no_body", f"{length} characters of text, by {body.engine}")
    if not facts.title:
        raise ExtractionError("no_title", text[:100])


def _refuse_error_page(document: Document, facts: Facts) -> None:
    for heading in (*facts.headings, facts.tags_of_head.title):
        if says_error(heading):
            raise ExtractionError("error_page", heading)
    names = f"{document.body.get('class') or ''} {document.body.get('id') or ''}"
    if names_error(names):
        raise ExtractionError("error_page", f"the page is of class {names.strip():.80}")


def says_error(heading: str) -> bool:
    """Whether a headline is an error page's.

    >>> says_error("404"), says_error("Error 404 - Page not found"), says_error("Die Seite wurde nicht gefunden")
    (True, True, True)
    >>> says_error("500 jobs to go at the harbour"), says_error("Missing climber not found after a week")
    (False, False)
    """
    return len(heading) < LIMITS.error_headline and _ERROR.search(heading) is not None


def _asks_to_log_in(facts: Facts, text: str, stated: bool) -> bool:
    """Whether a page with a field for a password is about that: many an article has one in its header or a box.

    A log-in page says so where an article has its headline and its text. Of a page that states an article's data,
    sentences that ask for nothing of the kind are the article.
    """
    if len(facts.title) < LIMITS.login_headline and _LOGIN.search(facts.title):
        return True
    if stated and _prose("\n".join(line for line in text.split("\n") if not _LOGIN.search(line))) >= LIMITS.article:
        return False
    return any(map(_LOGIN.search, (*facts.headings, text)))


def _shows_video(document: Document, facts: Facts) -> bool:
    declared = facts.tags_of_head.first("og:type").lower().startswith("video")
    return declared or document.players > 0 or any("videoobject" in jsonld.types(node) for node in facts.nodes)


def _prose(text: str) -> int:
    """Count the characters of a text's sentences: not of labels, menus and copyright notices."""
    least = LIMITS.sentence_dense if DENSE.search(text) else LIMITS.sentence
    return sum(
        len(line)
        for line in text.split("\n")
        if len(line) >= least and _STOP.search(line) and not _COPYRIGHT.search(line)
    )


def _is_section(facts: Facts, body: Body) -> bool:
    """Whether a page lists articles: a home page, or linked headlines with a line or two below each."""
    if facts.tags_of_head.first("og:type").lower() == "article":
        return False
    linked = sum(_is_linked(heading) for heading in body.container.iter(*_HEADLINES))
    parts = urlsplit(facts.url)
    if parts.path.strip("/") == "" and not parts.query:
        return linked >= LIMITS.home_headlines or body.weights.linked > body.weights.total
    if _opening(body.blocks) > LIMITS.longest_teaser:
        return False
    longest = max(map(len, body.text.split("\n")), default=0)
    if linked >= LIMITS.headlines and longest < LIMITS.paragraph and len(body.text) < LIMITS.text_a_headline * linked:
        return True
    listed = any(name in _LISTS for node in facts.nodes for name in jsonld.types(node))
    return _teasers(body.blocks) >= (LIMITS.teasers_of_list if listed else LIMITS.teasers)


def _opening(blocks: list[Block]) -> int:
    """Count the characters of sentences above the first linked headline: an article has them there, a list has not."""
    above = takewhile(lambda block: not _is_teaser_headline(block), blocks)
    return _prose("\n".join(block.text for block in above if block.link_share <= LIMITS.teaser_link))


def _is_teaser_headline(block: Block) -> bool:
    """Whether a block is a link that is as long as a headline, and no sentence."""
    if block.link_share <= LIMITS.teaser_link or block.text.endswith("."):
        return False
    dense = DENSE.search(block.text)
    return len(block.text) >= (LIMITS.teaser_headline_dense if dense else LIMITS.teaser_headline)


def _is_linked(heading: etree._Element) -> bool:
    above = heading.getparent()
    if above is not None and above.tag == "a":
        return True
    links = list(heading.iter("a"))
    words = len(raw_text(heading).split()) if links else 0
    return any(2 * len(raw_text(link).split()) > words > 2 for link in links)


def _teasers(blocks: list[Block]) -> int:
    """Count the linked headlines that have a few lines of their own below them; 0 where any of them has more."""
    headlines: set[str] = set()
    headline, length, sections = "", 0, 0
    for block in blocks:
        if _is_teaser_headline(block):
            if length >= LIMITS.teaser_text:
                headlines.add(headline)
            headline, length = block.text, 0
            continue
        if block.link_share > LIMITS.teaser_link and not block.text.endswith("."):
            continue
        length += len(block.text)
        sections += block.kind in _HEADLINES
        if length > LIMITS.longest_teaser:
            return 0
    if length >= LIMITS.teaser_text:
        headlines.add(headline)
    teasers = len(headlines - {""})
    return teasers if teasers > sections else 0
