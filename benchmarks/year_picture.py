"""The picture of benchmarks/year.py: what a day's runs take and what they leave on disk, over the days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt

PANELS = {
    "store_mb": "store, MB",
    "files": "files",
    "cpu_seconds": "processor, seconds a run",
    "memory_mb": "memory, MB",
}
MARKED = {"upgrade": "#b5651d", "retention": "#2e7d32"}


def draw(days: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw a panel a measure, with lines where the code was upgraded and retention began."""
    rows = [
        {"day": day["day"].isoformat(), "panel": title, "value": _value(day, name)}
        for day in days
        for name, title in PANELS.items()
    ]
    marks = [
        {"day": day["day"].isoformat(), "event": event} for day in days for event in day["events"] if event in MARKED
    ]
    charts = []
    for title in PANELS.values():
        axis = alt.X("day:T", title=None, axis=alt.Axis(format="%b", tickCount="month", grid=False))
        line = (
            alt.Chart(alt.Data(values=[row for row in rows if row["panel"] == title]))
            .mark_line(strokeWidth=1.2, color="#1f5a94")
            .encode(x=axis, y=alt.Y("value:Q", title=None))
        )
        rules = (
            alt.Chart(alt.Data(values=marks))
            .mark_rule(strokeDash=[3, 3])
            .encode(
                x="day:T",
                color=alt.Color(
                    "event:N",
                    scale=alt.Scale(domain=list(MARKED), range=list(MARKED.values())),
                    legend=alt.Legend(title=None, orient="bottom"),
                ),
            )
        )
        charts.append((line + rules).properties(title=title, width=330, height=110))
    picture = alt.vconcat(alt.hconcat(*charts[:2]), alt.hconcat(*charts[2:]))
    picture.configure(background="white").configure_view(stroke="#dddddd").save(str(path), scale_factor=2)


def _value(day: Mapping[str, Any], name: str) -> float:
    value = float(day[name])
    return round(value / max(day["runs"], 1) if name == "cpu_seconds" else value, 2)
