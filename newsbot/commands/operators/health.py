"""`scrapy health`: how every source is, by its own normal: what is wrong first, then all of them in a table."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, names
from newsbot.process import ExitStatus

if TYPE_CHECKING:
    from rich.text import Text
    from sqlalchemy import Engine

    from newsbot.health import Day, Measures
    from newsbot.store.health import Opened

STYLES = {"failing": "bold red", "silent": "bold yellow", "changed": "yellow", "new": "cyan", "well": "green"}
STATES = tuple(STYLES)
"""The worst first."""
RECENT = 7
"""Days whose figures the table has, and in which what ended is told."""
INDENT = "  "
HEADINGS = (
    ("", "", "a", "", "near", "", "delay", "not", "last"),
    ("source", "state", "day", "rejected", "empty", "words", "min", "read", "day"),
)


@dataclass(slots=True)
class SourceHealth:
    """How one source is, and the figures of its last days."""

    source: str
    state: str
    days: Sequence[Day]
    """Of the last RECENT days, those on which something was asked of it."""
    last_day: str | None
    """The last day on which something was asked of it."""
    findings: list[Opened] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return what its last days came to: articles a day, shares (0 to 1), medians; None for what is of nothing."""
        from newsbot.health import Measures
        from newsbot.health.measures import median_of
        from newsbot.health.shares import tried

        total = Measures()
        for day in self.days:
            total.add(day.measures)
        rejected = _reasons(total)["rejected"]
        return {
            "articles_a_day": round(total.articles / len(self.days), 2) if self.days else None,
            "rejected": _share(rejected, tried(total)),
            "near_empty": _share(total.near_empty, total.articles),
            "words": _rounded(median_of(total.lengths)),
            "delay_minutes": _rounded(median_of(total.delays)),
            "filled": {name: _share(total.filled[name], total.articles) for name in sorted(total.filled)},
            "listings_failed": _share(total.listings["failed"], total.listings.total() - total.listings["postponed"]),
            "gaps": total.gaps,
        }

    def as_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {"source": self.source, "state": self.state, "last_day": self.last_day, **self.figures()}


class Command(NewsbotCommand, ScrapyCommand):
    """Shows the findings that are open, and every source in one state."""

    example = "scrapy health --source bbc,npr"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show which sources are well, and what is unlike itself in the others"

    def long_desc(self) -> str:
        return (
            "Show what the last runs found unlike each source's own normal: how it is, how it was, since when, three "
            "examples and what to try; then every source in a table, with the figures of the last seven days on which "
            "it was asked. A source is failing, silent, changed, new or well. The exit status is 3 if any is failing."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--source", type=names, metavar="NAME,NAME", help="these sources (default: all that are known)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON for programs (default: no)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.commands._terminal import print_json, screen
        from newsbot.process import utc_now
        from newsbot.store import health

        now = utc_now()
        with self.open_store() as engine:
            sources = health_of(engine, now=now)
            known = {one.source for one in sources}
            if opts.source and not known.issuperset(opts.source):
                self.require_sources(engine, [name for name in opts.source if name not in known])
            told = health.findings_since(engine, _days_before(now, RECENT))
        if opts.source:
            sources = [one for one in sources if one.source in opts.source]
            told = [one for one in told if one.finding.source in opts.source]
        of_none = [one for one in told if not one.finding.source and not one.cleared_at]
        ended = [one for one in told if one.cleared_at]
        if opts.json:
            print_json(as_json(sources, of_none, ended, now=now))
        elif not sources:
            print("nothing is known of any source yet; scrapy crawl news collects")
        else:
            console = screen()
            for line in picture(sources, of_none, ended, now=now, width=console.width):
                console.print(line)
        is_failing = any(one.state == "failing" for one in sources)
        return ExitStatus.UNREACHABLE if is_failing else ExitStatus.WHOLE


def health_of(engine: Engine, *, now: str) -> list[SourceHealth]:
    """Return how every source is that was asked lately, or of which something is open; the worst first."""
    from newsbot.crawl.checkup import HISTORY_DAYS, LEFT_DAYS
    from newsbot.health import state_of
    from newsbot.store import health

    histories = health.histories(engine, since=_days_before(now, HISTORY_DAYS))
    found: dict[str, list[Opened]] = {}
    for one in health.open_findings(engine):
        if one.finding.source:
            found.setdefault(one.finding.source, []).append(one)
    told = []
    for source in {*histories, *found}:
        days, findings = histories.get(source, []), found.get(source, [])
        if not findings and days[-1].day < _days_before(now, LEFT_DAYS):
            continue  # nobody asks for it any more
        state = state_of([one.finding for one in findings], len(days))
        findings.sort(key=lambda one: (STATES.index(one.finding.state), one.opened_at))
        told.append(SourceHealth(source, state, days[-RECENT:], days[-1].day if days else None, findings))
    return sorted(told, key=lambda one: (STATES.index(one.state), one.source))


def as_json(
    sources: Sequence[SourceHealth], of_none: Sequence[Opened], ended: Sequence[Opened], *, now: str
) -> dict[str, Any]:
    """Return all of it for programs."""
    states = Counter(one.state for one in sources)
    opened = [*of_none, *(one for source in sources for one in source.findings)]
    return {
        "now": now,
        "states": {state: states[state] for state in STATES},
        "findings": [_finding(one) for one in opened],
        "cleared": [_finding(one) for one in ended],
        "sources": [one.as_dict() for one in sources],
    }


def _finding(one: Opened) -> dict[str, Any]:
    moments = {"opened_at": one.opened_at, "seen_at": one.seen_at, "cleared_at": one.cleared_at}
    return {"id": one.id, **one.finding.as_dict(), "sentence": one.finding.sentence(), **moments}


def picture(
    sources: Sequence[SourceHealth], of_none: Sequence[Opened], ended: Sequence[Opened], *, now: str, width: int
) -> Iterator[Text]:
    """Yield the lines: what is found, what has ended, and the table."""
    from newsbot.commands._terminal import age, line, wrapped

    states = Counter(one.state for one in sources)
    counted = ", ".join(f"{states[state]} {state}" for state in STATES if states[state])
    number = f"{len(sources)} source{'s' if len(sources) > 1 else ''}"
    last = max((one.last_day for one in sources if one.last_day), default=None)
    yield line((f"{number}: {counted}", "bold"), f" (asked last on {last})" if last else "")
    for one in [*of_none, *(one for source in sources for one in source.findings)]:
        finding = one.finding
        yield line()
        yield line((finding.state, STYLES[finding.state]))
        for text in wrapped(finding.sentence(), width):
            yield line(text)
        for address in finding.examples:
            yield line(INDENT, address)
        if finding.advice:
            for text in wrapped(f"{INDENT}try: {finding.advice}", width, f"{INDENT}     "):
                yield line(text)
    if ended:
        yield line()
        yield line(("well again", "bold"))
        for one in ended:
            said = f"{one.finding.sentence()}; over for {age(one.cleared_at, now)}"
            for text in wrapped(said, width, INDENT):
                yield line(text)
    yield line()
    yield from _table(sources, width=width)


def _table(sources: Sequence[SourceHealth], *, width: int) -> Iterator[Text]:
    from newsbot.commands._terminal import columns, line

    rows: list[Sequence[str]] = [*HEADINGS]
    for one in sources:
        told = one.figures()
        a_day = told["articles_a_day"]
        rows.append(
            (
                one.source,
                one.state,
                "-" if a_day is None else f"{a_day:.0f}" if a_day >= 10 else f"{a_day:.1f}",
                _percent(told["rejected"]),
                _percent(told["near_empty"]),
                _figure(told["words"]),
                _figure(told["delay_minutes"]),
                _percent(told["listings_failed"]),
                one.last_day[5:] if one.last_day else "-",
            )
        )
    for number, text in enumerate(columns(rows, width)):
        yield line((text, "" if number >= len(HEADINGS) else "bold"))


def _reasons(total: Measures) -> Counter[str]:
    """Return how many new pages came to nothing, by outcome."""
    found: Counter[str] = Counter()
    for name, count in (total.first_tries or total.reasons).items():
        found[name.partition(":")[0]] += count
    return found


def _share(some: int, of: int) -> float | None:
    return round(some / of, 3) if of else None


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _days_before(now: str, days: int) -> str:
    return (date.fromisoformat(now[:10]) - timedelta(days)).isoformat()
