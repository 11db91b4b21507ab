"""The fingerprint of a text: equal for texts that a reader would call the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_WORD = re.compile(r"\w+")


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text's words, whatever their case, punctuation, spacing and Unicode form.

    >>> content_hash("“Yes,” she said.") == content_hash('"Yes", she  SAID')
    True
    >>> content_hash("Yes, she said.") == content_hash("Yes, he said.")
    False
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()
