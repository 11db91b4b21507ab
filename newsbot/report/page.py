"""The page: one file that needs no other, no network and no script, in which what a site sent is text and no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from sqlalchemy import Engine

from newsbot.atomic import atomic_file
from newsbot.health import STATES
from newsbot.health.examination import NEW_DAYS
from newsbot.report import charts, words
from newsbot.report.figures import CLEARED_DAYS, DAYS, MONTH, OTHERS, WEEK, Report, SourceFigures, figures
from newsbot.report.interactive import Interactive, interactive
from newsbot.report.sheet import environment_of, sheet
from newsbot.store.views.front import RunTold

MOST_ALARMS, MOST_STRIPS, MOST_CARRIERS = 30, 40, 12
"""Alarms, and sources by the hour, that are shown at once; the rest is folded away. Outlets named of an origin."""
FEW_STRIPS = 24
"""Sources whose hours have room below each other beside those of a month's days."""
TROUBLED = STATES[:3]


def write(engine: Engine, path: Path, *, now: str, days: int = DAYS) -> int:
    """Write the report of a store into a file, which appears whole or not at all, and return its bytes.

    Raises StoreError, OSError (no folder, no permission, disk full), BlockingIOError while another process writes it.
    """
    report = figures(engine, now=now, days=days)
    text = page(report, interactive(report, before=path)).encode()
    with atomic_file(path) as file:
        file.write(text)
    return len(text)


def page(report: Report, drawn: Interactive | None = None) -> str:
    """Return the report as HTML; ``drawn``: the picture that answers to its reader, where it can be had."""
    series, pictured = report.series(), report.days[-report.pictured :]
    return sheet(
        _environment(),
        "report.html",
        drawn.scripts if drawn else (),
        report=report,
        interactive=Markup(drawn.markup) if drawn else "",  # noqa: S704 # nosec B704 - escaped there
        series=series,
        stack=charts.stack(series, pictured),
        pictured=pictured,
        total=report.total,
        troubled=sum(report.states[state] for state in TROUBLED),
        by_volume=sorted(filter(_has_hours, report.sources), key=lambda one: (-sum(one.hours), one.name)),
        busiest=_busiest(report.hours),
        slowest=report.slowest(),
        states=STATES,
        others=OTHERS,
        week=WEEK,
        month=MONTH,
        new_days=NEW_DAYS,
        cleared_days=CLEARED_DAYS,
        most_alarms=MOST_ALARMS,
        few_strips=FEW_STRIPS,
        most_strips=MOST_STRIPS,
        most_carriers=MOST_CARRIERS,
    )


@cache
def _environment() -> Environment:
    environment = environment_of()
    environment.filters |= {
        "ago": words.ago,
        "bars": charts.bars,
        "minutes": lambda minutes: words.span(None if minutes is None else 60 * minutes),
        "shaded": charts.shaded,
        "told": _told,
        "took": _took,
    }
    return environment


def _has_hours(source: SourceFigures) -> bool:
    return any(source.hours)


def _busiest(hours: Sequence[Sequence[int]]) -> int:
    sums = [sum(counts) for counts in zip(*hours, strict=True)]
    return max(range(24), key=sums.__getitem__)


def _told(counts: Sequence[int | None]) -> str:
    """Say what a line of columns shows.

    >>> _told([3, None, 5])
    '2 days with a run, 3 to 5 articles a day'
    """
    known = [count for count in counts if count is not None]
    if not known:
        return "no day with a run"
    runs = "1 day with a run" if len(known) == 1 else f"{len(known)} days with a run"
    return f"{runs}, {words.number(min(known))} to {words.number(max(known))} articles a day"


def _took(run: RunTold) -> str:
    if run.finished_at is None:
        return words.NONE
    return words.span(
        (datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(run.started_at)).total_seconds()
    )
