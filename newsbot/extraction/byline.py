"""Find the lines of a page that name its authors: microdata, rel=author, class names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from newsbot.extraction.vocabulary import words_of

_MARKED = etree.XPath(
    "//*[(@itemprop or @rel) and (contains(@itemprop, 'author') or contains(concat(' ', @rel, ' '), ' author '))]"
)
_MARKS = (b'"author', b"'author", b"=author", b' author"', b" author'")
"""One of them is in the source of a page that has such an element."""
_LABEL = re.compile(
    r"^(?:by|von|par|por|door|di|av|af|written by|authors?|autor(?:in)?(?:/autor)?|auteurs?|автор[ы]?|"
    r"texte?|texto|oleh|penulis|yazan|"
    r"بقلم|כתב|מאת|記者|文[／/]|作者)(?:\s*[:：]\s*|\s+|$)",
    re.IGNORECASE,
)
_HOLDERS = (
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


def bylines(root: etree._Element, source: bytes) -> Iterator[tuple[list[str], str]]:
    """Give the texts of each byline in document order, and the origin of the find; the best kind first."""
    together: list[str] = []
    beside: etree._Element | None = None
    marked = any(mark in source for mark in _MARKS) and (b"itemprop" in source or b"rel=" in source)
    for element in _MARKED(root) if marked else ():
        if element.tag in ("meta", "link"):
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
    for element in root.iter(*_HOLDERS):
        if (name := element.get("class") or element.get("id") or element.get("data-testid")) and _names_author(name):
            yield _pieces(element), "html"


@lru_cache(maxsize=20_000)
def _names_author(name: str) -> bool:
    words = words_of(name)
    return _WORDS.search(words) is not None and _ASIDE.search(words) is None


def labelled_bylines(lines: list[str]) -> Iterator[str]:
    """Give the lines that begin as bylines do; after a label that stands alone, the next line.

    >>> list(labelled_bylines(["Rain falls", "Von", "Jane Doe", "By John Smith"]))
    ['Jane Doe', 'By John Smith']
    """
    for position, line in enumerate(lines):
        if match := _LABEL.match(line):
            bare = match.end() == len(line)
            if bare and position + 1 < len(lines):
                yield lines[position + 1]
            elif not bare:
                yield line


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
