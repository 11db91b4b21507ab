"""How newsbot came to a page, and what it knew of it beforehand: the ``metadata`` record beside its capture.

The capture alone says what a server sent. With this, the same Page can be made of it again.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Self

from newsbot.items import Candidate, Page

MEDIA_TYPE = "application/warc-fields"
"""Content-Type of the record, as of all that is said of a capture and is none (ISO 28500): readers of another kind of
metadata take it for a page. Its WARC-Concurrent-To names the record of the capture, which it follows."""

_FIELD = b"newsbot-provenance: "
_HINTS = {field.name for field in dataclasses.fields(Candidate)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a page was found, in which run, and what was known of it from elsewhere."""

    candidate: Candidate
    """What its finder said, as it was taken into account for the page."""
    aliases: tuple[str, ...]
    """Every address that led to the page, the discovered one first, its own last; at least one."""
    source: str
    """Name of the source that it was fetched for."""
    run: str
    announced: str | None = None
    """Its headline as the listing gave it."""
    opt_outs: tuple[str, ...] = ()
    """What its publisher reserves for the whole host or in headers, names from items.OPT_OUTS."""
    continues: str | None = None
    """The discovered address of the article that this is a further page of; None for a first page."""

    @classmethod
    def of(cls, page: Page, run: str, *, continues: str | None = None) -> Self:
        """Return the provenance of a page that was fetched in a run."""
        return cls(
            candidate=page.candidate,
            aliases=tuple(page.aliases),
            source=page.source,
            run=run,
            announced=page.announced,
            opt_outs=tuple(page.opt_outs),
            continues=continues,
        )

    @classmethod
    def from_bytes(cls, block: bytes) -> Self | None:
        """Return what the block of a record says; None for one that is not newsbot's, as other crawlers write them.

        >>> page = Provenance(candidate=Candidate(url="https://e.org/a", via="feed"), aliases=("https://e.org/a",),
        ...                   source="e", run="r1", opt_outs=("noai",))
        >>> Provenance.from_bytes(page.to_bytes()) == page, Provenance.from_bytes(b"via: https://e.org/\\r\\n")
        (True, None)
        """
        line = next((line for line in block.splitlines() if line.startswith(_FIELD)), b"")
        try:
            said: dict[str, Any] = json.loads(line.removeprefix(_FIELD))
            hints = {name: value for name, value in said["candidate"].items() if name in _HINTS}
            return cls(
                candidate=Candidate(**hints),
                aliases=tuple(said["aliases"]),
                source=said["source"],
                run=said["run"],
                announced=said.get("announced"),
                opt_outs=tuple(said.get("opt_outs", ())),
                continues=said.get("continues"),
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def to_bytes(self) -> bytes:
        """Return the block of the record: one field, which has JSON in ASCII, without what is empty."""
        said = dataclasses.asdict(self)
        said["candidate"] = _stated(said["candidate"])
        return _FIELD + json.dumps(_stated(said), separators=(",", ":")).encode() + b"\r\n"


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], ())}
