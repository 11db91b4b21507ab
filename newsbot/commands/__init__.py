"""Scrapy commands of newsbot: demo, sources, and Scrapy's own crawl with an exit status."""
