"""What hosts have asked for: rules for robots, to be left alone for a while, not to be mined."""

from __future__ import annotations

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from newsbot.store import schema
from newsbot.store.database import reading

_TABLE = schema.hosts


def resting(engine: Engine, *, now: str) -> dict[str, str]:
    """Return the hosts that want to be left alone, with the moment until when."""
    query = select(_TABLE.c.host, _TABLE.c.rests_until).where(_TABLE.c.rests_until > now)
    with reading(engine) as connection:
        return {row.host: str(row.rests_until) for row in connection.execute(query)}


def rest(engine: Engine, host: str, until: str) -> None:
    """Write down that a host wants to be left alone."""
    _save(engine, host, {"rests_until": until})


def reservations(engine: Engine) -> dict[str, tuple[str, str]]:
    """Return what hosts reserve in /.well-known/tdmrep.json, as (JSON, when it was read)."""
    query = select(_TABLE.c.host, _TABLE.c.reservations, _TABLE.c.reservations_at).where(
        _TABLE.c.reservations.is_not(None)
    )
    with reading(engine) as connection:
        return {row.host: (row.reservations, row.reservations_at) for row in connection.execute(query)}


def reserve(engine: Engine, host: str, rules: str, *, now: str) -> None:
    """Write down what a host reserves (JSON)."""
    _save(engine, host, {"reservations": rules, "reservations_at": now})


def robots(engine: Engine, host: str, *, since: str) -> str | None:
    """Return the robots.txt of a host if it was read since a moment; empty where the host has none."""
    query = select(_TABLE.c.robots).where(_TABLE.c.host == host, _TABLE.c.robots_at >= since)
    with reading(engine) as connection:
        return connection.execute(query).scalar()


def keep_robots(engine: Engine, host: str, body: str, *, now: str) -> None:
    """Write down the robots.txt of a host."""
    _save(engine, host, {"robots": body, "robots_at": now})


def _save(engine: Engine, host: str, values: dict[str, str]) -> None:
    insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE).values(host=host, **values)
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["host"], set_=values))
