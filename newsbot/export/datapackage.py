"""What an export says of itself: a data package (https://datapackage.org) with the meaning of every field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from newsbot import __version__
from newsbot.export.record import Field
from newsbot.export.tables import Kind, Table, is_optional, kind_of
from newsbot.items import RECORD_SCHEMA

NAME = "datapackage.json"
OURS = "newsbot"
"""Of a package that newsbot wrote: its version."""
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES: dict[Kind, str] = {"text": "string", "instant": "datetime", "day": "date", "list": "array"}
"""What the standard calls the kinds that it has other names for."""
MEDIA_TYPES = {
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "sqlite": "application/vnd.sqlite3",
    "duckdb": "application/vnd.duckdb",
}


def described(
    name: str, tables: Sequence[Table], paths: Mapping[str, Sequence[str]], format_: str, *, now: str
) -> bytes:
    """Return the package of an export: its tables, and the files of each, as they lie beside the package."""
    package = {
        "$schema": PROFILE,
        "name": name.lower(),
        "title": "Articles collected by newsbot",
        "version": f"{RECORD_SCHEMA}.0.0",
        "created": now,
        OURS: __version__,
        "resources": [_resource(table, paths[table.name], format_, beside=paths) for table in tables],
    }
    return orjson.dumps(package, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def is_ours(package: bytes) -> bool:
    """Whether a data package is one that newsbot wrote."""
    try:
        found = orjson.loads(package)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and OURS in found


def _resource(table: Table, paths: Sequence[str], format_: str, *, beside: Collection[str]) -> dict[str, Any]:
    plain, _, packing = format_.partition(".")
    resource: dict[str, Any] = {
        "name": table.name,
        "description": table.meaning,
        "type": "table",
        "path": paths[0] if len(paths) == 1 else list(paths),
        "format": plain,
        "mediatype": MEDIA_TYPES[plain],
    }
    if packing:
        resource["compression"] = packing
    if plain in ("jsonl", "csv"):
        resource["encoding"] = "utf-8"
    if plain in ("sqlite", "duckdb"):
        resource["dialect"] = {"table": table.name}
    return resource | {"schema": _schema(table, plain, beside)}


def _schema(table: Table, format_: str, beside: Collection[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(field, format_) for field in table.fields]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    keys = [
        {"fields": [name], "reference": {"resource": other, "fields": [its]}}
        for name, (other, its) in table.refers.items()
        if other in beside
    ]
    if keys:
        schema["foreignKeys"] = keys
    return schema


def _field(field: Field, format_: str) -> dict[str, Any]:
    kind = kind_of(field)
    is_joined = format_ == "csv" and kind == "list" and field.type["items"]["type"] == "string"
    described: dict[str, Any] = {
        "name": field.name,
        "type": "string" if is_joined else TYPES.get(kind, kind),
        "description": field.meaning,
    }
    constraints: dict[str, object] = {name: field.type[name] for name in ("minimum", "maximum") if name in field.type}
    if "enum" in field.type:
        constraints["enum"] = [value for value in field.type["enum"] if value is not None]
    if not (is_optional(field) or kind in ("list", "object")):
        constraints["required"] = True
    return described | ({"constraints": constraints} if constraints else {})
