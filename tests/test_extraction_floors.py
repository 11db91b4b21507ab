"""The quality gate: the benchmark's own measure over tests/pages must not fall below benchmarks/floors.toml."""

import importlib.util
import sys
import tomllib
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import Any

from newsbot.extraction import ExtractionError, extract_article

ROOT = Path(__file__).parent.parent


def scored_pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scored_pages", ROOT / "benchmarks" / "scored_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def extract(page: Any) -> dict[str, Any]:
    options = {name: page.expected.get(name) for name in ("charset", "fetched_at")}
    try:
        article = extract_article(page.html, page.url, **options)
    except ExtractionError as error:
        return {"rejected": error.reason}
    return {name: getattr(article, name) for name in ("text", "title", "authors", "published")}


def test_quality_stays_above_the_floors() -> None:
    measure = scored_pages()
    floors = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text(encoding="utf-8"))
    found = [(page, extract(page)) for page in measure.load(ROOT / "tests" / "pages")]
    rows = [measure.score(page.expected, fields) for page, fields in found]

    def mean(name: str) -> float:
        return fmean(row[name] for row in rows if name in row)

    assert len(rows) >= 40
    assert measure.f1(mean("precision"), mean("recall")) >= floors["text"]["f1"]
    assert mean("exact") >= floors["text"]["exact"]
    for name, floor in floors["fields"].items():
        assert mean(name) >= floor, name
    assert fmean("rejected" in fields for _, fields in found) <= floors["pages"]["rejected"]


def test_score_counts_shingles_and_folds_titles() -> None:
    measure = scored_pages()
    expected = {
        "text": "one two three four five six",
        "title": "A Title!",
        "authors": ["Jane Doe"],
        "published": "2026-05-12T10:00:00+02:00",
    }
    row = measure.score(
        expected,
        {
            "text": "one two three four five",
            "title": "a title",
            "authors": ["JANE DOE", "X"],
            "published": "2026-05-12T08:00:30+00:00",
        },
    )
    assert row["precision"] == 1.0
    assert row["recall"] == 2 / 3
    assert (row["exact"], row["title"], row["instant"], row["day"]) == (0.0, 1.0, 1.0, 1.0)
    assert row["authors"] == 2 / 3
