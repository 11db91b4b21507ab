"""What is old goes, in short steps, and no promise with it: no article comes twice, and what stays says what went."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import collected, scrapy_here
from sqlalchemy import Engine, func, insert, select, text, update

from newsbot.crawl.outbox.recovery import heal, place_of, refuse_anothers_files
from newsbot.export import compaction
from newsbot.export.expiry import expire
from newsbot.export.run_files import paths_of, write_run_files
from newsbot.items import Article, Candidate, Collected, Duplicate, New, Unchanged, Verdict
from newsbot.process import UsageError
from newsbot.store import articles, documents, frontier, runs, schema
from newsbot.store.articles import Policy
from newsbot.store.ledger import Account, Entry
from newsbot.store.maintenance import retention
from newsbot.store.maintenance.forgotten import TOGETHER, remove, target_of
from newsbot.store.maintenance.retention import Keep, prune
from newsbot.store.search import index
from newsbot.store.search.query import parsed
from newsbot.store.views.address import known_of
from newsbot.store.views.selection import Selection, selected, snapshot
from newsbot.web.urls import article_id, url_key

OLD, THEN, NOW = "2026-01-10T08:00:00Z", "2026-11-01T08:00:00Z", "2026-11-20T08:00:00Z"
NUMBERS = itertools.count()
STORY = "\n\n".join(
    f"Paragraph {name} says that the {name} council of the {name} valley wants to raise its {name} wall by a metre."
    for name in ("eastern", "western", "northern", "southern", "upper", "lower", "older", "newer", "greater", "lesser")
)
ALL = Keep(sketches=30, texts=60, ledger=60, runs=60, files=60)


def run_at(moment: str) -> str:
    return f"{moment.translate({ord(mark): None for mark in '-:'})}-{next(NUMBERS):08x}"


def bring(engine: Engine, article: Collected, *, now: str, run_id: str = "", policy: Policy = Policy()) -> Verdict:  # noqa: B008
    url = article.aliases[0]
    entry = Entry(run_id or run_at(now), "a", url, "feed", f"{url_key(url)}{next(NUMBERS)}")
    return articles.save(engine, article, entry, now=now, policy=policy).verdict


def run_of(engine: Engine, output: Path, moment: str, *stories: Collected) -> str:
    """Let a run bring stories, close its books and write its files."""
    run_id = run_at(moment)
    with engine.begin() as connection:
        runs.begin_run(connection, run_id, place=place_of(output), spider="news", now=moment)
    for story in stories:
        bring(engine, story, now=moment, run_id=run_id)
    account = Account()
    account.counts.update(discovered=len(stories), fetched=len(stories), new=len(stories))
    runs.close_books(engine, run_id, {"a": account}, paths_of(run_id))
    write_run_files(engine, output, run_id)
    runs.end_run(engine, run_id, runs.FINISHED, now=moment)
    return run_id


def rows(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one()


def stored(engine: Engine, url: str) -> Article:
    return documents.versions_of(engine, article_id(url))[-1]


def found(engine: Engine, words: str) -> list[str]:
    with engine.connect() as connection:
        query = select(schema.articles.c.url).where(index.matches(parsed(words), engine.dialect.name))
        return list(connection.execute(query).scalars())


@pytest.fixture
def pruned(store: Engine, tmp_path: Path) -> Engine:
    """A store with an old article whose text has gone, and a young one."""
    run_of(store, tmp_path, OLD, collected("https://a.example/old", STORY, title="The old wall"))
    run_of(store, tmp_path, THEN, collected("https://a.example/young", "A ship came in."))
    gone = prune(store, ALL, now=NOW)
    assert gone["texts"] == 1
    return store


def test_a_text_goes_with_its_index_and_the_facts_stay(pruned: Engine) -> None:
    old, young = stored(pruned, "https://a.example/old"), stored(pruned, "https://a.example/young")
    assert (old.is_pruned, old.text, old.title, old.word_count > 100) == (True, "", "The old wall", True)
    assert (young.is_pruned, young.text) == (False, "A ship came in.")
    assert found(pruned, "council") == []
    assert found(pruned, "ship") == ["https://a.example/young"]
    with pruned.begin() as connection:
        index.fill(connection)  # as after a move into another database
    assert found(pruned, "wall") == []
    assert prune(pruned, ALL, now=NOW)["texts"] == 0
    with snapshot(pruned) as connection:
        assert [document["url"] for document in selected(connection, Selection())] == ["https://a.example/young"]


def test_an_article_comes_once_although_its_text_has_gone(pruned: Engine) -> None:
    old, before = "https://a.example/old", rows(pruned, "outbox")
    assert frontier.known(pruned, [url_key(old)]) == {url_key(old): "collected"}
    same, changed = (collected(old, text, title="The old wall") for text in (STORY, STORY + "\n\nA word was added."))
    by_another = collected(old, changed.article.text, title="The old wall", aliases=["https://a.example/?p=7"])
    by_redirect = collected(
        "https://a.example/renamed", STORY, title="The old wall", aliases=[old, "https://a.example/renamed"]
    )
    for article in (same, changed, by_another, by_redirect):
        assert isinstance(bring(pruned, article, now=NOW), Unchanged)
    assert rows(pruned, "articles") == 2
    assert rows(pruned, "outbox") == before, "nothing is written"
    assert stored(pruned, old).is_pruned


def test_a_page_that_claims_the_address_of_an_article_whose_text_has_gone_is_its_own(pruned: Engine) -> None:
    another = collected("https://a.example/old", "A choir sang.", title="A choir", aliases=["https://a.example/choir"])
    assert isinstance(bring(pruned, another, now=NOW), New)
    assert stored(pruned, "https://a.example/choir").text == "A choir sang."


def test_the_same_words_elsewhere_are_a_copy_and_never_take_its_place(pruned: Engine) -> None:
    copy = collected("https://b.example/1", STORY, title="The old wall", published="2026-01-01T00:00:00Z")
    assert isinstance(verdict := bring(pruned, copy, now=NOW), Duplicate)
    assert verdict.of == article_id("https://a.example/old")
    assert stored(pruned, "https://a.example/old").revision == 1


def test_copies_whose_texts_have_gone_get_their_new_standing_in_silence(store: Engine, tmp_path: Path) -> None:
    run_of(store, tmp_path, OLD, collected("https://a.example/1", STORY), collected("https://b.example/1", STORY))
    prune(store, ALL, now=NOW)
    before = rows(store, "outbox")
    run_id = run_at(NOW)
    target = target_of(store, "https://a.example/1")
    assert target
    remove(store, target, run_id=run_id, why="asked for", policy=Policy(), now=NOW)
    (member,) = known_of(store, "https://b.example/1").met
    assert member.status == "duplicate"
    assert stored(store, "https://b.example/1").revision == 1
    assert rows(store, "outbox") < before, "no line without a text is written"


def test_what_is_looked_at_again_or_is_in_no_file_yet_keeps_its_text(store: Engine) -> None:
    watched, waiting = (collected(f"https://a.example/{name}", f"{STORY} {name}") for name in ("watched", "waiting"))
    bring(store, watched, now=OLD, policy=Policy(revisit_hours=(10_000,)))
    with store.begin() as connection:
        connection.execute(update(schema.outbox).values(export_id=1))
    bring(store, waiting, now=OLD)
    assert prune(store, ALL, now=NOW)["texts"] == 0
    assert not stored(store, "https://a.example/watched").is_pruned
    assert not stored(store, "https://a.example/waiting").is_pruned


def test_what_each_address_came_to_goes_but_for_what_may_quote_an_article(store: Engine, tmp_path: Path) -> None:
    old = run_of(store, tmp_path, OLD, collected("https://a.example/1", STORY))
    run_of(store, tmp_path, THEN, collected("https://a.example/2", "A ship came in."))
    line = {"run_id": old, "source": "a", "via": "feed", "outcome": "rejected", "reason": TOGETHER}
    dead = {"id": run_at(OLD), "place": "x", "spider": "news", "version": "1", "started_at": OLD, "status": "running"}
    with store.begin() as connection:
        quoting = {"url_key": "k", "url": "https://a.example/3", "detail": "The old wall"}
        connection.execute(insert(schema.ledger).values(**line, **quoting))
        connection.execute(insert(schema.runs).values(**dead))
        of_dead = {**line, "run_id": dead["id"], "reason": "no_body"}
        connection.execute(insert(schema.ledger).values(**of_dead, url_key="k", url="https://a.example/4"))
    assert prune(store, Keep(ledger=60), now=NOW)["ledger"] == 1
    assert rows(store, "ledger") == 3
    assert known_of(store, "https://a.example/1").outcomes == []
    assert prune(store, Keep(ledger=60, files=60), now=NOW)["ledger"] == 1, "the file that quotes it is gone as well"


def test_what_runs_came_to_goes_and_a_run_stays_as_long_as_its_files_are_known(store: Engine, tmp_path: Path) -> None:
    with_file = run_of(store, tmp_path, OLD, collected("https://a.example/1", STORY))
    without = run_of(store, tmp_path, OLD)
    young = run_of(store, tmp_path, THEN)
    cleared = {"source": "a", "kind": "silent", "subject": "", "opened_at": OLD, "seen_at": OLD, "document": "{}"}
    listing = {"source": "a", "errors": 0, "gaps": 0}
    with store.begin() as connection:
        for day in (OLD, THEN):
            connection.execute(insert(schema.days).values(source="b", day=day[:10], measures="{}"))
            connection.execute(insert(schema.findings).values(**cleared, cleared_at=day))
            connection.execute(insert(schema.listings).values(**listing, url=day, due_at=day))
            connection.execute(insert(schema.hosts).values(host=day, robots="", robots_at=day))
        connection.execute(insert(schema.findings).values(**cleared))
        connection.execute(insert(schema.told).values(channel="c", finding_id=1, event="opened", at=OLD))
    gone = prune(store, Keep(ledger=60, runs=60), now=NOW)
    assert {name: gone[name] for name in ("sums", "findings", "listings", "hosts", "runs")} == {
        "sums": 2, "findings": 1, "listings": 1, "hosts": 1, "runs": 1,
    }  # fmt: skip
    assert rows(store, "told") == 0
    with store.connect() as connection:
        assert set(connection.execute(select(schema.runs.c.id)).scalars()) == {with_file, young}
        days = connection.execute(select(schema.days.c.day).where(schema.days.c.source == "b")).scalars().all()
    assert days == [THEN[:10]]
    refuse_anothers_files(store, tmp_path)
    assert without not in runs.undelivered(store)


def test_files_go_by_whole_days_with_what_the_store_says_of_them(store: Engine, tmp_path: Path) -> None:
    for story, sold in enumerate(("mill", "ferry", "chapel")):
        run_of(store, tmp_path, OLD, collected(f"https://a.example/{story}", f"The {sold} was sold."))
    young = run_of(store, tmp_path, THEN, collected("https://a.example/young", "A ship came in."))
    here = {place_of(tmp_path)}
    days = compaction.days_to_join(store, tmp_path, here, before="2026-02-01")
    compaction.join(store, tmp_path, days[0])
    strange = tmp_path / "articles" / OLD[:10] / "notes.txt"
    strange.write_text("mine")
    gone = expire(store, tmp_path, here, 60, now=NOW)
    assert gone == {f"articles/{OLD[:10]}": 1, f"coverage/{OLD[:10]}": 3}
    left = {str(path.relative_to(tmp_path)) for path in (tmp_path / "articles").rglob("*.*") if path.is_file()}
    assert left == {f"articles/{OLD[:10]}/notes.txt", f"articles/{THEN[:10]}/{young}.jsonl"}
    assert not (tmp_path / "coverage" / OLD[:10]).exists()
    assert (rows(store, "outbox"), rows(store, "exports"), rows(store, "articles")) == (1, 1, 4)
    assert known_of(store, "https://a.example/1").places == []
    assert expire(store, tmp_path, here, 60, now=NOW) == {}
    assert prune(store, Keep(ledger=60, runs=60), now=NOW)["runs"] == 3
    heal(store, tmp_path, now=NOW)
    refuse_anothers_files(store, tmp_path)


def test_files_of_other_folders_and_of_runs_that_have_not_ended_stay(store: Engine, tmp_path: Path) -> None:
    run_id = run_of(store, tmp_path, OLD, collected("https://a.example/1", STORY))
    assert expire(store, tmp_path, {"another place"}, 60, now=NOW) == {}
    with store.begin() as connection:
        connection.execute(update(schema.runs).values(status=runs.EXPORTING))
    assert expire(store, tmp_path, {place_of(tmp_path)}, 60, now=NOW) == {}
    assert (tmp_path / paths_of(run_id)["article"]).exists()


def test_whoever_is_killed_after_removing_a_file_leaves_the_rest_to_the_next(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of(store, tmp_path, OLD, collected("https://a.example/1", STORY), collected("https://a.example/2", "Other."))
    here = {place_of(tmp_path)}

    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("newsbot.export.expiry.steps", die)
        with pytest.raises(KeyboardInterrupt):
            expire(store, tmp_path, here, 60, now=NOW)
    assert rows(store, "exports") == 1
    heal(store, tmp_path, now=NOW)
    assert not list((tmp_path / "articles").rglob("*.jsonl")), "what was removed is not written again"
    expire(store, tmp_path, here, 60, now=NOW)
    assert (rows(store, "exports"), rows(store, "outbox")) == (0, 0)
    assert not (tmp_path / "articles" / OLD[:10]).exists()


def test_steps_are_short_and_what_is_left_the_next_one_does(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "PAUSE", 0.0)
    for number in range(5):
        bring(store, collected(f"https://a.example/{number}", f"{STORY} {number}"), now=OLD)
    bring(store, collected("https://a.example/young", "A ship came in."), now=THEN)
    with store.begin() as connection:
        connection.execute(update(schema.outbox).values(export_id=1))
    keep = Keep(sketches=30, texts=60)
    assert prune(store, keep, now=NOW, seconds=0).total() == 0
    steps: list[tuple[str, int]] = []
    monkeypatch.setattr(retention, "STEP_SECONDS", 0.0)  # every step takes too long: the next is the shortest
    gone = prune(store, keep, now=NOW, told=lambda what, some: steps.append((what, some)))
    assert gone["texts"] == 5
    assert [some for what, some in steps if what == "texts"] == [2, 1, 1, 1, 0]
    assert rows(store, "sketches") <= 1
    kept = 16 * rows(store, "sketches")
    if store.dialect.name == "sqlite":
        with store.connect() as connection:
            assert connection.execute(text("select count(*) from bands")).scalar_one() == kept


def test_the_oldest_that_stay_do_not_hide_what_can_go(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setattr(retention, "PAUSE", 0.0)
    for number in range(3):
        hours = (10_000.0,) if number < 2 else ()
        bring(
            store,
            collected(f"https://a.example/{number}", f"{STORY} {number}"),
            now=OLD,
            policy=Policy(revisit_hours=hours),
        )
    with store.begin() as connection:
        connection.execute(update(schema.outbox).values(export_id=1))
    assert prune(store, Keep(sketches=30, texts=60), now=NOW)["texts"] == 1
    assert stored(store, "https://a.example/2").is_pruned


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ledger": -1}, "NEWSBOT_KEEP_LEDGER_DAYS: a number of days or 0, not -1"),
        ({"texts": 30, "sketches": 90}, r"NEWSBOT_KEEP_TEXTS_DAYS: 0, or at least NEWSBOT_REMEMBER_DAYS \(90\)"),
        ({"texts": 30, "sketches": 0}, r"NEWSBOT_KEEP_TEXTS_DAYS: 0, or at least NEWSBOT_REMEMBER_DAYS \(for ever\)"),
    ],
)
def test_what_cannot_be_kept_so_is_refused(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Keep(**wrong)


def test_a_person_is_told_what_has_gone(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of(engine, tmp_path, OLD, collected("https://a.example/old", STORY), collected("https://a.example/two", "Two."))
    engine.dispose()
    keep = ("-s", "NEWSBOT_KEEP_TEXTS_DAYS=100", "-s", "NEWSBOT_KEEP_FILES_DAYS=100")
    assert scrapy_here(monkeypatch, tmp_path, "prune", *keep, "--shrink") == 0
    said = capsys.readouterr().out
    assert "2 articles have no text any more\n" in said
    assert "2 files are removed\n" in said
    assert "the store is smaller by" in said
    assert scrapy_here(monkeypatch, tmp_path, "explain", "https://a.example/old") == 0
    said = capsys.readouterr().out
    assert "its text is no longer kept (NEWSBOT_KEEP_TEXTS_DAYS)" in said
    assert "told by no run that is still remembered (NEWSBOT_KEEP_LEDGER_DAYS)" in said
    assert scrapy_here(monkeypatch, tmp_path, "explain", "https://a.example/old", "--json") == 0
    assert orjson.loads(capsys.readouterr().out)["article"]["is_pruned"] is True
    assert scrapy_here(monkeypatch, tmp_path, "revisions", "https://a.example/old") == 0
    assert "the texts are no longer kept" in capsys.readouterr().out
    assert scrapy_here(monkeypatch, tmp_path, "export", str(tmp_path / "all.jsonl")) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"{tmp_path / 'all.jsonl'}: 0 articles")
    assert (
        shown.err == "2 of the chosen articles are left out: their texts are no longer kept (NEWSBOT_KEEP_TEXTS_DAYS)\n"
    )


def test_candidates_that_wait_are_never_too_old(store: Engine) -> None:
    with store.begin() as connection:
        frontier.enqueue(connection, "a", [("k", Candidate(url="https://a.example/9", via="feed"))], now=OLD)
    prune(store, ALL, now=NOW)
    assert len(frontier.pending(store, "a")) == 1
