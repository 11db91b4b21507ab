"""Find the lines of a page that name its authors: microdata, rel=author, class names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from newsbot.extraction.vocabulary import words_of

_MARKED = etree.XPath("//*[contains(@itemprop, 'author') or contains(concat(' ', @rel, ' '), ' author ')]")
_NAMED = etree.XPath(
    "//*[contains(@class,'uthor') or contains(@class,'yline') or contains(@class,'riter') or contains(@class,'eporter')"
    " or contains(@class,'ournalist') or contains(@class,'enulis') or contains(@class,'utor') or contains(@class,'edakt')"
    " or contains(@id,'uthor') or contains(@id,'yline') or contains(@data-testid,'yline') or contains(@data-testid,'uthor')]"
)
_LABELLED = etree.XPath(
    "//text()[string-length(normalize-space(.)) < 120][" + " or ".join(
        f"starts-with(normalize-space(.), '{label}')"
        for label in ("By ", "BY ", "by ", "Von ", "VON ", "Par ", "Por ", "Written by", "Author", "Autor", "Auteur", "Автор", "Text:", "Texte", "Texto", "Door ", "Di ", "Av ", "Af ", "Oleh", "Penulis", "Yazan", "بقلم", "כתב", "記者", "文／", "文/", "作者")
    ) + "]"
)  # fmt: skip
_WORDS = re.compile(r"\b(?:authors?|byline|bylines|writer|reporter|journalist|penulis|autor|autore|autora|auteur|redakteur|redaktor)\b")
_ASIDE = re.compile(r"\b(?:comments?|related|recommend\w*|sidebar|footer|bio|box|card|avatar|photo|image|desc\w*|follow|social|teaser)\b")
_PERSON = re.compile(r"^(?:[^\W\d_a-z][\w'’.-]*(?:\s+(?:[^\W\d_a-z][\w'’.-]*|van|von|de|der|den|la|le|da|di|del|bin|al|el|y|e))*\s+[^\W\d_a-z][\w'’.-]*|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{2,8})$")


def looks_like_person(name: str) -> bool:
    """Whether a name has the form of a person's: capitalised words, or a few ideographs.

    >>> looks_like_person("Jane van Doe"), looks_like_person("breaking news"), looks_like_person("松岡大地")
    (True, False, True)
    """
    return bool(_PERSON.match(name)) and len(name.split()) <= 5


def bylines(root: etree._Element) -> Iterator[tuple[list[str], str]]:
    """Give the texts of each byline in document order, and the origin of the find; the best kind first."""
    for element in _MARKED(root):
        if element.tag in ("meta", "link"):
            continue
        names = element.xpath(".//*[contains(@itemprop, 'name')]")
        yield [_text(name) for name in names] or _pieces(element), "microdata"
    for element in _NAMED(root):
        words = words_of(f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}")
        if _WORDS.search(words) and not _ASIDE.search(words) and element.tag not in ("body", "article", "main", "img"):
            yield _pieces(element), "html"


def labelled_bylines(body: etree._Element) -> Iterator[list[str]]:
    """Give the first short texts that begin as bylines do, with what follows a bare label."""
    for text in _LABELLED(body)[:8]:
        words = " ".join(str(text).split())
        if len(words) < 16 and len(words.split()) <= 2 and not text.is_tail:
            parent = text.getparent()
            above = parent.getparent() if parent is not None else None
            holder = parent if parent is not None and len(_text(parent)) > len(words) + 3 else above
            words = _text(holder) if holder is not None else words
        if len(words) < 160:
            yield [words]


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
