"""What stands above and below an article goes: bylines, dates, tags, page tools; datelines stay."""

from __future__ import annotations

import pytest

from newsbot.cleaning import clean_text

BEFORE = "The old ferry across the sound will make its last crossing on Sunday, the harbour board said on Monday."
AFTER = "Its captain said he would spend the first free morning of his life asleep and the second one fishing."


@pytest.mark.parametrize(
    "line",
    [
        "← Previous",
        "Next article: The bridge that never was",
        "#ferries #harbour",
        "Was this article helpful?",
        "Reuters",
        "Posted in Coast",
        "About the author",
        "Tags: ferries, harbour, Old Town",
        "Filed under: Coast",
        "Updated 3 March",
        "Published: 14 May 2026, 10:22 CET",
        "Back to top button",
        "Related Articles",
        "Show More",
        "(Reporting by Ana Lind; Editing by Bo Ek)",
        "With inputs from agencies",
        "Schlagwörter: Fähre, Hafen",
        "Quelle: dpa",
        "Mots-clés : ferry, port",
        "Etiquetas: puerto, barcos",
        "Источник: ТАСС",
        "Etiketler: feribot, liman",
        "الكلمات الدلالية: ميناء، عبارة",
        "ページトップへ",
        "责任编辑：王小明",
        "태그: 여객선, 항구",
        "टैग्स: नाव, बंदरगाह",
    ],
)
def test_what_stands_below_an_article_goes(line: str) -> None:
    assert clean_text(f"{BEFORE}\n\n{AFTER}\n\n{line}").text == f"{BEFORE}\n\n{AFTER}"


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Ana Lind", ["Ana Lind"]),
        ("By Ana Lind and Bo Ek", ["Ana Lind", "Bo Ek"]),
        ("By Ana Lind | 3 March 2026, 10:22 · 3 min read", ["Ana Lind"]),
        ("Por Ana Pérez y Luis Gil | 20 de noviembre de 2026, 11:51 h", ["Ana Pérez", "Luis Gil"]),
        ("20. November 2026, 16:48 Uhr · Lesedauer: 1 Min.", []),
        ("Von Jörg Müller", ["Jörg Müller"]),
        ("Par Élodie Petit", ["Élodie Petit"]),
        ("Por Ana Pérez y Luis Gil", ["Ana Pérez", "Luis Gil"]),
        ("Автор: Анна Петрова", ["Анна Петрова"]),
        ("بقلم: أحمد علي", ["أحمد علي"]),
        ("文：山田太郎", ["山田太郎"]),
    ],
)
def test_a_byline_above_the_text_becomes_its_authors(line: str, authors: list[str]) -> None:
    cleaned = clean_text(f"{line}\n\n{BEFORE}\n\n{AFTER}")
    assert cleaned.authors == authors
    assert cleaned.text == f"{BEFORE}\n\n{AFTER}"


@pytest.mark.parametrize(
    "line",
    [
        "LONDON (Reuters) –",
        "HAMBURG, 3. März (dpa)",
        "Ferry’s last crossing",
    ],
)
def test_dateline_and_headings_above_the_text_stay(line: str) -> None:
    assert clean_text(f"{line}\n\n{BEFORE}\n\n{AFTER}").text.startswith(line)
