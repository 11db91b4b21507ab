"""Scrapy commands of newsbot: demo, sources, export, browse, scale, and Scrapy's own crawl with an exit status."""
