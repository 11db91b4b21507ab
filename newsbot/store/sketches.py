"""The index of near-duplicates: the sketches of texts, found by any of their slots.

The first BANDS slots of a sketch are indexed. A look-up reads one short range a slot, whatever the size of the index,
and the newest MOST of it, so that a phrase that thousands of texts share costs no more than any other. The whole
sketches of what was found tell which texts to compare in full. Old articles are taken out of it
(newsbot.store.maintenance.retention).

PostgreSQL has an index a slot on the table of sketches itself, by the slot's value and the sketch's number: rows of a
table of its own would take more than twice the room. SQLite keeps a table of one integer as nothing but that, so it
has one: in ``bands`` a row is slot (4 bits), value (32) and number (27, so 134 million), and all that share a value
are neighbours.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from operator import eq
from typing import Any

from sqlalchemy import Connection, bindparam, column, delete, insert, select, table, text

from newsbot.dedupe.minhash import SLOTS
from newsbot.items import Sketch
from newsbot.store import schema
from newsbot.store.database import Statement, chunks, inserting

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
_SKETCHES = schema.sketches
_KEYS = table("bands", column("key"))
_LOOKUP = Statement(
    text(
        " union all ".join(
            f"select * from (select key from bands where key between :low{slot} and :high{slot} "  # noqa: S608 (no input)
            f"order by key desc limit {MOST}) as slot{slot}"
            for slot in range(BANDS)
        )
    )
)
_NUMBERED = Statement(
    select(_SKETCHES.c.number, _SKETCHES.c.article_id, _SKETCHES.c.slots).where(
        _SKETCHES.c.number.in_(bindparam("numbers", expanding=True)), _SKETCHES.c.version == bindparam("sketch_version")
    )
)
_REMEMBER = Statement(inserting(_SKETCHES, "article_id", "version", "slots"))
_REMEMBER_NUMBERED = Statement(inserting(_SKETCHES, "article_id", "version", "slots").returning(_SKETCHES.c.number))
_BANDS = Statement(insert(_KEYS).values([{"key": bindparam(f"key{slot}")} for slot in range(BANDS)]))


def value_of(slot: int) -> str:
    """Return the expression of PostgreSQL that a slot is indexed by: its four bytes, as a signed integer.

    >>> value_of(1)
    '(get_byte(slots, 4) << 8 | get_byte(slots, 5) << 8 | get_byte(slots, 6) << 8 | get_byte(slots, 7))'
    """
    # The two operators bind alike, from left to right: each byte moves all before it.
    return f"({' << 8 | '.join(f'get_byte(slots, {byte})' for byte in range(4 * slot, 4 * slot + 4))})"


_SHARING = Statement(
    text(
        " union all ".join(
            f"(select number, article_id, slots from sketches where {value_of(slot)} = :value{slot} "  # noqa: S608
            f"and version = :sketch_version order by number desc limit {MOST})"
            for slot in range(BANDS)
        )
    )
)


def fill(connection: Connection) -> None:
    """Make the index anew from the sketches, as after a move into this database. PostgreSQL's is never behind them."""
    if connection.dialect.name == "postgresql":
        return
    connection.execute(delete(_KEYS))
    numbers = connection.execute(select(_SKETCHES.c.number).order_by(_SKETCHES.c.number)).scalars().all()
    for some in chunks(numbers):
        mine = _SKETCHES.c.number.in_(some)
        rows = connection.execute(select(_SKETCHES.c.number, _SKETCHES.c.slots).where(mine))
        keys = [start | number for number, slots in rows for start in _starts(_PACKED.unpack(slots))]
        for part in chunks(keys):
            connection.execute(insert(_KEYS), [{"key": key} for key in part])


def find(connection: Connection, sketch: Sketch) -> list[str]:
    """Return the ids of the articles that a text of this sketch may be a copy of, the likeliest first."""
    found = set()
    for number, article_id, slots in _sharing(connection, sketch):
        shared = sum(map(eq, sketch.slots, _PACKED.unpack(slots)))
        if shared >= LEAST_SHARED:
            found.add((-shared, number, article_id))
    return [article_id for _, _, article_id in sorted(found)[:CANDIDATES]]


def _sharing(connection: Connection, sketch: Sketch) -> list[Any]:
    """Return number, article and slots of the newest sketches that have one of the indexed slots in common."""
    if connection.dialect.name == "postgresql":
        values = {f"value{slot}": _signed(value) for slot, value in enumerate(sketch.slots[:BANDS])}
        return _SHARING(connection, **values, sketch_version=sketch.version)
    bounds: dict[str, int] = {}
    for slot, start in enumerate(_starts(sketch.slots)):
        bounds |= {f"low{slot}": start, f"high{slot}": start | _NUMBER_MASK}
    numbers = list({key & _NUMBER_MASK for (key,) in _LOOKUP(connection, **bounds)})
    return _NUMBERED(connection, numbers=numbers, sketch_version=sketch.version) if numbers else []


def bands_of(sketch: Sketch) -> list[str]:
    """Return a name for each indexed slot, which two texts have in common that find each other.

    >>> bands_of(Sketch((7, 9), 1))
    ['0 7', '1 9']
    """
    return [f"{slot} {value}" for slot, value in enumerate(sketch.slots[:BANDS])]


def remember(connection: Connection, article_id: str, sketch: Sketch) -> None:
    """Put an article that is not in the index into it."""
    values = {"article_id": article_id, "version": sketch.version, "slots": _PACKED.pack(*sketch.slots)}
    if connection.dialect.name == "postgresql":
        _REMEMBER(connection, **values)
    else:
        number = _REMEMBER_NUMBERED.value(connection, **values)
        _BANDS(connection, **{f"key{slot}": start | number for slot, start in enumerate(_starts(sketch.slots))})


def replace(connection: Connection, sketches: Mapping[str, Sketch | None]) -> None:
    """Put the sketches of articles' new texts, by id, in the place of the old ones'."""
    forget(connection, list(sketches))
    for article_id, sketch in sketches.items():
        if sketch:
            remember(connection, article_id, sketch)


def forget(connection: Connection, article_ids: Sequence[str]) -> int:
    """Take articles out of the index; return how many of them were in it."""
    query = select(_SKETCHES.c.number, _SKETCHES.c.slots).where(_SKETCHES.c.article_id.in_(article_ids))
    rows = connection.execute(query).all()
    if connection.dialect.name == "sqlite":
        # In the order of the table: neighbours are on one page.
        keys = sorted(start | number for number, slots in rows for start in _starts(_PACKED.unpack(slots)))
        for some in chunks(keys):
            connection.execute(delete(_KEYS).where(_KEYS.c.key.in_(some)))
    if rows:
        connection.execute(delete(_SKETCHES).where(_SKETCHES.c.number.in_([number for number, _ in rows])))
    return len(rows)


def _starts(slots: Sequence[int]) -> list[int]:
    """Return where in the key of ``bands`` every slot's neighbours begin."""
    return [(slot << _VALUE_BITS | value) << _NUMBER_BITS for slot, value in enumerate(slots[:BANDS])]


def _signed(value: int) -> int:
    """Return 32 bits as PostgreSQL reads them.

    >>> _signed(7), _signed(0xFFFF_FFFF)
    (7, -1)
    """
    return value - (1 << _VALUE_BITS) if value >> (_VALUE_BITS - 1) else value
