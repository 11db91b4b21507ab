"""Fuzz extraction: under pytest every page of tests/pages cut and crossed, as a program for as long as is wished.

    pip install atheris && python tests/test_extraction_fuzz.py CORPUS_FOLDER -max_total_time=600 -timeout=5

As a program it is a libFuzzer target: guided by coverage, from the pages of tests/pages and whatever the corpus
folder holds (new inputs are kept there), until the time is over or a page raises something else than an
ExtractionError, gives an article without text, or takes as long as -timeout says.
"""

from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path

import pytest
from conftest import not_hanging

from newsbot.extraction import ExtractionError, extract_article

PAGES = sorted((Path(__file__).parent / "pages").glob("*/page.html"))
CHARSETS = (None, "utf-8", "gb18030", "windows-1251", "no-such")
URLS = ("https://quay.example/2026/a", "https://quay.example/", "https://quay.example/a?page=2")


def check(data: bytes) -> None:
    """Extract what the first byte (a charset and an address) and the rest (a page) make."""
    if not data:
        return
    try:
        article = extract_article(
            data[1:], URLS[data[0] // 5 % 3], charset=CHARSETS[data[0] % 5], fetched_at="2026-06-01T00:00:00+00:00"
        )
    except ExtractionError:
        pass
    else:
        assert article.text.strip()
        assert article.title


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_cut_and_crossed_pages_end_in_an_article_or_a_reason(share: float) -> None:
    texts = [path.read_bytes() for path in PAGES]
    for number, text in enumerate(texts):
        other = texts[(number * 7 + 3) % len(texts)]
        with not_hanging():
            check(bytes([number % 256]) + text[: int(len(text) * share)] + other[int(len(other) * share) :])


def main() -> None:
    """Run libFuzzer on check."""
    atheris = importlib.import_module("atheris")
    logging.disable(logging.CRITICAL)
    corpus = Path(sys.argv[1])
    corpus.mkdir(parents=True, exist_ok=True)
    for path in PAGES:
        (corpus / path.parent.name).write_bytes(b"\0" + path.read_bytes())
    atheris.instrument_imports(include=["newsbot.extraction"])
    for name in [name for name in sys.modules if name.startswith("newsbot.extraction")]:
        module = sys.modules[name]
        for function in vars(module).values():
            if callable(function) and getattr(function, "__module__", "") == name and hasattr(function, "__code__"):
                atheris.instrument_func(function)
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
