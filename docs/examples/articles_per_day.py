"""Articles a day by outlet: pandas over a folder of Parquet.

    scrapy export news --duplicates
    python docs/examples/articles_per_day.py news

prints a table and draws articles_per_day.svg.
"""

import sys

import altair as alt
import pandas as pd

export = sys.argv[1]

# The page's own calendar day has a column of its own: nothing is to be made of dates in many forms.
articles = pd.read_parquet(f"{export}/articles", columns=["source", "published_day"])
per_day = articles.groupby(["published_day", "source"]).size().rename("articles").reset_index()
print(per_day.pivot(index="source", columns="published_day", values="articles").fillna(0).astype(int).to_string())

per_day["published_day"] = per_day["published_day"].astype(str)
days = alt.Chart(per_day, title="Articles a day by outlet").encode(
    x=alt.X("published_day", title="published", axis=alt.Axis(labelAngle=0)),
    y=alt.Y("source", title=None),
)
cells = days.mark_rect().encode(
    color=alt.Color("articles", legend=None, scale=alt.Scale(domainMin=0, range=["white", "#6baed6"]))
)
numbers = days.mark_text().encode(text="articles")
(cells + numbers).properties(width=alt.Step(80)).save("articles_per_day.svg")
