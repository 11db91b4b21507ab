"""The store decides once, remembers everything, and refuses what it cannot trust."""

import random
import string
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import NOW, ROOT, collected
from sqlalchemy import Engine, bindparam, select, text

from newsbot.items import EXTRACTOR, Candidate, Collected, Duplicate, New, Revision, Unchanged, Verdict
from newsbot.store import StoreError, Unstorable, articles, frontier, schema
from newsbot.store.database import Statement, inserting, open_engine
from newsbot.store.documents import versions_of
from newsbot.store.ledger import Dropped, Entry
from newsbot.web.urls import article_id, url_key


def save(engine: Engine, brought: Collected, run_id: str = "r1", source: str = "example") -> Verdict:
    url = brought.aliases[0]
    return articles.save(engine, brought, Entry(run_id, source, url, "feed", url_key(url)), now=NOW).verdict


def enqueue(engine: Engine, *found: tuple[str, Candidate]) -> None:
    with engine.begin() as connection:
        frontier.enqueue(connection, "example", found, now=NOW)


def test_an_article_is_new_once_and_unchanged_after(store: Engine) -> None:
    assert save(store, collected()) == New()
    assert save(store, collected(text="ONE. Two!"), "r2") == Unchanged()


def test_another_text_at_the_same_address_is_the_next_revision(store: Engine) -> None:
    save(store, collected(text="Four people were hurt."))
    corrected = collected(text="Five people were hurt.", fetched_at="2026-11-20T09:00:00Z")
    assert save(store, corrected, "r2") == Revision(2, "correction")
    first, second = versions_of(store, article_id("https://example.org/a"))
    assert (first.revision, first.text, second.revision, second.first_seen) == (1, "Four people were hurt.", 2, NOW)
    assert (second.run_id, second.fetched_at, second.word_count) == ("r2", "2026-11-20T09:00:00Z", 4)


def test_the_same_words_at_another_address_are_a_duplicate_of_the_first(store: Engine) -> None:
    first, second = article_id("https://example.org/a"), article_id("https://example.net/b")
    save(store, collected("https://example.org/a"))
    copy = collected("https://example.net/b", text="one. two")
    assert save(store, copy, source="other") == Duplicate(of=first, similarity=1.0, relation="syndicated")
    assert {versions_of(store, member)[0].cluster_id for member in (first, second)} == {first}
    third = collected("https://example.com/c")
    assert save(store, third) == Duplicate(of=first, similarity=1.0, relation="syndicated")


def test_every_alias_of_a_stored_article_needs_no_fetch(store: Engine) -> None:
    aliases = ["https://t.example.org/r?x=1", "https://example.org/a?from=feed"]
    save(store, collected("https://example.org/a", aliases=aliases))
    keys = [url_key(url) for url in [*aliases, "https://example.org/a", "https://example.org/b"]]
    assert frontier.known(store, keys) == dict.fromkeys(keys[:3], "collected")


@pytest.mark.parametrize("mark", ["ref=abc", "sid=6d61fb14555341879a76bc30a3ddb8a1", "id=7&source=17"])
def test_a_mark_that_no_list_knows_makes_no_second_article(store: Engine, mark: str) -> None:
    plain = "https://example.org/a?id=7" if mark.startswith("id=7") else "https://example.org/a"
    marked = f"https://example.org/a?{mark}"
    assert save(store, collected(plain)) == New()
    assert save(store, collected(marked), "r2") == Unchanged()
    assert frontier.known(store, [url_key(marked)]).keys() == {url_key(marked)}, "it is not fetched again"
    other = collected(marked.replace("=", "=x", 1), text="Quite another story about a bridge and its builders. " * 9)
    assert save(store, other, "r3") == New()


def test_what_was_discovered_and_not_fetched_comes_again_with_its_hints(store: Engine) -> None:
    candidate = Candidate(url="https://example.org/a", via="feed", title="T", authors=["Ana Silva"])
    enqueue(store, ("example.org/a", candidate))
    assert frontier.pending(store, "example") == [candidate]
    save(store, collected("https://example.org/a"))
    assert frontier.pending(store, "example") == []


def test_what_came_to_nothing_is_told_from_what_was_collected(store: Engine) -> None:
    entries = [Entry("r1", "example", f"https://example.org/{name}", "feed", f"example.org/{name}") for name in "abc"]
    enqueue(store, *((entry.key, Candidate(url=entry.url, via="feed", title=entry.key)) for entry in entries))
    with store.begin() as connection:
        frontier.fail(connection, entries[0], reason="timeout", hours=(1,), now=NOW)
        frontier.reject(connection, entries[1], reason="no_body", digest="d", extractor=EXTRACTOR, hours=(1,), now=NOW)
    assert frontier.known(store, [entry.key for entry in entries]) == {
        "example.org/a": "failed", "example.org/b": "rejected",
    }  # fmt: skip
    assert [candidate.title for candidate, _ in frontier.due(store, "example", extractor=EXTRACTOR, now=NOW)] == [
        "example.org/a"
    ]
    later = "2026-11-20T09:00:00Z"
    (_, failed), (_, rejected) = sorted(
        frontier.due(store, "example", extractor=EXTRACTOR, now=later), key=lambda found: found[0].url
    )
    assert (failed, rejected) == (Dropped("timeout", None, None), Dropped("no_body", EXTRACTOR, "d"))
    assert frontier.next_try(store, "example") == NOW, "what failed, by the next run"
    assert frontier.sources_waiting(store, now=NOW) == {"example"}


def test_thousands_of_addresses_are_looked_up_in_one_call(engine: Engine) -> None:
    urls = [f"https://example.org/{number}" for number in range(5000)]
    pairs = [(url_key(url), Candidate(url=url, via="sitemap")) for url in urls]
    enqueue(engine, *pairs)
    assert len(frontier.pending(engine, "example")) == 5000
    assert frontier.known(engine, [key for key, _ in pairs]) == {}


def is_told_by_the_schema(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Whether it is none of the indexes of words and of sketches, which each database has in a form of its own."""
    if kind == "table":
        return not str(name).startswith(("search_words", "bands"))
    if kind == "index":
        return not str(name).startswith(("ix_searched_words", "ix_sketches_slot"))
    return (parents.get("table_name"), name) != ("searched", "words")


def test_migrations_make_exactly_the_tables_of_the_schema(store: Engine) -> None:
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_told_by_the_schema})
        assert compare_metadata(context, schema.metadata) == []
        assert context.get_current_revision() == schema.REVISION


def test_database_libraries_are_loaded_when_they_are_needed(engine: Engine) -> None:
    code = f"""if True:
        import sys, newsbot.store.ledger, newsbot.crawl.accounting
        assert "sqlalchemy" not in sys.modules
        from newsbot.store.database import open_engine
        open_engine({engine.url.render_as_string()!r}).dispose()
        assert "alembic" not in sys.modules, "the store is up to date"
    """
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_database_of_a_newer_newsbot_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newsbot.db'}"
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="written by a newer newsbot"):
        open_engine(url)


def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "newsbot.db"
    path.write_bytes(b"this is no database, but it is somebody's file" * 100)
    with pytest.raises(StoreError, match="cannot be used: file is not a database"):
        open_engine(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is no database")


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x/y", ""])
def test_an_address_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="names no database"):
        open_engine(url)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_engine("postgresql+psycopg://user:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)


def test_sqlite_survives_a_killed_process(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("pragma journal_mode")).scalar() == "wal"
        assert connection.execute(text("pragma foreign_keys")).scalar() == 1
    save(engine, collected())
    with engine.connect() as connection:
        assert connection.execute(select(schema.outbox.c.kind)).scalars().all() == ["article"]


def test_what_cannot_be_stored_is_no_fault_of_the_store_and_is_not_shown(store: Engine) -> None:
    rng = random.Random(1)
    incompressible = "".join(rng.choices(string.ascii_letters, k=30_000))
    run = {"id": "r", "place": "p", "spider": "s", "started_at": NOW, "status": "s", "version": "1"}
    export = {"id": 1, "run_id": "r", "kind": "article", "path": incompressible, "done": 0}
    records = [(schema.runs, run | {"place": value}) for value in ("half an emoji \ud83d", "a NUL \0", 2**70)]
    records += [(schema.runs, run | {"id": "x" * 50}), (schema.exports, export)]
    met = 0
    for table, values in records:
        try:
            with store.begin() as connection:
                connection.execute(table.insert(), values)
                connection.execute(table.insert(), [values])  # if it could be, it is there already
        except Unstorable as fault:
            met += 1
            assert "\n" not in str(fault)
            assert incompressible[:50] not in str(fault)
    assert met == len(records)


def test_a_store_that_is_broken_is_told_from_a_record_that_cannot_be_stored(store: Engine) -> None:
    with store.begin() as connection:
        connection.execute(text("drop table visits"))
    with pytest.raises(StoreError, match="visits"), store.begin() as connection:
        connection.execute(schema.visits.select())


def test_what_the_driver_refuses_costs_the_record_and_what_the_store_lacks_the_run(store: Engine) -> None:
    add = Statement(inserting(schema.sites, "site", "seen"))
    find = Statement(select(schema.sites.c.seen).where(schema.sites.c.site.in_(bindparam("names", expanding=True))))
    with store.begin() as connection:
        add(connection, site="a.example", seen=1)
        add(connection, site="b.example", seen=2)
        assert sorted(find(connection, names=["a.example", "b.example", "c.example"])) == [(1,), (2,)]
        assert find.value(connection, names=["b.example"]) == 2
        assert find.value(connection, names=["c.example"]) is None
    for odd in ({"site": "\ud83d", "seen": 1}, {"site": "c.example", "seen": None}, {"site": "a.example", "seen": 3}):
        with pytest.raises(Unstorable), store.begin() as connection:
            add(connection, **odd)
    with store.begin() as connection:
        assert find(connection, names=["a.example"]) == [(1,)], "the store works on"
        schema.sites.drop(connection)
    with pytest.raises(StoreError), store.begin() as connection:
        add(connection, site="d.example", seen=1)
