"""What a listing said and when it is due, in one table: until now they were two, with one key."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A listing that has been read has a row in the old table of that name, and one that has been asked has one in polls.
# An empty checked_at there said that the page before it wanted it again.
_CARRY = """
insert into listings_new (source, url, etag, last_modified, digest, lastmod, read_at,
    answered_at, news_at, due_at, "interval", errors, error, gaps, moved_to, seen)
select listings.source, listings.url, etag, last_modified, digest, lastmod, nullif(listings.checked_at, ''),
    polls.checked_at, polls.changed_at, due_at, "interval",
    coalesce(errors, 0), error, coalesce(gaps, 0), moved_to, seen
from listings left join polls on polls.source = listings.source and polls.url = listings.url
union all
select source, url, null, null, null, null, null,
    checked_at, changed_at, due_at, "interval", errors, error, gaps, moved_to, seen
from polls
where not exists (select 1 from listings where listings.source = polls.source and listings.url = polls.url)
"""


def upgrade() -> None:
    op.create_table(
        "listings_new",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=2100), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("lastmod", sa.String(length=40), nullable=True),
        sa.Column("next_page", sa.Text(), nullable=True),
        sa.Column("sub_sitemaps", sa.Text(), nullable=True),
        sa.Column("read_at", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.String(length=40), nullable=True),
        sa.Column("news_at", sa.String(length=40), nullable=True),
        sa.Column("due_at", sa.String(length=40), nullable=True),
        sa.Column("interval", sa.Float(), nullable=True),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("seen", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "url"),
    )
    op.execute(_CARRY)
    _part_children()
    op.drop_table("listings")
    op.drop_table("polls")
    op.rename_table("listings_new", "listings")


def _part_children() -> None:
    """Carry ``children`` over: JSON of [address, lastmod] pairs, the sub-sitemaps of an index or one next page.

    Nothing in a row tells a next page from the one sub-sitemap of an index that states no lastmod. Such a pair is put
    into both columns: a sitemap asks for its sub-sitemaps alone, any other listing for its next page alone.
    """
    old = sa.table("listings", sa.column("source"), sa.column("url"), sa.column("children"))
    new = sa.table(
        "listings_new", sa.column("source"), sa.column("url"), sa.column("next_page"), sa.column("sub_sitemaps")
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(old).where(old.c.children.is_not(None))).all():
        pairs = json.loads(row.children)
        alone = len(pairs) == 1 and pairs[0][1] is None
        values = {"sub_sitemaps": row.children, "next_page": pairs[0][0] if alone else None}
        connection.execute(sa.update(new).where(new.c.source == row.source, new.c.url == row.url).values(values))
