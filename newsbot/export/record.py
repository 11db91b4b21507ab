"""The exported record: its fields, the one source of the JSON Schema and of the dictionary docs/data.md.

``make schema`` writes both anew; a test fails while they differ from this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from newsbot.items import (
    CHANGES,
    CHANNELS,
    CONFIDENCES,
    FAIL_REASONS,
    KINDS,
    KNOWN_REASONS,
    OPT_OUTS,
    PRECISIONS,
    RECORD_SCHEMA,
    REJECTION_REASONS,
    RELATIONS,
    SKIP_REASONS,
)
from newsbot.store.documents import companions

SCHEMA_FILE = Path(__file__).with_name("article.schema.json")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record."""

    name: str
    type: dict[str, Any]
    """JSON Schema of the value."""
    meaning: str
    example: object


def _text(**more: object) -> dict[str, Any]:
    return {"type": "string", **more}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


_TIME = _text(
    pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$",
)
_UTC = _text(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
_ID = _text(pattern="^[0-9a-f]{20}$")
_HASH = _text(pattern="^[0-9a-f]{64}$")
_NAMES = {"type": "array", "items": _text(minLength=1)}
_REMOVED = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"text": _text(), "reason": _text(), "pattern": _maybe(_text())},
        "required": ["text", "reason", "pattern"],
        "additionalProperties": False,
    },
}

FIELDS = (
    Field("id", _ID, "Stable identity, made from the canonical URL.", "5f0c…"),
    Field("url", _text(format="uri"), "Canonical address, without trackers.", "https://example.org/a"),
    Field(
        "source",
        _text(minLength=1),
        "Name of the source whose home is on the site of the article; where there is none, of the one that found it.",
        "example",
    ),
    Field("site_name", _maybe(_text()), "Name by which the site calls itself.", "The Example"),
    Field("title", _text(minLength=1), "Headline as readers see it, without the site's name.", "A headline"),
    Field("authors", _NAMES, "Names of people or agencies, else of the outlet or desk that signs.", ["Ana Silva"]),
    Field(
        "published",
        _maybe(_TIME),
        "First publication, RFC 3339 with the page's own offset; a local time where the page states none, "
        "a date alone where it states no more. A page that tells only of its last update has that here, too.",
        "2026-11-20T08:30:00+01:00",
    ),
    Field(
        "published_at",
        _maybe(_UTC),
        "The same as a point in time, in UTC; null where the page leaves it open: a day alone, a time without offset.",
        "2026-11-20T07:30:00Z",
    ),
    Field("published_day", _maybe(_text(format="date")), "The page's own calendar day of it.", "2026-11-20"),
    Field("modified", _maybe(_TIME), "Last modification that the page states.", None),
    Field("modified_at", _maybe(_UTC), "The same as a point in time, in UTC, as `published_at`.", None),
    Field(
        "published_precision",
        {"enum": [*PRECISIONS, None]},
        "How exact `published` is.",
        "second",
    ),
    Field("language", _maybe(_text(pattern="^[a-z]{2,3}$")), "ISO 639 code, told from the text.", "en"),
    Field("section", _maybe(_text()), "Section of the site.", "World"),
    Field("tags", _NAMES, "Keywords and tags that the page states.", ["energy"]),
    Field("image", _maybe(_text(format="uri")), "Address of the lead image.", None),
    Field("summary", _maybe(_text()), "Standfirst or description that the page states.", None),
    Field("text", _text(minLength=1), "The article alone, paragraphs parted by a blank line.", "First…"),
    Field("word_count", {"type": "integer", "minimum": 1}, "Words in `text`.", 312),
    Field(
        "text_confidence",
        {"enum": [*CONFIDENCES, None]},
        "How sure it is that `text` is the article and all of it: see below, with how many are wrong; null in records "
        "of a newsbot that did not say.",
        "high",
    ),
    Field("kind", {"enum": list(KINDS)}, "Form of the article.", "article"),
    Field(
        "paywalled",
        {"type": ["boolean", "null"]},
        "Whether the page says that part of it is for subscribers; null where nothing tells.",
        None,
    ),
    Field(
        "opt_outs",
        {"type": "array", "items": {"type": "string", "enum": list(OPT_OUTS)}},
        "What the publisher reserves: mining of text and data (W3C TDMRep), use by AI, of images too, archiving.",
        ["noai"],
    ),
    Field("agency", _maybe(_text()), "News agency that byline, dateline or credit line name.", "Reuters"),
    Field("content_hash", _HASH, "SHA-256 of the words of `text`.", "9f86…"),
    Field("previous_hash", _maybe(_HASH), "`content_hash` of the version before; null for the first.", None),
    Field("revision", {"type": "integer", "minimum": 1}, "1 for the first version, then 2, 3, …", 1),
    Field(
        "change",
        {"enum": [*CHANGES, None]},
        "What this version changed; null for the first. `removed`: the page is gone; `copy`: it has turned out to be "
        "a copy of another article; `original`: it was taken for a copy and is the origin. The text is the last seen. "
        "`re-extracted`: the same page, read by a later newsbot; the outlet has changed nothing.",
        None,
    ),
    Field("cluster_id", _ID, "Shared by all copies of one story.", "5f0c…"),
    Field("discovered_via", {"enum": list(CHANNELS)}, "Where its address was found.", "feed"),
    Field("first_seen", _TIME, "When newsbot first stored it (UTC).", "2026-11-20T08:41:02Z"),
    Field(
        "fetched_at",
        _maybe(_TIME),
        "When this version was fetched (UTC); null where the archive that it comes from does not say.",
        "2026-11-20T08:41:01Z",
    ),
    Field("run_id", _text(minLength=1), "The run that fetched it.", "20261120T084000Z-1c9a07e3"),
    Field(
        "extractor",
        _text(minLength=1),
        "Who decided of the text, then who was asked, with their versions (NEWSBOT_EXTRACTOR).",
        "newsbot/0.1.0 trafilatura/2.3.1",
    ),
    Field(
        "origins",
        {"type": "object", "additionalProperties": _text()},
        "For each field, where its value came from: json-ld, opengraph, meta, microdata, html, script, feed, "
        "url, text or none.",
        {"title": "json-ld"},
    ),
    Field("removed", _REMOVED, "What cleaning took out of the text, and why.", []),
    Field("schema", {"type": "integer", "minimum": 2}, "Version of this record: what its fields are.", RECORD_SCHEMA),
)

DUPLICATE_FIELDS = (
    Field(
        "duplicate_of",
        _ID,
        "`id` of the article that is the origin of the story, as far as was known then; of a round-up, of the largest "
        "of its articles.",
        "5f0c…",
    ),
    Field(
        "similarity",
        {"type": "number", "minimum": 0, "maximum": 1},
        "Three-word shingles in common: share of both texts', for an excerpt of the shorter one's; 1.0 for the "
        "same words; of a round-up, the share that known articles make up.",
        1.0,
    ),
    Field(
        "relation",
        {"enum": list(RELATIONS)},
        "Another address of the same site, a copy on another site, one text is a part of the other, or the page "
        "strings several articles together.",
        "syndicated",
    ),
    Field("origin", _ID, "The same: the story's member that is its origin.", "5f0c…"),
)

LATER_FIELDS: dict[str, object] = {
    "text_confidence": None,
    "opt_outs": [],
    "agency": None,
    "previous_hash": None,
    "change": None,
}
"""Fields that documents stored by an earlier newsbot lack, with what they stand at there."""
NAMES = tuple(field.name for field in FIELDS)


def to_record(document: Mapping[str, Any], *, with_removed: bool = True) -> dict[str, object]:
    """Return the exported form of a stored article: the fields in their order, nothing else."""
    fields = FIELDS + (DUPLICATE_FIELDS if document.get("duplicate_of") else ())
    told = companions(document["published"], document["modified"])
    document = {**LATER_FIELDS, **document, **told, "schema": RECORD_SCHEMA}
    record = {field.name: document[field.name] for field in fields}
    if not with_removed:
        record["removed"] = []
    return record


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a line of output/articles or output/duplicates."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "newsbot article",
        "description": "One line of output/articles, or of output/duplicates with four fields more.",
        "type": "object",
        "properties": {
            field.name: {**field.type, "description": field.meaning} for field in (*FIELDS, *DUPLICATE_FIELDS)
        },
        "required": list(NAMES),
        "additionalProperties": False,
        "dependentRequired": {
            field.name: [other.name for other in DUPLICATE_FIELDS if other is not field] for field in DUPLICATE_FIELDS
        },
    }


def dictionary() -> str:
    """Return docs/data.md's table of fields as Markdown."""
    rows = ["| field | type | meaning | example |", "| --- | --- | --- | --- |"]
    for field in (*FIELDS, *DUPLICATE_FIELDS):
        example = orjson.dumps(field.example).decode()
        rows.append(f"| `{field.name}` | {_type_name(field.type)} | {field.meaning} | `{example}` |")
    return "\n".join(rows)


def _type_name(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " \\| ".join("null" if value is None else str(value) for value in schema["enum"])
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(f"{name} of {schema['items']['type']}s" if name == "array" else name for name in names)


def reasons(table: Mapping[str, str]) -> str:
    """Return a table of reasons as Markdown."""
    rows = [f"| `{name}` | {meaning} |" for name, meaning in table.items()]
    return "\n".join(["| reason | meaning |", "| --- | --- |", *rows])


def fill(page: str, parts: Mapping[str, str]) -> str:
    """Put each part between its marks in a Markdown page.

    >>> fill("a <!-- x -->old<!-- /x --> b", {"x": "new"})
    'a <!-- x -->\\nnew\\n<!-- /x --> b'
    """
    for name, part in parts.items():
        before, _, rest = page.partition(f"<!-- {name} -->")
        after = rest.partition(f"<!-- /{name} -->")[2]
        page = f"{before}<!-- {name} -->\n{part}\n<!-- /{name} -->{after}"
    return page


def contract(root: Path) -> dict[Path, str]:
    """Return what the schema and the dictionary must say, by file."""
    page = root / "docs" / "data.md"
    parts = {
        "fields": dictionary(),
        "known": reasons(KNOWN_REASONS),
        "skipped": reasons(SKIP_REASONS),
        "failed": reasons(FAIL_REASONS),
        "rejected": reasons(REJECTION_REASONS),
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {
        SCHEMA_FILE: orjson.dumps(schema(), option=options).decode(),
        page: fill(page.read_text("utf-8"), parts),
    }
