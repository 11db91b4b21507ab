"""PostgreSQL finds near-duplicates by indexes on the sketches themselves; SQLite goes on with its table of keys."""

from alembic import op

from newsbot.store.sketches import BANDS, value_of

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("bands")
        for slot in range(BANDS):
            op.execute(f"create index ix_sketches_slot{slot} on sketches ({value_of(slot)}, number)")
