"""No news, or missed? Draws what gaps.sql finds.

    scrapy export news.duckdb
    python docs/examples/gaps.py news.duckdb

prints what was missed and draws gaps.svg.
"""

import sys
from pathlib import Path

import altair as alt
import duckdb

COLOURS = {"news": "#2a7f62", "no news": "#d9e8e2", "pages lost": "#f0b429", "not reached": "#c0392b"}

export = sys.argv[1]

query = Path(__file__).with_suffix(".sql").read_text("utf-8")
with duckdb.connect(export, read_only=True) as connection:
    runs = connection.sql(query).df()
print(runs[runs["result"].isin(["pages lost", "not reached"])].to_string())

runs["run"] = runs["started_at"].rank(method="dense").astype(int)
cells = alt.Chart(runs, title="What each run came to, source by source").mark_rect(stroke="white")
cells.encode(
    x=alt.X("run:O", title="run", axis=alt.Axis(labelAngle=0)),
    y=alt.Y("source", title=None),
    color=alt.Color("result", title=None, scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))),
).properties(width=alt.Step(80)).save("gaps.svg")
