"""The articles that newsbot knows, and the one decision on each that is brought: is it new?

Which known article is it? Its address says so, and its text must bear the address out: redirects and
rel=canonical join addresses, and both can be wrong. Sites name their front page, or one page of many, as
canonical; and an address such as /latest leads to another article every day.

A page is an article of the site that served it, and of no other: what it claims of another site's address, and where
an address of another site once led, joins it to nothing. Its text may make it a copy of that site's article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

import orjson
from sqlalchemy import Connection, Engine, and_, bindparam, delete, select, update

from newsbot.dedupe import change_between, facts_of, likeness
from newsbot.items import (
    BOILERPLATE,
    EXTRACTOR,
    RE_EXTRACTED,
    Article,
    Candidate,
    Collected,
    Decision,
    Duplicate,
    ExtractedArticle,
    New,
    Rejection,
    Removed,
    Revision,
    Sketch,
    TextFacts,
    Unchanged,
)
from newsbot.store import Unstorable, deciding, documents, duplicates, frontier, revisits, schema, sketches
from newsbot.store.database import Statement, inserting, reading, unanswered
from newsbot.store.documents import Version
from newsbot.store.ledger import Entry
from newsbot.store.runs import COPY_FIELDS, assert_running, enter, write_down
from newsbot.web.dates import as_instant
from newsbot.web.urls import article_id, canonical_url, key_id, site_of, twin_key, url_key

SEPARATE, INLINE, DROP = DUPLICATES = ("separate", "inline", "drop")
"""What becomes of copies: files of their own, a place among the articles, or no file."""
REWRITTEN = 50
"""Versions that are written anew in one transaction: each is locked (newsbot.store.deciding)."""

# Statements of every decision are made once: SQLAlchemy takes longer to make one than SQLite to carry it out.
FIELDS = (
    "id", "url", "source", "title", "published", "content_hash", "revision", "cluster_id", "first_seen", "run_id",
    *documents.CARD,
)  # fmt: skip
"""Columns of an article's row that its record has, too."""
_ADD = Statement(inserting(schema.articles, *FIELDS, *COPY_FIELDS, "site", "evidence"))
_ANNOUNCE = Statement(inserting(schema.outbox, "run_id", "kind", "article_id", "revision"))
_OUTBOX = schema.outbox.c
_FRONTIER = schema.frontier
_REACHED = Statement(
    select(_FRONTIER.c.article_id).where(
        _FRONTIER.c.url_key.in_(bindparam("keys", expanding=True)), _FRONTIER.c.article_id.is_not(None)
    )
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices that the settings leave to the operator (newsbot/settings.py)."""

    duplicates: str = SEPARATE
    """One of DUPLICATES."""
    revisit_hours: tuple[float, ...] = ()
    """When an article is looked at again, in hours after it was first seen."""
    retry_hours: tuple[float, ...] = (1, 6, 24, 72)
    """When what came to nothing is tried again, in hours after it first did."""
    extractor: str = EXTRACTOR
    """Who makes articles of pages, or rejects them: what another one has rejected is tried once more."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant. Raises ValueError."""
        if self.duplicates not in DUPLICATES:
            raise ValueError(f"NEWSBOT_DUPLICATES: one of {', '.join(DUPLICATES)}, not {self.duplicates!r}")
        for name in ("revisit_hours", "retry_hours"):
            hours = getattr(self, name)
            if list(hours) != sorted(set(hours)) or any(hour <= 0 for hour in hours):
                setting = "NEWSBOT_REVISIT_HOURS" if name == "revisit_hours" else "NEWSBOT_RETRY_REJECTED_HOURS"
                raise ValueError(f"{setting}: rising numbers of hours, not {list(hours)}")


def save(
    engine: Engine,
    collected: Collected,
    entry: Entry,
    *,
    source: str | None = None,
    now: str,
    policy: Policy | None = None,
) -> Decision:
    """Decide on one article in a transaction of its own, as ``decide`` does."""
    policy = policy or Policy()
    return deciding.together(
        engine,
        names_of(collected, entry),
        lambda connection: decide(connection, collected, entry, source=source, now=now, policy=policy),
    )


def names_of(page: Collected | Rejection, entry: Entry) -> set[str]:
    """Return what a page brings that no other process may decide on meanwhile (newsbot.store.deciding)."""
    if isinstance(page, Rejection):
        return {key_id(entry.key)}
    names = {key_id(key) for key in [entry.key, *_keys([page.article.url, *page.aliases])]}
    return names | _names_of_text(page.facts) | ({entry.article_id} if entry.article_id else set())


def _names_of_text(facts: TextFacts) -> set[str]:
    return {facts.content_hash, *(sketches.bands_of(facts.sketch) if facts.sketch else ())}


def decide(
    connection: Connection,
    collected: Collected,
    entry: Entry,
    *,
    source: str | None = None,
    now: str,
    policy: Policy,
    is_of_old: bool = False,
) -> Decision:
    """Decide whether an article is new, and store what follows from it, inside a transaction of deciding.together.

    Its URL and all its aliases leave the frontier, what is to be exported goes into the outbox, and the
    entry's outcome into the ledger. ``source``: the outlet that it is of, otherwise the entry's. ``is_of_old``: the
    page was fetched in an earlier run and is read once more, so it makes no known article another version, and
    has no entry in this run's ledger.
    """
    facts = collected.facts
    source = source or entry.source
    assert_running(connection, entry.run_id)
    url, known = _resolve(connection, collected, facts.content_hash)
    while known and duplicates.hold(connection, [known.id]):
        url, known = _resolve(connection, collected, facts.content_hash)
    if known:
        outlet = source if source != entry.source else known.source
        if is_of_old:
            decision = Decision(Unchanged(), known)
        else:
            decision = _keep_up(connection, collected.article, facts, entry, known, source=outlet)
    else:
        candidate = frontier.candidate_of(connection, entry)
        decision = _add(connection, collected.article, facts, entry, candidate, policy, url=url, source=source, now=now)
        if policy.revisit_hours:
            if source != entry.source:
                candidate = candidate.without_hints()
            revisits.begin(
                connection,
                decision.article,
                candidate,
                policy.revisit_hours,
                source=entry.source,
                url=collected.aliases[-1],
                validators=entry.validators,
                now=now,
            )
    verdict, article = decision
    is_elsewhere = entry.article_id not in (None, article.id)  # a look at an article led to another one
    if entry.article_id:
        validators = None if is_elsewhere else entry.validators
        revisits.advance(connection, entry.article_id, policy.revisit_hours, validators=validators, now=now)
    is_copy = isinstance(verdict, Duplicate) or (
        isinstance(verdict, Revision) and documents.copy_of(connection, article.id) is not None
    )
    status = "duplicate" if isinstance(verdict, Duplicate) else "article"
    # An address of another site that was passed on the way is that site's; the discovered one led here in any case.
    own = [url for url in collected.aliases if site_of(url) == site_of(article.url)]
    led_here = [] if is_elsewhere else [entry.url]
    addresses = {url_key(url): url for url in [article.url, *own, *led_here]}
    with unanswered(connection):
        if not isinstance(verdict, Unchanged):
            _announce(connection, article, policy, is_copy=is_copy)
        for key, address in addresses.items():
            frontier.settle(connection, key, address, entry.source, status=status, article_id=article.id, now=now)
        if not is_of_old:
            write_down(connection, entry, verdict.outcome)
    return decision


def is_forgotten(connection: Connection, collected: Collected) -> bool:
    """Whether a person had the article of a page removed, under an address that led to it or that it claims."""
    urls = [collected.article.url, *collected.aliases]
    return bool(frontier.forgotten(connection, list(_keys(urls))))


def remove(engine: Engine, entry: Entry, *, now: str, policy: Policy) -> bool:
    """Note that the page of a known article is gone: one more version of it, with the text last seen.

    False, and nothing is noted, if a person has had the article removed meanwhile.
    """
    assert entry.article_id
    identity = entry.article_id

    def note(connection: Connection) -> bool:
        duplicates.hold(connection, [identity])
        known = documents.latest(connection, [identity]).get(identity)
        if known is None:
            return False
        article = replace(
            known,
            revision=known.revision + 1,
            change="removed",
            previous_hash=known.content_hash,
            fetched_at=now,
            run_id=entry.run_id,
        )
        copy = documents.copy_of(connection, identity)
        documents.advance(connection, article, copy, removed_at=now)
        _announce(connection, article, policy, is_copy=copy is not None)
        revisits.end(connection, identity)
        enter(connection, entry, Revision.outcome)
        return True

    return deciding.together(engine, [identity], note)


def re_extract(
    engine: Engine, read: Sequence[tuple[Article, TextFacts]], *, run_id: str, policy: Policy
) -> list[Article]:
    """Store what is read in the pages of some versions now, each as the next version of its article; return these.

    ``read``: versions as they are stored, but for what is read otherwise, with what follows from their texts. One that
    is not the present version any more, or is kept without its text, is left out. The outlet has changed nothing: so
    nothing follows for when the page is looked at again, and no run's sums count it. Raises RunEnded.
    """

    def store(connection: Connection, some: Sequence[tuple[Article, TextFacts]]) -> list[Article]:
        assert_running(connection, run_id)
        identities = [article.id for article, _ in some]
        duplicates.hold(connection, identities)
        known = documents.latest(connection, identities)
        stored = []
        for article, facts in some:
            before = known.pop(article.id, None)
            if before is None or before.is_pruned or before.revision != article.revision:
                continue
            again = replace(
                article,
                cluster_id=before.cluster_id,
                previous_hash=before.content_hash,
                revision=before.revision + 1,
                change=RE_EXTRACTED,
                run_id=run_id,
            )
            copy = _still_copy_of(connection, again)
            documents.advance(connection, again, copy)
            is_compared = sketches.forget(connection, [again.id]) > 0
            if is_compared and facts.sketch:
                sketches.remember(connection, again.id, facts.sketch)
            _announce(connection, again, policy, is_copy=copy is not None)
            stored.append(again)
        return stored

    stored = []
    for some in deciding.parts(engine, read):
        names = {name for article, facts in some for name in {article.id, *_names_of_text(facts)}}
        stored += deciding.together(engine, names, partial(store, some=some))
    return stored


def waiting(engine: Engine, run_id: str) -> dict[Version, str]:
    """Return the versions of a run that are in no file yet, with their sites, in the order of their announcement."""
    table = schema.articles
    query = (
        select(_OUTBOX.article_id, _OUTBOX.revision, table.c.site)
        .join(table, table.c.id == _OUTBOX.article_id)
        .where(_OUTBOX.run_id == run_id, _OUTBOX.export_id.is_(None))
        .order_by(_OUTBOX.seq)
    )
    with reading(engine) as connection:
        return {Version(identity, revision): site for identity, revision, site in connection.execute(query)}


def sites_waiting(engine: Engine, run_id: str, sources: Collection[str]) -> set[str]:
    """Return the sites of which a run has versions in no file yet, where all of these are of some sources."""
    table = schema.articles
    query = select(table.c.site, table.c.source).join(schema.outbox, table.c.id == _OUTBOX.article_id)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    with reading(engine) as connection:
        waits = query.where(_OUTBOX.run_id == run_id, _OUTBOX.export_id.is_(None)).distinct()
        for site, source in connection.execute(waits):
            owners[site].add(source)
    return {site for site, of in owners.items() if of.issubset(sources)}


def rewrite(engine: Engine, run_id: str, versions: Sequence[Version], clean: Callable[[Article], Article]) -> int:
    """Give some versions that a run has stored to ``clean``, and store what comes back.

    ``clean`` returns the article with another text, or the article itself where nothing changes; what follows
    from the text is made anew here. Returns how many changed.
    """

    def store(connection: Connection, some: Sequence[Version]) -> int:
        changed: dict[str, Sketch | None] = {}

        def made_anew(known: Article) -> Article:
            if (article := clean(known)) is known:
                return known
            facts = facts_of(article.text)
            changed[article.id] = facts.sketch
            return replace(article, word_count=facts.word_count, content_hash=facts.content_hash)

        assert_running(connection, run_id)
        duplicates.hold(connection, [version.id for version in some])
        count = documents.amend(connection, some, made_anew)
        sketches.replace(connection, changed)
        return count

    parts = (versions[start : start + REWRITTEN] for start in range(0, len(versions), REWRITTEN))
    return sum(deciding.together(engine, [], partial(store, some=some)) for some in parts)


def _resolve(connection: Connection, collected: Collected, content_hash: str) -> tuple[str, Article | None]:
    """Return the address that an article is to be known by, and its present version if it is known.

    An article whose page claims an address of another site, or of another article that has a different text,
    gets the address where it was found. One that was known under another address of its site, by which it
    was reached, and has kept its text, keeps its identity. Raises Unstorable for an address that is another site's.
    """
    article, here = collected.article, collected.aliases[-1]
    site, own = site_of(here), canonical_url(here)
    if site_of(own) != site:  # it wraps an address of another site, which has not served this page
        raise Unstorable(f"{site} served it under an address of {site_of(own)}")
    url = article.url if site_of(article.url) == site else own
    identity = article_id(url)
    known = documents.latest(connection, [identity]).get(identity)
    if known and identity != article_id(here) and not _alike(known, article, content_hash):
        url, identity = own, article_id(own)
        known = documents.latest(connection, [identity]).get(identity)
    if known is None:
        reached = documents.latest(connection, _reached(connection, collected.aliases))
        of_site = (other for other in reached.values() if site_of(other.url) == site)
        known = next((other for other in of_site if _alike(other, article, content_hash, templates=False)), None)
    return (known.url, known) if known else (url, None)


def _reached(connection: Connection, aliases: Sequence[str]) -> list[str]:
    """Return the ids of the articles that the addresses which led here have led to before.

    Without what may mark a channel in them, too: ?ref=abc may name a page, and an equal text says that it does not.
    """
    return [found for (found,) in _REACHED(connection, keys=list(_keys(aliases)))]


def _keys(urls: Sequence[str]) -> set[str]:
    return {url_key(url) for url in urls} | {key for url in urls if (key := twin_key(url))}


def _alike(known: Article, article: ExtractedArticle, content_hash: str, *, templates: bool = True) -> bool:
    """Whether what a page says may be a version of a known article; of one whose text has gone the headline tells."""
    if known.is_pruned:
        return known.content_hash == content_hash or known.title == article.title
    return known.content_hash == content_hash or likeness(known.text, article.text, templates=templates) is not None


def _keep_up(
    connection: Connection, article: ExtractedArticle, facts: TextFacts, entry: Entry, known: Article, *, source: str
) -> Decision:
    """Store what a known article says now, if that is anything else in substance."""
    if known.is_pruned:  # nobody can tell any more what changed
        return Decision(Unchanged(), known)
    if entry.via == "archive" and not _is_later(article, known):
        return Decision(Unchanged(), known)
    # What cleaning has learned to take out since then, or knows no more of its site, is no change of the article.
    forgotten = [removed for removed in known.removed if removed.reason == BOILERPLATE]
    before = _without_lines(known.text, article.removed)
    change = change_between(known.title, before, article.title, _without_lines(article.text, forgotten))
    if change is None:
        return Decision(Unchanged(), known)
    revised = _record(
        article,
        facts,
        entry,
        source=source,
        identity=known.id,
        url=known.url,
        previous_hash=known.content_hash,
        revision=known.revision + 1,
        change=change,
        cluster_id=known.cluster_id,
        discovered_via=known.discovered_via,
        first_seen=known.first_seen,
    )
    documents.advance(connection, revised, _still_copy_of(connection, revised), removed_at=None)
    sketches.replace(connection, {revised.id: facts.sketch})
    return Decision(Revision(revised.revision, change), revised)


def _without_lines(text: str, removed: Sequence[Removed]) -> str:
    lines = {line for gone in removed for line in gone.text.split("\n") if line}
    return "\n".join(line for line in text.split("\n") if line not in lines) if lines else text


def _still_copy_of(connection: Connection, revised: Article) -> Duplicate | None:
    """Return what an article that says something else now is a copy of: nothing, if the two are alike no more."""
    copy = documents.copy_of(connection, revised.id)
    if copy is None or copy.relation == "round-up":
        return copy
    original = documents.latest(connection, [copy.of])[copy.of]
    return copy if original.is_pruned or likeness(original.text, revised.text, templates=False, passages=True) else None


def _is_later(article: ExtractedArticle, known: Article) -> bool:
    """Whether a capture was made after the version that is known; what has no date is after nothing."""
    captured, stored = as_instant(article.fetched_at), as_instant(known.fetched_at)
    return captured is not None and stored is not None and captured > stored


def _add(
    connection: Connection,
    article: ExtractedArticle,
    facts: TextFacts,
    entry: Entry,
    candidate: Candidate,
    policy: Policy,
    *,
    url: str,
    source: str,
    now: str,
) -> Decision:
    """Store an article that is not known, as a copy if evidence says so, and correct whose standing that changes."""
    identity = article_id(url)
    is_own = candidate.listing is None or site_of(candidate.listing) == site_of(url)
    announced = is_own and candidate.via in duplicates.ANNOUNCING
    evidence = duplicates.Evidence(
        canonical=article.copied_from,
        announced=announced,
        absent_at=candidate.absent_at if announced else None,
    )
    record = _record(
        article,
        facts,
        entry,
        source=source,
        identity=identity,
        url=url,
        cluster_id=identity,
        discovered_via=entry.discovered_via,
        first_seen=now,
    )

    def correct(known: Article, copy: Duplicate | None) -> None:
        correct_standing(connection, known, copy, entry.run_id, policy)

    placed = duplicates.place(connection, record, evidence, facts.sketch, correct)
    record = replace(record, cluster_id=placed.cluster_id)
    row = documents.standing(placed.copy) | {name: getattr(record, name) for name in FIELDS}
    row |= {"site": site_of(url), "evidence": orjson.dumps(evidence).decode()}
    with unanswered(connection):
        _ADD(connection, **row)
        documents.put(connection, record, placed.copy)
        if facts.sketch:
            sketches.remember(connection, identity, facts.sketch)
    return Decision(placed.copy or New(), record)


def correct_standing(
    connection: Connection, known: Article, copy: Duplicate | None, run_id: str, policy: Policy
) -> None:
    """Tell that a stored article has turned out to be a copy, or a copy to be an article: one more version of it.

    A version that waits for its file has told nobody anything else yet: it is put right itself. So is one whose text is
    no longer kept, in silence.
    """
    if known.is_pruned:
        documents.restate(connection, known, copy)
        return
    waiting = and_(_OUTBOX.article_id == known.id, _OUTBOX.revision == known.revision, _OUTBOX.export_id.is_(None))
    if connection.execute(select(_OUTBOX.seq).where(waiting)).first():
        documents.restate(connection, known, copy)
        if copy and policy.duplicates == DROP:
            connection.execute(delete(schema.outbox).where(waiting))
        else:
            connection.execute(
                update(schema.outbox).where(waiting).values(kind=_kind(policy, is_copy=copy is not None))
            )
        return
    article = replace(
        known,
        revision=known.revision + 1,
        change="copy" if copy else "original",
        previous_hash=known.content_hash,
        run_id=run_id,
    )
    documents.advance(connection, article, copy)
    _announce(connection, article, policy, is_copy=copy is not None)


def _record(
    article: ExtractedArticle,
    facts: TextFacts,
    entry: Entry,
    *,
    source: str,
    identity: str,
    url: str,
    previous_hash: str | None = None,
    revision: int = 1,
    change: str | None = None,
    cluster_id: str,
    discovered_via: str,
    first_seen: str,
) -> Article:
    """Make the record of an article: what its page says, and what the store knows of it."""
    return Article(
        id=identity,
        url=url,
        source=source,
        site_name=article.site_name,
        title=article.title,
        authors=article.authors,
        published=article.published,
        modified=article.modified,
        **documents.companions(article.published, article.modified),
        published_precision=article.published_precision,
        language=article.language,
        section=article.section,
        tags=article.tags,
        image=article.image,
        summary=article.summary,
        text=article.text,
        word_count=facts.word_count,
        text_confidence=article.text_confidence,
        kind=article.kind,
        paywalled=article.paywalled,
        opt_outs=article.opt_outs,
        agency=facts.agency,
        content_hash=facts.content_hash,
        previous_hash=previous_hash,
        revision=revision,
        change=change,
        cluster_id=cluster_id,
        discovered_via=discovered_via,
        first_seen=first_seen,
        fetched_at=article.fetched_at,
        run_id=entry.run_id,
        extractor=article.extractor,
        origins=article.origins,
        removed=article.removed,
    )


def _announce(connection: Connection, article: Article, policy: Policy, *, is_copy: bool) -> None:
    """Put a version of an article into the outbox, for the file that it belongs to; copies where policy says.

    That what was told as an article is a copy is told whatever the policy.
    """
    if is_copy and policy.duplicates == DROP and article.change != "copy":
        return
    kind = _kind(policy, is_copy=is_copy)
    _ANNOUNCE(connection, run_id=article.run_id, kind=kind, article_id=article.id, revision=article.revision)


def _kind(policy: Policy, *, is_copy: bool) -> str:
    """Return the files that a version belongs into."""
    return "duplicate" if is_copy and policy.duplicates == SEPARATE else "article"
