"""Blocks of a site are learned from its articles; what articles repeat themselves stays."""

from __future__ import annotations

import pytest

from newsbot.cleaning.boilerplate import (
    SiteBlocks,
    Spared,
    blocks_of,
    fingerprint,
    learn,
    learn_section,
    section_of,
    site_blocks,
    strip,
    strip_within,
)
from newsbot.cleaning.site_state import MAX_ROWS, SiteBlock, SiteState
from newsbot.items import Removed

LABEL_ABOVE = "The Coast in your pocket"
PITCH_BELOW = "The Coast Mail has no owner but its readers, and it intends to keep things that way for good."
BIO_BELOW = "Ana Lind writes about harbours, weather and the people who live between the two of them."
NOTICE_INSIDE = "This page keeps itself up to date while you are reading, there is no need to load it again."
LAW = "“No person shall moor a vessel at the public quay for longer than three tides without leave of the board.”"
OPENING = "Good morning from the quay, where the kettle is on and the gulls are in a mood again today."
CORRECTION = "Correction: an earlier version of this article gave the wrong name for the lighthouse keeper."
NAMES = ("Alma", "Bo", "Cleo", "Dag", "Edda", "Finn", "Gro", "Hans", "Ida", "Jon", "Kai", "Lea", "Max", "Nina", "Olaf")
NAMES += ("Pia", "Quinn", "Rosa", "Sven", "Thea", "Ulf", "Vera", "Wim", "Xenia", "Yrsa", "Zoe")


def own(n: int) -> list[str]:
    name, other = NAMES[n % len(NAMES)], NAMES[(n * 7 + 3) % len(NAMES)]
    return [
        f"{name} bought the boat from {other} in the winter when nobody else would look at it twice.",
        f"It leaked in places that only {other} could have known, and {name} found them one after the other.",
        f"By spring the two of them, {name} and {other}, had stopped speaking and begun to row together.",
        f"The harbour board gave {name} a berth, and {other} a bucket, which both of them took as praise.",
    ]


def page(n: int, *, law: bool = False, opening: bool = False, correction: bool = False) -> str:
    one, two, three, four = own(n)
    blocks = [LABEL_ABOVE, OPENING if opening else "", one, LAW if law else "", two, NOTICE_INSIDE, three]
    blocks += [CORRECTION if correction else "", four, PITCH_BELOW, BIO_BELOW]
    return "\n\n".join(filter(None, blocks))


def learned(count: int, **of: set[int]) -> SiteState:
    state = SiteState()
    for n in range(count):
        state = learn(state, blocks_of(page(n, **{kind: n in numbers for kind, numbers in of.items()})))
    return state


def stripped(text: str, blocks: SiteBlocks) -> str:
    return strip(text, blocks)[0]


def test_after_eight_articles_nothing_of_the_site_is_left_and_nothing_else_lost() -> None:
    blocks = site_blocks(learned(8))
    for n in range(20):
        text, removed = strip(page(n), blocks)
        assert text == "\n\n".join(own(n))
        assert {block.text for block in removed} == {LABEL_ABOVE, NOTICE_INSIDE, PITCH_BELOW, BIO_BELOW}
        assert {block.reason for block in removed} == {"site_boilerplate"}


def test_two_articles_are_not_enough() -> None:
    assert not site_blocks(learned(2))


def test_a_law_quoted_in_half_of_the_articles_stays() -> None:
    blocks = site_blocks(learned(20, law=set(range(0, 20, 2))))
    assert LAW in stripped(page(4, law=True), blocks)


def test_a_columns_standing_first_sentence_stays_even_if_every_article_has_it() -> None:
    blocks = site_blocks(learned(24, opening=set(range(24))))
    assert stripped(page(3, opening=True), blocks) == "\n\n".join([OPENING, *own(3)])


def test_a_correction_notice_inside_articles_stays() -> None:
    blocks = site_blocks(learned(20, correction={2, 5, 6, 11, 12, 17, 19}))
    assert CORRECTION in stripped(page(5, correction=True), blocks)


def test_copies_and_revisions_of_an_article_are_not_counted() -> None:
    state = learned(4)
    for _ in range(6):
        state = learn(state, blocks_of(page(1)))
    assert state.seen == 4
    assert all(line in stripped(page(1), site_blocks(state)) for line in own(1))


def test_a_label_of_a_section_page_goes_from_the_first_article_on_a_sentence_from_the_second_and_teasers_stay() -> None:
    state = learn_section(SiteState(), section_of(["Coast", "Ferry times", own(0)[0], own(1)[0], PITCH_BELOW]))
    text = "\n\n".join(["Ferry times", *own(0), PITCH_BELOW])
    assert stripped(text, site_blocks(state)) == "\n\n".join([*own(0), PITCH_BELOW])
    for n in (4, 5):
        state = learn(state, blocks_of("\n\n".join(["Ferry times", *own(n), PITCH_BELOW])))
    assert stripped(text, site_blocks(state)) == "\n\n".join(own(0))


POST = ["A pie of the coast", *own(0), "Two eggs", "A cup of flour", "Salt", *own(2), "One oyster", "Sea water"]


@pytest.mark.parametrize("before", [[], own(5), own(5) + own(9)])
@pytest.mark.parametrize("post", [own(0), POST, own(0)[:1], [f"{'On and on, said the tide. ' * 20}", *own(0)]])
def test_a_post_that_the_home_page_carries_comes_out_whole(before: list[str], post: list[str]) -> None:
    home = ["Home", "About", *before, *post, *own(11), "Older posts", PITCH_BELOW]
    state = learn_section(SiteState(), section_of(home))
    for text in ("\n\n".join(post), "\n\n".join(own(11))):
        assert stripped(text, site_blocks(state)) == text
        state = learn(state, blocks_of(text))
        assert stripped(text, site_blocks(state)) == text


def test_pages_that_repeat_each_others_entries_come_out_whole() -> None:
    state = SiteState()
    pages = ["\n\n".join(own(k)[k % 4] for k in range(last, max(-1, last - 9), -1)) for last in range(20)]
    for page in pages:
        state = learn(state, blocks_of(page))
    for page in pages[9:]:
        text, removed, spared = strip_within(page, site_blocks(state))
        assert (text, removed) == (page, [])
        assert spared is None or spared.of == 9


def test_a_text_that_would_lose_more_than_a_fifth_of_its_sentences_keeps_them_but_not_the_labels() -> None:
    blocks = site_blocks(learned(8))
    text, removed, spared = strip_within(page(3), blocks)
    assert text == page(3).removeprefix(f"{LABEL_ABOVE}\n\n")
    assert [block.text for block in removed] == [LABEL_ABOVE]
    assert spared == Spared(3, 7)
    long = "\n\n".join([LABEL_ABOVE, *own(3), *own(4), *own(5), PITCH_BELOW, BIO_BELOW])
    assert strip_within(long, blocks)[0] == "\n\n".join([*own(3), *own(4), *own(5)])


def test_what_a_text_has_lost_before_counts_towards_the_fifth() -> None:
    blocks = site_blocks(learned(8))
    text, removed, spared = strip_within("\n\n".join([*own(3), *own(4), PITCH_BELOW]), blocks)
    assert text == "\n\n".join([*own(3), *own(4)])
    assert spared is None
    again = f"{text}\n\n{BIO_BELOW}"
    assert strip_within(again, blocks, removed) == (
        text,
        [Removed(text=BIO_BELOW, reason="site_boilerplate", pattern=f"block {fingerprint(BIO_BELOW):016x}")],
        None,
    )  # 2 of 10
    again = "\n\n".join([*own(3)[:3], *own(4)[:3], BIO_BELOW])
    assert strip_within(again, blocks, removed) == (again, [], Spared(2, 8))


def test_a_persons_word_is_not_bound_by_the_fifth() -> None:
    dropped = SiteState(0, [SiteBlock(fingerprint=fingerprint(line), verdict="drop") for line in own(3)[1:]])
    text, removed, spared = strip_within("\n\n".join(own(3)), site_blocks(dropped))
    assert (text, len(removed), spared) == (own(3)[0], 3, None)


def test_dates_and_numbers_do_not_make_blocks_different() -> None:
    assert fingerprint("Printed on 3 March 2026, page 7") == fingerprint("printed on 28 April 2027, page 19")
    assert fingerprint("Stand: 3. März") == fingerprint("Stand: 21. Mai")
    assert fingerprint("Printed in Overbank") != fingerprint("Printed in Nether")
    assert 0 <= fingerprint("x") < 2**63


def test_a_persons_word_overrules_the_count() -> None:
    rows = {row.fingerprint: row for row in learned(8)}
    verdicts = {fingerprint(PITCH_BELOW): "keep", fingerprint(LAW): "drop"}
    rows.setdefault(fingerprint(LAW), SiteBlock(fingerprint=fingerprint(LAW)))
    changed = [
        SiteBlock(
            fingerprint=key,
            articles=row.articles,
            inside=row.inside,
            lead=row.lead,
            prose=row.prose,
            verdict=verdicts.get(key),
        )
        for key, row in rows.items()
    ]
    text = stripped(page(2, law=True), site_blocks(SiteState(8, changed)))
    assert PITCH_BELOW in text
    assert LAW not in text


def test_a_site_that_drops_a_block_is_forgotten_slowly_and_stays_small() -> None:
    state = learned(8)
    for n in range(400):
        letters = "".join(chr(97 + int(digit)) for digit in str(n))
        lines = [f"{line[:-1]} {letters}{i}." for i, line in enumerate(own(n + 30))]
        state = learn(state, blocks_of("\n\n".join(lines)))
        assert len(state) <= MAX_ROWS
    assert not site_blocks(state)


def test_rows_survive_the_store() -> None:
    state = learned(8)
    state.name(fingerprint(PITCH_BELOW), PITCH_BELOW)
    again = SiteState(state.seen, list(state))
    assert list(again) == list(state)
    assert site_blocks(again) == site_blocks(state)
    assert not again.changed(state)
    assert again.unnamed() == {fingerprint(block) for block in (LABEL_ABOVE, NOTICE_INSIDE, BIO_BELOW)}


def test_only_what_an_article_has_changes_the_rows_of_its_site() -> None:
    state = learned(8)
    later = learn(state, blocks_of(page(8)))
    assert {row.fingerprint for row in later.changed(state)} == set(blocks_of(page(8)).keys)


def test_a_text_of_nothing_but_site_blocks_is_left_alone() -> None:
    blocks = site_blocks(learned(8))
    assert stripped(f"{LABEL_ABOVE}\n\n{PITCH_BELOW}", blocks) == f"{LABEL_ABOVE}\n\n{PITCH_BELOW}"
    assert stripped("Anything.", SiteBlocks()) == "Anything."


def test_learning_does_not_change_the_state_it_was_given() -> None:
    state = learned(4)
    before = list(state)
    learn(state, blocks_of(page(9)))
    learn_section(state, section_of(["Coast"]))
    assert list(state) == before
