"""What a version changed is marked word by word, in every script, and nothing of either version is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.dedupe.differences import GONE, NEW, differences

LINES = st.lists(st.text(st.sampled_from("ab bc c. ，日本 กำ")), max_size=4)


def written(old: list[str], new: list[str]) -> list[str]:
    """Write marks out: [-gone-] {+new+}."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return ["".join(marks[kind].format(text) for kind, text in line) for line in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Four men were hurt.", "Five men were hurt, police said.", "[-Four-]{+Five+} men were hurt{+, police said+}."),
        ("The old mill is sold.", "The new dam is sold.", "The [-old mill-]{+new dam+} is sold."),
        ("東京で四人が負傷した。", "東京で五人が負傷した。", "東京で[-四-]{+五+}人が負傷した。"),
        ("น้ำท่วมห้าวัน", "น้ำท่วมหกวัน", "น้ำท่วม[-ห้า-]{+หก+}วัน"),
        ("हिन्दी में नई बात", "हिन्दी में नये बात", "हिन्दी में [-नई-]{+नये+} बात"),
    ],
)
def test_words_are_told_apart_and_what_combines_with_a_letter_stays_with_it(old: str, new: str, shown: str) -> None:
    assert written([old], [new]) == [shown]


def test_a_line_that_was_cut_in_two_is_two() -> None:
    first, second = written(["He came. He saw the mill. He went."], ["He came. He saw the mill.", "He went."])
    assert first.startswith("He came. He saw the mill.")
    assert second == "{+He went.+}"


@given(LINES, LINES)
def test_both_versions_can_be_read_out_of_it(old: list[str], new: list[str]) -> None:
    told = list(differences(old, new))
    for other, whole in ((NEW, old), (GONE, new)):
        assert "".join(text for line in told for kind, text in line if kind != other) == "".join(whole)
