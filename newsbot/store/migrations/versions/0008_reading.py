"""What readers choose and find articles by, who had something removed, and files that several runs share."""

import sqlalchemy as sa
from alembic import op

from newsbot.store import documents
from newsbot.store.search import index

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CARD = (("language", 8), ("section", None), ("kind", 16), ("agency", None), ("published_at", 40), ("published_day", 10))


def upgrade() -> None:
    for name, length in CARD:
        op.add_column("articles", sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=True))
    op.create_index("ix_articles_published_day", "articles", ["published_day"])
    _let_exports_share_files()
    op.create_table(
        "searched",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("article_id"),
    )
    op.create_table(
        "forgotten",
        sa.Column("url_key", sa.String(length=2100), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("article_id", sa.String(length=20), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("forgotten_at", sa.String(length=40), nullable=False),
        sa.Column("files", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("url_key"),
    )
    op.create_index("ix_forgotten_article_id", "forgotten", ["article_id"])
    connection = op.get_bind()
    index.create(connection)
    documents.fill_cards(connection)
    index.fill(connection)


def _let_exports_share_files() -> None:
    op.create_table(
        "exports_new",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("""
        insert into exports_new (id, run_id, kind, path, done, first_line)
        select id, run_id, kind, path, done, 1 from exports
    """)
    op.drop_table("exports")
    op.rename_table("exports_new", "exports")
    op.create_index("ix_exports_path", "exports", ["path"])
