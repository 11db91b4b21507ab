"""`scrapy revisions`: what became of an article, version by version."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, printable
from newsbot.process import ExitStatus, UsageError

if TYPE_CHECKING:
    from newsbot.items import Article
    from newsbot.store.duplicates import Cluster

UNKNOWN = "at an unknown time"


class Command(NewsbotCommand, ScrapyCommand):
    """Shows the versions of an article and what each one changed."""

    example = "scrapy revisions https://example.org/news/1"

    def syntax(self) -> str:
        return "ARTICLE"

    def short_desc(self) -> str:
        return "Show the versions of an article and what changed"

    def long_desc(self) -> str:
        return "Show every stored version of an article, named by its id or its address, and what each one changed."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("article", metavar="ARTICLE", help="id of the article, or its address")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.store.documents import versions_of
        from newsbot.store.duplicates import cluster_of
        from newsbot.web.urls import InvalidURL, article_id

        try:
            key = article_id(opts.article) if "://" in opts.article else opts.article
        except InvalidURL as error:
            raise UsageError(str(error)) from None
        with self.open_store() as engine:
            versions = versions_of(engine, key)
            if not versions:
                raise UsageError(f"no article {opts.article} is known")
            cluster = cluster_of(engine, versions[0].cluster_id)
        print(printable("\n".join(story(versions, cluster))))
        return ExitStatus.WHOLE


def story(versions: list[Article], cluster: Cluster | None) -> Iterator[str]:
    """Yield the lines that tell an article's story: who it is, then version by version what changed."""
    last = versions[-1]
    yield f"{last.title}\n{last.url}\nid {last.id}, {len(versions)} versions"
    if cluster:
        agency = f", probably {cluster.agency}'s" if cluster.agency else ""
        yield f"one of {cluster.members} copies of story {cluster.id}{agency}; origin: {cluster.origin}"
    yield f"\nrevision 1, fetched {versions[0].fetched_at or UNKNOWN}: {versions[0].word_count} words"
    for before, after in pairwise(versions):
        fetched = after.fetched_at or UNKNOWN
        yield f"\nrevision {after.revision}, fetched {fetched}: {after.change}, {after.word_count} words"
        yield from _diff(before, after)


def _diff(before: Article, after: Article) -> Iterator[str]:
    old, new = ([article.title, *filter(None, article.text.split("\n"))] for article in (before, after))
    for line in difflib.unified_diff(old, new, lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line
