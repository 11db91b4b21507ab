"""The picture of articles a day that answers to its reader, drawn by Vega, where altair is installed.

It takes the place of the still picture once it is drawn; without scripts, or where it fails, that stays.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson

from newsbot.report.figures import OTHERS, TOP, Report

SCRIPT = Path(__file__).parent / "templates" / "interactive.js"
ALL = "all sources"
LABEL = 13
"""Pixels of a word in the picture, as the style sheet has it."""
_KEPT = re.compile(rb'<script id="vega" data-version="([^"<>]+)">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Interactive:
    """What draws the picture."""

    markup: str
    scripts: tuple[str, ...]
    """Those in the markup that are to run."""


def interactive(report: Report, *, before: Path | None = None) -> Interactive | None:
    """Return what draws the picture; None where altair or vl-convert is not installed, or there is nothing to draw.

    ``before``: the report that is to be replaced. Its Vega is taken if it is the same: making that of vl-convert takes
    1.4 s and 150 MB, reading it a hundredth of a second.
    """
    if not report.ranked():
        return None
    try:
        import altair
        import vl_convert  # noqa: F401
    except ImportError:
        return None
    version = metadata.version("vl-convert-python")
    vega = _kept(before, version) if before else None
    if vega is None:
        vega = _bundle().replace("</script", r"<\/script")
    spec = as_script(_chart(altair, report))
    draw = SCRIPT.read_text("utf-8")
    markup = (
        f'<script id="vega" data-version="{version}">{vega}</script>\n'
        f'<script id="picture" type="application/json">{spec}</script>\n<script>{draw}</script>'
    )
    return Interactive(markup, (vega, draw))


def as_script(value: object) -> str:
    r"""Return a value as JSON that nothing in it can end before its end, in whatever element of HTML.

    >>> as_script({"title": "</script><!-- & so on"})
    '{"title":"\\u003c/script\\u003e\\u003c!-- \\u0026 so on"}'
    """
    text = orjson.dumps(value).decode()
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _bundle() -> str:
    """Return the Vega of vl-convert, made by another process: here it would keep all threads waiting for seconds.

    A crawl of `scrapy scale work` would not hear meanwhile that it may go on. Nobody misses it if who asks dies first.
    """
    program = (
        "import signal, sys, vl_convert; signal.signal(signal.SIGPIPE, signal.SIG_DFL); "
        "sys.stdout.write(vl_convert.javascript_bundle())"
    )
    command = [sys.executable, "-X", "utf8", "-c", program]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout  # noqa: S603 # nosec B603


def _kept(path: Path, version: str) -> str | None:
    """Return the Vega that an earlier report has, if it is of this version."""
    try:
        found = _KEPT.search(path.read_bytes())
    except OSError:
        return None
    return found[2].decode("utf-8", "replace") if found and found[1].decode("utf-8", "replace") == version else None


def _chart(altair: Any, report: Report) -> dict[str, Any]:
    """Return the chart in Vega-Lite: a row of data a source, which Vega takes apart into its days.

    Its colours are the page's, which follow light and dark.
    """
    ranked = report.ranked()
    coloured = [name for name, _ in ranked[:TOP]]
    groups = [*coloured, OTHERS] if len(ranked) > TOP else coloured
    values = [
        {"source": name, "group": name if place < TOP else OTHERS, "pile": min(place, TOP), "articles": counts}
        for place, (name, counts) in enumerate(ranked)
    ]
    names = sorted(name for name, _ in ranked)
    choice = altair.binding_select(options=[None, *names], labels=[ALL, *names], name="Show ")
    chosen = altair.param(name="chosen", value=None, bind=choice)
    first = report.days[-report.pictured]
    day = f"utc({int(first[:4])}, {int(first[5:7]) - 1}, {int(first[8:])} + datum.place - 1)"
    axis = {"domain": False, "grid": False, "labelFontSize": LABEL}
    colours = [f"var(--c{TOP if name == OTHERS else place})" for place, name in enumerate(groups)]
    days = {**axis, "format": "%-d %b", "tickCount": 8}
    counts = {**axis, "grid": True, "ticks": False, "tickCount": 4}
    chart = (
        altair.Chart(altair.InlineData(values=values))
        .transform_filter("chosen == null || datum.source == chosen")
        .transform_flatten(["articles"])
        .transform_window(place="row_number()", groupby=["source"])
        .transform_calculate(day=day)
        .transform_aggregate(articles="sum(articles)", groupby=["day", "group", "pile"])
        .mark_bar()
        .encode(
            x=altair.X("day:T", timeUnit="utcyearmonthdate", title=None, axis=days),
            y=altair.Y("articles:Q", title=None, axis=counts),
            color=altair.Color(
                "group:N",
                title=None,
                scale=altair.Scale(domain=groups, range=colours),
                legend=None,  # the page has one
            ),
            order=altair.Order("pile:Q"),
            tooltip=[
                altair.Tooltip("day:T", timeUnit="utcyearmonthdate", title="day", format="%-d %B %Y"),
                altair.Tooltip("group:N", title="source"),
                altair.Tooltip("articles:Q", title="articles", format=","),
            ],
        )
        .add_params(chosen)
        .properties(width="container", height=280, background="transparent")
        .configure_view(stroke=None)
    )
    told: dict[str, Any] = chart.to_dict()
    return told
