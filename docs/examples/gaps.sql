-- No news, or missed? What each run came to, source by source: SQL on the DuckDB export.
--
--     scrapy export news.duckdb
--     duckdb news.duckdb < docs/examples/gaps.sql

select
    started_at,
    source,
    case
        when listings['failed'] > 0 and coalesce(listings['read'], 0) + coalesce(listings['not_modified'], 0) = 0
            then 'not reached'                        -- its articles of that time are missing, or came with a later run
        when failed > 0 then 'pages lost'             -- the table dropped names them
        when new + revised + duplicate > 0 then 'news'
        else 'no news'                                -- it answered, and had nothing new
    end as result,
    new + revised + duplicate as articles,
    failed
from coverage
order by started_at, source;
