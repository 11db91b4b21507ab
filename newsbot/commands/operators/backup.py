"""`scrapy backup`: a copy of the store, made while crawls go on, and checked."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.process import ExitStatus, NewsbotError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Command(NewsbotCommand, ScrapyCommand):
    """Copies the store into a file, as it is at one moment, and proves that the copy is whole."""

    example = "scrapy backup /mnt/backups/newsbot-2026-11-20.db"

    def syntax(self) -> str:
        return "FILE [--force]"

    def short_desc(self) -> str:
        return "Copy the store into a file, while crawls go on, and check the copy"

    def long_desc(self) -> str:
        return (
            "Copy the store into a file, as it is at one moment; crawls may be at work meanwhile. Every page and index "
            "of the copy is looked at, and its tables are counted, before it gets its name. scrapy restore brings it "
            "back. A store in PostgreSQL is written by pg_dump, in its custom format; where there is no pg_dump, the "
            "line to run is printed, and the exit status is 1."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("file", metavar="FILE", type=Path, help="where to, such as newsbot-2026-11-20.db")
        parser.add_argument("--force", action="store_true", help="write over a file that is there (default: no)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.store.database import require_file, sqlite_file

        store = sqlite_file(self.store_url)
        if store is not None:
            require_file(store)
        _refuse_a_place_that_is_taken(opts.file, store, force=opts.force)
        if store is not None:
            _copy(store, opts.file)
        else:
            with self.open_store() as engine:
                dump(engine, opts.file)
        return ExitStatus.WHOLE


def _refuse_a_place_that_is_taken(file: Path, store: Path | None, *, force: bool) -> None:
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a file in it")
    if not file.parent.is_dir():
        raise UsageError(f"{file} cannot be written: {file.parent} is no folder")
    if file.exists() and store is not None and file.samefile(store):
        raise UsageError(f"{file} is the store itself")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already; name another file, or write over it with --force")


def _copy(store: Path, file: Path) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from newsbot.atomic import atomic_path
    from newsbot.process import utc_now
    from newsbot.store.maintenance import backup

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        atomic_path(file) as made,
    ):
        task = progress.add_task("copying", total=None)

        def told(done: int, total: int) -> None:
            is_copied = done == total
            progress.update(task, completed=done, total=total, description="checking" if is_copied else "copying")

        moment = utc_now()
        contents = backup.copy(store, made, told=told)
        size = made.stat().st_size
    print(f"{store} as of {moment} is in {file} ({size / 1e6:,.1f} MB), opened and checked: {told_of(contents.rows)}")


def told_of(rows: dict[str, int]) -> str:
    """Say what a store has, by the rows of its tables.

    >>> told_of({"articles": 1200, "revisions": 1301, "runs": 7})
    'articles 1,200, versions 1,301, runs 7'
    """
    return f"articles {rows['articles']:,}, versions {rows['revisions']:,}, runs {rows['runs']:,}"


def dump(engine: Engine, file: Path) -> None:
    """Let pg_dump write a PostgreSQL store into a file, and read its table of contents back. Raises NewsbotError."""
    from newsbot.atomic import atomic_path
    from newsbot.store.database import current_schema
    from newsbot.store.schema import metadata

    schema = current_schema(engine)
    line = ["pg_dump", "--format=custom", "--no-owner", f"--schema={schema}", f"--dbname={address_of(engine)}"]
    if shutil.which("pg_dump") is None or shutil.which("pg_restore") is None:
        raise NewsbotError(
            f"the store is in PostgreSQL, and there is no pg_dump here; where there is one: "
            f"{shlex.join([*line, f'--file={file}'])}"
        )
    password = engine.url.password
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    with atomic_path(file) as made:
        _run([*line, f"--file={made}"], environment)
        listed = _run(["pg_restore", "--list", str(made)], environment)
        missing = [name for name in metadata.tables if f" TABLE DATA {schema} {name} " not in listed]
        if missing:
            raise NewsbotError(f"pg_dump left out the table {missing[0]}")
        size = made.stat().st_size
    print(f"{engine.url.render_as_string(hide_password=True)} is in {file} ({size / 1e6:,.1f} MB), by pg_dump")


def address_of(engine: Engine) -> str:
    """Return the address of a PostgreSQL store as PostgreSQL's own programs take it, without a password."""
    url = engine.url.difference_update_query(["options"]).set(drivername="postgresql", password=None)
    return url.render_as_string(hide_password=False)


def _run(line: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (our own line)
    if done.returncode:
        said = (done.stderr.strip() or f"status {done.returncode}").splitlines()
        raise NewsbotError(f"{line[0]} failed: {said[-1]}")
    return done.stdout
