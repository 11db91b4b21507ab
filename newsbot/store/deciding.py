"""Who decides at the same time: the locks that decisions on articles take, so that none is otherwise than one by one.

SQLite has one writer at a time, and needs no more. On PostgreSQL decisions go on side by side. Each holds, until its
transaction ends, advisory locks on

- what it brings: addresses, the hash of the words, the indexed slots of the sketch. Two texts that find each other by
  the index have one of these slots in common; so of two copies that come at once, the second waits and finds the first.
- the articles that it changes or relies on, and their stories (newsbot.store.duplicates), as they become known.

The first are taken at the beginning and in one order, so nobody waits in a circle. For the others nobody waits: where
one is taken, all is undone and begun anew with it among the first (InTheWay). Who was in others' way too often decides
alone, as do those who plan, join and rewrite files, and let old articles go.

A page that strings articles together finds these by pieces of its text, whose slots nobody locks. One that is stored
at that moment and missed has no slot of the whole page, and would not have found the page either: it comes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import TypeVar

from sqlalchemy import Connection, Engine, bindparam, func, select, text

from newsbot.store import Conflict
from newsbot.store.database import Statement, unanswered

PAGES = 8
"""Pages that are decided on in one transaction of PostgreSQL: each takes some 20 locks, of the 6,400 that a server has
as it ships (max_locks_per_transaction times max_connections), for all who decide at once."""
TURNS = 4
"""How often a decision is begun beside others before it waits until nobody else decides."""

_GATE = 5_105_121_117
"""The lock that decisions share, and that who decides alone has for itself; any number that nobody else uses."""
_HELD = "newsbot_holds"
"""Where a connection says what its transaction holds; who decides alone holds everything, and says nothing."""
_ENTER = Statement(
    text(
        "select case when key = :gate then pg_advisory_xact_lock_shared(key) else pg_advisory_xact_lock(key) end "
        "from unnest(cast(:keys as bigint[])) as key"
    )
)
_TAKEN = Statement(
    text("select key from unnest(cast(:keys as bigint[])) as key where not pg_try_advisory_xact_lock(key)")
)

_T = TypeVar("_T")


class InTheWay(Exception):
    """Another process is at what a decision turns out to need."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"{len(names)} locks are taken")
        self.names = names


def together(engine: Engine, names: Iterable[str], decide: Callable[[Connection], _T]) -> _T:
    """Decide in a transaction, beside others who decide on something else; return what ``decide`` does.

    ``names``: what it brings. It is called again where others were in the way; all that it did is undone then.
    """
    needed = set(names)
    if engine.dialect.name == "postgresql":
        for _ in range(TURNS):
            try:
                with engine.connect() as connection:
                    connection.execution_options(newsbot_tries_again=True, **{_HELD: set(needed)})
                    with connection.begin():
                        _enter(connection, needed)
                        return decide(connection)
            except InTheWay as met:
                needed.update(met.names)
            except Conflict:
                continue
    with engine.begin() as connection:
        alone(connection)
        return decide(connection)


def parts(engine: Engine, pages: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield pages in such parts as one transaction may decide on beside others."""
    size = PAGES if engine.dialect.name == "postgresql" else max(len(pages), 1)
    return (pages[start : start + size] for start in range(0, len(pages), size))


def alone(connection: Connection) -> None:
    """Let nobody else decide on an article or plan a file before the caller's transaction ends.

    So no version changes that a file is planned for. It is the first of the locks that one takes.
    """
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE has done that already
        connection.execute(select(func.pg_advisory_xact_lock(bindparam("gate", _GATE))))


def is_beside_others(connection: Connection) -> bool:
    """Whether others decide at the same time."""
    return _HELD in connection.get_execution_options()


def hold(connection: Connection, names: Collection[str]) -> bool:
    """Keep others from what a decision turns out to need, until its transaction ends.

    True if something was not held before: what was read of it may have changed, and is to be read again. Raises
    InTheWay, which ``together`` takes care of.
    """
    held: set[str] | None = connection.get_execution_options().get(_HELD)
    missing = set(names) - held if held is not None else set()
    if held is None or not missing:
        return False
    if _TAKEN(connection, keys=_array(map(_key, missing))):
        raise InTheWay(missing)
    held |= missing
    return True


def _enter(connection: Connection, names: Iterable[str]) -> None:
    with unanswered(connection):  # in one message with the beginning of the transaction
        _ENTER(connection, gate=_GATE, keys=_array([_GATE, *sorted(map(_key, names))]))


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest(), signed=True)


def _array(keys: Iterable[int]) -> str:
    return f"{{{','.join(map(str, keys))}}}"
