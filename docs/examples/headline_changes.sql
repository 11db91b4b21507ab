-- Headlines that outlets changed after they were out: SQL on the SQLite export.
--
--     scrapy export news.sqlite
--     sqlite3 -box news.sqlite < docs/examples/headline_changes.sql

select source, old_title, new_title, fetched_at, url
from headline_changes
order by source, fetched_at, new_title;
