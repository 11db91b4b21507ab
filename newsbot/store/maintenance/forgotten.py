"""Articles that a person has removed: nothing of them stays in the store, and their addresses are fetched no more.

All rows of an article go in one transaction. In the same one its addresses become tombstones, with what files still
have lines of it; these are rewritten after that (newsbot.export.removal), however often whoever does it dies. At last
the index of words is merged until no segment of it has the terms, and the write-ahead log is emptied.

SQLite overwrites what goes (PRAGMA secure_delete). PostgreSQL clears it away when it vacuums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, update

from newsbot.cleaning.boilerplate import blocks_of
from newsbot.items import Article, Candidate, Duplicate
from newsbot.sources import source_name
from newsbot.store import articles, deciding, documents, duplicates, revisits, runs, schema, sketches
from newsbot.store.articles import Policy
from newsbot.store.database import LOCK_TIMEOUT, as_json, chunks, durable, reading, upsert
from newsbot.store.ledger import Entry
from newsbot.store.search import index
from newsbot.store.views.address import address_of, article_named
from newsbot.store.views.stories import ARTICLE, ORIGIN, Member, story_of
from newsbot.web.urls import canonical_url, site_of, url_key

VIA = "forget"
"""How the ledger says that an address was not discovered but removed."""
REASON = "forgotten"
TOGETHER = "redirected_together"
"""Reason to reject a page whose detail may quote the headline of another article."""
QUOTED = 60
"""Characters of a headline by which it is found in such a detail, which may be cut."""
OWN = 2
"""A learned block of fewer articles is the article's own."""

_FORGOTTEN, _EXPORTS, _OUTBOX, _LEDGER = schema.forgotten, schema.exports, schema.outbox, schema.ledger


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be removed, as it stands."""

    url: str
    """The address that stands for it."""
    source: str
    """Whose it is: the source of the article, or the site of an address that has led to none."""
    members: Sequence[Member]
    """The article, and its copies at other addresses of its own site."""
    others: Sequence[Member]
    """Copies that stay: they are other sites' articles."""
    addresses: Mapping[str, str]
    """All addresses that are fetched no more, by URL key."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That an address was removed."""

    url: str
    why: str
    forgotten_at: str
    is_done: bool
    """Whether nothing is left of it in files either."""


@dataclass(frozen=True, slots=True)
class Debt:
    """What is still to be done in files for the articles that were removed."""

    exports: Mapping[int, frozenset[str]]
    """Exports whose files have lines of some articles, by their ids, for all that is known."""
    ledgers: frozenset[str]
    """Runs whose lines of what was dropped quote one."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where the lines of an export are, or those of a run's ledger."""

    place: str
    """The output folder of its run."""
    path: str
    """Relative to that."""
    is_final: bool
    """Whether all of it is written; or else somebody may just be at it."""


@dataclass(frozen=True, slots=True)
class Echoes:
    """What is said of other addresses, and quotes the headline of an article."""

    ledger: Sequence[tuple[str, str, str]]
    """Keys of lines of the ledger."""
    candidates: Mapping[str, Candidate]
    """Addresses of the same site that wait or came to nothing, by URL key, as they were announced."""


def target_of(engine: Engine, named: str) -> Target | None:
    """Return what an id or an address means; None for the id of no stored article. Raises InvalidURL."""
    identity, asked = article_named(engine, named), address_of(named)
    url = canonical_url(asked) if asked else ""
    addresses = {url_key(url): url} if url else {}
    if identity is None:
        return Target(url, source_name(url), [], [], addresses) if url else None
    story = story_of(engine, identity)
    assert story
    mine = next(member for member in story.members if member.id == identity)
    own = [member for member in story.members if member is mine or _is_same(member, mine)]
    others = [member for member in story.members if member not in own and member.role != ARTICLE]
    table = schema.frontier
    led_here = select(table.c.url_key, table.c.url).where(table.c.article_id.in_([member.id for member in own]))
    with reading(engine) as connection:
        addresses |= {row.url_key: row.url for row in connection.execute(led_here)}
    addresses |= {url_key(member.url): member.url for member in own}
    return Target(mine.url, mine.source, own, others, addresses)


def _is_same(member: Member, mine: Member) -> bool:
    """Whether a member of a story is the same outlet's text at another address."""
    is_text = ARTICLE not in (member.role, mine.role) and "round-up" not in (member.relation, mine.relation)
    return is_text and site_of(member.url) == site_of(mine.url)


def tombstone_of(engine: Engine, named: str) -> Tombstone | None:
    """Return that an address was removed, or the article of an id; None if it was not. Raises InvalidURL."""
    url = address_of(named)
    mine = _FORGOTTEN.c.url_key == url_key(url) if url else _FORGOTTEN.c.article_id == named
    columns = (_FORGOTTEN.c.url, _FORGOTTEN.c.why, _FORGOTTEN.c.forgotten_at, _FORGOTTEN.c.files.is_(None))
    with reading(engine) as connection:
        row = connection.execute(select(*columns).where(mine)).first()
    return Tombstone(row[0], row[1], row[2], bool(row[3])) if row else None


def keys_of(engine: Engine, *, since: str = "") -> set[str]:
    """Return the URL keys of all addresses that were removed, from a time on."""
    with reading(engine) as connection:
        chosen = select(_FORGOTTEN.c.url_key).where(_FORGOTTEN.c.forgotten_at >= since)
        return set(connection.execute(chosen).scalars())


def remove(engine: Engine, target: Target, *, run_id: str, why: str, policy: Policy, now: str) -> None:
    """Take all of a target out of the store, and note what is left to do in files, in one durable transaction.

    A run tells of it: the tombstones are in its ledger, what turns out to be the article of a story now in its outbox.
    Raises RunEnded and StoreError.
    """
    echoes = _echoes_of(engine, target)
    with durable(engine) as connection:
        deciding.alone(connection)
        runs.assert_running(connection, run_id)
        ledgers = _silence(connection, echoes)

        def correct(known: Article, copy: Duplicate | None) -> None:
            articles.correct_standing(connection, known, copy, run_id, policy)

        files: dict[str, str | None] = {}
        for member in sorted(target.members, key=lambda member: member.role == ORIGIN):
            duplicates.leave(connection, member.id, correct)
            owed = {"exports": _take_out(connection, member), "ledgers": ledgers}
            files[url_key(member.url)] = as_json(owed)
        ids = {url_key(member.url): member.id for member in target.members}
        rows = [
            {"url_key": key, "url": url, "article_id": ids.get(key), "why": why, "forgotten_at": now}
            | {"files": files.get(key)}
            for key, url in target.addresses.items()
        ]
        upsert(connection, _FORGOTTEN, rows, replacing=["why", "forgotten_at"])
        table = schema.frontier
        connection.execute(delete(table).where(table.c.url_key.in_(target.addresses)))
        told = {member.url: member.source for member in target.members} or {target.url: target.source}
        for url, source in told.items():
            runs.enter(connection, Entry(run_id, source, url, VIA, url_key(url)), "skipped", REASON, why)


def _take_out(connection: Connection, member: Member) -> list[int]:
    """Delete all rows of an article, and return the exports in which it has lines."""
    identity, site = member.id, site_of(member.url)
    versions = documents.versions_in(connection, identity)
    exports = select(_EXPORTS.c.id).where(_EXPORTS.c.run_id.in_({version.run_id for version in versions}))
    here = and_(_OUTBOX.c.article_id == identity, or_(_OUTBOX.c.export_id.in_(exports), _OUTBOX.c.export_id.is_(None)))
    found = select(_OUTBOX.c.export_id).where(here, _OUTBOX.c.export_id.is_not(None)).distinct()
    files = list(connection.execute(found).scalars())
    connection.execute(delete(schema.outbox).where(here))
    sketches.forget(connection, [identity])
    revisits.end(connection, identity)
    index.remove(connection, [identity])
    keys = {key for version in versions for key in blocks_of(version.text).keys}
    blocks = schema.site_blocks
    for some in chunks(sorted(keys)):
        its_own = and_(blocks.c.site == site, blocks.c.fingerprint.in_(some), blocks.c.articles < OWN)
        connection.execute(delete(blocks).where(its_own, blocks.c.verdict.is_(None)))
    connection.execute(delete(schema.revisions).where(schema.revisions.c.article_id == identity))
    connection.execute(delete(schema.articles).where(schema.articles.c.id == identity))
    return files


def _echoes_of(engine: Engine, target: Target) -> Echoes:
    """Look for the headlines of what is to be removed in what is said of other addresses: in all that there is."""
    titles = {
        version.title[:QUOTED] for member in target.members for version in documents.versions_of(engine, member.id)
    }
    if not titles:
        return Echoes([], {})
    sites = {site_of(member.url) for member in target.members}
    quotes = or_(*(_LEDGER.c.detail.contains(title, autoescape=True) for title in titles))
    ledger = select(_LEDGER.c.run_id, _LEDGER.c.url_key, _LEDGER.c.source).where(_LEDGER.c.reason == TOGETHER, quotes)
    found = schema.frontier.c.candidate
    announces = or_(*(found.contains(as_json(title)[1:-1], autoescape=True) for title in titles))
    with reading(engine) as connection:
        lines = [(run_id, key, source) for run_id, key, source in connection.execute(ledger)]
        waiting = connection.execute(select(schema.frontier.c.url_key, found).where(announces)).all()
    candidates = {key: Candidate(**orjson.loads(candidate)) for key, candidate in waiting}
    return Echoes(lines, {key: found for key, found in candidates.items() if site_of(found.url) in sites})


def _silence(connection: Connection, echoes: Echoes) -> list[str]:
    """Take headlines out of what is said of other addresses; return the runs whose ledgers had them."""
    for run_id, key, source in echoes.ledger:
        mine = and_(_LEDGER.c.run_id == run_id, _LEDGER.c.url_key == key, _LEDGER.c.source == source)
        connection.execute(update(_LEDGER).where(mine).values(detail=None))
    table = schema.frontier
    for key, found in echoes.candidates.items():
        mine = and_(table.c.url_key == key, table.c.candidate.is_not(None))
        connection.execute(update(table).where(mine).values(candidate=as_json(found.without_hints())))
    return sorted({run_id for run_id, _, _ in echoes.ledger})


def debt_of(engine: Engine) -> Debt | None:
    """Return what is still to be done in files; None if nothing is left of any article that was removed."""
    query = select(_FORGOTTEN.c.article_id, _FORGOTTEN.c.files).where(_FORGOTTEN.c.files.is_not(None))
    exports: defaultdict[int, set[str]] = defaultdict(set)
    ledgers: set[str] = set()
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    for identity, files in rows:
        owed = orjson.loads(files)
        ledgers.update(owed["ledgers"])
        for export_id in owed["exports"]:
            exports[export_id].add(identity)
    return Debt({key: frozenset(ids) for key, ids in exports.items()}, frozenset(ledgers)) if rows else None


def written(connection: Connection, export_id: int) -> Written | None:
    """Return where the lines of an export are now, inside the caller's transaction; None for one that is no more."""
    query = (
        select(schema.runs.c.place, _EXPORTS.c.path, _EXPORTS.c.done)
        .join(schema.runs, schema.runs.c.id == _EXPORTS.c.run_id)
        .where(_EXPORTS.c.id == export_id)
    )
    row = connection.execute(query).first()
    return Written(row.place, row.path, bool(row.done)) if row else None


def ledger_of(connection: Connection, run_id: str) -> Written | None:
    """Return where the lines of what a run dropped are, inside the caller's transaction; None for an unknown run."""
    table = schema.runs
    row = connection.execute(select(table.c.place, table.c.status).where(table.c.id == run_id)).first()
    return Written(row.place, "", row.status in (runs.FINISHED, runs.INTERRUPTED)) if row else None


def is_rewritten(connection: Connection, export_id: int, path: str | None) -> None:
    """Note that a file has no line of removed articles any more, inside the caller's transaction.

    Exports that share it begin where the lines of those before them end.
    """
    exports = (
        select(_EXPORTS.c.id).where(_EXPORTS.c.path == (path or "")).order_by(_EXPORTS.c.first_line, _EXPORTS.c.id)
    )
    ids = connection.execute(exports).scalars().all()
    if len(ids) > 1:
        count = select(_OUTBOX.c.export_id, func.count()).where(_OUTBOX.c.export_id.in_(ids))
        lines = {row[0]: row[1] for row in connection.execute(count.group_by(_OUTBOX.c.export_id))}
        first_line = 1
        for key in ids:
            connection.execute(update(_EXPORTS).where(_EXPORTS.c.id == key).values(first_line=first_line))
            first_line += lines.get(key, 0)
    _strike(connection, "exports", export_id)


def is_retold(connection: Connection, run_id: str) -> None:
    """Note that the lines of what a run dropped are written anew, inside the caller's transaction."""
    _strike(connection, "ledgers", run_id)


def _strike(connection: Connection, what: str, done: int | str) -> None:
    owing = select(_FORGOTTEN.c.url_key, _FORGOTTEN.c.files).where(_FORGOTTEN.c.files.is_not(None))
    for key, files in connection.execute(owing).all():
        owed = orjson.loads(files)
        if done in owed[what]:
            owed[what].remove(done)
            mine = _FORGOTTEN.c.url_key == key
            connection.execute(update(_FORGOTTEN).where(mine).values(files=as_json(owed)))


def erase(engine: Engine, *, patience: float) -> bool:
    """Erase what a SQLite file keeps of what is deleted, and note that nothing is left of what is in no file.

    False if others read for longer than so many seconds from what was written before: then it is for another time.
    """
    if engine.dialect.name == "sqlite":
        _merge_words(engine)
        if not _empty_log(engine, patience):
            return False
    nothing = as_json({"exports": [], "ledgers": []})
    with engine.begin() as connection:
        connection.execute(update(_FORGOTTEN).where(_FORGOTTEN.c.files == nothing).values(files=None))
    return True


def _merge_words(engine: Engine) -> None:
    """Merge the index of words into one segment, so that it keeps no term of what is deleted."""
    goes_on = begins = True
    while goes_on:
        with engine.begin() as connection:
            goes_on = index.merge(connection, begins=begins)
        begins = False


def _empty_log(engine: Engine, patience: float) -> bool:
    """Bring the write-ahead log into the file and cut it to nothing; False while others read from it."""
    with engine.connect() as connection:
        cursor = connection.connection.cursor()  # outside a transaction, where alone it can be done
        try:
            cursor.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
            (is_busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy
        finally:
            cursor.execute(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT * 1000)}")
            cursor.close()
