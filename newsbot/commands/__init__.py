"""Scrapy commands of newsbot, a module each: demo, sources, revisions, prune, export, browse, scale, and crawl."""
