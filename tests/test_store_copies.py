"""One story once, on every database: copies are told, clustered and filed, whoever brings them and in which order."""

from __future__ import annotations

import itertools
import multiprocessing
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from conftest import collected
from sqlalchemy import Engine, func, select

from newsbot.items import Article, Candidate, Collected, Duplicate, New, Revision, Unchanged, Verdict
from newsbot.store import articles, duplicates, frontier, runs, schema
from newsbot.store.articles import Policy
from newsbot.store.database import open_engine
from newsbot.store.documents import versions_of
from newsbot.store.duplicates import Cluster, cluster_of
from newsbot.store.ledger import Entry
from newsbot.web.urls import article_id, url_key

VISITS = itertools.count()
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
    engine: Engine, brought: Collected, policy: Policy | None = None, run_id: str | None = None, now: str = NOW
) -> Verdict:
    url = brought.aliases[0]
    entry = Entry(run_id or f"r-{next(VISITS)}", "example", url, "feed", url_key(url))
    return articles.save(engine, brought, entry, now=now, policy=policy).verdict


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
    assert verdict == Duplicate(article_id("https://example.org/a"), 1.0, "excerpt")


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
    assert isinstance(save(store, agency), Duplicate)
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


def test_old_sketches_are_forgotten_in_steps_and_articles_are_not(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "BATCH", 2)
    for number in range(5):
        text = (
            OTHER.replace("choir", f"band {number}")
            .replace("concert", f"show {number}")
            .replace("town", f"port {number}")
        )
        save(store, collected(f"https://example.org/{number}", text * (number + 1)), now="2026-01-01T00:00:00Z")
    save(store, collected("https://example.org/young", STORY))
    with store.connect() as connection:
        indexed = connection.execute(select(func.count()).select_from(schema.sketches)).scalar_one()
    assert duplicates.prune(store, 0, now=NOW) == 0
    assert duplicates.prune(store, 90, now=NOW, batches=1) == 2
    steps: list[int] = []
    monkeypatch.setattr(duplicates, "BATCH_SECONDS", 0.0)  # every step takes too long: the next is the shortest
    assert duplicates.prune(store, 90, now=NOW, told=steps.append) == indexed - 3 == sum(steps)
    assert steps[1:] in ([1, 0], [0])
    with store.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.bands)).scalar_one() == 16
        assert connection.execute(select(func.count()).select_from(schema.articles)).scalar_one() == 6
    assert isinstance(save(store, collected("https://example.net/b", STORY + "\n\n(AFP)")), Duplicate)


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
        ({"remember_days": -1}, "NEWSBOT_REMEMBER_DAYS"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(wrong: dict[str, Any], name: str) -> None:
    make: Callable[..., Policy] = Policy
    with pytest.raises(ValueError, match=name):
        make(**wrong)
