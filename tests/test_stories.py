"""`scrapy cluster` and `scrapy revisions`: who has a story, and what changed of it, readable and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import NOW, collected, scrapy_here
from sqlalchemy import Engine

from newsbot.dedupe.differences import Piece, differences
from newsbot.items import Candidate
from newsbot.store import articles, frontier
from newsbot.store.ledger import Entry
from newsbot.store.views.address import article_named
from newsbot.store.views.stories import story_of
from newsbot.web.urls import article_id, url_key

TEXT = "(Reuters) - The council voted on Tuesday to raise the harbour wall by a metre.\n\nFour people were hurt."
WIRE, HERALD, BUGLE = "https://wire.example/1", "https://herald.example/wall", "https://bugle.example/2026/wall"

Show = Callable[..., str]


def bring(
    engine: Engine, url: str, text: str = TEXT, *, source: str = "", aliases: tuple[str, ...] = (), **fields: str
) -> None:
    """Let a feed of an outlet bring an article."""
    source = source or url.split("/")[2].partition(".")[0]
    found = (aliases or (url,))[0]
    entry = Entry(uuid4().hex, source, found, "feed", url_key(found))
    with engine.begin() as connection:
        frontier.enqueue(connection, source, [(entry.key, Candidate(url=found, via="feed"))], now=NOW)
    articles.save(engine, collected(url, text, aliases=aliases, **fields), entry, now=NOW)


def bring_a_story(engine: Engine) -> None:
    bring(engine, HERALD, published="2026-11-20T07:30:00Z", title="Wall up")
    bring(engine, BUGLE, published="2026-11-20T08:30:00+02:00")
    bring(engine, WIRE, published="2026-11-20T06:00:00Z")


@pytest.fixture
def show(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Show:
    """Run a command over the store and return what it prints."""

    def show(*args: str) -> str:
        assert scrapy_here(monkeypatch, tmp_path, *args) == 0
        return capsys.readouterr().out

    return show


def test_a_story_is_told_origin_first_then_by_time(store: Engine) -> None:
    bring_a_story(store)
    identity = article_id(HERALD)
    story = story_of(store, article_id(BUGLE))
    assert story is not None
    assert (story.id, story.agency) == (identity, "Reuters")
    assert [(member.role, member.url) for member in story.members] == [
        ("origin", WIRE),
        ("copy", BUGLE),
        ("copy", HERALD),
    ]
    assert {(member.relation, member.similarity) for member in story.members[1:]} == {("syndicated", 1.0)}
    assert story_of(store, identity) == story, "the id of the cluster says it too"


def test_an_article_that_nobody_copied_is_a_story_of_one(store: Engine) -> None:
    bring(store, HERALD)
    story = story_of(store, article_id(HERALD))
    assert story is not None
    assert [(member.role, member.url) for member in story.members] == [("origin", HERALD)]
    assert story_of(store, "0" * 20) is None


@pytest.mark.parametrize(
    "named",
    [
        article_id(HERALD), HERALD, "herald.example/wall", "http://www.herald.example/wall/?utm_source=x#top",
        "https://herald.example/go?id=7", "https://herald.example/go?id=7&ref=abc",
    ],
)  # fmt: skip
def test_an_article_is_named_by_id_or_by_any_address_that_led_to_it(store: Engine, named: str) -> None:
    bring(store, HERALD, aliases=("https://herald.example/go?id=7", HERALD))
    assert article_named(store, named) == article_id(HERALD)
    assert article_named(store, "https://herald.example/walls") is None


def test_a_story_is_shown_whole_and_for_programs(engine: Engine, show: Show) -> None:
    long = "A headline that is much longer than what a terminal of eighty columns can show in one line of it, whole"
    bring(engine, WIRE, published="2026-11-20T06:00:00Z", title=long)
    bring(engine, HERALD)
    engine.dispose()
    shown = show("cluster", HERALD)
    assert " ".join(shown.split()).count(long) == 1, "no word is cut"
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.index(WIRE) < shown.index("copy: herald, syndicated, similarity 1.00") < shown.index(HERALD)
    told = json.loads(show("cluster", "--json", article_id(WIRE)))
    assert (told["id"], told["origin"], told["agency"]) == (article_id(WIRE), article_id(WIRE), "Reuters")
    assert [member["url"] for member in told["members"]] == [WIRE, HERALD]


def test_a_line_that_changed_a_little_is_shown_word_by_word(engine: Engine, show: Show) -> None:
    bring(engine, HERALD)
    bring(engine, HERALD, TEXT.replace("Four people", "Five people") + "\n\nWork begins in March.")
    engine.dispose()
    shown = show("revisions", HERALD).splitlines()
    assert "~ [-Four-]{+Five+} people were hurt." in shown
    assert "+ Work begins in March." in shown
    assert not [line for line in shown if "harbour wall" in line], "what is the same is not shown"
    first, second = json.loads(show("revisions", "--json", HERALD))["versions"]
    assert (first["text"], first["differences"], second["change"]) == (TEXT, [], "body")
    assert second["differences"][0][:2] == [{"kind": "gone", "text": "Four"}, {"kind": "new", "text": "Five"}]


def test_words_of_a_script_without_spaces_are_told_apart_too() -> None:
    (line,) = differences(["東京で新しい橋が開通した"], ["東京で古い橋が開通した"])
    assert line == [Piece("same", "東京で"), Piece("gone", "新し"), Piece("new", "古"), Piece("same", "い橋が開通した")]


def test_lines_with_little_in_common_are_two() -> None:
    old, new = ["The wall is high."], ["A choir sang on the square.", "The wall is low."]
    assert ["".join(f"{kind[0]}({text})" for kind, text in line) for line in differences(old, new)] == [
        "n(A choir sang on the square.)", "s(The wall is )g(high)n(low)s(.)",
    ]  # fmt: skip
