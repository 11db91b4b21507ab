"""`scrapy coverage`: what each source brought, day by day, and what may have been missed."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, names, whole_number
from newsbot.process import ExitStatus

if TYPE_CHECKING:
    from rich.text import Text

    from newsbot.store.views.coverage import Day, SourceCoverage

DAYS = 30
LONG_NAME = 20
"""Columns of a name that the days of the map may take no room from; a longer one stands on a line of its own."""
HEADINGS = (
    ("", "days", "", "", "", "", "", "last", "last"),
    ("source", "news", "articles", "copies", "rejected", "failed", "gaps", "article", "read"),
)
SHADES = {True: "░▒▓█", False: ":+*#"}
"""Of a day with news, by its share of the source's busiest day; True: where block characters can be shown."""
SIGNS = {
    "no_news": {True: ("·", "dim"), False: (".", "")},
    "missed": {True: ("!", "bold red"), False: ("!", "")},
    "not_run": {True: ("-", "yellow"), False: ("-", "")},
    "not_yet": {True: (" ", ""), False: (" ", "")},
}
MEANINGS = {
    "no_news": "no news: its listings were read, and had none",
    "missed": "gap: its listings could not be read, or a feed had lost what came between",
    "not_run": "gap: nobody asked",
}


class Command(NewsbotCommand, ScrapyCommand):
    """Shows a table and a map of days, gaps apart from days without news."""

    example = "scrapy coverage --days 14 --source bbc,npr"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show what each source brought day by day, and what may have been missed"

    def long_desc(self) -> str:
        return (
            "Show what each source brought in the last days, as a table and as a map, a character a day: days without "
            "news, days that could not be read and days on which nobody asked are told apart. Days are UTC's."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--days", type=whole_number(1), default=DAYS, metavar="N", help="so many days (default: %(default)s)"
        )
        parser.add_argument(
            "--source", type=names, metavar="NAME,NAME", help="these sources (default: all that are known)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON for programs (default: no)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.commands._terminal import is_rich, print_json, screen
        from newsbot.process import utc_now
        from newsbot.store.views.coverage import coverage

        now = utc_now()
        with self.open_store() as engine:
            if opts.source:
                self.require_sources(engine, opts.source)
            told = coverage(engine, opts.days, today=now[:10], sources=opts.source or ())
        if opts.json:
            print_json([one.as_dict() for one in told])
            return ExitStatus.WHOLE
        if not told:
            print("nothing is known of any source yet; scrapy crawl news collects")
            return ExitStatus.WHOLE
        console = screen()
        for line in picture(told, now=now, width=console.width, is_rich=is_rich(console)):
            console.print(line)
        return ExitStatus.WHOLE


def picture(told: Sequence[SourceCoverage], *, now: str, width: int, is_rich: bool) -> Iterator[Text]:
    """Yield the lines of the table, of the map, and of what cannot be read now."""
    from newsbot.commands._terminal import line

    first, last = told[0].days[0].day, told[0].days[-1].day
    yield line((f"{first} to {last} (UTC)", "bold"), "; the last two columns say how long ago")
    yield line()
    yield from _table(told, now=now, width=width)
    yield line()
    yield from _map(told, width=width, is_rich=is_rich)
    yield line()
    yield from _legend(is_rich=is_rich)
    failing = [(one.source, listing) for one in told for listing in one.failing]
    if failing:
        yield line()
        yield line(("cannot be read now", "bold"))
    for source, listing in failing:
        since = f"last read {listing.answered_at}" if listing.answered_at else "never read"
        yield line(f"{source}: {listing.url}")
        yield line(f"  {listing.error or 'no answer'} ({listing.errors} in a row, {since})")


def _table(told: Sequence[SourceCoverage], *, now: str, width: int) -> Iterator[Text]:
    from newsbot.commands._terminal import age, columns, line

    rows: list[Sequence[str]] = [*HEADINGS]
    for one in told:
        sums = one.as_dict()
        counts = (sums[name] for name in ("days_with_news", "articles", "copies", "rejected", "failed", "gaps"))
        rows.append((one.source, *map(str, counts), age(one.last_article, now), age(one.last_read, now)))
    for number, text in enumerate(columns(rows, width)):
        yield line((text, "" if number >= len(HEADINGS) else "bold"))


def _map(told: Sequence[SourceCoverage], *, width: int, is_rich: bool) -> Iterator[Text]:
    """Yield a line a source, a character a day; as many days side by side as there is room for."""
    from newsbot.commands._terminal import line

    known = (at for at, states in enumerate(zip(*_states(told), strict=True)) if set(states) != {"not_yet"})
    first, number = next(known, 0), len(told[0].days)
    name_width = min(max(len(one.source) for one in told), max(width - 2 - number + first, LONG_NAME))
    room = width - 2 - name_width
    for start in range(first, number, room):
        if start > first:
            yield line()
        days = told[0].days[start : start + room]
        yield line(f"{'':{name_width}}  ", (_ruler(days[0].day, days[-1].day, len(days)), "dim"))
        for one in told:
            name = one.source
            if len(name) > name_width:
                yield line(name)
                name = ""
            busiest = max(day.articles + day.copies for day in one.days)
            cells = [_cell(day, busiest, is_rich=is_rich) for day in one.days[start : start + room]]
            yield line(f"{name:{name_width}}  ", *cells)


def _states(told: Sequence[SourceCoverage]) -> Iterator[list[str]]:
    return ([day.state for day in one.days] for one in told)


def _ruler(first: str, last: str, width: int) -> str:
    """Return the first and the last day of a line of the map, above them.

    >>> _ruler("2026-11-01", "2026-11-24", 24), _ruler("2026-11-01", "2026-11-05", 5)
    ('2026-11-01    2026-11-24', '2026-11-01')
    """
    return f"{first}{last:>{width - len(first)}}" if width > len(first + last) else first


def _cell(day: Day, busiest: int, *, is_rich: bool) -> tuple[str, str]:
    if day.state in SIGNS:
        return SIGNS[day.state][is_rich]
    shades = SHADES[is_rich]
    share = (day.articles + day.copies) / busiest
    return shades[math.ceil(share * len(shades)) - 1], "green" if is_rich else ""


def _legend(*, is_rich: bool) -> Iterator[Text]:
    from newsbot.commands._terminal import line

    shades = SHADES[is_rich]
    yield line(f"{shades} news, few to as many as on the source's busiest day")
    for state, meaning in MEANINGS.items():
        yield line(SIGNS[state][is_rich], f" {meaning}")
