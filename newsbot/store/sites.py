"""What is remembered of sites: what their hosts have asked for, and the blocks of text that each site repeats.

A host asks with its robots.txt, to be left alone for a while (Retry-After), not to be mined (tdmrep.json). What a
block is and what its counts say, newsbot.cleaning.boilerplate tells.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from newsbot.cleaning.site_state import SiteBlock, SiteState
from newsbot.store import Unstorable, schema
from newsbot.store.database import chunks, reading, sift, upsert

logger = logging.getLogger("newsbot")

_BLOCK = tuple(field.name for field in dataclasses.fields(SiteBlock))
_FLAGS = ("on_section", "prose", "short")
"""Fields of a block that are true or false; columns of 0 and 1."""
_COUNTED = tuple(name for name in _BLOCK if name not in ("fingerprint", "verdict"))
"""Fields that crawls write; a verdict is a person's."""
_BLOCKS = schema.site_blocks
_FORGET = delete(_BLOCKS).where(
    _BLOCKS.c.site == bindparam("its_site"), _BLOCKS.c.fingerprint == bindparam("its_key"), _BLOCKS.c.verdict.is_(None)
)


def resting(engine: Engine, *, now: str) -> dict[str, str]:
    """Return the hosts that want to be left alone, with the moment until when."""
    query = select(schema.hosts.c.host, schema.hosts.c.rests_until).where(schema.hosts.c.rests_until > now)
    with reading(engine) as connection:
        return {row.host: str(row.rests_until) for row in connection.execute(query)}


def rest(engine: Engine, host: str, until: str) -> None:
    """Write down that a host wants to be left alone."""
    _save(engine, host, {"rests_until": until})


def reservations(engine: Engine) -> dict[str, tuple[str, str]]:
    """Return what hosts reserve in /.well-known/tdmrep.json, as (JSON, when it was read)."""
    query = select(schema.hosts.c.host, schema.hosts.c.reservations, schema.hosts.c.reservations_at).where(
        schema.hosts.c.reservations.is_not(None)
    )
    with reading(engine) as connection:
        return {row.host: (row.reservations, row.reservations_at) for row in connection.execute(query)}


def reserve(engine: Engine, host: str, rules: str, *, now: str) -> None:
    """Write down what a host reserves (JSON)."""
    _save(engine, host, {"reservations": rules, "reservations_at": now})


def robots(engine: Engine, host: str, *, since: str) -> str | None:
    """Return the robots.txt of a host if it was read since a moment; empty where the host has none."""
    query = select(schema.hosts.c.robots).where(schema.hosts.c.host == host, schema.hosts.c.robots_at >= since)
    with reading(engine) as connection:
        return connection.execute(query).scalar()


def keep_robots(engine: Engine, host: str, body: str, *, now: str) -> None:
    """Write down the robots.txt of a host."""
    _save(engine, host, {"robots": body, "robots_at": now})


def _save(engine: Engine, host: str, values: dict[str, str]) -> None:
    """Remember something of a host, and nothing where it cannot be stored: then the next run asks again."""
    try:
        with engine.begin() as connection:
            upsert(connection, schema.hosts, {"host": host, **values}, replacing=list(values))
    except Unstorable as fault:
        logger.warning("host %.100s: its %s is not remembered: %s", host, " and ".join(values), fault)


def load_blocks(engine: Engine, names: Collection[str]) -> dict[str, SiteState]:
    """Return what is remembered of sites, by their names; an empty state for one never met."""
    seen: dict[str, int] = {}
    blocks: defaultdict[str, list[SiteBlock]] = defaultdict(list)
    table = schema.site_blocks
    with reading(engine) as connection:
        for some in chunks(sorted(names)):
            sites = schema.sites.c
            seen |= dict(connection.execute(select(sites.site, sites.seen).where(sites.site.in_(some))).all())
            query = select(table.c.site, *(table.c[name] for name in _BLOCK)).where(table.c.site.in_(some))
            for site, *values in connection.execute(query.order_by(table.c.site, table.c.fingerprint)):
                row = dict(zip(_BLOCK, values, strict=True))
                blocks[site].append(SiteBlock(**{**row, **{flag: bool(row[flag]) for flag in _FLAGS}}))
    return {name: SiteState(seen.get(name, 0), blocks.get(name, [])) for name in names}


def save_blocks(connection: Connection, states: Mapping[str, tuple[SiteState, SiteState]]) -> None:
    """Remember the states of sites, inside the caller's transaction; one that cannot be stored stays as it was.

    Each is given as it was loaded and as it is now. What is the same in both is left alone, and a person's verdict
    that was given meanwhile is kept.
    """

    def save(some: Sequence[tuple[str, tuple[SiteState, SiteState]]]) -> None:
        for site, (old, new) in some:
            if new.seen != old.seen:
                upsert(connection, schema.sites, {"site": site, "seen": new.seen}, replacing=["seen"])
            if gone := [{"its_site": site, "its_key": key} for key in set(old.keys).difference(new.keys)]:
                connection.execute(_FORGET, gone)
            rows = [{"site": site, **_as_row(block)} for block in new.changed(old)]
            if rows:
                upsert(connection, schema.site_blocks, rows, replacing=_COUNTED)

    for (site, _), fault in sift(connection, list(states.items()), save):
        logger.warning("site %.100s: what repeats there is not remembered: %s", site, fault)


def _as_row(block: SiteBlock) -> dict[str, object]:
    values = {name: getattr(block, name) for name in _BLOCK}
    return values | {flag: int(values[flag]) for flag in _FLAGS}


def stories_before(engine: Engine, run_id: str, clusters: Collection[str]) -> dict[str, set[str]]:
    """Return by site which of some clusters had an article of it before a run."""
    table = schema.articles
    found: defaultdict[str, set[str]] = defaultdict(set)
    with reading(engine) as connection:
        for some in chunks(sorted(clusters)):
            query = select(table.c.site, table.c.cluster_id).where(table.c.cluster_id.in_(some))
            for site, cluster in connection.execute(query.where(table.c.run_id != run_id).distinct()):
                found[site].add(cluster)
    return found


def sites_of(engine: Engine, source: str) -> list[str]:
    """Return the sites from which a source's articles came, the most frequent first."""
    table = schema.articles
    with reading(engine) as connection:
        return list(connection.execute(select(table.c.site).where(table.c.source == source).distinct()).scalars())


def judge(engine: Engine, site: str, fingerprint: int, verdict: str | None) -> bool:
    """Note a person's word on a block, "keep" or "drop", or take it back; False if there is no such block."""
    table = schema.site_blocks
    with engine.begin() as connection:
        result = connection.execute(
            update(table).where(table.c.site == site, table.c.fingerprint == fingerprint).values(verdict=verdict)
        )
    return bool(result.rowcount)
