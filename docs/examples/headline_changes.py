"""Headlines that outlets changed after they were out: draws what headline_changes.sql finds.

    scrapy export news.sqlite
    python docs/examples/headline_changes.py news.sqlite

prints every change and draws headline_changes.svg, with the last one of each outlet.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import altair as alt
import pandas as pd

export = sys.argv[1]

query = Path(__file__).with_suffix(".sql").read_text("utf-8")
with closing(sqlite3.connect(export)) as connection:
    changes = pd.read_sql(query, connection)
print(changes.drop(columns="url").to_string())

last = changes.drop_duplicates("source", keep="last")
titles = last.melt("source", ["old_title", "new_title"], "version", "title")
lines = alt.Chart(titles, title=f"The last headline that each outlet changed, of {len(changes)} changes").mark_text(
    align="left", dx=4
)
lines.encode(
    x=alt.value(0),
    y=alt.Y("version", title=None, axis=None, sort=["old_title", "new_title"]),
    row=alt.Row("source", title=None, spacing=4, header=alt.Header(labelAngle=0, labelAlign="left")),
    text="title",
    color=alt.condition("datum.version == 'new_title'", alt.value("black"), alt.value("grey")),
).properties(width=480).save("headline_changes.svg")
