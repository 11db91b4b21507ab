"""Manners and guards on the way out: whom Scrapy's downloader asks, how often, and what it takes for an answer."""
