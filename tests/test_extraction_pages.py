"""Every folder of tests/pages is one trap: a page written for it, and what a reader would take from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from newsbot.extraction import ExtractionError, extract_article
from newsbot.items import REJECTION_REASONS

PAGES = Path(__file__).parent / "pages"
CASES = sorted(folder.name for folder in PAGES.iterdir() if (folder / "expected.json").exists())
FIELDS = (
    "title", "authors", "published", "published_precision", "modified", "language", "section", "tags", "site_name",
    "kind", "paywalled", "text",
)  # fmt: skip


def read(case: str) -> tuple[bytes, dict[str, Any]]:
    folder = PAGES / case
    return (folder / "page.html").read_bytes(), json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_page_gives_what_a_reader_would_take(case: str) -> None:
    html, expected = read(case)
    options = {"charset": expected.get("charset"), "fetched_at": expected.get("fetched_at")}
    if rejected := expected.get("rejected"):
        with pytest.raises(ExtractionError) as caught:
            extract_article(html, expected["url"], **options)
        assert caught.value.reason in (REJECTION_REASONS if rejected is True else [rejected])
        return
    article = extract_article(html, expected["url"], **options)
    assert article.text.strip() == article.text
    for field in FIELDS:
        if field in expected:
            assert getattr(article, field) == expected[field], field
    if "canonical" in expected:
        assert article.url == expected["canonical"]


def test_there_are_enough_cases_in_enough_languages() -> None:
    languages = {read(case)[1].get("language") for case in CASES} - {None}
    assert len(CASES) >= 40
    assert len(languages) >= 12
