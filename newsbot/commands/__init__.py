"""Scrapy commands of newsbot, a module each: those that collect here, the others by who types them."""
