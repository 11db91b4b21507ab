"""The shape of an address: how much it looks like an article's, and the pattern it has in common with others.

Nothing here knows a site. A long slug, a date, an identifier speak for an article; few short words, list and service
words speak against it: words in many languages that sites of all kinds share. From known articles a site's own pattern
is learned.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from newsbot.web.dates import names_day, names_month
from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LISTING_SEGMENTS = _words(
    """
    tag tags topic topics tema temas thema themen themes theme sujet sujets argomenti etiqueta etiquetas
    etichete keyword keywords category categories categoria categorias categorie kategorie kategoria
    kategori cat section sections rubrik rubriken rubrique rubriques author authors autor autoren
    autores auteur auteurs autore autori author-profile people profile profiles profil contributor
    contributors columnist columnists columnistas journalist journalists by staff team user users member
    members archive archives archiv archivo archivio arsip page pages seite pagina search suche buscar
    recherche cerca zoeken szukaj find results label labels hashtag series collection collections
    dossier dossiers special-coverage latest newest trending popular most-read mas-leidas newsletter
    newsletters feed feeds rss atom sitemap index-of calendar kalender gallery-index quotes quote-page
    stocks wetter weather horoscope tv-guide programme
    """
)
"""Path segments under which lists live: /tag/economy, /author/jo."""

SERVICE_WORDS = _words(
    """
    about about-us aboutus ueber-uns uber-uns impressum imprint kontakt contact contacts contact-us
    contactus contacto contatti contactez-nous privacy privacy-policy datenschutz privacidad
    confidentialite cookies cookie cookie-policy terms terms-of-use terms-of-service
    terms-and-conditions tos agb nutzungsbedingungen legal legal-notice aviso-legal mentions-legales
    disclaimer conditions cgu cgv login log-in signin sign-in signup sign-up register registration
    anmelden registrieren registrarse connexion inscription logout account my-account mein-konto konto
    compte cuenta subscribe subscription subscriptions abo abonnement abonnieren abonnements suscripcion
    suscripciones suscribete abbonati abbonamenti donate donation donations spenden support help hilfe
    faq faqs ayuda aide jobs careers karriere stellenmarkt empleo shop store tienda boutique advertise
    advertising werbung mediadaten publicidad publicite anzeigen inserieren newsletter newsletters
    podcast-app app apps mobile epaper e-paper e-edition rss feeds sitemap site-map sitemaps
    accessibility barrierefreiheit corrections ethics masthead editorial-guidelines standards press
    press-room games puzzles crossword sudoku coupons gutscheine vouchers competitions gewinnspiele
    wp-admin wp-login.php wp-json xmlrpc.php redirect redirects click out cgi-bin comment comments share
    print email mailto embed amp oembed do-not-sell manage-preferences preferences settings checkout
    cart warenkorb
    """
)
"""Path segments of a site's service pages."""

QUERY_SERVICE = _words(
    """
    action filter login order print q query redirect replytocom return returnurl s search share sort
    """
)
"""Query parameters of pages that are no articles."""

CHROME_TOKENS = _words(
    """
    nav navi navbar navigation menu menus submenu megamenu footer breadcrumb breadcrumbs crumbs social
    share sharing sharebar toolbar topbar login signin cookie consent subscribe newsletter pagination
    pager paging tags tag taglist tagcloud keywords topics byline author authors bio languages lang
    langswitch skip skiplink copyright legal imprint servicelinks quicklinks ticker-nav offcanvas drawer
    hamburger weather widget-weather ad ads advert sponsored promo-nav categories category-list
    cat-links kicker overline eyebrow
    """
)
"""Tokens in class and id names of what surrounds articles."""

STORY_TOKENS = _words(
    """
    article articles story stories headline headlines teaser teasers card cards post posts entry entries
    news item-title title hed summary lead feature featured river listing latest noticia noticias nota
    artikel beitrag titre titulo
    """
)
"""Tokens in class and id names of what carries links to articles."""

NEXT_WORDS = _words(
    """
    next older more nextpage weiter nächste vorwärts ältere suivant suivante
    suivants siguiente siguientes próxima próximo proxima proximo seguinte
    successiva successivo succ avanti volgende nästa neste næste seuraava
    następna następne dalej další következő ileri sonraki далее следующая
    следующий вперед наступна далі επόμενη التالي التالية בא הבא अगला ถัดไป tiếp
    次 次へ 次のページ もっと見る 下一页 下一頁 下页 下頁 다음 selanjutnya berikutnya ifuatayo следваща
    inainte următoarea › » → > >> ›› ⟩ ❯
    """
)
"""First words (or signs) of links to the next page of a list."""

MORE_PHRASES = _words(
    """
    alle_anzeigen comments continue_reading devamını_oku full_story kommentare leer_mas leer_más
    lees_meer leggi_tutto leia_mais les_mer lire_la_suite läs_mer mehr mehr_lesen more photos read_more
    see_all share tout_voir ver_más ver_todo video view_all voir_tout weiterlesen читать_далее
    اقرأ_المزيد 続きを読む 阅读更多 더보기
    """
)
"""Anchor texts that say nothing of what is behind them (words joined by underscores)."""

_ASSET = re.compile(
    r"\.(?:(?P<word>mp4|mp3|zip|gz|rar|exe|apk|dmg|css|js|json|xml|rss|atom|txt|csv|ics|gif|svg|ico|wav)|"
    r"jpe?g|png|webp|avif|bmp|m4a|m3u8|mov|webm|pdf|docx?|xlsx?|pptx?|epub|woff2?)$",
    re.I,
)
"""Endings of files; ``word``: of those that headlines end in, too (moving-to-node.js)."""
_FOLDERS = _words(
    """
    assets asset static dist build js css scripts script styles lib libs vendor img images image media files file
    uploads upload downloads download docs documents attachments wp-content wp-includes themes plugins resources data
    bundles public fonts api audio video feed feeds rss atom xml sitemap sitemaps
    """
)
"""Where files lie."""
_FILE_WORDS = _words(
    "min bundle jquery bootstrap sitemap feed rss atom index manifest robots ads main app config polyfills"
)
_SLUG_WORDS = 3
"""Words of a name that is a headline rather than a file's."""
_EXTENSION = re.compile(r"\.(?:s?html?|xhtml|php\d?|aspx?|jsp|cms|ece|story|do|cfm)$", re.I)
_PAGE = re.compile(r"(?:^|/)(?:page|p|seite|pagina|pag|strona|sida)[-/_]?\d{1,4}/?$", re.I)
_BARE_NUMBER = re.compile(r"(?:19|20)\d\d|\d{1,2}")
_LONG_NUMBER = re.compile(r"\d{5,}")
_UUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[0-9a-f]{16,40}$", re.I)
_SPLIT = re.compile(r"[-_+.,~ :]+")
_ID_PARAMETER = re.compile(
    r"(?:^|_)(?:id|idx|no|num|nid|aid|sid|cid|pid|p|key|seq|code|article|news|story|post)$|id$|no$", re.I
)
WIDE = re.compile(f"[{HAN_AND_KANA}{THAI_LAO_BURMESE_KHMER}\uac00-\ud7a3]")
"""Characters two of which count as a word."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What the parts of an address add to its score, for an article or against one.

    Chosen by hand: with them, each style of address on each make of page in tests/test_links.py is told right.
    """

    home: float = -9.0
    words: tuple[float, ...] = (-1.0, -0.8, 0.3, 1.5, 2.4, 3.0)
    """By the number of words of its wordiest part: 0, 1, 2, 3, 4, more."""
    day: float = 2.0
    month: float = 1.2
    identifier: float = 1.6
    """In one of its last two parts; identifier_before in the third last."""
    identifier_before: float = 0.8
    parameter: float = 2.0
    """An identifier as a parameter."""
    extension: float = 0.5
    """.html and the like."""
    service: float = -6.0
    """A word of service pages in its first or last part; service_between in another one."""
    service_between: float = -2.0
    service_query: float = -6.0
    listing: float = -5.0
    """A word of lists; listing_numbered with a slug and a long number at the end, listing_deep with one far below."""
    listing_numbered: float = -2.0
    listing_deep: float = -0.5
    page: float = -5.0
    """The number of a page."""
    bare_number: float = -2.5
    """A year or a number of one or two digits as its last part."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What known articles of a site say of an address."""

    enough: int = 8
    """Known articles with which what they say counts in full; of fewer, in proportion."""
    common: int = 3
    """How many patterns cover most of a site's articles ..."""
    covered: float = 0.6
    """... if they have a larger share of the known ones. Then an address of another pattern has against."""
    against: float = -3.0
    place: int = 5
    """Known articles that must have a word at a place for it to belong to the pattern ..."""
    words_of_place: int = 10
    """... of which one in so many, at most, is another word."""
    least: float = 1.5
    """For an address of a pattern that known articles have, and more the more have it ..."""
    more: float = 2.5
    full: int = 3
    """... up to one in so many."""


WEIGHTS, LEARNING = Weights(), Learning()


@dataclass(frozen=True, slots=True)
class Shape:
    """What an address looks like."""

    score: float
    """The sum of its parts' weights: over 2 speaks for an article, under 0 against one."""
    pattern: tuple[str, ...]
    """One class name a path part: WORD, SLUG, NUM, DATE, ID …; alike for the articles of a site."""
    words: tuple[str, ...]
    """The literal parts at the places where the pattern says WORD."""
    slug_words: int

    @property
    def has_id(self) -> bool:
        """Whether an identifier stands in it, as a part of its own, at a slug's end or as a parameter."""
        return any(_is_identifier(part) or part == "?NUM" or part[-1] == "#" for part in self.pattern)


@lru_cache(maxsize=16_384)
def shape_of(url: str) -> Shape:
    """Describe the shape of an absolute address.

    >>> shape_of("https://example.org/2026/11/20/harbour-strike-ends-after-talks").score > 3
    True
    >>> shape_of("https://example.org/tag/economy").score < 0
    True
    >>> shape_of("https://example.org/news/world-12345678").pattern
    ('WORD', 'WORD-NUM')
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    segments = [segment for segment in path.split("/") if segment]
    query = parse_qsl(parts.query, keep_blank_values=True)
    if not segments and not query:
        return Shape(WEIGHTS.home, (), (), 0)
    pattern, words = [], []
    slug_words = 0
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        name, count = _classify(_EXTENSION.sub("", segment) if last else segment)
        pattern.append(name + (":ext" if last and _EXTENSION.search(segment) else ""))
        if name == "WORD":
            words.append(segment.lower())
        slug_words = max(slug_words, count)
    ids = [key for key, value in query if _ID_PARAMETER.search(key) and re.search(r"\d", value)]
    bare = [key for key, value in query if not value and key.isdigit()]
    pattern += ["?NUM"] if bare else [f"?{key}{'#' if key in ids else ''}" for key, _ in query]

    score = WEIGHTS.words[min(slug_words, len(WEIGHTS.words) - 1)]
    if names_day(path):
        score += WEIGHTS.day
    elif names_month(path):
        score += WEIGHTS.month
    if any(_is_identifier(part) for part in pattern[-2:]):
        score += WEIGHTS.identifier
    elif any("NUM" in part or "ID" in part for part in pattern[-3:]):
        score += WEIGHTS.identifier_before
    if ids or bare:
        score += WEIGHTS.parameter
    if segments and _EXTENSION.search(segments[-1]):
        score += WEIGHTS.extension
    score += _against(segments, slug_words, path, [key.lower() for key, _ in query])
    return Shape(score, tuple(pattern), tuple(words), slug_words)


def _classify(segment: str) -> tuple[str, int]:
    """The class of a path segment and how many words it holds."""
    if segment.isdigit():
        length = len(segment)
        if length == 4 and segment[:2] in ("19", "20"):
            return "YEAR", 0
        return ("NN" if length <= 2 else "NUM"), 0
    if _UUID.match(segment):
        return "UUID", 0
    parts = [part for part in _SPLIT.split(segment) if part]
    words = [part for part in parts if any(c.isalpha() for c in part) and not _is_id(part)]
    count = len(words)
    wide = len(WIDE.findall(segment))
    if wide >= 4:
        count = max(count, wide // 2)
    number = any(_LONG_NUMBER.search(part) for part in parts)
    coded = any(_is_id(part) for part in parts)
    suffix = "-NUM" if number else "-ID" if coded else ""
    if not words:
        return ("NUM" if number else "ID" if coded else "DATE" if names_day(segment) else "NN"), 0
    return ("SLUG" if count >= 2 else "WORD") + suffix, count


def _is_id(part: str) -> bool:
    """Whether a part is a code that no one reads: digits and letters mixed, or six digits."""
    digits = sum(c.isdigit() for c in part)
    if digits == len(part):
        return digits >= 5
    return part.isascii() and len(part) >= 6 and digits >= 2 and 0 < digits < len(part)


def _is_identifier(part: str) -> bool:
    """Whether a part of a pattern is an identifier, or ends in one."""
    return part.startswith(("NUM", "ID", "UUID")) or "-NUM" in part or "-ID" in part


def _against(segments: list[str], slug_words: int, path: str, keys: list[str]) -> float:
    """Return what speaks against an article: words of lists and of service pages, page numbers."""
    lowered = [_EXTENSION.sub("", segment.lower()) for segment in segments]
    against = 0.0
    if any(segment in SERVICE_WORDS for segment in lowered):
        at_end = lowered[-1] in SERVICE_WORDS or lowered[0] in SERVICE_WORDS
        against += WEIGHTS.service if at_end else WEIGHTS.service_between
    listing = [index for index, segment in enumerate(lowered) if segment in LISTING_SEGMENTS]
    if listing:
        # /archive/2026/11/a-long-slug is an article, /tag/a-long-slug is not, /columnists/a-long-slug-1234567 may be.
        below = len(lowered) - 1 - listing[-1]
        deep = below >= 2 and (slug_words >= 3 or (below >= 4 and names_day(path)))
        numbered = slug_words >= 3 and _LONG_NUMBER.search(lowered[-1])
        against += WEIGHTS.listing_deep if deep else WEIGHTS.listing_numbered if numbered else WEIGHTS.listing
    if _PAGE.search(path):
        against += WEIGHTS.page
    if any(key in QUERY_SERVICE for key in keys):
        against += WEIGHTS.service_query
    if lowered and _BARE_NUMBER.fullmatch(lowered[-1]) and slug_words < 3:
        against += WEIGHTS.bare_number
    return against


def is_page(url: str, *, listed: bool = False) -> bool:
    """Whether an address may be a page at all: no image, feed, archive or document.

    One that ends in what headlines end in too is a page if it has a slug of three words; ``listed``: a sitemap says
    that it is one, so that a date in its path will do. Where files lie, all are files.

    >>> is_page("https://example.org/a.jpg"), is_page("https://example.org/a.html")
    (False, True)
    >>> is_page("https://example.org/news/moving-to-node.js"), is_page("https://example.org/assets/a-b-c.js")
    (True, False)
    >>> is_page("https://example.org/2026/11/node.js"), is_page("https://example.org/2026/11/node.js", listed=True)
    (False, True)
    """
    path = urlsplit(url).path
    ending = _ASSET.search(path)
    if ending is None:
        return True
    *folders, name = unquote(path[: ending.start()]).lower().split("/")
    words = [word for word in _SPLIT.split(name) if word]
    if not ending["word"] or not _FOLDERS.isdisjoint(folders) or not _FILE_WORDS.isdisjoint(words):
        return False
    spoken = sum(any(sign.isalpha() for sign in word) for word in words) + len(WIDE.findall(name)) // 2
    return spoken >= _SLUG_WORDS or (listed and spoken > 0 and names_month("/".join((*folders, ""))))


@dataclass(slots=True)
class Learned:
    """What the known articles of a site have in common."""

    total: int = 0
    patterns: Counter[tuple[str, ...]] = field(default_factory=Counter)
    words: dict[tuple[str, ...], list[Counter[str]]] = field(default_factory=dict)

    def judge(self, shape: Shape) -> float:
        """Return what the site's pattern adds to a score: up to 4 for, down to -3 against."""
        if not self.total:
            return 0.0
        trust = min(1.0, self.total / LEARNING.enough)
        share = self.patterns.get(shape.pattern, 0) / self.total
        if share == 0:
            covered = sum(count for _, count in self.patterns.most_common(LEARNING.common)) / self.total
            return LEARNING.against * trust * covered if covered > LEARNING.covered else 0.0
        for place, word in zip(self.words.get(shape.pattern, []), shape.words, strict=False):
            # A place that holds one of very few words in all known articles is part of the pattern.
            seen = place.total()
            if word not in place and seen >= LEARNING.place and len(place) <= max(1, seen // LEARNING.words_of_place):
                return LEARNING.against * trust
        known = min(1.0, share * LEARNING.full)
        return (LEARNING.least + LEARNING.more * known) * (0.5 + 0.5 * trust)


def learn(urls: Iterable[str]) -> Learned:
    """Learn the pattern of a site's articles from addresses that are known to be articles.

    >>> known = [f"https://example.org/articles/c{n}x8yz{n}q" for n in range(12, 24)]
    >>> learned = learn(known)
    >>> learned.judge(shape_of("https://example.org/articles/c77d4kfz2")) > 2
    True
    >>> learned.judge(shape_of("https://example.org/topics/c77d4kfz2")) < 0
    True
    """
    learned = Learned()
    for url in urls:
        shape = shape_of(url)
        learned.total += 1
        learned.patterns[shape.pattern] += 1
        places = learned.words.setdefault(shape.pattern, [Counter() for _ in shape.words])
        for place, word in zip(places, shape.words, strict=False):
            place[word] += 1
    return learned
