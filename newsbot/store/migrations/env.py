"""Alembic's entry: run the migrations inside the transaction that newsbot.store.database opened."""

from alembic import context

from newsbot.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
