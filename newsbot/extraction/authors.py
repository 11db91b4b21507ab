"""Turn what pages call an author into people's names: no "By", no job title, no e-mail, several authors parted."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

from lxml import etree

from newsbot.extraction.class_names import words_of
from newsbot.extraction.document import Document, MetaTags, nearby_texts, origin_of
from newsbot.web import jsonld
from newsbot.web.text import fold

_BY = re.compile(
    r"""^(?:(?:article|story|words|text|reported|written|posted|published|edited|updated|review|analysis|
    opinion|
        reporting|reviewed|created|contributed|medically\ reviewed|guest\ post|ein\ artikel|ein\ beitrag|
        artikel|
        texte|texto|testo|tekst|tekst[ey]?)\s+)?
        (?:by|von|vom|par|por|de\ la\ mano\ de|di|da|door|av|af|przez|autor(?:in|es|a)?|authors?|auteurs?|
        autore|
        författare|
        yazan|oleh|penulis|reporter|redaktion|skrevet\ av|text|texte|texto|testo|foto|фото|автор[ы]?|текст|
        بقلم|
        كتب(?:ت)?|מאת|द्वारा|লেখক)
        \s*(?::\s*|\s+|$)""",
    re.IGNORECASE | re.VERBOSE,
)
_BY_CJK = re.compile(r"^(?:作者|文|記者|记者|責任編輯|编辑|編輯|撰文|取材・文|文・|執筆)\s*[:：/／・]\s*|^(?:โดย)\s*")
_AFTER_CJK = re.compile(r"(?:\s*(?:기자|특파원|記者|记者|編集委員|論説委員))+$")
_SPLIT = re.compile(
    r"\s*(?:[;|•·/／、،]|\s[–—-]\s|\n|\t|\s+(?:and|und|et|y|en|e|og|och|ja|oraz|i|dan|ve|и|та|і|و|with|"
    r"mit|&)\s+|&)\s*",
    re.IGNORECASE,
)
_SINGLE_LETTER_SPLIT = re.compile(r"^(?:e|i|y|و|и|і)$", re.IGNORECASE)
_JOB = re.compile(
    r"""\b(?:editor|reporter|correspondent|writer|journalist|columnist|contributor|staff|producer|
    photographer|analyst|
        director|manager|officer|chief|head\ of|professor|ph\.?d|md|rd|ms|rn|mph|cfa|cpa|esq|mba|jr\.?|sr\.?|
        redakteur(?:in)?|redaktion|chefredakteur(?:in)?|
        korrespondent(?:in)?|autor(?:in)?|volont[äa]r(?:in)?|journaliste|r[ée]dacteur|r[ée]dactrice|
        redactor(?:a)?|
        corresponsal|
        periodista|giornalista|redattore|redaktør|journalist(?:in)?|dziennikarz|dziennikarka|корреспондент|
        журналист|редактор|
        fotograf|verslaggever|redacteur|muhabir|wartawan|specialist|strategist|founder|ceo|president|team|
        desk|in\ \w+|is\ an?)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PICTURE = re.compile(
    r"^(?:photos?|photography|fotos?|bild(?:er)?|video|illustrations?|фото|写真|撮影)\b", re.IGNORECASE
)
_PLACE = re.compile(r"(?<=\w)\s+(?:in|aus|à|from)\s+[^\W\d_]+(?:[ -][^\W\d_]+)?$|\s+staff$", re.IGNORECASE)
_DEGREE = re.compile(
    r"^(?:ph\.?\s?d|m\.?d|r\.?d|m\.?s|r\.?n|mph|cfa|cpa|esq|mba|jr|sr|ii|iii|iv|fand|pt|dpt|lcsw|do|dds)\.?$",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"""^(?:admin(?:istrator)?|staff(?:\ (?:writer|reporter)s?)?|our\ (?:staff|correspondent|reporter|
    bureau)|web\ ?(?:desk|master)|webmaster|guest(?:\ (?:author|contributor|blogger))?|
        editor(?:s|ial(?:\ (?:staff|team|board))?)?|newsroom|news\ ?desk|unknown|anonymous|none|null|n/?a|
        undefined|
        author|contributor|user|root|
        redaktion|die\ redaktion|redaktionen|redacci[óo]n|la\ r[ée]daction|r[ée]daction|redazione|redactie|
        redakcja|
        редакция|
        team|posted|published|updated|by|share|follow|more|read\ more|see\ (?:all|more).*|view\ (?:all|
        profile).*|
        all\ (?:posts|articles).*|.*\ articles?|editorial\ team|
        facebook|twitter|instagram|linkedin|email|rss|home|test|default|wordpress|super\ ?user|مدير|محرر|
        编辑部|本报记者|编辑)$""",
    re.IGNORECASE | re.VERBOSE,
)
_NOISE = re.compile(
    r"https?://\S*|www\.\S+|\S+@\S+\.\w+|(?<!\w)@\w+|\((?:[^()]*)\)|\[[^\]]*\]|<[^>]*>|"
    r"\b\d{1,2}[:.]\d{2}\b.*|\b\d{4}\b.*",
    re.IGNORECASE,
)
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TAIL = re.compile(
    rf"(?:^|[\s,|])(?:(?:last\s)?(?:published|updated|posted|modified|fact[- ]checked|reviewed)\b.*|"
    rf"(?:{_MONTH})[a-z]*\.?\s+\d.*|"
    rf"\d+(?:st|nd|rd|th)?\s+(?:{_MONTH})[a-z]*\b.*|\d+\s+min\b.*|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|"
    rf"fri|sat(?:ur)?|sun)(?:day)?,\s.*)$",
    re.IGNORECASE,
)
_INVERTED = re.compile(r"([^\W\d_][\w'’-]+), ([^\W\d_][\w'’.-]+(?: [A-Z]\.?)?)")
_LETTERS = re.compile(r"[^\W\d_]")
_SPACE = re.compile(r"\s+")
_PARTICLES = frozenset(
    {"van", "von", "der", "den", "de", "la", "le", "du", "di", "da", "del", "della", "dos", "das", "bin", "ibn",
     "al", "el", "ter", "ten", "zu", "af"}
)  # fmt: skip
_PREPOSITIONS = frozenset(("in", "at", "for", "from", "of", "on", "to", "im", "aus", "für", "en", "à", "dans", "su"))
MAX_NAME = 60
MAX_WORDS = 7


def people(values: Iterable[str], site: str = "") -> list[str]:
    """Return the names in some author texts, in order, each once; empty when there is none.

    site is the site's name: it stays where it is all there is (an agency, a house byline).

    >>> people(["By Jane Doe, Staff Writer and John Q. Public | j.public@example.org"])
    ['Jane Doe', 'John Q. Public']
    >>> people(["Von ANNA MÜLLER und Bernd Groß"]), people(["Editorial Staff"]), people(["AFP"])
    (['ANNA MÜLLER', 'Bernd Groß'], [], ['AFP'])
    >>> people(["Doe, Jane"]), people(["https://facebook.com/jane"]), people(["김철수 기자"])
    (['Jane Doe'], [], ['김철수'])
    >>> people(["Von Jane Doe, Berlin"]), people(["Text: Anna Berg / Foto: Max Ott"]), people(["Reuters Staff"])
    (['Jane Doe'], ['Anna Berg'], ['Reuters'])
    """
    found: dict[str, str] = {}
    for value in values:
        for name in _names(value):
            found.setdefault(name.casefold(), name)
    names = list(found.values())
    if len(names) > 1 and site:
        others = [name for name in names if name.casefold() != site.casefold()]
        names = others or names
    return names[:20]


def _names(value: str) -> Iterable[str]:
    if not value or len(value) > 600:
        return
    text = _SPACE.sub(" ", _NOISE.sub(" ", unescape(value))).strip(" ,;:|-–—•·*\"'“”")
    text = _TAIL.sub("", _strip_by(text))
    inverted = _INVERTED.fullmatch(text)
    if inverted and not inverted[2][0].islower() and not _JOB.search(text) and not text.isupper():
        yield f"{inverted[2]} {inverted[1]}"
        return
    for part in _SPLIT.split(text):
        if part and _PICTURE.match(part):
            continue
        previous = ""
        for position, piece in enumerate(re.split(r"\s*[,，]\s*", part or "")):
            name = _clean(piece)
            if position and (_DEGREE.match(piece.strip()) or _JOB.search(piece) or _is_place(previous, piece)):
                continue
            if name and name != previous:
                yield name
                previous = name


def _is_place(name: str, piece: str) -> bool:
    """Whether one word after a person's full name and a comma says where they are ("Jane Doe, Berlin")."""
    word = piece.strip()
    return " " in name and " " not in word and word.istitle() and word.isascii()


def _strip_by(text: str) -> str:
    for _ in range(3):
        stripped = _BY_CJK.sub("", _BY.sub("", text)).strip(" ,;:|-–—•·")
        if stripped == text:
            break
        text = stripped
    return text


def _clean(piece: str) -> str:
    name = _PLACE.sub("", _strip_by(piece.strip(" ,;:|-–—•·.*\"'“”")))
    name = _AFTER_CJK.sub("", name.strip(" ,;:|-–—•·*\"'“”"))
    words = name.split()
    if not name or len(name) > MAX_NAME or len(words) > MAX_WORDS or not _LETTERS.search(name) or _NOBODY.match(name):
        return ""
    if _JOB.fullmatch(name):
        return ""
    if len(name) == 1 or name in _PREPOSITIONS:
        return ""
    lowered = [word for word in words if word[0].islower() and word not in _PARTICLES]
    if len(words) >= 3 and len(lowered) > len(words) / 2:
        return ""
    return name


# Find the lines of a page that name its authors: microdata, rel=author, class names.

_LABEL = re.compile(
    r"^(?:by|von|par|por|door|di|av|af|written by|skrevet av|författare|forfatter|kirjoittaja|"
    r"authors?|autor(?:in)?(?:/autor)?|auteurs?|автор[ы]?|"
    r"texte?|texto|oleh|penulis|yazan|"
    r"بقلم|כתב|מאת|記者|文[／/]|作者)(?:\s*[:：]\s*|\s+|$)",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"(?:authors?|written by|autor(?:in)?(?:/autor(?:in)?)?|auteurs?|autore|autores|autora|автор[ы]?|författare|"
    r"forfatter|kirjoittaja|skrevet av|text|texte|texto|testo|yazar|penulis|الكاتب|כותב|作者|記者|기자)\s*[:：]?",
    re.IGNORECASE,
)
_HOLDERS = frozenset(
    (
        "div",
        "span",
        "p",
        "a",
        "li",
        "ul",
        "address",
        "strong",
        "h2",
        "h3",
        "h4",
        "section",
        "cite",
        "em",
        "b",
        "td",
        "dd",
    )
)
_WORDS = re.compile(
    r"\b(?:authors?|byline|bylines|writer|reporter|journalist|penulis|autor|autore|autora|auteur|"
    r"redakteur|redaktor|autorzy|auteurs|autores|autori|autoren|firma|signature|kisha|kija|yazar|forfatter|journaliste?|"
    r"giornalista|periodista)\b"
)
_ASIDE = re.compile(
    r"\b(?:comments?|related|recommend\w*|sidebar|footer|bio|box|card|avatar|photo|image|desc\w*|follow|"
    r"social|teaser)\b"
)
_PERSON = re.compile(
    r"^(?:[^\W\d_a-z][\w'’.-]*(?:\s+(?:[^\W\d_a-z][\w'’.-]*|van|von|de|der|den|la|le|da|di|del|bin|al|el|"
    r"y|e))*\s+[^\W\d_a-z][\w'’.-]*|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{2,8})$"
)


def looks_like_person(name: str) -> bool:
    """Whether a name has the form of a person's: capitalised words, or a few ideographs.

    >>> looks_like_person("Jane van Doe"), looks_like_person("breaking news"), looks_like_person("松岡大地")
    (True, False, True)
    """
    return bool(_PERSON.match(name)) and len(name.split()) <= 5


def bylines(document: Document) -> Iterator[tuple[list[str], str]]:
    """Give the texts of each byline in document order, and the origin of the find; the best kind first."""
    together: list[str] = []
    beside: etree._Element | None = None
    for element in document.elements:
        told = element.get("itemprop")
        if not (told and "author" in told) and not (element.tag == "a" and "author" in (element.get("rel") or "")):
            continue
        names = element.xpath(".//*[contains(@itemprop, 'name')]")
        pieces = [_text(name) for name in names] or _pieces(element)
        row = element.getparent()
        if row is not None and row.tag in ("li", "span", "h2", "h3", "h4"):
            row = row.getparent()
        if together and row is not beside:
            yield together, "microdata"
            together = []
        beside = row
        together = [*together, *pieces]
    if together:
        yield together, "microdata"
    for element in document.elements:
        name = element.get("class") or element.get("id") or element.get("data-testid")
        if name and _names_author(name) and element.tag in _HOLDERS:
            yield _pieces(element), "html"


@lru_cache(maxsize=20_000)
def _names_author(name: str) -> bool:
    words = words_of(name)
    return _WORDS.search(words) is not None and _ASIDE.search(words) is None


def labelled_bylines(lines: list[str]) -> Iterator[str]:
    """Give the lines that begin as bylines do; after a label that stands alone, the names in the next lines.

    >>> list(labelled_bylines(["Rain falls", "Von", "Jane Doe", "By John Smith"]))
    ['Jane Doe', 'By John Smith']
    """
    for position, line in enumerate(lines):
        if match := _LABEL.match(line):
            bare = match.end() == len(line)
            if bare and position + 1 < len(lines):
                names = list(itertools.takewhile(_continues, lines[position + 1 : position + 9]))
                yield ", ".join(name for name in names if len(name) > 3) or lines[position + 1]
            elif not bare:
                yield line


def _continues(line: str) -> bool:
    """Whether a line is one more name of a byline, or what stands between two."""
    name = line.strip(" ,;/&|")
    return not _LABEL.match(line) and (len(name) <= 3 or looks_like_person(name))


def bold_byline(document: Document, title: str) -> str:
    """Return the short bold line that stands alone in one of the first paragraphs below the headline, if any."""
    folded = fold(title)
    below = 0
    for element in document.elements:
        if element.tag == "h1" and fold(_text(element)) == folded:
            below = 1
        elif below and element.tag == "p":
            line = _text(element)
            below += 1
            if below > 6:
                break
            if 4 < len(line) < 80 and any(_text(bold) == line for bold in element.iter("strong", "b")):
                return line
    return ""


def far_byline(document: Document) -> list[str]:
    """Return the one line of the page that follows a label such as "Author", or that begins with "By"."""
    found: list[str] = []
    label = False
    for element in document.elements:
        for text in (element.text, element.tail):
            if text is None or len(text) > 200 or not (line := text.strip()):
                continue
            match = _LABEL.match(line)
            if (label and len(line) < 80) or (match and match.end() < len(line) and len(line.split()) < 10):
                found.append(" ".join(line.split()))
            label = match is not None and len(line) < 20 and _NOUN.fullmatch(line) is not None
    return found[:1] if len(set(found)) == 1 else []


def _pieces(element: etree._Element) -> list[str]:
    """Return the names within a byline apart, where the page marks them up apart."""
    text = _text(element)
    if len(text) > 300:
        return []
    leaves = [_text(leaf) for leaf in element.iter("a", "span", "li", "strong", "b") if not len(leaf) and _text(leaf)]
    persons = [leaf for leaf in leaves if looks_like_person(leaf)]
    return persons if persons else [text]


def _text(element: etree._Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


# Who wrote an article: the page's witnesses, best first. A house name gives way to a person's byline.

_AUTHOR = (
    "author", "article:author_name", "parsely-author", "articleauthor", "sailthru.author", "dc.creator",
    "dcterms.creator", "article:author",
    "og:article:author", "byl", "citation_author", "cxenseparse:author", "itemprop:author", "rnews:author",
    "twitter:data1", "shareaholic:article_author_name",
)  # fmt: skip


_ACCOUNT = re.compile(
    r"/(?:authors?|autor|auteur|user)/(?:admin\w*|editor\w*|staff|newsroom|webmaster|news-?desk|redak\w+)/?#?$"
)
"""Where an author's address says that the name is an account's and no person's."""


def read_authors(
    document: Document,
    meta: MetaTags,
    node: jsonld.Node | None,
    nodes: list[jsonld.Node],
    own: Sequence[str],
    title: str,
    hint: Sequence[str],
) -> tuple[list[str], str]:
    """Return the authors and the origin of the best witness that names people.

    own is what the site is called, hint what the feed says. The site's own name, or an agency's, stands only
    where nobody else is named.
    """
    site = own[0] if own else ""
    house = {fold(name) for name in own} - {""}
    best: tuple[list[str], str] = ([], "none")
    fallback = best
    for values, origin in _told(meta, node, nodes, house):
        names = people(values, site)
        persons = [name for name in names if fold(name) not in house]
        if persons and (not best[0] or set(best[0]) < set(persons)):
            best = (persons, origin)
        elif names and not fallback[0]:
            fallback = (names, origin)
    if not best[0]:
        best = _shown(document, house)
    if not best[0] and (persons := _written(document, title, house, bool(fallback[0]))):
        best = (persons, "html")
    if not best[0] and (names := people(hint, site)):
        best = (names, "feed")
    return best if best[0] else fallback


def _told(
    meta: MetaTags, node: jsonld.Node | None, nodes: list[jsonld.Node], house: set[str]
) -> Iterator[tuple[list[str], str]]:
    """Give what data and meta tags say; the name of an account such as "admin" counts as the house."""
    if node:
        value = jsonld.resolve(node.get("author") or node.get("creator"), nodes)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and _is_account(one):
                house.update(fold(name) for name in jsonld.strings(one))
        yield jsonld.strings(value), "json-ld"
    for name in _AUTHOR:
        yield [v for v in meta.all(name) if not v.startswith(("http", "/"))], origin_of(name)


def _is_account(author: dict[str, Any]) -> bool:
    places = (author.get("url"), author.get("@id"))
    return any(isinstance(place, str) and _ACCOUNT.search(place) for place in places)


def _shown(document: Document, house: set[str]) -> tuple[list[str], str]:
    for values, origin in bylines(document):
        names = [name for name in people(values) if fold(name) not in house]
        if origin == "html":
            names = [name for name in names if looks_like_person(name)]
        if names:
            return names, origin
    return [], "none"


def _written(document: Document, title: str, house: set[str], housed: bool) -> list[str]:
    """Return the persons of a byline that no markup tells: after a label, or in bold above the text."""
    for line in labelled_bylines(nearby_texts(document, title)):
        if persons := _persons([line], house, not housed):
            return persons
    if housed and (persons := _persons([bold_byline(document, title)], house, False)):
        return persons
    return _persons(far_byline(document), house, not housed)


def _persons(lines: Iterable[str], house: set[str], agency: bool) -> list[str]:
    """Return the persons in some lines, or the agency, where one will do."""
    names = [name for name in people(lines) if fold(name) not in house]
    persons = [name for name in names if looks_like_person(name)]
    return persons or [name for name in names[:1] if agency and name.isupper()]
