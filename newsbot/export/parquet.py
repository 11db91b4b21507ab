"""Parquet tables of articles, with types and times that databases and data frames understand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from newsbot.export.record import Field

BATCH_ROWS = 5_000
BATCH_CHARACTERS = 8_000_000
"""Bounds of one row group, so that memory stays bounded however many articles there are."""
INSTANT = pa.timestamp("us", tz="UTC")
INSTANTS = ("published_at", "modified_at", "first_seen", "fetched_at")
"""Fields that are points in time; `published` and `modified` are texts, as pages state them."""
DAYS = ("published_day",)


def write_parquet(file: BinaryIO, records: Iterable[Mapping[str, object]], fields: tuple[Field, ...]) -> int:
    """Write a Parquet table, row group by row group, and return the number of rows."""
    schema = table_schema(fields)
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in batches(records):
            writer.write_table(pa.Table.from_pylist([_row(record) for record in rows], schema=schema))
            count += len(rows)
    return count


def batches(records: Iterable[Mapping[str, object]]) -> Iterator[list[Mapping[str, object]]]:
    """Yield the records in lists of BATCH_ROWS or BATCH_CHARACTERS of text, whichever is reached first."""
    batch: list[Mapping[str, object]] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(str(record["text"]))
        if len(batch) >= BATCH_ROWS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _row(record: Mapping[str, object]) -> dict[str, object]:
    row = dict(record)
    for name in INSTANTS:
        row[name] = instant(record[name])
    for name in DAYS:
        day = record[name]
        row[name] = date.fromisoformat(str(day)) if day else None
    return row


def instant(text: object) -> datetime | None:
    """Return the point in time that a stated time is, or None where it leaves that open.

    >>> instant("2026-11-20T08:30:00+01:00")
    datetime.datetime(2026, 11, 20, 7, 30, tzinfo=datetime.timezone.utc)
    >>> instant("2026-11-20T08:30:00"), instant("2026-11-20"), instant(None)
    (None, None, None)
    """
    try:
        time = datetime.fromisoformat(str(text))
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def table_schema(fields: tuple[Field, ...]) -> pa.Schema:
    """Return the columns of a table, one a field."""
    kinds = dict.fromkeys(INSTANTS, INSTANT) | dict.fromkeys(DAYS, pa.date32())
    return pa.schema([pa.field(field.name, kinds.get(field.name) or _arrow_type(field.type)) for field in fields])


def _arrow_type(schema: Mapping[str, Any]) -> pa.DataType:
    """Return the column type of a field's JSON Schema."""
    kind = schema.get("type", "string")  # an enumeration of names has no type of its own
    if isinstance(kind, list):
        kind = next(name for name in kind if name != "null")
    if kind == "array":
        return pa.list_(_arrow_type(schema["items"]))
    if kind == "object" and "properties" in schema:
        return pa.struct([(name, _arrow_type(value)) for name, value in schema["properties"].items()])
    if kind == "object":
        return pa.map_(pa.string(), _arrow_type(schema["additionalProperties"]))
    return {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}[kind]
