"""`scrapy revisions`: what became of an article, version by version."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newsbot.extensions.log_escaping import escaped
from newsbot.items import Article
from newsbot.store import StoreError
from newsbot.store.database import open_existing, store_url
from newsbot.store.documents import versions_of
from newsbot.store.duplicates import Cluster, cluster_of
from newsbot.web.urls import InvalidURL, article_id


class Command(ScrapyCommand):
    """Shows the versions of an article and what each one changed."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "<id or URL>"

    def short_desc(self) -> str:
        return "Show the versions of an article and what changed"

    def long_desc(self) -> str:
        return "Show every stored version of an article, named by its id or its address, and what each one changed."

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 (the interface's)
        if len(args) != 1:
            raise UsageError("say: scrapy revisions ID")
        assert self.settings is not None
        try:
            key = article_id(args[0]) if "://" in args[0] else args[0]
            engine = open_existing(
                store_url(self.settings["NEWSBOT_DATABASE_URL"], Path(self.settings["NEWSBOT_OUTPUT"]))
            )
            versions = versions_of(engine, key)
            if not versions:
                raise UsageError(f"no article {args[0]} is known", print_help=False)
            cluster = cluster_of(engine, versions[0].cluster_id)
        except (StoreError, InvalidURL) as error:
            raise UsageError(str(error), print_help=False) from None
        print(*map(escaped, "\n".join(told(versions, cluster)).split("\n")), sep="\n")


def told(versions: list[Article], cluster: Cluster | None) -> Iterator[str]:
    """Yield the lines that tell an article's story: who it is, then version by version what changed."""
    last = versions[-1]
    yield f"{last.title}\n{last.url}\nid {last.id}, {len(versions)} versions"
    if cluster:
        agency = f", probably {cluster.agency}'s" if cluster.agency else ""
        yield f"one of {cluster.members} copies of story {cluster.id}{agency}; published first: {cluster.origin}"
    yield f"\nrevision 1, fetched {versions[0].fetched_at}: {versions[0].word_count} words"
    for before, after in pairwise(versions):
        yield f"\nrevision {after.revision}, fetched {after.fetched_at}: {after.change}, {after.word_count} words"
        yield from _diff(before, after)


def _diff(before: Article, after: Article) -> Iterator[str]:
    old, new = ([article.title, *filter(None, article.text.split("\n"))] for article in (before, after))
    for line in difflib.unified_diff(old, new, lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line
