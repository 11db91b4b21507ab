"""What a reader types into the search box, read once and written in the language of either database.

query  = either, one behind the other or joined by OR
either = words and "phrases", all of which are wanted, with AND or without; NOT word or -word for what is not;
         (parentheses); word* for every word that begins so
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsbot.process import UsageError
from newsbot.store.search.terms import is_unspaced, terms_of, words_of

LONGEST_QUERY = 1000
"""Characters; nobody types more, and every term is looked up."""
DEEPEST = 20
"""Parentheses within parentheses."""

_TOKEN = re.compile(r'"([^"]*)("?)(\*?)|([()])|(-(?=[^\s()]))|([^\s()"]+)')
_QUOTES = str.maketrans("“”„«»", '"""""')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand next to each other; often one."""

    words: tuple[str, ...]
    """Folded; a run of characters without spaces is one."""
    is_prefix: bool = False
    """Whether the last one may go on."""

    @property
    def terms(self) -> tuple[str, ...]:
        """What it is in the index. The end of a run without spaces is left open: it may be part of a longer one.

        >>> Phrase(("東京都",)).terms, Phrase(("都",)).terms
        (('東京', '京都'), ('都',))
        """
        terms = tuple(terms_of(" ".join(self.words)))
        return terms[:-1] if is_unspaced(self.words[-1]) and len(self.words[-1]) > 1 else terms

    @property
    def is_open(self) -> bool:
        """Whether its last term is the beginning of those that are looked for."""
        return self.is_prefix or (is_unspaced(self.words[-1]) and len(self.words[-1]) == 1)


@dataclass(frozen=True, slots=True)
class AllOf:
    """What is wanted together, without what is not wanted."""

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Of which one suffices."""

    choices: tuple[Node, ...]


Node = Phrase | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    root: Node

    def phrases(self) -> list[Phrase]:
        """Return what is to be found in a text that matches: every phrase but the unwanted ones."""
        return list(_phrases(self.root))

    def as_fts5(self) -> str:
        """Return it as SQLite's FTS5 takes it.

        >>> parsed('mill OR (water* NOT "dry river")').as_fts5()
        '("mill" OR ("water" * NOT ("dry river")))'
        """
        return _as_fts5(self.root)

    def as_tsquery(self) -> str:
        """Return it as PostgreSQL's tsquery takes it.

        >>> parsed('mill OR (water* NOT "dry river")').as_tsquery()
        "('mill' | ('water':* & !('dry' <-> 'river')))"
        """
        return _as_tsquery(self.root)


def parsed(text: str) -> Query:
    """Read a query. Raises UsageError with one line for one that cannot be meant.

    >>> parsed('Küste "hoher Turm"').phrases()
    [Phrase(words=('kuste',), is_prefix=False), Phrase(words=('hoher', 'turm'), is_prefix=False)]
    """
    if len(text) > LONGEST_QUERY:
        raise UsageError(f"a query has {LONGEST_QUERY} characters at most, not {len(text)}")
    reader = _Reader(text.translate(_QUOTES))
    root = reader.either(0)
    if reader.ahead == ")":
        raise UsageError(f"{text!r}: a closing parenthesis too many")
    if root is None:
        raise UsageError(f"{text!r} has no word to look for")
    return Query(root)


class _Reader:
    """Reads a query token by token, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = self._split()
        self.ahead: str | Phrase | None = None
        self.next()

    def next(self) -> None:
        self.ahead = next(self._tokens, None)

    def _split(self) -> Iterator[str | Phrase]:
        for match in _TOKEN.finditer(self.text):
            quoted, closed, star, mark, minus, word = match.groups()
            if mark or minus:
                yield mark or "NOT"
            elif word in ("AND", "OR", "NOT"):
                yield word
            elif quoted is not None and not closed:
                raise UsageError(f"{self.text!r}: a quotation mark is missing")
            elif words := tuple(plain for plain, _, _ in words_of(quoted if quoted is not None else word)):
                yield Phrase(words, is_prefix=bool(star) or (word or "").endswith("*"))

    def either(self, depth: int) -> Node | None:
        """Read up to the end, or to a closing parenthesis that is nobody's yet."""
        if depth > DEEPEST:
            raise UsageError(f"{self.text!r}: more than {DEEPEST} parentheses within each other")
        choices = [self.all_of(depth)]
        while self.ahead == "OR":
            self.next()
            choices.append(self.all_of(depth))
            if choices[0] is None or choices[-1] is None:
                raise UsageError(f"{self.text!r}: OR stands between two words")
        return choices[0] if len(choices) == 1 else AnyOf(tuple(choice for choice in choices if choice))

    def all_of(self, depth: int) -> Node | None:
        """Read what is wanted together."""
        wanted: list[Node] = []
        unwanted: list[Node] = []
        expects = False
        while self.ahead not in (None, "OR", ")"):
            if self.ahead == "AND":
                if not wanted or expects:
                    raise UsageError(f"{self.text!r}: AND stands between two words")
                expects = True
                self.next()
                continue
            into = wanted
            while self.ahead == "NOT":
                into = unwanted
                self.next()
            node = self.one(depth)
            if node is None and into is unwanted:
                raise UsageError(f"{self.text!r}: NOT stands before a word")
            expects = False
            into += [node] if node else []
        if expects:
            raise UsageError(f"{self.text!r}: AND stands between two words")
        if not wanted and unwanted:
            raise UsageError(f"{self.text!r} says only what is not wanted; say what is, too")
        if len(wanted) == 1 and not unwanted:
            return wanted[0]
        return AllOf(tuple(wanted), tuple(unwanted)) if wanted else None

    def one(self, depth: int) -> Node | None:
        """Read a phrase, or what stands in parentheses."""
        ahead = self.ahead
        if ahead in (None, "AND", "OR", ")"):
            return None
        self.next()
        if ahead != "(":
            assert isinstance(ahead, Phrase)
            return ahead
        inside = self.either(depth + 1)
        if self.ahead != ")":
            raise UsageError(f"{self.text!r}: a closing parenthesis is missing")
        self.next()
        return inside


def _phrases(node: Node) -> Iterator[Phrase]:
    match node:
        case Phrase():
            yield node
        case AllOf():
            for wanted in node.wanted:
                yield from _phrases(wanted)
        case AnyOf():
            for choice in node.choices:
                yield from _phrases(choice)


def _as_fts5(node: Node) -> str:
    match node:
        case Phrase():
            return f'"{" ".join(node.terms)}"' + (" *" if node.is_open else "")
        case AnyOf():
            return f"({' OR '.join(map(_as_fts5, node.choices))})"
        case AllOf():
            wanted = " AND ".join(map(_as_fts5, node.wanted))
            if len(node.wanted) > 1:
                wanted = f"({wanted})"
            return f"({wanted} NOT ({' OR '.join(map(_as_fts5, node.unwanted))}))" if node.unwanted else wanted


def _as_tsquery(node: Node) -> str:
    match node:
        case Phrase():
            phrase = " <-> ".join(f"'{term}'" for term in node.terms) + (":*" if node.is_open else "")
            return f"({phrase})" if len(node.terms) > 1 else phrase
        case AnyOf():
            return f"({' | '.join(map(_as_tsquery, node.choices))})"
        case AllOf():
            parts = [*map(_as_tsquery, node.wanted), *(f"!{_as_tsquery(part)}" for part in node.unwanted)]
            return f"({' & '.join(parts)})"
