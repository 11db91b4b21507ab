"""What finding articles needs to remember.

Of a sitemap, how new what it names is; of a listing, when it gets new entries; of an address that came to nothing,
when it is tried again; of a source, how much comes to nothing usually.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listings", sa.Column("newest_at", sa.String(length=40), nullable=True))
    op.add_column("listings", sa.Column("rhythm", sa.Text(), nullable=True))
    for name, length in (("met_at", 40), ("dropped_at", 40), ("due_at", 40), ("extractor", 64), ("digest", 64)):
        op.add_column("frontier", sa.Column(name, sa.String(length=length), nullable=True))
    op.execute("update frontier set met_at = changed_at")
    op.execute("update frontier set dropped_at = changed_at where status in ('failed', 'rejected')")
    # What had failed in five runs was given up.
    op.execute("update frontier set due_at = changed_at where status = 'failed' and tries < 5")
    is_due = sa.text("due_at is not null")
    op.create_index("ix_frontier_due", "frontier", ["source", "due_at"], sqlite_where=is_due, postgresql_where=is_due)
    op.create_index("ix_coverage_source", "coverage", ["source", "run_id"])
