"""Which known article is this one? Its address says so, and its text must bear the address out.

Redirects and rel=canonical join addresses. Both can be wrong: sites name their front page, or one
page of many, as canonical; and an address such as /latest leads to another article every day.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from newsbot.dedupe import likeness
from newsbot.items import Article
from newsbot.store import documents, schema
from newsbot.web.urls import article_id, canonical_url, url_key

_FRONTIER = schema.frontier
_REACHED = select(_FRONTIER.c.article_id).where(
    _FRONTIER.c.url_key.in_(bindparam("keys", expanding=True)), _FRONTIER.c.article_id.is_not(None)
)


def resolve(connection: Connection, article: Article) -> Article | None:
    """Return the present version of an article that is known, and give the new one its identity.

    An article whose page claims the address of another one that has a different text gets the address
    where it was found. One that was known under another address, by which it was reached, and has
    kept its text, keeps its identity.
    """
    here = article.aliases[-1] if article.aliases else article.url
    known = documents.latest(connection, [article.id]).get(article.id)
    if known and article.id != article_id(here) and not _alike(known, article):
        article.url, article.id = canonical_url(here), article_id(here)
        known = documents.latest(connection, [article.id]).get(article.id)
    if known is None:
        reached = documents.latest(connection, _reached(connection, article))
        known = next((other for other in reached.values() if _alike(other, article, templates=False)), None)
    if known:
        article.id, article.url = known.id, known.url
    return known


def _reached(connection: Connection, article: Article) -> list[str]:
    """Return the ids of the articles that the addresses which led here have led to before."""
    keys = list({url_key(url) for url in article.aliases})
    return [str(found) for found in connection.execute(_REACHED, {"keys": keys}).scalars()]


def _alike(one: Article, other: Article, *, templates: bool = True) -> bool:
    if one.content_hash == other.content_hash:
        return True
    return likeness(one.text, other.text, templates=templates) is not None
