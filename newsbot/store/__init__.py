"""What newsbot remembers: one database, one truth.

database    opening it: SQLite or PostgreSQL, brought up to date, or a clear StoreError; transactions, upsert
schema      the tables; migrations/ makes them, and moves them into another database
articles    save(): the one atomic decision New | Unchanged | Revision | Duplicate
deciding    who decides at the same time, and what each keeps others from
documents   the stored texts
duplicates  which stored article a text is a copy of
sketches    by which those are found that it may be a copy of
frontier    every address of an article that was met, what became of it, what is still to fetch
listings    every feed, sitemap and section page: what it said, when it is due, which page of it is owed
revisits    when an article is looked at again
sites       what hosts asked for, and the blocks that each site repeats
ledger      the accounting law, in memory
runs        the runs, their books, and the outbox: what is stored and not yet in a file
maintenance backup, what is taken back after a restore, what is let go of, what a person had removed
readings    how far the files of an archive were read
leases      which runs live, and which sources they hold
fleet       the workers of many machines, and the sources that none of them can crawl
views       what people read of all this

Nothing is loaded with this package, so that a command which opens no store loads no database library.
"""

from newsbot.process import NewsbotError


class StoreError(NewsbotError):
    """The store cannot be used; the message says why and what to do."""


class Unstorable(NewsbotError):
    """The values of one record cannot be stored; the store itself is well. The message says why, without them."""


class Conflict(StoreError):
    """The database has undone a transaction because of others; begun again, it may well come to its end."""
