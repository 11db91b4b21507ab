"""Scrapy commands of newsbot: demo, sources, export, browse, and Scrapy's own crawl with an exit status."""
