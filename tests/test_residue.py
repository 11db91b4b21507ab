"""Residue lines go, in many languages, bylines and page tools above and below the text with them; sentences stay."""

from __future__ import annotations

import pytest

from newsbot.cleaning import clean_text
from newsbot.cleaning.heading import Heading
from newsbot.cleaning.patterns import compiled, table
from newsbot.cleaning.residue import strip_residue

BEFORE = (
    "The old ferry across the sound will make its last crossing on Sunday, the harbour board said, "
    "after sixty years in which it carried bicycles, brass bands and one elephant."
)
AFTER = (
    "Its captain, who has steered it since he was nineteen, said he would spend the first free morning "
    "of his life asleep and the second one fishing from the quay."
)

MID_TEXT = {
    "en": [
        ("RELATED:  Council votes to keep the night buses", "related_link"),
        ("Related: Why the swans came back", "related_link"),
        ("Read also: Ferry fares to rise in spring", "related_link"),
        ("READ MORE | Harbour master retires after forty years", "related_link"),
        ("READ ALSO The bakers who never sleep", "related_link"),
        ("More Sports News Updates Check Below", "related_link"),
        ("Also read – Five walks along the coast", "related_link"),
        ("See also: Who owns the lighthouse?", "related_link"),
        ("Read more…", "read_more"),
        ("Story continues below this ad", "read_more"),
        ("Advertisement", "advertisement"),
        ("[ADVERTISEMENT]", "advertisement"),
        ("- Advertisement -", "advertisement"),
        ("Sign up for our newsletter", "newsletter"),
        ("Sign up for our daily newsletter to get the best of the coast in your inbox.", "newsletter"),
        ("Get the Morning Tide delivered to your inbox every weekday.", "newsletter"),
        ("Share this:", "share"),
        ("Share on Facebook", "share"),
        ("Share on X (Opens in new window)", "share"),
        ("Facebook Twitter WhatsApp Email", "share"),
        ("Follow us on X", "follow"),
        ("Follow @coastnews on Instagram and Facebook for more.", "follow"),
        ("Leave a comment", "comments"),
        ("12 Comments", "comments"),
        ("© 2026 Coast Media Ltd. All rights reserved.", "copyright"),
        ("Copyright 2026 Coast Media", "copyright"),
        ("Listen to this article", "audio"),
        ("3 min read", "reading_time"),
        ("Photo: Ana Lind/Reuters", "photo_credit"),
        ("(Photo by Ana Lind)", "photo_credit"),
        ("Image credit: Coast Archive", "photo_credit"),
        ("The quay at low tide. Photo: Ana Lind/Reuters", "photo_credit"),
        ("Home | News | Sport | Culture", "navigation"),
        ("Coast News || Harbour Today || World News || Weather", "navigation"),
        ("Home / World / Europe", "navigation"),
        ("* * * * * * * * * *", "rule"),
        ("--------------------", "rule"),
    ],
    "de": [
        ("Lesen Sie auch: Warum die Schwäne zurückkamen", "related_link"),
        ("Mehr zum Thema", "related_link"),
        ("Anzeige", "advertisement"),
        ("Artikel teilen", "share"),
        ("Jetzt Newsletter abonnieren", "newsletter"),
        ("Foto: Ana Lind/dpa", "photo_credit"),
        ("Lesezeit: 3 Minuten", "reading_time"),
        ("Alle Rechte vorbehalten.", "copyright"),
    ],
    "fr": [
        ("À lire aussi : Pourquoi les cygnes sont revenus", "related_link"),
        ("À lire aussi Pourquoi les cygnes sont revenus", "related_link"),
        ("Publicité", "advertisement"),
        ("Partager cet article", "share"),
        ("Inscrivez-vous à notre newsletter pour ne rien manquer.", "newsletter"),
        ("Laisser un commentaire", "comments"),
        ("Tous droits réservés", "copyright"),
    ],
    "es": [
        ("Lea también: Por qué volvieron los cisnes", "related_link"),
        ("Te puede interesar: El último tren del valle", "related_link"),
        ("Publicidad", "advertisement"),
        ("Síguenos en Facebook y X", "follow"),
        ("Suscríbete a nuestro boletín", "newsletter"),
        ("Deja un comentario", "comments"),
    ],
    "it": [
        ("Leggi anche: Perché sono tornati i cigni", "related_link"),
        ("Pubblicità", "advertisement"),
        ("© RIPRODUZIONE RISERVATA", "copyright"),
        ("Condividi su Facebook", "share"),
    ],
    "pt": [
        ("Leia também: Por que os cisnes voltaram", "related_link"),
        ("Publicidade", "advertisement"),
        ("Tempo de leitura: 4 minutos", "reading_time"),
        ("Siga-nos no Instagram", "follow"),
    ],
    "nl": [
        ("Lees ook: Waarom de zwanen terugkwamen", "related_link"),
        ("Advertentie", "advertisement"),
        ("Tekst gaat verder onder de foto", "read_more"),
        ("Deel dit artikel", "share"),
    ],
    "pl": [
        ("Czytaj także: Dlaczego wróciły łabędzie", "related_link"),
        ("Reklama", "advertisement"),
        ("Udostępnij", "share"),
        ("Zapisz się do newslettera", "newsletter"),
    ],
    "ru": [
        ("Читайте также: Почему вернулись лебеди", "related_link"),
        ("Реклама", "advertisement"),
        ("Подписывайтесь на наш канал в Telegram", "newsletter"),
        ("Все права защищены", "copyright"),
        ("Поделиться", "share"),
    ],
    "tr": [
        ("İlgili haber: Kuğular neden geri döndü", "related_link"),
        ("İLGİLİ HABERLER", "related_link"),
        ("REKLAM", "advertisement"),
        ("Bu haberi paylaş", "share"),
        ("Tüm hakları saklıdır", "copyright"),
    ],
    "ar": [
        ("اقرأ أيضاً: لماذا عادت البجعات", "related_link"),
        ("إعلان", "advertisement"),
        ("شارك الخبر", "share"),
        ("جميع الحقوق محفوظة", "copyright"),
        ("اقرأ المزيد", "read_more"),
    ],
    "ja": [
        ("関連記事：白鳥はなぜ戻ってきたのか", "related_link"),
        ("【関連記事】白鳥はなぜ戻ってきたのか", "related_link"),
        ("続きを読む", "read_more"),
        ("広告", "advertisement"),
        ("この記事をシェア", "share"),
        ("無断転載を禁じます", "copyright"),
    ],
    "zh": [
        ("相关阅读：天鹅为什么回来了", "related_link"),
        ("延伸閱讀：天鵝為什麼回來了", "related_link"),
        ("广告", "advertisement"),
        ("分享到微信", "share"),
        ("版权所有", "copyright"),
    ],
    "ko": [
        ("관련기사: 백조는 왜 돌아왔나", "related_link"),
        ("광고", "advertisement"),
        ("공유하기", "share"),
        ("무단전재 및 재배포 금지", "copyright"),
        ("댓글 12개", "comments"),
    ],
    "hi": [
        ("ये भी पढ़ें: हंस वापस क्यों आए", "related_link"),
        ("विज्ञापन", "advertisement"),
        ("शेयर करें", "share"),
        ("यहां क्लिक करें", "read_more"),
    ],
}

SENTENCES = [
    "Related: the council had turned the same plan down in May, before the election.",
    "Read more books and fewer screens, the teacher told the class on its last day.",
    "Advertisement revenue fell by a third, the publisher said.",
    "Share prices rose on Monday after the bank kept its rate.",
    "Follow us, the rangers shouted, and the hikers ran.",
    "“Sign up for our newsletter” is all the sign on the empty shop still says.",
    "Copyright law was changed in 2020 by a narrow vote.",
    "Comments by the minister angered the fishermen.",
    "By the numbers, the ferry was never a success.",
    "Photo: that was the only word on the back of the postcard.",
    "More news came from the island in the evening.",
    "Support for the strike has contributed to the delay.",
    "By submitting the plan, the board accepts that the pier will close.",
    "If you buy a house there, the broker’s commission is three per cent.",
    "This content cannot be verified.",
    "Al registrarse el terremoto, los vecinos salieron a la calle.",
    "Sigue a la espera de una respuesta del ministerio.",
    "Voir toute la famille réunie était son rêve.",
    "Nichts durfte er an diesem Abend verpassen.",
    "İzinsiz gösteri düzenleyen yirmi kişi gözaltına alındı.",
    "انضم الصحفي إلى قناة جديدة في القاهرة.",
    "구글은 유튜브 구독료를 인상했다.",
    "该公司未经授权使用了这些数据。",
    "彼は会見の後、公式アカウントをフォローしたと話した。",
    "Rain | 14 mm | 80 %",
    "He won 6–3 | 4–6 | 7–5",
    "London / Paris",
    "What happens next",
    "The first summer",
    "3 March",
    "2026",
]


def sandwich(line: str) -> str:
    return "\n\n".join((BEFORE, line, AFTER))


@pytest.mark.parametrize(
    ("line", "reason"), [pair for pairs in MID_TEXT.values() for pair in pairs], ids=lambda value: value[:40]
)
def test_a_residue_line_between_paragraphs_goes_with_its_reason(line: str, reason: str) -> None:
    cleaned = clean_text(sandwich(line))
    assert cleaned.text == f"{BEFORE}\n\n{AFTER}"
    assert [removed.reason for removed in cleaned.removed] == [reason]
    assert cleaned.removed[0].pattern


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda value: value[:40])
def test_what_the_article_says_stays(sentence: str) -> None:
    cleaned = clean_text(sandwich(sentence))
    assert cleaned.text == sandwich(sentence)
    assert cleaned.removed == []


def test_headings_of_link_lists_take_their_links_along() -> None:
    links = "Swans return to the harbour\n\nWhy is the lighthouse dark?\n\nA baker’s day begins at two"
    cleaned = clean_text(f"{BEFORE}\n\n{AFTER}\n\nRelated Articles\n\n{links}\n\nBack to top")
    assert cleaned.text == f"{BEFORE}\n\n{AFTER}"
    assert [removed.reason for removed in cleaned.removed] == ["related_link"] * 4 + ["page_tool"]


def test_the_next_section_below_a_link_list_stays() -> None:
    listed = "- Swans return to the harbour\n- Why is the lighthouse dark?"
    cleaned = clean_text(f"{BEFORE}\n\nRead also:\n\n{listed}\n\nA last voyage\n\n{AFTER}")
    assert cleaned.text == f"{BEFORE}\n\nA last voyage\n\n{AFTER}"


def test_section_names_one_a_line_go_and_tables_stay() -> None:
    cleaned = clean_text(f"{BEFORE}\n\n{AFTER}\n\nWorld\n\nSport\n\nBusiness\n\nCulture")
    assert cleaned.text == f"{BEFORE}\n\n{AFTER}"
    table_rows = "Home | Crew | Time | Cost\n\nSmall | two | three hours | little\n\nLarge | four | a day | much"
    assert table_rows in clean_text(f"{BEFORE}\n\n{table_rows}\n\n{AFTER}").text


def test_a_break_between_sections_stays_and_a_rule_at_an_end_goes() -> None:
    assert "* * *" in clean_text(sandwich("* * *")).text
    assert clean_text(f"{BEFORE}\n\n* * *").text == BEFORE


def test_every_pattern_of_the_table_compiles() -> None:
    for entries in (*table().starting.values(), *table().needles.values(), *table().other_needles.values()):
        for pattern in entries:
            assert compiled(pattern.expression).groups >= 0, pattern.rule.name


def test_no_single_everyday_word_is_residue_between_paragraphs() -> None:
    for word in ("Background", "Analysis", "Culture", "Health", "Opinion", "Audio", "Photos", "Next", "More", "Print"):
        assert clean_text(sandwich(word)).removed == [], word


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


@pytest.mark.parametrize("line", ["500", "250", "1.2k", "10:00", "35 %", "(12)", "By ,", "Por:", "Von"])
def test_what_a_counter_or_a_name_left_behind_goes_at_both_ends(line: str) -> None:
    assert clean_text(f"{line}\n\n{BEFORE}\n\n{AFTER}").text == f"{BEFORE}\n\n{AFTER}"
    assert clean_text(f"{BEFORE}\n\n{AFTER}\n\n{line}").text == f"{BEFORE}\n\n{AFTER}"


@pytest.mark.parametrize("stamp", ["2025-11-28T10:00:00Z", "2025-11-28 10:00:00+01:00", "1764324000"])
def test_a_time_as_machines_write_it_goes_anywhere(stamp: str) -> None:
    assert clean_text(sandwich(stamp)).text == f"{BEFORE}\n\n{AFTER}"


def test_numbers_that_count_sections_or_are_figures_stay() -> None:
    sections = f"1\n\n{BEFORE}\n\n2\n\n{AFTER}"
    assert clean_text(sections).text == sections
    figures = f"{BEFORE}\n\n{AFTER}\n\n48\n\n45\n\n42"
    assert clean_text(figures).text == figures


def test_a_text_without_any_line_keeps_having_none() -> None:
    assert strip_residue([], Heading()) == ([], [], [])
    assert strip_residue([""], Heading()) == ([""], [], [])
