"""The tables newsbot remembers with. ``migrations/`` makes them; a test keeps the two the same."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    text,
)

REVISION = "0011"
"""The last of the migrations, which leads to these tables."""

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("place", Text, nullable=False),
    Column("spider", String(64), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("finished_at", String(40)),
    Column("status", String(16), nullable=False),
    Column("version", String(32), nullable=False),
    Column("alive_at", String(40)),
)

# Which run holds which source; worth as much as that run's life (newsbot.store.leases).
leases = Table(
    "leases",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("run_id", String(40), nullable=False),
)

_COPIED = text("duplicate_of is not null")
# evidence: what was seen of the page when it was found, by which the origin of a story is told (newsbot.dedupe.origin).
# language to published_day: as the present version says, to choose articles by.
articles = Table(
    "articles",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("url", Text, nullable=False),
    Column("source", String(64), nullable=False),
    Column("site", String(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("published", String(40)),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("cluster_id", String(20), nullable=False, index=True),
    Column("duplicate_of", String(20)),
    Column("similarity", Float),
    Column("relation", String(16)),
    Column("origin", String(20)),
    Column("evidence", Text),
    Column("removed_at", String(40)),
    Column("first_seen", String(40), nullable=False, index=True),
    Column("run_id", String(40), nullable=False),
    Column("language", String(8)),
    Column("section", Text),
    Column("kind", String(16)),
    Column("agency", Text),
    Column("published_at", String(40)),
    Column("published_day", String(10), index=True),
    Index("ix_articles_duplicate_of", "duplicate_of", sqlite_where=_COPIED, postgresql_where=_COPIED),
)

DAY: ColumnElement[str] = func.coalesce(articles.c.published_day, func.substr(articles.c.first_seen, 1, 10))
"""The day that an article belongs to: of publication, or of first sight where the page states none."""

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", String(20), ForeignKey("articles.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("run_id", String(40), nullable=False),
    Column("fetched_at", String(40), nullable=False),
    Column("document", Text, nullable=False),
)

_WAITING = text("status = 'pending'")
_DUE = text("due_at is not null")
# met_at: when it was first met; dropped_at: when it first came to nothing; due_at: when it is tried again.
# extractor and digest: what rejected its page last, and which page that was.
frontier = Table(
    "frontier",
    metadata,
    Column("url_key", String(2100), primary_key=True),
    Column("url", Text, nullable=False),
    Column("source", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(64)),
    Column("article_id", String(20)),
    Column("candidate", Text),
    Column("tries", Integer, nullable=False, default=0),
    Column("changed_at", String(40), nullable=False),
    Column("met_at", String(40)),
    Column("dropped_at", String(40)),
    Column("due_at", String(40)),
    Column("extractor", String(64)),
    Column("digest", String(64)),
    Index("ix_frontier_source_status", "source", "status"),
    Index("ix_frontier_due", "source", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    Index("ix_frontier_waiting", "source", sqlite_where=_WAITING, postgresql_where=_WAITING),
)

listings = Table(
    "listings",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("url", String(2100), primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("digest", String(64)),
    Column("lastmod", String(40)),
    Column("next_page", Text),
    Column("sub_sitemaps", Text),
    Column("newest_at", String(40)),
    Column("read_at", String(40)),
    Column("answered_at", String(40)),
    Column("news_at", String(40)),
    Column("due_at", String(40)),
    Column("interval", Float),
    Column("rhythm", Text),
    Column("errors", Integer, nullable=False),
    Column("error", Text),
    Column("gaps", Integer, nullable=False),
    Column("moved_to", Text),
    Column("seen", Text),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String(2100), primary_key=True),
    Column("rests_until", String(40)),
    Column("reservations", Text),
    Column("reservations_at", String(40)),
    Column("robots", Text),
    Column("robots_at", String(40)),
)

sites = Table(
    "sites",
    metadata,
    Column("site", String(255), primary_key=True),
    Column("seen", Integer, nullable=False),
)

site_blocks = Table(
    "site_blocks",
    metadata,
    Column("site", String(255), primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True, autoincrement=False),
    Column("sample", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("inside", Integer, nullable=False),
    Column("lead", Integer, nullable=False),
    Column("first_seen", Integer, nullable=False),
    Column("last_seen", Integer, nullable=False),
    Column("on_section", Integer, nullable=False),
    Column("prose", Integer, nullable=False),
    Column("short", Integer, nullable=False),
    Column("verdict", String(8)),
)

ledger = Table(
    "ledger",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("url_key", String(2100), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("via", String(16), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(64)),
    Column("detail", Text),
)

coverage = Table(
    "coverage",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("counts", Text, nullable=False),
    Index("ix_coverage_source", "source", "run_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("article_id", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("export_id", Integer, index=True),
)

# Several may share a file, each from a line of its own on.
exports = Table(
    "exports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("path", Text, nullable=False, index=True),
    Column("done", Integer, nullable=False),
    Column("first_line", Integer, nullable=False, server_default="1"),
)

# Of articles that are compared with what comes; the index of their slots is the database's own
# (newsbot.store.sketches).
sketches = Table(
    "sketches",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("article_id", String(20), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("slots", LargeBinary, nullable=False),
)

# Of every story with more than one member.
clusters = Table(
    "clusters",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("origin", String(20), nullable=False),
    Column("published", String(40)),
    Column("agency", String(64)),
    Column("members", Integer, nullable=False),
)

# The next look at an article that may still change; no row when there is none.
visits = Table(
    "visits",
    metadata,
    Column("article_id", String(20), primary_key=True),
    Column("source", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("candidate", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("due_at", String(40), nullable=False),
    Index("ix_visits_source_due_at", "source", "due_at"),
)

# Articles that are found by their words, in the order of first sight; the words themselves are kept by what the
# database has for full text (newsbot.store.search.index).
searched = Table(
    "searched",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("article_id", String(20), nullable=False, unique=True),
)

# Addresses whose article somebody had removed: nothing of it is kept, and it is never fetched again.
# files: those that still have lines of it, while they are being rewritten.
forgotten = Table(
    "forgotten",
    metadata,
    Column("url_key", String(2100), primary_key=True),
    Column("url", Text, nullable=False),
    Column("article_id", String(20), index=True),
    Column("why", Text, nullable=False),
    Column("forgotten_at", String(40), nullable=False),
    Column("files", Text),
)

# What the runs that began on a day (UTC) came to, a row a source and day (newsbot.health.Measures).
days = Table(
    "days",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("measures", Text, nullable=False),
)

_OPEN = text("cleared_at is null")
# What was found unlike a source's own normal (newsbot.health.Finding); open until it is cleared.
findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("opened_at", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
    Column("cleared_at", String(40), index=True),
    Column("document", Text, nullable=False),
    Index("ix_findings_open", "source", "kind", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
)

# Which channel of alarms was told of which finding, when it opened and when it was cleared.
told = Table(
    "told",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("finding_id", Integer, primary_key=True, autoincrement=False),
    Column("event", String(8), primary_key=True),
    Column("at", String(40), nullable=False),
)

# How far a file of an archive was read (newsbot.store.readings): every record before ``offset`` has its outcome.
readings = Table(
    "readings",
    metadata,
    Column("path", String(2100), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("is_whole", Integer, nullable=False),
    Column("run_id", String(40), nullable=False),
    Column("read_at", String(40), nullable=False),
)

# The workers that take sources from the queue (newsbot.store.fleet), as they said themselves at their last beat.
workers = Table(
    "workers",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("machine", String(255), nullable=False),
    Column("version", String(32), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("beat_at", String(40), nullable=False),
    Column("at_work", Text, nullable=False),
)

# Sources whose crawls did not come to their end, one time after the other; set aside until ``until``.
poison = Table(
    "poison",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("block", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("tried_at", String(40), nullable=False),
    Column("until", String(40)),
)
