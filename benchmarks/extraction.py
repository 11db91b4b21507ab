"""Measure extraction: newsbot beside trafilatura and newspaper4k, on the same pages in the same run.

    python benchmarks/extraction.py --dataset FOLDER [--dataset FOLDER ...] [--engines newsbot,trafilatura,newspaper4k]

A dataset is a folder with pages.jsonl (one JSON object a line: id, url, html = path of a page below the
folder, plain or gzipped, text, and where known title, authors, published) or a folder of tests/pages/ form
(<case>/page.html and <case>/expected.json), or a folder of such folders. Public sets of this form:
scrapinghub/article-extraction-benchmark, the parser tests of flairNLP/fundus, WCXB.

Measure. Words are `\\w+` runs; a text's shingles are its 4-grams of words, counted. Precision and recall are
means over pages, F1 is their harmonic mean, exact is the share of pages with the same words in the same
order. Titles are compared with case and punctuation folded, authors as sets of folded names (mean F1),
days by calendar date, instants within 60 s where the expected one has an offset. A rejected page scores
zero. Every page is taken by every engine in turn, `--rounds` times; a page's time is the median of its rounds
in CPU seconds of this process, so other work on the machine disturbs little. Pages are split by a hash of
their id into the half that rules may be tuned on and the half that is held out.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib
import importlib.util
import json
import logging
import re
import statistics
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]
Extractor: TypeAlias = Callable[[bytes, str], Fields]
WORD = re.compile(r"\w+")


@dataclass
class Page:
    """One page and what a reader would take from it."""

    id: str
    url: str
    html: bytes
    expected: Fields

    @property
    def half(self) -> str:
        """Name the half that the page's id falls into."""
        return "tune" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "held out"


@dataclass
class Scores:
    """What one engine reached, page by page."""

    rows: list[dict[str, float]] = field(default_factory=list)

    def mean(self, name: str) -> float | None:
        """Average one score over the pages that have it."""
        values = [row[name] for row in self.rows if name in row]
        return statistics.fmean(values) if values else None


def load(folder: Path) -> Iterator[Page]:
    """Read a dataset folder of either form."""
    listing = folder / "pages.jsonl"
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            data = (folder / row["html"]).read_bytes()
            yield Page(row["id"], row["url"], gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data, row)
        return
    for expected in sorted(folder.glob("*/expected.json")):
        row = json.loads(expected.read_text(encoding="utf-8"))
        if row.get("text"):
            yield Page(expected.parent.name, row["url"], (expected.parent / "page.html").read_bytes(), row)


def newsbot(html: bytes, url: str) -> Fields:
    """Extract with this project."""
    from newsbot.extraction import ExtractionError, extract_article

    try:
        found = extract_article(html, url)
    except ExtractionError as error:
        return {"rejected": error.reason, "detail": error.detail}
    return {key: getattr(found, key) for key in ("text", "title", "authors", "published")}


def trafilatura(html: bytes, url: str) -> Fields:
    """Extract with plain trafilatura, body and metadata."""
    from trafilatura import bare_extraction

    found = bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    if found is None or isinstance(found, dict):
        return {"rejected": "none"}
    authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
    return {"text": found.text, "title": found.title, "authors": authors, "published": found.date}


def newspaper4k(html: bytes, url: str) -> Fields:
    """Extract with newspaper4k."""
    article = importlib.import_module("newspaper").Article(url)
    article.download(input_html=html.decode("utf-8", "replace"))
    article.parse()
    published = article.publish_date
    when = published.isoformat() if isinstance(published, datetime) else published
    return {"text": article.text, "title": article.title, "authors": article.authors, "published": when}


ENGINES: dict[str, Extractor] = {"newsbot": newsbot, "trafilatura": trafilatura, "newspaper4k": newspaper4k}


def fold(text: str) -> str:
    """Fold case and punctuation, so that only the words are compared."""
    return " ".join(WORD.findall(text.casefold()))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Count a text's 4-grams of words; a shorter text is one shingle."""
    words = WORD.findall(text)
    if len(words) < 4:
        return Counter([tuple(words)]) if words else Counter()
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))


def instant(value: str) -> datetime:
    """Parse a timestamp, in UTC where it states no offset."""
    parsed = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def score(expected: Fields, found: Fields) -> dict[str, float]:
    """Compare what an engine found on one page with what was expected."""
    wanted, got = shingles(expected["text"]), shingles(found.get("text") or "")
    hits = (wanted & got).total()
    row = {
        "precision": hits / got.total() if got else 0.0,
        "recall": hits / wanted.total() if wanted else 0.0,
        "exact": float(WORD.findall(expected["text"]) == WORD.findall(found.get("text") or "")),
        "rejected": float("rejected" in found),
    }
    if expected.get("title"):
        row["title"] = float(fold(found.get("title") or "") == fold(expected["title"]))
    if expected.get("authors"):
        want, have = {fold(a) for a in expected["authors"]}, {fold(a) for a in found.get("authors") or []}
        row["authors"] = 2 * len(want & have) / (len(want) + len(have))
    if published := expected.get("published"):
        when = found.get("published")
        row["day"] = float(bool(when) and str(when)[:10] == published[:10])
        if len(published) > 19 and re.search(r"[+-]\d\d:?\d\d$|Z$", published):
            precise = bool(when) and len(str(when)) > 10
            row["instant"] = float(precise and abs((instant(str(when)) - instant(published)).total_seconds()) <= 60)
            same_day = bool(when) and instant(str(when)).date() == instant(published).date()
            row["day"] = max(row["day"], float(same_day))
    return row


def timed(extract: Extractor, page: Page) -> tuple[Fields, float]:
    """Run one engine on one page; a crash counts as nothing found."""
    started = time.process_time()
    try:
        found = extract(page.html, page.url)
    except Exception as error:  # noqa: BLE001 - any engine may fail in any way; the table says so
        found = {"rejected": f"crashed: {error!r}"}
    return found, time.process_time() - started


def measure(pages: list[Page], engines: list[str], rounds: int, details: Path | None) -> dict[str, Scores]:
    """Take every page with every engine in turn."""
    results = {name: Scores() for name in engines}
    lines: list[str] = []
    for number, page in enumerate(pages, 1):
        if sys.stderr.isatty():
            print(f"\r{number}/{len(pages)} {page.id[:50]:50}", end="", file=sys.stderr, flush=True)
        for name in engines:
            runs = [timed(ENGINES[name], page) for _ in range(rounds)]
            found = runs[0][0]
            row = score(page.expected, found) | {"seconds": statistics.median(t for _, t in runs)}
            results[name].rows.append(row | {"held out": float(page.half == "held out")})
            lines.append(json.dumps({"id": page.id, "half": page.half, "engine": name, **row, "found": found}))
    if sys.stderr.isatty():
        print("\r" + " " * 70 + "\r", end="", file=sys.stderr)
    if details:
        with details.open("a", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in lines)
    return results


def line(label: str, scores: Scores) -> str:
    """Lay out one row of the table."""
    precision, recall = scores.mean("precision") or 0.0, scores.mean("recall") or 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    cells = [f"{f1:.4f}", f"{precision:.3f}", f"{recall:.3f}"]
    for name in ("exact", "title", "day", "instant", "authors", "rejected"):
        value = scores.mean(name)
        cells.append("    -" if value is None else f"{value:.3f}")
    times = sorted(row["seconds"] for row in scores.rows)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    rate = len(times) / max(sum(times), 1e-9)
    cells += [f"{rate:7.1f}", f"{statistics.median(times) * 1e3:6.1f}", f"{p99 * 1e3:6.0f}", f"{times[-1] * 1e3:6.0f}"]
    return f"{label:24}{len(times):5} " + "  ".join(cells)


HEADER = (
    f"{'':24}{'pages':>5} {'F1':>6}  {'prec':>5}  {'rec':>5}  {'exact':>5}  {'title':>5}  {'day':>5}  {'instnt':>5} "
    f"{'author':>6}  {'reject':>5} {'pages/s':>7}  {'med ms':>6}  {'p99 ms':>6}  {'max ms':>6}"
)


def report(name: str, results: dict[str, Scores]) -> None:
    """Print one dataset's table: whole, then both halves."""
    print(f"\n{name}\n{HEADER}")
    for engine, scores in results.items():
        print(line(engine, scores))
        for flag, half in ((0.0, "  tune"), (1.0, "  held out")):
            rows = [row for row in scores.rows if row["held out"] == flag]
            if rows and len(rows) < len(scores.rows):
                print(line(half, Scores(rows)))
    if {"newsbot", "trafilatura"} <= results.keys():
        spent = {e: sum(row["seconds"] for row in s.rows) for e, s in results.items()}
        print(
            f"newsbot takes {spent['trafilatura'] / spent['newsbot']:.2f} times the pages per CPU second of trafilatura"
        )


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", action="append", type=Path, help="default: tests/pages")
    parser.add_argument("--engines", default="newsbot,trafilatura,newspaper4k", help="those not installed are left out")
    parser.add_argument("--rounds", type=int, default=1, help="times each page is taken; the median counts")
    parser.add_argument("--half", choices=["tune", "held out"], help="only this half")
    parser.add_argument("--limit", type=int, help="only the first pages of each dataset")
    parser.add_argument("--details", type=Path, help="append every page's result to this JSON-lines file")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    packages = {"newspaper4k": "newspaper"}
    asked = [name.strip() for name in options.engines.split(",")]
    if unknown := set(asked) - ENGINES.keys():
        parser.error(f"no such engine: {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    engines = [name for name in asked if importlib.util.find_spec(packages.get(name, name))]
    spent: Counter[str] = Counter()
    for folder in options.dataset or [Path(__file__).parent.parent / "tests" / "pages"]:
        nested = sorted(p.parent for p in folder.glob("*/pages.jsonl"))
        for dataset in [folder] if (folder / "pages.jsonl").exists() or not nested else nested:
            pages = [p for p in load(dataset) if not options.half or p.half == options.half][: options.limit]
            if not pages:
                parser.error(f"no pages in {dataset}")
            for name in engines:  # the first call loads models and compiles patterns
                timed(ENGINES[name], pages[0])
            results = measure(pages, engines, options.rounds, options.details)
            report(dataset.name, results)
            spent.update({name: sum(row["seconds"] for row in scores.rows) for name, scores in results.items()})
    if {"newsbot", "trafilatura"} <= spent.keys():
        print(f"\nall pages: newsbot {spent['trafilatura'] / spent['newsbot']:.2f} times as fast as trafilatura")


if __name__ == "__main__":
    main()
