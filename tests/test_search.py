"""Articles are found by their words, in any script, on either database, as they stand in the present version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import NOW, collected
from sqlalchemy import Engine, select

from newsbot.process import UsageError
from newsbot.store import articles, schema
from newsbot.store.database import open_engine, reading
from newsbot.store.documents import CARD, Version
from newsbot.store.ledger import Entry
from newsbot.store.migrations.move import move
from newsbot.store.search import index
from newsbot.store.search.hits import RANKED, Filters, found
from newsbot.store.search.index import matches
from newsbot.store.search.marks import excerpt, marked
from newsbot.store.search.query import parsed
from newsbot.web.urls import url_key

TEXTS = {
    "coast": ("Sturm an der Küste", "Der Leuchtturm steht noch.\n\nDie Fähre fährt erst morgen."),
    "ferry": (
        "Ferry fares to rise",
        "The ferry will cost more. The ferry company said so; a ferry costs what it costs.",
    ),
    "mill": ("Old mill sold", "The water mill by the ferry was sold. Its e-mail address stays."),
    "tokyo": ("東京都の新しい橋", "東京で橋が開いた。金は都が出す。"),
    "bangkok": ("สะพานใหม่ในกรุงเทพ", "กรุงเทพมหานครเปิดสะพานใหม่"),
    "delhi": ("हिन्दी समाचार", "दिल्ली में हिन्दी दिवस मनाया गया।"),
    "cairo": ("افتتاح الجسر", "اِفْتُتِحَ الجِسْرُ في القاهرة أمس."),
    "lodz": ("Most w Łodzi", "Nowy most w Łodzi jest ze stali."),
}


@pytest.fixture
def stocked(store: Engine) -> Engine:
    for name, (title, text) in TEXTS.items():
        put(store, name, title, text)
    return store


def put(engine: Engine, name: str, title: str, text: str, run: str = "r", **fields: object) -> None:
    url = f"https://example.org/{name}"
    entry = Entry(run, "example", url, "feed", url_key(url))
    articles.save(engine, collected(url, text, title=title, **fields), entry, now=NOW)


def names(engine: Engine, query: str) -> set[str]:
    return {hit.url.rpartition("/")[2] for hit in found(engine, parsed(query)).hits}


FINDS: dict[str, set[str]] = {
    "Küste": {"coast"},
    "KÜSTE": {"coast"},
    "kuste": {"coast"},
    "Leucht": set(),
    "leucht*": {"coast"},
    "ferry": {"ferry", "mill"},
    "ferry -mill": {"ferry"},
    "ferry NOT mill": {"ferry"},
    "ferry AND mill": {"mill"},
    "Küste OR mill": {"coast", "mill"},
    "(Küste OR mill) AND (sold OR bought)": {"mill"},
    '"water mill"': {"mill"},
    "„water mill”": {"mill"},
    '"mill water"': set(),
    '"sold the"': set(),
    "e-mail": {"mill"},
    "東京": {"tokyo"},
    "東京都": {"tokyo"},
    "都": {"tokyo"},
    "京東": set(),
    "橋 東京": {"tokyo"},
    "สะพาน": {"bangkok"},
    "दिल्ली": {"delhi"},
    "الجسر": {"cairo"},
    "lodzi": {"lodz"},
    "ŁODZI": {"lodz"},
    "or": set(),
    "it's": set(),
    'a\'b"c"': set(),
}


def test_words_phrases_and_what_joins_them_find_the_same_on_both_databases(stocked: Engine) -> None:
    assert {query: names(stocked, query) for query in FINDS} == FINDS


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", "'' has no word to look for"),
        ("!?", "'!?' has no word to look for"),
        ('"open', "'\"open': a quotation mark is missing"),
        ("(a", "'(a': a closing parenthesis is missing"),
        ("a)", "'a)': a closing parenthesis too many"),
        ("NOT a", "'NOT a' says only what is not wanted; say what is, too"),
        ("a OR NOT b", "'a OR NOT b' says only what is not wanted; say what is, too"),
        ("a OR", "'a OR': OR stands between two words"),
        ("AND a", "'AND a': AND stands between two words"),
        ("a NOT", "'a NOT': NOT stands before a word"),
        ("(" * 1000, "a query has 1000 characters at most, not 1000"),
        ("a" * 2000, "a query has 1000 characters at most, not 2000"),
    ],
)
def test_a_query_that_cannot_be_meant_is_told_in_one_line(query: str, fault: str) -> None:
    if fault.endswith("not 1000"):
        fault = f"{query!r}: more than 20 parentheses within each other"
    with pytest.raises(UsageError) as refused:
        parsed(query)
    assert str(refused.value) == fault


def test_the_headline_outweighs_the_text(stocked: Engine) -> None:
    put(stocked, "sold", "Sold: a house", "Nobody knows who bought it in the end.")
    put(stocked, "unsold", "A house", "It was not sold in the end.")
    assert [hit.title for hit in found(stocked, parsed("sold house")).hits] == ["Sold: a house", "A house"]


def test_an_article_is_found_by_its_present_words_alone(stocked: Engine) -> None:
    put(stocked, "mill", "Old mill not sold after all", "The water mill stays with its owner, a baker.", run="s")
    (mill,) = found(stocked, parsed("baker")).hits
    assert names(stocked, "address") == set()

    run = {"id": "s", "place": "p", "spider": "s", "started_at": NOW, "status": "running", "version": "1"}
    with stocked.begin() as connection:
        connection.execute(schema.runs.insert(), run)
    articles.rewrite(stocked, "s", [Version(mill.id, 2)], lambda known: replace(known, text="Only a miller is left."))
    assert (names(stocked, "baker"), names(stocked, "miller")) == (set(), {"mill"})


def test_copies_are_found_once_and_what_is_found_can_be_narrowed(store: Engine) -> None:
    text = "The harbour wall will be raised by two metres, the council said on Tuesday, and work begins in March. " * 8
    put(store, "a", "Harbour wall", text, language="en", section="Local", published="2026-11-20T08:30:00+01:00")
    url = "https://other.example/a"
    entry = Entry("r", "other", url, "feed", url_key(url))
    articles.save(store, collected(url, text, title="Harbour wall"), entry, now=NOW)
    put(store, "b", "Hafen", "Die Mauer am harbour wird höher.", language="de", section="Stadt", published="2026-11-19")
    result = found(store, parsed("harbour"))
    assert (result.total, result.is_capped) == (2, False)
    assert result.facets["language"] == [("de", 1), ("en", 1)]
    assert result.facets["day"] == [("2026-11-19", 1), ("2026-11-20", 1)]
    assert result.facets["source"] == [("example", 2)]
    assert [hit.title for hit in found(store, parsed("harbour"), where=Filters(language="de")).hits] == ["Hafen"]
    assert [hit.title for hit in found(store, None).hits] == ["Hafen", "Harbour wall"], "the latest first"
    assert [hit.title for hit in found(store, None, where=Filters(day="2026-11-20")).hits] == ["Harbour wall"]
    assert [hit.title for hit in found(store, None, limit=1, offset=1).hits] == ["Harbour wall"]


def test_of_a_common_word_the_newest_are_ranked(engine: Engine) -> None:
    with engine.begin() as connection:
        known = {"source": "e", "site": "e.org", "content_hash": "", "revision": 1, "cluster_id": "", "first_seen": NOW}
        rows = [
            {"id": f"{number:020x}", "url": f"https://e.org/{number}", "run_id": "r", **known,
             "title": "Today" if number == 9 else "News"}
            for number in range(RANKED + 5)
        ]  # fmt: skip
        connection.execute(schema.articles.insert(), rows)
        connection.execute(schema.revisions.insert(), [
            {"article_id": row["id"], "revision": 1, "content_hash": "", "run_id": "r", "fetched_at": NOW,
             "document": '{"text":"of today"}'} for row in rows
        ])  # fmt: skip
        for row in rows:
            index.put(connection, {**dict.fromkeys(CARD), **row, "text": "of today"})
    result = found(engine, parsed("today"), limit=2)
    assert (result.total, result.is_capped) == (RANKED, True)
    assert [hit.title for hit in result.hits] == ["Today", "News"], "the headline first, then the newest"


def test_a_condition_chooses_articles_in_any_query(stocked: Engine) -> None:
    chosen = select(schema.articles.c.title).where(matches(parsed("ferry -mill"), stocked.dialect.name))
    with reading(stocked) as connection:
        assert connection.execute(chosen).scalars().all() == ["Ferry fares to rise"]


def test_a_store_that_has_moved_finds_the_same(
    engine: Engine, store: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    put(engine, "coast", *TEXTS["coast"])
    if store.dialect.name == "sqlite":
        store = open_engine(f"sqlite:///{tmp_path_factory.mktemp('moved') / 'newsbot.db'}")
    move(engine, store)
    assert names(store, "kuste") == {"coast"}
    store.dispose()


def test_an_excerpt_shows_where_the_words_stand() -> None:
    text = "Nothing of it here. " * 40 + "Then the old water mill was sold\nto a baker. " + "And nothing after. " * 40
    pieces = excerpt(text, parsed('"water mill" baker'), length=120)
    shown = "".join(piece for piece, _ in pieces)
    assert [piece for piece, is_marked in pieces if is_marked] == ["water mill", "baker"]
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= 130
    assert "\n" not in shown
    assert excerpt("Short.", parsed("long")) == [("Short.", False)]


def test_what_is_marked_is_what_was_found_in_any_script() -> None:
    def told(text: str, query: str) -> list[str]:
        return [piece for piece, is_marked in marked(text, parsed(query)) if is_marked]

    assert told("An der KÜSTE, Küstenwache", "kuste") == ["KÜSTE"]
    assert told("An der KÜSTE, Küstenwache", "küste*") == ["KÜSTE", "Küstenwache"]
    assert told("東京都庁、京都", "京都") == ["京都", "京都"]
    assert told("في القاهرة اِفْتُتِحَ الجِسْرُ", "الجسر") == ["الجِسْرُ"]
    assert told("दिल्ली में", "दिल्ली") == ["दिल्ली"]
    assert told("mill and mill", "mill NOT sold") == ["mill", "mill"]
    assert "".join(piece for piece, _ in marked("as it stands", parsed("it"))) == "as it stands"
