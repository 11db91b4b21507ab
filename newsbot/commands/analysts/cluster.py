"""`scrapy cluster`: who has a story, and whose it is."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.process import ExitStatus, UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from newsbot.store.views.stories import Member, Story

INDENT = "  "


class Command(NewsbotCommand, ScrapyCommand):
    """Shows the copies of a story, its origin first."""

    example = "scrapy cluster https://example.org/news/1"

    def syntax(self) -> str:
        return "STORY [--json]"

    def short_desc(self) -> str:
        return "Show which outlets have a story, and whose it is"

    def long_desc(self) -> str:
        return (
            "Show all stored copies of a story, named by its cluster id, or by the id or address of one of its "
            "articles: the origin first, then in the order in which they were published."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("story", metavar="STORY", help="cluster id, or id or address of an article")
        parser.add_argument("--json", action="store_true", help="print JSON for programs (default: no)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.commands._terminal import print_json, screen
        from newsbot.store.views.stories import story_of

        with self.open_store() as engine:
            story = story_of(engine, opts.story) or story_of(engine, self.require_article(engine, opts.story))
        if story is None:
            raise UsageError(f"no story {opts.story} is known")
        if opts.json:
            print_json(asdict(story))
            return ExitStatus.WHOLE
        console = screen()
        for line in picture(story, width=console.width):
            console.print(line)
        return ExitStatus.WHOLE


def picture(story: Story, *, width: int) -> Iterator[Text]:
    """Yield the lines that tell who has a story."""
    from newsbot.commands._terminal import line

    number = len(story.members)
    agency = f", probably {story.agency}'s" if story.agency else ""
    yield line((f"story {story.id}", "bold"), f": {number} {'article' if number == 1 else 'articles'}{agency}")
    for member in story.members:
        yield line()
        yield from _member(member, width)


def _member(member: Member, width: int) -> Iterator[Text]:
    from newsbot.commands._terminal import line, wrapped

    likeness = "" if member.similarity is None else f", {member.relation}, similarity {member.similarity:.2f}"
    yield line((f"{member.role}: {member.source}", "bold"), likeness)
    yield from (line(INDENT, text) for text in wrapped(member.title, width - len(INDENT)))
    published = f"published {member.published}" if member.published else f"undated, first seen {member.first_seen}"
    yield line(f"{INDENT}{published}, id {member.id}")
    yield line(f"{INDENT}{member.url}")
