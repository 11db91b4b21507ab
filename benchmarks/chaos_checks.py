"""What benchmarks/chaos.py looks at: a store and its files, the newsroom's log, the processes of this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import orjson
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from newsbot.demo import LoggedRequest, Running
from newsbot.store.database import sqlite_file

SCHEMA = Path(__file__).parents[1] / "newsbot" / "export" / "article.schema.json"
OF_DISCOVERED = ("fetched", "not_modified", "already_known", "skipped", "failed")
OF_FETCHED = ("new", "revised", "unchanged", "duplicate", "rejected")
OF_OTHERS = ("copy", "original")
"""Changes that an article has by the page of another one, which alone counts in the sums."""


class Asked:
    """A store that is asked from outside, SQLite or PostgreSQL, as it is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._file = sqlite_file(url)

    def query(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask it; nothing where there is no such file or table yet."""
        if self._file and not self._file.exists():
            return []
        engine = create_engine(self.url, poolclass=NullPool, connect_args={"timeout": 30} if self._file else {})
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(sql), values)]
        except (OperationalError, ProgrammingError) as error:
            if "no such table" in str(error) or "UndefinedTable" in str(error):
                return []
            raise
        finally:
            engine.dispose()

    def change(self, sql: str) -> None:
        """Change what is in it."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(sql))
        engine.dispose()

    def urls(self) -> set[str]:
        """Return the addresses of the articles that it has now."""
        return {url for (url,) in self.query("select url from articles")}


UNDELIVERED = """
    select count(*) from outbox left join exports on exports.id = outbox.export_id
    where outbox.export_id is null or exports.done = 0
"""


def fetched_again(running: Running, stored: set[str], requests: list[LoggedRequest]) -> Iterator[str]:
    """Yield the faults of a round: pages that were sent although they were stored before it began."""
    for request in requests:
        home = urlsplit(running.urls[request.site])
        url = f"{home.scheme}://{home.netloc}{request.path}"
        if url in stored and request.status == 200:
            yield f"fetched again: {url}"


def living(session: int) -> list[int]:
    """Return the living processes of a session (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and session in (int(fields[2]), int(fields[3])):
            found.append(int(entry.parent.name))
    return found


def lines_of(places: Sequence[Path], *folders: str) -> list[dict[str, Any]]:
    """Return every line of the JSON lines files of some folders of all places."""
    paths = [path for place in places for folder in folders for path in sorted((place / folder).glob("*/*.jsonl"))]
    return [line for path in paths for line in map(_parsed, path.read_bytes().splitlines()) if line is not None]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record


def faults_of(places: Sequence[Path], store: Asked, running: Running) -> Iterator[str]:
    """Yield every promise that does not hold over all that was written, with what is needed to find out why."""
    for path in (path for place in places for path in place.glob("*/*/*.jsonl")):
        content = path.read_bytes()
        if not content.endswith(b"\n") or any(_parsed(line) is None for line in content.splitlines()):
            yield f"torn: {path.name}"
    lines = lines_of(places, "articles", "duplicates")
    for (article_id, revision), count in Counter((line["id"], line["revision"]) for line in lines).items():
        if count > 1:
            yield f"twice: {article_id} revision {revision} is on {count} lines"
    found = Counter(line["url"] for line in lines if line["revision"] == 1)
    truth = Counter(expected.url for expected in running.newsroom.truth())
    for url in truth - found:
        yield f"missing: {url}: {_story(store, running, url)}"
    for url in found - truth:
        runs = [line["run_id"] for line in lines if line["url"] == url]
        yield f"too much: {url}: in the files of {runs}: {_story(store, running, url)}"
    validator = jsonschema.Draft202012Validator(orjson.loads(SCHEMA.read_bytes()))
    for line in lines:
        for error in validator.iter_errors(line):
            yield f"invalid: {line['url']}: {error.message}"
    yield from _wrong_sums(places, lines)
    for place in places:
        for path in (
            *place.rglob("*.tmp"),
            *place.glob("newsbot.db-crawls/*"),
            *place.glob(".compacting"),
            *place.rglob(".joined"),
        ):
            yield f"left behind: {path.relative_to(place)}"
    for run_id, status in store.query("select id, status from runs where status in ('running', 'exporting')"):
        yield f"run {run_id} is {status} for ever"
    for (count,) in store.query(UNDELIVERED):
        if count:
            yield f"stored and not delivered: {count} rows of the outbox"
    for (state,) in store.query("pragma integrity_check") if sqlite_file(store.url) else ():
        if state != "ok":
            yield f"database: {state}"


def _wrong_sums(places: Sequence[Path], lines: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the accounts whose sums are wrong: in themselves, or beside the run's lines in the files."""
    told: Counter[str] = Counter()
    for account in (line for line in lines_of(places, "coverage") if "discovered" in line):
        told[account["run_id"]] += account["new"] + account["revised"] + account["duplicate"]
        for total, parts in (("discovered", OF_DISCOVERED), ("fetched", OF_FETCHED)):
            if account[total] != sum(account[part] for part in parts):
                yield f"sums: {total} of {account}"
    written = Counter(line["run_id"] for line in lines if line["change"] not in OF_OTHERS)
    for run_id in told.keys() | written.keys():
        if told[run_id] != written[run_id]:
            yield f"sums: run {run_id} counts {told[run_id]} articles and has {written[run_id]} lines"


def _story(store: Asked, running: Running, url: str) -> str:
    """Tell what the store and the newsroom know of an address, and what was read of its site's listings."""
    waiting = store.query("select status, reason, tries, changed_at from frontier where url = :url", url=url)
    met = store.query("select run_id, outcome, reason, detail from ledger where url = :url", url=url)
    site = next((name for name, home in running.urls.items() if url.startswith(home)), "")
    answered = [request.status for request in running.requests() if request.site == site and url.endswith(request.path)]
    listings = store.query("select url, next_page, sub_sitemaps, read_at from listings where source = :site", site=site)
    return f"frontier {waiting}, ledger {met}, answered {answered}, listings {listings}"
