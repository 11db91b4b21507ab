"""`scrapy revisions`: what became of an article, version by version."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.process import ExitStatus

if TYPE_CHECKING:
    from rich.text import Text

    from newsbot.dedupe.differences import Line
    from newsbot.items import Article
    from newsbot.store.views.stories import Story

UNKNOWN = "at an unknown time"
MARKS = {"same": ("", "", ""), "gone": ("[-", "-]", "red"), "new": ("{+", "+}", "green")}
"""What stands around a part of a line, and its style on a terminal; the marks are those of git diff --word-diff."""
SIGNS = {"same": "  ", "gone": "- ", "new": "+ "}
"""What stands before a line that is all of one kind; one that was changed in part has CHANGED."""
CHANGED = "~ "


class Command(NewsbotCommand, ScrapyCommand):
    """Shows the versions of an article and what each one changed."""

    example = "scrapy revisions https://example.org/news/1"

    def syntax(self) -> str:
        return "ARTICLE [--all] [--json]"

    def short_desc(self) -> str:
        return "Show the versions of an article and what changed"

    def long_desc(self) -> str:
        return (
            "Show the stored versions of an article, named by its id or its address, and what its outlet changed in "
            "each; with --all also what a later newsbot read in the same page (scrapy reextract)."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("article", metavar="ARTICLE", help="id of the article, or its address")
        parser.add_argument(
            "--all", action="store_true", help="versions that newsbot made of the same page too (default: no)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON for programs (default: no)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.commands._terminal import print_json, screen
        from newsbot.store.documents import versions_of
        from newsbot.store.views.stories import story_of

        with self.open_store() as engine:
            identity = self.require_article(engine, opts.article)
            versions = versions_of(engine, identity)
            story = story_of(engine, identity)
        assert story
        if opts.json:
            print_json(as_dict(versions))
            return ExitStatus.WHOLE
        console = screen()
        for line in picture(versions, story, width=console.width, with_all=opts.all):
            console.print(line, soft_wrap=not console.is_terminal or "://" in line.plain)
        return ExitStatus.WHOLE


def as_dict(versions: Sequence[Article]) -> dict[str, Any]:
    """Return an article's versions as plain values, each but the first with the lines that it changed."""
    told = [{**asdict(version), "differences": []} for version in versions]
    for (before, after), version in zip(pairwise(versions), told[1:], strict=True):
        version["differences"] = [
            [{"kind": piece.kind, "text": piece.text} for piece in line] for line in _differences(before, after)
        ]
    return {"id": versions[-1].id, "url": versions[-1].url, "versions": told}


def picture(versions: Sequence[Article], story: Story, *, width: int, with_all: bool = False) -> Iterator[Text]:
    """Yield the lines that tell an article's story: who it is, then version by version what changed.

    ``with_all``: also what a later newsbot read in the same page, which the outlet has not changed.
    """
    from newsbot.commands._terminal import line, wrapped
    from newsbot.items import RE_EXTRACTED

    last, number = versions[-1], len(versions)
    yield from (line((text, "bold")) for text in wrapped(last.title, width))
    yield line(last.url)
    yield line(f"id {last.id}, {number} {'version' if number == 1 else 'versions'}")
    if len(story.members) > 1:
        agency = f", probably {story.agency}'s" if story.agency else ""
        yield line(f"one of {len(story.members)} articles of story {story.id}{agency}; origin: {story.origin}")
    if last.is_pruned:
        yield line("the texts are no longer kept (NEWSBOT_KEEP_TEXTS_DAYS): headlines alone can be compared")
    yield line()
    yield line(("revision 1", "bold"), f", fetched {versions[0].fetched_at or UNKNOWN}: {versions[0].word_count} words")
    for before, after in pairwise(versions):
        if after.change == RE_EXTRACTED and not with_all:
            continue
        yield line()
        told = f", fetched {after.fetched_at or UNKNOWN}: {after.change}, {after.word_count} words"
        yield line((f"revision {after.revision}", "bold"), told)
        yield from map(_shown, _differences(before, after))
    again = sum(version.change == RE_EXTRACTED for version in versions)
    if again and not with_all:
        noun = "version is" if again == 1 else "versions are"
        yield line()
        yield line(f"{again} more {noun} of the same page, extracted again; nothing that the outlet changed (--all)")


def _differences(before: Article, after: Article) -> Iterator[Line]:
    from newsbot.dedupe.differences import SAME, differences

    old, new = ([article.title, *filter(None, article.text.split("\n"))] for article in (before, after))
    return (line for line in differences(old, new) if any(piece.kind != SAME for piece in line))


def _shown(changed: Line) -> Text:
    from newsbot.commands._terminal import line

    if len(changed) == 1:
        ((kind, text),) = changed
        return line((SIGNS[kind] + text, MARKS[kind][2]))
    pieces = ((f"{MARKS[kind][0]}{text}{MARKS[kind][1]}", MARKS[kind][2]) for kind, text in changed)
    return line(CHANGED, *pieces)
