"""Copies are told from other articles, whatever was edited and in whatever script; templates are no copies."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.dedupe import agency_of, likeness, sketch_of
from newsbot.dedupe.minhash import MIN_WORDS, SLOTS

WORDS = (
    "river", "bridge", "council", "harbour", "winter", "teacher", "market", "station", "garden", "doctor",
    "window", "kitchen", "village", "engine", "letter", "mountain", "forest", "island", "captain", "museum",
    "library", "bakery", "orchard", "lantern", "meadow", "painter", "sailor", "weaver", "miller", "potter",
)  # fmt: skip
HAN = (
    "政府今天宣布将在明年春季开始修建新的跨河大桥预计工程需要三年时间完成届时两岸居民"
    "往来更加方便市民对此表示欢迎并希望早日通车"
)
THAI = (
    "รัฐบาลประกาศวันนี้ว่าจะเริ่มก่อสร้างสะพานข้ามแม่น้"
    "ำแห่งใหม่ในฤดูใบไม้ผลิปีหน้าคาดว่าจะใช้เวลาสามปีจึงจะแล้วเสร็จ"
)  # fmt: skip


def story(seed: int, words: int = 300) -> str:
    dice = random.Random(seed)
    sentences = []
    while sum(map(len, sentences)) < words:
        sentences.append([dice.choice(WORDS) for _ in range(dice.randint(8, 16))])
    lines = [" ".join(sentence).capitalize() + "." for sentence in sentences]
    return "\n\n".join(" ".join(lines[start : start + 3]) for start in range(0, len(lines), 3))


def shared(one: str, other: str) -> int:
    sketch, second = sketch_of(one), sketch_of(other)
    assert sketch
    assert second
    return sum(a == b for a, b in zip(sketch.slots, second.slots, strict=True))


def every_twelfth(text: str) -> str:
    return " ".join("elsewhere" if n % 12 == 11 else word for n, word in enumerate(text.split(" ")))


EDITS = {
    "dateline": lambda text: f"OSLO, 3 May (AP) — {text}",
    "first part": lambda text: text[: int(len(text) * 0.6)],
    "paragraphs added": lambda text: f"{story(7, 60)}\n\n{text}\n\n{story(8, 60)}",
    "every twelfth word": every_twelfth,
    "credits": lambda text: f"{text}\n\n(Reporting by Jo Roe; editing by Kim Poe)\n\n© 2026 Agency",
    "punctuation": lambda text: text.replace(".", " …").upper(),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("seed", range(5))
def test_an_edited_copy_shares_slots_and_is_alike(edit: str, seed: int) -> None:
    text = story(seed)
    copy = EDITS[edit](text)
    assert shared(text, copy) >= 4
    assert likeness(text, copy)


def test_other_texts_share_no_slot_and_are_not_alike() -> None:
    assert max(shared(story(1), story(seed)) for seed in range(2, 30)) <= 1
    assert not any(likeness(story(1), story(seed)) for seed in range(2, 30))


@pytest.mark.parametrize("text", [HAN * 2, THAI * 2], ids=["chinese", "thai"])
def test_scripts_without_spaces_are_compared_by_characters(text: str) -> None:
    excerpt = text[: int(len(text) * 0.6)]
    assert shared(text, excerpt) >= 4
    found = likeness(text, excerpt)
    assert found
    assert likeness(text, text[::-1]) is None


def test_an_excerpt_is_told_from_a_whole_copy() -> None:
    text = story(3)
    whole, part = likeness(text, text + " Read on."), likeness(text, text[: len(text) // 2])
    assert whole
    assert not whole.excerpt
    assert part
    assert part.excerpt
    assert part.similarity > 0.95


def test_a_passage_quoted_in_a_long_text_makes_no_copy() -> None:
    passage = story(1, 40)
    assert likeness(passage, f"{story(2, 500)}\n\n{passage}\n\n{story(3, 500)}") is None


WEATHER = (
    "Rain reaches the coast with highs of {} degrees in the north and {} degrees in the south. Winds of {} knots turn "
    "west in the evening, and {} millimetres are expected by midnight in the valleys and on the hills of {}."
)


def test_a_template_with_other_numbers_is_no_copy_and_with_the_same_it_is() -> None:
    report = WEATHER.format(14, 19, 5, 12, "Lorn")
    assert likeness(report, WEATHER.format(17, 21, 9, 3, "Lorn")) is None
    assert likeness(report, WEATHER.format(14, 19, 5, 13, "Lorn")) is None
    assert likeness(report, WEATHER.format(17, 21, 9, 3, "Skye")) is None
    assert likeness(report, WEATHER.format(14, 19, 5, 12, "Lorn and Skye"))


def test_one_text_about_two_towns_is_two_articles_and_another_spelling_is_none() -> None:
    guide = " ".join(f"{sentence} {{0}}." for sentence in story(5, 600).split(". "))
    assert likeness(guide.format("Hull"), guide.format("Basel")) is None
    assert likeness(guide.format("New Romney"), guide.format("Old Sarum")) is None
    assert likeness(guide.format("Kyiv"), guide.format("Kiev"))


def test_a_number_put_right_in_a_long_text_full_of_numbers_leaves_it_a_copy() -> None:
    text = " ".join(f"{sentence} {n}" for n, sentence in enumerate(story(4, 2000).split(". ")))
    assert likeness(text, text.replace(" 30 ", " 31 "))


def test_short_texts_are_never_near_duplicates() -> None:
    assert sketch_of(" ".join(WORDS[: MIN_WORDS - 1])) is None
    sketch = sketch_of(" ".join(WORDS[:MIN_WORDS]))
    assert sketch
    assert len(sketch.slots) == SLOTS


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    found, back = likeness(one, other), likeness(other, one)
    assert (found is None) == (back is None)
    assert found is None or 0 <= found.similarity <= 1


@pytest.mark.parametrize("filling", [" ", "\n", "\n\n", "a, ", "("])
def test_whose_copy_it_is_is_told_of_a_million_characters_at_once(filling: str) -> None:
    text = filling * (1_000_000 // len(filling))
    started = time.process_time()
    assert agency_of([f"x{text}AFP"], f"Well.\n\n{text}x") is None
    assert time.process_time() - started < 1
    assert agency_of(["Ana  Lind   /\tAFP"], "") == "AFP"
