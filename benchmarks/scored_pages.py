"""Real pages with what a reader would take from them, and how near a record comes to it.

A dataset is a folder with pages.jsonl (one JSON object a line: id, url, html = path of a page below the folder, plain
or gzipped, and what is known of text, title, authors, published, with, without, first13), or a folder of
tests/pages/ form (<case>/page.html and <case>/expected.json), or a folder of such folders.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from newsbot.web.urls import site_of

Fields: TypeAlias = dict[str, Any]
WORD = re.compile(r"\w+")
WRONG = 0.8
"""A text with a lower F1 is badly wrong."""
OPENING = 13
"""Words of an article's opening."""


@dataclass
class Page:
    """One page and what a reader would take from it."""

    id: str
    url: str
    html: bytes
    expected: Fields

    @property
    def part(self) -> str:
        """Name the part that the page's site falls into: no site is in both."""
        return "A" if hashlib.sha256(site_of(self.url).encode()).digest()[0] % 2 else "B"


def datasets(folder: Path) -> list[Path]:
    """Return the datasets in a folder: itself, or those below it."""
    nested = sorted(path.parent for path in folder.glob("*/pages.jsonl"))
    return [folder] if (folder / "pages.jsonl").exists() or not nested else nested


def load(folder: Path) -> Iterator[Page]:
    """Read a dataset of either form."""
    listing = folder / "pages.jsonl"
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").rstrip("\n").split("\n"):
            row = json.loads(line)
            data = (folder / row["html"]).read_bytes()
            yield Page(row["id"], row["url"], gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data, row)
        return
    for expected in sorted(folder.glob("*/expected.json")):
        row = json.loads(expected.read_text(encoding="utf-8"))
        if row.get("text"):
            yield Page(expected.parent.name, row["url"], (expected.parent / "page.html").read_bytes(), row)


def fold(text: str) -> str:
    """Fold case and punctuation, so that only the words are compared."""
    return " ".join(WORD.findall(text.casefold()))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Count a text's 4-grams of words; a shorter text is one shingle."""
    words = WORD.findall(text)
    if len(words) < 4:
        return Counter([tuple(words)]) if words else Counter()
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(expected: Fields, found: Fields) -> dict[str, float]:
    """Compare what was found on a page with what was expected; measures that the page has nothing for are left out."""
    return {**_score_text(expected, found.get("text") or ""), **_score_fields(expected, found)}


def _score_text(expected: Fields, text: str) -> dict[str, float]:
    row: dict[str, float] = {}
    if expected.get("text"):
        wanted, got = shingles(expected["text"]), shingles(text)
        hits = (wanted & got).total()
        row["precision"] = hits / got.total() if got else 0.0
        row["recall"] = hits / wanted.total() if wanted else 0.0
        row["f1"] = f1(row["precision"], row["recall"])
        row["exact"] = float(WORD.findall(expected["text"]) == WORD.findall(text))
        row["wrong"] = float(row["f1"] < WRONG)
    flat = " ".join(text.split())
    if snippets := expected.get("with"):
        row["with"] = sum(" ".join(snippet.split()) in flat for snippet in snippets) / len(snippets)
    if snippets := expected.get("without"):
        row["without"] = sum(" ".join(snippet.split()) not in flat for snippet in snippets) / len(snippets)
    if opening := expected.get("first13"):
        wanted_words = fold(opening).split()[:OPENING]
        row["first13"] = float(fold(text).split()[: len(wanted_words)] == wanted_words)
    return row


def _score_fields(expected: Fields, found: Fields) -> dict[str, float]:
    row: dict[str, float] = {}
    if expected.get("title"):
        row["title"] = float(fold(found.get("title") or "") == fold(expected["title"]))
    if expected.get("authors"):
        want, have = {fold(a) for a in expected["authors"]}, {fold(a) for a in found.get("authors") or []}
        row["authors"] = 2 * len(want & have) / (len(want) + len(have))
    published = expected.get("published")
    if isinstance(published, float):  # Unix time or NaN, as newspaper4k tests write it
        published = None if published != published else datetime.fromtimestamp(published, UTC).date().isoformat()
    if published:
        when = str(found.get("published") or "")
        row["day"] = float(when[:10] == published[:10])
        if len(published) > 19 and re.search(r"[+-]\d\d:?\d\d$|Z$", published):
            apart = abs((_instant(when) - _instant(published)).total_seconds()) if when else float("inf")
            row["instant"] = float(len(when) > 10 and apart <= 60)
            row["day"] = max(row["day"], float(bool(when) and _instant(when).date() == _instant(published).date()))
    return row


def _instant(value: str) -> datetime:
    """Parse a timestamp, in UTC where it states no offset."""
    parsed = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
