"""What changed between two versions has a name, and what only moves on the page has none; agencies are named."""

from __future__ import annotations

import pytest

from newsbot.dedupe import agency_of, change_between

BODY = (
    "The council voted on Tuesday to raise the harbour wall by a metre.\n\n"
    "Work begins in March, the mayor said, and the ferry will land at the old pier until the summer is over.\n\n"
    "Twelve families had to leave their houses after the storm of last week, and four people were hurt.\n\n"
    "The wall was built in 1911 and has been repaired twice since then, both times after winter storms."
)


@pytest.mark.parametrize(
    "after",
    [
        BODY,
        BODY.upper().replace("\n\n", "\n"),
        f"Updated 5 minutes ago\n\n{BODY}\n\n12 comments\n\nShare",
        f"Published 20 November 2026, 10:40.\n\n{BODY}",
        f"Aktualisiert am 3. Mai um 12:30 Uhr.\n\n{BODY}\n\n148 Kommentare",
        f"更新 2026年11月20日 10:40\n\n{BODY}",
    ],
)
def test_chrome_counters_and_dates_are_no_change(after: str) -> None:
    before = f"Updated 2 minutes ago\n\n{BODY}\n\n3 comments\n\nMost read"
    assert change_between("Wall to rise", before, "Wall to rise!", after) is None


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (BODY.replace("four people", "five people"), "correction"),
        (f"{BODY}\n\nCorrection: the wall was built in 1911, an earlier version gave another year.", "correction"),
        (
            f"{BODY}\n\nKorrektur: In einer früheren Fassung stand ein anderes Jahr, wir bitten um Nachsicht.",
            "correction",
        ),
        (f"{BODY}\n\nThe opposition has asked for a debate on the cost of the wall before the work begins.", "body"),
        ("\n\n".join(BODY.split("\n\n")[:2]), "shortened"),
        (BODY.replace("Twelve families", "Some thirty families and their neighbours from the upper town"), "body"),
    ],
)
def test_a_change_of_the_text_has_its_class(after: str, change: str) -> None:
    assert change_between("Wall to rise", BODY, "Wall to rise", after) == change
    assert change_between("Wall to rise", BODY, "Another headline", after) == change


def test_another_headline_alone_is_a_change() -> None:
    assert change_between("Wall to rise", BODY, "Harbour wall to rise by a metre", BODY) == "headline"


def test_a_list_without_sentences_is_compared_as_a_whole() -> None:
    assert change_between("Results", "Hull 3\n\nLeeds 1", "Results", "Hull 3\n\nLeeds 2") is not None


@pytest.mark.parametrize(
    ("authors", "text", "agency"),
    [
        (["The Associated Press"], "", "AP"),
        (["Ana Silva, AFP"], "", "AFP"),
        (["dpa/lno"], "", "dpa"),
        (["Reuters Staff"], "", "Reuters"),
        (["Maria Reuters-Schmidt"], "", None),
        (["Paul Apa"], "", None),
        ([], "LONDON, March 3 (Reuters) - The wall will rise.", "Reuters"),
        ([], "Hamburg (dpa/lno) – Die Mauer wird erhöht.", "dpa"),
        ([], "新华社北京11月20日电 城墙将加高。", "Xinhua"),
        ([], f"{BODY}\n\n© 2026 AFP", "AFP"),
        ([], f"{BODY}\n\nSource: Xinhua", "Xinhua"),
        ([], f"{BODY}\n\n(EFE)", "EFE"),
        ([], BODY, None),
    ],
)
def test_an_agency_is_named_where_byline_dateline_or_credit_name_it(
    authors: list[str], text: str, agency: str | None
) -> None:
    assert agency_of(authors, text) == agency
