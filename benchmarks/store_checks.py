"""What must be true of a store whoever wrote to it at once, and stories to bring to it from all sides."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, text

from newsbot.crawl import worker_pool
from newsbot.items import Collected, Decision, ExtractedArticle
from newsbot.store import articles
from newsbot.store.ledger import Entry
from newsbot.web.urls import url_key

NOW = "2026-11-20T08:00:00Z"
SYLLABLES = ("ka", "mo", "ti", "ru", "sel", "dan", "per", "vol", "gund", "pire", "shaw", "quel", "zurt", "chel", "hask")
WORDS = [first + middle + last for first in SYLLABLES for middle in SYLLABLES for last in ("", "ra", "nor", "bes")]
ITEMS = 3
"""Stories that a round-up strings together."""

LAWS = {
    "a copy points to an article that is a copy, or to none": """
        select copy.url from articles as copy left join articles as original on original.id = copy.duplicate_of
        where copy.duplicate_of is not null and (original.id is null or original.duplicate_of is not null)
    """,
    "two articles have the same words": """
        select min(url) from articles where duplicate_of is null group by content_hash having count(*) > 1
    """,
    "a story has other members than it says": """
        select story from (select cluster_id as story, count(*) as found from articles group by cluster_id) as counted
        left join clusters on clusters.id = story where found <> coalesce(clusters.members, 1)
    """,
    "a story is told of that nobody is in": """
        select id from clusters where not exists (select 1 from articles where cluster_id = clusters.id)
    """,
    "the origin of a story is a copy": """
        select clusters.id from clusters join articles on articles.id = clusters.origin
        where articles.duplicate_of is not null
    """,
    "a version is missing": """
        select articles.url from articles join revisions on revisions.article_id = articles.id
        group by articles.id, articles.url, articles.revision
        having count(*) <> articles.revision or max(revisions.revision) <> articles.revision
    """,
    "a version is not on exactly one line": """
        select revisions.article_id from revisions left join outbox
        on outbox.article_id = revisions.article_id and outbox.revision = revisions.revision
        group by revisions.article_id, revisions.revision having count(outbox.seq) <> 1
    """,
    "an address leads to no article": """
        select frontier.url from frontier left join articles on articles.id = frontier.article_id
        where articles.id is null
    """,
    "an article is not compared with what comes": """
        select url from articles where not exists (select 1 from sketches where article_id = articles.id)
    """,
}
"""Queries that find nothing in a store that is whole."""


def broken(engine: Engine) -> list[str]:
    """Return which of LAWS do not hold, each with an example."""
    found = []
    with engine.connect() as connection:
        for law, query in LAWS.items():
            rows = connection.execute(text(query)).all()
            found += [f"{law}: {rows[0][0]} ({len(rows)})"] if rows else []
    return found


def outcome(engine: Engine) -> dict[str, tuple[object, ...]]:
    """Return how every article stands: its versions, what it is a copy of and how, its story and that one's size."""
    query = """
        select copy.url, copy.revision, original.url, copy.similarity, copy.relation, founder.url, clusters.members
        from articles as copy left join articles as original on original.id = copy.duplicate_of
        join articles as founder on founder.id = copy.cluster_id left join clusters on clusters.id = copy.cluster_id
    """
    with engine.connect() as connection:
        return {url: tuple(rest) for url, *rest in connection.execute(text(query))}


def order(engine: Engine) -> list[str]:
    """Return the runs that stored something, in the order in which they did."""
    with engine.connect() as connection:
        rows = connection.execute(text("select run_id from outbox group by run_id order by min(seq)"))
        return list(rows.scalars())


@dataclass(frozen=True)
class Deed:
    """A page that one of several processes brings."""

    url: str
    text: str
    published: str

    def brought(self) -> Collected:
        """Return it as it is brought to the store."""
        article = ExtractedArticle(
            url=self.url,
            title=self.text[:50],
            text=self.text,
            published=self.published,
            fetched_at=NOW,
            extractor="deed",
        )
        return worker_pool.collected(article, [self.url])


def bring(engine: Engine, deed: Deed, run_id: str) -> Decision:
    """Let the store decide on what one brings."""
    entry = Entry(run_id, "deeds", deed.url, "feed", url_key(deed.url))
    return articles.save(engine, deed.brought(), entry, now=NOW)


def prose(dice: random.Random, words: int) -> str:
    """Return a text like no other, in paragraphs of fifty words."""
    spoken = dice.choices(WORDS, k=words)
    return "\n\n".join(" ".join(spoken[start : start + 50]).capitalize() + "." for start in range(0, words, 50))


def deeds(story: int, brings: int) -> list[list[Deed]]:
    """Return what each of so many processes brings of a story, in its order.

    A copy at a site of its own, with other words here and there and published a minute later than the one before; the
    first two the same page; then a correction of it, and its first or its second half, which have nothing in common
    but their story; every third also a page that strings the story and earlier ones together.
    """
    texts = [prose(random.Random(number), 300) for number in range(max(0, story - ITEMS + 1), story + 1)]
    everyone = []
    for number in range(brings):
        dice = random.Random(f"{story} {number}")
        site = f"site{max(number, 1)}.example"
        copy = edited(texts[-1], random.Random(f"{story} {site}"), every=25)
        paragraphs = copy.split("\n\n")
        half = "\n\n".join(paragraphs[:3] if number % 2 else paragraphs[3:])
        mine = [
            Deed(f"https://{site}/story-{story}", copy, f"2026-11-20T06:{max(number, 1):02}:00Z"),
            Deed(f"https://{site}/story-{story}", edited(copy, random.Random(story), every=60), "2026-11-20T06:30:00Z"),
            Deed(f"https://{site}/half-{story}-{number}", half, f"2026-11-20T06:{30 + number}:00Z"),
        ]
        if story >= ITEMS and number % 3 == 0:
            week = "\n\n".join(dice.sample(texts, len(texts)))
            mine.insert(dice.randrange(3), Deed(f"https://{site}/week-{story}-{number}", week, "2026-11-20T07:00:00Z"))
        everyone.append(mine)
    return everyone


def edited(body: str, dice: random.Random, *, every: int) -> str:
    """Return a text with one word in so many replaced."""
    return "\n\n".join(" ".join(_edited(paragraph.split(), dice, every)) for paragraph in body.split("\n\n"))


def _edited(words: list[str], dice: random.Random, every: int) -> Iterator[str]:
    for word in words:
        yield dice.choice(WORDS) if dice.randrange(every) == 0 else word
