"""Scrapy commands of newsbot: demo, sources, revisions, prune, export, browse, scale, and crawl with an exit status."""
