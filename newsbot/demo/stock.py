"""The phrase stock of a language, and how a story is told from it: seeded choices, a cast, a small template language.

``[a|b]`` is a choice (choices may nest), ``{place}`` a value of the story, ``{n:10-90}`` a fresh
number and ``<p1:he|she>`` a word that follows the sex of that person; in a role, ``<:man|woman>``
follows the person who holds it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any, TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_GENDER = re.compile(r"<p(\d):([^<>|]*)\|([^<>|]*)>")
_SLOT = re.compile(r"\{(\w+)(?::(\d+)-(\d+))?\}")
_SPACES = re.compile(r" {2,}")
_GAP_BEFORE_STOP = re.compile(r" ([,.;])")
_ELISION = re.compile(r"\b([LlDd]|[Qq]u)[ae] (?=[AEIOUaeiouÉÈÊéèêâîô])")


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything that the sites of one language are written from."""

    language: str
    names: dict[str, Any]
    words: dict[str, list[str]]
    roles: list[str]
    labels: dict[str, Any]
    sections: dict[str, str]
    generic: dict[str, list[str]]
    topics: tuple[Topic, ...]

    @property
    def joiner(self) -> str:
        """Return what stands between two sentences of a paragraph."""
        return "" if self.language == "ja" else " "


@dataclass(frozen=True, slots=True)
class Topic:
    """What one kind of story can say: headlines, leads, details and who speaks in it."""

    key: str
    section: str
    tags: tuple[str, ...]
    roles: tuple[str, ...]
    headlines: tuple[str, ...]
    leads: tuple[str, ...]
    body: tuple[str, ...]
    items: tuple[str, ...] = ()


@cache
def load_stock(language: str) -> Stock:
    """Read ``phrases/<language>.toml``."""
    data = tomllib.loads(files("newsbot.demo").joinpath(f"phrases/{language}.toml").read_text("utf-8"))
    topics = tuple(Topic(**frozen(entry)) for entry in data["topic"])
    return Stock(
        language=language,
        names=data["names"],
        words=data["words"],
        roles=data["roles"]["any"],
        labels=data["labels"],
        sections=data["sections"],
        generic=data["generic"],
        topics=topics,
    )


def frozen(table: dict[str, Any]) -> dict[str, Any]:
    """Return a TOML table with its arrays as tuples, for a frozen record."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


class Dice:
    """Draw reproducible numbers and choices from a key (splitmix64 over its hash).

    ``random.Random`` promises the same floats in every version, not the same choices; the truth
    of the newsroom must not move with the interpreter.

    >>> Dice(7, "harbour").pick("abc") == Dice(7, "harbour").pick("abc")
    True
    """

    def __init__(self, *key: object) -> None:
        digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big")

    def next(self) -> int:
        """Return the next 64-bit number."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + self.next() % (high - low + 1)

    def chance(self, per_cent: int) -> bool:
        """Return True in about ``per_cent`` of a hundred draws."""
        return self.next() % 100 < per_cent

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.next() % len(choices)]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """Return all choices in a drawn order (Fisher-Yates)."""
        result = list(choices)
        for last in range(len(result) - 1, 0, -1):
            other = self.next() % (last + 1)
            result[last], result[other] = result[other], result[last]
        return result


@dataclass(slots=True)
class Person:
    """Somebody who acts or speaks in one story."""

    given: str
    family: str
    female: bool
    full: str
    role: str = ""
    introduced: bool = False


def draw_person(stock: Stock, dice: Dice) -> Person:
    """Draw a name; the stock says in which order the language writes it."""
    female = dice.chance(50)
    given = dice.pick(stock.names["female" if female else "male"])
    family = dice.pick(stock.names["family"])
    full = f"{family}{given}" if stock.names.get("order") == "family-first" else f"{given} {family}"
    return Person(given=given, family=family, female=female, full=full)


@dataclass(slots=True)
class Cast:
    """The people, places and bodies of one story; fills templates with them."""

    stock: Stock
    dice: Dice
    topic: Topic
    weekday: str
    year: int
    values: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    """Numbers, years and months that headline and lead have in common, by their slot."""

    def __post_init__(self) -> None:
        places = self.dice.shuffled(self.stock.names["places"])
        self.values = {"place": places[0], "place2": places[1], "weekday": self.weekday}
        self.values |= {name: self.dice.pick(words) for name, words in self.stock.words.items()}
        roles = [*self.dice.shuffled(self.topic.roles)[:2], self.dice.pick(self.stock.roles)]
        families: set[str] = set()
        for number, role in enumerate(roles, start=1):
            person = draw_person(self.stock, self.dice)
            while person.family in families:
                person = draw_person(self.stock, self.dice)
            families.add(person.family)
            person.role = role.replace("<:", f"<p{number}:")
            self.people[str(number)] = person

    def say(self, template: str, *, introduce: bool = True, pin: bool = False) -> str:
        """Fill a template.

        In a text (``introduce``) a person's first mention is the full name, later ones the family name.
        Templates filled with ``pin`` share their numbers: a headline's 90 flats are the lead's 90 flats.
        """

        def fill(match: re.Match[str]) -> str:
            if not pin or match[1] not in ("n", "year", "month"):
                return self._value(match, introduce)
            if match[0] not in self.facts:
                self.facts[match[0]] = self._value(match, introduce)
            return self.facts[match[0]]

        text = _SLOT.sub(fill, self._choose(template))
        # An empty choice leaves a gap; French also has a space before a semicolon, and keeps it.
        text = _SPACES.sub(" ", text).strip()
        text = _ELISION.sub(r"\1'", text) if self.stock.language == "fr" else _GAP_BEFORE_STOP.sub(r"\1", text)
        return text[:1].upper() + text[1:]

    def _choose(self, template: str) -> str:
        """Settle the words that follow a person's sex, then the choices, inner ones first."""
        template = _GENDER.sub(lambda match: match[3] if self.people[match[1]].female else match[2], template)
        while _CHOICE.search(template):
            template = _CHOICE.sub(lambda match: self.dice.pick(match[1].split("|")), template)
        return template

    def _value(self, match: re.Match[str], introduce: bool) -> str:
        name, low, high = match.groups()
        if low is not None:
            return self._number(self.dice.between(int(low), int(high)))
        if name == "year":
            return str(self.dice.between(1986, self.year - 3))
        if name == "year2":
            return str(self.year - 1)
        if name == "month":
            return str(self.dice.pick(self.stock.labels["months"]))
        if name[0] in "ps" and name[1:] in self.people:
            return self._mention(self.people[name[1:]], name[0], introduce)
        if name[0] == "r" and name[1:] in self.people:
            role = self._choose(self.people[name[1:]].role)
            return _SLOT.sub(lambda inner: self._value(inner, introduce), role)
        return self.values[name]

    def _mention(self, person: Person, form: str, introduce: bool) -> str:
        if not introduce:
            return person.full if form == "p" else person.family
        if person.introduced:
            return person.family + str(self.stock.names.get("after", ""))
        person.introduced = True
        return person.full + str(self.stock.names.get("after", ""))

    def _number(self, number: int) -> str:
        if number < 10_000 and self.stock.language not in ("en", "de", "es"):
            return str(number)
        separator = "," if self.stock.language in ("en", "ja", "ar") else "."
        return f"{number:,}".replace(",", separator)
