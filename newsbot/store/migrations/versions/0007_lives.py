"""What tells a living run from a dead one: when it last said that it lives, and which sources it holds.

And what tells the origin of a story from its copies. In the ledger of a run, an address has an outcome for each source
that named it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("alive_at", sa.String(length=40), nullable=True))
    op.create_table(
        "leases",
        sa.Column("source", sa.String(length=64), primary_key=True),
        sa.Column("run_id", sa.String(length=40), nullable=False),
    )
    with op.batch_alter_table("hosts") as hosts:  # a request's host may come with a user name
        hosts.alter_column("host", type_=sa.String(length=2100), existing_nullable=False)
    op.add_column("articles", sa.Column("evidence", sa.Text(), nullable=True))
    copied = sa.text("duplicate_of is not null")
    op.create_index(
        "ix_articles_duplicate_of", "articles", ["duplicate_of"], sqlite_where=copied, postgresql_where=copied
    )
    _key_ledger_by_source()


def _key_ledger_by_source() -> None:
    op.create_table(
        "ledger_new",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("url_key", sa.String(length=2100), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "url_key", "source"),
    )
    op.execute("""
        insert into ledger_new (run_id, url_key, source, url, via, outcome, reason, detail)
        select run_id, url_key, source, url, via, outcome, reason, detail from ledger
    """)
    op.drop_table("ledger")
    op.rename_table("ledger_new", "ledger")
