"""The spiders: news (all sources), site (one site, found by itself), archive (WARC files)."""
