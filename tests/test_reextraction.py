"""Two readings of the same pages are held against each other: what differs, which looks better, how it is shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import regress
from conftest import ROOT, extracted

from newsbot.bulk.reextraction.comparison import FIELDS, PRECISION, differences, said_of
from newsbot.bulk.reextraction.judgement import RULES, judged, stated
from newsbot.bulk.reextraction.page import rows, write
from newsbot.bulk.reextraction.tally import CHANGED, GAINED, Judged, Moved, Tally, changed
from newsbot.bulk.reextraction.yardstick import NOTHING, Yardstick, yardstick_of
from newsbot.commands._comparison import picture

BODY = " ".join(f"The {number} of the harbour wall was raised by the council." for number in range(20))
PAGE = f"""<html lang="en-GB"><head><meta property="og:title" content="Wall to rise"><script type="application/ld+json">
{{"@type": "NewsArticle", "headline": "The wall is to rise", "author": [{{"name": "Ana Silva"}}],
"datePublished": "2026-11-20T08:30:00+01:00", "articleBody": "{BODY}"}}</script></head><body><p>x</p></body></html>"""


def test_a_page_states_itself_what_two_readings_of_it_are_held_against() -> None:
    page = yardstick_of(PAGE.encode(), "https://example.org/a")
    assert page.headlines == ("Wall to rise", "The wall is to rise")
    assert (page.authors, page.published, page.language) == (("Ana Silva",), "2026-11-20T08:30:00+01:00", "en")
    assert page.body == BODY
    assert yardstick_of(b"", "https://example.org/a") == NOTHING


def test_every_field_that_is_compared_can_be_judged_and_every_rule_is_stated() -> None:
    said = said_of(extracted(text=BODY, authors=["Ana Silva"], published="2026-11-20", published_precision="day"))
    assert set(said) == {*FIELDS, PRECISION}
    for field in FIELDS:
        assert judged(field, said, said, Yardstick(body=BODY, authors=("Ana Silva",)))[0] == "undecided"
    for rule in {rule.__name__ for rules in RULES.values() for rule in rules}:
        assert re.search(r"\bbetter\b", stated(rule)), rule


def test_a_text_that_loses_what_the_page_states_is_worse_and_one_that_loses_residue_better() -> None:
    page = yardstick_of(PAGE.encode(), "https://example.org/a")
    whole, half = said_of(extracted(text=BODY)), said_of(extracted(text=BODY[: len(BODY) // 2]))
    littered = said_of(extracted(text=f"{BODY}\n\nRELATED: Ferry fares to rise"))
    assert judged("text", whole, half, page) == ("worse", {"articlebody": "worse"})
    assert judged("text", littered, whole, page) == ("better", {"articlebody": "better", "residue": "better"})
    both_ways = said_of(extracted(text=half["text"] + "\n\nRELATED: Ferry fares to rise"))
    assert judged("text", both_ways, half, replace(page, body=""))[0] == "better"
    learned = replace(page, body="", site_lines=frozenset(["Write to the newsroom of the Courier."]))
    follows = said_of(extracted(text=f"{BODY}\n\nWrite to the newsroom of the Courier."))
    assert judged("text", follows, whole, learned) == ("better", {"residue": "better"})


def test_what_says_how_a_value_was_had_is_no_difference() -> None:
    one = extracted(text=BODY, origins={"title": "json-ld"}, extractor="newsbot/0.1")
    other = replace(one, origins={"title": "html"}, extractor="newsbot/0.2", tags=())
    assert differences(said_of(one), said_of(other)) == []


def a_tally() -> Tally:
    old = said_of(extracted(text=f"{BODY}\n\n<b>RELATED</b>: Ferry fares", title="<script>alert(1)</script>"))
    new = {**old, "text": BODY, "authors": ["Ana <i>Silva</i>"]}
    tally = Tally()
    for number in range(9):
        url = f"https://example.org/{number}"
        tally.moved(changed(differences(old, new), old, new, NOTHING, url=url, source="<example>"))
    tally.moved(Moved(GAINED, "javascript:alert(2)", "example", "Ferry <em>sold</em>", "en", "too_short"))
    tally.same()
    return tally


def test_sums_are_whole_and_examples_few_in_whatever_parts_they_were_added_up() -> None:
    one = a_tally()
    assert one.pages == {CHANGED: 9, GAINED: 1, "same": 1} and one.compared == 11
    assert len(one.examples_of("text", "undecided")) == 4
    total = Tally()
    for part in (one, Tally.from_dict(json.loads(json.dumps(a_tally().as_dict())))):
        total.add(part)
    assert total.fields == {"text": {"undecided": 18}, "authors": {"better": 18}}
    assert total.kept(CHANGED) == one.kept(CHANGED), "the first ones"


def test_the_page_shows_what_sites_sent_as_text_and_only_what_is_near_a_difference(tmp_path: Path) -> None:
    write(tmp_path / "again.html", a_tally(), now="2026-11-29T02:40:00Z", subject="two files")
    html = (tmp_path / "again.html").read_text("utf-8")
    assert "<script>" not in html and 'href="javascript' not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "default-src &#39;none&#39;" in html and not re.search(r"(?:src|href)=\"(?!#|https://example\.org/)", html)
    long = "\n\n".join(f"Line {number}." for number in range(30))
    shown = list(rows(Judged("text", long, long.replace("Line 15.", "Line fifteen."), "undecided", {})))
    assert [row.passed_over for row in shown] == [14, 0, 0, 0, 13]


def test_on_a_terminal_both_readings_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    told = "\n".join(line.plain for line in picture(a_tally(), ("stored", "today"), width=80))
    assert "11 pages compared: 1 read as before, 9 otherwise (9 better)" in told
    assert "authors       9      9     0         0" in told
    assert "    stored  –\n     today  Ana <i>Silva</i>" in told
    assert "rejected before, an article now: 1 page" in told


def test_a_change_of_a_rule_shows_every_page_that_it_moves(tmp_path: Path) -> None:
    pages = [page for page in regress.pages_in(ROOT / "tests" / "pages") if page.name.endswith("agency-turkish")]
    pages += [replace(pages[0], name="of no article", html=b"<html><body><p>Nothing.</p></body></html>")]
    regress.freeze(pages, tmp_path / "pages")
    here = regress.said_by(ROOT, tmp_path / "pages", tmp_path / "here.jsonl", [*FIELDS, PRECISION], 1)
    assert not regress.compared(pages, here, here, FIELDS).has_moved
    before = [{**here[0], "authors": []}, {**here[0]}]
    tally = regress.compared(pages, before, here, FIELDS)
    assert list(regress.moved(tally)) == [
        "tests/pages/agency-turkish: authors better",
        f"of no article: lost ({here[1]['rejected']})",
    ]
