"""Measure the record: newsbot beside trafilatura and newspaper4k, on the same pages in the same run.

Four engines: newsbot as it is by default, newsbot with every text by trafilatura, trafilatura and newspaper4k.

    python benchmarks/extraction.py --dataset FOLDER [--dataset FOLDER ...] [--engines newsbot,newsbot+trafilatura]
    python benchmarks/extraction.py --dataset FOLDER --engines newsbot --details before.jsonl
    python benchmarks/extraction.py --dataset FOLDER --engines newsbot --against before.jsonl [--show wrong,title]

What a dataset is, benchmarks/scored_pages.py tells. Public sets of this form: scrapinghub/article-extraction-benchmark,
the parser tests of flairNLP/fundus, WCXB, the evaluations of adbar/trafilatura and adbar/htmldate, the tests of
mozilla/readability, postlight/parser and goose3.

Measure. What is scored is the record: extraction and cleaning. Words are `\\w+` runs; a text's shingles are its
4-grams of words, counted. Precision and recall are means over pages, F1 is their harmonic mean, exact is the share of
pages with the same words in the same order, wrong the number whose own F1 is under .8. Titles are compared with case
and punctuation folded, authors as sets of folded names (mean F1), days by calendar date, instants within 60 s where
the expected one has an offset. "with" is the mean share of a page's snippets that are in the text, "w/out" that of the
snippets that are not, "first" the share of texts that open with the expected 13 words. A rejected page has no text.
Pages are split by a hash of their registrable host into two parts, so that no site is in both: what is found on one
has to pay on the other. --against counts the pages that are better and worse than in a run with --details.

Every page is taken by every engine in turn, --rounds times; a page's time is the median of its rounds in CPU seconds
of this process, so other work on the machine disturbs little. It is the time of extraction with metadata, on which the
ratio goes, of newsbot as it is by default; its cleaning is not in it.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import logging
import statistics
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from scored_pages import WRONG, Fields, Page, datasets, f1, load, score

Extractor: TypeAlias = Callable[[bytes, str], Any]
MEASURES = ("f1", "exact", "wrong", "with", "without", "first13", "title", "day", "instant", "authors", "rejected")
LOWER_IS_BETTER = ("wrong", "rejected")


def newsbot(html: bytes, url: str) -> Any:
    """Extract with this project."""
    return importlib.import_module("newsbot.extraction").extract_article(html, url)


def newsbot_by_trafilatura(html: bytes, url: str) -> Any:
    """Extract with this project, every text by trafilatura."""
    return importlib.import_module("newsbot.extraction").extract_article(html, url, extractor="trafilatura")


def newsbot_record(article: Any) -> Fields:
    """Return the record of what was extracted: cleaned."""
    cleaned = importlib.import_module("newsbot.cleaning").clean_article(article)
    return {key: getattr(cleaned, key) for key in ("text", "title", "authors", "published", "text_confidence")}


def trafilatura(html: bytes, url: str) -> Any:
    """Extract with plain trafilatura, body and metadata."""
    extract = importlib.import_module("trafilatura").bare_extraction
    return extract(html, url=url, with_metadata=True, include_comments=False)


def trafilatura_record(found: Any) -> Fields:
    """Return what trafilatura found, in our names."""
    if found is None or isinstance(found, dict):
        return {"rejected": "none"}
    authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
    return {"text": found.text, "title": found.title, "authors": authors, "published": found.date}


def newspaper4k(html: bytes, url: str) -> Any:
    """Extract with newspaper4k."""
    article = importlib.import_module("newspaper").Article(url)
    article.download(input_html=html.decode("utf-8", "replace"))
    article.parse()
    return article


def newspaper4k_record(article: Any) -> Fields:
    """Return what newspaper4k found, in our names."""
    published = article.publish_date
    when = published.isoformat() if isinstance(published, datetime) else published
    return {"text": article.text, "title": article.title, "authors": article.authors, "published": when}


ENGINES: dict[str, tuple[Extractor, Callable[[Any], Fields]]] = {
    "newsbot": (newsbot, newsbot_record),
    "newsbot+trafilatura": (newsbot_by_trafilatura, newsbot_record),
    "trafilatura": (trafilatura, trafilatura_record),
    "newspaper4k": (newspaper4k, newspaper4k_record),
}


def take(engine: str, page: Page, rounds: int) -> tuple[Fields, float]:
    """Return one engine's record of a page and the median of its times; a refusal and a crash are "rejected"."""
    extract, record = ENGINES[engine]
    times = []
    for _ in range(rounds):
        started = time.process_time()
        try:
            found, fault = extract(page.html, page.url), ""
        except Exception as error:  # noqa: BLE001 - any engine may fail in any way; the table says so
            fault = getattr(error, "reason", "") or f"crashed: {error!r}"
        times.append(time.process_time() - started)
    if not fault:
        try:
            return record(found), statistics.median(times)
        except Exception as error:  # noqa: BLE001 - likewise
            fault = getattr(error, "reason", "") or f"crashed: {error!r}"
    return {"rejected": fault}, statistics.median(times)


def measure(pages: list[Page], engines: list[str], rounds: int) -> list[Fields]:
    """Take every page with every engine in turn; return a row for each."""
    rows: list[Fields] = []
    for number, page in enumerate(pages, 1):
        if sys.stderr.isatty():
            print(f"\r{number}/{len(pages)} {page.id[:50]:50}", end="", file=sys.stderr, flush=True)
        for engine in engines:
            found, seconds = take(engine, page, rounds)
            scores = {**score(page.expected, found), "rejected": float("rejected" in found), "seconds": seconds}
            rows.append(
                {"id": page.id, "url": page.url, "part": page.part, "engine": engine, "scores": scores, "found": found}
            )
    if sys.stderr.isatty():
        print("\r" + " " * 70 + "\r", end="", file=sys.stderr)
    return rows


def mean(rows: Iterable[Fields], name: str) -> float | None:
    """Average one measure over the pages that have it; F1 is that of the means."""
    rows = list(rows)
    if name == "f1":
        precision, recall = mean(rows, "precision"), mean(rows, "recall")
        return None if precision is None or recall is None else f1(precision, recall)
    values = [row["scores"][name] for row in rows if name in row["scores"]]
    if not values:
        return None
    return sum(values) if name == "wrong" else statistics.fmean(values)


HEADER = f"{'':24}{'pages':>5}  " + "  ".join(
    f"{name:>5}"
    for name in ("F1", "exact", "wrong", "with", "w/out", "first", "title", "day", "instn", "autho", "rejec")
) + f"  {'med ms':>6} {'p99 ms':>6} {'max ms':>6}"  # fmt: skip


def line(label: str, rows: list[Fields]) -> str:
    """Lay out one row of the table."""
    cells = []
    for name in MEASURES:
        value = mean(rows, name)
        cells.append("    -" if value is None else f"{value:5.0f}" if name == "wrong" else f"{value:5.4f}"[:5])
    times = sorted(row["scores"]["seconds"] * 1e3 for row in rows)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    return f"{label:24}{len(rows):5}  {'  '.join(cells)}  {statistics.median(times):6.1f} {p99:6.1f} {times[-1]:6.1f}"


def report(name: str, rows: list[Fields], engines: list[str]) -> None:
    """Print one dataset's table: whole, then both parts."""
    print(f"\n{name}\n{HEADER}")
    for engine in engines:
        own = [row for row in rows if row["engine"] == engine]
        print(line(engine, own))
        for part in ("A", "B"):
            if some := [row for row in own if row["part"] == part]:
                print(line(f"  {part}", some))


def calibration(rows: list[Fields]) -> Iterator[str]:
    """Say of how many texts newsbot is how sure, and how many of them are badly wrong."""
    for level in ("high", "medium", "low"):
        cells = []
        for part in ("A", "B"):
            sure = [
                row["scores"]["wrong"]
                for row in rows
                if row["part"] == part and row["found"].get("text_confidence") == level and "wrong" in row["scores"]
            ]
            cells.append(f"{part}: {sum(sure):3.0f} of {len(sure):3} wrong ({statistics.fmean(sure or [0]):.3f})")
        yield f"text_confidence {level:8}{'   '.join(cells)}"


def speed(rows: list[Fields]) -> str:
    """Say how many times as fast as trafilatura newsbot is, by CPU seconds of extraction."""
    spent: Counter[str] = Counter()
    for row in rows:
        spent[row["engine"]] += row["scores"]["seconds"]
    if not spent["newsbot"] or not spent["trafilatura"]:
        return ""
    return f"newsbot extracts {spent['trafilatura'] / spent['newsbot']:.2f} times as fast as trafilatura"


def compare(rows: list[Fields], before: dict[tuple[str, str, str], Fields], name: str, show: set[str]) -> None:
    """Print how many pages of each part are better and worse than before, for each measure that moved."""
    for measure_name in MEASURES:
        moved = []
        for row in rows:
            old = before.get((name, row["id"], row["engine"]))
            if old is None or measure_name not in row["scores"] or measure_name not in old["scores"]:
                continue
            gain = row["scores"][measure_name] - old["scores"][measure_name]
            gain = -gain if measure_name in LOWER_IS_BETTER else gain
            if abs(gain) > 1e-9:
                moved.append((gain, row, old))
        if not moved:
            continue
        cells = []
        for part in ("A", "B"):
            gains = [gain for gain, row, _ in moved if row["part"] == part]
            cells.append(
                f"{part}: {sum(g > 0 for g in gains):3} better {sum(g < 0 for g in gains):3} worse {sum(gains):+7.3f}"
            )
        print(f"  {measure_name:10}{'   '.join(cells)}")
        if measure_name in show:
            for gain, row, old in sorted(moved, key=lambda one: one[0]):
                print(f"    {gain:+.3f} {row['part']} {row['id'][:34]:34} {row['url'][:90]}")
                if measure_name in ("title", "day", "instant", "authors"):
                    key = "published" if measure_name in ("day", "instant") else measure_name
                    print(f"           {old['found'].get(key)!r} -> {row['found'].get(key)!r}")


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", action="append", type=Path, help="default: tests/pages")
    parser.add_argument(
        "--engines",
        default=",".join(ENGINES),
        help="those not installed are left out",
    )
    parser.add_argument("--rounds", type=int, default=1, help="times each page is taken; the median counts")
    parser.add_argument("--part", choices=["A", "B"], help="only the pages of this part")
    parser.add_argument("--limit", type=int, help="only the first pages of each dataset")
    parser.add_argument("--details", type=Path, help="write every page's record and scores to this JSON-lines file")
    parser.add_argument("--against", type=Path, help="compare with such a file, page by page")
    parser.add_argument("--show", default="", help=f"with --against: name the pages that moved in {','.join(MEASURES)}")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    packages = {"newspaper4k": "newspaper"}
    asked = [name.strip() for name in options.engines.split(",")]
    if unknown := set(asked) - ENGINES.keys():
        parser.error(f"no such engine: {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    engines = [name for name in asked if importlib.util.find_spec(packages.get(name, name.partition("+")[0]))]
    before: dict[tuple[str, str, str], Fields] = {}
    if options.against:
        for text in options.against.read_text(encoding="utf-8").rstrip("\n").split("\n"):
            old = json.loads(text)
            before[old["set"], old["id"], old["engine"]] = old
    everything: list[Fields] = []
    for folder in options.dataset or [Path(__file__).parent.parent / "tests" / "pages"]:
        for dataset in datasets(folder):
            pages = [page for page in load(dataset) if options.part in (None, page.part)][: options.limit]
            if not pages:
                parser.error(f"no pages in {dataset}")
            for engine in engines:  # the first call loads models and compiles patterns
                take(engine, pages[0], 1)
            rows = measure(pages, engines, options.rounds)
            report(dataset.name, rows, engines)
            if text := speed(rows):
                print(text)
            compare(rows, before, dataset.name, set(options.show.split(",")))
            everything += [{"set": dataset.name, **row} for row in rows]
    if everything:
        whole = [row for row in everything if "f1" in row["scores"]]
        print(f"\nall sets ({len(whole) // len(engines)} pages with a whole text; wrong: F1 under {WRONG})\n{HEADER}")
        for engine in engines:
            print(line(engine, [row for row in everything if row["engine"] == engine]))
        if text := speed(everything):
            print(text)
        if "newsbot" in engines:
            print("\n".join(calibration([row for row in everything if row["engine"] == "newsbot"])))
    if options.details:
        options.details.write_text("".join(json.dumps(row) + "\n" for row in everything), encoding="utf-8")


if __name__ == "__main__":
    main()
