"""One story once, on every database: copies are told, clustered and filed, whoever brings them and in which order."""

from __future__ import annotations

import itertools
import multiprocessing
import random
from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, collected
from jsonschema import validate
from sqlalchemy import Engine, func, select
from stocked import chosen

from newsbot.export import to_record
from newsbot.export.record import schema as json_schema
from newsbot.export.run_files import paths_of, write_run_files
from newsbot.items import Article, Candidate, Collected, Duplicate, New, Revision, Unchanged, Verdict
from newsbot.store import articles, frontier, runs, schema
from newsbot.store.articles import Policy
from newsbot.store.database import open_engine
from newsbot.store.documents import versions_of
from newsbot.store.duplicates import Cluster, cluster_of
from newsbot.store.ledger import Entry
from newsbot.web.urls import article_id, url_key

VISITS = itertools.count()
WORDS = [
    f"{first}{last}"
    for first in ("ka", "mo", "ti", "ru", "sel", "dan", "per", "vol")
    for last in (
        "ra",
        "lim",
        "nor",
        "tak",
        "bes",
        "gund",
        "pire",
        "shaw",
        "quel",
        "wodd",
        "yance",
        "zurt",
        "chel",
        "frin",
        "hask",
    )
]
NOW = "2026-11-20T08:00:00Z"
STORY = "\n\n".join(
    f"Paragraph {name} says that the {name} council of the {name} valley wants to raise its {name} wall by a metre, "
    f"after the {name} storm took part of the {name} quay away and left the {name} ferry without a landing."
    for name in ("eastern", "western", "northern", "southern", "upper", "lower", "older", "newer", "greater", "lesser")
)
OTHER = "\n\n".join(
    f"In {place} the choir of {place} sang on the square before hundreds of people from {place} and beyond, who had "
    f"waited since noon for the first concert that the town of {place} has seen in many a year."
    for place in ("Arles", "Basel", "Cork", "Delft", "Evora", "Fulda", "Ghent", "Hull")
)


def save(
    engine: Engine,
    brought: Collected,
    policy: Policy | None = None,
    run_id: str | None = None,
    now: str = NOW,
    *,
    via: str = "feed",
    source: str = "example",
) -> Verdict:
    url = brought.aliases[0]
    entry = Entry(run_id or f"r-{next(VISITS)}", source, url, via, url_key(url))
    return articles.save(engine, brought, entry, now=now, policy=policy).verdict


def prose(seed: int, words: int = 300) -> str:
    """Return a text like no other, in paragraphs of fifty words."""
    dice = random.Random(seed)
    spoken = [dice.choice(WORDS) for _ in range(words)]
    lines = [" ".join(spoken[start : start + 10]).capitalize() + "." for start in range(0, words, 10)]
    return "\n\n".join(" ".join(lines[start : start + 5]) for start in range(0, len(lines), 5))


def lines_told(engine: Engine) -> list[dict[str, Any]]:
    """Return every line of the files that the runs so far have given, in their order; (id, revision) is one."""
    with engine.connect() as connection:
        known = connection.execute(select(schema.outbox.c.run_id, func.min(schema.outbox.c.seq)).group_by("run_id"))
        run_ids = [run_id for run_id, _ in sorted(known, key=itemgetter(1))]
    lines: list[dict[str, Any]] = []
    for run_id in run_ids:
        runs.close_books(engine, run_id, {}, {kind: f"{kind}/{run_id}" for kind in runs.KINDS})
        for export in runs.planned(engine, run_id):
            for document in runs.documents(engine, export):
                record = to_record(document)
                assert ("duplicate_of" in record) == (export.kind == "duplicate")
                lines.append(record)
    assert max(Counter((line["id"], line["revision"]) for line in lines).values()) == 1
    validate(lines, {"type": "array", "items": json_schema()})
    return lines


def once(lines: list[dict[str, Any]]) -> list[str]:
    """Return the addresses of what an analyst takes: the latest line of each id, copies left out (docs/data.md)."""
    latest: dict[str, dict[str, Any]] = {}
    for line in sorted(lines, key=itemgetter("revision")):
        latest[line["id"]] = line
    return sorted(line["url"] for line in latest.values() if not line.get("duplicate_of"))


def genuine(engine: Engine) -> list[str]:
    """Return the addresses of the articles, which the files, the store and `scrapy export` say alike."""
    found = sorted(document["url"] for document in chosen(engine))
    assert once(lines_told(engine)) == found
    everything = {document["id"]: document for document in chosen(engine, duplicates=True)}
    for document in everything.values():
        if "duplicate_of" in document:
            assert document["origin"] == document["duplicate_of"]
            assert "duplicate_of" not in everything[document["origin"]], "a chain ends at an article"
    return [url.removeprefix("https://") for url in found]


def standings(engine: Engine) -> dict[str, tuple[str | None, str, str] | None]:
    """Return how every copy stands: its last change, the address that it is a copy of, and the relation."""
    everything = {document["id"]: document for document in chosen(engine, duplicates=True)}
    return {
        document["url"]: (document["change"], everything[document["duplicate_of"]]["url"], document["relation"])
        if "duplicate_of" in document
        else None
        for document in everything.values()
    }


def stored(engine: Engine, url: str) -> Article:
    """Return the latest version of the article that is known by an address."""
    return versions_of(engine, article_id(url))[-1]


def outboxed(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(schema.outbox.c.kind).order_by(schema.outbox.c.seq)).scalars())


def brought(engine: Engine, text: str, url: str = "https://example.net/copy", **fields: Any) -> Verdict:
    save(engine, collected("https://example.org/a", STORY))
    return save(engine, collected(url, text, **fields))


def test_a_syndicated_copy_with_another_dateline_is_a_duplicate(store: Engine) -> None:
    verdict = brought(store, f"LISBON, 3 March (Reuters) — {STORY}\n\n(Reporting by Jo Roe; editing by Kim Poe)")
    assert isinstance(verdict, Duplicate)
    assert (verdict.of, verdict.relation) == (article_id("https://example.org/a"), "syndicated")
    assert 0.8 < verdict.similarity < 1


def test_another_address_of_the_same_site_is_a_duplicate_of_that_kind(store: Engine) -> None:
    verdict = brought(store, STORY.replace("quay", "pier", 1), "https://news.example.org/b")
    assert isinstance(verdict, Duplicate)
    assert verdict.relation == "same_site"


@pytest.mark.parametrize("long_first", [True, False])
def test_a_shortened_story_and_its_long_original_find_each_other(store: Engine, long_first: bool) -> None:
    texts = [STORY, "\n\n".join(STORY.split("\n\n")[:5])]
    first, second = texts if long_first else texts[::-1]
    save(store, collected("https://example.org/a", first))
    verdict = save(store, collected("https://example.net/b", second))
    if long_first:
        assert verdict == Duplicate(article_id("https://example.org/a"), 1.0, "excerpt")
    else:
        assert verdict == New()
        assert standings(store)["https://example.org/a"] == (None, "https://example.net/b", "excerpt")


def test_another_story_is_new(store: Engine) -> None:
    assert brought(store, OTHER) == New()


def test_a_copy_of_a_copy_is_a_duplicate_of_the_first(store: Engine) -> None:
    brought(store, STORY.replace("quay", "pier", 3))
    url = "https://example.com/c"
    third = collected(url, STORY.replace("quay", "pier", 3).replace("ferry", "boat", 2))
    verdict = save(store, third)
    assert isinstance(verdict, Duplicate)
    assert verdict.of == stored(store, url).cluster_id == article_id("https://example.org/a")


def test_the_index_outlives_the_process(store: Engine) -> None:
    save(store, collected("https://example.org/a", STORY))
    again = open_engine(store.url.render_as_string(hide_password=False))
    assert isinstance(save(again, collected("https://example.net/b", STORY + "\n\n(dpa)")), Duplicate)
    again.dispose()


def test_the_member_published_first_is_the_origin_and_the_cluster_keeps_its_id(store: Engine) -> None:
    copy, origin, late = "https://example.org/copy", "https://example.net/origin", "https://example.com/late"
    save(store, collected(copy, STORY, published="2026-11-20T07:00:00Z"))
    agency = collected(origin, f"(Reuters) - {STORY}", published="2026-11-20T07:30:00+02:00")
    assert save(store, agency) == New()
    assert stored(store, origin).agency == "Reuters"
    assert isinstance(save(store, collected(late, STORY + "\n\nMore soon.", published="2026-11-21")), Duplicate)
    assert cluster_of(store, article_id(copy)) == Cluster(
        article_id(copy), article_id(origin), "2026-11-20T07:30:00+02:00", "Reuters", 3
    )


@pytest.mark.parametrize(
    ("copies", "kinds"),
    [("separate", ["article", "duplicate"]), ("inline", ["article", "article"]), ("drop", ["article"])],
)
def test_the_operator_says_where_copies_go(store: Engine, copies: str, kinds: list[str]) -> None:
    policy = Policy(duplicates=copies)
    save(store, collected("https://example.org/a", STORY), policy, "r1")
    save(store, collected("https://example.net/b", STORY), policy, "r1")
    assert outboxed(store) == kinds
    runs.close_books(store, "r1", {}, {"article": "a.jsonl", "duplicate": "d.jsonl"})
    documents = [document for export in runs.planned(store, "r1") for document in runs.documents(store, export)]
    copied = [document for document in documents if "duplicate_of" in document]
    assert len(copied) == len(kinds) - 1
    for copy in copied:
        assert copy["origin"] == copy["duplicate_of"] == article_id("https://example.org/a")
        assert copy["relation"] == "syndicated"


def test_a_revision_is_known_by_its_new_text_and_no_more_by_its_old(store: Engine) -> None:
    url = "https://example.org/a"
    save(store, collected(url, STORY))
    assert save(store, collected(url, OTHER)) == Revision(2, "body")
    first, revised = versions_of(store, article_id(url))
    assert revised.previous_hash == first.content_hash != revised.content_hash
    assert isinstance(save(store, collected("https://example.net/b", OTHER + "\n\n(AFP)")), Duplicate)
    assert save(store, collected("https://example.com/c", STORY)) == New()
    assert [version.change for version in versions_of(store, article_id(url))] == [None, "body"]


def test_what_moves_around_an_article_is_no_revision(store: Engine) -> None:
    url = "https://example.org/a"
    save(store, collected(url, f"Updated 5 minutes ago\n\n{STORY}\n\n3 comments"))
    assert save(store, collected(url, f"Updated 2 hours ago\n\n{STORY}\n\n148 comments\n\nMost read")) == Unchanged()
    assert save(store, collected(url, STORY, title="Another headline")) == Revision(2, "headline")


def test_an_article_that_moved_keeps_its_identity(store: Engine) -> None:
    old, new = "https://example.org/old-slug", "https://example.org/new-slug"
    save(store, collected(old, STORY))
    moved = collected(new, STORY.replace("metre", "yard", 1), aliases=[old, new])
    assert save(store, moved) == Revision(2, "correction")
    assert (stored(store, old).url, versions_of(store, article_id(new))) == (old, [])
    assert frontier.known(store, [url_key(old), url_key(new)]).keys() == {url_key(old), url_key(new)}


def test_an_address_that_leads_to_another_article_each_day_joins_none(store: Engine) -> None:
    latest = "https://example.org/latest"
    save(store, collected("https://example.org/a", STORY, aliases=[latest, "https://example.org/a"]))
    assert save(store, collected("https://example.org/b", OTHER, aliases=[latest, "https://example.org/b"])) == New()


def test_a_page_that_claims_another_articles_address_is_taken_by_its_own(store: Engine) -> None:
    shared = "https://example.org/news"
    save(store, collected(shared, STORY, aliases=["https://example.org/a"]))
    second = collected(shared, OTHER, aliases=["https://example.org/b"])
    assert save(store, second) == New()
    assert stored(store, "https://example.org/b").text == OTHER


def bring_at_once(url: str, site: str, start: Any, verdicts: Any) -> None:
    engine = open_engine(url)
    start.wait()
    for number in range(20):
        story = STORY.replace("council", f"council number {number}").replace("wall", f"wall of kind {number}")
        story = (
            story.replace("ferry", f"ferry {number}")
            .replace("storm", f"storm {number}")
            .replace("quay", f"quay {number}")
        )
        article = collected(f"https://{site}/{number}", f"{story}\n\nFrom {site}, with thanks.")
        verdicts.put((number, type(save(engine, article, run_id=site)).__name__))
    engine.dispose()


def test_two_processes_that_bring_a_story_at_once_get_one_new_and_one_duplicate(store: Engine) -> None:
    context = multiprocessing.get_context("spawn")
    start, verdicts = context.Barrier(2), context.Queue()
    url = store.url.render_as_string(hide_password=False)
    processes = [
        context.Process(target=bring_at_once, args=(url, site, start, verdicts))
        for site in ("one.example", "two.example")
    ]
    for process in processes:
        process.start()
    told = [verdicts.get(timeout=60) for _ in range(40)]
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0, 0]
    by_story: dict[int, Counter[str]] = {}
    for number, verdict in told:
        by_story.setdefault(number, Counter())[verdict] += 1
    assert all(counts == {"New": 1, "Duplicate": 1} for counts in by_story.values()), by_story


WIRE, RIVAL, THIRD = "https://wire.example/1", "https://rival.example/2", "https://third.example/3"
COPIED = STORY.replace("quay", "pier", 2)


def test_a_copy_that_was_stored_first_is_corrected_by_a_line_when_the_origin_comes(store: Engine) -> None:
    save(store, collected(RIVAL, COPIED, published="2026-11-20T07:00:00Z"), now="2026-11-20T07:30:00Z")
    save(store, collected(THIRD, STORY + "\n\nMore soon.", published="2026-11-20T07:10:00Z"))
    assert genuine(store) == ["rival.example/2"]
    assert save(store, collected(WIRE, STORY, published="2026-11-20T06:00:00Z")) == New()
    assert genuine(store) == ["wire.example/1"]
    assert standings(store) == {
        WIRE: None,
        RIVAL: ("copy", WIRE, "syndicated"),
        THIRD: (None, WIRE, "syndicated"),
    }
    first, corrected = versions_of(store, article_id(RIVAL))
    assert (corrected.text, corrected.revision, corrected.previous_hash) == (first.text, 2, first.content_hash)
    assert {stored(store, url).cluster_id for url in (WIRE, RIVAL, THIRD)} == {article_id(RIVAL)}
    cluster = cluster_of(store, article_id(RIVAL))
    assert cluster
    assert (cluster.origin, cluster.members) == (article_id(WIRE), 3)


@pytest.mark.parametrize("policy", ["separate", "inline", "drop"])
def test_what_is_in_no_file_yet_is_put_right_itself(store: Engine, policy: str) -> None:
    for url, hour in ((THIRD, "07"), (RIVAL, "06"), (WIRE, "05")):
        save(store, collected(url, STORY, published=f"2026-11-20T{hour}:00:00Z"), Policy(duplicates=policy), "r1")
    runs.close_books(store, "r1", {}, {"article": "a", "duplicate": "d"})
    lines = [to_record(line) for export in runs.planned(store, "r1") for line in runs.documents(store, export)]
    told = {(line["url"], line["revision"], line["change"], "duplicate_of" in line) for line in lines}
    copies = set() if policy == "drop" else {(THIRD, 1, None, True), (RIVAL, 1, None, True)}
    assert told == copies | {(WIRE, 1, None, False)}
    assert once(lines) == [WIRE]


def test_revisions_of_a_corrected_copy_stay_among_the_copies(store: Engine) -> None:
    save(store, collected(RIVAL, STORY, published="2026-11-20T07:00:00Z"))
    assert genuine(store) == ["rival.example/2"]
    save(store, collected(WIRE, STORY, published="2026-11-20T06:00:00Z"))
    assert save(store, collected(RIVAL, COPIED + "\n\nMore was said on Friday at the town hall.")) == Revision(
        3, "body"
    )
    assert save(store, collected(WIRE, STORY, title="Another headline")) == Revision(2, "headline")
    assert genuine(store) == ["wire.example/1"]
    assert standings(store)[RIVAL] == ("body", WIRE, "syndicated")


def test_a_copy_that_gets_another_text_is_an_article(store: Engine) -> None:
    save(store, collected(WIRE, STORY))
    save(store, collected(RIVAL, COPIED))
    assert save(store, collected(RIVAL, OTHER)) == Revision(2, "body")
    assert genuine(store) == ["rival.example/2", "wire.example/1"]
    assert stored(store, RIVAL).cluster_id == article_id(WIRE)


@pytest.mark.parametrize("policy", ["separate", "inline", "drop"])
def test_the_files_give_each_story_once_as_the_page_on_the_data_shows(
    store: Engine, policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Policy(duplicates=policy)
    for number, (url, hour) in enumerate(((RIVAL, "07"), (WIRE, "06"), (THIRD, "05"))):
        run_id = f"2026112{number}T080000Z-1c9a07e3"
        save(store, collected(f"https://other.example/{number}", prose(number)), known, run_id)
        save(store, collected(url, STORY, published=f"2026-11-20T{hour}:00:00Z"), known, run_id)
        runs.close_books(store, run_id, {}, paths_of(run_id))
        write_run_files(store, tmp_path / "output", run_id)
    page = (ROOT / "docs" / "data.md").read_text("utf-8").partition("\n## Copies\n")[2]
    snippet = page.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    shown: dict[str, Any] = {}
    exec(snippet, shown)
    others = [f"https://other.example/{number}" for number in range(3)]
    assert sorted(article["url"] for article in shown["articles"]) == [*others, THIRD]


# --- A rival's copies ----------------------------------------------------------------------------


HOUR_AGO = "2026-11-20T07:00:00Z"
"""When the genuine article was published and announced, an hour before it is stored."""


CLAIMS: list[dict[str, Any]] = [
    {"published": "2026-11-19T07:00:00Z"},
    {"published": "2026-11-19"},
    {"published": "2001-01-01T00:00:00Z"},
    {"published": "2026-12-24T00:00:00Z"},
    {"published": "1899-12-31"},
    {"published": "2026-11-19T07:00:00Z", "site_name": "Wire", "authors": ["Wire"]},
    {"published": "2026-11-19T07:00:00Z", "site_name": "Ana Silva"},
    {"published": None},
    {"published": HOUR_AGO},
]
"""What a rival states of its copy."""
ADDED = ["", "\n\nFirst published by rival.", "\n\n" + prose(0, 200)]
"""What it puts below the text."""


def test_a_copy_takes_no_articles_place_whatever_it_says(store: Engine) -> None:
    attacks = list(itertools.product(CLAIMS, ADDED))
    for number, (claim, added) in enumerate(attacks, 1):
        text = f"{prose(number)}\n\nSource: Wire"
        mine = collected(f"{WIRE}/{number}", text, published=HOUR_AGO, site_name="Wire", authors=["Ana Silva"])
        save(store, mine, source="wire")
        copy = collected(f"{RIVAL}/{number}", text + added, **claim)
        assert isinstance(save(store, copy, now="2026-11-20T08:20:00Z", source="rival"), Duplicate), (claim, added)
    assert genuine(store) == sorted(f"wire.example/1/{number}" for number in range(1, len(attacks) + 1))


def test_a_feed_that_was_read_without_it_shows_a_copy_backdated_by_an_hour(store: Engine) -> None:
    for first, second in ((WIRE, RIVAL), (RIVAL, WIRE)):
        pages = {
            WIRE: {"published": "2026-11-20T08:50:00Z"},
            RIVAL: {"published": "2026-11-20T08:00:00Z", "absent_at": "2026-11-20T09:30:00Z"},
        }
        text = prose(len(first))
        for url in (first, second):
            address, claim = f"{url}?p={len(first)}", dict(pages[url])
            candidate = Candidate(url=address, via="feed", absent_at=claim.pop("absent_at", None))
            with store.begin() as connection:
                frontier.enqueue(connection, "example", [(url_key(address), candidate)], now=NOW)
            save(store, collected(address, text, **claim), now="2026-11-20T09:50:00Z")
        assert standings(store)[f"{RIVAL}?p={len(first)}"] is not None
    assert all(url.startswith("wire.example/1") for url in genuine(store))


def test_what_the_feed_of_another_site_names_is_not_announced(store: Engine) -> None:
    candidate = Candidate(url=RIVAL, via="feed", listing="https://planet.example/feed")
    with store.begin() as connection:
        frontier.enqueue(connection, "example", [(url_key(RIVAL), candidate)], now=NOW)
    save(store, collected(RIVAL, STORY))
    assert save(store, collected(WIRE, STORY)) == New()
    assert genuine(store) == ["wire.example/1"]


def test_a_page_that_names_anothers_address_as_canonical_is_its_copy(store: Engine) -> None:
    save(store, collected(RIVAL, COPIED, copied_from=WIRE, published="2026-11-20T05:00:00Z"))
    assert genuine(store) == ["rival.example/2"]
    assert save(store, collected(WIRE, STORY, published="2026-11-20T06:00:00Z")) == New()
    assert genuine(store) == ["wire.example/1"]
    assert standings(store)[RIVAL] == ("copy", WIRE, "syndicated")


# --- Round-ups -----------------------------------------------------------------------------------


ITEMS = [f"https://{name}.example/item" for name in ("one", "two", "three", "four", "five", "six", "seven", "eight",
                                                     "nine", "ten")]  # fmt: skip
DIGEST = "https://digest.example/week"


def digest(texts: list[str]) -> str:
    return "\n\n".join(f"And this is what else has happened in week {n}\n\n{text}" for n, text in enumerate(texts))


@pytest.mark.parametrize("count", [2, 10])
@pytest.mark.parametrize("at", ["first", "between", "last"])
def test_a_page_that_strings_articles_together_makes_none_of_them_a_copy(store: Engine, count: int, at: str) -> None:
    texts = [prose(seed, 80 + 10 * seed) for seed in range(count)]
    pages = [collected(url, text) for url, text in zip(ITEMS, texts, strict=False)]
    place = {"first": 0, "between": count // 2, "last": count}[at]
    pages.insert(place, collected(DIGEST, digest(texts)))
    for number, page in enumerate(pages):
        save(store, page, run_id=f"r{number}")
        runs.close_books(store, f"r{number}", {}, {kind: f"{kind}/r{number}" for kind in runs.KINDS})
    assert genuine(store) == sorted(url.removeprefix("https://") for url in ITEMS[:count])
    copy = standings(store)[DIGEST]
    assert copy
    assert copy[2] == "round-up"


@pytest.mark.parametrize("known", [2, 3])
def test_a_round_up_of_which_a_few_items_are_known_makes_none_of_them_its_excerpt(store: Engine, known: int) -> None:
    texts = [prose(seed, 100) for seed in range(9)]
    for url, text in zip(ITEMS, texts[:known], strict=False):
        save(store, collected(url, text))
    save(store, collected(DIGEST, digest(texts)))
    assert {url for url in genuine(store) if url.endswith("item")} == {
        url.removeprefix("https://") for url in ITEMS[:known]
    }


def test_a_copy_of_an_item_unmasks_a_round_up_too_and_it_is_one_of_the_articles(store: Engine) -> None:
    texts = [prose(seed) for seed in range(4)]
    save(store, collected(DIGEST, digest(texts)))
    save(store, collected(ITEMS[0], texts[0], published="2026-11-20T07:00:00Z"))
    for url in (ITEMS[1], RIVAL):
        save(
            store, collected(url, texts[1] + "\n\nFrom the valley." * (url == RIVAL), published="2026-11-20T07:00:00Z")
        )
    assert genuine(store) == ["one.example/item", "two.example/item"]


def test_a_weekly_digest_of_the_same_site_and_copies_of_it_are_round_ups(store: Engine) -> None:
    texts = [prose(seed) for seed in range(4)]
    for number, text in enumerate(texts):
        save(store, collected(f"https://digest.example/{number}", text, published=f"2026-11-1{number}T08:00:00Z"))
    save(store, collected(DIGEST, digest(texts), published="2026-11-20T07:00:00Z"))
    save(store, collected(RIVAL, digest(texts) + "\n\nMore next week.", published="2026-11-01T07:00:00Z"))
    assert genuine(store) == [f"digest.example/{number}" for number in range(4)]
    assert {copy[2] for copy in standings(store).values() if copy} == {"round-up"}


def test_a_backdated_round_up_that_comes_first_yields_to_its_items(store: Engine) -> None:
    texts = [prose(seed) for seed in range(3)]
    save(store, collected(DIGEST, digest(texts), published="2026-11-18T07:00:00Z"))
    for url, text in zip(ITEMS, texts, strict=False):
        save(store, collected(url, text, published="2026-11-20T07:30:00Z"))
    assert genuine(store) == ["one.example/item", "three.example/item", "two.example/item"]


def test_a_long_article_that_others_cut_up_stays_one(store: Engine) -> None:
    save(store, collected(WIRE, STORY, published="2026-11-20T06:00:00Z"))
    parts = STORY.split("\n\n")
    for url, part in ((RIVAL, parts[:5]), (THIRD, parts[5:])):
        save(store, collected(url, "\n\n".join(part), published="2026-11-20T07:00:00Z"))
    assert genuine(store) == ["wire.example/1"]
    assert {copy[2] for copy in standings(store).values() if copy} == {"excerpt"}


def test_a_morning_briefing_that_quotes_articles_is_an_article(store: Engine) -> None:
    texts = [prose(seed) for seed in range(5)]
    for url, text in zip(ITEMS, texts, strict=False):
        save(store, collected(url, text))
    quotes = [" ".join(text.split(". ")[:2]) + "." for text in texts]
    briefing = "\n\n".join(f"{prose(50 + n, 30)} {quote}" for n, quote in enumerate(quotes))
    assert save(store, collected(DIGEST, briefing)) == New()
    assert len(genuine(store)) == 6


@pytest.mark.parametrize(
    ("teaser", "whole"),
    [
        ({}, {}),
        ({"published": "2026-11-20T07:00:00Z"}, {"published": "2026-11-20T06:00:00Z"}),
        ({"published": "2026-11-20T07:00:00Z"}, {"published": "2026-11-20T07:00:00Z"}),
    ],
)
def test_a_teaser_that_came_first_is_the_excerpt_of_its_article(
    store: Engine, teaser: dict[str, str], whole: dict[str, str]
) -> None:
    text = prose(1, 400)
    save(store, collected(RIVAL, text[:500] + " …", **teaser))
    assert genuine(store) == ["rival.example/2"]
    assert save(store, collected(WIRE, text, **whole)) == New()
    assert genuine(store) == ["wire.example/1"]
    assert standings(store)[RIVAL] == ("copy", WIRE, "excerpt")


def test_hints_are_kept_until_an_article_is_looked_at_no_more(store: Engine) -> None:
    candidate = Candidate(url="https://example.org/a", via="feed", authors=["Ana Silva"])
    with store.begin() as connection:
        frontier.enqueue(connection, "example", [("example.org/a", candidate)], now=NOW)
    save(store, collected("https://example.org/a", STORY), Policy(revisit_hours=(1,)))
    with store.connect() as connection:
        assert "Ana Silva" in connection.execute(select(schema.visits.c.candidate)).scalar_one()


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"duplicates": "merge"}, "NEWSBOT_DUPLICATES"),
        ({"revisit_hours": (6, 1)}, "NEWSBOT_REVISIT_HOURS"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(wrong: dict[str, Any], name: str) -> None:
    make: Callable[..., Policy] = Policy
    with pytest.raises(ValueError, match=name):
        make(**wrong)
