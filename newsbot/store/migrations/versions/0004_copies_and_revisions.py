"""Near-duplicates, clusters, and visits to articles that may change."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("relation", sa.String(length=16), nullable=True))
    op.add_column("articles", sa.Column("origin", sa.String(length=20), nullable=True))
    op.add_column("articles", sa.Column("removed_at", sa.String(length=40), nullable=True))
    op.execute("update articles set relation = 'syndicated', origin = duplicate_of where duplicate_of is not null")
    op.create_table(
        "sketches",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slots", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("article_id"),
    )
    op.create_table(
        "bands",
        # SQLite keeps a table of one INTEGER PRIMARY KEY as nothing but the keys.
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "clusters",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("published", sa.String(length=40), nullable=True),
        sa.Column("agency", sa.String(length=64), nullable=True),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "visits",
        sa.Column("article_id", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("due_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_index("ix_visits_source_due_at", "visits", ["source", "due_at"], unique=False)
