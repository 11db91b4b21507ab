"""When each listing is asked again, and what it said the last time."""

from __future__ import annotations

import dataclasses

from sqlalchemy import Engine, select

from newsbot.store import schema
from newsbot.store.database import reading, upsert

_TABLE = schema.polls


@dataclasses.dataclass(frozen=True, slots=True)
class Poll:
    """The state of one listing (feed, sitemap, section page) of a source."""

    source: str
    url: str
    """As the sources file or the sitemap index names it."""
    checked_at: str
    due_at: str
    interval: float
    """Minutes between two visits."""
    changed_at: str | None = None
    """When it last brought something new."""
    errors: int = 0
    """Visits in a row that failed."""
    error: str | None = None
    """What the last of them met."""
    gaps: int = 0
    """How often nothing was left of what it had named the time before."""
    moved_to: str | None = None
    """Where a permanent redirect (301, 308) leads."""
    seen: str | None = None
    """What it named the last time: checksums of eight hexadecimal digits, side by side."""


def load(engine: Engine) -> dict[tuple[str, str], Poll]:
    """Return every listing's state by source and address, in one query."""
    columns = [_TABLE.c[field.name] for field in dataclasses.fields(Poll)]
    with reading(engine) as connection:
        return {(row[0], row[1]): Poll(*row) for row in connection.execute(select(*columns))}


def save(engine: Engine, poll: Poll) -> None:
    """Write the state of a listing down."""
    values = {field.name: getattr(poll, field.name) for field in dataclasses.fields(Poll)}
    with engine.begin() as connection:
        upsert(connection, _TABLE, values, replacing=list(values))
