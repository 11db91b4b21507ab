"""Tables as Parquet, with types and times that databases and data frames understand: a file, or a folder of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from newsbot.export.record import Field
from newsbot.export.tables import Content, Kind, Record, day_of, kind_of

BATCH_ROWS = 5_000
BATCH_CHARACTERS = 4_000_000
"""Bounds of one row group, so that memory stays bounded however many rows there are."""
SCALARS: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "instant": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
}


def write_parquet(file: BinaryIO, content: Content) -> int:
    """Write a Parquet file, row group by row group, and return the number of rows."""
    count = 0
    with parquet_writer(file, content.table.fields) as writer:
        for rows in batches(content.rows):
            writer.write_table(arrow_table(rows, content.table.fields))
            count += len(rows)
    return count


def parquet_writer(file: BinaryIO, fields: Sequence[Field]) -> pq.ParquetWriter:
    """Return what writes tables of these fields into an open file, each as a row group."""
    return pq.ParquetWriter(file, arrow_schema(fields), compression="zstd")


def write_folder(folder: Path, contents: Iterable[Content]) -> dict[str, int]:
    """Write a folder for each table, and return the number of rows by table.

    ``articles`` are partitioned by day as in Hive: articles/day=2026-11-20/part-0.parquet. Articles come in the order
    of ``tables.day_of``.
    """
    return {content.table.name: _write_table(folder / content.table.name, content) for content in contents}


def _write_table(folder: Path, content: Content) -> int:
    if content.table.name != "articles":
        return _write_part(folder, content)
    parts = (
        _write_part(folder / f"day={day}", Content(content.table, rows, content.size))
        for day, rows in groupby(content.rows, day_of)
    )
    return sum(parts) or _write_part(folder, Content(content.table, [], content.size))


def _write_part(folder: Path, content: Content) -> int:
    folder.mkdir(parents=True)
    with (folder / "part-0.parquet").open("wb") as file:
        return write_parquet(file, content)


def batches(rows: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield rows in lists of BATCH_ROWS or BATCH_CHARACTERS of text, whichever is reached first."""
    batch: list[Record] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(str(row.get("text", "")))
        if len(batch) >= BATCH_ROWS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def arrow_table(rows: Sequence[Record], fields: Sequence[Field]) -> pa.Table:
    """Return rows as columns, one a field; what a row has besides is left out."""
    schema = arrow_schema(fields)
    columns = [_column(field, rows, column.type) for field, column in zip(fields, schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(field: Field, rows: Sequence[Record], type_: pa.DataType) -> pa.Array:
    values = [row.get(field.name) for row in rows]
    match kind_of(field):
        case "instant":
            values = [datetime.fromisoformat(str(value)) if value else None for value in values]
        case "day":
            values = [date.fromisoformat(str(value)) if value else None for value in values]
        case "object":
            values = [list(value.items()) if isinstance(value, dict) else None for value in values]
    return pa.array(values, type_)


def arrow_schema(fields: Sequence[Field]) -> pa.Schema:
    """Return the columns of a table, one a field."""
    return pa.schema([pa.field(field.name, SCALARS.get(kind_of(field)) or _nested(field.type)) for field in fields])


def _nested(schema: Mapping[str, Any]) -> pa.DataType:
    """Return the column type of a JSON Schema of lists and objects."""
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next(name for name in kind if name != "null")
    if kind == "array":
        return pa.list_(_nested(schema["items"]))
    if kind == "object" and "properties" in schema:
        return pa.struct([(name, _nested(value)) for name, value in schema["properties"].items()])
    if kind == "object":
        return pa.map_(pa.string(), _nested(schema["additionalProperties"]))
    return {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}[kind]
