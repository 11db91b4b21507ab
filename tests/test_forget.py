"""`scrapy forget`: what a person has removed is nowhere any more and comes never again; all others stay as they are."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import collected, lines_of, scrapy_here
from sqlalchemy import Engine, select

from newsbot.crawl.outbox.recovery import heal, names_of
from newsbot.crawl.run import Run, begin_life
from newsbot.export import compaction, removal
from newsbot.items import Candidate, Rejection
from newsbot.sources import Source
from newsbot.store import frontier, runs, schema
from newsbot.store.articles import Policy
from newsbot.store.documents import versions_of
from newsbot.store.listings import Listing
from newsbot.store.maintenance import forgotten
from newsbot.store.search.hits import Filters, found
from newsbot.store.search.query import parsed
from newsbot.store.views.address import known_of
from newsbot.store.views.stories import story_of
from newsbot.web.urls import article_id, url_key

SOURCES = [Source(name=name, home=f"https://{name}.example/") for name in ("herald", "bugle", "wire")]
WALL, CHOIR, BUGLE, WIRE = (
    "https://herald.example/a1", "https://herald.example/a2", "https://bugle.example/b1", "https://wire.example/c1",
)  # fmt: skip
TITLE = "Quillfeather sues Brackwater"
TEXT = "Zebulon Quillfeather went to court on Tuesday.\n\nThe Brackwater council met on it, with forty people there."
SONG = "The choir sang on the square before hundreds of people.\n\nIt was the first time in years."
WORDS = ("Quillfeather", "quillfeather", "Zebulon", "zebulon", "Brackwater", "brackwater")
START, LATER = "2026-11-20T08:00:00Z", "2026-11-20T09:30:00Z"

Start = Callable[..., Run]


@pytest.fixture
def start(store: Engine, tmp_path: Path) -> Iterator[Start]:
    opened = []

    def start(now: str = START, **choices: Any) -> Run:
        policy = Policy(revisit_hours=(1, 6), **choices)
        opened.append(Run(store, tmp_path, SOURCES, spider="news", now=lambda: now, policy=policy))
        return opened[-1]

    yield start
    for run in opened:
        run.abandon()


def source_of(url: str) -> Source:
    return next(source for source in SOURCES if source.home.split("/")[2] in url)


def discover(run: Run, url: str, title: str = TITLE) -> None:
    """Let the feed of its outlet announce an address."""
    source = source_of(url)
    candidate = Candidate(url=url, via="feed", title=title, summary=f"Of {title}")
    run.intake.discover(source, [candidate], Listing(source.name, f"{source.home}feed"))


def bring(run: Run, url: str, text: str = TEXT, title: str = TITLE, *, asked: str = "", **fields: Any) -> object:
    """Let a page be brought to the store, and return what that comes to."""
    discover(run, asked or url, title)
    run.verdicts.fetched(asked or url)
    page = collected(url, text, title=title, aliases=[asked or url, url], **fields)
    (told,) = run.verdicts.save_all([page])
    return told


def forget(engine: Engine, output: Path, named: str, now: str = LATER) -> list[str]:
    """Do what `scrapy forget` does; return what is left to do."""
    target = forgotten.target_of(engine, named)
    assert target
    life = begin_life(engine, output, spider="forget", now=lambda: now)
    removal.remove(engine, output, life, target, why="asked for", policy=Policy(), now=now)
    return removal.finish(engine, output, names_of(output))


def stock(start: Start) -> None:
    """Store an article in two versions and another one, beside a rejected page of which its headline is told."""
    run = start()
    bring(run, WALL, published="2026-11-20T07:00:00Z", summary="Of Quillfeather")
    bring(run, CHOIR, SONG, "A choir sings")
    discover(run, f"{WALL}-old")
    run.verdicts.fetched(f"{WALL}-old")
    detail = f"its text has come under another headline: {TITLE}"
    run.verdicts.reject(Rejection(url=f"{WALL}-old", reason="redirected_together", detail=detail))
    run.finish()
    run = start(LATER)
    run.intake.revisits(SOURCES[0])
    run.verdicts.fetched(WALL)
    run.verdicts.save(collected(WALL, TEXT.replace("forty", "fifty"), title=TITLE))
    run.verdicts.skip(CHOIR, "over_limit")
    run.finish()


def everything(output: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(output.rglob("*")) if path.is_file())


def test_no_byte_of_it_is_left_and_all_others_are_as_they_were(
    start: Start, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(start)
    before = lines_of(tmp_path, "articles")
    assert [line["url"] for line in before] == [WALL, CHOIR, WALL]
    words = WORDS if store.dialect.name == "sqlite" else WORDS[::2]
    assert [word for word in words if word.encode() not in everything(tmp_path)] == []
    assert forget(store, tmp_path, WALL, now="2026-11-20T10:00:00Z") == []
    assert lines_of(tmp_path, "articles") == [before[1]]
    assert (versions_of(store, article_id(WALL)), forgotten.debt_of(store)) == ([], None)
    assert found(store, parsed("quillfeather"), where=Filters(), limit=9, offset=0).total == 0
    assert found(store, parsed("choir"), where=Filters(), limit=9, offset=0).total == 1
    store.dispose()
    left = everything(tmp_path)
    assert b"choir" in left
    assert [word for word in WORDS if word.encode() in left] == []
    dropped = [line for line in lines_of(tmp_path, "coverage", "*/*.dropped.jsonl") if line["reason"] == "forgotten"]
    assert [(line["url"], line["outcome"], line["detail"]) for line in dropped] == [(WALL, "skipped", "asked for")]


def test_its_addresses_are_never_fetched_again(start: Start, store: Engine, tmp_path: Path) -> None:
    run = start()
    short = "https://herald.example/?p=7"
    bring(run, WALL, asked=short)
    run.finish()
    forget(store, tmp_path, WALL)
    run = start("2026-11-21T08:00:00Z")
    assert run.intake.revisits(SOURCES[0]) == []
    for url in (WALL, short, f"{WALL}?utm_source=mail"):
        discover(run, url)
    assert run.intake.resume(SOURCES[0]) == run.intake.again(SOURCES[0]) == []
    assert isinstance(bring(run, WALL, asked="https://herald.example/go/1"), Rejection), "a redirect leads to it"
    counts = run.finish().total
    assert counts.reasons == {"already_known:forgotten": 2, "rejected:forgotten": 1}
    assert versions_of(store, article_id(WALL)) == []
    with store.connect() as connection:
        told = connection.execute(select(schema.frontier.c.candidate)).scalars().all()
    assert not [candidate for candidate in told if candidate and TITLE in candidate]


def test_a_page_that_claims_its_address_is_rejected(start: Start, store: Engine, tmp_path: Path) -> None:
    assert forget(store, tmp_path, WALL) == [], "in advance"
    run = start("2026-11-21T08:00:00Z")
    discover(run, CHOIR)
    run.verdicts.fetched(CHOIR)
    page = collected(WALL, TEXT, title=TITLE, aliases=[CHOIR])
    (told,) = run.verdicts.save_all([page])
    assert isinstance(told, Rejection)
    discover(run, WALL)
    assert run.finish().total.reasons == {"already_known:forgotten": 1, "rejected:forgotten": 1}
    assert run.intake.again(SOURCES[0]) == []


def test_a_crawl_that_has_it_in_hand_meanwhile_brings_nothing_back(start: Start, store: Engine, tmp_path: Path) -> None:
    run = start()
    bring(run, WALL)
    run.finish()
    run = start(LATER)
    assert run.intake.revisits(SOURCES[0])
    discover(run, BUGLE)
    forget(store, tmp_path, WALL, now="2026-11-20T09:31:00Z")
    forget(store, tmp_path, BUGLE, now="2026-11-20T09:31:00Z")
    run.verdicts.gone(WALL)
    run.verdicts.fail(BUGLE, "timeout")
    run.finish()
    assert versions_of(store, article_id(WALL)) == []
    assert not lines_of(tmp_path, "articles")
    later = start("2026-11-22T08:00:00Z")
    assert later.intake.again(SOURCES[1]) == []
    assert frontier.sources_waiting(store, now="2026-11-22T08:00:00Z") == set()


def test_a_story_goes_on_with_another_origin(start: Start, store: Engine, tmp_path: Path) -> None:
    run = start()
    bring(run, WIRE, published="2026-11-20T06:00:00Z")
    bring(run, BUGLE, published="2026-11-20T07:30:00Z")
    bring(run, WALL, published="2026-11-20T07:00:00Z")
    run.finish()
    target = forgotten.target_of(store, WIRE)
    assert target
    assert {member.url for member in target.others} == {BUGLE, WALL}
    forget(store, tmp_path, WIRE)
    story = story_of(store, article_id(BUGLE))
    assert story
    assert [(member.role, member.url) for member in story.members] == [("origin", WALL), ("copy", BUGLE)]
    assert story.id == article_id(WIRE), "its id never changes"
    (line,) = [line for line in lines_of(tmp_path, "articles") if line["change"] == "original"]
    assert (line["url"], line["revision"]) == (WALL, 2)
    forget(store, tmp_path, BUGLE, now="2026-11-20T10:00:00Z")
    with store.connect() as connection:
        assert connection.execute(select(schema.clusters)).first() is None, "a story of one is none"
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == [WALL]


def test_copies_on_its_own_site_go_too_and_others_stay(start: Start, store: Engine, tmp_path: Path) -> None:
    run = start()
    bring(run, WALL)
    bring(run, f"{WALL}-print")
    bring(run, BUGLE)
    run.finish()
    forget(store, tmp_path, f"{WALL}-print")
    assert [line["url"] for line in lines_of(tmp_path, "duplicates")] == [BUGLE]
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == [BUGLE]
    assert frontier.known(store, [url_key(WALL), url_key(f"{WALL}-print"), url_key(BUGLE)]) == {
        url_key(WALL): "forgotten", url_key(f"{WALL}-print"): "forgotten", url_key(BUGLE): "collected",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("store", "breaks"),
    [
        *(
            ("sqlite", name)
            for name in ("close_books", "write_run_files", "end_run", "rewrite", "retell_dropped", "erase")
        ),
        pytest.param("postgresql", "rewrite", marks=pytest.mark.services),
    ],
    indirect=["store"],
)
def test_killed_anywhere_it_is_finished_by_the_next_start(
    start: Start, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    stock(start)
    holder = next(module for module in (removal, runs, forgotten) if hasattr(module, breaks))

    def dies(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(holder, breaks, dies)
        with pytest.raises(KeyboardInterrupt):
            forget(store, tmp_path, WALL, now="2026-11-20T10:00:00Z")
    assert versions_of(store, article_id(WALL)) == [], "it is gone from the store at once"
    heal(store, tmp_path, now="2026-11-20T10:01:00Z")
    assert forgotten.debt_of(store) is None
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == [CHOIR]
    assert [line["reason"] for line in lines_of(tmp_path, "coverage", "*/*.dropped.jsonl")].count("forgotten") == 1
    store.dispose()
    assert [word for word in WORDS if word.encode() in everything(tmp_path)] == []


def test_a_file_that_is_planned_and_not_written_is_written_without_it(
    start: Start, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start()
    bring(run, WALL)
    bring(run, CHOIR, SONG, "A choir sings")
    with monkeypatch.context() as patched:
        patched.setattr("newsbot.crawl.outbox.delivery.write_run_files", lambda *_args, **_options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run.finish()
    run.abandon()
    assert forget(store, tmp_path, WALL) == [
        f"articles/2026-11-20/{run.id}.jsonl is being written; its run rewrites it"
    ]
    assert forgotten.debt_of(store)
    heal(store, tmp_path, now=LATER)
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == [CHOIR]
    assert forgotten.debt_of(store) is None


def test_what_another_folder_has_waits_for_a_start_there(start: Start, store: Engine, tmp_path: Path) -> None:
    run = start()
    bring(run, WALL)
    run.finish()
    elsewhere = tmp_path / "elsewhere"
    (left,) = forget(store, elsewhere, WALL)
    assert left == f"articles/2026-11-20/{run.id}.jsonl is in another output folder, where the next crawl rewrites it"
    heal(store, tmp_path, now=LATER)
    assert not lines_of(tmp_path, "articles")
    assert forgotten.debt_of(store) is None


def test_lines_behind_it_in_a_joined_file_are_found_where_they_are_now(
    start: Start, store: Engine, tmp_path: Path
) -> None:
    for now, url in ((START, WALL), ("2026-11-20T08:10:00Z", CHOIR), ("2026-11-20T08:20:00Z", BUGLE)):
        run = start(now)
        bring(run, url, {WALL: TEXT, CHOIR: SONG, BUGLE: "A ship came into the harbour at noon."}[url], title=url)
        run.finish()
    (day,) = compaction.days_to_join(store, tmp_path, names_of(tmp_path), before="2026-11-21")
    joined = compaction.join(store, tmp_path, day)
    assert forget(store, tmp_path, WALL) == []
    assert not (tmp_path / compaction.WORK).exists()
    for url in (CHOIR, BUGLE):
        (place,) = known_of(store, url).places
        assert place.file == joined.path
        assert place.line
        assert orjson.loads((tmp_path / joined.path).read_bytes().splitlines()[place.line - 1])["url"] == url


def test_what_was_learned_from_it_alone_goes(start: Start, store: Engine, tmp_path: Path) -> None:
    run = start()
    bring(run, WALL, f"{TEXT}\n\nRead more in our newsletter")
    bring(run, CHOIR, f"{SONG}\n\nRead more in our newsletter", "A choir sings")
    run.finish()
    with store.connect() as connection:
        before = connection.execute(select(schema.site_blocks)).all()
    forget(store, tmp_path, WALL)
    with store.connect() as connection:
        after = connection.execute(select(schema.site_blocks)).all()
    assert len(before) - len(after) == len(TEXT.split("\n\n"))
    assert [block.articles for block in after if block.articles > 1] == [2], "what stands in both is the site's"


@pytest.fixture
def told(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run `scrapy forget`, and return what it prints."""

    def told(*args: str, status: int = 0, answer: str | None = None) -> str:
        keys = io.StringIO(answer or "")
        monkeypatch.setattr(keys, "isatty", lambda: answer is not None)
        monkeypatch.setattr("sys.stdin", keys)
        assert scrapy_here(monkeypatch, tmp_path, *args) == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    return told


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_person_is_asked_and_told(start: Start, store: Engine, told: Callable[..., str], tmp_path: Path) -> None:
    run = start()
    bring(run, WALL)
    bring(run, BUGLE)
    run.finish()
    store.dispose()
    command = ("forget", f"{WALL}?utm_source=x", "--why", "a person asked")
    assert told(*command, status=2).endswith("say --yes if that is to be removed\n")
    asked = told(*command, answer="n\n")
    assert asked.splitlines()[:2] == [TITLE, f"herald, id {article_id(WALL)}, first seen {START}"]
    assert f"copies at other outlets stay; they are theirs:\n  bugle, id {article_id(BUGLE)}: {BUGLE}\n" in asked
    assert asked.endswith("nothing was removed\n")
    assert len(lines_of(tmp_path, "articles")) == 1
    done = told(*command, answer="y\n")
    assert "removed; it is told in coverage/" in done
    assert "what is the article of the story now is told in articles/" in done
    assert [line["url"] for line in lines_of(tmp_path, "articles")] == [BUGLE]
    for named in (WALL, article_id(WALL)):
        assert f"{WALL} was removed " in told("forget", named, "--why", "again")
        assert f"a person asked\n{'it is never fetched again'}" in told("explain", named)
    assert told("forget", "0" * 20, "--why", "x", "--yes", status=2) == f"no article {'0' * 20} is known\n"
    assert "--why: say why" in told("forget", WALL, "--why", " ", status=2)
