"""The truth of the bundled newsroom: many articles in six languages, of which only agency copy is alike."""

from __future__ import annotations

import re
from itertools import combinations

import py3langid
import pytest

from newsbot.demo import Expected, Newsroom
from newsbot.items import CHANNELS


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return Newsroom()


def test_the_truth_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert Newsroom().truth() == Newsroom().truth()
    titles = {expected.title for expected in Newsroom().truth()}
    others = {expected.title for expected in Newsroom(seed=1).truth()}
    assert len(titles & others) < len(titles) / 10


def test_articles_are_many_long_enough_and_in_six_languages(newsroom: Newsroom) -> None:
    truth = newsroom.truth()
    assert len(newsroom.outlets) >= 10
    assert {expected.language for expected in truth} == {"en", "de", "ar", "ja", "es", "fr"}
    assert {expected.discovered_via for expected in truth} == {"feed", "news_sitemap", "sitemap", "section"}
    assert {expected.discovered_via for expected in truth} <= set(CHANNELS)
    assert len({expected.url for expected in truth}) == len(truth)
    for expected in truth:
        assert 5 <= expected.text.count("\n\n") + 1 <= 22
        # A Japanese character counts for about two fifths of an English word.
        words = len(expected.text) * 2 // 5 if expected.language == "ja" else len(expected.text.split())
        assert words > 140, expected.url


def test_each_text_reads_as_its_language(newsroom: Newsroom) -> None:
    for expected in newsroom.truth():
        assert py3langid.classify(expected.text)[0] == expected.language, expected.url


def shingles(expected: Expected) -> set[tuple[str, ...]]:
    units = list(expected.text) if expected.language == "ja" else re.findall(r"\w+", expected.text.lower())
    size = 12 if expected.language == "ja" else 5
    return {tuple(units[start : start + size]) for start in range(len(units) - size)}


def test_only_agency_copy_is_alike(newsroom: Newsroom) -> None:
    truth = newsroom.truth()
    by_url = {expected.url: expected for expected in truth}
    copies = [expected for expected in truth if expected.duplicate_of]
    assert len(copies) == 3
    for copy in copies:
        original = by_url[copy.duplicate_of or ""]
        assert (original.source, original.text) == ("northwire", copy.text)
    sets = {expected.url: shingles(expected) for expected in truth if not expected.duplicate_of}
    for one, two in combinations(sets, 2):
        if by_url[one].language == by_url[two].language:
            shared = len(sets[one] & sets[two]) / len(sets[one] | sets[two])
            assert shared < 0.2, (shared, one, two)


def test_no_paragraph_of_a_large_site_looks_like_boilerplate() -> None:
    """With digits masked, no paragraph may come back: a learner of site boilerplate must not see any."""
    outlet = Newsroom(sites=1, articles=60).outlets["harbour-herald"]
    seen: dict[str, int] = {}
    for piece in outlet.pieces:
        for block in piece.blocks:
            if block.kind == "paragraph":
                key = re.sub(r"\d+", "0", block.text)
                seen[key] = seen.get(key, 0) + 1
    assert max(seen.values()) == 1
