"""`scrapy explain`: one address, from its discovery to its line in a file, or why there is none."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.process import ExitStatus, UsageError

if TYPE_CHECKING:
    from rich.text import Text
    from sqlalchemy import Engine

    from newsbot.items import Article
    from newsbot.sources import Source
    from newsbot.store.maintenance.forgotten import Tombstone
    from newsbot.store.views.address import Address, Host, Met, Outcome, Place
    from newsbot.store.views.stories import Story

INDENT = "  "
SHORT = 60
"""Characters of a removed piece that are shown."""
MOST_COPIES = 5
"""Copies that are shown; `scrapy cluster` shows all."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a source would say of an address, were it met now."""

    source: str
    home: str
    reason: str | None
    """Why its patterns leave the address out; None if they do not."""
    pattern: str | None
    """The pattern that decides; None where none matches."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that there is to say of one address."""

    asked: str
    address: Address
    versions: list[Article] = field(default_factory=list)
    story: Story | None = None
    opinions: list[Opinion] = field(default_factory=list)
    """Of the sources on whose site the address is."""
    robots: str | None = None
    """What the robots.txt that is known says: "allowed" or "disallowed"; None where none was ever read."""
    host: Host | None = None
    site: str | None = None
    file: str = ""
    """The sources file that was looked into."""
    tombstone: Tombstone | None = None
    """That it was removed."""


class Command(NewsbotCommand, ScrapyCommand):
    """Tells where an address was found, what came of it, run by run, and where its article is."""

    example = "scrapy explain https://example.org/news/1"

    def syntax(self) -> str:
        return "ADDRESS [--file FILE] [--json]"

    def short_desc(self) -> str:
        return "Show what became of one address, and why"

    def long_desc(self) -> str:
        return (
            "Show what the store knows of an address or an article: where and when it was found, what came of it in "
            "each run and why, what was cleaned, in which file and line it is, and when it is looked at next. Of an "
            "address that was never met, what its source would say of it. Nothing is fetched."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("address", metavar="ADDRESS", help="address, or id of an article")
        parser.add_argument(
            "--file", metavar="FILE", help="sources file (default: NEWSBOT_SOURCES, or the bundled one)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON for programs (default: no)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.commands._terminal import print_json, screen

        with self.open_store() as engine:
            told = self._explain(engine, opts.address, opts.file)
        if opts.json:
            print_json(as_dict(told))
            return ExitStatus.WHOLE
        console = screen()
        for line in picture(told, output=self.output, width=console.width):
            console.print(line)
        return ExitStatus.WHOLE

    def _explain(self, engine: Engine, asked: str, file: str | None) -> Explanation:
        from urllib.parse import urlsplit

        from newsbot.sources import BUNDLED, load_sources
        from newsbot.store.documents import versions_of
        from newsbot.store.maintenance.forgotten import tombstone_of
        from newsbot.store.views.address import host_of, known_of
        from newsbot.store.views.stories import story_of
        from newsbot.web.robotstxt import RobotsGroup
        from newsbot.web.urls import InvalidURL, canonical_url, site_of

        try:
            address = known_of(engine, asked)
        except InvalidURL as error:
            raise UsageError(str(error)) from None
        if identity := address.article_id:
            return Explanation(asked, address, versions_of(engine, identity), story_of(engine, identity))
        if tombstone := tombstone_of(engine, asked):
            return Explanation(asked, address, tombstone=tombstone)
        if address.url is None:
            raise UsageError(f"no article {asked} is known")
        url = canonical_url(address.url)
        file = str(file or self.setting("NEWSBOT_SOURCES") or BUNDLED)
        sources = [source for source in load_sources(file) if site_of(url) in source.sites()]
        host = host_of(engine, urlsplit(url).netloc)
        robots = None
        if host.robots is not None:
            agent = self.setting("ROBOTSTXT_USER_AGENT") or self.setting("USER_AGENT")
            robots = "allowed" if RobotsGroup(host.robots, agent).allows(url) else "disallowed"
        opinions = [opinion_of(source, url) for source in sources]
        return Explanation(asked, address, [], None, opinions, robots, host, site_of(url), file)


def opinion_of(source: Source, url: str) -> Opinion:
    """Return what the patterns of a source say of an address."""
    return Opinion(source.name, source.home, *source.judged(url))


def as_dict(told: Explanation) -> dict[str, Any]:
    """Return an explanation as plain values."""
    address = told.address
    article = None
    if told.versions:
        last = asdict(told.versions[-1]) | {"is_pruned": told.versions[-1].is_pruned}
        places = [asdict(place) for place in address.places]
        versions = [
            {name: getattr(version, name) for name in ("revision", "change", "fetched_at", "run_id", "word_count")}
            for version in told.versions
        ]
        article = {**last, "versions": versions, "places": places}
        article |= {"visit": address.visit and asdict(address.visit), "story": told.story and asdict(told.story)}
    return {
        "asked": told.asked,
        "is_known": address.is_known,
        "forgotten": told.tombstone and asdict(told.tombstone),
        "article": article,
        "met": [asdict(met) for met in address.met],
        "outcomes": [{**asdict(outcome), "meaning": meaning(outcome)} for outcome in address.outcomes],
        "sources": [asdict(opinion) for opinion in told.opinions],
        "robots": told.robots,
        "host": told.host and {name: getattr(told.host, name) for name in ("robots_at", "rests_until")},
    }


def meaning(outcome: Outcome) -> str | None:
    """Return the reason of an outcome in words."""
    from newsbot.items import meaning_of

    return meaning_of(outcome.outcome, outcome.reason)


def picture(told: Explanation, *, output: Path, width: int) -> Iterator[Text]:
    """Yield the lines that explain an address."""
    from newsbot.commands._terminal import line, wrapped

    if told.versions:
        yield from _article(told, width)
    elif told.tombstone:
        yield line((told.tombstone.url, "bold"))
        yield from (
            line(part) for part in wrapped(f"removed {told.tombstone.forgotten_at}: {told.tombstone.why}", width)
        )
        yield line("it is never fetched again" if told.tombstone.is_done else "its files are about to be rewritten")
    else:
        yield line((told.address.url or "", "bold"))
        if not told.address.is_known:
            yield line("never met: no listing that was read has named it, and nobody looked there")
    yield from _section("found", _found(told, width))
    yield from _section("came to", _runs(told, width))
    if told.versions:
        yield from _section("cleaned", _cleaned(told.versions[-1], width))
        yield from _section("stands in", _places(told, output))
        yield from _section("story", _story(told, width))
    elif not told.tombstone:
        yield from _section("its source", _sources(told, width))
    yield from _section("next", _next(told, width))


def _section(name: str, lines: Iterator[Text]) -> Iterator[Text]:
    from newsbot.commands._terminal import line

    found = list(lines)
    if found:
        yield line()
        yield line((name, "bold"))
        yield from found


def _said(text: str, width: int) -> Iterator[Text]:
    """Yield a text in lines that are indented, the further ones more."""
    from newsbot.commands._terminal import line, wrapped

    yield from (line(INDENT, part) for part in wrapped(text, width - len(INDENT), INDENT))


def _article(told: Explanation, width: int) -> Iterator[Text]:
    from newsbot.commands._terminal import line, wrapped

    last = told.versions[-1]
    yield from (line((part, "bold")) for part in wrapped(last.title, width))
    yield line(last.url)
    number = len(told.versions)
    yield line(f"id {last.id}, {number} {'version' if number == 1 else 'versions'}, {last.word_count} words")
    published = f"published {last.published}, " if last.published else "undated, "
    yield line(f"{last.source}, {published}first seen {last.first_seen}")
    if last.is_pruned:
        yield line("its text is no longer kept (NEWSBOT_KEEP_TEXTS_DAYS)")


def _found(told: Explanation, width: int) -> Iterator[Text]:
    address = told.address
    last = told.versions[-1] if told.versions else None
    for number, met in enumerate(address.met):
        via = met.via or (last.discovered_via if last and number == 0 else None)
        listing = met.listing or (address.visit.listing if address.visit and number == 0 else None)
        where = f" in {'a' if not listing else 'the'} {_spaced(via)}" if via else ""
        yield from _said(met.url, width)
        yield from _said(
            f"  {met.met_at or 'at an unknown time'} by {met.source}{where}{' ' + listing if listing else ''}", width
        )


def _runs(told: Explanation, width: int) -> Iterator[Text]:
    several = len({outcome.url for outcome in told.address.outcomes}) > 1
    for outcome in told.address.outcomes:
        day, time = outcome.run_id[:8], outcome.run_id[9:13]
        at = f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:]}"
        why = meaning(outcome)
        reason = f": {outcome.reason}{f', {why}' if why else ''}" if outcome.reason else ""
        detail = f" ({outcome.detail})" if outcome.detail else ""
        where = f"; {outcome.url}" if several else ""
        yield from _said(f"{at} {_spaced(outcome.via)}, {_spaced(outcome.outcome)}{reason}{detail}{where}", width)
    if told.address.met and not told.address.outcomes:
        yield from _said("told by no run that is still remembered (NEWSBOT_KEEP_LEDGER_DAYS)", width)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _cleaned(last: Article, width: int) -> Iterator[Text]:
    from newsbot.web.text import shortened

    for removed in last.removed:
        text = shortened(" ".join(removed.text.split()), SHORT) or ""
        pattern = f" ({removed.pattern})" if removed.pattern else ""
        yield from _said(f"{removed.reason}{pattern}: {text}", width)


def _places(told: Explanation, output: Path) -> Iterator[Text]:
    from newsbot.commands._terminal import line

    for place in told.address.places:
        revision = f", revision {place.revision}" if len(told.versions) > 1 else ""
        yield line(f"{INDENT}{_place(place, output)}{revision}")
    if not told.address.places:
        yield line(f"{INDENT}no file: copies have none here (NEWSBOT_DUPLICATES), or it was removed as too old")


def _place(place: Place, output: Path) -> str:
    if place.file is None:
        return "no file yet: it comes when its run ends, or with the next one"
    if not place.is_written:
        return f"{place.file}, line {place.line}, which is about to be written"
    path = output / place.file
    return (
        f"{path}, line {place.line}" if path.exists() else f"{place.file}, line {place.line}, which is not in {output}"
    )


def _story(told: Explanation, width: int) -> Iterator[Text]:
    story, last = told.story, told.versions[-1]
    if story is None or len(story.members) == 1:
        return
    others = [member for member in story.members if member.id != last.id]
    mine = next(member for member in story.members if member.id == last.id)
    role = f"a copy ({mine.relation}, similarity {mine.similarity:.2f})" if mine.role == "copy" else f"the {mine.role}"
    number = len(story.members)
    yield from _said(f"{role}, of {number} articles; scrapy cluster {story.id} shows all of them", width)
    for member in others[:MOST_COPIES]:
        yield from _said(f"{member.role}: {member.source}, {member.url}", width)


def _sources(told: Explanation, width: int) -> Iterator[Text]:
    from newsbot.items import meaning_of

    host = told.host
    if not told.opinions:
        yield from _said(f"no source of {told.file} is on the site {told.site}", width)
        yield from _said(f"to add one: scrapy sources add https://{told.site} --file my-outlets.toml", width)
    for opinion in told.opinions:
        pattern = f" {opinion.pattern!r}" if opinion.pattern else ""
        if opinion.reason:
            said = f"leaves it out: {opinion.reason}{pattern} ({meaning_of('skipped', opinion.reason)})"
        elif pattern:
            said = f"takes it: the allow pattern{pattern} matches"
        else:
            said = "takes it: it has no pattern that says otherwise"
        yield from _said(f"{opinion.source} ({opinion.home}) {said}", width)
    if host is None or not told.opinions:
        return
    if told.robots is None:
        yield from _said("robots.txt: not known, it was never read", width)
    else:
        yield from _said(f"robots.txt: {told.robots}, as it was read {host.robots_at}", width)
    if host.rests_until:
        yield from _said(f"the host wanted to be left alone until {host.rests_until}", width)


def _next(told: Explanation, width: int) -> Iterator[Text]:
    address = told.address
    if address.visit:
        yield from _said(f"looked at again from {address.visit.due_at} on", width)
    elif told.versions:
        yield from _said("looked at no more: it is old, or its page is gone", width)
    for met in address.met[:1] if not told.versions else []:
        yield from _said(_fate(met), width)


def _fate(met: Met) -> str:
    if met.status == "pending":
        return f"waits to be fetched by the next run of {met.source}"
    if met.due_at:
        return f"tried again from {met.due_at} on (tries so far: {met.tries})"
    return "tried no more"
