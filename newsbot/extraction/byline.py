"""Find the lines of a page that name its authors: microdata, rel=author, class names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from newsbot.extraction.class_names import words_of
from newsbot.extraction.document import Document
from newsbot.extraction.title import fold

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
