"""Cleaning: an article comes in with the site's residue in it, and leaves alone.

    text.py         what encodings, editors and templates did to the characters, undone
    residue.py      lines of the site, by a table of patterns (residue.toml) and by shape
    notices.py      notices of accounts and paywalls, by what they are made of (notices.toml)
    boilerplate.py  blocks of the site, learned from many of its articles

Pure: no clock, no network, no store. The same result however often it is applied.
"""

from newsbot.cleaning.article import Cleaned, CleaningError, clean_article, clean_text, with_blocks, without_blocks
from newsbot.cleaning.boilerplate import blocks_of

__all__ = ["Cleaned", "CleaningError", "blocks_of", "clean_article", "clean_text", "with_blocks", "without_blocks"]
