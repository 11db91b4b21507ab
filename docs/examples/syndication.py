"""Share of syndicated copy by outlet: DuckDB over a folder of Parquet.

    scrapy export news --duplicates
    python docs/examples/syndication.py news

prints a table and draws syndication.svg.
"""

import sys

import altair as alt
import duckdb

export = sys.argv[1]

# A story of several sources is syndicated. Its origin had it first, and there it counts as the outlet's own.
query = """
    select article.source,
           count(*) filter (story.sources > 1 and article.id <> story.origin) as syndicated,
           count(*) - syndicated as own,
           round(100.0 * syndicated / count(*), 1) as percent
    from read_parquet($export || '/articles/*/*.parquet') as article
    join read_parquet($export || '/clusters/*.parquet') as story on story.id = article.cluster_id
    group by article.source
    order by percent desc, article.source
"""
shares = duckdb.execute(query, {"export": export}).df()
print(shares.to_string())

bars = alt.Chart(shares, title="Own and syndicated articles by outlet").transform_fold(["own", "syndicated"])
bars.mark_bar().encode(
    x=alt.X("value:Q", title="articles"),
    y=alt.Y("source", title=None, sort=None),
    color=alt.Color("key:N", title=None, scale=alt.Scale(range=["#9ec3d9", "#c0392b"])),
).properties(width=480).save("syndication.svg")
