"""Words that mark an address or an element as navigation rather than an article, in many languages.

They are words that sites of all kinds share; no word here belongs to one site.
"""

from __future__ import annotations


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
