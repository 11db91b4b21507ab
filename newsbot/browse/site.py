"""The site: Datasette with our pages in front, read-only, for this machine alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any

import yaml
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from sqlalchemy import Engine

from newsbot.browse import pages
from newsbot.browse.pages import LONGEST_VALUE
from newsbot.export.formats import cell
from newsbot.process import utc_now

HERE = Path(__file__).parent
METADATA = HERE / "datasette.yaml"
NAME = "newsbot"
"""Of the database among Datasette's."""
SETTINGS = {
    "sql_time_limit_ms": 5_000,
    "max_returned_rows": 1_000,
    "max_csv_mb": 50,
    "default_page_size": 50,
    "truncate_cells_html": 300,
    "allow_download": False,  # a copy of the file alone lacks what is in its WAL
    "suggest_facets": False,
}
HEADERS = {
    # No script, no frame, nothing from elsewhere; pages of Datasette do without their scripts too.
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

csv.field_size_limit(LONGEST_VALUE)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$", re.ASCII)

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]


class Site(Datasette):  # type: ignore[misc]
    """A Datasette that knows the store; pages read through its engine, SQL of a reader's the file of SQLite."""

    def __init__(self, engine: Engine, file: Path | None, *, now: Callable[[], str] = utc_now) -> None:
        """``file``: where the store is, if it is SQLite's; each request opens it to read, and locks nothing."""
        if not pm.is_registered(pages):
            pm.register(pages)
        super().__init__(
            metadata=yaml.safe_load(METADATA.read_text("utf-8")),
            settings=SETTINGS,
            template_dir=str(HERE / "templates"),
            static_mounts=[("static", str(HERE / "static"))],
        )
        self.engine = engine
        self.now = now
        self.remove_database("_memory")
        if file is not None:  # not declared immutable: SQLite would not look at the WAL, and crawls may be writing
            self.add_database(Database(self, path=str(file), is_mutable=True), name=NAME)

    @property
    def has_sql(self) -> bool:
        """Whether readers can ask in SQL."""
        return NAME in self.databases


def application(site: Site, port: int) -> Application:
    """Return a site as an ASGI application that answers for this machine's own names at a port, and no other.

    Else a page of the web could have its own name lead here, and read the store by script (DNS rebinding).
    """
    names = ["127.0.0.1", "localhost", "[::1]"]
    hosts = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())
    return _guarded(site.app(), hosts)


def _guarded(app: Application, hosts: Collection[str]) -> Application:
    async def guarded(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope["type"] == "http":
            send = _with_headers(send)
            asked = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
            if len(asked) != 1 or asked[0] not in hosts:
                await _refuse(send, 400, f"This is not the site of that name; it is http://{min(hosts)}/\n")
                return
            if scope["method"] not in ("GET", "HEAD"):
                await _refuse(send, 405, "Everything here is for reading alone.\n")
                return
            if scope["path"].endswith(".csv"):
                send = _Defusing(send)
        await app(scope, receive, send)

    return guarded


def _with_headers(send: Send) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message.get("headers", []) if name.decode().lower() not in HEADERS]
            message = {
                **message,
                "headers": kept + [(name.encode(), value.encode()) for name, value in HEADERS.items()],
            }
        await send(message)

    return told


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why.encode()})


class _Defusing:
    """Sends a CSV table on with nothing in it that a spreadsheet takes for a formula."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self._waiting += message.get("body", b"")
            is_last = not message.get("more_body")
            # An even number of quotation marks and a line's end: whole rows.
            is_whole = self._waiting.endswith(b"\n") and self._waiting.count(b'"') % 2 == 0
            table, self._waiting = (self._waiting, b"") if is_last or is_whole else (b"", self._waiting)
            message = {**message, "body": _defused(table.decode("utf-8", "replace")).encode()}
        await self._send(message)


def _defused(table: str) -> str:
    """Return rows of CSV with their cells as an export has them.

    >>> _defused('id,title\\r\\n-1,"=HYPERLINK(""http://e.org/"")"\\r\\n')
    'id,title\\r\\n-1,"\\'=HYPERLINK(""http://e.org/"")"\\r\\n'
    """
    rows = io.StringIO()
    writer = csv.writer(rows)
    for row in csv.reader(io.StringIO(table, newline="")):
        writer.writerow(value if _NUMBER.match(value) else cell(value) for value in row)
    return rows.getvalue()
