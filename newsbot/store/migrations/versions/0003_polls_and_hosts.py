"""When each listing is due, and what hosts have asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=2100), nullable=False),
        sa.Column("checked_at", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.String(length=40), nullable=True),
        sa.Column("due_at", sa.String(length=40), nullable=False),
        sa.Column("interval", sa.Float(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("seen", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "url"),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("rests_until", sa.String(length=40), nullable=True),
        sa.Column("reservations", sa.Text(), nullable=True),
        sa.Column("reservations_at", sa.String(length=40), nullable=True),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.Column("robots_at", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("host"),
    )
    waiting = sa.text("status = 'pending'")
    op.create_index(
        "ix_frontier_waiting", "frontier", ["source"], sqlite_where=waiting, postgresql_where=waiting, unique=False
    )
