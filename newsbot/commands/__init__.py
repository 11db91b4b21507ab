"""Scrapy commands of newsbot, and Scrapy's own crawl with an exit status."""
