"""The articles that newsbot knows, and the one decision on each that is brought: is it new?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Engine, and_, bindparam, insert, select, text, update

from newsbot.dedupe import Sketch, agency_of, change_between, content_hash, likeness, sketch_of
from newsbot.items import Article, Duplicate, New, Revision, Unchanged, Verdict
from newsbot.store import documents, duplicates, frontier, revisits, schema
from newsbot.store.database import reading
from newsbot.store.ledger import Entry, write
from newsbot.web.urls import article_id, canonical_url, site_of, url_key

# What is to become of copies, of articles that may change, and of what is old.

SEPARATE, INLINE, DROP = DUPLICATES = ("separate", "inline", "drop")


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices that the settings leave to the operator (newsbot/settings.py)."""

    duplicates: str = SEPARATE
    """Copies go to files of their own, among the articles, or to no file."""
    revisit_hours: tuple[float, ...] = ()
    """When an article is looked at again, in hours after it was first seen."""
    remember_days: int = 0
    """How long a text can be recognised in changed form; 0: for ever."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant. Raises ValueError."""
        if self.duplicates not in DUPLICATES:
            raise ValueError(f"NEWSBOT_DUPLICATES: one of {', '.join(DUPLICATES)}, not {self.duplicates!r}")
        if list(self.revisit_hours) != sorted(set(self.revisit_hours)) or any(h <= 0 for h in self.revisit_hours):
            raise ValueError(f"NEWSBOT_REVISIT_HOURS: rising numbers of hours, not {list(self.revisit_hours)}")
        if self.remember_days < 0:
            raise ValueError(f"NEWSBOT_REMEMBER_DAYS: a number of days or 0, not {self.remember_days}")


# Which known article is this one? Its address says so, and its text must bear the address out.
#
# Redirects and rel=canonical join addresses. Both can be wrong: sites name their front page, or one
# page of many, as canonical; and an address such as /latest leads to another article every day.

_FRONTIER = schema.frontier
_REACHED = select(_FRONTIER.c.article_id).where(
    _FRONTIER.c.url_key.in_(bindparam("keys", expanding=True)), _FRONTIER.c.article_id.is_not(None)
)


def resolve(connection: Connection, article: Article) -> Article | None:
    """Return the present version of an article that is known, and give the new one its identity.

    An article whose page claims the address of another one that has a different text gets the address
    where it was found. One that was known under another address, by which it was reached, and has
    kept its text, keeps its identity.
    """
    here = article.aliases[-1] if article.aliases else article.url
    known = documents.latest(connection, [article.id]).get(article.id)
    if known and article.id != article_id(here) and not _alike(known, article):
        article.url, article.id = canonical_url(here), article_id(here)
        known = documents.latest(connection, [article.id]).get(article.id)
    if known is None:
        reached = documents.latest(connection, _reached(connection, article))
        known = next((other for other in reached.values() if _alike(other, article, templates=False)), None)
    if known:
        article.id, article.url = known.id, known.url
    return known


def _reached(connection: Connection, article: Article) -> list[str]:
    """Return the ids of the articles that the addresses which led here have led to before."""
    keys = list({url_key(url) for url in article.aliases})
    return [str(found) for found in connection.execute(_REACHED, {"keys": keys}).scalars()]


def _alike(one: Article, other: Article, *, templates: bool = True) -> bool:
    if one.content_hash == other.content_hash:
        return True
    return likeness(one.text, other.text, templates=templates) is not None


_DECIDING = 5_105_121_117
"""PostgreSQL's advisory lock on decisions; any number does that nobody else uses."""

_FIELDS = (
    "id", "url", "source", "title", "published", "content_hash", "revision", "cluster_id", "first_seen", "run_id"
)  # fmt: skip
_ADD = insert(schema.articles)
_ANNOUNCE = insert(schema.outbox)
_COPIED = select(schema.articles.c.duplicate_of).where(schema.articles.c.id == bindparam("id"))


def save(engine: Engine, article: Article, entry: Entry, *, now: str, policy: Policy | None = None) -> Verdict:
    """Decide whether an article is new, and store what follows from it, in one transaction.

    Filled in are the article's content_hash, agency, revision, previous_hash, change, cluster_id and
    first_seen; id and url become those that it is known by. Its URL and all its aliases leave the
    frontier, what is to be exported goes into the outbox, and the entry's outcome into the ledger.
    """
    sketch = sketch_of(article.text)
    with engine.begin() as connection:
        return decide(connection, article, sketch, entry, now=now, policy=policy or Policy())


def decide(
    connection: Connection, article: Article, sketch: Sketch | None, entry: Entry, *, now: str, policy: Policy
) -> Verdict:
    """Do what ``save`` does inside the caller's transaction, with a sketch that was made before it began."""
    article.content_hash = content_hash(article.text)
    article.agency = agency_of(article.authors, article.text)
    _lock(connection)
    known = resolve(connection, article)
    verdict: Verdict
    if known:
        verdict = _keep_up(connection, article, known, sketch)
    else:
        verdict = _add(connection, article, sketch, now)
        if policy.revisit_hours:
            candidate = frontier.candidate_of(connection, entry)
            revisits.begin(connection, article, candidate, policy.revisit_hours, validators=entry.validators, now=now)
    if entry.article_id:
        revisits.advance(connection, entry.article_id, policy.revisit_hours, validators=entry.validators, now=now)
    if not isinstance(verdict, Unchanged):
        announce(connection, article, policy, is_copy=isinstance(verdict, Duplicate) if not known else None)
    status = "duplicate" if isinstance(verdict, Duplicate) else "article"
    addresses = {url_key(url): url for url in [article.url, *article.aliases]}
    for key, url in addresses.items():
        frontier.settle(connection, key, url, article.source, status=status, article_id=article.id, now=now)
    write(connection, entry, verdict.outcome)
    return verdict


def remove(engine: Engine, entry: Entry, *, now: str, policy: Policy) -> None:
    """Note that the page of a known article is gone: one more version of it, with the text last seen."""
    assert entry.article_id
    with engine.begin() as connection:
        _lock(connection)
        article = documents.latest(connection, [entry.article_id])[entry.article_id]
        article.revision += 1
        article.change, article.previous_hash = "removed", article.content_hash
        article.run_id, article.fetched_at = entry.run_id, now
        documents.advance(connection, article, removed_at=now)
        announce(connection, article, policy)
        revisits.end(connection, article.id)
        write(connection, entry, Revision.outcome)


def announce(connection: Connection, article: Article, policy: Policy, *, is_copy: bool | None = None) -> None:
    """Put a version of an article into the outbox, for the file that it belongs to; copies where policy says."""
    if is_copy is None:
        is_copy = connection.execute(_COPIED, {"id": article.id}).scalar() is not None
    if is_copy and policy.duplicates == DROP:
        return
    kind = "duplicate" if is_copy and policy.duplicates != INLINE else "article"
    row = {"run_id": article.run_id, "kind": kind, "article_id": article.id, "revision": article.revision}
    connection.execute(_ANNOUNCE, row)


def _keep_up(connection: Connection, article: Article, known: Article, sketch: Sketch | None) -> Verdict:
    """Store what a known article says now, if that is anything else in substance."""
    article.first_seen, article.cluster_id = known.first_seen, known.cluster_id
    article.revision = known.revision
    # What cleaning has learned to take out since then is no change of the article.
    learned = {line for removed in article.removed for line in removed.text.split("\n") if line}
    before = "\n".join(line for line in known.text.split("\n") if line not in learned)
    change = change_between(known.title, before, article.title, article.text)
    if change is None:
        return Unchanged()
    article.revision += 1
    article.change, article.previous_hash = change, known.content_hash
    article.discovered_via = known.discovered_via
    documents.advance(connection, article, removed_at=None)
    duplicates.replace(connection, article.id, sketch)
    return Revision(article.revision, change)


def _add(connection: Connection, article: Article, sketch: Sketch | None, now: str) -> New | Duplicate:
    """Store an article that is not known, as a copy if its text is."""
    article.first_seen = now
    article.cluster_id = article.id
    match = duplicates.original_of(connection, article, sketch)
    verdict = match.verdict(article) if match else New()
    row: dict[str, object] = dict.fromkeys(("duplicate_of", "similarity", "relation", "origin"))
    if match and isinstance(verdict, Duplicate):
        row = {"duplicate_of": verdict.of, "similarity": verdict.similarity, "relation": verdict.relation}
        row["origin"] = duplicates.join(connection, article, match.original)
    row |= {name: getattr(article, name) for name in _FIELDS}
    connection.execute(_ADD, row | {"site": site_of(article.url)})
    documents.put(connection, article)
    if sketch:
        duplicates.remember(connection, article.id, sketch)
    return verdict


def _lock(connection: Connection) -> None:
    """Let no other process decide meanwhile: of two copies brought at once, one is new.

    SQLite's BEGIN IMMEDIATE has done that already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _DECIDING})


# Stored articles of a run that are in no file yet, and may still be cleaned.

Document = dict[str, object]


def rewrite(engine: Engine, run_id: str, clean: Callable[[Document], Document | None]) -> int:
    """Give every stored article of a run that is in no file yet to ``clean``, and store what comes back.

    ``clean`` returns the document with another text, or None where nothing changes. Returns how many changed.
    """
    outbox, revisions, articles = schema.outbox, schema.revisions, schema.articles
    at = and_(outbox.c.article_id == revisions.c.article_id, outbox.c.revision == revisions.c.revision)
    query = (
        select(revisions.c.article_id, revisions.c.revision, revisions.c.document)
        .join_from(outbox, revisions, at)
        .where(outbox.c.run_id == run_id, outbox.c.export_id.is_(None))
    )
    changed = []
    with reading(engine) as connection:
        for article_id, revision, document in connection.execute(query.execution_options(yield_per=200)):
            cleaned = clean(orjson.loads(document))
            if cleaned is not None:
                cleaned["content_hash"] = content_hash(str(cleaned["text"]))
                changed.append((article_id, revision, cleaned))
    with engine.begin() as connection:
        for article_id, revision, document in changed:
            version = and_(revisions.c.article_id == article_id, revisions.c.revision == revision)
            values = {"content_hash": document["content_hash"]}
            text = orjson.dumps(document).decode()
            connection.execute(update(revisions).where(version).values(document=text, **values))
            current = and_(articles.c.id == article_id, articles.c.revision == revision)
            connection.execute(update(articles).where(current).values(**values))
            duplicates.replace(connection, article_id, sketch_of(str(document["text"])))
    return len(changed)
