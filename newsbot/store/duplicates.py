"""Copies: which stored texts a text may be a copy of, and the clusters of those that are.

A cluster is all copies of one story, over sites. Its id never changes; which member is the origin, its article, may:
evidence decides whenever one more comes (newsbot.dedupe.origin), and copies point to the origin that it is then. A
story of one member has no row: its cluster is the article itself, and so is its origin. A page that strings several
articles together is a copy of the largest of them, in its story if it comes after that, else in its own.

An article is in one story for ever, and may be a copy of an article of another one. Whoever changes how it stands holds
one of the two stories, whoever relies on it both (newsbot.store.deciding); what was read before is read again then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from functools import cached_property

import orjson
from sqlalchemy import Connection, Engine, and_, bindparam, case, delete, insert, select, update

from newsbot.dedupe import Likeness, Member, RoundUp, Words, likeness, origin_of, precedes, round_up_of, sketch_of
from newsbot.items import Article, Duplicate, Sketch
from newsbot.store import deciding, documents, schema, sketches
from newsbot.store.database import Statement, reading
from newsbot.web.urls import site_of

WINDOW, WINDOWS = 600, 40
"""Characters of a piece of a page that is looked up by itself, at least, and how many pieces of one are, at most: an
item of ten has too few slots of the whole page's sketch, and half of those of its piece."""
ITEMS = 64
"""Texts that are compared with one page to see whether it strings them together."""
ANNOUNCING = ("feed", "news_sitemap")
"""Channels by which an outlet says what it has just published."""

_ARTICLES, _REVISIONS = schema.articles, schema.revisions
_ORIGINAL = _ARTICLES.alias("original")
_SAME_WORDS = Statement(
    select(_ARTICLES.c.id)
    .where(_ARTICLES.c.content_hash == bindparam("hash"), _ARTICLES.c.duplicate_of.is_(None))
    .order_by(_ARTICLES.c.first_seen, _ARTICLES.c.id)
    .limit(1)
)
_TEXTS = Statement(
    select(
        _ARTICLES.c.duplicate_of,
        _ARTICLES.c.similarity,
        _ARTICLES.c.relation,
        _ARTICLES.c.evidence,
        _REVISIONS.c.document,
        _ORIGINAL.c.cluster_id,
    )
    .join(_REVISIONS, and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision))
    .outerjoin(_ORIGINAL, _ORIGINAL.c.id == _ARTICLES.c.duplicate_of)
    .where(_ARTICLES.c.id.in_(bindparam("ids", expanding=True)))
)
_STANDING = Statement(
    select(_ARTICLES.c.id, _ARTICLES.c.cluster_id, _ORIGINAL.c.cluster_id)
    .outerjoin(_ORIGINAL, _ORIGINAL.c.id == _ARTICLES.c.duplicate_of)
    .where(_ARTICLES.c.id.in_(bindparam("ids", expanding=True)))
)
_COPIES_OF = select(_ARTICLES.c.id).where(_ARTICLES.c.duplicate_of == bindparam("id"))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of a page when it was found, beside what it says of itself; kept with its article."""

    canonical: str | None = None
    """The address that it names as its canonical one, if that is another page's."""
    announced: bool = False
    """Whether the feed or news sitemap of its own site named it."""
    absent_at: str | None = None
    """When that feed was last read without it."""


@dataclass(frozen=True)
class Known:
    """An article, stored or about to be, with how it stands."""

    article: Article
    evidence: Evidence
    copy: Duplicate | None = None
    story_of_original: str | None = None

    @property
    def stories(self) -> set[str]:
        """The stories by which it may come to stand otherwise."""
        return {self.article.cluster_id} | ({self.story_of_original} if self.story_of_original else set())

    @property
    def text(self) -> str:
        """Its text."""
        return self.article.text

    @cached_property
    def words(self) -> Words:
        """Its text, parted once for all that it is compared with; of one of many it would take too much memory."""
        return Words(self.article.text)

    @property
    def is_round_up(self) -> bool:
        """Whether it is known to string other articles together."""
        return self.copy is not None and self.copy.relation == "round-up"

    def as_member(self) -> Member:
        """Return what tells whether it is the origin of its story."""
        article, evidence = self.article, self.evidence
        return Member(
            url=article.url,
            source=article.source,
            site_name=article.site_name,
            authors=article.authors,
            text=article.text,
            removed=[removed.text for removed in article.removed],
            agency=article.agency,
            published=article.published,
            precision=article.published_precision,
            canonical=evidence.canonical,
            announced=evidence.announced,
            absent_at=evidence.absent_at,
            seen_at=article.first_seen,
        )


Correct = Callable[[Article, Duplicate | None], None]
"""Tells of a stored article what it has turned out to be a copy of, or that it is none (None)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new article stands among the known ones."""

    cluster_id: str
    copy: Duplicate | None = None
    """What it is a copy of; None for the article of its story."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """All copies of one story."""

    id: str
    origin: str
    """The member that evidence tells to be the origin, its article."""
    published: str | None
    """When, as its page states it."""
    agency: str | None
    """Whose copy it probably is."""
    members: int


def place(
    connection: Connection, article: Article, evidence: Evidence, sketch: Sketch | None, correct: Correct
) -> Place:
    """Find where an article that is about to be stored stands: article of its story, or a copy.

    In its wake others may turn out to be copies, or articles: ``correct`` is called for each. Copies that only point
    to another article now are changed here, in silence.
    """
    new = Known(article, evidence)
    if same_words := _of_the_same_words(connection, article.content_hash):
        return _settle(connection, new, same_words, Likeness(1.0, excerpt=False), correct)
    around = _around(connection, new, sketches.find(connection, sketch)) if sketch else []
    has_parts = any(found.excerpt and _is_longer(article, known) for known, found in around)
    if has_parts and (strung := _strung(connection, new)):
        found, items = strung
        if found.is_little_else:
            return _join(connection, new, items[0], Duplicate(items[0].article.id, found.share, "round-up"))
        around = [(known, found) for known, found in around if not (found.excerpt and _is_longer(article, known))]
    while masked := _masked(connection, new, around):
        known, strung = masked
        _unmask(connection, known, *strung, correct)
        around = _around(connection, new, [known.article.id for known, _ in around])
    placed = _beside(connection, new, around, correct)
    if placed.copy:  # what turned out to be a round-up of it is one of its original
        values = {"duplicate_of": placed.copy.of, "origin": placed.copy.of}
        connection.execute(update(_ARTICLES).where(_ARTICLES.c.duplicate_of == article.id).values(values))
    return placed


def hold(connection: Connection, ids: Sequence[str]) -> bool:
    """Keep others from changing some stored articles; whether any may be otherwise than it was read."""
    is_new = False
    while deciding.is_beside_others(connection):
        names = {name for row in _STANDING(connection, ids=list(ids)) for name in row if name}
        if not deciding.hold(connection, names):
            break
        is_new = True
    return is_new


def _hold(connection: Connection, known: Iterable[Known]) -> bool:
    """Keep others from changing how some articles stand; whether any may stand otherwise than it was read."""
    return deciding.hold(connection, {story for one in known for story in one.stories})


def _of_the_same_words(connection: Connection, content_hash: str) -> Known | None:
    """Return the article of a text, if one is stored."""
    while same := _SAME_WORDS.value(connection, hash=content_hash):
        (known,) = _load(connection, [same])
        if not _hold(connection, [known]):
            return known
    return None


def _masked(
    connection: Connection, new: Known, around: Sequence[tuple[Known, Likeness]]
) -> tuple[Known, tuple[RoundUp, list[Known]]] | None:
    """Return a stored page that turns out by one more of its items to be a round-up, with what it strings together."""
    for known, found in around:
        is_item = found.excerpt and not known.is_round_up and not _is_longer(new.article, known)
        if is_item and (strung := _strung(connection, known, new)) and strung[0].is_little_else:
            return known, strung
    return None


def _around(connection: Connection, new: Known, ids: Sequence[str]) -> list[tuple[Known, Likeness]]:
    """Compare an article with stored ones in full; return those that are alike, the most alike first."""
    while True:
        pairs = [(known, likeness(new.words, known.text, passages=True)) for known in _load(connection, ids)]
        alike = [(known, found) for known, found in pairs if found]
        if not _hold(connection, (known for known, _ in alike)):
            break
        ids = [known.article.id for known, _ in alike]
    return sorted(alike, key=lambda pair: (-pair[1].similarity, pair[0].copy is not None, pair[0].article.first_seen))


def _load(connection: Connection, ids: Sequence[str]) -> list[Known]:
    if not ids:
        return []
    loaded = []
    for of, similarity, relation, seen, document, story in _TEXTS(connection, ids=list(ids)):
        evidence = Evidence(**orjson.loads(seen)) if seen else None
        article = documents.article_from(orjson.loads(document))
        copy = Duplicate(of, similarity, relation) if of else None
        loaded.append(Known(article, evidence or Evidence(announced=article.discovered_via in ANNOUNCING), copy, story))
    return sorted(loaded, key=lambda known: ids.index(known.article.id))


def _is_longer(article: Article, known: Known) -> bool:
    return len(article.text) > len(known.text)


def _beside(connection: Connection, new: Known, around: Sequence[tuple[Known, Likeness]], correct: Correct) -> Place:
    """Place an article beside the first of those alike that has a story it belongs to; a story of its own if none has.

    What is like a copy is compared with that copy's article: a part of a long copy may be no part of that.
    """
    for known, found in around:
        if found.is_passage or (found.excerpt and known.is_round_up):
            continue
        if known.copy is None:
            return _settle(connection, new, known, found, correct)
        (original,) = _load(connection, [known.copy.of])
        if known.is_round_up:
            return _join(connection, new, original, Duplicate(original.article.id, found.similarity, "round-up"))
        again = likeness(new.words, original.text, passages=True)
        if found.excerpt and (again is None or again.is_passage):
            continue
        if again is None:
            again = replace_fields(found, excerpt=known.copy.relation == "excerpt")
        return _settle(connection, new, original, again, correct)
    return Place(new.article.id)


def _settle(connection: Connection, new: Known, known: Known, found: Likeness, correct: Correct) -> Place:
    """Let evidence decide which of two copies is the article of their story."""
    article, other = new.article, known.article
    by_site = "same_site" if site_of(article.url) == site_of(other.url) else "syndicated"
    relation = "excerpt" if found.excerpt else by_site
    if other.is_pruned:  # nothing tells any more whose it was
        return _join(connection, new, known, Duplicate(other.id, found.similarity, relation))
    member, rival = new.as_member(), known.as_member()
    longer = (member if _is_longer(article, known) else rival) if found.excerpt else None
    if not origin_of(rival, member, longer=longer).is_new:
        return _join(connection, new, known, Duplicate(other.id, found.similarity, relation))
    _repoint(connection, other.id, article)
    _count_in(connection, other.cluster_id, other, article, origin=article)
    correct(other, Duplicate(article.id, found.similarity, relation))
    return Place(other.cluster_id)


def _join(connection: Connection, new: Known, known: Known, copy: Duplicate) -> Place:
    """Let an article be a copy in the story of a known one."""
    if known.copy is not None:
        (known,) = _load(connection, [known.copy.of])
        copy = replace_fields(copy, of=known.article.id)
    _count_in(connection, known.article.cluster_id, known.article, new.article, origin=known.article)
    return Place(known.article.cluster_id, copy)


def _strung(connection: Connection, known: Known, new: Known | None = None) -> tuple[RoundUp, list[Known]] | None:
    """Tell whether a page strings known articles of several stories together; return these.

    ``new`` is one that is not stored yet. A page that was published before all of them has been cut up by them.
    """
    ids: dict[str, None] = {}
    size = max(WINDOW, len(known.text) // WINDOWS + 1)
    for start in range(0, len(known.text), size):
        if sketch := sketch_of(known.text[start : start + size]):
            ids |= dict.fromkeys(sketches.find(connection, sketch))
    ids.pop(known.article.id, None)
    while strung := _strung_of(known, _load(connection, list(ids)[:ITEMS]), new):
        if not _hold(connection, strung[1]):
            break
    return strung


def _strung_of(known: Known, loaded: Sequence[Known], new: Known | None) -> tuple[RoundUp, list[Known]] | None:
    items = [item for item in loaded if not item.is_round_up]
    items += [new] if new else []
    found = round_up_of(known.words, [item.text for item in items])
    if found is None:
        return None
    items = [items[number] for number in found.items]
    home = known.article.cluster_id
    stories = {item.article.id if item.article.cluster_id == home else item.article.cluster_id for item in items}
    if len(stories) < 2 or (new and all(precedes(known.as_member(), item.as_member()) for item in items)):
        return None
    return found, items


def _unmask(connection: Connection, known: Known, found: RoundUp, items: Sequence[Known], correct: Correct) -> None:
    """Correct the standing of an article that turns out to be a round-up: its items are no copies of it."""
    mine = connection.execute(_COPIES_OF, {"id": known.article.id}).scalars().all()
    hold(connection, mine)
    copies = sorted(_load(connection, mine), key=lambda copy: (copy.article.first_seen, copy.article.id))
    freed: list[Known] = []
    places: dict[str, str] = {}
    for copy in copies:
        is_item = any(item.article.id == copy.article.id for item in items)
        if is_item or (copy.copy and copy.copy.relation == "excerpt"):
            first = next((other for other in freed if likeness(other.text, copy.text)), None)
            places[copy.article.id] = (first or copy).article.id
            if first is None:
                freed.append(copy)
    largest = items[0]
    main = places.get(largest.article.id) or (largest.copy.of if largest.copy else largest.article.id)
    for copy in copies:
        at = places.get(copy.article.id, main)
        if at != copy.article.id:
            values: dict[str, object] = {"duplicate_of": at, "origin": at}
            values |= {} if copy.article.id in places else {"relation": "round-up"}
            connection.execute(update(_ARTICLES).where(_ARTICLES.c.id == copy.article.id).values(values))
    if known.copy is None and _stored(connection, known.article.cluster_id):
        origin = freed[0].article if freed else largest.article
        table = schema.clusters
        values = {"origin": main if not freed else origin.id, "published": origin.published}
        connection.execute(update(table).where(table.c.id == known.article.cluster_id).values(values))
    correct(known.article, Duplicate(main, found.share, "round-up"))
    for copy in freed:
        correct(copy.article, None)


def leave(connection: Connection, article_id: str, correct: Correct) -> None:
    """Let the story of a stored article, which is about to go, go on without it, inside the caller's transaction.

    Of its copies evidence tells which is the article now; what is no copy of that one is an article itself. ``correct``
    is called for each that turns out to be one. A story of one member has no cluster any more.
    """
    (gone,) = _load(connection, [article_id])
    copies = _load(connection, connection.execute(_COPIES_OF, {"id": article_id}).scalars().all())
    rest = sorted(copies, key=lambda copy: (copy.is_round_up, copy.article.first_seen, copy.article.id))
    first = None
    while rest:
        origin, beside, rest = _succession(rest)
        first = first or origin
        for known, copy in beside:
            mine = _ARTICLES.c.id == known.article.id
            connection.execute(update(_ARTICLES).where(mine).values(documents.standing(copy)))
        correct(origin.article, None)
    _count_out(connection, gone, first)


def _succession(rest: Sequence[Known]) -> tuple[Known, list[tuple[Known, Duplicate]], list[Known]]:
    """Return which of some copies is the article of a story, those that are copies of it, and the others."""
    origin = rest[0]
    for other in rest[1:]:
        found = None if other.is_round_up else likeness(other.words, origin.text, passages=True)
        if found and not found.is_passage:
            longer = max(origin, other, key=lambda known: len(known.text)).as_member() if found.excerpt else None
            if origin_of(origin.as_member(), other.as_member(), longer=longer).is_new:
                origin = other
    copies: list[tuple[Known, Duplicate]] = []
    others = []
    for other in rest:
        found = likeness(other.words, origin.text, passages=True) if other is not origin else None
        if found and (other.is_round_up or not found.is_passage):
            by_site = "same_site" if site_of(other.article.url) == site_of(origin.article.url) else "syndicated"
            relation = "round-up" if other.is_round_up else "excerpt" if found.excerpt else by_site
            copies.append((other, Duplicate(origin.article.id, found.similarity, relation)))
        elif other is not origin:
            others.append(other)
    return origin, copies, others


def _count_out(connection: Connection, gone: Known, origin: Known | None) -> None:
    """Count an article out of its cluster, whose origin another one is from now on, if one is given."""
    table, cluster_id = schema.clusters, gone.article.cluster_id
    stored = _stored(connection, cluster_id)
    if stored is None:
        return
    if stored.members <= 2:
        connection.execute(delete(table).where(table.c.id == cluster_id))
        return
    values: dict[str, object] = {"members": stored.members - 1}
    if origin and stored.origin == gone.article.id:
        values |= {"origin": origin.article.id, "published": origin.article.published}
    connection.execute(update(table).where(table.c.id == cluster_id).values(values))


def _repoint(connection: Connection, article_id: str, origin: Article) -> None:
    """Let the copies of an article be copies of another one."""
    table = schema.articles
    by_site = case((table.c.site == site_of(origin.url), "same_site"), else_="syndicated")
    relation = case((table.c.relation.in_(["same_site", "syndicated"]), by_site), else_=table.c.relation)
    values = {"duplicate_of": origin.id, "origin": origin.id, "relation": relation}
    connection.execute(update(table).where(table.c.duplicate_of == article_id).values(values))


def _count_in(connection: Connection, cluster_id: str, known: Article, new: Article, *, origin: Article) -> None:
    """Count a new article as a member of the cluster of a known one."""
    stored = _stored(connection, cluster_id)
    table = schema.clusters
    values = {
        "origin": origin.id,
        "published": origin.published,
        "agency": (stored.agency if stored else known.agency) or new.agency,
        "members": stored.members + 1 if stored else 2,
    }
    if stored:
        connection.execute(update(table).where(table.c.id == cluster_id).values(values))
    else:
        connection.execute(insert(table).values(id=cluster_id, **values))


def cluster_of(engine: Engine, cluster_id: str) -> Cluster | None:
    """Return a cluster; None for a story of one member."""
    with reading(engine) as connection:
        return _stored(connection, cluster_id)


def _stored(connection: Connection, cluster_id: str) -> Cluster | None:
    table = schema.clusters
    columns = (table.c.id, table.c.origin, table.c.published, table.c.agency, table.c.members)
    row = connection.execute(select(*columns).where(table.c.id == cluster_id)).first()
    return Cluster(*row) if row else None
