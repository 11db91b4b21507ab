"""Opening the database: SQLite by default, PostgreSQL by URL, one schema brought up to date by Alembic.

SQLite runs in WAL mode with synchronous=NORMAL: a killed process loses nothing that was committed, a power cut at most
the last commits. ``durable()`` closes that gap where files follow the store.

What a site sends can be such that it cannot be stored, and that costs its record (Unstorable); a database that cannot
be used is a StoreError. ``_is_of_values`` tells the one from the other.

Whoever opens an engine disposes of it.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import (
    ClauseElement,
    Connection,
    Dialect,
    Engine,
    Insert,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.sql.compiler import SQLCompiler

from newsbot.process import UsageError
from newsbot.store import Conflict, StoreError, Unstorable
from newsbot.store.schema import REVISION, metadata

LOCK_TIMEOUT = 30.0
"""Seconds that a writer waits for another process's transaction."""
CHUNK = 2000
"""Values of one IN list, or rows of one call; SQLite takes 32,766 parameters a statement."""
SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
    "secure_delete": "ON",  # what goes is overwritten: whoever has an article removed finds no more of it in the file
    "cache_size": -16_384,  # KB: the upper levels of every index
    "wal_autocheckpoint": 4000,  # pages: one write in a hundred brings the file up to date, not one in twenty-five
}
"""What every connection to SQLite begins with; sizes measured with benchmarks/dedupe.py on a million articles."""

NUMBERED = tuple(
    (table.name, column.name) for table in metadata.sorted_tables if (column := table.autoincrement_column) is not None
)
"""Tables whose rows the database numbers, each with the column."""
WATCHED = "newsbot watches"
"""Where a connection says whom to tell of a StoreError."""
OF_OTHERS = ("40001", "40P01", "53200")
"""SQLSTATEs of what others are the reason of: not to be put in a row with them, a deadlock, no room for a lock."""
MAX_FAULT = 300
"""Characters of a driver's own words that a message has; some quote the value that they complain of."""

_T = TypeVar("_T")

logger = logging.getLogger("newsbot")


def store_url(database_url: str, output: Path) -> str:
    """Return the store's address: NEWSBOT_DATABASE_URL, or SQLite in the output folder where that is empty.

    >>> store_url("", Path("output"))
    'sqlite:///output/newsbot.db'
    """
    return database_url or f"sqlite:///{output / 'newsbot.db'}"


def database_url(address: str) -> URL:
    """Return an address as SQLAlchemy reads it, with the one driver that newsbot has for PostgreSQL.

    Raises ArgumentError.

    >>> database_url("postgresql://news@db.example/news").drivername
    'postgresql+psycopg'
    """
    url = make_url(address)
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite store; None for another database or none at all.

    >>> sqlite_file("postgresql+psycopg://localhost/news") is None
    True
    """
    try:
        parsed = database_url(url)
    except ArgumentError:
        return None
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def open_existing(url: str, *, told: Callable[[str], None] = logger.info) -> Engine:
    """Open a store to read what is in it, and make none where there is none.

    Raises StoreError as open_engine() does, and UsageError for a SQLite file that does not exist.
    """
    if (path := sqlite_file(url)) is not None:
        require_file(path)
    return open_engine(url, told=told)


def require_file(path: Path) -> None:
    """Raise UsageError where there is no file of a SQLite store."""
    if not path.exists():
        raise UsageError(
            f"there is no store at {path}; collect something first (scrapy crawl news), or say where it is: "
            "-s NEWSBOT_OUTPUT=FOLDER or NEWSBOT_DATABASE_URL"
        )


def open_engine(address: str, *, told: Callable[[str], None] = logger.info) -> Engine:
    """Open a database, make or upgrade its tables, and return the engine; ``told`` hears of an upgrade that begins.

    Raises StoreError for an address that names no database, a database that cannot be reached or is damaged, and one
    that a newer newsbot has written. Passwords never appear in the message.
    """
    try:
        url = database_url(address)
        is_sqlite = url.get_backend_name() == "sqlite"
        if is_sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        if is_sqlite:
            of_kind: dict[str, Any] = {"connect_args": {"timeout": LOCK_TIMEOUT, "check_same_thread": False}}
        else:  # who has waited for a lock sees what others stored meanwhile, whatever the server is told to prefer
            of_kind = {"isolation_level": "READ COMMITTED"}
        engine = create_engine(url, hide_parameters=True, **of_kind)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(
            f"the address of the store names no database that newsbot can open ({error}); there are sqlite:///FILE and "
            "postgresql://USER@HOST/NAME (NEWSBOT_DATABASE_URL)"
        ) from None
    except OSError as error:
        raise StoreError(f"the folder of the database cannot be made: {error}") from None
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine.dialect, "handle_error", _as_store_error)
    try:
        _migrate(engine, told)
        _mend_sequences(engine)
    except sqlite3.Error as error:  # from _prepare_sqlite, which SQLAlchemy does not watch over
        engine.dispose()
        raise StoreError(_unusable(engine.url, error)) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes too late for read-then-write decisions; _begin_sqlite issues it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in SQLITE_PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("newsbot_reading")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _as_store_error(context: ExceptionContext) -> BaseException | None:
    """Let every failure of the database, now or later, be an Unstorable or a StoreError."""
    error = context.original_exception
    if not isinstance(error, Exception):
        return None  # somebody ends the process
    url = context.engine.url if context.engine else None
    return _fault(error, context.dialect, url)


def _failure(connection: Connection, error: Exception) -> Exception:
    """Return what an error of the driver is, met without SQLAlchemy, after all that this does about one."""
    note: Callable[[StoreError, Connection], None] | None = connection.info.get(WATCHED)
    fault = _fault(error, connection.dialect, connection.engine.url)
    if isinstance(error, connection.dialect.loaded_dbapi.Error):
        dbapi_connection = connection.connection.dbapi_connection
        if connection.dialect.is_disconnect(error, dbapi_connection, None):
            connection.invalidate(error)
    if isinstance(fault, StoreError) and note:
        note(fault, connection)
    return fault


def _fault(error: Exception, dialect: Dialect, url: URL | None) -> Unstorable | StoreError:
    if _is_of_values(error, dialect.loaded_dbapi):
        return Unstorable(f"the database cannot store it: {_said(error, url)}")
    if getattr(error, "sqlstate", None) in OF_OTHERS:
        return Conflict(_unusable(url, error))
    return StoreError(_unusable(url, error))


def watch(engine: Engine, broke: Callable[[StoreError], None]) -> None:
    """Tell of the first StoreError of an engine, whoever meets it; who asks the engine for more meets it again.

    So nobody goes on half way with a store that works now and then, and no caller has to think of that. A session whose
    loss is mended by its holder has the option ``newsbot_mends``, one that meets a Conflict by trying again
    ``newsbot_tries_again``.
    """
    met: list[StoreError] = []

    def note(error: StoreError, connection: Connection | None) -> None:
        options = connection.get_execution_options() if connection is not None else {}
        is_mended = options.get("newsbot_mends") or (isinstance(error, Conflict) and options.get("newsbot_tries_again"))
        if not met and not is_mended:
            met.append(error)
            broke(error)

    def listen(context: ExceptionContext) -> None:
        if isinstance(error := context.chained_exception, StoreError):
            note(error, context.connection)

    def refuse(connection: Connection) -> None:
        if met:
            connection.close()
            raise met[0]
        connection.info[WATCHED] = note

    event.listen(engine.dialect, "handle_error", listen)
    event.listen(engine, "engine_connect", refuse)


def _is_of_values(error: Exception, driver: Any) -> bool:
    """Whether a failure lies with what was to be stored: a driver or a server refused it, and works on.

    SQLSTATE classes 22 (data), 23 (integrity), 54 (program limits: a row that is too large for its index).
    """
    if not isinstance(error, driver.Error):  # the driver met it before the database: half a surrogate, over 64 bits
        return isinstance(error, (ValueError, TypeError, ArithmeticError))
    if isinstance(error, (driver.DataError, driver.IntegrityError)):
        return True
    if isinstance(error, driver.ProgrammingError) and re.search("binding parameter|cannot adapt", str(error)):
        return True
    return str(getattr(error, "sqlstate", "")).startswith(("22", "23", "54"))


def _unusable(url: URL | None, error: BaseException) -> str:
    shown = url.render_as_string(hide_password=True) if url else ""
    return f"the database {shown} cannot be used: {_said(error, url)}"


def _said(error: BaseException, url: URL | None) -> str:
    """Return what a driver says of an error, in one line without a password; the lines behind show values."""
    said = str(error).strip().partition("\n")[0] or type(error).__name__
    if url is not None and url.password:
        said = said.replace(str(url.password), "***")
    return said[:MAX_FAULT]


def _migrate(engine: Engine, told: Callable[[str], None]) -> None:
    """Bring the tables to the present revision, in one transaction; who comes meanwhile waits, and finds it done."""
    with reading(engine) as connection:
        if _revision(connection) == REVISION:
            return
    with _alone(engine) as connection:
        current = _revision(connection)
        if current != REVISION:
            _upgrade(connection, current, told)


def _revision(connection: Connection) -> str | None:
    known = inspect(connection).has_table("alembic_version")
    return connection.execute(text("select version_num from alembic_version")).scalar() if known else None


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which nobody else changes the tables themselves. SQLite's BEGIN IMMEDIATE sees to that."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            lock = "select pg_advisory_xact_lock(hashtextextended(current_schema() || ' newsbot migrates', 0))"
            connection.execute(text(lock))
        yield connection


def _upgrade(connection: Connection, current: str | None, told: Callable[[str], None]) -> None:
    # It takes a fifth of a second to load, and is seldom needed.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from newsbot.store.maintenance import backup

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    revisions = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in revisions:
        raise StoreError(
            f"the database was written by a newer newsbot (schema {current}, this one knows {REVISION}); "
            "upgrade newsbot, or point NEWSBOT_DATABASE_URL at another database"
        )
    if current is not None:
        path = sqlite_file(connection.engine.url.render_as_string())
        kept = backup.name_before(path, REVISION) if path else None
        beside = f"; as it is now it is kept as {kept}" if kept else ""
        told(f"bringing the store up to date (schema {current} to {REVISION}); a large one takes minutes{beside}")
        if path and kept:
            backup.keep(path, kept)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def current_schema(engine: Engine) -> str:
    """Return the schema of a PostgreSQL database that the store is in."""
    with reading(engine) as connection:
        return str(connection.execute(text("select current_schema()")).scalar_one())


def _mend_sequences(engine: Engine) -> None:
    """Let no sequence of PostgreSQL be behind its table, as it is after rows were copied there by hand.

    The next row would be refused for the number of one that is there.
    """
    if engine.dialect.name != "postgresql":
        return
    behind = " union all ".join(
        f"select '{table}', '{column}' from (select max({column}) as last from {table}) as held "  # noqa: S608
        f"where last > coalesce(pg_sequence_last_value(pg_get_serial_sequence('{table}', '{column}')::regclass), 0)"
        for table, column in NUMBERED
    )
    with reading(engine) as connection:
        found = connection.execute(text(behind)).all()
    if found:
        with _alone(engine) as connection:
            for table, column in found:
                last = f"select setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) from {table}"  # noqa: S608
                connection.execute(text(last))


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, so that it waits for no writer."""
    with engine.connect().execution_options(newsbot_reading=True) as connection:
        yield connection


def persistently(engine: Engine, write: Callable[[Connection], _T], *, turns: int = 4) -> _T:
    """Carry out what writes, in a transaction that is begun anew where others are the reason that it was undone."""
    for _ in range(turns - 1):
        try:
            with engine.connect().execution_options(newsbot_tries_again=True) as connection, connection.begin():
                return write(connection)
        except Conflict:
            continue
    with engine.begin() as connection:
        return write(connection)


@contextmanager
def durable(engine: Engine) -> Iterator[Connection]:
    """Open a writing transaction that has reached the disk, with all before it, when it ends."""
    with engine.connect() as connection:
        _set_synchronous(connection, "FULL")
        try:
            with connection.begin():
                yield connection
        finally:
            _set_synchronous(connection, "NORMAL")


def _set_synchronous(connection: Connection, level: str) -> None:
    """Say how SQLite syncs from now on; outside a transaction, where alone it takes effect. PostgreSQL always does."""
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA synchronous={level}")
        cursor.close()


@contextmanager
def unanswered(connection: Connection) -> Iterator[None]:
    """Send the Statements that write inside without waiting for each answer, where the database takes that.

    None of them gives rows. What one of them fails with is met at the end.
    """
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "postgresql":
        yield
        return
    try:
        with driver.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _failure(connection, error) from error


def upsert(
    connection: Connection,
    table: Table,
    rows: Mapping[str, object] | Sequence[Mapping[str, object]],
    *,
    replacing: Sequence[str] = (),
    adding: Sequence[str] = (),
) -> None:
    """Insert rows, inside the caller's transaction.

    Where the primary key is taken, the row that is there gets the new values of the columns in ``replacing``, and
    the new values of those in ``adding`` on top of its own; it keeps the rest.
    """
    connection.execute(upserting(connection.dialect.name, table, tuple(replacing), tuple(adding)), rows)


@cache
def upserting(
    dialect: str, table: Table, replacing: tuple[str, ...] = (), adding: tuple[str, ...] = ()
) -> postgresql.Insert | sqlite.Insert:
    """Return the statement of upsert() for a dialect, with a value for each column of the table."""
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if not replacing and not adding:
        return statement.on_conflict_do_nothing()
    new = statement.excluded
    changes = {name: new[name] for name in replacing} | {name: table.c[name] + new[name] for name in adding}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)


class Compiled(NamedTuple):
    """A statement as one kind of database takes it, with lists of one length each."""

    sql: str
    constants: dict[str, object]
    """Values that it has by itself."""
    of_lists: dict[str, list[str]]
    """What the values of a list are called, one by one."""
    order: Sequence[str] | None
    """The order of all values, if the database takes them without their names."""


class Statement:
    """A statement of every decision: made once for each kind of database, and carried out by its driver.

    SQLAlchemy takes some 70 microseconds to carry out a statement that it has carried out before, SQLite 5. What fails
    is what it is for every other statement, an Unstorable or a StoreError. Only for values that need no conversion:
    texts, numbers and bytes, and lists of them for ``bindparam(..., expanding=True)``.
    """

    def __init__(self, made: ClauseElement | Callable[[str], ClauseElement]) -> None:
        """``made``: what SQLAlchemy calls a statement, or what makes it for the name of a dialect."""
        self._made = made
        self._compiled: dict[tuple[str, tuple[int, ...]], Compiled] = {}

    def __call__(self, connection: Connection, **values: object) -> list[Any]:
        """Carry it out inside the caller's transaction, and return the rows, if it gives any."""
        lists = {name: padded(value) for name, value in values.items() if isinstance(value, list)}
        lengths = tuple(map(len, lists.values()))
        if (made := self._compiled.get((connection.dialect.name, lengths))) is None:
            made = self._compiled[connection.dialect.name, lengths] = self._compile(connection.dialect, values | lists)
        for name, some in lists.items():
            values |= zip(made.of_lists[name], some, strict=True)
        cursor = connection.connection.cursor()
        try:
            named = made.constants | values
            cursor.execute(made.sql, named if made.order is None else [named[name] for name in made.order])
            return list(cursor.fetchall()) if cursor.description else []
        except Exception as error:
            raise _failure(connection, error) from error
        finally:
            cursor.close()

    def value(self, connection: Connection, **values: object) -> Any:
        """Return the first value of the first row; None if there is none."""
        rows = self(connection, **values)
        return rows[0][0] if rows else None

    def _compile(self, dialect: Dialect, values: dict[str, object]) -> Compiled:
        made = self._made(dialect.name) if callable(self._made) else self._made
        compiled = made.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        state = compiled.construct_expanded_state(values)
        of_lists = {name: list(names) for name, names in state.parameter_expansion.items()}
        given = {*values, *(name for names in of_lists.values() for name in names)}
        constants = {name: value for name, value in state.parameters.items() if name not in given}
        return Compiled(state.statement, constants, of_lists, state.positiontup)


def padded(values: list[object]) -> list[object]:
    """Return a list that is as long as a power of two, the last value again and again: it says the same in an IN.

    >>> padded([3, 4, 5])
    [3, 4, 5, 5]
    """
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *values[-1:] * missing]


def inserting(table: Table, *names: str) -> Insert:
    """Return the statement that inserts one row with values for some columns."""
    return insert(table).inline().values({name: bindparam(name) for name in names})


def sift(
    connection: Connection, values: Sequence[_T], store: Callable[[Sequence[_T]], object]
) -> list[tuple[_T, Unstorable]]:
    """Store values at once, inside the caller's transaction; return those that cannot be, each with its fault.

    Where one of them cannot, it is looked for by halves: the others are stored.
    """
    try:
        with connection.begin_nested():
            store(values)
    except Unstorable as fault:
        if len(values) == 1:
            return [(values[0], fault)]
        middle = len(values) // 2
        return sift(connection, values[:middle], store) + sift(connection, values[middle:], store)
    return []


def as_json(value: object) -> str:
    r"""Return a value as it is kept in a column of text. Raises Unstorable for what JSON cannot say.

    >>> as_json({"title": "Half an emoji: \ud83d"})
    Traceback (most recent call last):
    newsbot.store.Unstorable: it cannot be written as JSON: str is not valid UTF-8: surrogates not allowed
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:  # orjson's JSONEncodeError is one
        raise Unstorable(f"it cannot be written as JSON: {error}"[:MAX_FAULT]) from None


def chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield values in pieces that one statement can take."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
