"""What newsbot remembers: one database, one truth.

database   open_engine(): SQLite or PostgreSQL, brought up to date, or a clear StoreError
schema     the tables; migrations/ makes them
articles   save(): the one atomic decision New | Unchanged | Revision | Duplicate
frontier   every address met, what became of it, what is still to fetch; listings' validators
ledger     the accounting law
outbox     what is stored and not yet in a file
history    the runs
selection  choosing among the stored articles, and reading them
location   where the store is
"""

from newsbot.store.database import StoreError, open_engine

__all__ = ["StoreError", "open_engine"]
