"""Turn what pages call an author into people's names: no "By", no job title, no e-mail, several authors parted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

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
