"""Counting words in any script."""

from __future__ import annotations

import pytest

from newsbot.web.text import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("— … —", 0),
        ("The ferry’s last trip cost 3.50 euros.", 7),
        ("Saint-Malo – the old town", 4),
        ("गाँव में नई सड़क बनी", 5),
        ("여객선이 마지막으로 출항했다", 3),
        ("اجتمع المجلس أمس", 3),
        ("می‌خواهم بروم", 2),
    ],
)
def test_words_between_spaces_are_counted(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("渡轮周日将最后一次横渡海峡。", 5, 9),
        ("渡し船は日曜日に最後の航海をする。", 6, 10),
        ("เรือข้ามฟากจะออกเดินทางครั้งสุดท้ายในวันอาทิตย์", 8, 13),
    ],
)
def test_scripts_without_spaces_are_estimated_at_the_length_of_their_words(text: str, low: int, high: int) -> None:
    assert low <= count_words(text) <= high


def test_mixed_scripts_add_up() -> None:
    assert count_words("東京 Tokyo 2026") == 3
