"""A word over time: the share of each day's English articles that have it, by DuckDB.

    scrapy export news.duckdb
    python docs/examples/a_word_over_time.py news.duckdb water

prints a table and draws a_word_over_time.svg.
"""

import sys

import altair as alt
import duckdb

export, word = sys.argv[1:]

query = r"""
    select published_day, count(*) as total,
           count(*) filter (regexp_matches(concat_ws(' ', title, text), '\b' || $word || '\b', 'i')) as found,
           round(100.0 * found / total, 1) as percent
    from articles
    where language = 'en' and published_day is not null
    group by published_day
    order by published_day
"""
with duckdb.connect(export, read_only=True) as connection:
    days = connection.execute(query, {"word": word}).df()
print(days.to_string())

line = alt.Chart(days, title=f"English articles with the word “{word}”").mark_line(point=True)
line.encode(
    x=alt.X("yearmonthdate(published_day):O", title="published", axis=alt.Axis(format="%Y-%m-%d", labelAngle=0)),
    y=alt.Y("percent", title="percent of the day's articles"),
).properties(width=560, height=240).save("a_word_over_time.svg")
