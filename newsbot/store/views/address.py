"""One address: which article it has led to, and what the store knows of it."""

from __future__ import annotations

import re

from sqlalchemy import Engine, case, select

from newsbot.store import schema
from newsbot.store.database import reading
from newsbot.web.urls import article_id, twin_key, url_key

_ID = re.compile(r"[0-9a-f]{20}")


def address_of(named: str) -> str | None:
    """Return the address that a person has named; None for the id of an article.

    >>> address_of("example.org/a"), address_of("c4b0a77ab6b0e0a3cd5d")
    ('https://example.org/a', None)
    """
    if _ID.fullmatch(named):
        return None
    return named if "://" in named else f"https://{named}"


def article_named(engine: Engine, named: str) -> str | None:
    """Return the id of the article that an id or an address means, whatever trackers it has; None for no stored one.

    An address that has led to an article means that one. Raises InvalidURL.
    """
    url = address_of(named)
    if url is None:
        return named if _is_stored(engine, named) else None
    if _is_stored(engine, identity := article_id(url)):
        return identity
    keys = [url_key(url), *([twin] if (twin := twin_key(url)) else [])]
    table = schema.frontier
    led_to = select(table.c.article_id).where(table.c.url_key.in_(keys), table.c.article_id.is_not(None))
    with reading(engine) as connection:
        found = connection.execute(led_to.order_by(case((table.c.url_key == keys[0], 0), else_=1)).limit(1))
        return found.scalar()


def _is_stored(engine: Engine, identity: str) -> bool:
    with reading(engine) as connection:
        return (
            connection.execute(select(schema.articles.c.id).where(schema.articles.c.id == identity)).scalar()
            is not None
        )
