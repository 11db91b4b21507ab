"""What finding articles needs to remember: of a sitemap, how new what it names is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listings", sa.Column("newest_at", sa.String(length=40), nullable=True))
