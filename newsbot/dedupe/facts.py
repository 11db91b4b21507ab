"""What a text is known by, made in one go: its words, their hash and its sketch, and whose copy it says to be."""

from __future__ import annotations

from collections.abc import Sequence

from newsbot.dedupe.agency import agency_of
from newsbot.dedupe.minhash import sketch_of_tokens
from newsbot.dedupe.tokens import hash_and_tokens
from newsbot.items import TextFacts
from newsbot.web.text import count_words


def facts_of(text: str, authors: Sequence[str] = ()) -> TextFacts:
    """Return what follows from a text by some authors; whoever changes a text makes it anew.

    >>> facts = facts_of("BERLIN (dpa) - The wall will be raised.")
    >>> facts.word_count, facts.agency, facts.sketch
    (7, 'dpa', None)
    """
    content_hash, tokens = hash_and_tokens(text)
    return TextFacts(count_words(text), content_hash, sketch_of_tokens(tokens), agency_of(authors, text))
