"""Loads what is loaded for the first article that is made of a page, for a fork server whose crawls make some."""

from newsbot.cleaning import clean_article
from newsbot.extraction import extract_article

PAGE = b"<title>A wall</title><h1>A wall</h1>" + b"<p>The wall of the harbour was mended on Monday." * 20

clean_article(extract_article(PAGE, "https://example.org/2026/11/20/wall"))
