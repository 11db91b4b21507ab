"""A run takes candidates in, gives every one its outcome, and leaves whole files; a dead run is healed."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import collected, lines_of
from sqlalchemy import Connection, Engine, select

from newsbot.crawl.outbox.recovery import heal
from newsbot.crawl.polling.schedule import Schedule, shifted
from newsbot.crawl.run import Run
from newsbot.crawl.verdicts import OWN_FAULTS
from newsbot.items import EXTRACTORS, Candidate, Collected, Decision, Rejection
from newsbot.sources import Source
from newsbot.store import Unstorable, articles, frontier, runs, schema
from newsbot.store.articles import Policy
from newsbot.store.database import open_engine
from newsbot.store.leases import Life
from newsbot.store.listings import Listing

SOURCE = Source(name="example", home="https://example.org/", deny=["/shop/"])
FEED = Listing("example", "https://example.org/feed", etag='"1"')
NOW = "2026-11-20T08:00:00Z"
HOURS = (1, 6, 24, 72)

Start = Callable[..., Run]


@pytest.fixture
def start(engine: Engine, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    opened = []

    def start(**options: Any) -> Run:
        opened.append(Run(engine, tmp_path, [SOURCE], spider="news", **({"now": lambda: NOW} | options)))
        return opened[-1]

    yield start
    for run in opened:
        run.abandon()


def candidates(*paths: str) -> list[Candidate]:
    return [Candidate(url=f"https://example.org{path}", via="feed") for path in paths]


def at(hours: float) -> str:
    """Return the moment so many hours after NOW."""
    return shifted(NOW, hours * 60)


def again_at(start: Start, hours: float, **options: Any) -> list[str]:
    """Return the paths that a run so many hours later tries again."""
    run = start(now=lambda: at(hours), **options)
    return [candidate.url.removeprefix("https://example.org") for candidate in run.intake.again(SOURCE)]


def reject(run: Run, path: str, reason: str = "no_body", digest: str = "d") -> None:
    url = f"https://example.org{path}"
    assert run.verdicts.fetched(url)
    run.verdicts.reject(Rejection(url=url, reason=reason, digest=digest))


def bring(run: Run, path: str, text: str) -> None:
    url = f"https://example.org{path}"
    assert run.verdicts.fetched(url)
    run.verdicts.save(collected(url, text=text))


def test_a_run_ends_in_whole_files_and_its_sums(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start()
    fresh = run.intake.discover(SOURCE, candidates("/a", "/b", "/c", "/gone", "/shop/x"), FEED)
    assert [candidate.url[-2:] for candidate in fresh] == ["/a", "/b", "/c", "ne"]
    bring(run, "/a", "Text of a.")
    bring(run, "/b", "Text of a.")
    run.verdicts.fetched("https://example.org/c")
    run.verdicts.reject(Rejection(url="https://example.org/c", reason="section_page"))
    run.verdicts.fail("https://example.org/gone", "http_404")
    summary = run.finish()

    assert summary.total.counts == {
        "discovered": 5, "fetched": 3, "new": 1, "duplicate": 1, "rejected": 1, "skipped": 1, "failed": 1,
    }  # fmt: skip
    (article,) = lines_of(tmp_path, "articles")
    (duplicate,) = lines_of(tmp_path, "duplicates")
    assert article["url"] == "https://example.org/a"
    assert (duplicate["duplicate_of"], duplicate["similarity"]) == (article["id"], 1.0)
    (sums,) = lines_of(tmp_path, "coverage", f"*/{run.id}.jsonl")
    assert sums["discovered"] == 5
    dropped = lines_of(tmp_path, "coverage", "*/*.dropped.jsonl")
    assert {line["url"].rpartition("/")[2]: line["reason"] for line in dropped} == {
        "c": "section_page", "gone": "http_404", "x": "denied_by_pattern",
    }  # fmt: skip
    assert not list(tmp_path.glob("newsbot.db-crawls/*"))
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_next_run_knows_what_is_stored_and_tries_what_failed(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start()
    run.intake.discover(SOURCE, candidates("/a", "/b"), FEED)
    bring(run, "/a", "Text.")
    run.verdicts.fail("https://example.org/b", "timeout")
    run.finish()
    again = start()
    assert again.intake.resume(SOURCE) == []
    assert [candidate.url for candidate in again.intake.again(SOURCE)] == ["https://example.org/b"]
    assert again.intake.discover(SOURCE, candidates("/a", "/b"), FEED) == []
    bring(again, "/b", "Other text.")
    total = again.finish().total
    assert total.counts == {"discovered": 2, "already_known": 1, "fetched": 1, "new": 1}
    assert total.reasons == {"already_known:collected": 1}


def test_a_rejected_page_is_tried_again_while_it_is_young_with_its_hints(start: Start) -> None:
    run = start()
    old, young = "2026-10-01T08:00:00Z", "2026-11-18T08:00:00Z"
    found = candidates("/old", "/young", "/undated")
    found[0].published, found[1].published, found[1].title, found[1].html = old, young, "Seen first", "<p>Text.</p>"
    run.intake.discover(SOURCE, found, FEED)
    for path in ("/old", "/young", "/undated"):
        reject(run, path)
    run.finish()
    assert again_at(start, 0.9) == []
    for hour in HOURS:
        run = start(now=lambda hour=hour: at(hour + 0.1))
        tried = sorted(run.intake.again(SOURCE), key=lambda candidate: candidate.url)
        assert tried == [found[2], found[1]], "with all that its finder said of it"
        assert run.intake.discover(SOURCE, candidates("/old", "/young"), FEED) == []
        reject(run, "/young")
        reject(run, "/undated")
        assert run.finish().total.reasons["already_known:rejected"] == 1
        assert again_at(start, hour + 0.1) == []
    assert again_at(start, 1000) == [], "not for ever"


def test_a_page_that_was_rejected_for_a_while_is_an_article_once_it_is_one(start: Start, tmp_path: Path) -> None:
    run = start()
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    reject(run, "/a")
    run.finish()
    run = start(now=lambda: at(2))
    run.intake.again(SOURCE)
    bring(run, "/a", "Text.")
    run.finish()
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == ["https://example.org/a"]
    assert again_at(start, 30) == []


@pytest.mark.parametrize("another", ["newsbot/9", EXTRACTORS["trafilatura"]])
def test_what_another_extractor_rejected_is_tried_once_more(start: Start, another: str) -> None:
    policy = Policy(extractor=another)
    run = start()
    run.intake.discover(SOURCE, candidates("/a", "/reserved"), FEED)
    reject(run, "/a")
    reject(run, "/reserved", "tdm_reserved")
    run.finish()
    run = start(now=lambda: at(100))
    run.intake.again(SOURCE)
    reject(run, "/a")
    assert again_at(start, 101) == []
    assert again_at(start, 24 * 31, policy=policy) == [], "long ago"
    assert again_at(start, 101, policy=policy) == ["/a"]
    run = start(now=lambda: at(101), policy=policy)
    run.intake.again(SOURCE)
    assert run.verdicts.rejected_before("https://example.org/a", b"") is None
    reject(run, "/a")
    assert again_at(start, 102, policy=policy) == []


def test_the_same_page_is_not_extracted_again(start: Start) -> None:
    run, page = start(), b"<html>Back soon"
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    assert run.verdicts.rejected_before("https://example.org/a", page) is None
    reject(run, "/a", "too_short", hashlib.sha256(page).hexdigest())
    run.finish()
    run = start(now=lambda: at(1.5))
    run.intake.again(SOURCE)
    assert run.verdicts.rejected_before("https://example.org/a", b"<html>An article") is None
    rejection = run.verdicts.rejected_before("https://example.org/a", page)
    assert rejection
    assert rejection.reason == "too_short"


def test_a_source_that_is_rejected_for_ever_costs_little(start: Start) -> None:
    run = start()
    run.intake.discover(SOURCE, candidates(*(f"/{n}" for n in range(frontier.MOST + 50))), FEED)
    for n in range(frontier.MOST + 50):
        reject(run, f"/{n}")
    run = start(now=lambda: at(2))
    run.intake.discover(SOURCE, candidates("/new"), FEED)
    reject(run, "/new")
    paths = again_at(start, 3.1)
    assert len(paths) == frontier.MOST
    assert paths[0] == "/new", "the newest first"


def test_a_story_whose_page_comes_after_its_entry_in_the_feed_is_not_given_up_within_half_an_hour(start: Start) -> None:
    run = start()
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    run.verdicts.fail("https://example.org/a", "http_404")
    tried = 0
    for minutes in range(5, 50, 5):
        run = start(now=lambda minutes=minutes: at(minutes / 60))
        if run.intake.again(SOURCE):
            tried += 1
            run.verdicts.fail("https://example.org/a", "http_404")
    assert tried == 2, "by the next run, and after a quarter of an hour"
    assert again_at(start, 1.1) == ["/a"]


def test_an_article_whose_page_is_rejected_when_it_is_looked_at_again_stays(start: Start, tmp_path: Path) -> None:
    policy = Policy(revisit_hours=(1, 6, 1000))
    run = start(policy=policy)
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    bring(run, "/a", "Text.")
    run.finish()
    run = start(policy=policy, now=lambda: at(1.1))
    assert len(run.intake.revisits(SOURCE)) == 1
    reject(run, "/a")
    run.finish()
    run = start(policy=policy, now=lambda: at(6.1))
    assert run.intake.again(SOURCE) == []
    assert len(run.intake.revisits(SOURCE)) == 1
    assert run.intake.discover(SOURCE, candidates("/a"), FEED) == []
    assert len(lines_of(tmp_path, "articles")) == 1


def test_a_due_run_takes_up_what_is_due_to_be_tried_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Schedule, "due", lambda _schedule, _source: [])
    run = start()
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    reject(run, "/a")
    run.finish()
    for hours, expected in ((0.5, []), (1.1, ["example"])):
        run = start(now=lambda hours=hours: at(hours))
        run.keep_due()
        assert list(run.sources) == expected


def test_a_run_says_of_a_source_that_its_pages_come_to_nothing(start: Start) -> None:
    run = start()
    run.intake.discover(SOURCE, candidates(*(f"/{n}" for n in range(20))), FEED)
    for n in range(19):
        bring(run, f"/{n}", f"Text {n}.")
    reject(run, "/19")
    assert run.finish().fruitless == {}
    run = start(now=lambda: at(0.5))
    run.intake.discover(SOURCE, candidates(*(f"/{n}" for n in range(20, 26))), FEED)
    for n in range(20, 26):
        reject(run, f"/{n}", "not_html")
    assert run.finish().fruitless == {
        "example": "6 of 6 new pages rejected (not_html 6; usually 5 %): its pages may be broken, or its site may "
        "block newsbot; they are tried again from 09:00 UTC on"
    }
    run = start(now=lambda: at(1.6))
    assert len(run.intake.again(SOURCE)) == 7
    for n in range(19, 26):
        reject(run, f"/{n}", "not_html")
    assert run.finish().fruitless == {}, "no page was new"


def test_what_is_over_the_limit_is_left_for_the_next_run(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start(max_new=2)
    assert len(run.intake.discover(SOURCE, candidates("/a", "/b", "/c"), FEED)) == 2
    assert run.schedule.listing(SOURCE.name, FEED.url).etag is None, "the feed must be read in full again"
    bring(run, "/a", "Text a.")
    bring(run, "/b", "Text b.")
    assert run.finish().total.reasons == {"skipped:over_limit": 1}
    again = start(max_new=2)
    assert [c.url for c in again.intake.discover(SOURCE, candidates("/a", "/b", "/c"), FEED)] == [
        "https://example.org/c"
    ]
    assert again.schedule.listing(SOURCE.name, FEED.url).etag == '"1"'


def test_a_dead_run_is_healed_by_the_next(start: Start, engine: Engine, tmp_path: Path) -> None:
    dead = start()
    dead.intake.discover(SOURCE, candidates("/a", "/b"), FEED)
    bring(dead, "/a", "Text.")
    assert heal(engine, tmp_path, now=NOW) == {}, "its mark is held: it lives"
    dead.abandon()
    assert dead.id in heal(engine, tmp_path, now=NOW)
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == ["https://example.org/a"]
    (sums,) = lines_of(tmp_path, "coverage", f"*/{dead.id}.jsonl")
    assert (sums["discovered"], sums["fetched"], sums["new"]) == (1, 1, 1)
    assert heal(engine, tmp_path, now=NOW) == {}
    run = start()
    assert [candidate.url for candidate in run.intake.resume(SOURCE)] == ["https://example.org/b"]


@pytest.mark.parametrize("step", ["close_books", "rename", "mark_done", "end_run"])
def test_a_death_at_any_step_of_export_changes_no_line(
    start: Start, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: object, **_kwargs: object) -> None:
        raise Killed

    run = start()
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    bring(run, "/a", "Text.")
    target = {
        "close_books": "newsbot.store.runs.close_books",
        "rename": "pathlib.Path.replace",
        "mark_done": "newsbot.store.runs.mark_done",
        "end_run": "newsbot.store.runs.end_run",
    }[step]
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(target, die)
        run.finish()
    run.abandon()
    heal(engine, tmp_path, now=NOW)
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == ["https://example.org/a"]
    assert not list(tmp_path.rglob("*.tmp"))
    assert runs.undelivered(engine) == []
    start().finish()
    assert len(lines_of(tmp_path, "articles")) == 1


def test_a_death_after_all_was_done_leaves_no_mark(
    start: Start, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start()
    with monkeypatch.context() as patch:
        patch.setattr(Life, "close", Life.abandon)
        run.finish()
    alive = start()
    assert len(list(tmp_path.glob("newsbot.db-crawls/*"))) == 2
    heal(engine, tmp_path, now=NOW)
    assert [path.name for path in tmp_path.glob("newsbot.db-crawls/*")] == [alive.id]


@pytest.mark.parametrize("reason", sorted(OWN_FAULTS))
def test_what_may_be_newsbots_own_fault_is_tried_again_as_what_failed(start: Start, reason: str) -> None:
    url = "https://example.org/a"
    run = start()
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    for hours in (0, *(hour + 0.01 for hour in (frontier.SOON, *HOURS))):
        run.verdicts.fetched(url)
        run.verdicts.reject(Rejection(url=url, reason=reason))
        assert run.finish().total.reasons == {f"rejected:{reason}": 1}
        assert again_at(start, -0.1 if not hours else hours - 0.05) == []
        run = start(now=lambda hours=hours: at(hours))
        assert [candidate.url for candidate in run.intake.again(SOURCE)] == [url]
    run.verdicts.fetched(url)
    run.verdicts.reject(Rejection(url=url, reason=reason))
    assert again_at(start, 10_000) == [], "not for ever"


def test_a_run_is_healed_once_by_two_crawls_that_find_it_dead(
    start: Start, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = start()
    dead.intake.discover(SOURCE, candidates("/a"), FEED)
    bring(dead, "/a", "Text.")
    dead.abandon()
    late = iter([runs.undelivered(engine)])
    debt = runs.debt_of(engine, dead.id)
    assert dead.id in heal(engine, tmp_path, now=NOW)
    still, owed = runs.undelivered, iter([debt])
    monkeypatch.setattr("newsbot.store.runs.undelivered", lambda engine: next(late, None) or still(engine))
    monkeypatch.setattr("newsbot.store.runs.debt_of", lambda *_which: next(owed, None))
    assert heal(engine, tmp_path, now=NOW) == {}
    assert len(lines_of(tmp_path, "articles")) == 1


def test_removed_lines_can_be_left_out_of_the_files(start: Start, engine: Engine, tmp_path: Path) -> None:
    run = start(with_removed=False)
    run.intake.discover(SOURCE, candidates("/a"), FEED)
    bring(run, "/a", "Text.")
    run.finish()
    assert lines_of(tmp_path, "articles")[0]["removed"] == []


HALF = "\ud83d"
"""Half an emoji, which is no text: no database and no file takes it."""


def test_an_article_that_cannot_be_stored_costs_itself_alone(store: Engine, tmp_path: Path) -> None:
    run = Run(store, tmp_path, [SOURCE], spider="news", now=lambda: NOW)
    run.intake.discover(SOURCE, candidates("/good", "/poison"), FEED)
    assert run.verdicts.fetched("https://example.org/poison")
    with pytest.raises(Unstorable):
        run.verdicts.save(collected("https://example.org/poison", "Some text", title=HALF))
    bring(run, "/good", "About the harbour.")
    summary = run.finish()
    assert summary.total.reasons["rejected:unstorable"] == 1
    (line,) = lines_of(tmp_path, "articles")
    assert line["url"] == "https://example.org/good"
    (dropped,) = lines_of(tmp_path, "coverage", "*/*.dropped.jsonl")
    assert "surrogates not allowed" in dropped["detail"]
    later = Run(store, tmp_path, [SOURCE], spider="news", now=lambda: at(1))
    assert [candidate.url for candidate in later.intake.again(SOURCE)] == ["https://example.org/poison"]
    later.finish()


WALL = "\n\n".join(
    f"In the {name} ward the council wants the {name} harbour wall raised by a metre, after the {name} storm took "
    f"the {name} quay away and left the {name} ferry, its crew and the {name} market without a landing for weeks."
    for name in ("eastern", "western", "northern", "southern", "upper", "lower", "older", "newer", "greater", "lesser")
)
CHOIR = "\n\n".join(
    f"In {place} the choir of {place} sang on the square before hundreds of people from {place} and beyond, who had "
    f"waited since noon for the first concert that the town of {place} has seen in many a year."
    for place in ("Arles", "Basel", "Cork", "Delft", "Evora", "Fulda", "Ghent", "Hull")
)
BROUGHT: dict[str, dict[str, Any]] = {
    "/known": {"text": WALL + "\n\nThe vote was put off until the autumn, the mayor said."},
    "/known-as-it-was": {"text": CHOIR},
    "/story": {"text": WALL.replace("wall", "dam").replace("ward", "parish").replace("council", "board")},
    "/half": {"text": "Some text", "title": HALF},
    "/copy": {"text": CHOIR.replace("hundreds", "thousands")},
    "/bug": {"text": "What newsbot fails on."},
    "/teaser": {"text": WALL[:700]},
    "/round-up": {"text": f"The week in short.\n\n{CHOIR}\n\n{WALL}"},
    "/short": {"text": "It rained all day."},
    "/short-again": {"text": "It RAINED all day!"},
}
"""Pages of all kinds, two of which cost themselves; the first two are known from before."""


NUMBERS = ("seq", "number", "export_id")
"""Columns of numbers that the database gives: PostgreSQL leaves out those of what was undone."""


def bring_all(
    store: Engine, folder: Path, paths: Sequence[str], *, together: bool
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Bring pages to a store in one transaction or one by one; return what is told of each, and all tables."""
    folder.mkdir()
    known = ["/known", "/known-as-it-was"]
    before = Run(store, folder, [SOURCE], spider="news", now=lambda: NOW, policy=Policy(revisit_hours=HOURS))
    before.intake.discover(SOURCE, candidates(*known), FEED)
    for path, text in zip(known, (WALL, CHOIR), strict=True):
        bring(before, path, text)
    before.finish()
    run = Run(store, folder, [SOURCE], spider="news", now=lambda: at(1), policy=Policy(revisit_hours=HOURS))
    run.intake.revisits(SOURCE)
    fresh = [path for path in paths if path not in known]
    run.intake.discover(SOURCE, candidates(*fresh), replace(FEED, etag='"2"'))
    pages: dict[str, Collected | Rejection] = {}
    for path in paths:
        url = f"https://example.org{path}"
        assert run.verdicts.fetched(url)
        gone = Rejection(url=url, reason="section_page", digest="d")
        pages[path] = collected(url, **BROUGHT[path]) if path in BROUGHT else gone
    batches = [list(pages.values())] if together else [[page] for page in pages.values()]
    told = [one for batch in batches for one in run.verdicts.save_all(batch)]
    for path in {"/bug"} & pages.keys():
        run.verdicts.reject(Rejection(url=f"https://example.org{path}", reason="internal_error"))
    run.finish()
    kinds = [one.verdict.outcome if isinstance(one, Decision) else type(one).__name__ for one in told]
    tables = {}
    with store.connect() as connection:
        for table in schema.metadata.sorted_tables:
            columns = [column for column in table.c if column.name not in NUMBERS]
            found = [str(tuple(row)).replace(before.id, "before") for row in connection.execute(select(*columns))]
            tables[table.name] = sorted(row.replace(run.id, "run") for row in found)
    for name in ("runs", "exports"):  # they tell where, or are made of such numbers
        del tables[name]
    return dict(zip(pages, kinds, strict=True)), tables


@pytest.mark.parametrize("faulty", [(), ("/half", "/bug")], ids=["whole", "two of which cost themselves"])
def test_pages_that_come_together_are_stored_as_one_by_one(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: tuple[str, ...]
) -> None:
    decide = articles.decide

    def fail(connection: Connection, page: Collected, *arguments: Any, **options: Any) -> Decision:
        if page.discovered.endswith("/bug"):
            raise ZeroDivisionError
        return decide(connection, page, *arguments, **options)

    monkeypatch.setattr(articles, "decide", fail)
    paths = [path for path in [*BROUGHT, "/rejected"] if path in faulty or path not in ("/half", "/bug")]
    alone = open_engine(f"sqlite:///{tmp_path / 'alone.db'}")
    told, tables = bring_all(store, tmp_path / "together", paths, together=True)
    others_told, others = bring_all(alone, tmp_path / "alone", paths, together=False)
    alone.dispose()
    assert told == others_told
    assert {name: set(tables[name]) ^ set(others[name]) for name in tables if tables[name] != others[name]} == {}
    assert told == {
        "/known": "revised",
        "/known-as-it-was": "unchanged",
        "/story": "new",
        "/copy": "duplicate",
        "/teaser": "duplicate",
        "/round-up": "duplicate",
        "/short": "new",
        "/short-again": "duplicate",
        "/rejected": "Rejection",
        **{
            path: fault
            for path, fault in {"/half": "Unstorable", "/bug": "ZeroDivisionError"}.items()
            if path in faulty
        },
    }


def test_one_address_that_cannot_be_stored_leaves_the_others_of_its_listing(store: Engine, tmp_path: Path) -> None:
    run = Run(store, tmp_path, [SOURCE], spider="news", now=lambda: NOW)
    named = candidates(*(f"/{n}" for n in range(500)))
    poisons = [Candidate(url=f"https://example.org/{HALF}", via="feed")]
    poisons.append(Candidate(url="https://example.org/hint", via="feed", title=HALF))
    fresh = run.intake.discover(SOURCE, [*named[:123], *poisons, *named[123:]], replace(FEED, etag=HALF))
    assert fresh == named
    assert len(frontier.pending(store, SOURCE.name)) == 500
    assert run.schedule.listing(SOURCE.name, FEED.url).due_at, "it is polled on as it is due"
    run.verdicts.skip_all([(entry, "over_limit") for entry in run.ledger.open_entries()])
    summary = run.finish()
    assert summary.total.reasons == {"skipped:unstorable": 2, "skipped:over_limit": 500}
    dropped = lines_of(tmp_path, "coverage", "*/*.dropped.jsonl")
    assert {"https://example.org/\ufffd", "https://example.org/hint"} <= {line["url"] for line in dropped}
    assert len(dropped) == 502


def test_an_outcome_that_cannot_be_noted_as_it_is_is_noted_as_it_can_be(store: Engine, tmp_path: Path) -> None:
    poison = f"https://example.org/{HALF}"
    run = Run(store, tmp_path, [SOURCE], spider="archive", now=lambda: NOW)
    run.intake.discover(SOURCE, candidates("/dead"), FEED)
    run.verdicts.fail("https://example.org/dead", "error", HALF + "\0")
    assert run.intake.admit(SOURCE.name, Candidate(url=poison, via="archive"), captured_at=NOW)
    assert run.verdicts.fetched(poison)
    run.verdicts.reject(Rejection(url=poison, reason="no_body"))
    run.ledger.note(SOURCE.name, f"feed: {HALF}")
    summary = run.finish()
    assert summary.total.reasons == {"failed:error": 1, "rejected:no_body": 1}
    dropped = lines_of(tmp_path, "coverage", "*/*.dropped.jsonl")
    outcomes = {(line["url"], line["reason"]) for line in dropped}
    assert outcomes == {("https://example.org/\ufffd", "no_body"), ("https://example.org/dead", "error")}
    assert frontier.pending(store, SOURCE.name) == [], "the one that failed waits for its time"
