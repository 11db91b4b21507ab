"""Who wrote an article: the page's witnesses in their order, and the names in what they say.

    of the article    JSON-LD, meta tags that speak of the article
    of the page       meta tags that as often name the publisher: believed where the page shows the name at its headline
    marked            bylines that microdata, rel=author, a class or an id tells: near the headline, then elsewhere
    labelled          bylines after a label near the headline
    unlabelled        bylines in bold above the text, after the page's one label
    the feed

The first that names a person is believed, and a later statement only where it names others with him. What names
only the house (the site, its publisher, an organization, a desk such as "Staff") stands where nobody else is named.
The author of a comment, a teaser or a picture, and a name within a sentence, is none of the article's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import unescape
from itertools import chain, dropwhile, islice, takewhile
from typing import Any, TypeAlias

from lxml import etree

from newsbot.extraction.class_names import words_of
from newsbot.extraction.document import Document, MetaTags, headlines, is_longer, nearby_texts, origin_of
from newsbot.web import jsonld
from newsbot.web.dates import month_of
from newsbot.web.text import fold, text_content

Found: TypeAlias = tuple[list[str], str]
"""Names, and the origin of the witness that told them."""
Byline: TypeAlias = tuple[etree._Element, list[str], str, int]
"""An element, the texts with names in it, its origin, and how many elements it stands below the headline."""

LONGEST_FIELD = 600
"""Characters of what names authors; what is longer names none."""
LONGEST_BYLINE = 300
"""Characters of an element that is called a byline; what is longer tells of the author."""
LONGEST_NAME, MOST_WORDS = 60, 7
"""Characters and words of a name."""
MOST_AUTHORS = 20
PERSON_WORDS = 5
"""Words of a person's name."""
FOLLOWING_LINES = 8
"""Lines after a label that may go on with names; those of at most SEPARATOR characters stand between two names."""
SEPARATOR = 3
BOLD_PARAGRAPHS, BOLD_LINE = 5, range(5, 80)
"""How many paragraphs below the headline may be a byline in bold, and the characters that it may have."""
LABEL, LABELLED_NAME = 20, 80
"""Characters of a label such as "Author", and of the line after it; both have fewer."""
LABELLED_WORDS = 10
"""Words of a line that begins with "By"; it has fewer, or is a sentence."""
NEAR = range(-40, 80)
"""Elements between the headline and a byline that is the article's by its place."""
LARGEST = 1_000_000
"""Elements that no page has: how far off a headline is that the page does not show."""
SENTENCE = 3
"""Words before a name in one paragraph from which on it stands in a sentence."""
SIGN = 3
"""Characters of a name after "By" that is no person's; it has more than a weekday's two."""
RUNNING = 130
"""Characters of a paragraph that is no byline; it has more."""
HEIGHT = 12
"""Elements above a byline that are asked what part of the page they are."""
LONGEST_TEXT = 200
"""Characters of a text that may be a label or a byline anywhere on the page."""

# The witnesses.

_OF_ARTICLE = (
    "article:author_name", "parsely-author", "articleauthor", "article_author", "article:author", "og:article:author",
    "byline", "article:byline", "byl", "sailthru.author", "citation_author", "cxenseparse:author", "itemprop:author",
    "rnews:author",
)  # fmt: skip
"""Meta names that speak of the article."""
_OF_PAGE = ("author", "dc.creator", "dcterms.creator", "shareaholic:article_author_name")
"""Meta names that as often name the publisher, or whoever typed the article in."""
_CARD_LABEL = re.compile(
    r"""^by\b|\b(?:written|posted\ by|authors?|verfasst|geschrieben|autor(?:in|es|e|a|zy|i)?|[ée]crit|r[ée]dig[ée]|
        auteurs?|escrito|scritto|geschreven|skriven|skrevet|f[öo]rfattare|forfatter|kirjoittaja|kirjoittanut|napisane|napsal|
        nap[íi]sal|szerz[őo]|[íi]rta|scris|napisao|ditulis|penulis|yazan|yazar|t[áa]c\ gi[ảa]|vi[ếe]t\ b[ởo]i|
        автор\w*|написано?|написал\w*|συντάκτης|γράφτηκε|συγγραφέας)\b|
        作者|作成者|著者|執筆者|投稿者|撰文|글쓴이|작성자|เขียนโดย|ผู้เขียน|लेखक|লেখক|كتب|الكاتب|بواسطة|نویسنده|כותב|נכתב|מאת""",
    re.IGNORECASE | re.VERBOSE,
)
"""The labels of a Twitter card beside which an author's name stands; beside others stand reading times and prices."""
_CARD_ROWS = 4
_ACCOUNT = re.compile(
    r"/(?:authors?|autor|auteur|user)/(?:admin\w*|editor\w*|staff|newsroom|webmaster|news-?desk|redak\w+)/?#?$"
)
"""Where an author's address says that the name is an account's and no person's."""
_PROFILE = re.compile(
    r"/(?:authors?|autor(?:e[ns]?|i|zy)?|auteurs?|profiles?|contributors?|producers?|staff|by|writers?|"
    r"journalists?|reporters?|redakteur\w*|redac\w+|periodistas?|firmas?|skribent\w*|forfatter\w*|yazar\w*|penulis)/",
    re.IGNORECASE,
)
"""Where the pages about authors are."""
_BYLINE_TAGS = frozenset((
    "div", "span", "p", "a", "li", "ul", "address", "strong", "h2", "h3", "h4", "section", "cite", "em", "b", "td",
    "dd",
))  # fmt: skip
_BYLINE_WORDS = re.compile(
    r"\b(?:(?:by)?authors?(?:name|link|info|line)?|bylines?|posted ?by|writ(?:er|ten ?by)|creator|username|reporter|"
    r"journalist|penulis|autor(?:en)?(?:name|zeile)?|autore|autora|auteur|redakteur|redaktor|autorzy|auteurs|autores|"
    r"autori|firma|signature|kisha|kija|yazar|forfatter|journaliste?|giornalista|periodista)\b"
)
_BYLINE_LETTERS = re.compile("aut|byl|cre|fir|forf|gior|jour|kij|kis|penu|peri|post|reda|repo|sign|user|writ|yaz")
"""What one of those has in it, to be looked for in a name as it is."""
_ASIDE_WORDS = re.compile(
    r"\b(?:comments?|related|recommend\w*|sidebar|footer|bio|box|card|avatar|photo|image|desc\w*|follow|social|teaser)\b"
)
"""Words beside which those above name no byline of this article."""
_LABEL = re.compile(
    r"^(?:by|von|par|por|door|di|av|af|written by|skrevet av|författare|forfatter|kirjoittaja|authors?|"
    r"autor(?:in)?(?:/autor)?|auteurs?|автор[ы]?|texte?|texto|teksti|kirjoittanut|szerző|írta|scris de|piše|"
    r"napisa[lło]a?|пише|аутор|γράφ(?:ει (?:ο|η)|ουν)|συντάκτης|του|της|oleh|penulis|yazan|tác giả|"
    r"بقلم|نویسنده|به قلم|כתב|מאת|लेखक|লেখক|記者|记者|文[／/]|撰文|作者|โดย|ผู้เขียน)(?:\s*[:：]\s*|\s+|$)"
    r"|[\uac00-\ud7a3]{2,4}\s?(?:기자|특파원)\b",
    re.IGNORECASE,
)
"""How a byline's line begins; in Korean, all of it."""
_LABEL_ALONE = re.compile(
    r"(?:authors?|written by|autor(?:in)?(?:/autor(?:in)?)?|auteurs?|autore|autores|autora|автор[ы]?|författare|"
    r"forfatter|kirjoittaja|skrevet av|text|texte|texto|testo|yazar|penulis|الكاتب|כותב|作者|記者|기자)\s*[:：]?",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"^(?:[^\W\d_a-z][\w'’.-]*(?:\s+(?:[^\W\d_a-z][\w'’.-]*|van|von|de|der|den|la|le|da|di|del|bin|al|el|y|e))*"
    r"\s+[^\W\d_a-z][\w'’.-]*|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{2,8})$"
)

_ELSEWHERE = re.compile(
    r"\b(?:comments?|commentlist|kommentare?|comentarios?|commentaires?|related\w*|recommend\w*|recirc\w*|teasers?|"
    r"sidebar|popular|latest|trending|most|carousel|slider|promo\w*|loop|next|more|captions?|credits?)\b"
)
"""What the parts of a page are called whose authors are not the article's."""
_ASIDE_TAGS = (frozenset(("aside", "nav", "figure", "figcaption")), frozenset(("figure", "figcaption")))
_INLINE = frozenset(("a", "span", "em", "i", "b", "strong", "cite"))
_COMPANIES = frozenset(("corporation", "website", "brand", "localbusiness"))

# The names in a byline.

_BY = re.compile(
    r"""^(?:(?:article|story|words|text|reported|written|posted|published|edited|updated|review|analysis|opinion|
        reporting|reviewed|created|contributed|medically\ reviewed|guest\ post|ein\ artikel|ein\ beitrag|artikel|
        texte|texto|testo|tekst|tekst[ey]?)\s+)?
        (?:by|von|vom|par|por|de\ la\ mano\ de|di|da|door|av|af|przez|autor(?:in|es|a)?|authors?|auteurs?|autore|
        författare|yazan|oleh|penulis|reporter|redaktion(?=\s*:)|skrevet\ av|text|texte|texto|testo|foto|фото|
        автор[ы]?|текст|teksti|kirjoittanut|szerző|írta|scris\ de|piše|napisa[lło]a?|пише|аутор|γράφ(?:ει\ (?:ο|η)|ουν)|
        συντάκτης|του|της|tác\ giả|بقلم|كتب(?:ت)?|نویسنده|به\ قلم|מאת|द्वारा|लेखक|লেখক)
        \s*(?::\s*|\s+|$)""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_WHAT = re.compile(
    r"""[^,;|/]{0,40}\b(?:
        (?:posts?|more|articles?|stories|insights|interview|essay|column|report|analysis)\ (?:by|from)|
        (?:erstellt|eingestellt|ver[öo]ffentlicht|verfasst|geschrieben|gepostet|beitr[äa]ge|\w*(?:kolumne|beitrag|kommentar|
        analyse|interview|bericht|essay|reportage|rezension|mitteilung))\ von|
        (?:publicado|escrito|scritto|publié|rédigé|geplaatst|skrevet|skriven)\ (?:por|da|par|door|av|af)
        )\s+""",
    re.IGNORECASE | re.VERBOSE,
)
"""What was written, in front of "by" and a name."""
_BY_CJK = re.compile(
    r"^(?:作者|文|記者|记者|責任編輯|编辑|編輯|撰文|取材・文|文・|執筆)\s*[:：/／・]\s*|^(?:โดย|ผู้เขียน)\s*[:：]?\s*"
)
_AFTER_CJK = re.compile(r"(?:\s*(?:기자|특파원|記者|记者|編集委員|論説委員))+$")
_BETWEEN_NAMES = re.compile(
    r"\s*(?:[;|•·/／、،]|\s[–—-]\s|\n|\t|\s+(?:and|und|et|y|en|e|og|och|ja|oraz|i|dan|ve|и|та|і|و|with|mit|&)\s+|&)\s*",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[^\W_][\w.]{1,29} ?/ ?[^\W_][\w. ]{1,29}")
"""Who has no name but a sign, and an agency or site beside him: det/dpa."""
_COMMA = re.compile(r"\s*[,，]\s*")
_JOB = re.compile(
    r"""\b(?:editor|reporter|correspondent|writer|journalist|columnist|contributor|staff|producer|photographer|analyst|
        director|manager|officer|chief|head\ of|professor|ph\.?d|md|rd|ms|rn|mph|cfa|cpa|esq|mba|jr\.?|sr\.?|
        redakteur(?:in)?|redaktion|chefredakteur(?:in)?|korrespondent(?:in)?|autor(?:in)?|volont[äa]r(?:in)?|
        journaliste|r[ée]dacteur|r[ée]dactrice|redactor(?:a)?|corresponsal|periodista|giornalista|redattore|redaktør|
        journalist(?:in)?|dziennikarz|dziennikarka|корреспондент|журналист|редактор|fotograf|verslaggever|redacteur|
        muhabir|wartawan|specialist|strategist|reviewer|founder|ceo|president|team|desk|in\ \w+|is\ an?)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PICTURE = re.compile(
    r"^(?:photos?|photography|fotos?|bild(?:er)?|video|illustrations?|фото|写真|撮影)\b", re.IGNORECASE
)
_PLACE = re.compile(r"(?<=\w)\s+(?:in|aus|à|from)\s+[^\W\d_]+(?:[ -][^\W\d_]+)?$", re.IGNORECASE)
_DEGREE = re.compile(
    r"""(?:(?i:ph\.?\ ?d|psy\.?d|pharm\.?d|ed\.?d|esq|jr|sr)|
        M\.?[DSA]|B\.?[AS]|R\.?[DN]|R\.?D\.?N|N\.?P|D\.?O|J\.?D|LL\.?[MD]|
        D\.?V\.?M|V\.?M\.?D|D\.?D\.?S|MPH|CF[AP]|CEPF|ChFC|CPA|EA|MBA|I{2,3}|IV|LDN?|D?PT|LCSW|LMFT|[NP][PA]-C|
        FAND|FA[AC]P|FACS|FACLM|FOMA|DABOM|DACVB|CSCS|CPT|E-RYT|[25]00)\.?[®™]?""",
    re.VERBOSE,
)
"""What stands after a name and a comma, and is kept: the name is as the byline prints it."""
_DEGREES = re.compile(rf"(?:,?\s(?:{_DEGREE.pattern}))+$", re.VERBOSE)
_DESK = re.compile(
    r"""(?:the\ |our\ |die\ |la\ |de\ )?(?:
        staff(?:\ (?:writer|reporter|report)s?)?|correspondent|reporter|bureau|web\ ?desk|
        guest(?:\ (?:author|contributor|blogger))?|editor(?:s|ial(?:\ (?:staff|team|board))?)?|newsroom|news\ ?desk|
        redaktion|redaktionen|redacci[óo]n|r[ée]daction|redazione|redactie|redakcja|redakce|redakcia|redak[ct]ia|
        szerkesztőség|redaktionen|toimitus|редакция|редакція|σύνταξη|team|编辑部|編集部|本报记者)""",
    re.IGNORECASE | re.VERBOSE,
)
"""Who signs where nobody does."""
_NOBODY = re.compile(
    r"""^(?:admin(?:istrator)?|web\ ?master|unknown|anonymous|none|null|n/?a|undefined|no\ author|
        author|contributor|user|root|
        posted|published|updated|by|share|follow|more|read\ more|see\ (?:all|more).*|
        view\ (?:all|profile).*|all\ (?:posts|articles).*|.*\ articles?|editorial\ team|
        facebook|twitter|instagram|linkedin|email|rss|home|test|default|wordpress|super\ ?user|مدير|محرر|
        编辑)$""",
    re.IGNORECASE | re.VERBOSE,
)
_NOISE = re.compile(
    r"https?://\S*|www\.\S+|\S+@\S+\.\w+|(?<!\w)@\w+|\([^()]*\)(?!\s(?-i:[A-ZÀ-Þ])[\w’'-]+$)|\[[^\]]*\]|<[^>]*>|"
    r"\b\d{1,2}[:.]\d{2}\b.*|\b\d{4}\b.*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:^|[\s,|])(?:(?:last\s)?(?:published|updated|posted|modified|fact[- ]checked|reviewed)\b.*|\d+\s+min\b.*|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,\s.*)$",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:^|[\s,|])(?=([^\W\d_]{3,})\.?\s+\d|\d+(?:st|nd|rd|th|\.)?\s+([^\W\d_]{3,})(?![^\W\d_]))", re.IGNORECASE
)
"""The date and reading time after the names of a byline."""
_INVERTED = re.compile(r"([^\W\d_][\w'’-]+), ([^\W\d_][\w'’.-]+(?: [A-Z]\.?)?)")
_LETTERS = re.compile(r"[^\W\d_]")
_AROUND = " ,;:|-–—•·"
_ORNAMENT = _AROUND + "*\"'“”"
"""What stands around a name and is no part of it."""
_PARTICLES = frozenset((
    "van", "von", "der", "den", "de", "la", "le", "du", "di", "da", "del", "della", "dos", "das", "bin", "ibn", "al",
    "el", "ter", "ten", "zu", "af",
))  # fmt: skip
_BUTTON = re.compile(
    r"\b(?:facebook|twitter|instagram|linkedin|whatsapp|youtube|copy|url|link|share|subscribe|"
    r"sign (?:in|up)|newsletter|cookies?|privacy|policy|full bio|sponsored|gesponsert\w*|datenschutz\w*|impressum)\b",
    re.IGNORECASE,
)
"""What no name has in it and buttons have."""
_PREPOSITIONS = frozenset(("in", "at", "for", "from", "of", "on", "to", "im", "aus", "für", "en", "à", "dans", "su"))


def read_authors(
    document: Document,
    meta: MetaTags,
    node: jsonld.Node | None,
    nodes: list[jsonld.Node],
    own: Sequence[str],
    title: str,
    hint: Sequence[str],
) -> Found:
    """Return the authors and the origin of the best witness that names people.

    node is the article's JSON-LD among the page's nodes, own what the site is called, hint what the feed says.
    The site's own name, or an agency's, stands only where nobody else is named.
    """
    site = own[0] if own else ""
    author = jsonld.resolve(node.get("author") or node.get("creator"), nodes) if node else None
    house = _House(own, _house_names(author))
    best, of_house = _best(_of_article(author, meta), house, site)
    if best[0]:
        return best
    weak, named = _best(_of_page(meta), house, site)
    of_house = of_house if of_house[0] else named
    if weak[0] and _is_shown(weak[0], document, title):
        return weak
    near, far, shown = _marked(document, title, house)
    if near[0]:
        return near
    if persons := _labelled(document, title, house, agency=not (of_house[0] or weak[0])):
        return persons, "html"
    if weak[0]:
        return weak
    if far[0]:
        return far
    if persons := _unlabelled(document, title, house, instead_of_house=bool(of_house[0])):
        return persons, "html"
    if names := people(hint, site):
        return names, "feed"
    if of_house[0] or shown[0]:
        return of_house if of_house[0] else shown
    signs = next(_signs(document, title), [])
    return signs, "html" if signs else "none"


def _best(statements: Iterable[Found], house: _House, site: str) -> tuple[Found, Found]:
    """Return the first statement that names persons, and the first that names the house.

    A later one that names others with the same persons is better.
    """
    best: Found = ([], "none")
    of_house = best
    for values, origin in statements:
        names = people(values, site)
        persons = [name for name in names if not house.owns(name)]
        if not all(map(house.has, persons)) and (not best[0] or set(best[0]) < set(persons)):
            best = (persons, origin)
        elif names and not of_house[0]:
            of_house = (names, origin)
    return best, of_house


def _is_shown(names: Sequence[str], document: Document, title: str) -> bool:
    """Whether one of the names stands near the headline."""
    lines = " ".join(map(fold, nearby_texts(document, title)))
    return any(fold(name) in lines for name in names)


class _House:
    """What the outlet, its publisher and its desks are called."""

    def __init__(self, own: Iterable[str], companies: Iterable[str]) -> None:
        self.own = {folded for name in own if (folded := fold(name))}
        self.companies = {fold(name) for name in companies}

    def owns(self, name: str) -> bool:
        """Whether a name is the outlet's or a desk's."""
        return fold(name) in self.own or _DESK.fullmatch(name) is not None

    def has(self, name: str) -> bool:
        """Whether a name is known to be no person's."""
        return self.owns(name) or fold(name) in self.companies

    def shows(self, name: str) -> bool:
        """Whether a name that the page shows is no person's, or has the outlet's in it, or is a part of it."""
        folded = fold(name)
        words = set(folded.split())
        return self.has(name) or any(words.issubset(own.split()) or f" {own} " in f" {folded} " for own in self.own)


def _house_names(author: Any) -> Iterator[str]:
    """Give the names of those authors in JSON-LD that are organizations, or whose address is an account's."""
    for one in author if isinstance(author, list) else [author]:
        if isinstance(one, dict):
            places = (one.get("url"), one.get("@id"))
            if _is_organization(one) or any(isinstance(at, str) and _ACCOUNT.search(at) for at in places):
                names = jsonld.strings(one)
                yield from (*names, *people(names))


def _is_organization(node: jsonld.Node) -> bool:
    types = jsonld.types(node)
    return "person" not in types and any(name.endswith("organization") or name in _COMPANIES for name in types)


def _of_article(author: Any, meta: MetaTags) -> Iterator[Found]:
    """Give what data and meta tags say of the article."""
    yield jsonld.strings(author), "json-ld"
    for name in filter(meta.values.__contains__, _OF_ARTICLE):
        yield [value for value in meta.all(name) if not value.startswith(("http", "/"))], origin_of(name)


def _of_page(meta: MetaTags) -> Iterator[Found]:
    """Give what meta tags say of the page."""
    for name in filter(meta.values.__contains__, _OF_PAGE):
        yield [value for value in meta.all(name) if not value.startswith(("http", "/"))], origin_of(name)
    for row in range(1, _CARD_ROWS + 1):
        if _CARD_LABEL.search(meta.first(f"twitter:label{row}")):
            yield [*meta.all(f"twitter:data{row}")], "meta"


def _marked(document: Document, title: str, house: _House) -> tuple[Found, Found, Found]:
    """Return the first marked byline of persons near the headline, the first elsewhere, and the first of the house."""
    nobody: Found = ([], "none")
    near = far = of_house = nobody
    headline = _headline(document, title)
    around = {headline, document.body, *headline.iterancestors()}
    for element, values, origin, distance in _marked_bylines(document, headline):
        is_near = distance in NEAR
        if far[0] and not is_near:
            continue
        names = people(values)
        persons = [name for name in names if not house.shows(name)]
        if origin == "html":
            persons = [name for name in persons if looks_like_person(name)]
        if not names or _is_elsewhere(element, around, is_near=is_near):
            continue
        if persons and is_near:
            near = (persons, origin)
            break
        if persons:
            far = (persons, origin)
        elif not of_house[0] and len(names) == 1 and (is_near or origin != "html" or looks_like_person(names[0])):
            of_house = (names, origin)
    return near, far, of_house


def _headline(document: Document, title: str) -> etree._Element:
    """Return the element that shows the headline, or the body where none does."""
    second = (element for element in document.elements if element.tag == "h2")
    first = next(headlines(chain(document.h1, second), title), None)
    return first if first is not None else next(iter(document.h1), document.body)


def _marked_bylines(document: Document, headline: etree._Element) -> Iterator[Byline]:
    """Give each marked byline.

    Those of microdata and rel=author come first, each row of them as one, then those that a class or an id names.
    """
    told: list[tuple[int, etree._Element]] = []
    named: list[tuple[int, etree._Element]] = []
    at = -LARGEST
    for position, element in enumerate(document.elements):
        if element is headline and position:
            at = position
        given = element.keys()  # costs as much as to read one of them
        if not given:
            continue
        if ("itemprop" in given and "author" in element.get("itemprop", "")) or (
            "rel" in given and element.tag == "a" and "author" in element.get("rel", "")
        ):
            told.append((position, element))
            continue
        name = element.get("class") or element.get("id") or element.get("data-testid")
        if (name and _names_byline(name) and element.tag in _BYLINE_TAGS) or (
            "href" in given
            and position - at in NEAR
            and element.tag == "a"
            and _PROFILE.search(element.get("href", ""))
        ):
            named.append((position, element))
    together: list[str] = []
    beside: etree._Element | None = None
    first: tuple[int, etree._Element] | None = None
    for position, element in told:
        names = element.xpath(".//*[contains(@itemprop, 'name')]")
        pieces = [text_content(name, " ") for name in names] or _pieces(element)
        row = element.getparent()
        if row is not None and row.tag in ("li", "span", "h2", "h3", "h4"):
            row = row.getparent()
        if first and row is not beside:
            yield first[1], together, "microdata", first[0] - at
            first, together = None, []
        beside = row
        first = first or (position, element)
        together = [*together, *pieces]
    if first:
        yield first[1], together, "microdata", first[0] - at
    for position, element in named:
        yield element, _pieces(element), "html", position - at


def _is_elsewhere(element: etree._Element, around: set[etree._Element], *, is_near: bool) -> bool:
    """Whether an element stands in a sentence, or in a part of the page that is about something else.

    around are the elements that hold the headline: they are no such part, whatever they are called.
    """
    above = element.getparent()
    if above is not None and above.tag == "p" and element.tag in _INLINE:
        before = element.getprevious()
        words = ((above.text if before is None else before.tail) or "").split()
        is_labelled = bool(words) and _LABEL.match(words[-1]) is not None
        if not is_labelled and (len(words) >= SENTENCE or is_longer(above, RUNNING)):
            return True
    for _ in range(HEIGHT):
        if above is None or above in around:
            break
        if above.tag in _ASIDE_TAGS[is_near] or _ELSEWHERE.search(words_of(_name_of(above))):
            return True
        above = above.getparent()
    return False


def _name_of(element: etree._Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


@lru_cache(maxsize=20_000)
def _names_byline(name: str) -> bool:
    if not _BYLINE_LETTERS.search(name.lower()):
        return False
    words = words_of(name)
    return _BYLINE_WORDS.search(words) is not None and _ASIDE_WORDS.search(words) is None


def _pieces(element: etree._Element) -> list[str]:
    """Return the names within a byline apart, where the page marks them up apart."""
    text = text_content(element, " ")
    if len(text) > LONGEST_BYLINE:
        return []
    leaves = [text_content(leaf, " ") for leaf in element.iter(*_BYLINE_TAGS) if not len(leaf)]
    persons = [leaf for leaf in leaves if looks_like_person(leaf) and not _JOB.search(leaf)]
    return persons if persons else [text]


def _labelled(document: Document, title: str, house: _House, *, agency: bool) -> list[str]:
    """Return the persons of a line near the headline that begins as bylines do."""
    for line in _labelled_bylines(nearby_texts(document, title)):
        if persons := _persons(line, house, agency=agency):
            return persons
    return []


def _signs(document: Document, title: str) -> Iterator[list[str]]:
    """Give the names of lines near the headline that begin as bylines do, and name no person."""
    for line in _labelled_bylines(nearby_texts(document, title)):
        names = people([line])
        if (
            len(names) == 1
            and len(names[0].split()) < PERSON_WORDS
            and len(names[0]) >= SIGN
            and not names[0].islower()
        ):
            yield names


def _unlabelled(document: Document, title: str, house: _House, *, instead_of_house: bool) -> list[str]:
    """Return the persons of a byline in bold, or of the page's only one."""
    if instead_of_house and (persons := _persons(_bold_byline(document, title), house, agency=False)):
        return persons
    return _persons(_only_byline(document), house, agency=not instead_of_house)


def _persons(line: str, house: _House, *, agency: bool) -> list[str]:
    """Return the persons in a line, or the agency, where one will do."""
    names = [name for name in people([line]) if not house.shows(name)]
    persons = [name for name in names if looks_like_person(name)]
    return persons or [name for name in names[:1] if agency and name.isupper()]


def _labelled_bylines(lines: Sequence[str]) -> Iterator[str]:
    """Give the lines that begin as bylines do; after a label that stands alone, the names in the next lines.

    >>> list(_labelled_bylines(["Rain falls", "Von", "Jane Doe", "By John Smith"]))
    ['Jane Doe', 'By John Smith']
    """
    for position, line in enumerate(lines):
        if not (match := _LABEL.match(line)):
            continue
        following = lines[position + 1 : position + 1 + FOLLOWING_LINES]
        if match.end() < len(line):
            yield line
        elif following:
            names = takewhile(_continues, following)
            yield ", ".join(name for name in names if len(name) > SEPARATOR) or following[0]


def _continues(line: str) -> bool:
    """Whether a line is one more name of a byline, or what stands between two."""
    name = line.strip(" ,;/&|")
    return not _LABEL.match(line) and (len(name) <= SEPARATOR or looks_like_person(name))


def _bold_byline(document: Document, title: str) -> str:
    """Return the short bold line that stands alone in one of the first paragraphs below the headline, if any."""
    headline = next(headlines(document.h1, title), None)
    below = dropwhile(lambda element: element is not headline, document.elements)
    for paragraph in islice((element for element in below if element.tag == "p"), BOLD_PARAGRAPHS):
        line = text_content(paragraph, " ")
        bold = paragraph.iter("strong", "b")
        if len(line) in BOLD_LINE and any(text_content(part, " ") == line for part in bold):
            return line
    return ""


def _only_byline(document: Document) -> str:
    """Return the one line of the page that follows a label such as "Author", or that begins with "By"."""
    found: list[str] = []
    labelled = False
    for element in document.elements:
        for text in (element.text, element.tail):
            if text is None or len(text) > LONGEST_TEXT or not (line := text.strip()):
                continue
            match = _LABEL.match(line)
            if (labelled and len(line) < LABELLED_NAME) or (
                match and match.end() < len(line) and len(line.split()) < LABELLED_WORDS
            ):
                found.append(" ".join(line.split()))
            labelled = match is not None and len(line) < LABEL and _LABEL_ALONE.fullmatch(line) is not None
    return found[0] if len(set(found)) == 1 else ""


def looks_like_person(name: str) -> bool:
    """Whether a name has the form of a person's: capitalised words, or a few ideographs.

    >>> looks_like_person("Jane van Doe"), looks_like_person("breaking news"), looks_like_person("松岡大地")
    (True, False, True)
    """
    if len(name) > LONGEST_NAME:
        return False
    name = _DEGREES.sub("", name)
    return bool(_PERSON.match(name)) and len(name.split()) <= PERSON_WORDS and _BUTTON.search(name) is None


def people(values: Iterable[str], site: str = "") -> list[str]:
    """Return the names in some bylines, in order, each once; empty when there is none.

    site is the site's name: it stays where it is all there is (an agency, a house byline).

    >>> people(["By Jane Doe, Staff Writer and John Q. Public | j.public@example.org"])
    ['Jane Doe', 'John Q. Public']
    >>> people(["Von ANNA MÜLLER und Bernd Groß"]), people(["Editorial Staff"]), people(["admin"])
    (['ANNA MÜLLER', 'Bernd Groß'], ['Editorial Staff'], [])
    >>> people(["Doe, Jane"]), people(["https://facebook.com/jane"]), people(["김철수 기자"])
    (['Jane Doe'], [], ['김철수'])
    >>> people(["Von Jane Doe, Berlin"]), people(["Text: Anna Berg / Foto: Max Ott"]), people(["Reuters Staff"])
    (['Jane Doe'], ['Anna Berg'], ['Reuters Staff'])
    """
    found: dict[str, str] = {}
    for value in values:
        for name in _names(value):
            found.setdefault(name.casefold(), name)
    if site and len(found) > 1:
        found.pop(site.casefold(), None)
    return list(found.values())[:MOST_AUTHORS]


def _names(value: str) -> Iterator[str]:
    """Give the names in one byline: cut at "and", "/" and the like, then at commas, without jobs and places."""
    if not value or len(value) > LONGEST_FIELD:
        return
    text = " ".join(_NOISE.sub(" ", unescape(value)).split()).strip(_ORNAMENT)
    text = _without_day(_TAIL.sub("", _without_by(text)))
    inverted = _INVERTED.fullmatch(text)
    if inverted and not inverted[2][0].islower() and not _JOB.search(text) and not text.isupper():
        yield f"{inverted[2]} {inverted[1]}"
        return
    if _SIGNS.fullmatch(text):
        yield text
        return
    for part in _BETWEEN_NAMES.split(text):
        if _PICTURE.match(part):
            continue
        previous = ""
        for position, piece in enumerate(_COMMA.split(part)):
            if previous and piece and all(map(_DEGREE.fullmatch, piece.split())):
                previous = f"{previous}, {piece.strip()}"
                continue
            if position and (_JOB.search(piece) or _is_place(previous, piece)):
                continue
            name = _name(piece)
            if name and name != previous:
                if previous:
                    yield previous
                previous = name
        if previous:
            yield previous


def _without_day(text: str) -> str:
    """Take a day and what follows it off the end: 12 mars, March 12."""
    days = (found for found in _DAY.finditer(text) if month_of(found[1] or found[2]))
    day = next(days, None)
    return text[: day.start()] if day else text


def _without_by(text: str) -> str:
    """Take "By", "Written by", "Text:" and the like off the front, up to three deep."""
    if said := _OF_WHAT.match(text):
        text = text[said.end() :]
    for _ in range(3):
        stripped = _BY_CJK.sub("", _BY.sub("", text)).strip(_AROUND)
        if stripped == text:
            break
        text = stripped
    return text


def _is_place(name: str, piece: str) -> bool:
    """Whether one word after a person's full name and a comma says where they are ("Jane Doe, Berlin")."""
    word = piece.strip()
    return " " in name and " " not in word and word.istitle() and word.isascii()


def _name(piece: str) -> str:
    """Return the name in a piece of a byline, or an empty string: not of jobs, accounts, buttons or sentences."""
    name = _PLACE.sub("", _without_by(piece.strip(_ORNAMENT + ".")))
    name = _AFTER_CJK.sub("", name.strip(_ORNAMENT))
    words = name.split()
    if (
        len(name) < 2
        or words[0].isdigit()
        or len(name) > LONGEST_NAME
        or len(words) > MOST_WORDS
        or not _LETTERS.search(name)
    ):
        return ""
    if name in _PREPOSITIONS or _NOBODY.match(name) or (_JOB.fullmatch(name) and not _DESK.fullmatch(name)):
        return ""
    lowered = [word for word in words if word[0].islower() and word not in _PARTICLES]
    return "" if len(words) >= 3 and len(lowered) > len(words) / 2 else name
