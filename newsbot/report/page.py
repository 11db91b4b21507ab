"""The page: one file that needs no other, no network and no script, in which what a site sent is text and no more."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Engine

from newsbot import __version__
from newsbot.export.atomic import atomic_file
from newsbot.health import STATES
from newsbot.health.examination import NEW_DAYS
from newsbot.report import charts, words
from newsbot.report.figures import CLEARED_DAYS, DAYS, MONTH, OTHERS, WEEK, Report, SourceFigures, figures
from newsbot.report.interactive import Interactive, interactive
from newsbot.store.views.front import RunTold
from newsbot.web.text import well_formed

TEMPLATES = Path(__file__).parent / "templates"
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
    text = _environment().get_template("report.html").render(
        report=report,
        version=__version__,
        style=Markup(_style()),  # noqa: S704 # nosec B704 - our own
        policy=_policy(drawn.scripts if drawn else ()),
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
    )  # fmt: skip
    return well_formed(text)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "ago": words.ago,
        "bars": charts.bars,
        "minutes": lambda minutes: words.span(None if minutes is None else 60 * minutes),
        "moment": words.moment,
        "number": words.number,
        "percent": words.percent,
        "shaded": charts.shaded,
        "short_day": words.short_day,
        "size": words.size,
        "span": words.span,
        "told": _told,
        "took": _took,
    }
    environment.tests["web"] = lambda url: url.lower().startswith(("http://", "https://"))
    return environment


@cache
def _style() -> str:
    return (TEMPLATES / "report.css").read_text("utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """Return the content security policy of a page with some scripts: these, and nothing from anywhere.

    What draws the picture makes functions of expressions ('unsafe-eval'); a headline still cannot be a script.
    """
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    may = f"; script-src {' '.join(hashes)} 'unsafe-eval'" if hashes else ""
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'{may}"


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
