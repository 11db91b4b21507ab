"""What class, id and role names tell of an element: the article's own text, or furniture around it.

Names are cut into words first (``c-RelatedArticles__list`` reads "c related articles list"), and the patterns
speak of whole words: "ad" is found in "ad-slot" and not in "shadow". Those that are asked most begin with the blank
before a word, which is found faster than a word's edge.
"""

from __future__ import annotations

import re
from functools import lru_cache

SURE, WEAK, SLIGHT = 3, 2, 1
"""How much a name says: whatever text the element holds; if it holds no more than a box does; no more than a label."""
_SIGNS = re.compile(r"[^A-Za-z0-9]+")
_BREAKS = re.compile(_SIGNS.pattern + r"|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_BODY = re.compile(
    r"""[ ](?:
    (?:article|story|news|post|entry|blog)\s?(?:body|text|content|copy|txt)|
    (?:body|content)\s(?:text|copy|article|body)|
    articlebody|storybody|bodytext|entrycontent|postcontent|articlecontent|articletext|newstext|fulltext|
    full\stext|rich\s?text|wysiwyg|prose|td\spost\scontent|instapaper\sbody|e\scontent
    )\b""",
    re.VERBOSE,
)
_STRONG = re.compile(
    r"""[ ](?:
    comments?|kommentare?|comentarios?|commentaires?|commenti|reacties|yorumlar|komentarze|disqus|commentlist|respond|
    replies|livefyre|
    related\w*|relacionad[ao]s?|relacion[ea]\w*|correlat[ie]|verwandt\w*|kanren|recirc\w*|
    recommend(?:ed|ations?|er)?|trending|mostread|most\s(?:read|viewed|popular|recent)|
    more\s(?:from|on|stories|news|articles|posts)|read\s(?:next|also)|also\sread|see\salso|up\snext|
    next\s(?:article|post|story)|prev(?:ious)?\s(?:article|post|story)|latest\s(?:news|posts|articles)|
    teasers?(?!\stext)|promos?|promo\w+|onward|further\sreading|
    outbrain|taboola|zergnet|revcontent|mgid|
    sponsor(?:ed|s)?|adverts?|advertisements?|advertising|advertorial|ads?|adslot|adsbygoogle|dfp|
    share|sharing|sharebar|sharedaddy|shares|social|socials|sociable|addthis|addtoany|sharethis|followus|
    newsletters?|infolettre|nieuwsbrief|nyhetsbrev|mailmag|subscribe|subscription|subscriptions|signup|sign\sup|
    mailchimp|optin|opt\sin|mc4wp|regwall|
    paywall\s(?:box|message|prompt|banner|overlay|cta|teaser|modal|wall|offer|notice)|piano|
    elementor\sposts|breadcrumbs?|crumbs?|pagination|pager|pagenavi|navbar|menu|menus|masthead|skip\slink|
    footer|colophon|site\sheader|page\sheader|
    author\s(?:bio|box|card|info|profile|about|details|desc\w*|block|section|area|meta|wrap\w*|container|name|image|
    avatar|list)|about\s(?:the\s)?authors?|authorbox|authors?|
    byline|bylines|bio|avatar|contributors?|
    taglist|tag\s(?:list|cloud|links)|tagcloud|cat\slinks|
    (?:post|entry|article|story|news|page|item)\s
    (?:meta|tools|actions|share|footer|nav|tags|tag|author|utility|header\smeta)|
    cookies?|cookiebanner|consent|gdpr|onetrust|
    cmp(?!\s[a-z])|cmp\s(?:banner|box|overlay|popup|modal|app|dialog|root|message|ui|layer)|
    popup|popover|rollover|hovercard|tooltip|toast|dialog|notification|
    captions?|figcaption|photocredit|captionlink|
    print\sonly|noprint|no\sprint|hide\sprint|donotprint|
    login|signin|sign\sin|register|account|searchform|
    donate|donation|donations|support\sus|membership|appeal|download\sapp|app\spromo|buy\sbox|
    speechkit|readspeaker|read\saloud|beyondwords|
    sr\sonly|visually\shidden|visuallyhidden|screen\sreader\s?(?:text|only)?|screenreader\w*|offscreen|a11y\shidden|
    jp\srelatedposts|wp\scaption|wp\sblock\slatest\sposts|wp\sblock\scategories|yarpp\w*|posts?\snavigation|
    mashsb\w*|heateor\w*|swp\w*|
    backtotop|back\sto\stop|scroll\stop
    )\b""",
    re.VERBOSE,
)
_WEAK = re.compile(
    r"""[ ](?:
    popular|latest|more\s(?:info|to)|
    widgets|widget\s(?:area|title|recent|categories|tag|search|archive|meta|nav|custom|popular|social|news|posts?)|
    sidebar|side\sbar|rail|right\s(?:rail|column|col)|nav|navigation|toolbar|
    (?:post|entry|article|story|news|page|item)\s(?:info|date|details)|
    metadata|meta|follow|
    modal|overlay|lightbox|banner|credits?|copyright|legend|(?:res)?gallery|galleria|galerie|slideshow|
    (?:img|pic|pict|image|photo|foto|bild)\s?(?:box\w?|wrap\w*|container|holder|block|desc\w*|title|info)|
    player|jwplayer|playlist|video\s(?:player|container|wrap\w*|caption|title|meta|info)|carousel|slider|swiper|
    ratings?|star\srating|poll|quiz|survey|votes?|disclaimers?|
    ctas?|call\sto\saction|affiliate\w*|audio\splayer|listen|
    wp\sblock\sbutton|disclosure|print\sfooter|btn|button|buttons|faux\sbutton
    )\b""",
    re.VERBOSE,
)
_SLIGHT = re.compile(
    r"""[ ](?:
    toc|ez\stoc|table\sof\scontents|tags|keywords|topics|topic\slist|search|read\smore|readmore|
    timestamp|pub\s?date|published|posted\son|publish\s?date|post\sdate|reading\stime|read\stime|
    (?:img|pic|pict|image|photo|foto|bild)\s?text
    )\b""",
    re.VERBOSE,
)
_UNSEEN = re.compile(
    r"\b(?:print\sonly|noprint|no\sprint|hide\sprint|donotprint|sr\sonly|visually\s?hidden|offscreen|a11y\shidden|"
    r"screen\s?reader\w*)\b"
)
_HIDDEN = re.compile(r"(?:^|\s)(?:(?:is|js|u)-|\w{1,9}:)?hidden(?!\S)", re.IGNORECASE)
"""A class of its own. Within another ("field--label-hidden", "overflow-hidden") it speaks of something else: of 64
blocks on real pages that have such a class none is the article's, of 62 whose classes hold the word 34 are."""
_MAIN = re.compile(
    r"\b(?:content|main|article|post|story|entry|conteudo|conteúdo|contenido|contenu|inhalt|artikel|beitrag|noticia|"
    r"nota|articolo|single|primary)\b"
)
_LAYER = re.compile(
    r"\b(?:consent|onetrust|cookie(?:s|banner)?|gdpr|cmp(?! [a-z])|privacy|comments?|commentlist|disqus|livefyre|"
    r"lightbox|modal)\b"
)
_ACCORDION = re.compile(r"\b(?:accordion|faq|faqs|question|collapse|collapsible|toggle content|expand content)\b")
_CONSENT = re.compile(r"\b(?:consent|onetrust|ot sdk|cookie(?:s|banner)?|gdpr|cmp(?! [a-z])|privacy|policy)\b")
_FOLDED = re.compile(r" (?:accordions?|faqs?)\b")
_EMBED = re.compile(
    r" (?:(?<!\bw )embed|embeds|embedded|embetty|opt ?in|external content|oembed|consent placeholder|video embed)\b"
)
_NOT_FURNITURE = re.compile(
    r"\belementor (?:widget|element)\b(?! (?:widget )?(?:container )?(?:share|posts|nav|author|search|form|social))|"
    r"\bno sidebar\b|\bsidebar (?:right|left|none|off)\b|\b(?:with|has|without) sidebar\b|\bw3 code\b|"
    r"\b(?:social|twitter|instagram|facebook|tiktok|tweet|media) (?:media )?(?:embed|tweet|media|post|rich)\b|"
    r"\bembed (?:social|twitter)\b"
)
_LEAD = re.compile(
    r"\b(?:stand ?first|lead|lede|leads|intro|introduction|summary|deck|dek|sub ?title|sub ?headline|sub ?head|"
    r"preamble|excerpt|vorspann|sapo|chapo|chapeau|sommario|ingress|entradilla|bajada|strap ?line|teaser ?text|"
    r"article description|article ?header description|kurzfassung|anriss|untertitel|sumario|sumari|bigode|linha fina|"
    r"ozet|spot|abstract|underrubrik|manchet)\b"
)
_ERROR_PAGE = re.compile(
    r"\b(?:error ?(?:page|404|403|410|500)|(?:page|http) ?404|404 ?(?:page|error)|(?:page )?not ?found)\b"
)
_ROLES = frozenset((
    "navigation", "complementary", "banner", "contentinfo", "search", "dialog", "alertdialog", "alert", "menu",
    "menubar", "toolbar", "tablist", "button", "form", "tooltip", "doc-endnotes",
))  # fmt: skip
_HIDDEN_ROLES = frozenset(("dialog", "alertdialog", "tooltip"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def words_of(name: str) -> str:
    """Cut a class or id value into lower-case words.

    >>> words_of("c-RelatedArticles__list postMeta")
    'c related articles list post meta'
    """
    name = name[:400]
    breaks = _SIGNS if name.islower() else _BREAKS
    return breaks.sub(" ", name).strip().lower()


def _words(class_name: str, identifier: str = "") -> str:
    """Return the words of both names, each after a blank; the point between keeps phrases apart."""
    return f" {words_of(class_name)} . {words_of(identifier)}"


@lru_cache(maxsize=20_000)
def names_furniture(class_name: str, identifier: str) -> int:
    """Tell whether an element's names say that it is no text of the article: SURE, WEAK, SLIGHT or 0 for no.

    >>> [names_furniture(name, "") for name in ("article-related", "slider", "toc", "shadow")]
    [3, 2, 1, 0]
    """
    long = words_of(identifier).count(" ") > 3  # an id of so many words is a heading's anchor
    words = _words(class_name, "" if long else identifier)
    if _STRONG.search(words):
        said = SURE
    elif _WEAK.search(words) or _is_hidden(class_name):
        said = WEAK
    else:
        said = SLIGHT if _SLIGHT.search(words) else 0
    return 0 if said and (_NOT_FURNITURE.search(words) or _BODY.search(words) or _FOLDED.search(words)) else said


def _is_hidden(class_name: str) -> bool:
    return "hidden" in class_name.lower() and _HIDDEN.search(class_name[:400]) is not None


@lru_cache(maxsize=20_000)
def names_hidden(class_name: str) -> bool:
    """Whether a class name says that readers do not see the element, or only on paper or by ear."""
    return _is_hidden(class_name) or bool(_UNSEEN.search(words_of(class_name)))


@lru_cache(maxsize=20_000)
def names_body(class_name: str, identifier: str) -> bool:
    """Whether an element's names say that it holds the article's text."""
    return bool(_BODY.search(_words(class_name, identifier)))


@lru_cache(maxsize=20_000)
def names_main(class_name: str, identifier: str) -> bool:
    """Whether names say that an element is the main part of its page."""
    return bool(_MAIN.search(_words(class_name, identifier)))


@lru_cache(maxsize=20_000)
def names_layer(class_name: str, identifier: str) -> bool:
    """Whether names say that an element is a layer or a thread beside the article, however much text it holds."""
    return bool(_LAYER.search(_words(class_name, identifier)))


@lru_cache(maxsize=20_000)
def names_accordion(class_name: str) -> bool:
    """Whether a button's names say that it is a heading which unfolds its text."""
    return bool(_ACCORDION.search(words_of(class_name)))


@lru_cache(maxsize=20_000)
def names_consent(class_name: str, identifier: str) -> bool:
    """Whether names say that an element asks for consent to cookies."""
    return bool(_CONSENT.search(_words(class_name, identifier)))


@lru_cache(maxsize=20_000)
def names_embed(class_name: str) -> bool:
    """Whether a class name says that an element shows something of another site."""
    return bool(_EMBED.search(_words(class_name)))


@lru_cache(maxsize=20_000)
def names_lead(names: str) -> bool:
    """Whether a class name says that an element holds the article's lead, or standfirst."""
    return bool(_LEAD.search(words_of(names)))


@lru_cache(maxsize=2_000)
def names_error(names: str) -> bool:
    """Whether the names of <body> say that the page tells of an error.

    >>> names_error("error404 wp-theme"), names_error("article-404021")
    (True, False)
    """
    return bool(_ERROR_PAGE.search(words_of(names)))


def role_is_furniture(role: str | None) -> bool:
    """Whether an ARIA role excludes the article's text."""
    return role is not None and role.strip().lower() in _ROLES


def role_hides(role: str | None) -> bool:
    """Whether an ARIA role says that the element opens above the text."""
    return role is not None and role.strip().lower() in _HIDDEN_ROLES


def style_hides(style: str | None) -> bool:
    """Whether a style attribute hides its element."""
    return style is not None and _HIDDEN_STYLE.search(style) is not None
