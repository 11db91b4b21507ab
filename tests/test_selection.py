"""Which of the stored articles are wanted: the same on every database, in a known order, without half a crawl."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import NOW
from sqlalchemy import Engine, text
from stocked import chosen, stock
from stocked import store as put

from newsbot.store.search.query import parsed
from newsbot.store.views import selection
from newsbot.store.views.selection import Selection, selected, snapshot, sources_of, values_of


def urls(engine: Engine, **wanted: Any) -> list[str]:
    return sorted(str(document["url"]).removeprefix("https://") for document in chosen(engine, **wanted))


def test_a_selection_takes_what_is_asked_for(store: Engine) -> None:
    stock(store)
    everything = ["a.example/1", "b.example/2", "b.example/3"]
    assert urls(store) == everything
    assert urls(store, duplicates=True) == [everything[0], "b.example/1", *everything[1:]]
    assert urls(store, all_revisions=True) == [everything[0], everything[1], *everything[1:]]
    assert urls(store, sources=["a", "none"]) == everything[:1]
    assert urls(store, languages=["de"]) == ["b.example/2"]
    assert urls(store, languages=["de", "en"]) == everything
    assert urls(store, sections=["World, Asia", "Sport"]) == everything[:1]
    assert urls(store, kinds=["opinion"]) == ["b.example/3"]
    assert urls(store, query=parsed("küste OR date")) == everything[1:]
    assert urls(store, query=parsed("kuste"), languages=["en"]) == []
    assert urls(store, since="2026-11-02", until="2026-11-19") == ["b.example/2"], "the page's own day"
    assert urls(store, since="2026-11-20") == ["b.example/3"], "undated: the day of first sight"
    (german,) = chosen(store, languages=["de"])
    assert (german["text"], german["revision"]) == ("Zweiter Text von der Küste, neu.", 2)
    assert sources_of(store) == {"a", "b"}
    assert values_of(store, "section") == {"World, Asia", "Politik"}


def test_articles_come_in_the_order_of_first_sight_or_of_their_days(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "BATCH", 2)
    for number, day in enumerate((20, 18, 19, 18, 20)):
        put(store, f"https://a.example/{number}", f"Text {number}.", source="a", published=f"2026-11-{day}")
    with snapshot(store) as connection:
        seen = [document["first_seen"] for document in selected(connection, Selection())]
        days = [document["published"][8:10] for document in selected(connection, Selection(), by_day=True)]
        reading = selected(connection, Selection())
        next(reading)
        if connection.dialect.name == "postgresql":  # whose driver fetches all that it asks for itself
            assert connection.execute(text("select count(*) from pg_cursors")).scalar_one() == 1
        assert len(list(reading)) == 4
    assert seen == [NOW] * 5
    assert days == ["18", "18", "19", "20", "20"]


def test_what_is_read_is_of_one_moment(store: Engine) -> None:
    put(store, "https://a.example/1", "One text.", source="a")
    with snapshot(store) as connection:
        before = len(list(selected(connection, Selection())))
        put(store, "https://a.example/2", "Another one.", source="a")
        assert len(list(selected(connection, Selection()))) == before == 1
    assert len(chosen(store)) == 2
