"""Notices of accounts and paywalls: lines that tell the reader to log in, told by what they are made of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from newsbot.cleaning.shapes import ends_sentence, fold_line, is_bullet

LONGEST = 200
"""Characters of a notice, at most."""
COVERED = 0.85
"""Share of the letters of a line that are in terms of notices, at least: an article that tells of subscribers has other
words beside them."""
KEY = 3
"""Letters by which stems and phrases are looked up."""
BEGINNING = 4
"""Letters by which the words of a line are told from those of any term. With so many, 85 % of 9,671 lines of real
articles that are as short as notices are seen to be none; with three 65 %, with whole words 88 %."""
TOGETHER = (
    {"enter", "read"},
    {"readers", "only", "item"},
    {"readers", "only", "read"},
    {"readers", "only", "enter"},
    {"already", "readers", "enter"},
    {"already", "own", "enter"},
    {"free", "words"},
)
"""What a notice has in it: one of these."""
IN_USE = {"own", "device"}
"""The same of a notice that is a sentence: without its end these may name an offer ("Two devices per account")."""
_TELLING = ("readers", "own", "enter", "free")
_QUOTED = re.compile(r"[\"„“”«»「『]")
_LETTER = re.compile(r"[^\W\d_]")
_PARTS = re.compile("[\u0590-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]")
"""A letter of the scripts whose terms stand within words."""
_WORD = re.compile(r"[^\W\d_]+")
_TERM_WORD = re.compile(r"[^\W\d_]+\*?")


@dataclass(slots=True)
class _Language:
    """The terms of one language, by the words that they begin with."""

    words: dict[str, str] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By their first letters; longest first."""
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    """Likewise."""
    parts: re.Pattern[str] | None = None
    """Terms that stand within words."""

    def tells(self, folded: str, words: list[str]) -> bool:
        """Whether a folded line is a notice of this language and nothing else."""
        roles = set()
        if self.parts:
            covered, total = 0, len(_LETTER.findall(folded))
            for match in self.parts.finditer(folded):
                roles.add(self.words[match.group()])
                covered += len(_LETTER.findall(match.group()))
            if covered < COVERED * total:
                return False
        else:
            covered = total = sum(map(len, words))
            i = 0
            while i < len(words):
                count, role = self._at(words, i)
                if role:
                    roles.add(role)
                else:
                    covered -= len(words[i])
                    if covered < COVERED * total:
                        return False
                i += count
        return any(needed <= roles for needed in TOGETHER) or (roles >= IN_USE and ends_sentence(folded))

    def _at(self, words: list[str], i: int) -> tuple[int, str]:
        """Return how many words the term at a place has, and its role; one and none if it is in no notice."""
        word = words[i]
        for phrase, role in self.phrases.get(word[:KEY], ()):
            if len(phrase) <= len(words) - i and all(map(_is, words[i : i + len(phrase)], phrase)):
                return len(phrase), role
        if role := self.words.get(word, ""):
            return 1, role
        return 1, next((role for stem, role in self.stems.get(word[:KEY], ()) if word.startswith(stem)), "")

    def add(self, term: str, role: str) -> None:
        """Add a term; the role told first stays."""
        match _TERM_WORD.findall(term):
            case [stem] if stem.endswith("*"):
                self.stems.setdefault(stem[:-1][:KEY], []).append((stem[:-1], role))
            case [word]:
                self.words.setdefault(word, role)
            case [_, *_] as phrase:
                self.phrases.setdefault(phrase[0].rstrip("*")[:KEY], []).append((tuple(phrase), role))


def _is(word: str, term: str) -> bool:
    return word.startswith(term[:-1]) if term[-1] == "*" else word == term


def notice(line: str, folded: str) -> str | None:
    """Return the language of a line that is a notice of an account or a paywall, given with its folded form.

    Notices are made of few words. One is told by what it has together (a command and "read on", "only" and
    "members"), if there are no other words beside. A line with a quotation mark is none, nor an item of a list.

    >>> line = "Create an account to keep reading this article."
    >>> notice(line, line.lower()), notice("Members only, read the sign.", "members only, read the sign.")
    ('en', None)
    """
    if len(line) > LONGEST or _has_other_words(folded):
        return None
    words = _WORD.findall(folded)
    telling = _telling()
    names = {name for word in words if word[:KEY] in telling for term, name in telling[word[:KEY]] if _is(word, term)}
    if not folded.isascii() and _PARTS.search(folded):
        names.update(name for part, name in _languages()[1].items() if part in folded)
    if not names or _QUOTED.search(line) or is_bullet(line):
        return None
    return next((name for name in sorted(names) if _languages()[0][name].tells(folded, words)), None)


def _has_other_words(folded: str) -> bool:
    """Whether so much of a line begins as no term of any language that it is no notice: nearly every line of a text."""
    if not folded.isascii() and _PARTS.search(folded):
        return False
    beginnings, short = _beginnings()
    least = COVERED * len(folded)
    covered = len(folded)
    for word in folded.split(" "):
        if word[:BEGINNING] not in beginnings and word.isalpha() and not word.startswith(short):
            covered -= len(word)
            if covered < least:
                return True
    return False


@cache
def _beginnings() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the first letters of all words of all terms, and of the stems among them that have fewer."""
    words: set[str] = set()
    for language in _languages()[0].values():
        words.update(language.words)
        words.update(f"{stem}*" for stems in language.stems.values() for stem, _ in stems)
        words.update(word for phrases in language.phrases.values() for phrase, _ in phrases for word in phrase)
    short = (word[:-1] for word in words if word[-1] == "*" and len(word) <= BEGINNING)
    return frozenset(word.rstrip("*")[:BEGINNING] for word in words), tuple(short)


@cache
def _telling() -> dict[str, list[tuple[str, str]]]:
    """Return the words that say that their line may be a notice, with their languages, by their first letters."""
    index: dict[str, list[tuple[str, str]]] = {}
    for name, language in _languages()[0].items():
        told = [(word, role) for word, role in language.words.items() if not language.parts]
        told += [(f"{stem}*", role) for stems in language.stems.values() for stem, role in stems]
        told += [(phrase[0], role) for phrases in language.phrases.values() for phrase, role in phrases]
        for word, role in told:
            if role in _TELLING:
                index.setdefault(word.rstrip("*")[:KEY], []).append((word, name))
    return index


@cache
def _languages() -> tuple[dict[str, _Language], dict[str, str]]:
    """Load notices.toml: the languages by name, and the names by the telling terms that stand within words."""
    raw = tomllib.loads(resources.files("newsbot.cleaning").joinpath("notices.toml").read_text("utf-8"))
    languages: dict[str, _Language] = {}
    names: dict[str, str] = {}
    for name, roles in raw.items():
        within = roles.pop("parts", False)
        # Of two terms that begin alike the longer one is meant.
        terms = sorted(
            ((fold_line(term), role) for role, told in roles.items() for term in told.split("|")),
            key=lambda term: -len(term[0]),
        )
        language = languages[name] = _Language()
        for term, role in terms:
            if within:
                language.words.setdefault(term, role)
                if role in _TELLING:
                    names.setdefault(term, name)
            else:
                language.add(term, role)
        if within:
            language.parts = re.compile("|".join(re.escape(term) for term in language.words))
    return languages, names
