"""The quality gate: the benchmark's own measure over tests/pages must not fall below benchmarks/floors.toml."""

import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from newsbot.extraction import ExtractionError, extract_article

ROOT = Path(__file__).parent.parent


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extraction_benchmark", ROOT / "benchmarks" / "extraction.py")
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
    measure = benchmark()
    floors = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text(encoding="utf-8"))
    pages = list(measure.load(ROOT / "tests" / "pages"))
    scores = measure.Scores([measure.score(page.expected, extract(page)) for page in pages])
    precision, recall = scores.mean("precision"), scores.mean("recall")
    assert len(pages) >= 40
    assert 2 * precision * recall / (precision + recall) >= floors["text"]["f1"]
    assert scores.mean("exact") >= floors["text"]["exact"]
    for name, floor in floors["fields"].items():
        assert scores.mean(name) >= floor, name
    assert scores.mean("rejected") <= floors["pages"]["rejected"]


def test_score_counts_shingles_and_folds_titles() -> None:
    measure = benchmark()
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
