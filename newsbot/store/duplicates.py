"""Copies: which stored texts a text may be a copy of, and the clusters of those that are.

The index of near-duplicates. The first BANDS slots of a sketch are a row of ``bands`` each, and the row is one
integer: slot (4 bits), value (32), and the number of the sketch (27, so 134 million). All that share a value are
neighbours in the primary key; a look-up reads one short range a slot, whatever the size of the index, and the
newest MOST of it, so that a phrase that thousands of texts share costs no more than any other. The whole sketches
of what was found tell which texts to compare in full. Old articles are taken out of it in steps so short that no
crawl waits for them.

A cluster is all copies of one story, over sites. Its id never changes; which member is the origin may. A story of
one member has no row: its cluster is the article itself, and so is its origin.
"""

from __future__ import annotations

import itertools
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import eq, itemgetter

import orjson
from sqlalchemy import Connection, Engine, and_, bindparam, delete, insert, select, text, update

from newsbot.dedupe import Sketch, likeness
from newsbot.dedupe.minhash import SLOTS
from newsbot.items import Article, Duplicate
from newsbot.store import documents, schema
from newsbot.store.database import CHUNK, chunks, reading
from newsbot.web.dates import as_instant
from newsbot.web.urls import site_of

BANDS = 16
"""Slots that are indexed: a copy with every twelfth word replaced has one of them in common but for 1 in 50,000,
the first third of a text but for 1 in 500. Every one more is a page more to write for an article."""
MOST = 32
"""Rows read a slot."""
LEAST_SHARED = 2
"""Slots of all that a copy shares with its original; one alone is a common phrase."""
CANDIDATES = 8
"""Texts that are compared in full, those with the most slots in common."""
BATCH = 200
"""Articles forgotten in one transaction, the first time; as many more or fewer then as take BATCH_SECONDS."""
BATCH_SECONDS = 0.25
"""What one transaction is to take; the longer, the more of what it writes is on one page."""
PAUSE = 0.11
"""Seconds between two transactions: who waits to write to SQLite looks again every tenth of a second."""
OVERDUE_DAYS = 30
"""Visits that are overdue so long belong to sources that nobody crawls any more."""

_PACKED = struct.Struct(f">{SLOTS}I")
_NUMBER_BITS, _VALUE_BITS = 27, 32
_NUMBER_MASK = (1 << _NUMBER_BITS) - 1
_LOOKUP = text(
    " union all ".join(
        f"select * from (select key from bands where key between :low{slot} and :high{slot} "  # noqa: S608 (no input)
        f"order by key desc limit {MOST}) as slot{slot}"
        for slot in range(BANDS)
    )
)
_SKETCHES = schema.sketches
_FOUND = select(_SKETCHES.c.number, _SKETCHES.c.article_id, _SKETCHES.c.slots).where(
    _SKETCHES.c.number.in_(bindparam("numbers", expanding=True)), _SKETCHES.c.version == bindparam("sketch_version")
)
_REMEMBER = insert(_SKETCHES)
_BANDS = insert(schema.bands)
_ARTICLES, _REVISIONS = schema.articles, schema.revisions
_SAME_WORDS = (
    select(_ARTICLES.c.id)
    .where(_ARTICLES.c.content_hash == bindparam("hash"), _ARTICLES.c.duplicate_of.is_(None))
    .order_by(_ARTICLES.c.first_seen, _ARTICLES.c.id)
    .limit(1)
)
_TEXTS = (
    select(_ARTICLES.c.duplicate_of, _ARTICLES.c.first_seen, _REVISIONS.c.document)
    .join(_REVISIONS, and_(_ARTICLES.c.id == _REVISIONS.c.article_id, _ARTICLES.c.revision == _REVISIONS.c.revision))
    .where(_ARTICLES.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Match:
    """What a copy is a copy of."""

    original: Article
    similarity: float
    excerpt: bool = False

    def verdict(self, url: str) -> Duplicate:
        """Say how the copy at an address relates to the original."""
        relation = "same_site" if site_of(url) == site_of(self.original.url) else "syndicated"
        return Duplicate(self.original.id, self.similarity, "excerpt" if self.excerpt else relation)


@dataclass(frozen=True, slots=True)
class Cluster:
    """All copies of one story."""

    id: str
    origin: str
    """The member that was published first."""
    published: str | None
    """When, as its page states it."""
    agency: str | None
    """Whose copy it probably is."""
    members: int


def original_of(connection: Connection, text: str, content_hash: str, sketch: Sketch | None) -> Match | None:
    """Find the stored article that a text is a copy of: the same words, or nearly or in part the same.

    Of several the most alike, and of its cluster the member that was stored first.
    """
    same_words = connection.execute(_SAME_WORDS, {"hash": content_hash}).scalar()
    if same_words:
        return Match(documents.latest(connection, [same_words])[same_words], 1.0)
    return _nearest(connection, text, find(connection, sketch)) if sketch else None


def _nearest(connection: Connection, text: str, ids: list[str]) -> Match | None:
    if not ids:
        return None
    matches = []
    for row in connection.execute(_TEXTS, {"ids": ids}):
        document = orjson.loads(row.document)
        if found := likeness(text, document["text"]):
            rank = (-found.similarity, row.duplicate_of is not None, str(row.first_seen))
            matches.append((rank, found, row.duplicate_of, document))
    if not matches:
        return None
    _, found, copied, document = min(matches, key=itemgetter(0))
    original = documents.latest(connection, [copied])[copied] if copied else documents.article_from(document)
    return Match(original, found.similarity, found.excerpt)


def find(connection: Connection, sketch: Sketch) -> list[str]:
    """Return the ids of the articles that a text of this sketch may be a copy of, the likeliest first."""
    bounds: dict[str, int] = {}
    for slot, start in enumerate(_starts(sketch)):
        bounds |= {f"low{slot}": start, f"high{slot}": start | _NUMBER_MASK}
    numbers = list({key & _NUMBER_MASK for (key,) in connection.execute(_LOOKUP, bounds)})
    if not numbers:
        return []
    found = []
    for row in connection.execute(_FOUND, {"numbers": numbers, "sketch_version": sketch.version}):
        shared = sum(map(eq, sketch.slots, _PACKED.unpack(row.slots)))
        if shared >= LEAST_SHARED:
            found.append((-shared, row.number, str(row.article_id)))
    return [article_id for _, _, article_id in sorted(found)[:CANDIDATES]]


def join(connection: Connection, article: Article, original: Article) -> str:
    """Count a new article as a member of the cluster of a stored one; return the id of the cluster's origin.

    The origin is the member that was published first, also if it comes last. Where no time of
    publication tells, it stays who it was.
    """
    known = _stored(connection, original.cluster_id)
    cluster = known or Cluster(original.cluster_id, original.id, original.published, original.agency, 1)
    first = article if _earlier(article.published, cluster.published) else None
    table = schema.clusters
    values = {
        "origin": first.id if first else cluster.origin,
        "published": first.published if first else cluster.published,
        "agency": cluster.agency or article.agency,
        "members": cluster.members + 1,
    }
    if known:
        connection.execute(update(table).where(table.c.id == cluster.id).values(values))
    else:
        connection.execute(insert(table).values(id=cluster.id, **values))
    return str(values["origin"])


def cluster_of(engine: Engine, cluster_id: str) -> Cluster | None:
    """Return a cluster; None for a story of one member."""
    with reading(engine) as connection:
        return _stored(connection, cluster_id)


def _stored(connection: Connection, cluster_id: str) -> Cluster | None:
    table = schema.clusters
    columns = (table.c.id, table.c.origin, table.c.published, table.c.agency, table.c.members)
    row = connection.execute(select(*columns).where(table.c.id == cluster_id)).first()
    return Cluster(*row) if row else None


def _earlier(one: str | None, other: str | None) -> bool:
    """Whether a time of publication lies before another (a local time counts as UTC).

    >>> _earlier("2026-11-20T09:00:00+03:00", "2026-11-20T08:00:00Z"), _earlier("2026-11-20", None)
    (True, False)
    """
    first, second = as_instant(one), as_instant(other)
    return first is not None and second is not None and first < second


def remember(connection: Connection, article_id: str, sketch: Sketch) -> None:
    """Put an article that is not in the index into it."""
    row = {"article_id": article_id, "version": sketch.version, "slots": _PACKED.pack(*sketch.slots)}
    key = connection.execute(_REMEMBER, row).inserted_primary_key
    assert key is not None
    connection.execute(_BANDS, [{"key": start | key[0]} for start in _starts(sketch)])


def replace(connection: Connection, article_id: str, sketch: Sketch | None) -> None:
    """Put the sketch of an article's new text in the place of the old one's."""
    forget(connection, [article_id])
    if sketch:
        remember(connection, article_id, sketch)


def forget(connection: Connection, article_ids: Sequence[str]) -> int:
    """Take articles out of the index; return how many of them were in it."""
    table = schema.sketches
    query = select(table.c.number, table.c.version, table.c.slots).where(table.c.article_id.in_(article_ids))
    rows = connection.execute(query).all()
    sketches = {row.number: Sketch(_PACKED.unpack(row.slots), row.version) for row in rows}
    # In the order of the table: neighbours are on one page.
    keys = sorted(start | number for number, sketch in sketches.items() for start in _starts(sketch))
    for some in chunks(keys):
        connection.execute(delete(schema.bands).where(schema.bands.c.key.in_(some)))
    if rows:
        connection.execute(delete(table).where(table.c.number.in_(list(sketches))))
    return len(rows)


def _starts(sketch: Sketch) -> list[int]:
    """Return where in the key every slot's neighbours begin."""
    return [(slot << _VALUE_BITS | value) << _NUMBER_BITS for slot, value in enumerate(sketch.slots[:BANDS])]


def prune(
    engine: Engine, days: int, *, now: str, batches: int | None = None, told: Callable[[int], None] = lambda _some: None
) -> int:
    """Take the sketches of old articles out of the index; return how many.

    Old is what was first seen, or last revised, before so many days; 0 days is never. The articles stay,
    and are still known by their addresses and by their very words. ``told`` is called with the number of each batch.
    """
    if not days:
        return 0
    forgotten, size = 0, BATCH
    for batch in itertools.count(1):
        begin = time.monotonic()
        some = _prune_batch(engine, size, _before(now, days), _before(now, OVERDUE_DAYS))
        took = max(time.monotonic() - begin, BATCH_SECONDS / 100)
        forgotten += some
        told(some)
        if some < size or batch == batches:
            break
        size = min(max(1, int(size * min(BATCH_SECONDS / took, 2))), CHUNK)
        time.sleep(PAUSE)
    return forgotten


def _prune_batch(engine: Engine, size: int, cutoff: str, overdue: str) -> int:
    sketches, articles, visits = schema.sketches, schema.articles, schema.visits
    # The lowest numbers are the oldest; none of the young ones behind them is read.
    oldest = select(sketches.c.article_id).order_by(sketches.c.number).limit(size).subquery()
    query = (
        select(articles.c.id).join(oldest, oldest.c.article_id == articles.c.id).where(articles.c.first_seen < cutoff)
    )
    with engine.begin() as connection:
        connection.execute(delete(visits).where(visits.c.due_at < overdue))
        return forget(connection, list(connection.execute(query).scalars()))


def _before(now: str, days: int) -> str:
    return (datetime.fromisoformat(now) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
