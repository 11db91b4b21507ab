"""The picture of benchmarks/scale_model.py: what breaks at how many feeds, and how late all is by its workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import altair as alt

if TYPE_CHECKING:
    from scale_model import Answer

LEAST, SHOWN = 1e4, 1e7
"""Feeds between which it is shown that a part is used up."""
BLUE, BROWN = "#1f5a94", "#b5651d"


def draw(
    found: Mapping[str, Mapping[str, float]], swept: Mapping[str, Sequence[tuple[int, Answer]]], path: Path
) -> None:
    """Draw at how many feeds each part of the setups A and D is used up, and the lags by cores and by runs."""
    chosen = {name: parts for name, parts in found.items() if name[0] in "AD"}
    rows = [
        {"setup": name, "part": f"{part} ({name[0]})", "feeds": round(feeds), "least": LEAST}
        for name, parts in chosen.items()
        for part, feeds in parts.items()
        if feeds < SHOWN
    ]
    order = [row["part"] for row in rows]
    color = alt.Color(
        "setup:N",
        scale=alt.Scale(domain=list(chosen), range=[BROWN, BLUE]),
        legend=alt.Legend(title=None, orient="bottom", labelLimit=300),
    )
    x = alt.X("feeds:Q", title=None, scale=alt.Scale(type="log", domain=[LEAST, SHOWN]), axis=alt.Axis(format="~s"))
    y = alt.Y("part:N", title=None, sort=order, axis=alt.Axis(labelLimit=260))
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(height=11).encode(x=x, x2="least:Q", y=y, color=color)
    words = (
        alt.Chart(alt.Data(values=rows))
        .mark_text(align="left", dx=4, fontSize=10)
        .encode(x=x, y=y, text=alt.Text("feeds:Q", format=",.2~r"))
    )
    asked = alt.Chart(alt.Data(values=[{"feeds": 100_000}])).mark_rule(strokeDash=[4, 3]).encode(x="feeds:Q")
    panels = [
        (bars + words + asked).properties(title="Feeds that use a part up (line: 100,000)", width=620, height=250)
    ]
    lags = []
    for title, points in swept.items():
        values = [
            {"number": number, "seconds": max(seconds, 1), "of": of}
            for number, one in points
            for of, seconds in (("median", one.lag), ("p99", one.lag_99))
        ]
        lags.append(
            alt.Chart(alt.Data(values=values))
            .mark_line(point=True, strokeWidth=1.5)
            .encode(
                x=alt.X("number:Q", title=title, scale=alt.Scale(zero=False)),
                y=alt.Y("seconds:Q", title=None, scale=alt.Scale(type="log"), axis=alt.Axis(format="~s")),
                color=alt.Color(
                    "of:N",
                    scale=alt.Scale(domain=["median", "p99"], range=["#2e7d32", "#7b1fa2"]),
                    legend=alt.Legend(title=None, orient="bottom"),
                ),
            )
            .properties(title="Due to asked, seconds", width=360, height=190)
        )
    picture = alt.vconcat(*panels, alt.hconcat(*lags).resolve_scale(color="shared")).resolve_scale(color="independent")
    picture.configure(background="white").configure_view(stroke="#dddddd").save(str(path))
