"""Scrapy commands of newsbot: demo, sources, export, and Scrapy's own crawl with an exit status."""
