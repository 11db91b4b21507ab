"""The tables that analysts get: ``articles``, and beside it ``revisions``, ``clusters``, ``coverage`` and ``dropped``.

What a table is (its fields, with their meanings, and its keys) stands here alone; what a format makes of a field
follows from ``kind_of``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import Connection, Select

from newsbot.export.record import DUPLICATE_FIELDS, FIELDS, Field, to_record
from newsbot.process import UsageError
from newsbot.sources import did_you_mean
from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED
from newsbot.store.views import tables as views
from newsbot.store.views.selection import Selection, count, selected

Record = Mapping[str, object]
Kind = Literal["text", "integer", "number", "boolean", "instant", "day", "list", "object"]
KINDS: dict[str, Kind] = {
    "string": "text", "integer": "integer", "number": "number", "boolean": "boolean", "array": "list",
    "object": "object",
}  # fmt: skip
"""What a column holds, by the type of a JSON Schema."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a table holds."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    """Fields that tell a row from all others."""
    refers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Fields that name a row of another table: its table and field."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class Content:
    """A table and its rows."""

    table: Table
    rows: Iterable[Record]
    """To be read once; they may have more fields than the table."""
    size: Callable[[], int]
    """Counts the rows, where somebody wants to know before they are read."""


def kind_of(field: Field) -> Kind:
    """Return what a column of a field holds.

    >>> [kind_of(field) for field in FIELDS if field.name in ("title", "authors", "published_at", "published_day")]
    ['text', 'list', 'instant', 'day']
    """
    if field.name.endswith("_at") or field.name == "first_seen":
        return "instant"
    if field.type.get("format") == "date":
        return "day"
    name = field.type.get("type", "string")  # an enumeration of names has no type of its own
    return KINDS[next(kind for kind in name if kind != "null") if isinstance(name, list) else name]


def is_optional(field: Field) -> bool:
    """Whether a field may be null: as its type says, and what only copies have."""
    return field in DUPLICATE_FIELDS or "null" in field.type.get("type", ()) or None in field.type.get("enum", ())


def _text(name: str, meaning: str) -> Field:
    return Field(name, {"type": ["string", "null"]}, meaning, None)


def _count(name: str, meaning: str) -> Field:
    return Field(name, {"type": "integer", "minimum": 0}, meaning, 0)


def _counts(name: str, meaning: str) -> Field:
    return Field(name, {"type": "object", "additionalProperties": {"type": "integer"}}, meaning, {})


_OF = {field.name: field for field in (*FIELDS, *DUPLICATE_FIELDS)}
_RUN = Field("run_id", {"type": "string"}, "The run.", None)
_SOURCE = Field("source", {"type": "string"}, "The source.", None)

ARTICLES = Table(
    "articles",
    "Articles as the record has them (docs/data.md).",
    FIELDS,
    key=("id",),
    refers={"cluster_id": ("clusters", "id")},
)
REVISIONS = Table(
    "revisions",
    "Every version of the articles, the present one too.",
    tuple(
        _OF[name]
        for name in (
            "id", "revision", "change", "title", "published", "published_at", "published_day", "modified",
            "modified_at", "word_count", "content_hash", "previous_hash", "fetched_at", "run_id",
        )
    ),
    key=("id", "revision"),
    refers={"id": ("articles", "id")},
)  # fmt: skip
CLUSTERS = Table(
    "clusters",
    "The stories of the articles, also those of one article alone.",
    (
        Field("id", _OF["cluster_id"].type, "The `cluster_id` that all copies of the story share.", "5f0c…"),
        Field("origin", _OF["id"].type, "`id` of the article that is the origin of the story.", "5f0c…"),
        _text("agency", "The news agency whose story it is, where one is credited."),
        _count("members", "How many articles and copies are stored of it, whether or not they were selected."),
        _count("sources", "From how many sources these are: more than one says that it is syndicated."),
        _text("first_at", "When its first member was published, or first seen where that is open (UTC)."),
        _text("last_at", "The same of its last member (UTC)."),
    ),
    key=("id",),
)
COVERAGE = Table(
    "coverage",
    "What each run came to, a row a source: discovered = fetched + not_modified + already_known + skipped + failed, "
    "fetched = new + revised + unchanged + duplicate + rejected.",
    (
        _RUN,
        _SOURCE,
        _text("started_at", "When the run began (UTC)."),
        _text("finished_at", "When it ended (UTC); null while it is at work."),
        _count("discovered", "Addresses that were met."),
        *(_count(name, f"Of those that were discovered: {name}.") for name in OF_DISCOVERED),
        *(_count(name, f"Of those that were fetched: {name}.") for name in OF_FETCHED),
        _counts("reasons", "How many addresses ended so, by `outcome:reason`."),
        _counts("first_tries", "Of addresses that were tried for the first time: how many, and what was lost."),
        _counts("listings", "Feeds, sitemaps and section pages: `read`, `not_modified`, `failed`."),
        Field("notes", {"type": "array", "items": {"type": "string"}}, "What was wrong with them.", []),
    ),
    key=("run_id", "source"),
)
DROPPED = Table(
    "dropped",
    "Addresses that were skipped, failed or rejected, each with its reason, and those whose article was forgotten.",
    (
        replace(_RUN, type={"type": ["string", "null"]}, meaning="The run; null for what was forgotten."),
        replace(_SOURCE, type={"type": ["string", "null"]}, meaning="The source; null for what was forgotten."),
        Field("url", {"type": "string"}, "The address.", "https://example.org/a"),
        _text("via", "Where it was found."),
        Field("outcome", {"type": "string"}, "skipped, failed, rejected or forgotten.", "rejected"),
        Field("reason", {"type": "string"}, "Why (docs/data.md).", "section_page"),
        _text("detail", "What else is known of it; of a forgotten article, why it was."),
        _text("noted_at", "When its run began, or when it was forgotten (UTC)."),
    ),
)


def articles(selection: Selection, names: Sequence[str] = ()) -> Table:
    """Return the table of the selected articles: all fields, or those named, in that order. Raises UsageError.

    >>> articles(Selection(), ["title", "url"]).names
    ('title', 'url')
    """
    fields = FIELDS + (DUPLICATE_FIELDS if selection.duplicates else ())
    known = {field.name: field for field in fields}
    for name in names:
        if name in _OF and name not in known:
            raise UsageError(f"{name} is a field of copies: add --duplicates")
        if name not in known:
            raise UsageError(f"no field is named {name}{did_you_mean(name, known)}; there are: {', '.join(known)}")
    table = _with_fields(ARTICLES, tuple(known[name] for name in names) or fields)
    return replace(table, key=("id", "revision")) if selection.all_revisions and table.key else table


def _with_fields(table: Table, fields: tuple[Field, ...]) -> Table:
    """Return a table with other fields, and the keys that there still are."""
    names = {field.name for field in fields}
    key = table.key if names.issuperset(table.key) else ()
    return replace(table, fields=fields, key=key, refers={n: other for n, other in table.refers.items() if n in names})


def contents(
    connection: Connection,
    selection: Selection,
    names: Sequence[str] = (),
    *,
    takes_all: bool = False,
    by_day: bool = False,
) -> list[Content]:
    """Return the table of the selected articles, with all fields or those named; with ``takes_all`` every table.

    Then each stands behind those that it refers to, ``articles`` has the latest revision of each, and with
    ``selection.all_revisions`` the table of revisions has their texts. ``by_day``: articles in the order of the days
    that they belong to (``day_of``), else of first sight. Raises UsageError for the name of no field.
    """
    dialect = connection.dialect.name

    def chosen(table: Table, selection: Selection, *, by_day: bool = False) -> Content:
        rows = map(to_record, selected(connection, selection, by_day=by_day))
        return Content(table, rows, lambda: count(connection, selection))

    def beside(table: Table, query: Select[Any]) -> Content:
        return Content(table, views.rows(connection, query), lambda: views.size(connection, query))

    if not takes_all:
        return [chosen(articles(selection, names), selection)]
    latest, every = (replace(selection, all_revisions=wanted) for wanted in (False, True))
    table = articles(latest, names)
    texts = (_OF["text"],) if selection.all_revisions else ()
    versions = replace(REVISIONS, fields=REVISIONS.fields + texts, refers=REVISIONS.refers if table.key else {})
    return [
        beside(CLUSTERS, views.stories(selection, dialect)),
        chosen(table, latest, by_day=by_day),
        chosen(versions, every),
        beside(COVERAGE, views.coverage(selection)),
        beside(DROPPED, views.dropped(selection)),
    ]


def day_of(record: Record) -> str:
    """Return the day that an article belongs to: of publication, or of first sight where the page states none."""
    return str(record["published_day"] or str(record["first_seen"])[:10])
