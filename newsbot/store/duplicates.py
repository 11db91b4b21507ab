"""The index of near-duplicates: which stored texts may a text be a copy of?

The first BANDS slots of a sketch are a row of ``bands`` each, and the row is one integer: slot (4 bits), value
(32), and the number of the sketch (27, so 134 million). All that share a value are neighbours in the primary
key; a look-up reads one short range a slot, whatever the size of the index, and the newest MOST of it, so that
a phrase that thousands of texts share costs no more than any other. The whole sketches of what was found tell
which texts to compare in full.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from operator import eq

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from newsbot.dedupe import Sketch
from newsbot.dedupe.minhash import SLOTS
from newsbot.store import schema

BANDS = 16
"""Slots that are indexed: a copy with every twelfth word replaced has one of them in common but for 1 in 50,000,
the first third of a text but for 1 in 500. Every one more is a page more to write for an article."""
MOST = 32
"""Rows read a slot."""
LEAST_SHARED = 2
"""Slots of all that a copy shares with its original; one alone is a common phrase."""
CANDIDATES = 8
"""Texts that are compared in full, those with the most slots in common."""

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
    for row in rows:
        sketch = Sketch(_PACKED.unpack(row.slots), row.version)
        keys = [start | row.number for start in _starts(sketch)]
        connection.execute(delete(schema.bands).where(schema.bands.c.key.in_(keys)))
    if rows:
        connection.execute(delete(table).where(table.c.number.in_([row.number for row in rows])))
    return len(rows)


def _starts(sketch: Sketch) -> list[int]:
    """Return where in the key every slot's neighbours begin."""
    return [(slot << _VALUE_BITS | value) << _NUMBER_BITS for slot, value in enumerate(sketch.slots[:BANDS])]
